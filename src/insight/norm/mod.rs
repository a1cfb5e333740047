//! Norm sets: scores of others, or of earlier times, that published scores are compared with. What
//! pooled ones may consist of is decided in `pool`.
pub mod own;
pub(super) mod parse_wire;
pub mod pool;
pub(super) mod wire;

use chrono::NaiveDate;

use crate::base::clock::Timestamp;
use crate::base::id::{NormSetId, ReleaseId, WaveId};
use crate::base::{Error, Reason, Result};
use crate::disclosure::Reference;
use crate::instrument::Content;

/// Most norm sets of an organization.
pub const NORM_SETS_MAX: i64 = 1_000;
/// Most values of a norm set.
pub const VALUES_MAX: usize = 500;
/// Most percentiles of a value.
pub const PERCENTILES_MAX: usize = 99;
/// Most waves of a norm of own waves.
pub const WAVES_MAX: usize = 20;
/// Most characters of provenance and population.
pub const ABOUT_CHARS_MAX: usize = 500;
/// Fewest cases of a value.
pub const CASES_MIN: i32 = 2;
/// Most organizations, respondents or cases that are told of a norm.
pub const COUNT_MAX: i32 = 1_000_000;

/// Where a norm set comes from; the numbers are those of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum Source {
    /// Uploaded.
    Uploaded = 1,
    /// From released waves of the organization.
    OwnWaves = 2,
    /// Across organizations that contribute.
    Pooled = 3,
}

impl Source {
    /// The stored number.
    pub fn number(self) -> i16 {
        self as i16
    }

    /// Reads a number.
    pub fn from_number(number: i32) -> Option<Self> {
        [Self::Uploaded, Self::OwnWaves, Self::Pooled]
            .into_iter()
            .find(|source| i32::from(source.number()) == number)
    }
}

/// What one case of a norm is; the numbers are those of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum CaseKind {
    /// An organization.
    Organizations = 1,
    /// A unit.
    Units = 2,
}

impl CaseKind {
    /// The stored number.
    pub fn number(self) -> i16 {
        self as i16
    }

    /// Reads a number.
    pub fn from_number(number: i32) -> Option<Self> {
        [Self::Organizations, Self::Units]
            .into_iter()
            .find(|kind| i32::from(kind.number()) == number)
    }
}

/// How far down a part of an instrument lies; the numbers are those of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i16)]
pub enum Level {
    /// The whole.
    Overall = 1,
    /// A dimension.
    Dimension = 2,
    /// A facet.
    Facet = 3,
    /// An item.
    Item = 4,
}

impl Level {
    /// The stored number.
    pub fn number(self) -> i16 {
        self as i16
    }

    /// Reads a number.
    pub fn from_number(number: i32) -> Option<Self> {
        [Self::Overall, Self::Dimension, Self::Facet, Self::Item]
            .into_iter()
            .find(|level| i32::from(level.number()) == number)
    }
}

/// What a norm is the norm of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The level.
    pub level: Level,
    /// Key of the part; empty for the whole.
    pub key: String,
}

impl Target {
    /// The whole instrument.
    pub fn overall() -> Self {
        Self { level: Level::Overall, key: String::new() }
    }
}

/// The scores of a card: overall, dimensions and facets in the instrument's order.
pub fn targets(content: &Content) -> Vec<Target> {
    let part = |level| move |key: &String| Target { level, key: key.clone() };
    let dimensions = content.dimensions.iter().map(|dimension| &dimension.key);
    let facets = content.dimensions.iter().flat_map(|dimension| &dimension.facets);
    std::iter::once(Target::overall())
        .chain(dimensions.map(part(Level::Dimension)))
        .chain(facets.map(|facet| &facet.key).map(part(Level::Facet)))
        .collect()
}

/// The norm of one score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// What it is the norm of.
    pub target: Target,
    /// The norm.
    pub reference: Reference,
}

/// When a norm was measured: whole days in a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub start_date: NaiveDate,
    /// First day after.
    pub end_date: NaiveDate,
    /// IANA time zone in which the days count.
    pub time_zone: String,
}

