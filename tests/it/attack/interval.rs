//! What bounds give away: means are rounded and answers have ends, so that sums that cannot be
//! computed exactly may still be known within little. Linear programs find the least and the largest
//! sum of every small group that agrees with everything published.
//!
//! A group is no finding once two possible answers are known that lie far enough apart. So programs
//! are solved for many groups at once, and for single ones only where that did not tell them apart.
#![expect(clippy::float_arithmetic, reason = "linear programs are solved in floating numbers")]
use std::collections::BTreeMap;

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::cells::{K, Measure};
use super::company::Kind;
use super::published::{Card, Evidence};
use super::report::Report;

/// From so many answers on, the engine may tell that all are the same.
const UNANIMOUS_MIN: u32 = 10;
/// Responses from which on means have two decimals, not one.
const FINE_MIN: u32 = 50;
/// Share of its scale within which nobody may know a small group's mean.
const NARROW: f64 = 0.2;
/// Programs for all small groups at once.
const ROUNDS: usize = 6;
/// What a solution may be off.
const TOLERANCE: f64 = 1e-5;

/// Sums of classes of cells that nothing published tells apart, within bounds.
struct Program {
    /// The cells of each class, and how many answers they are.
    classes: Vec<(Vec<usize>, u32)>,
    /// Largest sum per answer.
    top: f64,
    /// Sums are whole numbers.
    whole: bool,
    /// Classes with the least and the largest sum.
    rows: Vec<(Vec<usize>, f64, f64)>,
    /// Per class the least and the largest sum that were seen to be possible.
    seen: Vec<(f64, f64)>,
    unsolved: usize,
}

impl Program {
    /// Rows are cards with the least and the largest sum of their cells.
    fn new(sizes: &[u32], top: f64, whole: bool, cards: &[(&Card, f64, f64)]) -> Self {
        let mut marks: Vec<Vec<usize>> = vec![Vec::new(); sizes.len()];
        for (at, (card, ..)) in cards.iter().enumerate() {
            for cell in &card.cells {
                marks[*cell].push(at);
            }
        }
        let mut classes: BTreeMap<&[usize], (Vec<usize>, u32)> = BTreeMap::new();
        for (cell, marks) in marks.iter().enumerate() {
            if sizes[cell] > 0 {
                let class = classes.entry(marks).or_default();
                class.0.push(cell);
                class.1 += sizes[cell];
            }
        }
        let mut rows: Vec<(Vec<usize>, f64, f64)> =
            cards.iter().map(|(_, least, most)| (Vec::new(), *least, *most)).collect();
        for (class, marks) in classes.keys().enumerate() {
            for card in *marks {
                rows[*card].0.push(class);
            }
        }
        let classes: Vec<_> = classes.into_values().collect();
        let seen = vec![(f64::INFINITY, f64::NEG_INFINITY); classes.len()];
        Self { classes, top, whole, rows, seen, unsolved: 0 }
    }

    /// The sums with the largest value of an objective; they are possible for all classes.
    fn solve(&mut self, objective: &[f64]) {
        let mut problem = Problem::new(OptimizationDirection::Maximize);
        let sums: Vec<Variable> = (0..)
            .zip(&self.classes)
            .map(|(class, (_, size)): (usize, _)| {
                problem.add_var(objective[class], (0.0, self.top * f64::from(*size)))
            })
            .collect();
        for (classes, least, most) in &self.rows {
            let row: Vec<(Variable, f64)> =
                classes.iter().map(|class| (sums[*class], 1.0)).collect();
            if (most - least).abs() < f64::EPSILON {
                problem.add_constraint(row, ComparisonOp::Eq, *least);
            } else {
                problem.add_constraint(row.clone(), ComparisonOp::Ge, *least);
                problem.add_constraint(row, ComparisonOp::Le, *most);
            }
        }
        let Some(solution) = problem.solve().ok().and_then(|solved| solved.into_solution().ok())
        else {
            self.unsolved += 1;
            return;
        };
        let values: Vec<f64> = sums.iter().map(|sum| solution.var_value(*sum)).collect();
        for (classes, least, most) in &self.rows {
            let sum: f64 = classes.iter().map(|class| values[*class]).sum();
            let is_within = sum > least - TOLERANCE && sum < most + TOLERANCE;
            assert!(is_within, "the solver breaks a constraint: {sum} in {least}..{most}");
        }
        for (seen, value) in self.seen.iter_mut().zip(values) {
            *seen = (seen.0.min(value), seen.1.max(value));
        }
    }

