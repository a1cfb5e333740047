//! The remainder rule along segments. Whoever knows a slice and some of its values knows what is
//! left: the values that are hidden together with those who have none.
use super::frame::{Frame, Part, Slice};
use super::plan::Plan;
use super::tree::{subtract, sum};

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
    for (whole, line) in crossed(frame) {
        hidden |= repair_line(plan, whole, &line);
    }
    hidden
}

/// The lines of the pairs: each value of either dimension with the values of the other one.
fn crossed(frame: &Frame) -> impl Iterator<Item = (usize, Vec<usize>)> {
    frame.pairs.iter().enumerate().flat_map(move |(pair, (one, other))| {
        let (rows, columns) = (frame.values[*one], frame.values[*other]);
        let number = move |first, second| {
            let part = Part::Pair { pair, first, second };
            frame.number(Slice { unit: 0, direct: false, part })
        };
        let of_rows = (0..rows).map(move |first| {
            let line = (0..columns).map(|second| number(first, second)).collect();
            (frame.value_offset(*one, first), line)
        });
        let of_columns = (0..columns).map(move |second| {
            let line = (0..rows).map(|first| number(first, second)).collect();
            (frame.value_offset(*other, second), line)
        });
        of_rows.chain(of_columns)
    })
}

/// Whether what is left is safe or nobody in all lines that a shown slice is in.
pub(super) fn is_safe_around(plan: &Plan<'_>, number: usize) -> bool {
    let frame = plan.frame();
    let parts = frame.parts();
    let is_safe = |whole: usize, line: &[usize]| {
        let mut shown = line.iter().filter(|part| plan.is_shown(**part)).peekable();
        if shown.peek().is_none() {
            return true;
        }
        let mut left = plan.row(whole).to_vec();
        shown.for_each(|part| subtract(&mut left, plan.row(*part)));
        plan.is_shown(whole) && plan.is_safe_or_nobody(&left)
    };
    let of_node = number < frame.parents.len() * 2 * parts;
    let (node, offset) = (number / parts, number % parts);
    let mut first = node * parts + 1;
    for values in &frame.values {
        let line: Vec<usize> = (first..first + usize::from(*values)).collect();
        first += usize::from(*values);
        let is_in = offset == 0 || line.contains(&number);
        if of_node && is_in && !is_safe(node * parts, &line) {
            return false;
        }
    }
    crossed(frame)
        .all(|(whole, line)| (number != whole && !line.contains(&number)) || is_safe(whole, &line))
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
        // The smallest that ends it, or else the smallest.
        let smallest = (0..shown.len()).min_by_key(|at| {
            let ends_it = plan.is_safe_or_nobody(&sum(&left, plan.row(shown[*at])));
            (!ends_it, plan.rank(shown[*at]))
        });
        // With no part shown all is left, and the whole is safe.
        let Some(at) = smallest else { break };
        let part = shown.swap_remove(at);
        plan.hide(part);
        left = sum(&left, plan.row(part));
        hidden = true;
    }
    hidden
}
