//! What scores of others tell of a score: which share of them is lower, and how far it is from their
//! mean. All are points from 0 to 100.
use super::difference::{Side, difference};
use super::distribution::normal_below;
use super::estimate::Spread;

/// The ends of the scale, with the percentage of cases that lies below each.
const ENDS: [(f64, f64); 2] = [(0.0, 0.0), (100.0, 100.0)];

/// The norm of a score.
#[derive(Clone, Copy, Debug)]
pub struct Norm<'a> {
    /// Mean over the cases.
    pub mean: f64,
    /// Standard deviation between the cases, where it is known.
    pub deviation: Option<f64>,
    /// Number of cases, at least 1.
    pub cases: u32,
    /// Scores with the percentage of cases at or below each, both rising.
    pub percentiles: &'a [(f64, f64)],
}

impl Norm<'_> {
    /// The percentage of cases below a score: by linear interpolation between percentiles and to the
    /// ends of the scale, or from the normal distribution where there are none. None when the
    /// norm tells no spread.
    pub fn percentage_below(&self, score: f64) -> Option<f64> {
        if !self.percentiles.is_empty() {
            return Some(interpolated(self.percentiles, score.clamp(ENDS[0].0, ENDS[1].0)));
        }
        let deviation = self.deviation.filter(|deviation| *deviation > 0.0)?;
        Some(100.0 * normal_below((score - self.mean) / deviation))
    }

    /// The score less the mean, with the error of both by Welch's t (1947): of a score with a standard
    /// error and how many people it is of, and of a mean over few cases. No error where one of them
    /// has none.
    pub fn difference(&self, score: f64, error: Option<(f64, u32)>) -> (f64, Option<Spread>) {
        let freedom = |number: u32| f64::from(number.saturating_sub(1));
        let spread = error.zip(self.deviation).and_then(|((error, people), deviation)| {
            let of_mean = deviation * deviation / f64::from(self.cases.max(1));
            let score = Side::new(score, error * error, freedom(people)).ok()?;
            let norm = Side::new(self.mean, of_mean, freedom(self.cases)).ok()?;
            Some(difference(score, norm).ok()?.spread)
        });
        (score - self.mean, spread)
    }
}

/// The percentage at a score. Where several percentiles are one score, it is the middle of theirs.
fn interpolated(percentiles: &[(f64, f64)], score: f64) -> f64 {
    let at = |position: usize| match position.checked_sub(1) {
        None => ENDS[0],
        Some(inner) => percentiles.get(inner).copied().unwrap_or(ENDS[1]),
    };
    let last = percentiles.len() + 1;
    // From the left and from the right; they differ where the score itself is tied.
    let upper = (0..=last).find(|position| at(*position).0 >= score).unwrap_or(last);
    let lower = (0..=last).rev().find(|position| at(*position).0 <= score).unwrap_or(0);
    if upper <= lower {
        return f64::midpoint(at(upper).1, at(lower).1);
    }
    let ((x0, y0), (x1, y1)) = (at(lower), at(upper));
    y0 + (y1 - y0) * (score - x0) / (x1 - x0)
}

/// Mean and standard deviation, with divisor n - 1, of at least two values.
pub fn mean_and_deviation(values: &[f64]) -> Option<(f64, f64)> {
    let count = f64::from(u32::try_from(values.len()).ok().filter(|count| *count >= 2)?);
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    Some((mean, (squares / (count - 1.0)).sqrt()))
}

