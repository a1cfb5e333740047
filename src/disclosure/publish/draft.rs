//! Computed numbers, before anything is decided or rounded.
use crate::disclosure::figure::Hidden;
use crate::stats::{CoOrientation, Degenerate, Estimate, Flag, Split};

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
    /// How well the responses of a unit mirror the invited; none of what is no unit as a whole.
    pub representativeness: Option<Computed<Quantity>>,
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
    /// How far groups see the same; none of what is no unit as a whole.
    pub shared: Option<SharedDraft>,
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

/// How far the groups of a unit see the same.
#[derive(Clone, Debug)]
pub struct SharedDraft {
    /// The Shared View Index.
    pub index: Computed<Quantity>,
    /// Position of the segment dimension with the lowest index.
    pub lowest_axis: Option<usize>,
    /// The axes.
    pub axes: Vec<AxisDraft>,
    /// Signed gaps.
    pub gaps: Vec<GapDraft>,
    /// What those who lead and all others think of each other.
    pub orientations: Vec<OrientationDraft>,
}

/// Shared view along one segment dimension.
#[derive(Clone, Debug)]
pub struct AxisDraft {
    /// Position of the segment dimension.
    pub dimension: usize,
    /// Whether pairs of groups weigh by their people; else all weigh alike.
    pub by_people: bool,
    /// Its numbers.
    pub found: Computed<AxisNumbers>,
    /// The groups.
    pub groups: Vec<GroupDraft>,
}

/// The numbers of an axis.
#[derive(Clone, Debug)]
pub struct AxisNumbers {
    /// The index.
    pub index: Computed<Quantity>,
    /// Alignment.
    pub alignment: Quantity,
    /// Overlap.
    pub overlap: Computed<Quantity>,
    /// Gap behind the alignment.
    pub gap: Quantity,
    /// Consensus within each group, where all may be told.
    pub consensus: Computed<Vec<f64>>,
}

/// A group on an axis.
#[derive(Clone, Debug)]
pub struct GroupDraft {
    /// Positions of its values; none of all others.
    pub values: Vec<usize>,
    /// Overall score.
    pub score: Computed<Quantity>,
    /// Consensus.
    pub consensus: Computed<Quantity>,
}

/// The difference between a group and all others.
#[derive(Clone, Debug)]
pub struct GapDraft {
    /// Position of the segment dimension.
    pub dimension: usize,
    /// Positions of the group's values.
    pub values: Vec<usize>,
    /// The scale: 0 is the whole instrument, then its dimensions.
    pub scale: usize,
    /// Its numbers.
    pub found: Computed<GapNumbers>,
}

/// The numbers of a gap.
#[derive(Clone, Debug)]
pub struct GapNumbers {
    /// The difference.
    pub change: Quantity,
    /// Its probability by chance.
    pub p_value: f64,
    /// The same for all gaps of the unit together.
    pub adjusted_p_value: f64,
    /// The smallest true difference that would have been found in four of five cases.
    pub detectable: Computed<Quantity>,
}

/// What those who lead and all others think of each other's view of a dimension.
#[derive(Clone, Debug)]
pub struct OrientationDraft {
    /// Position of the dimension of the instrument.
    pub dimension: usize,
    /// The differences.
    pub found: Computed<CoOrientation>,
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
