//! How closely two things go together, from whole sums.
use super::degenerate::{Degenerate, Flag};
use super::distribution::{Z_975, student_two_sided};
use super::estimate::wide;

#[cfg(test)]
mod tests;

/// How far a correlation may pass 1 by rounding.
const ROUNDING: f64 = 1e-12;

/// Sums over people, or over units, of two whole numbers each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cross {
    /// How many there are.
    pub count: u32,
    /// Sum, and sum of squares, of the first numbers.
    pub first: (i128, i128),
    /// Sum, and sum of squares, of the second numbers.
    pub second: (i128, i128),
    /// Sum of products.
    pub products: i128,
}

/// A correlation and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlation {
    /// From -1 to 1.
    pub value: f64,
    /// Bounds of the interval of 95 %; none for three observations.
    pub bounds: Option<(f64, f64)>,
    /// Student's t with n - 2 degrees of freedom; none for a perfect correlation.
    pub t: Option<f64>,
    /// Probability of a correlation at least as far from 0 when there is none; two-sided, 0 to 1,
    /// not adjusted.
    pub p: f64,
    /// All points lie on a line: the interval has no width, and p is 0.
    pub flag: Option<Flag>,
}

/// Pearson's correlation with the interval of Fisher (1921). Needs three observations, and that
/// neither number is always the same. Sums that no numbers have are inadmissible, and so are those
/// that 128 bits do not hold when multiplied.
pub fn pearson(cross: Cross) -> Result<Correlation, Degenerate> {
    correlated(cross, fisher)
}

/// Spearman's correlation of ranks, ties sharing their mean rank, from how often each point of one
/// rating goes with each of another: a row for each point of the first, lowest first, missing ends of
/// rows counting as nobody. The interval is that of [`spearman_bounds`]; p refers t to Student's
/// distribution.
pub fn spearman(table: &[Vec<u32>]) -> Result<Correlation, Degenerate> {
    let points = table.iter().map(Vec::len).max().unwrap_or(0);
    let row = |row: &Vec<u32>| row.iter().map(|count| i128::from(*count)).sum();
    let column =
        |at: usize| table.iter().filter_map(|row| row.get(at)).map(|n| i128::from(*n)).sum();
    let rows: Vec<i128> = table.iter().map(row).collect();
    // Before anything is multiplied, so that nothing overflows.
    let count = u32::try_from(rows.iter().sum::<i128>()).map_err(|_| Degenerate::Inadmissible)?;
    let columns: Vec<i128> = (0..points).map(column).collect();
    let (row_ranks, column_ranks) = (ranks(&rows), ranks(&columns));
    let powers = |counts: &[i128], ranks: &[i128]| {
        counts.iter().zip(ranks).fold((0, 0), |(sum, squares), (count, rank)| {
            (sum + count * rank, squares + count * rank * rank)
        })
    };
    let mut products = 0;
    for (row, rank) in table.iter().zip(&row_ranks) {
        for (count, other) in row.iter().zip(&column_ranks) {
            products += i128::from(*count) * rank * other;
        }
    }
    let (first, second) = (powers(&rows, &row_ranks), powers(&columns, &column_ranks));
    correlated(Cross { count, first, second, products }, spearman_bounds)
}

/// Twice the mean rank of each point, which is whole.
fn ranks(counts: &[i128]) -> Vec<i128> {
    let below = counts.iter().scan(0, |below, count| {
        let before = *below;
        *below += count;
        Some(2 * before + count + 1)
    });
    below.collect()
}

/// The interval of 95 % of a correlation of ranks (Bonett and Wright, 2000). None for fewer than
/// four observations, and for what is no correlation.
pub fn spearman_bounds(correlation: f64, count: u32) -> Option<(f64, f64)> {
    bounds(correlation, count, 1.0 + correlation * correlation / 2.0)
}

/// The interval of 95 % of Pearson's correlation.
fn fisher(correlation: f64, count: u32) -> Option<(f64, f64)> {
    bounds(correlation, count, 1.0)
}

/// On Fisher's scale, where the variance is `scatter` / (n - 3).
fn bounds(correlation: f64, count: u32, scatter: f64) -> Option<(f64, f64)> {
    let left = count.checked_sub(3).filter(|left| *left > 0)?;
    if correlation.abs() >= 1.0 {
        return (correlation.abs() <= 1.0).then_some((correlation, correlation));
    }
    let half = Z_975 * (scatter / f64::from(left)).sqrt();
    let center = correlation.atanh();
    Some(((center - half).tanh(), (center + half).tanh())).filter(|(lower, _)| lower.is_finite())
}

fn correlated(
    cross: Cross,
    bounds: impl Fn(f64, u32) -> Option<(f64, f64)>,
) -> Result<Correlation, Degenerate> {
    if cross.count == 0 {
        return Err(Degenerate::NoObservations);
    }
    if cross.count < 3 {
        return Err(Degenerate::TooFewObservations);
    }
    let scatter = |products: i128, one: i128, other: i128| {
        let all = i128::from(cross.count).checked_mul(products);
        let chance = one.checked_mul(other);
        all.zip(chance)
            .and_then(|(all, chance)| all.checked_sub(chance))
            .filter(|scatter| *scatter > i128::MIN)
            .ok_or(Degenerate::Inadmissible)
    };
    let first = scatter(cross.first.1, cross.first.0, cross.first.0)?;
    let second = scatter(cross.second.1, cross.second.0, cross.second.0)?;
    let both = scatter(cross.products, cross.first.0, cross.second.0)?;
    if first < 0 || second < 0 {
        return Err(Degenerate::NegativeVariance);
    }
    if first == 0 || second == 0 {
        return Err(Degenerate::NoVariance);
    }
    let value = wide(both) / wide(first).sqrt() / wide(second).sqrt();
    // The exact test says what rounding would hide.
    if value.abs() >= 1.0 || lowest_terms(both.abs(), first) == lowest_terms(second, both.abs()) {
        if value.abs() > 1.0 + ROUNDING {
            return Err(Degenerate::Inadmissible);
        }
        let value = value.signum();
        let bounds = bounds(value, cross.count);
        return Ok(Correlation { value, bounds, t: None, p: 0.0, flag: Some(Flag::PerfectFit) });
    }
    let df = f64::from(cross.count - 2);
    let t = value * (df / ((1.0 - value) * (1.0 + value))).sqrt();
    let p = student_two_sided(t, df).ok_or(Degenerate::TooFewObservations)?;
    Ok(Correlation { value, bounds: bounds(value, cross.count), t: Some(t), p, flag: None })
}

/// A fraction of two numbers that are not below 0, nor both 0, in lowest terms.
fn lowest_terms(above: i128, below: i128) -> (i128, i128) {
    let (mut one, mut other) = (above, below);
    while other != 0 {
        (one, other) = (other, one % other);
    }
    (above / one, below / one)
}
