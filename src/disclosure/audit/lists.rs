//! Many short lists of numbers in one piece of memory.
use std::ops::{Index, Range};

/// Lists of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lists {
    all: Vec<u32>,
    /// Where each list ends.
    ends: Vec<usize>,
}

impl Lists {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// How many numbers are in all of them.
    pub(super) fn total(&self) -> usize {
        self.all.len()
    }

    /// The numbers of all of them, one list after the other.
    pub(super) fn all(&self) -> &[u32] {
        &self.all
    }

    /// Where a list is among the numbers of all.
    pub(super) fn range(&self, at: usize) -> Range<usize> {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        start..self.ends[at]
    }

    /// One list after the other.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> + Clone {
        (0..self.len()).map(|at| &self[at])
    }

    /// Adds a list.
    pub(super) fn push(&mut self, list: &[u32]) {
        self.all.extend_from_slice(list);
        self.ends.push(self.all.len());
    }

    /// For each number up to the largest the lists that it is in.
    pub(super) fn turned(&self) -> Self {
        let len = self.all.iter().max().map_or(0, |last| *last as usize + 1);
        let mut ends = vec![0; len];
        for number in &self.all {
            ends[*number as usize] += 1;
        }
        let mut sum = 0;
        // Each begins where the one before ends; filling it brings that to its end.
        for end in &mut ends {
            (*end, sum) = (sum, sum + *end);
        }
        let mut all = vec![0; self.all.len()];
        for (at, list) in (0..).zip(self.iter()) {
            for number in list {
                let end = &mut ends[*number as usize];
                all[*end] = at;
                *end += 1;
            }
        }
        Self { all, ends }
    }

    /// The lists that differ, in order, and for each of these lists which of them it is.
    pub(super) fn distinct(&self) -> (Self, Vec<usize>) {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_unstable_by_key(|at| &self[*at]);
        let (mut distinct, mut which) = (Self::default(), vec![0; self.len()]);
        for same in order.chunk_by(|one, other| self[*one] == self[*other]) {
            for at in same {
                which[*at] = distinct.len();
            }
            distinct.push(&self[same[0]]);
        }
        (distinct, which)
    }
}

impl Index<usize> for Lists {
    type Output = [u32];

    fn index(&self, at: usize) -> &[u32] {
        &self.all[self.range(at)]
    }
}

impl<L: AsRef<[u32]>> FromIterator<L> for Lists {
    fn from_iter<I: IntoIterator<Item = L>>(lists: I) -> Self {
        let mut all = Self::default();
        for list in lists {
            all.push(list.as_ref());
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_told_apart_and_turned() {
        let lists: Lists = [&[3, 0][..], &[], &[0], &[3, 0], &[2]].into_iter().collect();
        assert_eq!((lists.len(), lists.total()), (5, 6));
        let (distinct, which) = lists.distinct();
        assert_eq!(distinct, [&[][..], &[0], &[2], &[3, 0]].into_iter().collect());
        assert_eq!(which, [3, 0, 1, 3, 2]);
        assert_eq!(lists.turned(), [&[0, 2, 3][..], &[], &[4], &[0, 3]].into_iter().collect());
        assert_eq!(Lists::default().turned(), Lists::default());
    }
}
