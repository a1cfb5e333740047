//! How well the scales of an instrument measure, from the answers of the people who answered all items
//! of a scale.
use super::subject::Subject;
pub(super) use crate::disclosure::Consistency;
use crate::disclosure::{Allowed, Computed, QualityDraft, Quantity};
use crate::stats::{
    Composite, Degenerate, GroupScores, Metric, Part, Sums, agreement, average_deviation,
    intraclass,
};

/// Parts of a point, so that scores of persons are whole numbers.
const FRACTION: f64 = 16_777_216.0;

/// The scales of an instrument.
pub(super) struct Instrument<'a> {
    subject: &'a Subject,
    scales: Vec<Scale>,
}

/// A scale: what each of its items adds to a person's score.
struct Scale {
    parts: Vec<Part>,
    /// Points per code, in fractions, as whole numbers.
    steps: Vec<i128>,
}

impl<'a> Instrument<'a> {
    /// The scales that a wave asked.
    pub(super) fn new(subject: &'a Subject, metrics: &[Metric]) -> Self {
        let scale = |plan: &super::subject::ScalePlan| {
            let part =
                |(lane, weight): &(usize, f64)| Part { metric: metrics[*lane], weight: *weight };
            let step =
                |(lane, weight): &(usize, f64)| whole(metrics[*lane].step() * weight * FRACTION);
            Scale {
                parts: plan.weights.iter().map(part).collect(),
                steps: plan.weights.iter().map(step).collect(),
            }
        };
        Self { subject, scales: subject.scales.iter().map(scale).collect() }
    }

    /// How well a scale measures in a group, and how far the units directly below differ.
    pub(super) fn quality(
        &self,
        sums: &Sums,
        scale: usize,
        below: Option<&[Vec<GroupScores>]>,
    ) -> QualityDraft {
        let shape = &self.subject.shape;
        let sample = Some(sums.complete_people(scale));
        let plain = |value: f64| Quantity { value, sample, ..Quantity::default() };
        let composite = self.composite(sums, scale);
        let of = |number: &dyn Fn(&Composite) -> Result<f64, Degenerate>| -> Computed<Quantity> {
            Ok(plain(number(composite.as_ref().ok_or(Degenerate::TooFewItems)?)?))
        };
        let alpha = composite.as_ref().ok_or(Degenerate::TooFewItems).and_then(Composite::alpha);
        let counts = sums.complete_counts(shape, scale);
        let agreement = agreement(&counts).map(|agreement| Quantity {
            flags: agreement.flag.into_iter().collect(),
            ..plain(agreement.value)
        });
        let units: Vec<GroupScores> = below
            .unwrap_or_default()
            .iter()
            .filter_map(|scores| scores.get(scale).copied())
            .filter(|scores| scores.people > 0)
            .collect();
        let number = u32::try_from(units.len()).ok();
        let of_units = |value: f64| Quantity { value, sample: number, ..Quantity::default() };
        let known = intraclass(&units);
        QualityDraft {
            alpha: alpha
                .map(|alpha| Quantity {
                    interval: alpha.interval,
                    flags: alpha.flags,
                    ..plain(alpha.value)
                })
                .map_err(Into::into),
            omega: of(&Composite::omega),
            measurement_error: of(&Composite::measurement_error),
            dispersion: of(&|composite| Ok(composite.variance()?.max(0.0).sqrt())),
            agreement: agreement.map_err(Into::into),
            average_deviation: average_deviation(&counts).map(plain).map_err(Into::into),
            icc1: known
                .map(|known| Quantity {
                    interval: known.interval,
                    flags: known.flag.into_iter().collect(),
                    ..of_units(known.icc1)
                })
                .map_err(Into::into),
            icc2: known.and_then(|known| known.icc2).map(of_units).map_err(Into::into),
            average_unit_size: known.map(|known| of_units(known.size)).map_err(Into::into),
        }
    }

    /// How each item goes with the others of its dimension, by its position; none where that may not
    /// be told, and of items that enter no score.
    pub(super) fn consistencies(
        &self,
        sums: &Sums,
        allowed: Allowed<'_>,
    ) -> Vec<Option<Consistency>> {
        let mut all = vec![None; self.subject.items.len()];
        for scale in 1..=self.subject.dimensions.len() {
            if !allowed.quality(scale) {
                continue;
            }
            let sample = Some(sums.complete_people(scale));
            let plain = |value: f64| Quantity { value, sample, ..Quantity::default() };
            let composite = self.composite(sums, scale);
            for (at, item) in self.subject.scales[scale].items.iter().enumerate() {
                let of = |number: &dyn Fn(&Composite) -> Result<f64, Degenerate>| {
                    let composite = composite.as_ref().ok_or(Degenerate::TooFewItems)?;
                    Ok(plain(number(composite)?))
                };
                all[*item] = Some((
                    of(&|composite| composite.item_total(at)),
                    of(&|composite| composite.alpha_without(at)),
                ));
            }
        }
        all
    }

    /// Scores of a group's people on each scale, in fractions of a point. Of nobody where the
    /// distributions of its items are not told, since a variance within groups is made of them.
    pub(super) fn scores(&self, sums: &Sums, allowed: Allowed<'_>) -> Vec<GroupScores> {
        let of_scale = |(scale, of): (usize, &Scale)| {
            let mut items = self.subject.scales[scale].items.iter();
            if !allowed.items() || !items.all(|item| allowed.distribution(*item)) {
                return GroupScores::default();
            }
            let complete = sums.complete(&self.subject.shape, scale);
            let mut scores = GroupScores { people: complete.people(), sum: 0, squares: 0 };
            for (a, first) in of.steps.iter().enumerate() {
                scores.sum += first * i128::from(complete.sum(a));
                for (b, second) in of.steps.iter().enumerate() {
                    scores.squares += first * second * i128::from(complete.products(a, b));
                }
            }
            scores
        };
        self.scales.iter().enumerate().map(of_scale).collect()
    }

    fn composite(&self, sums: &Sums, scale: usize) -> Option<Composite> {
        let complete = sums.complete(&self.subject.shape, scale);
        Composite::new(&complete, &self.scales[scale].parts)
    }
}

/// The nearest whole number.
#[expect(clippy::cast_possible_truncation, reason = "points times the fraction fit by far")]
fn whole(value: f64) -> i128 {
    value.round() as i128
}
