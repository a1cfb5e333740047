//! Weights of those who answered, as whole numbers.
use super::pools::{any_joined, sizes, within_groups};
use super::rake::{Crossed, rake};
use super::{Cell, totals};
use crate::stats::degenerate::{Degenerate, Flag};

/// The weight 1: weights are whole numbers of 2^-28.
///
/// Sums of whole numbers are exact and do not depend on the order in which they are added. The unit
/// is the finest power of 2 by which every weight fits: at least half of those who answered have at
/// least the median weight and the mean is 1, so the median is at most 2, and the cap of 5 medians
/// at most 10. Rounding to it moves a mean by less than a 500,000,000th of the scale's length.
/// Weighted sums of ratings fit into 64 bits for 30 million people; those of squares, and of
/// numbers, may need 128.
pub const WEIGHT_ONE: u32 = 1 << UNIT_BITS;

const UNIT_BITS: u32 = 28;
/// Binary places before the last rounding.
const FINE_BITS: u32 = 44;
/// Cap, in medians.
const CAP: u128 = 5;
/// By so much, in halves of the last fine place, rounding alone may lift a weight above the cap.
const SLACK: u128 = 16;

/// The weights of cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellWeights {
    /// For each cell, in the order given: the weight of each answer in it, in units of 1 /
    /// [`WEIGHT_ONE`]. The mean over all answers is 1, none is above 10, and only cells that nobody
    /// can answer for, and raked cells without answers, have 0.
    pub weights: Vec<u32>,
    /// What was done to get them.
    pub flags: Vec<Flag>,
}

/// Post-stratification weights: people of a cell by answers in it, over those of all cells (Holt
/// and Smith 1979).
///
/// A cell without answers joins the next one of its group that has some, else the one before, and
/// is then flagged as merged; it is an empty cell when its group has none. Weights above 5 times
/// their median over those who answered are cut to that, which is flagged, and the rest is lifted
/// so that the mean is 1 again. Then [`super::stratified`] does not hold any more, and
/// [`super::by_effective_size`] does.
pub fn cell_weights(cells: &[Cell]) -> Result<CellWeights, Degenerate> {
    let (people, answers) = totals(cells.iter().copied())?;
    let pools = within_groups(cells, 1);
    let mut fine = Vec::with_capacity(pools.len());
    for pool in &pools {
        let (population, sample) = sizes(pool, cells);
        if sample == 0 {
            return Err(Degenerate::EmptyCell);
        }
        let scaled = (u128::from(population) * u128::from(answers)) << FINE_BITS;
        let weight = rounded(scaled, u128::from(sample) * u128::from(people));
        fine.push(Fine { weight, sample });
    }
    let (units, cut) = in_units(&fine, answers)?;
    let mut weights = vec![0; cells.len()];
    for (pool, unit) in pools.iter().zip(units) {
        for place in pool {
            weights[*place] = unit;
        }
    }
    let flags = [(cut, Flag::WeightsCapped), (any_joined(&pools), Flag::StrataMerged)];
    Ok(CellWeights { weights, flags: raised(&flags) })
}

impl CellWeights {
    /// Raked weights ([`rake`]), capped like others. The error of a mean by them is that of
    /// [`super::by_effective_size`], since no cell's population is known.
    pub fn raked(cells: &[Crossed], margins: &[Vec<u32>]) -> Result<Self, Degenerate> {
        let each = rake(cells, margins)?;
        // Raking has made sure that there are answers and that a counter holds them.
        let answers: u32 = cells.iter().map(|cell| cell.sample).sum();
        let total: f64 =
            cells.iter().zip(&each).map(|(cell, weight)| f64::from(cell.sample) * weight).sum();
        let scale = f64::from(answers) / total * fine_one();
        let fine: Vec<Fine> = cells
            .iter()
            .zip(&each)
            .map(|(cell, weight)| Fine { weight: whole(weight * scale), sample: cell.sample })
            .collect();
        let (weights, cut) = in_units(&fine, answers)?;
        Ok(Self { weights, flags: raised(&[(cut, Flag::WeightsCapped)]) })
    }
}

/// The weight of each of so many answers, with the fine places.
#[derive(Clone, Copy)]
struct Fine {
    weight: u128,
    sample: u32,
}

/// Capped weights with a mean of 1, and whether any was cut.
fn in_units(fine: &[Fine], answers: u32) -> Result<(Vec<u32>, bool), Degenerate> {
    let cap_doubled = CAP * median_doubled(fine, answers);
    let cap = cap_doubled / 2;
    let answered = fine.iter().filter(|each| each.sample > 0);
    let cut = answered.clone().any(|each| 2 * each.weight > cap_doubled + SLACK);
    let total: u128 = answered.map(|each| each.weight.min(cap) * u128::from(each.sample)).sum();
    if total == 0 {
        return Err(Degenerate::NoObservations);
    }
    let units = fine.iter().map(|each| {
        let scaled = (each.weight.min(cap) * u128::from(answers)) << UNIT_BITS;
        u32::try_from(rounded(scaled, total)).map_err(|_| Degenerate::Inadmissible)
    });
    Ok((units.collect::<Result<_, _>>()?, cut))
}

/// Twice the median weight of those who answered, so that it is whole where two are in the middle.
fn median_doubled(fine: &[Fine], answers: u32) -> u128 {
    let mut sorted = fine.to_vec();
    sorted.sort_unstable_by_key(|each| each.weight);
    let at = |position: u32| {
        let mut before = 0;
        let found = sorted.iter().find(|each| {
            before += each.sample;
            before > position
        });
        found.map_or(0, |each| each.weight)
    };
    at(answers.saturating_sub(1) / 2) + at(answers / 2)
}

/// A quotient as the nearest whole number, halves upwards; the divisor is above 0.
fn rounded(number: u128, divisor: u128) -> u128 {
    (number + divisor / 2) / divisor
}

/// The weight 1 with the fine places.
fn fine_one() -> f64 {
    f64::from(FINE_BITS).exp2()
}

/// The nearest whole number.
#[expect(clippy::cast_possible_truncation, reason = "raked weights are below 2^76")]
#[expect(clippy::cast_sign_loss, reason = "raked weights are not below 0")]
fn whole(value: f64) -> u128 {
    value.round() as u128
}

fn raised(flags: &[(bool, Flag)]) -> Vec<Flag> {
    flags.iter().filter(|(holds, _)| *holds).map(|(_, flag)| *flag).collect()
}
