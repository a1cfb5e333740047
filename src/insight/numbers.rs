//! What is shown of a slice: the published figures of its card, or for each the reason why there is
//! none. There is no other way for a number into an answer.
use super::sight::View;
use crate::disclosure::{
    Card, Figure, Hidden, ItemCard, QualityCard, Released, ScaleCard, SharedCard,
};
use crate::instrument::{Format, Item, Role};
use crate::stats::{Interval, Quadrant, quadrant};

/// What is shown of a slice.
#[derive(Clone, Debug)]
pub struct Numbers {
    card: Released<Card>,
    view: View,
}

/// What is shown of a scale.
#[derive(Clone, Copy, Debug)]
pub struct ScaleNumbers {
    /// The score, points.
    pub score: Released<Figure>,
    /// How the answers to its items lie.
    pub answers: AnswerNumbers,
    /// Share of "cannot judge".
    pub cannot_judge_share: Released<Figure>,
    /// How well it measures.
    pub quality: Released<QualityCard>,
}

/// How answers lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerNumbers {
    /// Share of favourable ones.
    pub favourable: Released<Figure>,
    /// Share of those that are neither.
    pub neutral: Released<Figure>,
    /// Share of unfavourable ones.
    pub unfavourable: Released<Figure>,
    /// Percentage of favourable less unfavourable ones.
    pub net: Released<Figure>,
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
    /// How the answers lie.
    pub answers: Option<AnswerNumbers>,
    /// Correlation with the other items of its dimension.
    pub item_total: Option<Released<Figure>>,
    /// Alpha of its dimension without it.
    pub alpha_if_deleted: Option<Released<Figure>>,
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

    /// The whole instrument.
    pub fn overall(&self) -> ScaleNumbers {
        self.scale(true, |card| Some(card.overall()))
    }

    /// A dimension, by position.
    pub fn dimension(&self, position: usize) -> ScaleNumbers {
        self.scale(true, |card| card.dimensions().get(position))
    }

    /// A facet, by position.
    pub fn facet(&self, position: usize) -> ScaleNumbers {
        self.scale(false, |card| card.facets().get(position))
    }

    /// A scale; `is_reference` when its score is shown of the units above as well.
    fn scale(&self, is_reference: bool, of: impl Fn(&Card) -> Option<&ScaleCard>) -> ScaleNumbers {
        let card = match &self.card {
            Released::Hidden(reason) => Err(*reason),
            Released::Shown(card) => of(card).ok_or(Hidden::NotMeasured),
        };
        match (card, self.view) {
            (Err(reason), View::Full) => ScaleNumbers::hidden(reason),
            (Ok(card), View::Full) => ScaleNumbers {
                score: card.score(),
                answers: AnswerNumbers {
                    favourable: card.answers().favourable(),
                    neutral: card.answers().neutral(),
                    unfavourable: card.answers().unfavourable(),
                    net: card.answers().net(),
                },
                cannot_judge_share: card.cannot_judge_share(),
                quality: Released::Shown(*card.quality()),
            },
            (card, View::Reference) => {
                let score = match card {
                    _ if !is_reference => Released::Hidden(Hidden::AccessRestricted),
                    Ok(card) => card.score(),
                    Err(reason) => Released::Hidden(reason),
                };
                ScaleNumbers { score, ..ScaleNumbers::hidden(Hidden::AccessRestricted) }
            }
        }
    }

    /// Signs of careless answering: long strings, and what was left out.
    pub fn careless(&self) -> [Released<Figure>; 2] {
        match (&self.card, self.view) {
            (_, View::Reference) => [Released::Hidden(Hidden::AccessRestricted); 2],
            (Released::Hidden(reason), View::Full) => [Released::Hidden(*reason); 2],
            (Released::Shown(card), View::Full) => {
                [card.careless().long_string(), card.careless().missing()]
            }
        }
    }

    /// How far the groups of a unit see the same; none where the wave stored nothing to compare by.
    pub fn shared(&self) -> Released<Option<&SharedCard>> {
        match (&self.card, self.view) {
            (_, View::Reference) => Released::Hidden(Hidden::AccessRestricted),
            (Released::Hidden(reason), View::Full) => Released::Hidden(*reason),
            (Released::Shown(card), View::Full) => Released::Shown(card.shared()),
        }
    }

    /// The Shared View Index.
    pub fn shared_view_index(&self) -> Released<Figure> {
        match self.shared() {
            Released::Shown(Some(shared)) => shared.index(),
            Released::Shown(None) => Released::Hidden(Hidden::NotMeasured),
            Released::Hidden(reason) => Released::Hidden(reason),
        }
    }

    /// Level and shared view together, by the published intervals.
    pub fn quadrant(&self) -> Quadrant {
        let interval = |figure: Released<Figure>| {
            let figure = figure.shown()?;
            let (lower, upper) = figure.interval()?;
            Some(Interval { value: figure.value(), lower, upper })
        };
        let both = interval(self.overall().score).zip(interval(self.shared_view_index()));
        both.map_or(Quadrant::Uncertain, |(level, shared)| quadrant(level, shared))
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

impl ScaleNumbers {
    fn hidden(reason: Hidden) -> Self {
        Self {
            score: Released::Hidden(reason),
            answers: AnswerNumbers::hidden(reason),
            cannot_judge_share: Released::Hidden(reason),
            quality: Released::Hidden(reason),
        }
    }
}

impl AnswerNumbers {
    fn hidden(reason: Hidden) -> Self {
        let none = Released::Hidden(reason);
        Self { favourable: none, neutral: none, unfavourable: none, net: none }
    }
}

fn published(card: &ItemCard) -> ItemNumbers {
    ItemNumbers {
        score: card.score(),
        dispersion: card.dispersion(),
        mean: card.mean(),
        cannot_judge_share: card.cannot_judge_share(),
        answers: card.answers().map(|answers| AnswerNumbers {
            favourable: answers.favourable(),
            neutral: answers.neutral(),
            unfavourable: answers.unfavourable(),
            net: answers.net(),
        }),
        item_total: card.consistency().map(|consistency| consistency.item_total()),
        alpha_if_deleted: card.consistency().map(|consistency| consistency.alpha_if_deleted()),
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
                numbers.answers = Some(AnswerNumbers::hidden(reason));
                numbers.item_total = Some(hidden);
                numbers.alpha_if_deleted = Some(hidden);
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
