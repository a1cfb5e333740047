//! Units: the nodes of an organization's tree, their moves and their lineage.
use chrono::{NaiveDate, TimeDelta};

use super::organization::PURGE_AFTER_DAYS;
use crate::base::clock::Timestamp;
use crate::base::id::{Id, PersonId, UnitId};
use crate::base::text::DISPLAY_NAME_CHARS_MAX;
use crate::base::{Check, Error, Etag, Reason, Result};

/// Deepest level below the root, which has 0.
pub const DEPTH_MAX: i16 = 20;
/// Most units that one unit goes on with.
pub const PREDECESSORS_MAX: usize = 20;

/// What a caller says of a unit, apart from its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitFields {
    /// The caller's own key.
    pub external_id: Option<String>,
    /// Name shown to people.
    pub display_name: String,
    /// The person who leads.
    pub lead_person_id: Option<PersonId>,
    /// Units whose work this one goes on with.
    pub predecessor_unit_ids: Vec<UnitId>,
}

/// A unit as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Identifier.
    pub unit_id: UnitId,
    /// The unit above; none for the root.
    pub parent_unit_id: Option<UnitId>,
    /// Distance from the root.
    pub depth: i16,
    /// What the caller said.
    pub fields: UnitFields,
    /// Day since which the unit is in its place under its name.
    pub effective_date: NaiveDate,
    /// Live people assigned directly.
    pub direct_member_count: i64,
    /// Counts changes.
    pub revision: i64,
    /// When it was created.
    pub create_time: Timestamp,
    /// When it was last changed.
    pub update_time: Timestamp,
    /// When it was soft-deleted.
    pub delete_time: Option<Timestamp>,
    /// When it is removed for good.
    pub purge_time: Option<Timestamp>,
}

/// What happened to a unit, as its lineage keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitChange {
    /// It came into being.
    Created,
    /// It has another name.
    Renamed,
    /// It has another place.
    Moved,
    /// It took over the work of its predecessors.
    Continued,
    /// It was deleted.
    Deleted,
    /// It was restored.
    Restored,
}

impl UnitChange {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Renamed => "renamed",
            Self::Moved => "moved",
            Self::Continued => "continued",
            Self::Deleted => "deleted",
            Self::Restored => "restored",
        }
    }
}

/// Checks a unit's name.
pub fn parse_display_name(check: &mut Check, value: &str) -> Option<String> {
    check.text("display_name", value, 1..=DISPLAY_NAME_CHARS_MAX)
}

