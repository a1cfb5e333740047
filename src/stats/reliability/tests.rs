//! Edge cases of reliability.
use super::*;
use crate::stats::Flag;

mod laws;

const OWN: Metric = Metric { constant: 0, slope: 1, divisor: 1 };

/// Answers of people, a row each, as they are.
fn scale(rows: &[Vec<u32>]) -> Composite {
    let metrics = vec![OWN; rows.first().map_or(0, Vec::len)];
    scored(rows, &metrics)
}

fn scored(rows: &[Vec<u32>], metrics: &[Metric]) -> Composite {
    let parts: Vec<Part> = metrics.iter().map(|metric| part(*metric, 1.0)).collect();
    Composite::new(&Complete::of_rows(rows).unwrap(), &parts).unwrap()
}

fn part(metric: Metric, weight: f64) -> Part {
    Part { metric, weight }
}

/// The same answers by item instead of by person.
fn people<const N: usize>(items: &[[u32; N]]) -> Vec<Vec<u32>> {
    (0..N).map(|person| items.iter().map(|item| item[person]).collect()).collect()
}

fn near(got: f64, expected: f64) -> bool {
    (got - expected).abs() <= 1e-10 * expected.abs().max(1.0)
}

#[test]
fn constant_items_are_kept_and_flagged() {
    let rows = people(&[[1, 2, 3, 4, 5], [1, 1, 2, 4, 4], [3, 3, 3, 3, 3]]);
    let scale = scale(&rows);
    let alpha = scale.alpha().unwrap();
    assert!(near(alpha.value, 45.0 / 62.0));
    assert_eq!(alpha.flags, [Flag::ConstantItem]);
    assert!(near(scale.alpha_without(2).unwrap(), 30.0 / 31.0));
    assert_eq!(scale.item_total(2), Err(Degenerate::NoVariance));
    assert_eq!(scale.alpha_without(0), Ok(0.0));
    assert_eq!(scale.item_total(0), scale.item_total(1));
    assert_eq!(scale.average_correlation(), Err(Degenerate::NoVariance));
    assert_eq!(scale.standardised_alpha(), Err(Degenerate::NoVariance));
    assert_eq!(scale.omega(), Err(Degenerate::NoVariance));
    assert!(scale.measurement_error().is_ok());
}

#[test]
fn negative_alpha_is_told_as_it_is() {
    let rows = people(&[[1, 2, 3, 4, 5], [4, 5, 3, 2, 1]]);
    let negative = scale(&rows);
    let alpha = negative.alpha().unwrap();
    assert!(near(alpha.value, -18.0));
    assert_eq!(alpha.flags, [Flag::NegativeReliability]);
    let (lower, upper) = alpha.interval.unwrap();
    assert!(lower < -18.0 && -18.0 < upper && upper < 1.0);
    assert_eq!(negative.measurement_error(), Err(Degenerate::NegativeReliability));
    assert_eq!(negative.omega(), Err(Degenerate::TooFewItems));
    // The second item reversed.
    let reversed = scored(&rows, &[OWN, Metric { constant: 6, slope: -1, divisor: 1 }]);
    assert!(reversed.alpha().unwrap().value > 0.9);
    assert!(reversed.measurement_error().is_ok());
}

#[test]
fn omega_needs_a_positive_alpha() {
    // All correlate by .5, two of them the other way round.
    let rows = people(&[
        [5, 3, 5, 3, 3, 1, 3, 1],
        [5, 5, 3, 3, 3, 3, 1, 1],
        [1, 3, 3, 1, 3, 5, 5, 3],
        [1, 3, 1, 3, 5, 3, 5, 3],
    ]);
    assert!(scale(&rows).factor().is_ok());
    assert_eq!(scale(&rows).omega(), Err(Degenerate::NegativeReliability));
    let back = Metric { constant: 6, slope: -1, divisor: 1 };
    let reversed = scored(&rows, &[OWN, OWN, back, back]);
    // Items that are all alike: both coefficients are the same.
    assert!(near(reversed.alpha().unwrap().value, 0.8));
    assert!(near(reversed.omega().unwrap(), 0.8));
    assert!(near(reversed.standardised_alpha().unwrap(), 0.8));
}

