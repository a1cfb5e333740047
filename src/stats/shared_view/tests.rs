//! Values that are known, and every reason why there is none.
use super::super::difference::Difference;
use super::alignment::alignment;
use super::jackknife::{deviations, error};
use super::overlap::pair;
use super::*;

mod laws;
mod views;

const PEOPLE: u32 = 40;

/// A group whose replicates move its mean up and down as its error says.
pub(super) fn group(mean: f64, error: f64, counts: &[u32]) -> AxisGroup {
    let mentions = Mentions::new(PEOPLE, counts.to_vec());
    let all = GroupSample { people: PEOPLE, mean, mentions };
    let count = 20.0_f64;
    let without = (0..20)
        .map(|at| {
            let moved = error / (count - 1.0).sqrt();
            let mean = if at % 2 == 0 { mean + moved } else { mean - moved };
            let counts =
                counts.iter().map(|count| (*count).min(38).saturating_sub(at % 3)).collect();
            GroupSample { people: 38, mean, mentions: Mentions::new(38, counts) }
        })
        .collect();
    AxisGroup { all, error_squared: error * error, weight: 1, without }
}

/// Groups that rate differently and choose alike.
pub(super) fn three() -> Vec<AxisGroup> {
    let choices = [30, 25, 20, 18, 15, 12, 0, 0];
    [(72.0, 4.0), (63.0, 2.5), (58.0, 1.2)]
        .map(|(mean, error)| group(mean, error, &choices))
        .to_vec()
}

