//! What follows about items from item means and dimension scores together.
//!
//! The unknowns are the sums of each item's answers in each kind of cells. A slice that shows its items
//! tells the sum of each; one that shows its dimensions only tells one sum of all items of each, by
//! their weights and by how many answered each in that slice. Exact, but for the rounding of what
//! is published, which only blurs it.
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use super::sums::{self, Column, Together};
use super::{Grouped, Inhabited, Kinds, Nearest, name, offsets, pairs};
use crate::disclosure::counts::Counts;
use crate::disclosure::limits::Limits;
use crate::disclosure::modular;
use crate::disclosure::parallel::in_parallel;

/// The scores of a wave, of which less and less is shown.
pub(in crate::disclosure) struct Scored<'a> {
    pub(in crate::disclosure) grouped: &'a Grouped<'a>,
    pub(in crate::disclosure) limits: &'a Limits,
    pub(in crate::disclosure) counts: &'a Counts,
    pub(in crate::disclosure) threads: NonZeroUsize,
    /// Items that are looked at together, by position; those of which nothing can be computed are
    /// taken out, since what follows from less follows from more.
    pub(in crate::disclosure) open: Mutex<Vec<Vec<usize>>>,
}

/// What a group is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::disclosure) enum Source {
    /// The items of a slice.
    Items(usize),
    /// The dimensions of a slice that does not show its items.
    Dimensions(usize),
}

impl Source {
    /// The slice.
    pub(in crate::disclosure) fn slice(&self) -> usize {
        match self {
            Self::Items(number) | Self::Dimensions(number) => *number,
        }
    }
}

impl Scored<'_> {
    /// Answers of fewer than the minimum that can be computed, by what they are computed from.
    pub(in crate::disclosure) fn leaks(
        &self,
        dimensions: &[bool],
        items: &[bool],
    ) -> Vec<Vec<Source>> {
        let only: Vec<bool> =
            dimensions.iter().zip(items).map(|(shown, items)| *shown && !*items).collect();
        let kinds = self.kinds(items, &only);
        let slices = self.grouped.frame.len();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let groups = std::mem::take(&mut *open);
        let found = in_parallel(groups.len(), self.threads, &|at| {
            let columns = self.columns(&kinds, &groups[at]);
            sums::leaks(columns, self.limits.minimum)
        });
        let mut leaks: Vec<Vec<Source>> = Vec::new();
        for (group, found) in groups.into_iter().zip(found) {
            let source = |row: &u32| {
                let (item, number) = (*row as usize / slices, *row as usize % slices);
                if item < group.len() { Source::Items(number) } else { Source::Dimensions(number) }
            };
            leaks.extend(found.iter().map(|rows| rows.iter().map(source).collect::<Vec<_>>()));
            if !found.is_empty() {
                open.push(group);
            }
        }
        for sources in &mut leaks {
            sources.sort_unstable();
            sources.dedup();
        }
        leaks.sort_unstable();
        leaks.dedup();
        leaks
    }

    /// The cells by the slices that show items, and those that show dimensions only.
    fn kinds(&self, items: &[bool], only: &[bool]) -> Arc<Kinds> {
        if !only.contains(&true) {
            return self.grouped.kinds(items);
        }
        let frame = self.grouped.frame;
        let nearest = Nearest::of(frame, items);
        let within = |cell: &Inhabited<'_>, into: &mut Vec<u32>| {
            nearest.around(&cell.home, into);
            let without_items = self.around(only, cell);
            into.extend(without_items.filter_map(|number| name(frame.len() + number)));
        };
        Arc::new(Kinds::of(frame, self.grouped.cells, within))
    }

    /// All slices around a cell, of some.
    fn around(&self, some: &[bool], cell: &Inhabited<'_>) -> impl Iterator<Item = usize> {
        let (frame, parts) = (self.grouped.frame, self.grouped.frame.parts());
        let mut numbers: Vec<usize> =
            pairs(frame, some, &cell.home).map(|number| number as usize).collect();
        let mut node =
            Some(cell.home.unit * 2 + usize::from(frame.has_units_below(cell.home.unit)));
        while let Some(row) = node {
            let of_parts = offsets(frame, &cell.home).map(|offset| row * parts + offset);
            numbers.extend(of_parts.filter(|number| some[*number]));
            node = if row % 2 == 1 {
                Some(row - 1)
            } else {
                frame.parents[row / 2].map(|above| above * 2)
            };
        }
        numbers.into_iter()
    }

    /// The unknowns of items that a score is made of. Rows: by item the slices that show it, then the
    /// slices that show the score only.
    fn columns(&self, kinds: &Kinds, items: &[usize]) -> Vec<Column> {
        let slices = self.grouped.frame.len();
        let sizes: Vec<Vec<u32>> = items
            .iter()
            .map(|item| kinds.sizes(self.grouped.cells, self.limits.sizes_of_scales() + item))
            .collect();
        // Of an item that enters no dimension there is one sum.
        let dimension = items.first().and_then(|item| self.limits.dimension_of(*item));
        let takers = dimension.map(|dimension| kinds.sizes(self.grouped.cells, 1 + dimension));
        let stuck = sizes.iter().map(|sizes| kinds.stuck(sizes, self.limits.minimum));
        let stuck: Vec<Vec<bool>> = stuck.collect();
        let mut columns = Vec::new();
        if !stuck.iter().any(|stuck| stuck.contains(&true)) {
            return columns;
        }
        for (place, item) in items.iter().enumerate() {
            for (kind, within) in kinds.within.iter().enumerate() {
                let people = sizes[place][kind];
                if people == 0 {
                    continue;
                }
                let row = |at: &u32| {
                    let number = *at as usize;
                    if number < slices {
                        return Some((name(place * slices + number)?, 1));
                    }
                    let factor = self.factor(items, *item, number - slices)?;
                    Some((name(items.len() * slices + number - slices)?, factor))
                };
                columns.push(Column {
                    rows: within.iter().filter_map(row).collect(),
                    subject: name(place).unwrap_or(u32::MAX),
                    kind: name(kind).unwrap_or(u32::MAX),
                    few: stuck[place][kind].then_some(people),
                    together: Together {
                        sums: sizes.iter().filter(|sizes| sizes[kind] > 0).count(),
                        people: takers.as_ref().map_or(people, |takers| takers[kind]),
                    },
                });
            }
        }
        columns
    }

    /// The factor of an item's sum in a dimension of a slice, but for what is the same for all of its
    /// items. None where it enters no score.
    fn factor(&self, items: &[usize], item: usize, slice: usize) -> Option<u64> {
        let row = self.counts.row(slice);
        let (facet, facet_weight, weight) = self.limits.weights(item)?;
        let others = items.iter().filter_map(|other| {
            let (of_facet, _, weight) = self.limits.weights(*other)?;
            (of_facet == facet && self.limits.answered(*other, row) > 0).then_some(weight)
        });
        let others = others.map(u64::from).sum::<u64>();
        let answered = u64::from(self.limits.answered(item, row));
        let share = modular::times(u64::from(facet_weight), u64::from(weight));
        Some(modular::times(share, modular::inverse(modular::times(others, answered))))
    }
}
