//! Weights that make those who answered look like those who were asked, and what is computed with
//! them.
mod cells;
mod pools;
mod rake;
mod representative;
mod strata;
#[cfg(test)]
mod tests;

pub use cells::{CellWeights, WEIGHT_ONE, cell_weights};
pub use rake::{Crossed, rake};
pub use representative::r_indicator;
pub use strata::{Stratum, WeightedMean, by_effective_size, stratified};

use super::degenerate::Degenerate;

/// A part of the population. No person is in two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Cells of the same group may stand for each other, as the units below one unit. A cell
    /// without a group has no neighbours.
    pub group: Option<u32>,
    /// Those who were asked.
    pub population: u32,
    /// Those of them who answered.
    pub sample: u32,
}

/// How many were asked and how many answered. Refuses as inadmissible more answers than people in a
/// cell, and more people than a counter holds.
fn totals(cells: impl Iterator<Item = Cell>) -> Result<(u32, u32), Degenerate> {
    let (mut population, mut sample) = (0_u32, 0_u32);
    for cell in cells {
        if cell.sample > cell.population {
            return Err(Degenerate::Inadmissible);
        }
        population = population.checked_add(cell.population).ok_or(Degenerate::Inadmissible)?;
        // Never more than the population.
        sample += cell.sample;
    }
    if sample == 0 {
        return Err(Degenerate::NoObservations);
    }
    Ok((population, sample))
}
