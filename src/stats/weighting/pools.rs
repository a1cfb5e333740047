//! Which cells join each other because too few answered in one of them.
use std::collections::BTreeMap;

use super::Cell;

/// Positions of cells that are taken together.
pub(super) type Pool = Vec<usize>;

/// Cells in pools of at least `enough` answers. A cell that has fewer joins the next one of its
/// group, in the order given, and at the end the one before. A pool has fewer only when its whole
/// group has. Cells where nobody was asked are in none.
pub(super) fn within_groups(cells: &[Cell], enough: u32) -> Vec<Pool> {
    let mut groups: Vec<Pool> = Vec::new();
    let mut known = BTreeMap::new();
    for (place, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.population > 0) {
        let at = match cell.group {
            Some(group) => *known.entry(group).or_insert(groups.len()),
            None => groups.len(),
        };
        match groups.get_mut(at) {
            Some(group) => group.push(place),
            None => groups.push(vec![place]),
        }
    }
    let pools = groups.into_iter().flat_map(|group| {
        let single = group.into_iter().map(|place| vec![place]);
        join(single, cells, enough)
    });
    pools.collect()
}

/// Puts pools that have fewer than `enough` answers together with the next, and what is left over
/// at the end with the last.
pub(super) fn join(pools: impl Iterator<Item = Pool>, cells: &[Cell], enough: u32) -> Vec<Pool> {
    let mut joined: Vec<Pool> = Vec::new();
    let mut open = Pool::new();
    for pool in pools {
        open.extend(pool);
        if sizes(&open, cells).1 >= enough {
            joined.push(std::mem::take(&mut open));
        }
    }
    if !open.is_empty() {
        match joined.last_mut() {
            Some(last) => last.extend(open),
            None => joined.push(open),
        }
    }
    joined
}

/// Population and sample of a pool; the totals of all cells are known to fit.
pub(super) fn sizes(pool: &[usize], cells: &[Cell]) -> (u32, u32) {
    let cells = pool.iter().map(|place| cells[*place]);
    cells.fold((0, 0), |(population, sample), cell| {
        (population + cell.population, sample + cell.sample)
    })
}

/// Whether any cells were put together.
pub(super) fn any_joined(pools: &[Pool]) -> bool {
    pools.iter().any(|pool| pool.len() > 1)
}
