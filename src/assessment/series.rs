//! Assessments: series of comparable measurements of one part of the organization.
use crate::base::clock::Timestamp;
use crate::base::id::{AssessmentId, Id, UnitId};
use crate::base::text::DISPLAY_NAME_CHARS_MAX;
use crate::base::{Check, Error, Etag, Reason, Result};

/// What a caller says of an assessment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssessmentFields {
    /// Name.
    pub display_name: String,
    /// Key of the instrument that all waves use.
    pub instrument_key: String,
    /// Unit whose subtree is measured; none for the whole organization.
    pub scope_unit_id: Option<UnitId>,
}

/// An assessment as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The series.
    pub assessment_id: AssessmentId,
    /// What the caller said.
    pub fields: AssessmentFields,
    /// Counts changes.
    pub revision: i64,
    /// When it was created.
    pub create_time: Timestamp,
    /// When it was last changed.
    pub update_time: Timestamp,
}

/// Checks an assessment's name.
pub fn parse_display_name(check: &mut Check, name: &str) -> Option<String> {
    check.text("display_name", name, 1..=DISPLAY_NAME_CHARS_MAX)
}

impl Assessment {
    /// The validator.
    pub fn etag(&self) -> Etag {
        Etag::of_revision(self.revision)
    }

    /// Takes new fields over. Once a wave has `opened`, all waves must stay comparable: the scope
    /// and the instrument cannot change.
    pub fn change(&mut self, fields: AssessmentFields, opened: bool, now: Timestamp) -> Result<()> {
        let renamed =
            AssessmentFields { display_name: fields.display_name.clone(), ..self.fields.clone() };
        if opened && renamed != fields {
            return Err(Error::new(
                Reason::StateConflict,
                "a wave of the assessment has opened, so that its scope and its instrument stay; create another assessment",
            )
            .about(AssessmentId::RESOURCE_TYPE, self.assessment_id.to_string()));
        }
        self.fields = fields;
        self.revision += 1;
        self.update_time = now;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn only_the_name_changes_once_a_wave_has_opened() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let fields = AssessmentFields {
            display_name: "Fitness".to_owned(),
            instrument_key: "fitness".to_owned(),
            scope_unit_id: None,
        };
        let assessment = Assessment {
            assessment_id: AssessmentId::from_uuid(Uuid::from_u128(1)),
            fields: fields.clone(),
            revision: 1,
            create_time: now,
            update_time: now,
        };
        let named = AssessmentFields { display_name: "Test".to_owned(), ..fields.clone() };
        let scoped = AssessmentFields {
            scope_unit_id: Some(UnitId::from_uuid(Uuid::from_u128(2))),
            ..fields.clone()
        };
        let other = AssessmentFields { instrument_key: "other".to_owned(), ..fields };
        for (fields, opened, allowed) in [
            (&named, true, true),
            (&scoped, false, true),
            (&other, false, true),
            (&scoped, true, false),
            (&other, true, false),
        ] {
            let changed = assessment.clone().change(fields.clone(), opened, now);
            assert_eq!(changed.is_ok(), allowed, "{fields:?}");
        }
    }
}
