//! How far the groups of a unit see the same: from the sums of those that are shown, and of all others.
mod groups;
mod plan;

use super::subject::{Subject, Use};
use crate::disclosure::{
    AxisDraft, AxisNumbers, Computed, GapDraft, GapNumbers, GroupDraft, Hidden, OrientationDraft,
    Quantity, SharedDraft,
};
use crate::stats::{
    Axis, AxisGroup, Degenerate, Difference, Dimension, GROUP_MIN, GroupSample, Interval, Means,
    Mentions, Metric, Perspective, Student, Totals, Views, Weights, axis, co_orientation,
    consensus, dimension_weights, holm, minimum_detectable, overall_weights, shared_view,
    signed_gap,
};
use groups::Group;
pub(super) use groups::Unit;
pub(super) use plan::Plan;

/// What computes shared views.
pub(super) struct Sharer<'a> {
    subject: &'a Subject,
    metrics: &'a [Metric],
    dimensions: &'a [Dimension],
}

/// A gap before it is known how many there are.
struct Gap {
    dimension: usize,
    values: Vec<usize>,
    scale: usize,
    found: Computed<Difference>,
}

impl<'a> Sharer<'a> {
    pub(super) fn new(
        subject: &'a Subject,
        metrics: &'a [Metric],
        dimensions: &'a [Dimension],
    ) -> Self {
        Self { subject, metrics, dimensions }
    }

    /// The shared view of a unit.
    pub(super) fn draft(&self, unit: &Unit<'_>) -> SharedDraft {
        let mut known = Vec::new();
        let mut axes = Vec::new();
        let mut gaps = Vec::new();
        let mut orientations = Vec::new();
        for plan in &self.subject.shared.axes {
            let groups = unit.groups(plan);
            let found = self.axis(&groups, plan.by_people);
            axes.push(self.axis_draft(plan, &groups, &found));
            known.push((plan.dimension, found, self.tells_priorities(&groups)));
            if !plan.leading.contains(&true) {
                gaps.extend(self.gaps(plan.dimension, &groups, plan.by_people));
                continue;
            }
            let both = unit.leading(plan);
            gaps.extend(self.gaps(plan.dimension, &both, false));
            orientations = self.orientations(&both);
        }
        let told: Vec<(usize, &Axis)> = known
            .iter()
            .filter(|(.., is_told)| *is_told)
            .filter_map(|(dimension, found, _)| Some((*dimension, found.as_ref().ok()?)))
            .collect();
        let told_axes: Vec<&Axis> = told.iter().map(|(_, axis)| *axis).collect();
        let view = if self.subject.shared.priorities.is_none() {
            Err(Hidden::NotMeasured)
        } else if let [(.., Err(reason), _), ..] = known.as_slice()
            && told.is_empty()
        {
            Err(*reason)
        } else if told.is_empty() {
            Err(Hidden::Protected)
        } else {
            shared_view(&told_axes).map_err(Hidden::from)
        };
        let lowest = view.as_ref().ok().and_then(|view| told.get(view.lowest));
        SharedDraft {
            index: view.map(|view| quantity(view.index)),
            lowest_axis: lowest.map(|(dimension, _)| *dimension),
            axes,
            gaps: adjusted(gaps),
            orientations,
        }
    }

