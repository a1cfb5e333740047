//! Scores are means of means: of the items of a facet, of the facets of a dimension, of the
//! dimensions. What nobody answered takes no part at its level.

/// A facet or dimension: its weight one level up, and its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch<T> {
    /// Weight, above 0.
    pub weight: u32,
    /// Its parts.
    pub parts: Vec<T>,
}

/// An item of a facet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Position among the scored variables.
    pub lane: usize,
    /// Weight in the facet, above 0.
    pub weight: u32,
}

/// A dimension.
pub type Dimension = Branch<Branch<Leaf>>;

/// The weight of each item in a score; the weights sum to 1, or there are none.
pub type Weights = Vec<(usize, f64)>;

/// Weights of the items in a facet.
pub fn facet_weights(facet: &Branch<Leaf>, answered: &impl Fn(usize) -> bool) -> Weights {
    let leaves = facet.parts.iter().filter(|leaf| answered(leaf.lane));
    level(leaves.map(|leaf| (leaf.weight, vec![(leaf.lane, 1.0)])))
}

/// Weights of the items in a dimension.
pub fn dimension_weights(dimension: &Dimension, answered: &impl Fn(usize) -> bool) -> Weights {
    level(dimension.parts.iter().map(|facet| (facet.weight, facet_weights(facet, answered))))
}

/// Weights of the items in the score of all dimensions.
pub fn overall_weights(dimensions: &[Dimension], answered: &impl Fn(usize) -> bool) -> Weights {
    level(dimensions.iter().map(|each| (each.weight, dimension_weights(each, answered))))
}

/// Puts the weights of parts together by the parts' own; empty parts take no part.
fn level(parts: impl Iterator<Item = (u32, Weights)>) -> Weights {
    let parts: Vec<_> = parts.filter(|(_, weights)| !weights.is_empty()).collect();
    let total: f64 = parts.iter().map(|(weight, _)| f64::from(*weight)).sum();
    let mut all = Vec::new();
    for (weight, weights) in parts {
        let share = f64::from(weight) / total;
        all.extend(weights.into_iter().map(|(lane, inner)| (lane, share * inner)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_go_level_by_level_and_pass_over_what_nobody_answered() {
        let leaf = |lane, weight| Leaf { lane, weight };
        let dimensions = [
            Branch {
                weight: 1,
                parts: vec![
                    Branch { weight: 3, parts: vec![leaf(0, 1), leaf(1, 1)] },
                    Branch { weight: 1, parts: vec![leaf(2, 5)] },
                ],
            },
            Branch { weight: 1, parts: vec![Branch { weight: 1, parts: vec![leaf(3, 2)] }] },
        ];
        let all = overall_weights(&dimensions, &|_| true);
        assert_eq!(all, [(0, 0.1875), (1, 0.1875), (2, 0.125), (3, 0.5)]);
        assert_eq!(overall_weights(&dimensions, &|lane| lane < 2), [(0, 0.5), (1, 0.5)]);
        assert_eq!(overall_weights(&dimensions, &|lane| lane == 2), [(2, 1.0)]);
        assert_eq!(overall_weights(&dimensions, &|_| false), []);
    }
}
