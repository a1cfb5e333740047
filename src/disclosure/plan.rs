//! Which slices may be shown, so that nothing shown can be subtracted to find what is not. A slice is
//! shown when it is safe itself, and every remainder is safe, along the tree and along the segments:
//! hiding goes on until nothing is left to hide, and it is proved that no small group can be computed
//! in another way. What is equal is told apart by a keyed digest, never
//! by name, so that a plan tells nothing about the order of units.
use std::cell::RefCell;
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::ops::Range;

use sha2::{Digest, Sha256};

use super::audit::Inhabited;
use super::counts::Counts;
use super::frame::Frame;
use super::{audit, line, tree};

/// How often hidden slices are tried in vain once more at the end, several at once.
pub const RETRIES_MAX: usize = 20;

/// Decides about groups.
#[derive(Clone)]
pub struct Rule<'a> {
    /// The slices.
    pub frame: &'a Frame,
    /// What is counted in each.
    pub counts: &'a Counts,
    /// Whether a group with these counts may be known.
    pub safe: &'a (dyn Fn(&[u32]) -> bool + Sync),
    /// The cells, of which no group below `minimum` may be computed.
    pub cells: &'a [Inhabited<'a>],
    /// Which of their sizes are meant.
    pub measures: Range<usize>,
    /// How often hidden slices may be tried in vain once more.
    pub retries: usize,
    /// Smallest group.
    pub minimum: u32,
    /// Key of the order among equals: secret, and another one for each release.
    pub salt: &'a [u8],
    /// Most threads at once.
    pub threads: NonZeroUsize,
}

/// A plan that is being made.
pub(super) struct Plan<'a> {
    rule: &'a Rule<'a>,
    shown: Vec<bool>,
    ranks: RefCell<HashMap<usize, [u8; 32]>>,
}

impl Rule<'_> {
    /// Which slices may be shown, of those that `allowed` names.
    pub fn plan(&self, allowed: &[bool]) -> Vec<bool> {
        let mut plan = self.begin(allowed);
        let safe = plan.shown.clone();
        let mut leaked = Vec::new();
        loop {
            while plan.hide_remainders() {}
            let more = plan.hide_leaks();
            if more.is_empty() {
                break;
            }
            leaked.extend(more);
        }
        // What was hidden first may be safe now that others are. The largest are tried first.
        leaked.retain(|number| safe[*number]);
        leaked.sort_unstable_by_key(|number| std::cmp::Reverse(plan.rank(*number)));
        plan.show_what_is_safe(&leaked);
        plan.shown
    }

    /// Groups below the minimum that can be computed, by the slices that they are computed from.
    fn leaks(&self, shown: &[bool]) -> Vec<Vec<usize>> {
        let cells = (self.cells, self.measures.clone());
        audit::leaks(self.frame, shown, cells, self.minimum, self.threads)
    }

    /// The slices that are safe in themselves.
    fn begin(&self, allowed: &[bool]) -> Plan<'_> {
        let shown = (0..self.frame.len()).map(|number| {
            let row = self.counts.row(number);
            allowed[number] && row[0] > 0 && (self.safe)(row)
        });
        Plan { rule: self, shown: shown.collect(), ranks: RefCell::default() }
    }
}

impl<'a> Plan<'a> {
    pub(super) fn frame(&self) -> &'a Frame {
        self.rule.frame
    }

    pub(super) fn row(&self, number: usize) -> &'a [u32] {
        self.rule.counts.row(number)
    }

    pub(super) fn is_shown(&self, number: usize) -> bool {
        self.shown[number]
    }

    pub(super) fn hide(&mut self, number: usize) {
        self.shown[number] = false;
    }

    /// Goes through all remainders once. True when something was hidden.
    fn hide_remainders(&mut self) -> bool {
        let mut hidden = line::repair(self);
        for offset in 0..self.rule.frame.parts() {
            hidden |= tree::repair(self, offset);
        }
        hidden
    }

    /// Looks for groups that can be computed by whatever sums, and hides the smallest slice that each
    /// is computed from. Returns the slices that were hidden.
    fn hide_leaks(&mut self) -> Vec<usize> {
        let leaks = self.rule.leaks(&self.shown);
        let mut hidden = Vec::new();
        for slices in leaks {
            // One slice less may be the end of several sums.
            if slices.iter().any(|number| hidden.contains(number)) {
                continue;
            }
            hidden.extend(slices.into_iter().min_by_key(|number| self.rank(*number)));
        }
        for number in &hidden {
            self.hide(*number);
        }
        hidden
    }

    /// Shows slices again for which nothing else has to be hidden: all at once, else one half and
    /// then the other.
    fn show_what_is_safe(&mut self, numbers: &[usize]) {
        let mut open = vec![numbers];
        let mut retries = 0;
        while let Some(numbers) = open.pop()
            && retries < self.rule.retries
        {
            if numbers.is_empty() || self.show_if_safe(numbers) {
                continue;
            }
            retries += 1;
            if numbers.len() > 1 {
                let (first, second) = numbers.split_at(numbers.len() / 2);
                open.extend([second, first]);
            }
        }
    }

    /// Shows slices if nothing has to be hidden for them.
    fn show_if_safe(&mut self, numbers: &[usize]) -> bool {
        let before = self.shown.clone();
        for number in numbers {
            self.shown[*number] = true;
        }
        let is_safe = !self.hide_remainders() && self.rule.leaks(&self.shown).is_empty();
        if !is_safe {
            self.shown = before;
        }
        is_safe
    }

    pub(super) fn is_safe_or_nobody(&self, counts: &[u32]) -> bool {
        counts[0] == 0 || (self.rule.safe)(counts)
    }

    /// Place in the order in which slices are hidden: by people, then by a keyed digest.
    pub(super) fn rank(&self, number: usize) -> (u32, [u8; 32]) {
        let mut ranks = self.ranks.borrow_mut();
        let digest = ranks.entry(number).or_insert_with(|| {
            let place = (number as u64).to_be_bytes();
            Sha256::new().chain_update(self.rule.salt).chain_update(place).finalize().into()
        });
        (self.row(number)[0], *digest)
    }
}

/// Which slices may be shown when nothing but the number of people in each is counted: participation
/// while answers still come in. The first size of a cell is how many it has.
pub fn plan_counts(frame: &Frame, cells: &[Inhabited<'_>], minimum: u32, salt: &[u8]) -> Vec<bool> {
    let mut counts = Counts::new(frame, 1);
    for cell in cells {
        counts.add(frame, cell.home, &cell.sizes[..1]);
    }
    counts.add_up(frame);
    let counts = &counts;
    let safe = |row: &[u32]| row[0] >= minimum;
    let rule = Rule {
        frame,
        counts,
        safe: &safe,
        cells,
        measures: 0..1,
        retries: RETRIES_MAX,
        minimum,
        salt,
        threads: NonZeroUsize::MIN,
    };
    rule.plan(&vec![true; frame.len()])
}
