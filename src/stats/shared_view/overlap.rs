//! Do groups hold the same priorities? The distance between their shares of mentions, without what
//! chance adds to it.
use std::f64::consts::FRAC_2_PI;

use super::super::degenerate::Degenerate;
use super::jackknife::{Replicated, deviations, error, quantile};
use super::{AxisGroup, GROUP_MIN, GroupSample, Interval, pairs};

/// How often people chose each option, who could choose several different ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mentions {
    people: u32,
    counts: Vec<u32>,
    total: u64,
}

/// How far apart the priorities of groups are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    /// Groups that took part.
    pub groups: usize,
    /// Weighted mean over pairs of the distance of their shares of mentions (total variation), 0 to
    /// 1; chance included.
    pub distance: f64,
    /// The distance to be expected if all groups held the same priorities.
    pub baseline: f64,
    /// The distance less what chance adds to it here, as a share of what is possible beyond it.
    /// Below 0 when groups are closer than chance would have them; 0 on average when they hold
    /// the same priorities.
    pub excess: f64,
    /// 1 - excess, and 1 when that is below 0: 0 for nothing in common, 1 for the same.
    pub overlap: Interval,
}

/// Distance, and how much of it is expected by chance.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Distance {
    /// Total variation of the shares.
    pub(super) raw: f64,
    /// Expected if all held the same priorities.
    pub(super) baseline: f64,
    /// Expected as far as differences can be chance.
    pub(super) chance: f64,
}

impl Mentions {
    /// Of people who answered, none of whom chose an option twice. None when an option was chosen
    /// more often than there are people.
    pub fn new(people: u32, counts: Vec<u32>) -> Option<Self> {
        let total = counts.iter().map(|count| u64::from(*count)).sum();
        let possible = counts.iter().all(|count| *count <= people);
        possible.then_some(Self { people, counts, total })
    }

    /// How many people answered.
    pub fn people(&self) -> u32 {
        self.people
    }

    /// How often each option was chosen.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// What the others chose. None when the part is not a part of these people.
    pub fn without(&self, part: &Self) -> Option<Self> {
        if self.counts.len() != part.counts.len() {
            return None;
        }
        let both = self.counts.iter().zip(&part.counts);
        let counts = both.map(|(all, part)| all.checked_sub(*part)).collect::<Option<_>>()?;
        Self::new(self.people.checked_sub(part.people)?, counts)
    }
}

/// The overlap of groups, and their excess to go on with. Groups with too few who chose are left
/// out.
pub(super) fn overlap(groups: &[&AxisGroup]) -> Result<(Overlap, Replicated), Degenerate> {
    if groups.iter().all(|group| group.all.mentions.is_none()) {
        return Err(Degenerate::NoObservations);
    }
    let enough = |group: &&&AxisGroup| {
        group.all.mentions.as_ref().is_some_and(|mentions| mentions.people >= GROUP_MIN)
    };
    let taken: Vec<&AxisGroup> = groups.iter().filter(enough).copied().collect();
    let [first, _, ..] = taken.as_slice() else { return Err(Degenerate::TooFewGroups) };
    let all = distance(&taken, |group| Some(&group.all))?;
    let excess = excess(all)?;
    let mut without = Vec::with_capacity(first.without.len());
    for replicate in 0..first.without.len() {
        without.push(self::excess(distance(&taken, |group| group.without.get(replicate))?)?);
    }
    let deviations = deviations(excess, &without);
    let error = error(&deviations);
    let half = quantile(without.len())? * error;
    // Never surer than one error: groups may be closer than chance allows.
    let ends = (excess - half, (excess + half).max(error));
    let kept = Replicated::between(excess.max(0.0), ends, &deviations);
    let found = Overlap {
        groups: taken.len(),
        distance: all.raw,
        baseline: all.baseline,
        excess,
        overlap: kept.falling(overlapping).interval().within(0.0, 1.0),
    };
    Ok((found, kept))
}

/// What an excess is worth, 0 to 1; above 1 for the lower end of an excess that is below 0.
pub(super) fn overlapping(excess: f64) -> f64 {
    1.0 - excess.min(1.0)
}

