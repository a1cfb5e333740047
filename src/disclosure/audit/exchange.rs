//! Exchanges of answers that nothing shown would tell: what one kind of cells has more of, another one
//! has less of, so that every shown sum stays as it is. For each kind a few that involve at most three
//! others are looked for. What can be exchanged cannot be computed; how far it can be shows how little
//! is known of it.
use std::collections::HashMap;
use std::sync::OnceLock;

/// Exchanges that are looked for, for each part of a kind.
const EXCHANGES_MAX: usize = 12;
/// Kinds that are tried beside one, for each part of it.
const TRIED_MAX: usize = 40;

/// An exchange of a kind: another one that gets as much as it does, if any, and those that give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exchange {
    pub(super) gets: Option<u32>,
    pub(super) give: [Option<u32>; 2],
}

impl Exchange {
    /// The others.
    pub(super) fn others(self) -> impl Iterator<Item = usize> {
        let Self { gets, give: [one, other] } = self;
        [gets, one, other].into_iter().flatten().map(|kind| kind as usize)
    }
}

/// The exchanges between kinds.
pub(super) struct Exchanges {
    /// What each kind is in: for each of its parts the rows of that part, as one number.
    parts: Vec<Vec<u32>>,
    by_parts: HashMap<Vec<u32>, u32>,
    /// The kinds with a part, those of the most people first.
    members: Vec<Vec<u32>>,
    /// The kinds without one part of them, likewise.
    by_rest: HashMap<Vec<u32>, Vec<u32>>,
    found: Vec<OnceLock<Vec<Exchange>>>,
}

impl Exchanges {
    /// For kinds of so many people, by the rows that each is in. Rows of one part are exchanged together.
    pub(super) fn new(within: &[Vec<u32>], people: &[u32], part_of: impl Fn(u32) -> usize) -> Self {
        let mut numbers: HashMap<(usize, Vec<u32>), u32> = HashMap::new();
        let parts: Vec<Vec<u32>> = within
            .iter()
            .map(|rows| {
                let mut by_part: Vec<(usize, u32)> =
                    rows.iter().map(|row| (part_of(*row), *row)).collect();
                by_part.sort_unstable();
                let chunks = by_part.chunk_by(|(one, _), (other, _)| one == other);
                let mut parts: Vec<u32> = chunks
                    .map(|chunk| {
                        let rows = chunk.iter().map(|(_, row)| *row).collect();
                        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                        *numbers.entry((chunk[0].0, rows)).or_insert(next)
                    })
                    .collect();
                parts.sort_unstable();
                parts
            })
            .collect();
        let mut order: Vec<u32> = (0..).zip(within).map(|(kind, _)| kind).collect();
        order.sort_by_key(|kind| std::cmp::Reverse(people[*kind as usize]));
        let mut members = vec![Vec::new(); numbers.len()];
        let mut by_rest: HashMap<Vec<u32>, Vec<u32>> = HashMap::new();
        for kind in order {
            let mine = &parts[kind as usize];
            for (place, part) in mine.iter().enumerate() {
                members[*part as usize].push(kind);
                by_rest.entry(without(mine, place)).or_default().push(kind);
            }
        }
        let by_parts = (0..).zip(&parts).map(|(kind, parts)| (parts.clone(), kind)).collect();
        let found = parts.iter().map(|_| OnceLock::new()).collect();
        Self { parts, by_parts, members, by_rest, found }
    }

    /// The exchanges of a kind.
    pub(super) fn of(&self, kind: usize) -> &[Exchange] {
        self.found[kind].get_or_init(|| {
            let places = 0..self.parts[kind].len();
            places.flat_map(|place| self.around(kind, place)).collect()
        })
    }

