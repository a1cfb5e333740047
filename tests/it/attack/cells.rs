//! What an attacker knows who knows everybody: which people are in which cell, and how many of each
//! cell answered what. Cells are put together here anew from what the contract says of them, so that
//! a mistake of the engine is not repeated: own staff of a unit, with the unit above where they are
//! too few, split by as many of the first segment dimensions as leave nobody in too small a part.
use std::collections::BTreeMap;

use super::company::{Company, DIMENSION_OF, Kind};

/// Smallest group.
pub(super) const K: u32 = 5;

/// A cell and what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) unit: usize,
    pub(super) values: Vec<Option<usize>>,
    /// The sheets of those who took part.
    pub(super) sheets: Vec<Vec<i32>>,
}

/// Something that has a number of answers in each cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Measure {
    Responses,
    Overall,
    Dimension(usize),
    Facet(usize),
    Item(usize),
}

impl Cell {
    /// How many took part.
    pub(super) fn people(&self) -> u32 {
        count(&self.sheets, |_| true)
    }

    /// How many chose a code of an item; of a choice, an option.
    pub(super) fn chose(&self, kind: Kind, item: usize, code: usize) -> u32 {
        count(&self.sheets, |sheet| has_chosen(kind, sheet[item], code))
    }

    /// Steps of all answers to an item.
    pub(super) fn steps(&self, kind: Kind, item: usize) -> i64 {
        let answers = self.sheets.iter().map(|sheet| sheet[item]).filter(|code| *code > 0);
        answers.map(|code| kind.steps(code)).sum()
    }

    /// How many have a part in a measure.
    pub(super) fn size(&self, items: &[Kind], measure: Measure) -> u32 {
        let enters = |item: usize| match (items[item], measure) {
            (Kind::Scored { .. }, Measure::Overall) => true,
            (Kind::Scored { facet, .. }, Measure::Dimension(dimension)) => {
                DIMENSION_OF[facet] == dimension
            }
            (Kind::Scored { facet, .. }, Measure::Facet(of)) => facet == of,
            (_, Measure::Item(of)) => item == of,
            _ => false,
        };
        match measure {
            Measure::Responses => self.people(),
            _ => count(&self.sheets, |sheet| {
                (0..items.len()).any(|item| enters(item) && sheet[item] > 0)
            }),
        }
    }
}

/// Whether a code stands for a choice of `code`, counted from 0.
fn has_chosen(kind: Kind, answer: i32, code: usize) -> bool {
    match kind {
        Kind::Choice => answer > 0 && answer >> code & 1 == 1,
        _ => answer == i32::try_from(code).unwrap() + 1,
    }
}

fn count(sheets: &[Vec<i32>], is_meant: impl Fn(&Vec<i32>) -> bool) -> u32 {
    u32::try_from(sheets.iter().filter(|sheet| is_meant(sheet)).count()).unwrap()
}

/// The cells of a company. `order` are the units as the wave froze them, which decides between
/// units that are alike.
pub(super) fn form(company: &Company, order: &[usize]) -> Vec<Cell> {
    // Invited people are divided whether or not they take part, imported answers as they are.
    let roster: Vec<usize> = (0..company.people.len())
        .filter(|person| company.invited || company.people[*person].answers.is_some())
        .collect();
    let least = usize::try_from(K).unwrap();
    let home = pools(company, &roster, order, least);
    let mut pools: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for person in roster {
        pools.entry(home[company.people[person].units[1]]).or_default().push(person);
    }
    let mut cells = Vec::new();
    for (unit, people) in pools {
        for (values, people) in split(company, &people, least) {
            let answers =
                people.iter().filter_map(|person| company.people[*person].answers.clone());
            cells.push(Cell { unit, values, sheets: answers.collect() });
        }
    }
    cells
}

/// Where own staff of each unit are counted.
fn pools(company: &Company, roster: &[usize], order: &[usize], least: usize) -> Vec<usize> {
    let parents = &company.parents;
    let mut staff: Vec<Vec<usize>> = (0..parents.len()).map(|unit| vec![unit]).collect();
    let mut sizes = vec![0; parents.len()];
    for person in roster {
        sizes[company.people[*person].units[1]] += 1;
    }
    for unit in (1..parents.len()).rev() {
        if sizes[unit] > 0 && sizes[unit] < least {
            let above = parents[unit].unwrap();
            sizes[above] += std::mem::take(&mut sizes[unit]);
            let moved = std::mem::take(&mut staff[unit]);
            staff[above].extend(moved);
        }
    }
    if sizes[0] > 0 && sizes[0] < least {
        let depth = |unit: usize| std::iter::successors(Some(unit), |at| parents[*at]).count();
        let place = |unit: usize| order.iter().position(|each| *each == unit);
        let nearest = (1..parents.len())
            .filter(|unit| sizes[*unit] > 0)
            .min_by_key(|unit| (depth(*unit), sizes[*unit], place(*unit)));
        if let Some(unit) = nearest {
            let moved = std::mem::take(&mut staff[unit]);
            staff[0].extend(moved);
        }
    }
    let mut home = vec![0; parents.len()];
    for (pool, units) in staff.iter().enumerate() {
        for unit in units {
            home[*unit] = pool;
        }
    }
    home
}

/// The parts of a pool with the values that they share.
fn split(
    company: &Company,
    people: &[usize],
    least: usize,
) -> BTreeMap<Vec<Option<usize>>, Vec<usize>> {
    let dimensions = company.values.len();
    for kept in (0..=dimensions).rev() {
        let mut parts: BTreeMap<Vec<Option<usize>>, Vec<usize>> = BTreeMap::new();
        for person in people {
            let mut values = company.people[*person].values.clone();
            values[kept..].fill(None);
            parts.entry(values).or_default().push(*person);
        }
        if kept == 0 || parts.values().all(|part| part.len() >= least) {
            return parts;
        }
    }
    BTreeMap::new()
}
