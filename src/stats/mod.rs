//! Pure statistics on whole numbers: sufficient statistics that are merged, and what is computed
//! from them.
//!
//! Invariant: sums are exact and do not depend on the order of people, and nothing computed from
//! them is infinite or undefined.
#![expect(clippy::float_arithmetic, reason = "statistics are computed here")]
mod agreement;
mod careless;
mod complete;
mod correlation;
mod degenerate;
mod difference;
mod distribution;
mod dominance;
mod estimate;
mod given;
mod icc;
mod incomplete;
mod multiplicity;
mod norm;
mod proportion;
mod reliability;
mod replicates;
mod shape;
mod shared_view;
mod student;
mod sums;
mod tally;
#[cfg(test)]
mod tests;
mod weighting;
mod weights;

pub use agreement::{Agreement, agreement, average_deviation, consensus};
pub use careless::{is_long_string, longest_run};
pub use complete::Complete;
pub use correlation::{Correlation, Cross, pearson, spearman, spearman_bounds};
pub use degenerate::{Degenerate, Flag};
pub use difference::{
    Changes, Difference, Effect, Moments, Side, difference, hedges, minimum_detectable, paired,
};
pub use dominance::{Dominance, PREDICTORS_MAX, dominance};
pub use estimate::{
    Estimate, Means, Metric, Sampled, Spread, covariance, deviation, mean, of_mean, variance,
};
pub use given::Given;
pub use icc::{GroupScores, Intraclass, intraclass};
pub use multiplicity::{benjamini_hochberg, holm};
pub use norm::{Norm, mean_and_deviation, quantile};
pub use proportion::{Net, Share, Split, share};
pub use reliability::{Alpha, Composite, Factor, Part};
pub use replicates::{Contribution, Replicates, Totals};
pub use shape::{RATING_CODES_MAX, Reply, Shape, Variable};
pub use shared_view::{
    ALIGNMENT_GAP_MAX, ALIGNMENT_HIGH_MIN, Alignment, Axis, AxisGroup, CoOrientation,
    DIFFERENCE_NEAR_MAX, GROUP_MIN, GroupSample, HALF_WIDTH_MAX, Interval, LEVEL_HIGH_MIN,
    Mentions, Overlap, Pattern, Perspective, Quadrant, REPLICATES, SharedView, Views, axis,
    co_orientation, quadrant, shared_view, signed_gap,
};
pub use student::Student;
pub use sums::{Joint, Sums};
pub use tally::Tally;
pub use weighting::{
    Cell, CellWeights, Crossed, Stratum, WEIGHT_ONE, WeightedMean, by_effective_size, cell_weights,
    r_indicator, rake, stratified,
};
pub use weights::{
    Branch, Dimension, Leaf, Weights, dimension_weights, facet_weights, overall_weights,
};
