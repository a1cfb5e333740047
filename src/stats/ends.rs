//! Counts how many of a cell answered each variable, and how many of them at either end point.
use super::shape::{Reply, Shape, Variable};

/// Counts of few people.
pub struct Ends<'a> {
    shape: &'a Shape,
    people: u32,
    /// Highest code per lane of the record.
    highest: Vec<u8>,
    answers: Vec<u8>,
    low: Vec<u8>,
    high: Vec<u8>,
    /// People, then answers, lowest and highest codes of each variable.
    row: Vec<u32>,
}

impl<'a> Ends<'a> {
    /// Counts of nobody.
    pub fn new(shape: &'a Shape) -> Self {
        let width = shape.width();
        let mut highest = vec![u8::MAX; width];
        for (lane, variable) in shape.scored().iter().enumerate() {
            if let Variable::Scored { codes } = shape.variables()[*variable] {
                highest[lane] = codes.to_le_bytes()[0];
            }
        }
        Self {
            shape,
            people: 0,
            highest,
            answers: vec![0; width],
            low: vec![0; width],
            high: vec![0; width],
            row: vec![0; 1 + 3 * shape.variables().len()],
        }
    }

    /// Adds a person by their record.
    pub fn add(&mut self, record: &[u8]) {
        if self.people == u32::from(u8::MAX) {
            self.flush();
        }
        self.people += 1;
        let width = self.answers.len();
        let codes = &record[..width];
        for (answers, code) in self.answers.iter_mut().zip(codes) {
            *answers += u8::from(code.wrapping_sub(1) < u8::MAX - 1);
        }
        for (low, code) in self.low.iter_mut().zip(codes) {
            *low += u8::from(*code == 1);
        }
        for ((high, highest), code) in self.high.iter_mut().zip(&self.highest).zip(codes) {
            *high += u8::from(code == highest);
        }
        for lane in 0..self.shape.others().len() {
            let variable = self.shape.others()[lane];
            let Reply::Code(code) = self.shape.other(record, lane) else { continue };
            let row = &mut self.row[1 + 3 * variable..4 + 3 * variable];
            row[0] += 1;
            let codes = match self.shape.variables()[variable] {
                Variable::Rating { codes }
                | Variable::Number { codes }
                | Variable::Scored { codes } => codes,
                Variable::Choice { .. } => continue,
            };
            row[1] += u32::from(code == 1);
            row[2] += u32::from(code == codes);
        }
    }

    /// What was counted, and begins anew.
    pub fn take(&mut self, into: impl FnOnce(&[u32])) {
        self.flush();
        into(&self.row);
        self.row.fill(0);
    }

    fn flush(&mut self) {
        self.row[0] += std::mem::take(&mut self.people);
        for (lane, variable) in self.shape.scored().iter().enumerate() {
            let row = &mut self.row[1 + 3 * variable..4 + 3 * variable];
            for (count, lanes) in
                row.iter_mut().zip([&mut self.answers, &mut self.low, &mut self.high])
            {
                *count += u32::from(std::mem::take(&mut lanes[lane]));
            }
        }
        // Lanes without a variable count what is never read.
        for lanes in [&mut self.answers, &mut self.low, &mut self.high] {
            lanes.fill(0);
        }
    }
}
