//! Alpha, its interval, and what single items do to it.
use super::super::degenerate::{Degenerate, Flag};
use super::super::distribution::fisher_quantile;
use super::super::estimate::wide;
use super::{Composite, correlation};

/// Cronbach's alpha (1951).
#[derive(Clone, Debug, PartialEq)]
pub struct Alpha {
    /// At most 1; without a lower bound.
    pub value: f64,
    /// Lower and upper bound of 95 % (Feldt 1965).
    pub interval: Option<(f64, f64)>,
    /// What has to be known to read it rightly.
    pub flags: Vec<Flag>,
}

impl Composite {
    /// Alpha of the sum of item points: k / (k - 1) times 1 less the share of the items' own
    /// variances in the variance of the sum. Items without variance are kept and flagged.
    pub fn alpha(&self) -> Result<Alpha, Degenerate> {
        let items = self.items();
        let value = alpha((self.people, items), self.total, self.trace)?;
        let mut flags = Vec::new();
        if self.has_constant_item() {
            flags.push(Flag::ConstantItem);
        }
        if value < 0.0 {
            flags.push(Flag::NegativeReliability);
        }
        Ok(Alpha { value, interval: interval(value, self.people, items), flags })
    }

    /// Alpha of the others when an item is left out; at most 1.
    pub fn alpha_without(&self, item: usize) -> Result<f64, Degenerate> {
        let Some(with_sum) = self.with_sum.get(item) else { return Err(Degenerate::TooFewItems) };
        let own = self.own(item);
        let left = (self.people, self.items() - 1);
        alpha(left, self.total - 2 * with_sum + own, self.trace - own)
    }

    /// Correlation of an item's points with the sum of the others, from -1 to 1.
    pub fn item_total(&self, item: usize) -> Result<f64, Degenerate> {
        check(self.people, self.items())?;
        let Some(with_sum) = self.with_sum.get(item) else { return Err(Degenerate::TooFewItems) };
        let own = self.own(item);
        correlation(with_sum - own, own, self.total - 2 * with_sum + own)
    }

    /// The mean of the correlations of all pairs of items, from -1 to 1.
    pub fn average_correlation(&self) -> Result<f64, Degenerate> {
        check(self.people, self.items())?;
        let items = self.items();
        let correlations = self.correlations()?;
        let rows = correlations.chunks(items).enumerate();
        let above: f64 = rows.map(|(row, all)| all.iter().skip(row + 1).sum::<f64>()).sum();
        Ok(above / count(items * (items - 1) / 2))
    }

    /// Alpha as if all items had the same variance: k r / (1 + (k - 1) r) with the average
    /// correlation r; at most 1.
    pub fn standardised_alpha(&self) -> Result<f64, Degenerate> {
        let average = self.average_correlation()?;
        let variance = 1.0 + count(self.items() - 1) * average;
        // Sums of rounded correlations that are 0 come out a little beside it.
        if variance < 1e-12 {
            return Err(Degenerate::NoVariance);
        }
        Ok(count(self.items()) * average / variance)
    }
}

/// Reliability needs two people and two items.
pub(super) fn check(people: u32, items: usize) -> Result<(), Degenerate> {
    if items < 2 {
        return Err(Degenerate::TooFewItems);
    }
    if people < 2 {
        return Err(Degenerate::TooFewObservations);
    }
    Ok(())
}

/// From multiples of the variance of the sum, and of the sum of variances.
fn alpha((people, items): (u32, usize), total: i128, trace: i128) -> Result<f64, Degenerate> {
    check(people, items)?;
    if total < 0 || trace < 0 {
        return Err(Degenerate::NegativeVariance);
    }
    if total == 0 {
        return Err(Degenerate::NoVariance);
    }
    Ok(wide(total - trace) / wide(total) * (count(items) / count(items - 1)))
}

/// Feldt (1965): (1 - true alpha) / (1 - alpha) follows F with n - 1 and (n - 1)(k - 1) degrees of
/// freedom.
fn interval(alpha: f64, people: u32, items: usize) -> Option<(f64, f64)> {
    let between = f64::from(people) - 1.0;
    let within = between * count(items - 1);
    let bound =
        |probability| Some(1.0 - (1.0 - alpha) * fisher_quantile(probability, between, within)?);
    Some((bound(0.975)?, bound(0.025)?))
}

/// A number of items or pairs.
pub(super) fn count(items: usize) -> f64 {
    wide(i128::try_from(items).unwrap_or(i128::MAX))
}
