//! From computed numbers to published ones: what the plan does not allow is left out, the rest is
//! rounded.
mod draft;
mod item;
mod scale;
mod shared;

use sha2::{Digest, Sha256};

use super::card::{Card, CarelessCard, Participation};
use super::decide::Allowed;
use super::figure::{Figure, Flags, Hidden, Kind, Method, Released, Sizes, rounded};
use crate::stats::{Degenerate, Estimate, Flag};
pub use draft::{
    AxisDraft, AxisNumbers, CarelessDraft, Computed, Consistency, Draft, GapDraft, GapNumbers,
    GroupDraft, ItemDraft, OrientationDraft, QualityDraft, Quantity, RatingDraft, ScaleDraft,
    Score, SharedDraft,
};

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
    let overall = press.scale(&draft.overall, true);
    let dimensions = draft.dimensions.iter().map(|scale| press.scale(scale, true)).collect();
    let facets = draft.facets.iter().map(|scale| press.scale(scale, false)).collect();
    let items = (0..draft.items.len()).map(|item| press.item(item)).collect();
    let careless = press.careless();
    let shared = draft.shared.as_ref().map(|shared| press.shared(shared));
    let card = Card { participation, overall, dimensions, facets, items, careless, shared };
    Published { card, exact_digest: press.exact.finalize().into() }
}

/// What turns the numbers of a slice into published ones.
struct Press<'a> {
    draft: &'a Draft,
    allowed: Allowed<'a>,
    exact: Sha256,
}

/// A value on its way.
struct Value {
    number: f64,
    standard_error: Option<f64>,
    interval: Option<(f64, f64)>,
    kind: Kind,
    method: Method,
    sizes: Sizes,
    flags: Flags,
}

impl Press<'_> {
    fn participation(&mut self) -> Participation {
        let responses = self.draft.responses;
        let Some((invited, late)) = self.draft.invited else {
            let none = Released::Hidden(Hidden::NotMeasured);
            let rate = Released::Hidden(Hidden::NotMeasured);
            let representativeness = self.draft.representativeness.as_ref().map(|_| rate);
            let (invited, late) = (none, none);
            return Participation { invited, late, responses, rate, representativeness };
        };
        let rate = if invited == 0 {
            Released::Hidden(Hidden::NotEstimable(Degenerate::NoObservations))
        } else {
            self.round(&plain(share(responses, invited), Kind::Share, Method::Exact))
        };
        let (invited, late) = (Released::Shown(invited), Released::Shown(late));
        let representativeness = self.draft.representativeness.as_ref();
        let representativeness = representativeness
            .map(|quantity| self.quantity(quantity, Kind::OfGroups, Method::Index));
        Participation { invited, late, responses, rate, representativeness }
    }

    /// Signs of careless answering, of as many people as quality needs.
    fn careless(&mut self) -> CarelessCard {
        match &self.draft.careless {
            Some(draft) if self.allowed.many() => CarelessCard {
                long_string: self.quantity(&draft.long_string, Kind::Share, Method::Wilson),
                missing: self.quantity(&draft.missing, Kind::Share, Method::Index),
            },
            _ => CarelessCard::hidden(Hidden::Protected),
        }
    }

    /// The mean of a score or an item, with its error when that may be told.
    fn estimate(
        &mut self,
        estimate: Estimate,
        method: Method,
        has_error: bool,
        sizes: Sizes,
    ) -> Released<Figure> {
        let spread = estimate.spread.filter(|_| has_error);
        let flags = if estimate.census { Flags::of(&[Flag::Census]) } else { Flags::default() };
        let value = Value {
            standard_error: spread.map(|spread| spread.standard_error),
            interval: spread.map(|spread| (spread.lower, spread.upper)),
            sizes,
            flags,
            ..plain(estimate.value, Kind::Points, method)
        };
        self.figure(&value)
    }

    fn quantity(
        &mut self,
        quantity: &Computed<Quantity>,
        kind: Kind,
        method: Method,
    ) -> Released<Figure> {
        let quantity = match quantity {
            Ok(quantity) => quantity,
            Err(reason) => return Released::Hidden(*reason),
        };
        let value = Value {
            standard_error: quantity.standard_error,
            interval: quantity.interval,
            sizes: Sizes { sample: quantity.sample, population: None },
            flags: Flags::of(&quantity.flags),
            ..plain(quantity.value, kind, method)
        };
        self.figure(&value)
    }

    fn answered(&self, item: usize) -> Option<u32> {
        self.allowed.number(item).then_some(self.draft.items[item].answered)
    }

    fn sizes(&self, sample: Option<u32>) -> Sizes {
        Sizes { sample, population: self.draft.invited.map(|(invited, _)| invited) }
    }

    fn figure(&mut self, value: &Value) -> Released<Figure> {
        let (lower, upper) = value.interval.unzip();
        for number in [Some(value.number), value.standard_error, lower, upper].into_iter().flatten()
        {
            self.exact.update(number.to_bits().to_be_bytes());
        }
        self.round(value)
    }

    /// A value as it is published; none where no publication can hold it.
    fn round(&self, value: &Value) -> Released<Figure> {
        let round = |number: f64| rounded(number, value.kind, self.draft.responses);
        let Some(number) = round(value.number) else {
            return Released::Hidden(Hidden::NotEstimable(Degenerate::TooWide));
        };
        let interval =
            value.interval.and_then(|(lower, upper)| Some((round(lower)?, round(upper)?)));
        Released::Shown(Figure {
            value: number,
            standard_error: value.standard_error.and_then(round),
            interval,
            sizes: value.sizes,
            method: value.method,
            flags: value.flags,
        })
    }
}

/// A value without an error, of nobody in particular.
fn plain(number: f64, kind: Kind, method: Method) -> Value {
    Value {
        number,
        standard_error: None,
        interval: None,
        kind,
        method,
        sizes: Sizes::default(),
        flags: Flags::default(),
    }
}

fn share(count: u32, of: u32) -> f64 {
    f64::from(count) / f64::from(of.max(1))
}
