//! How much of a wave would be shown, as it is or if units were merged: a plan by numbers of people,
//! on a frame in which the merged units are one.
use std::collections::BTreeMap;

use super::ground::Ground;
use crate::assessment::{self, Group};
use crate::base::id::UnitId;
use crate::base::{Check, Result};
use crate::disclosure::{self, Extent, Figure, Frame, Home, Inhabited};

/// Most merges of a preview.
pub const MERGES_MAX: usize = 20;
/// Fewest units of a merge.
pub const MERGED_UNITS_MIN: usize = 2;
/// Most units of a merge.
pub const MERGED_UNITS_MAX: usize = 20;

/// A cell with its people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peopled {
    /// Position of the unit that they count for.
    pub unit: usize,
    /// Per dimension the position of the value; none where the cell does not carry it.
    pub values: Vec<Option<u16>>,
    /// How many were invited.
    pub invited: u32,
    /// How many count: who was invited, before the close, and who responded, after it.
    pub people: u32,
}

/// The people of a wave.
#[derive(Clone, Debug)]
pub enum People {
    /// Those on the roster of a draft. Their cells are formed now, of the merged units.
    Planned(Vec<Group>),
    /// Those of an opened wave, in cells that stay as they are.
    Settled(Vec<Peopled>),
}

/// How much would be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Numbers of units and slices.
    pub extent: Extent,
    /// Per stored segment dimension its key and the share of the invited that it covers, if there
    /// are any.
    pub coverages: Vec<(String, Option<Figure>)>,
}

/// Finds the units of merges, which have one parent each; they are each in one merge.
pub fn find_units(ground: &Ground, merges: &[Vec<UnitId>]) -> Result<Vec<Vec<usize>>> {
    let mut check = Check::new();
    let mut found = Vec::with_capacity(merges.len());
    for (number, merge) in merges.iter().enumerate() {
        let mut positions = Vec::with_capacity(merge.len());
        let mut parent = None;
        for (place, unit) in merge.iter().enumerate() {
            let field = format!("merges[{number}].unit_ids[{place}]");
            let Some(position) = ground.position(Some(*unit)) else {
                check.refuse(&field, "must be a unit of the wave's tree");
                continue;
            };
            match ground.units()[position].parent {
                None => check.refuse(&field, "is the wave's scope, which is merged with nothing"),
                Some(above) if *parent.get_or_insert(above) != above => {
                    check.refuse(&field, "must have the same parent as the units before it");
                }
                Some(_) => positions.push(position),
            }
        }
        found.push(positions);
    }
    check.build(|| Some(found))
}

/// How much would be shown if units were merged.
pub fn preview(
    ground: &Ground,
    people: &People,
    merges: &[Vec<usize>],
    (minimum, salt): (u32, &[u8]),
) -> Preview {
    let tree = Merged::new(&ground.frame().parents, merges);
    let frame = Frame { parents: tree.parents.clone(), ..ground.frame().clone() };
    let cells = cells(&tree, people, minimum);
    let of = |count: fn(&Peopled) -> u32| -> Vec<Inhabited<'_>> {
        let inhabited = |cell| Inhabited::of(home(cell), count(cell));
        cells.iter().map(inhabited).collect()
    };
    let invited = of(|cell| cell.invited);
    let coverages = ground.dimensions().iter().enumerate();
    let coverages = coverages.map(|(position, dimension)| {
        let share = disclosure::coverage(&frame, &invited, SCOPE, position);
        (dimension.key.clone(), share)
    });
    Preview {
        extent: Extent::preview(&frame, &of(|cell| cell.people), minimum, salt),
        coverages: coverages.collect(),
    }
}

/// Number of the slice of all.
const SCOPE: usize = 0;

fn home(cell: &Peopled) -> Home<'_> {
    Home { unit: cell.unit, values: &cell.values }
}

/// The cells in a merged tree.
fn cells(tree: &Merged, people: &People, minimum: u32) -> Vec<Peopled> {
    match people {
        People::Planned(groups) => {
            let groups: Vec<Group> = groups
                .iter()
                .map(|group| Group { unit: tree.of[group.unit], ..group.clone() })
                .collect();
            let minimum = usize::try_from(minimum).unwrap_or(usize::MAX);
            let formed = assessment::form_cells(&tree.parents, &groups, minimum).into_iter();
            formed
                .map(|cell| {
                    let people = u32::try_from(cell.count).unwrap_or(u32::MAX);
                    let (unit, values) = (cell.unit, cell.values);
                    Peopled { unit, values, invited: people, people }
                })
                .collect()
        }
        People::Settled(cells) => {
            // What two of the units called alike is one group now.
            let mut pooled: BTreeMap<_, Peopled> = BTreeMap::new();
            for cell in cells {
                let unit = tree.of[cell.unit];
                let nobody = || Peopled { unit, invited: 0, people: 0, ..cell.clone() };
                let pool = pooled.entry((unit, &cell.values)).or_insert_with(nobody);
                pool.invited += cell.invited;
                pool.people += cell.people;
            }
            pooled.into_values().collect()
        }
    }
}

