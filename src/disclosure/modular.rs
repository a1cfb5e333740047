//! Linear algebra over sparse rows, exact modulo a large prime. What follows from rows over the
//! rationals follows modulo the prime as well, so nothing that can be computed is overlooked.
use std::collections::HashMap;

/// 2^61 - 1.
const PRIME: u64 = (1 << 61) - 1;

/// A row: columns in rising order, each with a factor from 1 to the prime.
pub(super) type Row = Vec<(u32, u64)>;

/// Rows in echelon form: each begins at another column, with a 1.
#[derive(Default)]
pub(super) struct Echelon {
    rows: HashMap<u32, Row>,
}

impl Echelon {
    /// What is left of a row after those in the form were taken from it.
    pub(super) fn reduced(&self, mut row: Row) -> Row {
        let mut at = 0;
        while let Some((column, factor)) = row.get(at).copied() {
            match self.rows.get(&column) {
                Some(other) => row = less(&row, factor, other),
                None => at += 1,
            }
        }
        row
    }

    /// Takes those in the form from a row until it begins where none of them does.
    pub(super) fn begun(&self, mut row: Row) -> Row {
        while let Some((column, factor)) = row.first().copied()
            && let Some(other) = self.rows.get(&column)
        {
            row = less(&row, factor, other);
        }
        row
    }

    /// Adds a row that begins where no other does.
    pub(super) fn push(&mut self, mut row: Row) {
        let Some((column, factor)) = row.first().copied() else { return };
        if factor != 1 {
            let inverse = inverse(factor);
            for (_, value) in &mut row {
                *value = times(*value, inverse);
            }
        }
        self.rows.insert(column, row);
    }

    /// The rows, by the column at which they begin.
    pub(super) fn into_rows(self) -> Vec<Row> {
        let mut rows: Vec<Row> = self.rows.into_values().collect();
        rows.sort_unstable();
        rows
    }
}

/// A row less a multiple of another one.
fn less(row: &Row, factor: u64, other: &Row) -> Row {
    let negative = PRIME - factor;
    let mut result = Row::with_capacity(row.len() + other.len());
    let (mut mine, mut theirs) = (row.iter().peekable(), other.iter().peekable());
    loop {
        let (column, value) = match (mine.peek(), theirs.peek()) {
            (Some((a, value)), Some((b, more))) if a == b => {
                let sum = plus(*value, times(negative, *more));
                let column = *a;
                mine.next();
                theirs.next();
                (column, sum)
            }
            (Some((a, _)), Some((b, more))) if b < a => {
                let pair = (*b, times(negative, *more));
                theirs.next();
                pair
            }
            (Some(pair), _) => {
                let pair = **pair;
                mine.next();
                pair
            }
            (None, Some((b, more))) => {
                let pair = (*b, times(negative, *more));
                theirs.next();
                pair
            }
            (None, None) => return result,
        };
        if value != 0 {
            result.push((column, value));
        }
    }
}

fn plus(one: u64, other: u64) -> u64 {
    let sum = one + other;
    if sum >= PRIME { sum - PRIME } else { sum }
}

/// The product of two residues.
#[expect(clippy::cast_possible_truncation, reason = "both parts are below 2^64")]
pub(super) fn times(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    plus((product & u128::from(PRIME)) as u64, (product >> 61) as u64)
}

/// What gives 1 with a factor; 0 has none and gives 0.
pub(super) fn inverse(factor: u64) -> u64 {
    power(factor, PRIME - 2)
}

fn power(mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sums_of_rows_follow_and_others_do_not(
            rows in proptest::collection::vec(proptest::collection::vec(0u64..2, 8), 1..6),
            factors in proptest::collection::vec(0u64..PRIME, 6),
        ) {
            let sparse = |row: &[u64]| (0..).zip(row.iter().copied()).filter(|(_, value)| *value != 0).collect::<Row>();
            let mut echelon = Echelon::default();
            for row in &rows {
                let left = echelon.begun(sparse(row));
                echelon.push(left);
            }
            let mut sum = vec![0; 8];
            for (row, factor) in rows.iter().zip(&factors) {
                for (value, more) in sum.iter_mut().zip(row) {
                    *value = plus(*value, times(*factor, *more));
                }
            }
            prop_assert!(echelon.reduced(sparse(&sum)).is_empty());
            // A column beyond all rows follows from none.
            prop_assert!(!echelon.reduced(vec![(8, 1)]).is_empty());
            let rank = echelon.into_rows().len();
            prop_assert!(rank <= rows.len());
        }

        #[test]
        fn inverses_are_inverse(value in 1u64..PRIME) {
            prop_assert_eq!(times(value, inverse(value)), 1);
        }
    }
}
