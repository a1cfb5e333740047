//! Invents a company from a seed: a tree of units, people with segments in it, and what they answer.
//! It is made to be hard to protect: sizes are skewed, some units have a boss or two of their own
//! and nobody else, some are of one mind, and many questions stay without an answer.
#![expect(clippy::float_arithmetic, reason = "chance is drawn in fractions")]
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Most people of a company whose people are invited one by one, which takes longest.
const INVITED_MAX: usize = 300;
/// Most units.
const UNITS_MAX: usize = 100;
/// Most levels below the uppermost unit.
const DEPTH_MAX: usize = 8;
/// Points of the scales of invented companies.
const CODES: i32 = 5;
/// Share of companies in which every question is answered.
const COMPLETE: f64 = 0.25;

/// What an item asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A rating from 1 up that enters the facet with this number.
    Scored {
        /// Points of the scale.
        codes: i32,
        /// The facet, 0 to 2; the first two are of the first dimension.
        facet: usize,
        /// A high rating is bad.
        reversed: bool,
        /// Weight in the facet.
        weight: i32,
    },
    /// A rating of 0 to 10.
    Outcome,
    /// At most two of three options.
    Choice,
}

/// Dimension of each facet.
pub(super) const DIMENSION_OF: [usize; 3] = [0, 0, 1];
/// Options of the choice.
pub(super) const OPTIONS: usize = 3;

impl Kind {
    /// How many codes there are; of the choice how many options.
    pub(super) fn codes(self) -> usize {
        match self {
            Self::Scored { codes, .. } => usize::try_from(codes).unwrap(),
            Self::Outcome => 11,
            Self::Choice => OPTIONS,
        }
    }

    /// Steps of an answer from the worst end of its scale up, for what has a mean.
    pub(super) fn steps(self, code: i32) -> i64 {
        match self {
            Self::Scored { reversed: true, codes, .. } => i64::from(codes - code),
            _ => i64::from(code - 1),
        }
    }

    /// Most steps, for what has a mean.
    pub(super) fn steps_max(self) -> Option<i64> {
        match self {
            Self::Scored { codes, .. } => Some(i64::from(codes) - 1),
            Self::Outcome => Some(10),
            Self::Choice => None,
        }
    }
}

/// Somebody.
#[derive(Clone, Debug)]
pub(super) struct Somebody {
    /// Units at the invitation, at the opening, and at the end.
    pub(super) units: [usize; 3],
    /// Value of each dimension.
    pub(super) values: Vec<Option<usize>>,
    /// A code per item; none for who stays away.
    pub(super) answers: Option<Vec<i32>>,
}

/// An invented company and its wave.
#[derive(Clone, Debug)]
pub(super) struct Company {
    pub(super) seed: u64,
    /// People are invited; otherwise their answers are imported.
    pub(super) invited: bool,
    /// Unit above each; parents before children.
    pub(super) parents: Vec<Option<usize>>,
    /// Number of values of each segment dimension.
    pub(super) values: Vec<usize>,
    /// Dimensions that are crossed.
    pub(super) pair: Option<(usize, usize)>,
    pub(super) items: Vec<Kind>,
    /// Weights of the facets and of the dimensions.
    pub(super) weights: ([i32; 3], [i32; 2]),
    pub(super) people: Vec<Somebody>,
}

impl Company {
    /// The company of a seed.
    pub(super) fn invent(seed: u64) -> Self {
        let mut dice = StdRng::seed_from_u64(seed);
        let size = drawn_size(&mut dice, 20.0, 2000.0);
        let invited = dice.random_bool(0.5);
        Self::invent_of(
            seed,
            &mut dice,
            if invited { size.min(INVITED_MAX) } else { size },
            invited,
        )
    }

    /// The company of a seed with at most so many people.
    pub(super) fn invent_small(seed: u64, people_max: f64) -> Self {
        let mut dice = StdRng::seed_from_u64(seed);
        let size = drawn_size(&mut dice, 20.0, people_max);
        let invited = dice.random_bool(0.5);
        Self::invent_of(seed, &mut dice, size, invited)
    }

    /// The company of a seed, of 150 people of whom many stay away, so that much has to be hidden.
    pub(super) fn invent_thin(seed: u64) -> Self {
        let mut thin = Self::invent_of(seed, &mut StdRng::seed_from_u64(seed), 150, true);
        let mut dice = StdRng::seed_from_u64(!seed);
        for person in &mut thin.people {
            if dice.random_bool(0.3) {
                person.answers = None;
            }
        }
        thin
    }

