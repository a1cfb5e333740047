//! How consistently the items of a scale measure one thing, and how exact a person's score is.
//!
//! Alpha and its kin, item-total correlations and omega are those of the unweighted sum of item
//! points. Mean, variance and standard error of measurement are those of the weighted score. Points
//! of an item are its codes under its metric, so reversed items are reversed already.
//!
//! Split halves are not computed: alpha is the mean of all of them. Nor is the reliable change
//! index: it judges single persons, and nothing is told about these.
use super::complete::Complete;
use super::degenerate::Degenerate;
use super::estimate::{Metric, mean, wide};

mod alpha;
mod omega;
#[cfg(test)]
mod tests;

pub use alpha::Alpha;
pub use omega::Factor;

/// The largest step of an item's code in parts of a point that all items have in common. With it,
/// whole numbers suffice for tens of millions of people.
const STEP_MAX: i64 = 1 << 24;

/// An item of a composite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// What its codes are worth.
    pub metric: Metric,
    /// Its share in the score of a person, relative to the other items; 0 or above.
    pub weight: f64,
}

/// Items that are put together to one score, over the people who answered all of them.
#[derive(Clone, Debug)]
pub struct Composite {
    people: u32,
    /// n (n - 1) times the covariances of item points, in squares of `unit`, row by row.
    scatters: Vec<i128>,
    /// Sum of each row: the item with the sum of all items.
    with_sum: Vec<i128>,
    /// The sum of all items with itself.
    total: i128,
    /// The items with themselves.
    trace: i128,
    /// How many points the whole numbers count in.
    unit: f64,
    /// They sum to 1.
    weights: Vec<f64>,
    mean: Result<f64, Degenerate>,
}

impl Composite {
    /// Of people's sums and what each item is worth, in the order of the items. None when there is
    /// no item, when the number of items differs, when a divisor is not above 0, when divisors are
    /// so large and so different that they have no common fraction, or when weights are negative,
    /// all 0, or not finite.
    pub fn new(sums: &Complete, parts: &[Part]) -> Option<Self> {
        let weight: f64 = parts.iter().map(|part| part.weight).sum();
        let is_weighted = parts.iter().all(|part| part.weight >= 0.0);
        if sums.items() != parts.len() || !is_weighted || weight <= 0.0 || !weight.is_finite() {
            return None;
        }
        let weights: Vec<f64> = parts.iter().map(|part| part.weight / weight).collect();
        let (steps, unit) = steps(parts)?;
        let scatter = |(a, first): (usize, &i128)| {
            let row = steps.iter().enumerate();
            row.map(|(b, second)| first * second * sums.scatter(a, b)).collect::<Vec<_>>()
        };
        let scatters: Vec<i128> = steps.iter().enumerate().flat_map(scatter).collect();
        let with_sum: Vec<i128> =
            scatters.chunks(parts.len()).map(|row| row.iter().sum()).collect();
        Some(Self {
            people: sums.people(),
            total: with_sum.iter().sum(),
            trace: scatters.iter().step_by(parts.len() + 1).sum(),
            unit,
            mean: score_mean(sums, parts, &weights),
            scatters,
            with_sum,
            weights,
        })
    }

    /// How many people answered all items.
    pub fn people(&self) -> u32 {
        self.people
    }

    /// How many items there are.
    pub fn items(&self) -> usize {
        self.with_sum.len()
    }

    /// The mean of people's scores, in points.
    pub fn mean(&self) -> Result<f64, Degenerate> {
        self.mean
    }

    /// The variance of people's scores with divisor n - 1, in points squared; from 0.
    pub fn variance(&self) -> Result<f64, Degenerate> {
        if self.people < 2 {
            return Err(Degenerate::TooFewObservations);
        }
        let (mut sum, mut size) = (0.0, 0.0);
        for (row, first) in self.scatters.chunks(self.items()).zip(&self.weights) {
            for (scatter, second) in row.iter().zip(&self.weights) {
                let part = first * second * wide(*scatter);
                sum += part;
                size += part.abs();
            }
        }
        // What is 0 may come out a little beside it, since the parts are rounded.
        if sum.abs() <= 1e-13 * size {
            return Ok(0.0);
        }
        if sum < 0.0 {
            return Err(Degenerate::NegativeVariance);
        }
        let n = f64::from(self.people);
        Ok(sum * self.unit * self.unit / (n * (n - 1.0)))
    }

    /// The standard error of measurement of a person's score: its deviation times the root of
    /// 1 - alpha, in points. None for a negative alpha.
    pub fn measurement_error(&self) -> Result<f64, Degenerate> {
        let alpha = self.alpha()?.value;
        if alpha < 0.0 {
            return Err(Degenerate::NegativeReliability);
        }
        Ok((self.variance()? * (1.0 - alpha)).sqrt())
    }

    /// An item with itself.
    fn own(&self, item: usize) -> i128 {
        self.scatters.get(item * (self.items() + 1)).copied().unwrap_or(0)
    }

    fn has_constant_item(&self) -> bool {
        (0..self.items()).any(|item| self.own(item) == 0)
    }

    /// Correlations of the points of all items, row by row.
    fn correlations(&self) -> Result<Vec<f64>, Degenerate> {
        let mut all = Vec::with_capacity(self.scatters.len());
        for (first, row) in self.scatters.chunks(self.items()).enumerate() {
            for (second, scatter) in row.iter().enumerate() {
                all.push(correlation(*scatter, self.own(first), self.own(second))?);
            }
        }
        Ok(all)
    }
}

/// A correlation from three multiples of covariances.
fn correlation(both: i128, first: i128, second: i128) -> Result<f64, Degenerate> {
    if first < 0 || second < 0 {
        return Err(Degenerate::NegativeVariance);
    }
    if first == 0 || second == 0 {
        return Err(Degenerate::NoVariance);
    }
    // Only rounding can lead beyond the bounds.
    Ok((wide(both) / (wide(first) * wide(second)).sqrt()).clamp(-1.0, 1.0))
}

fn score_mean(sums: &Complete, parts: &[Part], weights: &[f64]) -> Result<f64, Degenerate> {
    let mut score = 0.0;
    for (item, (part, weight)) in parts.iter().zip(weights).enumerate() {
        score += weight * mean(sums.people(), sums.sum(item), part.metric)?;
    }
    Ok(score)
}

/// The smallest number that all divisors divide.
fn common_fraction(parts: &[Part]) -> Option<i64> {
    parts.iter().map(|part| part.metric.divisor).try_fold(1_i64, |all, divisor| {
        let is_valid = divisor > 0;
        is_valid.then(|| all / common_divisor(all, divisor))?.checked_mul(divisor)
    })
}

fn common_divisor(first: i64, second: i64) -> i64 {
    if second == 0 { first } else { common_divisor(second, first % second) }
}

/// What a step of each item's code is worth, in whole numbers of a part of a point, and that part.
fn steps(parts: &[Part]) -> Option<(Vec<i128>, f64)> {
    let fraction = common_fraction(parts)?;
    let step = |part: &Part| part.metric.slope.checked_mul(fraction / part.metric.divisor);
    let steps: Vec<i64> = parts.iter().map(step).collect::<Option<_>>()?;
    let part = steps.iter().fold(0_i64, |all, step| common_divisor(all, step.saturating_abs()));
    let part = part.max(1);
    let reduced = steps.iter().map(|step| {
        let step = step / part;
        (-STEP_MAX..=STEP_MAX).contains(&step).then_some(i128::from(step))
    });
    Some((reduced.collect::<Option<_>>()?, wide(part.into()) / wide(fraction.into())))
}
