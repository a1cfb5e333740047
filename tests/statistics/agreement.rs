//! Agreement within groups: r*wg(J) and AD_M(J). Not computed, and why: rwg and rwg(J), which rise with
//! the number of items; both against skewed distributions, since nobody knows which one is right;
//! AD_Md, of which AD_M tells the same; a_wg, which is undefined near the ends of a scale; numbers of
//! a single item, which are those of a scale of one.
use orgfit::stats::{agreement, average_deviation};

use crate::oracle::{Score, Table, cases, folder, numbers, texts};

#[test]
fn agreement_within_groups_is_that_of_other_programs() {
    let Some(folder) = folder() else { return };
    let mut score = Score::new("agreement");
    for (name, case) in cases(&folder, "agreement") {
        let input = &case["input"];
        let table = Table::read(&folder, input["file"].as_str().unwrap());
        let columns: Vec<usize> =
            texts(&input["columns"]).iter().map(|name| table.column(name)).collect();
        let unit = table.column(input["group"].as_str().unwrap());
        let group = |at: usize| match &input["groups"][at] {
            serde_json::Value::String(name) => name.clone(),
            other => other.to_string(),
        };
        let value = |name: &str| numbers(&case["values"][name]["value"]);
        let firsts = value("ad_mean_first_item");
        for (at, size) in value("group_size").iter().enumerate() {
            let group = group(at);
            let mut counts = vec![vec![0; 5]; columns.len()];
            for row in table.rows.iter().filter(|row| row[unit] == group) {
                let codes: Option<Vec<usize>> =
                    columns.iter().map(|column| row[*column].parse().ok()).collect();
                for (counts, code) in counts.iter_mut().zip(codes.iter().flatten()) {
                    counts[code - 1] += 1;
                }
            }
            let people: u32 = counts[0].iter().sum();
            score.compare("size", f64::from(people), *size, 0.0);
            let what = format!("{name} {group}");
            let got = agreement(&counts).unwrap().value;
            score.compare(&what, got, value("rwg_star_j.uniform")[at], 1e-12);
            let got = average_deviation(&counts).unwrap();
            score.compare(&what, got, value("ad_mean_j")[at], 1e-12);
            let got = average_deviation(&counts[..1]).unwrap();
            score.compare(&what, got, firsts[at], 1e-12);
        }
    }
    score.end(408);
}
