//! Edge cases and laws of adjusted probabilities.
use proptest::prelude::*;

use super::*;

#[test]
fn nothing_and_nothing_testable_stay_as_they_are() {
    for adjust in [holm, benjamini_hochberg] {
        assert_eq!(adjust(&[]), vec![]);
        assert_eq!(adjust(&[None, None]), vec![None, None]);
        assert_eq!(adjust(&[None, Some(0.03)]), vec![None, Some(0.03)]);
        assert_eq!(adjust(&[Some(f64::NAN), Some(0.03)]), vec![None, Some(0.03)]);
        assert_eq!(adjust(&[Some(0.0), Some(1.0)]), vec![Some(0.0), Some(1.0)]);
    }
}

#[test]
fn ties_share_their_adjusted_probability() {
    assert_eq!(holm(&[Some(0.25), Some(0.25)]), vec![Some(0.5), Some(0.5)]);
    assert_eq!(benjamini_hochberg(&[Some(0.25), Some(0.25)]), vec![Some(0.25), Some(0.25)]);
}

fn some() -> impl Strategy<Value = Vec<Option<f64>>> {
    let p = prop_oneof![4 => (0.0..=1.0).prop_map(Some), 2 => (0.0..0.01).prop_map(Some),
        1 => Just(Some(0.02)), 1 => Just(None)];
    proptest::collection::vec(p, 0..30)
}

proptest! {
    #[test]
    fn adjusting_raises_caps_and_keeps_the_order(raw in some()) {
        let (strict, mild) = (holm(&raw), benjamini_hochberg(&raw));
        for at in 0..raw.len() {
            prop_assert_eq!(strict[at].is_some(), raw[at].is_some());
            prop_assert_eq!(mild[at].is_some(), raw[at].is_some());
            if let (Some(p), Some(strict), Some(mild)) = (raw[at], strict[at], mild[at]) {
                prop_assert!(p <= mild && mild <= strict + 1e-15 && strict <= 1.0);
            }
            for other in 0..raw.len() {
                if raw[at].is_some() && raw[at] <= raw[other] {
                    prop_assert!(strict[at] <= strict[other] && mild[at] <= mild[other]);
                }
            }
        }
    }

    #[test]
    fn places_and_missing_tests_do_not_matter(raw in some()) {
        for adjust in [holm, benjamini_hochberg] {
            let mut turned: Vec<Option<f64>> = raw.iter().rev().copied().collect();
            turned.insert(0, None);
            let mut back = adjust(&turned);
            back.remove(0);
            back.reverse();
            prop_assert_eq!(back, adjust(&raw));
        }
    }
}
