//! Collects every wrong field of a request, so that a caller mends all of them at once. Parsing
//! happens here, at the door: what comes out is a value that needs no second look.
use std::ops::RangeInclusive;

use chrono::NaiveDate;
use uuid::Uuid;

use super::error::{Error, Result, Violation};
use super::id::Id;

/// Violations that a reply lists; a sentence says so when there are more.
pub const VIOLATIONS_LISTED_MAX: usize = 20;

/// A collector of violations. Its methods return `None` after they noted one.
#[derive(Debug, Default)]
pub struct Check {
    prefix: String,
    findings: Vec<Finding>,
}

/// A violation, and whether it is that a required field is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The violation.
    pub violation: Violation,
    /// The field is required and was empty.
    pub missing: bool,
}

impl Check {
    /// A collector for the fields of the request itself.
    pub fn new() -> Self {
        Self::default()
    }

    /// A collector for the fields of a message within the request.
    pub fn within(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), findings: Vec::new() }
    }

    /// Notes that `field` is wrong.
    pub fn refuse(&mut self, field: &str, description: impl Into<String>) {
        self.note(field, description.into(), false);
    }

    /// Notes that `field` is required and empty.
    pub fn missing(&mut self, field: &str) {
        self.note(field, "is required".to_owned(), true);
    }

    fn note(&mut self, field: &str, description: String, missing: bool) {
        let field = match (self.prefix.as_str(), field) {
            ("", field) => field.to_owned(),
            (prefix, "") => prefix.to_owned(),
            (prefix, field) => format!("{prefix}.{field}"),
        };
        self.findings.push(Finding { violation: Violation { field, description }, missing });
    }

    /// Takes over what another collector found.
    pub fn absorb(&mut self, other: Self) {
        self.findings.extend(other.findings);
    }

    /// What was found.
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// Ends the check: the error that lists what was found, or the value that `build` makes of
    /// the parsed fields.
    pub fn build<T>(mut self, build: impl FnOnce() -> Option<T>) -> Result<T> {
        if self.findings.is_empty() {
            return build().ok_or_else(|| {
                Error::internal("a field was refused without a violation being noted")
            });
        }
        if self.findings.len() > VIOLATIONS_LISTED_MAX {
            let more = self.findings.len() - (VIOLATIONS_LISTED_MAX - 1);
            self.findings.truncate(VIOLATIONS_LISTED_MAX - 1);
            self.prefix.clear();
            self.note("*", format!("{more} further fields are wrong; mend these first"), false);
        }
        Err(Error::invalid(self.findings.into_iter().map(|finding| finding.violation).collect()))
    }

    /// A required identifier.
    pub fn id<I: Id>(&mut self, field: &str, text: &str) -> Option<I> {
        if text.is_empty() {
            self.missing(field);
            return None;
        }
        let id = I::parse(text);
        if id.is_none() {
            self.refuse(field, "must be a UUID in lower-case canonical form, 36 characters");
        }
        id
    }

    /// An identifier that may be empty. The outer `None` is a violation.
    pub fn optional_id<I: Id>(&mut self, field: &str, text: &str) -> Option<Option<I>> {
        if text.is_empty() { Some(None) } else { self.id(field, text).map(Some) }
    }

    /// A `request_id`: empty, or a UUID in canonical form.
    pub fn request_id(&mut self, text: &str) -> Option<Option<Uuid>> {
        if text.is_empty() {
            return Some(None);
        }
        match Uuid::try_parse(text) {
            Ok(id) if id.hyphenated().to_string() == text => Some(Some(id)),
            _ => {
                self.refuse(
                    "request_id",
                    "must be a UUID in lower-case canonical form, 36 characters",
                );
                None
            }
        }
    }

    /// A whole number within limits.
    pub fn number(&mut self, field: &str, value: i32, limits: RangeInclusive<i32>) -> Option<i32> {
        if limits.contains(&value) {
            return Some(value);
        }
        self.refuse(field, format!("must be from {} to {}", limits.start(), limits.end()));
        None
    }

    /// The length of a list.
    pub fn count(
        &mut self,
        field: &str,
        length: usize,
        limits: RangeInclusive<usize>,
    ) -> Option<()> {
        if limits.contains(&length) {
            return Some(());
        }
        self.refuse(field, format!("must have {} to {} entries", limits.start(), limits.end()));
        None
    }

    /// A civil date from 1900 to 2200.
    pub fn date(&mut self, field: &str, year: i32, month: i32, day: i32) -> Option<NaiveDate> {
        let date = u32::try_from(month)
            .ok()
            .zip(u32::try_from(day).ok())
            .filter(|_| (1900..=2200).contains(&year))
            .and_then(|(month, day)| NaiveDate::from_ymd_opt(year, month, day));
        if date.is_none() {
            self.refuse(field, "must be a date that exists, in the years 1900 to 2200");
        }
        date
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::UnitId;

    #[test]
    fn all_violations_come_at_once_and_the_list_is_bounded() {
        let mut check = Check::within("unit");
        for _ in 0..30 {
            check.missing("display_name");
        }
        let error = check.build(|| Some(())).unwrap_err();
        assert_eq!(error.violations().len(), VIOLATIONS_LISTED_MAX);
        assert_eq!(
            error.violations()[19].description,
            "11 further fields are wrong; mend these first"
        );
    }

    #[test]
    fn an_empty_optional_identifier_is_none() {
        let mut check = Check::new();
        assert_eq!(check.optional_id::<UnitId>("unit_id", ""), Some(None));
        assert_eq!(check.optional_id::<UnitId>("unit_id", "x"), None);
        assert_eq!(check.into_findings().len(), 1);
    }
}
