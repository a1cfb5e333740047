//! Counts that may be told.

/// A number of people or of slices that the plan lets be told. Only this room makes one, so that
/// whatever takes a tally takes no other number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tally(pub(super) u32);

impl Tally {
    /// The count.
    pub fn get(self) -> u32 {
        self.0
    }
}
