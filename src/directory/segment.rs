//! Segment schemes: the dimensions, such as the hierarchy level, by which results can be broken
//! down. Dimensions about sensitive traits are refused, since a breakdown by them would be a
//! record of them.
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::text::DISPLAY_NAME_CHARS_MAX;
use crate::base::{Check, Error, Etag, Localized, Reason, Result};

/// Most dimensions of a scheme.
pub const DIMENSIONS_MAX: usize = 12;
/// Most values of a dimension.
pub const VALUES_MAX: usize = 50;

/// Words that make a dimension's key one about a sensitive trait (special categories of personal
/// data, and what HR systems hold but questionnaires must not ask).
const SENSITIVE_WORDS: [&str; 24] = [
    "age",
    "birth",
    "birthday",
    "birthdate",
    "disability",
    "ethnicity",
    "ethnic",
    "gender",
    "sex",
    "health",
    "income",
    "salary",
    "pay",
    "marital",
    "family",
    "pregnancy",
    "nationality",
    "race",
    "religion",
    "political",
    "union",
    "orientation",
    "ssn",
    "home",
];

/// Whether a key speaks of a sensitive trait.
pub fn is_sensitive(key: &str) -> bool {
    key.split('_').any(|word| SENSITIVE_WORDS.contains(&word))
}

/// What a dimension stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentRole {
    /// Level in the hierarchy; values from top to bottom.
    HierarchyLevel,
    /// Function or profession.
    Function,
    /// Amount of contact with customers; values from most to least.
    CustomerContact,
    /// Anything else.
    Other,
}

/// One value of a dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentValue {
    /// Stable key.
    pub key: String,
    /// Title shown to people.
    pub title: Localized,
    /// Kept for old results, no longer assignable.
    pub retired: bool,
    /// On the hierarchy level: the people who lead.
    pub leading: bool,
}

/// One way to divide people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentDimension {
    /// Stable key.
    pub key: String,
    /// Title shown to people.
    pub title: Localized,
    /// What it stands for.
    pub role: SegmentRole,
    /// Values in order.
    pub values: Vec<SegmentValue>,
}

/// Segment values of a person, by dimension key.
pub type Segments = BTreeMap<String, String>;

/// The dimensions of an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SegmentScheme {
    /// Dimensions in order.
    pub dimensions: Vec<SegmentDimension>,
    /// Counts changes.
    pub revision: i64,
}

impl SegmentScheme {
    /// The validator.
    pub fn etag(&self) -> Etag {
        Etag::of_revision(self.revision)
    }

    /// Whether every title has `language`.
    pub fn speaks(&self, language: &str) -> bool {
        let titles = self.dimensions.iter().flat_map(|dimension| {
            std::iter::once(&dimension.title)
                .chain(dimension.values.iter().map(|value| &value.title))
        });
        titles.into_iter().all(|title| title.speaks(language))
    }

    fn value(&self, dimension: &str, value: &str) -> Option<&SegmentValue> {
        self.dimensions
            .iter()
            .find(|candidate| candidate.key == dimension)?
            .values
            .iter()
            .find(|candidate| candidate.key == value)
    }

    /// Checks the segment values of a person: known, not retired unless the person `held` them
    /// before, at most one per dimension. Returns where and why it is wrong.
    pub fn check_segments(
        &self,
        chosen: &[(String, String)],
        held: &Segments,
    ) -> std::result::Result<Segments, Vec<(String, SegmentFault)>> {
        let mut segments = Segments::new();
        let mut faults = Vec::new();
        for (position, (dimension, value)) in chosen.iter().enumerate() {
            let fault = match self.value(dimension, value) {
                None => Some(SegmentFault::Unknown),
                Some(known) if known.retired && held.get(dimension) != Some(value) => {
                    Some(SegmentFault::Retired)
                }
                Some(_) if segments.contains_key(dimension) => Some(SegmentFault::Repeated),
                Some(_) => None,
            };
            match fault {
                Some(fault) => faults.push((format!("segments[{position}]"), fault)),
                None => {
                    segments.insert(dimension.clone(), value.clone());
                }
            }
        }
        if faults.is_empty() { Ok(segments) } else { Err(faults) }
    }

    /// Refuses to drop keys that people hold: they can be retired.
    pub fn check_removals(&self, used: &BTreeSet<(String, String)>) -> Result<()> {
        let gone = used.iter().filter(|(dimension, value)| self.value(dimension, value).is_none());
        let count = gone.count();
        if count == 0 {
            return Ok(());
        }
        Err(Error::new(
            Reason::ResourceInUse,
            "people hold segment values that the new scheme leaves out; retire the values instead",
        )
        .with("referrerType", "person")
        .with("referrerCount", count.to_string()))
    }

    /// Checks a scheme as a whole. `language` is the organization's default.
    pub fn check(&self, check: &mut Check, language: &str) {
        if self.dimensions.len() > DIMENSIONS_MAX {
            check.refuse("dimensions", format!("must have at most {DIMENSIONS_MAX} entries"));
        }
        let mut keys = BTreeSet::new();
        let mut roles = Vec::new();
        for (position, dimension) in self.dimensions.iter().enumerate() {
            let field = format!("dimensions[{position}]");
            dimension.check(check, &field, language);
            if !keys.insert(&dimension.key) {
                check.refuse(&format!("{field}.key"), "must be unique within the scheme");
            }
            if dimension.role != SegmentRole::Other && roles.contains(&dimension.role) {
                check.refuse(&format!("{field}.role"), "another dimension has this role");
            }
            roles.push(dimension.role);
        }
    }
}

