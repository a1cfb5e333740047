//! Proves of unknown sums, of which some known rows are made, that no small group of them can be computed.
//!
//! A group that can be computed is a sum of multiples of rows that comes to 1 for its columns and to 0
//! for all others. A group below the minimum has no column of the minimum or more, nor one that is
//! known to be in none. So the multiples come to 0 for all of these: sums that do are found by
//! elimination, and whatever is left of them lies in the other columns, of which there are few.
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::disclosure::modular::{Echelon, Row};

/// Groups of small columns that are tried for one set of sums. Where more would have to be tried, the
/// sums count as a leak.
const GROUPS_MAX: usize = 20_000;

/// An unknown sum.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// The rows that it is in, each with its factor.
    pub(super) rows: Vec<(u32, u64)>,
    /// What is summed up: groups are looked for among columns of one subject.
    pub(super) subject: u32,
    /// Whose answers are.
    pub(super) kind: u32,
    /// How many they are, where they are below the minimum and may be in a group that can be computed.
    pub(super) few: Option<u32>,
    /// All sums of the same kind.
    pub(super) together: Together,
}

/// The sums of a kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Together {
    /// How many there are.
    pub(super) sums: usize,
    /// How many people's answers are in any of them.
    pub(super) people: u32,
}

/// Groups below the minimum that can be computed, each as the rows that it is computed from. Where there
/// is none, none can be computed.
pub(super) fn leaks(mut columns: Vec<Column>, minimum: u32) -> Vec<Vec<u32>> {
    if columns.iter().all(|column| column.few.is_none()) {
        return Vec::new();
    }
    let names = renumber(&mut columns);
    let (large, small): (Vec<_>, Vec<_>) =
        columns.into_iter().partition(|column| column.few.is_none());
    let find = |track: bool| {
        let sums = Sums { rows: eliminated(&large, &small, track), small: &small };
        let components = sums.components();
        components.iter().flat_map(|rows| sums.leaks(rows, minimum)).collect::<Vec<_>>()
    };
    // Which rows a sum is made of is only asked for when there is one.
    if find(false).is_empty() {
        return Vec::new();
    }
    let in_names = |rows: Vec<u32>| rows.into_iter().map(|row| names[row as usize]).collect();
    find(true).into_iter().map(in_names).collect()
}

/// Numbers the rows that there are from 0; returns what they were called.
fn renumber(columns: &mut [Column]) -> Vec<u32> {
    let rows = columns.iter().flat_map(|column| &column.rows).map(|(row, _)| *row);
    let len = rows.max().map_or(0, |highest| highest as usize + 1);
    let mut names = Vec::new();
    let mut numbers: Vec<Option<u32>> = vec![None; len];
    for (row, _) in columns.iter_mut().flat_map(|column| &mut column.rows) {
        let number = numbers[*row as usize].get_or_insert_with(|| {
            names.push(*row);
            u32::try_from(names.len() - 1).unwrap_or(u32::MAX)
        });
        *row = *number;
    }
    names
}

