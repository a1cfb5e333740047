//! Sums of a group by replicate: random parts of all respondents, fixed at the closing. What becomes
//! of an index without each of them in turn tells how sure it is (delete-a-group jackknife, Wolter
//! 2007), where no formula for its error exists.
use super::shape::{Reply, Shape, Variable, scored};

/// How many replicates there are.
pub const REPLICATES: usize = 30;

/// Sums of a group by replicate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replicates {
    /// Numbers of a replicate.
    len: usize,
    /// Replicate by replicate: people, then number and sum of the codes of each scored variable, then
    /// likewise of each number, or how many answered and how often each option was chosen.
    rows: Vec<u64>,
}

/// A person's part of a row.
pub struct Contribution {
    replicate: usize,
    row: Vec<u64>,
}

impl Replicates {
    /// Those of nobody.
    pub fn new(shape: &Shape) -> Self {
        let len = len(shape);
        Self { len, rows: vec![0; REPLICATES * len] }
    }

    /// Makes them those of nobody again.
    pub fn clear(&mut self) {
        self.rows.fill(0);
    }

    /// Adds a person.
    pub fn add(&mut self, person: &Contribution) {
        let begin = person.replicate * self.len;
        for (mine, more) in self.rows[begin..begin + self.len].iter_mut().zip(&person.row) {
            *mine += more;
        }
    }

    /// Adds those of other people.
    pub fn merge(&mut self, other: &Self) {
        for (mine, more) in self.rows.iter_mut().zip(&other.rows) {
            *mine += more;
        }
    }

    /// Takes away those of people who are among these.
    pub fn take(&mut self, part: &Self) {
        for (mine, less) in self.rows.iter_mut().zip(&part.rows) {
            *mine -= less;
        }
    }

    /// People of a replicate.
    pub fn people(&self, replicate: usize) -> u64 {
        self.rows[replicate * self.len]
    }

    /// How many of a replicate answered a scored variable, by its position among these, and the sum
    /// of their codes.
    pub fn scored(&self, replicate: usize, lane: usize) -> (u64, u64) {
        let at = replicate * self.len + 1 + 2 * lane;
        (self.rows[at], self.rows[at + 1])
    }

    /// Of another variable how many of a replicate answered, and the sum of a number or how often
    /// each option was chosen.
    pub fn other(&self, shape: &Shape, replicate: usize, variable: usize) -> (u64, &[u64]) {
        let mut at = replicate * self.len + 1 + 2 * shape.scored().len();
        for other in shape.others() {
            let width = width(shape.variables()[*other]);
            if *other == variable && width > 0 {
                return (self.rows[at], &self.rows[at + 1..at + width]);
            }
            at += width;
        }
        (0, &[])
    }
}

impl Contribution {
    /// Of nobody yet.
    pub fn new(shape: &Shape) -> Self {
        Self { replicate: 0, row: vec![0; len(shape)] }
    }

    /// Of a person, by their record and their replicate.
    pub fn read(&mut self, shape: &Shape, record: &[u8], replicate: u8) {
        self.replicate = usize::from(replicate) % REPLICATES;
        self.row.fill(0);
        self.row[0] = 1;
        for (lane, byte) in record[..shape.scored().len()].iter().enumerate() {
            if let Reply::Code(code) = scored(*byte) {
                self.row[1 + 2 * lane] = 1;
                self.row[2 + 2 * lane] = code.into();
            }
        }
        let mut at = 1 + 2 * shape.scored().len();
        for (lane, variable) in shape.others().iter().enumerate() {
            let width = width(shape.variables()[*variable]);
            if let (Reply::Code(code), true) = (shape.other(record, lane), width > 0) {
                let row = &mut self.row[at..at + width];
                row[0] = 1;
                match shape.variables()[*variable] {
                    Variable::Choice { .. } => {
                        for (option, chosen) in row[1..].iter_mut().enumerate() {
                            *chosen = u64::from(code >> option & 1);
                        }
                    }
                    Variable::Number { .. } => row[1] = code.into(),
                    Variable::Scored { .. } | Variable::Rating { .. } => {}
                }
            }
            at += width;
        }
    }
}

fn len(shape: &Shape) -> usize {
    let others = shape.others().iter().map(|variable| width(shape.variables()[*variable]));
    1 + 2 * shape.scored().len() + others.sum::<usize>()
}

/// Numbers that are kept of a variable besides the scored ones.
fn width(variable: Variable) -> usize {
    match variable {
        Variable::Number { .. } => 2,
        Variable::Choice { options } => 1 + options as usize,
        Variable::Scored { .. } | Variable::Rating { .. } => 0,
    }
}