    fn invent_of(seed: u64, dice: &mut StdRng, size: usize, invited: bool) -> Self {
        let parents = tree(dice, size);
        let values: Vec<usize> = (0..dice.random_range(2..=3))
            .map(|_| [2, 2, 3, 4, 5][dice.random_range(0..5)])
            .collect();
        let pair = dice.random_bool(0.4).then_some((0, 1));
        let items = items(dice);
        let weight = |dice: &mut StdRng| if dice.random_bool(0.7) { 1 } else { 3 };
        let facets = [weight(dice), weight(dice), weight(dice)];
        let weights = (facets, [weight(dice), weight(dice)]);
        let mood = Mood::draw(dice, &items, parents.len());
        // More often low than high: what few answered is hard to protect.
        let rate = 0.4 + 0.55 * dice.random_range(0.0..1.0_f64).powi(2);
        let rate = if invited { rate } else { 1.0 };
        // Where somebody lacks a value, few cells can be split: often nobody does.
        let lacking = values
            .iter()
            .map(|_| if dice.random_bool(0.6) { 0.0 } else { dice.random_range(0.0..0.15) });
        let lacking: Vec<f64> = lacking.collect();
        let skews: Vec<f64> = values.iter().map(|_| dice.random_range(0.3..0.65)).collect();
        let sizes = unit_weights(dice, &parents);
        let total: f64 = sizes.iter().sum();
        let moving = if invited { 0.04 } else { 0.0 };
        let people = (0..size).map(|_| {
            let mut units = [draw(dice, &sizes, total); 3];
            for at in 1..3 {
                if dice.random_bool(moving) {
                    let to = dice.random_range(0..parents.len());
                    units[at..].fill(to);
                }
            }
            let value = |dimension: usize, dice: &mut StdRng| {
                let lacks = dice.random_bool(lacking[dimension]);
                (!lacks).then(|| skewed(dice, values[dimension], skews[dimension]))
            };
            let values = (0..values.len()).map(|dimension| value(dimension, dice)).collect();
            let answers = dice.random_bool(rate).then(|| mood.answers(dice, units[1]));
            Somebody { units, values, answers }
        });
        let people = people.collect();
        Self { seed, invited, parents, values, pair, items, weights, people }
    }

    /// Whether units lie below one.
    pub(super) fn has_below(&self, unit: usize) -> bool {
        self.parents.contains(&Some(unit))
    }

    /// Whether a unit lies in the subtree of another, or is it.
    pub(super) fn is_within(&self, unit: usize, top: usize) -> bool {
        std::iter::successors(Some(unit), |unit| self.parents[*unit]).any(|unit| unit == top)
    }

    /// Whether everybody who took part answered everything.
    pub(super) fn is_complete(&self) -> bool {
        let mut sheets = self.people.iter().filter_map(|person| person.answers.as_ref());
        sheets.all(|sheet| sheet.iter().all(|code| *code > 0))
    }
}

/// A size, each order of magnitude as likely as the next.
fn drawn_size(dice: &mut StdRng, least: f64, most: f64) -> usize {
    floor(dice.random_range(least.ln()..=most.ln()).exp())
}

/// A tree in which parents come before children, each subtree in one piece.
fn tree(dice: &mut StdRng, people: usize) -> Vec<Option<usize>> {
    let staff = drawn_size(dice, 4.0, 40.0);
    let units = (people / staff).clamp(2, UNITS_MAX);
    // How readily the next unit lies below the last one.
    let deep = dice.random_range(0.1..0.7);
    let mut parents = vec![None];
    while parents.len() < units {
        let last = parents.len() - 1;
        let path: Vec<usize> = std::iter::successors(Some(last), |unit| parents[*unit]).collect();
        let mut above = 0;
        while (!dice.random_bool(deep) || path.len() - above > DEPTH_MAX) && above + 1 < path.len()
        {
            above += 1;
        }
        parents.push(Some(path[above]));
    }
    parents
}

/// How many of the people each unit draws. Who leads other units often has few people of their own.
fn unit_weights(dice: &mut StdRng, parents: &[Option<usize>]) -> Vec<f64> {
    (0..parents.len())
        .map(|unit| {
            let weight = dice.random_range(0.0..1.0_f64).powi(3) + 0.05;
            let leads = parents.contains(&Some(unit));
            if leads && dice.random_bool(0.7) { weight * 0.2 } else { weight }
        })
        .collect()
}