    /// Whether the distribution of priorities is told of every group: else nothing is computed from it.
    fn tells_priorities(&self, groups: &[Group<'_>]) -> bool {
        self.subject
            .shared
            .priorities
            .is_some_and(|item| groups.iter().all(|group| group.tells(item)))
    }

    fn axis(&self, groups: &[Group<'_>], by_people: bool) -> Computed<Axis> {
        let priorities = self.subject.shared.priorities.filter(|_| self.tells_priorities(groups));
        let groups: Result<Vec<AxisGroup>, Hidden> =
            groups.iter().map(|group| self.axis_group(group, (0, by_people), priorities)).collect();
        Ok(axis(&groups?)?)
    }

    fn axis_draft(
        &self,
        plan: &plan::Axis,
        groups: &[Group<'_>],
        found: &Computed<Axis>,
    ) -> AxisDraft {
        let is_asked = self.subject.shared.priorities.is_some();
        let is_told = self.tells_priorities(groups);
        let of_overlap = |value: Result<Interval, Degenerate>| match value {
            _ if !is_asked => Err(Hidden::NotMeasured),
            _ if !is_told => Err(Hidden::Protected),
            value => Ok(quantity(value?)),
        };
        let consensus: Vec<Computed<f64>> =
            groups.iter().map(|group| self.consensus(group)).collect();
        let drafts = groups.iter().zip(&consensus).map(|(group, consensus)| GroupDraft {
            values: group.values.clone(),
            score: self.score(group),
            consensus: consensus.map(plain),
        });
        AxisDraft {
            dimension: plan.dimension,
            by_people: plan.by_people,
            groups: drafts.collect(),
            found: found.as_ref().map_err(|reason| *reason).map(|found| AxisNumbers {
                index: of_overlap(found.index),
                alignment: quantity(found.alignment.aligned),
                overlap: of_overlap(found.overlap.map(|overlap| overlap.overlap)),
                gap: quantity(found.alignment.gap),
                consensus: consensus.into_iter().collect(),
            }),
        }
    }

    /// The overall score of a group.
    fn score(&self, group: &Group<'_>) -> Computed<Quantity> {
        let found = self.estimate(group, 0)?;
        let spread = found.spread.ok_or(Degenerate::TooFewObservations)?;
        Ok(Quantity {
            value: found.value,
            standard_error: Some(spread.standard_error),
            interval: Some((spread.lower, spread.upper)),
            sample: Some(group.sums.people()),
            ..Quantity::default()
        })
    }

    /// How much a group agrees, where the distributions of its items are told.
    fn consensus(&self, group: &Group<'_>) -> Computed<f64> {
        let items = &self.subject.scales[0].items;
        if !items.iter().all(|item| group.tells(*item)) {
            return Err(Hidden::Protected);
        }
        let shape = &self.subject.shape;
        let counts: Vec<Vec<u32>> =
            items.iter().map(|item| group.sums.counts(shape, *item).to_vec()).collect();
        Ok(consensus(&counts)?)
    }

    /// Gaps of groups to all others, overall and on each dimension. Who is left is in none by itself.
    fn gaps(&self, dimension: usize, groups: &[Group<'_>], by_people: bool) -> Vec<Gap> {
        let mut gaps = Vec::new();
        for scale in 0..=self.dimensions.len() {
            let sides: Result<Vec<AxisGroup>, Hidden> = groups
                .iter()
                .map(|group| self.axis_group(group, (scale, by_people), None))
                .collect();
            let named = groups.iter().enumerate().filter(|(_, group)| !group.values.is_empty());
            for (at, group) in named {
                let found = match &sides {
                    Ok(sides) => signed_gap(sides, at).map_err(Hidden::from),
                    Err(reason) => Err(*reason),
                };
                gaps.push(Gap { dimension, values: group.values.clone(), scale, found });
            }
        }
        gaps
    }

    /// A group with its score on a scale, the whole instrument or a dimension, and its priorities.
    fn axis_group(
        &self,
        group: &Group<'_>,
        (scale, by_people): (usize, bool),
        priorities: Option<usize>,
    ) -> Computed<AxisGroup> {
        let spread = self.estimate(group, scale)?.spread.ok_or(Degenerate::TooFewObservations)?;
        let weight = if by_people { group.sums.people() } else { 1 };
        let sample = |totals: &Totals| self.sample(totals, scale, priorities);
        let without: Computed<Vec<GroupSample>> = group.without.iter().map(sample).collect();
        let all = sample(&group.all)?;
        Ok(AxisGroup::new(all, spread.standard_error, weight, without?))
    }

    /// The score of a group with an error that is not corrected for how many were asked. It is not
    /// told of a scale of a single item whose distribution is not.
    fn estimate(&self, group: &Group<'_>, scale: usize) -> Computed<crate::stats::Estimate> {
        let shape = &self.subject.shape;
        let means = Means::of(shape, &group.sums, self.metrics);
        let weights = self.weights(scale, &|lane| means.mean(lane).is_some());
        self.check_told(group, scale, &weights)?;
        let df = group.sums.people().saturating_sub(1);
        Ok(means.weighted(&weights, df, None, &mut Student::default())?)
    }

    /// Refuses a scale that was not asked, and the error of one of a single item whose distribution is not
    /// told.
    fn check_told(&self, group: &Group<'_>, scale: usize, weights: &Weights) -> Computed<()> {
        if self.subject.scales[scale].items.is_empty() {
            return Err(Hidden::NotMeasured);
        }
        match weights.as_slice() {
            [(lane, _)] if !group.tells(self.subject.shape.scored()[*lane]) => {
                Err(Hidden::Protected)
            }
            _ => Ok(()),
        }
    }

    fn sample(
        &self,
        totals: &Totals,
        scale: usize,
        priorities: Option<usize>,
    ) -> Computed<GroupSample> {
        let mean = self.mean(totals, scale)?;
        let mentions = priorities.and_then(|item| {
            let (people, counts) = totals.other(&self.subject.shape, item);
            let counts: Result<Vec<u32>, _> =
                counts.iter().map(|count| u32::try_from(*count)).collect();
            Mentions::new(people, counts.ok()?)
        });
        Ok(GroupSample { people: totals.people(), mean, mentions })
    }

    fn mean(&self, totals: &Totals, scale: usize) -> Result<f64, Degenerate> {
        let weights = self.weights(scale, &|lane| totals.scored(lane).0 > 0);
        totals.weighted(&weights, self.metrics)
    }

    fn weights(&self, scale: usize, answered: &dyn Fn(usize) -> bool) -> Weights {
        let answered = |lane: usize| answered(lane);
        match scale.checked_sub(1) {
            None => overall_weights(self.dimensions, &answered),
            Some(dimension) => dimension_weights(&self.dimensions[dimension], &answered),
        }
    }

    /// What those who lead and all others think of each other, for each dimension that was asked about.
    fn orientations(&self, groups: &[Group<'_>]) -> Vec<OrientationDraft> {
        let estimates = self.subject.shared.estimates.iter();
        let draft = |estimate: &plan::Estimate| OrientationDraft {
            dimension: estimate.dimension,
            found: match groups {
                [leading, others] if !leading.values.is_empty() => {
                    let scale = 1 + estimate.dimension;
                    let leading = self.perspective(leading, scale, estimate.of_others);
                    let others = self.perspective(others, scale, estimate.of_leading);
                    leading.and_then(|leading| Ok(co_orientation(&leading, &others?)?))
                }
                _ => Err(Hidden::NotEstimable(Degenerate::TooFewGroups)),
            },
        };
        estimates.map(draft).collect()
    }

    /// What a group rates, and what it supposes by an item, both with errors: these are told where the
    /// distribution of a single item is.
    fn perspective(&self, group: &Group<'_>, scale: usize, item: usize) -> Computed<Perspective> {
        if !group.tells(item) {
            return Err(Hidden::Protected);
        }
        let weights = self.weights(scale, &|lane| group.all.scored(lane).0 > 0);
        self.check_told(group, scale, &weights)?;
        let metric = match self.subject.items[item].use_of {
            Use::Mean { metric } => metric,
            Use::Score { .. } | Use::Shares => return Err(Hidden::NotMeasured),
        };
        let views = |totals: &Totals| -> Computed<Views> {
            let (answered, sum) = totals.other(&self.subject.shape, item);
            let sum = sum.first().copied().unwrap_or(0);
            let view = self.mean(totals, scale)?;
            Ok(Views { view, estimate: crate::stats::mean(answered, sum, metric)? })
        };
        let without: Computed<Vec<Views>> = group.without.iter().map(views).collect();
        let answered = group.sums.answered(&self.subject.shape, item);
        if answered < GROUP_MIN {
            return Err(Hidden::NotEstimable(Degenerate::TooFewGroups));
        }
        let people = answered.min(group.sums.people());
        Ok(Perspective { people, all: views(&group.all)?, without: without? })
    }
}

/// Gaps with probabilities that are adjusted for all of them (Holm 1979).
fn adjusted(gaps: Vec<Gap>) -> Vec<GapDraft> {
    let probabilities: Vec<Option<f64>> =
        gaps.iter().map(|gap| gap.found.as_ref().ok().map(|found| found.p)).collect();
    let adjusted = holm(&probabilities);
    let draft = |(gap, adjusted): (Gap, Option<f64>)| {
        let Gap { dimension, values, scale, found } = gap;
        let found = found.map(|found| GapNumbers {
            change: Quantity {
                value: found.value,
                standard_error: Some(found.spread.standard_error),
                interval: Some((found.spread.lower, found.spread.upper)),
                ..Quantity::default()
            },
            p_value: found.p,
            adjusted_p_value: adjusted.unwrap_or(found.p),
            detectable: minimum_detectable(found.spread.standard_error, found.df)
                .map(plain)
                .map_err(Hidden::from),
        });
        GapDraft { dimension, values, scale, found }
    };
    gaps.into_iter().zip(adjusted).map(draft).collect()
}

fn plain(value: f64) -> Quantity {
    Quantity { value, ..Quantity::default() }
}

fn quantity(Interval { value, lower, upper }: Interval) -> Quantity {
    Quantity { value, interval: Some((lower, upper)), ..Quantity::default() }
}
