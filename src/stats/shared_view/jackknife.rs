//! Intervals from replicates: the jackknife that deletes a group of respondents at a time (Wolter
//! 2007, chapter 4; Kott 2001), and how intervals of parts become one of what is built of them.
use super::super::degenerate::Degenerate;
use super::super::distribution::student_975;
use super::Interval;

/// A value with its interval, each side kept as what every replicate contributes to it. The length
/// of a side is the distance from the value to that end.
///
/// Adding sides as vectors gives the interval of a sum with the correlation of its parts, which the
/// same people bring about, while each end keeps its own distance (the recovery of variances from
/// limits, Zou and Donner 2008).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Replicated {
    /// The value.
    pub(super) value: f64,
    below: Vec<f64>,
    above: Vec<f64>,
}

/// How far each replicate is from the value of everyone. From it and not from the mean of the
/// replicates: what a statistic is biased by then widens its interval.
pub(super) fn deviations(all: f64, without: &[f64]) -> Vec<f64> {
    without.iter().map(|value| value - all).collect()
}

/// The standard error that deviations give: the square root of (R - 1) / R times their sum of
/// squares.
pub(super) fn error(deviations: &[f64]) -> f64 {
    let squares: f64 = deviations.iter().map(|each| each * each).sum();
    let count = number(deviations.len());
    if count < 1.0 { 0.0 } else { ((count - 1.0) / count * squares).sqrt() }
}

/// Student's quantile for the degrees of freedom of that many replicates, one less.
pub(super) fn quantile(replicates: usize) -> Result<f64, Degenerate> {
    if replicates < 2 {
        return Err(Degenerate::TooFewObservations);
    }
    student_975(number(replicates) - 1.0).ok_or(Degenerate::TooFewObservations)
}

/// A value and its symmetric interval.
pub(super) fn interval(all: f64, without: &[f64]) -> Result<Interval, Degenerate> {
    let half = quantile(without.len())? * error(&deviations(all, without));
    Ok(Interval { value: all, lower: all - half, upper: all + half })
}

impl Replicated {
    /// A value with ends that are known, in the direction of the deviations. An end on the wrong
    /// side of the value is the value.
    pub(super) fn between(value: f64, (lower, upper): (f64, f64), deviations: &[f64]) -> Self {
        let below = stretched(deviations, (value - lower).max(0.0));
        let above = stretched(deviations, (upper - value).max(0.0));
        Self { value, below, above }
    }

    /// A function of the value that falls as the value rises.
    pub(super) fn falling(&self, function: impl Fn(f64) -> f64) -> Self {
        let interval = self.interval();
        let value = function(interval.value);
        let below = stretched(&self.above, function(interval.upper) - value);
        let above = stretched(&self.below, function(interval.lower) - value);
        Self { value, below, above }
    }

    /// The product, to the first order in each part.
    pub(super) fn times(&self, other: &Self) -> Self {
        let mixed = |mine: &[f64], theirs: &[f64]| {
            let both = mine.iter().zip(theirs);
            both.map(|(mine, theirs)| other.value * mine + self.value * theirs).collect()
        };
        Self {
            value: self.value * other.value,
            below: mixed(&self.below, &other.below),
            above: mixed(&self.above, &other.above),
        }
    }

    /// The mean of some, which must have the same replicates.
    pub(super) fn mean(all: &[&Self]) -> Result<Self, Degenerate> {
        let first = all.first().ok_or(Degenerate::TooFewGroups)?;
        if all.iter().any(|each| each.below.len() != first.below.len()) {
            return Err(Degenerate::TooFewObservations);
        }
        let mut mean =
            Self { value: 0.0, below: vec![0.0; first.below.len()], above: first.below.clone() };
        mean.above.fill(0.0);
        let share = 1.0 / number(all.len());
        for each in all {
            mean.value += share * each.value;
            add(&mut mean.below, &each.below, share);
            add(&mut mean.above, &each.above, share);
        }
        Ok(mean)
    }

    /// The value and both ends.
    pub(super) fn interval(&self) -> Interval {
        Interval {
            value: self.value,
            lower: self.value - error(&self.below),
            upper: self.value + error(&self.above),
        }
    }
}

fn add(sum: &mut [f64], more: &[f64], share: f64) {
    for (mine, more) in sum.iter_mut().zip(more) {
        *mine += share * more;
    }
}

/// The same direction with another length; turned round for a length below 0. Without a direction,
/// all replicates contribute the same.
fn stretched(deviations: &[f64], length: f64) -> Vec<f64> {
    let old = error(deviations);
    if old > 0.0 {
        return deviations.iter().map(|each| each * (length / old)).collect();
    }
    let count = number(deviations.len());
    let each = if count > 1.0 { length / (count - 1.0).sqrt() } else { 0.0 };
    vec![each; deviations.len()]
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
