//! Proves that no small group's answers are all but told by their bounds: answers have ends, so that sums
//! which cannot be computed may still be known within little.
//!
//! The unknowns are the sums of one measure in each kind of cells; the rows are what is left of each shown
//! slice beside the shown ones inside. A group is safe once two assignments are known that agree with all
//! rows and lie far enough apart. Most are found by exchanges, one after the other, from the true
//! answers on. Where these do not do, linear programs look for them near the group only, with everything
//! further off held at its true value: whatever differs so differs also when all is free. What is
//! not shown to be safe in this way counts as told.
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::exchange::Exchanges;
use crate::disclosure::limits::Sum;

/// Most unknowns of a program.
const NEAR_MAX: usize = 150;
/// Programs that are solved for all small groups nearby at once, before each by itself.
const ROUNDS: usize = 3;
/// What a solution may be off.
pub(super) const TOLERANCE: f64 = 1e-6;

/// The sums of a measure in all kinds of cells.
#[derive(Clone, Copy)]
pub(super) struct Unknowns<'a> {
    /// The rows that each is in.
    pub(super) within: &'a [Vec<u32>],
    /// What each is, and of how many; of nobody where nobody answered.
    pub(super) sums: &'a [Sum],
    pub(super) exchanges: &'a Exchanges,
}

/// The least and the largest sum that is known to be possible.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) least: f64,
    pub(super) largest: f64,
}

/// Judges an unknown, by its position, by two possible sums: true of more distant ones if of nearer ones.
pub(super) type IsSafe<'a> = dyn Fn(usize, Bounds) -> bool + 'a;

/// The unknowns that are all but told, by their position.
pub(super) fn told(unknowns: Unknowns<'_>, is_safe: &IsSafe<'_>) -> Vec<usize> {
    let Unknowns { within, sums, .. } = unknowns;
    let values: Vec<f64> = sums.iter().map(|sum| sum.value).collect();
    let seen = values.iter().map(|value| Bounds { least: *value, largest: *value }).collect();
    let mut search = Search { unknowns, is_safe, members: BTreeMap::new(), seen, values };
    let is_known = |at: &usize| sums[*at].people > 0 && !within[*at].is_empty();
    let open: Vec<usize> =
        (0..within.len()).filter(is_known).filter(|at| !search.exchanges(*at)).collect();
    if open.is_empty() {
        return open;
    }
    for (at, rows) in within.iter().enumerate().filter(|(at, _)| is_known(at)) {
        for row in rows {
            search.members.entry(*row).or_default().push(at);
        }
    }
    let mut random = StdRng::seed_from_u64(within.len() as u64);
    open.into_iter().filter(|at| !search.proves(*at, &mut random)).collect()
}

struct Search<'a> {
    unknowns: Unknowns<'a>,
    is_safe: &'a IsSafe<'a>,
    /// The unknowns of each row.
    members: BTreeMap<u32, Vec<usize>>,
    seen: Vec<Bounds>,
    /// The true sums, but while they are exchanged.
    values: Vec<f64>,
}

impl Search<'_> {
    fn is_safe(&self, at: usize) -> bool {
        (self.is_safe)(at, self.seen[at])
    }

    /// Exchanges as much as there is, one way and then the other, until the unknown is safe.
    fn exchanges(&mut self, at: usize) -> bool {
        if self.is_safe(at) {
            return true;
        }
        let Unknowns { sums, exchanges, .. } = self.unknowns;
        for sign in [1.0, -1.0] {
            let mut touched = vec![at];
            for exchange in exchanges.of(at) {
                let up = exchange.gets.iter().map(|kind| (*kind as usize, sign));
                let down = exchange.give.iter().flatten().map(|kind| (*kind as usize, -sign));
                let all = std::iter::once((at, sign)).chain(up).chain(down);
                let room = |(kind, sign): (usize, f64)| {
                    if sign > 0.0 { sums[kind].top - self.values[kind] } else { self.values[kind] }
                };
                let step = all.clone().map(room).fold(f64::INFINITY, f64::min);
                if step > TOLERANCE {
                    for (kind, sign) in all {
                        self.values[kind] += sign * step;
                        touched.push(kind);
                    }
                }
            }
            for kind in touched {
                self.seen[kind].include(self.values[kind]);
                self.values[kind] = sums[kind].value;
            }
            if self.is_safe(at) {
                return true;
            }
        }
        false
    }

    /// Looks for possible sums by programs until the unknown is safe.
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
                self.unknowns.within[from].iter().filter_map(|row| self.members.get(row)).collect();
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
            let Sum { value, top, .. } = self.unknowns.sums[*at];
            let weight = objective.get(at).copied().unwrap_or(0.0);
            let sum = problem.add_var(weight, (0.0, top));
            for row in &self.unknowns.within[*at] {
                let (members, total) = rows.entry(*row).or_default();
                members.push((sum, 1.0));
                *total += value;
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
            value > -TOLERANCE && value < self.unknowns.sums[*at].top + TOLERANCE
        };
        if !rows.values().all(is_kept) || !near.iter().zip(&sums).all(is_within) {
            return;
        }
        for (at, sum) in near.iter().zip(sums) {
            self.seen[*at].include(solution.var_value(sum));
        }
    }
}