#[test]
fn too_little_is_told() {
    let one = scale(&[vec![1], vec![2], vec![4]]);
    let none = Err(Degenerate::TooFewItems);
    assert_eq!(one.alpha().map(|alpha| alpha.value), none);
    assert_eq!((one.item_total(0), one.alpha_without(0), one.omega()), (none, none, none));
    assert_eq!((one.average_correlation(), one.standardised_alpha()), (none, none));
    assert!(near(one.variance().unwrap(), 7.0 / 3.0));

    let two = scale(&[vec![1, 2], vec![2, 2], vec![4, 5]]);
    assert!(two.alpha().is_ok() && two.item_total(1).is_ok() && two.standardised_alpha().is_ok());
    assert_eq!((two.alpha_without(0), two.omega()), (none, none));
    assert_eq!((two.alpha_without(2), two.item_total(2)), (none, none));

    let none = Err(Degenerate::TooFewObservations);
    let single = scale(&[vec![1, 2, 3]]);
    assert_eq!(single.alpha().map(|alpha| alpha.value), none);
    assert_eq!((single.variance(), single.measurement_error(), single.omega()), (none, none, none));
    assert_eq!((single.item_total(0), single.alpha_without(0)), (none, none));
    assert_eq!((single.average_correlation(), single.mean()), (none, Ok(2.0)));
    let few = scale(&[vec![1, 2, 3], vec![2, 3, 3], vec![5, 4, 5]]);
    assert!(few.alpha().is_ok());
    assert_eq!(few.omega(), none);

    let sums = Complete::new(0, vec![0; 2], vec![0; 4]).unwrap();
    let nobody = Composite::new(&sums, &[part(OWN, 1.0); 2]).unwrap();
    assert_eq!(nobody.mean(), Err(Degenerate::NoObservations));
    assert_eq!(nobody.alpha().map(|alpha| alpha.value), none);
}

#[test]
fn two_people_are_enough_for_alpha() {
    assert_eq!(scale(&[vec![1, 2], vec![4, 5]]).alpha().map(|alpha| alpha.value), Ok(1.0));
    assert_eq!(scale(&[vec![1, 2], vec![4, 2]]).alpha().map(|alpha| alpha.value), Ok(0.0));
}

#[test]
fn a_sum_without_variance_has_no_reliability() {
    let none = Err(Degenerate::NoVariance);
    let equal = scale(&vec![vec![3, 4, 2]; 9]);
    assert_eq!(equal.alpha().map(|alpha| alpha.value), none);
    assert_eq!((equal.item_total(0), equal.alpha_without(0), equal.omega()), (none, none, none));
    assert_eq!((equal.variance(), equal.measurement_error()), (Ok(0.0), none));
    // Items that add up to the same for everybody.
    let opposed = scale(&people(&[[1, 2, 4, 5], [5, 4, 2, 1]]));
    assert_eq!(opposed.alpha().map(|alpha| alpha.value), none);
    assert_eq!(opposed.standardised_alpha(), none);
    assert_eq!((opposed.variance(), opposed.average_correlation()), (Ok(0.0), Ok(-1.0)));
}

#[test]
fn sums_of_nobody_real_are_refused() {
    let sums = Complete::new(4, vec![10, 10, 10], vec![1; 9]).unwrap();
    let scale = Composite::new(&sums, &[part(OWN, 1.0); 3]).unwrap();
    let none = Err(Degenerate::NegativeVariance);
    assert_eq!(scale.alpha().map(|alpha| alpha.value), none);
    assert_eq!((scale.variance(), scale.item_total(0), scale.omega()), (none, none, none));
}

