//! The published numbers of one slice, and their stored form. The stored form is stable: equal cards
//! have equal bytes.
use super::code::{Reader, Writer};
use super::figure::{Figure, Released};
use super::tally::Tally;

/// Everything that a release says about one slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub(super) participation: Participation,
    pub(super) overall: Released<Figure>,
    pub(super) dimensions: Vec<Released<Figure>>,
    pub(super) facets: Vec<Released<Figure>>,
    pub(super) items: Vec<ItemCard>,
}

/// How many were invited and took part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Participation {
    pub(super) invited: Released<u32>,
    pub(super) late: Released<u32>,
    pub(super) responses: u32,
    pub(super) rate: Released<Figure>,
}

impl Participation {
    /// Invitations, the late ones included; not measured where nobody is invited.
    pub fn invited(&self) -> Released<Tally> {
        self.invited.map(Tally)
    }

    /// Of these, invitations issued after the opening.
    pub fn late(&self) -> Released<Tally> {
        self.late.map(Tally)
    }

    /// Responses.
    pub fn responses(&self) -> Tally {
        Tally(self.responses)
    }

    /// Responses per invitation, 0 to 1.
    pub fn rate(&self) -> Released<Figure> {
        self.rate
    }
}

/// The numbers of an item. Which are there depends on its role and format.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemCard {
    pub(super) score: Option<Released<Figure>>,
    pub(super) dispersion: Option<Released<Figure>>,
    pub(super) mean: Option<Released<Figure>>,
    pub(super) cannot_judge_share: Option<Released<Figure>>,
    pub(super) distribution: Vec<Released<Figure>>,
    pub(super) option_shares: Vec<Released<Figure>>,
}

impl ItemCard {
    /// Mean after reversal, 0-100 points; for ratings that enter a score.
    pub fn score(&self) -> Option<Released<Figure>> {
        self.score
    }

    /// Standard deviation of the scores, 0-50 points; for ratings that enter a score.
    pub fn dispersion(&self) -> Option<Released<Figure>> {
        self.dispersion
    }

    /// Mean in the item's own unit; for numbers, and for ratings that enter no score.
    pub fn mean(&self) -> Option<Released<Figure>> {
        self.mean
    }

    /// Share of "cannot judge" among those who answered or could not judge, 0 to 1; where it may
    /// be chosen.
    pub fn cannot_judge_share(&self) -> Option<Released<Figure>> {
        self.cannot_judge_share
    }

    /// Share of each point before reversal, from the lowest up; for ratings.
    pub fn distribution(&self) -> &[Released<Figure>] {
        &self.distribution
    }

    /// Share of each option in the instrument's order; for choices.
    pub fn option_shares(&self) -> &[Released<Figure>] {
        &self.option_shares
    }
}

impl Card {
    /// How many were invited and took part.
    pub fn participation(&self) -> &Participation {
        &self.participation
    }

    /// The overall score.
    pub fn overall(&self) -> Released<Figure> {
        self.overall
    }

    /// Scores of all dimensions of the instrument, in its order.
    pub fn dimensions(&self) -> &[Released<Figure>] {
        &self.dimensions
    }

    /// Scores of all facets of the instrument, dimension by dimension, in its order.
    pub fn facets(&self) -> &[Released<Figure>] {
        &self.facets
    }

    /// The items that the wave asked, in the instrument's order.
    pub fn items(&self) -> &[ItemCard] {
        &self.items
    }

    /// The stored form.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.count(self.participation.invited);
        writer.count(self.participation.late);
        writer.number(self.participation.responses.into());
        writer.figure(&self.participation.rate);
        writer.figure(&self.overall);
        writer.figures(&self.dimensions);
        writer.figures(&self.facets);
        writer.number(self.items.len() as u64);
        for item in &self.items {
            for figure in [item.score, item.dispersion, item.mean, item.cannot_judge_share] {
                writer.option(figure.as_ref());
            }
            writer.figures(&item.distribution);
            writer.figures(&item.option_shares);
        }
        writer.into_bytes()
    }

    /// Reads the stored form; none when it is not one.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes)?;
        let participation = Participation {
            invited: reader.count()?,
            late: reader.count()?,
            responses: u32::try_from(reader.number()?).ok()?,
            rate: reader.figure()?,
        };
        let overall = reader.figure()?;
        let dimensions = reader.figures()?;
        let facets = reader.figures()?;
        let mut items = Vec::new();
        for _ in 0..reader.length()? {
            let mut optional = [None; 4];
            for figure in &mut optional {
                if !reader.passes_absent() {
                    *figure = Some(reader.figure()?);
                }
            }
            let [score, dispersion, mean, cannot_judge_share] = optional;
            items.push(ItemCard {
                score,
                dispersion,
                mean,
                cannot_judge_share,
                distribution: reader.figures()?,
                option_shares: reader.figures()?,
            });
        }
        let card = Self { participation, overall, dimensions, facets, items };
        reader.is_at_end().then_some(card)
    }

    /// The card without what lies below the dimensions.
    #[must_use]
    pub fn basic(mut self) -> Self {
        self.facets.clear();
        self.items.clear();
        self
    }
}
