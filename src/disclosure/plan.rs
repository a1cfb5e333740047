//! Which slices may be shown, so that nothing shown can be subtracted to find what is not. A slice is
//! shown when it is safe itself, and every remainder is safe, along the tree and along the segments:
//! hiding goes on until nothing is left to hide. What is equal is told apart by a keyed digest, never
//! by name, so that a plan tells nothing about the order of units.
use std::cell::RefCell;
use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::counts::Counts;
use super::frame::Frame;
use super::{line, tree};

/// Decides about groups.
pub struct Rule<'a> {
    /// The slices.
    pub frame: &'a Frame,
    /// What is counted in each.
    pub counts: &'a Counts,
    /// Whether a group with these counts may be known.
    pub safe: &'a (dyn Fn(&[u32]) -> bool + Sync),
    /// Key of the order among equals: secret, and another one for each release.
    pub salt: &'a [u8],
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
        loop {
            let mut hidden = line::repair(&mut plan);
            for offset in 0..self.frame.parts() {
                hidden |= tree::repair(&mut plan, offset);
            }
            if !hidden {
                return plan.shown;
            }
        }
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
/// while answers still come in.
pub fn plan_counts(frame: &Frame, people: &[u32], minimum: u32, salt: &[u8]) -> Vec<bool> {
    let counts = &Counts::of_people(people);
    let safe = |row: &[u32]| row[0] >= minimum;
    Rule { frame, counts, safe: &safe, salt }.plan(&vec![true; frame.len()])
}
