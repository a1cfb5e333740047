//! Omega: the share of one common factor in the variance of a sum.
use super::super::degenerate::Degenerate;
use super::super::estimate::wide;
use super::Composite;
use super::alpha::{check, count};

/// Cycles of three steps after which a solution is not waited for any longer.
const CYCLES_MAX: usize = 4_000;
/// Largest change in a step at which a solution is reached.
const CHANGE_MAX: f64 = 1e-12;
/// Misfits nearer than this are the same.
const SAME: f64 = 1e-12;
/// How much worse the fit after a leap may be at first. With none allowed, flat likelihoods are left
/// behind only step by step.
const WORSE_MAX: f64 = 0.01;
/// How often a leap that fails is tried again with half its length.
const TRIES: usize = 5;
/// Share of an item's variance below which it is not told apart from none.
const UNIQUE_MIN: f64 = 0.001;
/// Share of an item's variance below which it may be on its way to none.
const UNIQUE_LOW: f64 = 0.01;

/// The model of one common factor behind the items, fitted to their correlations.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// Correlation of each item with the factor, between -1 and 1. The sign of all is arbitrary.
    pub loadings: Vec<f64>,
    /// Share of each item's variance that it has for itself, between 0 and 1.
    pub uniquenesses: Vec<f64>,
}

impl Composite {
    /// One common factor by maximum likelihood. It needs three items, each with variance, and more
    /// people than items.
    pub fn factor(&self) -> Result<Factor, Degenerate> {
        check(self.people, self.items())?;
        if self.items() < 3 {
            return Err(Degenerate::TooFewItems);
        }
        if usize::try_from(self.people).is_ok_and(|people| people <= self.items()) {
            return Err(Degenerate::TooFewObservations);
        }
        Factor::of(&self.correlations()?, self.items())
    }

    /// Omega total of the sum of item points (Jöreskog 1971): the variance that the factor explains
    /// in the variance of the sum that the model implies; from 0 to 1. None for a negative alpha.
    pub fn omega(&self) -> Result<f64, Degenerate> {
        let factor = self.factor()?;
        if self.alpha()?.value < 0.0 {
            return Err(Degenerate::NegativeReliability);
        }
        // Maximum likelihood follows the scale of items, so loadings in points are those of
        // correlations times the deviation.
        let (mut common, mut unique) = (0.0, 0.0);
        let fitted = factor.loadings.iter().zip(&factor.uniquenesses);
        for (item, (loading, uniqueness)) in fitted.enumerate() {
            let variance = wide(self.own(item));
            common += variance.sqrt() * loading;
            unique += variance * uniqueness;
        }
        Ok(common * common / (common * common + unique))
    }
}

impl Factor {
    /// By the EM algorithm of Rubin and Thayer (1982) with the factor's variance as one more
    /// parameter (Liu, Rubin and Wu 1998), made faster by squared extrapolation (Varadhan and
    /// Roland 2008, scheme 3). Correlations are symmetric and come row by row.
    pub(super) fn of(correlations: &[f64], items: usize) -> Result<Self, Degenerate> {
        let bound = Bound { correlations, items };
        let best = bound.best().ok_or(Degenerate::Inadmissible)?;
        let mut start = start(correlations, items);
        let [mut first, mut second, mut third, leap] = [(); 4].map(|()| start.clone());
        let mut em = Em { correlations, weights: vec![0.0; items], leap, worse: WORSE_MAX };
        for _ in 0..CYCLES_MAX {
            let misfit = em.step(&start, &mut first);
            if change(&start, &first) < CHANGE_MAX {
                // Where the factor is an item itself is not worse: the maximum is there or beyond,
                // or there is more than one.
                let is_best = misfit + SAME < best;
                return is_best.then(|| Self::at(&first)).ok_or(Degenerate::Inadmissible);
            }
            if bound.attracts(&first) {
                break;
            }
            em.step(&first, &mut second);
            let is_taken = em.leap([&start, &first, &second], misfit, &mut third);
            std::mem::swap(&mut start, if is_taken { &mut third } else { &mut second });
        }
        Err(Degenerate::Inadmissible)
    }

    fn at(point: &[f64]) -> Self {
        let (loadings, uniquenesses) = point.split_at(point.len() / 2);
        Self { loadings: loadings.to_vec(), uniquenesses: uniquenesses.to_vec() }
    }
}

/// Where an item has nothing unique (Heywood 1931): the factor is that item, and what is best there
/// has a closed form, in which the others load as they correlate with it.
struct Bound<'a> {
    correlations: &'a [f64],
    items: usize,
}

impl Bound<'_> {
    /// The least misfit of all items. None when two of them are the same.
    fn best(&self) -> Option<f64> {
        let mut best = f64::INFINITY;
        for (item, row) in self.correlations.chunks(self.items).enumerate() {
            let mut misfit = count(self.items);
            for (_, r) in row.iter().enumerate().filter(|(other, _)| *other != item) {
                let unique = 1.0 - r * r;
                if unique < UNIQUE_MIN {
                    return None;
                }
                misfit += unique.ln();
            }
            best = best.min(misfit);
        }
        Some(best)
    }

    /// Whether a point is so near that it does not come back: an item has hardly anything unique,
    /// or little, and the likelihood falls from the bound on.
    fn attracts(&self, point: &[f64]) -> bool {
        let uniquenesses = point.iter().skip(self.items).enumerate();
        let Some((item, least)) = uniquenesses.min_by(|a, b| a.1.total_cmp(b.1)) else {
            return false;
        };
        *least < UNIQUE_MIN || *least < UNIQUE_LOW && self.slope(item) <= 0.0
    }

    /// Twice the derivative of the log-likelihood by the unique variance of an item, where it has
    /// none: positive when the others have more in common than that item explains.
    fn slope(&self, item: usize) -> f64 {
        let mut rows = self.correlations.chunks(self.items);
        let Some(with) = rows.nth(item) else { return 0.0 };
        let mut slope = 0.0;
        for (first, row) in self.correlations.chunks(self.items).enumerate() {
            for (second, r) in row.iter().enumerate() {
                if first == second || first == item || second == item {
                    continue;
                }
                let (a, b) = (with[first], with[second]);
                slope += a * b * (r - a * b) / ((1.0 - a * a) * (1.0 - b * b));
            }
        }
        slope
    }
}