    /// Exchanges of a kind with one that has the same part at a place, and one that has all its others:
    /// the fourth has what these two have besides.
    fn around(&self, kind: usize, place: usize) -> Vec<Exchange> {
        let part = self.parts[kind][place];
        let rest = without(&self.parts[kind], place);
        let mut found = Vec::new();
        let same = self.members[part as usize].iter().copied().take(TRIED_MAX);
        for one in same.filter(|one| *one as usize != kind) {
            let of_one: Vec<u32> =
                self.parts[one as usize].iter().copied().filter(|each| *each != part).collect();
            // One that has nothing but the others: nobody needs to where there are none.
            let (other, fourth) = (self.by_parts.get(&rest), self.by_parts.get(&of_one));
            if (rest.is_empty() || other.is_some()) && (of_one.is_empty() || fourth.is_some()) {
                found.push(Exchange { gets: fourth.copied(), give: [Some(one), other.copied()] });
            }
            // Or the other and the fourth have one more part, which is the same.
            let others = self.by_rest.get(&rest).map_or(&[][..], Vec::as_slice);
            let fourths = self.by_rest.get(&of_one).map_or(&[][..], Vec::as_slice);
            let from_others = others.len() <= fourths.len();
            let (each_of, mine, theirs) =
                if from_others { (others, &rest, &of_one) } else { (fourths, &of_one, &rest) };
            for each in each_of.iter().take(TRIED_MAX) {
                let more = self.parts[*each as usize].iter().find(|each| !mine.contains(each));
                let Some(more) = more.filter(|more| **more != part) else { continue };
                let mut parts = theirs.clone();
                parts.push(*more);
                parts.sort_unstable();
                if let Some(pair) = self.by_parts.get(&parts) {
                    let (other, gets) = if from_others { (each, pair) } else { (pair, each) };
                    found.push(Exchange { gets: Some(*gets), give: [Some(one), Some(*other)] });
                }
                if found.len() >= EXCHANGES_MAX {
                    return found;
                }
            }
        }
        found
    }
}

fn without(parts: &[u32], place: usize) -> Vec<u32> {
    let mut rest = parts.to_vec();
    rest.remove(place);
    rest
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_row_stays_as_it_is(
            drawn in proptest::collection::btree_set((0u32..4, 0u32..4, 0u32..3), 1..30),
        ) {
            // Three parts of some rows each; row 0 of each is none.
            let rows = |(one, other, third): &(u32, u32, u32)| {
                let rows = [(*one, 0), (*other, 10), (*third, 20)].into_iter();
                rows.filter(|(row, _)| *row > 0).map(|(row, first)| first + row).collect::<Vec<_>>()
            };
            let within: Vec<Vec<u32>> = drawn.iter().map(rows).collect();
            let people = vec![1; within.len()];
            let exchanges = Exchanges::new(&within, &people, |row| row as usize / 10);
            for kind in 0..within.len() {
                for exchange in exchanges.of(kind) {
                    let others: Vec<usize> = exchange.others().collect();
                    let all: BTreeSet<usize> = others.iter().copied().chain([kind]).collect();
                    prop_assert_eq!(all.len(), others.len() + 1);
                    let mut moved: BTreeMap<u32, i32> = BTreeMap::new();
                    let gets = exchange.gets.into_iter().map(|kind| (kind as usize, 1));
                    let give = exchange.give.into_iter().flatten().map(|kind| (kind as usize, -1));
                    for (kind, sign) in gets.chain(give).chain([(kind, 1)]) {
                        for row in &within[kind] {
                            *moved.entry(*row).or_default() += sign;
                        }
                    }
                    prop_assert!(moved.values().all(|moved| *moved == 0));
                }
            }
        }
    }

    #[test]
    fn what_two_slices_share_can_be_exchanged() {
        // Two units, crossed with two values.
        let within = vec![vec![1, 11], vec![1, 12], vec![2, 11], vec![2, 12]];
        let exchanges = Exchanges::new(&within, &[4; 4], |row| row as usize / 10);
        assert!(exchanges.of(0).contains(&Exchange { gets: Some(3), give: [Some(1), Some(2)] }));
        // Without one of the four there is none.
        let exchanges = Exchanges::new(&within[..3], &[4; 3], |row| row as usize / 10);
        assert!(exchanges.of(0).is_empty());
    }
}
