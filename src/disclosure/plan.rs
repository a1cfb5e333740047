//! Which slices may be shown, so that nothing shown can be subtracted to find what is not. A slice is
//! shown when it is safe itself, and every remainder is safe, along the tree and along the segments:
//! hiding goes on until nothing is left to hide, and it is proved that no small group can be computed
//! in another way. What is equal is told apart by a keyed digest, never
//! by name, so that a plan tells nothing about the order of units.
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroUsize;

use sha2::{Digest, Sha256};

use super::audit::{Grouped, Inhabited};
use super::counts::Counts;
use super::frame::Frame;
use super::{audit, line, tree};

/// Slices that are looked at, when time is taken, to choose what to hide; as many more are to show again
/// what need not be hidden.
const LOOKED_AT_MAX: usize = 3_000_000;

/// Plans that are made, each with another order of slices, of which the one that shows the most counts.
const PLANS_MAX: u8 = 12;

/// Plans in a row that show no more after which there are enough.
const IN_VAIN_MAX: usize = 4;

/// Most sums for which it is tried out which slice is best hidden.
const TRIED_SUMS_MAX: usize = 8;

/// Rounds after which one slice more is hidden for each sum that is found, when time is taken.
const ROUNDS_PER_SLICE: usize = 4;

/// Finds what can be computed from the slices that are shown, each time as slices of which one has to be
/// hidden.
pub(super) type Leaks<'a> = dyn Fn(&[bool]) -> Vec<Vec<usize>> + Sync + 'a;

/// Decides about groups.
#[derive(Clone)]
pub(super) struct Rule<'a> {
    /// The slices.
    pub(super) frame: &'a Frame,
    /// What is counted in each.
    pub(super) counts: &'a Counts,
    /// Whether a group with these counts may be known.
    pub(super) safe: &'a (dyn Fn(&[u32]) -> bool + Sync),
    /// Groups that can be computed from slices and must not be, each as slices of which one has to be
    /// hidden.
    pub(super) leaks: &'a Leaks<'a>,
    /// Whether time is taken so that as much as possible is shown: sums are ended slice by slice, and
    /// what was hidden for them is tried once more at the end.
    pub(super) thorough: bool,
    /// Key of the order among equals: secret, and another one for each release.
    pub(super) salt: &'a [u8],
}

/// A plan that is being made.
pub(super) struct Plan<'a> {
    rule: &'a Rule<'a>,
    shown: Vec<bool>,
    /// Which of the plans it is, from 0.
    turn: u8,
    /// Slices that may still be looked at, to choose what to hide and to show again.
    to_look_at: [usize; 2],
    ranks: RefCell<HashMap<usize, [u8; 32]>>,
}

impl Rule<'_> {
    /// Which slices may be shown, of those that `allowed` names.
    pub(super) fn plan(&self, allowed: &[bool]) -> Vec<bool> {
        let safe = (0..self.frame.len()).map(|number| {
            let row = self.counts.row(number);
            allowed[number] && row[0] > 0 && (self.safe)(row)
        });
        let safe: Vec<bool> = safe.collect();
        let most = if self.thorough { LOOKED_AT_MAX } else { 0 };
        let mut best = Plan::make(self, &safe, 0, [most; 2]);
        let (mut last, mut in_vain) = (best.to_look_at, 0);
        for turn in 1..PLANS_MAX {
            // What one plan took is taken for another.
            let is_left = last.iter().all(|left| *left > most / 2 + most / 4);
            if !is_left || best.shown == safe || in_vain >= IN_VAIN_MAX {
                break;
            }
            let plan = Plan::make(self, &safe, turn, last);
            last = plan.to_look_at;
            in_vain += 1;
            if plan.extent() > best.extent() {
                (best, in_vain) = (plan, 0);
            }
        }
        best.shown
    }
}

impl<'a> Plan<'a> {
    /// Hides of the slices that are safe in themselves.
    fn make(rule: &'a Rule<'a>, safe: &[bool], turn: u8, to_look_at: [usize; 2]) -> Self {
        let shown = safe.to_vec();
        let mut plan = Self { rule, shown, turn, to_look_at, ranks: RefCell::default() };
        while plan.hide_remainders() {}
        for round in 0.. {
            let leaks = (rule.leaks)(&plan.shown);
            if leaks.is_empty() {
                break;
            }
            if !plan.hide_best(&leaks) {
                plan.hide_leaks(leaks, round);
                while plan.hide_remainders() {}
            }
        }
        // What was hidden first may be safe now that others are. The largest are tried first.
        let mut hidden: Vec<usize> =
            (0..safe.len()).filter(|number| safe[*number] && !plan.shown[*number]).collect();
        hidden.sort_unstable_by_key(|number| std::cmp::Reverse(plan.rank(*number)));
        plan.show_what_is_safe(&hidden);
        plan
    }

    /// How many slices it shows, and how many people these have.
    fn extent(&self) -> (usize, u64) {
        let shown = (0..self.shown.len()).filter(|number| self.shown[*number]);
        let people = shown.clone().map(|number| u64::from(self.row(number)[0]));
        (shown.count(), people.sum())
    }

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