/// A tree in which some units are one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Merged {
    /// Position of the unit above each, parents before children, each subtree in one piece.
    parents: Vec<Option<usize>>,
    /// For each unit of the tree before the position of the one that it is now.
    of: Vec<usize>,
}

impl Merged {
    /// Merges siblings. The first of each merge stands for all of them.
    fn new(parents: &[Option<usize>], merges: &[Vec<usize>]) -> Self {
        let mut stands: Vec<usize> = (0..parents.len()).collect();
        for merge in merges {
            let first = merge.iter().copied().min().unwrap_or_default();
            for unit in merge {
                stands[*unit] = first;
            }
        }
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); parents.len()];
        for (unit, parent) in parents.iter().enumerate() {
            if let Some(parent) = parent
                && stands[unit] == unit
            {
                below[stands[*parent]].push(unit);
            }
        }
        let mut tree = Self { parents: Vec::new(), of: vec![0; parents.len()] };
        // Units that are still to be placed, the next one last, with the place of the one above.
        let mut waiting = if parents.is_empty() { Vec::new() } else { vec![(0, None)] };
        while let Some((unit, parent)) = waiting.pop() {
            let place = tree.parents.len();
            tree.parents.push(parent);
            tree.of[unit] = place;
            waiting.extend(below[unit].iter().rev().map(|unit| (*unit, Some(place))));
        }
        for (unit, stands) in stands.iter().enumerate() {
            tree.of[unit] = tree.of[*stands];
        }
        tree
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::super::ground::tests::{ground, unit};
    use super::*;
    use crate::base::Reason;

    const MINIMUM: u32 = 5;
    const SALT: &[u8] = &[7; 32];

    fn plan(ground: &Ground, people: &People, merges: &[Vec<usize>]) -> Preview {
        preview(ground, people, merges, (MINIMUM, SALT))
    }

    /// A tree in pre-order, merges of siblings of it, and groups of people in it.
    fn waves() -> impl Strategy<Value = (Vec<Option<usize>>, Vec<Vec<usize>>, Vec<Group>)> {
        let people =
            (any::<Index>(), prop::collection::vec(prop::option::of(0..2_u16), 2), 1..9_usize);
        (
            prop::collection::vec(any::<Index>(), 0..14),
            prop::collection::vec(prop::option::of(0..3_usize), 15),
            prop::collection::vec(people, 0..40),
        )
            .prop_map(|(places, marks, people)| {
                let mut parents: Vec<Option<usize>> = vec![None];
                for place in places {
                    // Any unit on the path of the last one keeps the order.
                    let mut path = vec![parents.len() - 1];
                    while let Some(above) = parents[path[path.len() - 1]] {
                        path.push(above);
                    }
                    parents.push(Some(path[place.index(path.len())]));
                }
                // Siblings with the same mark are merged.
                let mut marked: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
                for (unit, parent) in parents.iter().enumerate() {
                    if let (Some(parent), Some(mark)) = (parent, marks[unit]) {
                        marked.entry((*parent, mark)).or_default().push(unit);
                    }
                }
                let merges = marked.into_values().filter(|merge| merge.len() > 1).collect();
                let groups = people.into_iter().map(|(unit, values, count)| Group {
                    unit: unit.index(parents.len()),
                    values,
                    count,
                });
                let groups = groups.collect();
                (parents, merges, groups)
            })
    }

    fn settled(groups: &[Group]) -> People {
        let cells = groups.iter().map(|group| Peopled {
            unit: group.unit,
            values: group.values.clone(),
            invited: u32::try_from(group.count).unwrap() + 2,
            people: u32::try_from(group.count).unwrap(),
        });
        People::Settled(cells.collect())
    }

    proptest! {
        #[test]
        fn a_merged_tree_is_a_tree_of_the_units_that_are_left((parents, merges, _) in waves()) {
            let merged = Merged::new(&parents, &merges);
            let gone: usize = merges.iter().map(|merge| merge.len() - 1).sum();
            prop_assert_eq!(merged.parents.len(), parents.len() - gone);
            // The place of the unit above follows from that of the unit.
            for (unit, parent) in parents.iter().enumerate() {
                let above = parent.map(|parent| merged.of[parent]);
                prop_assert_eq!(merged.parents[merged.of[unit]], above);
            }
            for (unit, other) in (0..parents.len()).flat_map(|a| (0..a).map(move |b| (a, b))) {
                let together = merges.iter().any(|merge| merge.contains(&unit) && merge.contains(&other));
                prop_assert_eq!(merged.of[unit] == merged.of[other], together);
            }
            // Each subtree is in one piece: a unit is below the last one or one above that.
            for place in 1..merged.parents.len() {
                let path = std::iter::successors(Some(place - 1), |unit| merged.parents[*unit]);
                prop_assert!(path.map(Some).any(|above| above == merged.parents[place]));
            }
        }

        #[test]
        fn merging_keeps_everybody((parents, merges, groups) in waves()) {
            let merged = Merged::new(&parents, &merges);
            let total: usize = groups.iter().map(|group| group.count).sum();
            for people in [People::Planned(groups.clone()), settled(&groups)] {
                let cells = cells(&merged, &people, MINIMUM);
                let counted: u32 = cells.iter().map(|cell| cell.people).sum();
                prop_assert_eq!(usize::try_from(counted).unwrap(), total);
                prop_assert!(cells.iter().all(|cell| cell.unit < merged.parents.len()));
            }
        }

        #[test]
        fn without_merges_all_is_as_the_frame_says((parents, _, groups) in waves()) {
            let merged = Merged::new(&parents, &[]);
            prop_assert_eq!(&merged.parents, &parents);
            prop_assert_eq!(&merged.of, &(0..parents.len()).collect::<Vec<_>>());
            let frame = Frame { parents, values: vec![2, 2], pairs: vec![(0, 1)] };
            let planned = assessment::form_cells(&frame.parents, &groups, 5);
            let homes = planned.iter().map(|cell| Inhabited::of(Home { unit: cell.unit, values: &cell.values }, u32::try_from(cell.count).unwrap()));
            let homes: Vec<_> = homes.collect();
            let cells = cells(&merged, &People::Planned(groups), MINIMUM);
            let same: Vec<_> = cells
                .iter()
                .map(|cell| Inhabited::of(home(cell), cell.people))
                .collect();
            prop_assert_eq!(
                Extent::preview(&frame, &same, MINIMUM, SALT),
                Extent::preview(&frame, &homes, MINIMUM, SALT)
            );
        }
    }

    fn group(unit: usize, count: usize) -> Group {
        Group { unit, values: vec![Some(0), None], count }
    }

    #[test]
    fn small_siblings_show_more_as_one_and_only_before_the_opening() {
        let ground = ground();
        // 0 over 1 and 4; 1 over 2 and 3.
        let groups = [group(0, 6), group(1, 6), group(2, 4), group(3, 4), group(4, 6)];
        let planned = People::Planned(groups.to_vec());
        let numbers = |preview: &Preview| {
            let extent = preview.extent;
            [extent.eligible_units(), extent.shown_units()].map(disclosure::Tally::get)
        };
        // The small ones are counted with unit 1.
        assert_eq!(numbers(&plan(&ground, &planned, &[])), [3, 3]);
        assert_eq!(numbers(&plan(&ground, &planned, &[vec![2, 3]])), [4, 4]);
        let before = plan(&ground, &planned, &[]);
        let shares: Vec<_> = before
            .coverages
            .iter()
            .map(|(key, share)| (key.as_str(), share.unwrap().ten_thousandths()))
            .collect();
        assert_eq!(shares, [("level", 10_000), ("contact", 0)]);

        let cells = cells(&Merged::new(&ground.frame().parents, &[]), &planned, MINIMUM);
        let open = People::Settled(cells);
        assert_eq!(plan(&ground, &open, &[]), before);
        assert_eq!(numbers(&plan(&ground, &open, &[vec![2, 3]])), [3, 3]);
    }

    #[test]
    fn what_counts_is_not_what_covers() {
        let cells = vec![
            Peopled { unit: 1, values: vec![Some(0), None], invited: 10, people: 4 },
            Peopled { unit: 4, values: vec![None, None], invited: 10, people: 9 },
        ];
        let told = plan(&ground(), &People::Settled(cells), &[]);
        assert_eq!(told.extent.eligible_units().get(), 2);
        assert_eq!(told.extent.shown_units().get(), 1);
        assert_eq!(told.coverages[0].1.unwrap().ten_thousandths(), 5_000);
        let nobody = plan(&ground(), &People::Settled(Vec::new()), &[]);
        assert_eq!(nobody.extent.encode(), [0; 4]);
        assert_eq!(nobody.coverages[0].1, None);
    }

    #[test]
    fn all_that_is_wrong_with_merges_is_told() {
        let ground = ground();
        let found = find_units(&ground, &[vec![unit(3), unit(2)], vec![unit(1), unit(4)]]);
        assert_eq!(found.unwrap(), [[3, 2], [1, 4]]);
        let wrong = [vec![unit(2), unit(4)], vec![unit(0), unit(1)], vec![unit(9), unit(3)]];
        let error = find_units(&ground, &wrong).unwrap_err();
        assert_eq!(error.reason(), Reason::FieldInvalid);
        let fields: Vec<_> =
            error.violations().iter().map(|violation| violation.field.as_str()).collect();
        let expected = ["merges[0].unit_ids[1]", "merges[1].unit_ids[0]", "merges[2].unit_ids[0]"];
        assert_eq!(fields, expected);
    }
}
