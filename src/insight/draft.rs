//! The numbers of one slice from its sums.
use crate::disclosure::{Allowed, Computed, Draft, Hidden, ItemDraft, Score};
use crate::stats::{
    Degenerate, Dimension, Estimate, Means, Metric, Sampled, Student, Sums, Weights, deviation,
    dimension_weights, facet_weights, mean, of_mean, overall_weights, variance,
};

use super::subject::{Measured, Subject, Use};

/// Computes drafts.
pub(super) struct Drafter<'a> {
    subject: &'a Subject,
    metrics: Vec<Metric>,
    scored_items: Vec<usize>,
    dimensions: Vec<Dimension>,
    student: Student,
}

/// A slice with what is known of it.
struct Known<'a> {
    sums: &'a Sums,
    allowed: Allowed<'a>,
    population: Option<u32>,
    means: Means,
}

impl<'a> Drafter<'a> {
    pub(super) fn new(subject: &'a Subject) -> Self {
        Self {
            subject,
            metrics: subject.metrics(),
            scored_items: subject.shape.scored().to_vec(),
            dimensions: subject.dimensions.iter().map(|each| each.tree.clone()).collect(),
            student: Student::default(),
        }
    }

    /// The numbers of a slice with these sums and these invitations.
    pub(super) fn draft(
        &mut self,
        sums: &Sums,
        (invited, late): (u32, u32),
        allowed: Allowed<'_>,
    ) -> Draft {
        let subject = self.subject;
        let known = Known {
            sums,
            allowed,
            population: (!subject.imported).then_some(invited),
            means: Means::of(&subject.shape, sums, &self.metrics),
        };
        let answered = |lane: usize| known.means.mean(lane).is_some();
        let overall = overall_weights(&self.dimensions, &answered);
        let asked_all = self.dimensions.iter().flat_map(|each| &each.parts);
        let asked_all = asked_all.clone().any(|facet| !facet.parts.is_empty());
        let overall = self.score(&known, asked_all, &overall);
        let mut dimensions = Vec::new();
        let mut facets = Vec::new();
        for plan in &subject.dimensions {
            let asked = plan.facets.iter().any(|facet| !facet.parts.is_empty());
            let weights = dimension_weights(&plan.tree, &answered);
            dimensions.push(self.score(&known, asked, &weights));
            for facet in &plan.facets {
                let weights = facet_weights(facet, &answered);
                facets.push(self.score(&known, !facet.parts.is_empty(), &weights));
            }
        }
        let items = (0..subject.items.len()).map(|item| self.item(&known, item)).collect();
        Draft {
            responses: sums.people(),
            invited: (!subject.imported).then_some((invited, late)),
            overall,
            dimensions,
            facets,
            items,
        }
    }

    fn score(&mut self, known: &Known<'_>, asked: bool, weights: &Weights) -> Computed<Score> {
        if !asked {
            return Err(Hidden::NotMeasured);
        }
        let items = weights.iter().map(|(lane, _)| self.scored_items[*lane]);
        let df = items.map(|item| self.df(known, item)).min().unwrap_or(0);
        let estimate = known
            .means
            .weighted(weights, df, known.sampled(known.sums.people()), &mut self.student)
            .map_err(few)?;
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
        let (score, mean) = match use_of {
            Use::Score { metric } => (Some(self.mean(known, item, metric)), None),
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
            score,
            mean,
            points,
            options,
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
        let value = mean(answered, powers.0, metric).map_err(few)?;
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

fn few(_: Degenerate) -> Hidden {
    Hidden::TooFewObservations
}
