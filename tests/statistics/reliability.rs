//! Reliability of scales, from sums over the people who answered all items.
//!
//! Not compared, since not computed:
//! - split halves and Guttman's sixth coefficient: alpha is what is told;
//! - uncorrected item-total correlations: an item correlates with itself;
//! - minimum residual factors: omega is the one of maximum likelihood;
//! - scores of people who answered only some items, imputed answers, alpha over pairs: reliability is
//!   told of complete answers, and people have no other scores;
//! - the reliable change index: it judges single persons, and nothing is told about these.
use std::path::Path;

use orgfit::stats::{Complete, Composite, Degenerate, Metric, Part, mean, variance};
use serde_json::Value;

use crate::oracle::{Score, Table, cases, folder, numbers, texts};

const EXPECTED: usize = 936;
const EXPECTED_MISSING: usize = 5;
const TOLERANCE: f64 = 1e-12;
const FITTED: f64 = 1e-9;
/// How near the optimizer of another program comes to the maximum.
const OPTIMIZED: f64 = 3e-6;

/// Scales without omega: in one the maximum has a negative uniqueness, and what is given is where
/// other programs stopped; of the other, items were left unreversed on purpose, so nothing is given.
const INADMISSIBLE: &str = "mobi.CUSL";
const UNREVERSED: &str = "bfi.A.unreversed";

/// Complete answers to the items of a case as they were given, and what they are worth.
fn answers(folder: &Path, case: &Value) -> (Complete, Vec<Part>) {
    let input = &case["input"];
    let table = Table::read(folder, input["file"].as_str().unwrap());
    let columns = texts(&input["columns"]);
    let places: Vec<usize> = columns.iter().map(|name| table.column(name)).collect();
    let codes = |row: &Vec<String>| places.iter().map(|place| row[*place].parse().ok()).collect();
    let rows: Vec<Vec<u32>> = table.rows.iter().filter_map(codes).collect();
    let reversed = texts(&input["reversed"]);
    let constant = input["reverse_constant"].as_i64().unwrap();
    let part = |name| {
        let metric = if reversed.contains(name) {
            Metric { constant, slope: -1, divisor: 1 }
        } else {
            Metric { constant: 0, slope: 1, divisor: 1 }
        };
        Part { metric, weight: 1.0 }
    };
    (Complete::of_rows(&rows).unwrap(), columns.iter().map(part).collect())
}

fn compare_items(score: &mut Score, case: &Value, (sums, parts): (&Complete, &[Part])) {
    let value = |name: &str| numbers(&case["values"][name]["value"]);
    let (means, deviations) = (value("item_mean"), value("item_sd"));
    let scatters = value("cov_times_n_n_minus_1_exact_integers");
    assert_eq!((means.len(), scatters.len()), (parts.len(), parts.len() * parts.len()));
    for (item, part) in parts.iter().enumerate() {
        let powers = (sums.sum(item), sums.products(item, item));
        let got = mean(sums.people(), powers.0, part.metric).unwrap();
        score.compare("item mean", got, means[item], TOLERANCE);
        let got = variance(sums.people(), powers, part.metric).sqrt();
        score.compare("item deviation", got, deviations[item], TOLERANCE);
        for (other, second) in parts.iter().enumerate() {
            let sign = i128::from(part.metric.slope * second.metric.slope);
            let got = (sign * sums.scatter(item, other)) as f64;
            score.compare("scatter", got, scatters[item * parts.len() + other], 0.0);
        }
    }
}

fn compare_alpha(score: &mut Score, case: &Value, scale: &Composite) {
    let value = |name: &str| numbers(&case["values"][name]["value"]);
    let alpha = scale.alpha().unwrap();
    assert!(alpha.flags.is_empty());
    score.compare("alpha", alpha.value, value("alpha")[0], TOLERANCE);
    let (lower, upper) = alpha.interval.unwrap();
    let bounds = value("alpha_feldt_ci95");
    score.compare("lower bound", lower, bounds[0], TOLERANCE);
    score.compare("upper bound", upper, bounds[1], TOLERANCE);
    let standardised = scale.standardised_alpha().unwrap();
    score.compare("standardised alpha", standardised, value("alpha_std")[0], TOLERANCE);
    let average = scale.average_correlation().unwrap();
    score.compare("average correlation", average, value("average_r")[0], TOLERANCE);
    let error = scale.measurement_error().unwrap();
    score.compare("error of a mean", error, value("sem_mean_score")[0], TOLERANCE);
    let sum = error * scale.items() as f64;
    score.compare("error of a sum", sum, value("sem_sum_score")[0], TOLERANCE);
    for (item, expected) in value("item_total_corrected").iter().enumerate() {
        let got = scale.item_total(item).unwrap();
        score.compare("item-total correlation", got, *expected, TOLERANCE);
    }
    if scale.items() == 2 {
        assert_eq!(scale.alpha_without(0), Err(Degenerate::TooFewItems));
        return;
    }
    for (item, expected) in value("alpha_if_deleted").iter().enumerate() {
        let got = scale.alpha_without(item).unwrap();
        score.compare("alpha without an item", got, *expected, TOLERANCE);
    }
}

