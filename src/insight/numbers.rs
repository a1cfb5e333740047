//! What is shown of a slice: the published figures of its card, or for each the reason why there is
//! none. There is no other way for a number into an answer.
use super::sight::View;
use crate::disclosure::{Card, Figure, Hidden, ItemCard, Released};
use crate::instrument::{Format, Item, Role};

/// What is shown of a slice.
#[derive(Clone, Debug)]
pub struct Numbers {
    card: Released<Card>,
    view: View,
}

/// What is shown of an item. Which fields are set depends on its role and format.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemNumbers {
    /// Mean after reversal, points.
    pub score: Option<Released<Figure>>,
    /// Standard deviation, points.
    pub dispersion: Option<Released<Figure>>,
    /// Mean in the item's own unit.
    pub mean: Option<Released<Figure>>,
    /// Share of "cannot judge".
    pub cannot_judge_share: Option<Released<Figure>>,
    /// Share of each point.
    pub distribution: Vec<Released<Figure>>,
    /// Share of each option.
    pub option_shares: Vec<Released<Figure>>,
}

impl Numbers {
    /// Those of a card, or none for one reason.
    pub fn new(card: Released<Card>, view: View) -> Self {
        Self { card, view }
    }

    /// The overall score.
    pub fn overall(&self) -> Released<Figure> {
        match &self.card {
            Released::Shown(card) => card.overall(),
            Released::Hidden(reason) => Released::Hidden(*reason),
        }
    }

    /// The score of a dimension, by position.
    pub fn dimension(&self, position: usize) -> Released<Figure> {
        self.scale(position, Card::dimensions)
    }

    /// The score of a facet, by position.
    pub fn facet(&self, position: usize) -> Released<Figure> {
        match self.view {
            View::Full => self.scale(position, Card::facets),
            View::Reference => Released::Hidden(Hidden::AccessRestricted),
        }
    }

    fn scale(
        &self,
        position: usize,
        of: impl Fn(&Card) -> &[Released<Figure>],
    ) -> Released<Figure> {
        match &self.card {
            Released::Shown(card) => {
                of(card).get(position).copied().unwrap_or(Released::Hidden(Hidden::NotMeasured))
            }
            Released::Hidden(reason) => Released::Hidden(*reason),
        }
    }

    /// The numbers of an item that was asked, at its position among them.
    pub fn item(&self, position: usize, item: &Item) -> ItemNumbers {
        match (&self.card, self.view) {
            (_, View::Reference) => nothing(item, Hidden::AccessRestricted),
            (Released::Hidden(reason), View::Full) => nothing(item, *reason),
            (Released::Shown(card), View::Full) => card
                .items()
                .get(position)
                .map_or_else(|| nothing(item, Hidden::NotMeasured), published),
        }
    }
}

fn published(card: &ItemCard) -> ItemNumbers {
    ItemNumbers {
        score: card.score(),
        dispersion: card.dispersion(),
        mean: card.mean(),
        cannot_judge_share: card.cannot_judge_share(),
        distribution: card.distribution().to_vec(),
        option_shares: card.option_shares().to_vec(),
    }
}

/// The fields that a card has for an item, all hidden for one reason.
fn nothing(item: &Item, reason: Hidden) -> ItemNumbers {
    let hidden = Released::Hidden(reason);
    let is_scored = matches!(item.role, Role::Score { .. });
    let mut numbers = ItemNumbers {
        cannot_judge_share: item.allow_cannot_judge.then_some(hidden),
        ..ItemNumbers::default()
    };
    match &item.format {
        Format::Rating { .. } => {
            let points = usize::try_from(item.format.code_max()).unwrap_or(0);
            numbers.distribution = vec![hidden; points];
            if is_scored {
                numbers.score = Some(hidden);
                numbers.dispersion = Some(hidden);
            } else {
                numbers.mean = Some(hidden);
            }
        }
        Format::Choice { options, .. } => numbers.option_shares = vec![hidden; options.len()],
        Format::Number { .. } => numbers.mean = Some(hidden),
        Format::Text { .. } => {}
    }
    numbers
}
