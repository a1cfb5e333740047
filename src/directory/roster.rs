//! What waves take from the directory: a tree as it stands, and of people only what decides about
//! groups.
use super::segment::Segments;
use crate::base::id::{PersonId, UnitId};

/// A unit of a tree, whose parents come before their children and whose subtrees are each in one
/// piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeUnit {
    /// The unit.
    pub unit_id: UnitId,
    /// Position of the unit above; none for the top.
    pub parent: Option<usize>,
    /// Levels below the top.
    pub depth: i16,
    /// Name.
    pub display_name: String,
}

/// What decides about the groups that a person belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterPerson {
    /// The person.
    pub person_id: PersonId,
    /// Their unit; none after erasure.
    pub unit_id: Option<UnitId>,
    /// Their segment values.
    pub segments: Segments,
    /// They are neither deleted nor gone.
    pub is_active: bool,
}
