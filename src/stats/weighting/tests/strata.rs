//! Weighted means: edge cases and laws.
use proptest::prelude::*;

use super::*;

#[test]
fn the_error_is_that_of_strata() {
    let parts = [(alone(60, 0), vec![1, 2, 3, 4, 5]), (alone(40, 0), vec![4, 4, 5])];
    let (strata, _) = weighted(&parts);
    let got = stratified(&strata, OWN).unwrap();
    assert!((got.estimate.value - (0.6 * 3.0 + 0.4 * 13.0 / 3.0)).abs() < 1e-8);
    let expected: f64 = 0.36 * (55.0 / 60.0) * 2.5 / 5.0 + 0.16 * (37.0 / 40.0) * (1.0 / 3.0) / 3.0;
    assert!((error(&got) - expected.sqrt()).abs() < 1e-8);
    let open = 0.36 * 2.5 / 5.0 + 0.16 * (1.0 / 3.0) / 3.0;
    assert!((got.comparison_error.unwrap() - f64::sqrt(open)).abs() < 1e-8);
    assert!(close(got.df, 7.0));
    assert_eq!(got.flags, []);
    // 5 answers of 12 and 3 of 40/3 each.
    let effective = 100.0 * 100.0 / (5.0 * 144.0 + 3.0 * 1_600.0 / 9.0);
    assert!((got.effective - effective).abs() < 1e-7);
    assert!((got.design_effect - 8.0 / effective).abs() < 1e-7);
}

#[test]
fn a_single_answer_borrows_the_variance_of_its_neighbour() {
    let one = units(1.0);
    let parts = [
        of_codes(cell(1, 10, 0), &[1, 2, 3], one),
        of_codes(cell(1, 20, 0), &[5], 4 * one),
        of_codes(cell(2, 30, 0), &[2, 4], one),
    ];
    let got = stratified(&parts, OWN).unwrap();
    // Of 1, 2, 3, 5 the variance is 35/12; 4 of 30 answered.
    let pool = (26.0 / 30.0) * (35.0 / 12.0) * (3.0 + 16.0);
    let other = (28.0 / 30.0) * 2.0 * 2.0;
    assert!(close(error(&got), f64::sqrt(pool + other) / 9.0));
    assert_eq!(got.flags, [Flag::StrataMerged]);
    // Without one in its group it takes the next one there is.
    let apart = [
        of_codes(alone(10, 0), &[1], one),
        of_codes(alone(10, 0), &[2, 4], one),
        of_codes(alone(10, 0), &[3], one),
    ];
    let got = stratified(&apart, OWN).unwrap();
    assert!(close(error(&got), f64::sqrt(26.0 / 30.0 * (5.0 / 3.0) / 4.0)));
}

#[test]
fn people_who_could_not_answer_count_in_the_finite_population() {
    let one = units(1.0);
    let got = stratified(
        &[of_codes(cell(1, 4, 0), &[], one), of_codes(cell(1, 2, 0), &[2, 4], one)],
        OWN,
    );
    let got = got.unwrap();
    assert!(close(error(&got), f64::sqrt(4.0 / 6.0 * 2.0 / 2.0)));
    assert!(!got.estimate.census);
}

#[test]
fn means_without_answers_or_with_contradictions_are_none() {
    for compute in [stratified, by_effective_size] {
        assert_eq!(compute(&[], OWN), Err(Degenerate::NoObservations));
        let nobody = of_codes(alone(3, 0), &[], WEIGHT_ONE);
        assert_eq!(compute(&[nobody], OWN), Err(Degenerate::NoObservations));
        let weightless = of_codes(alone(3, 0), &[1, 2], 0);
        assert_eq!(compute(&[weightless], OWN), Err(Degenerate::NoObservations));
        let too_many = of_codes(alone(1, 0), &[1, 2], WEIGHT_ONE);
        assert_eq!(compute(&[too_many], OWN), Err(Degenerate::Inadmissible));
        let wrong = Stratum { cell: alone(9, 2), sum: 4, squares: 7, weight: WEIGHT_ONE };
        assert_eq!(compute(&[wrong], OWN), Err(Degenerate::NegativeVariance));
    }
}

#[test]
fn one_answer_has_no_error_unless_it_is_everyone() {
    for compute in [stratified, by_effective_size] {
        let got = compute(&[of_codes(alone(3, 0), &[4], WEIGHT_ONE)], OWN).unwrap();
        assert_eq!((got.estimate.value, got.estimate.spread), (4.0, None));
        assert_eq!((got.comparison_error, got.effective), (None, 1.0));
        let got = compute(&[of_codes(alone(1, 0), &[4], WEIGHT_ONE)], OWN).unwrap();
        let spread = got.estimate.spread.unwrap();
        assert_eq!((spread.standard_error, spread.lower, spread.upper), (0.0, 4.0, 4.0));
        assert!(got.estimate.census && got.comparison_error.is_none());
    }
}

#[test]
fn fewer_than_two_effective_answers_have_no_error() {
    let strata =
        [of_codes(alone(3, 0), &[4], 10 * WEIGHT_ONE), of_codes(alone(3, 0), &[1], WEIGHT_ONE)];
    let got = by_effective_size(&strata, OWN).unwrap();
    assert!(close(got.effective, 121.0 / 101.0));
    assert_eq!((got.estimate.spread, got.comparison_error), (None, None));
}

