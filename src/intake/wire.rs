//! Between the wire types of `orgfit.intake.v1` and values.
use prost::Message;

use super::job::{
    ABSENT_LIMIT_PERCENT_DEFAULT, ImportHeader, ImportJob, ImportKind, ImportMode, ResponseTarget,
};
use super::stage::Chunk;
use super::store::{RowError, StagedChunk};
use crate::assessment::ResponseRow;
use crate::base::wire::timestamp;
use crate::base::{Check, Error, Result};
use crate::directory::{AbsentRows, Fault, FaultKind, PersonRow, RawDate, UnitRow};
use crate::pb::common::{CalendarDate, SegmentSelector};
use crate::pb::intake as pb;

/// Longest name of a source, in characters.
const SOURCE_CHARS_MAX: usize = 100;
/// Most items of a sheet.
const ITEMS_MAX: usize = 200;

/// Reads a header. Without a `kind` the import is known already, and its own header tells.
pub(super) fn parse_header(
    header: Option<pb::ImportHeader>,
    kind: Option<ImportKind>,
) -> Result<ImportHeader> {
    let Some(header) = header else {
        return Err(Error::invalid_field("header", "is required, and comes first"));
    };
    let mut check = Check::within("header");
    let import_id = check.id("import_id", &header.import_id);
    let source = check.text("source", &header.source, 0..=SOURCE_CHARS_MAX);
    let mode = match pb::ImportMode::try_from(header.mode) {
        Ok(pb::ImportMode::AllOrNothing) => Some(ImportMode::AllOrNothing),
        Ok(pb::ImportMode::ApplyValidRows | pb::ImportMode::Unspecified) => {
            Some(ImportMode::ApplyValidRows)
        }
        Err(_) => {
            check.refuse("mode", "is not a mode of this version of the contract");
            None
        }
    };
    let limit_percent = match header.absent_limit_percent {
        0 => Some(ABSENT_LIMIT_PERCENT_DEFAULT),
        percent => check.number("absent_limit_percent", percent, 1..=100),
    };
    let absent_rows = match pb::AbsentRows::try_from(header.absent_rows) {
        Ok(pb::AbsentRows::SoftDelete) => {
            if mode == Some(ImportMode::ApplyValidRows) {
                check.refuse("mode", "must be ALL_OR_NOTHING when absent_rows is SOFT_DELETE");
            }
            limit_percent.map(|limit_percent| AbsentRows::SoftDelete { limit_percent })
        }
        Ok(pb::AbsentRows::Keep | pb::AbsentRows::Unspecified) => Some(AbsentRows::Keep),
        Err(_) => {
            check.refuse("absent_rows", "is not a value of this version of the contract");
            None
        }
    };
    let target = parse_target(&mut check, &header, kind);
    if target.as_ref().is_some_and(Option::is_some) && absent_rows != Some(AbsentRows::Keep) {
        check.refuse("absent_rows", "must be KEEP for responses, which have no key");
    }
    check.build(|| {
        Some(ImportHeader {
            import_id: import_id?,
            mode: mode?,
            absent_rows: absent_rows?,
            validate_only: header.validate_only,
            source: source?,
            target: target?,
        })
    })
}

/// Reads where responses go. The outer `None` is a violation.
#[expect(
    clippy::option_option,
    reason = "the outer one is the collector's, the inner one the value"
)]
fn parse_target(
    check: &mut Check,
    header: &pb::ImportHeader,
    kind: Option<ImportKind>,
) -> Option<Option<ResponseTarget>> {
    let is_set = !header.wave_id.is_empty() || !header.item_keys.is_empty();
    if !kind.map_or(is_set, |kind| kind == ImportKind::Responses) {
        for (field, is_empty) in
            [("wave_id", header.wave_id.is_empty()), ("item_keys", header.item_keys.is_empty())]
        {
            if !is_empty {
                check.refuse(field, "must be empty unless responses are imported");
            }
        }
        return (!is_set).then_some(None);
    }
    let wave_id = check.id("wave_id", &header.wave_id);
    let counted = check.count("item_keys", header.item_keys.len(), 1..=ITEMS_MAX);
    let item_keys = (0..)
        .zip(&header.item_keys)
        .take(ITEMS_MAX)
        .map(|(position, key): (usize, _)| check.key(&format!("item_keys[{position}]"), key))
        .collect::<Option<Vec<_>>>();
    counted?;
    Some(Some(ResponseTarget { wave_id: wave_id?, item_keys: item_keys? }))
}

