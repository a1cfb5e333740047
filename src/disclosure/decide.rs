//! The decisions of a release: for each slice, whether scores of dimensions are shown, whether
//! facets and items are, and of each item whether the number of answers and their distribution are.
use std::num::NonZeroUsize;

use super::audit::Inhabited;
use super::counts::Counts;
use super::frame::Frame;
use super::limits::Limits;
use super::parallel::in_parallel;
use super::plan::{RETRIES_MAX, Rule};

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
    /// Decides, with at most `threads` at once. `cells` have sizes as the limits count them.
    pub fn make(
        frame: &Frame,
        limits: &Limits,
        (counts, cells): (&Counts, &[Inhabited<'_>]),
        salt: &[u8],
        threads: NonZeroUsize,
    ) -> Self {
        let rule = Rule {
            frame,
            counts,
            safe: &|row: &[u32]| limits.allows_dimensions(row),
            cells,
            measures: 0..limits.sizes_of_scales(),
            retries: RETRIES_MAX,
            minimum: limits.minimum,
            salt,
            threads,
        };
        let dimensions = rule.plan(&vec![true; frame.len()]);
        let items = Rule {
            safe: &|row: &[u32]| limits.allows_items(row),
            measures: limits.sizes_of_scales()..limits.sizes_of_scales() + limits.items(),
            // One more look at all items costs more than it shows.
            retries: 0,
            ..rule.clone()
        };
        let items = items.plan(&dimensions);
        let of_item = |item: usize| {
            let counts = counts.map(limits.width_of_item(item), |row, into| {
                limits.of_item(item, row, into);
            });
            // Which groups can be computed from fewer slices was found among all.
            let plan = |safe: &(dyn Fn(&[u32]) -> bool + Sync), allowed: &[bool]| {
                Rule { counts: &counts, safe, measures: 0..0, ..rule.clone() }.plan(allowed)
            };
            let number = plan(&|row: &[u32]| limits.allows_number(row), &items);
            let distribution = plan(&|row: &[u32]| limits.allows_distribution(row), &number);
            (number, distribution)
        };
        let each = in_parallel(limits.items(), threads, &of_item);
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