    /// Hides the slice after which the least has to be hidden for sums of which there are few, as far
    /// as one step ahead tells, and what has to go with it. False when nothing was.
    fn hide_best(&mut self, leaks: &[Vec<usize>]) -> bool {
        if leaks.len() > TRIED_SUMS_MAX {
            return false;
        }
        let mut slices: Vec<usize> = leaks.iter().flatten().copied().collect();
        slices.sort_unstable_by_key(|number| self.rank(*number));
        slices.dedup();
        let before = self.shown.clone();
        let mut best: Option<(usize, Vec<bool>)> = None;
        for number in slices {
            let Some(left) = self.to_look_at[0].checked_sub(before.len()) else { break };
            self.to_look_at[0] = left;
            self.hide(number);
            while self.hide_remainders() {}
            let after = std::mem::replace(&mut self.shown, before.clone());
            let hidden =
                before.iter().zip(&after).filter(|(before, after)| before != after).count();
            let price = hidden + (self.rule.leaks)(&after).len();
            if best.as_ref().is_none_or(|(least, _)| price < *least) {
                best = Some((price, after));
            }
        }
        let Some((_, shown)) = best else { return false };
        self.shown = shown;
        true
    }

    /// Hides of the slices that each group is computed from the cheapest; more of them each time a few
    /// rounds have not been the end of it, since the same group may follow from other slices.
    fn hide_leaks(&mut self, leaks: Vec<Vec<usize>>, round: usize) {
        let each = 1 + if self.rule.thorough { round / ROUNDS_PER_SLICE } else { round };
        let mut leaks: Vec<_> = leaks.into_iter().map(|slices| (each, slices)).collect();
        while !leaks.is_empty() {
            let mut ended: BTreeMap<usize, u32> = BTreeMap::new();
            for number in leaks.iter().flat_map(|(_, slices)| slices) {
                *ended.entry(*number).or_default() += 1;
            }
            // The fewest people for each sum that ends with them.
            let cheapest = ended.into_iter().min_by(|(one, ends), (other, others)| {
                let (one, other) = (self.rank(*one), self.rank(*other));
                let price = one.0 * u64::from(*others);
                price.cmp(&(other.0 * u64::from(*ends))).then(one.cmp(&other))
            });
            let Some((cheapest, _)) = cheapest else { break };
            self.hide(cheapest);
            for (left, slices) in &mut leaks {
                if let Some(at) = slices.iter().position(|number| *number == cheapest) {
                    slices.swap_remove(at);
                    *left -= 1;
                }
            }
            leaks.retain(|(left, slices)| *left > 0 && !slices.is_empty());
        }
    }

    /// Shows slices again for which nothing else has to be hidden, one after the other.
    fn show_what_is_safe(&mut self, numbers: &[usize]) {
        for number in numbers {
            self.shown[*number] = true;
            // Nothing but the lines of the slice has changed, and all others were safe.
            if !line::is_safe_around(self, *number) || !tree::is_safe_around(self, *number) {
                self.shown[*number] = false;
                continue;
            }
            let left = self.to_look_at[1].checked_sub(self.shown.len());
            self.shown[*number] = left.is_some() && (self.rule.leaks)(&self.shown).is_empty();
            self.to_look_at[1] = left.unwrap_or(0);
        }
    }

    pub(super) fn is_safe_or_nobody(&self, counts: &[u32]) -> bool {
        counts[0] == 0 || (self.rule.safe)(counts)
    }

    /// Place in the order in which slices are hidden: by people, then by a keyed digest. In later plans
    /// people count for more or less, by the digest.
    pub(super) fn rank(&self, number: usize) -> (u64, [u8; 32]) {
        let mut ranks = self.ranks.borrow_mut();
        let digest = ranks.entry(number).or_insert_with(|| {
            let place = (number as u64).to_be_bytes();
            let digest = Sha256::new().chain_update(self.rule.salt).chain_update([self.turn]);
            digest.chain_update(place).finalize().into()
        });
        let weight = if self.turn == 0 { 1 } else { 32 + u64::from(digest[0]) };
        (u64::from(self.row(number)[0]) * weight, *digest)
    }
}

/// Which slices may be shown when nothing but the number of people in each is counted: participation
/// while answers still come in. The first size of a cell is how many it has.
pub fn plan_counts(frame: &Frame, cells: &[Inhabited<'_>], minimum: u32, salt: &[u8]) -> Vec<bool> {
    let mut counts = Counts::new(frame, 1);
    for cell in cells {
        counts.add(frame, cell.home, &[cell.people()]);
    }
    counts.add_up(frame);
    let counts = &counts;
    let grouped = Grouped::new(frame, cells);
    let safe = |row: &[u32]| row[0] >= minimum;
    let leaks = |shown: &[bool]| audit::leaks(&grouped, shown, 0..1, minimum, NonZeroUsize::MIN);
    let rule = Rule { frame, counts, safe: &safe, leaks: &leaks, thorough: true, salt };
    rule.plan(&vec![true; frame.len()])
}
