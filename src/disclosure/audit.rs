//! Proves that no group below the minimum can be computed from the slices that are shown, by any sums
//! and differences of any of them.
//!
//! A group that can be computed is a sum of multiples of shown slices that comes to 1 for its cells and
//! to 0 for all others. A group below the minimum has no cell of the minimum or more. So the
//! multiples come to 0 for all large cells: sums that do are found by elimination, and whatever
//! is left of them lies in small cells, of which there are few.
use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroUsize;
use std::ops::Range;

use super::counts::Home;
use super::frame::{Frame, Part, Slice};
use super::modular::{Echelon, Row};
use super::parallel::in_parallel;

/// Groups of small cells that are tried for one set of sums. Where more would have to be tried, the
/// sums count as a leak.
const GROUPS_MAX: usize = 20_000;

/// A cell with its answers.
#[derive(Clone, Debug)]
pub struct Inhabited<'a> {
    /// Where its people belong.
    pub home: Home<'a>,
    /// How many of them answered, by what: anything, each dimension, each item. Whoever answered
    /// nothing of it adds nothing to what is shown of it.
    pub sizes: Vec<u32>,
}

/// Cells that lie in the same shown slices: nothing shown tells them apart.
struct Column {
    slices: Vec<u32>,
    people: u32,
}

/// The cells by the shown slices that they lie in.
struct Alike {
    /// The slices of each kind of cells.
    slices: Vec<Vec<u32>>,
    /// The kind of each cell.
    of_cell: Vec<usize>,
}