pub(super) fn job(job: &ImportJob) -> pb::ImportJob {
    pb::ImportJob {
        import_id: job.header.import_id.to_string(),
        kind: i32::from(job.kind.number()),
        state: i32::from(job.state.number()),
        next_chunk_index: job.next_chunk_index,
        received_row_count: job.received_row_count,
        created_row_count: job.created_row_count,
        updated_row_count: job.updated_row_count,
        unchanged_row_count: job.unchanged_row_count,
        rejected_row_count: job.rejected_row_count,
        absent_row_count: job.absent_row_count,
        failure: job.failure.clone(),
        header: Some(header(&job.header)),
        create_time: Some(timestamp(job.create_time)),
        finish_time: job.finish_time.map(timestamp),
        expire_time: job.finish_time.is_none().then(|| timestamp(job.expire_time)),
    }
}

fn header(header: &ImportHeader) -> pb::ImportHeader {
    let (absent_rows, absent_limit_percent) = match header.absent_rows {
        AbsentRows::Keep => (pb::AbsentRows::Keep, 0),
        AbsentRows::SoftDelete { limit_percent } => (pb::AbsentRows::SoftDelete, limit_percent),
    };
    let target = header.target.as_ref();
    pb::ImportHeader {
        import_id: header.import_id.to_string(),
        mode: i32::from(header.mode.number()),
        absent_rows: absent_rows.into(),
        validate_only: header.validate_only,
        source: header.source.clone(),
        absent_limit_percent,
        wave_id: target.map(|target| target.wave_id.to_string()).unwrap_or_default(),
        item_keys: target.map(|target| target.item_keys.clone()).unwrap_or_default(),
    }
}

pub(super) fn row_error(error: RowError) -> pb::RowError {
    pb::RowError {
        row_number: error.row_number,
        external_id: error.external_id,
        field: error.field,
        reason: i32::from(error.reason),
        message: error.message,
    }
}

/// A fault as it is stored. Keys that are no keys are not kept.
pub(super) fn stored_error(error_number: i32, fault: Fault) -> RowError {
    let reason = match fault.kind {
        FaultKind::FieldMissing => pb::RowErrorReason::FieldMissing,
        FaultKind::FieldInvalid => pb::RowErrorReason::FieldInvalid,
        FaultKind::ReferenceUnknown => pb::RowErrorReason::ReferenceUnknown,
        FaultKind::DuplicateInImport => pb::RowErrorReason::DuplicateInImport,
        FaultKind::TreeInvalid => pb::RowErrorReason::TreeInvalid,
        FaultKind::ReferenceRetired => pb::RowErrorReason::ReferenceRetired,
        FaultKind::ConflictInImport => pb::RowErrorReason::ConflictInImport,
    };
    RowError {
        error_number,
        row_number: fault.row_number,
        external_id: Check::new().external_id("", &fault.external_id).flatten().unwrap_or_default(),
        field: fault.field,
        reason: i16::try_from(i32::from(reason)).unwrap_or(0),
        message: fault.message,
    }
}

#[expect(
    clippy::option_option,
    reason = "the outer one is the collector's, the inner one the value"
)]
pub(super) fn parse_kind(check: &mut Check, kind: i32) -> Option<Option<ImportKind>> {
    match pb::ImportKind::try_from(kind) {
        Ok(pb::ImportKind::Unspecified) => Some(None),
        Ok(pb::ImportKind::Units) => Some(Some(ImportKind::Units)),
        Ok(pb::ImportKind::People) => Some(Some(ImportKind::People)),
        Ok(pb::ImportKind::Responses) => Some(Some(ImportKind::Responses)),
        Err(_) => {
            check.refuse("kind", "is not a kind of this version of the contract");
            None
        }
    }
}

