//! Reads requests of `orgfit.insight.v1`.
use std::collections::BTreeSet;

use crate::base::Check;
use crate::base::id::UnitId;
use crate::insight::breakdown;
use crate::insight::ground::{NamedSlice, SEGMENTS_MAX};
use crate::insight::preview::{MERGED_UNITS_MAX, MERGED_UNITS_MIN, MERGES_MAX};
use crate::pb::common;
use crate::pb::insight as pb;

/// Reads a slice; unset is the scope.
pub(in crate::insight) fn parse_slice(
    check: &mut Check,
    field: &str,
    slice: Option<&common::Slice>,
) -> Option<NamedSlice> {
    let Some(slice) = slice else { return Some(NamedSlice::default()) };
    let unit_id = check.optional_id(&format!("{field}.unit_id"), &slice.unit_id);
    let field = format!("{field}.segments");
    check.count(&field, slice.segments.len(), 0..=SEGMENTS_MAX)?;
    let mut segments = Vec::new();
    for (position, segment) in slice.segments.iter().enumerate() {
        let field = format!("{field}[{position}]");
        let dimension = check.key(&format!("{field}.dimension_key"), &segment.dimension_key);
        let value = check.key(&format!("{field}.value_key"), &segment.value_key);
        segments.push(dimension.zip(value));
    }
    let segments = segments.into_iter().collect::<Option<Vec<_>>>()?;
    Some(NamedSlice { unit_id: unit_id?, direct: slice.direct_members_only, segments })
}

/// Reads a view: whether it is the full one.
pub(in crate::insight) fn parse_view(check: &mut Check, view: i32) -> Option<bool> {
    match pb::ScorecardView::try_from(view) {
        Ok(pb::ScorecardView::Unspecified | pb::ScorecardView::Basic) => Some(false),
        Ok(pb::ScorecardView::Full) => Some(true),
        Err(_) => {
            check.refuse("view", "is not a view of this version of the contract");
            None
        }
    }
}

/// What the rows of a breakdown are, as asked: the key of the dimension is not looked up yet.
pub(in crate::insight) enum AskedRows {
    Units(breakdown::Rows),
    SegmentValues(String),
}

/// Reads what the rows are.
pub(in crate::insight) fn parse_rows(
    check: &mut Check,
    rows: i32,
    dimension_key: &str,
) -> Option<AskedRows> {
    let rows = match pb::BreakdownRows::try_from(rows) {
        Ok(pb::BreakdownRows::Unspecified | pb::BreakdownRows::ChildUnits) => {
            breakdown::Rows::ChildUnits
        }
        Ok(pb::BreakdownRows::Subtree) => breakdown::Rows::Subtree,
        Ok(pb::BreakdownRows::SegmentValues) => {
            return check.key("segment_dimension_key", dimension_key).map(AskedRows::SegmentValues);
        }
        Err(_) => {
            check.refuse("rows", "is not a value of this version of the contract");
            return None;
        }
    };
    if !dimension_key.is_empty() {
        check.refuse("segment_dimension_key", "must be empty unless rows are SEGMENT_VALUES");
        return None;
    }
    Some(AskedRows::Units(rows))
}

/// How far down the columns go.
pub(in crate::insight) fn parse_columns(
    check: &mut Check,
    level: i32,
) -> Option<common::ScoreLevel> {
    match common::ScoreLevel::try_from(level) {
        Ok(common::ScoreLevel::Unspecified) => Some(common::ScoreLevel::Dimension),
        Ok(level) => Some(level),
        Err(_) => {
            check.refuse("columns", "is not a level of this version of the contract");
            None
        }
    }
}

/// Reads units that are to be taken as merged: each merge by itself, each unit once.
pub(in crate::insight) fn parse_merges(
    check: &mut Check,
    merges: &[pb::UnitMerge],
) -> Option<Vec<Vec<UnitId>>> {
    check.count("merges", merges.len(), 0..=MERGES_MAX)?;
    let mut known = BTreeSet::new();
    let parsed: Vec<_> = merges
        .iter()
        .enumerate()
        .map(|(position, merge)| {
            let field = format!("merges[{position}].unit_ids");
            let limits = MERGED_UNITS_MIN..=MERGED_UNITS_MAX;
            check.count(&field, merge.unit_ids.len(), limits)?;
            let mut once = |(position, text): (usize, &String)| {
                let field = format!("{field}[{position}]");
                let unit = check.id::<UnitId>(&field, text)?;
                if !known.insert(unit) {
                    check.refuse(&field, "is named twice; each unit is in one merge at most");
                    return None;
                }
                Some(unit)
            };
            // All of them are looked at, so that all mistakes are told.
            let units: Vec<_> = merge.unit_ids.iter().enumerate().map(&mut once).collect();
            units.into_iter().collect()
        })
        .collect();
    parsed.into_iter().collect()
}

/// Reads a language; none when empty.
#[expect(
    clippy::option_option,
    reason = "the outer one is the collector's, the inner one the value"
)]
pub(in crate::insight) fn parse_language(
    check: &mut Check,
    language_code: &str,
) -> Option<Option<String>> {
    if language_code.is_empty() {
        return Some(None);
    }
    check.language("language_code", language_code).map(Some)
}

/// Digest of a query without its page, for tokens.
pub(in crate::insight) fn breakdown_query(
    message: &pb::ListScoreBreakdownRequest,
) -> pb::ListScoreBreakdownRequest {
    let mut query = message.clone();
    query.page_size = 0;
    query.page_token.clear();
    query
}
