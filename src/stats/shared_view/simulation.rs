//! Waves of people that are made up, whose true alignment and overlap are known: whether what is
//! computed is right on average, and how often intervals cover the truth.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the numbers of tests are small"
)]
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::*;
use super::{alignment::alignment, index::index, jackknife::Replicated, overlap::overlap};

mod coverage;
mod people;

use people::{ITEMS, OPTIONS, Person, Taste, latent, shares};

/// How many waves a test makes, and how many by hand.
const WAVES: u64 = 200;
const WAVES_BY_HAND: u64 = 2_000;

/// What an organization is like.
#[derive(Clone, Copy, Debug)]
pub(super) struct World<'a> {
    /// Sizes of its groups, largest gap between the first and the last.
    pub(super) sizes: &'a [usize],
    /// Root of the mean square of the differences of pairs of groups, in points.
    pub(super) gap: f64,
    /// How far the priorities of the last group are from those of the first; 0 for the same.
    pub(super) turn: f64,
    /// How many options at each end of the order are turned round; 4 for all.
    pub(super) ends: usize,
    /// Replicates; everyone is in one of them at random.
    pub(super) replicates: usize,
}

/// What is true of a world.
#[derive(Clone, Copy, Debug)]
struct Truth {
    gap: f64,
    distance: f64,
    index: f64,
}

impl World<'_> {
    /// Where each group is, around 0.
    fn places(&self) -> Vec<f64> {
        let middle = (self.sizes.len() - 1) as f64 / 2.0;
        (0..self.sizes.len()).map(|at| middle - at as f64).collect()
    }

    /// The true mean of each group, in points.
    fn means(&self) -> Vec<f64> {
        let places = self.places();
        let squares: Vec<f64> = pairs(&places).map(|(a, b)| (a - b) * (a - b)).collect();
        let root = (squares.iter().sum::<f64>() / squares.len() as f64).sqrt();
        places.iter().map(|place| 62.0 + self.gap / root * place).collect()
    }

    fn tastes(&self) -> Vec<Taste> {
        let last = (self.sizes.len() - 1) as f64;
        (0..self.sizes.len())
            .map(|at| Taste::turned(self.turn * at as f64 / last, self.ends))
            .collect()
    }

    fn truth(&self) -> Truth {
        let shares: Vec<[f64; OPTIONS]> = self.tastes().iter().map(shares).collect();
        let distances: Vec<f64> = pairs(&shares)
            .map(|(a, b)| a.iter().zip(b).map(|(a, b)| (a - b).abs() / 2.0).sum())
            .collect();
        let distance = distances.iter().sum::<f64>() / distances.len() as f64;
        let aligned = 1.0 - (self.gap / 25.0).min(1.0);
        Truth { gap: self.gap, distance, index: 100.0 * (aligned * (1.0 - distance)).sqrt() }
    }

    /// Everyone of a wave, group by group. Those who rate higher also choose differently.
    pub(super) fn wave(&self, seed: u64) -> Vec<Person> {
        let mut random = StdRng::seed_from_u64(seed);
        let mut people = Vec::new();
        for (at, (mean, taste)) in self.means().iter().zip(self.tastes()).enumerate() {
            let place = latent(*mean);
            for _ in 0..self.sizes[at] {
                let replicate = random.random_range(0..self.replicates);
                people.push(Person::new(&mut random, (at, replicate), place, &taste));
            }
        }
        people
    }
}

/// A group of people with its replicates, from whole sums.
fn group<'a>(people: &(impl Iterator<Item = &'a Person> + Clone), replicates: usize) -> AxisGroup {
    let (mut sum, mut squares, mut n) = (0_u64, 0_u64, 0_u64);
    for person in people.clone() {
        (n, sum, squares) = (n + 1, sum + person.score, squares + person.score * person.score);
    }
    let step = 100.0 / (4 * ITEMS) as f64;
    let variance = (n * squares - sum * sum) as f64 / (n * (n - 1)) as f64 * step * step;
    AxisGroup {
        all: sample(people.clone(), step),
        error_squared: variance / n as f64,
        weight: 1,
        without: (0..replicates)
            .map(|left| sample(people.clone().filter(|person| person.replicate != left), step))
            .collect(),
    }
}

fn sample<'a>(people: impl Iterator<Item = &'a Person>, step: f64) -> GroupSample {
    let (mut sum, mut counts, mut n) = (0, vec![0; OPTIONS], 0);
    for person in people {
        n += 1;
        sum += person.score;
        for (count, chosen) in counts.iter_mut().zip(person.chosen) {
            *count += chosen;
        }
    }
    let mentions = Mentions::new(n, counts);
    GroupSample { people: n, mean: step * sum as f64 / f64::from(n), mentions }
}

/// The groups of the axis that a world is made along.
pub(super) fn groups(world: &World<'_>, people: &[Person]) -> Vec<AxisGroup> {
    let one = |at| people.iter().filter(move |person: &&Person| person.group == at);
    (0..world.sizes.len()).map(|at| group(&one(at), world.replicates)).collect()
}

/// How often something happened, and its share.
#[derive(Clone, Copy, Debug, Default)]
struct Rate {
    times: f64,
    of: f64,
}

impl Rate {
    fn add(&mut self, happened: bool) {
        self.of += 1.0;
        self.times += f64::from(u8::from(happened));
    }

    fn add_cover(&mut self, interval: Interval, truth: f64) {
        self.add(interval.lower <= truth + 1e-9 && truth <= interval.upper + 1e-9);
    }

    fn share(self) -> f64 {
        self.times / self.of
    }

    /// Three standard errors of a rate of .95.
    fn slack(self) -> f64 {
        3.0 * (0.95 * 0.05 / self.of).sqrt()
    }
}

/// Mean of what is drawn, and its error.
#[derive(Clone, Copy, Debug, Default)]
struct Average {
    n: f64,
    sum: f64,
    squares: f64,
}

impl Average {
    fn add(&mut self, value: f64) {
        (self.n, self.sum) = (self.n + 1.0, self.sum + value);
        self.squares += value * value;
    }

    fn mean(self) -> f64 {
        self.sum / self.n
    }

    fn error(self) -> f64 {
        ((self.squares / self.n - self.mean() * self.mean()) / (self.n - 1.0)).sqrt()
    }
}
