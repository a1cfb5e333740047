//! Proves that no small group's answers are all but told by their bounds: answers have ends, so that sums
//! which cannot be computed may still be known within little.
//!
//! The unknowns are the sums of one measure in each kind of cells; the rows are what is left of each shown
//! slice beside the shown ones inside. A group is safe once two assignments are known that agree with all
//! rows and lie far enough apart. Most are found by exchanges, one after the other, from the true
//! answers on. Where these do not do, linear programs look for them near the group only, with everything
//! further off held at its true value: whatever differs so differs also when all is free. What is
//! not shown to be safe in this way counts as told.
use super::exchange::{Exchange, Exchanges};
use super::lists::Lists;
use super::near::{Free, Neighbours, TOLERANCE, farthest};
use crate::disclosure::limits::Sum;

/// Most unknowns of a program, of a small one first.
const NEAR_MAX: [usize; 2] = [24, 150];

/// The sums of a measure in all kinds of cells.
#[derive(Clone, Copy)]
pub(super) struct Unknowns<'a> {
    /// The rows that each is in.
    pub(super) within: &'a Lists,
    /// How many people are of each kind.
    pub(super) people: &'a [u32],
    /// What each is, and of how many; of nobody where nobody answered.
    pub(super) sums: &'a [Sum],
    pub(super) exchanges: &'a Exchanges,
    pub(super) neighbours: &'a Neighbours,
}

/// The least and the largest sum that is known to be possible.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) least: f64,
    pub(super) largest: f64,
}

/// Judges an unknown, by its position, by two possible sums: true of more distant ones if of nearer ones.
pub(super) type IsSafe<'a> = dyn Fn(usize, Bounds) -> bool + 'a;

/// The unknowns that are all but told, by their position, of those that are `judged`. `rows` are the sums
/// of rows.
pub(super) fn told(
    (unknowns, rows): (Unknowns<'_>, &[Sum]),
    judged: &dyn Fn(usize) -> bool,
    is_safe: &IsSafe<'_>,
) -> Vec<usize> {
    let Unknowns { within, sums, .. } = unknowns;
    let mut search = Search::new(unknowns, is_safe);
    let is_known = |at: &usize| sums[*at].people > 0 && !within[*at].is_empty();
    let known = (0..within.len()).filter(|at| is_known(at) && judged(*at));
    let open: Vec<usize> = known.filter(|at| !search.exchanges(*at)).collect();
    let is_told = |at: usize| !is_safe(at, unknowns.bounds_of_rows(rows, at));
    open.into_iter().filter(|at| is_told(*at) || !search.proves(*at)).collect()
}

/// Those of some unknowns that are all but told as far as exchanges of many and programs show. Exchanges
/// of few are known to prove none of them safe.
pub(super) fn told_of_many(
    unknowns: Unknowns<'_>,
    judged: impl Iterator<Item = usize>,
    is_safe: &IsSafe<'_>,
) -> Vec<usize> {
    let mut search = Search::new(unknowns, is_safe);
    judged.filter(|at| !search.proves_with_many(*at)).collect()
}

struct Search<'a> {
    unknowns: Unknowns<'a>,
    is_safe: &'a IsSafe<'a>,
    seen: Vec<Bounds>,
    /// The true sums, but while they are exchanged.
    values: Vec<f64>,
}

impl Unknowns<'_> {
    /// The sums of rows, by their numbers.
    pub(super) fn rows(&self) -> Vec<Sum> {
        let len = self.within.all().iter().max().map_or(0, |last| *last as usize + 1);
        let mut rows = vec![Sum::default(); len];
        for (within, sum) in self.within.iter().zip(self.sums) {
            for row in within {
                rows[*row as usize].add(*sum);
            }
        }
        rows
    }

    /// What the rows that an unknown is in, each by itself, leave it.
    fn bounds_of_rows(&self, rows: &[Sum], at: usize) -> Bounds {
        let top = self.sums[at].top;
        let mut bounds = Bounds { least: 0.0, largest: top };
        for row in self.within[at].iter().map(|row| rows[*row as usize]) {
            bounds.largest = bounds.largest.min(row.value);
            bounds.least = bounds.least.max(top - (row.top - row.value));
        }
        bounds
    }
}

