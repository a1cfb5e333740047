//! The published numbers of one slice, and their stored form. The stored form is stable: equal cards
//! have equal bytes.
mod figures;
mod scale;
mod shared;

use super::code::{Reader, Writer};
use super::figure::{Figure, Hidden, Released};
use super::tally::Tally;
use figures::figures;
pub use scale::{AnswersCard, ConsistencyCard, ItemCard, QualityCard, ScaleCard};
pub use shared::{
    AxisCard, AxisFigures, GapCard, GapFigures, GroupCard, OrientationCard, OrientationFigures,
    SharedCard,
};

figures! {
    /// Signs of careless answering.
    CarelessCard {
        /// Share of respondents with the same rating in a row for at least half of the items, 0 to 1.
        long_string,
        /// Mean share of scored items without any answer, 0 to 1.
        missing,
    }
}

/// Everything that a release says about one slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub(super) participation: Participation,
    pub(super) overall: ScaleCard,
    pub(super) dimensions: Vec<ScaleCard>,
    pub(super) facets: Vec<ScaleCard>,
    pub(super) items: Vec<ItemCard>,
    pub(super) careless: CarelessCard,
    pub(super) shared: Option<SharedCard>,
}

/// How many were invited and took part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Participation {
    pub(super) invited: Released<u32>,
    pub(super) late: Released<u32>,
    pub(super) responses: u32,
    pub(super) rate: Released<Figure>,
    pub(super) representativeness: Option<Released<Figure>>,
}

impl Participation {
    /// How evenly the parts of a unit responded: 1 when all did alike. Of units as a whole.
    pub fn representativeness(&self) -> Option<Released<Figure>> {
        self.representativeness
    }

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

impl Card {
    /// How many were invited and took part.
    pub fn participation(&self) -> &Participation {
        &self.participation
    }

    /// The overall score.
    pub fn overall(&self) -> &ScaleCard {
        &self.overall
    }

    /// All dimensions of the instrument, in its order.
    pub fn dimensions(&self) -> &[ScaleCard] {
        &self.dimensions
    }

    /// All facets of the instrument, dimension by dimension, in its order.
    pub fn facets(&self) -> &[ScaleCard] {
        &self.facets
    }

    /// Signs of careless answering.
    pub fn careless(&self) -> &CarelessCard {
        &self.careless
    }

    /// How far groups see the same; of units as a whole.
    pub fn shared(&self) -> Option<&SharedCard> {
        self.shared.as_ref()
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
        writer.option(self.participation.representativeness.as_ref());
        self.overall.write(&mut writer);
        for scales in [&self.dimensions, &self.facets] {
            writer.number(scales.len() as u64);
            for scale in scales {
                scale.write(&mut writer);
            }
        }
        writer.number(self.items.len() as u64);
        for item in &self.items {
            item.write(&mut writer);
        }
        self.careless.write(&mut writer);
        match &self.shared {
            Some(shared) => shared.write(&mut writer),
            None => writer.absent(),
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
            representativeness: if reader.passes_absent() { None } else { Some(reader.figure()?) },
        };
        let card = Self {
            participation,
            overall: ScaleCard::read(&mut reader)?,
            dimensions: reader.list(ScaleCard::read)?,
            facets: reader.list(ScaleCard::read)?,
            items: reader.list(ItemCard::read)?,
            careless: CarelessCard::read(&mut reader)?,
            shared: if reader.passes_absent() {
                None
            } else {
                Some(SharedCard::read(&mut reader)?)
            },
        };
        reader.is_at_end().then_some(card)
    }
}