#[test]
fn the_effective_size_takes_the_place_of_the_number() {
    let one = units(1.0);
    let strata =
        [of_codes(alone(20, 0), &[1, 3, 5], one), of_codes(alone(20, 0), &[4, 5], 2 * one)];
    let got = by_effective_size(&strata, OWN).unwrap();
    let effective = 49.0 / 11.0;
    let square = |value: f64| (value - 27.0 / 7.0) * (value - 27.0 / 7.0);
    let sum = square(1.0) + square(3.0) + square(5.0) + 2.0 * (square(4.0) + square(5.0));
    let expected = sum / 7.0 / (effective - 1.0);
    assert!(close(got.effective, effective) && close(got.df, effective - 1.0));
    assert!(close(got.comparison_error.unwrap(), expected.sqrt()));
    assert!(close(error(&got), (expected * 35.0 / 40.0).sqrt()));
    assert!(close(got.design_effect, 5.0 * 11.0 / 49.0));
}

proptest! {
    #[test]
    fn means_are_on_the_scale_and_turn_with_it(parts in parts()) {
        let (strata, _) = weighted(&parts);
        let all: Vec<u32> = parts.iter().flat_map(|(_, codes)| codes.clone()).collect();
        for compute in [stratified, by_effective_size] {
            let got = compute(&strata, OWN).unwrap();
            let value = got.estimate.value;
            prop_assert!(value >= f64::from(*all.iter().min().unwrap()));
            prop_assert!(value <= f64::from(*all.iter().max().unwrap()));
            prop_assert!(got.effective >= 1.0 - 1e-12);
            prop_assert!(got.effective <= f64::from(all.len() as u32) + 1e-9);
            let up = compute(&strata, Metric::points(5, false)).unwrap();
            let down = compute(&strata, Metric::points(5, true)).unwrap();
            prop_assert!(close(up.estimate.value, 25.0 * (value - 1.0)));
            prop_assert!(close(down.estimate.value, 100.0 - up.estimate.value));
            if got.estimate.spread.is_some() {
                prop_assert!(close(error(&up), 25.0 * error(&got)));
                prop_assert!(close(error(&down), error(&up)));
                if let Some(open) = got.comparison_error {
                    prop_assert!(error(&got) <= open);
                }
            }
        }
    }

    #[test]
    fn errors_do_not_depend_on_the_order_or_the_unit_of_weights(parts in parts()) {
        let (mut strata, _) = weighted(&parts);
        for compute in [stratified, by_effective_size] {
            let got = compute(&strata, OWN).unwrap();
            strata.reverse();
            let turned = compute(&strata, OWN).unwrap();
            prop_assert_eq!(turned.estimate.value.to_bits(), got.estimate.value.to_bits());
            prop_assert!(close(turned.effective, got.effective));
            let twice: Vec<Stratum> = strata
                .iter()
                .map(|each| Stratum { weight: each.weight / 4, ..*each })
                .collect();
            let coarse = compute(&twice, OWN).unwrap();
            prop_assert!((coarse.estimate.value - got.estimate.value).abs() < 1e-6);
            if got.estimate.spread.is_some() && turned.estimate.spread.is_some() {
                prop_assert!(close(error(&turned), error(&got)));
            }
        }
    }

    #[test]
    fn equal_weights_in_one_cell_are_no_weights(
        codes in proptest::collection::vec(1u32..=5, 2..40),
        silent in 0u32..40,
    ) {
        let answered = codes.len() as u32;
        let stratum = of_codes(alone(answered + silent, 0), &codes, WEIGHT_ONE);
        let powers = (stratum.sum, stratum.squares);
        let value = mean(answered, stratum.sum, OWN).unwrap();
        let sampled = Sampled { sample: answered, population: answered + silent };
        let plain = of_mean(
            value,
            variance(answered, powers, OWN),
            (answered, answered - 1),
            Some(sampled),
            &mut crate::stats::Student::default(),
        );
        for compute in [stratified, by_effective_size] {
            let got = compute(&[stratum], OWN).unwrap();
            let (spread, expected) = (got.estimate.spread.unwrap(), plain.spread.unwrap());
            prop_assert!(close(got.estimate.value, value));
            prop_assert!(close(spread.standard_error, expected.standard_error));
            prop_assert!(close(spread.lower, expected.lower));
            prop_assert!(close(spread.upper, expected.upper));
            prop_assert_eq!(got.estimate.census, plain.census);
            prop_assert!(close(got.effective, f64::from(answered)));
            prop_assert!(close(got.design_effect, 1.0));
        }
    }

    #[test]
    fn answers_that_are_all_equal_have_no_error(parts in parts(), code in 1u32..=11) {
        let parts: Vec<_> =
            parts.into_iter().map(|(cell, codes)| (cell, vec![code; codes.len()])).collect();
        let (strata, _) = weighted(&parts);
        for compute in [stratified, by_effective_size] {
            let got = compute(&strata, OWN).unwrap();
            prop_assert_eq!(got.estimate.value.to_bits(), f64::from(code).to_bits());
            if let Some(spread) = got.estimate.spread {
                prop_assert_eq!((spread.standard_error, spread.lower), (0.0, f64::from(code)));
            }
        }
    }
}