/// Groups below the minimum that can be computed from what is shown, each as the shown slices that
/// it is computed from. Where there is none, none can be computed. `measures` are the sizes of
/// the cells for which it is looked, with at most `threads` at once.
pub(super) fn leaks(
    frame: &Frame,
    shown: &[bool],
    (cells, measures): (&[Inhabited<'_>], Range<usize>),
    minimum: u32,
    threads: NonZeroUsize,
) -> Vec<Vec<usize>> {
    if measures.is_empty() {
        return Vec::new();
    }
    let alike = Alike::of(frame, shown, cells);
    let measures = different(cells, measures);
    let found = in_parallel(measures.len(), threads, &|at| {
        leaks_of(&alike, |cell| cells[cell].sizes[measures[at]], minimum)
    });
    let mut leaks = found.concat();
    leaks.sort_unstable();
    leaks.dedup();
    leaks
}

/// Of measures that are the same for all cells one is enough.
fn different(cells: &[Inhabited<'_>], measures: Range<usize>) -> Vec<usize> {
    let mut different: Vec<usize> = Vec::new();
    for measure in measures {
        let is_same =
            |other: &usize| cells.iter().all(|cell| cell.sizes[measure] == cell.sizes[*other]);
        if !different.iter().any(is_same) {
            different.push(measure);
        }
    }
    different
}

fn leaks_of(alike: &Alike, size: impl Fn(usize) -> u32, minimum: u32) -> Vec<Vec<usize>> {
    let mut people = vec![0; alike.slices.len()];
    let mut all_large = true;
    for (cell, kind) in alike.of_cell.iter().enumerate() {
        let size = size(cell);
        all_large &= size == 0 || size >= minimum;
        people[*kind] += size;
    }
    if all_large {
        return Vec::new();
    }
    let columns = alike.slices.iter().zip(people).filter(|(_, people)| *people > 0);
    let columns = columns.map(|(slices, people)| Column { slices: slices.clone(), people });
    let (large, small): (Vec<_>, Vec<_>) = columns.partition(|column| column.people >= minimum);
    if small.is_empty() {
        return Vec::new();
    }
    let sums = Sums { rows: eliminated(&large, &small), small: &small };
    let components = sums.components();
    components.iter().flat_map(|rows| sums.leaks(rows, minimum)).collect()
}

impl Alike {
    /// Sorts the cells by the shown slices that are nearest to each: of each part the smallest one
    /// around it. Slices around these add nothing to the differences between them.
    fn of(frame: &Frame, shown: &[bool], cells: &[Inhabited<'_>]) -> Self {
        let parts = frame.parts();
        // By unit and part, the smallest slice around the unit's own staff.
        let mut nearest: Vec<Option<u32>> = vec![None; frame.parents.len() * parts];
        let mut around: Vec<Option<u32>> = nearest.clone();
        for unit in 0..frame.parents.len() {
            for offset in 0..parts {
                let at = unit * parts + offset;
                let whole = unit * 2 * parts + offset;
                let above = frame.parents[unit].and_then(|above| around[above * parts + offset]);
                let own = whole + parts;
                let name = |number: usize| u32::try_from(number).ok();
                around[at] = if shown[whole] { name(whole) } else { above };
                nearest[at] =
                    if frame.has_units_below(unit) && shown[own] { name(own) } else { around[at] };
            }
        }
        let slices_of = |cell: &Inhabited<'_>| {
            let first = cell.home.unit * parts;
            let mut slices: Vec<u32> = nearest[first].into_iter().collect();
            for (dimension, value) in cell.home.values.iter().enumerate() {
                let offset = value.map(|value| frame.value_offset(dimension, value));
                slices.extend(offset.and_then(|offset| nearest[first + offset]));
            }
            slices.extend(pairs(frame, shown, &cell.home));
            slices
        };
        let of_cells: Vec<Vec<u32>> = cells.iter().map(slices_of).collect();
        let mut slices = of_cells.clone();
        slices.sort_unstable();
        slices.dedup();
        let kind = |of_cell: &Vec<u32>| slices.binary_search(of_cell).unwrap_or_default();
        let of_cell = of_cells.iter().map(kind).collect();
        Self { slices, of_cell }
    }
}

fn pairs(frame: &Frame, shown: &[bool], home: &Home<'_>) -> Vec<u32> {
    let numbers = frame.pairs.iter().enumerate().filter_map(|(pair, (one, other))| {
        let part = Part::Pair { pair, first: home.values[*one]?, second: home.values[*other]? };
        let number = frame.number(Slice { unit: 0, direct: false, part });
        shown[number].then(|| u32::try_from(number).ok()).flatten()
    });
    numbers.collect()
}

/// Sums of slices that come to 0 for all large columns, as rows over the small ones, with the factor of
/// each slice in a column behind these.
fn eliminated(large: &[Column], small: &[Column]) -> Vec<Row> {
    // A slice with a column of its own takes part in no such sum, and so on without it.
    let mut left: HashMap<u32, Vec<u32>> = HashMap::new();
    for (at, column) in (0..).zip(large.iter()) {
        for slice in &column.slices {
            left.entry(*slice).or_default().push(at);
        }
    }
    let mut out: Vec<bool> = Vec::new();
    let highest = large.iter().chain(small).flat_map(|column| &column.slices).max();
    out.resize(highest.map_or(0, |highest| *highest as usize + 1), false);
    let mut degrees: Vec<usize> = large.iter().map(|column| column.slices.len()).collect();
    let mut alone: Vec<usize> = (0..large.len()).filter(|at| degrees[*at] == 1).collect();
    while let Some(at) = alone.pop() {
        let slice = large[at].slices.iter().find(|slice| !out[**slice as usize]);
        let Some(slice) = slice.filter(|_| degrees[at] == 1) else { continue };
        out[*slice as usize] = true;
        for other in left.get(slice).into_iter().flatten() {
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
    let mut rows: BTreeMap<u32, Row> = BTreeMap::new();
    let columns = order.iter().map(|at| &large[*at]).chain(small);
    for (at, column) in (0..).zip(columns) {
        for slice in column.slices.iter().filter(|slice| !out[**slice as usize]) {
            rows.entry(*slice).or_default().push((at, 1));
        }
    }
    let first_small = u32::try_from(order.len()).unwrap_or(u32::MAX);
    let first_slice = first_small + u32::try_from(small.len()).unwrap_or(u32::MAX);
    let rows = rows.into_iter().map(|(slice, mut row)| {
        row.push((first_slice + slice, 1));
        row
    });
    let mut rows: Vec<Row> = rows.collect();
    rows.sort_unstable_by_key(Vec::len);
    let mut echelon = Echelon::default();
    for row in rows {
        let row = echelon.begun(row);
        echelon.push(row);
    }
    let all_small = |row: &Row| {
        row.first().is_some_and(|(column, _)| (first_small..first_slice).contains(column))
    };
    let moved =
        |row: Row| row.into_iter().map(|(column, value)| (column - first_small, value)).collect();
    echelon.into_rows().into_iter().filter(all_small).map(moved).collect()
}

/// Sums of slices that lie in small columns.
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

    /// The slices from which each group below the minimum can be computed; all of the rows' when there
    /// are too many groups to try.
    fn leaks(&self, rows: &[&Row], minimum: u32) -> Vec<Vec<usize>> {
        let mut columns: Vec<u32> = rows.iter().flat_map(|row| self.columns(row)).collect();
        columns.sort_unstable();
        columns.dedup();
        let mut echelon = Echelon::default();
        for row in rows {
            // They began at different columns before.
            echelon.push((*row).clone());
        }
        let mut leaks = Vec::new();
        let mut tried = 0;
        // Beginnings of groups: their columns, the place to go on from, and their people.
        let mut open: Vec<(Vec<u32>, usize, u32)> = vec![(Vec::new(), 0, 0)];
        while let Some((group, from, people)) = open.pop() {
            for (at, column) in columns.iter().enumerate().skip(from) {
                let people = people + self.small[*column as usize].people;
                if people >= minimum {
                    continue;
                }
                tried += 1;
                if tried > GROUPS_MAX {
                    leaks.push(self.slices(rows.iter().copied()));
                    return leaks;
                }
                let mut more = group.clone();
                more.push(*column);
                let left = echelon.reduced(more.iter().map(|column| (*column, 1)).collect());
                if self.columns(&left).next().is_none() {
                    leaks.push(self.slices(std::iter::once(&left)));
                } else {
                    open.push((more, at + 1, people));
                }
            }
        }
        leaks
    }

    /// The slices that have a factor in rows.
    fn slices<'r>(&self, rows: impl Iterator<Item = &'r Row>) -> Vec<usize> {
        let first = self.small.len();
        let numbers =
            rows.flatten().filter_map(|(column, _)| (*column as usize).checked_sub(first));
        let mut slices: Vec<usize> = numbers.collect();
        slices.sort_unstable();
        slices.dedup();
        slices
    }
}
