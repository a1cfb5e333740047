//! Attacks on plans. The attacker knows everything that is shown and how the cells are composed, and
//! looks for groups below the minimum whose numbers can be computed.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the numbers of tests are small"
)]
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::plan::Rule;
use super::*;

const MINIMUM: u32 = 5;
const PRIME: i128 = (1 << 61) - 1;

/// A cell: unit, values, people.
#[derive(Clone, Debug)]
struct Cell {
    unit: usize,
    values: Vec<Option<u16>>,
    people: u32,
}

#[derive(Clone, Debug)]
struct Company {
    frame: Frame,
    cells: Vec<Cell>,
}

impl Company {
    /// A small company with a random tree and random cells.
    fn small(random: &mut StdRng, units: usize, values: &[u16], cells: usize) -> Self {
        let mut parents = vec![None];
        for unit in 1..units {
            // Each subtree in one piece: below the last unit or one of those above it.
            let mut above = unit - 1;
            while above > 0 && random.random_bool(0.5) {
                above = parents[above].unwrap_or(0);
            }
            parents.push(Some(above));
        }
        let frame = Frame { parents, values: values.to_vec(), pairs: Vec::new() };
        let cells = (0..cells).map(|_| Cell {
            unit: random.random_range(0..units),
            values: values
                .iter()
                .map(|values| random.random_bool(0.85).then(|| random.random_range(0..*values)))
                .collect(),
            people: *[0, 1, 2, 3, 4, 5, 6, 8, 12].get(random.random_range(0..9)).unwrap(),
        });
        Self { cells: cells.collect(), frame }
    }

    fn counts(&self) -> Counts {
        let mut counts = Counts::new(&self.frame, 1);
        for cell in &self.cells {
            let home = Home { unit: cell.unit, values: &cell.values };
            counts.add(&self.frame, home, &[cell.people]);
        }
        counts.add_up(&self.frame);
        counts
    }

    fn is_below(&self, mut unit: usize, above: usize) -> bool {
        while unit > above {
            unit = self.frame.parents[unit].unwrap();
        }
        unit == above
    }

    /// The slices with the cells that are in them, by number.
    fn slices(&self) -> Vec<(usize, Vec<bool>)> {
        let mut slices = Vec::new();
        for unit in 0..self.frame.parents.len() {
            for direct in [false, true] {
                if direct && !self.frame.has_units_below(unit) {
                    continue;
                }
                let mut parts = vec![Part::Whole];
                for (dimension, values) in self.frame.values.iter().enumerate() {
                    parts.extend((0..*values).map(|value| Part::Value { dimension, value }));
                }
                slices.extend(parts.into_iter().map(|part| Slice { unit, direct, part }));
            }
        }
        for (pair, (one, other)) in self.frame.pairs.iter().enumerate() {
            for first in 0..self.frame.values[*one] {
                for second in 0..self.frame.values[*other] {
                    let part = Part::Pair { pair, first, second };
                    slices.push(Slice { unit: 0, direct: false, part });
                }
            }
        }
        let inside = |slice: &Slice, cell: &Cell| {
            let unit = if slice.direct {
                cell.unit == slice.unit
            } else {
                self.is_below(cell.unit, slice.unit)
            };
            unit && match slice.part {
                Part::Whole => true,
                Part::Value { dimension, value } => cell.values[dimension] == Some(value),
                Part::Pair { pair, first, second } => {
                    let (one, other) = self.frame.pairs[pair];
                    cell.values[one] == Some(first) && cell.values[other] == Some(second)
                }
            }
        };
        let members = |slice: &Slice| self.cells.iter().map(|cell| inside(slice, cell)).collect();
        slices.iter().map(|slice| (self.frame.number(*slice), members(slice))).collect()
    }

    fn naive(&self) -> Vec<bool> {
        let counts = self.counts();
        (0..self.frame.len()).map(|number| counts.people(number) >= MINIMUM).collect()
    }

    /// The remainder rules without the proof.
    fn remainders(&self) -> Vec<bool> {
        let (counts, safe) = (self.counts(), |row: &[u32]| row[0] >= MINIMUM);
        let (frame, counts) = (&self.frame, &counts);
        let rule = Rule {
            frame,
            counts,
            safe: &safe,
            leaks: &|_| Vec::new(),
            thorough: false,
            salt: b"salt",
        };
        rule.plan(&vec![true; frame.len()])
    }