fn raw_date(date: Option<CalendarDate>) -> Option<RawDate> {
    date.map(|date| (date.year, date.month, date.day))
}

impl From<pb::UnitRows> for Chunk {
    fn from(rows: pb::UnitRows) -> Self {
        Self {
            field: "rows",
            kind: ImportKind::Units,
            index: rows.chunk_index,
            row_count: rows.rows.len(),
            encoded: rows.encode_to_vec(),
        }
    }
}

impl From<pb::PersonRows> for Chunk {
    fn from(rows: pb::PersonRows) -> Self {
        Self {
            field: "rows",
            kind: ImportKind::People,
            index: rows.chunk_index,
            row_count: rows.rows.len(),
            encoded: rows.encode_to_vec(),
        }
    }
}

impl From<pb::ResponseRows> for Chunk {
    fn from(rows: pb::ResponseRows) -> Self {
        Self {
            field: "rows",
            kind: ImportKind::Responses,
            index: rows.chunk_index,
            row_count: rows.rows.len(),
            encoded: rows.encode_to_vec(),
        }
    }
}

/// The rows of staged chunks of units.
pub(super) fn decode_units(chunks: &[StagedChunk]) -> Result<Vec<UnitRow>> {
    decode(chunks, |encoded| pb::UnitRows::decode(encoded), unit_rows)
}

/// The rows of staged chunks of people.
pub(super) fn decode_people(chunks: &[StagedChunk]) -> Result<Vec<PersonRow>> {
    decode(chunks, |encoded| pb::PersonRows::decode(encoded), person_rows)
}

/// The rows of staged chunks of responses.
pub(super) fn decode_responses(chunks: &[StagedChunk]) -> Result<Vec<ResponseRow>> {
    decode(chunks, |encoded| pb::ResponseRows::decode(encoded), response_rows)
}

fn decode<W, R>(
    chunks: &[StagedChunk],
    read: impl Fn(&[u8]) -> std::result::Result<W, prost::DecodeError>,
    rows_of: impl Fn(i32, W) -> Vec<R>,
) -> Result<Vec<R>> {
    let mut rows = Vec::new();
    for (first_row_number, encoded) in chunks {
        rows.extend(rows_of(*first_row_number, read(encoded).map_err(Error::internal)?));
    }
    Ok(rows)
}

fn unit_rows(first_row_number: i32, rows: pb::UnitRows) -> Vec<UnitRow> {
    rows.rows
        .into_iter()
        .zip(first_row_number..)
        .map(|(row, row_number)| UnitRow {
            row_number,
            external_id: row.external_id,
            parent_external_id: row.parent_external_id,
            display_name: row.display_name,
            predecessor_external_ids: row.predecessor_external_ids,
            effective_date: raw_date(row.effective_date),
        })
        .collect()
}

fn segments(segments: Vec<SegmentSelector>) -> Vec<(String, String)> {
    segments.into_iter().map(|segment| (segment.dimension_key, segment.value_key)).collect()
}

fn response_rows(first_row_number: i32, rows: pb::ResponseRows) -> Vec<ResponseRow> {
    rows.rows
        .into_iter()
        .zip(first_row_number..)
        .map(|(row, row_number)| ResponseRow {
            row_number,
            unit_external_id: row.unit_external_id,
            segments: segments(row.segments),
            codes: row.answers.map(|sheet| sheet.codes).unwrap_or_default(),
        })
        .collect()
}

fn person_rows(first_row_number: i32, rows: pb::PersonRows) -> Vec<PersonRow> {
    rows.rows
        .into_iter()
        .zip(first_row_number..)
        .map(|(row, row_number)| PersonRow {
            row_number,
            external_id: row.external_id,
            unit_external_id: row.unit_external_id,
            employee_number: row.employee_number,
            first_name: row.first_name,
            last_name: row.last_name,
            display_name: row.display_name,
            work_email: row.work_email,
            language_code: row.language_code,
            manager_external_id: row.manager_external_id,
            segments: segments(row.segments),
            employment_status: row.employment_status,
            start_date: raw_date(row.start_date),
            termination_date: raw_date(row.termination_date),
            leads_unit_external_ids: row.leads_unit_external_ids,
        })
        .collect()
}
