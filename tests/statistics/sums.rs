//! Sums, means and their errors: what all scores are made of.
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use orgfit::stats::{
    Branch, Leaf, Means, Metric, Reply, Sampled, Shape, Split, Student, Sums, Tally, Variable,
    covariance, facet_weights, mean, of_mean, share, variance,
};
use serde_json::Value;

use crate::oracle::{Score, Table, cases, folder, numbers, texts};

/// Values that are compared.
const EXPECTED: usize = 1_203;
const WAVES: usize = 3_076;
const TOLERANCE: f64 = 1e-12;

/// Adds people up whose codes are given; 0 is no answer.
fn sums(shape: &Shape, people: &[Vec<u32>]) -> Sums {
    let mut sums = [Sums::new(shape)];
    let mut tally = Tally::new(shape);
    for codes in people {
        if tally.is_full() {
            tally.pour(&mut sums, &[0]);
            tally.clear();
        }
        let mut record = vec![0; shape.record_len()];
        for (variable, code) in codes.iter().enumerate() {
            let reply = if *code == 0 { Reply::Missing } else { Reply::Code(*code) };
            shape.put(&mut record, variable, reply);
        }
        tally.add(&record);
    }
    tally.pour(&mut sums, &[0]);
    let [sums] = sums;
    sums
}

/// The answers of a case with columns of ratings, as codes from 1.
fn answers(folder: &Path, case: &Value) -> (Vec<Vec<u32>>, u32) {
    let input = &case["input"];
    let table = Table::read(folder, input["file"].as_str().unwrap());
    let columns = texts(&input["columns"]);
    let reversed =
        input["reversed"].as_array().map_or_else(Vec::new, |_| texts(&input["reversed"]));
    let constant =
        input["reverse_constant"].as_u64().map_or(0, |value| u32::try_from(value).unwrap());
    let places: Vec<usize> = columns.iter().map(|name| table.column(name)).collect();
    let people = table.rows.iter().map(|row| {
        let code = |(name, place): (&String, &usize)| match row[*place].parse::<u32>() {
            Ok(code) if reversed.contains(name) => constant - code,
            Ok(code) => code,
            Err(_) => 0,
        };
        columns.iter().zip(&places).map(code).collect()
    });
    (people.collect(), constant - 1)
}

/// Means and covariances over pairs of one scale with missing answers.
fn compare_missing(folder: &Path, score: &mut Score) {
    let cases = cases(folder, "missing");
    let case = &cases["bfi.A"];
    let (people, codes) = answers(folder, case);
    let shape = Shape::new(vec![Variable::Scored { codes }; people[0].len()]);
    let group = sums(&shape, &people);
    let value = |name: &str| numbers(&case["values"][name]["value"]);
    let own = Metric { constant: 0, slope: 1, divisor: 1 };
    for (item, (missing, expected)) in
        value("n_missing_per_item").iter().zip(value("item_mean_available")).enumerate()
    {
        let answered = group.answered(&shape, item);
        score.compare("missing", f64::from(group.people() - answered), *missing, TOLERANCE);
        let (sum, _) = group.powers(&shape, item);
        score.compare("mean", mean(answered, sum, own).unwrap(), expected, TOLERANCE);
    }
    let items = people[0].len();
    for (at, expected) in value("cov_pairwise").iter().enumerate() {
        let (a, b) = (at / items, at % items);
        let got = if a == b {
            variance(group.answered(&shape, a), group.powers(&shape, a), own)
        } else {
            covariance(group.joint(&shape, a, b))
        };
        score.compare("pairwise covariance", got, *expected, TOLERANCE);
    }
}

/// The error of a scale's mean over complete answers, from the deviation of the scores of people.
fn compare_scales(folder: &Path, score: &mut Score) {
    let cases = cases(folder, "reliability");
    for name in ["bfi.A", "bfi.C", "bfi.E"] {
        let case = &cases[name];
        let (mut people, codes) = answers(folder, case);
        people.retain(|person| person.iter().all(|code| *code > 0));
        let shape = Shape::new(vec![Variable::Scored { codes }; people[0].len()]);
        let group = sums(&shape, &people);
        let value = |name: &str| numbers(&case["values"][name]["value"]);
        let items = people[0].len();
        let n = i128::from(group.people());
        for (at, expected) in value("cov_times_n_n_minus_1_exact_integers").iter().enumerate() {
            let (a, b) = (at / items, at % items);
            let got = if a == b {
                let (sum, squares) = group.powers(&shape, a);
                n * i128::from(squares) - i128::from(sum) * i128::from(sum)
            } else {
                let joint = group.joint(&shape, a, b);
                n * i128::from(joint.products) - i128::from(joint.first) * i128::from(joint.second)
            };
            score.compare("exact covariance", got as f64, *expected, TOLERANCE);
        }
        let own = Metric { constant: 0, slope: 1, divisor: 1 };
        for (item, (expected_mean, expected_sd)) in
            value("item_mean").iter().zip(value("item_sd")).enumerate()
        {
            let answered = group.answered(&shape, item);
            let powers = group.powers(&shape, item);
            score.compare(
                "mean",
                mean(answered, powers.0, own).unwrap(),
                *expected_mean,
                TOLERANCE,
            );
            score.compare(
                "deviation",
                variance(answered, powers, own).sqrt(),
                expected_sd,
                TOLERANCE,
            );
        }
        // SEM = s * sqrt(1 - alpha), so s of the people's scores is known from both.
        let (alpha, sem) = (value("alpha")[0], value("sem_mean_score")[0]);
        let leaves = (0..items).map(|lane| Leaf { lane, weight: 1 }).collect();
        let weights = facet_weights(&Branch { weight: 1, parts: leaves }, &|_| true);
        let means = Means::of(&shape, &group, &vec![own; items]);
        let estimate =
            means.weighted(&weights, group.people() - 1, None, &mut Student::default()).unwrap();
        let error = estimate.spread.unwrap().standard_error;
        let expected = sem / (1.0 - alpha).sqrt() / f64::from(group.people()).sqrt();
        score.compare("error of the scale's mean", error, expected, TOLERANCE);
    }
}

