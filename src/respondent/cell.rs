//! Cells: the groups that answers are known by.
use crate::base::id::UnitId;

/// A cell of a wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Position among the cells of the wave, from 0.
    pub cell_id: i32,
    /// Unit that its answers count for, as own staff.
    pub unit_id: UnitId,
    /// Name of the unit at opening.
    pub unit_name: String,
    /// Per stored segment dimension the position of the value in the frozen scheme; none where the
    /// cell does not carry the dimension.
    pub values: Vec<Option<u16>>,
    /// Invitations, the late ones included; 0 in imported waves.
    pub invited: i32,
    /// Of these, issued after the opening.
    pub late: i32,
}
