//! The remainder rule along the tree. Whoever knows a unit and the units below that are shown knows
//! what is left of it; all that can be computed from one tree are unions of such remainders. So no
//! remainder may be unsafe.
use super::plan::Plan;

/// Slices of one part of all units: the whole, or one value.
pub(super) struct Tree {
    /// What is left of each unit, by slice number, of those shown.
    pub(super) remainders: Vec<Option<Vec<u32>>>,
    /// The largest slices shown below each one shown, by slice number.
    below: Vec<Vec<usize>>,
}

/// Hides slices of a part until all remainders are safe. True when something was hidden.
pub(super) fn repair(plan: &mut Plan<'_>, offset: usize) -> bool {
    let frame = plan.frame();
    let parts = frame.parts();
    let units = frame.parents.len();
    let mut tree = Tree { remainders: vec![None; units * 2], below: vec![Vec::new(); units * 2] };
    // The largest slices shown below each unit; units below come before those above.
    let mut largest: Vec<Vec<usize>> = vec![Vec::new(); units];
    let mut hidden = false;
    for unit in (0..units).rev() {
        let mut shown = std::mem::take(&mut largest[unit]);
        let own = unit * 2 + 1;
        if frame.has_units_below(unit) && plan.is_shown(own * parts + offset) {
            tree.remainders[own] = Some(plan.row(own * parts + offset).to_vec());
            shown.push(own);
        }
        let node = unit * 2;
        if plan.is_shown(node * parts + offset) {
            hidden |= tree.repair_unit(plan, (parts, offset), unit, &mut shown);
        }
        if plan.is_shown(node * parts + offset) {
            tree.below[node] = std::mem::replace(&mut shown, vec![node]);
        }
        if let Some(parent) = frame.parents[unit] {
            largest[parent].append(&mut shown);
        }
    }
    hidden
}

impl Tree {
    /// Hides the unit or slices below it until what is left of it is safe or nobody.
    fn repair_unit(
        &mut self,
        plan: &mut Plan<'_>,
        (parts, offset): (usize, usize),
        unit: usize,
        shown: &mut Vec<usize>,
    ) -> bool {
        let node = unit * 2;
        let number = |node: usize| node * parts + offset;
        let mut hidden = false;
        loop {
            let mut left = plan.row(number(node)).to_vec();
            for below in &*shown {
                subtract(&mut left, plan.row(number(*below)));
            }
            if plan.is_safe_or_nobody(&left) {
                self.remainders[node] = Some(left);
                return hidden;
            }
            hidden = true;
            // A slice below that has something of its own left brings it to the remainder. One
            // without would not help: then the unit itself goes, and its people are left over
            // one level up. At the top there is no level up.
            let cheapest = |own: bool, plan: &Plan<'_>| {
                let able = shown.iter().enumerate().filter(|(_, below)| {
                    !own || self.remainders[**below].as_ref().is_some_and(|left| left[0] > 0)
                });
                let cheapest = able.min_by_key(|(_, below)| {
                    let own_left = self.remainders[**below].as_ref();
                    let ends_it =
                        own_left.is_some_and(|own| plan.is_safe_or_nobody(&sum(&left, own)));
                    (!ends_it, price(plan, number(**below)))
                });
                cheapest.map(|(at, _)| at)
            };
            let victim = match cheapest(true, plan) {
                None if unit == 0 => cheapest(false, plan),
                victim => victim,
            };
            let Some(at) = victim else {
                plan.hide(number(node));
                return true;
            };
            let below = shown.swap_remove(at);
            plan.hide(number(below));
            self.remainders[below] = None;
            shown.append(&mut self.below[below]);
        }
    }
}

/// What it costs to hide a slice: its people for each slice that goes, since a whole takes its values
/// with it.
fn price(plan: &Plan<'_>, number: usize) -> (u64, [u8; 32]) {
    let parts = plan.frame().parts();
    let values = if number.is_multiple_of(parts) { parts - 1 } else { 0 };
    let going = (number..=number + values).filter(|number| plan.is_shown(*number)).count();
    let (people, digest) = plan.rank(number);
    (people * going as u64, digest)
}

/// Whether what is left of a shown slice, and of the next one shown above it, is safe or nobody.
pub(super) fn is_safe_around(plan: &Plan<'_>, number: usize) -> bool {
    let frame = plan.frame();
    let parts = frame.parts();
    let (node, offset) = (number / parts, number % parts);
    if node >= frame.parents.len() * 2 {
        return true;
    }
    let is_own_staff = node % 2 == 1;
    let above = |unit: usize| frame.parents[unit].map(|above| above * 2);
    let mut next = if is_own_staff { Some(node - 1) } else { above(node / 2) };
    while let Some(each) = next.filter(|each| !plan.is_shown(each * parts + offset)) {
        next = above(each / 2);
    }
    let whole = (!is_own_staff).then_some(node);
    whole.into_iter().chain(next).all(|node| {
        let mut left = plan.row(node * parts + offset).to_vec();
        let mut open = vec![node / 2];
        while let Some(unit) = open.pop() {
            let own = unit * 2 + 1;
            if frame.has_units_below(unit) && plan.is_shown(own * parts + offset) {
                subtract(&mut left, plan.row(own * parts + offset));
            }
            for below in frame.units_below(unit) {
                if plan.is_shown(below * 2 * parts + offset) {
                    subtract(&mut left, plan.row(below * 2 * parts + offset));
                } else {
                    open.push(below);
                }
            }
        }
        plan.is_safe_or_nobody(&left)
    })
}

/// Takes the counts of a part from those of its whole.
pub(super) fn subtract(whole: &mut [u32], part: &[u32]) {
    for (whole, part) in whole.iter_mut().zip(part) {
        *whole -= part;
    }
}

/// The counts of two groups together.
pub(super) fn sum(one: &[u32], other: &[u32]) -> Vec<u32> {
    one.iter().zip(other).map(|(one, other)| one + other).collect()
}
