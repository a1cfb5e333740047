//! Proves that no small group's answers are all but told by their bounds: answers have ends, so that sums
//! which cannot be computed may still be known within little.
//!
//! The unknowns are the sums of one measure in each kind of cells; the rows are what is left of each shown
//! slice beside the shown ones inside. A group is safe once two assignments are known that agree with all
//! rows and lie far enough apart. They are looked for by linear programs, near the group only,
//! with everything further off held at its true value: whatever differs so differs also when all
//! is free. What is not shown to be safe in this way counts as told.
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::disclosure::limits::Extent;

/// Most unknowns of a program.
const NEAR_MAX: usize = 150;
/// Programs that are solved for all small groups nearby at once, before each by itself.
const ROUNDS: usize = 3;
/// What a solution may be off.
pub(super) const TOLERANCE: f64 = 1e-6;

/// The sum of a measure in a kind of cells.
#[derive(Clone, Debug)]
pub(super) struct Unknown {
    /// The rows that it is in.
    pub(super) rows: Vec<u32>,
    /// What is summed up, of at least one person.
    pub(super) extent: Extent,
}

/// The least and the largest sum that is known to be possible.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) least: f64,
    pub(super) largest: f64,
}

/// The unknowns that are all but told, by their position. `is_safe` judges by how far apart two possible
/// sums are; it is true of more distant ones if of nearer ones.
pub(super) fn told(unknowns: &[Unknown], is_safe: &dyn Fn(&Unknown, Bounds) -> bool) -> Vec<usize> {
    let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, unknown) in unknowns.iter().enumerate() {
        for row in &unknown.rows {
            members.entry(*row).or_default().push(at);
        }
    }
    let seen = unknowns.iter().map(|unknown| {
        let value = unknown.extent.value;
        Bounds { least: value, largest: value }
    });
    let mut search = Search { unknowns, is_safe, members, seen: seen.collect() };
    let mut random = StdRng::seed_from_u64(unknowns.len() as u64);
    (0..unknowns.len()).filter(|at| !search.proves(*at, &mut random)).collect()
}

struct Search<'a> {
    unknowns: &'a [Unknown],
    is_safe: &'a dyn Fn(&Unknown, Bounds) -> bool,
    /// The unknowns of each row.
    members: BTreeMap<u32, Vec<usize>>,
    seen: Vec<Bounds>,
}

