//! How a command ends when it does not succeed: a sentence for the terminal and an exit code.
use std::error::Error as StdError;

use tonic_types::StatusExt;

use crate::base;
use crate::base::schema::SchemaError;
use crate::embedded::EmbeddedError;

/// Exit code of a command that failed.
pub(super) const EXIT_FAILED: u8 = 1;
/// Exit code for wrong arguments or configuration.
pub(super) const EXIT_USAGE: u8 = 2;
/// Exit code of an import that rejected rows.
pub(super) const EXIT_REJECTED: u8 = 3;

/// Why a command did not succeed.
#[derive(Debug)]
pub(super) struct Failure {
    /// For standard error; empty when everything has been said.
    pub(super) message: String,
    /// The exit code.
    pub(super) code: u8,
}

pub(super) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure in a sentence.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: EXIT_FAILED }
    }

    /// Arguments or configuration to mend.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: EXIT_USAGE }
    }

    /// An exit code for something that was told already.
    pub(super) fn told(code: u8) -> Self {
        Self { message: String::new(), code }
    }

    /// An error with its causes.
    pub(super) fn caused(doing: &str, error: &dyn StdError) -> Self {
        Self::new(format!("{doing}: {}", chain(error)))
    }
}

/// An error with its causes, which the operator may see.
fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = cause.source();
    }
    text
}

impl From<base::Error> for Failure {
    fn from(error: base::Error) -> Self {
        let mut message = chain(&error);
        if error.violations().len() > 1 {
            for violation in error.violations() {
                add_violation(&mut message, &violation.field, &violation.description);
            }
        }
        Self::new(message)
    }
}

fn add_violation(message: &mut String, field: &str, description: &str) {
    for part in ["\n  ", field, ": ", description] {
        message.push_str(part);
    }
}

impl From<SchemaError> for Failure {
    fn from(error: SchemaError) -> Self {
        Self::new(chain(&error))
    }
}

impl From<EmbeddedError> for Failure {
    fn from(error: EmbeddedError) -> Self {
        Self::new(chain(&error))
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::new(format!("the database cannot be reached: {}", chain(&error)))
    }
}

impl From<tonic::Status> for Failure {
    fn from(status: tonic::Status) -> Self {
        let details = status.get_error_details();
        let reason =
            details.error_info().map_or_else(String::new, |info| format!(" / {}", info.reason));
        let mut message = format!("{:?}{reason}: {}", status.code(), status.message());
        for violation in details.bad_request().iter().flat_map(|bad| &bad.field_violations) {
            add_violation(&mut message, &violation.field, &violation.description);
        }
        Self::new(message)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string())
    }
}
