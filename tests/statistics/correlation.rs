//! Correlations of people and of units.
use std::collections::BTreeMap;
use std::path::Path;

use orgfit::stats::{Correlation, pearson, spearman};

use crate::difference::cross;
use crate::oracle::{Score, Table, cases, folder, numbers};

/// Values that are compared.
const EXPECTED: usize = 117;
const STATISTIC: f64 = 1e-10;
const PROBABILITY: f64 = 1e-9;
/// Steps to the unit by which means of companies are written as whole numbers.
const STEPS: f64 = 1e14;

/// Means of a company: of the scores of its people in leadership and in another scale.
fn companies(folder: &Path, other: &str) -> Vec<(i64, i64)> {
    let table = Table::read(folder, "lq2002.csv");
    let places = |name: &str| {
        let items = table.header.iter().enumerate().filter(|(_, column)| {
            column.strip_prefix(name).is_some_and(|rest| rest.parse::<u32>().is_ok())
        });
        items.map(|(place, _)| place).collect::<Vec<usize>>()
    };
    let scales = [places("LEAD"), places(&other.to_uppercase())];
    let unit = table.column("COMPID");
    let mut units: BTreeMap<&str, (u32, [u32; 2])> = BTreeMap::new();
    for row in &table.rows {
        let (people, sums) = units.entry(&row[unit]).or_default();
        *people += 1;
        for (sum, places) in sums.iter_mut().zip(&scales) {
            *sum += places.iter().map(|place| row[*place].parse::<u32>().unwrap()).sum::<u32>();
        }
    }
    let means = units.values().map(|(people, sums)| {
        let mut means = sums.iter().zip(&scales).map(|(sum, places)| {
            let answers = f64::from(*people) * places.len() as f64;
            #[expect(clippy::cast_possible_truncation, reason = "means are below 6")]
            let steps = (f64::from(*sum) / answers * STEPS).round() as i64;
            steps
        });
        (means.next().unwrap(), means.next().unwrap())
    });
    means.collect()
}

/// The pairs of a case.
fn pairs(folder: &Path, case: &str) -> Vec<(i64, i64)> {
    let parts: Vec<&str> = case.split('.').collect();
    let [first, second] = [parts[parts.len() - 2], parts[parts.len() - 1]];
    if parts[0] == "lq2002" {
        return companies(folder, second);
    }
    let table = Table::read(folder, &format!("{}.csv", parts[0]));
    let [first, second] = [first, second].map(|name| table.column(name));
    let rows = if parts[1] == "first5" { 5 } else { table.rows.len() };
    let rows = table.rows.iter().take(rows);
    rows.map(|row| (row[first].parse().unwrap(), row[second].parse().unwrap())).collect()
}

/// How often each value goes with each other one.
fn table(pairs: &[(i64, i64)]) -> Vec<Vec<u32>> {
    let sorted = |values: Vec<i64>| {
        let mut values = values;
        values.sort_unstable();
        values.dedup();
        values
    };
    let first = sorted(pairs.iter().map(|pair| pair.0).collect());
    let second = sorted(pairs.iter().map(|pair| pair.1).collect());
    let mut table = vec![vec![0; second.len()]; first.len()];
    for (x, y) in pairs {
        table[first.binary_search(x).unwrap()][second.binary_search(y).unwrap()] += 1;
    }
    table
}

/// Not computed, on purpose: Kendall's correlation, and the difference of two correlations
/// (`difference.attitude`).
///
/// The ranks of the first five departments agree perfectly: here that is exactly 1 with p 0, and the
/// others are a few roundings away from it.
#[test]
fn correlations_agree_with_other_programs() {
    let Some(folder) = folder() else { return };
    let mut score = Score::new("correlation");
    for (name, case) in cases(&folder, "correlation") {
        if name == "difference.attitude" {
            continue;
        }
        let value = |name: &str| numbers(&case["values"][name]["value"]);
        let pairs = pairs(&folder, &name);
        let compare = |score: &mut Score, got: &Correlation, keys: [&str; 3]| {
            let bounds = got.bounds.unwrap();
            score.compare(keys[0], got.value, value(keys[0])[0], STATISTIC);
            score.compare(keys[1], got.p, value(keys[1])[0], PROBABILITY);
            score.compare(keys[2], bounds.0, value(keys[2])[0], STATISTIC);
            score.compare(keys[2], bounds.1, value(keys[2])[1], STATISTIC);
        };
        let got = pearson(cross(&pairs)).unwrap();
        compare(&mut score, &got, ["pearson_r", "pearson_p", "pearson_ci95_fisher"]);
        score.compare("pearson_t", got.t.unwrap(), value("pearson_t")[0], STATISTIC);
        let got = spearman(&table(&pairs)).unwrap();
        compare(&mut score, &got, ["spearman_rho", "spearman_p_t", "spearman_ci95_bonett_wright"]);
    }
    score.end(EXPECTED);
}
