//! Laws of reliability, on random answers and random factors.
use proptest::prelude::*;

use super::*;

/// The algorithm without what makes it faster.
fn slowly(correlations: &[f64], items: usize) -> Vec<f64> {
    let mut loadings = vec![0.7; items];
    for _ in 0..20_000 {
        let weights: Vec<f64> = loadings.iter().map(|l| l / (1.0 - l * l)).collect();
        let signal: f64 = weights.iter().zip(&loadings).map(|(w, l)| w * l).sum();
        let rows = correlations.chunks(items);
        let covariances: Vec<f64> = rows
            .map(|row| row.iter().zip(&weights).map(|(r, w)| r * w).sum::<f64>() / (1.0 + signal))
            .collect();
        let square: f64 = covariances.iter().zip(&weights).map(|(c, w)| c * w).sum();
        let factor = (1.0 + square) / (1.0 + signal);
        loadings = covariances.iter().map(|c| c / factor.sqrt()).collect();
    }
    loadings
}

fn rows(items: usize, least: usize) -> impl Strategy<Value = Vec<Vec<u32>>> {
    // A common part makes items alike.
    let person = (0u32..=3, prop::collection::vec(1u32..=2, items))
        .prop_map(|(common, own)| own.iter().map(|own| own + common).collect());
    prop::collection::vec(person, least..40)
}

fn everything(scale: &Composite) -> Vec<Result<f64, Degenerate>> {
    let mut all = vec![
        scale.alpha().map(|alpha| alpha.value),
        scale.standardised_alpha(),
        scale.average_correlation(),
        scale.omega(),
    ];
    for item in 0..scale.items() {
        all.extend([scale.item_total(item), scale.alpha_without(item)]);
    }
    all
}

fn agree(first: &[Result<f64, Degenerate>], second: &[Result<f64, Degenerate>]) -> bool {
    first.len() == second.len()
        && first.iter().zip(second).all(|pair| match pair {
            (Ok(a), Ok(b)) => (a - b).abs() < 1e-7 * a.abs().max(1.0),
            (a, b) => a == b,
        })
}

proptest! {
    #[test]
    fn neither_order_nor_grouping_of_people_matters(rows in rows(4, 1), cut in 0usize..40) {
        let all = Complete::of_rows(&rows).unwrap();
        let (first, second) = rows.split_at(cut.min(rows.len() - 1));
        let mut merged = Complete::of_rows(second).unwrap();
        prop_assert!(first.is_empty() || merged.merge(&Complete::of_rows(first).unwrap()));
        prop_assert_eq!(merged, all);
    }

    #[test]
    fn scaling_and_reversing_all_items_changes_nothing(rows in rows(4, 1)) {
        let plain = everything(&scale(&rows));
        prop_assert_eq!(&everything(&scored(&rows, &[Metric::points(5, false); 4])), &plain);
        prop_assert_eq!(&everything(&scored(&rows, &[Metric::points(5, true); 4])), &plain);
    }

    #[test]
    fn the_order_of_items_does_not_matter(rows in rows(5, 1)) {
        let turned: Vec<Vec<u32>> =
            rows.iter().map(|row| row.iter().rev().copied().collect()).collect();
        let (plain, turned) = (scale(&rows), scale(&turned));
        prop_assert!(agree(&everything(&plain)[..4], &everything(&turned)[..4]));
        prop_assert_eq!(plain.item_total(1), turned.item_total(3));
        prop_assert_eq!(plain.alpha_without(0), turned.alpha_without(4));
    }

    #[test]
    fn what_is_told_is_finite_and_within_bounds(rows in rows(4, 1)) {
        let scale = scale(&rows);
        for value in everything(&scale).into_iter().flatten() {
            prop_assert!(value.is_finite() && value <= 1.0 + 1e-12);
        }
        if let Ok(alpha) = scale.alpha() {
            let (lower, upper) = alpha.interval.unwrap();
            prop_assert!(lower <= alpha.value && alpha.value <= upper && upper <= 1.0);
            prop_assert_eq!(alpha.flags.contains(&Flag::NegativeReliability), alpha.value < 0.0);
        }
        if let Ok(factor) = scale.factor() {
            for (loading, unique) in factor.loadings.iter().zip(&factor.uniquenesses) {
                prop_assert!(near(loading * loading + unique, 1.0) && *unique > 0.0);
            }
        }
        if let (Ok(error), Ok(variance)) = (scale.measurement_error(), scale.variance()) {
            prop_assert!(0.0 <= error && error <= variance.sqrt());
        }
        prop_assert!(scale.omega().is_ok_and(|omega| omega >= 0.0) || scale.omega().is_err());
    }

    #[test]
    fn alpha_is_the_mean_of_all_split_halves(rows in rows(4, 1)) {
        let scale = scale(&rows);
        let Ok(alpha) = scale.alpha() else { return Ok(()) };
        let cross = |[a, b]: [usize; 2], [c, d]: [usize; 2]| {
            [(a, c), (a, d), (b, c), (b, d)].iter().map(|(x, y)| scale.scatters[x * 4 + y]).sum::<i128>()
        };
        let halves = cross([0, 1], [2, 3]) + cross([0, 2], [1, 3]) + cross([0, 3], [1, 2]);
        prop_assert!(near(alpha.value, 4.0 * wide(halves) / (3.0 * wide(scale.total))));
    }

    #[test]
    fn three_items_have_a_closed_form(rows in rows(3, 4)) {
        let scale = scale(&rows);
        let Ok(r) = scale.correlations() else { return Ok(()) };
        let (first, second, third) = (r[1], r[2], r[5]);
        let squares = [first * second / third, first * third / second, second * third / first];
        let between = |low: f64, high: f64| squares.iter().all(|square| low < *square && *square < high);
        match scale.factor() {
            Ok(factor) => {
                for (loading, square) in factor.loadings.iter().zip(squares) {
                    prop_assert!((loading * loading - square).abs() < 1e-7, "{} {}", loading, square);
                }
            }
            // Near the bounds it may be either.
            Err(_) => prop_assert!(!between(1e-6, 0.998), "{:?}", squares),
        }
    }

    #[test]
    fn what_makes_it_faster_does_not_move_the_maximum(
        loadings in prop::collection::vec(0.4f64..0.85, 4..9),
        beside in prop::collection::vec(-0.15f64..0.15, 9),
    ) {
        let correlations = implied(&loadings, &beside);
        let factor = Factor::of(&correlations, loadings.len()).unwrap();
        for (got, expected) in factor.loadings.iter().zip(slowly(&correlations, loadings.len())) {
            prop_assert!((got - expected).abs() < 1e-9, "{} {}", got, expected);
        }
    }

    #[test]
    fn a_true_factor_is_found(
        loadings in prop::collection::vec(prop_oneof![0.2f64..0.95, -0.95f64..-0.2], 3..=40),
    ) {
        let nothing = vec![0.0; loadings.len()];
        let factor = Factor::of(&implied(&loadings, &nothing), loadings.len()).unwrap();
        let sign = (factor.loadings[0] * loadings[0]).signum();
        for (got, expected) in factor.loadings.iter().zip(&loadings) {
            prop_assert!((sign * got - expected).abs() < 1e-8, "{} {}", got, expected);
        }
    }
}
