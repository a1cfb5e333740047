//! A county's real answers as a company that is attacked. They are no part of the project: the test
//! needs `ORGFIT_ORACLE_DIR`.
use std::path::Path;

use super::company::{Company, Kind, Somebody};
use crate::oracle_waves::{ROLES, pierce_sheets, rows};

/// Items of the questionnaire, and points of their scales.
const ITEMS: usize = 10;
const CODES: i32 = 4;

/// The county: departments below one unit, roles as the only dimension, answers as sheets that were
/// collected elsewhere.
pub(super) fn county(dir: &Path) -> Company {
    let sheets = pierce_sheets(&rows(dir, "pierce_long.csv"));
    let mut departments: Vec<&String> = sheets.iter().map(|((unit, _), _)| unit).collect();
    departments.sort_unstable();
    departments.dedup();
    let people = sheets.iter().map(|((unit, role), codes)| {
        let unit = departments.iter().position(|each| *each == unit).unwrap() + 1;
        let value = ROLES.iter().position(|each| each == role);
        Somebody { units: [unit; 3], values: vec![value], answers: Some(codes.clone()) }
    });
    let people = people.collect();
    let item = |item| Kind::Scored { codes: CODES, facet: item % 3, reversed: false, weight: 1 };
    Company {
        seed: 0,
        invited: false,
        parents: std::iter::once(None).chain(departments.iter().map(|_| Some(0))).collect(),
        values: vec![ROLES.len()],
        pair: None,
        items: (0..ITEMS).map(item).collect(),
        weights: ([1; 3], [1; 2]),
        people,
    }
}
