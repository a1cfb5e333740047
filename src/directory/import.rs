//! What imports of units and of people share: rows as they come, what is wrong with them, and
//! what became of them.
use chrono::NaiveDate;

use crate::base::Check;
use crate::base::check::Finding;

/// Most faults that an import keeps.
pub const FAULTS_MAX: usize = 100_000;

/// A civil date as it came: year, month, day.
pub type RawDate = (i32, i32, i32);

/// Why a row was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// A required field is empty.
    FieldMissing,
    /// A field is malformed or out of range.
    FieldInvalid,
    /// The row refers to something unknown.
    ReferenceUnknown,
    /// Another row has the same key.
    DuplicateInImport,
    /// The units would form a cycle or become too deep.
    TreeInvalid,
    /// The row names something retired or deleted.
    ReferenceRetired,
    /// Another row claims the same thing.
    ConflictInImport,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Position of the row in the whole import, from 0.
    pub row_number: i32,
    /// The row's key.
    pub external_id: String,
    /// The wrong field, relative to the row.
    pub field: String,
    /// Why.
    pub kind: FaultKind,
    /// The limit and the remedy; never a value.
    pub message: String,
}

/// Faults of an import: the first [`FAULTS_MAX`] in full, and how many rows have any.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    kept: Vec<Fault>,
    count: usize,
    rejected_rows: i32,
    last_row: Option<i32>,
}

impl Faults {
    /// Notes a fault. Faults of one row come one after the other.
    pub fn push(&mut self, fault: Fault) {
        if self.last_row != Some(fault.row_number) {
            self.last_row = Some(fault.row_number);
            self.rejected_rows += 1;
        }
        self.count += 1;
        if self.kept.len() < FAULTS_MAX {
            self.kept.push(fault);
        }
    }

    /// Notes what a check of a row's fields found.
    pub fn push_findings(&mut self, row_number: i32, external_id: &str, findings: Vec<Finding>) {
        for finding in findings {
            let kind =
                if finding.missing { FaultKind::FieldMissing } else { FaultKind::FieldInvalid };
            self.push(Fault {
                row_number,
                external_id: external_id.to_owned(),
                field: finding.violation.field,
                kind,
                message: finding.violation.description,
            });
        }
    }

    /// Takes over what was found in the rows that come after these.
    pub fn absorb(&mut self, later: Self) {
        let room = FAULTS_MAX.saturating_sub(self.kept.len());
        self.kept.extend(later.kept.into_iter().take(room));
        self.count += later.count;
        self.rejected_rows += later.rejected_rows;
        self.last_row = later.last_row.or(self.last_row);
    }

    /// All faults, kept or not.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Rows with faults.
    pub fn rejected_rows(&self) -> i32 {
        self.rejected_rows
    }

    /// The faults by row.
    pub fn into_kept(mut self) -> Vec<Fault> {
        self.kept.sort_by_key(|fault| fault.row_number);
        self.kept
    }
}

/// What became of the rows of an import.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Rows that created something.
    pub created: i32,
    /// Rows that changed something.
    pub updated: i32,
    /// Rows equal to what is stored.
    pub unchanged: i32,
    /// Things that no row mentions and that were, or would have been, deleted.
    pub absent: i32,
    /// What is wrong.
    pub faults: Faults,
    /// Why nothing may be applied, in a sentence.
    pub refusal: Option<String>,
}

impl Outcome {
    /// Takes over what became of the rows that come after these.
    pub fn absorb(&mut self, later: Self) {
        self.created += later.created;
        self.updated += later.updated;
        self.unchanged += later.unchanged;
        self.absent += later.absent;
        self.faults.absorb(later.faults);
        self.refusal = self.refusal.take().or(later.refusal);
    }
}

/// What happens to things that no row mentions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbsentRows {
    /// They stay.
    Keep,
    /// They are deleted, unless they are more than this share of what is stored, in percent.
    SoftDelete {
        /// 1 to 100.
        limit_percent: i32,
    },
}

impl AbsentRows {
    /// The safety stop: why `absent` of `stored` things must not go, if so.
    pub fn refusal(self, absent: usize, stored: usize, what: &str) -> Option<String> {
        let Self::SoftDelete { limit_percent } = self else { return None };
        let allowed = stored.saturating_mul(usize::try_from(limit_percent).unwrap_or(0)) / 100;
        (absent > allowed).then(|| {
            format!(
                "safety stop: {absent} of {stored} stored {what} are in no row, more than the {limit_percent} % that absent_limit_percent allows; check the source or raise the limit"
            )
        })
    }
}

/// Checks a date that may be unset.
pub fn parse_date(
    check: &mut Check,
    field: &str,
    date: Option<RawDate>,
) -> Option<Option<NaiveDate>> {
    match date {
        None => Some(None),
        Some((year, month, day)) => check.date(field, year, month, day).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_safety_stop_counts_whole_things() {
        let rule = AbsentRows::SoftDelete { limit_percent: 20 };
        assert_eq!(rule.refusal(1, 5, "units"), None);
        assert!(rule.refusal(2, 5, "units").is_some());
        assert!(rule.refusal(1, 4, "units").is_some());
        assert_eq!(rule.refusal(0, 0, "units"), None);
        assert_eq!(AbsentRows::Keep.refusal(9, 9, "units"), None);
    }

    #[test]
    fn a_row_with_two_faults_is_one_rejected_row() {
        let fault = |row_number| Fault {
            row_number,
            external_id: String::new(),
            field: String::new(),
            kind: FaultKind::FieldInvalid,
            message: String::new(),
        };
        let mut faults = Faults::default();
        for row in [3, 3, 1] {
            faults.push(fault(row));
        }
        assert_eq!(faults.rejected_rows(), 2);
        let mut later = Faults::default();
        later.push(fault(7));
        faults.absorb(later);
        assert_eq!((faults.count(), faults.rejected_rows()), (4, 3));
        let rows: Vec<_> = faults.into_kept().iter().map(|fault| fault.row_number).collect();
        assert_eq!(rows, [1, 3, 3, 7]);
    }
}
