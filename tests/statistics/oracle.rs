//! The values that other programs computed, and what is counted of those that agree.
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The folder of real data and of the values, when there is one.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("ORGFIT_ORACLE_DIR").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("oracle skipped: ORGFIT_ORACLE_DIR is not set");
    }
    folder
}

/// All cases of a topic, by name.
pub(crate) fn cases(folder: &Path, topic: &str) -> serde_json::Map<String, Value> {
    let text = fs::read_to_string(folder.join(format!("expected/{topic}.json"))).unwrap();
    let mut file: Value = serde_json::from_str(&text).unwrap();
    std::mem::take(file["cases"].as_object_mut().unwrap())
}

/// Counts what agrees on a topic.
pub(crate) struct Score {
    topic: &'static str,
    agreed: usize,
    compared: usize,
}

impl Score {
    pub(crate) fn new(topic: &'static str) -> Self {
        Self { topic, agreed: 0, compared: 0 }
    }

    /// Compares, relative to the value from 1 on, and absolutely below.
    pub(crate) fn compare(&mut self, what: &str, got: f64, expected: f64, tolerance: f64) {
        self.compared += 1;
        if (got - expected).abs() <= tolerance * expected.abs().max(1.0) {
            self.agreed += 1;
        } else {
            eprintln!("{}: {what}: {got} instead of {expected}", self.topic);
        }
    }

    /// All that was to be compared was, and agrees.
    pub(crate) fn end(self, expected: usize) {
        println!("oracle {}: {} of {expected}", self.topic, self.agreed);
        assert_eq!((self.agreed, self.compared), (expected, expected), "{}", self.topic);
    }
}

/// A table of the data.
pub(crate) struct Table {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn read(folder: &Path, name: &str) -> Self {
        let mut reader = csv::Reader::from_path(folder.join("data").join(name)).unwrap();
        let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows =
            reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        Self { header, rows }
    }

    pub(crate) fn column(&self, name: &str) -> usize {
        self.header.iter().position(|each| each == name).unwrap()
    }
}

/// All numbers of a value, row by row.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            vec![value.as_f64().unwrap()]
        }
    }
}

/// The texts of a list.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|each| each.as_str().unwrap().to_owned()).collect()
}
