//! From computed numbers to published ones: what the plan does not allow is left out, the rest is
//! rounded.
use sha2::{Digest, Sha256};

use super::card::{Card, ItemCard, Participation};
use super::decide::Allowed;
use super::figure::{Bounds, Figure, Hidden, Kind, Method, Released, Sizes, rounded};
use crate::stats::{Estimate, Spread};

/// A computed number, or why there is none.
pub type Computed<T> = Result<T, Hidden>;

/// The computed numbers of a slice.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Responses.
    pub responses: u32,
    /// Invitations, and how many of them came late; none where nobody is invited.
    pub invited: Option<(u32, u32)>,
    /// The overall score.
    pub overall: Computed<Score>,
    /// Scores of all dimensions.
    pub dimensions: Vec<Computed<Score>>,
    /// Scores of all facets.
    pub facets: Vec<Computed<Score>>,
    /// The items that were asked.
    pub items: Vec<ItemDraft>,
}

/// A score from item means.
#[derive(Clone, Copy, Debug)]
pub struct Score {
    /// The score.
    pub estimate: Estimate,
    /// The only item that it comes from, when there is but one: its error is that of the item.
    pub single: Option<usize>,
}

/// The computed numbers of an item.
#[derive(Clone, Debug)]
pub struct ItemDraft {
    /// How many answered.
    pub answered: u32,
    /// How many could not judge; none where that cannot be chosen.
    pub cannot_judge: Option<u32>,
    /// Mean in points and standard deviation; for ratings that enter a score.
    pub score: Option<Computed<(Estimate, f64)>>,
    /// Mean in its own unit.
    pub mean: Option<Computed<Estimate>>,
    /// How often each point was given, from the lowest up.
    pub points: Vec<u32>,
    /// How often each option was chosen.
    pub options: Vec<u32>,
}

/// The published numbers of a slice.
pub struct Published {
    /// The card.
    pub card: Card,
    /// SHA-256 over the same numbers before rounding.
    pub exact_digest: [u8; 32],
}

/// Publishes what is allowed of a slice.
pub fn publish(draft: &Draft, allowed: Allowed<'_>) -> Published {
    let mut press = Press { draft, allowed, exact: Sha256::new() };
    let participation = press.participation();
    let overall = press.score(&draft.overall);
    let dimensions = draft.dimensions.iter().map(|score| press.score(score)).collect();
    let facets = draft.facets.iter().map(|score| press.facet(score)).collect();
    let items = (0..draft.items.len()).map(|item| press.item(item)).collect();
    let card = Card { participation, overall, dimensions, facets, items };
    Published { card, exact_digest: press.exact.finalize().into() }
}

struct Press<'a> {
    draft: &'a Draft,
    allowed: Allowed<'a>,
    exact: Sha256,
}

/// A value on its way.
struct Value {
    number: f64,
    spread: Option<Spread>,
    kind: Kind,
    method: Method,
    sizes: Sizes,
    census: bool,
}

