//! Proves that nothing about fewer people than the minimum can be computed from what is shown, by any
//! sums and differences of any of it. The attacker is taken to know of every cell how many answered
//! what.
//!
//! Two things are proved. Of the people, and of those who answered anything of a dimension, no group
//! below the minimum is a sum of shown slices. And no answers of fewer to an item follow from item
//! means and dimension scores together: a slice may show its dimensions without its items, and a
//! dimension less what is known of its other items would be the one that is not shown.
mod bounds;
mod exchange;
mod grouped;
mod lists;
mod narrow;
mod near;
mod scored;
mod shares;
mod sums;
mod table;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::ops::Range;

use self::exchange::Exchanges;
use self::lists::Lists;
use self::near::Neighbours;
use self::sums::{Column, Together};
use super::counts::Home;
use super::frame::{Frame, Part, Slice};
use super::parallel::in_parallel;

pub(super) use self::grouped::Grouped;
pub(super) use self::narrow::{Measure, Narrow};
pub(super) use self::scored::{Scored, Source};
pub(super) use self::shares::Shares;

/// A cell with its answers.
#[derive(Clone, Debug)]
pub struct Inhabited<'a> {
    /// Where its people belong.
    pub home: Home<'a>,
    /// How many of them answered, by what: anything, each dimension, each item. Whoever answered
    /// nothing of it adds nothing to what is shown of it.
    pub sizes: Vec<u32>,
    /// What is counted of it.
    pub row: Vec<u32>,
}

impl<'a> Inhabited<'a> {
    /// A cell of which nothing but the number of its people counts.
    pub fn of(home: Home<'a>, people: u32) -> Self {
        Self { home, sizes: vec![people], row: vec![people] }
    }

    /// How many people it has.
    pub fn people(&self) -> u32 {
        self.sizes.first().copied().unwrap_or(0)
    }
}

/// The cells by what of the shown they are in: nothing shown tells those of a kind apart.
struct Kinds {
    /// What each kind is in.
    within: Lists,
    /// The kind of each cell.
    of_cell: Vec<usize>,
    /// How many people each has.
    people: Vec<u32>,
    /// What can be exchanged between them.
    exchanges: Exchanges,
    neighbours: Neighbours,
}

