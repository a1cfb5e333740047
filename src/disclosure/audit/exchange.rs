//! Exchanges of answers that nothing shown would tell: what one kind of cells has more of, another one
//! has less of, so that every shown sum stays as it is. For each kind a few that involve at most three
//! others are looked for. What can be exchanged cannot be computed; how far it can be shows how little
//! is known of it.
use std::collections::HashMap;
use std::sync::OnceLock;

use super::lists::Lists;
use super::table::Table;

/// How far it is looked, for each part of a kind.
#[derive(Clone, Copy)]
struct Reach {
    /// Exchanges after which there are no more.
    most: usize,
    /// Kinds that are tried beside one.
    tried: usize,
}

/// Kinds that are so few that they are gone through.
const FEW: usize = 6;
/// What is looked for first and kept, since many ask for it.
const FIRST: Reach = Reach { most: 12, tried: 40 };
/// What is looked for when these do not do.
const FURTHER: Reach = Reach { most: 500, tried: 200 };

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
    parts: Lists,
    /// A number that stands for the parts of a kind. It is a sum over them, so that those of a kind
    /// with a part more or less need no list; two kinds with the same one are told apart by their parts.
    prints: Vec<u64>,
    by_print: Table,
    /// The kinds with a part, those of the most people first.
    members: Vec<Vec<u32>>,
    /// The kinds without one part of them, by what stands for the others, likewise.
    by_rest: Table,
    /// Kinds by their place in the order of people.
    order: Vec<u32>,
    /// What was found around each part of each kind, in the order of `parts`.
    found: Vec<OnceLock<Box<[Exchange]>>>,
}

/// Some parts: those of a kind without one, and maybe with another one.
#[derive(Clone, Copy)]
struct Parts {
    of: u32,
    without: u32,
    with: Option<u32>,
}

impl Exchanges {
    /// For kinds of so many people, by the rows that each is in. Rows of one part are exchanged together.
    pub(super) fn new(within: &Lists, people: &[u32], part_of: impl Fn(u32) -> usize) -> Self {
        let (parts, number) = numbered(within, part_of);
        let prints: Vec<u64> = parts
            .iter()
            .map(|parts| parts.iter().fold(0, |sum: u64, part| sum.wrapping_add(print(*part))))
            .collect();
        let mut order: Vec<u32> = (0..).zip(&prints).map(|(kind, _)| kind).collect();
        order.sort_by_key(|kind| std::cmp::Reverse(people[*kind as usize]));
        let mut members = vec![Vec::new(); number];
        let mut by_rest = Vec::with_capacity(parts.total());
        for (place, kind) in (0..).zip(&order) {
            for part in &parts[*kind as usize] {
                members[*part as usize].push(*kind);
                by_rest.push((prints[*kind as usize].wrapping_sub(print(*part)), place));
            }
        }
        let by_rest = Table::new(by_rest);
        let by_print = Table::new(prints.iter().copied().zip(0..).collect());
        let found = (0..parts.total()).map(|_| OnceLock::new()).collect();
        Self { parts, prints, by_print, members, by_rest, order, found }
    }

    /// The exchanges of a kind. Those of a part are looked for when it is its turn.
    pub(super) fn of(&self, kind: usize) -> impl Iterator<Item = Exchange> {
        self.parts.range(kind).enumerate().flat_map(move |(place, at)| {
            let found = self.found[at].get_or_init(|| {
                let mut found = Vec::new();
                self.around(kind, place, FIRST, &mut |exchange| {
                    found.push(exchange);
                    false
                });
                found.into()
            });
            found.iter().copied()
        })
    }

    /// Looks for more exchanges of a kind, those first ones among them, until one is `enough`.
    pub(super) fn further(&self, kind: usize, enough: &mut dyn FnMut(Exchange) -> bool) -> bool {
        (0..self.parts[kind].len()).any(|place| self.around(kind, place, FURTHER, enough))
    }

