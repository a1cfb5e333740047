//! Which slices a breakdown puts side by side.
use super::ground::{Ground, not_planned};
use super::sight::Sight;
use crate::base::Result;
use crate::disclosure::{Part, Slice};

/// Most rows of a page.
pub const ROWS_MAX: i32 = 100;

/// What the rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// The slice itself, its own staff, and the units directly below it.
    ChildUnits,
    /// The slice itself and all units below it.
    Subtree,
    /// The slice itself and the values of a dimension.
    SegmentValues {
        /// Position of the dimension.
        dimension: usize,
    },
}

/// A row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The slice.
    pub slice: Slice,
    /// Levels of its unit below the first row's; 1 for segment values.
    pub depth: i32,
}

/// The rows of a breakdown of `base`, in the order of the tree or scheme, as far as they are in
/// sight.
pub fn rows(ground: &Ground, sight: &Sight, base: Slice, rows: Rows) -> Result<Vec<Row>> {
    let mut slices = vec![Row { slice: base, depth: 0 }];
    match rows {
        Rows::SegmentValues { dimension } => slices.extend(values(ground, base, dimension)?),
        Rows::ChildUnits | Rows::Subtree => slices.extend(units(ground, base, rows)?),
    }
    slices.retain(|row| sight.view(row.slice).is_some());
    Ok(slices)
}

fn units(ground: &Ground, base: Slice, rows: Rows) -> Result<Vec<Row>> {
    if matches!(base.part, Part::Pair { .. }) {
        return Err(not_planned(
            "two segment values are crossed for the wave's whole scope only, not for units",
        ));
    }
    if base.direct || !ground.frame().has_units_below(base.unit) {
        return Ok(Vec::new());
    }
    let own = Row { slice: Slice { direct: true, ..base }, depth: 0 };
    let mut below: Vec<Row> = if rows == Rows::ChildUnits { vec![own] } else { Vec::new() };
    let top = ground.units().get(base.unit).map_or(0, |unit| unit.depth);
    // A subtree is one piece: it ends with the first unit that is as high as its top.
    for (position, unit) in ground.units().iter().enumerate().skip(base.unit + 1) {
        if unit.depth <= top {
            break;
        }
        if rows == Rows::Subtree || unit.parent == Some(base.unit) {
            let slice = Slice { unit: position, ..base };
            below.push(Row { slice, depth: i32::from(unit.depth - top) });
        }
    }
    Ok(below)
}

fn values(ground: &Ground, base: Slice, dimension: usize) -> Result<Vec<Row>> {
    let count = ground.frame().values.get(dimension).copied().unwrap_or(0);
    let row = |part| Row { slice: Slice { part, ..base }, depth: 1 };
    match base.part {
        Part::Whole => Ok((0..count).map(|value| row(Part::Value { dimension, value })).collect()),
        Part::Value { dimension: held, value: fixed } if base.unit == 0 && !base.direct => {
            for (pair, crossed) in ground.frame().pairs.iter().enumerate() {
                if *crossed == (held, dimension) {
                    let part = |second| Part::Pair { pair, first: fixed, second };
                    return Ok((0..count).map(|value| row(part(value))).collect());
                }
                if *crossed == (dimension, held) {
                    let part = |first| Part::Pair { pair, first, second: fixed };
                    return Ok((0..count).map(|value| row(part(value))).collect());
                }
            }
            Err(not_planned(
                "the wave's anonymity policy declares no table of these two dimensions",
            ))
        }
        Part::Value { .. } | Part::Pair { .. } => Err(not_planned(
            "two segment values at most are crossed, and for the wave's whole scope only",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::ground::tests::{ground, named, unit};
    use super::*;
    use crate::base::{Permission, Reach, Reason};

    /// Rows as `unit/depth`, own staff with a star, segment values after a colon.
    fn told(base: Slice, asked: Rows, sight: &Sight) -> String {
        let ground = ground();
        rows(&ground, sight, base, asked)
            .unwrap()
            .iter()
            .map(|row| {
                let name = ground.name(row.slice);
                let values: Vec<_> =
                    name.segments.iter().map(|(_, value)| value.as_str()).collect();
                let star = if row.slice.direct { "*" } else { "" };
                format!("{}{star}/{}:{}", row.slice.unit, row.depth, values.join("+"))
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn rows_come_in_the_order_of_the_tree_and_the_scheme() {
        let ground = ground();
        let whole = ground.find(&named(None, false, &[])).unwrap();
        let one = ground.find(&named(Some(1), false, &[("contact", "daily")])).unwrap();
        let leaf = ground.find(&named(Some(4), false, &[])).unwrap();
        let all = &Sight::Whole;
        assert_eq!(told(whole, Rows::ChildUnits, all), "0/0: 0*/0: 1/1: 4/1:");
        assert_eq!(told(whole, Rows::Subtree, all), "0/0: 1/1: 2/2: 3/2: 4/1:");
        assert_eq!(told(one, Rows::Subtree, all), "1/0:daily 2/1:daily 3/1:daily");
        assert_eq!(told(one, Rows::ChildUnits, all), "1/0:daily 1*/0:daily 2/1:daily 3/1:daily");
        assert_eq!(told(leaf, Rows::ChildUnits, all), "4/0:");
        let contact = Rows::SegmentValues { dimension: 1 };
        assert_eq!(told(leaf, contact, all), "4/0: 4/1:daily 4/1:never");
        let staff = ground.find(&named(None, false, &[("level", "staff")])).unwrap();
        assert_eq!(told(staff, contact, all), "0/0:staff 0/1:staff+daily 0/1:staff+never");
        let daily = ground.find(&named(None, false, &[("contact", "daily")])).unwrap();
        let level = Rows::SegmentValues { dimension: 0 };
        assert_eq!(told(daily, level, all), "0/0:daily 0/1:top+daily 0/1:staff+daily");
    }

    #[test]
    fn who_sees_a_part_gets_its_rows_and_those_above_it() {
        let ground = ground();
        let reach = Reach::of(Some(unit(3)));
        let sight = Sight::of(&reach, Permission::ResultsRead, false, &ground).unwrap();
        let whole = ground.find(&named(None, false, &[])).unwrap();
        assert_eq!(told(whole, Rows::ChildUnits, &sight), "0/0: 1/1:");
        assert_eq!(told(whole, Rows::Subtree, &sight), "0/0: 1/1: 3/2:");
        assert_eq!(told(whole, Rows::SegmentValues { dimension: 0 }, &sight), "0/0:");
    }

    #[test]
    fn what_was_not_frozen_is_no_row() {
        let ground = ground();
        let pair = [("level", "staff"), ("contact", "daily")];
        for (base, asked) in [
            (named(None, false, &pair), Rows::ChildUnits),
            (named(None, false, &pair), Rows::SegmentValues { dimension: 0 }),
            (named(Some(1), false, &pair[..1]), Rows::SegmentValues { dimension: 1 }),
            (named(None, false, &pair[..1]), Rows::SegmentValues { dimension: 0 }),
        ] {
            let base = ground.find(&base).unwrap();
            let error = rows(&ground, &Sight::Whole, base, asked).unwrap_err();
            assert_eq!(error.reason(), Reason::SliceNotPlanned);
        }
    }
}
