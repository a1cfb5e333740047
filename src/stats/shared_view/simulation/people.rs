//! People who answer ten items on five points and choose among eight options.
use rand::{Rng, rngs::StdRng};

pub(super) const ITEMS: usize = 10;
pub(super) const OPTIONS: usize = 8;

/// Deviations of people around their group and of answers around their person, and the limits
/// between the five answers: scores of people deviate by about 18 points.
const PERSON: f64 = 0.85;
const ANSWER: f64 = 0.8;
const LIMITS: [f64; 4] = [-1.6, -0.6, 0.3, 1.3];

/// What people of two kinds like, half of each.
pub(super) struct Taste {
    kinds: [[f64; OPTIONS]; 2],
}

/// One who answered.
pub(in super::super) struct Person {
    /// Their group on the first axis.
    pub(super) group: usize,
    /// Their group on an axis that nothing depends on.
    pub(super) other: usize,
    pub(super) replicate: usize,
    /// Sum of ten codes from 0 to 4.
    pub(super) score: u64,
    /// 1 for each option that they chose.
    pub(super) chosen: [u32; OPTIONS],
}

impl Taste {
    /// The same for 0; for 1 the order is turned round of some options at each end.
    pub(super) fn turned(turn: f64, ends: usize) -> Self {
        let liked: [f64; OPTIONS] = [3.0, 2.5, 2.0, 1.6, 1.3, 1.0, 0.8, 0.6];
        let of_kind = |kind: usize| {
            std::array::from_fn(|at| {
                let turn = if at.min(OPTIONS - 1 - at) < ends { turn } else { 0.0 };
                let own = liked[at].ln() * (1.0 - turn) + liked[OPTIONS - 1 - at].ln() * turn;
                own.exp() * if at % 2 == kind { 1.5 } else { 1.0 }
            })
        };
        Self { kinds: [of_kind(0), of_kind(1)] }
    }

    /// Chooses some different options, each time among what is left by how much it is liked.
    pub(super) fn choose(&self, random: &mut StdRng, kind: usize, some: usize) -> [u32; OPTIONS] {
        let mut times: Vec<(f64, usize)> = self.kinds[kind]
            .iter()
            .enumerate()
            .map(|(at, liked)| (-(1.0 - random.random::<f64>()).ln() / liked, at))
            .collect();
        times.sort_by(|first, second| first.0.total_cmp(&second.0));
        let mut chosen = [0; OPTIONS];
        for (_, at) in &times[..some] {
            chosen[*at] = 1;
        }
        chosen
    }
}

impl Person {
    pub(super) fn new(
        random: &mut StdRng,
        (group, replicate): (usize, usize),
        place: f64,
        taste: &Taste,
    ) -> Self {
        let own = place + PERSON * normal(random);
        let mut score = 0;
        for _ in 0..ITEMS {
            let felt = own + ANSWER * normal(random);
            score += LIMITS.iter().filter(|limit| felt > **limit).map(|_| 1).sum::<u64>();
        }
        let chosen = taste.choose(random, usize::from(own > place), 3);
        Self { group, other: random.random_range(0..2), replicate, score, chosen }
    }
}

/// True shares of mentions when everyone chooses three, exactly: over all orders of choosing.
pub(super) fn shares(taste: &Taste) -> [f64; OPTIONS] {
    let mut shares = [0.0; OPTIONS];
    for liked in &taste.kinds {
        let all: f64 = liked.iter().sum();
        for a in 0..OPTIONS {
            for b in (0..OPTIONS).filter(|b| *b != a) {
                for c in (0..OPTIONS).filter(|c| *c != a && *c != b) {
                    let first = liked[a] / all;
                    let second = liked[b] / (all - liked[a]);
                    let probability = first * second * liked[c] / (all - liked[a] - liked[b]);
                    for at in [a, b, c] {
                        shares[at] += probability / 6.0;
                    }
                }
            }
        }
    }
    shares
}

/// Mean score in points of a group at a place.
pub(super) fn points(place: f64) -> f64 {
    let deviation = (PERSON * PERSON + ANSWER * ANSWER).sqrt();
    let above = |limit: &f64| libm::erfc((limit - place) / deviation / 2.0_f64.sqrt()) / 2.0;
    LIMITS.iter().map(|limit| 25.0 * above(limit)).sum()
}

/// The place of a group whose mean score is known.
pub(super) fn latent(mean: f64) -> f64 {
    let (mut low, mut high) = (-8.0, 8.0);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if points(middle) < mean { low = middle } else { high = middle }
    }
    low
}

/// A standard normal number.
pub(super) fn normal(random: &mut StdRng) -> f64 {
    let (first, second): (f64, f64) = (random.random(), random.random());
    (-2.0 * (1.0 - first).ln()).sqrt() * (std::f64::consts::TAU * second).cos()
}