    fn plan(&self) -> Vec<bool> {
        self.plan_with(b"salt")
    }

    fn plan_with(&self, salt: &[u8]) -> Vec<bool> {
        let cells = self
            .cells
            .iter()
            .map(|cell| Inhabited::of(Home { unit: cell.unit, values: &cell.values }, cell.people));
        plan_counts(&self.frame, &cells.collect::<Vec<_>>(), MINIMUM, salt)
    }

    /// The smallest group below the minimum whose sum follows from those of the slices shown:
    /// tries all groups of cells.
    fn smallest_leak(&self, shown: &[bool]) -> Option<u32> {
        let sizes: Vec<u32> = self.cells.iter().map(|cell| cell.people).collect();
        self.smallest_leak_of(shown, &sizes)
    }

    /// The same for those of each cell who answered something.
    fn smallest_leak_of(&self, shown: &[bool], sizes: &[u32]) -> Option<u32> {
        let occupied: Vec<usize> = (0..sizes.len()).filter(|cell| sizes[*cell] > 0).collect();
        let rows = self.slices().into_iter().filter(|(number, _)| shown[*number]);
        let rows = rows.map(|(_, members)| {
            occupied.iter().map(|cell| i128::from(members[*cell])).collect::<Vec<i128>>()
        });
        let basis = echelon(rows.collect());
        let groups = 1_u32..1 << occupied.len();
        let small = groups.filter_map(|group| {
            let inside = |at: usize| group >> at & 1 == 1;
            let people: u32 =
                (0..occupied.len()).filter(|at| inside(*at)).map(|at| sizes[occupied[at]]).sum();
            let vector = (0..occupied.len()).map(|at| i128::from(inside(at))).collect();
            (people < MINIMUM && follows(&basis, vector)).then_some(people)
        });
        small.min()
    }
}

/// Rows in echelon form, each with the position of its first 1, modulo a large prime.
fn echelon(rows: Vec<Vec<i128>>) -> Vec<(usize, Vec<i128>)> {
    let mut basis: Vec<(usize, Vec<i128>)> = Vec::new();
    for mut row in rows {
        reduce(&basis, &mut row);
        if let Some(pivot) = row.iter().position(|value| *value != 0) {
            let inverse = power(row[pivot], PRIME - 2);
            for value in &mut row {
                *value = *value * inverse % PRIME;
            }
            basis.push((pivot, row));
        }
    }
    basis
}

fn reduce(basis: &[(usize, Vec<i128>)], row: &mut [i128]) {
    for (pivot, other) in basis {
        let factor = row[*pivot];
        if factor != 0 {
            for (value, other) in row.iter_mut().zip(other) {
                *value = (*value - factor * other).rem_euclid(PRIME);
            }
        }
    }
}

fn follows(basis: &[(usize, Vec<i128>)], mut row: Vec<i128>) -> bool {
    reduce(basis, &mut row);
    row.iter().all(|value| *value == 0)
}

fn power(mut base: i128, mut exponent: i128) -> i128 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        exponent >>= 1;
    }
    result
}

/// Of how many companies something leaks naively, by the remainder rules alone, and by the plan; and how
/// many slices are shown naively and by the plan.
#[derive(Debug, Default)]
struct Found {
    naive: usize,
    remainders: usize,
    planned: usize,
    slices: usize,
    shown: usize,
}

fn attack(seed: u64, companies: usize, (values, pairs): (&[u16], &[(usize, usize)])) -> Found {
    let mut random = StdRng::seed_from_u64(seed);
    let mut found = Found::default();
    for _ in 0..companies {
        let units = random.random_range(1..7);
        let mut company = Company::small(&mut random, units, values, 10);
        company.frame.pairs = pairs.to_vec();
        let (all, remainders, plan) = (company.naive(), company.remainders(), company.plan());
        found.naive += usize::from(company.smallest_leak(&all).is_some());
        found.remainders += usize::from(company.smallest_leak(&remainders).is_some());
        found.planned += usize::from(company.smallest_leak(&plan).is_some());
        found.slices += all.iter().filter(|shown| **shown).count();
        found.shown += plan.iter().filter(|shown| **shown).count();
    }
    println!("{values:?} {pairs:?} of {companies} companies: {found:?}");
    found
}

#[test]
fn nothing_can_be_computed_along_a_tree() {
    let found = attack(1, 300, (&[], &[]));
    assert!(found.naive > 50, "the attack finds what there is");
    assert_eq!((found.remainders, found.planned), (0, 0), "of a tree remainders tell all");
}

