//! Probabilities of many tests at once, adjusted so that chance findings stay rare. A test that
//! could not be made has no probability and does not count as one.

#[cfg(test)]
mod tests;

/// Adjusted by Holm (1979): reporting what is at most .05 errs anywhere in at most 5 % of all cases,
/// however the tests depend on each other.
pub fn holm(probabilities: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut adjusted = vec![None; probabilities.len()];
    let ordered = ordered(probabilities);
    let (mut left, mut so_far) = (count(ordered.len()), 0.0_f64);
    for (at, p) in ordered {
        so_far = so_far.max((left * p).min(1.0));
        adjusted[at] = Some(so_far);
        left -= 1.0;
    }
    adjusted
}

/// Adjusted by Benjamini and Hochberg (1995): of what is reported because it is at most .05, at most
/// 5 % is expected to be chance, for tests that are independent or depend positively.
pub fn benjamini_hochberg(probabilities: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut adjusted = vec![None; probabilities.len()];
    let ordered = ordered(probabilities);
    let all = count(ordered.len());
    let (mut rank, mut so_far) = (all, 1.0_f64);
    for (at, p) in ordered.into_iter().rev() {
        so_far = so_far.min(all / rank * p);
        adjusted[at] = Some(so_far);
        rank -= 1.0;
    }
    adjusted
}

/// The probabilities that there are, smallest first, with their places.
fn ordered(probabilities: &[Option<f64>]) -> Vec<(usize, f64)> {
    let given = probabilities.iter().enumerate();
    let mut ordered: Vec<(usize, f64)> =
        given.filter_map(|(at, p)| Some((at, (*p)?)).filter(|(_, p)| p.is_finite())).collect();
    ordered.sort_by(|(_, one), (_, other)| one.total_cmp(other));
    ordered
}

#[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^53 tests")]
fn count(tests: usize) -> f64 {
    tests as f64
}
