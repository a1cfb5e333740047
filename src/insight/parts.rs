//! What is known of a unit on the way up the tree.
use super::subject::Subject;
use crate::stats::{GroupScores, Replicates, Sums};

/// What is known of a unit.
pub(super) struct Parts {
    /// Sums of all its people, then of those with each value of each segment dimension.
    pub(super) sums: Vec<Sums>,
    /// Sums by replicate of the parts that the plan of shared views names.
    pub(super) replicates: Vec<Replicates>,
    /// Of each unit directly below that is shown, the scores of its people on each scale; of nobody
    /// where they may not be compared.
    pub(super) below: Vec<Vec<GroupScores>>,
}

impl Parts {
    /// What is known of nobody.
    pub(super) fn new(subject: &Subject) -> Self {
        let sums = vec![Sums::new(&subject.shape); subject.frame.parts()];
        let replicates = vec![Replicates::new(&subject.shape); subject.shared.parts.len()];
        Self { sums, replicates, below: Vec::new() }
    }

    /// Makes it what is known of nobody again.
    pub(super) fn clear(&mut self) {
        self.sums.iter_mut().for_each(Sums::clear);
        self.replicates.iter_mut().for_each(Replicates::clear);
        self.below.clear();
    }

    /// Adds what else is known of the same unit.
    pub(super) fn merge(&mut self, other: &Self) {
        self.add(other);
        self.below.extend_from_slice(&other.below);
    }

    /// Adds a unit directly below, with the scores by which it is compared.
    pub(super) fn take_up(&mut self, below: &Self, scores: Vec<GroupScores>) {
        self.add(below);
        if !scores.is_empty() {
            self.below.push(scores);
        }
    }

    fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.sums.iter_mut().zip(&other.sums) {
            mine.merge(theirs);
        }
        for (mine, theirs) in self.replicates.iter_mut().zip(&other.replicates) {
            mine.merge(theirs);
        }
    }
}
