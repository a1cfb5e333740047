//! Edge cases and laws of differences.
use proptest::prelude::*;

use super::*;

const OWN: Metric = Metric { constant: 0, slope: 1, divisor: 1 };

fn moments(codes: &[u32]) -> Moments {
    let powers = codes
        .iter()
        .map(|code| u64::from(*code))
        .fold((0, 0), |(sum, squares), code| (sum + code, squares + code * code));
    Moments::of(u32::try_from(codes.len()).unwrap(), powers, OWN).unwrap()
}

fn welch(first: &[u32], second: &[u32]) -> Result<Difference, Degenerate> {
    difference(moments(first).side()?, moments(second).side()?)
}

fn changes(differences: &[i64]) -> Changes {
    Changes {
        people: u32::try_from(differences.len()).unwrap(),
        sum: differences.iter().sum(),
        squares: differences.iter().map(|each| each.unsigned_abs().pow(2)).sum(),
    }
}

fn close(one: f64, other: f64, tolerance: f64) -> bool {
    (one - other).abs() <= tolerance * one.abs().max(other.abs()).max(1.0)
}

#[test]
fn groups_that_are_too_small_or_of_one_mind_are_not_compared() {
    assert_eq!(Moments::of(0, (0, 0), OWN), Err(Degenerate::NoObservations));
    assert_eq!(welch(&[3], &[1, 2, 3]), Err(Degenerate::TooFewObservations));
    assert_eq!(welch(&[1, 2, 3], &[3]), Err(Degenerate::TooFewObservations));
    assert_eq!(welch(&[3, 3, 3], &[4, 4]), Err(Degenerate::NoVariance));
    assert_eq!(welch(&[3, 3, 3], &[3, 3]), Err(Degenerate::NoVariance));
}

#[test]
fn one_group_of_one_mind_is_compared() {
    // Another program gives this p; t is the square root of 3.
    let got = welch(&[1, 2, 3], &[3, 3, 3]).unwrap();
    assert!(close(got.t, -(3.0_f64.sqrt()), 1e-14) && close(got.df, 2.0, 1e-14));
    assert!(close(got.p, 0.225_403_330_758_516_57, 1e-12));
}

#[test]
fn sides_that_are_no_means_are_refused() {
    assert_eq!(Side::new(f64::NAN, 1.0, 3.0), Err(Degenerate::NoObservations));
    assert_eq!(Side::new(f64::INFINITY, 1.0, 3.0), Err(Degenerate::NoObservations));
    assert_eq!(Side::new(0.0, 1.0, 0.0), Err(Degenerate::TooFewObservations));
    assert_eq!(Side::new(0.0, 1.0, f64::NAN), Err(Degenerate::TooFewObservations));
    assert_eq!(Side::new(0.0, -1.0, 3.0), Err(Degenerate::NegativeVariance));
    assert_eq!(Side::new(0.0, f64::INFINITY, 3.0), Err(Degenerate::NegativeVariance));
}

#[test]
fn extreme_sides_give_finite_numbers_or_a_reason() {
    for mean in [0.0, 1e-300, 1.0, 1e300, f64::MAX, -f64::MAX] {
        for error in [0.0, f64::MIN_POSITIVE, 1e-200, 1.0, 1e200, f64::MAX] {
            for df in [f64::MIN_POSITIVE, 0.5, 1.0, 1e4, 1e5, f64::from(u32::MAX), f64::MAX] {
                let (one, other) = (Side::new(mean, error, df), Side::new(-1.0, error / 3.0, 7.0));
                if let Ok(got) = difference(one.unwrap(), other.unwrap()) {
                    let spread = got.spread;
                    let all = [got.value, got.t, got.df, got.p, spread.standard_error];
                    let what = (mean, error, df, got);
                    assert!(all.iter().all(|value| value.is_finite()), "{what:?}");
                    assert!(spread.lower.is_finite() && spread.upper.is_finite(), "{what:?}");
                    assert!((0.0..=1.0).contains(&got.p), "{what:?}");
                }
            }
        }
    }
}

