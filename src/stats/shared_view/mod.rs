//! The Shared View Index: how far groups of people see the same, in what they rate and in what they
//! choose. It is built of two parts, *alignment* (do groups rate alike?) and *overlap* (do they hold
//! the same priorities?), and beside it stand signed gaps and co-orientation.
//!
//! Small groups differ by chance, so chance is subtracted from every distance; and since that leaves
//! a number that is itself uncertain, each has an interval, from a jackknife over replicate groups.
//!
//! What goes in are values of groups of at least [`GROUP_MIN`] people, never of persons. Replicates
//! are random parts of all respondents that are fixed when a wave closes, each person in one of them
//! by chance alone. Sums and counts of a replicate are whole numbers and can be subtracted from those
//! of everyone; a [`GroupSample`] is then computed of what is left, in the same way as that of
//! everyone, since a mean of item means cannot be subtracted itself.
mod alignment;
mod co_orientation;
mod gap;
mod index;
mod jackknife;
mod overlap;
mod quadrant;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;

pub use alignment::{ALIGNMENT_GAP_MAX, Alignment};
pub use co_orientation::{
    CoOrientation, DIFFERENCE_NEAR_MAX, Pattern, Perspective, Views, co_orientation,
};
pub use gap::signed_gap;
pub use index::{Axis, HALF_WIDTH_MAX, SharedView, axis, shared_view};
pub use overlap::{Mentions, Overlap};
pub use quadrant::{ALIGNMENT_HIGH_MIN, LEVEL_HIGH_MIN, Quadrant, quadrant};

use super::degenerate::Degenerate;

/// Fewest people of a group that takes part. Below it, what is left after subtracting chance says
/// more about chance than about the group.
pub const GROUP_MIN: u32 = 20;

/// How many replicates to make: not more than the smallest group has people, so that most leave out
/// somebody of every group. Any number from 2 is computed with. Simulated, 32 or 64 narrow the
/// intervals by 4 to 5 percent and cover up to a percent less: the quantile of more replicates is
/// too small for a group of 20.
pub const REPLICATES: usize = 16;

/// A number and its interval of 95 %, which need not be symmetric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The number.
    pub value: f64,
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
}

/// What some people of a group answered.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupSample {
    /// How many people rated.
    pub people: u32,
    /// Mean of what they rated, in points 0 to 100.
    pub mean: f64,
    /// What they chose; none where priorities are not measured.
    pub mentions: Option<Mentions>,
}

/// A group on an axis, such as a level or a function.
#[derive(Clone, Debug, PartialEq)]
pub struct AxisGroup {
    /// Everyone of the group who answered.
    pub all: GroupSample,
    /// Square of the mean's standard error, without a correction for a finite population: a gap is
    /// about the organization that answers, not only about those who did.
    pub error_squared: f64,
    /// Weight in pairs: the headcount, or 1 for every group so that a small top level counts as
    /// much as any other.
    pub weight: u32,
    /// The group without the people of each replicate, in the order of replicates.
    pub without: Vec<GroupSample>,
}

impl Interval {
    /// Half of the interval's width.
    pub fn half_width(self) -> f64 {
        (self.upper - self.lower) / 2.0
    }

    /// The part of the interval in which the quantity can be at all. That part covers it as often
    /// as the whole does.
    fn within(self, least: f64, most: f64) -> Self {
        Self { value: self.value, lower: self.lower.max(least), upper: self.upper.min(most) }
    }
}

impl AxisGroup {
    /// A group with the standard error of its mean, its weight, and what is left without each replicate.
    pub fn new(
        all: GroupSample,
        standard_error: f64,
        weight: u32,
        without: Vec<GroupSample>,
    ) -> Self {
        Self { all, error_squared: standard_error * standard_error, weight, without }
    }

    /// Whether the group's numbers can be computed with.
    fn check(&self) -> Result<(), Degenerate> {
        let samples = || self.without.iter().chain([&self.all]);
        if samples().any(|sample| sample.people == 0 || sample.people > self.all.people) {
            return Err(Degenerate::TooFewObservations);
        }
        if samples().any(|sample| !sample.mean.is_finite()) {
            return Err(Degenerate::NoObservations);
        }
        if !self.error_squared.is_finite() || self.error_squared < 0.0 {
            return Err(Degenerate::NegativeVariance);
        }
        Ok(())
    }
}

/// The groups that are large enough, if there are two, with the same number of replicates.
fn taking_part(groups: &[AxisGroup]) -> Result<Vec<&AxisGroup>, Degenerate> {
    let taken: Vec<&AxisGroup> =
        groups.iter().filter(|group| group.all.people >= GROUP_MIN && group.weight > 0).collect();
    let [first, _, ..] = taken.as_slice() else { return Err(Degenerate::TooFewGroups) };
    for group in &taken {
        group.check()?;
        if group.without.len() != first.without.len() {
            return Err(Degenerate::TooFewObservations);
        }
    }
    Ok(taken)
}

/// All pairs of different elements, each once.
fn pairs<T>(all: &[T]) -> impl Iterator<Item = (&T, &T)> {
    all.iter()
        .enumerate()
        .flat_map(|(at, first)| all.iter().skip(at + 1).map(move |second| (first, second)))
}
