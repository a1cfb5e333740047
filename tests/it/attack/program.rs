//! Bounds of sums by linear programs: the unknown sums of cells within their scales, the published
//! ones within their rounding, and the least and the largest sum of a cell that agrees with all.
#![expect(clippy::float_arithmetic, reason = "linear programs are solved in floating numbers")]
use std::collections::BTreeMap;

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::published::Card;

/// Programs for all small groups at once.
const ROUNDS: usize = 6;
/// What a solution may be off.
pub(super) const TOLERANCE: f64 = 1e-5;

/// Sums of classes of cells that nothing published tells apart, within bounds.
#[derive(Clone)]
pub(super) struct Program {
    /// The cells of each class, and how many answers they are.
    pub(super) classes: Vec<(Vec<usize>, u32)>,
    /// Largest sum per answer.
    pub(super) top: f64,
    /// Sums are whole numbers.
    whole: bool,
    /// Classes with the least and the largest sum.
    rows: Vec<(Vec<usize>, f64, f64)>,
    /// Per class the least and the largest sum that were seen to be possible.
    seen: Vec<(f64, f64)>,
    pub(super) unsolved: usize,
}

impl Program {
    /// Rows are cards with the least and the largest sum of their cells.
    pub(super) fn new(sizes: &[u32], top: f64, whole: bool, cards: &[(&Card, f64, f64)]) -> Self {
        let mut marks: Vec<Vec<usize>> = vec![Vec::new(); sizes.len()];
        for (at, (card, ..)) in cards.iter().enumerate() {
            for cell in &card.cells {
                marks[*cell].push(at);
            }
        }
        let mut classes: BTreeMap<&[usize], (Vec<usize>, u32)> = BTreeMap::new();
        for (cell, marks) in marks.iter().enumerate() {
            if sizes[cell] > 0 {
                let class = classes.entry(marks).or_default();
                class.0.push(cell);
                class.1 += sizes[cell];
            }
        }
        let mut rows: Vec<(Vec<usize>, f64, f64)> =
            cards.iter().map(|(_, least, most)| (Vec::new(), *least, *most)).collect();
        for (class, marks) in classes.keys().enumerate() {
            for card in *marks {
                rows[*card].0.push(class);
            }
        }
        let classes: Vec<_> = classes.into_values().collect();
        let seen = vec![(f64::INFINITY, f64::NEG_INFINITY); classes.len()];
        Self { classes, top, whole, rows, seen, unsolved: 0 }
    }

    /// The sums with the largest value of an objective; they are possible for all classes.
    fn solve(&mut self, objective: &[f64]) {
        let mut problem = Problem::new(OptimizationDirection::Maximize);
        let sums: Vec<Variable> = (0..)
            .zip(&self.classes)
            .map(|(class, (_, size)): (usize, _)| {
                problem.add_var(objective[class], (0.0, self.top * f64::from(*size)))
            })
            .collect();
        for (classes, least, most) in &self.rows {
            let row: Vec<(Variable, f64)> =
                classes.iter().map(|class| (sums[*class], 1.0)).collect();
            if (most - least).abs() < f64::EPSILON {
                problem.add_constraint(row, ComparisonOp::Eq, *least);
            } else {
                problem.add_constraint(row.clone(), ComparisonOp::Ge, *least);
                problem.add_constraint(row, ComparisonOp::Le, *most);
            }
        }
        let Some(solution) = problem.solve().ok().and_then(|solved| solved.into_solution().ok())
        else {
            self.unsolved += 1;
            return;
        };
        let values: Vec<f64> = sums.iter().map(|sum| solution.var_value(*sum)).collect();
        for (classes, least, most) in &self.rows {
            let sum: f64 = classes.iter().map(|class| values[*class]).sum();
            let is_within = sum > least - TOLERANCE && sum < most + TOLERANCE;
            assert!(is_within, "the solver breaks a constraint: {sum} in {least}..{most}");
        }
        for (seen, value) in self.seen.iter_mut().zip(values) {
            *seen = (seen.0.min(value), seen.1.max(value));
        }
    }

    /// Bounds of a class as far as they are known, as whole sums where they are.
    pub(super) fn bounds(&self, class: usize) -> (f64, f64) {
        let (least, most) = self.seen[class];
        if self.whole {
            ((least - TOLERANCE).ceil(), (most + TOLERANCE).floor())
        } else {
            (least, most)
        }
    }

    /// Widens what is known to be possible of each of some classes, until it is `enough` or all.
    pub(super) fn explore(
        &mut self,
        targets: &[usize],
        enough: &impl Fn(&Self, usize) -> bool,
        seed: u64,
    ) {
        let mut dice = StdRng::seed_from_u64(seed);
        let left = |this: &Self| -> Vec<usize> {
            targets.iter().copied().filter(|class| !enough(this, *class)).collect()
        };
        for round in 0..ROUNDS {
            let mut objective = vec![0.0; self.classes.len()];
            let open = left(self);
            if open.is_empty() {
                return;
            }
            for class in open {
                objective[class] = match round {
                    0 => 1.0,
                    1 => -1.0,
                    _ if dice.random_bool(0.5) => 1.0,
                    _ => -1.0,
                };
            }
            self.solve(&objective);
        }
        for class in left(self) {
            for direction in [1.0, -1.0] {
                if !enough(self, class) {
                    let mut objective = vec![0.0; self.classes.len()];
                    objective[class] = direction;
                    self.solve(&objective);
                }
            }
        }
    }

    pub(super) fn top_of(&self, answers: u32) -> f64 {
        self.top * f64::from(answers)
    }

    /// Rows without which something would not hold of a class, by position: one smallest set of them.
    pub(super) fn reasons(&self, class: usize, holds: &dyn Fn(&Self) -> bool) -> Vec<usize> {
        let mut kept: Vec<usize> = (0..self.rows.len()).collect();
        let holds_with = |rows: &[usize]| {
            let mut trial = self.clone();
            trial.rows = rows.iter().map(|row| self.rows[*row].clone()).collect();
            trial.seen.fill((f64::INFINITY, f64::NEG_INFINITY));
            for direction in [1.0, -1.0] {
                let mut objective = vec![0.0; self.classes.len()];
                objective[class] = direction;
                trial.solve(&objective);
            }
            holds(&trial)
        };
        // Whole halves are left out first, then quarters, and so on down to single ones.
        let mut piece = kept.len().div_ceil(2);
        while piece > 0 {
            let mut at = 0;
            while at < kept.len() {
                let mut fewer = kept.clone();
                fewer.drain(at..(at + piece).min(kept.len()));
                if holds_with(&fewer) {
                    kept = fewer;
                } else {
                    at += piece;
                }
            }
            piece = if piece == 1 { 0 } else { piece.div_ceil(2) };
        }
        kept
    }
}
