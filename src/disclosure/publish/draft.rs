//! Computed numbers, before anything is decided or rounded.
use crate::disclosure::figure::Hidden;
use crate::stats::{Degenerate, Estimate, Flag, Split};

/// A computed number, or why there is none.
pub type Computed<T> = Result<T, Hidden>;

/// A number with what is known of its uncertainty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quantity {
    /// The value.
    pub value: f64,
    /// Its standard error, where the method has one.
    pub standard_error: Option<f64>,
    /// Its interval of 95 %, where the method has one.
    pub interval: Option<(f64, f64)>,
    /// What has to be known to read it rightly.
    pub flags: Vec<Flag>,
    /// Observations behind it, where they may be told.
    pub sample: Option<u32>,
}

/// The computed numbers of a slice.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Responses.
    pub responses: u32,
    /// Invitations, and how many of them came late; none where nobody is invited.
    pub invited: Option<(u32, u32)>,
    /// The whole instrument.
    pub overall: ScaleDraft,
    /// All dimensions.
    pub dimensions: Vec<ScaleDraft>,
    /// All facets.
    pub facets: Vec<ScaleDraft>,
    /// The items that were asked.
    pub items: Vec<ItemDraft>,
    /// Signs of careless answering; none where they may not be told.
    pub careless: Option<CarelessDraft>,
}

/// The computed numbers of a scale.
#[derive(Clone, Debug)]
pub struct ScaleDraft {
    /// The score.
    pub score: Computed<Score>,
    /// The items that were asked, by position.
    pub items: Vec<usize>,
    /// Position among the scales whose measurement is judged.
    pub scale: usize,
    /// How well it measures; none where that may not be told.
    pub quality: Option<QualityDraft>,
}

/// A score from item means.
#[derive(Clone, Copy, Debug)]
pub struct Score {
    /// The score.
    pub estimate: Estimate,
    /// The only item that it comes from, when there is but one: its error is that of the item.
    pub single: Option<usize>,
}

/// How well a scale measures.
#[derive(Clone, Debug)]
pub struct QualityDraft {
    /// Cronbach's alpha.
    pub alpha: Computed<Quantity>,
    /// Omega total.
    pub omega: Computed<Quantity>,
    /// Standard error of measurement.
    pub measurement_error: Computed<Quantity>,
    /// Standard deviation between persons.
    pub dispersion: Computed<Quantity>,
    /// r*wg(J).
    pub agreement: Computed<Quantity>,
    /// Mean absolute deviation.
    pub average_deviation: Computed<Quantity>,
    /// ICC(1).
    pub icc1: Computed<Quantity>,
    /// ICC(2).
    pub icc2: Computed<Quantity>,
    /// k0.
    pub average_unit_size: Computed<Quantity>,
}

/// The computed numbers of an item.
#[derive(Clone, Debug)]
pub struct ItemDraft {
    /// How many answered.
    pub answered: u32,
    /// How many could not judge; none where that cannot be chosen.
    pub cannot_judge: Option<u32>,
    /// For ratings that enter a score.
    pub rating: Option<RatingDraft>,
    /// Mean in its own unit.
    pub mean: Option<Computed<Estimate>>,
    /// How often each point was given, from the lowest up.
    pub points: Vec<u32>,
    /// How often each option was chosen.
    pub options: Vec<u32>,
}

/// The computed numbers of a rating that enters a score.
#[derive(Clone, Debug)]
pub struct RatingDraft {
    /// Mean in points and standard deviation.
    pub score: Computed<(Estimate, f64)>,
    /// Favourable, neutral and unfavourable answers, after reversal.
    pub split: Split,
    /// Position of its dimension among the scales whose measurement is judged.
    pub scale: usize,
    /// Item-total correlation and alpha without it; none where they may not be told.
    pub consistency: Option<Consistency>,
}

/// Item-total correlation, and alpha without the item.
pub type Consistency = (Computed<Quantity>, Computed<Quantity>);

/// Signs of careless answering.
#[derive(Clone, Debug)]
pub struct CarelessDraft {
    /// Share of long strings.
    pub long_string: Computed<Quantity>,
    /// Mean share of items without any answer.
    pub missing: Computed<Quantity>,
}

impl ScaleDraft {
    /// A scale of which nothing was asked.
    pub fn not_measured() -> Self {
        Self { score: Err(Hidden::NotMeasured), items: Vec::new(), scale: 0, quality: None }
    }
}

impl From<Degenerate> for Hidden {
    fn from(reason: Degenerate) -> Self {
        Self::NotEstimable(reason)
    }
}