pub(super) fn near(got: f64, expected: f64) {
    assert!((got - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{got}, not {expected}");
}

#[test]
fn the_gap_of_three_groups_is_known() {
    let groups = three();
    let found = alignment(&groups.iter().collect::<Vec<_>>()).unwrap().0;
    // (81 + 196 + 25) / 3 less (2 * 16 + 2 * 6.25 + 2 * 1.44) / 3.
    near(found.square, (302.0 - 47.38) / 3.0);
    assert!((found.gap.value - 9.2127).abs() < 5e-5, "{found:?}");
    assert!((found.aligned.value - 0.6315).abs() < 5e-5, "{found:?}");
    near(found.aligned.lower, 1.0 - found.gap.upper / 25.0);
    near(found.aligned.upper, 1.0 - found.gap.lower / 25.0);
    assert_eq!(found.groups, 3);
}

#[test]
fn headcounts_weigh_pairs() {
    let mut groups = three();
    for (group, weight) in groups.iter_mut().zip([1, 2, 3]) {
        group.weight = weight;
    }
    let found = axis(&groups).unwrap().alignment;
    let squares = 2.0 * (81.0 - 22.25) + 3.0 * (196.0 - 17.44) + 6.0 * (25.0 - 7.69);
    near(found.square, squares / 11.0);
}

#[test]
fn two_groups_that_differ_by_chance_have_a_gap_of_0_and_an_interval() {
    let groups = [group(60.0, 4.0, &[20; 8]), group(62.0, 3.0, &[20; 8])];
    let found = axis(&groups).unwrap().alignment;
    near(found.square, 4.0 - 25.0);
    near(found.gap.value, 0.0);
    near(found.gap.lower, 0.0);
    assert!(found.gap.upper > 5.0 && found.aligned.lower < 0.8, "{found:?}");
    near(found.aligned.upper, 1.0);
}

#[test]
fn without_any_error_the_interval_is_the_value() {
    let groups = [group(60.0, 0.0, &[20; 8]), group(65.0, 0.0, &[20; 8])];
    let gap = axis(&groups).unwrap().alignment.gap;
    near(gap.lower, 5.0);
    near(gap.upper, 5.0);
    let same = [group(60.0, 0.0, &[20; 8]), group(60.0, 0.0, &[20; 8])];
    let aligned = axis(&same).unwrap().alignment.aligned;
    assert_eq!(aligned, Interval { value: 1.0, lower: 1.0, upper: 1.0 });
}

#[test]
fn shares_of_mentions_have_a_known_distance() {
    let one_each = |counts: [u32; 5]| Mentions::new(10, counts.to_vec()).unwrap();
    let found = pair(&one_each([4, 3, 2, 1, 0]), &one_each([3, 2, 2, 2, 1])).unwrap();
    near(found.raw, 0.2);
    assert!(found.baseline > 0.2, "{found:?}");
}

#[test]
fn an_option_that_everyone_or_nobody_chooses_has_no_noise() {
    let all = Mentions::new(30, vec![30, 30, 0]).unwrap();
    let found = pair(&all, &Mentions::new(50, vec![50, 50, 0]).unwrap()).unwrap();
    near(found.raw, 0.0);
    near(found.baseline, 0.0);
}

#[test]
fn groups_with_nothing_in_common_have_no_overlap_and_an_index_of_0() {
    let groups =
        [group(60.0, 1.0, &[40, 40, 40, 0, 0, 0]), group(60.0, 1.0, &[0, 0, 0, 40, 40, 40])];
    let found = axis(&groups).unwrap();
    let overlap = found.overlap.unwrap();
    near(overlap.distance, 1.0);
    near(overlap.excess, 1.0);
    near(overlap.overlap.value, 0.0);
    let index = found.index.unwrap();
    // The root of what is nearly 0 keeps half of the digits.
    assert!(index.value < 1e-5 && index.lower < 1e-5, "{index:?}");
}

#[test]
fn the_index_is_the_root_of_both_parts() {
    let choices = [(30, 10), (25, 20), (20, 30), (25, 30), (20, 30)];
    let (mine, theirs): (Vec<u32>, Vec<u32>) = choices.into_iter().unzip();
    let groups = [group(66.0, 0.8, &mine), group(60.0, 0.5, &theirs)];
    let found = axis(&groups).unwrap();
    let (alignment, overlap) = (found.alignment.aligned.value, found.overlap.unwrap());
    assert!(overlap.excess > 0.0 && overlap.excess < overlap.distance, "{overlap:?}");
    near(overlap.overlap.value, 1.0 - overlap.excess);
    near(found.index.unwrap().value, 100.0 * (alignment * overlap.overlap.value).sqrt());
}

#[test]
fn an_index_that_is_too_uncertain_is_withheld_and_its_parts_are_not() {
    let found = axis(&three()).unwrap();
    assert_eq!(found.index, Err(Degenerate::TooWide));
    assert!(found.overlap.is_ok());
    assert_eq!(shared_view(&[&found]), Err(Degenerate::TooWide));
}

#[test]
fn small_groups_are_left_out() {
    let mut groups = three();
    groups[0].all.people = GROUP_MIN - 1;
    assert_eq!(axis(&groups).unwrap().alignment.groups, 2);
    groups[1].weight = 0;
    assert_eq!(axis(&groups).err(), Some(Degenerate::TooFewGroups));
    assert_eq!(axis(&[]).err(), Some(Degenerate::TooFewGroups));
}

#[test]
fn without_priorities_there_are_only_the_parts() {
    let mut groups = three();
    groups[0].all.mentions = None;
    assert_eq!(axis(&groups).unwrap().overlap.unwrap().groups, 2);
    groups[1].all.mentions = Mentions::new(GROUP_MIN - 1, vec![9; 8]);
    assert_eq!(axis(&groups).unwrap().overlap, Err(Degenerate::TooFewGroups));
    for group in &mut groups {
        group.all.mentions = None;
    }
    let found = axis(&groups).unwrap();
    assert_eq!(found.overlap, Err(Degenerate::NoObservations));
    assert_eq!(found.index, Err(Degenerate::NoObservations));
    assert_eq!(found.alignment.groups, 3);
}

#[test]
fn what_cannot_be_computed_with_is_refused() {
    let refused = |change: fn(&mut AxisGroup)| {
        let mut groups = three();
        change(&mut groups[1]);
        axis(&groups).err()
    };
    let too_few = Some(Degenerate::TooFewObservations);
    assert_eq!(refused(|group| group.all.mean = f64::NAN), Some(Degenerate::NoObservations));
    assert_eq!(refused(|group| group.error_squared = -1.0), Some(Degenerate::NegativeVariance));
    assert_eq!(refused(|group| group.error_squared = f64::NAN), Some(Degenerate::NegativeVariance));
    assert_eq!(
        refused(|group| group.without[3].mean = f64::INFINITY),
        Some(Degenerate::NoObservations)
    );
    assert_eq!(refused(|group| group.without[3].people = 0), too_few);
    assert_eq!(refused(|group| group.without[3].people = PEOPLE + 1), too_few);
    assert_eq!(refused(|group| group.without.truncate(19)), too_few);
    let mut groups = three();
    for group in &mut groups {
        group.without.truncate(1);
    }
    assert_eq!(axis(&groups).err(), too_few);
}

#[test]
fn mentions_that_do_not_go_together_are_refused() {
    let refused = |change: fn(&mut AxisGroup)| {
        let mut groups = three();
        change(&mut groups[1]);
        axis(&groups).unwrap().overlap
    };
    let too_few = Err(Degenerate::TooFewObservations);
    assert_eq!(refused(|group| group.all.mentions = Mentions::new(40, vec![20; 7])), too_few);
    assert_eq!(refused(|group| group.all.mentions = Mentions::new(40, vec![0; 8])), too_few);
    assert_eq!(refused(|group| group.without[2].mentions = None), too_few);
}

#[test]
fn mentions_are_subtracted_exactly() {
    let all = Mentions::new(5, vec![5, 3, 0]).unwrap();
    let part = Mentions::new(2, vec![2, 1, 0]).unwrap();
    assert_eq!(all.without(&part), Mentions::new(3, vec![3, 2, 0]));
    assert_eq!(part.without(&all), None);
    assert_eq!(all.without(&Mentions::new(0, vec![0, 0]).unwrap()), None);
    assert_eq!(Mentions::new(2, vec![3]), None);
    assert_eq!((all.people(), all.counts()), (5, &[5, 3, 0][..]));
}

#[test]
fn with_one_person_each_the_jackknife_is_the_error_of_the_mean() {
    let values = [1.0, 4.0, 4.0, 9.0, 2.0, 7.0];
    let mean = values.iter().sum::<f64>() / 6.0;
    let without: Vec<f64> = values.iter().map(|value| (27.0 - value) / 5.0).collect();
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    near(error(&deviations(mean, &without)), (squares / 5.0 / 6.0).sqrt());
}

#[test]
fn the_shared_view_is_the_mean_of_axes_that_have_an_index() {
    let axis_of = |mean| axis(&[group(mean, 0.5, &[24; 5]), group(60.0, 0.5, &[24; 5])]).unwrap();
    let (first, second, wide) = (axis_of(62.0), axis_of(66.0), axis(&three()).unwrap());
    let found = shared_view(&[&wide, &first, &second]).unwrap();
    let indexes = [first.index.unwrap(), second.index.unwrap()];
    near(found.index.value, f64::midpoint(indexes[0].value, indexes[1].value));
    assert_eq!((found.axes, found.lowest), (2, 2));
    assert!(found.index.lower >= f64::midpoint(indexes[0].lower, indexes[1].lower) - 1e-9);
    let mut fewer = [group(62.0, 0.5, &[24; 5]), group(60.0, 0.5, &[24; 5])];
    for group in &mut fewer {
        group.without.truncate(18);
    }
    let fewer = axis(&fewer).unwrap();
    assert_eq!(shared_view(&[&first, &fewer]), Err(Degenerate::TooFewObservations));
    assert_eq!(shared_view(&[]), Err(Degenerate::TooFewGroups));
}

#[test]
fn a_signed_gap_is_to_the_others_by_their_weights() {
    let mut groups = three();
    groups[2].weight = 3;
    let found: Difference = signed_gap(&groups, 0).unwrap();
    near(found.value, 72.0 - (63.0 + 3.0 * 58.0) / 4.0);
    near(found.spread.standard_error, (16.0_f64 + 6.25 / 16.0 + 1.44 * 9.0 / 16.0).sqrt());
    assert!(found.df > 39.0 && found.df < 50.0, "{found:?}");
    let last = signed_gap(&groups, 2).unwrap();
    near(last.value, 58.0 - 67.5);
}

#[test]
fn a_signed_gap_needs_two_groups_and_an_error() {
    let mut groups = three();
    assert_eq!(signed_gap(&groups, 3).err(), Some(Degenerate::TooFewGroups));
    groups[1].all.people = GROUP_MIN - 1;
    assert_eq!(signed_gap(&groups, 1).err(), Some(Degenerate::TooFewGroups));
    assert!(signed_gap(&groups, 0).is_ok());
    let sure = [group(60.0, 0.0, &[20; 8]), group(65.0, 0.0, &[20; 8])];
    assert_eq!(signed_gap(&sure, 0).err(), Some(Degenerate::NoVariance));
}
