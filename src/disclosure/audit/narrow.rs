//! Which slices leave the answers of a small group too little room.
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use super::bounds::{self, Bounds, TOLERANCE, Unknown};
use super::{Inhabited, Kinds, Nearest};
use crate::disclosure::frame::Frame;
use crate::disclosure::limits::{Extent, Limits};
use crate::disclosure::parallel::in_parallel;

/// A wave of which less and less is shown.
pub(in crate::disclosure) struct Narrow<'a> {
    pub(in crate::disclosure) frame: &'a Frame,
    pub(in crate::disclosure) limits: &'a Limits,
    pub(in crate::disclosure) cells: &'a [Inhabited<'a>],
    pub(in crate::disclosure) threads: NonZeroUsize,
    /// What is still looked at; where nobody is told it is taken out, since less leaves more room.
    pub(in crate::disclosure) open: Mutex<Vec<Measure>>,
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

impl Narrow<'_> {
    /// For each group that is all but told the slice around it that has to be hidden.
    pub(in crate::disclosure) fn leaks(&self, shown: &[bool]) -> Vec<Vec<usize>> {
        let nearest = Nearest::of(self.frame, shown);
        let kinds = Kinds::of(self.cells, |cell| nearest.around(&cell.home));
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let measures = std::mem::take(&mut *open);
        let found =
            in_parallel(measures.len(), self.threads, &|at| self.told(&kinds, measures[at]));
        let mut leaks = Vec::new();
        for (measure, found) in measures.into_iter().zip(found) {
            if !found.is_empty() {
                open.push(measure);
            }
            leaks.extend(found);
        }
        leaks.sort_unstable();
        leaks.dedup();
        leaks
    }

    fn told(&self, kinds: &Kinds, measure: Measure) -> Vec<Vec<usize>> {
        let mut extents = vec![Extent::default(); kinds.within.len()];
        for (cell, kind) in self.cells.iter().zip(&kinds.of_cell) {
            extents[*kind].add(self.extent(measure, &cell.row));
        }
        let kinds = kinds.within.iter().zip(extents);
        let unknowns = kinds.filter(|(within, extent)| extent.people > 0 && !within.is_empty());
        let unknowns: Vec<Unknown> =
            unknowns.map(|(within, extent)| Unknown { rows: within.clone(), extent }).collect();
        let told =
            bounds::told(&unknowns, &|unknown, bounds| self.is_safe(measure, unknown, bounds));
        let mut rows: BTreeMap<u32, Extent> = BTreeMap::new();
        for Unknown { rows: within, extent } in &unknowns {
            for row in within {
                rows.entry(*row).or_default().add(*extent);
            }
        }
        // The row that is nearest to an end leaves the least room.
        let room = |row: &u32| {
            let Extent { value, top, .. } = rows.get(row).copied().unwrap_or_default();
            value.min(top - value)
        };
        let tightest = |at: &usize| {
            let within = unknowns[*at].rows.iter();
            within.min_by(|one, other| room(one).total_cmp(&room(other))).map(|row| *row as usize)
        };
        told.iter().filter_map(tightest).map(|slice| vec![slice]).collect()
    }

    fn extent(&self, measure: Measure, row: &[u32]) -> Extent {
        match measure {
            Measure::Dimension(dimension) => self.limits.of_dimension(dimension, row),
            Measure::Item(item) => self.limits.of_points(item, row),
            Measure::Share { item, answer } => self.limits.of_share(item, answer, row),
        }
    }

    /// Whether what is possible for a group leaves it room: more than a fifth of the scale for fewer than
    /// the minimum, and for so many inside; and no end for fewer than the distribution minimum. An
    /// answer is told when it is known how many gave it.
    fn is_safe(&self, measure: Measure, unknown: &Unknown, bounds: Bounds) -> bool {
        let Extent { people, in_small_cells, value, top } = unknown.extent;
        let is_small = people < self.limits.minimum;
        let (least, largest) = match measure {
            Measure::Dimension(_) => (bounds.least, bounds.largest),
            Measure::Item(_) | Measure::Share { .. } => {
                ((bounds.least - TOLERANCE).ceil(), (bounds.largest + TOLERANCE).floor())
            }
        };
        if let Measure::Share { .. } = measure {
            return !is_small || value < 1.0 || largest - least >= 1.0;
        }
        let small = if is_small { people } else { in_small_cells.min(self.limits.minimum - 1) };
        let has_room = (1..=small).all(|part| {
            // The rest of the group may have given anything, too.
            let part = top * f64::from(part) / f64::from(people);
            NARROW * (largest.min(part) - (least - (top - part)).max(0.0)) > part + TOLERANCE
        });
        let at_end = largest < TOLERANCE || least > top - TOLERANCE;
        has_room && (!at_end || people >= self.limits.distribution_minimum)
    }
}

/// An interval of a group's mean that is no longer than the scale divided by this all but tells the
/// mean.
const NARROW: f64 = 5.0;
