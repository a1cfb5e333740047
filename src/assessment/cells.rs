//! Forms the cells of a wave: the groups of at least the minimum size that answers are known by.
//!
//! People belong to the pool of their unit's own staff. A pool that is too small joins the one
//! above; the scope's own pool, which has none above, takes in the smallest pool nearest below.
//! Then each pool is split by the stored segment dimensions, by as many of the first ones as leave
//! every part large enough.
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::FrozenUnit;
use crate::base::id::UnitId;
use crate::respondent::Cell;

/// Segment values: per stored dimension the position of the value.
pub type Values = Vec<Option<u16>>;

/// People who are the same to the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Position of their unit in the frozen tree.
    pub unit: usize,
    /// Their segment values.
    pub values: Values,
    /// How many they are.
    pub count: usize,
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FormedCell {
    /// Position of the unit that its answers count for.
    pub unit: usize,
    /// The values that its people share; none where the cell is not split.
    pub values: Values,
    /// How many people it has.
    pub count: usize,
}

/// The cells of a wave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Formation {
    /// The cells, by unit and values.
    pub cells: Vec<FormedCell>,
    /// For each group its cell.
    pub of_group: Vec<usize>,
    /// Units whose own staff are counted with a unit above.
    pub joined: Vec<usize>,
    /// Pools and dimensions by which they are not split.
    pub dropped: Vec<(usize, usize)>,
}

/// Divides people into cells of at least `minimum`. `parents` is the frozen tree, parents before
/// their children; each group has a unit of it and as many values as there are dimensions. None
/// when there are fewer people than `minimum`.
pub fn form(parents: &[Option<usize>], groups: &[Group], minimum: usize) -> Option<Formation> {
    if groups.iter().map(|group| group.count).sum::<usize>() < minimum {
        return None;
    }
    let pool_of = pools(parents, groups, minimum);
    let joined: BTreeSet<usize> = groups
        .iter()
        .filter(|group| group.count > 0 && pool_of[group.unit] != group.unit)
        .map(|group| group.unit)
        .collect();
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (position, group) in groups.iter().enumerate() {
        members.entry(pool_of[group.unit]).or_default().push(position);
    }
    let mut formation = Formation {
        of_group: vec![0; groups.len()],
        joined: joined.into_iter().collect(),
        ..Formation::default()
    };
    for (pool, members) in members {
        split(&mut formation, groups, pool, &members, minimum);
    }
    Some(formation)
}

/// As [`form`], but fewer people than `minimum` are one cell: of such a wave nothing is ever shown.
pub fn form_any(parents: &[Option<usize>], groups: &[Group], minimum: usize) -> Formation {
    if let Some(formation) = form(parents, groups, minimum) {
        return formation;
    }
    let count = groups.iter().map(|group| group.count).sum::<usize>();
    let values = groups.first().map(|group| vec![None; group.values.len()]).unwrap_or_default();
    let cells = if count == 0 { Vec::new() } else { vec![FormedCell { unit: 0, values, count }] };
    Formation { cells, of_group: vec![0; groups.len()], ..Formation::default() }
}

/// For each unit the pool that its own staff belong to.
fn pools(parents: &[Option<usize>], groups: &[Group], minimum: usize) -> Vec<usize> {
    let mut sizes = vec![0; parents.len()];
    for group in groups {
        sizes[group.unit] += group.count;
    }
    let mut joins: Vec<Option<usize>> = vec![None; parents.len()];
    // From below: what is under a unit has joined it before the unit itself is looked at.
    for unit in (0..parents.len()).rev() {
        if let Some(above) = parents[unit]
            && (1..minimum).contains(&sizes[unit])
        {
            joins[unit] = Some(above);
            sizes[above] += std::mem::take(&mut sizes[unit]);
        }
    }
    if (1..minimum).contains(&sizes[0]) {
        let depths = depths(parents);
        let nearest = (1..parents.len())
            .filter(|unit| sizes[*unit] > 0)
            .min_by_key(|unit| (depths[*unit], sizes[*unit], *unit));
        if let Some(unit) = nearest {
            joins[unit] = Some(0);
        }
    }
    // From above: a unit follows where the one that it joined went.
    let mut pool_of: Vec<usize> = (0..parents.len()).collect();
    for unit in 0..parents.len() {
        if let Some(above) = joins[unit] {
            pool_of[unit] = pool_of[above];
        }
    }
    pool_of
}

