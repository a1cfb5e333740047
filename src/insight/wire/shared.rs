//! How far groups see the same, as it is told.
use super::{Teller, target};
use crate::directory::SegmentDimension;
use crate::disclosure::{AxisCard, GapCard, OrientationCard, Released, SharedCard};
use crate::insight::numbers::Numbers;
use crate::instrument::Content;
use crate::pb::common;
use crate::pb::insight as pb;
use crate::stats::{Pattern, Quadrant};

/// What positions stand for.
#[derive(Clone, Copy)]
struct Names<'a> {
    content: &'a Content,
    dimensions: &'a [SegmentDimension],
}

impl Teller {
    /// Adds how far the groups of a unit see the same, with `full` all that it is made of.
    pub(in crate::insight) fn shared_view(
        &mut self,
        card: &mut pb::Scorecard,
        numbers: &Numbers,
        (content, dimensions): (&Content, &[SegmentDimension]),
        full: bool,
    ) {
        let names = Names { content, dimensions };
        let shared = numbers.shared();
        let mut told = pb::SharedView {
            index_points: Some(self.statistic(numbers.shared_view_index())),
            ..pb::SharedView::default()
        };
        if let Released::Shown(Some(shared)) = shared {
            let lowest = shared.lowest_axis().map(|axis| names.dimension(axis));
            told.lowest_axis_key = lowest.unwrap_or_default();
            if full {
                self.parts(&mut told, names, shared);
            }
        }
        card.quadrant = quadrant(numbers.quadrant()).into();
        card.shared_view = Some(told);
    }

    fn parts(&mut self, told: &mut pb::SharedView, names: Names<'_>, shared: &SharedCard) {
        told.axes = shared.axes().iter().map(|axis| self.axis(names, axis)).collect();
        told.gaps = shared.gaps().iter().map(|gap| self.gap(names, gap)).collect();
        let orientations = shared.orientations().iter();
        told.co_orientations = orientations.map(|each| self.orientation(names, each)).collect();
    }

    fn axis(&mut self, names: Names<'_>, axis: &AxisCard) -> pb::SharedViewAxis {
        let weighting = if axis.is_by_people() {
            pb::PairWeighting::Respondents
        } else {
            pb::PairWeighting::Equal
        };
        let figures = axis.figures();
        let groups = axis.groups().iter().map(|group| pb::AxisGroup {
            value_keys: names.values(axis.dimension(), group.values()),
            score: Some(self.statistic(group.score())),
            consensus: Some(self.statistic(group.consensus())),
        });
        let groups = groups.collect();
        pb::SharedViewAxis {
            segment_dimension_key: names.dimension(axis.dimension()),
            index_points: Some(self.statistic(figures.index())),
            alignment: Some(self.statistic(figures.alignment())),
            overlap: Some(self.statistic(figures.overlap())),
            gap: Some(self.statistic(figures.gap())),
            consensus: Some(self.statistic(figures.consensus())),
            pair_weighting: weighting.into(),
            groups,
        }
    }

    fn gap(&mut self, names: Names<'_>, gap: &GapCard) -> pb::SignedGap {
        let figures = gap.figures();
        pb::SignedGap {
            segment_dimension_key: names.dimension(gap.dimension()),
            group_value_keys: names.values(gap.dimension(), gap.values()),
            target: Some(names.scale(gap.scale())),
            difference: Some(self.statistic(figures.change())),
            p_value: Some(self.statistic(figures.p_value())),
            adjusted_p_value: Some(self.statistic(figures.adjusted_p_value())),
            minimum_detectable_difference: Some(self.statistic(figures.detectable())),
        }
    }

    fn orientation(&mut self, names: Names<'_>, each: &OrientationCard) -> pb::CoOrientation {
        let figures = each.figures();
        let [leader_pattern, other_pattern] = each.patterns().map(|each| pattern(each).into());
        let mut told = |figure| Some(self.statistic(figure));
        pb::CoOrientation {
            dimension_key: names.scale(1 + each.dimension()).key,
            view_difference: told(figures.view_difference()),
            leader_error: told(figures.leader_error()),
            other_error: told(figures.other_error()),
            leader_assumed_difference: told(figures.leader_assumed_difference()),
            other_assumed_difference: told(figures.other_assumed_difference()),
            leader_pattern,
            other_pattern,
        }
    }
}

impl Names<'_> {
    fn dimension(self, position: usize) -> String {
        self.dimensions.get(position).map(|dimension| dimension.key.clone()).unwrap_or_default()
    }

    fn values(self, dimension: usize, values: &[usize]) -> Vec<String> {
        let of = self.dimensions.get(dimension).map_or(&[][..], |dimension| &dimension.values);
        values.iter().filter_map(|value| of.get(*value)).map(|value| value.key.clone()).collect()
    }

    fn scale(self, scale: usize) -> common::ScoreTarget {
        let dimension = scale.checked_sub(1).and_then(|at| self.content.dimensions.get(at));
        match dimension {
            Some(dimension) => target(common::ScoreLevel::Dimension, &dimension.key),
            None => target(common::ScoreLevel::Overall, ""),
        }
    }
}

fn quadrant(quadrant: Quadrant) -> pb::AlignmentQuadrant {
    match quadrant {
        Quadrant::SharedStrength => pb::AlignmentQuadrant::SharedStrength,
        Quadrant::SharedInsight => pb::AlignmentQuadrant::SharedInsight,
        Quadrant::DividedView => pb::AlignmentQuadrant::DividedView,
        Quadrant::Fragmented => pb::AlignmentQuadrant::Fragmented,
        Quadrant::Uncertain => pb::AlignmentQuadrant::Uncertain,
    }
}

fn pattern(pattern: Pattern) -> pb::CoOrientationPattern {
    match pattern {
        Pattern::Agreement => pb::CoOrientationPattern::Agreement,
        Pattern::IllusionOfAgreement => pb::CoOrientationPattern::IllusionOfAgreement,
        Pattern::IllusionOfDisagreement => pb::CoOrientationPattern::IllusionOfDisagreement,
        Pattern::KnownDisagreement => pb::CoOrientationPattern::KnownDisagreement,
        Pattern::Uncertain => pb::CoOrientationPattern::Uncertain,
    }
}
