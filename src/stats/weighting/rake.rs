//! Weights where only the margins of the population are known.
use crate::stats::degenerate::Degenerate;

/// In a whole cycle no step may change a cell by as much as this, relatively. Judged step by step,
/// since margins that contradict each other end every cycle in the same place.
const TOLERANCE: f64 = 1e-12;
/// Cycles after which it is not to be expected any more. Ten or twenty are usual.
const CYCLES_MAX: u32 = 10_000;

/// A cell of a cross table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossed {
    /// Its category in each margin, from 0.
    pub categories: Vec<usize>,
    /// Those who answered.
    pub sample: u32,
}

/// Raking, or iterative proportional fitting (Deming and Stephan 1940): how many people each answer
/// of a cell stands for, above 0, so that each margin has its people; 0 for cells without answers.
/// `margins` has for each margin the people of each category. One margin alone is
/// post-stratification.
///
/// A category with people and no answers is an empty cell. Inadmissible are margins that do not sum
/// to the same, answers in a category without people, cells that do not go with the margins, more
/// answers than a counter holds, and tables that no weights above 0 fit.
pub fn rake(cells: &[Crossed], margins: &[Vec<u32>]) -> Result<Vec<f64>, Degenerate> {
    check(cells, margins)?;
    let mut fitted: Vec<f64> = cells.iter().map(|cell| f64::from(cell.sample)).collect();
    for _ in 0..CYCLES_MAX {
        let mut change = 0.0_f64;
        for (axis, people) in margins.iter().enumerate() {
            change = change.max(fit(cells, axis, people, &mut fitted));
        }
        if change < TOLERANCE {
            let each = fitted.iter().zip(cells);
            return Ok(each.map(|(people, cell)| people / f64::from(cell.sample.max(1))).collect());
        }
    }
    Err(Degenerate::Inadmissible)
}

/// Scales the categories of a margin to their people. Gives the largest relative change.
fn fit(cells: &[Crossed], axis: usize, people: &[u32], fitted: &mut [f64]) -> f64 {
    let mut totals = vec![0.0; people.len()];
    for (cell, value) in cells.iter().zip(fitted.iter()) {
        totals[cell.categories[axis]] += value;
    }
    let mut largest = 0.0_f64;
    for (cell, value) in cells.iter().zip(fitted).filter(|(cell, _)| cell.sample > 0) {
        let category = cell.categories[axis];
        let factor = f64::from(people[category]) / totals[category];
        *value *= factor;
        largest = largest.max((factor - 1.0).abs());
    }
    largest
}

fn check(cells: &[Crossed], margins: &[Vec<u32>]) -> Result<(), Degenerate> {
    let Some(first) = margins.first() else { return Err(Degenerate::TooFewGroups) };
    let total = |people: &[u32]| people.iter().map(|each| u64::from(*each)).sum::<u64>();
    if margins.iter().any(|people| total(people) != total(first)) {
        return Err(Degenerate::Inadmissible);
    }
    let belongs = |cell: &Crossed| {
        cell.categories.len() == margins.len()
            && cell
                .categories
                .iter()
                .zip(margins)
                .all(|(category, people)| *category < people.len())
    };
    if !cells.iter().all(belongs) {
        return Err(Degenerate::Inadmissible);
    }
    let answers: u64 = cells.iter().map(|cell| u64::from(cell.sample)).sum();
    if answers == 0 {
        return Err(Degenerate::NoObservations);
    }
    if u32::try_from(answers).is_err() {
        return Err(Degenerate::Inadmissible);
    }
    for (axis, people) in margins.iter().enumerate() {
        let mut answered = vec![false; people.len()];
        for cell in cells.iter().filter(|cell| cell.sample > 0) {
            answered[cell.categories[axis]] = true;
        }
        for (people, answered) in people.iter().zip(answered) {
            match (*people > 0, answered) {
                (true, false) => return Err(Degenerate::EmptyCell),
                (false, true) => return Err(Degenerate::Inadmissible),
                (true, true) | (false, false) => {}
            }
        }
    }
    Ok(())
}
