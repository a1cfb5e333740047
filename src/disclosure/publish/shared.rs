//! The numbers on how far groups see the same.
use super::draft::{
    AxisDraft, AxisNumbers, Computed, GapDraft, GroupDraft, OrientationDraft, Quantity, SharedDraft,
};
use super::{Press, plain};
use crate::disclosure::card::{
    AxisCard, AxisFigures, GapCard, GapFigures, GroupCard, OrientationCard, OrientationFigures,
    SharedCard,
};
use crate::disclosure::figure::{Figure, Kind, Method, Released};
use crate::stats::{Interval, Pattern};

impl Press<'_> {
    pub(super) fn shared(&mut self, draft: &SharedDraft) -> SharedCard {
        SharedCard {
            index: self.quantity(&draft.index, Kind::OfGroups, Method::Jackknife),
            lowest_axis: draft.lowest_axis,
            axes: draft.axes.iter().map(|axis| self.axis(axis)).collect(),
            gaps: draft.gaps.iter().map(|gap| self.gap(gap)).collect(),
            orientations: draft.orientations.iter().map(|each| self.orientation(each)).collect(),
        }
    }

    fn axis(&mut self, draft: &AxisDraft) -> AxisCard {
        let figures = match &draft.found {
            Ok(found) => self.of_axis(found),
            Err(reason) => AxisFigures::hidden(*reason),
        };
        let group = |group: &GroupDraft| GroupCard {
            values: group.values.clone(),
            score: self.quantity(&group.score, Kind::Points, Method::MeanOfMeans),
            consensus: self.quantity(&group.consensus, Kind::OfGroups, Method::Index),
        };
        let groups = draft.groups.iter().map(group).collect();
        AxisCard { dimension: draft.dimension, by_people: draft.by_people, figures, groups }
    }

    fn of_axis(&mut self, found: &AxisNumbers) -> AxisFigures {
        let mut jackknife = |quantity: &Computed<Quantity>| {
            self.quantity(quantity, Kind::OfGroups, Method::Jackknife)
        };
        let (index, overlap) = (jackknife(&found.index), jackknife(&found.overlap));
        let alignment = jackknife(&Ok(found.alignment.clone()));
        let gap = jackknife(&Ok(found.gap.clone()));
        let consensus = self.mean_of(&found.consensus);
        AxisFigures { index, alignment, overlap, gap, consensus }
    }

    /// The mean of numbers of groups.
    fn mean_of(&mut self, numbers: &Computed<Vec<f64>>) -> Released<Figure> {
        let numbers = match numbers {
            Ok(numbers) => numbers,
            Err(reason) => return Released::Hidden(*reason),
        };
        let count = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        let mean = numbers.iter().sum::<f64>() / f64::from(count.max(1));
        self.figure(&plain(mean, Kind::OfGroups, Method::Index))
    }

    fn gap(&mut self, draft: &GapDraft) -> GapCard {
        let figures = match &draft.found {
            Ok(found) => {
                let mut welch = |quantity: Computed<Quantity>, kind| {
                    self.quantity(&quantity, kind, Method::Welch)
                };
                let p = |value| Ok(Quantity { value, ..Quantity::default() });
                GapFigures {
                    change: welch(Ok(found.change.clone()), Kind::Points),
                    p_value: welch(p(found.p_value), Kind::OfGroups),
                    adjusted_p_value: welch(p(found.adjusted_p_value), Kind::OfGroups),
                    detectable: welch(found.detectable.clone(), Kind::Points),
                }
            }
            Err(reason) => GapFigures::hidden(*reason),
        };
        let GapDraft { dimension, scale, .. } = *draft;
        GapCard { dimension, values: draft.values.clone(), scale, figures }
    }

    fn orientation(&mut self, draft: &OrientationDraft) -> OrientationCard {
        let found = match &draft.found {
            Ok(found) => found,
            Err(reason) => {
                let figures = OrientationFigures::hidden(*reason);
                let patterns = [Pattern::Uncertain; 2];
                return OrientationCard { dimension: draft.dimension, figures, patterns };
            }
        };
        let mut jackknife = |Interval { value, lower, upper }| {
            let interval = Some((lower, upper));
            let quantity = Ok(Quantity { value, interval, ..Quantity::default() });
            self.quantity(&quantity, Kind::Points, Method::Jackknife)
        };
        let figures = OrientationFigures {
            view_difference: jackknife(found.view_difference),
            leader_error: jackknife(found.leader_error),
            other_error: jackknife(found.other_error),
            leader_assumed_difference: jackknife(found.leader_assumed_difference),
            other_assumed_difference: jackknife(found.other_assumed_difference),
        };
        let patterns = [found.leader_pattern, found.other_pattern];
        OrientationCard { dimension: draft.dimension, figures, patterns }
    }
}
