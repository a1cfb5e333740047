//! Writes what is published for an attacker that others wrote, in a language of its own: a file for
//! each item, with the cells and how many answered it in each, and what is told of which cells.
//! `scripts/disclosure.py` runs it.
#![expect(clippy::float_arithmetic, reason = "turns points into the scale of the answers")]
use std::path::Path;

use serde_json::{Value, json};

use super::cells::{K, Measure};
use super::company::Kind;
use super::published::{Card, Evidence, ItemCard};

/// Responses from which on numbers have a decimal more.
const FINE_MIN: u32 = 50;

/// Writes the files of a company. They begin with its name.
pub(super) fn write(evidence: &Evidence, name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/attack");
    std::fs::create_dir_all(&folder).unwrap();
    for (item, kind) in evidence.company.items.iter().enumerate() {
        if let Some(steps) = kind.steps_max() {
            let told = of_item(evidence, (item, *kind), steps);
            let path = folder.join(format!("{name}-i{item}.json"));
            std::fs::write(path, serde_json::to_vec_pretty(&told).unwrap()).unwrap();
        }
    }
}

fn of_item(evidence: &Evidence, (item, kind): (usize, Kind), steps: i64) -> Value {
    let measure = Measure::Item(item);
    let answered = |cell: usize| evidence.size(&[cell], measure);
    // Outcomes are told in their own unit, from 0 up; scores in points, and their scale begins at 1.
    let least = i64::from(kind != Kind::Outcome);
    let atoms = (0..evidence.cells.len())
        .filter(|cell| answered(*cell) > 0)
        .map(|cell| json!({"id": format!("c{cell}"), "n": answered(cell)}));
    let atoms: Vec<Value> = atoms.collect();
    let published: Vec<Value> = evidence
        .all()
        .filter(|card| card.items[item].mean.is_some())
        .map(|card| {
            let cells = card.cells.iter().filter(|cell| answered(**cell) > 0);
            let cells: Vec<String> = cells.map(|cell| format!("c{cell}")).collect();
            let size = evidence.size(&card.cells, measure);
            let mut told = numbers(card, &card.items[item], (kind, steps), size);
            told["id"] = json!(card.name);
            told["atoms"] = json!(cells);
            told["n"] = json!(size);
            told
        })
        .collect();
    json!({
        "k": K,
        "scale": {"lo": least, "hi": least + steps, "step": 1},
        "atoms": atoms,
        "published": published,
    })
}

fn numbers(card: &Card, item: &ItemCard, (kind, steps): (Kind, i64), size: u32) -> Value {
    let points = match kind {
        Kind::Outcome => 1.0,
        _ => 100.0 / f64::from(i32::try_from(steps).unwrap()),
    };
    let start = if kind == Kind::Outcome { 0.0 } else { 1.0 };
    let half = if card.responses < FINE_MIN { 0.05 } else { 0.005 } / points;
    let mut told = json!({
        "mean": item.mean.unwrap().value / points + start,
        // Half a unit of so many digits is what the number may be off.
        "decimals": -(half * 2.0).log10(),
    });
    // The deviation of an outcome is not told.
    if let Some(deviation) = item.deviation {
        told["sd"] = json!(deviation / points);
    }
    if let Some(shares) = &item.shares {
        let counts = (1..).zip(shares).map(|(code, share)| {
            let place = match kind {
                Kind::Scored { codes, reversed: true, .. } => codes + 1 - code,
                Kind::Outcome => code - 1,
                _ => code,
            };
            (place.to_string(), json!(whole(share * f64::from(size))))
        });
        told["hist"] = Value::Object(counts.collect());
    }
    told
}

#[expect(clippy::cast_possible_truncation, reason = "a number of people")]
fn whole(value: f64) -> i64 {
    value.round() as i64
}