fn depths(parents: &[Option<usize>]) -> Vec<usize> {
    let mut depths = vec![0; parents.len()];
    for (unit, above) in parents.iter().enumerate() {
        depths[unit] = above.map_or(0, |above| depths[above] + 1);
    }
    depths
}

/// Splits a pool by the longest prefix of the dimensions that leaves every part large enough.
fn split(
    formation: &mut Formation,
    groups: &[Group],
    pool: usize,
    members: &[usize],
    minimum: usize,
) {
    let dimensions = members.first().map_or(0, |member| groups[*member].values.len());
    let parts = |prefix: usize| {
        let mut parts: BTreeMap<&[Option<u16>], usize> = BTreeMap::new();
        for member in members {
            *parts.entry(&groups[*member].values[..prefix]).or_default() += groups[*member].count;
        }
        parts
    };
    let prefix = (0..=dimensions)
        .rev()
        .find(|prefix| parts(*prefix).values().all(|count| *count >= minimum))
        .unwrap_or(0);
    formation.dropped.extend((prefix..dimensions).map(|dimension| (pool, dimension)));
    let mut numbers = BTreeMap::new();
    for (values, count) in parts(prefix) {
        numbers.insert(values, formation.cells.len());
        let mut values = values.to_vec();
        values.resize(dimensions, None);
        formation.cells.push(FormedCell { unit: pool, values, count });
    }
    for member in members {
        formation.of_group[*member] = numbers[&groups[*member].values[..prefix]];
    }
}

/// The cell for somebody who comes when the cells exist: of the nearest unit upwards that has
/// cells, the one that says most of what is true of them, the first dimensions first. None when
/// every cell there says something else. `path` is their unit and those above it, upwards; `cells`
/// are the unit and the values of each cell.
pub fn find(
    path: &[usize],
    values: &[Option<u16>],
    cells: &[(usize, &[Option<u16>])],
) -> Option<usize> {
    let unit = path.iter().find(|unit| cells.iter().any(|(of, _)| of == *unit))?;
    let fits = |cell: &[Option<u16>]| {
        cell.iter().zip(values).all(|(cell, value)| cell.is_none() || cell == value)
    };
    let says = |cell: &[Option<u16>]| cell.iter().map(Option::is_some).collect::<Vec<_>>();
    (0..cells.len())
        .filter(|cell| cells[*cell].0 == *unit && fits(cells[*cell].1))
        .max_by_key(|cell| says(cells[*cell].1))
}

/// The cells of an open wave, to find those of whoever comes late.
pub struct Places {
    positions: HashMap<UnitId, usize>,
    parents: Vec<Option<usize>>,
    cells: Vec<(usize, Values)>,
}

impl Places {
    /// From the frozen tree and the cells by their number.
    pub fn new(units: &[FrozenUnit], cells: &[Cell]) -> Self {
        let positions: HashMap<_, _> =
            units.iter().enumerate().map(|(position, unit)| (unit.unit_id, position)).collect();
        let cells = cells
            .iter()
            .map(|cell| {
                let unit = positions.get(&cell.unit_id).copied().unwrap_or_default();
                (unit, cell.values.clone())
            })
            .collect();
        Self { positions, parents: units.iter().map(|unit| unit.parent).collect(), cells }
    }

