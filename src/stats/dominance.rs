//! General dominance of predictors on a criterion: how much each adds to the variance accounted for,
//! on average over all sets of the others (Budescu 1993). It is the Shapley value of R squared, known
//! as LMG as well (Lindeman, Merenda and Gold 1980).
use super::degenerate::Degenerate;

/// Most predictors: each one more doubles the number of models.
pub const PREDICTORS_MAX: usize = 12;
/// What is left of a predictor's variance when the others are held constant; less is none.
const PIVOT_MIN: f64 = 1e-10;
/// How far above 1 R squared may come out by rounding.
const ROUNDING: f64 = 1e-9;

/// The variance that predictors account for.
#[derive(Clone, Debug, PartialEq)]
pub struct Dominance {
    /// Share of the criterion's variance, 0 to 1.
    pub r_squared: f64,
    /// Each predictor's part of it; the parts sum to it, and none is below 0 but by rounding.
    pub weights: Vec<f64>,
}

/// General dominance from the covariances of the predictors and, last, the criterion, row by row.
///
/// Units do not matter. Covariances over pairs of answers may contradict each other: then the variance
/// that is left would be below 0.
pub fn dominance(covariances: &[f64]) -> Result<Dominance, Degenerate> {
    let width = (2..=PREDICTORS_MAX + 2).find(|width| width * width >= covariances.len());
    let width = width.ok_or(Degenerate::TooManyPredictors)?;
    let predictors = width - 1;
    if predictors > PREDICTORS_MAX {
        return Err(Degenerate::TooManyPredictors);
    }
    if covariances.len() != width * width {
        return Err(Degenerate::TooFewItems);
    }
    let mut models = Models { width, r_squared: vec![0.0; 1 << predictors] };
    models.add_all(0, 0, &correlations(covariances, width)?)?;
    let r_squared = models.r_squared;
    let all = r_squared.len() - 1;
    let shares = shares(predictors);
    let weight = |predictor: usize| {
        let bit = 1_usize << predictor;
        let others = (0..r_squared.len()).filter(|set| set & bit == 0);
        others
            .map(|set| shares[set.count_ones() as usize] * (r_squared[set | bit] - r_squared[set]))
            .sum()
    };
    Ok(Dominance { r_squared: r_squared[all], weights: (0..predictors).map(weight).collect() })
}

fn correlations(covariances: &[f64], width: usize) -> Result<Vec<f64>, Degenerate> {
    let variances: Vec<f64> = (0..width).map(|at| covariances[at * width + at]).collect();
    if variances.iter().any(|variance| !variance.is_finite() || *variance <= 0.0) {
        return Err(Degenerate::NoVariance);
    }
    let scaled =
        |(at, value): (usize, &f64)| value / (variances[at / width] * variances[at % width]).sqrt();
    Ok(covariances.iter().enumerate().map(scaled).collect())
}

/// The weight of a set of so many others: sizes count alike, and within a size the sets.
fn shares(predictors: usize) -> Vec<f64> {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let mut shares = vec![1.0 / number(predictors)];
    for size in 1..predictors {
        // One over the number of sets of this size among the others.
        let before = shares[size - 1];
        shares.push(before * number(size) / number(predictors - size));
    }
    shares
}

/// R squared of all sets of predictors, a bit each.
struct Models {
    width: usize,
    r_squared: Vec<f64>,
}

impl Models {
    /// Adds to a set each predictor from `first` on, of which `rest` is what is left when the set is held
    /// constant.
    fn add_all(&mut self, set: usize, first: usize, rest: &[f64]) -> Result<(), Degenerate> {
        let width = self.width;
        for pivot in first..width - 1 {
            let left = rest[pivot * width + pivot];
            if left < PIVOT_MIN {
                let is_negative = left < -PIVOT_MIN;
                return Err(if is_negative {
                    Degenerate::NegativeVariance
                } else {
                    Degenerate::Collinear
                });
            }
            let mut next = rest.to_vec();
            for row in pivot + 1..width {
                let share = rest[row * width + pivot] / left;
                for column in pivot + 1..width {
                    next[row * width + column] -= share * rest[pivot * width + column];
                }
            }
            let set = set | 1 << pivot;
            let unexplained = next[width * width - 1];
            if unexplained < -ROUNDING {
                return Err(Degenerate::NegativeVariance);
            }
            self.r_squared[set] = 1.0 - unexplained.max(0.0);
            self.add_all(set, pivot + 1, &next)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn predictors_that_have_nothing_in_common_keep_what_they_tell() {
        let known = dominance(&[1.0, 0.0, 0.6, 0.0, 4.0, 0.6, 0.6, 0.6, 1.0]).unwrap();
        assert!((known.weights[0] - 0.36).abs() < 1e-15);
        assert!((known.weights[1] - 0.09).abs() < 1e-15);
        assert!((known.r_squared - 0.45).abs() < 1e-15);
    }

    #[test]
    fn what_cannot_be_computed_has_a_reason() {
        let alike = [1.0, 1.0, 0.5, 1.0, 1.0, 0.5, 0.5, 0.5, 1.0];
        assert_eq!(dominance(&alike), Err(Degenerate::Collinear));
        assert_eq!(dominance(&[1.0, 0.0, 0.0, 0.0]), Err(Degenerate::NoVariance));
        assert_eq!(dominance(&[1.0]), Err(Degenerate::TooFewItems));
        assert_eq!(dominance(&[0.0; 5]), Err(Degenerate::TooFewItems));
        let many = PREDICTORS_MAX + 2;
        assert_eq!(dominance(&vec![0.0; many * many]), Err(Degenerate::TooManyPredictors));
        let torn = [1.0, 0.9, -0.9, 0.9, 1.0, 0.9, -0.9, 0.9, 1.0];
        assert_eq!(dominance(&torn), Err(Degenerate::NegativeVariance));
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_whole_whatever_the_units_and_the_order(
            rows in proptest::collection::vec(proptest::collection::vec(-4.0f64..4.0, 4), 12),
            units in proptest::collection::vec(0.1f64..9.0, 4),
        ) {
            let covariances = |order: [usize; 4], units: &[f64]| {
                let product = |a: usize, b: usize| {
                    let sum: f64 = rows.iter().map(|row| row[order[a]] * row[order[b]]).sum();
                    sum * units[order[a]] * units[order[b]]
                };
                (0..16).map(|at| product(at / 4, at % 4)).collect::<Vec<f64>>()
            };
            let one = dominance(&covariances([0, 1, 2, 3], &[1.0; 4])).unwrap();
            let other = dominance(&covariances([2, 0, 1, 3], &units)).unwrap();
            prop_assert!((one.weights.iter().sum::<f64>() - one.r_squared).abs() < 1e-9);
            prop_assert!(one.weights.iter().all(|weight| (-1e-9..=1.0).contains(weight)));
            for (at, from) in [2, 0, 1].into_iter().enumerate() {
                prop_assert!((one.weights[from] - other.weights[at]).abs() < 1e-9);
            }
        }
    }
}
