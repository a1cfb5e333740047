//! Tails and quantiles of distributions. Arguments are finite, and degrees of freedom above 0.
use statrs::distribution::{ContinuousCDF, FisherSnedecor, StudentsT};

use super::student::SERIES_DF_MIN;

/// The normal distribution's quantile at .975.
pub(super) const Z_975: f64 = 1.959_963_984_540_054;

/// Probability that a standard normal variable is below `z`.
pub(super) fn normal_below(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

/// Probability that Student's t is farther from 0 than `t`. None for degrees of freedom that it does
/// not have.
pub(super) fn student_two_sided(t: f64, df: f64) -> Option<f64> {
    let distribution = StudentsT::new(0.0, 1.0, df).ok()?;
    Some(2.0 * distribution.sf(t.abs())).filter(|p| p.is_finite())
}

/// The quantile of Student's t at .975, for degrees of freedom that need not be whole.
pub(super) fn student_975(df: f64) -> Option<f64> {
    if df > f64::from(SERIES_DF_MIN) {
        return Some(super::student::series(df));
    }
    let distribution = StudentsT::new(0.0, 1.0, df).ok()?;
    Some(distribution.inverse_cdf(0.975)).filter(|value| value.is_finite())
}

/// Probability that an F variable is above `value`.
pub(super) fn fisher_above(value: f64, between: f64, within: f64) -> Option<f64> {
    let distribution = FisherSnedecor::new(between, within).ok()?;
    Some(distribution.sf(value)).filter(|p| p.is_finite())
}

/// The quantile of an F variable.
pub(super) fn fisher_quantile(probability: f64, between: f64, within: f64) -> Option<f64> {
    let distribution = FisherSnedecor::new(between, within).ok()?;
    Some(distribution.inverse_cdf(probability)).filter(|value| value.is_finite())
}