fn draw(dice: &mut StdRng, weights: &[f64], total: f64) -> usize {
    let mut left = dice.random_range(0.0..total);
    for (at, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return at;
        }
    }
    weights.len() - 1
}

fn skewed(dice: &mut StdRng, count: usize, skew: f64) -> usize {
    let mut value = 0;
    while value + 1 < count && dice.random_bool(skew) {
        value += 1;
    }
    value
}

fn items(dice: &mut StdRng) -> Vec<Kind> {
    let mut facets = vec![0, 0, 1, 1, 2, 2];
    if dice.random_bool(0.5) {
        // A facet, and here and there a dimension, that is a single item.
        facets.remove(dice.random_range(0..facets.len()));
    }
    let reversed = dice.random_range(0..facets.len());
    let mut items: Vec<Kind> = facets
        .into_iter()
        .enumerate()
        .map(|(item, facet)| Kind::Scored {
            codes: CODES,
            facet,
            reversed: item == reversed,
            weight: if dice.random_bool(0.8) { 1 } else { 2 },
        })
        .collect();
    items.extend([Kind::Outcome, Kind::Choice]);
    items
}

/// How people answer.
struct Mood {
    items: Vec<Kind>,
    /// Where on the scale each item lies, from 0 to 1.
    levels: Vec<f64>,
    /// Shares of "cannot judge" and of blanks by item, and how each unit differs.
    cannot: Vec<f64>,
    blank: f64,
    reluctance: Vec<f64>,
    /// By unit: what it adds, and whether it is of one mind.
    shifts: Vec<f64>,
    unanimous: Vec<bool>,
}

impl Mood {
    fn draw(dice: &mut StdRng, items: &[Kind], units: usize) -> Self {
        let complete = dice.random_bool(COMPLETE);
        let missing = |dice: &mut StdRng, most: f64| {
            if complete { 0.0 } else { dice.random_range(0.0..most) }
        };
        let levels = items.iter().map(|_| match dice.random_range(0..6) {
            0 => 0.03,
            1 => 0.97,
            _ => dice.random_range(0.3..0.8),
        });
        let levels = levels.collect();
        let shares = items.iter().map(|_| missing(dice, 0.25)).collect();
        let blank = missing(dice, 0.08);
        Self {
            items: items.to_vec(),
            levels,
            cannot: shares,
            blank,
            reluctance: (0..units).map(|_| dice.random_range(0.0..1.8)).collect(),
            shifts: (0..units).map(|_| dice.random_range(-0.2..0.2)).collect(),
            unanimous: (0..units).map(|_| dice.random_bool(0.07)).collect(),
        }
    }

    fn answers(&self, dice: &mut StdRng, unit: usize) -> Vec<i32> {
        let mut sheet: Vec<i32> = (0..self.items.len())
            .map(|item| {
                let kind = self.items[item];
                let cannot = (self.cannot[item] * self.reluctance[unit]).min(0.6);
                if kind != Kind::Choice && dice.random_bool(cannot) {
                    return -1;
                }
                if dice.random_bool(self.blank) { 0 } else { self.answer(dice, unit, item) }
            })
            .collect();
        if sheet.iter().all(|code| *code <= 0) {
            // Who takes part says something.
            let item = self.items.len() - 2;
            sheet[item] = self.answer(dice, unit, item);
        }
        sheet
    }

    fn answer(&self, dice: &mut StdRng, unit: usize, item: usize) -> i32 {
        let noise = if self.unanimous[unit] { 0.0 } else { dice.random_range(-0.45..0.45) };
        let place = (self.levels[item] + self.shifts[unit] + noise).clamp(0.0, 0.999);
        let at = |count: i32| i32::try_from(floor(place * f64::from(count))).unwrap();
        match self.items[item] {
            Kind::Scored { reversed: true, codes, .. } => codes - at(codes),
            Kind::Scored { codes, .. } => 1 + at(codes),
            Kind::Outcome => 1 + at(11),
            Kind::Choice => [1, 3, 2, 6, 4][usize::try_from(at(5)).unwrap()],
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and above 0")]
fn floor(value: f64) -> usize {
    value.floor() as usize
}
