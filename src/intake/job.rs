//! An import: its states and what each message of it may do. Pure.
use chrono::TimeDelta;

use crate::base::clock::Timestamp;
use crate::base::id::{Id, ImportId, WaveId};
use crate::base::{Error, Permission, Reason, Result};
use crate::directory::{AbsentRows, Outcome};

/// Most rows of a chunk.
pub const ROWS_PER_CHUNK_MAX: usize = 500;
/// Most rows of an import of people.
pub const PEOPLE_ROWS_MAX: i32 = 2_000_000;
/// Most rows of an import of responses.
pub const RESPONSE_ROWS_MAX: i32 = 2_000_000;
/// Most rows of an import of units.
pub const UNIT_ROWS_MAX: i32 = 100_000;
/// Most imports that an organization has open.
pub const OPEN_IMPORTS_MAX: i64 = 4;
/// Days to finish an import.
pub const OPEN_DAYS_MAX: i64 = 7;
/// Days that an import is kept.
pub const KEPT_DAYS: i64 = 90;
/// Share of stored things that may go when the header says nothing, in percent.
pub const ABSENT_LIMIT_PERCENT_DEFAULT: i32 = 20;

/// What is imported; the numbers are those of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum ImportKind {
    /// Units.
    Units = 1,
    /// People.
    People = 2,
    /// Responses that were collected elsewhere.
    Responses = 3,
}

impl ImportKind {
    /// The stored number.
    pub fn number(self) -> i16 {
        self as i16
    }

    /// Reads a stored number.
    pub fn from_number(number: i16) -> Option<Self> {
        [Self::Units, Self::People, Self::Responses]
            .into_iter()
            .find(|kind| kind.number() == number)
    }

    /// What it takes to import this.
    pub fn permission(self) -> Permission {
        match self {
            Self::Units => Permission::UnitsImport,
            Self::People => Permission::PeopleImport,
            Self::Responses => Permission::ResponsesImport,
        }
    }

    fn rows_max(self) -> i32 {
        match self {
            Self::Units => UNIT_ROWS_MAX,
            Self::People => PEOPLE_ROWS_MAX,
            Self::Responses => RESPONSE_ROWS_MAX,
        }
    }
}

/// What happens when some rows are wrong; the numbers are those of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum ImportMode {
    /// The footer applies all rows but the wrong ones.
    ApplyValidRows = 1,
    /// The footer applies all rows or none.
    AllOrNothing = 2,
}

impl ImportMode {
    /// The stored number.
    pub fn number(self) -> i16 {
        self as i16
    }

    /// Reads a stored number.
    pub fn from_number(number: i16) -> Option<Self> {
        [Self::ApplyValidRows, Self::AllOrNothing].into_iter().find(|mode| mode.number() == number)
    }
}

/// Where an import stands; the numbers are those of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum ImportState {
    /// Waiting for chunks or the footer.
    Open = 1,
    /// Finished.
    Succeeded = 2,
    /// Finished without applying anything.
    Failed = 3,
}

impl ImportState {
    /// The stored number.
    pub fn number(self) -> i16 {
        self as i16
    }

    /// Reads a stored number.
    pub fn from_number(number: i16) -> Option<Self> {
        [Self::Open, Self::Succeeded, Self::Failed]
            .into_iter()
            .find(|state| state.number() == number)
    }

    /// The public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
        }
    }
}

/// What opens an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportHeader {
    /// Identifier chosen by the caller.
    pub import_id: ImportId,
    /// What happens when some rows are wrong.
    pub mode: ImportMode,
    /// What happens to things that no row mentions.
    pub absent_rows: AbsentRows,
    /// Check all rows and apply none.
    pub validate_only: bool,
    /// Name of the source.
    pub source: String,
    /// Where responses go; none for other kinds.
    pub target: Option<ResponseTarget>,
}

/// Where imported responses go, and what their codes answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseTarget {
    /// The wave.
    pub wave_id: WaveId,
    /// Keys of the items, in the order of the codes of every sheet.
    pub item_keys: Vec<String>,
}

