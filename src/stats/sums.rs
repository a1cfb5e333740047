//! Sufficient statistics of a group of people: whole numbers that add up when groups are put
//! together, in any order, without error.
use super::careless::is_long_string;
use super::degenerate::Degenerate;
use super::estimate::wide;
use super::incomplete::Incomplete;
use super::shape::{Shape, Variable};

/// The sums of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    pub(super) people: u32,
    /// People with a long run of the same rating.
    pub(super) long_strings: u32,
    /// Counters of all variables, as the shape places them.
    pub(super) counters: Vec<u32>,
    /// Sum and sum of squares of the codes of each variable that is not scored; nothing but zeros
    /// for choices.
    pub(super) wide: Vec<u64>,
    /// Sums of products of two scored codes over those who answered both, in rows of the record's
    /// width; the first is not behind the second's block of lanes.
    pub(super) products: Vec<u32>,
    /// Per scored variable, in rows likewise: how many of those who did not answer it answered each
    /// other one.
    pub(super) others_count: Vec<u32>,
    /// Likewise, the sums of their codes.
    pub(super) others_sum: Vec<u32>,
    /// By set, sums over those who did not answer all of it.
    pub(super) incomplete: Vec<Incomplete>,
}

/// Two scored variables over those who answered both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joint {
    /// How many answered both.
    pub people: u32,
    /// Sum of the codes of the first.
    pub first: u64,
    /// Sum of the codes of the second.
    pub second: u64,
    /// Sum of the products.
    pub products: u64,
}

impl Sums {
    /// The sums of nobody.
    pub fn new(shape: &Shape) -> Self {
        let square = shape.scored().len() * shape.width();
        Self {
            people: 0,
            long_strings: 0,
            counters: vec![0; shape.counters()],
            wide: vec![0; 2 * shape.others().len()],
            products: vec![0; square],
            others_count: vec![0; square],
            others_sum: vec![0; square],
            incomplete: shape.sets().iter().map(|set| Incomplete::new(shape, set)).collect(),
        }
    }

    /// Makes them those of nobody again.
    pub fn clear(&mut self) {
        self.people = 0;
        self.long_strings = 0;
        self.wide.fill(0);
        for words in
            [&mut self.counters, &mut self.products, &mut self.others_count, &mut self.others_sum]
        {
            words.fill(0);
        }
        self.incomplete.iter_mut().for_each(Incomplete::clear);
    }

    /// Adds those of another group.
    pub fn merge(&mut self, other: &Self) {
        self.people += other.people;
        self.long_strings += other.long_strings;
        for (mine, theirs) in self.wide.iter_mut().zip(&other.wide) {
            *mine += theirs;
        }
        add(&mut self.counters, &other.counters);
        add(&mut self.products, &other.products);
        add(&mut self.others_count, &other.others_count);
        add(&mut self.others_sum, &other.others_sum);
        for (mine, theirs) in self.incomplete.iter_mut().zip(&other.incomplete) {
            mine.merge(theirs);
        }
    }

    /// Takes away those of people who are among these: what is left are the sums of the others.
    pub fn take(&mut self, part: &Self) {
        self.people -= part.people;
        self.long_strings -= part.long_strings;
        for (mine, theirs) in self.wide.iter_mut().zip(&part.wide) {
            *mine -= theirs;
        }
        take(&mut self.counters, &part.counters);
        take(&mut self.products, &part.products);
        take(&mut self.others_count, &part.others_count);
        take(&mut self.others_sum, &part.others_sum);
        for (mine, theirs) in self.incomplete.iter_mut().zip(&part.incomplete) {
            mine.take(theirs);
        }
    }

    /// How many people there are.
    pub fn people(&self) -> u32 {
        self.people
    }

    /// How many gave the same rating so often in a row that it is hardly meant; why not, where too
    /// few items were asked to tell.
    pub fn long_strings(&self, shape: &Shape) -> Result<u32, Degenerate> {
        is_long_string(0, shape.asked())?;
        Ok(self.long_strings)
    }

    /// The mean share of scored items that people left without any answer, 0 to 1.
    pub fn missing(&self, shape: &Shape) -> Result<f64, Degenerate> {
        let items = i128::from(shape.asked());
        let asked = i128::from(self.people) * items;
        if asked == 0 {
            let nobody = self.people == 0;
            let reason = if nobody { Degenerate::NoObservations } else { Degenerate::TooFewItems };
            return Err(reason);
        }
        let given = shape.scored().iter().map(|item| {
            i128::from(self.answered(shape, *item)) + i128::from(self.cannot_judge(shape, *item))
        });
        Ok(wide(asked - given.sum::<i128>()) / wide(asked))
    }

    /// How often each code of a rating was given, or each option of a choice chosen; empty for
    /// numbers.
    pub fn counts(&self, shape: &Shape, variable: usize) -> &[u32] {
        let place = shape.place(variable);
        &self.counters[place.counter..place.counter + place.counted]
    }

    /// How many answered.
    pub fn answered(&self, shape: &Shape, variable: usize) -> u32 {
        let place = shape.place(variable);
        self.counters[place.counter + place.counted]
    }

    /// How many could not judge.
    pub fn cannot_judge(&self, shape: &Shape, variable: usize) -> u32 {
        let place = shape.place(variable);
        self.counters[place.counter + place.counted + 1]
    }

    /// Sum and sum of squares of the codes of a rating or number.
    pub fn powers(&self, shape: &Shape, variable: usize) -> (u64, u64) {
        if let Variable::Number { .. } = shape.variables()[variable] {
            let lane = shape.place(variable).lane;
            return (self.wide[2 * lane], self.wide[2 * lane + 1]);
        }
        let counts = (1_u64..).zip(self.counts(shape, variable));
        counts.fold((0, 0), |(sum, squares), (code, count)| {
            let part = code * u64::from(*count);
            (sum + part, squares + code * part)
        })
    }

    /// Two scored variables over those who answered both.
    pub fn joint(&self, shape: &Shape, first: usize, second: usize) -> Joint {
        let width = shape.width();
        let (a, b) = (shape.place(first).lane, shape.place(second).lane);
        let (low, high) = (a.min(b), a.max(b));
        let (first_sum, _) = self.powers(shape, first);
        let (second_sum, _) = self.powers(shape, second);
        self.joint_of(width, (a, b), (first_sum, second_sum), self.answered(shape, first))
            .with_products(self.products[low * width + high].into())
    }

    /// As [`Self::joint`], for lanes whose sums are known.
    pub(super) fn joint_of(
        &self,
        width: usize,
        (a, b): (usize, usize),
        (first, second): (u64, u64),
        answered: u32,
    ) -> Joint {
        // Those who answered both are those who answered one, less those of them who did not
        // answer the other.
        Joint {
            people: answered - self.others_count[b * width + a],
            first: first - u64::from(self.others_sum[b * width + a]),
            second: second - u64::from(self.others_sum[a * width + b]),
            products: 0,
        }
    }
}

impl Joint {
    pub(super) fn with_products(self, products: u64) -> Self {
        Self { products, ..self }
    }
}

/// Adds counters to counters of the same places.
pub(super) fn add(mine: &mut [u32], theirs: &[u32]) {
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        *mine += theirs;
    }
}

/// Takes counters away from counters of the same places.
pub(super) fn take(mine: &mut [u32], theirs: &[u32]) {
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        *mine -= theirs;
    }
}
