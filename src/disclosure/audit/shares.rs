//! Whether the shares of answers to an item tell what few people answered.
//!
//! Most small groups are proved safe by one exchange of a single answer, and an exchange that changes
//! nothing shown changes nothing either when less is shown: exchanges are found once, among all slices
//! that show items, and tried for each item. Only what is left is asked about with the slices
//! that show the shares of this item.
use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::sync::Arc;

use super::bounds::{self, Unknowns};
use super::exchange::Exchange;
use super::{Grouped, Kinds, Measure, Narrow, Nearest};
use crate::disclosure::counts::Counts;
use crate::disclosure::limits::{Limits, Sum};

/// A wave of whose items less and less is shown.
pub(in crate::disclosure) struct Shares<'a> {
    grouped: &'a Grouped<'a>,
    limits: &'a Limits,
    counts: &'a Counts,
    /// By the slices that show items.
    kinds: Arc<Kinds>,
}

/// What the kinds gave as answers to an item.
struct Given {
    /// How many answers are told apart.
    answers: usize,
    /// How many of each kind gave each answer, kind by kind.
    gave: Vec<u32>,
    /// How many of each kind gave any.
    number: Vec<u32>,
    /// Kinds whose answers have to be shown to be uncertain.
    judged: Vec<usize>,
}

impl<'a> Shares<'a> {
    /// Of all that show `items`.
    pub(in crate::disclosure) fn new(
        grouped: &'a Grouped<'a>,
        limits: &'a Limits,
        counts: &'a Counts,
        items: &[bool],
    ) -> Self {
        Self { grouped, limits, counts, kinds: grouped.kinds(items) }
    }

