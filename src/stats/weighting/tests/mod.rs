//! Edge cases and laws; what they share.
#![expect(clippy::cast_possible_truncation, reason = "the numbers of tests are small")]
mod cells;
mod rake;
mod representative;
mod strata;

use proptest::prelude::*;

use super::*;
use crate::stats::{Flag, Metric, Sampled, mean, of_mean, variance};

const OWN: Metric = Metric { constant: 0, slope: 1, divisor: 1 };

fn cell(group: u32, population: u32, sample: u32) -> Cell {
    Cell { group: Some(group), population, sample }
}

fn alone(population: u32, sample: u32) -> Cell {
    Cell { group: None, population, sample }
}

fn of_codes(cell: Cell, codes: &[u32], weight: u32) -> Stratum {
    let codes = codes.iter().map(|code| u64::from(*code));
    let sample = codes.len() as u32;
    let cell = Cell { sample, ..cell };
    Stratum { cell, sum: codes.clone().sum(), squares: codes.map(|code| code * code).sum(), weight }
}

fn close(got: f64, expected: f64) -> bool {
    (got - expected).abs() <= 1e-12 * expected.abs().max(1.0)
}

/// Codes of people, in strata of one population that are weighted by `cell_weights`.
fn weighted(parts: &[(Cell, Vec<u32>)]) -> (Vec<Stratum>, CellWeights) {
    let cells: Vec<Cell> =
        parts.iter().map(|(cell, codes)| Cell { sample: codes.len() as u32, ..*cell }).collect();
    let weights = cell_weights(&cells).unwrap();
    let strata = parts.iter().zip(&weights.weights);
    (strata.map(|((cell, codes), weight)| of_codes(*cell, codes, *weight)).collect(), weights)
}

fn error(mean: &WeightedMean) -> f64 {
    mean.estimate.spread.unwrap().standard_error
}

fn units(weight: f64) -> u32 {
    #[expect(clippy::cast_sign_loss, reason = "weights are not below 0")]
    let units = (weight * f64::from(WEIGHT_ONE)).round() as u32;
    units
}

/// Cells with people who answered, two or more in each.
fn parts() -> impl Strategy<Value = Vec<(Cell, Vec<u32>)>> {
    let codes = proptest::collection::vec(1u32..=5, 2..20);
    let part = (0u32..3, 0u32..40, codes)
        .prop_map(|(group, silent, codes)| (cell(group, silent + codes.len() as u32, 0), codes));
    proptest::collection::vec(part, 1..8)
}
