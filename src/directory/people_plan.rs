//! Decides what an import of people does. Pure: rows, stored people and units in, new and changed
//! people out.
//!
//! Rows come in batches and are seen twice. The first time each is checked and gets its person's
//! identifier; after that it is known which managers exist. The second time, rows that stand are
//! turned into people.
use std::collections::{BTreeSet, HashMap};

use super::import::{AbsentRows, Fault, FaultKind, Outcome, RawDate, parse_date};
use super::person::{Person, PersonFields, Placement, RawPerson};
use super::segment::{SegmentFault, SegmentScheme, Segments};
use crate::base::Check;
use crate::base::clock::Timestamp;
use crate::base::id::{PersonId, UnitId};

/// Most units that one person leads.
pub const LED_UNITS_MAX: usize = 20;

/// A row as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonRow {
    /// Position in the whole import.
    pub row_number: i32,
    /// The caller's key of the person.
    pub external_id: String,
    /// The caller's key of the unit.
    pub unit_external_id: String,
    /// Personnel number.
    pub employee_number: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Name as shown.
    pub display_name: String,
    /// Work e-mail address.
    pub work_email: String,
    /// Preferred language.
    pub language_code: String,
    /// The caller's key of the manager.
    pub manager_external_id: String,
    /// Segment values, as pairs of keys.
    pub segments: Vec<(String, String)>,
    /// Employment status, as a number of the contract.
    pub employment_status: i32,
    /// First day of work.
    pub start_date: Option<RawDate>,
    /// Last day of work.
    pub termination_date: Option<RawDate>,
    /// The caller's keys of the units that the person leads.
    pub leads_unit_external_ids: Vec<String>,
}

/// What can be read of a row. What cannot is a finding of its check.
#[derive(Clone, Debug)]
struct Parsed {
    external_id: Option<String>,
    fields: Option<PersonFields>,
    unit: Option<String>,
    manager: Option<String>,
    leads: Vec<String>,
}

/// What the first look found of a row's person.
#[derive(Clone, Debug)]
struct Seen {
    row_number: i32,
    person_id: PersonId,
    manager: Option<Box<str>>,
    /// The person is stored.
    held: bool,
    stands: bool,
}

/// The plan of an import, built up row by row.
#[derive(Debug)]
pub struct PeoplePlan {
    /// Units by the caller's key, with whether they are live.
    units: HashMap<String, (UnitId, bool)>,
    scheme: SegmentScheme,
    seen: HashMap<String, Seen>,
    led: HashMap<UnitId, i32>,
    /// Managers who are in no row and not stored.
    unknown_managers: BTreeSet<String>,
    stored_managers: HashMap<String, PersonId>,
    /// Counts and faults.
    pub outcome: Outcome,
}

/// What a batch of rows does.
#[derive(Clone, Debug, Default)]
pub struct PeopleBatch {
    /// New people.
    pub created: Vec<Person>,
    /// Changed people as they will be.
    pub updated: Vec<Person>,
    /// For each person of a row that stands: the units that they lead.
    pub leads: Vec<(PersonId, Vec<UnitId>)>,
}

impl PeoplePlan {
    /// A plan over the organization's units and segment scheme.
    pub fn new(units: HashMap<String, (UnitId, bool)>, scheme: SegmentScheme) -> Self {
        Self {
            units,
            scheme,
            seen: HashMap::new(),
            led: HashMap::new(),
            unknown_managers: BTreeSet::new(),
            stored_managers: HashMap::new(),
            outcome: Outcome::default(),
        }
    }

    /// The keys by which the people of rows are stored.
    pub fn keys(rows: &[PersonRow]) -> Vec<String> {
        let mut check = Check::new();
        rows.iter().filter_map(|row| check.required_external_id("", &row.external_id)).collect()
    }

    /// Of the keys of rows, those whose people the first look found.
    pub fn held_keys(&self, rows: &[PersonRow]) -> Vec<String> {
        let mut keys = Self::keys(rows);
        keys.retain(|key| self.seen.get(key).is_some_and(|seen| seen.held));
        keys
    }

    /// First look at a batch. `stored` are the people with the rows' keys.
    pub fn examine(
        &mut self,
        rows: &[PersonRow],
        stored: &HashMap<String, Person>,
        mut new_id: impl FnMut() -> PersonId,
    ) {
        for row in rows {
            let mut check = Check::new();
            let parsed = parse(&mut check, row);
            let findings = check.into_findings();
            let mut stands = findings.is_empty();
            self.outcome.faults.push_findings(row.row_number, &row.external_id, findings);
            let Some(key) = parsed.external_id.clone() else { continue };
            if self.seen.contains_key(&key) {
                self.fault(row, "external_id", FaultKind::DuplicateInImport);
                continue;
            }
            let held = stored.get(&key);
            stands &= self.check_references(row, &parsed, held);
            let seen = Seen {
                row_number: row.row_number,
                person_id: held.map_or_else(&mut new_id, |person| person.person_id),
                manager: parsed.manager.map(String::into_boxed_str),
                held: held.is_some(),
                stands,
            };
            self.seen.insert(key, seen);
        }
    }

