//! Intraclass correlations. Not computed: ICC(1) with the arithmetic or harmonic mean size, since k0 is
//! the unbiased one when groups differ in size, and by REML, which iterates and differs by it alone.
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use orgfit::stats::{GroupScores, intraclass};

use crate::oracle::{Score, Table, cases, folder, numbers};

/// Scores of groups, in steps of the mean of `columns`; groups are named by a column.
fn leadership(folder: &Path, prefix: &str, items: usize) -> Vec<GroupScores> {
    let table = Table::read(folder, "lq2002.csv");
    let columns = (1..=items).map(|item| table.column(&format!("{prefix}{item:02}")));
    let columns: Vec<usize> = columns.collect();
    let unit = table.column("COMPID");
    let score = |row: &Vec<String>| {
        let sum: i128 = columns.iter().map(|column| row[*column].parse::<i128>().unwrap()).sum();
        (row[unit].clone(), sum)
    };
    of_scores(table.rows.iter().map(score))
}

fn county(folder: &Path, question: &str) -> Vec<GroupScores> {
    let table = Table::read(folder, "pierce_long.csv");
    let column = |name: &str| table.column(name);
    let (department, asked, response) =
        (column("department"), column("question"), column("response"));
    let mut seen = BTreeSet::new();
    let rows = table.rows.iter().filter(|row| seen.insert((*row).clone()));
    let rows = rows.filter(|row| row[asked] == question);
    let score = |row: &Vec<String>| match row[response].parse() {
        Ok(0) | Err(_) => None,
        Ok(code) => Some((row[department].clone(), code)),
    };
    of_scores(rows.filter_map(score))
}

fn of_scores(scores: impl Iterator<Item = (String, i128)>) -> Vec<GroupScores> {
    let mut groups: BTreeMap<String, GroupScores> = BTreeMap::new();
    for (name, score) in scores {
        let group = groups.entry(name).or_default();
        group.people += 1;
        group.sum += score;
        group.squares += score * score;
    }
    groups.into_values().collect()
}

#[test]
fn variance_between_groups_is_that_of_other_programs() {
    let Some(folder) = folder() else { return };
    let mut score = Score::new("icc");
    for (name, case) in cases(&folder, "icc") {
        let groups = match name.split('.').nth(1).unwrap() {
            "LEAD" => leadership(&folder, "LEAD", 11),
            "TSIG" => leadership(&folder, "TSIG", 3),
            "HOSTILE" => leadership(&folder, "HOSTIL", 5),
            question => county(&folder, &question[1..]),
        };
        let got = intraclass(&groups).unwrap();
        let value = |name: &str| numbers(&case["values"][name]["value"]);
        let mut same = |what: &str, got: f64, at: usize, tolerance| {
            score.compare(&format!("{name} {what}"), got, value(what)[at], tolerance);
        };
        let (f_ratio, p) = got.f_ratio.unwrap();
        same("F", f_ratio, 0, 1e-10);
        same("p", p, 0, 1e-9);
        same("k0_anova_unequal", got.size, 0, 1e-10);
        same("icc1_k0", got.icc1, 0, 1e-10);
        same("icc2", got.icc2.unwrap(), 0, 1e-10);
        let (lower, upper) = got.interval.unwrap();
        same("icc1_ci95_k0_F_based", lower, 0, 1e-10);
        same("icc1_ci95_k0_F_based", upper, 1, 1e-10);
    }
    score.end(91);
}
