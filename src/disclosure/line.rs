//! The remainder rule along segments. Whoever knows a slice and some of its values knows what is
//! left: the values that are hidden together with those who have none.
use super::frame::{Part, Slice};
use super::plan::Plan;
use super::tree::subtract;

/// Hides values until what is left of every slice is safe or nobody. True when something was
/// hidden.
pub(super) fn repair(plan: &mut Plan<'_>) -> bool {
    let frame = plan.frame();
    let parts = frame.parts();
    let mut hidden = false;
    for node in 0..frame.parents.len() * 2 {
        let whole = node * parts;
        let mut first = whole + 1;
        for values in &frame.values {
            let line: Vec<usize> = (first..first + usize::from(*values)).collect();
            hidden |= repair_line(plan, whole, &line);
            first += usize::from(*values);
        }
    }
    for (pair, (one, other)) in frame.pairs.iter().enumerate() {
        let (rows, columns) = (frame.values[*one], frame.values[*other]);
        let number = |first, second| {
            let part = Part::Pair { pair, first, second };
            frame.number(Slice { unit: 0, direct: false, part })
        };
        for first in 0..rows {
            let line: Vec<usize> = (0..columns).map(|second| number(first, second)).collect();
            hidden |= repair_line(plan, frame.value_offset(*one, first), &line);
        }
        for second in 0..columns {
            let line: Vec<usize> = (0..rows).map(|first| number(first, second)).collect();
            hidden |= repair_line(plan, frame.value_offset(*other, second), &line);
        }
    }
    hidden
}

/// Hides parts of a line until what is left of its whole is safe or nobody. What is not shown
/// shows no parts.
fn repair_line(plan: &mut Plan<'_>, whole: usize, line: &[usize]) -> bool {
    let mut shown: Vec<usize> = line.iter().copied().filter(|part| plan.is_shown(*part)).collect();
    if shown.is_empty() {
        return false;
    }
    if !plan.is_shown(whole) {
        for part in shown {
            plan.hide(part);
        }
        return true;
    }
    let mut left = plan.row(whole).to_vec();
    for part in &shown {
        subtract(&mut left, plan.row(*part));
    }
    let mut hidden = false;
    while !plan.is_safe_or_nobody(&left) {
        let smallest = (0..shown.len()).min_by_key(|at| plan.rank(shown[*at]));
        // With no part shown all is left, and the whole is safe.
        let Some(at) = smallest else { break };
        let part = shown.swap_remove(at);
        plan.hide(part);
        for (left, more) in left.iter_mut().zip(plan.row(part)) {
            *left += more;
        }
        hidden = true;
    }
    hidden
}