/// Loadings and then uniquenesses near those where the factor is the item that has most in common
/// with the others.
fn start(correlations: &[f64], items: usize) -> Vec<f64> {
    let squares = |row: &[f64]| row.iter().map(|r| r * r).sum::<f64>();
    let rows = correlations.chunks(items);
    let central = rows.max_by(|a, b| squares(a).total_cmp(&squares(b))).unwrap_or(&[]);
    let loadings = central.iter().map(|r| 0.8 * r);
    let uniquenesses = central.iter().map(|r| 1.0 - 0.64 * r * r);
    loadings.chain(uniquenesses).collect()
}

struct Em<'a> {
    correlations: &'a [f64],
    /// Of the items in the estimate of the factor.
    weights: Vec<f64>,
    leap: Vec<f64>,
    /// How much worse the fit may become. It is halved whenever it does, so there is an end to it.
    worse: f64,
}

impl Em<'_> {
    /// The step after a leap that goes on as the last two steps. False when there is no good one.
    fn leap(&mut self, path: [&[f64]; 3], misfit: f64, next: &mut [f64]) -> bool {
        let Some(mut length) = length(path) else { return false };
        let mut leap = std::mem::take(&mut self.leap);
        let mut is_taken = false;
        for _ in 0..TRIES {
            extrapolate(path, length, &mut leap);
            let is_valid = |unique: &f64| (UNIQUE_MIN..=2.0).contains(unique);
            if leap.iter().skip(self.weights.len()).all(is_valid) {
                let after = self.step(&leap, next);
                is_taken = after <= misfit + self.worse.max(SAME);
                if is_taken {
                    self.worse *= if after > misfit { 0.5 } else { 1.0 };
                    break;
                }
            }
            length = f64::midpoint(length, 1.0);
        }
        self.leap = leap;
        is_taken
    }

    /// The next loadings and uniquenesses, and how badly the present ones fit: the logarithm of the
    /// implied determinant and the trace of its inverse times the correlations.
    fn step(&mut self, at: &[f64], next: &mut [f64]) -> f64 {
        let items = self.weights.len();
        let (loadings, uniquenesses) = at.split_at(items);
        let (mut signal, mut logarithm, mut trace) = (0.0, 0.0, 0.0);
        for ((weight, loading), unique) in self.weights.iter_mut().zip(loadings).zip(uniquenesses) {
            *weight = loading / unique;
            signal += loading * *weight;
            logarithm += unique.ln();
            trace += 1.0 / unique;
        }
        // The inverse by Woodbury's identity: with one factor it needs one division.
        let share = 1.0 / (1.0 + signal);
        for weight in &mut self.weights {
            *weight *= share;
        }
        let (next_loadings, next_uniquenesses) = next.split_at_mut(items);
        let mut square = 0.0;
        let rows = self.correlations.chunks(items);
        for ((covariance, row), weight) in next_loadings.iter_mut().zip(rows).zip(&self.weights) {
            *covariance = row.iter().zip(&self.weights).map(|(r, weight)| r * weight).sum();
            square += *covariance * weight;
        }
        // The deviation of the factor, from what is left of its variance and that of its estimate.
        let factor = (share + square).sqrt();
        for (loading, unique) in next_loadings.iter_mut().zip(next_uniquenesses) {
            *loading /= factor;
            *unique = 1.0 - *loading * *loading;
        }
        logarithm + signal.ln_1p() + trace - square / share
    }
}

/// The largest change of a loading. Those of items with little of their own count for more: near
/// the bound steps are short without being near their end.
fn change(before: &[f64], after: &[f64]) -> f64 {
    let (loadings, uniquenesses) = after.split_at(after.len() / 2);
    let pairs = before.iter().zip(loadings).zip(uniquenesses);
    pairs.map(|((a, b), unique)| (a - b).abs() / unique.max(UNIQUE_LOW)).fold(0.0, f64::max)
}

/// How many steps to leap: as many as bring the last two to an end when each is shorter than the
/// one before by the same part.
fn length([start, first, second]: [&[f64]; 3]) -> Option<f64> {
    let (mut steps, mut bends) = (0.0, 0.0);
    for ((a, b), c) in start.iter().zip(first).zip(second) {
        let (step, bend) = (b - a, c - b - (b - a));
        steps += step * step;
        bends += bend * bend;
    }
    (bends > 0.0).then(|| (steps / bends).sqrt().max(1.0))
}

/// Where a number of steps leads.
fn extrapolate([start, first, second]: [&[f64]; 3], length: f64, leap: &mut [f64]) {
    for (((to, a), b), c) in leap.iter_mut().zip(start).zip(first).zip(second) {
        *to = a + length * (2.0 * (b - a) + length * (c - b - (b - a)));
    }
}
