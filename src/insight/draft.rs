//! The numbers of one slice from its sums.
use crate::disclosure::{
    Allowed, CarelessDraft, Computed, Draft, Hidden, ItemDraft, Quantity, RatingDraft, ScaleDraft,
    Score,
};
use crate::stats::{
    Degenerate, Dimension, Estimate, GroupScores, Means, Metric, Sampled, Split, Student, Sums,
    Weights, deviation, dimension_weights, facet_weights, mean, of_mean, overall_weights,
    r_indicator, share, variance,
};

use super::measurement::{Consistency, Instrument};
use super::shared::{Sharer, Unit};
use super::subject::{Measured, Subject, Use};

/// Computes drafts.
pub(super) struct Drafter<'a> {
    subject: &'a Subject,
    metrics: Vec<Metric>,
    scored_items: Vec<usize>,
    dimensions: Vec<Dimension>,
    instrument: Instrument<'a>,
    student: Student,
}

/// A slice with what is known of it.
struct Known<'a> {
    sums: &'a Sums,
    /// Scores of the units directly below, when the slice is a unit.
    below: Option<&'a [Vec<GroupScores>]>,
    allowed: Allowed<'a>,
    population: Option<u32>,
    means: Means,
    /// How each item goes with the others of its dimension, by position.
    consistencies: Vec<Option<Consistency>>,
}

impl<'a> Drafter<'a> {
    pub(super) fn new(subject: &'a Subject) -> Self {
        let metrics = subject.metrics();
        Self {
            subject,
            scored_items: subject.shape.scored().to_vec(),
            dimensions: subject.dimensions.iter().map(|each| each.tree.clone()).collect(),
            instrument: Instrument::new(subject, &metrics),
            metrics,
            student: Student::default(),
        }
    }

    /// Scores of a group's people on each scale where the distributions of its items are told.
    pub(super) fn scores(&self, sums: &Sums, allowed: Allowed<'_>) -> Vec<GroupScores> {
        self.instrument.scores(sums, allowed)
    }