impl Press<'_> {
    fn participation(&self) -> Participation {
        let responses = self.draft.responses;
        let Some((invited, late)) = self.draft.invited else {
            let none = Released::Hidden(Hidden::NotMeasured);
            let rate = Released::Hidden(Hidden::NotMeasured);
            return Participation { invited: none, late: none, responses, rate };
        };
        let rate = Value {
            number: share(responses, invited),
            spread: None,
            kind: Kind::Share,
            method: Method::Exact,
            sizes: Sizes::default(),
            census: false,
        };
        let rate = if invited == 0 {
            Released::Hidden(Hidden::TooFewObservations)
        } else {
            self.round(&rate)
        };
        let (invited, late) = (Released::Shown(invited), Released::Shown(late));
        Participation { invited, late, responses, rate }
    }

    fn facet(&mut self, score: &Computed<Score>) -> Released<Figure> {
        match score {
            Err(Hidden::NotMeasured) => Released::Hidden(Hidden::NotMeasured),
            _ if !self.allowed.items() => Released::Hidden(Hidden::Protected),
            score => self.score(score),
        }
    }

    fn score(&mut self, score: &Computed<Score>) -> Released<Figure> {
        let score = match score {
            Ok(score) => score,
            Err(reason) => return Released::Hidden(*reason),
        };
        let estimate = score.estimate;
        let error = score.single.is_none_or(|item| self.allowed.distribution(item));
        self.figure(&Value {
            number: estimate.value,
            spread: estimate.spread.filter(|_| error),
            kind: Kind::Points,
            method: Method::MeanOfMeans,
            sizes: self.sizes(Some(self.draft.responses)),
            census: estimate.census,
        })
    }

    fn item(&mut self, item: usize) -> ItemCard {
        let draft = &self.draft.items[item];
        let level = self.allowed.items();
        let distribution = level && self.allowed.distribution(item);
        let mean = |press: &mut Self, estimate: &Computed<Estimate>| match estimate {
            _ if !level => Released::Hidden(Hidden::Protected),
            Err(reason) => Released::Hidden(*reason),
            Ok(estimate) => press.mean(item, *estimate),
        };
        let score = draft.score.as_ref().map(|score| score.map(|(estimate, _)| estimate));
        ItemCard {
            score: score.map(|estimate| mean(self, &estimate)),
            dispersion: draft.score.as_ref().map(|score| match score {
                _ if !distribution => Released::Hidden(Hidden::Protected),
                Err(reason) => Released::Hidden(*reason),
                Ok((_, deviation)) => self.part(item, *deviation, Kind::Points),
            }),
            mean: draft.mean.as_ref().map(|estimate| mean(self, estimate)),
            cannot_judge_share: draft.cannot_judge.map(|cannot| {
                let all = cannot + draft.answered;
                self.share(item, level && self.allowed.number(item), cannot, all)
            }),
            distribution: draft
                .points
                .iter()
                .map(|count| self.share(item, distribution, *count, draft.answered))
                .collect(),
            option_shares: draft
                .options
                .iter()
                .map(|count| self.share(item, distribution, *count, draft.answered))
                .collect(),
        }
    }

    /// The mean of an item. Its error is its standard deviation once more, so both are told or
    /// neither.
    fn mean(&mut self, item: usize, estimate: Estimate) -> Released<Figure> {
        let error = self.allowed.distribution(item);
        self.figure(&Value {
            number: estimate.value,
            spread: estimate.spread.filter(|_| error),
            kind: Kind::Points,
            method: Method::Mean,
            sizes: self.sizes(self.answered(item)),
            census: estimate.census && self.allowed.number(item),
        })
    }

    fn share(&mut self, item: usize, told: bool, count: u32, of: u32) -> Released<Figure> {
        if !told {
            Released::Hidden(Hidden::Protected)
        } else if of == 0 {
            Released::Hidden(Hidden::TooFewObservations)
        } else {
            self.part(item, share(count, of), Kind::Share)
        }
    }

    /// A number that goes with the distribution of an item.
    fn part(&mut self, item: usize, number: f64, kind: Kind) -> Released<Figure> {
        let sizes = Sizes { sample: self.answered(item), population: None };
        self.figure(&Value {
            number,
            spread: None,
            kind,
            method: Method::Mean,
            sizes,
            census: false,
        })
    }

    fn answered(&self, item: usize) -> Option<u32> {
        self.allowed.number(item).then_some(self.draft.items[item].answered)
    }

    fn sizes(&self, sample: Option<u32>) -> Sizes {
        Sizes { sample, population: self.draft.invited.map(|(invited, _)| invited) }
    }

    fn figure(&mut self, value: &Value) -> Released<Figure> {
        self.exact.update(value.number.to_bits().to_be_bytes());
        if let Some(spread) = value.spread {
            for number in [spread.standard_error, spread.lower, spread.upper] {
                self.exact.update(number.to_bits().to_be_bytes());
            }
        }
        self.round(value)
    }

    fn round(&self, value: &Value) -> Released<Figure> {
        let round = |number: f64| rounded(number, value.kind, self.draft.responses);
        let bounds = |spread: Spread| {
            let standard_error = round(spread.standard_error)?;
            Some(Bounds {
                standard_error,
                lower: round(spread.lower)?,
                upper: round(spread.upper)?,
            })
        };
        match round(value.number) {
            Some(number) => Released::Shown(Figure {
                value: number,
                error: value.spread.and_then(bounds),
                sizes: value.sizes,
                method: value.method,
                census: value.census,
            }),
            None => Released::Hidden(Hidden::TooFewObservations),
        }
    }
}

fn share(count: u32, of: u32) -> f64 {
    f64::from(count) / f64::from(of.max(1))
}
