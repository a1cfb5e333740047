//! A table of entries under numbers that are spread evenly, such as the prints of parts: the first bits
//! of a number say where among the sorted ones it is.

/// Entries by number, those of one number in order.
#[derive(Debug, Default)]
pub(super) struct Table {
    entries: Vec<(u64, u32)>,
    /// Where the numbers with the same first bits begin; one more at the end.
    starts: Vec<usize>,
    /// By how many bits a number is shifted to get the first ones.
    shift: u32,
}

impl Table {
    /// Of entries in any order.
    pub(super) fn new(mut entries: Vec<(u64, u32)>) -> Self {
        entries.sort_unstable();
        let bits = entries.len().max(2).ilog2();
        let shift = u64::BITS - bits;
        let mut starts = vec![0; (1 << bits) + 1];
        for (number, _) in &entries {
            starts[first_bits(*number, shift) + 1] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Self { entries, starts, shift }
    }

    /// The entries under a number.
    pub(super) fn of(&self, number: u64) -> &[(u64, u32)] {
        let first = first_bits(number, self.shift);
        let near = &self.entries[self.starts[first]..self.starts[first + 1]];
        let from = near.iter().take_while(|(other, _)| *other < number).count();
        let len = near[from..].iter().take_while(|(other, _)| *other == number).count();
        &near[from..from + len]
    }
}

fn first_bits(number: u64, shift: u32) -> usize {
    usize::try_from(number >> shift).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn all_entries_of_a_number_are_found(
            drawn in proptest::collection::vec((0u64..40, 0u32..9), 0..80),
            spread in any::<bool>(),
        ) {
            let number = |number: u64| if spread { number.wrapping_mul(0x9e37_79b9_7f4a_7c15) } else { number };
            let entries: Vec<(u64, u32)> =
                drawn.iter().map(|(each, entry)| (number(*each), *entry)).collect();
            let mut expected: BTreeMap<u64, Vec<(u64, u32)>> = BTreeMap::new();
            for entry in &entries {
                expected.entry(entry.0).or_default().push(*entry);
            }
            let table = Table::new(entries);
            for each in 0..41 {
                let mut all = expected.remove(&number(each)).unwrap_or_default();
                all.sort_unstable();
                prop_assert_eq!(table.of(number(each)), all);
            }
        }
    }
}
