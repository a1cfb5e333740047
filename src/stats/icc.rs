//! How much of the variance of persons' scores lies between groups: intraclass correlations from a
//! one-way analysis of variance (Shrout and Fleiss 1979; Bliese 2000).
use super::degenerate::{Degenerate, Flag};
use super::distribution::{fisher_above, fisher_quantile};
use super::estimate::wide;

/// Sums of the scores of a group's people. Scores are whole numbers in any unit, so that equal ones
/// are known to be equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupScores {
    /// How many people there are.
    pub people: u32,
    /// Sum of their scores.
    pub sum: i128,
    /// Sum of the squares of their scores.
    pub squares: i128,
}

/// Intraclass correlations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Intraclass {
    /// ICC(1): share of the variance that lies between groups, at most 1; not cut below 0.
    pub icc1: f64,
    /// Searle's interval of 95 % around it (1971), approximate when groups differ in size.
    pub interval: Option<(f64, f64)>,
    /// ICC(2): reliability of the groups' means, at most 1.
    pub icc2: Result<f64, Degenerate>,
    /// k0, the average size of the groups that ICC(1) rests on.
    pub size: f64,
    /// Mean square between groups over that within, and its p-value.
    pub f_ratio: Option<(f64, f64)>,
    /// Set when ICC(1) is below 0.
    pub flag: Option<Flag>,
}

/// Intraclass correlations of groups; those without people are left out.
pub fn intraclass(groups: &[GroupScores]) -> Result<Intraclass, Degenerate> {
    let groups: Vec<&GroupScores> = groups.iter().filter(|group| group.people > 0).collect();
    if groups.len() < 2 {
        return Err(Degenerate::TooFewGroups);
    }
    let people: i128 = groups.iter().map(|group| i128::from(group.people)).sum();
    let number = i128::try_from(groups.len()).unwrap_or(i128::MAX);
    if people == number {
        return Err(Degenerate::TooFewObservations);
    }
    let sum: i128 = groups.iter().map(|group| group.sum).sum();
    let (mut between, mut within) = (0.0, 0.0);
    for group in &groups {
        let size = i128::from(group.people);
        let off = wide(people * group.sum - size * sum) / wide(people);
        between += off * off / wide(size);
        within += wide(size * group.squares - group.sum * group.sum) / wide(size);
    }
    if between == 0.0 && within == 0.0 {
        return Err(Degenerate::NoVariance);
    }
    let (df_between, df_within) = (wide(number - 1), wide(people - number));
    let (between, within) = (between / df_between, within / df_within);
    let squares: i128 = groups.iter().map(|group| i128::from(group.people).pow(2)).sum();
    let size = wide(people * people - squares) / wide(people) / df_between;
    let icc1 = (between - within) / (between + (size - 1.0) * within);
    let f_ratio = if within > 0.0 { Some(between / within) } else { None };
    let interval = f_ratio.and_then(|f_ratio| {
        let bound = |probability| {
            let f_ratio = f_ratio / fisher_quantile(probability, df_between, df_within)?;
            Some((f_ratio - 1.0) / (f_ratio + size - 1.0))
        };
        Some((bound(0.975)?, bound(0.025)?))
    });
    Ok(Intraclass {
        icc1,
        interval,
        icc2: if between > 0.0 {
            Ok((between - within) / between)
        } else {
            Err(Degenerate::NoVariance)
        },
        size,
        f_ratio: f_ratio
            .and_then(|value| Some((value, fisher_above(value, df_between, df_within)?))),
        flag: (icc1 < 0.0).then_some(Flag::NoGroupEffect),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn group(scores: &[i32]) -> GroupScores {
        GroupScores {
            people: scores.len() as u32,
            sum: scores.iter().map(|score| i128::from(*score)).sum(),
            squares: scores.iter().map(|score| i128::from(*score).pow(2)).sum(),
        }
    }

    #[test]
    fn mean_squares_make_the_textbook_s_coefficients() {
        // Two groups of two: between 16, within 2.
        let known = intraclass(&[group(&[1, 3]), group(&[5, 7])]).unwrap();
        assert!((known.icc1 - 14.0 / 18.0).abs() < 1e-15);
        assert!((known.icc2.unwrap() - 14.0 / 16.0).abs() < 1e-15);
        assert!((known.size - 2.0).abs() < 1e-15);
    }

    #[test]
    fn what_cannot_be_computed_has_a_reason() {
        let fails = |groups: &[GroupScores]| intraclass(groups).unwrap_err();
        assert_eq!(fails(&[]), Degenerate::TooFewGroups);
        assert_eq!(fails(&[group(&[1, 2]), group(&[])]), Degenerate::TooFewGroups);
        assert_eq!(fails(&[group(&[1]), group(&[2])]), Degenerate::TooFewObservations);
        assert_eq!(fails(&[group(&[3, 3]), group(&[3, 3, 3])]), Degenerate::NoVariance);
        let same_means = intraclass(&[group(&[1, 3]), group(&[0, 4])]).unwrap();
        assert_eq!(same_means.icc2, Err(Degenerate::NoVariance));
        assert!(same_means.icc1 < 0.0);
        assert_eq!(same_means.flag, Some(Flag::NoGroupEffect));
        let told_apart = intraclass(&[group(&[1, 1]), group(&[5, 5])]).unwrap();
        assert_eq!((told_apart.icc1, told_apart.interval, told_apart.f_ratio), (1.0, None, None));
    }

    proptest! {
        #[test]
        fn coefficients_do_not_depend_on_order_place_or_unit(
            scores in proptest::collection::vec(proptest::collection::vec(0i32..50, 0..9), 2..6),
            moved in -40i32..40,
            unit in 1i32..9,
        ) {
            let groups: Vec<_> = scores.iter().map(|scores| group(scores)).collect();
            let mut other: Vec<_> = scores
                .iter()
                .map(|scores| scores.iter().map(|score| unit * score + moved).collect::<Vec<_>>())
                .map(|scores| group(&scores))
                .collect();
            other.reverse();
            match (intraclass(&groups), intraclass(&other)) {
                (Ok(one), Ok(two)) => {
                    prop_assert!((one.icc1 - two.icc1).abs() < 1e-9);
                    prop_assert!(one.icc1 <= 1.0);
                    if let Some((lower, upper)) = one.interval {
                        prop_assert!(lower <= one.icc1 && one.icc1 <= upper);
                    }
                }
                (one, two) => prop_assert_eq!(one.err(), two.err()),
            }
        }
    }
}
