//! Which groups may be known, by what is counted in them: how many people, and of each item how many
//! answered and how many chose either end point.

/// Counts of an item in a row: answers, answers at the lowest code, at the highest.
pub const ITEM_COUNTS: usize = 3;

/// The thresholds of a wave and what has to be known of its items.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Smallest group, at least 1.
    pub minimum: u32,
    /// Smallest group for distributions, and for items whose answers are all but unanimous.
    pub distribution_minimum: u32,
    /// The items, in the order of the counts.
    pub items: Vec<Judged>,
    /// Number of dimensions.
    pub dimensions: usize,
}

/// An item as far as it is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Position of the dimension whose score it enters.
    pub dimension: Option<usize>,
    /// The lowest code counts as the highest.
    pub reversed: bool,
}

impl Limits {
    /// Counts in a row: people, then those of each item.
    pub fn width(&self) -> usize {
        1 + ITEM_COUNTS * self.items.len()
    }

    /// Whether scores of dimensions and above may be known of a group. Below the distribution
    /// minimum no dimension may have all its answers at one end point. A dimension with a single
    /// answered item is that item.
    pub fn allows_dimensions(&self, row: &[u32]) -> bool {
        let people = row[0];
        if people == 0 {
            return true;
        }
        if people < self.minimum {
            return false;
        }
        let mut dimensions = vec![Ends::default(); self.dimensions];
        for (item, counts) in self.items.iter().zip(row[1..].chunks_exact(ITEM_COUNTS)) {
            let Some(dimension) = item.dimension else { continue };
            let ends = &mut dimensions[dimension];
            let &[answers, low, high] = counts else { continue };
            ends.answers += answers;
            ends.low += if item.reversed { high } else { low };
            ends.high += if item.reversed { low } else { high };
            if answers > 0 {
                ends.items += 1;
                ends.single = self.allows_item(counts);
            }
        }
        dimensions.iter().all(|ends| {
            let extreme = ends.low == ends.answers || ends.high == ends.answers;
            match ends.items {
                0 => true,
                1 => ends.single,
                _ => people >= self.distribution_minimum || !extreme,
            }
        })
    }

    /// Whether facets and items may be known as well.
    pub fn allows_items(&self, row: &[u32]) -> bool {
        self.allows_dimensions(row)
            && row[1..].chunks_exact(ITEM_COUNTS).all(|counts| self.allows_item(counts))
    }

    /// Below the distribution minimum at least two answers are off either end point.
    fn allows_item(&self, counts: &[u32]) -> bool {
        let &[answers, low, high] = counts else { return false };
        answers == 0
            || (answers >= self.minimum
                && (answers >= self.distribution_minimum
                    || (answers - low >= 2 && answers - high >= 2)))
    }

    /// Whether it may be known how many of a group answered an item: those who did and those who
    /// did not are nobody or enough. The counts are people and answers.
    pub fn allows_number(&self, row: &[u32]) -> bool {
        let &[people, answers] = row else { return false };
        let enough = |count: u32| count == 0 || count >= self.minimum;
        enough(answers) && enough(people - answers)
    }

    /// Whether the distribution of an item may be known besides. The counts are people and answers.
    pub fn allows_distribution(&self, row: &[u32]) -> bool {
        let &[_, answers] = row else { return false };
        self.allows_number(row) && (answers == 0 || answers >= self.distribution_minimum)
    }
}

/// Answers of a dimension at its end points.
#[derive(Clone, Copy, Default)]
struct Ends {
    items: usize,
    single: bool,
    answers: u32,
    low: u32,
    high: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_judged_by_people_and_end_points() {
        let item = |dimension, reversed| Judged { dimension, reversed };
        let limits = Limits {
            minimum: 5,
            distribution_minimum: 10,
            items: vec![
                item(Some(0), false),
                item(Some(0), true),
                item(Some(1), false),
                item(None, false),
            ],
            dimensions: 2,
        };
        let calm = [6, 0, 0];
        for (people, items, dimensions, all, why) in [
            (0, [[0, 0, 0]; 4], true, true, "nobody"),
            (4, [[4, 0, 0]; 4], false, false, "too few"),
            (6, [calm; 4], true, true, "no extremes"),
            (6, [[6, 5, 0], calm, calm, calm], true, false, "all but one at an end point"),
            (6, [[6, 4, 0], calm, calm, calm], true, true, "all but two"),
            (6, [[6, 6, 0], [6, 0, 6], calm, calm], false, false, "a dimension at its lowest"),
            (6, [[6, 6, 0], [6, 6, 0], calm, calm], true, false, "unanimous, but at both ends"),
            (
                6,
                [calm, calm, [6, 5, 0], calm],
                false,
                false,
                "a dimension of one item is that item",
            ),
            (6, [calm, calm, [4, 0, 0], calm], false, false, "which few answered"),
            (6, [calm, [0, 0, 0], calm, calm], true, true, "an item that nobody answered"),
            (
                6,
                [[6, 5, 0], [0, 0, 0], calm, calm],
                false,
                false,
                "so that the other is the dimension",
            ),
            (6, [calm, calm, calm, [6, 5, 0]], true, false, "outcomes are judged with the items"),
            (
                10,
                [[10, 10, 0], [10, 0, 10], [10, 0, 10], [10, 10, 0]],
                true,
                true,
                "enough for extremes",
            ),
            (
                10,
                [[9, 9, 0], [10, 0, 10], [10, 0, 10], [10, 10, 0]],
                true,
                false,
                "not enough answered",
            ),
        ] {
            let row: Vec<u32> =
                std::iter::once(people).chain(items.into_iter().flatten()).collect();
            assert_eq!(limits.allows_dimensions(&row), dimensions, "{why}");
            assert_eq!(limits.allows_items(&row), all, "{why}");
        }
        for (people, answers, number, distribution) in [
            (12, 12, true, true),
            (12, 11, false, false),
            (12, 7, true, false),
            (15, 10, true, true),
            (12, 4, false, false),
            (12, 0, true, true),
        ] {
            assert_eq!(limits.allows_number(&[people, answers]), number);
            assert_eq!(limits.allows_distribution(&[people, answers]), distribution);
        }
    }
}