    /// Exchanges of a kind with one that has the same part at a place, and one that has all its others:
    /// the fourth has what these two have besides. Ends when one is `enough`; else it is false.
    fn around(
        &self,
        kind: usize,
        place: usize,
        reach: Reach,
        enough: &mut dyn FnMut(Exchange) -> bool,
    ) -> bool {
        let part = self.parts[kind][place];
        let rest = Parts { of: u32::try_from(kind).unwrap_or(u32::MAX), without: part, with: None };
        let others = self.with_one_more(rest);
        let other = self.kind_of(rest);
        let mut found = 0;
        for one in self.members[part as usize].iter().take(reach.tried) {
            if *one == rest.of {
                continue;
            }
            let of_one = Parts { of: *one, ..rest };
            // One that has nothing but the others: nobody needs to where there are none.
            let is_alone = |kind: usize| self.parts[kind].len() == 1;
            if is_alone(kind) || other.is_some() {
                let fourth = self.kind_of(of_one);
                if is_alone(*one as usize) || fourth.is_some() {
                    found += 1;
                    if enough(Exchange { gets: fourth, give: [Some(*one), other] }) {
                        return true;
                    }
                }
            }
            // Or the other and the fourth have one more part, which is the same. Others that are few
            // are gone through without a look whether the fourths are fewer.
            let fourths = (others.len() > FEW).then(|| self.with_one_more(of_one));
            let fewer = fourths.filter(|fourths| fourths.len() < others.len());
            let from_others = fewer.is_none();
            let (each_of, mine, theirs) = match fewer {
                None => (others, rest, of_one),
                Some(fourths) => (fourths, of_one, rest),
            };
            for (_, each) in each_of.iter().take(reach.tried) {
                let each = self.order[*each as usize];
                let Some(more) = self.one_more(each, mine).filter(|more| *more != part) else {
                    continue;
                };
                if let Some(pair) = self.kind_of(Parts { with: Some(more), ..theirs }) {
                    let (other, gets) = if from_others { (each, pair) } else { (pair, each) };
                    found += 1;
                    if enough(Exchange { gets: Some(gets), give: [Some(*one), Some(other)] }) {
                        return true;
                    }
                }
                if found >= reach.most {
                    return false;
                }
            }
        }
        false
    }

    fn print_of(&self, Parts { of, without, with }: Parts) -> u64 {
        let more = with.map_or(0, print);
        self.prints[of as usize].wrapping_sub(print(without)).wrapping_add(more)
    }

    fn all<'p>(&'p self, parts: &'p Parts) -> impl Iterator<Item = &'p u32> {
        let mine = self.parts[parts.of as usize].iter();
        mine.filter(|part| **part != parts.without).chain(&parts.with)
    }

    /// The kind with just these parts.
    fn kind_of(&self, parts: Parts) -> Option<u32> {
        let is_same = |kind: u32| {
            let theirs = &self.parts[kind as usize];
            self.all(&parts).count() == theirs.len()
                && self.all(&parts).all(|part| theirs.contains(part))
        };
        let kinds = self.by_print.of(self.print_of(parts)).iter();
        kinds.map(|(_, kind)| *kind).find(|kind| is_same(*kind))
    }

    /// The kinds that may have just these parts and one more, by their places in the order.
    fn with_one_more(&self, parts: Parts) -> &[(u64, u32)] {
        self.by_rest.of(self.print_of(parts))
    }

    /// What a kind has beside some parts, if it has these and nothing else.
    fn one_more(&self, kind: u32, parts: Parts) -> Option<u32> {
        let theirs = &self.parts[kind as usize];
        let is_one_more = self.all(&parts).count() + 1 == theirs.len()
            && self.all(&parts).all(|part| theirs.contains(part));
        let more = || theirs.iter().copied().find(|each| self.all(&parts).all(|part| part != each));
        is_one_more.then(more).flatten()
    }
}

/// Numbers the parts from 0: for each kind those of its parts, and how many there are.
fn numbered(within: &Lists, part_of: impl Fn(u32) -> usize) -> (Lists, usize) {
    let mut numbers: HashMap<Vec<(usize, u32)>, u32> = HashMap::new();
    // Nearly all parts are a single row.
    let rows = within.all().iter().max().map_or(0, |last| *last as usize + 1);
    let mut of_rows: Vec<Option<u32>> = vec![None; rows];
    let lines: Vec<usize> = (0..rows).map(|row| u32::try_from(row).map_or(0, &part_of)).collect();
    let mut next = 0;
    let mut parts = Lists::default();
    let mut by_part: Vec<(usize, u32)> = Vec::new();
    let mut of_kind: Vec<u32> = Vec::new();
    for rows in within.iter() {
        by_part.clear();
        by_part.extend(rows.iter().map(|row| (lines[*row as usize], *row)));
        by_part.sort_unstable();
        of_kind.clear();
        for part in by_part.chunk_by(|(one, _), (other, _)| one == other) {
            let new = || {
                next += 1;
                next - 1
            };
            of_kind.push(match part {
                [(_, row)] => *of_rows[*row as usize].get_or_insert_with(new),
                several => *numbers.entry(several.to_vec()).or_insert_with(new),
            });
        }
        of_kind.sort_unstable();
        parts.push(&of_kind);
    }
    (parts, next as usize)
}

/// A number that stands for a part (the finalizer of `SplitMix64`, Steele and others 2014).
fn print(part: u32) -> u64 {
    let mut mixed = u64::from(part).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
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
            let within: Lists = drawn.iter().map(rows).collect();
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
        let square = [[1, 11], [1, 12], [2, 11], [2, 12]];
        let within: Lists = square.iter().collect();
        let exchanges = Exchanges::new(&within, &[4; 4], |row| row as usize / 10);
        assert!(
            exchanges
                .of(0)
                .any(|each| each == Exchange { gets: Some(3), give: [Some(1), Some(2)] })
        );
        // Without one of the four there is none.
        let within: Lists = square[..3].iter().collect();
        let exchanges = Exchanges::new(&within, &[4; 3], |row| row as usize / 10);
        assert!(exchanges.of(0).next().is_none());
    }
}
