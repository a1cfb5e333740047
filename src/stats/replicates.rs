//! Sums of a group by replicate: random parts of all respondents, fixed at the closing. What becomes
//! of an index without each of them in turn tells how sure it is (delete-a-group jackknife, Wolter
//! 2007), where no formula for its error exists.
use super::degenerate::Degenerate;
use super::estimate::{Metric, mean};
use super::shape::{Reply, Shape, Variable, scored};
use super::shared_view::REPLICATES;

/// Sums of a group by replicate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replicates {
    /// Numbers of a replicate.
    len: usize,
    /// Replicate by replicate: people, then number and sum of the codes of each scored variable, then
    /// likewise of each number, or how many answered and how often each option was chosen.
    rows: Vec<u64>,
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
            *mine += u64::from(*more);
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

    /// Everyone but a replicate, or everyone.
    pub fn without(&self, replicate: Option<usize>) -> Totals {
        let mut row = vec![0; self.len];
        let rows = self.rows.chunks_exact(self.len.max(1)).enumerate();
        for (_, of_one) in rows.filter(|(at, _)| Some(*at) != replicate) {
            for (sum, more) in row.iter_mut().zip(of_one) {
                *sum += more;
            }
        }
        Totals { row }
    }
}

/// Sums of some replicates.
pub struct Totals {
    row: Vec<u64>,
}

impl Totals {
    /// How many people there are.
    pub fn people(&self) -> u32 {
        count(self.row[0])
    }

    /// How many answered a scored variable, by its position among these, and the sum of their codes.
    pub fn scored(&self, lane: usize) -> (u32, u64) {
        (count(self.row[1 + 2 * lane]), self.row[2 + 2 * lane])
    }

    /// The mean of the means of scored variables, named with their weights, which must sum to 1.
    pub fn weighted(
        &self,
        weights: &[(usize, f64)],
        metrics: &[Metric],
    ) -> Result<f64, Degenerate> {
        if weights.is_empty() {
            return Err(Degenerate::NoObservations);
        }
        weights.iter().try_fold(0.0, |sum, (lane, weight)| {
            let (answered, codes) = self.scored(*lane);
            Ok(sum + weight * mean(answered, codes, metrics[*lane])?)
        })
    }

    /// How many answered another variable, and the sum of a number or how often each option was
    /// chosen.
    pub fn other(&self, shape: &Shape, variable: usize) -> (u32, &[u64]) {
        let mut at = 1 + 2 * shape.scored().len();
        for other in shape.others() {
            let width = width(shape.variables()[*other]);
            if *other == variable && width > 0 {
                return (count(self.row[at]), &self.row[at + 1..at + width]);
            }
            at += width;
        }
        (0, &[])
    }
}

/// A number of people; there are never more than the sums of everyone hold.
fn count(people: u64) -> u32 {
    u32::try_from(people).unwrap_or(u32::MAX)
}

/// What a person adds.
pub struct Contribution {
    replicate: usize,
    row: Vec<u32>,
}

impl Contribution {
    /// Of nobody yet.
    pub fn new(shape: &Shape) -> Self {
        Self { replicate: 0, row: vec![0; len(shape)] }
    }

    /// Of a person, by their record.
    pub fn read(&mut self, shape: &Shape, record: &[u8]) {
        self.replicate = shape.replicate(record);
        self.row.fill(0);
        self.row[0] = 1;
        for (lane, byte) in record[..shape.scored().len()].iter().enumerate() {
            if let Reply::Code(code) = scored(*byte) {
                self.row[1 + 2 * lane] = 1;
                self.row[2 + 2 * lane] = code;
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
                            *chosen = code >> option & 1;
                        }
                    }
                    Variable::Number { .. } => row[1] = code,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_less_a_replicate_are_the_others() {
        let variables = [
            Variable::Scored { codes: 5 },
            Variable::Number { codes: 100 },
            Variable::Choice { options: 3 },
        ];
        let shape = Shape::new(variables.to_vec());
        let mut all = Replicates::new(&shape);
        let mut some = Replicates::new(&shape);
        let mut person = Contribution::new(&shape);
        for (at, code) in (0_u8..40).zip([1, 3, 0, 5].into_iter().cycle()) {
            let mut record = vec![0; shape.record_len()];
            shape.put(&mut record, 0, Reply::Code(code));
            shape.put(&mut record, 1, if code == 5 { Reply::Cannot } else { Reply::Code(7) });
            shape.put(&mut record, 2, Reply::Code(0b101));
            shape.put_replicate(&mut record, at);
            person.read(&shape, &record);
            all.add(&person);
            if at % 2 == 0 {
                some.add(&person);
            }
        }
        assert_eq!(all.without(None).people(), 40);
        assert_eq!(all.without(None).scored(0), (30, 90));
        let points = all.without(None).weighted(&[(0, 1.0)], &[Metric::points(5, false)]);
        assert_eq!(points, Ok(50.0));
        assert_eq!(all.without(None).other(&shape, 1), (30, &[210][..]));
        assert_eq!(all.without(None).other(&shape, 2), (40, &[40, 0, 40][..]));
        // Persons 3, 19 and 35 gave fives, and could not judge the number.
        let left = all.without(Some(3));
        assert_eq!((left.people(), left.scored(0)), (37, (27, 75)));
        assert_eq!(left.other(&shape, 1), (30, &[210][..]));
        let mut rest = all.clone();
        rest.take(&some);
        rest.merge(&some);
        assert_eq!(rest, all);
    }
}
