//! The decisions of a release: for each slice, whether scores of dimensions are shown, whether
//! facets and items are, and of each item whether the number of answers and their distribution are.
use std::num::NonZeroUsize;

use super::audit::Inhabited;
use super::counts::Counts;
use super::frame::Frame;
use super::limits::{ITEM_COUNTS, Limits};
use super::plan::Rule;

/// What is decided about all slices of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decisions {
    dimensions: Vec<bool>,
    items: Vec<bool>,
    numbers: Vec<Vec<bool>>,
    distributions: Vec<Vec<bool>>,
}

/// What may be told of one slice.
#[derive(Clone, Copy, Debug)]
pub struct Allowed<'a> {
    decisions: &'a Decisions,
    number: usize,
}

impl Decisions {
    /// Decides, with at most `threads` at once.
    pub fn make(
        frame: &Frame,
        limits: &Limits,
        (counts, cells): (&Counts, &[Inhabited<'_>]),
        salt: &[u8],
        threads: NonZeroUsize,
    ) -> Self {
        let minimum = limits.minimum;
        let all = vec![true; frame.len()];
        let safe = |row: &[u32]| limits.allows_dimensions(row);
        let dimensions = Rule { frame, counts, safe: &safe, cells, minimum, salt }.plan(&all);
        // What follows from fewer slices follows from these: no group has to be looked for again.
        let plan = |safe: &(dyn Fn(&[u32]) -> bool + Sync), counts: &Counts, allowed: &[bool]| {
            Rule { frame, counts, safe, cells: &[], minimum, salt }.plan(allowed)
        };
        let items = plan(&|row: &[u32]| limits.allows_items(row), counts, &dimensions);
        let of_item = |item: usize| {
            let answers = 1 + ITEM_COUNTS * item;
            let counts = counts.map(2, |from, into| {
                into.copy_from_slice(&[from[0], from[answers]]);
            });
            let number = plan(&|row: &[u32]| limits.allows_number(row), &counts, &items);
            let safe = |row: &[u32]| limits.allows_distribution(row);
            let distribution = plan(&safe, &counts, &number);
            (number, distribution)
        };
        let each = in_parallel(limits.items.len(), threads, &of_item);
        let (numbers, distributions) = each.into_iter().unzip();
        Self { dimensions, items, numbers, distributions }
    }

    /// Whether anything of a slice is shown.
    pub fn is_shown(&self, number: usize) -> bool {
        self.dimensions[number]
    }

    /// What may be told of a slice, if anything.
    pub fn allowed(&self, number: usize) -> Option<Allowed<'_>> {
        self.dimensions[number].then_some(Allowed { decisions: self, number })
    }

    /// All decisions, a byte for each eight, in a fixed order.
    pub fn to_bytes(&self) -> Vec<u8> {
        let levels = [&self.dimensions, &self.items];
        let all = levels.into_iter().chain(&self.numbers).chain(&self.distributions);
        let bits: Vec<bool> = all.flatten().copied().collect();
        let byte = |bits: &[bool]| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
        bits.chunks(8).map(byte).collect()
    }
}

impl Allowed<'_> {
    /// Facets and items.
    pub fn items(&self) -> bool {
        self.decisions.items[self.number]
    }

    /// How many answered an item.
    pub fn number(&self, item: usize) -> bool {
        self.decisions.numbers[item][self.number]
    }

    /// How the answers to an item are distributed, and with it what follows from the distribution:
    /// the standard deviation, and the standard error of the mean.
    pub fn distribution(&self, item: usize) -> bool {
        self.decisions.distributions[item][self.number]
    }
}

/// Does something for each of `count` positions; the results are in their order.
fn in_parallel<T: Send>(
    count: usize,
    threads: NonZeroUsize,
    make: &(impl Fn(usize) -> T + Sync),
) -> Vec<T> {
    let positions: Vec<usize> = (0..count).collect();
    let share = count.div_ceil(threads.get()).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = positions
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(|at| make(*at)).collect::<Vec<T>>()))
            .collect();
        let ended = parts
            .into_iter()
            .map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        ended.flatten().collect()
    })
}
