//! The numbers of a scale.
use super::draft::{Computed, QualityDraft, ScaleDraft, Score};
use super::{Press, share};
use crate::disclosure::card::{AnswersCard, QualityCard, ScaleCard};
use crate::disclosure::figure::{Figure, Hidden, Kind, Method, Released};
use crate::stats::Degenerate;

impl Press<'_> {
    /// A scale; `is_shown` when its score goes with the slice, and not with its items.
    pub(super) fn scale(&mut self, draft: &ScaleDraft, is_shown: bool) -> ScaleCard {
        if draft.items.is_empty() {
            let hidden = Hidden::NotMeasured;
            return ScaleCard {
                score: Released::Hidden(hidden),
                answers: AnswersCard::hidden(hidden),
                cannot_judge_share: Released::Hidden(hidden),
                quality: QualityCard::hidden(hidden),
            };
        }
        let score = if is_shown || self.allowed.items() {
            self.score(&draft.score)
        } else {
            Released::Hidden(Hidden::Protected)
        };
        ScaleCard {
            score,
            answers: self.answers_of(&draft.items),
            cannot_judge_share: self.cannot_judge_of(&draft.items),
            quality: match &draft.quality {
                Some(quality) if self.allowed.quality(draft.scale) => self.quality(quality),
                _ => QualityCard::hidden(Hidden::Protected),
            },
        }
    }

    fn score(&mut self, score: &Computed<Score>) -> Released<Figure> {
        let score = match score {
            Ok(score) => score,
            Err(reason) => return Released::Hidden(*reason),
        };
        let has_error = score.single.is_none_or(|item| self.allowed.distribution(item));
        let sizes = self.sizes(Some(self.draft.responses));
        self.estimate(score.estimate, Method::MeanOfMeans, has_error, sizes)
    }

    /// Means over items of the shares of their answers. They are told where those of each item are.
    fn answers_of(&mut self, items: &[usize]) -> AnswersCard {
        let told =
            self.allowed.items() && items.iter().all(|item| self.allowed.distribution(*item));
        if !told {
            return AnswersCard::hidden(Hidden::Protected);
        }
        let (mut favourable, mut neutral, mut unfavourable, mut number) = (0.0, 0.0, 0.0, 0.0);
        for item in items {
            let item = &self.draft.items[*item];
            if let Some(rating) = item.rating.as_ref().filter(|_| item.answered > 0) {
                number += 1.0;
                favourable += share(rating.split.favourable, item.answered);
                neutral += share(rating.split.neutral, item.answered);
                unfavourable += share(rating.split.unfavourable, item.answered);
            }
        }
        if number == 0.0 {
            return AnswersCard::hidden(Hidden::NotEstimable(Degenerate::NoObservations));
        }
        let mut mean = |sum: f64, kind| {
            let value = self.plain(sum / number, kind, Method::Index);
            self.figure(&value)
        };
        AnswersCard {
            favourable: mean(favourable, Kind::Share),
            neutral: mean(neutral, Kind::Share),
            unfavourable: mean(unfavourable, Kind::Share),
            net: mean(100.0 * (favourable - unfavourable), Kind::Points),
        }
    }

    /// The share of "cannot judge" among all answers. It is told where each item's is.
    fn cannot_judge_of(&mut self, items: &[usize]) -> Released<Figure> {
        let asked = |item: &usize| {
            let item = &self.draft.items[*item];
            item.cannot_judge.map(|cannot| (cannot, cannot + item.answered))
        };
        let counts: Vec<(u32, u32)> = items.iter().filter_map(asked).collect();
        if counts.is_empty() {
            return Released::Hidden(Hidden::NotMeasured);
        }
        if !(self.allowed.items() && items.iter().all(|item| self.allowed.number(*item))) {
            return Released::Hidden(Hidden::Protected);
        }
        let sum = |of: fn(&(u32, u32)) -> u32| counts.iter().map(of).map(u64::from).sum::<u64>();
        let (cannot, all) = (sum(|counts| counts.0), sum(|counts| counts.1));
        if all == 0 {
            return Released::Hidden(Hidden::NotEstimable(Degenerate::NoObservations));
        }
        let value = self.plain(ratio(cannot, all), Kind::Share, Method::Index);
        self.figure(&value)
    }

    fn quality(&mut self, draft: &QualityDraft) -> QualityCard {
        QualityCard {
            alpha: self.quantity(&draft.alpha, Kind::Share, Method::AlphaFeldt),
            omega: self.quantity(&draft.omega, Kind::Share, Method::OmegaMaximumLikelihood),
            measurement_error: self.quantity(&draft.measurement_error, Kind::Points, Method::Index),
            dispersion: self.quantity(&draft.dispersion, Kind::Points, Method::Index),
            agreement: self.quantity(&draft.agreement, Kind::Share, Method::Index),
            average_deviation: self.quantity(&draft.average_deviation, Kind::Share, Method::Index),
            icc1: self.quantity(&draft.icc1, Kind::OfGroups, Method::IccAnova),
            icc2: self.quantity(&draft.icc2, Kind::OfGroups, Method::IccAnova),
            average_unit_size: self.quantity(
                &draft.average_unit_size,
                Kind::OfGroups,
                Method::IccAnova,
            ),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of answers are below 2^53")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
