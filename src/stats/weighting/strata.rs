//! Weighted means and their errors.
use super::pools::{Pool, any_joined, join, within_groups};
use super::{Cell, totals};
use crate::stats::degenerate::{Degenerate, Flag};
use crate::stats::distribution::student_975;
use crate::stats::estimate::{Estimate, Metric, Spread, variance, wide};

/// What those of a cell answered to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stratum {
    /// The cell; its sample are those who answered this question.
    pub cell: Cell,
    /// Sum of their codes.
    pub sum: u64,
    /// Sum of the squares of their codes.
    pub squares: u64,
    /// Weight of each of them, in units of 1 / [`super::WEIGHT_ONE`].
    pub weight: u32,
}

/// A weighted mean and how sure it is.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedMean {
    /// The mean, with error and interval for this finite population.
    pub estimate: Estimate,
    /// Standard error without the finite-population factor, for changes, gaps and other
    /// comparisons: a census knows today exactly, but not whether it differs from yesterday. None
    /// where the estimate has no error but for being a census.
    pub comparison_error: Option<f64>,
    /// Degrees of freedom of both errors.
    pub df: f64,
    /// So many answers of equal weight tell as much (Kish 1965); 1 to the number of answers.
    pub effective: f64,
    /// Kish's design effect: by this factor unequal weights enlarge the variance; 1 or more.
    pub design_effect: f64,
    /// What was done to get the error.
    pub flags: Vec<Flag>,
}

/// Mean by uncapped post-stratification weights, with the error of a stratified sample (Cochran
/// 1977, chapter 5): the variance is the sum over strata of `(N_h / N)^2 (1 - n_h / N_h) s_h^2 /
/// n_h`. Given how many answered in each stratum, it holds for post-strata too (Holt and Smith
/// 1979). The interval is by Student's t with n - 1 degrees of freedom, n being all who answered.
///
/// The share `N_h / N` of a stratum is that of its weights, `w_h n_h` over their sum, which is the
/// same where all who answered anything answered this question, and right where some did not.
///
/// A stratum with fewer than two answers has no variance of its own. It joins the next one of its
/// group, else the one before, else that of another group; this is flagged. Strata that were joined
/// share a variance and a finite-population factor, but each keeps its weight: with the pool's
/// share alone the error would pass over how unequal the weights in it are.
pub fn stratified(strata: &[Stratum], metric: Metric) -> Result<WeightedMean, Degenerate> {
    let all = Totals::of(strata)?;
    let cells: Vec<Cell> = strata.iter().map(|stratum| stratum.cell).collect();
    let pools = join(within_groups(&cells, 2).into_iter(), &cells, 2);
    let (mut finite, mut open) = (0.0, 0.0);
    for pool in &pools {
        let pooled = Pooled::of(pool, strata);
        let own = variance(pooled.sample, (pooled.sum, pooled.squares), metric);
        let part = own * (wide(pooled.weights_squared) / (wide(all.weights) * wide(all.weights)));
        open += part;
        finite += part * kept(pooled.population, pooled.sample);
    }
    let df = f64::from(all.sample) - 1.0;
    let flags = if any_joined(&pools) { vec![Flag::StrataMerged] } else { Vec::new() };
    Ok(all.mean(metric, (finite, open), df, flags))
}

/// Mean by weights of any kind, as capped or raked ones, with the effective sample size `n_eff =
/// (sum w)^2 / sum w^2` in place of n (Kish 1965, 11.7): the variance is `s^2 / n_eff (1 - n / N)`.
/// Here `s^2` is the weighted variance with `n_eff - 1` in place of n - 1, so that equal weights
/// give the plain error, and the degrees of freedom are `n_eff - 1`; no error below one.
///
/// Of the populations only their sum counts. Where those of cells are not known, as with raked
/// weights, the people who did not answer may be given as one more cell without answers.
///
/// Errors in this way do not profit from strata that differ, and take weights as unrelated to
/// answers; they say how sure the weighted mean is, not what the cap took from its rightness.
pub fn by_effective_size(strata: &[Stratum], metric: Metric) -> Result<WeightedMean, Degenerate> {
    let all = Totals::of(strata)?;
    let mut deviation = 0.0;
    for stratum in strata.iter().filter(|stratum| stratum.cell.sample > 0) {
        let n = i128::from(stratum.cell.sample);
        let within = wide(stratum.scatter());
        // Differences of means are whole too, so that nothing is left of equal ones.
        let between =
            wide(i128::from(stratum.sum) * all.weights - n * all.weighted_sum) / wide(all.weights);
        deviation += f64::from(stratum.weight) * (within + between * between) / wide(n);
    }
    let step = wide(metric.slope.into()) / wide(metric.divisor.into());
    let df = all.effective() - 1.0;
    let open = if df < 1.0 { 0.0 } else { deviation / wide(all.weights) * step * step / df };
    let finite = open * kept(all.population, all.sample);
    Ok(all.mean(metric, (finite, open), df, Vec::new()))
}

