//! What sides suppose of each other, and places on the map.
use proptest::prelude::*;

use super::super::co_orientation::{Perspective, Views};
use super::*;

/// A side whose view and estimate have the errors that are given, of different people for another
/// place.
fn side(place: usize, (view, estimate): (f64, f64), (first, second): (f64, f64)) -> Perspective {
    let sign = |at: usize| if at.is_multiple_of(2) { 1.0 } else { -1.0 };
    let moved = |at| sign(at) / 19.0_f64.sqrt();
    let without = (0..20)
        .map(|at| Views {
            view: view + first * moved(at >> place),
            estimate: estimate + second * moved(at >> place >> 1),
        })
        .collect();
    Perspective { people: 30, all: Views { view, estimate }, without }
}

fn leaders(values: (f64, f64), error: f64) -> Perspective {
    side(0, values, (error, error))
}

fn others(values: (f64, f64), error: f64) -> Perspective {
    side(2, values, (error, error))
}

fn patterns(leaders: (f64, f64), others: (f64, f64), error: f64) -> (Pattern, Pattern) {
    let found =
        co_orientation(&self::leaders(leaders, error), &self::others(others, error)).unwrap();
    (found.leader_pattern, found.other_pattern)
}

#[test]
fn differences_have_signs() {
    let found = co_orientation(&leaders((75.0, 70.0), 1.0), &others((60.0, 80.0), 1.0));
    let found = found.unwrap();
    near(found.view_difference.value, 15.0);
    near(found.leader_error.value, 10.0);
    near(found.other_error.value, 5.0);
    near(found.leader_assumed_difference.value, 5.0);
    near(found.other_assumed_difference.value, 20.0);
}

#[test]
fn each_side_has_its_pattern() {
    use Pattern::{
        Agreement, IllusionOfAgreement, IllusionOfDisagreement, KnownDisagreement, Uncertain,
    };
    assert_eq!(patterns((70.0, 70.0), (70.0, 70.0), 0.5), (Agreement, Agreement));
    let known = (IllusionOfAgreement, KnownDisagreement);
    assert_eq!(patterns((80.0, 78.0), (60.0, 80.0), 0.5), known);
    let illusion = (IllusionOfDisagreement, Agreement);
    assert_eq!(patterns((70.0, 50.0), (70.0, 72.0), 0.5), illusion);
    assert_eq!(patterns((60.0, 80.0), (80.0, 60.0), 0.5), (KnownDisagreement, KnownDisagreement));
    // Leaders rate higher and suppose that they rate lower.
    assert_eq!(patterns((80.0, 95.0), (60.0, 80.0), 0.5).0, Uncertain);
    // Nothing is shown by wide intervals.
    assert_eq!(patterns((70.0, 70.0), (70.0, 70.0), 9.0), (Uncertain, Uncertain));
    // Between near and apart.
    assert_eq!(patterns((70.0, 70.0), (61.0, 70.0), 2.0), (Uncertain, Uncertain));
}

#[test]
fn a_difference_at_the_limit_is_apart_and_not_near() {
    let found = co_orientation(&leaders((70.0, 60.0), 0.0), &others((60.0, 70.0), 0.0)).unwrap();
    assert_eq!(found.leader_pattern, Pattern::KnownDisagreement);
}

#[test]
fn sides_that_are_too_small_or_do_not_go_together_are_refused() {
    let (good, mut bad) = (leaders((70.0, 60.0), 1.0), others((60.0, 70.0), 1.0));
    bad.people = GROUP_MIN - 1;
    assert_eq!(co_orientation(&good, &bad).err(), Some(Degenerate::TooFewGroups));
    bad.people = GROUP_MIN;
    bad.without.truncate(10);
    assert_eq!(co_orientation(&good, &bad).err(), Some(Degenerate::TooFewObservations));
    let mut one = good.clone();
    one.without.truncate(1);
    bad.without.truncate(1);
    assert_eq!(co_orientation(&one, &bad).err(), Some(Degenerate::TooFewObservations));
    let mut broken = good.clone();
    broken.all.view = f64::NAN;
    assert_eq!(co_orientation(&broken, &good).err(), Some(Degenerate::NoObservations));
}

proptest! {
    #[test]
    fn what_is_supposed_and_what_is_missed_add_up(
        mine in (0.0..100.0, 0.0..100.0),
        theirs in (0.0..100.0, 0.0..100.0),
        errors in (0.0..9.0, 0.0..9.0),
        more in -20.0..20.0,
    ) {
        let (leaders, others) = (side(0, mine, errors), side(2, theirs, errors));
        let found = co_orientation(&leaders, &others).unwrap();
        let (difference, supposed) = (found.view_difference.value, found.leader_assumed_difference);
        near(difference, supposed.value + found.leader_error.value);
        near(difference, found.other_assumed_difference.value - found.other_error.value);
        let higher = |(view, estimate): (f64, f64)| (view + more, estimate + more);
        let moved = (side(0, higher(mine), errors), side(2, higher(theirs), errors));
        let moved = co_orientation(&moved.0, &moved.1).unwrap();
        near(moved.leader_error.value, found.leader_error.value);
        let swapped = co_orientation(&others, &leaders).unwrap();
        near(swapped.view_difference.lower, -found.view_difference.upper);
        near(swapped.leader_error.value, found.other_error.value);
        near(swapped.leader_assumed_difference.value, -found.other_assumed_difference.value);
        prop_assert_eq!(swapped.leader_pattern, found.other_pattern);
    }
}

fn between(lower: f64, upper: f64) -> Interval {
    Interval { value: f64::midpoint(lower, upper), lower, upper }
}

#[test]
fn the_map_has_four_quadrants_and_what_is_uncertain() {
    let places = [
        ((70.0, 74.0), (75.0, 80.0), Quadrant::SharedStrength),
        ((60.0, 69.9), (75.0, 80.0), Quadrant::SharedInsight),
        ((70.0, 74.0), (60.0, 74.9), Quadrant::DividedView),
        ((60.0, 69.9), (60.0, 74.9), Quadrant::Fragmented),
        ((69.0, 71.0), (80.0, 90.0), Quadrant::Uncertain),
        ((60.0, 70.0), (80.0, 90.0), Quadrant::Uncertain),
        ((80.0, 90.0), (70.0, 76.0), Quadrant::Uncertain),
    ];
    for (level, alignment, expected) in places {
        let found = quadrant(between(level.0, level.1), between(alignment.0, alignment.1));
        assert_eq!(found, expected, "{level:?} {alignment:?}");
    }
}
