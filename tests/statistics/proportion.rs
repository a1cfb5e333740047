//! Shares and net scores.
use std::path::Path;

use orgfit::stats::{Split, share};
use serde_json::Value;

use crate::oracle::{Score, Table, cases, folder, numbers};

/// Values that are compared.
const SHARES: usize = 8;
const NET_SCORES: usize = 42;
const TOLERANCE: f64 = 1e-12;

/// Not computed, on purpose: the interval of Clopper and Pearson, which covers more than 95 %.
#[test]
fn shares_agree_with_other_programs() {
    let Some(folder) = folder() else { return };
    let mut score = Score::new("proportion");
    for (name, case) in cases(&folder, "proportion") {
        let count = |key: &str| u32::try_from(case["input"][key].as_u64().unwrap()).unwrap();
        let got = share(count("x"), count("n")).unwrap();
        let expected = numbers(&case["values"]["wilson_ci95"]["value"]);
        score.compare(&name, got.lower, expected[0], TOLERANCE);
        score.compare(&name, got.upper, expected[1], TOLERANCE);
    }
    score.end(SHARES);
}

/// Detractors to 6, promoters from 9, among the people of a case.
fn recommending(folder: &Path, case: &str) -> Split {
    let mut split = Split::default();
    let (file, column) = match case.split_once('.').unwrap() {
        ("mobi", column) => ("mobi.csv", column),
        _ => ("nps_testdata.csv", "REC"),
    };
    let table = Table::read(folder, file);
    let place = table.column(column);
    for row in &table.rows {
        if case.split_once("BU=").is_some_and(|(_, unit)| row[table.column("BU")] != unit) {
            continue;
        }
        match row[place].parse::<u32>().unwrap() {
            0..=6 => split.unfavourable += 1,
            7..=8 => split.neutral += 1,
            _ => split.favourable += 1,
        }
    }
    split
}

/// Not computed, on purpose: the error with divisor n (a net score is a mean like any other), and
/// Wald's interval and test (they collapse when all are of one mind).
#[test]
fn net_scores_agree_with_other_programs() {
    let Some(folder) = folder() else { return };
    let mut score = Score::new("nps");
    for (name, case) in cases(&folder, "nps") {
        let value = |name: &str| numbers(&case["values"][name]["value"]);
        let split = recommending(&folder, &name);
        let counts = numbers(&case["input"]["detractors_passives_promoters"]);
        let got = [split.unfavourable, split.neutral, split.favourable];
        for (got, expected) in got.into_iter().zip(counts) {
            score.compare("counts", f64::from(got), expected, TOLERANCE);
        }
        let got = split.net().unwrap();
        score.compare("net score", got.value, value("nps")[0], TOLERANCE);
        let error = got.standard_error.unwrap();
        score.compare("error", error, value("se_n_minus_1")[0], TOLERANCE);
        let expected = value("ci95_adjusted_wald_3");
        score.compare("lower", got.lower, expected[0], TOLERANCE);
        score.compare("upper", got.upper, expected[1], TOLERANCE);
    }
    score.end(NET_SCORES);
}

/// The favourable answers of the case whose counts come from a rating of four points.
#[test]
fn favourable_answers_are_those_that_other_programs_counted() {
    let Some(folder) = folder() else { return };
    let table = Table::read(&folder, "pierce_long.csv");
    let cell = |row: &[String], name: &str| row[table.column(name)].clone();
    let mut counts = [0; 4];
    for row in &table.rows {
        let answer = cell(row, "response").parse().unwrap_or(0_usize);
        if cell(row, "department") == "Family Justice Center"
            && cell(row, "question") == "5"
            && answer > 0
        {
            counts[answer - 1] += 1;
        }
    }
    let split = Split::of(&counts, false);
    let case: Value = cases(&folder, "proportion")["pierce.Q5.FamilyJustice.favourable"].take();
    assert_eq!(Some(u64::from(split.favourable)), case["input"]["x"].as_u64());
    assert_eq!(Some(u64::from(split.answered())), case["input"]["n"].as_u64());
}
