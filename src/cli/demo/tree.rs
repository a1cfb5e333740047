//! Draws the unit tree with its headcounts.
use std::collections::BTreeMap;

use crate::cli::console::{self, Colour, Console};
use crate::pb::directory::Unit;

/// Width of a bar that stands for everybody.
const BAR_CELLS: usize = 24;

/// A line of the drawing.
struct Line {
    branches: String,
    name: String,
    depth: i32,
    headcount: usize,
}

/// Prints the tree, the headcount of each unit with everything below it.
pub(super) fn show(console: Console, units: &[Unit]) -> std::io::Result<()> {
    let lines = draw(units);
    let width = lines.iter().map(Line::width).max().unwrap_or(0);
    let everybody = lines.first().map_or(1, |root| root.headcount.max(1));
    for line in &lines {
        let gap = " ".repeat(width - line.width());
        let bar = "▇".repeat((line.headcount * BAR_CELLS).div_ceil(everybody));
        let name = match line.depth {
            0 => console.paint(Colour::Bold, &line.name),
            1 => console.paint(Colour::Cyan, &line.name),
            _ => line.name.clone(),
        };
        console::line(format!(
            "{}{name}{gap}  {:>6}  {}",
            console.paint(Colour::Dim, &line.branches),
            line.headcount,
            console.paint(Colour::Green, bar),
        ))?;
    }
    Ok(())
}

impl Line {
    fn width(&self) -> usize {
        self.branches.chars().count() + self.name.chars().count()
    }
}

fn draw(units: &[Unit]) -> Vec<Line> {
    let mut below: BTreeMap<&str, Vec<&Unit>> = BTreeMap::new();
    for unit in units {
        below.entry(&unit.parent_unit_id).or_default().push(unit);
    }
    let mut lines = Vec::new();
    for root in below.get("").into_iter().flatten() {
        draw_unit(&below, root, "", "", &mut lines);
    }
    lines
}

/// Adds the unit and everything below it; returns how many people that is.
fn draw_unit(
    below: &BTreeMap<&str, Vec<&Unit>>,
    unit: &Unit,
    branches: &str,
    indent: &str,
    lines: &mut Vec<Line>,
) -> usize {
    let at = lines.len();
    lines.push(Line {
        branches: branches.to_owned(),
        name: unit.display_name.clone(),
        depth: unit.depth,
        headcount: 0,
    });
    let children = below.get(unit.unit_id.as_str()).map_or(&[][..], Vec::as_slice);
    let mut headcount = usize::try_from(unit.direct_member_count).unwrap_or(0);
    for (position, child) in children.iter().enumerate() {
        let (branch, pillar) = if position + 1 == children.len() {
            ("└── ", "    ")
        } else {
            ("├── ", "│   ")
        };
        let (branches, indent) = (format!("{indent}{branch}"), format!("{indent}{pillar}"));
        headcount += draw_unit(below, child, &branches, &indent, lines);
    }
    lines[at].headcount = headcount;
    headcount
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_and_headcounts_add_up() {
        let unit = |id: &str, parent: &str, depth, direct_member_count| Unit {
            unit_id: id.to_owned(),
            parent_unit_id: parent.to_owned(),
            display_name: id.to_uppercase(),
            depth,
            direct_member_count,
            ..Unit::default()
        };
        let units =
            [unit("r", "", 0, 1), unit("a", "r", 1, 2), unit("c", "a", 2, 4), unit("b", "r", 1, 8)];
        let drawn: Vec<_> = draw(&units)
            .iter()
            .map(|line| format!("{}{} {}", line.branches, line.name, line.headcount))
            .collect();
        assert_eq!(drawn, ["R 15", "├── A 6", "│   └── C 4", "└── B 8"]);
    }
}