/// Sums of rows that come to 0 for all large columns, as rows over the small ones; when they are tracked,
/// with the factor of each row in a column behind these.
fn eliminated(large: &[Column], small: &[Column], track: bool) -> Vec<Row> {
    let numbers = large.iter().chain(small).flat_map(|column| &column.rows);
    let len = numbers.map(|(row, _)| *row as usize + 1).max().unwrap_or(0);
    // A row with a column of its own takes part in no such sum, and so on without it.
    let mut left: Vec<Vec<u32>> = vec![Vec::new(); len];
    for (at, column) in (0..).zip(large.iter()) {
        for (row, _) in &column.rows {
            left[*row as usize].push(at);
        }
    }
    let mut out = vec![false; len];
    let mut degrees: Vec<usize> = large.iter().map(|column| column.rows.len()).collect();
    let mut alone: Vec<usize> = (0..large.len()).filter(|at| degrees[*at] == 1).collect();
    while let Some(at) = alone.pop() {
        let row = large[at].rows.iter().find(|(row, _)| !out[*row as usize]);
        let Some((row, _)) = row.filter(|_| degrees[at] == 1) else { continue };
        out[*row as usize] = true;
        for other in &left[*row as usize] {
            let other = *other as usize;
            degrees[other] -= 1;
            if degrees[other] == 1 {
                alone.push(other);
            }
        }
    }
    // Columns in few slices come first: they are used up before they spread.
    let mut order: Vec<usize> = (0..large.len()).filter(|at| degrees[*at] > 0).collect();
    order.sort_unstable_by_key(|at| (degrees[*at], *at));
    let mut rows: Vec<Row> = vec![Row::new(); len];
    let columns = order.iter().map(|at| &large[*at]).chain(small);
    for (at, column) in (0..).zip(columns) {
        for (row, factor) in column.rows.iter().filter(|(row, _)| !out[*row as usize]) {
            rows[*row as usize].push((at, *factor));
        }
    }
    let first_small = u32::try_from(order.len()).unwrap_or(u32::MAX);
    let first_row = first_small + u32::try_from(small.len()).unwrap_or(u32::MAX);
    if track {
        for (number, row) in (0..).zip(&mut rows).filter(|(_, row)| !row.is_empty()) {
            row.push((first_row + number, 1));
        }
    }
    rows.retain(|row| !row.is_empty());
    rows.sort_unstable_by_key(Vec::len);
    let mut echelon = Echelon::default();
    for row in rows {
        let row = echelon.begun(row);
        echelon.push(row);
    }
    let all_small = |row: &Row| {
        row.first().is_some_and(|(column, _)| (first_small..first_row).contains(column))
    };
    let moved =
        |row: Row| row.into_iter().map(|(column, value)| (column - first_small, value)).collect();
    echelon.into_rows().into_iter().filter(all_small).map(moved).collect()
}

/// Sums of rows that lie in small columns.
struct Sums<'a> {
    rows: Vec<Row>,
    small: &'a [Column],
}

