//! Exchanges of answers that nothing shown would tell: what one kind of cells has more of, another one
//! has less of, so that every shown sum stays as it is. For each kind a few that involve at most three
//! others are looked for. What can be exchanged cannot be computed; how far it can be shows how little
//! is known of it.
use std::collections::HashMap;
use std::sync::OnceLock;

/// Exchanges that are looked for, for each part of a kind.
const EXCHANGES_MAX: usize = 12;
/// Kinds that are tried beside one, for each part of it.
const TRIED_MAX: usize = 24;

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

    /// Exchanges of a kind with one that has the same part at a place, and one that has all others: the
    /// fourth has what these two have besides.
    fn around(&self, kind: usize, place: usize) -> Vec<Exchange> {
        let part = self.parts[kind][place];
        let rest = without(&self.parts[kind], place);
        let same: Vec<u32> = self.members[part as usize].iter().copied().take(TRIED_MAX).collect();
        let is_kind = |other: &u32| *other as usize == kind;
        let others: Vec<Option<u32>> = if rest.is_empty() {
            vec![None]
        } else {
            let alone = self.by_parts.get(&rest).copied();
            let with_more = self.by_rest.get(&rest).into_iter().flatten().copied();
            let others = alone.into_iter().chain(with_more.filter(|other| !is_kind(other)));
            others.take(TRIED_MAX).map(Some).collect()
        };
        let mut found = Vec::new();
        for one in same.into_iter().filter(|one| !is_kind(one)) {
            let of_one = self.parts[one as usize].iter().filter(|each| **each != part);
            for other in &others {
                let of_other = other.map_or(&[][..], |other| &self.parts[other as usize]);
                let more = of_other.iter().filter(|each| !rest.contains(each));
                let mut fourth: Vec<u32> = of_one.clone().chain(more).copied().collect();
                fourth.sort_unstable();
                let gets = if fourth.is_empty() { None } else { self.by_parts.get(&fourth) };
                if gets.is_none() && !fourth.is_empty() {
                    continue;
                }
                let gets = gets.copied();
                found.push(Exchange { gets, give: [Some(one), *other] });
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