    /// For each group whose answers to an item are all but told the slices around it, of which one has to
    /// be hidden. What is `shown` of the item shows items as well.
    pub(in crate::disclosure) fn leaks(&self, item: usize, shown: &[bool]) -> Vec<Vec<usize>> {
        let given = self.given(item);
        let nearest = Nearest::of(self.grouped.frame, shown);
        let mut open: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); given.answers];
        for kind in &given.judged {
            for answer in self.unproved((&given, item), &nearest, *kind) {
                open[answer].insert(*kind);
            }
        }
        self.prove_further(&given, &nearest, &mut open);
        if open.iter().all(BTreeSet::is_empty) {
            return Vec::new();
        }
        let kinds = &*self.grouped.kinds(shown);
        // Each item is looked at by a thread of its own.
        let Self { grouped, limits, counts, .. } = *self;
        let narrow = Narrow::new(grouped, limits, counts, std::iter::empty(), NonZeroUsize::MIN);
        let mut leaks = Vec::new();
        for (answer, open) in open.iter().enumerate().filter(|(_, open)| !open.is_empty()) {
            let both = kinds.of_cell.iter().zip(&self.kinds.of_cell);
            let left = both.filter(|(_, finer)| open.contains(finer)).map(|(kind, _)| *kind);
            let left: BTreeSet<usize> = left.collect();
            let measure = Measure::Share { item, answer };
            let told = narrow.told(kinds, measure, &|kind| left.contains(&kind));
            let slices = |kind: usize| kinds.within[kind].iter().map(|slice| *slice as usize);
            leaks.extend(told.into_iter().map(|kind| slices(kind).collect::<Vec<_>>()));
        }
        leaks.sort_unstable();
        leaks.dedup();
        leaks
    }

    fn given(&self, item: usize) -> Given {
        let (kinds, answers) = (self.kinds.within.len(), self.limits.counted(item));
        let mut given = Given {
            answers,
            gave: vec![0; kinds * answers],
            number: vec![0; kinds],
            judged: Vec::new(),
        };
        let mut small = vec![false; kinds];
        for (cell, kind) in self.grouped.cells.iter().zip(&self.kinds.of_cell) {
            let all = &mut given.gave[kind * answers..(kind + 1) * answers];
            for (answer, gave) in all.iter_mut().enumerate() {
                *gave += self.limits.gave(item, answer, &cell.row);
            }
            let Sum { people, in_small_cells, .. } = self.limits.of_share(item, 0, &cell.row);
            given.number[*kind] += people;
            small[*kind] |= in_small_cells > 0;
        }
        let is_judged = |kind: &usize| {
            let (number, shown) = (given.number[*kind], !self.kinds.within[*kind].is_empty());
            shown && number > 0 && (number < self.limits.minimum || small[*kind])
        };
        given.judged = (0..kinds).filter(is_judged).collect();
        given
    }

    /// The answers of which it is not shown that one more or one less of a kind could have given them,
    /// nor that nobody of a slice around did.
    fn unproved(
        &self,
        (given, item): (&Given, usize),
        nearest: &Nearest<'_>,
        kind: usize,
    ) -> Vec<usize> {
        let mut left: Vec<usize> = (0..given.answers).collect();
        let mut proves = |exchange| {
            let can = |answer: &usize| given.can(*answer, kind, exchange);
            if left.iter().any(can) && !self.is_one_group(nearest, kind, exchange) {
                left.retain(|answer| !can(answer));
            }
            left.is_empty()
        };
        let exchanges = &self.kinds.exchanges;
        if exchanges.of(kind).any(&mut proves) || exchanges.further(kind, &mut proves) {
            return left;
        }
        let nobody = |answer: usize, slice: &u32| {
            let slice = nearest.in_place_of(*slice)?;
            Some(self.limits.gave(item, answer, self.counts.row(slice as usize)) == 0)
        };
        left.retain(|answer| {
            !self.kinds.within[kind].iter().any(|slice| nobody(*answer, slice) == Some(true))
        });
        left
    }

    /// Takes out what exchanges of many and programs prove, of kinds that are groups of their own.
    fn prove_further(&self, given: &Given, nearest: &Nearest<'_>, open: &mut [BTreeSet<usize>]) {
        let Kinds { within, people, exchanges, neighbours, .. } = &*self.kinds;
        let all: BTreeSet<usize> = open.iter().flatten().copied().collect();
        let in_place =
            |kind: usize| within[kind].iter().filter_map(|slice| nearest.in_place_of(*slice));
        let firsts: BTreeSet<u32> = all.iter().filter_map(|kind| in_place(*kind).next()).collect();
        let mut groups: HashMap<Vec<u32>, usize> = HashMap::new();
        for kind in 0..within.len() {
            if in_place(kind).next().is_some_and(|first| firsts.contains(&first)) {
                *groups.entry(in_place(kind).collect()).or_default() += 1;
            }
        }
        let is_alone = |kind: usize| groups.get(&in_place(kind).collect::<Vec<_>>()) == Some(&1);
        for (answer, open) in open.iter_mut().enumerate().filter(|(_, open)| !open.is_empty()) {
            let sum = |kind: usize| {
                let (people, gave) =
                    (given.number[kind], given.gave[kind * given.answers + answer]);
                Sum { value: f64::from(gave), top: f64::from(people), ..Sum::of(people, 0) }
            };
            let sums: Vec<Sum> = (0..within.len()).map(sum).collect();
            let unknowns = Unknowns { within, people, sums: &sums, exchanges, neighbours };
            let alone = open.iter().copied().filter(|kind| is_alone(*kind));
            let told = bounds::told_of_many(unknowns, alone, &|_, bounds| bounds.differ());
            open.retain(|kind| !is_alone(*kind) || told.contains(kind));
        }
    }

    /// Whether one that gives is in the same group, by what is shown of the item: then nothing of the
    /// group may have changed.
    fn is_one_group(&self, nearest: &Nearest<'_>, kind: usize, exchange: Exchange) -> bool {
        let within = |kind: usize| {
            self.kinds.within[kind].iter().filter_map(|slice| nearest.in_place_of(*slice))
        };
        let mut give = exchange.give.into_iter().flatten();
        give.any(|other| within(kind).eq(within(other as usize)))
    }
}

impl Given {
    /// Whether one answer can be exchanged, one way or the other.
    fn can(&self, answer: usize, kind: usize, exchange: Exchange) -> bool {
        let gave = |kind: usize| self.gave[kind * self.answers + answer];
        let has = |kind: u32| gave(kind as usize) > 0;
        let has_room = |kind: u32| gave(kind as usize) < self.number[kind as usize];
        let Exchange { gets, give: [one, other] } = exchange;
        let givers = [one, other];
        let of_givers = || givers.into_iter().flatten();
        let more = gave(kind) < self.number[kind]
            && gets.into_iter().all(has_room)
            && of_givers().all(has);
        more || gave(kind) > 0 && gets.into_iter().all(has) && of_givers().all(has_room)
    }
}