impl Bounds {
    fn include(&mut self, value: f64) {
        self.least = self.least.min(value);
        self.largest = self.largest.max(value);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Unknowns with their rows, people, and sums of answers from 0 to 4.
    struct Made {
        within: Vec<Vec<u32>>,
        sums: Vec<Sum>,
        exchanges: Exchanges,
    }

    impl Made {
        fn of(unknowns: &[(&[u32], u32, u32)]) -> Self {
            let within: Vec<Vec<u32>> = unknowns.iter().map(|(rows, ..)| rows.to_vec()).collect();
            let sum = |(_, people, value): &(&[u32], u32, u32)| {
                let (value, top) = (f64::from(*value), f64::from(4 * people));
                Sum { people: *people, in_small_cells: 0, value, top }
            };
            let people: Vec<u32> = unknowns.iter().map(|(_, people, _)| *people).collect();
            let exchanges = Exchanges::new(&within, &people, |row| row as usize / 3);
            Self { within, sums: unknowns.iter().map(sum).collect(), exchanges }
        }

        fn unknowns(&self) -> Unknowns<'_> {
            Unknowns { within: &self.within, sums: &self.sums, exchanges: &self.exchanges }
        }
    }

    /// Which unknowns may lie within a fifth of their scale.
    fn narrow(unknowns: &[(&[u32], u32, u32)]) -> Vec<usize> {
        let made = Made::of(unknowns);
        told(made.unknowns(), &|at, Bounds { least, largest }| {
            let sum = made.sums[at];
            sum.people >= 5 || 5.0 * (largest - least) > sum.top
        })
    }

    #[test]
    fn what_is_near_an_end_is_told_and_what_has_room_is_not() {
        // Ten people three steps below the highest sum leave four of them hardly any room.
        assert_eq!(narrow(&[(&[0], 4, 15), (&[0, 7], 6, 22), (&[8], 9, 9)]), [0]);
        assert_eq!(narrow(&[(&[0], 4, 15), (&[0, 7], 6, 12), (&[7], 9, 9)]), [0; 0]);
        // One person alone is told, and so is the difference of four and one that is told.
        assert_eq!(narrow(&[(&[0], 1, 3)]), [0]);
        let chain: [(&[u32], u32, u32); 4] =
            [(&[0], 4, 8), (&[0, 3], 20, 40), (&[3], 1, 2), (&[6], 9, 18)];
        assert_eq!(narrow(&chain), [0; 0]);
        let chain: [(&[u32], u32, u32); 4] =
            [(&[0], 4, 1), (&[0, 3], 20, 79), (&[3], 1, 2), (&[6], 9, 18)];
        assert_eq!(narrow(&chain), [0]);
    }

    #[test]
    fn what_is_seen_is_possible() {
        let mut random = StdRng::seed_from_u64(3);
        for _ in 0..50 {
            let mut drawn: BTreeMap<[u32; 2], (u32, u32)> = BTreeMap::new();
            for _ in 0..12 {
                let people = random.random_range(1..9);
                let rows = [random.random_range(0..3), random.random_range(3..6)];
                drawn.insert(rows, (people, random.random_range(0..=4 * people)));
            }
            let drawn: Vec<(&[u32], u32, u32)> =
                drawn.iter().map(|(rows, (people, sum))| (&rows[..], *people, *sum)).collect();
            let made = Made::of(&drawn);
            // Never enough: exchanges and programs are all tried.
            let told = Mutex::new(Vec::new());
            super::told(made.unknowns(), &|at, bounds| {
                told.lock().unwrap().push((made.sums[at], bounds));
                false
            });
            for (sum, Bounds { least, largest }) in told.into_inner().unwrap() {
                assert!(-TOLERANCE <= least && largest <= sum.top + TOLERANCE);
                assert!(least <= sum.value && sum.value <= largest);
            }
        }
    }
}
