//! People as HR systems know them. There is no field for anything sensitive.
use chrono::{NaiveDate, TimeDelta};

use super::organization::PURGE_AFTER_DAYS;
use super::segment::Segments;
use crate::base::clock::Timestamp;
use crate::base::id::{Id, PersonId, UnitId};
use crate::base::text::DISPLAY_NAME_CHARS_MAX;
use crate::base::{Check, Error, Etag, Reason, Result};

/// Longest first or last name and personnel number, in characters.
pub const NAME_CHARS_MAX: usize = 100;

/// Employment status, as HR systems name it; the stored numbers are those of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum EmploymentStatus {
    /// Not said.
    Unspecified = 0,
    /// At work.
    Active = 1,
    /// On leave.
    Leave = 2,
    /// Being taken on.
    Onboarding = 3,
    /// Hired, not begun.
    Prehire = 4,
    /// Retired.
    Retired = 5,
    /// Left.
    Terminated = 6,
    /// Deceased.
    Deceased = 7,
}

impl EmploymentStatus {
    /// Every status.
    pub const ALL: [Self; 8] = [
        Self::Unspecified,
        Self::Active,
        Self::Leave,
        Self::Onboarding,
        Self::Prehire,
        Self::Retired,
        Self::Terminated,
        Self::Deceased,
    ];

    /// The stored number.
    pub fn number(self) -> i16 {
        self as i16
    }

    /// Reads a stored number.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|status| i32::from(status.number()) == number)
    }

    /// Whether the person has left.
    pub fn has_left(self) -> bool {
        matches!(self, Self::Retired | Self::Terminated | Self::Deceased)
    }
}

/// The fields of a person that stand by themselves, without looking anything up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonFields {
    /// The caller's own key.
    pub external_id: Option<String>,
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
    /// Preferred language; empty means the organization's default.
    pub language_code: String,
    /// Employment status.
    pub employment_status: EmploymentStatus,
    /// First day of work.
    pub start_date: Option<NaiveDate>,
    /// Last day of work.
    pub termination_date: Option<NaiveDate>,
}

/// The same as they came, from a call or from a row of an import.
#[derive(Clone, Copy, Debug)]
pub struct RawPerson<'a> {
    /// The caller's own key.
    pub external_id: &'a str,
    /// Personnel number.
    pub employee_number: &'a str,
    /// First name.
    pub first_name: &'a str,
    /// Last name.
    pub last_name: &'a str,
    /// Name as shown; empty means first and last name.
    pub display_name: &'a str,
    /// Work e-mail address.
    pub work_email: &'a str,
    /// Preferred language.
    pub language_code: &'a str,
    /// Employment status, as a number of the contract.
    pub employment_status: i32,
    /// First day of work.
    pub start_date: Option<NaiveDate>,
    /// Last day of work.
    pub termination_date: Option<NaiveDate>,
}

impl PersonFields {
    /// Checks the fields, all of them.
    pub fn parse(check: &mut Check, raw: RawPerson<'_>) -> Option<Self> {
        let external_id = check.external_id("external_id", raw.external_id);
        let employee_number =
            check.text("employee_number", raw.employee_number, 0..=NAME_CHARS_MAX);
        let first_name = check.text("first_name", raw.first_name, 0..=NAME_CHARS_MAX);
        let last_name = check.text("last_name", raw.last_name, 0..=NAME_CHARS_MAX);
        let display_name = Self::parse_display_name(check, raw);
        let work_email = check.email("work_email", raw.work_email);
        let language_code = match raw.language_code {
            "" => Some(String::new()),
            tag => check.language("language_code", tag),
        };
        let employment_status = EmploymentStatus::from_number(raw.employment_status);
        if employment_status.is_none() {
            check.refuse("employment_status", "is not a status of this version of the contract");
        }
        let ordered = match (raw.start_date, raw.termination_date) {
            (Some(start), Some(end)) if end < start => {
                check.refuse("termination_date", "must not be before start_date");
                None
            }
            _ => Some(()),
        };
        ordered?;
        Some(Self {
            external_id: external_id?,
            employee_number: employee_number?,
            first_name: first_name?,
            last_name: last_name?,
            display_name: display_name?,
            work_email: work_email?,
            language_code: language_code?,
            employment_status: employment_status?,
            start_date: raw.start_date,
            termination_date: raw.termination_date,
        })
    }

    /// Lists are ordered by this name, and somebody without one cannot be found.
    fn parse_display_name(check: &mut Check, raw: RawPerson<'_>) -> Option<String> {
        if !raw.display_name.is_empty() {
            return check.text("display_name", raw.display_name, 1..=DISPLAY_NAME_CHARS_MAX);
        }
        let joined = format!("{} {}", raw.first_name.trim(), raw.last_name.trim());
        let joined = joined.trim();
        if joined.is_empty() {
            check.missing("display_name");
            return None;
        }
        // What is wrong with the parts is said of the parts.
        let fits = |part: &str| part.chars().count() <= NAME_CHARS_MAX;
        if fits(raw.first_name) && fits(raw.last_name) {
            Some(joined.chars().take(DISPLAY_NAME_CHARS_MAX).collect())
        } else {
            None
        }
    }
}