/// A norm set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NormSet {
    /// Identifier.
    pub norm_set_id: NormSetId,
    /// What its author says of it.
    pub about: About,
    /// Where it comes from.
    pub source: Source,
    /// When it was measured, where that is told.
    pub period: Option<Period>,
    /// The waves that it was computed from.
    pub wave_ids: Vec<WaveId>,
    /// What its numbers rest on.
    pub basis: Basis,
    /// Place among the pooled versions; 0 for others.
    pub version: i32,
    /// Values; none where they were not asked for.
    pub values: Vec<Value>,
    /// When it was made.
    pub create_time: Timestamp,
}

/// What the author of a norm set says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Name.
    pub display_name: String,
    /// The instrument.
    pub instrument_key: String,
    /// Who measured, where it was published.
    pub provenance: String,
    /// Who it stands for.
    pub population: String,
}

/// What a norm rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basis {
    /// What a case is.
    pub case_kind: CaseKind,
    /// Organizations.
    pub organizations: i32,
    /// Respondents; 0 where a wave does not show them, or not to whoever asks.
    pub respondents: i32,
}

impl NormSet {
    /// The norm of a score, if there is one.
    pub fn reference(&self, target: &Target) -> Option<&Reference> {
        self.values.iter().find(|value| value.target == *target).map(|value| &value.reference)
    }

    /// As it is for whoever sees a part of the tree. A norm of own waves tells of units outside of it: whoever
    /// knows the scores of nine of ten units gets the tenth from their mean. So nothing of it is told.
    #[must_use]
    pub fn for_part(mut self) -> Self {
        if self.source == Source::OwnWaves {
            self.basis.respondents = 0;
            self.values.clear();
        }
        self
    }
}

/// What an organization gives to the pooled norms of an instrument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contributed {
    /// The instrument.
    pub instrument_key: String,
    /// The wave.
    pub wave_id: WaveId,
    /// Its release.
    pub release_id: ReleaseId,
    /// Since when.
    pub contribute_time: Timestamp,
}

/// Refuses a further norm set where the organization has as many as it may.
pub fn check_room(sets: i64) -> Result<()> {
    if sets < NORM_SETS_MAX {
        return Ok(());
    }
    let sentence =
        format!("an organization has at most {NORM_SETS_MAX} norm sets; delete some first");
    Err(Error::new(Reason::LimitReached, sentence).with("limit", "norm sets"))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::base::id::Id;

    fn set(source: Source, values: &[(Level, &str, u32)]) -> NormSet {
        let values = values.iter().map(|(level, key, cases)| Value {
            target: Target { level: *level, key: (*key).to_owned() },
            reference: Reference::given(50.0, None, *cases, &[]).unwrap(),
        });
        NormSet {
            norm_set_id: NormSetId::from_uuid(Uuid::nil()),
            about: About {
                display_name: String::new(),
                instrument_key: String::new(),
                provenance: String::new(),
                population: String::new(),
            },
            source,
            period: None,
            wave_ids: Vec::new(),
            basis: Basis { case_kind: CaseKind::Units, organizations: 1, respondents: 29 },
            version: 0,
            values: values.collect(),
            create_time: Timestamp::default(),
        }
    }

    #[test]
    fn a_part_of_the_tree_is_told_nothing_of_own_waves() {
        let values = [(Level::Overall, "", 10), (Level::Dimension, "lead", 50)];
        let told = set(Source::OwnWaves, &values).for_part();
        assert_eq!((told.values, told.basis.respondents), (Vec::new(), 0));
        for source in [Source::Uploaded, Source::Pooled] {
            assert_eq!(set(source, &values).for_part(), set(source, &values));
        }
    }

    #[test]
    fn numbers_of_the_contract_are_read_back() {
        for number in 1..=4 {
            assert_eq!(
                Level::from_number(number).map(|level| i32::from(level.number())),
                Some(number)
            );
        }
        for number in 1..=3 {
            let source = Source::from_number(number);
            assert_eq!(source.map(|source| i32::from(source.number())), Some(number));
        }
        assert_eq!(CaseKind::from_number(3), None);
        assert_eq!(Source::from_number(0), None);
        assert!(check_room(NORM_SETS_MAX - 1).is_ok());
        assert_eq!(check_room(NORM_SETS_MAX).unwrap_err().reason(), Reason::LimitReached);
    }
}