    /// The numbers of a slice with these sums and these invitations, of a unit as a whole with those
    /// that compare its parts.
    pub(super) fn draft(
        &mut self,
        (sums, unit): (&Sums, Option<&Unit<'_>>),
        (invited, late): (u32, u32),
        allowed: Allowed<'_>,
    ) -> Draft {
        let subject = self.subject;
        let known = Known {
            sums,
            below: unit.map(|unit| unit.parts.below.as_slice()),
            allowed,
            population: (!subject.imported).then_some(invited),
            means: Means::of(&subject.shape, sums, &self.metrics),
            consistencies: self.instrument.consistencies(sums, allowed),
        };
        let answered = |lane: usize| known.means.mean(lane).is_some();
        let facets = subject.dimensions.iter().flat_map(|dimension| &dimension.facets);
        let weights = std::iter::once(overall_weights(&self.dimensions, &answered))
            .chain(self.dimensions.iter().map(|each| dimension_weights(each, &answered)))
            .chain(facets.map(|facet| facet_weights(facet, &answered)));
        let weights: Vec<Weights> = weights.collect();
        let scales = weights.iter().enumerate();
        let mut scales = scales.map(|(scale, weights)| self.scale(&known, scale, weights));
        let overall = scales.next();
        let dimensions = scales.by_ref().take(subject.dimensions.len()).collect();
        let facets = scales.collect();
        let items = (0..subject.items.len()).map(|item| self.item(&known, item)).collect();
        Draft {
            responses: sums.people(),
            invited: (!subject.imported).then_some((invited, late)),
            representativeness: unit.map(|unit| self.representativeness(&unit.turnouts)),
            overall: overall.unwrap_or_else(ScaleDraft::not_measured),
            dimensions,
            facets,
            items,
            careless: allowed.many().then(|| self.careless(sums)),
            shared: unit
                .filter(|unit| !unit.places.is_empty())
                .map(|unit| Sharer::new(subject, &self.metrics, &self.dimensions).draft(unit)),
        }
    }

    /// How evenly the parts of a unit responded.
    fn representativeness(&self, turnouts: &[Sampled]) -> Computed<Quantity> {
        if self.subject.imported {
            return Err(Hidden::NotMeasured);
        }
        let is_there = |turnout: &&Sampled| turnout.population > 0;
        let parts = turnouts.iter().filter(is_there).count();
        let value = r_indicator(turnouts)?;
        Ok(Quantity { value, sample: u32::try_from(parts).ok(), ..Quantity::default() })
    }

    fn scale(&mut self, known: &Known<'_>, scale: usize, weights: &Weights) -> ScaleDraft {
        let items = &self.subject.scales[scale].items;
        let is_told = known.allowed.quality(scale) && !items.is_empty();
        ScaleDraft {
            score: self.score(known, !items.is_empty(), weights),
            items: items.clone(),
            scale,
            quality: is_told.then(|| self.instrument.quality(known.sums, scale, known.below)),
        }
    }

    fn score(&mut self, known: &Known<'_>, asked: bool, weights: &Weights) -> Computed<Score> {
        if !asked {
            return Err(Hidden::NotMeasured);
        }
        let items = weights.iter().map(|(lane, _)| self.scored_items[*lane]);
        let df = items.map(|item| self.df(known, item)).min().unwrap_or(0);
        let sampled = known.sampled(known.sums.people());
        let estimate = known.means.weighted(weights, df, sampled, &mut self.student)?;
        let single = match weights.as_slice() {
            [(lane, _)] => Some(self.scored_items[*lane]),
            _ => None,
        };
        Ok(Score { estimate, single })
    }

    /// Degrees of freedom of an item. Where it may not be told how many answered, as many as there
    /// are at least: those who did not answer are then fewer than the minimum group size.
    fn df(&self, known: &Known<'_>, item: usize) -> u32 {
        if known.allowed.items() && known.allowed.number(item) {
            known.sums.answered(&self.subject.shape, item).saturating_sub(1)
        } else {
            known.sums.people().saturating_sub(self.subject.limits.minimum)
        }
    }

    fn item(&mut self, known: &Known<'_>, item: usize) -> ItemDraft {
        let shape = &self.subject.shape;
        let Measured { use_of, cannot_judge, is_rating } = self.subject.items[item];
        let counts = known.sums.counts(shape, item).to_vec();
        let split = match use_of {
            Use::Score { metric, .. } => Split::of(&counts, metric.slope < 0),
            Use::Mean { .. } | Use::Shares => Split::default(),
        };
        let (rating, mean) = match use_of {
            Use::Score { metric, dimension } => {
                let scale = 1 + dimension;
                let consistency = known.consistencies[item].clone();
                let score = self.mean(known, item, metric);
                (Some(RatingDraft { score, split, scale, consistency }), None)
            }
            Use::Mean { metric } => {
                let mean = self.mean(known, item, metric).map(|(estimate, _)| estimate);
                (None, Some(mean))
            }
            Use::Shares => (None, None),
        };
        let (points, options) = match use_of {
            Use::Shares => (Vec::new(), counts),
            Use::Score { .. } | Use::Mean { .. } if is_rating => (counts, Vec::new()),
            Use::Score { .. } | Use::Mean { .. } => (Vec::new(), Vec::new()),
        };
        ItemDraft {
            answered: known.sums.answered(shape, item),
            cannot_judge: cannot_judge.then(|| known.sums.cannot_judge(shape, item)),
            rating,
            mean,
            points,
            options,
        }
    }

    /// Signs of careless answering: long strings, and what was left out.
    fn careless(&self, sums: &Sums) -> CarelessDraft {
        let shape = &self.subject.shape;
        let people = sums.people();
        let long_string = sums.long_strings(shape).and_then(|count| share(count, people));
        CarelessDraft {
            long_string: match long_string {
                // Too few items say nothing about anybody.
                Err(Degenerate::TooFewItems) => Err(Hidden::NotMeasured),
                Err(reason) => Err(reason.into()),
                Ok(of_all) => Ok(Quantity {
                    value: of_all.value,
                    interval: Some((of_all.lower, of_all.upper)),
                    sample: Some(people),
                    ..Quantity::default()
                }),
            },
            missing: sums
                .missing(shape)
                .map(|value| Quantity { value, sample: Some(people), ..Quantity::default() })
                .map_err(Into::into),
        }
    }

    fn mean(
        &mut self,
        known: &Known<'_>,
        item: usize,
        metric: Metric,
    ) -> Computed<(Estimate, f64)> {
        let shape = &self.subject.shape;
        let answered = known.sums.answered(shape, item);
        let powers = known.sums.powers(shape, item);
        let value = mean(answered, powers.0, metric)?;
        let variance = variance(answered, powers, metric);
        let counts = (answered, self.df(known, item));
        let estimate = of_mean(value, variance, counts, known.sampled(answered), &mut self.student);
        Ok((estimate, deviation(variance)))
    }
}

impl Known<'_> {
    fn sampled(&self, sample: u32) -> Option<Sampled> {
        self.population.map(|population| Sampled { sample, population })
    }
}