impl Kinds {
    /// `within` gives slices of the frame, or numbers that are as far beyond as a slice from the first.
    fn of(
        frame: &Frame,
        cells: &[Inhabited<'_>],
        within: impl Fn(&Inhabited<'_>, &mut Vec<u32>),
    ) -> Self {
        let mut of_cells = Lists::default();
        let mut rows = Vec::new();
        for cell in cells {
            rows.clear();
            within(cell, &mut rows);
            of_cells.push(&rows);
        }
        let (within, of_cell) = of_cells.distinct();
        let mut people = vec![0; within.len()];
        for (cell, kind) in cells.iter().zip(&of_cell) {
            people[*kind] += cell.people();
        }
        let part_of = |row: u32| frame.line_of(row as usize % frame.len());
        let exchanges = Exchanges::new(&within, &people, part_of);
        let neighbours = Neighbours::new(within.len());
        Self { within, of_cell, people, exchanges, neighbours }
    }

    /// The kinds, by how many of each answered something, of which it is not shown yet that they are in
    /// no group below the minimum that can be computed. One that can exchange answers with others that
    /// are in none is in none itself: a sum with it alone would change.
    fn stuck(&self, sizes: &[u32], minimum: u32) -> Vec<bool> {
        let is_few = |size: &u32| (1..minimum).contains(size);
        let mut stuck: Vec<bool> = sizes.iter().map(is_few).collect();
        let mut open: Vec<usize> = (0..stuck.len()).filter(|kind| stuck[*kind]).collect();
        loop {
            let before = open.len();
            open.retain(|kind| {
                let can_be = |other: usize| sizes[other] > 0 && !stuck[other];
                let mut exchanges = self.exchanges.of(*kind);
                stuck[*kind] = !self.within[*kind].is_empty()
                    && !exchanges.any(|exchange| exchange.others().all(can_be));
                stuck[*kind]
            });
            if open.len() == before {
                return stuck;
            }
        }
    }

    /// How many of each kind answered something.
    fn sizes(&self, cells: &[Inhabited<'_>], measure: usize) -> Vec<u32> {
        let mut sizes = vec![0; self.within.len()];
        for (cell, kind) in cells.iter().zip(&self.of_cell) {
            sizes[*kind] += cell.sizes[measure];
        }
        sizes
    }
}

/// Groups below the minimum that can be computed from the slices that are shown, each as the slices that
/// it is computed from. `measures` are the sizes of the cells for which it is looked, with at most
/// `threads` at once.
pub(super) fn leaks(
    grouped: &Grouped<'_>,
    shown: &[bool],
    measures: Range<usize>,
    minimum: u32,
    threads: NonZeroUsize,
) -> Vec<Vec<usize>> {
    let (kinds, cells) = (grouped.kinds(shown), grouped.cells);
    let measures = different(cells, measures);
    let found: Vec<Vec<Vec<usize>>> = in_parallel(measures.len(), threads, &|at| {
        let sizes = kinds.sizes(cells, measures[at]);
        let stuck = kinds.stuck(&sizes, minimum);
        if !stuck.contains(&true) {
            return Vec::new();
        }
        let columns = (0..).zip(kinds.within.iter().zip(sizes)).filter(|(_, (_, size))| *size > 0);
        let columns = columns.map(|(kind, (within, people))| {
            let rows = within.iter().map(|slice| (*slice, 1)).collect();
            let few = stuck[kind as usize].then_some(people);
            Column { rows, subject: 0, kind, few, together: Together { sums: 1, people } }
        });
        let leaks = sums::leaks(columns.collect(), minimum);
        leaks.into_iter().map(|rows| rows.into_iter().map(|row| row as usize).collect()).collect()
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

/// Of each part the smallest shown slice around each unit's own staff. Slices around these add nothing
/// to the differences between them.
struct Nearest<'a> {
    frame: &'a Frame,
    shown: &'a [bool],
    by_unit: Vec<Option<u32>>,
    /// The same around each unit as a whole.
    around: Vec<Option<u32>>,
}

impl<'a> Nearest<'a> {
    fn of(frame: &'a Frame, shown: &'a [bool]) -> Self {
        let parts = frame.parts();
        let mut by_unit: Vec<Option<u32>> = vec![None; frame.parents.len() * parts];
        let mut around: Vec<Option<u32>> = by_unit.clone();
        for unit in 0..frame.parents.len() {
            for offset in 0..parts {
                let at = unit * parts + offset;
                let whole = unit * 2 * parts + offset;
                let above = frame.parents[unit].and_then(|above| around[above * parts + offset]);
                let own = whole + parts;
                around[at] = if shown[whole] { name(whole) } else { above };
                by_unit[at] =
                    if frame.has_units_below(unit) && shown[own] { name(own) } else { around[at] };
            }
        }
        Self { frame, shown, by_unit, around }
    }

    /// The shown slices that are nearest within each one that has any: what is left of it lies beside them.
    fn inside(&self) -> HashMap<u32, Vec<u32>> {
        let parts = self.frame.parts();
        let mut inside: HashMap<u32, Vec<u32>> = HashMap::new();
        for (number, _) in self.shown.iter().enumerate().filter(|(_, shown)| **shown) {
            let (unit, offset) = (number / parts / 2, number % parts);
            let outer = match self.frame.parents.get(unit) {
                Some(_) if number / parts % 2 == 1 => self.around[unit * parts + offset],
                Some(Some(above)) => self.around[above * parts + offset],
                _ => None,
            };
            if let (Some(outer), Some(inner)) = (outer, name(number)) {
                inside.entry(outer).or_default().push(inner);
            }
        }
        inside
    }

    /// Adds the shown slices nearest to a cell.
    fn around(&self, home: &Home<'_>, into: &mut Vec<u32>) {
        let first = home.unit * self.frame.parts();
        let nearest = offsets(self.frame, home).map(|offset| self.by_unit[first + offset]);
        into.extend(nearest.flatten().chain(pairs(self.frame, self.shown, home)));
    }

    /// The shown slice that takes the place of one that was shown when more was: the nearest around it.
    fn in_place_of(&self, slice: u32) -> Option<u32> {
        let (parts, number) = (self.frame.parts(), slice as usize);
        let (unit, offset) = (number / parts / 2, number % parts);
        if unit >= self.frame.parents.len() {
            return self.shown[number].then_some(slice);
        }
        let at = unit * parts + offset;
        if number / parts % 2 == 1 { self.by_unit[at] } else { self.around[at] }
    }
}

/// The parts of a unit that a cell is in.
fn offsets(frame: &Frame, home: &Home<'_>) -> impl Iterator<Item = usize> {
    let values =
        home.values.iter().enumerate().filter_map(|(dimension, value)| {
            value.map(|value| frame.value_offset(dimension, value))
        });
    std::iter::once(0).chain(values)
}

/// The shown pairs of values that a cell is in.
fn pairs(frame: &Frame, shown: &[bool], home: &Home<'_>) -> impl Iterator<Item = u32> {
    frame.pairs.iter().enumerate().filter_map(|(pair, (one, other))| {
        let part = Part::Pair { pair, first: home.values[*one]?, second: home.values[*other]? };
        let number = frame.number(Slice { unit: 0, direct: false, part });
        shown[number].then(|| name(number)).flatten()
    })
}

/// A slice number as a row.
fn name(number: usize) -> Option<u32> {
    u32::try_from(number).ok()
}