impl<'a> Search<'a> {
    fn new(unknowns: Unknowns<'a>, is_safe: &'a IsSafe<'a>) -> Self {
        let values: Vec<f64> = unknowns.sums.iter().map(|sum| sum.value).collect();
        let seen = values.iter().map(|value| Bounds { least: *value, largest: *value }).collect();
        Self { unknowns, is_safe, seen, values }
    }

    fn is_safe(&self, at: usize) -> bool {
        (self.is_safe)(at, self.seen[at])
    }

    /// Exchanges as much as there is, one way and then the other, until the unknown is safe.
    fn exchanges(&mut self, at: usize) -> bool {
        if self.is_safe(at) {
            return true;
        }
        let exchanges = self.unknowns.exchanges;
        [1.0, -1.0].into_iter().any(|sign| {
            let mut touched = vec![at];
            exchanges.of(at).any(|exchange| self.tries(at, sign, exchange, &mut touched));
            self.note(&touched);
            self.is_safe(at)
        })
    }

    /// The same with further ones.
    fn exchanges_further(&mut self, at: usize) -> bool {
        let exchanges = self.unknowns.exchanges;
        [1.0, -1.0].into_iter().any(|sign| {
            let mut touched = vec![at];
            exchanges.further(at, &mut |exchange| self.tries(at, sign, exchange, &mut touched));
            self.note(&touched);
            self.is_safe(at)
        })
    }

    /// Exchanges as much as there is. Whether the unknown is safe then.
    fn tries(
        &mut self,
        at: usize,
        sign: f64,
        exchange: Exchange,
        touched: &mut Vec<usize>,
    ) -> bool {
        let Exchange { gets, give } = exchange;
        let gets = gets.iter().map(|kind| (*kind as usize, sign));
        let give = give.iter().flatten().map(|kind| (*kind as usize, -sign));
        self.shift(std::iter::once((at, sign)).chain(gets).chain(give), touched);
        self.seen[at].include(self.values[at]);
        self.is_safe(at)
    }

    /// The same with an exchange of many.
    fn exchanges_wide(&mut self, at: usize) -> bool {
        let Unknowns { within, people, neighbours, .. } = self.unknowns;
        let wide = neighbours.wide((within, people), at);
        [1.0, -1.0].into_iter().any(|sign| {
            let mut touched = Vec::new();
            self.shift(wide.iter().map(|(kind, more)| (*kind, sign * more)), &mut touched);
            self.note(&touched);
            self.is_safe(at)
        })
    }

    /// Changes values by so much for one, as often as there is room.
    fn shift(
        &mut self,
        changes: impl Iterator<Item = (usize, f64)> + Clone,
        touched: &mut Vec<usize>,
    ) {
        let room = |(kind, more): (usize, f64)| {
            let (top, value) = (self.unknowns.sums[kind].top, self.values[kind]);
            if more > 0.0 { (top - value) / more } else { value / -more }
        };
        let step = changes.clone().map(room).fold(f64::INFINITY, f64::min);
        if step.is_finite() && step > TOLERANCE {
            for (kind, more) in changes {
                self.values[kind] += more * step;
                touched.push(kind);
            }
        }
    }

    /// Notes values as possible, and makes them the true ones again.
    fn note(&mut self, touched: &[usize]) {
        for kind in touched {
            self.seen[*kind].include(self.values[*kind]);
            self.values[*kind] = self.unknowns.sums[*kind].value;
        }
    }

    /// Looks for possible sums by further exchanges, and by what of many there is.
    fn proves(&mut self, at: usize) -> bool {
        self.is_safe(at) || self.exchanges_further(at) || self.proves_with_many(at)
    }

    /// Looks for possible sums by wide exchanges and programs until the unknown is safe.
    fn proves_with_many(&mut self, at: usize) -> bool {
        if self.exchanges_wide(at) {
            return true;
        }
        let Unknowns { within, sums, neighbours, .. } = self.unknowns;
        let free = |at: usize| {
            let Sum { value, top, .. } = sums[at];
            Free { value, least: 0.0, largest: top }
        };
        for most in NEAR_MAX {
            let near = neighbours.near(within, at, most);
            for sign in [1.0, -1.0] {
                // Without a solution nothing more is known to be possible.
                let values = farthest(within, &near, &free, (at, sign)).unwrap_or_default();
                for (kind, value) in near.iter().zip(values) {
                    self.seen[*kind].include(value);
                }
            }
            if self.is_safe(at) || near.len() < most {
                break;
            }
        }
        self.is_safe(at)
    }
}

