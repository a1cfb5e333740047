//! Differences of two groups, and of the same people twice.
use std::path::Path;

use orgfit::stats::{Changes, Cross, Metric, Moments, difference, hedges, paired, pearson};
use serde_json::Value;

use crate::oracle::{Score, Table, cases, folder, numbers};

/// Values that are compared.
const TWO_GROUPS: usize = 48;
const PAIRED: usize = 28;
const STATISTIC: f64 = 1e-10;
const PROBABILITY: f64 = 1e-9;

const OWN: Metric = Metric { constant: 0, slope: 1, divisor: 1 };

/// Number, sum and sum of squares.
pub(crate) fn powers(values: impl Iterator<Item = u64>) -> (u32, (u64, u64)) {
    values.fold((0, (0, 0)), |(n, (sum, squares)), value| {
        (n + 1, (sum + value, squares + value * value))
    })
}

/// Answers to the fifth question of those whose row fits; 0 is "not applicable".
fn county(table: &Table, fits: impl Fn(&dyn Fn(&str) -> String) -> bool) -> Moments {
    let rows = table.rows.iter().filter_map(|row| {
        let cell = |name: &str| row[table.column(name)].clone();
        let answer = cell("response").parse().unwrap_or(0);
        (answer > 0 && cell("question") == "5" && fits(&cell)).then_some(answer)
    });
    let (n, powers) = powers(rows);
    Moments::of(n, powers, OWN).unwrap()
}

/// Scores of leadership of a company, as sums of eleven answers.
fn company(table: &Table, name: &str) -> Moments {
    let places: Vec<usize> = (1..=11).map(|item| table.column(&format!("LEAD{item:02}"))).collect();
    let unit = table.column("COMPID");
    let people = table.rows.iter().filter(|row| row[unit] == name);
    let (n, powers) = powers(
        people.map(|row| places.iter().map(|place| row[*place].parse::<u64>().unwrap()).sum()),
    );
    Moments::of(n, powers, Metric { divisor: 11, ..OWN }).unwrap()
}

/// The two groups of a case.
fn groups(county_of: &Table, climate: &Table, case: &str) -> [Moments; 2] {
    let department = |name: &'static str, is: bool| {
        county(county_of, move |cell| (cell("department") == name) == is)
    };
    match case {
        "pierce.Q5.ManagerVsStaff" => {
            ["manager", "staff"].map(|role| county(county_of, |cell| cell(role) == "1"))
        }
        "pierce.Q5.PlanningVsRest" => {
            [true, false].map(|is| department("Planning and Public Works", is))
        }
        "pierce.Q5.FamilyJusticeVsEconomicDev" => {
            ["Family Justice Center", "Economic Development"].map(|name| department(name, true))
        }
        "lq2002.lead.smallest_two_companies" => ["14", "17"].map(|name| company(climate, name)),
        other => panic!("{other}"),
    }
}

/// Not computed, on purpose: Student's t of equal variances (Welch's needs no such assumption),
/// Mann and Whitney's U with its probabilities and the rank-biserial correlation (scores are
/// compared by means), Cohen's d (biased in small groups: Hedges' g instead), intervals by a
/// noncentral t (the normal one instead), and g with the approximate correction (the exact one
/// instead).
#[test]
fn differences_of_groups_agree_with_other_programs() {
    let Some(folder) = folder() else { return };
    let mut score = Score::new("two_group");
    let county = Table::read(&folder, "pierce_long.csv");
    let climate = Table::read(&folder, "lq2002.csv");
    for (name, case) in cases(&folder, "two_group") {
        let value = |name: &str| numbers(&case["values"][name]["value"]);
        let groups = groups(&county, &climate, &name);
        for (group, (mean, deviation)) in
            groups.iter().zip(value("mean").into_iter().zip(value("sd")))
        {
            score.compare("mean", group.mean, mean, STATISTIC);
            score.compare("deviation", group.variance.sqrt(), deviation, STATISTIC);
        }
        let [first, second] = groups;
        let got = difference(first.side().unwrap(), second.side().unwrap()).unwrap();
        score.compare("t", got.t, value("welch_t")[0], STATISTIC);
        score.compare("df", got.df, value("welch_df")[0], STATISTIC);
        score.compare("p", got.p, value("welch_p")[0], PROBABILITY);
        let interval = value("welch_ci95");
        score.compare("lower", got.spread.lower, interval[0], STATISTIC);
        score.compare("upper", got.spread.upper, interval[1], STATISTIC);
        let got = hedges(first, second).unwrap();
        score.compare("g", got.value, value("hedges_g_exactJ")[0], STATISTIC);
        let interval = value("hedges_g_exactJ_ci95_normal");
        score.compare("lower g", got.lower, interval[0], STATISTIC);
        score.compare("upper g", got.upper, interval[1], STATISTIC);
    }
    score.end(TWO_GROUPS);
}

/// Steps of a point that the file tells apart.
const STEPS: f64 = 1e6;

/// A decimal number of the file, in millionths; none for an empty cell.
fn millionths(text: &str) -> Option<i64> {
    let value: f64 = text.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "scores are below 6")]
    Some((value * STEPS).round() as i64)
}

/// Both scores of people who have both, on the first of their three rows.
fn twice(folder: &Path, input: &Value) -> Vec<(i64, i64)> {
    let table = Table::read(folder, input["file"].as_str().unwrap());
    let [first, second] =
        ["first", "second"].map(|which| table.column(input[which].as_str().unwrap()));
    let time = table.column("TIME");
    let rows = table.rows.iter().filter(|row| row[time] == "0");
    rows.filter_map(|row| millionths(&row[first]).zip(millionths(&row[second]))).collect()
}

/// Not computed, on purpose: Wilcoxon's V with its probabilities (changes are compared by means),
/// and the effects `d_z`, `g_z` and `d_av` with their intervals (changes are told in points).
#[test]
fn changes_of_the_same_people_agree_with_other_programs() {
    let Some(folder) = folder() else { return };
    let mut score = Score::new("paired");
    for (_, case) in cases(&folder, "paired") {
        let value = |name: &str| numbers(&case["values"][name]["value"]);
        let people = twice(&folder, &case["input"]);
        let count = u32::try_from(people.len()).unwrap();
        let differences = people.iter().map(|(before, after)| after - before);
        let changes = Changes {
            people: count,
            sum: differences.clone().sum(),
            squares: differences.map(|each| each.unsigned_abs().pow(2)).sum(),
        };
        let got = paired(changes, Metric { divisor: 1_000_000, ..OWN }).unwrap();
        score.compare("change", got.value, value("mean_difference")[0], STATISTIC);
        score.compare("t", got.t, value("t")[0], STATISTIC);
        score.compare("df", got.df, value("df")[0], STATISTIC);
        score.compare("p", got.p, value("p")[0], PROBABILITY);
        score.compare("lower", got.spread.lower, value("ci95")[0], STATISTIC);
        score.compare("upper", got.spread.upper, value("ci95")[1], STATISTIC);
        let got = pearson(cross(&people)).unwrap();
        score.compare("r", got.value, value("r")[0], STATISTIC);
    }
    score.end(PAIRED);
}

/// Sums of pairs of whole numbers.
pub(crate) fn cross(pairs: &[(i64, i64)]) -> Cross {
    pairs.iter().fold(Cross::default(), |all, (x, y)| {
        let (x, y) = (i128::from(*x), i128::from(*y));
        Cross {
            count: all.count + 1,
            first: (all.first.0 + x, all.first.1 + x * x),
            second: (all.second.0 + y, all.second.1 + y * y),
            products: all.products + x * y,
        }
    })
}