#[test]
fn nothing_can_be_computed_from_a_tree_and_segments() {
    for (seed, values, pairs) in [
        (2, &[3][..], &[][..]),
        (3, &[3, 2], &[]),
        (4, &[2, 3], &[(0, 1)]),
        (5, &[2, 2, 2], &[(2, 0), (0, 1)]),
    ] {
        let found = attack(seed, 100, (values, pairs));
        assert!(found.naive > 50 && found.remainders > 10, "the attack finds what there is");
        assert_eq!(found.planned, 0);
        assert!(5 * found.shown > 2 * found.slices, "hiding everything is no art");
    }
}

#[test]
fn plans_do_not_depend_on_the_order_of_cells_and_ties_are_broken_by_the_salt() {
    let mut random = StdRng::seed_from_u64(6);
    let mut different = 0;
    for _ in 0..50 {
        let company = Company::small(&mut random, 6, &[3], 12);
        let mut other = company.clone();
        other.cells.reverse();
        assert_eq!(company.plan(), other.plan());
        different += usize::from(company.plan_with(b"salt") != company.plan_with(b"pepper"));
    }
    assert!(different > 0, "some ties are broken another way");
}

/// A company with cells as waves form them.
fn large(random: &mut StdRng, people: u32, units: usize, values: &[u16]) -> Company {
    let mut parents = vec![None];
    for unit in 1..units {
        let mut above = unit - 1;
        // Up to the level above, with about seven units below each.
        while above > 0 && random.random_bool(0.6) {
            above = parents[above].unwrap_or(0);
        }
        parents.push(Some(above));
    }
    let mut roster: Vec<Vec<Vec<u16>>> = vec![Vec::new(); units];
    let sizes: Vec<f64> = (0..units).map(|_| random.random::<f64>().powi(3) + 0.05).collect();
    let total: f64 = sizes.iter().sum();
    for (staff, size) in roster.iter_mut().zip(&sizes) {
        for _ in 0..(f64::from(people) * size / total).ceil() as u32 {
            let value =
                |values: &u16| (f64::from(*values) * random.random::<f64>().powf(1.5)) as u16;
            staff.push(values.iter().map(value).collect());
        }
    }
    // Own staff below the minimum joins the unit above.
    for unit in (1..units).rev() {
        if (roster[unit].len() as u32) < MINIMUM {
            let staff = std::mem::take(&mut roster[unit]);
            roster[parents[unit].unwrap()].extend(staff);
        }
    }
    let mut cells = Vec::new();
    for (unit, staff) in roster.into_iter().enumerate() {
        // Split by the longest prefix of which every part is large enough.
        let split = |dimensions: usize| {
            let mut parts = std::collections::BTreeMap::<Vec<u16>, u32>::new();
            for values in &staff {
                *parts.entry(values[..dimensions].to_vec()).or_default() += 1;
            }
            parts
        };
        let fits = |dimensions: &usize| split(*dimensions).values().all(|size| *size >= MINIMUM);
        let dimensions = (0..=values.len()).rev().find(fits).unwrap_or(0);
        for (known, invited) in split(dimensions) {
            let answer = |_: &u32| random.random_bool(0.7);
            let people = (0..invited).filter(answer).count() as u32;
            let mut values: Vec<Option<u16>> = vec![None; values.len()];
            for (value, known) in values.iter_mut().zip(known) {
                *value = Some(known);
            }
            cells.push(Cell { unit, values, people });
        }
    }
    Company { frame: Frame { parents, values: values.to_vec(), pairs: vec![(0, 1)] }, cells }
}

#[test]
fn most_of_what_is_large_enough_is_shown() {
    let mut random = StdRng::seed_from_u64(7);
    for (companies, people, units) in
        [(40, 100, 8), (20, 300, 30), (4, 2_000, 200), (1, 10_000, 700)]
    {
        let (mut wholes, mut slices) = ([0; 2], [0; 3]);
        for _ in 0..companies {
            let company = large(&mut random, people, units, &[4, 5, 3, 3]);
            let (all, remainders, plan) = (company.naive(), company.remainders(), company.plan());
            let parts = company.frame.parts();
            for (count, shown) in wholes.iter_mut().zip([&plan, &all]) {
                *count += (0..units).filter(|unit| shown[unit * 2 * parts]).count();
            }
            for (count, shown) in slices.iter_mut().zip([&plan, &remainders, &all]) {
                *count += shown.iter().filter(|shown| **shown).count();
            }
        }
        println!(
            "{companies} companies of {people} people: {} of {} units and {} of {} slices are shown; \
             the remainder rules alone show {}",
            wholes[0], wholes[1], slices[0], slices[2], slices[1],
        );
        assert!(100 * wholes[0] >= 85 * wholes[1]);
        assert!(100 * slices[0] >= 95 * slices[1]);
    }
}

