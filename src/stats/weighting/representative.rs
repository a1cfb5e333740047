//! How evenly the groups of a population answered.
use crate::stats::degenerate::Degenerate;
use crate::stats::estimate::{Sampled, wide};

/// The R-indicator (Schouten, Cobben and Bethlehem 2009): `R = 1 - 2 S`, with S the standard
/// deviation of the response rates of groups over the people invited, `S^2 = sum N_g (rho_g -
/// rho)^2 / (N - 1)`. Exactly 1 when all groups answered alike, about 0 when half of the people
/// are in groups that answered fully and half in groups that did not answer at all, and below 0 by
/// the divisor N - 1 in such a population of a few people. It is not cut at 0.
///
/// It reads low in small populations: rates differ by chance even when all groups are equally
/// ready to answer. Then the expected `S^2` is about `(G - 1) rho (1 - rho) / N` for G groups: with
/// 10 groups, 200 people and a rate of .7 already .0095, which makes R .81. No correction is made,
/// so compare values of like size and grouping only, and use few and large groups.
///
/// Groups without people do not count. Inadmissible are more answers than people.
pub fn r_indicator(groups: &[Sampled]) -> Result<f64, Degenerate> {
    let (mut invited, mut responses, mut present) = (0_i128, 0_i128, 0);
    for group in groups.iter().filter(|group| group.population > 0 || group.sample > 0) {
        if group.sample > group.population {
            return Err(Degenerate::Inadmissible);
        }
        invited += i128::from(group.population);
        responses += i128::from(group.sample);
        present += 1;
    }
    if invited == 0 {
        return Err(Degenerate::NoObservations);
    }
    if present < 2 {
        return Err(Degenerate::TooFewGroups);
    }
    let mut squares = 0.0;
    for group in groups.iter().filter(|group| group.population > 0) {
        let people = i128::from(group.population);
        // The difference of rates in whole numbers, so that equal rates leave nothing.
        let apart = wide(i128::from(group.sample) * invited - people * responses) / wide(invited);
        squares += apart * apart / wide(people);
    }
    Ok(1.0 - 2.0 * (squares / wide(invited - 1)).sqrt())
}