impl Sums<'_> {
    /// Columns of a row that are small ones.
    fn columns<'r>(&self, row: &'r Row) -> impl Iterator<Item = u32> + use<'r> {
        let small = self.small.len();
        row.iter().map(|(column, _)| *column).take_while(move |column| (*column as usize) < small)
    }

    /// Rows that have columns in common, directly or by others.
    fn components(&self) -> Vec<Vec<&Row>> {
        let mut owner: HashMap<u32, usize> = HashMap::new();
        let mut components: Vec<Vec<&Row>> = Vec::new();
        for row in &self.rows {
            let mut joined: Vec<usize> =
                self.columns(row).filter_map(|column| owner.get(&column).copied()).collect();
            joined.sort_unstable();
            joined.dedup();
            let mut all = vec![row];
            for component in joined {
                all.append(&mut components[component]);
            }
            for column in all.iter().flat_map(|row| self.columns(row)) {
                owner.insert(column, components.len());
            }
            components.push(all);
        }
        components.retain(|component| !component.is_empty());
        components
    }

    /// The rows from which each group below the minimum can be computed; all that are there when there
    /// are too many groups to try.
    fn leaks(&self, rows: &[&Row], minimum: u32) -> Vec<Vec<u32>> {
        let mut columns: Vec<u32> = rows.iter().flat_map(|row| self.columns(row)).collect();
        columns.sort_unstable_by_key(|column| (self.small[*column as usize].subject, *column));
        columns.dedup();
        let mut leaks = Vec::new();
        let mut echelon = Echelon::default();
        for row in rows {
            if self.people(row) < minimum {
                leaks.push(self.factors(std::iter::once(*row)));
            }
            // They began at different columns before.
            echelon.push((*row).clone());
        }
        let mut tried = 0;
        // Beginnings of groups: their columns, the place to go on from, and their people.
        let mut open: Vec<(Vec<u32>, usize, u32)> = vec![(Vec::new(), 0, 0)];
        while let Some((group, from, people)) = open.pop() {
            let subject = group.first().map(|first| self.small[*first as usize].subject);
            for (at, column) in columns.iter().enumerate().skip(from) {
                let next = &self.small[*column as usize];
                if subject.is_some_and(|subject| next.subject != subject) {
                    break;
                }
                let people = people + next.few.unwrap_or(minimum);
                if people >= minimum {
                    continue;
                }
                tried += 1;
                if tried > GROUPS_MAX {
                    leaks.push(self.factors(rows.iter().copied()));
                    return leaks;
                }
                let mut more = group.clone();
                more.push(*column);
                let mut vector: Row = more.iter().map(|column| (*column, 1)).collect();
                vector.sort_unstable();
                let left = echelon.reduced(vector);
                if self.columns(&left).next().is_none() {
                    leaks.push(self.factors(std::iter::once(&left)));
                } else {
                    open.push((more, at + 1, people));
                }
            }
        }
        leaks
    }

    /// At least so many people's answers are in a row: all of a kind where all of its sums are, else as
    /// many as are in the largest.
    fn people(&self, row: &Row) -> u32 {
        let mut kinds: BTreeMap<u32, (usize, u32)> = BTreeMap::new();
        for column in self.columns(row) {
            let Column { kind, few, together, .. } = &self.small[column as usize];
            let (sums, people) = kinds.entry(*kind).or_default();
            *sums += 1;
            *people = few.unwrap_or_default().max(*people);
            if *sums == together.sums {
                *people = together.people;
            }
        }
        kinds.values().map(|(_, people)| people).sum()
    }

    /// The rows that have a factor in some.
    fn factors<'r>(&self, rows: impl Iterator<Item = &'r Row>) -> Vec<u32> {
        let first = self.small.len();
        let numbers = rows
            .flatten()
            .filter_map(|(column, _)| u32::try_from((*column as usize).checked_sub(first)?).ok());
        let numbers: BTreeSet<u32> = numbers.collect();
        numbers.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sums of so many people each, with the rows that each is in; those below five are few.
    fn columns(sums: &[(&[u32], u32)]) -> Vec<Column> {
        let column = |(kind, (rows, people)): (u32, &(&[u32], u32))| Column {
            rows: rows.iter().map(|row| (*row, 1)).collect(),
            subject: 0,
            kind,
            few: (*people < 5).then_some(*people),
            together: Together { sums: 1, people: *people },
        };
        (0..).zip(sums).map(column).collect()
    }

    #[test]
    fn small_groups_are_found_with_the_rows_that_they_are_computed_from() {
        // Three of a unit whose other ten are a slice as well.
        let found = leaks(columns(&[(&[0], 3), (&[0, 1], 10)]), 5);
        assert_eq!(found.first(), Some(&vec![0, 1]));
        // They may be any of thirteen when it is not shown.
        assert!(leaks(columns(&[(&[0], 3), (&[0], 10)]), 5).is_empty());
        // Two of three each that are never apart are enough together.
        assert!(leaks(columns(&[(&[0], 3), (&[0], 3), (&[1], 10)]), 5).is_empty());
        // Of a square that is shown along both sides nothing is known.
        let square: [(&[u32], u32); 4] = [(&[0, 2], 3), (&[0, 3], 9), (&[1, 2], 9), (&[1, 3], 9)];
        assert!(leaks(columns(&square), 5).is_empty());
    }

    #[test]
    fn a_sum_over_all_that_people_answered_is_about_all_of_them() {
        // A dimension of two items: four answered either, and five any of the two.
        let of_two = |people| -> Vec<Column> {
            let item = |subject| Column {
                rows: vec![(0, 1)],
                subject,
                kind: 0,
                few: Some(4),
                together: Together { sums: 2, people },
            };
            vec![item(0), item(1)]
        };
        assert!(leaks(of_two(5), 5).is_empty());
        assert_eq!(leaks(of_two(4), 5).first(), Some(&vec![0]));
    }
}