/// Items of the judgement below: two of one dimension, and one of none.
const ITEMS: usize = 3;

fn judging_limits() -> Limits {
    let entry = Entry { dimension: 0, facet: 0, facet_weight: 1, weight: 1 };
    let item = |score| Judged { score, reversed: false, form: Form::Points, counted: 5 };
    Limits::new((MINIMUM, 10), 1, vec![item(Some(entry)), item(Some(entry)), item(None)])
}

/// Counts of a cell for the judgement of items, often all at one end point.
fn judged_row(random: &mut StdRng, people: u32) -> Vec<u32> {
    let mut row = vec![people, 0];
    for item in 0..ITEMS {
        let answers =
            if random.random_bool(0.8) { people } else { random.random_range(0..=people) };
        let mut points = [0; 5];
        let at_end = random.random_bool(0.3);
        for _ in 0..answers {
            points[if at_end { 0 } else { random.random_range(0..5) }] += 1;
        }
        if item < 2 {
            // Whoever answered one of the two items is among those who answered the other.
            row[1] = row[1].max(answers);
        }
        row.push(answers);
        row.extend(points);
    }
    judging_limits().row(&row)
}

/// Remainders of what is shown that a rule forbids, found by sets of cells: of each slice without those
/// of the same part inside it, and of each whole without its values.
fn forbidden(
    company: &Company,
    rows: &[Vec<u32>],
    shown: &[bool],
    safe: &dyn Fn(&[u32]) -> bool,
) -> usize {
    let parts = company.frame.parts();
    let slices: Vec<(usize, Vec<bool>)> =
        company.slices().into_iter().filter(|(number, _)| shown[*number]).collect();
    let is_inside =
        |one: &[bool], other: &[bool]| one.iter().zip(other).all(|(one, other)| *other || !one);
    let mut found = 0;
    let mut judge = |cells: Vec<bool>| {
        let mut sum = vec![0; rows[0].len()];
        for (row, _) in rows.iter().zip(&cells).filter(|(_, inside)| **inside) {
            for (sum, more) in sum.iter_mut().zip(row) {
                *sum += more;
            }
        }
        found += usize::from(sum[0] > 0 && !safe(&sum));
    };
    for (number, members) in &slices {
        let without = |others: Vec<&Vec<bool>>| -> Vec<bool> {
            (0..members.len())
                .map(|at| members[at] && !others.iter().any(|other| other[at]))
                .collect()
        };
        let same_part = slices.iter().filter(|(other, cells)| {
            other != number
                && other % parts == number % parts
                && is_inside(cells, members)
                && (!is_inside(members, cells) || other > number)
        });
        judge(without(same_part.map(|(_, cells)| cells).collect()));
        if number % parts == 0 {
            let mut first = number + 1;
            for values in &company.frame.values {
                let line = first..first + usize::from(*values);
                let of_line = slices.iter().filter(|(other, _)| line.contains(other));
                judge(without(of_line.map(|(_, cells)| cells).collect()));
                first = line.end;
            }
        }
    }
    found
}

/// A company with what is counted of each of its cells, and what is decided about it.
struct Judgement {
    company: Company,
    rows: Vec<Vec<u32>>,
    counts: Counts,
    decisions: Decisions,
}

impl Judgement {
    fn random(random: &mut StdRng, units: usize, cells: usize) -> Self {
        let limits = judging_limits();
        let company = Company::small(random, units, &[3], cells);
        let rows: Vec<Vec<u32>> =
            company.cells.iter().map(|cell| judged_row(random, cell.people)).collect();
        let mut counts = Counts::new(&company.frame, limits.width());
        let mut cells = Vec::new();
        for (cell, row) in company.cells.iter().zip(&rows) {
            let home = Home { unit: cell.unit, values: &cell.values };
            counts.add(&company.frame, home, row);
            cells.push(Inhabited { home, sizes: limits.sizes(row), row: row.clone() });
        }
        counts.add_up(&company.frame);
        let threads = std::num::NonZeroUsize::MIN;
        let decisions =
            Decisions::make(&company.frame, &limits, (&counts, &cells), b"salt", threads);
        drop(cells);
        Self { company, rows, counts, decisions }
    }