#[test]
fn parts_have_to_go_with_the_sums() {
    let sums = Complete::of_rows(&[vec![1, 2], vec![3, 3]]).unwrap();
    let is_taken = |first: Part, second: Part| Composite::new(&sums, &[first, second]).is_some();
    let good = part(OWN, 1.0);
    assert!(is_taken(good, part(OWN, 0.0)));
    assert!(Composite::new(&sums, &[good]).is_none());
    for weight in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(!is_taken(good, part(OWN, weight)), "{weight}");
    }
    assert!(!is_taken(part(OWN, 0.0), part(OWN, 0.0)));
    for divisor in [0, -1, i64::MAX, i64::MIN] {
        assert!(!is_taken(
            part(Metric { divisor: 5, ..OWN }, 1.0),
            part(Metric { divisor, ..OWN }, 1.0)
        ));
    }
    assert!(!is_taken(good, part(Metric { slope: i64::MAX, ..OWN }, 1.0)));
    // The largest scales that differ.
    assert!(is_taken(part(Metric::points(200, false), 1.0), part(Metric::points(198, true), 1.0)));
    let nothing = Complete::new(3, Vec::new(), Vec::new()).unwrap();
    assert!(Composite::new(&nothing, &[]).is_none());
}

#[test]
fn scores_are_weighted_and_alpha_is_not() {
    let rows = people(&[[1, 2, 3, 4, 5], [1, 3, 2, 5, 4]]);
    let sums = Complete::of_rows(&rows).unwrap();
    let metrics = [Metric::points(5, false), Metric::points(6, true)];
    let parts = [part(metrics[0], 3.0), part(metrics[1], 1.0)];
    let scale = Composite::new(&sums, &parts).unwrap();
    let points = |person: &Vec<u32>| {
        let first = 25.0 * (f64::from(person[0]) - 1.0);
        0.75 * first + 0.25 * 20.0 * (6.0 - f64::from(person[1]))
    };
    let mean = rows.iter().map(points).sum::<f64>() / 5.0;
    let squares: f64 = rows.iter().map(|person| (points(person) - mean).powi(2)).sum();
    assert!(near(scale.mean().unwrap(), mean));
    assert!(near(scale.variance().unwrap(), squares / 4.0));
    assert_eq!(scale.alpha(), scored(&rows, &metrics).alpha());
}

#[test]
fn an_item_that_is_the_factor_is_not_admissible() {
    // The product of two correlations is above the third: the first item would load above 1.
    let heywood = [1.0, 0.8, 0.7, 0.8, 1.0, 0.5, 0.7, 0.5, 1.0];
    let none = Err(Degenerate::Inadmissible);
    assert_eq!(Factor::of(&heywood, 3), none);
    // Nothing in common, only a pair in common, or two items that are the same.
    for (first, second, third) in [(0.0, 0.0, 0.0), (0.6, 0.0, 0.0), (1.0, 0.5, 0.5)] {
        let all = [1.0, first, second, first, 1.0, third, second, third, 1.0];
        assert_eq!(Factor::of(&all, 3), none, "{first}");
    }
    // No three numbers have such products.
    assert_eq!(Factor::of(&[1.0, 0.3, 0.3, 0.3, 1.0, -0.3, 0.3, -0.3, 1.0], 3), none);
}

#[test]
fn leaps_do_not_go_round_in_circles() {
    // They do when the fit may become a little worse each time.
    let loadings = [-0.574_045_149_226_264_8, -0.276_584_075_485_504_34, 0.564_869_082_102_289_4];
    let factor = Factor::of(&implied(&loadings, &[0.0; 3]), 3).unwrap();
    let mut pairs = factor.loadings.iter().zip(loadings);
    assert!(pairs.all(|(got, expected)| near(got.abs(), expected.abs())));
}

/// Correlations of items that load as named on one factor, and a little beside it.
fn implied(loadings: &[f64], beside: &[f64]) -> Vec<f64> {
    let items = loadings.len();
    let cell = |at: usize| {
        let (a, b) = (at / items, at % items);
        if a == b { 1.0 } else { loadings[a] * loadings[b] + beside[a] * beside[b] }
    };
    (0..items * items).map(cell).collect()
}
