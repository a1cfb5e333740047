//! The columns of an import file. They are named as the fields of the API; whatever else an HR
//! system exports is refused before a row leaves the machine, personal traits that the engine
//! must not know first of all.
use std::ops::Range;

use crate::cli::args::Kind;
use crate::cli::key;

/// What a segment column begins with.
const SEGMENT_PREFIX: &str = "segment.";

/// Columns of units, named as the fields of `UnitRow`.
const UNIT_COLUMNS: [&str; 5] = [
    "external_id",
    "parent_external_id",
    "display_name",
    "predecessor_external_ids",
    "effective_date",
];

/// Columns of people, named as the fields of `PersonRow`; segments have columns of their own.
const PERSON_COLUMNS: [&str; 13] = [
    "external_id",
    "unit_external_id",
    "employee_number",
    "first_name",
    "last_name",
    "display_name",
    "work_email",
    "language_code",
    "manager_external_id",
    "employment_status",
    "start_date",
    "termination_date",
    "leads_unit_external_ids",
];

/// Columns without which no row is right.
const UNIT_REQUIRED: [&str; 2] = ["external_id", "display_name"];
const PERSON_REQUIRED: [&str; 2] = ["external_id", "unit_external_id"];

/// Words that make a column one about a trait that the engine must not know: special categories of
/// personal data, private life, and pay.
const SENSITIVE_WORDS: [&str; 54] = [
    "address",
    "age",
    "allergies",
    "bank",
    "belief",
    "birth",
    "birthdate",
    "birthday",
    "birthplace",
    "bonus",
    "caste",
    "children",
    "citizenship",
    "compensation",
    "denomination",
    "disability",
    "disabled",
    "dob",
    "ethnic",
    "ethnicity",
    "faith",
    "family",
    "gender",
    "health",
    "home",
    "iban",
    "income",
    "maiden",
    "marital",
    "military",
    "nationality",
    "orientation",
    "passport",
    "pay",
    "payroll",
    "personal",
    "politics",
    "political",
    "pregnancy",
    "pregnant",
    "private",
    "pronouns",
    "race",
    "religion",
    "salary",
    "sex",
    "sick",
    "sickness",
    "spouse",
    "ssn",
    "tax",
    "union",
    "veteran",
    "wage",
];

/// Sensitive traits of more than one word.
const SENSITIVE_PHRASES: [&str; 4] =
    ["social_security", "national_id", "place_of_origin", "medical"];

/// What one column of a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// A field of the row, by its name.
    Field(&'static str),
    /// The value of a segment dimension.
    Segment(String),
}