    /// Checks unit, segments and led units of a row; notes what is wrong.
    fn check_references(
        &mut self,
        row: &PersonRow,
        parsed: &Parsed,
        held: Option<&Person>,
    ) -> bool {
        let before = self.outcome.faults.count();
        if let Some(unit) = &parsed.unit {
            match self.units.get(unit) {
                None => self.fault(row, "unit_external_id", FaultKind::ReferenceUnknown),
                Some((_, false)) => {
                    self.fault(row, "unit_external_id", FaultKind::ReferenceRetired);
                }
                Some((_, true)) => {}
            }
        }
        let placement = held.and_then(|person| person.placement.as_ref());
        let none = Segments::new();
        let held = placement.map_or(&none, |placement| &placement.segments);
        if let Err(faults) = self.scheme.check_segments(&row.segments, held) {
            for (field, fault) in faults {
                let kind = match fault {
                    SegmentFault::Unknown => FaultKind::ReferenceUnknown,
                    SegmentFault::Retired => FaultKind::ReferenceRetired,
                    SegmentFault::Repeated => FaultKind::FieldInvalid,
                };
                self.fault(row, &field, kind);
            }
        }
        for (position, key) in parsed.leads.iter().enumerate() {
            let field = format!("leads_unit_external_ids[{position}]");
            match self.units.get(key).copied() {
                None => self.fault(row, &field, FaultKind::ReferenceUnknown),
                Some((_, false)) => self.fault(row, &field, FaultKind::ReferenceRetired),
                Some((unit, true)) => {
                    if *self.led.entry(unit).or_insert(row.row_number) != row.row_number {
                        self.fault(row, &field, FaultKind::ConflictInImport);
                    }
                }
            }
        }
        self.outcome.faults.count() == before
    }

    /// Managers whom rows name and who are in no row themselves.
    pub fn outside_managers(&self) -> Vec<String> {
        let named: BTreeSet<&str> =
            self.seen.values().filter_map(|seen| seen.manager.as_deref()).collect();
        named.into_iter().filter(|key| !self.seen.contains_key(*key)).map(str::to_owned).collect()
    }

    /// Takes over which of them, and of the people whose rows fell, are stored, and lets rows fall
    /// whose manager exists nowhere.
    pub fn settle(&mut self, stored: HashMap<String, PersonId>) {
        self.unknown_managers =
            self.outside_managers().into_iter().filter(|key| !stored.contains_key(key)).collect();
        self.stored_managers = stored;
        let mut fallen: Vec<(i32, String)> = Vec::new();
        for (key, seen) in &mut self.seen {
            let unknown =
                seen.manager.as_deref().is_some_and(|key| self.unknown_managers.contains(key));
            if seen.stands && unknown {
                seen.stands = false;
                fallen.push((seen.row_number, key.clone()));
            }
        }
        fallen.sort_unstable();
        for (row_number, external_id) in fallen {
            let row = PersonRow { row_number, external_id, ..PersonRow::default() };
            self.fault(&row, "manager_external_id", FaultKind::ReferenceUnknown);
        }
    }

    /// Keys of people whose rows fell: as managers they count only when they are stored.
    pub fn fallen_keys(&self) -> Vec<String> {
        self.seen.iter().filter(|(_, seen)| !seen.stands).map(|(key, _)| key.clone()).collect()
    }

    /// Which of the stored people no row mentions. `stored` are the live ones with a key.
    pub fn absent(&mut self, stored: Vec<(String, PersonId)>, rule: AbsentRows) -> Vec<PersonId> {
        if rule == AbsentRows::Keep {
            return Vec::new();
        }
        let total = stored.len();
        let absent: Vec<PersonId> = stored
            .into_iter()
            .filter(|(key, _)| !self.seen.contains_key(key))
            .map(|(_, id)| id)
            .collect();
        self.outcome.absent = i32::try_from(absent.len()).unwrap_or(i32::MAX);
        self.outcome.refusal = rule.refusal(absent.len(), total, "people");
        absent
    }

