//! The R-indicator: edge cases and laws.
use proptest::prelude::*;

use super::*;

#[test]
fn the_r_indicator_compares_rates() {
    let group = |population, sample| Sampled { sample, population };
    assert_eq!(r_indicator(&[]), Err(Degenerate::NoObservations));
    assert_eq!(r_indicator(&[group(0, 0), group(0, 0)]), Err(Degenerate::NoObservations));
    assert_eq!(r_indicator(&[group(9, 3)]), Err(Degenerate::TooFewGroups));
    assert_eq!(r_indicator(&[group(9, 3), group(0, 0)]), Err(Degenerate::TooFewGroups));
    assert_eq!(r_indicator(&[group(9, 3), group(2, 3)]), Err(Degenerate::Inadmissible));
    assert_eq!(r_indicator(&[group(9, 3), group(3, 1), group(300, 100)]), Ok(1.0));
    assert_eq!(r_indicator(&[group(9, 0), group(3, 0)]), Ok(1.0));
    assert_eq!(r_indicator(&[group(7, 7), group(3, 3)]), Ok(1.0));
    // Rates .5 and .25, and .35 in all.
    let got = r_indicator(&[group(40, 20), group(60, 15)]).unwrap();
    let expected: f64 = (40.0 * 0.15 * 0.15 + 60.0 * 0.1 * 0.1) / 99.0;
    assert!(close(got, 1.0 - 2.0 * expected.sqrt()));
    assert!(close(r_indicator(&[group(1, 0), group(1, 1)]).unwrap(), 1.0 - f64::sqrt(2.0)));
}

proptest! {
    #[test]
    fn the_r_indicator_is_at_most_one_and_has_no_order(
        groups in proptest::collection::vec((1u32..100, 0u32..100), 2..10),
    ) {
        let mut groups: Vec<Sampled> = groups
            .into_iter()
            .map(|(population, sample)| Sampled { population, sample: sample.min(population) })
            .collect();
        let got = r_indicator(&groups).unwrap();
        prop_assert!(got <= 1.0 && got >= 1.0 - f64::sqrt(2.0) - 1e-12);
        groups.reverse();
        prop_assert!(close(r_indicator(&groups).unwrap(), got));
        let equal: Vec<Sampled> = groups
            .iter()
            .map(|each| Sampled { population: 3 * each.population, sample: each.population })
            .collect();
        prop_assert_eq!(r_indicator(&equal), Ok(1.0));
    }
}
