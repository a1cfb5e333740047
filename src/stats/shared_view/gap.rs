//! The signed gap of a group to the rest: which way a view differs.
use super::super::degenerate::Degenerate;
use super::super::difference::{Difference, Side, difference};
use super::{AxisGroup, taking_part};

/// The group at a place less the mean of the others by their weights, in points: Welch's t (1947),
/// with the degrees of freedom of Welch and Satterthwaite for both the gap and the mean of the
/// others. Above 0 when the group rates higher; neither sign is the bad one. The probability is not
/// adjusted for several groups.
///
/// The group is not in the rest, and groups that are too small are in neither.
pub fn signed_gap(groups: &[AxisGroup], at: usize) -> Result<Difference, Degenerate> {
    let taken = taking_part(groups)?;
    let group = groups.get(at).ok_or(Degenerate::TooFewGroups)?;
    let others: Vec<&AxisGroup> =
        taken.iter().filter(|other| !std::ptr::eq(**other, group)).copied().collect();
    if others.len() == taken.len() {
        return Err(Degenerate::TooFewGroups);
    }
    difference(together(&[group])?, together(&others)?)
}

/// The weighted mean of some groups.
fn together(groups: &[&AxisGroup]) -> Result<Side, Degenerate> {
    let weights: f64 = groups.iter().map(|group| f64::from(group.weight)).sum();
    let (mut mean, mut error_squared) = (0.0, 0.0);
    let mut parts = Vec::with_capacity(groups.len());
    for group in groups {
        let share = f64::from(group.weight) / weights;
        mean += share * group.all.mean;
        let part = share * share * group.error_squared;
        error_squared += part;
        parts.push((part, f64::from(group.all.people) - 1.0));
    }
    Side::new(mean, error_squared, freedom(error_squared, &parts))
}

/// Degrees of freedom of a sum of squared errors; those of all when there is no error.
fn freedom(sum: f64, parts: &[(f64, f64)]) -> f64 {
    if sum <= 0.0 {
        return parts.iter().map(|(_, df)| df).sum();
    }
    // Parts instead of squares of squares, so that nothing overflows.
    let inverse: f64 = parts.iter().map(|(part, df)| (part / sum) * (part / sum) / df).sum();
    1.0 / inverse
}
