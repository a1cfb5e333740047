//! Probabilities of many tests.
use std::path::Path;

use orgfit::stats::{Metric, Moments, benjamini_hochberg, difference, holm};
use serde_json::Value;

use crate::difference::powers;
use crate::oracle::{Score, Table, cases, folder};

/// Values that are compared, missing ones among them.
const EXPECTED: usize = 163;
const PROBABILITY: f64 = 1e-9;

/// Probabilities of Welch's test of each company against all others together.
fn against_the_rest(folder: &Path, units: &Value) -> Vec<Option<f64>> {
    let table = Table::read(folder, "lq2002.csv");
    let unit = table.column("COMPID");
    let places: Vec<usize> = (1..=11).map(|item| table.column(&format!("LEAD{item:02}"))).collect();
    let people = table.rows.iter().map(|row| {
        (&row[unit], places.iter().map(|place| row[*place].parse::<u64>().unwrap()).sum::<u64>())
    });
    let mean = Metric { constant: 0, slope: 1, divisor: 11 };
    let tests = units.as_array().unwrap().iter().map(|name| {
        let name = name.to_string();
        let [own, rest] = [true, false].map(|own| {
            let (n, powers) = powers(
                people.clone().filter(|(unit, _)| (**unit == name) == own).map(|each| each.1),
            );
            Moments::of(n, powers, mean).unwrap().side().unwrap()
        });
        Some(difference(own, rest).unwrap().p)
    });
    tests.collect()
}

/// Not computed, on purpose: the ways of Benjamini and Yekutieli, Bonferroni, and Hochberg.
#[test]
fn adjusted_probabilities_agree_with_other_programs() {
    let Some(folder) = folder() else { return };
    let mut score = Score::new("multiplicity");
    for (name, case) in cases(&folder, "multiplicity") {
        let expected = |name: &str| case["values"][name]["value"].as_array().unwrap().clone();
        let raw: Vec<Option<f64>> = if name == "ties_and_missing" {
            case["input"]["p"].as_array().unwrap().iter().map(Value::as_f64).collect()
        } else {
            let raw = against_the_rest(&folder, &case["input"]["groups"]);
            for (got, expected) in raw.iter().zip(expected("p_raw")) {
                score.compare("p", got.unwrap(), expected.as_f64().unwrap(), PROBABILITY);
            }
            raw
        };
        for (what, got) in [("p_holm", holm(&raw)), ("p_BH", benjamini_hochberg(&raw))] {
            let expected = expected(what);
            assert_eq!(got.len(), expected.len());
            for (got, expected) in got.iter().zip(&expected) {
                assert_eq!(got.is_none(), expected.is_null(), "{what}");
                // Missing ones agree when both are.
                let (got, expected) = (got.unwrap_or(-1.0), expected.as_f64().unwrap_or(-1.0));
                score.compare(what, got, expected, PROBABILITY);
            }
        }
    }
    score.end(EXPECTED);
}
