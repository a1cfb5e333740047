//! Edge cases and laws of correlations.
use proptest::prelude::*;

use super::*;

fn cross(pairs: &[(i64, i64)]) -> Cross {
    pairs.iter().fold(Cross::default(), |all, (x, y)| {
        let (x, y) = (i128::from(*x), i128::from(*y));
        Cross {
            count: all.count + 1,
            first: (all.first.0 + x, all.first.1 + x * x),
            second: (all.second.0 + y, all.second.1 + y * y),
            products: all.products + x * y,
        }
    })
}

fn close(one: f64, other: f64, tolerance: f64) -> bool {
    (one - other).abs() <= tolerance
}

#[test]
fn constants_and_few_have_no_correlation() {
    assert_eq!(pearson(Cross::default()), Err(Degenerate::NoObservations));
    assert_eq!(pearson(cross(&[(1, 2), (2, 1)])), Err(Degenerate::TooFewObservations));
    assert_eq!(pearson(cross(&[(2, 1), (2, 2), (2, 3)])), Err(Degenerate::NoVariance));
    assert_eq!(pearson(cross(&[(1, 2), (2, 2), (3, 2)])), Err(Degenerate::NoVariance));
    assert_eq!(spearman(&[]), Err(Degenerate::NoObservations));
    assert_eq!(spearman(&[vec![1, 1], vec![]]), Err(Degenerate::TooFewObservations));
    assert_eq!(spearman(&[vec![0, 0], vec![3, 4]]), Err(Degenerate::NoVariance));
    assert_eq!(spearman(&[vec![0, 3], vec![0, 4]]), Err(Degenerate::NoVariance));
}

#[test]
fn three_have_a_correlation_without_an_interval() {
    let got = pearson(cross(&[(1, 1), (2, 3), (3, 2)])).unwrap();
    assert!(close(got.value, 0.5, 1e-15) && close(got.p, 2.0 / 3.0, 1e-12));
    assert_eq!((got.bounds, got.flag), (None, None));
}

#[test]
fn points_on_a_line_are_told() {
    // Thirds and their likes do not hide it.
    let line: Vec<(i64, i64)> = (0..7).map(|x| (3 * x + 1, -7 * x + 2)).collect();
    let got = pearson(cross(&line)).unwrap();
    assert_eq!((got.value, got.bounds), (-1.0, Some((-1.0, -1.0))));
    assert_eq!((got.t, got.p, got.flag), (None, 0.0, Some(Flag::PerfectFit)));
    assert_eq!(pearson(cross(&line[..3])).unwrap().bounds, None);
    let ranks = spearman(&[vec![2, 0, 0], vec![0, 5, 0], vec![0, 0, 1]]).unwrap();
    assert_eq!((ranks.value, ranks.flag), (1.0, Some(Flag::PerfectFit)));
}

#[test]
fn sums_that_no_numbers_have_are_refused() {
    let fair = cross(&[(1, 2), (2, 3), (4, 1), (3, 3)]);
    let negative = Cross { first: (10, 20), ..fair };
    assert_eq!(pearson(negative), Err(Degenerate::NegativeVariance));
    assert_eq!(pearson(Cross { products: 500, ..fair }), Err(Degenerate::Inadmissible));
    for huge in [i128::MAX, i128::MIN] {
        assert_eq!(pearson(Cross { products: huge, ..fair }), Err(Degenerate::Inadmissible));
        assert!(pearson(Cross { first: (huge, 1), ..fair }).is_err());
        assert!(pearson(Cross { second: (1, huge), ..fair }).is_err());
    }
    let many = vec![vec![u32::MAX; 3]; 3];
    assert_eq!(spearman(&many), Err(Degenerate::Inadmissible));
    let most = [vec![1 << 29, 0], vec![1, 1 << 29]];
    assert!(spearman(&most).is_ok_and(|got| got.value > 0.99 && got.value <= 1.0));
}

#[test]
fn intervals_of_ranks_are_wider_and_need_four() {
    let (lower, upper) = spearman_bounds(0.5, 20).unwrap();
    let pearson = fisher(0.5, 20).unwrap();
    assert!(lower < pearson.0 && upper > pearson.1);
    assert_eq!(spearman_bounds(0.5, 3), None);
    assert_eq!(spearman_bounds(0.5, 0), None);
    assert_eq!(spearman_bounds(-1.0, 9), Some((-1.0, -1.0)));
    assert_eq!(spearman_bounds(1.5, 9), None);
    assert_eq!(spearman_bounds(f64::NAN, 9), None);
}

fn pairs() -> impl Strategy<Value = Vec<(i64, i64)>> {
    proptest::collection::vec((1_i64..=5, 1_i64..=7), 3..40)
}

proptest! {
    #[test]
    fn a_correlation_keeps_its_bounds_and_turns_with_a_reversal(pairs in pairs()) {
        let turned: Vec<_> = pairs.iter().map(|(x, y)| (6 - x, *y)).collect();
        let swapped: Vec<_> = pairs.iter().map(|(x, y)| (*y, *x)).collect();
        let scored: Vec<_> = pairs.iter().map(|(x, y)| (25 * x - 25, 3 * y + 1_000)).collect();
        let Ok(got) = pearson(cross(&pairs)) else {
            prop_assert_eq!(pearson(cross(&turned)), Err(Degenerate::NoVariance));
            return Ok(());
        };
        prop_assert!(got.value.abs() <= 1.0 && (0.0..=1.0).contains(&got.p));
        prop_assert_eq!(got.flag.is_some(), got.t.is_none());
        if let Some((lower, upper)) = got.bounds {
            prop_assert!(-1.0 <= lower && lower <= got.value);
            prop_assert!(got.value <= upper && upper <= 1.0);
        }
        let turned = pearson(cross(&turned)).unwrap();
        prop_assert!(close(turned.value, -got.value, 1e-14) && close(turned.p, got.p, 1e-12));
        for same in [swapped, scored] {
            let same = pearson(cross(&same)).unwrap();
            prop_assert!(close(same.value, got.value, 1e-14));
            prop_assert_eq!(same.flag, got.flag);
        }
    }

    #[test]
    fn ranks_are_those_of_people_one_by_one(pairs in pairs()) {
        let mut table = vec![vec![0; 7]; 5];
        for (x, y) in &pairs {
            table[usize::try_from(x - 1).unwrap()][usize::try_from(y - 1).unwrap()] += 1;
        }
        // Twice the mean rank: twice those below, and those equal and one.
        let rank = |of: &dyn Fn(&(i64, i64)) -> i64, mine: i64| {
            let below = pairs.iter().filter(|pair| of(pair) < mine).count();
            let equal = pairs.iter().filter(|pair| of(pair) == mine).count();
            i64::try_from(2 * below + equal + 1).unwrap()
        };
        let ranked: Vec<_> =
            pairs.iter().map(|(x, y)| (rank(&|pair| pair.0, *x), rank(&|pair| pair.1, *y))).collect();
        match (spearman(&table), pearson(cross(&ranked))) {
            (Ok(got), Ok(expected)) => {
                let all = |each: Correlation| (each.value, each.t, each.p, each.flag);
                prop_assert_eq!(all(got), all(expected));
            }
            (got, expected) => prop_assert_eq!(got, expected),
        }
        // Empty points between, and rows without their empty ends, change nothing.
        let spaced: Vec<Vec<u32>> = table
            .iter()
            .flat_map(|row| {
                let len = row.iter().rposition(|count| *count > 0).map_or(0, |last| last + 1);
                [vec![], row[..len].to_vec()]
            })
            .collect();
        prop_assert_eq!(spearman(&spaced), spearman(&table));
    }
}
