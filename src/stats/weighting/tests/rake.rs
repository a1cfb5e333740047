//! Raking: edge cases and laws.
use proptest::prelude::*;

use super::*;

#[test]
fn tables_that_cannot_be_raked_are_refused() {
    let crossed = |a, b, sample| Crossed { categories: vec![a, b], sample };
    let full = vec![crossed(0, 0, 3), crossed(0, 1, 2), crossed(1, 0, 1), crossed(1, 1, 4)];
    let margins = [vec![50, 50], vec![70, 30]];
    assert!(rake(&full, &margins).is_ok());
    assert_eq!(rake(&full, &[]), Err(Degenerate::TooFewGroups));
    assert_eq!(rake(&[], &margins), Err(Degenerate::NoObservations));
    let of = |cells: &[Crossed]| rake(cells, &margins);
    assert_eq!(of(&[crossed(0, 0, 3), crossed(0, 1, 2)]), Err(Degenerate::EmptyCell));
    assert_eq!(of(&[crossed(0, 0, 0), crossed(0, 1, 0)]), Err(Degenerate::NoObservations));
    assert_eq!(of(&[crossed(0, 2, 3)]), Err(Degenerate::Inadmissible));
    let short = Crossed { categories: vec![0], sample: 1 };
    assert_eq!(of(&[short]), Err(Degenerate::Inadmissible));
    assert_eq!(of(&[crossed(0, 0, u32::MAX), crossed(1, 1, 1)]), Err(Degenerate::Inadmissible));
    // Everyone in the first category of one is in the first of the other, but the margins differ.
    assert_eq!(of(&[crossed(0, 0, 3), crossed(1, 1, 2)]), Err(Degenerate::Inadmissible));
    assert_eq!(rake(&full, &[vec![50, 50], vec![70, 31]]), Err(Degenerate::Inadmissible));
    assert_eq!(rake(&full, &[vec![50, 50], vec![100, 0]]), Err(Degenerate::Inadmissible));
    // What nobody is in is nobody's answer either.
    let margins = [vec![50, 50, 0], vec![70, 30]];
    assert!(rake(&full, &margins).is_ok());
    assert!(CellWeights::raked(&full, &margins).is_ok());
}

#[test]
fn a_table_that_only_weights_of_nothing_fit_is_refused() {
    // Both people of the first row must be in the first column, which leaves none for the second.
    let crossed = |a, b, sample| Crossed { categories: vec![a, b], sample };
    let cells = [crossed(0, 0, 1), crossed(0, 1, 1), crossed(1, 1, 1)];
    let got = rake(&cells, &[vec![5, 5], vec![5, 5]]);
    assert_eq!(got, Err(Degenerate::Inadmissible));
}

#[test]
fn raked_weights_are_capped_too() {
    let crossed = |a, b, sample| Crossed { categories: vec![a, b], sample };
    let cells = [crossed(0, 0, 40), crossed(0, 1, 40), crossed(1, 0, 1), crossed(1, 1, 0)];
    let got = CellWeights::raked(&cells, &[vec![50, 50], vec![75, 25]]).unwrap();
    assert_eq!(got.flags, [Flag::WeightsCapped]);
    assert_eq!(got.weights[3], 0);
    let total: f64 =
        got.weights.iter().zip([40.0, 40.0, 1.0]).map(|(each, n)| f64::from(*each) * n).sum();
    assert!((total / f64::from(WEIGHT_ONE) - 81.0).abs() < 1e-6);
}

proptest! {
    #[test]
    fn raked_tables_have_their_margins(
        samples in proptest::collection::vec(1u32..30, 6),
        people in proptest::collection::vec(1u32..500, 6),
    ) {
        // The margins of a table of people, so that there is something to fit.
        let places = [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]];
        let mut margins = [vec![0; 2], vec![0; 3]];
        for ([row, column], each) in places.iter().zip(&people) {
            margins[0][*row] += each;
            margins[1][*column] += each;
        }
        let cells: Vec<Crossed> = places
            .iter()
            .zip(&samples)
            .map(|(place, sample)| Crossed { categories: place.to_vec(), sample: *sample })
            .collect();
        let weights = rake(&cells, &margins).unwrap();
        for (axis, people) in margins.iter().enumerate() {
            for (category, people) in people.iter().enumerate() {
                let of = cells.iter().zip(&weights);
                let of = of.filter(|(cell, _)| cell.categories[axis] == category);
                let got: f64 = of.map(|(cell, weight)| f64::from(cell.sample) * weight).sum();
                prop_assert!((got - f64::from(*people)).abs() < 1e-8 * f64::from(*people));
            }
        }
        // The odds ratios of the answers are kept.
        let fitted: Vec<f64> =
            samples.iter().zip(&weights).map(|(each, weight)| f64::from(*each) * weight).collect();
        let odds = |table: &[f64]| table[0] * table[4] / (table[1] * table[3]);
        let answers: Vec<f64> = samples.iter().map(|each| f64::from(*each)).collect();
        prop_assert!((odds(&fitted) / odds(&answers) - 1.0).abs() < 1e-9);
        // One margin is post-stratification.
        let rows = |row: usize| {
            Crossed { categories: vec![row], sample: samples[3 * row..3 * row + 3].iter().sum() }
        };
        let one = rake(&[rows(0), rows(1)], &margins[..1]).unwrap();
        prop_assert!(close(one[1], f64::from(margins[0][1]) / f64::from(rows(1).sample)));
    }
}
