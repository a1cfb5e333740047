//! The invented organization: about 1,000 units, a segment scheme, and people of the length that
//! HR systems export. Everything follows from its number, so that every run has the same.
use std::collections::HashMap;

use orgfit::pb::common::{CalendarDate, EmploymentStatus, LocalizedText, SegmentSelector};
use orgfit::pb::directory::{SegmentDimension, SegmentRole, SegmentValue};
use orgfit::pb::intake::{PersonRow, PersonRows, UnitRow, UnitRows};

/// People of the organization; the first ones lead a unit each.
pub(crate) const PEOPLE: usize = 100_000;
/// Units below the root.
pub(crate) const UNITS: usize = 1_000;
/// Most rows that a chunk may have.
const CHUNK_ROWS: usize = 500;
/// Units directly below a unit.
const FAN_OUT: usize = 8;

const FIRST_NAMES: [&str; 8] =
    ["Anna", "Luca", "Noémie", "Jürgen", "Sofia", "Mateusz", "Ayşe", "Maximilian"];
const LAST_NAMES: [&str; 7] =
    ["Müller", "Rossi", "Kowalczyk", "Dubois", "Schneider-Frei", "Öztürk", "Lindqvist"];
const DIMENSIONS: [(&str, SegmentRole, &[&str]); 3] = [
    ("hierarchy_level", SegmentRole::HierarchyLevel, &["staff", "team_lead", "management"]),
    ("function", SegmentRole::Function, &["sales", "service", "engineering", "operations"]),
    ("customer_contact", SegmentRole::CustomerContact, &["daily", "weekly", "monthly", "rarely"]),
];

/// The dimensions of the scheme.
pub(crate) fn dimensions() -> Vec<SegmentDimension> {
    let title = |key: &str| {
        Some(LocalizedText {
            by_language: HashMap::from([("en".to_owned(), key.replace('_', " "))]),
        })
    };
    DIMENSIONS
        .iter()
        .map(|(key, role, values)| SegmentDimension {
            key: (*key).to_owned(),
            title: title(key),
            role: (*role).into(),
            values: values
                .iter()
                .map(|key| SegmentValue {
                    key: (*key).to_owned(),
                    title: title(key),
                    retired: false,
                    leading: *key == "management",
                })
                .collect(),
        })
        .collect()
}

/// All units in chunks, parents first.
pub(crate) fn unit_chunks() -> Vec<UnitRows> {
    let units: Vec<_> = (0..UNITS).map(unit).collect();
    (0..)
        .zip(units.chunks(CHUNK_ROWS))
        .map(|(chunk_index, rows)| UnitRows { chunk_index, rows: rows.to_vec() })
        .collect()
}

fn unit(number: usize) -> UnitRow {
    let parent = number.checked_sub(FAN_OUT).map(|below| below / FAN_OUT);
    UnitRow {
        external_id: unit_key(number),
        parent_external_id: parent.map(unit_key).unwrap_or_default(),
        display_name: format!("Unit {number}"),
        ..UnitRow::default()
    }
}

/// All people in chunks.
pub(crate) fn people_chunks() -> Vec<PersonRows> {
    let people: Vec<_> = (0..PEOPLE).map(person).collect();
    (0..)
        .zip(people.chunks(CHUNK_ROWS))
        .map(|(chunk_index, rows)| PersonRows { chunk_index, rows: rows.to_vec() })
        .collect()
}

fn person(number: usize) -> PersonRow {
    let leads = number < UNITS;
    let unit = number % UNITS;
    // The lead of the unit above manages a lead; the lead of the own unit everybody else.
    let manager =
        if leads { unit.checked_sub(FAN_OUT).map(|below| below / FAN_OUT) } else { Some(unit) };
    PersonRow {
        external_id: person_key(number),
        unit_external_id: unit_key(unit),
        employee_number: format!("{number:08}"),
        first_name: FIRST_NAMES[number % FIRST_NAMES.len()].to_owned(),
        last_name: LAST_NAMES[number % LAST_NAMES.len()].to_owned(),
        work_email: format!("person.{number:06}@example.org"),
        language_code: "en".to_owned(),
        manager_external_id: manager.map(person_key).unwrap_or_default(),
        segments: DIMENSIONS
            .iter()
            .map(|(key, _, values)| SegmentSelector {
                dimension_key: (*key).to_owned(),
                value_key: values[number % values.len()].to_owned(),
            })
            .collect(),
        employment_status: EmploymentStatus::Active.into(),
        start_date: Some(start_date(number)),
        leads_unit_external_ids: if leads { vec![unit_key(unit)] } else { Vec::new() },
        ..PersonRow::default()
    }
}

fn start_date(number: usize) -> CalendarDate {
    let part =
        |from: i32, count: usize| from.saturating_add(i32::try_from(number % count).unwrap_or(0));
    CalendarDate { year: part(1990, 35), month: part(1, 12), day: part(1, 28) }
}

fn unit_key(number: usize) -> String {
    format!("unit-{number:05}")
}

fn person_key(number: usize) -> String {
    format!("person-{number:07}")
}