/// Checks predecessors: at most 20, each once.
pub fn parse_predecessors(check: &mut Check, values: &[String]) -> Option<Vec<UnitId>> {
    check.count("predecessor_unit_ids", values.len(), 0..=PREDECESSORS_MAX)?;
    let mut ids = Vec::new();
    for (position, value) in values.iter().enumerate() {
        let id = check.id(&format!("predecessor_unit_ids[{position}]"), value)?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Some(ids)
}

/// Checks the day since which something counts: not after `today`, which is also the default.
pub fn parse_effective_date(
    check: &mut Check,
    date: Option<NaiveDate>,
    today: NaiveDate,
) -> Option<NaiveDate> {
    let date = date.unwrap_or(today);
    if date > today {
        check.refuse("effective_date", "must not be after today in the organization's time zone");
        return None;
    }
    Some(date)
}

impl Unit {
    /// The validator.
    pub fn etag(&self) -> Etag {
        Etag::of_revision(self.revision)
    }

    /// Whether it is the root.
    pub fn is_root(&self) -> bool {
        self.parent_unit_id.is_none()
    }

    /// Refuses a deleted unit.
    pub fn require_live(&self) -> Result<()> {
        if self.delete_time.is_none() {
            return Ok(());
        }
        Err(Error::new(
            Reason::ResourceDeleted,
            "the unit is deleted; restore it first or choose another",
        )
        .about(UnitId::RESOURCE_TYPE, self.unit_id.to_string()))
    }

    /// The depth of a child. Refuses a deleted parent and too deep a tree. `height` is that of
    /// the child's own subtree: 0 for a leaf.
    pub fn depth_below(&self, height: i16) -> Result<i16> {
        self.require_live()?;
        let depth = self.depth.saturating_add(1);
        if depth.saturating_add(height) > DEPTH_MAX {
            return Err(Error::new(
                Reason::LimitReached,
                format!(
                    "the tree would be deeper than {DEPTH_MAX} levels; choose a place higher up"
                ),
            ));
        }
        Ok(depth)
    }

    /// The depth after a move below `parent`, whose path from the root is `parent_path`.
    pub fn depth_after_move(
        &self,
        parent: &Self,
        parent_path: &[UnitId],
        height: i16,
    ) -> Result<i16> {
        self.require_live()?;
        if self.is_root() {
            return Err(Error::invalid_field(
                "unit_id",
                "must not be the root, which has no place to move",
            ));
        }
        if parent_path.contains(&self.unit_id) {
            return Err(Error::new(
                Reason::CycleDetected,
                "the new parent lies below the unit itself; choose one outside of it",
            )
            .with("resourceId", self.unit_id.to_string()));
        }
        parent.depth_below(height)
    }

    /// Refuses to delete the root and what is still used.
    pub fn check_deletion(&self, live_children: i64) -> Result<()> {
        if self.is_root() {
            return Err(Error::invalid_field("unit_id", "must not be the root"));
        }
        for (referrer, count) in [("unit", live_children), ("person", self.direct_member_count)] {
            if count > 0 {
                return Err(Error::new(
                    Reason::ResourceInUse,
                    format!("the unit still has a live {referrer}; move or delete them first"),
                )
                .with("referrerType", referrer)
                .with("referrerCount", count.to_string()));
            }
        }
        Ok(())
    }

    /// Counts a change at `now`.
    pub fn touch(&mut self, now: Timestamp) {
        self.revision += 1;
        self.update_time = now;
    }

    /// Takes new fields over and tells what of it belongs to the lineage.
    pub fn apply(
        &mut self,
        fields: UnitFields,
        effective_date: NaiveDate,
        now: Timestamp,
    ) -> Vec<UnitChange> {
        let mut changes = Vec::new();
        if fields.display_name != self.fields.display_name {
            changes.push(UnitChange::Renamed);
        }
        if fields.predecessor_unit_ids != self.fields.predecessor_unit_ids {
            changes.push(UnitChange::Continued);
        }
        self.fields = fields;
        self.effective_date = effective_date;
        self.touch(now);
        changes
    }

    /// Soft-deletes the unit at `now`.
    pub fn delete(&mut self, now: Timestamp) {
        self.delete_time = Some(now);
        self.purge_time = Some(now + TimeDelta::days(PURGE_AFTER_DAYS));
        self.touch(now);
    }

    /// Restores the unit at `now`.
    pub fn restore(&mut self, now: Timestamp) {
        self.delete_time = None;
        self.purge_time = None;
        self.touch(now);
    }
}

/// The key is taken by another unit, perhaps a deleted one.
pub fn external_id_taken(existing: UnitId) -> Error {
    Error::new(
        Reason::ExternalIdTaken,
        "another unit, perhaps a deleted one, has this external_id; change or restore that one",
    )
    .about(UnitId::RESOURCE_TYPE, existing.to_string())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    fn unit(id: u128, parent: Option<u128>, depth: i16) -> Unit {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        Unit {
            unit_id: UnitId::from_uuid(Uuid::from_u128(id)),
            parent_unit_id: parent.map(|parent| UnitId::from_uuid(Uuid::from_u128(parent))),
            depth,
            fields: UnitFields {
                external_id: None,
                display_name: "Unit".to_owned(),
                lead_person_id: None,
                predecessor_unit_ids: Vec::new(),
            },
            effective_date: now.date_naive(),
            direct_member_count: 0,
            revision: 1,
            create_time: now,
            update_time: now,
            delete_time: None,
            purge_time: None,
        }
    }

    #[test]
    fn a_unit_cannot_move_below_itself() {
        let (moved, below) = (unit(2, Some(1), 1), unit(3, Some(2), 2));
        let path = [1, 2, 3].map(|id| UnitId::from_uuid(Uuid::from_u128(id)));
        for parent in [&moved, &below] {
            let error = moved.depth_after_move(parent, &path[..], 1).unwrap_err();
            assert_eq!(error.reason(), Reason::CycleDetected);
        }
    }

    #[test]
    fn the_root_neither_moves_nor_goes() {
        let root = unit(1, None, 0);
        assert_eq!(
            root.depth_after_move(&unit(2, Some(1), 1), &[], 1).unwrap_err().reason(),
            Reason::FieldInvalid
        );
        assert_eq!(root.check_deletion(0).unwrap_err().reason(), Reason::FieldInvalid);
    }

    #[test]
    fn a_moved_subtree_stays_within_the_depth_of_a_tree() {
        let parent = unit(9, Some(8), 18);
        assert_eq!(unit(2, Some(1), 1).depth_after_move(&parent, &[], 1).unwrap(), 19);
        let error = unit(2, Some(1), 1).depth_after_move(&parent, &[], 2).unwrap_err();
        assert_eq!(error.reason(), Reason::LimitReached);
    }

    #[test]
    fn what_is_used_is_not_deleted() {
        let mut used = unit(2, Some(1), 1);
        assert_eq!(used.check_deletion(3).unwrap_err().reason(), Reason::ResourceInUse);
        used.direct_member_count = 1;
        assert_eq!(used.check_deletion(0).unwrap_err().reason(), Reason::ResourceInUse);
        used.direct_member_count = 0;
        assert!(used.check_deletion(0).is_ok());
    }
}