impl SegmentDimension {
    fn check(&self, check: &mut Check, field: &str, language: &str) {
        if check.key(&format!("{field}.key"), &self.key).is_some() && is_sensitive(&self.key) {
            check.refuse(
                &format!("{field}.key"),
                "speaks of a sensitive trait, by which results must not be broken down; leave it out",
            );
        }
        check_title(check, &format!("{field}.title"), &self.title, language);
        check.count(&format!("{field}.values"), self.values.len(), 2..=VALUES_MAX);
        let mut keys = BTreeSet::new();
        for (position, value) in self.values.iter().enumerate() {
            let field = format!("{field}.values[{position}]");
            check.key(&format!("{field}.key"), &value.key);
            if !keys.insert(&value.key) {
                check.refuse(&format!("{field}.key"), "must be unique within the dimension");
            }
            check_title(check, &format!("{field}.title"), &value.title, language);
            if value.leading && self.role != SegmentRole::HierarchyLevel {
                check.refuse(
                    &format!("{field}.leading"),
                    "only values of the dimension with the role HIERARCHY_LEVEL lead",
                );
            }
        }
    }
}

fn check_title(check: &mut Check, field: &str, title: &Localized, language: &str) {
    title.check(check, field, 1..=DISPLAY_NAME_CHARS_MAX);
    if !title.speaks(language) {
        check.refuse(field, "must have the organization's default language");
    }
}

/// Why a person cannot have a segment value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentFault {
    /// The scheme does not have it.
    Unknown,
    /// It is retired.
    Retired,
    /// The dimension was named before.
    Repeated,
}

impl SegmentFault {
    /// The sentence for a violation.
    pub fn description(self) -> &'static str {
        match self {
            Self::Unknown => "is not in the organization's segment scheme",
            Self::Retired => "is retired and can no longer be assigned",
            Self::Repeated => "repeats a dimension; at most one value per dimension",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(text: &str) -> Localized {
        Localized(BTreeMap::from([("en".to_owned(), text.to_owned())]))
    }

    fn value(key: &str, retired: bool) -> SegmentValue {
        SegmentValue { key: key.to_owned(), title: title(key), retired, leading: false }
    }

    fn scheme(key: &str) -> SegmentScheme {
        SegmentScheme {
            dimensions: vec![SegmentDimension {
                key: key.to_owned(),
                title: title("Level"),
                role: SegmentRole::HierarchyLevel,
                values: vec![value("lead", false), value("staff", false), value("old", true)],
            }],
            revision: 1,
        }
    }

    fn pick(value: &str) -> Vec<(String, String)> {
        vec![("level".to_owned(), value.to_owned())]
    }

    #[test]
    fn a_retired_value_is_kept_by_those_who_hold_it_and_given_to_nobody_else() {
        let scheme = scheme("level");
        let held = Segments::from([("level".to_owned(), "old".to_owned())]);
        assert!(scheme.check_segments(&pick("old"), &held).is_ok());
        let faults = scheme.check_segments(&pick("old"), &Segments::new()).unwrap_err();
        assert_eq!(faults, [("segments[0]".to_owned(), SegmentFault::Retired)]);
    }

    #[test]
    fn a_value_in_use_can_be_retired_but_not_removed() {
        let mut scheme = scheme("level");
        let used = BTreeSet::from([("level".to_owned(), "staff".to_owned())]);
        scheme.dimensions[0].values[1].retired = true;
        assert!(scheme.check_removals(&used).is_ok());
        scheme.dimensions[0].values.remove(1);
        assert_eq!(scheme.check_removals(&used).unwrap_err().reason(), Reason::ResourceInUse);
    }

    #[test]
    fn sensitive_dimensions_are_refused_and_look_alikes_are_not() {
        for key in ["gender", "age_group", "marital_status", "date_of_birth", "home_location"] {
            let mut check = Check::new();
            scheme(key).check(&mut check, "en");
            assert_eq!(check.into_findings().len(), 1, "{key}");
        }
        for key in ["level", "language", "agency", "payload", "homepage_team"] {
            let mut check = Check::new();
            scheme(key).check(&mut check, "en");
            assert!(check.into_findings().is_empty(), "{key}");
        }
    }

    #[test]
    fn every_fault_of_a_scheme_is_listed() {
        let mut scheme = scheme("level");
        scheme.dimensions.push(scheme.dimensions[0].clone());
        scheme.dimensions[1].values.truncate(1);
        scheme.dimensions[1].values[0].title.0.clear();
        let mut check = Check::new();
        scheme.check(&mut check, "en");
        let fields: Vec<_> =
            check.into_findings().into_iter().map(|finding| finding.violation.field).collect();
        assert_eq!(
            fields,
            [
                "dimensions[1].values",
                "dimensions[1].values[0].title.by_language",
                "dimensions[1].values[0].title",
                "dimensions[1].key",
                "dimensions[1].role",
            ]
        );
    }
}
