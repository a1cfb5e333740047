//! Which groups of few people can be computed exactly from published sums, whatever their values, by
//! adding and subtracting multiples of them. Done with whole numbers modulo a prime, so that nothing
//! is lost to rounding.
//!
//! The search is complete. A group that can be computed is a vector of ones and zeros in the space
//! that the published rows span. Since it is zero for everything large, it lies in the part of the
//! space that is left once the large columns are eliminated. There it is the sum of the reduced rows
//! whose leading columns it contains: at most four, for each of them is somebody.
use std::collections::{BTreeMap, HashMap};

/// The prime.
const P: u64 = (1 << 31) - 1;
/// Sets of rows that are tried for one system. More count as found.
const STEPS_MAX: usize = 200_000;
/// Groups that are told of one system.
const TOLD_MAX: usize = 20;

/// A published sum: its columns, with factors.
pub(super) type Row = Vec<(usize, u64)>;

/// What is known, as sums of columns.
#[derive(Clone, Debug, Default)]
pub(super) struct System {
    /// How many people each column is, and what it is about: a group has columns of one subject.
    pub(super) columns: Vec<(u32, usize)>,
    pub(super) rows: Vec<Row>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// Groups of columns.
    pub(super) groups: Vec<Vec<usize>>,
    /// There was too much to try.
    pub(super) gave_up: bool,
}

/// The residue of a fraction.
pub(super) fn fraction(above: u64, below: u64) -> u64 {
    above % P * inverse(below % P) % P
}

fn inverse(value: u64) -> u64 {
    let (mut power, mut base, mut left) = (1, value, P - 2);
    while left > 0 {
        if left & 1 == 1 {
            power = power * base % P;
        }
        base = base * base % P;
        left >>= 1;
    }
    power
}

/// Rows in echelon form, by leading column.
struct Echelon {
    rows: BTreeMap<usize, Row>,
    work: Vec<u64>,
}

impl Echelon {
    fn new(width: usize) -> Self {
        Self { rows: BTreeMap::new(), work: vec![0; width] }
    }

    /// Takes the rows out of a row; what is left leads with 1.
    fn reduce(&mut self, row: &Row) -> Row {
        for (column, value) in row {
            self.work[*column] = (self.work[*column] + value) % P;
        }
        let first = row.iter().map(|(column, _)| *column).min().unwrap_or(0);
        for column in first..self.work.len() {
            let factor = self.work[column];
            if factor == 0 {
                continue;
            }
            let Some(pivot) = self.rows.get(&column) else { continue };
            for (at, value) in pivot {
                self.work[*at] = (self.work[*at] + (P - factor) * value) % P;
            }
        }
        let mut left: Row = Vec::new();
        for (column, value) in self.work.iter_mut().enumerate().skip(first) {
            if *value != 0 {
                left.push((column, std::mem::take(value)));
            }
        }
        if let Some((_, lead)) = left.first() {
            let scale = inverse(*lead);
            for (_, value) in &mut left {
                *value = *value * scale % P;
            }
        }
        left
    }

    fn push(&mut self, row: &Row) {
        let left = self.reduce(row);
        if let Some((lead, _)) = left.first() {
            self.rows.insert(*lead, left);
        }
    }
}

/// Columns that are the same in all rows are one: nothing tells them apart.
struct Merged {
    /// The columns of each class.
    classes: Vec<Vec<usize>>,
    sizes: Vec<u32>,
    subjects: Vec<usize>,
    /// Classes below this one are large.
    small_from: usize,
    rows: Vec<Row>,
}

fn merge(system: &System, minimum: u32) -> Merged {
    let mut marks: Vec<Row> = vec![Vec::new(); system.columns.len()];
    for (number, row) in system.rows.iter().enumerate() {
        for (column, value) in row {
            marks[*column].push((number, *value));
        }
    }
    let mut by_marks: BTreeMap<(usize, &Row), Vec<usize>> = BTreeMap::new();
    for (column, marks) in marks.iter().enumerate() {
        let (size, subject) = system.columns[column];
        if size > 0 && !marks.is_empty() {
            by_marks.entry((subject, marks)).or_default().push(column);
        }
    }
    let size = |columns: &[usize]| columns.iter().map(|at| system.columns[*at].0).sum::<u32>();
    let mut classes: Vec<Vec<usize>> = by_marks.into_values().collect();
    classes.sort_by_key(|columns| size(columns) < minimum);
    let sizes: Vec<u32> = classes.iter().map(|columns| size(columns)).collect();
    let mut class_of: HashMap<usize, usize> = HashMap::new();
    for (class, columns) in classes.iter().enumerate() {
        class_of.insert(columns[0], class);
    }
    let mut rows: Vec<Row> = Vec::new();
    for row in &system.rows {
        let merged = row.iter().filter_map(|(at, value)| Some((*class_of.get(at)?, *value)));
        let mut merged: Row = merged.collect();
        merged.sort_unstable();
        rows.push(merged);
    }
    rows.sort_unstable_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
    rows.dedup();
    let small_from = sizes.iter().filter(|size| **size >= minimum).count();
    let subjects = classes.iter().map(|columns| system.columns[columns[0]].1).collect();
    Merged { classes, sizes, subjects, small_from, rows }
}

