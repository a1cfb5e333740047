//! The decisions of a release: for each slice, whether scores of dimensions are shown, whether
//! facets and items are, of each item whether the number of answers and their distribution are, and
//! of each scale whether it is told how well it measures.
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use super::audit::{self, Grouped, Inhabited, Measure, Narrow, Scored, Shares, Source};
use super::counts::Counts;
use super::frame::Frame;
use super::limits::Limits;
use super::parallel::in_parallel;
use super::plan::{Leaks, Rule};

/// What is decided about all slices of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decisions {
    dimensions: Vec<bool>,
    items: Vec<bool>,
    numbers: Vec<Vec<bool>>,
    distributions: Vec<Vec<bool>>,
    qualities: Vec<Vec<bool>>,
    many: Vec<bool>,
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
        let grouped = Grouped::new(frame, cells);
        let (dimensions, items) = levels((frame, &grouped), (limits, counts), salt, threads);
        let shares = Shares::new(&grouped, limits, counts, &items);
        let of_item = |item: usize| {
            let of_item = counts.map(limits.width_of_item(item), |row, into| {
                limits.of_item(item, row, into);
            });
            // Which groups can be computed from fewer slices was found among all.
            let none: &Leaks<'_> = &|_: &[bool]| Vec::new();
            let plan = |safe: &(dyn Fn(&[u32]) -> bool + Sync),
                        leaks: &Leaks<'_>,
                        allowed: &[bool]| {
                Rule { frame, counts: &of_item, safe, leaks, thorough: false, salt }.plan(allowed)
            };
            let number = plan(&|row: &[u32]| limits.allows_number(row), none, &items);
            let told: &Leaks<'_> = &|shown: &[bool]| shares.leaks(item, shown);
            let safe = |row: &[u32]| limits.allows_distribution(row);
            let distribution = plan(&safe, told, &number);
            (number, distribution)
        };
        let each = in_parallel(limits.items(), threads, &of_item);
        let (numbers, distributions): (Vec<_>, Vec<_>) = each.into_iter().unzip();
        let none: &Leaks<'_> = &|_: &[bool]| Vec::new();
        let quality = |counts: &Counts, allowed: &[bool]| {
            let safe = |row: &[u32]| limits.allows_quality(row);
            Rule { frame, counts, safe: &safe, leaks: none, thorough: false, salt }.plan(allowed)
        };
        let of_scale = |scale: usize| {
            let of_scale = counts.map(2, |row, into| limits.of_scale(scale, row, into));
            // A measurement is made of the answers to all items, so that their distributions are told.
            let of_items = |number: usize| {
                limits.scales()[scale].iter().all(|item| distributions[*item][number])
            };
            let allowed: Vec<bool> = (0..frame.len()).map(of_items).collect();
            quality(&of_scale, &allowed)
        };
        let qualities = in_parallel(limits.scales().len(), threads, &of_scale);
        let many = quality(&counts.map(2, |row, into| into.fill(row[0])), &dimensions);
        Self { dimensions, items, numbers, distributions, qualities, many }
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
        let levels = [&self.dimensions, &self.items, &self.many];
        let all = levels.into_iter().chain(&self.numbers).chain(&self.distributions);
        let all = all.chain(&self.qualities);
        let bits: Vec<bool> = all.flatten().copied().collect();
        let byte = |bits: &[bool]| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
        bits.chunks(8).map(byte).collect()
    }
}

/// The slices that show scores of dimensions, and of these the ones that show facets and items.
fn levels(
    (frame, grouped): (&Frame, &Grouped<'_>),
    (limits, counts): (&Limits, &Counts),
    salt: &[u8],
    threads: NonZeroUsize,
) -> (Vec<bool>, Vec<bool>) {
    let scales = (0..limits.dimensions()).map(Measure::Dimension);
    let scales = Narrow::new(grouped, limits, counts, scales, threads);
    let items = (0..limits.items()).map(Measure::Item);
    let each_item = Narrow::new(grouped, limits, counts, items, threads);
    let of_people = |shown: &[bool]| {
        let measures = 0..limits.sizes_of_scales();
        let leaks = audit::leaks(grouped, shown, measures, limits.minimum, threads);
        if leaks.is_empty() { scales.leaks(shown) } else { leaks }
    };
    let rule = Rule {
        frame,
        counts,
        safe: &|row: &[u32]| limits.allows_dimensions(row),
        leaks: &of_people,
        thorough: true,
        salt,
    };
    let mut allowed = vec![true; frame.len()];
    loop {
        let dimensions = rule.plan(&allowed);
        let open = Mutex::new(limits.items_together());
        let scored = Scored { grouped, limits, counts, threads, open };
        let narrow = each_item.again();
        // Where dimensions alone tell of an item, the smallest of them has to go.
        let told = Mutex::new(BTreeSet::new());
        let of_items = |shown: &[bool]| {
            let leaks = scored.leaks(&dimensions, shown).into_iter();
            let slices = leaks.filter_map(|sources| {
                let (items, only): (Vec<Source>, Vec<Source>) =
                    sources.into_iter().partition(|source| matches!(source, Source::Items(_)));
                let people = |number: &usize| counts.people(*number);
                if items.is_empty() {
                    let smallest = only.iter().map(Source::slice).min_by_key(people);
                    told.lock().unwrap_or_else(PoisonError::into_inner).extend(smallest);
                    return None;
                }
                Some(items.iter().map(Source::slice).collect())
            });
            let slices: Vec<Vec<usize>> = slices.collect();
            if slices.is_empty() { narrow.leaks(shown) } else { slices }
        };
        let items = Rule {
            safe: &|row: &[u32]| limits.allows_items(row),
            leaks: &of_items,
            // One more look at all items costs more than it shows.
            thorough: false,
            ..rule.clone()
        };
        let items = items.plan(&dimensions);
        let told = told.into_inner().unwrap_or_else(PoisonError::into_inner);
        if told.is_empty() {
            return (dimensions, items);
        }
        for number in told {
            allowed[number] = false;
        }
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

    /// How well a scale measures, by its position among those that are judged.
    pub fn quality(&self, scale: usize) -> bool {
        self.decisions.qualities[scale][self.number]
    }

    /// What is told of as many people as quality needs.
    pub fn many(&self) -> bool {
        self.decisions.many[self.number]
    }

    /// How the answers to an item are distributed, and with it what follows from the distribution:
    /// the standard deviation, and the standard error of the mean.
    pub fn distribution(&self, item: usize) -> bool {
        self.decisions.distributions[item][self.number]
    }
}
