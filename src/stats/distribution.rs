//! Tails and quantiles of distributions. Arguments are finite, and degrees of freedom above 0.
use std::cmp::Ordering;

use statrs::distribution::{ChiSquared, ContinuousCDF, FisherSnedecor, Normal, StudentsT};

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

/// Degrees of freedom above which the inverse of the F distribution loses digits, and beyond some
/// millions does not end.
const FISHER_DF_MAX: f64 = 1e5;
/// Degrees of freedom from which on the logarithm of F is near enough to a normal variable.
const FISHER_NORMAL_DF_MIN: f64 = 500.0;
/// Degrees of freedom from which on it is as near as can be computed.
const FISHER_EXACT_DF_MIN: f64 = 20_000.0;

/// Degrees of freedom of both kinds from which on Newton's method finds the quantile in a few steps.
const FISHER_NEWTON_DF_MIN: f64 = 20.0;
/// Steps within which it does.
const FISHER_STEPS_MAX: usize = 8;

/// The quantile of an F variable.
pub(super) fn fisher_quantile(probability: f64, between: f64, within: f64) -> Option<f64> {
    let quantile = if between.max(within) > FISHER_DF_MAX {
        beyond(probability, between, within)?
    } else if let Some(quantile) = by_steps(probability, between, within) {
        quantile
    } else {
        FisherSnedecor::new(between, within).ok()?.inverse_cdf(probability)
    };
    Some(quantile).filter(|value| value.is_finite())
}

/// The quantile by Newton's method from an approximation on: several times as fast as bisection. None
/// where it does not settle.
fn by_steps(probability: f64, between: f64, within: f64) -> Option<f64> {
    if between.min(within) < FISHER_NEWTON_DF_MIN {
        return None;
    }
    let distribution = FisherSnedecor::new(between, within).ok()?;
    let mut quantile = carter(probability, between, within)?;
    for _ in 0..FISHER_STEPS_MAX {
        let density = fisher_density(quantile, between, within);
        let step = (distribution.sf(quantile) - (1.0 - probability)) / density;
        quantile += step;
        if quantile.partial_cmp(&0.0) != Some(Ordering::Greater) {
            return None;
        }
        // What is left after a step is about its square.
        if step.abs() <= 1e-7 * quantile {
            return Some(quantile);
        }
    }
    None
}

/// The density of an F variable, by logarithms: its factors leave the range of numbers.
fn fisher_density(value: f64, between: f64, within: f64) -> f64 {
    let (one, other) = (between / 2.0, within / 2.0);
    let ratio = between / within;
    let beta = libm::lgamma(one) + libm::lgamma(other) - libm::lgamma(one + other);
    let power = one * ratio.ln() + (one - 1.0) * value.ln();
    (power - (one + other) * (ratio * value).ln_1p() - beta).exp()
}

/// The quantile for many degrees of freedom: an approximation, and where that is not near enough a step of
/// Newton's towards the tail that it should have.
fn beyond(probability: f64, between: f64, within: f64) -> Option<f64> {
    let few = between.min(within);
    let near = if few >= FISHER_NORMAL_DF_MIN {
        carter(probability, between, within)?
    } else if between < within {
        by_chi_squared(probability, between, within)?
    } else {
        1.0 / by_chi_squared(1.0 - probability, within, between)?
    };
    if few >= FISHER_EXACT_DF_MIN {
        return Some(near);
    }
    let distribution = FisherSnedecor::new(between, within).ok()?;
    // Over so short a way the tail is straight.
    let width = 1e-4 * near;
    let slope = (distribution.sf(near - width) - distribution.sf(near + width)) / (2.0 * width);
    Some(near + (distribution.sf(near) - (1.0 - probability)) / slope)
}

/// For many degrees of freedom of both kinds: half the logarithm of F is expanded (Carter 1947).
fn carter(probability: f64, between: f64, within: f64) -> Option<f64> {
    let x = Normal::new(0.0, 1.0).ok()?.inverse_cdf(probability);
    let (one, other) = (1.0 / (between - 1.0), 1.0 / (within - 1.0));
    let h = 2.0 / (one + other);
    let bend = (x * x - 3.0) / 6.0;
    let w = x * (h + bend).sqrt() / h - (one - other) * (bend + 5.0 / 6.0 - 2.0 / (3.0 * h));
    Some((2.0 * w).exp())
}

/// For few and many: chi-squared by its degrees of freedom, and the first term of what is left (Fisher and
/// Cornish 1960).
fn by_chi_squared(probability: f64, few: f64, many: f64) -> Option<f64> {
    let chi = ChiSquared::new(few).ok()?.inverse_cdf(probability);
    Some(chi / few * (1.0 + (chi - few + 2.0) / (2.0 * many)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_f_go_on_where_the_inverse_ends() {
        let inverse = |probability, between, within| {
            FisherSnedecor::new(between, within).unwrap().inverse_cdf(probability)
        };
        for probability in [0.025, 0.975] {
            for few in [1.0, 48.0, 300.0, 499.0, 500.0, 1_000.0, 20_000.0] {
                for (between, within) in [(few, FISHER_DF_MAX), (FISHER_DF_MAX, few)] {
                    let known = inverse(probability, between, within);
                    let got = beyond(probability, between, within).unwrap();
                    let what = format!("{probability} {between} {within}: {got} {known}");
                    assert!((got / known - 1.0).abs() < 1e-7, "{what}");
                }
            }
        }
        // Where both ways lead, they lead to the same.
        for (between, within) in [(20.0, 20.0), (29.0, 116.0), (500.0, 2_000.0), (1e4, 29e3)] {
            for probability in [0.025, 0.05, 0.95, 0.975] {
                let known = inverse(probability, between, within);
                let got = by_steps(probability, between, within).unwrap();
                assert!((got / known - 1.0).abs() < 1e-9, "{between} {within}: {got} {known}");
            }
        }
        assert_eq!(by_steps(0.975, 19.0, 1e3), None);
        // A million complete answers to thirty items.
        let wide = fisher_quantile(0.975, 1e6, 29e6).unwrap();
        assert!((1.002..1.003_5).contains(&wide), "{wide}");
    }
}
