//! Reads responses that were collected elsewhere: rows of an import on the one side, packed sheets on
//! the other. Nothing here tells who answered, and nothing of a row is repeated in a fault.
use std::collections::{HashMap, HashSet};

use super::ResponseRow;
use crate::base::id::{UnitId, WaveId};
use crate::base::{Check, Error, Result};
use crate::directory::{Fault, FaultKind, Outcome, SegmentDimension};
use crate::respondent::{Form, ImportedSheet, Questionnaire};

/// What rows of one import are read by.
pub(super) struct Reader<'a> {
    form: Form,
    /// Units of the frozen tree by the caller's key.
    units: &'a HashMap<String, UnitId>,
    dimensions: &'a [SegmentDimension],
}

/// The keys of the rows' units, as they are stored. Malformed ones are left out.
pub(super) fn unit_keys(rows: &[ResponseRow]) -> Vec<String> {
    let mut check = Check::new();
    let keys: HashSet<String> = rows
        .iter()
        .filter_map(|row| check.required_external_id("", &row.unit_external_id))
        .collect();
    keys.into_iter().collect()
}

/// Refuses items that the wave does not ask, and such as are named twice.
pub(super) fn check_items(questionnaire: &Questionnaire, item_keys: &[String]) -> Result<Form> {
    const FIELD: &str = "item_keys";
    let mut check = Check::within("header");
    let asked: HashSet<&str> =
        questionnaire.items().into_iter().map(|item| item.key.as_str()).collect();
    check.count(FIELD, item_keys.len(), 1..=asked.len());
    for (position, key) in item_keys.iter().enumerate() {
        if questionnaire.content.item(key).is_some() && !asked.contains(key.as_str()) {
            check.refuse(
                &format!("{FIELD}[{position}]"),
                "names an item that the wave does not ask",
            );
        }
    }
    let form = Form::in_order(&questionnaire.content, item_keys, &mut check, FIELD);
    check.build(|| form)
}

/// The questionnaire of an open wave.
pub(super) fn required(wave_id: WaveId, found: Option<Questionnaire>) -> Result<Questionnaire> {
    found.ok_or_else(|| Error::internal(format!("the open wave {wave_id} asks nothing")))
}

impl<'a> Reader<'a> {
    /// Reads sheets of a form; `units` are those of the wave's tree, `dimensions` those it stores.
    pub(super) fn new(
        form: Form,
        units: &'a HashMap<String, UnitId>,
        dimensions: &'a [SegmentDimension],
    ) -> Self {
        Self { form, units, dimensions }
    }

    /// Reads rows: the sheets of those that stand, and what is wrong with the others.
    pub(super) fn read(&self, rows: &[ResponseRow]) -> (Vec<ImportedSheet>, Outcome) {
        let mut outcome = Outcome::default();
        let mut sheets = Vec::with_capacity(rows.len());
        for row in rows {
            match self.read_row(row) {
                Ok(sheet) => {
                    outcome.created += 1;
                    sheets.push(sheet);
                }
                Err(faults) => faults.into_iter().for_each(|fault| outcome.faults.push(fault)),
            }
        }
        (sheets, outcome)
    }

    fn read_row(&self, row: &ResponseRow) -> std::result::Result<ImportedSheet, Vec<Fault>> {
        let mut check = Check::new();
        let key = check.required_external_id("unit_external_id", &row.unit_external_id);
        let sheet = self.form.pack(&row.codes, &mut check, "answers.codes");
        let mut faults: Vec<Fault> = check
            .into_findings()
            .into_iter()
            .map(|finding| {
                let kind =
                    if finding.missing { FaultKind::FieldMissing } else { FaultKind::FieldInvalid };
                fault(row, finding.violation.field, kind, finding.violation.description)
            })
            .collect();
        let unit = key.as_ref().and_then(|key| self.units.get(key).copied());
        if key.is_some() && unit.is_none() {
            let sentence = "must be the key of a unit of the wave's tree, as it was at the opening";
            faults.push(fault(
                row,
                "unit_external_id".to_owned(),
                FaultKind::ReferenceUnknown,
                sentence.to_owned(),
            ));
        }
        let values = self.values(row, &mut faults);
        match (unit, sheet) {
            (Some(unit_id), Some(sheet)) if faults.is_empty() => {
                Ok(ImportedSheet { unit_id, values, sheet })
            }
            _ => Err(faults),
        }
    }

    /// The segment values by position.
    fn values(&self, row: &ResponseRow, faults: &mut Vec<Fault>) -> Vec<Option<u16>> {
        let mut values = vec![None; self.dimensions.len()];
        for (position, (dimension, value)) in row.segments.iter().enumerate() {
            let mut refuse = |kind, sentence: &str| {
                faults.push(fault(row, format!("segments[{position}]"), kind, sentence.to_owned()));
            };
            let Some(at) = self.dimensions.iter().position(|stored| stored.key == *dimension)
            else {
                refuse(FaultKind::ReferenceUnknown, "must be of a dimension that the wave stores");
                continue;
            };
            let known = self.dimensions[at].values.iter().position(|held| held.key == *value);
            match known.and_then(|known| u16::try_from(known).ok()) {
                None => refuse(FaultKind::ReferenceUnknown, "must be a value of the dimension"),
                Some(_) if values[at].is_some() => {
                    refuse(
                        FaultKind::FieldInvalid,
                        "repeats a dimension; at most one value of each",
                    );
                }
                Some(known) => values[at] = Some(known),
            }
        }
        values
    }
}

