//! Published numbers. They are whole numbers of ten-thousandths, rounded by one rule that depends on
//! the number of responses only, so that whoever knows the rule can compute them again.
use crate::stats::{Degenerate, Flag};

/// Ten-thousandths in a unit.
const UNIT: f64 = 10_000.0;
/// Responses from which on scores bear a decimal more.
pub const FINE_RESPONSES_MIN: u32 = 50;
/// Largest number that is published, in ten-thousandths.
const LARGEST: f64 = 9e15;

/// A number, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Released<T> {
    /// The number.
    Shown(T),
    /// Why there is none.
    Hidden(Hidden),
}

impl<T> Released<T> {
    /// The number, if it is shown.
    pub fn shown(self) -> Option<T> {
        match self {
            Self::Shown(value) => Some(value),
            Self::Hidden(_) => None,
        }
    }

    /// Another number made of this one.
    pub(super) fn map<U>(self, make: impl FnOnce(T) -> U) -> Released<U> {
        match self {
            Self::Shown(value) => Released::Shown(make(value)),
            Self::Hidden(reason) => Released::Hidden(reason),
        }
    }
}

/// Why a number is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// To protect people, whatever the rule.
    Protected,
    /// Nothing has been released yet.
    NotReleased,
    /// It may be shown, but cannot be computed.
    NotEstimable(Degenerate),
    /// The wave did not ask for it.
    NotMeasured,
    /// The caller may not see it.
    AccessRestricted,
}

/// How a number was computed. Stored by position: new ones come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Mean of one variable, with a Student t interval.
    Mean,
    /// Mean of item means, level by level, with a Student t interval.
    MeanOfMeans,
    /// Known for everyone concerned.
    Exact,
    /// Share with a Wilson interval.
    Wilson,
    /// Net score with an adjusted Wald interval.
    AdjustedWald,
    /// Cronbach's alpha with a Feldt interval.
    AlphaFeldt,
    /// Omega total of one factor, by maximum likelihood.
    OmegaMaximumLikelihood,
    /// Intraclass correlation from an analysis of variance, with Searle's interval.
    IccAnova,
    /// Made of other numbers in closed form.
    Index,
    /// Difference of two estimates, with a normal interval. Nothing is published with it any more; it
    /// keeps its position.
    DifferenceNormal,
    /// Place of a score among the cases of a norm.
    PlaceInNorm,
    /// Made of the numbers of groups, with an interval by the jackknife.
    Jackknife,
    /// Difference of two groups by Welch's t.
    Welch,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 13] = [
        Self::Mean,
        Self::MeanOfMeans,
        Self::Exact,
        Self::Wilson,
        Self::AdjustedWald,
        Self::AlphaFeldt,
        Self::OmegaMaximumLikelihood,
        Self::IccAnova,
        Self::Index,
        Self::DifferenceNormal,
        Self::PlaceInNorm,
        Self::Jackknife,
        Self::Welch,
    ];
}

/// What a number counts in; it sets how many decimals are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Points from 0 to 100, and numbers in an item's own unit: one decimal, or two.
    Points,
    /// Shares and coefficients, of which 1 is a whole: two decimals more.
    Share,
    /// What is made of several groups: two decimals.
    OfGroups,
}

/// A published number. Only this room makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    pub(super) value: i64,
    pub(super) standard_error: Option<i64>,
    /// Lower and upper bound, in ten-thousandths.
    pub(super) interval: Option<(i64, i64)>,
    pub(super) sizes: Sizes,
    pub(super) method: Method,
    pub(super) flags: Flags,
}

/// What has to be known to read a number rightly, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags(pub(super) u16);

impl Flags {
    /// Those of a list.
    pub(super) fn of(flags: &[Flag]) -> Self {
        Self(flags.iter().fold(0, |bits, flag| bits | Self::bit(*flag)))
    }

    fn bit(flag: Flag) -> u16 {
        1 << (flag as u16)
    }

    fn holds(self, flag: Flag) -> bool {
        self.0 & Self::bit(flag) != 0
    }
}

/// What may be told of the numbers of people behind a figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) sample: Option<u32>,
    pub(super) population: Option<u32>,
}

impl Figure {
    /// The value.
    pub fn value(&self) -> f64 {
        units(self.value)
    }

    /// The value in ten-thousandths.
    pub fn ten_thousandths(&self) -> i64 {
        self.value
    }

    /// Standard error of the value; none where it would tell more than may be told, or where there
    /// is none.
    pub fn standard_error(&self) -> Option<f64> {
        self.standard_error.map(units)
    }

    /// Interval of 95 % around the value, where there is one and it may be told.
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.interval.map(|(lower, upper)| (units(lower), units(upper)))
    }

    /// Observations behind the value, where they may be told.
    pub fn sample_size(&self) -> Option<u32> {
        self.sizes.sample
    }

    /// How many were invited, when the error is corrected for it.
    pub fn population_size(&self) -> Option<u32> {
        self.sizes.population
    }

    /// How it was computed.
    pub fn method(&self) -> Method {
        self.method
    }

    /// What has to be known to read it rightly.
    pub fn flags(&self) -> impl Iterator<Item = Flag> {
        let flags = self.flags;
        Flag::ALL.into_iter().filter(move |flag| flags.holds(*flag))
    }
}

/// Rounds to the decimals of a kind, in ten-thousandths: half away from zero, where what lies within
/// a billionth of a half counts as a half, so that the order of sums cannot show. None for what no
/// publication can hold.
pub(super) fn rounded(value: f64, kind: Kind, responses: u32) -> Option<i64> {
    let step = match (kind, responses >= FINE_RESPONSES_MIN) {
        (Kind::Points, false) => 1_000.0,
        (Kind::Points, true) | (Kind::OfGroups, _) => 100.0,
        (Kind::Share, false) => 10.0,
        (Kind::Share, true) => 1.0,
    };
    let whole = ((value * UNIT / step).abs() + 0.5 + 1e-9).floor() * step;
    if !whole.is_finite() || whole > LARGEST {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number within the bounds above")]
    let whole = whole as i64;
    Some(if value < 0.0 { -whole } else { whole })
}

#[expect(clippy::cast_precision_loss, reason = "published numbers are below 2^53")]
fn units(ten_thousandths: i64) -> f64 {
    ten_thousandths as f64 / UNIT
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rounding_follows_the_number_of_responses() {
        for (value, kind, responses, expected) in [
            (62.25, Kind::Points, 49, 623_000),
            (62.25, Kind::Points, 50, 622_500),
            (-62.25, Kind::Points, 49, -623_000),
            (62.249_999_999_999, Kind::Points, 49, 623_000),
            (62.249_999, Kind::Points, 49, 622_000),
            (1.0 / 3.0, Kind::Share, 49, 3_330),
            (2.0 / 3.0, Kind::Share, 50, 6_667),
            (0.0, Kind::Share, 5, 0),
        ] {
            assert_eq!(rounded(value, kind, responses), Some(expected), "{value} {responses}");
        }
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
            assert_eq!(rounded(value, Kind::Points, 50), None);
        }
    }

    proptest! {
        #[test]
        fn what_is_rounded_is_within_half_a_step(value in -1e6f64..1e6) {
            for (responses, step) in [(49, 0.1), (50, 0.01)] {
                let published = units(rounded(value, Kind::Points, responses).unwrap());
                prop_assert!((published - value).abs() <= step / 2.0 + 1e-6);
            }
        }
    }
}