/// An import.
#[derive(Clone, Debug)]
pub struct ImportJob {
    /// What opened it.
    pub header: ImportHeader,
    /// What is imported.
    pub kind: ImportKind,
    /// Where it stands.
    pub state: ImportState,
    /// The chunk that is expected next.
    pub next_chunk_index: i32,
    /// Rows received so far.
    pub received_row_count: i32,
    /// Rows that created something.
    pub created_row_count: i32,
    /// Rows that changed something.
    pub updated_row_count: i32,
    /// Rows equal to what was stored.
    pub unchanged_row_count: i32,
    /// Wrong rows.
    pub rejected_row_count: i32,
    /// Things that no row mentioned.
    pub absent_row_count: i32,
    /// Why it failed.
    pub failure: String,
    /// When the header arrived.
    pub create_time: Timestamp,
    /// When it reached a final state.
    pub finish_time: Option<Timestamp>,
    /// When it fails by itself while open.
    pub expire_time: Timestamp,
}

/// What to do with a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkVerdict {
    /// Stage it; its first row has this number.
    Stage {
        /// Position of the first row in the whole import.
        first_row_number: i32,
    },
    /// It was taken before.
    Skip,
}

impl ImportJob {
    /// A new import.
    pub fn open(header: ImportHeader, kind: ImportKind, now: Timestamp) -> Self {
        Self {
            header,
            kind,
            state: ImportState::Open,
            next_chunk_index: 0,
            received_row_count: 0,
            created_row_count: 0,
            updated_row_count: 0,
            unchanged_row_count: 0,
            rejected_row_count: 0,
            absent_row_count: 0,
            failure: String::new(),
            create_time: now,
            finish_time: None,
            expire_time: now + TimeDelta::days(OPEN_DAYS_MAX),
        }
    }

    /// Refuses a header or a kind that is not the one that opened the import.
    pub fn check_header(&self, header: &ImportHeader, kind: Option<ImportKind>) -> Result<()> {
        if self.header != *header || kind.is_some_and(|kind| kind != self.kind) {
            return Err(Error::invalid_field(
                "header",
                "differs from the one that opened this import; use a new import_id for another import",
            ));
        }
        Ok(())
    }

    /// Takes a chunk: stages it when it is the next one, skips it when it was taken.
    pub fn take_chunk(&mut self, index: i32, rows: usize) -> Result<ChunkVerdict> {
        if index < 0 {
            return Err(Error::invalid_field("chunk_index", "must not be negative"));
        }
        if index < self.next_chunk_index {
            return Ok(ChunkVerdict::Skip);
        }
        self.require_open()?;
        if index > self.next_chunk_index {
            return Err(Error::new(
                Reason::ImportChunkOutOfOrder,
                "a chunk is missing before this one; go on with nextChunkIndex",
            )
            .with("nextChunkIndex", self.next_chunk_index.to_string()));
        }
        if rows == 0 || rows > ROWS_PER_CHUNK_MAX {
            return Err(Error::invalid_field(
                "rows",
                format!("must have 1 to {ROWS_PER_CHUNK_MAX} entries"),
            ));
        }
        let first_row_number = self.received_row_count;
        let received = first_row_number.saturating_add(i32::try_from(rows).unwrap_or(i32::MAX));
        let limit = self.kind.rows_max();
        if received > limit {
            return Err(Error::new(
                Reason::LimitReached,
                format!("an import of this kind has at most {limit} rows; split it"),
            ));
        }
        self.received_row_count = received;
        self.next_chunk_index = index.saturating_add(1);
        Ok(ChunkVerdict::Stage { first_row_number })
    }

    /// Whether the footer is to be carried out: `false` when the import is finished already.
    pub fn take_footer(&self, row_count: i32) -> Result<bool> {
        if row_count != self.received_row_count {
            return Err(incomplete(format!(
                "the footer counts other rows than the {} that were received; send the missing chunks",
                self.received_row_count
            )));
        }
        Ok(self.state == ImportState::Open)
    }

    /// Ends the import with what became of its rows. Returns whether they are to be applied.
    pub fn finish(&mut self, outcome: &Outcome, now: Timestamp) -> bool {
        self.created_row_count = outcome.created;
        self.updated_row_count = outcome.updated;
        self.unchanged_row_count = outcome.unchanged;
        self.rejected_row_count = outcome.faults.rejected_rows();
        self.absent_row_count = outcome.absent;
        self.finish_time = Some(now);
        let wrong = self.header.mode == ImportMode::AllOrNothing && self.rejected_row_count > 0;
        let failure = outcome.refusal.clone().or_else(|| {
            wrong.then(|| {
                format!(
                    "{} of {} rows are wrong, and ALL_OR_NOTHING was asked for; mend them and import again",
                    self.rejected_row_count, self.received_row_count
                )
            })
        });
        self.state = if failure.is_some() { ImportState::Failed } else { ImportState::Succeeded };
        self.failure = failure.unwrap_or_default();
        self.state == ImportState::Succeeded && !self.header.validate_only
    }

