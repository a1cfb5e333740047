//! How far the members of a group answer alike, from how often each code of each item was given.
//!
//! All numbers are over the people who answered every item, so that `counts` have the same number of
//! answers for each. Items may have scales of different lengths: each is held against its own.
use super::degenerate::{Degenerate, Flag};
use super::estimate::wide;

/// A number from 1 downwards, 1 when all agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// The number.
    pub value: f64,
    /// Set when answers vary more than if they were random.
    pub flag: Option<Flag>,
}

/// Sums of an item's codes.
struct Item {
    answers: i128,
    /// n times the sum of squares less the square of the sum: n (n - 1) times the variance.
    scatter: i128,
    /// n times the sum of the distances from the mean.
    distances: i128,
    points: i128,
}

impl Item {
    fn of(counts: &[u32]) -> Self {
        let mut answers = 0;
        let (mut sum, mut squares) = (0, 0);
        for (code, count) in (0_i128..).zip(counts) {
            let count = i128::from(*count);
            answers += count;
            sum += code * count;
            squares += code * code * count;
        }
        let distance =
            |(code, count): (i128, &u32)| (answers * code - sum).abs() * i128::from(*count);
        let distances = (0_i128..).zip(counts).map(distance).sum();
        let points = i128::try_from(counts.len()).unwrap_or(i128::MAX);
        Self { answers, scatter: answers * squares - sum * sum, distances, points }
    }

    fn variance(&self) -> f64 {
        wide(self.scatter) / wide(self.answers * (self.answers - 1))
    }
}

/// The items, when there are any, with at least `fewest` answers to each.
fn items(counts: &[Vec<u32>], fewest: i128) -> Result<Vec<Item>, Degenerate> {
    let items: Vec<Item> = counts.iter().map(|counts| Item::of(counts)).collect();
    if items.is_empty() || items.iter().any(|item| item.points < 2) {
        return Err(Degenerate::TooFewItems);
    }
    match items.iter().map(|item| item.answers).min() {
        Some(0) | None => Err(Degenerate::NoObservations),
        Some(answers) if answers < fewest => Err(Degenerate::TooFewObservations),
        Some(_) => Ok(items),
    }
}

/// The mean of what each item gives.
fn mean(items: &[Item], of: impl Fn(&Item) -> f64) -> f64 {
    let number = f64::from(u32::try_from(items.len()).unwrap_or(u32::MAX));
    items.iter().map(of).sum::<f64>() / number
}

/// r*wg(J) against the uniform distribution (Lindell, Brandt and Whitney 1999): 1 less the mean of the
/// items' variances over those that random answers would have, (A^2 - 1) / 12 for A points. It is
/// 0 when answers are as good as random and below 0, which is not cut, when the group is split.
pub fn agreement(counts: &[Vec<u32>]) -> Result<Agreement, Degenerate> {
    let items = items(counts, 2)?;
    let share = mean(&items, |item| item.variance() * 12.0 / wide(item.points * item.points - 1));
    let flag = (share > 1.0).then_some(Flag::MoreVarianceThanChance);
    Ok(Agreement { value: 1.0 - share, flag })
}

/// Consensus W: 1 less the mean of the items' variances over the largest that they can have,
/// (A - 1)^2 / 4 times n / (n - 1), when half of the group is at either end; 0 to 1. (An odd number cannot be halved, so that 0 is out
/// of its reach.)
pub fn consensus(counts: &[Vec<u32>]) -> Result<f64, Degenerate> {
    let items = items(counts, 2)?;
    let share = mean(&items, |item| {
        let range = item.points - 1;
        4.0 * wide(item.scatter) / wide(item.answers * item.answers * range * range)
    });
    Ok(1.0 - share)
}

/// AD_M(J) (Burke, Finkelstein and Dusig 1999): the mean over items of the mean distance from the
/// item's mean, in points of the rating scale.
pub fn average_deviation(counts: &[Vec<u32>]) -> Result<f64, Degenerate> {
    let items = items(counts, 1)?;
    Ok(mean(&items, |item| wide(item.distances) / wide(item.answers * item.answers)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Counts of codes 1 to 5.
    fn counts(codes: &[u32]) -> Vec<u32> {
        (1..=5).map(|code| codes.iter().filter(|each| **each == code).count() as u32).collect()
    }

    #[test]
    fn two_items_have_the_numbers_of_the_tables() {
        let items = [counts(&[4, 4, 5, 3, 4]), counts(&[3, 4, 4, 3, 4])];
        // The mean variance is .4; random answers have 2, and halves at the ends 5.
        assert!((agreement(&items).unwrap().value - 0.8).abs() < 1e-15);
        assert!((consensus(&items).unwrap() - 0.92).abs() < 1e-15);
        assert!((average_deviation(&items).unwrap() - 0.44).abs() < 1e-15);
    }

    #[test]
    fn a_split_group_agrees_less_than_by_chance() {
        let split = agreement(&[counts(&[1, 1, 5, 5])]).unwrap();
        assert!((split.value + 5.0 / 3.0).abs() < 1e-15);
        assert_eq!(split.flag, Some(Flag::MoreVarianceThanChance));
        assert!(consensus(&[counts(&[1, 1, 5, 5])]).unwrap().abs() < 1e-15);
    }

    #[test]
    fn what_cannot_be_computed_has_a_reason() {
        let nobody = vec![vec![0; 5]];
        assert_eq!(agreement(&[]), Err(Degenerate::TooFewItems));
        assert_eq!(agreement(&nobody), Err(Degenerate::NoObservations));
        assert_eq!(consensus(&nobody), Err(Degenerate::NoObservations));
        assert_eq!(average_deviation(&nobody), Err(Degenerate::NoObservations));
        assert_eq!(agreement(&[counts(&[3])]), Err(Degenerate::TooFewObservations));
        assert_eq!(consensus(&[counts(&[3])]), Err(Degenerate::TooFewObservations));
        assert_eq!(average_deviation(&[counts(&[3])]), Ok(0.0));
    }

    proptest! {
        #[test]
        fn agreement_has_bounds_and_does_not_depend_on_direction(
            items in proptest::collection::vec(proptest::collection::vec(0u32..9, 5), 1..5),
        ) {
            prop_assume!(items.iter().all(|item| item.iter().sum::<u32>() > 1));
            let turned: Vec<Vec<u32>> =
                items.iter().map(|item| item.iter().rev().copied().collect()).collect();
            let all_alike = items.iter().all(|item| item.iter().filter(|n| **n > 0).count() == 1);
            let value = agreement(&items).unwrap().value;
            prop_assert!((value - agreement(&turned).unwrap().value).abs() < 1e-12);
            prop_assert!(value <= 1.0);
            prop_assert_eq!(value == 1.0, all_alike);
            let value = consensus(&items).unwrap();
            prop_assert!((-1e-12..=1.0).contains(&value));
            let value = average_deviation(&items).unwrap();
            prop_assert!((0.0..=2.0 + 1e-12).contains(&value));
            prop_assert!((value - average_deviation(&turned).unwrap()).abs() < 1e-12);
        }
    }
}
