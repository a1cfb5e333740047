//! Which versions of a pool are made, kept and refused.
use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::base::Reason;

/// A contribution with its own number of respondents and one score.
fn one(id: u128, respondents: i32, points: i64) -> Anonymous {
    Anonymous {
        contribution_id: Uuid::from_u128(id),
        targets: vec![Target::overall()],
        contribution: Contribution::decode(respondents, vec![points * 10_000]),
    }
}

fn many(ids: std::ops::Range<u128>) -> Vec<Anonymous> {
    ids.map(|id| one(id, 20, 50 + i64::try_from(id % 30).unwrap())).collect()
}

/// Makes versions of what is contributed one after the other; returns the number of each answer.
fn numbers(contributed: &[Vec<Anonymous>]) -> Vec<Option<i32>> {
    let mut versions: Vec<Version> = Vec::new();
    contributed
        .iter()
        .map(|contributed| match next(versions.clone(), contributed) {
            Ok(Next::Made(version)) => {
                versions.push(version.clone());
                Some(version.number)
            }
            Ok(Next::Kept(version)) => Some(version.number),
            Err(error) => {
                assert_eq!(error.reason(), Reason::NotReady);
                None
            }
        })
        .collect()
}

#[test]
fn ten_organizations_make_a_pool_and_nine_do_not() {
    assert_eq!(numbers(&[many(0..0), many(0..9), many(0..10)]), [None, None, Some(1)]);
    let Next::Made(version) = next(Vec::new(), &many(0..10)).unwrap() else { panic!("made") };
    let reference = &version.values[0].reference;
    assert_eq!((reference.mean(), reference.deviation(), reference.cases()), (54.5, Some(3.0), 10));
    assert_eq!((version.organizations(), version.respondents()), (10, 200));
}

#[test]
fn no_organization_has_more_than_a_quarter_of_the_respondents() {
    // 60 of 240 are a quarter, 61 of 241 are more.
    for (respondents, expected) in [(60, Some(1)), (61, None)] {
        let mut contributed = many(0..9);
        contributed.push(one(9, respondents, 70));
        assert_eq!(numbers(&[contributed]), [expected], "{respondents}");
    }
    let error = next(Vec::new(), &many(0..3)).unwrap_err();
    assert_eq!(error.violations()[0].field, "contributions");
    assert!(!error.violations()[0].description.contains('3'));
}

#[test]
fn a_version_that_differs_by_few_is_not_made_and_the_one_before_stays() {
    let joined_one = many(0..11);
    let joined_ten = many(0..20);
    let left_one = many(1..20);
    let left_ten = many(10..20);
    let waves = [many(0..10), joined_one, joined_ten, left_one, left_ten];
    assert_eq!(numbers(&waves), [Some(1), Some(1), Some(2), Some(2), Some(3)]);
    // Fewer than a pool needs leave the last one as it is.
    assert_eq!(numbers(&[many(0..10), many(0..4), many(0..0)]), [Some(1), Some(1), Some(1)]);
    // The same again is no new version.
    assert_eq!(numbers(&[many(0..10), many(0..10)]), [Some(1), Some(1)]);
}

#[test]
fn whoever_joined_or_left_must_be_balanced_too() {
    let mut unbalanced = many(0..19);
    unbalanced.push(one(19, 70, 50));
    // 70 of 450 are fine for the whole, of the 250 that joined they are more than a quarter.
    assert_eq!(numbers(&[many(0..10), unbalanced]), [Some(1), Some(1)]);
}

#[test]
fn versions_that_are_not_next_to_each_other_do_not_differ_by_few_either() {
    // Ten leave and ten join each time, but the first and the last would differ by one.
    let mut nearly_first = many(1..10);
    nearly_first.extend(many(20..21));
    nearly_first.extend(many(30..40));
    let first: Vec<_> = [many(0..10), many(30..40)].concat();
    assert_eq!(numbers(&[first.clone(), many(30..40), nearly_first]), [Some(1), Some(2), Some(2)]);
    // Coming back as a whole is fine.
    assert_eq!(numbers(&[first.clone(), many(30..40), first]), [Some(1), Some(2), Some(3)]);
}

#[test]
fn a_later_wave_of_an_organization_counts_as_leaving_and_joining() {
    let mut renewed = many(0..19);
    renewed.push(one(100, 20, 80));
    assert_eq!(numbers(&[many(0..20), renewed]), [Some(1), Some(1)]);
    let all_renewed = many(100..120);
    assert_eq!(numbers(&[many(0..20), all_renewed]), [Some(1), Some(2)]);
}

#[test]
fn what_not_all_have_is_in_no_pool() {
    let mut contributed = many(0..10);
    for one in &mut contributed {
        one.targets.push(Target { level: Level::Facet, key: "time".to_owned() });
        one.contribution = Contribution::decode(20, vec![500_000, 400_000]);
    }
    let count = |contributed: &[Anonymous]| values(contributed).len();
    assert_eq!(count(&contributed), 2);
    contributed[4].targets.pop();
    assert_eq!(count(&contributed), 1);
}

proptest! {
    /// Whatever follows from two versions, also from two that are not neighbours, is about enough.
    #[test]
    fn no_two_versions_differ_by_few(
        sizes in prop::collection::vec((0u128..40, 0u128..40), 1..8),
    ) {
        let mut versions: Vec<Version> = Vec::new();
        for (a, b) in sizes {
            let contributed = many(a.min(b)..a.max(b));
            if let Ok(Next::Made(version)) = next(versions.clone(), &contributed) {
                versions.push(version);
            }
        }
        let sets: Vec<BTreeSet<Member>> =
            versions.iter().map(|version| version.members.iter().copied().collect()).collect();
        for one in &sets {
            prop_assert!(one.len() >= ORGANIZATIONS_MIN);
            for other in &sets {
                let left = one.difference(other).count();
                prop_assert!(left == 0 || left >= ORGANIZATIONS_MIN);
            }
        }
    }
}
