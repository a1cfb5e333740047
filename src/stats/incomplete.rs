//! Sums over the people who left out an item of a set. Those over the people who answered all of it
//! are the difference to everybody's, and most people leave nothing out.
use super::complete::Complete;
use super::shape::Shape;
use super::sums::{Sums, add, take};

/// Sums over people who did not answer every item of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Incomplete {
    people: u32,
    /// Item by item, how often each code was given.
    counts: Vec<u32>,
    /// Sums of the products of two items' codes, where both were answered, row by row.
    products: Vec<u32>,
}

impl Incomplete {
    /// Those of nobody, for a set of a shape.
    pub(super) fn new(shape: &Shape, set: &[usize]) -> Self {
        let codes: usize = set.iter().map(|lane| shape.codes(*lane)).sum();
        Self { people: 0, counts: vec![0; codes], products: vec![0; set.len() * set.len()] }
    }

    /// Adds a person by the codes of all lanes, 0 for no answer.
    pub(super) fn add(&mut self, shape: &Shape, set: &[usize], codes: &[u16]) {
        self.people += 1;
        let mut first = 0;
        for (row, lane) in set.iter().enumerate() {
            let code = codes[*lane];
            if code > 0 {
                self.counts[first + usize::from(code) - 1] += 1;
                let products = &mut self.products[row * set.len()..(row + 1) * set.len()];
                for (sum, other) in products.iter_mut().zip(set) {
                    *sum += u32::from(code) * u32::from(codes[*other]);
                }
            }
            first += shape.codes(*lane);
        }
    }

    /// Adds those of other people.
    pub(super) fn merge(&mut self, other: &Self) {
        if other.people > 0 {
            self.people += other.people;
            add(&mut self.counts, &other.counts);
            add(&mut self.products, &other.products);
        }
    }

    /// Takes away those of people who are among these.
    pub(super) fn take(&mut self, part: &Self) {
        if part.people > 0 {
            self.people -= part.people;
            take(&mut self.counts, &part.counts);
            take(&mut self.products, &part.products);
        }
    }

    /// Makes them those of nobody again.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.people) > 0 {
            self.counts.fill(0);
            self.products.fill(0);
        }
    }
}

impl Sums {
    /// How many answered all of a set.
    pub fn complete_people(&self, set: usize) -> u32 {
        self.people - self.incomplete[set].people
    }

    /// How often each code of each item of a set was given, by those who answered all of it.
    pub fn complete_counts(&self, shape: &Shape, set: usize) -> Vec<Vec<u32>> {
        let mut left_out = self.incomplete[set].counts.as_slice();
        let of_lane = |lane: &usize| {
            let all = self.counts(shape, shape.scored()[*lane]);
            let (mine, rest) = left_out.split_at(all.len());
            left_out = rest;
            all.iter().zip(mine).map(|(all, mine)| all - mine).collect()
        };
        shape.sets()[set].iter().map(of_lane).collect()
    }

    /// Sums over those who answered all of a set.
    pub fn complete(&self, shape: &Shape, set: usize) -> Complete {
        let lanes = &shape.sets()[set];
        let sums = self.complete_counts(shape, set).into_iter().map(|counts| {
            (1..).zip(counts).map(|(code, count)| code * u64::from(count)).sum::<u64>()
        });
        let mut products = Vec::with_capacity(lanes.len() * lanes.len());
        for (row, first) in lanes.iter().enumerate() {
            for (column, second) in lanes.iter().enumerate() {
                let (low, high) = (first.min(second), first.max(second));
                let all = self.products[low * shape.width() + high];
                let left_out = self.incomplete[set].products[row * lanes.len() + column];
                products.push(u64::from(all - left_out));
            }
        }
        Complete::of_square(self.complete_people(set), sums.collect(), products)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::{Reply, Tally, Variable};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn complete_answers_are_summed_as_if_the_others_were_not_there(
            people in proptest::collection::vec(proptest::collection::vec(0u32..=5, 5), 0..80),
            cut in 0usize..80,
        ) {
            let sets = vec![vec![0, 1, 2, 3, 4], vec![1, 3], vec![4]];
            let shape = Shape::with_sets(vec![Variable::Scored { codes: 5 }; 5], sets.clone());
            // Two groups, put together.
            let mut sums = vec![Sums::new(&shape); 3];
            for (position, codes) in people.iter().enumerate() {
                let mut record = vec![0; shape.record_len()];
                for (variable, code) in codes.iter().enumerate() {
                    let reply = if *code == 0 { Reply::Cannot } else { Reply::Code(*code) };
                    shape.put(&mut record, variable, reply);
                }
                let mut tally = Tally::new(&shape);
                tally.add(&record);
                tally.pour(&mut sums, &[usize::from(position < cut), 2]);
            }
            let [mut first, second, whole] = <[Sums; 3]>::try_from(sums).unwrap();
            first.merge(&second);
            prop_assert_eq!(&first, &whole);
            for (set, lanes) in sets.iter().enumerate() {
                let rows: Vec<Vec<u32>> = people
                    .iter()
                    .map(|codes| lanes.iter().map(|lane| codes[*lane]).collect::<Vec<_>>())
                    .filter(|codes| codes.iter().all(|code| *code > 0))
                    .collect();
                let complete = whole.complete(&shape, set);
                prop_assert_eq!(complete.people() as usize, rows.len());
                if let Some(expected) = Complete::of_rows(&rows).filter(|_| !rows.is_empty()) {
                    prop_assert_eq!(complete, expected);
                }
                for (item, counts) in whole.complete_counts(&shape, set).iter().enumerate() {
                    for (code, count) in (1..).zip(counts) {
                        let given = rows.iter().filter(|row| row[item] == code).count();
                        prop_assert_eq!(*count as usize, given);
                    }
                }
            }
        }
    }
}
