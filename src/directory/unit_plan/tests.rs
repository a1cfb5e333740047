//! Laws and cases of the plan.
use chrono::DateTime;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::base::id::Id;

fn now() -> Timestamp {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn id(number: u128) -> UnitId {
    UnitId::from_uuid(Uuid::from_u128(number))
}

fn root() -> Unit {
    Unit {
        unit_id: id(0),
        parent_unit_id: None,
        depth: 0,
        fields: UnitFields {
            external_id: None,
            display_name: "Root".to_owned(),
            lead_person_id: None,
            predecessor_unit_ids: Vec::new(),
        },
        effective_date: now().date_naive(),
        direct_member_count: 0,
        revision: 1,
        create_time: now(),
        update_time: now(),
        delete_time: None,
        purge_time: None,
    }
}

fn row(number: i32, key: &str, parent: &str) -> UnitRow {
    UnitRow {
        row_number: number,
        external_id: key.to_owned(),
        parent_external_id: parent.to_owned(),
        display_name: format!("Unit {key}"),
        ..UnitRow::default()
    }
}

fn rows(pairs: &[(&str, &str)]) -> Vec<UnitRow> {
    pairs.iter().zip(0..).map(|((key, parent), number)| row(number, key, parent)).collect()
}

/// Units u0, u1 and so on, each below the one before.
fn chain(length: i32) -> Vec<UnitRow> {
    (0..length)
        .map(|level| {
            let parent = if level == 0 { String::new() } else { format!("u{}", level - 1) };
            row(level, &format!("u{level}"), &parent)
        })
        .collect()
}

fn run(stored: &[Unit], rows: &[UnitRow], absent: AbsentRows) -> UnitPlan {
    let mut next = 1_000 * stored.len() as u128;
    plan(stored, rows, absent, (now().date_naive(), now()), || {
        next += 1;
        id(next)
    })
}

/// The stored units after a plan.
fn apply(stored: &[Unit], plan: &UnitPlan) -> Vec<Unit> {
    let mut units: BTreeMap<UnitId, Unit> =
        stored.iter().map(|unit| (unit.unit_id, unit.clone())).collect();
    for unit in
        plan.created.iter().chain(plan.updated.iter().map(|(unit, _)| unit)).chain(&plan.deleted)
    {
        units.insert(unit.unit_id, unit.clone());
    }
    for (unit, depth) in &plan.depths {
        units.get_mut(unit).unwrap().depth = *depth;
    }
    units.into_values().collect()
}

fn kinds(plan: &UnitPlan) -> Vec<(i32, FaultKind)> {
    plan.outcome
        .faults
        .clone()
        .into_kept()
        .iter()
        .map(|fault| (fault.row_number, fault.kind))
        .collect()
}

#[test]
fn children_may_come_before_their_parents() {
    let plan = run(&[root()], &rows(&[("c", "b"), ("b", "a"), ("a", "")]), AbsentRows::Keep);
    let depths: Vec<_> = plan.created.iter().map(|unit| unit.depth).collect();
    assert_eq!(depths, [1, 2, 3]);
    assert!(kinds(&plan).is_empty());
}

#[test]
fn what_hangs_on_a_fallen_row_falls_with_it_and_the_rest_stands() {
    let plan = run(
        &[root()],
        &rows(&[("a", ""), ("b", "nowhere"), ("c", "b"), ("x", "y"), ("y", "x"), ("a", "")]),
        AbsentRows::Keep,
    );
    assert_eq!(plan.created.len(), 1);
    assert_eq!(
        kinds(&plan),
        [
            (1, FaultKind::ReferenceUnknown),
            (2, FaultKind::ReferenceUnknown),
            (3, FaultKind::TreeInvalid),
            (4, FaultKind::TreeInvalid),
            (5, FaultKind::DuplicateInImport),
        ]
    );
}

#[test]
fn a_tree_is_at_most_twenty_levels_deep() {
    let rows = chain(21);
    let plan = run(&[root()], &rows, AbsentRows::Keep);
    assert_eq!(plan.created.len(), 20);
    assert_eq!(kinds(&plan), [(20, FaultKind::TreeInvalid)]);
}

#[test]
fn a_move_that_pushes_others_too_deep_is_refused() {
    let mut rows_before = chain(19);
    rows_before.push(row(19, "x", ""));
    rows_before.push(row(20, "y", "x"));
    let stored = apply(&[root()], &run(&[root()], &rows_before, AbsentRows::Keep));
    let plan = run(&stored, &rows(&[("x", "u18")]), AbsentRows::Keep);
    assert_eq!(kinds(&plan), [(0, FaultKind::TreeInvalid)]);
    assert!(plan.updated.is_empty() && plan.depths.is_empty());
}

#[test]
fn a_move_takes_the_subtree_along_and_is_kept_in_the_lineage() {
    let first = run(&[root()], &rows(&[("a", ""), ("b", ""), ("c", "b")]), AbsentRows::Keep);
    let stored = apply(&[root()], &first);
    let plan = run(&stored, &rows(&[("b", "a")]), AbsentRows::Keep);
    assert_eq!(plan.updated[0].1, [UnitChange::Moved]);
    assert_eq!(plan.updated[0].0.depth, 2);
    assert_eq!(plan.depths.len(), 1);
    assert_eq!(plan.depths[0].1, 3);
}

#[test]
fn absent_units_go_only_below_the_safety_stop_and_when_nothing_hangs_on_them() {
    let pairs: Vec<(String, String)> = (0..10).map(|n| (format!("u{n}"), String::new())).collect();
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let stored = apply(&[root()], &run(&[root()], &rows(&pairs), AbsentRows::Keep));
    let rule = AbsentRows::SoftDelete { limit_percent: 20 };

    let plan = run(&stored, &rows(&pairs[..8]), rule);
    assert_eq!((plan.deleted.len(), plan.outcome.refusal), (2, None));
    let plan = run(&stored, &rows(&pairs[..7]), rule);
    assert!(plan.outcome.refusal.unwrap().starts_with("safety stop: 3 of 10"));

    let mut manned = stored.clone();
    manned
        .iter_mut()
        .find(|unit| unit.fields.external_id.as_deref() == Some("u9"))
        .unwrap()
        .direct_member_count = 1;
    assert!(run(&manned, &rows(&pairs[..9]), rule).outcome.refusal.is_some());
    let mut with_child = rows(&pairs[..9]);
    with_child.push(row(9, "child", "u9"));
    assert!(run(&stored, &with_child, rule).outcome.refusal.is_some());
}

#[test]
fn a_deleted_unit_comes_back_with_its_row() {
    let stored = apply(&[root()], &run(&[root()], &rows(&[("a", "")]), AbsentRows::Keep));
    let gone = apply(&stored, &run(&stored, &[], AbsentRows::SoftDelete { limit_percent: 100 }));
    assert!(gone[1].delete_time.is_some());
    let plan = run(&gone, &rows(&[("a", "")]), AbsentRows::Keep);
    assert_eq!(plan.updated[0].1, [UnitChange::Restored]);
    assert_eq!(plan.updated[0].0.delete_time, None);
}

proptest! {
    #[test]
    fn whatever_the_rows_the_tree_stays_a_tree_and_repeating_changes_nothing(
        first in proptest::collection::vec((0u8..12, 0u8..14), 0..20),
        second in proptest::collection::vec((0u8..12, 0u8..14), 0..20),
    ) {
        let make = |pairs: &[(u8, u8)]| -> Vec<UnitRow> {
            pairs.iter().zip(0..).map(|((key, parent), number)| {
                let parent = if *parent < 2 { String::new() } else { format!("u{}", parent - 2) };
                row(number, &format!("u{key}"), &parent)
            }).collect()
        };
        let mut stored = vec![root()];
        for rows in [make(&first), make(&second)] {
            let plan = run(&stored, &rows, AbsentRows::Keep);
            let outcome = &plan.outcome;
            prop_assert_eq!(
                outcome.created + outcome.updated + outcome.unchanged + outcome.faults.rejected_rows(),
                i32::try_from(rows.len()).unwrap()
            );
            stored = apply(&stored, &plan);
            for unit in &stored {
                let mut depth = 0;
                let mut place = unit;
                while let Some(parent) = place.parent_unit_id {
                    place = stored.iter().find(|candidate| candidate.unit_id == parent).unwrap();
                    depth += 1;
                    prop_assert!(depth <= DEPTH_MAX);
                }
                prop_assert_eq!(unit.depth, depth);
            }
            let again = run(&stored, &rows, AbsentRows::Keep);
            prop_assert_eq!((again.created.len(), again.updated.len(), again.depths.len()), (0, 0, 0));
        }
    }
}