/// All smallest groups of fewer than `minimum` people that can be computed.
pub(super) fn small_groups(system: &System, minimum: u32) -> Found {
    let merged = merge(system, minimum);
    if merged.small_from == merged.classes.len() {
        return Found::default();
    }
    let mut echelon = Echelon::new(merged.classes.len());
    for row in &merged.rows {
        echelon.push(row);
    }
    // Of the rows that lead with something small each is freed of the others' leading columns.
    let small: Vec<Row> = echelon.rows.split_off(&merged.small_from).into_values().collect();
    let mut reduced = Echelon::new(merged.classes.len());
    for row in small.iter().rev() {
        let left = reduced.reduce(row);
        if let Some((lead, _)) = left.first() {
            reduced.rows.insert(*lead, left);
        }
    }
    let rows: Vec<Row> = reduced.rows.into_values().collect();
    let mut touching: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        for (column, _) in row {
            touching.entry(*column).or_default().push(at);
        }
    }
    let banned = vec![false; rows.len()];
    let mut hunt =
        Hunt { merged: &merged, rows, touching, minimum, banned, steps: 0, found: Vec::new() };
    for row in 0..hunt.rows.len() {
        hunt.follow(&BTreeMap::new(), row, 0);
        hunt.banned[row] = true;
    }
    let gave_up = hunt.steps >= STEPS_MAX;
    let columns = |group: &Vec<usize>| {
        let mut columns: Vec<usize> =
            group.iter().flat_map(|class| merged.classes[*class].iter().copied()).collect();
        columns.sort_unstable();
        columns
    };
    Found { groups: hunt.found.iter().map(columns).collect(), gave_up }
}

/// Looks for sums of reduced rows that are groups.
struct Hunt<'a> {
    merged: &'a Merged,
    rows: Vec<Row>,
    /// Rows by column.
    touching: HashMap<usize, Vec<usize>>,
    minimum: u32,
    banned: Vec<bool>,
    steps: usize,
    found: Vec<Vec<usize>>,
}

impl Hunt<'_> {
    /// Adds a row to a sum of rows, and more where that is no group yet.
    fn follow(&mut self, sum: &BTreeMap<usize, u64>, row: usize, people: u32) {
        let lead = self.rows[row][0].0;
        let subject = self.merged.subjects[lead];
        let people = people + self.merged.sizes[lead];
        self.steps += 1;
        if people >= self.minimum || self.steps >= STEPS_MAX || self.found.len() >= TOLD_MAX {
            return;
        }
        let mut sum = sum.clone();
        for (column, value) in &self.rows[row] {
            let entry = sum.entry(*column).or_default();
            *entry = (*entry + value) % P;
            if *entry == 0 {
                sum.remove(column);
            }
        }
        let fits = |column: &usize, value: u64| {
            value == 0 || (value == 1 && self.merged.subjects[*column] == subject)
        };
        let wrong = sum.iter().find(|(column, value)| !fits(column, **value));
        let more: Vec<usize> = if let Some((column, _)) = wrong {
            // Some other row has to mend this column.
            self.touching[column].clone()
        } else {
            let all: u32 = sum.keys().map(|column| self.merged.sizes[*column]).sum();
            if all < self.minimum {
                self.found.push(sum.keys().copied().collect());
                return;
            }
            // Too many people: some other row has to take a column away.
            let mut more: Vec<usize> =
                sum.keys().flat_map(|column| self.touching[column].clone()).collect();
            more.sort_unstable();
            more.dedup();
            more
        };
        let mut tried = Vec::new();
        for next in more {
            let lead = self.rows[next][0].0;
            // A row whose leading column is in the sum is one of its rows.
            let of_subject = self.merged.subjects[lead] == subject;
            if self.banned[next] || !of_subject || sum.contains_key(&lead) {
                continue;
            }
            self.follow(&sum, next, people);
            self.banned[next] = true;
            tried.push(next);
        }
        for row in tried {
            self.banned[row] = false;
        }
    }
}

/// The rows, with factors, that sum to a group. None when none do.
pub(super) fn combination(system: &System, group: &[usize]) -> Option<Vec<(usize, u64)>> {
    let width = system.columns.len();
    let mut echelon = Echelon::new(width + system.rows.len());
    for (number, row) in system.rows.iter().enumerate() {
        let mut row = row.clone();
        row.push((width + number, 1));
        echelon.push(&row);
    }
    let target: Row = group.iter().map(|column| (*column, 1)).collect();
    for (column, value) in &target {
        echelon.work[*column] = *value;
    }
    // Not scaled: the factors count.
    for column in 0..width {
        let factor = echelon.work[column];
        let Some(pivot) = echelon.rows.get(&column).filter(|_| factor != 0) else { continue };
        for (at, value) in pivot {
            echelon.work[*at] = (echelon.work[*at] + (P - factor) * value) % P;
        }
    }
    if echelon.work[..width].iter().any(|value| *value != 0) {
        return None;
    }
    let rows = echelon.work[width..].iter().enumerate().filter(|(_, value)| **value != 0);
    Some(rows.map(|(row, value)| (row, P - value)).collect())
}

/// A residue as a small number with its sign, where it is one.
pub(super) fn signed(value: u64) -> String {
    match value {
        1 => "+".to_owned(),
        value if value == P - 1 => "-".to_owned(),
        value if value > P - 1000 => format!("-{} ", P - value),
        value if value < 1000 => format!("+{value} "),
        _ => "~".to_owned(),
    }
}
