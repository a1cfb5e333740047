//! The numbers of an item.
use super::draft::{Computed, RatingDraft};
use super::{Press, Value};
use crate::disclosure::card::{AnswersCard, ConsistencyCard, ItemCard};
use crate::disclosure::figure::{Figure, Hidden, Kind, Method, Released, Sizes};
use crate::stats::{self, Degenerate, Estimate, Split};

impl Press<'_> {
    pub(super) fn item(&mut self, item: usize) -> ItemCard {
        let draft = self.draft;
        let draft = &draft.items[item];
        let level = self.allowed.items();
        let distribution = level && self.allowed.distribution(item);
        let mut card = ItemCard {
            mean: draft.mean.as_ref().map(|estimate| self.mean(item, estimate)),
            cannot_judge_share: draft.cannot_judge.map(|cannot| {
                let all = cannot + draft.answered;
                self.share(level && self.allowed.number(item), cannot, all)
            }),
            distribution: (draft.points.iter())
                .map(|count| self.part(distribution, *count, draft.answered))
                .collect(),
            option_shares: (draft.options.iter())
                .map(|count| self.share(distribution, *count, draft.answered))
                .collect(),
            ..ItemCard::default()
        };
        if let Some(rating) = &draft.rating {
            let mean = rating.score.as_ref().map(|(estimate, _)| *estimate).map_err(|why| *why);
            card.score = Some(self.mean(item, &mean));
            card.dispersion = Some(match &rating.score {
                _ if !distribution => Released::Hidden(Hidden::Protected),
                Err(reason) => Released::Hidden(*reason),
                Ok((_, deviation)) => {
                    let sizes = Sizes { sample: self.answered(item), population: None };
                    let value = self.plain(*deviation, Kind::Points, Method::Mean);
                    self.figure(&Value { sizes, ..value })
                }
            });
            card.answers = Some(self.answers(distribution, rating.split));
            card.consistency = Some(self.consistency(rating));
        }
        card
    }

    /// The mean of an item. Its error is its standard deviation once more, so both are told or
    /// neither.
    fn mean(&mut self, item: usize, estimate: &Computed<Estimate>) -> Released<Figure> {
        if !self.allowed.items() {
            return Released::Hidden(Hidden::Protected);
        }
        let mut estimate = match estimate {
            Ok(estimate) => *estimate,
            Err(reason) => return Released::Hidden(*reason),
        };
        estimate.census &= self.allowed.number(item);
        let sizes = self.sizes(self.answered(item));
        self.estimate(estimate, Method::Mean, self.allowed.distribution(item), sizes)
    }

    fn answers(&mut self, told: bool, split: Split) -> AnswersCard {
        if !told {
            return AnswersCard::hidden(Hidden::Protected);
        }
        let all = split.answered();
        let net = match split.net() {
            Err(reason) => Released::Hidden(reason.into()),
            Ok(net) => {
                let value = Value {
                    standard_error: net.standard_error.map(|error| 100.0 * error),
                    interval: Some((100.0 * net.lower, 100.0 * net.upper)),
                    sizes: Sizes { sample: Some(all), population: None },
                    ..self.plain(100.0 * net.value, Kind::Points, Method::AdjustedWald)
                };
                self.figure(&value)
            }
        };
        AnswersCard {
            favourable: self.share(told, split.favourable, all),
            neutral: self.share(told, split.neutral, all),
            unfavourable: self.share(told, split.unfavourable, all),
            net,
        }
    }

    fn consistency(&mut self, rating: &RatingDraft) -> ConsistencyCard {
        match &rating.consistency {
            Some((item_total, alpha_if_deleted)) if self.allowed.quality(rating.scale) => {
                ConsistencyCard {
                    item_total: self.quantity(item_total, Kind::Share, Method::Index),
                    alpha_if_deleted: self.quantity(alpha_if_deleted, Kind::Share, Method::Index),
                }
            }
            _ => ConsistencyCard::hidden(Hidden::Protected),
        }
    }

    /// A share with its interval.
    fn share(&mut self, told: bool, count: u32, of: u32) -> Released<Figure> {
        if !told {
            return Released::Hidden(Hidden::Protected);
        }
        match stats::share(count, of) {
            Err(reason) => Released::Hidden(reason.into()),
            Ok(share) => {
                let value = Value {
                    interval: Some((share.lower, share.upper)),
                    sizes: Sizes { sample: Some(of), population: None },
                    ..self.plain(share.value, Kind::Share, Method::Wilson)
                };
                self.figure(&value)
            }
        }
    }

    /// A part of a distribution: its interval would be that of one of many.
    fn part(&mut self, told: bool, count: u32, of: u32) -> Released<Figure> {
        if !told {
            Released::Hidden(Hidden::Protected)
        } else if of == 0 {
            Released::Hidden(Hidden::NotEstimable(Degenerate::NoObservations))
        } else {
            let sizes = Sizes { sample: Some(of), population: None };
            let value = self.plain(super::share(count, of), Kind::Share, Method::Mean);
            self.figure(&Value { sizes, ..value })
        }
    }
}
