//! Differences of means: of two groups that have nobody in common, and of the same people twice.
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::degenerate::Degenerate;
use super::distribution::{Z_975, student_975, student_two_sided};
use super::estimate::{Metric, Spread, mean, variance, wide};

#[cfg(test)]
mod tests;

/// The normal distribution's quantile at .80: the power that is asked for.
const Z_80: f64 = 0.841_621_233_572_914_2;
/// Degrees of freedom from which a series is more exact than gamma functions or inverses.
const SERIES_DF_MIN: f64 = 1_000.0;

/// A mean to be compared, with its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Side {
    mean: f64,
    error_squared: f64,
    df: f64,
}

/// Number, mean and variance of the values of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// How many there are.
    pub answered: u32,
    /// Their mean.
    pub mean: f64,
    /// Their variance with divisor n - 1.
    pub variance: f64,
}

/// Whole differences, second less first, of people who were measured twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changes {
    /// How many people there are.
    pub people: u32,
    /// Sum of their differences.
    pub sum: i64,
    /// Sum of the squares of their differences.
    pub squares: u64,
}

/// A difference, how sure it is, and whether chance explains it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// First less second, or what changed.
    pub value: f64,
    /// Standard error, and the interval of 95 %.
    pub spread: Spread,
    /// The difference in standard errors.
    pub t: f64,
    /// Degrees of freedom; need not be whole.
    pub df: f64,
    /// Probability of a difference at least as far from 0 when there is none; two-sided, 0 to 1, not
    /// adjusted.
    pub p: f64,
}

/// A difference in standard deviations, with the interval of 95 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// The difference, corrected for the size of the groups.
    pub value: f64,
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
}

impl Side {
    /// A mean, the square of its standard error, and its degrees of freedom. Refused without a
    /// mean, without degrees of freedom, and with a square below 0.
    pub fn new(mean: f64, error_squared: f64, df: f64) -> Result<Self, Degenerate> {
        if !mean.is_finite() {
            return Err(Degenerate::NoObservations);
        }
        if !df.is_finite() || df <= 0.0 {
            return Err(Degenerate::TooFewObservations);
        }
        if !error_squared.is_finite() || error_squared < 0.0 {
            return Err(Degenerate::NegativeVariance);
        }
        Ok(Self { mean, error_squared, df })
    }
}

impl Moments {
    /// Of a number of codes, their sum and the sum of their squares.
    pub fn of(answered: u32, powers: (u64, u64), metric: Metric) -> Result<Self, Degenerate> {
        let mean = mean(answered, powers.0, metric)?;
        Ok(Self { answered, mean, variance: variance(answered, powers, metric) })
    }

    /// Ready for a comparison; needs two values.
    pub fn side(self) -> Result<Side, Degenerate> {
        if self.answered < 2 {
            return Err(Degenerate::TooFewObservations);
        }
        let n = f64::from(self.answered);
        Side::new(self.mean, self.variance / n, n - 1.0)
    }
}

/// First less second, of groups that have nobody in common: Welch's t (1947) with the degrees of
/// freedom of Welch and Satterthwaite. One group may be all of one mind, not both.
///
/// A unit is compared with the rest, never with a total that contains it. Everyone counts as drawn
/// from more people; where all were asked and answered there is nothing to test.
pub fn difference(first: Side, second: Side) -> Result<Difference, Degenerate> {
    let error_squared = first.error_squared + second.error_squared;
    if error_squared <= 0.0 {
        return Err(Degenerate::NoVariance);
    }
    // Parts instead of squares of squares, so that nothing overflows.
    let part = first.error_squared / error_squared;
    let rest = second.error_squared / error_squared;
    let df = 1.0 / (part * part / first.df + rest * rest / second.df);
    tested(first.mean - second.mean, error_squared, df)
}

/// The mean change of the same people: Student's t on their differences. A step of a difference is
/// worth what the metric says; its constant cancels out.
pub fn paired(changes: Changes, metric: Metric) -> Result<Difference, Degenerate> {
    if changes.people == 0 {
        return Err(Degenerate::NoObservations);
    }
    if changes.people == 1 {
        return Err(Degenerate::TooFewObservations);
    }
    let n = i128::from(changes.people);
    let sum = i128::from(changes.sum);
    let scatter = n * i128::from(changes.squares) - sum * sum;
    if scatter < 0 {
        return Err(Degenerate::NegativeVariance);
    }
    if scatter == 0 {
        return Err(Degenerate::NoVariance);
    }
    let step = wide(metric.slope.into()) / wide(metric.divisor.into());
    let error_squared = wide(scatter) / wide(n * n) / wide(n - 1) * step * step;
    tested(wide(sum) / wide(n) * step, error_squared, wide(n - 1))
}

