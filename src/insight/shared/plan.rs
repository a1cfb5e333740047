//! By what views are compared in a wave: the segment dimensions that are axes, who leads, and the items
//! that ask for priorities and for what others think.
use crate::directory::{SegmentDimension, SegmentRole};
use crate::disclosure::Frame;
use crate::instrument::{Content, EstimatedGroup, Format, Item, Role};

/// What views are compared by.
#[derive(Clone, Debug, Default)]
pub(in crate::insight) struct Plan {
    /// The axes.
    pub(in crate::insight) axes: Vec<Axis>,
    /// The item that asks for priorities, by position among those that were asked.
    pub(in crate::insight) priorities: Option<usize>,
    /// The items that ask what others think.
    pub(in crate::insight) estimates: Vec<Estimate>,
    /// The parts of a unit of which replicates are kept: the whole, then the values of axes. None
    /// without an axis.
    pub(in crate::insight) parts: Vec<usize>,
}

/// A stored segment dimension along which views are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::insight) struct Axis {
    /// Position of the dimension.
    pub(in crate::insight) dimension: usize,
    /// Where its values begin among the parts of a unit.
    first_part: usize,
    /// For each value whether it leads.
    pub(in crate::insight) leading: Vec<bool>,
    /// Whether pairs of groups weigh by their people; else all weigh alike.
    pub(in crate::insight) by_people: bool,
}

/// The items that ask what others think of a dimension, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::insight) struct Estimate {
    /// Position of the dimension of the instrument.
    pub(in crate::insight) dimension: usize,
    /// Asks what those who lead think.
    pub(in crate::insight) of_leading: usize,
    /// Asks what all others think.
    pub(in crate::insight) of_others: usize,
}

impl Plan {
    /// Of what a wave asked, and the segment dimensions that it stored.
    pub(in crate::insight) fn new(
        content: &Content,
        asked: &[&Item],
        dimensions: &[SegmentDimension],
        frame: &Frame,
    ) -> Self {
        let is_axis = |(_, dimension): &(usize, &SegmentDimension)| match dimension.role {
            SegmentRole::HierarchyLevel | SegmentRole::Function | SegmentRole::CustomerContact => {
                !dimension.values.is_empty()
            }
            SegmentRole::Other => false,
        };
        let made = |(position, dimension): (usize, &SegmentDimension)| Axis {
            dimension: position,
            first_part: frame.value_offset(position, 0),
            leading: dimension.values.iter().map(|value| value.leading).collect(),
            by_people: dimension.role != SegmentRole::HierarchyLevel,
        };
        let axes: Vec<Axis> = dimensions.iter().enumerate().filter(is_axis).map(made).collect();
        let values = axes.iter().flat_map(|axis| (0..axis.leading.len()).map(|at| axis.part(at)));
        let parts =
            if axes.is_empty() { Vec::new() } else { std::iter::once(0).chain(values).collect() };
        let priorities = asked.iter().position(|item| {
            item.role == Role::PriorityChoice && matches!(item.format, Format::Choice { .. })
        });
        let estimates = content.dimensions.iter().enumerate();
        let estimates = estimates.filter_map(|(dimension, of)| {
            let item = |wanted: EstimatedGroup| {
                asked.iter().position(|item| {
                    let role = &item.role;
                    matches!(role, Role::LevelEstimate { dimension_key, group }
                        if *dimension_key == of.key && *group == wanted)
                })
            };
            Some(Estimate {
                dimension,
                of_leading: item(EstimatedGroup::Leading)?,
                of_others: item(EstimatedGroup::Others)?,
            })
        });
        Self { priorities, estimates: estimates.collect(), parts, axes }
    }

    /// The replicates that a person with these values is in, by their position among the parts.
    pub(in crate::insight) fn kept(&self, values: &[Option<u16>]) -> Vec<usize> {
        let mut kept = if self.parts.is_empty() { Vec::new() } else { vec![0] };
        let mut first = 1;
        for axis in &self.axes {
            kept.extend(values[axis.dimension].map(|value| first + usize::from(value)));
            first += axis.leading.len();
        }
        kept
    }
}

impl Axis {
    /// A value among the parts of a unit.
    pub(in crate::insight) fn part(&self, value: usize) -> usize {
        self.first_part + value
    }
}