impl Bounds {
    /// The least and the largest whole number.
    pub(super) fn whole(self) -> (f64, f64) {
        ((self.least - TOLERANCE).ceil(), (self.largest + TOLERANCE).floor())
    }

    /// Whether they leave more than one whole number.
    pub(super) fn differ(self) -> bool {
        let (least, largest) = self.whole();
        largest - least >= 1.0
    }

    fn include(&mut self, value: f64) {
        self.least = self.least.min(value);
        self.largest = self.largest.max(value);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    /// Unknowns with their rows, people, and sums of answers from 0 to 4.
    struct Made {
        within: Lists,
        people: Vec<u32>,
        sums: Vec<Sum>,
        exchanges: Exchanges,
        neighbours: Neighbours,
    }

    impl Made {
        fn of(unknowns: &[(&[u32], u32, u32)]) -> Self {
            let within: Lists = unknowns.iter().map(|(rows, ..)| rows).collect();
            let sum = |(_, people, value): &(&[u32], u32, u32)| {
                let (value, top) = (f64::from(*value), f64::from(4 * people));
                Sum { people: *people, in_small_cells: 0, value, top }
            };
            let people: Vec<u32> = unknowns.iter().map(|(_, people, _)| *people).collect();
            let exchanges = Exchanges::new(&within, &people, |row| row as usize / 3);
            let neighbours = Neighbours::new(within.len());
            let sums = unknowns.iter().map(sum).collect();
            Self { within, people, sums, exchanges, neighbours }
        }

        fn unknowns(&self) -> Unknowns<'_> {
            let Self { within, people, sums, exchanges, neighbours } = self;
            Unknowns { within, people, sums, exchanges, neighbours }
        }
    }

    /// Which unknowns may lie within a fifth of their scale.
    fn narrow(unknowns: &[(&[u32], u32, u32)]) -> Vec<usize> {
        let made = Made::of(unknowns);
        let rows = made.unknowns().rows();
        told((made.unknowns(), &rows), &|_| true, &|at, Bounds { least, largest }| {
            let sum = made.sums[at];
            sum.people >= 5 || 5.0 * (largest - least) > sum.top
        })
    }

    #[test]
    fn what_is_near_an_end_is_told_and_what_has_room_is_not() {
        // Ten people three steps below the highest sum leave four of them hardly any room.
        assert_eq!(narrow(&[(&[0], 4, 15), (&[0, 7], 6, 22), (&[8], 9, 9)]), [0]);
        assert_eq!(narrow(&[(&[0], 4, 15), (&[0, 7], 6, 12), (&[7], 9, 9)]), [0; 0]);
        // One person alone is told, and so is the difference of four and one that is told.
        assert_eq!(narrow(&[(&[0], 1, 3)]), [0]);
        let chain: [(&[u32], u32, u32); 4] =
            [(&[0], 4, 8), (&[0, 3], 20, 40), (&[3], 1, 2), (&[6], 9, 18)];
        assert_eq!(narrow(&chain), [0; 0]);
        let chain: [(&[u32], u32, u32); 4] =
            [(&[0], 4, 1), (&[0, 3], 20, 79), (&[3], 1, 2), (&[6], 9, 18)];
        assert_eq!(narrow(&chain), [0]);
    }

    #[test]
    fn what_is_seen_is_possible() {
        let mut random = StdRng::seed_from_u64(3);
        for _ in 0..50 {
            let mut drawn: BTreeMap<[u32; 2], (u32, u32)> = BTreeMap::new();
            for _ in 0..12 {
                let people = random.random_range(1..9);
                let rows = [random.random_range(0..3), random.random_range(3..6)];
                drawn.insert(rows, (people, random.random_range(0..=4 * people)));
            }
            let drawn: Vec<(&[u32], u32, u32)> =
                drawn.iter().map(|(rows, (people, sum))| (&rows[..], *people, *sum)).collect();
            let made = Made::of(&drawn);
            // Never enough: exchanges and programs are all tried.
            let told = Mutex::new(Vec::new());
            let rows = made.unknowns().rows();
            super::told((made.unknowns(), &rows), &|_| true, &|at, bounds| {
                told.lock().unwrap().push((made.sums[at], bounds));
                false
            });
            for (sum, Bounds { least, largest }) in told.into_inner().unwrap() {
                assert!(-TOLERANCE <= least && largest <= sum.top + TOLERANCE);
                assert!(least <= sum.value && sum.value <= largest);
            }
        }
    }
}
