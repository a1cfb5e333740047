//! SQL of the respondents' side.
pub(super) mod answer;
pub(super) mod submission;
pub(super) mod token;
pub(super) mod wave;

use crate::base::{Error, Result};

/// Segment values as the database keeps them: -1 for none.
fn stored_values(values: &[Option<u16>]) -> Result<Vec<i16>> {
    values
        .iter()
        .map(|value| match value {
            None => Ok(-1),
            Some(position) => i16::try_from(*position).map_err(Error::internal),
        })
        .collect()
}

/// Segment values of many rows as array literals, since an array of arrays loses its rows in SQL.
fn stored_literals<'v>(rows: impl IntoIterator<Item = &'v [Option<u16>]>) -> Result<Vec<String>> {
    rows.into_iter()
        .map(|values| {
            let values: Vec<_> = stored_values(values)?.iter().map(ToString::to_string).collect();
            Ok(format!("{{{}}}", values.join(",")))
        })
        .collect()
}

/// Segment values as rooms know them.
fn read_values(stored: &[i16]) -> Vec<Option<u16>> {
    stored.iter().map(|value| u16::try_from(*value).ok()).collect()
}