    /// Bounds of a class as far as they are known, as whole sums where they are.
    fn bounds(&self, class: usize) -> (f64, f64) {
        let (least, most) = self.seen[class];
        if self.whole {
            ((least - TOLERANCE).ceil(), (most + TOLERANCE).floor())
        } else {
            (least, most)
        }
    }

    /// Widens what is known to be possible of each of some classes, until it is `enough` or all.
    fn explore(&mut self, targets: &[usize], enough: &impl Fn(&Self, usize) -> bool, seed: u64) {
        let mut dice = StdRng::seed_from_u64(seed);
        let left = |this: &Self| -> Vec<usize> {
            targets.iter().copied().filter(|class| !enough(this, *class)).collect()
        };
        for round in 0..ROUNDS {
            let mut objective = vec![0.0; self.classes.len()];
            let open = left(self);
            if open.is_empty() {
                return;
            }
            for class in open {
                objective[class] = match round {
                    0 => 1.0,
                    1 => -1.0,
                    _ if dice.random_bool(0.5) => 1.0,
                    _ => -1.0,
                };
            }
            self.solve(&objective);
        }
        for class in left(self) {
            for direction in [1.0, -1.0] {
                if !enough(self, class) {
                    let mut objective = vec![0.0; self.classes.len()];
                    objective[class] = direction;
                    self.solve(&objective);
                }
            }
        }
    }

    fn top_of(&self, answers: u32) -> f64 {
        self.top * f64::from(answers)
    }
}

/// Half a unit of the last decimal that is published of a slice.
fn half(card: &Card) -> f64 {
    if card.responses < FINE_MIN { 0.05 } else { 0.005 }
}

/// Looks for small groups of which the mean is known within little.
pub(super) fn means(evidence: &Evidence, report: &mut Report) {
    let company = &evidence.company;
    for (item, kind) in company.items.iter().enumerate() {
        let Some(steps) = kind.steps_max() else { continue };
        let top = f64::from(u32::try_from(steps).unwrap());
        // Points in a step.
        let step = if *kind == Kind::Outcome { 1.0 } else { 100.0 / top };
        let measure = Measure::Item(item);
        let sizes = sizes(evidence, measure);
        let mut cards = Vec::new();
        for card in evidence.all() {
            let size = f64::from(evidence.size(&card.cells, measure));
            if let Some(mean) = card.items[item].mean {
                let least = size * (mean.value - half(card)) / step;
                let most = size * (mean.value + half(card)) / step;
                let (least, most) = ((least - TOLERANCE).ceil(), (most + TOLERANCE).floor());
                let truth: i64 =
                    card.cells.iter().map(|cell| evidence.cells[*cell].steps(*kind, item)).sum();
                let truth = f64::from(i32::try_from(truth).unwrap());
                assert!(least <= truth && truth <= most, "seed {}: {}", company.seed, card.name);
                cards.push((card, least.max(0.0), most.min(top * size)));
            }
        }
        let system = Program::new(&sizes, top, true, &cards);
        narrow(evidence, measure, (&sizes, &cards), system, report);
    }
    if company.is_complete() {
        // Then scores add up over people, as means of items do.
        for dimension in 0..2 {
            let measure = Measure::Dimension(dimension);
            let sizes = sizes(evidence, measure);
            let mut cards = Vec::new();
            for card in evidence.all() {
                if let Some(score) = card.dimensions[dimension] {
                    let size = f64::from(evidence.size(&card.cells, measure));
                    let (least, most) = (score - half(card), score + half(card));
                    cards.push((card, (size * least).max(0.0), (size * most).min(size * 100.0)));
                }
            }
            let system = Program::new(&sizes, 100.0, false, &cards);
            narrow(evidence, measure, (&sizes, &cards), system, report);
        }
    }
}