/// A person's place and segments, looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The unit.
    pub unit_id: UnitId,
    /// The manager.
    pub manager_person_id: Option<PersonId>,
    /// Segment values.
    pub segments: Segments,
}

/// A person as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Identifier.
    pub person_id: PersonId,
    /// Fields; empty after erasure.
    pub fields: PersonFields,
    /// Place and segments; none after erasure.
    pub placement: Option<Placement>,
    /// Counts changes.
    pub revision: i64,
    /// When the record was created.
    pub create_time: Timestamp,
    /// When it was last changed.
    pub update_time: Timestamp,
    /// When it was soft-deleted.
    pub delete_time: Option<Timestamp>,
    /// When it is erased.
    pub purge_time: Option<Timestamp>,
    /// When it was erased.
    pub erase_time: Option<Timestamp>,
}

impl Person {
    /// The validator.
    pub fn etag(&self) -> Etag {
        Etag::of_revision(self.revision)
    }

    /// Refuses a deleted or erased person.
    pub fn require_live(&self) -> Result<()> {
        if self.delete_time.is_none() { Ok(()) } else { Err(self.deleted("restore them first")) }
    }

    /// Refuses an erased person, of whom nothing is left to restore.
    pub fn require_not_erased(&self) -> Result<()> {
        if self.erase_time.is_none() {
            return Ok(());
        }
        Err(self.deleted("their data were erased for good"))
    }

    fn deleted(&self, remedy: &str) -> Error {
        Error::new(Reason::ResourceDeleted, format!("the person is deleted; {remedy}"))
            .about(PersonId::RESOURCE_TYPE, self.person_id.to_string())
    }

    /// Counts a change at `now`.
    pub fn touch(&mut self, now: Timestamp) {
        self.revision += 1;
        self.update_time = now;
    }

    /// Soft-deletes the person at `now`.
    pub fn delete(&mut self, now: Timestamp) {
        self.delete_time = Some(now);
        self.purge_time = Some(now + TimeDelta::days(PURGE_AFTER_DAYS));
        self.touch(now);
    }

    /// Restores the person at `now`.
    pub fn restore(&mut self, now: Timestamp) {
        self.delete_time = None;
        self.purge_time = None;
        self.touch(now);
    }

    /// Leaves nothing of the person but the nameless identifier.
    pub fn erase(&mut self, now: Timestamp) {
        self.fields = PersonFields {
            external_id: None,
            employee_number: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            display_name: String::new(),
            work_email: String::new(),
            language_code: String::new(),
            employment_status: EmploymentStatus::Unspecified,
            start_date: None,
            termination_date: None,
        };
        self.placement = None;
        self.delete_time.get_or_insert(now);
        self.purge_time = None;
        self.erase_time = Some(now);
        self.touch(now);
    }
}

/// The key is taken by another person, perhaps a deleted one.
pub fn external_id_taken(existing: PersonId) -> Error {
    Error::new(
        Reason::ExternalIdTaken,
        "another person, perhaps a deleted one, has this external_id; change or restore that one",
    )
    .about(PersonId::RESOURCE_TYPE, existing.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: RawPerson<'static> = RawPerson {
        external_id: "p-1",
        employee_number: "",
        first_name: "Ana",
        last_name: "Sousa",
        display_name: "",
        work_email: "ana@example.org",
        language_code: "pt",
        employment_status: 1,
        start_date: None,
        termination_date: None,
    };

    #[test]
    fn the_shown_name_is_first_and_last_name_unless_said_otherwise() {
        let person = PersonFields::parse(&mut Check::new(), RAW).unwrap();
        assert_eq!(person.display_name, "Ana Sousa");
        let person =
            PersonFields::parse(&mut Check::new(), RawPerson { display_name: "A. S.", ..RAW })
                .unwrap();
        assert_eq!(person.display_name, "A. S.");
        let person =
            PersonFields::parse(&mut Check::new(), RawPerson { last_name: "", ..RAW }).unwrap();
        assert_eq!(person.display_name, "Ana");
    }

    #[test]
    fn every_wrong_field_is_named() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 1, day);
        let long = "x".repeat(101);
        let mut check = Check::within("person");
        let parsed = PersonFields::parse(
            &mut check,
            RawPerson {
                first_name: &long,
                work_email: "nobody",
                language_code: "??",
                employment_status: 99,
                start_date: day(2),
                termination_date: day(1),
                ..RAW
            },
        );
        assert_eq!(parsed, None);
        let fields: Vec<_> =
            check.into_findings().into_iter().map(|finding| finding.violation.field).collect();
        assert_eq!(
            fields,
            [
                "person.first_name",
                "person.work_email",
                "person.language_code",
                "person.employment_status",
                "person.termination_date",
            ]
        );
    }

    #[test]
    fn numbers_of_statuses_read_back() {
        for status in EmploymentStatus::ALL {
            assert_eq!(EmploymentStatus::from_number(status.number().into()), Some(status));
        }
        assert_eq!(EmploymentStatus::from_number(8), None);
        assert_eq!(EmploymentStatus::ALL.iter().filter(|status| status.has_left()).count(), 3);
    }
}