fn compare_omega(score: &mut Score, case: &Value, (sums, scale): (&Complete, &Composite)) {
    let value = |name: &str| numbers(&case["values"][name]["value"]);
    let omega = scale.omega().unwrap();
    score.compare("omega", omega, value("omega_ml_raw_implied")[0], FITTED);
    let by = case["values"]["omega_ml_raw_implied"]["by"].as_object().unwrap();
    for (_, theirs) in by.iter().filter(|(tool, _)| tool.starts_with("lavaan")) {
        score.compare("omega of an optimizer", omega, theirs.as_f64().unwrap(), OPTIMIZED);
    }
    // The other omegas are not told; they show that the factor is the same.
    let factor = scale.factor().unwrap();
    let expected = value("loadings_ml_std");
    assert_eq!(expected.len(), factor.loadings.len());
    for (got, expected) in factor.loadings.iter().zip(&expected) {
        score.compare("loading", got.abs(), expected.abs(), FITTED);
    }
    let common = factor.loadings.iter().sum::<f64>().powi(2);
    let implied = common / (common + factor.uniquenesses.iter().sum::<f64>());
    score.compare("standardised omega", implied, value("omega_ml_std_implied")[0], FITTED);
    let n = f64::from(sums.people());
    let own = |item: usize| (sums.scatter(item, item) as f64 / (n * (n - 1.0))).sqrt();
    let loadings = factor.loadings.iter().enumerate();
    let common = loadings.map(|(item, loading)| own(item) * loading).sum::<f64>().powi(2);
    let observed = common / (scale.variance().unwrap() * (scale.items() as f64).powi(2));
    score.compare("observed omega", observed, value("omega_ml_raw_observed")[0], FITTED);
}

#[test]
fn reliability_agrees_with_other_programs() {
    let Some(folder) = folder() else { return };
    let mut score = Score::new("reliability");
    for (name, case) in cases(&folder, "reliability") {
        let (sums, parts) = answers(&folder, &case);
        assert_eq!(u64::from(sums.people()), case["input"]["n"].as_u64().unwrap());
        let scale = Composite::new(&sums, &parts).unwrap();
        compare_items(&mut score, &case, (&sums, &parts));
        compare_alpha(&mut score, &case, &scale);
        if name == INADMISSIBLE {
            assert_eq!(scale.omega(), Err(Degenerate::Inadmissible));
        } else if parts.len() == 2 {
            assert_eq!(scale.omega(), Err(Degenerate::TooFewItems));
        } else if name != UNREVERSED {
            compare_omega(&mut score, &case, (&sums, &scale));
        }
    }
    score.end(EXPECTED);
}

#[test]
fn reliability_is_that_of_complete_answers() {
    let Some(folder) = folder() else { return };
    let mut score = Score::new("missing");
    let case = &cases(&folder, "missing")["bfi.A"];
    let value = |name: &str| numbers(&case["values"][name]["value"])[0];
    let (sums, parts) = answers(&folder, case);
    let scale = Composite::new(&sums, &parts).unwrap();
    score.compare("people", f64::from(scale.people()), value("n_listwise"), 0.0);
    score.compare("people", f64::from(scale.people()), value("min5_answered_n"), 0.0);
    score.compare("alpha", scale.alpha().unwrap().value, value("alpha_listwise"), TOLERANCE);
    score.compare("mean", scale.mean().unwrap(), value("min5_answered_mean"), TOLERANCE);
    let deviation = scale.variance().unwrap().sqrt();
    score.compare("deviation", deviation, value("min5_answered_sd"), TOLERANCE);
    score.end(EXPECTED_MISSING);
}
