//! Which slices leave the answers of a small group too little room.
use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use super::bounds::{self, Bounds, Unknowns};
use super::near::TOLERANCE;
use super::{Grouped, Kinds, Nearest};
use crate::disclosure::counts::Counts;
use crate::disclosure::limits::{Limits, Sum};
use crate::disclosure::parallel::in_parallel;

/// Most slices around and beside a group among which it is looked for what to hide.
const BESIDE_MAX: usize = 24;

/// A wave of which less and less is shown.
pub(in crate::disclosure) struct Narrow<'a> {
    grouped: &'a Grouped<'a>,
    limits: &'a Limits,
    counts: &'a Counts,
    threads: NonZeroUsize,
    /// What is still looked at; items of which nobody is told are taken out, since less leaves more room.
    open: Mutex<Vec<Measure>>,
}

/// What is summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::disclosure) enum Measure {
    /// The scores of a dimension, as the answers to all of its items together.
    Dimension(usize),
    /// The answers to an item.
    Item(usize),
    /// How often one answer to an item was given.
    Share {
        /// The item.
        item: usize,
        /// Position of the answer.
        answer: usize,
    },
}

impl<'a> Narrow<'a> {
    /// Of all that is looked at, with at most so many `threads`.
    pub(in crate::disclosure) fn new(
        grouped: &'a Grouped<'a>,
        limits: &'a Limits,
        counts: &'a Counts,
        measures: impl Iterator<Item = Measure>,
        threads: NonZeroUsize,
    ) -> Self {
        let open = Mutex::new(measures.collect());
        Self { grouped, limits, counts, threads, open }
    }

    /// The same wave with all that is still looked at.
    pub(in crate::disclosure) fn again(&self) -> Self {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        Self { open: Mutex::new(open.clone()), ..*self }
    }

    /// For each group that is all but told the slices around it, of which one has to be hidden.
    pub(in crate::disclosure) fn leaks(&self, shown: &[bool]) -> Vec<Vec<usize>> {
        let kinds = &*self.grouped.kinds(shown);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let measures = std::mem::take(&mut *open);
        let found = in_parallel(measures.len(), self.threads, &|at| {
            self.told(kinds, measures[at], &|_| true)
        });
        let inside = if found.concat().is_empty() {
            HashMap::new()
        } else {
            Nearest::of(self.grouped.frame, shown).inside()
        };
        let mut leaks = Vec::new();
        for (measure, told) in measures.into_iter().zip(found) {
            for kind in &told {
                let slices = match measure {
                    Measure::Dimension(_) => with_beside(kinds, &inside, *kind),
                    Measure::Item(_) | Measure::Share { .. } => kinds.within[*kind].to_vec(),
                };
                leaks.push(slices.into_iter().map(|slice| slice as usize).collect());
            }
            // What many tell by themselves may be hidden, and then it has to be proved.
            if !told.is_empty() || !matches!(measure, Measure::Item(_)) {
                open.push(measure);
            }
        }
        leaks.sort_unstable();
        leaks.dedup();
        leaks
    }

    /// The kinds that are all but told, of those that are `judged`.
    pub(super) fn told(
        &self,
        kinds: &Kinds,
        measure: Measure,
        judged: &dyn Fn(usize) -> bool,
    ) -> Vec<usize> {
        let mut sums = vec![Sum::default(); kinds.within.len()];
        for (cell, kind) in self.grouped.cells.iter().zip(&kinds.of_cell) {
            sums[*kind].add(match measure {
                Measure::Dimension(dimension) => self.limits.of_dimension(dimension, &cell.row),
                Measure::Item(item) => self.limits.of_points(item, &cell.row),
                Measure::Share { item, answer } => self.limits.of_share(item, answer, &cell.row),
            });
        }
        let Kinds { within, people, exchanges, neighbours, .. } = kinds;
        let unknowns = Unknowns { within, people, sums: &sums, exchanges, neighbours };
        let rows = unknowns.rows();
        // Of single items it is not told that many agree, though it might be, but of answers that
        // nobody of many gave.
        let of_many = |at: usize| match measure {
            Measure::Dimension(_) => self.room_of_many(&rows, &within[at]),
            Measure::Item(_) => f64::INFINITY,
            Measure::Share { item, answer } => {
                let count = |slice: &u32| {
                    self.limits.of_share(item, answer, self.counts.row(*slice as usize)).value
                };
                let of_slices = within[at].iter().map(count);
                of_slices.fold(self.room_of_many(&rows, &within[at]), f64::min)
            }
        };
        let is_safe =
            |at: usize, bounds| self.is_safe(measure, (sums[at], &|| of_many(at)), bounds);
        bounds::told((unknowns, &rows), judged, &is_safe)
    }

