//! General dominance. Not computed, and why: adjusted R squared, betas, variance inflation, what a
//! predictor adds first, last, or by Pratt, which are other questions; Johnson's weights, which come
//! near general dominance without its meaning, and are for more predictors than are allowed here.
use orgfit::stats::dominance;

use crate::oracle::{Score, Table, cases, folder, numbers, texts};

#[test]
fn parts_of_r_squared_are_those_of_other_programs() {
    let Some(folder) = folder() else { return };
    let mut score = Score::new("importance");
    for (name, case) in cases(&folder, "importance") {
        let input = &case["input"];
        let table = Table::read(&folder, input["file"].as_str().unwrap());
        let mut names = texts(&input["predictors"]);
        names.push(input["outcome"].as_str().unwrap().to_owned());
        let columns: Vec<usize> = names.iter().map(|name| table.column(name)).collect();
        let values: Vec<Vec<f64>> = columns
            .iter()
            .map(|column| table.rows.iter().map(|row| row[*column].parse().unwrap()).collect())
            .collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let means: Vec<f64> = values.iter().map(|values| mean(values)).collect();
        let mut covariances = Vec::new();
        for (a, first) in values.iter().enumerate() {
            for (b, second) in values.iter().enumerate() {
                let products =
                    first.iter().zip(second).map(|(x, y)| (x - means[a]) * (y - means[b]));
                covariances.push(products.sum::<f64>());
            }
        }
        let got = dominance(&covariances).unwrap();
        let value = |name: &str| numbers(&case["values"][name]["value"]);
        score.compare(&name, got.r_squared, value("r_squared")[0], 1e-10);
        for (got, expected) in got.weights.iter().zip(value("lmg_shapley")) {
            score.compare(&name, *got, expected, 1e-10);
        }
    }
    score.end(15);
}