/// A percentile of ranked values: linear between the ranks 0 to n - 1. None without values.
pub fn quantile(ranked: &[f64], percent: u8) -> Option<f64> {
    let last = u32::try_from(ranked.len().checked_sub(1)?).ok()?;
    let hundredths = u64::from(last) * u64::from(percent.min(100));
    let below = usize::try_from(hundredths / 100).ok()?;
    let rest = f64::from(u8::try_from(hundredths % 100).ok()?) / 100.0;
    let lower = *ranked.get(below)?;
    let upper = ranked.get(below + 1).copied().unwrap_or(lower);
    Some(lower + rest * (upper - lower))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const QUARTILES: [(f64, f64); 3] = [(50.0, 25.0), (60.0, 50.0), (70.0, 75.0)];

    fn norm(percentiles: &[(f64, f64)]) -> Norm<'_> {
        Norm { mean: 60.0, deviation: Some(10.0), cases: 25, percentiles }
    }

    fn near(got: f64, expected: f64) {
        assert!((got - expected).abs() < 1e-9, "{got} is not {expected}");
    }

    #[test]
    fn percentages_lie_between_percentiles_and_run_to_the_ends_of_the_scale() {
        for (score, expected) in [
            (0.0, 0.0),
            (25.0, 12.5),
            (50.0, 25.0),
            (55.0, 37.5),
            (70.0, 75.0),
            (85.0, 87.5),
            (100.0, 100.0),
            (120.0, 100.0),
        ] {
            near(norm(&QUARTILES).percentage_below(score).unwrap(), expected);
        }
        let tied = [(0.0, 10.0), (60.0, 25.0), (60.0, 75.0), (100.0, 90.0)];
        for (score, expected) in [(0.0, 5.0), (30.0, 17.5), (60.0, 50.0), (100.0, 95.0)] {
            near(norm(&tied).percentage_below(score).unwrap(), expected);
        }
    }

    #[test]
    fn without_percentiles_they_are_normal_and_without_a_spread_there_are_none() {
        // Tables of the normal distribution.
        for (score, expected) in [
            (60.0, 50.0),
            (70.0, 84.134_474_606_854_3),
            (40.0, 2.275_013_194_817_921),
            (79.599_639_845_400_54, 97.5),
        ] {
            near(norm(&[]).percentage_below(score).unwrap(), expected);
        }
        for deviation in [None, Some(0.0)] {
            let flat = Norm { deviation, ..norm(&[]) };
            assert_eq!(flat.percentage_below(60.0), None);
        }
    }

    #[test]
    fn a_difference_has_the_errors_of_both_or_none() {
        // sqrt(1.5^2 + 10^2 / 25) = 2.5, with 1 / (.36^2 / 80 + .64^2 / 24) degrees of freedom.
        let (value, spread) = norm(&[]).difference(66.5, Some((1.5, 81)));
        let spread = spread.unwrap();
        near(value, 6.5);
        near(spread.standard_error, 2.5);
        let quantile = crate::stats::Student::default().quantile(53).unwrap();
        assert!((spread.upper - 6.5 - quantile * 2.5).abs() < 1e-2, "{spread:?}");
        near(spread.upper - 6.5, 6.5 - spread.lower);
        assert_eq!(norm(&[]).difference(66.5, None), (6.5, None));
        let unknown = Norm { deviation: None, ..norm(&[]) };
        assert_eq!(unknown.difference(66.5, Some((1.5, 81))), (6.5, None));
        // Of two cases little is known: t has hardly more than one degree of freedom.
        let few = Norm { cases: 2, ..norm(&[]) };
        let spread = few.difference(66.5, Some((0.1, 81))).1.unwrap();
        assert!(spread.upper - spread.lower > 2.0 * 12.0 * 7.0, "{spread:?}");
    }

    #[test]
    fn moments_and_percentiles_of_ranked_cases() {
        let cases = [40.0, 50.0, 55.0, 60.0, 75.0];
        let (mean, deviation) = mean_and_deviation(&cases).unwrap();
        near(mean, 56.0);
        near(deviation, 167.5f64.sqrt());
        for (percent, expected) in [(0, 40.0), (10, 44.0), (25, 50.0), (90, 69.0), (100, 75.0)] {
            near(quantile(&cases, percent).unwrap(), expected);
        }
        assert_eq!(mean_and_deviation(&cases[..1]), None);
        assert_eq!(quantile(&[], 50), None);
    }

    proptest! {
        #[test]
        fn a_higher_score_is_never_lower_among_the_others(
            mut values in prop::collection::vec(0u8..=100, 1..6),
            low in 0u8..=100,
            high in 0u8..=100,
        ) {
            values.sort_unstable();
            let percentiles: Vec<_> = (1u8..)
                .zip(&values)
                .map(|(rank, value)| (f64::from(*value), f64::from(rank) * 15.0))
                .collect();
            let at = |score: u8| norm(&percentiles).percentage_below(score.into()).unwrap();
            let (low, high) = (low.min(high), low.max(high));
            prop_assert!((0.0..=100.0).contains(&at(low)) && at(low) <= at(high) + 1e-9);
        }
    }
}