/// The finite-population factor: the share of people who did not answer.
fn kept(population: u32, sample: u32) -> f64 {
    f64::from(population.saturating_sub(sample)) / f64::from(population.max(1))
}

impl Stratum {
    /// n times the sum of squares of deviations from the mean, exactly.
    fn scatter(&self) -> i128 {
        i128::from(self.cell.sample) * i128::from(self.squares)
            - i128::from(self.sum) * i128::from(self.sum)
    }
}

/// Sums over all strata.
struct Totals {
    population: u32,
    sample: u32,
    weights: i128,
    weighted_sum: i128,
    weights_squared: i128,
}

impl Totals {
    fn of(strata: &[Stratum]) -> Result<Self, Degenerate> {
        let (population, sample) = totals(strata.iter().map(|stratum| stratum.cell))?;
        if strata.iter().any(|stratum| stratum.scatter() < 0) {
            return Err(Degenerate::NegativeVariance);
        }
        let mut all = Self { population, sample, weights: 0, weighted_sum: 0, weights_squared: 0 };
        for stratum in strata {
            let weight = i128::from(stratum.weight);
            all.weights += weight * i128::from(stratum.cell.sample);
            all.weighted_sum += weight * i128::from(stratum.sum);
            all.weights_squared += weight * weight * i128::from(stratum.cell.sample);
        }
        if all.weights == 0 {
            return Err(Degenerate::NoObservations);
        }
        Ok(all)
    }

    fn effective(&self) -> f64 {
        wide(self.weights) * wide(self.weights) / wide(self.weights_squared)
    }

    /// The mean, with its variance for this finite population and for an open one.
    fn mean(
        &self,
        metric: Metric,
        (finite, open): (f64, f64),
        df: f64,
        flags: Vec<Flag>,
    ) -> WeightedMean {
        let total = i128::from(metric.constant) * self.weights
            + i128::from(metric.slope) * self.weighted_sum;
        let divisor = i128::from(metric.divisor) * self.weights;
        // In two parts, so that a mean at an end of the scale is exact.
        let value = wide(total / divisor) + wide(total % divisor) / wide(divisor);
        let census = self.sample == self.population;
        let known = df >= 1.0;
        let quantile = if census { Some(0.0) } else { student_975(df).filter(|_| known) };
        let spread = quantile.map(|quantile| {
            let standard_error = if census { 0.0 } else { finite.sqrt() };
            let half = quantile * standard_error;
            Spread { standard_error, lower: value - half, upper: value + half }
        });
        let effective = self.effective();
        WeightedMean {
            estimate: Estimate { value, spread, census },
            comparison_error: known.then(|| open.sqrt()),
            df,
            effective,
            design_effect: f64::from(self.sample) / effective,
            flags,
        }
    }
}

/// Sums over strata that are taken together.
#[derive(Default)]
struct Pooled {
    population: u32,
    sample: u32,
    sum: u64,
    squares: u64,
    weights_squared: i128,
}

impl Pooled {
    fn of(pool: &Pool, strata: &[Stratum]) -> Self {
        let mut pooled = Self::default();
        for stratum in pool.iter().map(|place| &strata[*place]) {
            let weight = i128::from(stratum.weight);
            pooled.population += stratum.cell.population;
            pooled.sample += stratum.cell.sample;
            pooled.sum += stratum.sum;
            pooled.squares += stratum.squares;
            pooled.weights_squared += weight * weight * i128::from(stratum.cell.sample);
        }
        pooled
    }
}