    /// The slices of which something is told.
    fn told(&self, told: impl Fn(Allowed<'_>) -> bool) -> Vec<bool> {
        let allowed = |number| self.decisions.allowed(number);
        (0..self.company.frame.len()).map(|number| allowed(number).is_some_and(&told)).collect()
    }

    /// The slices that a rule allows by themselves.
    fn alone(&self, safe: impl Fn(&[u32]) -> bool) -> Vec<bool> {
        let safe = |number: usize| self.counts.people(number) > 0 && safe(self.counts.row(number));
        (0..self.company.frame.len()).map(safe).collect()
    }
}

#[test]
fn remainders_are_judged_like_groups_at_all_levels() {
    let mut random = StdRng::seed_from_u64(8);
    let limits = judging_limits();
    let mut naively = [0; 2];
    for _ in 0..100 {
        let judgement = Judgement::random(&mut random, 6, 14);
        let Judgement { company, rows, .. } = &judgement;
        let (dimensions, items) = (judgement.told(|_| true), judgement.told(|told| told.items()));
        let by_dimension = |row: &[u32]| limits.allows_dimensions(row);
        let by_item = |row: &[u32]| limits.allows_items(row);
        assert_eq!(forbidden(company, rows, &dimensions, &by_dimension), 0);
        assert_eq!(forbidden(company, rows, &items, &by_item), 0);
        for item in 0..ITEMS {
            let of_item = |row: &Vec<u32>| {
                let mut counts = vec![0; limits.width_of_item(item)];
                limits.of_item(item, row, &mut counts);
                counts
            };
            let of_item: Vec<Vec<u32>> = rows.iter().map(of_item).collect();
            let told = judgement.told(|told| told.number(item));
            let spread = judgement.told(|told| told.distribution(item));
            let safe = |row: &[u32]| limits.allows_number(row);
            assert_eq!(forbidden(company, &of_item, &told, &safe), 0);
            let safe = |row: &[u32]| limits.allows_distribution(row);
            assert_eq!(forbidden(company, &of_item, &spread, &safe), 0);
            let mut levels = spread.iter().zip(&told).zip(&items);
            assert!(levels.all(|((spread, told), items)| spread <= told && told <= items));
        }
        assert!(items.iter().zip(&dimensions).all(|(items, dimensions)| items <= dimensions));
        // Without the remainder rules the same look finds something.
        naively[0] += forbidden(company, rows, &judgement.alone(by_dimension), &by_dimension);
        naively[1] += forbidden(company, rows, &judgement.alone(by_item), &by_item);
    }
    println!("without the remainder rules {naively:?} remainders are forbidden");
    assert!(naively.iter().all(|count| *count > 50));
}

#[test]
fn nothing_can_be_computed_of_few_who_answered_an_item_or_a_dimension() {
    let mut random = StdRng::seed_from_u64(9);
    let limits = judging_limits();
    let (mut found, mut shown) = ([0; 2], 0);
    for _ in 0..150 {
        let judgement = Judgement::random(&mut random, 5, 10);
        let Judgement { company, rows, .. } = &judgement;
        let sizes: Vec<Vec<u32>> = rows.iter().map(|row| limits.sizes(row)).collect();
        let by_items = |row: &[u32]| limits.allows_items(row);
        for measure in 0..limits.sizes_of_scales() + ITEMS {
            let sizes: Vec<u32> = sizes.iter().map(|sizes| sizes[measure]).collect();
            let is_scale = measure < limits.sizes_of_scales();
            let told = judgement.told(|told| is_scale || told.items());
            assert_eq!(company.smallest_leak_of(&told, &sizes), None);
            let naive = judgement.alone(by_items);
            found[usize::from(is_scale)] +=
                usize::from(company.smallest_leak_of(&naive, &sizes).is_some());
        }
        shown += judgement.told(|told| told.items()).iter().filter(|shown| **shown).count();
    }
    println!("without the plan {found:?} of 150 companies leak; {shown} slices show items");
    assert!(found.iter().all(|count| *count > 30) && shown > 150);
}