/// Test and interval of a value that would be 0 by chance.
fn tested(value: f64, error_squared: f64, df: f64) -> Result<Difference, Degenerate> {
    let standard_error = error_squared.sqrt();
    let t = value / standard_error;
    if !t.is_finite() || standard_error <= 0.0 {
        return Err(Degenerate::NoVariance);
    }
    let quantile = student_975(df).ok_or(Degenerate::TooFewObservations)?;
    let p = student_two_sided(t, df).ok_or(Degenerate::TooFewObservations)?;
    let lower = value - quantile * standard_error;
    let upper = value + quantile * standard_error;
    if !lower.is_finite() || !upper.is_finite() || !df.is_finite() {
        return Err(Degenerate::TooWide);
    }
    Ok(Difference { value, spread: Spread { standard_error, lower, upper }, t, df, p })
}

/// The smallest true difference that a two-sided test at 5 % finds in four of five cases:
/// t(.975) + t(.80) standard errors. That is the normal approximation with quantiles of Student's t
/// in place of normal ones: the power that a noncentral t gives lies within a point of 80 % from four
/// degrees of freedom on, and below that it is less.
pub fn minimum_detectable(standard_error: f64, df: f64) -> Result<f64, Degenerate> {
    if !standard_error.is_finite() || standard_error <= 0.0 {
        return Err(Degenerate::NoVariance);
    }
    let quantiles = student_975(df).zip(student_80(df)).ok_or(Degenerate::TooFewObservations)?;
    let least = (quantiles.0 + quantiles.1) * standard_error;
    Some(least).filter(|least| least.is_finite()).ok_or(Degenerate::TooWide)
}

/// The quantile of Student's t at .80.
fn student_80(df: f64) -> Option<f64> {
    if df > SERIES_DF_MIN {
        // Cornish-Fisher.
        let z3 = Z_80 * Z_80 * Z_80;
        let second = 5.0 * z3 * Z_80 * Z_80 + 16.0 * z3 + 3.0 * Z_80;
        return Some(Z_80 + (z3 + Z_80) / (4.0 * df) + second / (96.0 * df * df));
    }
    let distribution = StudentsT::new(0.0, 1.0, df).ok()?;
    Some(distribution.inverse_cdf(0.80)).filter(|value| value.is_finite())
}

/// First less second in pooled standard deviations: Hedges' g (1981) with the exact correction. The
/// interval is the normal one, with variance 1/n1 + 1/n2 + g²/(2 (n1 + n2)) (Hedges and Olkin,
/// 1985); in small groups it is a little wider than that of a noncentral t.
pub fn hedges(first: Moments, second: Moments) -> Result<Effect, Degenerate> {
    let (one, other) = (first.side()?, second.side()?);
    let df = one.df + other.df;
    let pooled = (one.df * first.variance + other.df * second.variance) / df;
    if pooled <= 0.0 {
        return Err(Degenerate::NoVariance);
    }
    let value = correction(df) * (one.mean - other.mean) / pooled.sqrt();
    if !value.is_finite() || !pooled.is_finite() {
        return Err(Degenerate::TooWide);
    }
    let (n1, n2) = (f64::from(first.answered), f64::from(second.answered));
    // Not as g², so that nothing overflows.
    let half = Z_975 * (1.0 / n1 + 1.0 / n2).sqrt().hypot(value / (2.0 * (n1 + n2)).sqrt());
    Ok(Effect { value, lower: value - half, upper: value + half })
}

/// What a difference in standard deviations is multiplied by to be unbiased (Hedges, 1981); for 2
/// degrees of freedom or more.
fn correction(df: f64) -> f64 {
    if df > SERIES_DF_MIN {
        // The gamma functions would cancel each other out: their ratio as a series.
        let m = df - 1.0;
        let ratio = 1.0 - 1.0 / (4.0 * m) + 1.0 / (32.0 * m * m) + 5.0 / (128.0 * m * m * m);
        return (m / df).sqrt() * ratio;
    }
    let ratio = libm::lgamma(df / 2.0) - libm::lgamma((df - 1.0) / 2.0);
    ratio.exp() / (df / 2.0).sqrt()
}
