//! Pure statistics on whole numbers: sufficient statistics that are merged, and what is computed
//! from them.
//!
//! Invariant: sums are exact and do not depend on the order of people, and nothing computed from
//! them is infinite or undefined.
#![expect(clippy::float_arithmetic, reason = "statistics are computed here")]
mod complete;
mod degenerate;
mod distribution;
mod estimate;
mod given;
mod norm;
mod shape;
mod student;
mod sums;
mod tally;
#[cfg(test)]
mod tests;
mod weights;

pub use complete::Complete;
pub use degenerate::{Degenerate, Flag};
pub use estimate::{
    Estimate, Means, Metric, Sampled, Spread, covariance, deviation, mean, of_mean, variance,
};
pub use given::Given;
pub use norm::{Norm, mean_and_deviation, quantile};
pub use shape::{RATING_CODES_MAX, Reply, Shape, Variable};
pub use student::Student;
pub use sums::{Joint, Sums};
pub use tally::Tally;
pub use weights::{
    Branch, Dimension, Leaf, Weights, dimension_weights, facet_weights, overall_weights,
};