/// Numbers of people, means, deviations and histograms of departments that differ much in size.
fn compare_segments(folder: &Path, question: usize, score: &mut Score) {
    let cases = cases(folder, "segments");
    let case = &cases[&format!("pierce.Q{question}.by_department")];
    let table = Table::read(folder, "pierce_long.csv");
    let column = |name: &str| table.column(name);
    let (department, asked, response) =
        (column("department"), column("question"), column("response"));
    let mut seen = std::collections::BTreeSet::new();
    let mut people: BTreeMap<String, Vec<Vec<u32>>> = BTreeMap::new();
    for row in table
        .rows
        .iter()
        .filter(|row| seen.insert((*row).clone()) && row[asked] == question.to_string())
    {
        let code = row[response].parse().unwrap_or(0);
        people.entry(row[department].clone()).or_default().push(vec![code]);
    }
    let shape = Shape::new(vec![Variable::Scored { codes: 4 }]);
    let own = Metric { constant: 0, slope: 1, divisor: 1 };
    let value = |name: &str| numbers(&case["values"][name]["value"]);
    let histogram = value("histogram");
    let mut whole = Sums::new(&shape);
    for (at, name) in texts(&case["input"]["departments"]).iter().enumerate() {
        let group = sums(&shape, &people[name]);
        whole.merge(&group);
        let answered = group.answered(&shape, 0);
        score.compare("answers", f64::from(answered), value("n")[at], TOLERANCE);
        let powers = group.powers(&shape, 0);
        score.compare("mean", mean(answered, powers.0, own).unwrap(), value("mean")[at], TOLERANCE);
        score.compare(
            "deviation",
            variance(answered, powers, own).sqrt(),
            value("sd")[at],
            TOLERANCE,
        );
        let same = group.counts(&shape, 0).iter().zip(&histogram[4 * at..]);
        let same = same.filter(|(got, expected)| f64::from(**got) == **expected).count();
        let split = Split::of(group.counts(&shape, 0), false);
        let favourable = share(split.favourable, split.answered()).unwrap().value;
        score.compare("favourable", favourable, value("favourable_share")[at], TOLERANCE);
        score.compare("histogram", f64::from(u32::try_from(same).unwrap()), 4.0, TOLERANCE);
    }
    let total: f64 = value("n").iter().sum();
    score.compare("answers of all", f64::from(whole.answered(&shape, 0)), total, TOLERANCE);
}

/// People by unit, and everybody under the empty name.
type Units = BTreeMap<String, Vec<Vec<u32>>>;

/// Leadership climate: the answers of people in 49 units, all complete.
fn climate(folder: &Path) -> Units {
    let table = Table::read(folder, "lq2002.csv");
    let lead = (1..=11).map(|item| format!("LEAD{item:02}"));
    let task = (1..=3).map(|item| format!("TSIG{item:02}"));
    let columns: Vec<_> = lead.chain(task).map(|name| table.column(&name)).collect();
    let unit = table.column("COMPID");
    let mut units = Units::new();
    for row in &table.rows {
        let codes: Vec<u32> = columns.iter().map(|column| row[*column].parse().unwrap()).collect();
        units.entry(row[unit].clone()).or_default().push(codes.clone());
        units.entry(String::new()).or_default().push(codes);
    }
    units
}

/// Department, role, and an item or the place of a sheet.
type Place = (String, Option<usize>, usize);