#[test]
fn changes_need_two_people_who_changed_differently() {
    assert_eq!(paired(changes(&[]), OWN), Err(Degenerate::NoObservations));
    assert_eq!(paired(changes(&[1]), OWN), Err(Degenerate::TooFewObservations));
    assert_eq!(paired(changes(&[1, 1, 1]), OWN), Err(Degenerate::NoVariance));
    assert_eq!(paired(changes(&[0, 0]), OWN), Err(Degenerate::NoVariance));
    let impossible = Changes { people: 2, sum: 4, squares: 1 };
    assert_eq!(paired(impossible, OWN), Err(Degenerate::NegativeVariance));
    let largest = Changes { people: u32::MAX, sum: 1 << 40, squares: u64::MAX };
    assert!(paired(largest, OWN).unwrap().t.is_finite());
    let reversed = Metric { slope: -100, divisor: 4, ..OWN };
    let (up, down) = (changes(&[1, 2, 0, 1]), changes(&[-1, -2, 0, -1]));
    assert_eq!(paired(up, reversed), paired(down, Metric { slope: 100, ..reversed }));
}

#[test]
fn effects_need_two_answers_each_and_a_variance() {
    let effect = |one: &[u32], other: &[u32]| hedges(moments(one), moments(other));
    // Another program gives this effect.
    let got = effect(&[1, 2], &[3, 5]).unwrap();
    assert!(close(got.value, -1.261_566_261_010_08, 1e-13));
    assert!(got.lower < got.value && got.value < got.upper);
    assert_eq!(effect(&[3, 3], &[4, 4]), Err(Degenerate::NoVariance));
    assert_eq!(effect(&[3], &[4]), Err(Degenerate::TooFewObservations));
    assert_eq!(effect(&[3], &[4, 5]), Err(Degenerate::TooFewObservations));
    assert_eq!(effect(&[3, 3], &[4, 5, 6]).map(|got| got.value < 0.0), Ok(true));
}

#[test]
fn the_correction_is_that_of_closed_forms_and_of_the_series() {
    let pi = std::f64::consts::PI;
    assert!(close(correction(2.0), 1.0 / pi.sqrt(), 1e-15));
    assert!(close(correction(3.0), (pi / 6.0).sqrt(), 1e-15));
    let before = correction(SERIES_DF_MIN);
    let after = correction(SERIES_DF_MIN.next_up());
    assert!(close(before, after, 2e-12), "{before} {after}");
    assert!(close(correction(1e9), 1.0 - 0.75e-9, 1e-15));
}

#[test]
fn the_quantile_at_80_percent_is_that_of_the_tables() {
    for (df, expected) in [(1.0, 1.376_381_920_471_173_5), (2.0, 1.060_660_171_779_821_2)] {
        assert!(close(student_80(df).unwrap(), expected, 1e-10), "{df}");
    }
    let before = student_80(SERIES_DF_MIN).unwrap();
    let after = student_80(SERIES_DF_MIN.next_up()).unwrap();
    assert!(close(before, after, 1e-8), "{before} {after}");
    assert_eq!(student_80(0.0), None);
}

#[test]
fn the_least_detectable_is_larger_than_what_is_just_significant() {
    // 2.801585 standard errors, in the limit.
    assert!(close(minimum_detectable(2.0, 1e9).unwrap(), 2.0 * 2.801_585_218_1, 1e-8));
    assert!(minimum_detectable(1.0, 5.0).unwrap() > minimum_detectable(1.0, 50.0).unwrap());
    assert_eq!(minimum_detectable(0.0, 5.0), Err(Degenerate::NoVariance));
    assert_eq!(minimum_detectable(f64::NAN, 5.0), Err(Degenerate::NoVariance));
    assert_eq!(minimum_detectable(1.0, 0.0), Err(Degenerate::TooFewObservations));
    assert_eq!(minimum_detectable(1.0, f64::NAN), Err(Degenerate::TooFewObservations));
}

fn codes() -> impl Strategy<Value = Vec<u32>> {
    proptest::collection::vec(1_u32..=7, 2..40)
}