    /// The cell for somebody with these values whose unit begins `path`, followed by the units above
    /// it as they are today: a unit that is newer than the wave counts as the nearest older one.
    /// None when no cell fits.
    pub fn find(&self, path: &[UnitId], values: &[Option<u16>]) -> Option<i32> {
        let unit = path.iter().find_map(|unit| self.positions.get(unit).copied())?;
        let path: Vec<_> = std::iter::successors(Some(unit), |unit| self.parents[*unit]).collect();
        let cells: Vec<_> =
            self.cells.iter().map(|(unit, values)| (*unit, values.as_slice())).collect();
        find(&path, values, &cells).and_then(|cell| i32::try_from(cell).ok())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DIMENSIONS: usize = 3;

    /// A tree in pre-order and people in it.
    fn wave() -> impl Strategy<Value = (Vec<Option<usize>>, Vec<Group>, usize)> {
        let person = (
            any::<prop::sample::Index>(),
            prop::collection::vec(prop::option::of(0..3_u16), DIMENSIONS),
        );
        (
            prop::collection::vec(any::<prop::sample::Index>(), 0..12),
            prop::collection::vec(person, 0..120),
            prop::collection::vec(1..9_usize, 1..60),
            2..8_usize,
        )
            .prop_map(|(places, people, counts, minimum)| {
                let mut parents: Vec<Option<usize>> = vec![None];
                for place in places {
                    // Any unit on the path of the last one keeps the order.
                    let mut path = vec![parents.len() - 1];
                    while let Some(above) = parents[path[path.len() - 1]] {
                        path.push(above);
                    }
                    parents.push(Some(path[place.index(path.len())]));
                }
                let groups = people
                    .into_iter()
                    .enumerate()
                    .map(|(position, (unit, values))| Group {
                        unit: unit.index(parents.len()),
                        values,
                        count: counts[position % counts.len()],
                    })
                    .collect();
                (parents, groups, minimum)
            })
    }

    fn path(parents: &[Option<usize>], unit: usize) -> Vec<usize> {
        std::iter::successors(Some(unit), |unit| parents[*unit]).collect()
    }

    fn keys(formation: &Formation) -> Vec<(usize, &[Option<u16>])> {
        formation.cells.iter().map(|cell| (cell.unit, &cell.values[..])).collect()
    }

    proptest! {
        #[test]
        fn cells_divide_everyone_into_parts_that_are_large_enough((parents, groups, minimum) in wave()) {
            let total = groups.iter().map(|group| group.count).sum::<usize>();
            let Some(formation) = form(&parents, &groups, minimum) else {
                prop_assert!(total < minimum);
                return Ok(());
            };
            prop_assert_eq!(formation.of_group.len(), groups.len());
            let mut counts = vec![0; formation.cells.len()];
            for (group, cell) in groups.iter().zip(&formation.of_group) {
                counts[*cell] += group.count;
            }
            for (cell, count) in formation.cells.iter().zip(counts) {
                prop_assert_eq!(cell.count, count);
                prop_assert!(count >= minimum);
            }
            prop_assert!(formation.cells.is_sorted());
        }

        #[test]
        fn staff_join_units_above_and_only_a_small_scope_takes_in_one_pool((parents, groups, minimum) in wave()) {
            let Some(formation) = form(&parents, &groups, minimum) else { return Ok(()) };
            let mut own = vec![0; parents.len()];
            for group in &groups {
                own[group.unit] += group.count;
            }
            for (group, cell) in groups.iter().zip(&formation.of_group) {
                let unit = formation.cells[*cell].unit;
                prop_assert!(path(&parents, group.unit).contains(&unit));
                if unit != group.unit && unit != 0 {
                    // Everyone between them was too few.
                    prop_assert!(own[group.unit] < minimum);
                }
            }
            let taken = groups
                .iter()
                .zip(&formation.of_group)
                .filter(|(group, cell)| formation.cells[**cell].unit == 0 && own[group.unit] >= minimum)
                .map(|(group, _)| group.unit)
                .filter(|unit| *unit != 0)
                .collect::<BTreeSet<_>>();
            prop_assert!(taken.len() <= 1, "{taken:?}");
        }

        #[test]
        fn a_pool_is_split_by_its_first_dimensions_as_far_as_it_goes((parents, groups, minimum) in wave()) {
            let Some(formation) = form(&parents, &groups, minimum) else { return Ok(()) };
            for pool in 0..parents.len() {
                let members: Vec<_> = groups
                    .iter()
                    .zip(&formation.of_group)
                    .filter(|(_, cell)| formation.cells[**cell].unit == pool)
                    .collect();
                if members.is_empty() {
                    continue;
                }
                let dropped: Vec<_> = formation
                    .dropped
                    .iter()
                    .filter(|(unit, _)| *unit == pool)
                    .map(|(_, dimension)| *dimension)
                    .collect();
                let prefix = DIMENSIONS - dropped.len();
                prop_assert_eq!(dropped, (prefix..DIMENSIONS).collect::<Vec<_>>());
                for (group, cell) in &members {
                    let values = &formation.cells[**cell].values;
                    prop_assert_eq!(&values[..prefix], &group.values[..prefix]);
                    prop_assert!(values[prefix..].iter().all(Option::is_none));
                }
                if prefix < DIMENSIONS {
                    // One dimension more would leave a part too small.
                    let mut parts = BTreeMap::new();
                    for (group, _) in &members {
                        *parts.entry(&group.values[..=prefix]).or_insert(0) += group.count;
                    }
                    prop_assert!(parts.values().any(|count| *count < minimum));
                }
            }
        }

        #[test]
        fn the_order_of_people_does_not_matter((parents, groups, minimum) in wave(), by in 0..200_usize) {
            let mut turned = groups.clone();
            if !turned.is_empty() {
                let by = by % turned.len();
                turned.rotate_left(by);
            }
            let (one, other) = (form(&parents, &groups, minimum), form(&parents, &turned, minimum));
            prop_assert_eq!(
                one.as_ref().map(|formation| (&formation.cells, &formation.joined, &formation.dropped)),
                other.as_ref().map(|formation| (&formation.cells, &formation.joined, &formation.dropped))
            );
        }

        #[test]
        fn who_comes_late_gets_the_cell_of_those_who_are_the_same((parents, groups, minimum) in wave()) {
            let Some(formation) = form(&parents, &groups, minimum) else { return Ok(()) };
            let cells = keys(&formation);
            for (group, cell) in groups.iter().zip(&formation.of_group) {
                let found = find(&path(&parents, group.unit), &group.values, &cells);
                prop_assert_eq!(found, Some(*cell));
            }
        }
    }

    fn group(unit: usize, value: Option<u16>, count: usize) -> Group {
        Group { unit, values: vec![value], count }
    }

    #[test]
    fn a_small_team_is_counted_with_the_unit_above() {
        let parents = [None, Some(0), Some(0)];
        let groups = [group(0, None, 2), group(1, None, 4), group(2, None, 5)];
        let formation = form(&parents, &groups, 5).unwrap();
        let found: Vec<_> = formation.cells.iter().map(|cell| (cell.unit, cell.count)).collect();
        assert_eq!(found, [(0, 6), (2, 5)]);
        assert_eq!(formation.joined, [1]);
    }

    #[test]
    fn a_small_scope_takes_in_the_smallest_pool_nearest_below() {
        let parents = [None, Some(0), Some(1), Some(0)];
        let groups = [group(0, None, 1), group(1, None, 7), group(2, None, 5), group(3, None, 6)];
        let formation = form(&parents, &groups, 5).unwrap();
        let found: Vec<_> = formation.cells.iter().map(|cell| (cell.unit, cell.count)).collect();
        assert_eq!(found, [(0, 7), (1, 7), (2, 5)]);
    }

    #[test]
    fn people_without_a_value_are_a_part_of_their_own() {
        let groups = [group(0, Some(0), 5), group(0, Some(1), 5), group(0, None, 4)];
        let formation = form(&[None], &groups, 5).unwrap();
        assert_eq!(formation.cells.len(), 1);
        assert_eq!(formation.dropped, [(0, 0)]);
        let groups = [group(0, Some(0), 5), group(0, Some(1), 5), group(0, None, 5)];
        assert_eq!(form(&[None], &groups, 5).unwrap().cells.len(), 3);
    }

    #[test]
    fn who_fits_no_cell_is_told_so() {
        let some = [Some(0)];
        let other = [Some(1)];
        let none = [None];
        let cells: [(usize, &[Option<u16>]); 2] = [(1, &some), (1, &other)];
        assert_eq!(find(&[1, 0], &[Some(1)], &cells), Some(1));
        assert_eq!(find(&[1, 0], &[Some(2)], &cells), None);
        assert_eq!(find(&[0], &[Some(1)], &cells), None);
        // Nobody is put where something else is said of them, but where less is said.
        let cells: [(usize, &[Option<u16>]); 2] = [(1, &some), (1, &none)];
        assert_eq!(find(&[2, 1, 0], &[Some(2)], &cells), Some(1));
        assert_eq!(find(&[2, 1, 0], &[Some(0)], &cells), Some(0));
    }

    #[test]
    fn too_few_people_are_one_cell_where_they_cannot_be_refused() {
        let groups = [group(0, Some(0), 2), group(1, None, 1)];
        assert_eq!(form(&[None, Some(0)], &groups, 5), None);
        let formation = form_any(&[None, Some(0)], &groups, 5);
        assert_eq!(formation.cells, [FormedCell { unit: 0, values: vec![None], count: 3 }]);
        assert_eq!(form_any(&[None], &[], 5).cells, []);
    }
}