/// A county's departments: the j-th answers to each question in a department and role are a sheet.
fn county(folder: &Path) -> Units {
    let table = Table::read(folder, "pierce_long.csv");
    let column = |name: &str| table.column(name);
    let roles = ["director", "manager", "supervisor", "staff"].map(column);
    let (department, question, response) =
        (column("department"), column("question"), column("response"));
    let mut places: BTreeMap<Place, usize> = BTreeMap::new();
    let mut sheets: BTreeMap<Place, (Vec<u32>, bool)> = BTreeMap::new();
    for row in &table.rows {
        let role = roles.iter().position(|role| row[*role] == "1");
        let item = row[question].parse::<usize>().unwrap() - 1;
        let place = places.entry((row[department].clone(), role, item)).or_default();
        let sheet = sheets
            .entry((row[department].clone(), role, *place))
            .or_insert_with(|| (vec![0; 10], false));
        *place += 1;
        sheet.0[item] = row[response].parse().unwrap_or(0);
        sheet.1 |= !row[response].is_empty();
    }
    let mut units = Units::new();
    for ((department, ..), (codes, _)) in sheets.into_iter().filter(|(_, (_, is_one))| *is_one) {
        units.entry(department).or_default().push(codes.clone());
        units.entry(String::new()).or_default().push(codes);
    }
    units
}

/// Items and scales of a wave, with the numbers that a script computed from the same file.
fn compare_wave(
    score: &mut Score,
    expected: &Value,
    units: &Units,
    codes: u32,
    scales: &[(&str, usize)],
) {
    let items: usize = scales.iter().map(|(_, items)| items).sum();
    let shape = Shape::new(vec![Variable::Scored { codes }; items]);
    let points = Metric::points(codes, false);
    let mut student = Student::default();
    for (unit, people) in units {
        let group = sums(&shape, people);
        let slice = &expected["slices"][unit];
        let sampled = |sample: u32| {
            let population = u32::try_from(slice["invited"].as_u64()?).unwrap();
            Some(Sampled { sample, population })
        };
        score.compare(
            "responses",
            f64::from(group.people()),
            slice["n"].as_f64().unwrap(),
            TOLERANCE,
        );
        for (item, key) in texts(&expected["items"]).iter().enumerate() {
            let expected = &slice["items"][key];
            let answered = group.answered(&shape, item);
            if answered < 2 {
                assert!(expected.is_null());
                continue;
            }
            let powers = group.powers(&shape, item);
            let value = mean(answered, powers.0, points).unwrap();
            let spread = variance(answered, powers, points);
            let sizes = (answered, answered - 1);
            let estimate = of_mean(value, spread, sizes, sampled(answered), &mut student);
            score.compare(
                "answers",
                f64::from(answered),
                expected["n"].as_f64().unwrap(),
                TOLERANCE,
            );
            score.compare(
                "item mean",
                estimate.value,
                expected["mean"].as_f64().unwrap(),
                TOLERANCE,
            );
            let error = estimate.spread.unwrap().standard_error;
            score.compare("item error", error, expected["se"].as_f64().unwrap(), TOLERANCE);
        }
        let means = Means::of(&shape, &group, &vec![points; items]);
        let mut first = 0;
        for (scale, count) in scales {
            let leaves = (first..first + count).map(|lane| Leaf { lane, weight: 1 }).collect();
            let answered = |lane: usize| group.answered(&shape, lane) > 0;
            let weights = facet_weights(&Branch { weight: 1, parts: leaves }, &answered);
            let (df, sampled) = (group.people() - 1, sampled(group.people()));
            let estimate = means.weighted(&weights, df, sampled, &mut student).unwrap();
            let expected = &slice["dimensions"][*scale];
            score.compare(
                "scale mean",
                estimate.value,
                expected["mean"].as_f64().unwrap(),
                TOLERANCE,
            );
            let error = estimate.spread.unwrap().standard_error;
            score.compare("scale error", error, expected["se"].as_f64().unwrap(), TOLERANCE);
            first += count;
        }
    }
}

/// Real waves, exact to the last digits; what the API publishes of them is rounded.
#[test]
fn waves_of_real_answers_agree_with_a_script_that_reads_the_same_files() {
    let Some(folder) = folder() else { return };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/oracle/waves.json");
    let text = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run scripts/oracles.py", path.display()));
    let expected: Value = serde_json::from_str(&text).unwrap();
    let mut score = Score::new("waves");
    let (climate, county) = (climate(&folder), county(&folder));
    assert_eq!((climate.len(), county.len()), (50, 22));
    compare_wave(&mut score, &expected["lq2002"], &climate, 5, &[("lead", 11), ("tsig", 3)]);
    compare_wave(&mut score, &expected["pierce"], &county, 4, &[("all", 10)]);
    score.end(WAVES);
}

#[test]
fn statistics_agree_with_other_programs() {
    let Some(folder) = folder() else { return };
    let mut score = Score::new("sums");
    compare_missing(&folder, &mut score);
    compare_scales(&folder, &mut score);
    for question in 1..=10 {
        compare_segments(&folder, question, &mut score);
    }
    score.end(EXPECTED);
}
