//! Adds people up: a small table that stays in the processor's nearest memory takes the people of
//! one cell, and is then poured into the sums of all groups that the cell belongs to.
use super::careless::{is_long_string, longest_run};
use super::incomplete::Incomplete;
use super::shape::{self, LANES, Reply, Shape};
use super::sums::Sums;

/// Sums of few people, of numbers of 16 bits.
pub struct Tally<'a> {
    shape: &'a Shape,
    people: u32,
    long_strings: u32,
    people_max: u32,
    counters: Vec<u32>,
    wide: Vec<u64>,
    products: Vec<u16>,
    others_count: Vec<u16>,
    others_sum: Vec<u16>,
    /// The scored variables that somebody did not answer.
    missed: Vec<bool>,
    incomplete: Vec<Incomplete>,
    /// The sets of which the last person left something out.
    left_out: Vec<bool>,
    codes: Vec<u16>,
    answered: Vec<u16>,
}

impl<'a> Tally<'a> {
    /// An empty table.
    pub fn new(shape: &'a Shape) -> Self {
        let width = shape.width();
        let square = shape.scored().len() * width;
        Self {
            shape,
            people: 0,
            long_strings: 0,
            people_max: u32::from(u16::MAX) / (shape.most() * shape.most()),
            counters: vec![0; shape.counters()],
            wide: vec![0; 2 * shape.others().len()],
            products: vec![0; square],
            others_count: vec![0; square],
            others_sum: vec![0; square],
            missed: vec![false; shape.scored().len()],
            incomplete: shape.sets().iter().map(|set| Incomplete::new(shape, set)).collect(),
            left_out: vec![false; shape.sets().len()],
            codes: vec![0; width],
            answered: vec![0; width],
        }
    }

    /// Whether the table has to be poured out before another person is added.
    pub fn is_full(&self) -> bool {
        self.people >= self.people_max
    }

    /// Adds a person by their record.
    pub fn add(&mut self, record: &[u8]) {
        self.people += 1;
        self.add_scored(record);
        self.add_products();
        self.add_incomplete();
        let codes = &self.codes[..self.shape.scored().len()];
        let run = longest_run(codes.iter().map(|code| (*code > 0).then_some((*code).into())));
        self.long_strings += u32::from(is_long_string(run, self.shape.asked()) == Ok(true));
        for lane in 0..self.shape.others().len() {
            self.add_other(lane, self.shape.other(record, lane));
        }
    }

    fn add_scored(&mut self, record: &[u8]) {
        for (lane, variable) in self.shape.scored().iter().enumerate() {
            let place = self.shape.place(*variable);
            let first = place.counter;
            let code = match shape::scored(record[lane]) {
                Reply::Code(code) => {
                    self.counters[first + code as usize - 1] += 1;
                    self.counters[first + place.counted] += 1;
                    code
                }
                Reply::Cannot => {
                    self.counters[first + place.counted + 1] += 1;
                    0
                }
                Reply::Missing => 0,
            };
            #[expect(clippy::cast_possible_truncation, reason = "the code was a byte")]
            {
                self.codes[lane] = code as u16;
            }
            self.answered[lane] = u16::from(code > 0);
        }
    }

    fn add_products(&mut self) {
        let width = self.codes.len();
        for lane in 0..self.missed.len() {
            let code = self.codes[lane];
            let row = lane * width..(lane + 1) * width;
            if code == 0 {
                self.missed[lane] = true;
                for set in self.shape.sets_of(lane) {
                    self.left_out[*set] = true;
                }
                for (sum, answered) in self.others_count[row.clone()].iter_mut().zip(&self.answered)
                {
                    *sum += answered;
                }
                for (sum, other) in self.others_sum[row].iter_mut().zip(&self.codes) {
                    *sum += other;
                }
                continue;
            }
            let begin = lane / LANES * LANES;
            let (products, _) = self.products[row][begin..].as_chunks_mut::<LANES>();
            let (codes, _) = self.codes[begin..].as_chunks::<LANES>();
            for (products, codes) in products.iter_mut().zip(codes) {
                // Copies, so that the compiler sees that nothing is in the way of adding all at once.
                let mut sums = *products;
                let codes = *codes;
                for lane in 0..LANES {
                    sums[lane] += code * codes[lane];
                }
                *products = sums;
            }
        }
    }

    fn add_incomplete(&mut self) {
        for (set, left_out) in self.left_out.iter_mut().enumerate() {
            if std::mem::take(left_out) {
                self.incomplete[set].add(self.shape, &self.shape.sets()[set], &self.codes);
            }
        }
    }

    fn add_other(&mut self, lane: usize, reply: Reply) {
        let place = self.shape.place(self.shape.others()[lane]);
        let first = place.counter;
        let code = match reply {
            Reply::Missing => return,
            Reply::Cannot => {
                self.counters[first + place.counted + 1] += 1;
                return;
            }
            Reply::Code(code) => code,
        };
        self.counters[first + place.counted] += 1;
        match self.shape.variables()[self.shape.others()[lane]] {
            shape::Variable::Choice { options } => {
                for option in 0..options as usize {
                    self.counters[first + option] += code >> option & 1;
                }
            }
            shape::Variable::Number { .. } => {
                self.wide[2 * lane] += u64::from(code);
                self.wide[2 * lane + 1] += u64::from(code) * u64::from(code);
            }
            shape::Variable::Rating { .. } | shape::Variable::Scored { .. } => {
                self.counters[first + code as usize - 1] += 1;
            }
        }
    }

    /// Adds the table to the sums that `groups` names.
    pub fn pour(&self, sums: &mut [Sums], groups: &[usize]) {
        let width = self.codes.len();
        for group in groups {
            let into = &mut sums[*group];
            into.people += self.people;
            into.long_strings += self.long_strings;
            super::sums::add(&mut into.counters, &self.counters);
            for (mine, theirs) in into.wide.iter_mut().zip(&self.wide) {
                *mine += theirs;
            }
            for (mine, theirs) in into.incomplete.iter_mut().zip(&self.incomplete) {
                mine.merge(theirs);
            }
            for lane in 0..self.missed.len() {
                let row = lane * width..(lane + 1) * width;
                let begin = lane * width + lane / LANES * LANES;
                widen(&mut into.products[begin..row.end], &self.products[begin..row.end]);
                if self.missed[lane] {
                    widen(&mut into.others_count[row.clone()], &self.others_count[row.clone()]);
                    widen(&mut into.others_sum[row.clone()], &self.others_sum[row]);
                }
            }
        }
    }

    /// Empties the table.
    pub fn clear(&mut self) {
        let width = self.codes.len();
        self.people = 0;
        self.long_strings = 0;
        self.counters.fill(0);
        self.wide.fill(0);
        self.products.fill(0);
        self.incomplete.iter_mut().for_each(Incomplete::clear);
        for (lane, missed) in self.missed.iter_mut().enumerate() {
            if std::mem::take(missed) {
                self.others_count[lane * width..(lane + 1) * width].fill(0);
                self.others_sum[lane * width..(lane + 1) * width].fill(0);
            }
        }
    }
}

fn widen(mine: &mut [u32], theirs: &[u16]) {
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        *mine += u32::from(*theirs);
    }
}
