//! Weights of cells: edge cases and laws.
use proptest::prelude::*;

use super::*;

#[test]
fn weights_are_people_by_answers() {
    let got = cell_weights(&[alone(60, 10), alone(40, 10)]).unwrap();
    assert_eq!(got.weights, [units(1.2), units(0.8)]);
    assert_eq!(got.flags, []);
    let equal = cell_weights(&[alone(30, 10), alone(60, 20), alone(9, 3)]).unwrap();
    assert_eq!(equal.weights, [WEIGHT_ONE; 3]);
}

#[test]
fn nobody_has_no_weight() {
    assert_eq!(cell_weights(&[]), Err(Degenerate::NoObservations));
    assert_eq!(cell_weights(&[alone(7, 0), alone(0, 0)]), Err(Degenerate::NoObservations));
    assert_eq!(cell_weights(&[alone(7, 8)]), Err(Degenerate::Inadmissible));
    let many = [alone(u32::MAX, 1), alone(1, 1)];
    assert_eq!(cell_weights(&many), Err(Degenerate::Inadmissible));
    assert!(cell_weights(&[alone(u32::MAX - 1, u32::MAX - 2), alone(1, 1)]).is_ok());
}

#[test]
fn a_cell_without_answers_joins_the_next_of_its_group() {
    // 20 of the first group stand for 40; the cell between them is of another group.
    let cells = [cell(1, 10, 0), cell(2, 30, 30), cell(1, 30, 20), cell(1, 20, 20)];
    let got = cell_weights(&cells).unwrap();
    let whole = cell_weights(&[alone(30, 30), alone(40, 20), alone(20, 20)]).unwrap();
    let [second, third, fourth] = whole.weights[..] else { panic!() };
    assert_eq!(got.weights, [third, second, third, fourth]);
    assert_eq!(got.flags, [Flag::StrataMerged]);
}

#[test]
fn the_last_cell_without_answers_joins_the_one_before() {
    let got = cell_weights(&[cell(1, 10, 5), cell(1, 20, 10), cell(1, 10, 0), cell(1, 10, 0)]);
    let whole = cell_weights(&[alone(10, 5), alone(40, 10)]).unwrap().weights;
    assert_eq!(got.unwrap().weights, [whole[0], whole[1], whole[1], whole[1]]);
}

#[test]
fn a_cell_without_answers_and_neighbours_is_empty() {
    let alone_in_group = [cell(1, 10, 0), cell(2, 10, 5), cell(1, 10, 0)];
    assert_eq!(cell_weights(&alone_in_group), Err(Degenerate::EmptyCell));
    assert_eq!(cell_weights(&[alone(10, 0), alone(10, 5)]), Err(Degenerate::EmptyCell));
    // Nobody has to be stood for where nobody was asked.
    let got = cell_weights(&[alone(0, 0), alone(10, 5)]).unwrap();
    assert_eq!((got.weights, got.flags), (vec![0, WEIGHT_ONE], vec![]));
}

#[test]
fn weights_are_cut_at_five_medians() {
    // 9 answers stand for 1 each, 1 for 21: it is cut to 5, and all are divided by 1.4.
    let got = cell_weights(&[alone(9, 9), alone(21, 1)]).unwrap();
    assert_eq!(got.weights, [units(1.0 / 1.4), units(5.0 / 1.4)]);
    assert_eq!(got.flags, [Flag::WeightsCapped]);
    // Exactly 5 medians are allowed, whatever the fractions.
    for (population, sample) in [(30, 10), (7, 3), (13, 11)] {
        let usual = alone(population, sample);
        let heavy = alone(5 * population, sample);
        assert_eq!(cell_weights(&[usual, usual, heavy]).unwrap().flags, []);
        let heavier = alone(5 * population + 1, sample);
        let got = cell_weights(&[usual, usual, heavier]).unwrap();
        assert_eq!(got.flags, [Flag::WeightsCapped]);
    }
}

#[test]
fn the_median_of_two_in_the_middle_is_their_mean() {
    // Medians 1 and 3 give 2, and a cap of 10.
    let just = [alone(5, 5), alone(12, 4), alone(10, 1)];
    assert_eq!(cell_weights(&just).unwrap().flags, []);
    let above = [alone(5, 5), alone(12, 4), alone(11, 1)];
    assert_eq!(cell_weights(&above).unwrap().flags, [Flag::WeightsCapped]);
}

fn cells() -> impl Strategy<Value = Vec<Cell>> {
    let one = (0u32..3, 1u32..200, 0u32..200).prop_map(|(group, population, sample)| Cell {
        group: Some(group),
        population,
        sample: sample.min(population),
    });
    proptest::collection::vec(one, 1..12)
}

proptest! {
    #[test]
    fn weights_have_a_mean_of_one_and_a_cap(cells in cells()) {
        let got = match cell_weights(&cells) {
            Ok(got) => got,
            Err(reason) => {
                prop_assert!(matches!(
                    reason,
                    Degenerate::NoObservations | Degenerate::EmptyCell
                ));
                return Ok(());
            }
        };
        let one = u64::from(WEIGHT_ONE);
        let mut each: Vec<u64> = Vec::new();
        for (cell, weight) in cells.iter().zip(&got.weights) {
            prop_assert!(*weight > 0 && u64::from(*weight) <= 10 * one);
            each.extend(vec![u64::from(*weight); cell.sample as usize]);
        }
        each.sort_unstable();
        let answers = each.len() as u64;
        prop_assert!(each.iter().sum::<u64>().abs_diff(answers * one) <= answers);
        let doubled = each[(each.len() - 1) / 2] + each[each.len() / 2];
        prop_assert!(2 * each[each.len() - 1] <= 5 * doubled + 10);
    }

    #[test]
    fn weights_do_not_depend_on_the_order_or_on_the_size_of_the_population(
        parts in parts(),
        factor in 2u32..50,
    ) {
        let mut cells: Vec<Cell> = parts
            .iter()
            .map(|(cell, codes)| Cell { sample: codes.len() as u32, ..*cell })
            .collect();
        let weights = cell_weights(&cells).unwrap();
        for cell in &mut cells {
            cell.population *= factor;
        }
        prop_assert_eq!(&cell_weights(&cells).unwrap(), &weights);
        cells.reverse();
        let mut turned = cell_weights(&cells).unwrap();
        turned.weights.reverse();
        prop_assert_eq!(turned, weights);
    }

    #[test]
    fn uncapped_weights_give_each_cell_its_share(parts in parts()) {
        let (strata, weights) = weighted(&parts);
        prop_assume!(weights.flags.is_empty());
        let people: u32 = strata.iter().map(|stratum| stratum.cell.population).sum();
        let answers: u32 = strata.iter().map(|stratum| stratum.cell.sample).sum();
        for stratum in &strata {
            let share = f64::from(stratum.cell.population) / f64::from(people);
            let got = f64::from(stratum.weight) * f64::from(stratum.cell.sample);
            let got = got / f64::from(answers) / f64::from(WEIGHT_ONE);
            prop_assert!((got - share).abs() < 1e-8);
        }
    }
}