    fn require_open(&self) -> Result<()> {
        if self.state == ImportState::Open {
            return Ok(());
        }
        Err(Error::new(
            Reason::ImportClosed,
            "the import is finished, failed or expired; use a new import_id for another one",
        )
        .about(ImportId::RESOURCE_TYPE, self.header.import_id.to_string())
        .with("state", self.state.as_str()))
    }
}

/// The stream ended early, or its footer counts other rows.
pub fn incomplete(message: impl Into<String>) -> Error {
    Error::new(Reason::ImportIncomplete, message)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn job(mode: ImportMode) -> ImportJob {
        let header = ImportHeader {
            import_id: ImportId::from_uuid(Uuid::from_u128(1)),
            mode,
            absent_rows: AbsentRows::Keep,
            validate_only: false,
            source: String::new(),
            target: None,
        };
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        ImportJob::open(header, ImportKind::People, now)
    }

    proptest! {
        /// However chunks are repeated or sent early, each is staged once, in order.
        #[test]
        fn every_chunk_is_staged_once_and_in_order(indices in proptest::collection::vec(0i32..8, 0..60)) {
            let mut job = job(ImportMode::ApplyValidRows);
            let mut staged = Vec::new();
            for index in indices {
                match job.take_chunk(index, 10) {
                    Ok(ChunkVerdict::Stage { first_row_number }) => {
                        prop_assert_eq!(first_row_number, index * 10);
                        staged.push(index);
                    }
                    Ok(ChunkVerdict::Skip) => prop_assert!(staged.contains(&index)),
                    Err(error) => {
                        prop_assert_eq!(error.reason(), Reason::ImportChunkOutOfOrder);
                        prop_assert!(!staged.contains(&index));
                    }
                }
            }
            prop_assert!(staged.iter().copied().eq(0..job.next_chunk_index));
            prop_assert_eq!(job.received_row_count, job.next_chunk_index * 10);
        }
    }

    #[test]
    fn a_footer_that_counts_other_rows_leaves_the_import_open() {
        let mut job = job(ImportMode::ApplyValidRows);
        job.take_chunk(0, 3).unwrap();
        assert_eq!(job.take_footer(4).unwrap_err().reason(), Reason::ImportIncomplete);
        assert!(job.take_footer(3).unwrap());
    }

    #[test]
    fn a_finished_import_repeats_its_report_and_takes_nothing_new() {
        let mut job = job(ImportMode::ApplyValidRows);
        job.take_chunk(0, 3).unwrap();
        assert!(job.finish(&Outcome::default(), job.create_time));
        assert!(!job.take_footer(3).unwrap());
        assert_eq!(job.take_chunk(0, 3).unwrap(), ChunkVerdict::Skip);
        assert_eq!(job.take_chunk(1, 3).unwrap_err().reason(), Reason::ImportClosed);
    }

    #[test]
    fn one_wrong_row_keeps_all_others_out_only_when_asked() {
        let mut outcome = Outcome::default();
        outcome.faults.push_findings(0, "", {
            let mut check = crate::base::Check::new();
            check.missing("external_id");
            check.into_findings()
        });
        assert!(
            job(ImportMode::ApplyValidRows)
                .finish(&outcome, job(ImportMode::ApplyValidRows).create_time)
        );
        let mut strict = job(ImportMode::AllOrNothing);
        assert!(!strict.finish(&outcome, strict.create_time));
        assert_eq!(strict.state, ImportState::Failed);
    }

    #[test]
    fn the_limits_are_named() {
        let mut job = job(ImportMode::ApplyValidRows);
        assert_eq!(job.take_chunk(0, 501).unwrap_err().reason(), Reason::FieldInvalid);
        assert_eq!(job.take_chunk(0, 0).unwrap_err().reason(), Reason::FieldInvalid);
        job.received_row_count = PEOPLE_ROWS_MAX;
        assert_eq!(job.take_chunk(0, 1).unwrap_err().reason(), Reason::LimitReached);
    }
}