impl Search<'_> {
    fn is_safe(&self, at: usize) -> bool {
        (self.is_safe)(&self.unknowns[at], self.seen[at])
    }

    /// Looks for possible sums until the unknown is safe.
    fn proves(&mut self, at: usize, random: &mut StdRng) -> bool {
        if self.is_safe(at) {
            return true;
        }
        let near = self.near(at);
        for _ in 0..ROUNDS {
            let unsafe_yet: BTreeSet<usize> =
                near.iter().copied().filter(|near| !self.is_safe(*near)).collect();
            let objective: BTreeMap<usize, f64> = unsafe_yet
                .into_iter()
                .map(|at| (at, if random.random_bool(0.5) { 1.0 } else { -1.0 }))
                .collect();
            self.solve(&near, &objective);
            let other = objective.into_iter().map(|(at, sign)| (at, -sign)).collect();
            self.solve(&near, &other);
            if self.is_safe(at) {
                return true;
            }
        }
        for sign in [1.0, -1.0] {
            self.solve(&near, &BTreeMap::from([(at, sign)]));
        }
        self.is_safe(at)
    }

    /// Unknowns that have rows in common with one, directly or by others, the nearest first.
    fn near(&self, at: usize) -> Vec<usize> {
        let mut near = vec![at];
        let mut known = BTreeSet::from([at]);
        let mut open = VecDeque::from([at]);
        while let Some(from) = open.pop_front() {
            // Rows of few unknowns first: they bind the most.
            let mut rows: Vec<&Vec<usize>> =
                self.unknowns[from].rows.iter().filter_map(|row| self.members.get(row)).collect();
            rows.sort_by_key(|members| members.len());
            for next in rows.into_iter().flatten() {
                if near.len() >= NEAR_MAX {
                    return near;
                }
                if known.insert(*next) {
                    near.push(*next);
                    open.push_back(*next);
                }
            }
        }
        near
    }

    /// Finds the sums nearby with the largest value of an objective, and notes them as possible.
    fn solve(&mut self, near: &[usize], objective: &BTreeMap<usize, f64>) {
        let mut problem = Problem::new(OptimizationDirection::Maximize);
        let mut rows: BTreeMap<u32, (Vec<(Variable, f64)>, f64)> = BTreeMap::new();
        let mut sums = Vec::with_capacity(near.len());
        for at in near {
            let unknown = &self.unknowns[*at];
            let weight = objective.get(at).copied().unwrap_or(0.0);
            let sum = problem.add_var(weight, (0.0, unknown.extent.top));
            for row in &unknown.rows {
                let (members, total) = rows.entry(*row).or_default();
                members.push((sum, 1.0));
                *total += unknown.extent.value;
            }
            sums.push(sum);
        }
        for (members, total) in rows.values() {
            problem.add_constraint(members.as_slice(), ComparisonOp::Eq, *total);
        }
        // Without a solution nothing more is known to be possible; and one is not believed unseen.
        let solved = problem.solve().ok().and_then(|solved| solved.into_solution().ok());
        let Some(solution) = solved else { return };
        let is_kept = |(members, total): &(Vec<(Variable, f64)>, f64)| {
            let sum: f64 = members.iter().map(|(sum, _)| solution.var_value(*sum)).sum();
            (sum - total).abs() < TOLERANCE
        };
        let is_within = |(at, sum): (&usize, &Variable)| {
            let value = solution.var_value(*sum);
            value > -TOLERANCE && value < self.unknowns[*at].extent.top + TOLERANCE
        };
        if !rows.values().all(is_kept) || !near.iter().zip(&sums).all(is_within) {
            return;
        }
        for (at, sum) in near.iter().zip(sums) {
            let (value, bounds) = (solution.var_value(sum), &mut self.seen[*at]);
            bounds.least = bounds.least.min(value);
            bounds.largest = bounds.largest.max(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(rows: &[u32], people: u32, value: u32) -> Unknown {
        let (value, top) = (f64::from(value), f64::from(4 * people));
        Unknown { rows: rows.to_vec(), extent: Extent { people, in_small_cells: 0, value, top } }
    }

    /// Which unknowns may lie within a fifth of their scale.
    fn narrow(unknowns: &[Unknown]) -> Vec<usize> {
        told(unknowns, &|unknown, Bounds { least, largest }| {
            unknown.extent.people >= 5 || 5.0 * (largest - least) > unknown.extent.top
        })
    }

    #[test]
    fn what_is_near_an_end_is_told_and_what_has_room_is_not() {
        // Ten people three steps below the highest sum leave four of them hardly any room.
        assert_eq!(narrow(&[unknown(&[0], 4, 15), unknown(&[0], 6, 22)]), [0]);
        assert_eq!(narrow(&[unknown(&[0], 4, 15), unknown(&[0], 6, 12)]), [0; 0]);
        // One person alone is told, and so is the difference of four and one that is told.
        assert_eq!(narrow(&[unknown(&[0], 1, 3)]), [0]);
        let chain = [
            unknown(&[0], 4, 8),
            unknown(&[0, 1], 20, 40),
            unknown(&[1], 1, 2),
            unknown(&[2], 9, 18),
        ];
        assert_eq!(narrow(&chain), [0; 0]);
        let chain = [
            unknown(&[0], 4, 1),
            unknown(&[0, 1], 20, 79),
            unknown(&[1], 1, 2),
            unknown(&[2], 9, 18),
        ];
        assert_eq!(narrow(&chain), [0]);
    }

    #[test]
    fn a_solution_is_possible() {
        let mut random = StdRng::seed_from_u64(3);
        for _ in 0..50 {
            let unknowns: Vec<Unknown> = (0..12)
                .map(|_| {
                    let people = random.random_range(1..9);
                    let rows = [random.random_range(0..3), random.random_range(3..6)];
                    unknown(&rows, people, random.random_range(0..=4 * people))
                })
                .collect();
            let all: Vec<usize> = (0..unknowns.len()).collect();
            let seen = unknowns.iter().map(|unknown| {
                let value = unknown.extent.value;
                Bounds { least: value, largest: value }
            });
            let mut search = Search {
                unknowns: &unknowns,
                is_safe: &|_, _| false,
                members: BTreeMap::new(),
                seen: seen.collect(),
            };
            for at in 0..unknowns.len() {
                for sign in [1.0, -1.0] {
                    search.solve(&all, &BTreeMap::from([(at, sign)]));
                }
            }
            for (unknown, Bounds { least, largest }) in unknowns.iter().zip(&search.seen) {
                assert!(-TOLERANCE <= *least && *largest <= unknown.extent.top + TOLERANCE);
            }
        }
    }
}
