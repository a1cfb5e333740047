//! The band that a score lies in.
use crate::disclosure::Figure;
use crate::instrument::Band;

/// Where a score lies among the bands of an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement<'a> {
    /// The band of the score itself.
    pub band: &'a Band,
    /// The lowest and the highest band that its interval touches; none when the interval is not told.
    pub reach: Option<(&'a Band, &'a Band)>,
}

impl<'a> Placement<'a> {
    /// Where a published score lies among bands in rising order, the first from 0 points on; none
    /// without bands.
    pub fn of(bands: &'a [Band], score: &Figure) -> Option<Self> {
        let at = |points: f64| {
            let reached = |band: &&Band| f64::from(band.minimum_points) <= points;
            bands.iter().rev().find(reached).or(bands.first())
        };
        let reach = score.interval().and_then(|(lower, upper)| at(lower).zip(at(upper)));
        Some(Self { band: at(score.value())?, reach })
    }

    /// Whether the score may lie in another band.
    pub fn is_uncertain(&self) -> bool {
        self.reach.is_none_or(|(lowest, highest)| lowest.key != highest.key)
    }
}