fn sizes(evidence: &Evidence, measure: Measure) -> Vec<u32> {
    (0..evidence.cells.len()).map(|cell| evidence.size(&[cell], measure)).collect()
}

fn few(size: u32) -> bool {
    (1..K).contains(&size)
}

/// Whether a published group of ten or more, or what is left of it without another, says by itself
/// that a group within it is so near to an end, by a share of the scale: who knows that ten people agree, or nearly so, knows each of them. That is
/// allowed.
fn is_told_by_many(
    evidence: &Evidence,
    measure: Measure,
    cards: &[(&Card, f64, f64)],
    (group, top, share): (&[usize], f64, f64),
) -> bool {
    let within = |cells: &[usize]| group.iter().all(|cell| cells.contains(cell));
    let few = share * top * f64::from(evidence.size(group, measure)) + TOLERANCE;
    let tells = |cells: &[usize], least: f64, most: f64| {
        let size = evidence.size(cells, measure);
        let all = top * f64::from(size);
        size >= UNANIMOUS_MIN && within(cells) && (most <= few || all - least <= few)
    };
    cards.iter().filter(|(card, ..)| within(&card.cells)).any(|(card, least, most)| {
        tells(&card.cells, *least, *most)
            || cards.iter().any(|(other, other_least, other_most)| {
                let (rest, is_part) = without(&card.cells, &other.cells);
                is_part && tells(&rest, least - other_most, most - other_least)
            })
    })
}

/// What is left of a set without another, and whether the other is a part of it.
fn without(all: &[usize], part: &[usize]) -> (Vec<usize>, bool) {
    let rest: Vec<usize> = all.iter().copied().filter(|cell| !part.contains(cell)).collect();
    let is_part = rest.len() + part.len() == all.len();
    (rest, is_part)
}

fn narrow(
    evidence: &Evidence,
    measure: Measure,
    (sizes, cards): (&[u32], &[(&Card, f64, f64)]),
    mut system: Program,
    report: &mut Report,
) {
    let kind = match measure {
        Measure::Dimension(_) => "bounds of dimensions",
        _ => "bounds of items",
    };
    let targets: Vec<usize> = (0..system.classes.len())
        .filter(|class| {
            let (cells, size) = &system.classes[*class];
            *size < UNANIMOUS_MIN || cells.iter().any(|cell| few(sizes[*cell]))
        })
        .collect();
    // What of a class is judged: each small cell, and all of it. With the number of answers.
    let parts = |system: &Program, class: usize| {
        let (cells, size) = &system.classes[class];
        let small = cells.iter().filter(|cell| few(sizes[**cell]));
        let small = small.map(|cell| (vec![*cell], sizes[*cell]));
        let all = (cells.len() > 1 || !few(*size)).then(|| (cells.clone(), *size));
        small.chain(all).collect::<Vec<_>>()
    };
    let bounds = |system: &Program, class: usize, answers: u32| {
        let (least, most) = system.bounds(class);
        let others = system.top_of(system.classes[class].1 - answers);
        ((least - others).max(0.0), most.min(system.top_of(answers)))
    };
    let verdict = |system: &Program, class: usize, answers: u32| {
        let (least, most) = bounds(system, class, answers);
        let top = system.top_of(answers);
        if most < TOLERANCE || least > top - TOLERANCE {
            Some("all at one end")
        } else if few(answers) && most - least <= NARROW * top + TOLERANCE {
            Some(if most - least < TOLERANCE { "exact" } else { "narrow" })
        } else {
            None
        }
    };
    let enough = |system: &Program, class: usize| {
        let all = parts(system, class);
        all.iter().all(|(_, answers)| verdict(system, class, *answers).is_none())
    };
    system.explore(&targets, &enough, evidence.company.seed);
    report.count("programs without a solution", system.unsolved);
    for class in targets {
        for (cells, answers) in parts(&system, class) {
            let Some(why) = verdict(&system, class, answers) else { continue };
            let share = if why == "narrow" { NARROW } else { 0.0 };
            if is_told_by_many(evidence, measure, cards, (&cells, system.top, share)) {
                report.count("small groups known by ten or more who agree", 1);
                continue;
            }
            report.find(kind, || {
                let (least, most) = bounds(&system, class, answers);
                let whom = evidence.describe(&cells, measure);
                let top = system.top_of(answers);
                format!("{measure:?} of {whom}: {why}, {least:.2}..{most:.2} of 0..{top}")
            });
        }
    }
}

