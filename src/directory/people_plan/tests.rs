//! Cases and laws of the plan.
use chrono::DateTime;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::base::id::Id;

fn now() -> Timestamp {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn unit(number: u128) -> UnitId {
    UnitId::from_uuid(Uuid::from_u128(number))
}

fn row(number: i32, key: &str, manager: &str) -> PersonRow {
    PersonRow {
        row_number: number,
        external_id: key.to_owned(),
        unit_external_id: "sales".to_owned(),
        first_name: key.to_owned(),
        manager_external_id: manager.to_owned(),
        ..PersonRow::default()
    }
}

fn fresh() -> PeoplePlan {
    let units = HashMap::from([
        ("sales".to_owned(), (unit(1), true)),
        ("closed".to_owned(), (unit(2), false)),
    ]);
    PeoplePlan::new(units, SegmentScheme::default())
}

/// Runs a whole import in batches of `size` over `stored`.
fn run(
    stored: &HashMap<String, Person>,
    rows: &[PersonRow],
    size: usize,
) -> (PeoplePlan, PeopleBatch) {
    let mut plan = fresh();
    let mut next = 1_000 * (1 + stored.len()) as u128;
    for batch in rows.chunks(size) {
        plan.examine(batch, stored, || {
            next += 1;
            PersonId::from_uuid(Uuid::from_u128(next))
        });
    }
    let asked: Vec<String> =
        plan.outside_managers().into_iter().chain(plan.fallen_keys()).collect();
    let known = asked
        .into_iter()
        .filter_map(|key| stored.get(&key).map(|person| (key.clone(), person.person_id)))
        .collect();
    plan.settle(known);
    let mut all = PeopleBatch::default();
    for batch in rows.chunks(size) {
        let keys = plan.held_keys(batch);
        let held = stored.iter().filter(|(key, _)| keys.contains(key));
        let held = held.map(|(key, person)| (key.clone(), person.clone())).collect();
        let mut decided = plan.decide(batch, &held, now());
        all.created.append(&mut decided.created);
        all.updated.append(&mut decided.updated);
        all.leads.append(&mut decided.leads);
    }
    (plan, all)
}

fn after(stored: &HashMap<String, Person>, batch: &PeopleBatch) -> HashMap<String, Person> {
    let mut people = stored.clone();
    for person in batch.created.iter().chain(&batch.updated) {
        people.insert(person.fields.external_id.clone().unwrap(), person.clone());
    }
    people
}

fn kinds(plan: &PeoplePlan) -> Vec<(i32, String, FaultKind)> {
    plan.outcome
        .faults
        .clone()
        .into_kept()
        .into_iter()
        .map(|fault| (fault.row_number, fault.field, fault.kind))
        .collect()
}

#[test]
fn a_manager_may_come_later_or_be_stored_but_must_exist() {
    let rows = [row(0, "a", "b"), row(1, "b", ""), row(2, "c", "nobody")];
    let (plan, batch) = run(&HashMap::new(), &rows, 1);
    assert_eq!(batch.created.len(), 2);
    let boss = batch.created[1].person_id;
    assert_eq!(batch.created[0].placement.as_ref().unwrap().manager_person_id, Some(boss));
    let kind = FaultKind::ReferenceUnknown;
    assert_eq!(kinds(&plan), [(2, "manager_external_id".to_owned(), kind)]);

    let stored = after(&HashMap::new(), &batch);
    let (plan, batch) = run(&stored, &[row(0, "d", "b")], 1);
    assert!(kinds(&plan).is_empty());
    assert_eq!(batch.created[0].placement.as_ref().unwrap().manager_person_id, Some(boss));
}

#[test]
fn a_rejected_manager_does_not_take_the_team_along() {
    let mut boss = row(1, "boss", "");
    boss.unit_external_id = "closed".to_owned();
    let (plan, batch) = run(&HashMap::new(), &[row(0, "a", "boss"), boss], 10);
    assert_eq!(batch.created.len(), 1);
    assert_eq!(batch.created[0].placement.as_ref().unwrap().manager_person_id, None);
    assert_eq!(kinds(&plan), [(1, "unit_external_id".to_owned(), FaultKind::ReferenceRetired)]);
}

#[test]
fn every_wrong_field_of_a_row_is_named_and_the_row_counts_once() {
    let bad = PersonRow { row_number: 4, work_email: "x".to_owned(), ..PersonRow::default() };
    let (plan, _) = run(&HashMap::new(), &[bad], 10);
    let fields: Vec<_> = kinds(&plan).into_iter().map(|(_, field, kind)| (field, kind)).collect();
    assert_eq!(
        fields,
        [
            ("external_id".to_owned(), FaultKind::FieldMissing),
            ("display_name".to_owned(), FaultKind::FieldMissing),
            ("work_email".to_owned(), FaultKind::FieldInvalid),
            ("unit_external_id".to_owned(), FaultKind::FieldMissing),
        ]
    );
    assert_eq!(plan.outcome.faults.rejected_rows(), 1);
}

#[test]
fn a_unit_has_one_lead() {
    let mut first = row(0, "a", "");
    first.leads_unit_external_ids = vec!["sales".to_owned()];
    let mut second = row(1, "b", "");
    second.leads_unit_external_ids = vec!["sales".to_owned()];
    let (plan, batch) = run(&HashMap::new(), &[first, second], 1);
    assert_eq!(batch.leads.len(), 1);
    let field = "leads_unit_external_ids[0]".to_owned();
    assert_eq!(kinds(&plan), [(1, field, FaultKind::ConflictInImport)]);
}

#[test]
fn the_first_of_two_rows_with_one_key_stands() {
    let (plan, batch) = run(&HashMap::new(), &[row(0, "a", ""), row(1, "a", "")], 1);
    assert_eq!(batch.created.len(), 1);
    assert_eq!(kinds(&plan), [(1, "external_id".to_owned(), FaultKind::DuplicateInImport)]);
}

#[test]
fn absent_people_are_those_whom_no_row_mentions_even_a_wrong_one() {
    let (_, batch) = run(&HashMap::new(), &[row(0, "a", ""), row(1, "b", ""), row(2, "c", "")], 5);
    let stored = after(&HashMap::new(), &batch);
    let live: Vec<_> = stored.iter().map(|(key, person)| (key.clone(), person.person_id)).collect();
    let mut wrong = row(0, "a", "");
    wrong.unit_external_id = "nowhere".to_owned();
    let (mut plan, _) = run(&stored, &[wrong, row(1, "b", "")], 5);
    let gone = plan.absent(live.clone(), AbsentRows::SoftDelete { limit_percent: 50 });
    assert_eq!(gone, [stored["c"].person_id]);
    assert_eq!(plan.outcome.refusal, None);
    plan.absent(live, AbsentRows::SoftDelete { limit_percent: 20 });
    assert!(plan.outcome.refusal.is_some());
}

proptest! {
    #[test]
    fn batches_do_not_matter_counts_add_up_and_repeating_changes_nothing(
        pairs in proptest::collection::vec((0u8..10, 0u8..12, any::<bool>()), 0..30),
        size in 1usize..8,
    ) {
        let rows: Vec<PersonRow> = pairs.iter().zip(0..).map(|((key, manager, good), number)| {
            let manager = if *manager < 2 { String::new() } else { format!("p{}", manager - 2) };
            let mut row = row(number, &format!("p{key}"), &manager);
            if !good {
                row.unit_external_id = "nowhere".to_owned();
            }
            row
        }).collect();
        let (plan, batch) = run(&HashMap::new(), &rows, size);
        let (whole, one) = run(&HashMap::new(), &rows, rows.len().max(1));
        prop_assert_eq!(kinds(&plan), kinds(&whole));
        prop_assert_eq!(&batch.created, &one.created);
        let outcome = &plan.outcome;
        prop_assert_eq!(
            outcome.created + outcome.updated + outcome.unchanged + outcome.faults.rejected_rows(),
            i32::try_from(rows.len()).unwrap()
        );
        let stored = after(&HashMap::new(), &batch);
        let ids: BTreeSet<PersonId> = stored.values().map(|person| person.person_id).collect();
        for person in stored.values() {
            let manager = person.placement.as_ref().unwrap().manager_person_id;
            prop_assert!(manager.is_none_or(|id| ids.contains(&id) && id != person.person_id));
        }
        let (again, repeated) = run(&stored, &rows, size);
        prop_assert!(repeated.created.is_empty() && repeated.updated.is_empty());
        prop_assert_eq!(again.outcome.unchanged, plan.outcome.created);
    }
}
