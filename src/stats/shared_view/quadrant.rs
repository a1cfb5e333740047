//! Level and alignment on one map. They are not merged into one number: to agree is not good in
//! itself.
use super::Interval;

/// The overall score from which the level is high.
pub const LEVEL_HIGH_MIN: f64 = 70.0;

/// The alignment from which the view is shared.
pub const ALIGNMENT_HIGH_MIN: f64 = 75.0;

/// Where an organization is on the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quadrant {
    /// High and shared.
    SharedStrength,
    /// Low and shared: the best place to start from.
    SharedInsight,
    /// High and not shared: look at the signs of the gaps.
    DividedView,
    /// Low and not shared: talk before planning.
    Fragmented,
    /// An interval has a limit in it.
    Uncertain,
}

/// The place of an overall score and of an alignment or Shared View Index, both in points 0 to 100.
/// A limit belongs to what is above it.
pub fn quadrant(level: Interval, alignment: Interval) -> Quadrant {
    match (side(level, LEVEL_HIGH_MIN), side(alignment, ALIGNMENT_HIGH_MIN)) {
        (Some(true), Some(true)) => Quadrant::SharedStrength,
        (Some(false), Some(true)) => Quadrant::SharedInsight,
        (Some(true), Some(false)) => Quadrant::DividedView,
        (Some(false), Some(false)) => Quadrant::Fragmented,
        (None, _) | (_, None) => Quadrant::Uncertain,
    }
}

/// Whether all of the interval is from the limit on; none when the limit is in it.
fn side(interval: Interval, limit: f64) -> Option<bool> {
    if interval.lower >= limit {
        Some(true)
    } else if interval.upper < limit {
        Some(false)
    } else {
        None
    }
}