/// Looks for small groups of which it is known how many chose something.
pub(super) fn choices(evidence: &Evidence, report: &mut Report) {
    for (item, kind) in evidence.company.items.iter().enumerate() {
        let measure = Measure::Item(item);
        let sizes = sizes(evidence, measure);
        let told: Vec<(&Card, &Vec<f64>)> = evidence
            .all()
            .filter_map(|card| Some((card, card.items[item].shares.as_ref()?)))
            .collect();
        for code in 0..kind.codes() {
            let cards: Vec<(&Card, f64, f64)> = told
                .iter()
                .map(|(card, shares)| {
                    let size = f64::from(evidence.size(&card.cells, measure));
                    // Shares have enough decimals for every size here.
                    let count = (shares[code] * size).round();
                    let truth: u32 = card
                        .cells
                        .iter()
                        .map(|cell| evidence.cells[*cell].chose(*kind, item, code))
                        .sum();
                    assert!((count - f64::from(truth)).abs() < TOLERANCE, "{}", card.name);
                    (*card, count, count)
                })
                .collect();
            pinned(evidence, (item, code), (&sizes, &cards), report);
        }
    }
}

fn pinned(
    evidence: &Evidence,
    (item, code): (usize, usize),
    (sizes, cards): (&[u32], &[(&Card, f64, f64)]),
    report: &mut Report,
) {
    let mut system = Program::new(sizes, 1.0, true, cards);
    let classes = 0..system.classes.len();
    let has_few = |(cells, _): &(Vec<usize>, u32)| cells.iter().any(|cell| few(sizes[*cell]));
    let targets: Vec<usize> = classes.filter(|class| has_few(&system.classes[*class])).collect();
    let open = |system: &Program, class: usize, answers: u32| {
        let (least, most) = system.bounds(class);
        let others = system.top_of(system.classes[class].1 - answers);
        ((least - others).max(0.0), most.min(system.top_of(answers)))
    };
    let smallest = |system: &Program, class: usize| -> Vec<(usize, u32)> {
        let cells = system.classes[class].0.iter().filter(|cell| few(sizes[**cell]));
        cells.map(|cell| (*cell, sizes[*cell])).collect()
    };
    let enough = |system: &Program, class: usize| {
        smallest(system, class).iter().all(|(_, answers)| {
            let (least, most) = open(system, class, *answers);
            most - least > TOLERANCE
        })
    };
    system.explore(&targets, &enough, evidence.company.seed);
    report.count("programs without a solution", system.unsolved);
    for class in targets {
        for (cell, answers) in smallest(&system, class) {
            let (least, most) = open(&system, class, answers);
            if most - least > TOLERANCE {
                continue;
            }
            if most < TOLERANCE {
                report.count("options that nobody of a small group chose", 1);
                continue;
            }
            if is_told_by_many(evidence, Measure::Item(item), cards, (&[cell], 1.0, 0.0)) {
                report.count("small groups known by ten or more who agree", 1);
                continue;
            }
            report.find("counts of options", || {
                let whom = evidence.describe(&[cell], Measure::Item(item));
                format!("{least} of {whom} chose {code} of i{item}")
            });
        }
    }
}
