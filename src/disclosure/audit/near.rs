//! What lies near a kind of cells, and linear programs over it: everything further off is held as it is.
//! Whatever differs so differs also when all is free.
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::OnceLock;

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

use super::lists::Lists;

/// Most kinds of which one wide exchange is made.
const WIDE_MAX: usize = 60;
/// What a solution may be off.
pub(super) const TOLERANCE: f64 = 1e-6;

/// An unknown of a program: a value that agrees with all rows, and its least and largest one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Free {
    pub(super) value: f64,
    pub(super) least: f64,
    pub(super) largest: f64,
}

/// The kinds by their rows.
pub(super) struct Neighbours {
    /// The kinds in each row.
    members: OnceLock<Lists>,
    wide: Vec<OnceLock<Vec<(usize, f64)>>>,
}

impl Neighbours {
    /// Of so many kinds.
    pub(super) fn new(kinds: usize) -> Self {
        let wide = (0..kinds).map(|_| OnceLock::new()).collect();
        Self { members: OnceLock::new(), wide }
    }

    /// Kinds that have rows in common with one, directly or by others, the nearest first.
    pub(super) fn near(&self, within: &Lists, kind: usize, most: usize) -> Vec<usize> {
        let members = self.members.get_or_init(|| within.turned());
        let mut near = vec![kind];
        let mut known = BTreeSet::from([kind]);
        let mut open = VecDeque::from([kind]);
        while let Some(from) = open.pop_front() {
            // Rows of few kinds first: they bind the most.
            let mut rows: Vec<&[u32]> =
                within[from].iter().map(|row| &members[*row as usize]).collect();
            rows.sort_by_key(|members| members.len());
            for next in rows.into_iter().flatten().map(|next| *next as usize) {
                if near.len() >= most {
                    return near;
                }
                if known.insert(next) {
                    near.push(next);
                    open.push_back(next);
                }
            }
        }
        near
    }

    /// An exchange of a kind with however many others: what each gets for one that the kind gets. At most
    /// as much changes hands as there are people, so that there is room for it. None where there is none.
    pub(super) fn wide(&self, (within, people): (&Lists, &[u32]), kind: usize) -> &[(usize, f64)] {
        self.wide[kind].get_or_init(|| {
            let near = self.near(within, kind, WIDE_MAX);
            let free = |at: usize| {
                let most = f64::from(people[at]);
                Free { value: 0.0, least: -most, largest: most }
            };
            let Some(values) = farthest(within, &near, &free, (kind, 1.0)) else {
                return Vec::new();
            };
            let mine = values.first().copied().unwrap_or_default();
            if mine < TOLERANCE {
                return Vec::new();
            }
            let moved = near.into_iter().zip(values).filter(|(_, value)| value.abs() > TOLERANCE);
            moved.map(|(at, value)| (at, value / mine)).collect()
        })
    }
}

/// Values of some kinds with the largest or the least one of a target, with every row as it is.
pub(super) fn farthest(
    within: &Lists,
    near: &[usize],
    free: &dyn Fn(usize) -> Free,
    (target, sign): (usize, f64),
) -> Option<Vec<f64>> {
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    let mut rows: BTreeMap<u32, (Vec<(Variable, f64)>, f64)> = BTreeMap::new();
    let mut variables = Vec::with_capacity(near.len());
    for at in near {
        let Free { value, least, largest } = free(*at);
        let weight = if *at == target { sign } else { 0.0 };
        let variable = problem.add_var(weight, (least, largest));
        for row in &within[*at] {
            let (members, total) = rows.entry(*row).or_default();
            members.push((variable, 1.0));
            *total += value;
        }
        variables.push(variable);
    }
    for (members, total) in rows.values() {
        problem.add_constraint(members.as_slice(), ComparisonOp::Eq, *total);
    }
    let solution = problem.solve().ok().and_then(|solved| solved.into_solution().ok())?;
    // It is not believed unseen.
    let is_kept = |(members, total): &(Vec<(Variable, f64)>, f64)| {
        let sum: f64 = members.iter().map(|(member, _)| solution.var_value(*member)).sum();
        (sum - total).abs() < TOLERANCE
    };
    let values: Vec<f64> = variables.iter().map(|variable| solution.var_value(*variable)).collect();
    let is_within = |(at, value): (&usize, &f64)| {
        let Free { least, largest, .. } = free(*at);
        *value > least - TOLERANCE && *value < largest + TOLERANCE
    };
    let is_true = rows.values().all(is_kept) && near.iter().zip(&values).all(is_within);
    is_true.then_some(values)
}