    /// Second look at a batch: the people as they will be.
    pub fn decide(
        &mut self,
        rows: &[PersonRow],
        stored: &HashMap<String, Person>,
        now: Timestamp,
    ) -> PeopleBatch {
        let mut batch = PeopleBatch::default();
        for row in rows {
            let parsed = parse(&mut Check::new(), row);
            let (Some(key), Some(fields), Some(unit)) =
                (parsed.external_id, parsed.fields, parsed.unit)
            else {
                continue;
            };
            let Some(seen) = self.seen.get(&key) else { continue };
            if !seen.stands || seen.row_number != row.row_number {
                continue;
            }
            let Some((unit_id, _)) = self.units.get(&unit).copied() else { continue };
            let id = seen.person_id;
            let placement = Placement {
                unit_id,
                manager_person_id: self.manager(parsed.manager.as_deref()),
                segments: row.segments.iter().cloned().collect(),
            };
            let leads = parsed.leads.iter().filter_map(|key| self.units.get(key));
            batch.leads.push((id, leads.map(|(unit, _)| *unit).collect()));
            match stored.get(&key) {
                None => {
                    self.outcome.created += 1;
                    batch.created.push(create(id, fields, placement, now));
                }
                Some(person) => match change(person, fields, placement, now) {
                    None => self.outcome.unchanged += 1,
                    Some(person) => {
                        self.outcome.updated += 1;
                        batch.updated.push(person);
                    }
                },
            }
        }
        batch
    }

    /// The manager, where they exist after the import.
    fn manager(&self, key: Option<&str>) -> Option<PersonId> {
        let key = key?;
        let imported = self.seen.get(key).filter(|seen| seen.stands).map(|seen| seen.person_id);
        imported.or_else(|| self.stored_managers.get(key).copied())
    }

    fn fault(&mut self, row: &PersonRow, field: &str, kind: FaultKind) {
        let message = match kind {
            FaultKind::DuplicateInImport => "an earlier row has the same key; keep one of them",
            FaultKind::ReferenceUnknown => {
                "is not known; import what it names first, or correct the key"
            }
            FaultKind::ReferenceRetired => "is deleted or retired; name another",
            FaultKind::ConflictInImport => "an earlier row leads this unit; a unit has one lead",
            FaultKind::FieldInvalid => SegmentFault::Repeated.description(),
            FaultKind::FieldMissing | FaultKind::TreeInvalid => "is wrong",
        };
        self.outcome.faults.push(Fault {
            row_number: row.row_number,
            external_id: row.external_id.clone(),
            field: field.to_owned(),
            kind,
            message: message.to_owned(),
        });
    }
}

/// Checks the fields of a row that stand by themselves.
fn parse(check: &mut Check, row: &PersonRow) -> Parsed {
    let external_id = check.required_external_id("external_id", &row.external_id);
    let start_date = parse_date(check, "start_date", row.start_date);
    let termination_date = parse_date(check, "termination_date", row.termination_date);
    let raw = RawPerson {
        external_id: "",
        employee_number: &row.employee_number,
        first_name: &row.first_name,
        last_name: &row.last_name,
        display_name: &row.display_name,
        work_email: &row.work_email,
        language_code: &row.language_code,
        employment_status: row.employment_status,
        start_date: start_date.flatten(),
        termination_date: termination_date.flatten(),
    };
    let fields = PersonFields::parse(check, raw)
        .map(|fields| PersonFields { external_id: external_id.clone(), ..fields });
    let unit = check.required_external_id("unit_external_id", &row.unit_external_id);
    let manager = check.external_id("manager_external_id", &row.manager_external_id).flatten();
    if manager.is_some() && manager == external_id {
        check.refuse("manager_external_id", "must be another person");
    }
    let led = &row.leads_unit_external_ids;
    check.count("leads_unit_external_ids", led.len(), 0..=LED_UNITS_MAX);
    let mut leads = Vec::new();
    for (position, key) in led.iter().enumerate() {
        leads.extend(
            check.required_external_id(&format!("leads_unit_external_ids[{position}]"), key),
        );
    }
    let has_left = fields.as_ref().is_some_and(|fields| fields.employment_status.has_left());
    if has_left && !leads.is_empty() {
        check.refuse("leads_unit_external_ids", "must be empty for a person who has left");
    }
    Parsed { external_id, fields, unit, manager, leads }
}

fn create(
    person_id: PersonId,
    fields: PersonFields,
    placement: Placement,
    now: Timestamp,
) -> Person {
    Person {
        person_id,
        fields,
        placement: Some(placement),
        revision: 1,
        create_time: now,
        update_time: now,
        delete_time: None,
        purge_time: None,
        erase_time: None,
    }
}

/// The person as the row wants them, or `None` when they are so already.
fn change(
    person: &Person,
    fields: PersonFields,
    placement: Placement,
    now: Timestamp,
) -> Option<Person> {
    let placement = Some(placement);
    if person.fields == fields && person.placement == placement && person.delete_time.is_none() {
        return None;
    }
    let mut changed = Person { fields, placement, ..person.clone() };
    changed.restore(now);
    Some(changed)
}

#[cfg(test)]
mod tests;