/// (T - T0) / (1 - T0), as for every coefficient that is corrected for chance; T0 is the part of the
/// baseline that these differences leave to chance.
fn excess(distance: Distance) -> Result<f64, Degenerate> {
    if distance.chance >= 1.0 {
        return Err(Degenerate::TooFewObservations);
    }
    Ok((distance.raw - distance.chance) / (1.0 - distance.chance))
}

/// Weighted mean over the pairs of groups.
fn distance<'a>(
    groups: &[&'a AxisGroup],
    sample: impl Fn(&'a AxisGroup) -> Option<&'a GroupSample>,
) -> Result<Distance, Degenerate> {
    let mut parts = Vec::with_capacity(groups.len());
    for group in groups {
        let mentions = sample(group).and_then(|sample| sample.mentions.as_ref());
        let mentions = mentions.ok_or(Degenerate::TooFewObservations)?;
        parts.push((mentions, f64::from(group.weight)));
    }
    let (mut sum, mut weights) = (Distance::default(), 0.0);
    for ((first, mine), (second, theirs)) in pairs(&parts) {
        let weight = mine * theirs;
        let pair = pair(first, second)?;
        sum.raw += weight * pair.raw;
        sum.baseline += weight * pair.baseline;
        sum.chance += weight * pair.chance;
        weights += weight;
    }
    if weights <= 0.0 {
        return Err(Degenerate::TooFewGroups);
    }
    Ok(Distance {
        raw: sum.raw / weights,
        baseline: sum.baseline / weights,
        chance: sum.chance / weights,
    })
}

/// Distance of two groups, half the sum over options of the differences of their shares, and what
/// is expected of it by chance.
///
/// A difference of shares is about normal, and so on average sqrt(2/pi) of its deviation away from 0
/// when both groups have the share that they have together. Beside a true difference chance adds
/// less, and next to nothing beside a great one, where it adds as often as it takes away. Taking the
/// whole baseline off a true difference would make small groups look the more united, the fewer
/// they are (simulated: an overlap of .86 read as .92). So an option's noise counts by
/// sqrt(3) exp(-z^2), z being its difference in deviations: 1 on average without a difference, and
/// fading the surer it is that there is one.
pub(super) fn pair(first: &Mentions, second: &Mentions) -> Result<Distance, Degenerate> {
    if first.counts.len() != second.counts.len() || first.total == 0 || second.total == 0 {
        return Err(Degenerate::TooFewObservations);
    }
    let mut sum = Distance::default();
    for (mine, theirs) in first.counts.iter().zip(&second.counts) {
        let difference =
            f64::from(*mine) / first.mentions() - f64::from(*theirs) / second.mentions();
        sum.raw += difference.abs() / 2.0;
        let pooled =
            (f64::from(*mine) + f64::from(*theirs)) / (first.mentions() + second.mentions());
        let people = f64::from(first.people) + f64::from(second.people);
        // Estimated from the same people, so one of them is used up.
        let variance = (first.variance(pooled) + second.variance(pooled)) * people / (people - 1.0);
        if variance > 0.0 {
            let noise = (FRAC_2_PI * variance).sqrt() / 2.0;
            sum.baseline += noise;
            sum.chance += noise * 3.0_f64.sqrt() * (-difference * difference / variance).exp();
        }
    }
    Ok(sum)
}

impl Mentions {
    fn mentions(&self) -> f64 {
        super::super::estimate::wide(self.total.into())
    }

    /// Variance of an option's share of mentions when `share` is the true one.
    ///
    /// People choose different options, so that the number of people who chose one has the variance
    /// n q (1 - q), q being the share of people who choose it: less than for as many independent
    /// mentions. A share of mentions is a ratio, count by mentions. A person who mentions m options
    /// mentions this one with the probability m times the share; then count and share times mentions
    /// differ by a residual with mean 0 and variance p m (1 - p m), whatever m is, and the ratio has
    /// to the first order the variance p / M (1 - p S / M), with M the sum of all m and S that of their
    /// squares. S is not known here and is replaced by its least value, M^2 / n. That is exact when
    /// everyone mentions equally many, and a little too large a variance else (with 2 or 3 of 8 about
    /// 2 %): p (1 - q) / M with q = p M / n. A share that would need q > 1 cannot vary.
    fn variance(&self, share: f64) -> f64 {
        let chosen_by = (share * self.mentions() / f64::from(self.people)).min(1.0);
        share * (1.0 - chosen_by) / self.mentions()
    }
}
