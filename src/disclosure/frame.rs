//! The frozen slices of a wave and their numbers. Every unit with all below it and every unit's own
//! staff, each as a whole and by every value of one segment dimension; the declared pairs of
//! dimensions are crossed for the whole scope only. There are no other slices.

/// The shape of a wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Position of the unit above, parents before children, each subtree in one piece; the scope
    /// is 0 and has none.
    pub parents: Vec<Option<usize>>,
    /// Number of values of each stored segment dimension.
    pub values: Vec<u16>,
    /// Pairs of dimensions that are crossed for the whole scope.
    pub pairs: Vec<(usize, usize)>,
}

/// Which people of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// All of the segments.
    Whole,
    /// Those with one value of one dimension.
    Value {
        /// Position of the dimension.
        dimension: usize,
        /// Position of the value.
        value: u16,
    },
    /// Those with two values; only for the whole scope.
    Pair {
        /// Position of the pair.
        pair: usize,
        /// Position of the value of its first dimension.
        first: u16,
        /// Position of the value of its second dimension.
        second: u16,
    },
}

/// A frozen slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slice {
    /// Position of the unit.
    pub unit: usize,
    /// Own staff only.
    pub direct: bool,
    /// Which people.
    pub part: Part,
}

impl Frame {
    /// How many parts each unit has: the whole and each value of each dimension.
    pub fn parts(&self) -> usize {
        1 + self.values.iter().map(|values| usize::from(*values)).sum::<usize>()
    }

    /// How many slice numbers there are.
    pub fn len(&self) -> usize {
        let crossed = self.pairs.iter().map(|(first, second)| {
            usize::from(self.values[*first]) * usize::from(self.values[*second])
        });
        self.parents.len() * 2 * self.parts() + crossed.sum::<usize>()
    }

    /// Whether there is no slice.
    pub fn is_empty(&self) -> bool {
        self.parents.is_empty()
    }

    /// Whether units lie below one. Own staff of a unit without any is the unit itself.
    pub fn has_units_below(&self, unit: usize) -> bool {
        self.parents.get(unit + 1).copied().flatten() == Some(unit)
    }

    /// The units directly below one.
    pub fn units_below(&self, unit: usize) -> impl Iterator<Item = usize> + '_ {
        let all = self.parents.iter().enumerate().skip(unit + 1);
        let subtree = all.take_while(move |(_, above)| above.is_some_and(|above| above >= unit));
        subtree.filter(move |(_, above)| **above == Some(unit)).map(|(below, _)| below)
    }

    /// The one form of a slice: own staff of a unit without units below is the unit itself.
    pub fn canonical(&self, slice: Slice) -> Slice {
        Slice { direct: slice.direct && self.has_units_below(slice.unit), ..slice }
    }

    /// The number of a slice in its one form.
    pub fn number(&self, slice: Slice) -> usize {
        let slice = self.canonical(slice);
        let row = (slice.unit * 2 + usize::from(slice.direct)) * self.parts();
        match slice.part {
            Part::Whole => row,
            Part::Value { dimension, value } => row + self.value_offset(dimension, value),
            Part::Pair { pair, first, second } => {
                let before = self.pairs[..pair].iter().map(|(first, second)| {
                    usize::from(self.values[*first]) * usize::from(self.values[*second])
                });
                let width = usize::from(self.values[self.pairs[pair].1]);
                self.parents.len() * 2 * self.parts()
                    + before.sum::<usize>()
                    + usize::from(first) * width
                    + usize::from(second)
            }
        }
    }

    /// Which line of parts a slice is in: wholes, the values of each dimension, and of each pair.
    pub(super) fn line_of(&self, number: usize) -> usize {
        let of_units = self.parents.len() * 2 * self.parts();
        if number < of_units {
            let firsts = (0..self.values.len()).map(|dimension| self.value_offset(dimension, 0));
            return firsts.take_while(|first| number % self.parts() >= *first).count();
        }
        let pairs = self.pairs.iter().map(|(first, second)| {
            usize::from(self.values[*first]) * usize::from(self.values[*second])
        });
        let ends = pairs.scan(of_units, |end, pairs| {
            *end += pairs;
            Some(*end)
        });
        1 + self.values.len() + ends.take_while(|end| number >= *end).count()
    }

    /// Position of a value among the parts of a unit.
    pub fn value_offset(&self, dimension: usize, value: u16) -> usize {
        1 + self.values[..dimension].iter().map(|values| usize::from(*values)).sum::<usize>()
            + usize::from(value)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_slice_has_a_number_of_its_own() {
        let frame = Frame {
            parents: vec![None, Some(0), Some(1), Some(0)],
            values: vec![2, 3],
            pairs: vec![(0, 1), (1, 0)],
        };
        let mut slices = BTreeSet::new();
        for unit in 0..4 {
            for direct in [false, true] {
                let mut parts = vec![Part::Whole];
                for (dimension, values) in frame.values.iter().enumerate() {
                    parts.extend((0..*values).map(|value| Part::Value { dimension, value }));
                }
                for part in parts {
                    slices.insert(frame.canonical(Slice { unit, direct, part }));
                }
            }
        }
        for (pair, (one, other)) in frame.pairs.iter().enumerate() {
            for first in 0..frame.values[*one] {
                for second in 0..frame.values[*other] {
                    let part = Part::Pair { pair, first, second };
                    slices.insert(Slice { unit: 0, direct: false, part });
                }
            }
        }
        let numbers: BTreeSet<_> = slices.iter().map(|slice| frame.number(*slice)).collect();
        assert_eq!(numbers.len(), slices.len());
        assert!(numbers.iter().all(|number| *number < frame.len()));
        for slice in &slices {
            let line = match slice.part {
                Part::Whole => 0,
                Part::Value { dimension, .. } => 1 + dimension,
                Part::Pair { pair, .. } => 3 + pair,
            };
            assert_eq!(frame.line_of(frame.number(*slice)), line, "{slice:?}");
        }
        // Units 2 and 3 have nothing below them: their own staff is no slice of its own.
        assert_eq!(slices.len(), (4 + 2) * 6 + 12);
    }
}
