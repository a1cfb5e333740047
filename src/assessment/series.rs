//! Assessments: series of comparable measurements of one part of the organization.
use crate::base::clock::Timestamp;
use crate::base::id::{AssessmentId, UnitId};
use crate::base::text::DISPLAY_NAME_CHARS_MAX;
use crate::base::{Check, Etag};

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
    /// Identifier.
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

impl AssessmentFields {
    /// Checks what a caller says of an assessment.
    pub fn parse(
        check: &mut Check,
        display_name: &str,
        instrument_key: &str,
        scope_unit_id: &str,
    ) -> Option<Self> {
        let display_name = check.text("display_name", display_name, 1..=DISPLAY_NAME_CHARS_MAX);
        let instrument_key = check.key("instrument_key", instrument_key);
        let scope_unit_id = check.optional_id::<UnitId>("scope_unit_id", scope_unit_id);
        Some(Self {
            display_name: display_name?,
            instrument_key: instrument_key?,
            scope_unit_id: scope_unit_id?,
        })
    }
}

impl Assessment {
    /// The validator.
    pub fn etag(&self) -> Etag {
        Etag::of_revision(self.revision)
    }

    /// Takes new fields over at `now`. What is measured stays the same once a wave has opened.
    pub fn change(
        &mut self,
        check: &mut Check,
        fields: AssessmentFields,
        has_opened: bool,
        now: Timestamp,
    ) -> Option<()> {
        let frozen = [
            ("instrument_key", fields.instrument_key != self.fields.instrument_key),
            ("scope_unit_id", fields.scope_unit_id != self.fields.scope_unit_id),
        ];
        let mut changed = false;
        for (field, differs) in frozen {
            if has_opened && differs {
                check.refuse(field, "cannot change once a wave has opened; begin another series");
                changed = true;
            }
        }
        if changed {
            return None;
        }
        self.fields = fields;
        self.revision += 1;
        self.update_time = now;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::base::id::Id;

    #[test]
    fn what_is_measured_is_fixed_by_the_first_opening_and_the_name_never() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let fields = |name: &str, key: &str| {
            AssessmentFields::parse(&mut Check::new(), name, key, "").unwrap()
        };
        let mut series = Assessment {
            assessment_id: AssessmentId::from_uuid(Uuid::from_u128(1)),
            fields: fields("Fitness", "short"),
            revision: 1,
            create_time: now,
            update_time: now,
        };
        let mut change = |name, key, has_opened| {
            series.change(&mut Check::new(), fields(name, key), has_opened, now).is_some()
        };
        assert!(change("Fitness", "long", false));
        assert!(change("Fitness 2", "long", true));
        assert!(!change("Fitness 2", "short", true));
        assert_eq!((series.revision, series.fields.instrument_key.as_str()), (3, "long"));
    }
}
