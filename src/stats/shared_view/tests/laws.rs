//! Laws that hold for any wave.
use proptest::prelude::*;

use super::super::simulation::{World, groups};
use super::*;

const SIZES: &[&[usize]] = &[&[20, 60, 200], &[25, 400], &[21, 30, 40, 50]];

/// The groups of any wave.
fn wave() -> impl Strategy<Value = Vec<AxisGroup>> {
    (0..1_000_u64, 0..SIZES.len(), 0.0..35.0, 0.0..2.0).prop_map(|(seed, sizes, gap, turn)| {
        let world = World { sizes: SIZES[sizes], gap, turn, ends: 4, replicates: REPLICATES };
        groups(&world, &world.wave(seed))
    })
}

fn ordered(interval: Interval, least: f64, most: f64) {
    let Interval { value, lower, upper } = interval;
    assert!(least <= lower && lower <= value && value <= upper && upper <= most, "{interval:?}");
}

fn same(first: Interval, second: Interval) {
    for (first, second) in
        [(first.value, second.value), (first.lower, second.lower), (first.upper, second.upper)]
    {
        // Roots of what is nearly 0 keep half of the digits.
        assert!((first - second).abs() <= 1e-6 * first.abs().max(1.0), "{first}, {second}");
    }
}

/// Everything that is told of both axes is the same.
fn same_axis(first: &[AxisGroup], second: &[AxisGroup]) {
    let (first, second) = (axis(first).unwrap(), axis(second).unwrap());
    near(first.alignment.square, second.alignment.square);
    same(first.alignment.gap, second.alignment.gap);
    same(first.alignment.aligned, second.alignment.aligned);
    let (mine, theirs) = (first.overlap.unwrap(), second.overlap.unwrap());
    near(mine.distance, theirs.distance);
    near(mine.baseline, theirs.baseline);
    near(mine.excess, theirs.excess);
    same(mine.overlap, theirs.overlap);
    match (first.index, second.index) {
        (Ok(first), Ok(second)) => same(first, second),
        (first, second) => assert_eq!(first.err(), second.err()),
    }
}

/// Changes every sample of a group.
fn each_sample(groups: &mut [AxisGroup], change: impl Fn(&mut GroupSample)) {
    for group in groups {
        change(&mut group.all);
        group.without.iter_mut().for_each(&change);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn everything_stays_within_its_bounds(groups in wave()) {
        let found = axis(&groups).unwrap();
        ordered(found.alignment.gap, 0.0, f64::MAX);
        ordered(found.alignment.aligned, 0.0, 1.0);
        let overlap = found.overlap.unwrap();
        ordered(overlap.overlap, 0.0, 1.0);
        prop_assert!(overlap.excess <= overlap.distance && overlap.distance <= 1.0);
        if let Ok(index) = found.index {
            ordered(index, 0.0, 100.0);
            prop_assert!(index.half_width() <= HALF_WIDTH_MAX);
            let mean = shared_view(&[&found, &found]).unwrap().index;
            same(mean, index);
        }
    }

    #[test]
    fn the_order_of_groups_and_of_replicates_does_not_matter(groups in wave()) {
        let mut turned = groups.clone();
        turned.reverse();
        for group in &mut turned {
            group.without.rotate_left(7);
        }
        same_axis(&groups, &turned);
        let gap = signed_gap(&groups, 0).unwrap();
        near(gap.value, signed_gap(&turned, groups.len() - 1).unwrap().value);
    }

    #[test]
    fn names_of_options_do_not_matter(groups in wave()) {
        let mut renamed = groups.clone();
        each_sample(&mut renamed, |sample| {
            let mentions = sample.mentions.as_ref().unwrap();
            let mut counts = mentions.counts().to_vec();
            counts.rotate_left(3);
            counts.push(0);
            sample.mentions = Mentions::new(mentions.people(), counts);
        });
        same_axis(&groups, &renamed);
    }

    #[test]
    fn a_constant_more_for_everyone_changes_no_gap(groups in wave(), more in -50.0..50.0) {
        let mut higher = groups.clone();
        each_sample(&mut higher, |sample| sample.mean += more);
        same_axis(&groups, &higher);
        near(signed_gap(&groups, 0).unwrap().value, signed_gap(&higher, 0).unwrap().value);
    }

    #[test]
    fn only_proportions_of_weights_matter(groups in wave(), factor in 2_u32..50) {
        let mut heavier = groups.clone();
        for group in &mut heavier {
            group.weight *= factor;
        }
        same_axis(&groups, &heavier);
    }

    /// A group taken for two that are equal adds a pair without a difference, and nothing else.
    #[test]
    fn merging_equal_groups_leaves_the_sum_over_pairs(groups in wave(), weights in (1_u32..9, 1_u32..9)) {
        let mut merged = groups.clone();
        for group in &mut merged {
            group.error_squared = 0.0;
        }
        merged[0].weight = weights.0 + weights.1;
        let mut split = merged.clone();
        split[0].weight = weights.0;
        split.push(AxisGroup { weight: weights.1, ..merged[0].clone() });
        let sums = |groups: &[AxisGroup]| {
            let weights: f64 =
                pairs(groups).map(|(a, b)| f64::from(a.weight) * f64::from(b.weight)).sum();
            let found = axis(groups).unwrap();
            (weights * found.alignment.square, weights * found.overlap.unwrap().distance)
        };
        let (mine, theirs) = (sums(&merged), sums(&split));
        near(mine.0, theirs.0);
        near(mine.1, theirs.1);
    }

    #[test]
    fn two_groups_have_opposite_gaps(groups in wave()) {
        let two = &groups[..2];
        let (first, second) = (signed_gap(two, 0).unwrap(), signed_gap(two, 1).unwrap());
        near(first.value, -second.value);
        near(first.spread.lower, -second.spread.upper);
        near(first.p, second.p);
    }
}