proptest! {
    #[test]
    fn a_difference_turns_with_its_sides(one in codes(), other in codes()) {
        match (welch(&one, &other), welch(&other, &one)) {
            (Ok(got), Ok(turned)) => {
                prop_assert!(close(got.value, -turned.value, 0.0));
                prop_assert!(close(got.t, -turned.t, 0.0));
                prop_assert!(close(got.spread.lower, -turned.spread.upper, 0.0));
                prop_assert!(close(got.p, turned.p, 1e-12) && close(got.df, turned.df, 1e-12));
            }
            (got, turned) => prop_assert_eq!(got, turned),
        }
    }

    #[test]
    fn a_difference_keeps_its_bounds(one in codes(), other in codes()) {
        let sizes = [one.len(), other.len()].map(|len| f64::from(u32::try_from(len).unwrap()) - 1.0);
        if let Ok(got) = welch(&one, &other) {
            prop_assert!((0.0..=1.0).contains(&got.p));
            prop_assert!(got.df >= sizes[0].min(sizes[1]) - 1e-9);
            prop_assert!(got.df <= sizes[0] + sizes[1] + 1e-9);
            prop_assert!(got.spread.lower <= got.value && got.value <= got.spread.upper);
            let covers = got.spread.lower <= 0.0 && got.spread.upper >= 0.0;
            prop_assert!(covers == (got.p >= 0.05) || (got.p - 0.05).abs() < 1e-9);
        }
    }

    #[test]
    fn points_of_a_reversed_scale_change_only_sign_and_unit(one in codes(), other in codes()) {
        let points = Metric::points(7, true);
        let of = |codes: &[u32]| {
            let sum = codes.iter().map(|code| u64::from(*code)).sum();
            let squares = codes.iter().map(|code| u64::from(code * code)).sum();
            Moments::of(u32::try_from(codes.len()).unwrap(), (sum, squares), points).unwrap()
        };
        let scored = difference(of(&one).side().unwrap(), of(&other).side().unwrap());
        match (welch(&one, &other), scored) {
            (Ok(plain), Ok(scored)) => {
                prop_assert!(close(plain.t, -scored.t, 1e-11));
                prop_assert!(close(plain.p, scored.p, 1e-11));
                prop_assert!(close(plain.value * 100.0 / 6.0, -scored.value, 1e-11));
                let (g, scored) = (
                    hedges(moments(&one), moments(&other)).unwrap(),
                    hedges(of(&one), of(&other)).unwrap(),
                );
                prop_assert!(close(g.value, -scored.value, 1e-11));
                prop_assert!(close(g.lower, -scored.upper, 1e-11));
            }
            (plain, scored) => prop_assert_eq!(plain.err(), scored.err()),
        }
    }

    #[test]
    fn a_change_is_that_of_the_differences_one_by_one(
        differences in proptest::collection::vec(-6_i64..=6, 2..40),
    ) {
        let shifted: Vec<i64> = differences.iter().map(|each| -each).collect();
        match (paired(changes(&differences), OWN), paired(changes(&shifted), OWN)) {
            (Ok(got), Ok(turned)) => {
                prop_assert!(close(got.t, -turned.t, 0.0) && close(got.p, turned.p, 0.0));
                let n = f64::from(u32::try_from(differences.len()).unwrap());
                let values = differences.iter().map(|each| wide(i128::from(*each)));
                let mean = values.clone().sum::<f64>() / n;
                let scatter: f64 = values.map(|value| (value - mean).powi(2)).sum();
                let error = (scatter / (n - 1.0) / n).sqrt();
                prop_assert!(close(got.value, mean, 1e-12));
                prop_assert!(close(got.spread.standard_error, error, 1e-12));
                prop_assert!(close(got.df, n - 1.0, 0.0));
            }
            (got, turned) => {
                prop_assert_eq!(got.err(), Some(Degenerate::NoVariance));
                prop_assert_eq!(turned.err(), Some(Degenerate::NoVariance));
            }
        }
    }
}
