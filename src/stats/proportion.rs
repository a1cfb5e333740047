//! Shares, and the favourable less the unfavourable: what is made of counts alone.
use super::degenerate::Degenerate;
use super::distribution::Z_975;

#[cfg(test)]
mod tests;

/// A share with its interval of 95 %, all from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The share.
    pub value: f64,
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
}

/// How many answers are favourable, unfavourable, and neither; together no more than a `u32` holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Favourable, or promoters.
    pub favourable: u32,
    /// Neither.
    pub neutral: u32,
    /// Unfavourable, or detractors.
    pub unfavourable: u32,
}

/// The share of the favourable less that of the unfavourable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Net {
    /// From -1 to 1; a net promoter score is 100 times it.
    pub value: f64,
    /// Standard error as of any mean, with divisor n - 1; none for a single answer.
    pub standard_error: Option<f64>,
    /// Lower bound of the interval of 95 %; may lie a little below -1.
    pub lower: f64,
    /// Upper bound; may lie a little above 1.
    pub upper: f64,
}

/// The share of those who answered that are chosen, with the score interval of Wilson (1927). More
/// chosen than answered is refused as too few answers.
pub fn share(chosen: u32, answered: u32) -> Result<Share, Degenerate> {
    if answered == 0 {
        return Err(Degenerate::NoObservations);
    }
    let rest = answered.checked_sub(chosen).ok_or(Degenerate::TooFewObservations)?;
    let (x, y, n) = (f64::from(chosen), f64::from(rest), f64::from(answered));
    Ok(Share { value: x / n, lower: wilson_lower(x, y, n), upper: 1.0 - wilson_lower(y, x, n) })
}

/// The lower bound for `x` of `n`, `y` being the others. The product of both bounds divided by the
/// upper one, so that nothing of nothing is exactly 0.
fn wilson_lower(x: f64, y: f64, n: f64) -> f64 {
    let z2 = Z_975 * Z_975;
    2.0 * x * x / (n * (2.0 * x + z2 + Z_975 * (z2 + 4.0 * x * y / n).sqrt()))
}

impl Split {
    /// Of how often each point of a rating was given, lowest first: favourable is the upper third
    /// of its range and unfavourable the lower third, both with their borders. Reversed, it is the
    /// other way round. A rating of a single point has no range: its answers are neutral.
    pub fn of(counts: &[u32], reversed: bool) -> Self {
        let range = counts.len().saturating_sub(1);
        let mut split = Self::default();
        for (height, count) in counts.iter().enumerate() {
            let upper = 3 * height >= 2 * range;
            let lower = 3 * (range - height) >= 2 * range;
            let into = match (upper, lower) {
                (true, false) if reversed => &mut split.unfavourable,
                (true, false) => &mut split.favourable,
                (false, true) if reversed => &mut split.favourable,
                (false, true) => &mut split.unfavourable,
                (true, true) | (false, false) => &mut split.neutral,
            };
            *into += count;
        }
        split
    }

    /// How many answered.
    pub fn answered(self) -> u32 {
        self.favourable + self.neutral + self.unfavourable
    }

    /// The net score. Its interval is an adjusted one of Wald with 3/4, 3/2 and 3/4 answers added
    /// (Rocks, 2016), so that it has a width also where all are of one mind.
    pub fn net(self) -> Result<Net, Degenerate> {
        let answered = self.answered();
        if answered == 0 {
            return Err(Degenerate::NoObservations);
        }
        let n = f64::from(answered);
        let [up, down] = [self.favourable, self.unfavourable].map(f64::from);
        let standard_error = (answered > 1).then(|| {
            // n times the sum of squares less the square of the sum, as a sum of what is not below 0.
            let middle = f64::from(self.neutral);
            ((middle * (up + down) + 4.0 * up * down) / (n - 1.0)).sqrt() / n
        });
        let size = n + 3.0;
        let center = (up - down) / size;
        let scatter = (up + down + 1.5) / size - center * center;
        let half = Z_975 * (scatter / size).sqrt();
        Ok(Net {
            value: (up - down) / n,
            standard_error,
            lower: center - half,
            upper: center + half,
        })
    }
}