/// Reads the header; all mistakes at once.
pub(super) fn read_header<'h>(
    kind: Kind,
    header: impl IntoIterator<Item = &'h str>,
) -> Result<Vec<Column>, Vec<String>> {
    let (known, required): (&[&str], &[&str]) = match kind {
        Kind::Units => (&UNIT_COLUMNS, &UNIT_REQUIRED),
        Kind::People => (&PERSON_COLUMNS, &PERSON_REQUIRED),
    };
    let mut columns = Vec::new();
    let mut mistakes = Vec::new();
    for name in header {
        match read_column(kind, known, name) {
            Ok(column) if columns.contains(&column) => {
                mistakes.push(format!("the column {name} is there twice"));
            }
            Ok(column) => columns.push(column),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    for name in required {
        if mistakes.is_empty()
            && !columns.iter().any(|column| matches!(column, Column::Field(field) if field == name))
        {
            mistakes.push(format!("the column {name} is missing"));
        }
    }
    if mistakes.is_empty() { Ok(columns) } else { Err(mistakes) }
}

fn read_column(kind: Kind, known: &[&'static str], name: &str) -> Result<Column, String> {
    if let Some(field) = known.iter().find(|field| **field == name) {
        return Ok(Column::Field(field));
    }
    if is_sensitive(name) {
        return Err(format!(
            "the column {name} is about a personal trait that orgfit does not take: remove it from the file"
        ));
    }
    if kind == Kind::People
        && let Some(dimension) = name.strip_prefix(SEGMENT_PREFIX)
        && !dimension.is_empty()
    {
        return Ok(Column::Segment(dimension.to_owned()));
    }
    let hint = match key::nearest(name, known.iter().copied()) {
        _ if name.contains([';', '\t']) => "separate columns with commas".to_owned(),
        Some(nearest) => format!("did you mean {nearest}?"),
        None if kind == Kind::People => {
            format!("the columns are {}, and {SEGMENT_PREFIX}<dimension>", known.join(", "))
        }
        None => format!("the columns are {}", known.join(", ")),
    };
    Err(format!("the column {name} is unknown; {hint}"))
}

/// Whether a column's name speaks of a sensitive trait, however it is spelled: `Date of Birth`,
/// `date-of-birth`, `dateOfBirth`.
fn is_sensitive(name: &str) -> bool {
    let words = words(name);
    let joined = words.join("_");
    words.iter().any(|word| SENSITIVE_WORDS.contains(&word.as_str()))
        || SENSITIVE_PHRASES.iter().any(|phrase| joined.contains(phrase))
}

/// The words of a name, in lower case, parted where letters end or a capital follows a small one.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && after_small) {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        after_small = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// How many rows a chunk has.
pub(super) const ROWS_PER_CHUNK: usize = 500;

/// The rows of a chunk.
pub(super) fn rows_of(chunk: usize, row_count: usize) -> Range<usize> {
    let from = (chunk * ROWS_PER_CHUNK).min(row_count);
    from..(from + ROWS_PER_CHUNK).min(row_count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_the_fields_of_the_contract() {
        let pool = prost_reflect::DescriptorPool::decode(crate::pb::DESCRIPTOR_SET).unwrap();
        for (message, columns, besides) in [
            ("orgfit.intake.v1.UnitRow", &UNIT_COLUMNS[..], &[][..]),
            ("orgfit.intake.v1.PersonRow", &PERSON_COLUMNS, &["segments"]),
        ] {
            let message = pool.get_message_by_name(message).unwrap();
            let mut fields: Vec<_> =
                message.fields().map(|field| field.name().to_owned()).collect();
            fields.retain(|field| !besides.contains(&field.as_str()));
            fields.sort();
            let mut columns: Vec<_> = columns.iter().map(|column| (*column).to_owned()).collect();
            columns.sort();
            assert_eq!(columns, fields);
        }
    }

    #[test]
    fn personal_traits_are_refused_by_name_in_every_spelling() {
        for name in [
            "ssn",
            "gender",
            "ethnicity",
            "marital_status",
            "date_of_birth",
            "personal_email",
            "home_location",
            "income",
            "Date of Birth",
            "dateOfBirth",
            "BIRTH-DATE",
            "Home Address",
            "annual_salary",
            "Social Security Number",
            "religion",
            "segment.gender",
            "segment.age",
        ] {
            let header = ["external_id", "unit_external_id", name];
            let mistakes = read_header(Kind::People, header).unwrap_err();
            assert_eq!(mistakes.len(), 1, "{name}");
            assert!(
                mistakes[0].contains(name) && mistakes[0].contains("personal trait"),
                "{mistakes:?}"
            );
        }
        for name in [
            "language_code",
            "segment.customer_contact",
            "segment.engagement",
            "manager_external_id",
        ] {
            let header = ["external_id", "unit_external_id", name];
            assert!(read_header(Kind::People, header).is_ok(), "{name}");
        }
    }

    #[test]
    fn unknown_missing_and_repeated_columns_are_refused() {
        let refused = |header: &[&str]| {
            read_header(Kind::People, header.iter().copied()).unwrap_err().join(" ")
        };
        assert!(
            refused(&["external_id", "unit_externalid"]).contains("did you mean unit_external_id?")
        );
        assert!(refused(&["external_id"]).contains("unit_external_id is missing"));
        assert!(refused(&["external_id", "unit_external_id", "external_id"]).contains("twice"));
        assert!(refused(&["external_id;unit_external_id"]).contains("commas"));
        assert!(refused(&["external_id", "unit_external_id", "segment."]).contains("unknown"));
        assert!(read_header(Kind::Units, ["external_id", "display_name", "segment.x"]).is_err());
    }

    #[test]
    fn chunks_cover_all_rows_once() {
        assert_eq!(
            [rows_of(0, 1001), rows_of(1, 1001), rows_of(2, 1001)],
            [0..500, 500..1000, 1000..1001]
        );
        assert!(rows_of(3, 1001).is_empty());
    }
}
