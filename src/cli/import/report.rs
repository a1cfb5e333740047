//! Tells what an import came to.
use super::ImportResult;
use crate::cli::args::ImportArguments;
use crate::cli::console;
use crate::cli::failure::{EXIT_REJECTED, Failure, Outcome};
use crate::pb::intake::{ImportJob, ImportState, RowError, RowErrorReason};

/// Lines before the first row: the header.
const HEADER_LINES: i32 = 1;

/// Prints the report; fails when rows were rejected.
pub(super) fn show(arguments: &ImportArguments, result: &ImportResult) -> Outcome {
    let job = &result.job;
    console::line(summary(job, arguments.dry_run))?;
    for error in &result.row_errors {
        console::line(row_error(error))?;
    }
    let told = i32::try_from(result.row_errors.len()).unwrap_or(i32::MAX);
    if job.rejected_row_count > told {
        console::line(format!(
            "  and {} more; IntakeService.ListImportRowErrors has all of import {}",
            job.rejected_row_count - told,
            job.import_id
        ))?;
    }
    if !job.failure.is_empty() {
        console::line(format!("Nothing was applied: {}", job.failure))?;
    }
    if result.is_clean() { Ok(()) } else { Err(Failure::told(EXIT_REJECTED)) }
}

/// The counts in a line.
pub(in crate::cli) fn summary(job: &ImportJob, dry_run: bool) -> String {
    let verb = if dry_run { "would be " } else { "" };
    let state = match job.state() {
        ImportState::Succeeded => "succeeded",
        ImportState::Failed => "failed",
        ImportState::Open | ImportState::Unspecified => "is open",
    };
    format!(
        "Import {state}: {} rows, {verb}{} created, {} updated, {} unchanged, {} rejected, {} absent",
        job.received_row_count,
        job.created_row_count,
        job.updated_row_count,
        job.unchanged_row_count,
        job.rejected_row_count,
        job.absent_row_count,
    )
}

fn row_error(error: &RowError) -> String {
    let reason = match error.reason() {
        RowErrorReason::Unspecified => "rejected",
        RowErrorReason::FieldMissing => "missing",
        RowErrorReason::FieldInvalid => "invalid",
        RowErrorReason::ReferenceUnknown => "unknown reference",
        RowErrorReason::ReferenceRetired => "retired reference",
        RowErrorReason::DuplicateInImport => "duplicate",
        RowErrorReason::TreeInvalid => "tree invalid",
        RowErrorReason::ConflictInImport => "conflict",
    };
    format!(
        "  row {} ({}): {} {reason}: {}",
        error.row_number + HEADER_LINES,
        error.external_id,
        error.field,
        error.message
    )
}