/// A fault of a row, which has no key of its own.
fn fault(row: &ResponseRow, field: String, kind: FaultKind, message: String) -> Fault {
    Fault { row_number: row.row_number, external_id: String::new(), field, kind, message }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::base::Localized;
    use crate::base::id::Id;
    use crate::directory::{SegmentRole, SegmentValue};
    use crate::instrument::{Content, Format, Item, Role};
    use crate::respondent::Promise;

    fn item(key: &str, first_wave_number: u8) -> Item {
        Item {
            key: key.to_owned(),
            role: Role::Information,
            text: Localized::default(),
            format: Format::Rating { minimum: 1, maximum: 5, labels: Vec::new() },
            required: true,
            allow_cannot_judge: false,
            first_wave_number,
        }
    }

    fn questionnaire() -> Questionnaire {
        let items = vec![item("a", 1), item("b", 1), item("later", 2)];
        Questionnaire {
            content: Content { items, ..Content::default() },
            form_key: String::new(),
            wave_number: 1,
            language_codes: Vec::new(),
            default_language_code: String::new(),
            time_zone: String::new(),
            promise: Promise {
                minimum_group_size: 5,
                comment_minimum_group_size: 10,
                discloses_individual_participation: false,
                policy_digest: String::new(),
            },
            attributes: Vec::new(),
        }
    }

    fn keys(keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| (*key).to_owned()).collect()
    }

    fn dimensions() -> Vec<SegmentDimension> {
        let value = |key: &str| SegmentValue {
            key: key.to_owned(),
            title: Localized::default(),
            retired: false,
            leading: false,
        };
        vec![SegmentDimension {
            key: "contact".to_owned(),
            title: Localized::default(),
            role: SegmentRole::Other,
            values: vec![value("daily"), value("never")],
        }]
    }

    fn row(row_number: i32, unit: &str, segments: &[(&str, &str)], codes: &[i32]) -> ResponseRow {
        let pair = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
        ResponseRow {
            row_number,
            unit_external_id: unit.to_owned(),
            segments: segments.iter().map(pair).collect(),
            codes: codes.to_vec(),
        }
    }

    #[test]
    fn items_are_asked_ones_each_once() {
        let check = |asked: &[&str]| check_items(&questionnaire(), &keys(asked)).is_ok();
        assert!(check(&["b", "a"]));
        assert!(check(&["b"]));
        for wrong in [&[][..], &["a", "a"], &["c"], &["later"], &["a", "b", "later"]] {
            assert!(!check(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn rows_that_stand_become_sheets_and_the_others_faults_without_values() {
        let unit = UnitId::from_uuid(Uuid::from_u128(7));
        let units = HashMap::from([("sales".to_owned(), unit)]);
        let dimensions = dimensions();
        let form = check_items(&questionnaire(), &keys(&["b", "a"])).unwrap();
        let reader = Reader::new(form, &units, &dimensions);
        let rows = [
            row(0, "sales", &[("contact", "never")], &[5, 0]),
            row(1, "sales", &[], &[0, 1]),
            row(2, "secret", &[("contact", "secret")], &[6, 1]),
            row(3, "", &[("age", "secret")], &[1]),
            row(4, "sales", &[("contact", "daily"), ("contact", "never")], &[1, 1]),
        ];
        let (sheets, outcome) = reader.read(&rows);
        // Nothing is required of imported answers, and the codes are in the order of the header.
        let read: Vec<_> =
            sheets.iter().map(|sheet| (sheet.values.clone(), sheet.sheet.clone())).collect();
        assert_eq!(read, [(vec![Some(1)], vec![0, 5, 0]), (vec![None], vec![1, 0, 0])]);
        assert!(sheets.iter().all(|sheet| sheet.unit_id == unit));
        assert_eq!((outcome.created, outcome.faults.rejected_rows()), (2, 3));
        let faults = outcome.faults.into_kept();
        let told: Vec<_> =
            faults.iter().map(|fault| (fault.row_number, &fault.field[..], fault.kind)).collect();
        assert_eq!(
            told,
            [
                (2, "answers.codes[0]", FaultKind::FieldInvalid),
                (2, "unit_external_id", FaultKind::ReferenceUnknown),
                (2, "segments[0]", FaultKind::ReferenceUnknown),
                (3, "unit_external_id", FaultKind::FieldMissing),
                (3, "answers.codes", FaultKind::FieldInvalid),
                (3, "segments[0]", FaultKind::ReferenceUnknown),
                (4, "segments[0]".replace('0', "1").as_str(), FaultKind::FieldInvalid),
            ]
        );
        assert!(faults.iter().all(|fault| !fault.message.contains("secret")));
    }
}
