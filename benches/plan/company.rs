//! An invented company whose results are planned: always the same for the same size.
#![expect(clippy::float_arithmetic, reason = "invents people")]
use orgfit::assessment::cells::{self, Group};
use orgfit::disclosure::{Counts, Entry, Form, Frame, Home, Inhabited, Judged, Limits};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const MINIMUM: u32 = 5;
const DISTRIBUTION_MINIMUM: u32 = 10;
/// Values of each segment dimension.
const VALUES: [u16; 3] = [5, 4, 3];
const DIMENSIONS: usize = 5;
const ITEMS: usize = 45;
const POINTS: usize = 5;

/// The company.
pub(crate) struct Company {
    pub(crate) frame: Frame,
    pub(crate) limits: Limits,
    cells: Vec<Cell>,
}

struct Cell {
    unit: usize,
    values: Vec<Option<u16>>,
    row: Vec<u32>,
}

impl Company {
    pub(crate) fn new(people: u32, units: usize) -> Self {
        let mut random = StdRng::seed_from_u64(7);
        let parents = parents(&mut random, units);
        let groups = groups(&mut random, people, units);
        let minimum = MINIMUM as usize;
        let formed = cells::form(&parents, &groups, minimum).unwrap_or_default().cells;
        let item = |item: usize| Judged {
            score: Some(Entry {
                dimension: item % DIMENSIONS,
                // Three facets of three items each.
                facet: item % (3 * DIMENSIONS),
                facet_weight: 1,
                weight: 1,
            }),
            reversed: false,
            form: Form::Points,
            counted: POINTS,
        };
        let items = (0..ITEMS).map(item).collect();
        let limits = Limits::new((MINIMUM, DISTRIBUTION_MINIMUM), DIMENSIONS, items);
        let cells = formed.into_iter().map(|cell| {
            let answered = (0..cell.count).filter(|_| random.random_bool(0.7)).count();
            let given = given(&mut random, answered);
            Cell { unit: cell.unit, values: cell.values, row: limits.row(&given) }
        });
        let cells = cells.collect();
        let frame = Frame { parents, values: VALUES.to_vec(), pairs: vec![(0, 1)] };
        Self { frame, limits, cells }
    }

    /// The cells and the counts of all slices.
    pub(crate) fn counted(&self) -> (Vec<Inhabited<'_>>, Counts) {
        let mut counts = Counts::new(&self.frame, self.limits.width());
        let mut inhabited = Vec::new();
        for cell in &self.cells {
            let home = Home { unit: cell.unit, values: &cell.values };
            counts.add(&self.frame, home, &cell.row);
            inhabited.push(Inhabited {
                home,
                sizes: self.limits.sizes(&cell.row),
                row: cell.row.clone(),
            });
        }
        counts.add_up(&self.frame);
        (inhabited, counts)
    }
}

/// A tree in which about seven units lie below each that has any.
fn parents(random: &mut StdRng, units: usize) -> Vec<Option<usize>> {
    let mut parents = vec![None];
    for unit in 1..units {
        let mut above = unit - 1;
        while above > 0 && random.random_bool(0.6) {
            above = parents[above].unwrap_or(0);
        }
        parents.push(Some(above));
    }
    parents
}

/// People by unit and values: few large units, many small ones.
fn groups(random: &mut StdRng, people: u32, units: usize) -> Vec<Group> {
    let sizes: Vec<f64> = (0..units).map(|_| random.random::<f64>().powi(3) + 0.05).collect();
    let total: f64 = sizes.iter().sum();
    let mut groups = Vec::new();
    for (unit, size) in sizes.into_iter().enumerate() {
        let mut people = f64::from(people) * size / total;
        while people >= 1.0 {
            let value = |values: &u16| {
                let place = random.random::<f64>().powf(1.5);
                (0..*values).rev().find(|value| place >= f64::from(*value) / f64::from(*values))
            };
            groups.push(Group { unit, values: VALUES.iter().map(value).collect(), count: 1 });
            people -= 1.0;
        }
    }
    groups
}

/// What a cell answered: people, those who answered anything of each dimension, and for each item those
/// who answered and how often each point was given.
fn given(random: &mut StdRng, people: usize) -> Vec<u32> {
    let mut given = vec![0; 1 + DIMENSIONS + ITEMS * (1 + POINTS)];
    for _ in 0..people {
        given[0] += 1;
        for dimension in 0..DIMENSIONS {
            given[1 + dimension] += 1;
        }
        for item in 0..ITEMS {
            if random.random_bool(0.05) {
                continue;
            }
            let start = 1 + DIMENSIONS + item * (1 + POINTS);
            let point = [0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4][random.random_range(0..12)];
            given[start] += 1;
            given[start + 1 + point] += 1;
        }
    }
    given
}
