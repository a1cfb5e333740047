//! The index of an axis, and the mean over axes.
use super::super::degenerate::Degenerate;
use super::alignment::{Alignment, aligned, alignment};
use super::jackknife::Replicated;
use super::overlap::{Overlap, overlap, overlapping};
use super::{AxisGroup, Interval, taking_part};

/// An index whose interval reaches farther than this many points to each side says nothing.
pub const HALF_WIDTH_MAX: f64 = 10.0;

/// Groups along one division of the organization, such as levels or functions.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Whether they rate alike.
    pub alignment: Alignment,
    /// Whether they hold the same priorities. [`Degenerate::NoObservations`] where these are not
    /// measured, [`Degenerate::TooFewGroups`] where too few chose.
    pub overlap: Result<Overlap, Degenerate>,
    /// 100 times the root of alignment times overlap, 0 to 100: a root of a product, so that
    /// neither part makes up for the other. There is none without the overlap, and
    /// [`Degenerate::TooWide`] when it is too uncertain.
    pub index: Result<Interval, Degenerate>,
    replicated: Option<Replicated>,
}

/// The Shared View Index over several axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SharedView {
    /// Mean of the indexes of axes, 0 to 100.
    pub index: Interval,
    /// How many axes have an index.
    pub axes: usize,
    /// Place, in what was given, of the axis with the lowest one, the first of equals.
    pub lowest: usize,
}

/// What groups on an axis share. Groups below [`super::GROUP_MIN`] people are left out, in the overlap
/// also those of whom fewer chose; fewer than two groups share nothing.
pub fn axis(groups: &[AxisGroup]) -> Result<Axis, Degenerate> {
    let taken = taking_part(groups)?;
    let (alignment, gap) = alignment(&taken)?;
    let (overlap, excess) = match overlap(&taken) {
        Ok((overlap, excess)) => (overlap, excess),
        Err(reason) => {
            let index = Err(reason);
            return Ok(Axis { alignment, overlap: Err(reason), index, replicated: None });
        }
    };
    let index = index(&gap, &excess);
    let shown = narrow(index.interval().within(0.0, 100.0));
    let replicated = shown.is_ok().then_some(index);
    Ok(Axis { alignment, overlap: Ok(overlap), index: shown, replicated })
}

/// The mean of the axes that have an index. Without any, the reason of the first axis.
pub fn shared_view(axes: &[&Axis]) -> Result<SharedView, Degenerate> {
    let known: Vec<(usize, &Replicated)> = axes
        .iter()
        .enumerate()
        .filter_map(|(at, axis)| Some((at, axis.replicated.as_ref()?)))
        .collect();
    let lowest =
        known.iter().min_by(|(_, first), (_, second)| first.value.total_cmp(&second.value));
    let Some((lowest, _)) = lowest else {
        let reason = axes.first().and_then(|axis| axis.index.err());
        return Err(reason.unwrap_or(Degenerate::TooFewGroups));
    };
    let parts: Vec<&Replicated> = known.iter().map(|(_, index)| *index).collect();
    let mean = Replicated::mean(&parts)?.interval().within(0.0, 100.0);
    Ok(SharedView { index: narrow(mean)?, axes: known.len(), lowest: *lowest })
}

/// The index of a gap and an excess, with an interval that is not yet cut at 0 and 100.
pub(super) fn index(gap: &Replicated, excess: &Replicated) -> Replicated {
    let aligned = gap.falling(|gap| 10.0 * aligned(gap).sqrt());
    aligned.times(&excess.falling(|excess| 10.0 * overlapping(excess).sqrt()))
}

fn narrow(index: Interval) -> Result<Interval, Degenerate> {
    if index.half_width() > HALF_WIDTH_MAX {
        return Err(Degenerate::TooWide);
    }
    Ok(index)
}