    /// How far what is left of shown slices, where enough for distributions answered, is from an end:
    /// the least of those that a kind is `within`. So much they tell by themselves, and may (who knows
    /// that ten agree knows each of them).
    fn room_of_many(&self, rows: &[Sum], within: &[u32]) -> f64 {
        let room = |row: &u32| {
            let Sum { people, value, top, .. } = rows[*row as usize];
            (people >= self.limits.distribution_minimum).then_some(value.min(top - value))
        };
        within.iter().filter_map(room).fold(f64::INFINITY, f64::min)
    }

    /// Whether what is possible for a group leaves it room: more than a fifth of the scale for fewer than
    /// the minimum, and for so many inside; and no end for fewer than the distribution minimum. Where
    /// many tell by themselves that there is less, half of what they leave has to stay. An answer is
    /// told when it is known how many gave it, or of a larger group that all or none did, unless
    /// nobody of a slice around gave it.
    fn is_safe(
        &self,
        measure: Measure,
        (sum, of_many): (Sum, &dyn Fn() -> f64),
        bounds: Bounds,
    ) -> bool {
        let Sum { people, in_small_cells, top, .. } = sum;
        let is_small = people < self.limits.minimum;
        let (least, largest) = match measure {
            Measure::Dimension(_) => (bounds.least, bounds.largest),
            Measure::Item(_) | Measure::Share { .. } => bounds.whole(),
        };
        if let Measure::Share { .. } = measure {
            let is_at_end = largest < 1.0 || least > top - 1.0;
            let is_safe = bounds.differ() || !is_small && (in_small_cells == 0 || !is_at_end);
            return is_safe || of_many() < 1.0;
        }
        let small = if is_small { people } else { in_small_cells.min(self.limits.minimum - 1) };
        let has_room = (1..=small).all(|part| {
            // The rest of the group may have given anything, too.
            let part = top * f64::from(part) / f64::from(people);
            let room = largest.min(part) - (least - (top - part)).max(0.0);
            if NARROW * room > part + TOLERANCE {
                return true;
            }
            let of_many = of_many();
            NARROW * of_many <= part + TOLERANCE && 2.0 * room > of_many - TOLERANCE
        });
        let at_end = largest < TOLERANCE || least > top - TOLERANCE;
        let may_be = || people >= self.limits.distribution_minimum || of_many() < TOLERANCE;
        has_room && (!at_end || may_be())
    }
}

/// The slices around a kind, and if they are few those beside it, which may be hidden as well, so that
/// the two become one: what its neighbours are in, and what lies `inside` the slices around it.
fn with_beside(kinds: &Kinds, inside: &HashMap<u32, Vec<u32>>, kind: usize) -> Vec<u32> {
    let within = &kinds.within[kind];
    let meets = |other: &&[u32]| within.iter().any(|row| other.contains(row));
    let neighbours = kinds.within.iter().filter(meets).flatten();
    let inner = within.iter().filter_map(|row| inside.get(row)).flatten();
    let all: BTreeSet<u32> = within.iter().chain(neighbours).chain(inner).copied().collect();
    if all.len() <= BESIDE_MAX { all.into_iter().collect() } else { within.to_vec() }
}

/// An interval of a group's mean that is no longer than the scale divided by this all but tells the
/// mean.
const NARROW: f64 = 5.0;
