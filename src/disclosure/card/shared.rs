//! The published numbers on how far the groups of a unit see the same. Groups are those that are shown
//! themselves, and all others together.
use super::figures::figures;
use crate::disclosure::code::{Reader, Writer};
use crate::disclosure::figure::{Figure, Hidden, Released};
use crate::stats::Pattern;

/// How far the groups of a unit see the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedCard {
    pub(in crate::disclosure) index: Released<Figure>,
    pub(in crate::disclosure) lowest_axis: Option<usize>,
    pub(in crate::disclosure) axes: Vec<AxisCard>,
    pub(in crate::disclosure) gaps: Vec<GapCard>,
    pub(in crate::disclosure) orientations: Vec<OrientationCard>,
}

figures! {
    /// Shared view along one segment dimension.
    AxisFigures {
        /// The index, 0-100 points.
        index,
        /// Alignment between the groups, 0 to 1.
        alignment,
        /// Overlap of what the groups mention as priorities, 0 to 1.
        overlap,
        /// Size of the gap behind the alignment, points.
        gap,
        /// Mean consensus within the groups, 0 to 1.
        consensus,
    }
}

figures! {
    /// A difference between a group and all others.
    GapFigures {
        /// Group less all others, points.
        change,
        /// Two-sided probability of a difference as large by chance.
        p_value,
        /// The same for all gaps of the unit together, by Holm.
        adjusted_p_value,
        /// The smallest true difference that would have been found in four of five cases, points.
        detectable,
    }
}

figures! {
    /// What those who lead and all others think of each other's view, as differences in points.
    OrientationFigures {
        /// The leaders' view less the others' view.
        view_difference,
        /// The leaders' estimate of the others less the others' view.
        leader_error,
        /// The others' estimate of the leaders less the leaders' view.
        other_error,
        /// The leaders' view less their estimate of the others.
        leader_assumed_difference,
        /// The others' estimate of the leaders less their own view.
        other_assumed_difference,
    }
}

/// Shared view along one segment dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxisCard {
    pub(in crate::disclosure) dimension: usize,
    pub(in crate::disclosure) by_people: bool,
    pub(in crate::disclosure) figures: AxisFigures,
    pub(in crate::disclosure) groups: Vec<GroupCard>,
}

/// A group on an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupCard {
    pub(in crate::disclosure) values: Vec<usize>,
    pub(in crate::disclosure) score: Released<Figure>,
    pub(in crate::disclosure) consensus: Released<Figure>,
}

/// A difference between a group and all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapCard {
    pub(in crate::disclosure) dimension: usize,
    pub(in crate::disclosure) values: Vec<usize>,
    pub(in crate::disclosure) scale: usize,
    pub(in crate::disclosure) figures: GapFigures,
}

/// What those who lead and all others think of each other's view of a dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrientationCard {
    pub(in crate::disclosure) dimension: usize,
    pub(in crate::disclosure) figures: OrientationFigures,
    pub(in crate::disclosure) patterns: [Pattern; 2],
}

impl SharedCard {
    /// The Shared View Index, 0-100 points.
    pub fn index(&self) -> Released<Figure> {
        self.index
    }

    /// Position of the segment dimension with the lowest index.
    pub fn lowest_axis(&self) -> Option<usize> {
        self.lowest_axis
    }

    /// The axes.
    pub fn axes(&self) -> &[AxisCard] {
        &self.axes
    }

    /// Signed gaps.
    pub fn gaps(&self) -> &[GapCard] {
        &self.gaps
    }

    /// What those who lead and all others think of each other.
    pub fn orientations(&self) -> &[OrientationCard] {
        &self.orientations
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.figure(&self.index);
        writer.number(self.lowest_axis.map_or(0, |axis| axis as u64 + 1));
        writer.number(self.axes.len() as u64);
        for axis in &self.axes {
            axis.write(writer);
        }
        writer.number(self.gaps.len() as u64);
        for gap in &self.gaps {
            writer.number(gap.dimension as u64);
            writer.positions(&gap.values);
            writer.number(gap.scale as u64);
            gap.figures.write(writer);
        }
        writer.number(self.orientations.len() as u64);
        for orientation in &self.orientations {
            writer.number(orientation.dimension as u64);
            orientation.figures.write(writer);
            for pattern in orientation.patterns {
                writer.number(pattern as u64);
            }
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            index: reader.figure()?,
            lowest_axis: reader.position()?.checked_sub(1),
            axes: reader.list(AxisCard::read)?,
            gaps: reader.list(GapCard::read)?,
            orientations: reader.list(OrientationCard::read)?,
        })
    }
}

impl AxisCard {
    /// Position of the segment dimension.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Whether pairs of groups weigh by their people; else all weigh alike.
    pub fn is_by_people(&self) -> bool {
        self.by_people
    }

    /// Its numbers.
    pub fn figures(&self) -> &AxisFigures {
        &self.figures
    }

    /// The groups, all others last.
    pub fn groups(&self) -> &[GroupCard] {
        &self.groups
    }

    fn write(&self, writer: &mut Writer) {
        writer.number(self.dimension as u64);
        writer.number(self.by_people.into());
        self.figures.write(writer);
        writer.number(self.groups.len() as u64);
        for group in &self.groups {
            writer.positions(&group.values);
            writer.figure(&group.score);
            writer.figure(&group.consensus);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let group = |reader: &mut Reader<'_>| {
            Some(GroupCard {
                values: reader.positions()?,
                score: reader.figure()?,
                consensus: reader.figure()?,
            })
        };
        Some(Self {
            dimension: reader.position()?,
            by_people: match reader.position()? {
                0 => false,
                1 => true,
                _ => return None,
            },
            figures: AxisFigures::read(reader)?,
            groups: reader.list(group)?,
        })
    }
}

impl GroupCard {
    /// Positions of its values; none of all others.
    pub fn values(&self) -> &[usize] {
        &self.values
    }

    /// Its overall score, 0-100 points.
    pub fn score(&self) -> Released<Figure> {
        self.score
    }

    /// Consensus within it, 0 to 1.
    pub fn consensus(&self) -> Released<Figure> {
        self.consensus
    }
}

impl GapCard {
    /// Position of the segment dimension.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Positions of the group's values.
    pub fn values(&self) -> &[usize] {
        &self.values
    }

    /// The scale: 0 is the whole instrument, then its dimensions.
    pub fn scale(&self) -> usize {
        self.scale
    }

    /// Its numbers.
    pub fn figures(&self) -> &GapFigures {
        &self.figures
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            dimension: reader.position()?,
            values: reader.positions()?,
            scale: reader.position()?,
            figures: GapFigures::read(reader)?,
        })
    }
}

impl OrientationCard {
    /// Position of the dimension of the instrument.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Its numbers.
    pub fn figures(&self) -> &OrientationFigures {
        &self.figures
    }

    /// How leaders see it, and how others do.
    pub fn patterns(&self) -> [Pattern; 2] {
        self.patterns
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let dimension = reader.position()?;
        let figures = OrientationFigures::read(reader)?;
        let pattern = |reader: &mut Reader<'_>| {
            let number = reader.number()?;
            Pattern::ALL.into_iter().find(|pattern| *pattern as u64 == number)
        };
        let patterns = [pattern(reader)?, pattern(reader)?];
        Some(Self { dimension, figures, patterns })
    }
}
