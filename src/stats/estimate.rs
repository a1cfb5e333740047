//! Means, their errors and intervals, from sums. Nothing here is ever infinite or undefined: what
//! cannot be computed has a reason.
use super::degenerate::Degenerate;
use super::shape::Shape;
use super::student::Student;
use super::sums::{Joint, Sums};

/// What a code is worth: `(constant + slope * code) / divisor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Added to each code.
    pub constant: i64,
    /// What a step of the code is worth; below 0 for ratings that are reversed.
    pub slope: i64,
    /// Above 0.
    pub divisor: i64,
}

/// A mean and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub value: f64,
    /// Its error; none without a degree of freedom.
    pub spread: Option<Spread>,
    /// Everyone of the population answered.
    pub census: bool,
}

/// An error and the interval of 95 % that it gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Standard error.
    pub standard_error: f64,
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
}

/// How many of how many answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampled {
    /// Those who answered.
    pub sample: u32,
    /// Those who were asked.
    pub population: u32,
}

impl Metric {
    /// 0 to 100 points for the lowest to the highest of `codes` points, or the other way round.
    pub fn points(codes: u32, reversed: bool) -> Self {
        let divisor = i64::from(codes.max(2)) - 1;
        if reversed {
            Self { constant: 100 * (divisor + 1), slope: -100, divisor }
        } else {
            Self { constant: -100, slope: 100, divisor }
        }
    }

    /// Points per step of the code.
    pub fn step(self) -> f64 {
        wide(self.slope.into()) / wide(self.divisor.into())
    }
}

/// The mean of those who answered, from their number and the sum of their codes.
pub fn mean(answered: u32, sum: u64, metric: Metric) -> Result<f64, Degenerate> {
    if answered == 0 {
        return Err(Degenerate::NoObservations);
    }
    let total = i128::from(metric.constant) * i128::from(answered)
        + i128::from(metric.slope) * i128::from(sum);
    Ok(wide(total) / wide(i128::from(metric.divisor) * i128::from(answered)))
}

/// The variance with divisor n - 1; 0 for a single one.
pub fn variance(answered: u32, (sum, squares): (u64, u64), metric: Metric) -> f64 {
    if answered < 2 {
        return 0.0;
    }
    let n = i128::from(answered);
    let sum = i128::from(sum);
    wide(n * i128::from(squares) - sum * sum) / wide(n * (n - 1)) * metric.step() * metric.step()
}

/// The standard deviation that goes with a variance.
pub fn deviation(variance: f64) -> f64 {
    variance.sqrt()
}

/// The covariance of two scored variables over those who answered both, in codes; 0 for fewer
/// than two.
pub fn covariance(joint: Joint) -> f64 {
    if joint.people < 2 {
        return 0.0;
    }
    wide(joint.deviation()) / (f64::from(joint.people) * (f64::from(joint.people) - 1.0))
}

impl Joint {
    /// Number of people times the sum of products of deviations from the means.
    fn deviation(self) -> i128 {
        i128::from(self.people) * i128::from(self.products)
            - i128::from(self.first) * i128::from(self.second)
    }
}

/// Value, error and interval of the mean of one variable.
pub fn of_mean(
    value: f64,
    variance: f64,
    (answered, df): (u32, u32),
    sampled: Option<Sampled>,
    student: &mut Student,
) -> Estimate {
    with_error(value, variance / f64::from(answered.max(1)), df, sampled, student)
}

/// Value, error and interval from the variance of the value.
fn with_error(
    value: f64,
    variance: f64,
    df: u32,
    sampled: Option<Sampled>,
    student: &mut Student,
) -> Estimate {
    let census = sampled.is_some_and(|sampled| sampled.sample >= sampled.population);
    let kept = match sampled {
        Some(_) if census => 0.0,
        Some(sampled) => 1.0 - f64::from(sampled.sample) / f64::from(sampled.population),
        None => 1.0,
    };
    let standard_error = (variance * kept).sqrt();
    let quantile = if census { Some(0.0) } else { student.quantile(df) };
    let spread = quantile.filter(|_| standard_error.is_finite()).map(|quantile| Spread {
        standard_error,
        lower: value - quantile * standard_error,
        upper: value + quantile * standard_error,
    });
    Estimate { value, spread, census }
}

/// Means of scored variables and the covariances of these means.
pub struct Means {
    means: Vec<Option<f64>>,
    covariances: Vec<f64>,
}

impl Means {
    /// Those of a group; `metrics` has one for each scored variable.
    pub fn of(shape: &Shape, sums: &Sums, metrics: &[Metric]) -> Self {
        let scored = shape.scored();
        let width = shape.width();
        let answered: Vec<u32> = scored.iter().map(|each| sums.answered(shape, *each)).collect();
        let totals: Vec<u64> = scored.iter().map(|each| sums.powers(shape, *each).0).collect();
        let means = (0..scored.len())
            .map(|lane| mean(answered[lane], totals[lane], metrics[lane]).ok())
            .collect();
        let scales: Vec<f64> = (0..scored.len())
            .map(|lane| metrics[lane].step() / f64::from(answered[lane].max(1)))
            .collect();
        let mut covariances = vec![0.0; scored.len() * scored.len()];
        for a in 0..scored.len() {
            for b in a..scored.len() {
                let joint = if a == b {
                    let (sum, squares) = sums.powers(shape, scored[a]);
                    Joint { people: answered[a], first: sum, second: sum, products: squares }
                } else {
                    sums.joint_of(width, (a, b), (totals[a], totals[b]), answered[a])
                        .with_products(sums.products[a * width + b].into())
                };
                if joint.people >= 2 {
                    // n_ij / (n_i n_j) times the covariance of those who answered both.
                    let part = wide(joint.deviation()) / (f64::from(joint.people) - 1.0);
                    let value = part * scales[a] * scales[b];
                    covariances[a * scored.len() + b] = value;
                    covariances[b * scored.len() + a] = value;
                }
            }
        }
        Self { means, covariances }
    }

    /// The mean of a scored variable, by its position among them; none when nobody answered.
    pub fn mean(&self, lane: usize) -> Option<f64> {
        self.means[lane]
    }

    /// The mean of the means named with their weights, as they are: weights must sum to 1.
    pub fn weighted(
        &self,
        weights: &[(usize, f64)],
        df: u32,
        sampled: Option<Sampled>,
        student: &mut Student,
    ) -> Result<Estimate, Degenerate> {
        let (mut value, mut variance, mut size) = (0.0, 0.0, 0.0);
        for (at, (a, first)) in weights.iter().enumerate() {
            value += first * self.means[*a].ok_or(Degenerate::NoObservations)?;
            let row = &self.covariances[a * self.means.len()..];
            let mut part = first * first * row[*a];
            for (b, second) in &weights[at + 1..] {
                part += 2.0 * first * second * row[*b];
            }
            variance += part;
            size += (first * first * row[*a]).abs();
        }
        if weights.is_empty() {
            return Err(Degenerate::NoObservations);
        }
        // What is 0 may come out a little below, since the parts are rounded.
        if variance < -1e-12 * size {
            return Err(Degenerate::NegativeVariance);
        }
        Ok(with_error(value, variance.max(0.0), df, sampled, student))
    }
}

/// A whole number as the nearest floating one.
#[expect(clippy::cast_precision_loss, reason = "the nearest one is meant")]
pub(super) fn wide(value: i128) -> f64 {
    // Most are small, and the conversion of small ones is much cheaper.
    i64::try_from(value).map_or_else(|_| value as f64, |small| small as f64)
}
