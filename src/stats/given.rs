//! Counts how many of a cell gave each answer to each variable, and how many answered anything of each
//! dimension: all that has to be known of a group to decide what may be told of it.
use super::shape::{Reply, Shape, Variable, scored};

/// Counts of few people.
pub struct Given<'a> {
    shape: &'a Shape,
    /// By scored variable the bit of its dimension.
    dimension_bits: Vec<u16>,
    /// By variable where its counts begin.
    starts: Vec<usize>,
    /// Where the counts of sets begin.
    first_set: usize,
    /// The sets of which the last person left something out.
    left_out: Vec<bool>,
    /// People, then those who answered something of each dimension, then those who answered all of
    /// each set, then for each variable those who answered it and those who gave each answer.
    row: Vec<u32>,
}

impl Variable {
    /// How many answers are counted: the points of a rating, the options of a choice, the lowest and
    /// the highest number.
    pub fn counted(&self) -> usize {
        match self {
            Self::Scored { codes } | Self::Rating { codes } => *codes as usize,
            Self::Choice { options } => *options as usize,
            Self::Number { .. } => 2,
        }
    }
}

impl<'a> Given<'a> {
    /// Counts of nobody. `dimension_of` tells the dimension, below 16, that a variable enters.
    pub fn new(
        shape: &'a Shape,
        dimensions: usize,
        dimension_of: impl Fn(usize) -> Option<usize>,
    ) -> Self {
        let mut starts = Vec::new();
        let first_set = 1 + dimensions;
        let mut len = first_set + shape.sets().len();
        for variable in shape.variables() {
            starts.push(len);
            len += 1 + variable.counted();
        }
        let bit = |variable: &usize| dimension_of(*variable).map_or(0, |dimension| 1 << dimension);
        Self {
            shape,
            dimension_bits: shape.scored().iter().map(bit).collect(),
            starts,
            first_set,
            left_out: vec![false; shape.sets().len()],
            row: vec![0; len],
        }
    }

    /// Adds a person by their record.
    pub fn add(&mut self, record: &[u8]) {
        self.row[0] += 1;
        let mut answered = 0_u16;
        for (lane, variable) in self.shape.scored().iter().enumerate() {
            if let Reply::Code(code) = scored(record[lane]) {
                let start = self.starts[*variable];
                self.row[start] += 1;
                self.row[start + code as usize] += 1;
                answered |= self.dimension_bits[lane];
            } else {
                for set in self.shape.sets_of(lane) {
                    self.left_out[*set] = true;
                }
            }
        }
        while answered != 0 {
            self.row[1 + answered.trailing_zeros() as usize] += 1;
            answered &= answered - 1;
        }
        for (set, left_out) in self.left_out.iter_mut().enumerate() {
            self.row[self.first_set + set] += u32::from(!std::mem::take(left_out));
        }
        for (lane, variable) in self.shape.others().iter().enumerate() {
            let Reply::Code(code) = self.shape.other(record, lane) else { continue };
            let row = &mut self.row[self.starts[*variable]..];
            row[0] += 1;
            match self.shape.variables()[*variable] {
                Variable::Rating { .. } | Variable::Scored { .. } => row[code as usize] += 1,
                Variable::Choice { options } => {
                    for option in 0..options {
                        row[1 + option as usize] += code >> option & 1;
                    }
                }
                Variable::Number { codes } => {
                    row[1] += u32::from(code == 1);
                    row[2] += u32::from(code == codes);
                }
            }
        }
    }

    /// What was counted, and begins anew.
    pub fn take(&mut self, into: impl FnOnce(&[u32])) {
        into(&self.row);
        self.row.fill(0);
    }
}
