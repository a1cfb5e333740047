//! Strong validators of resources.
use super::error::{Error, Reason, Result};

/// The validator of a resource's present revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Etag(i64);

impl Etag {
    /// The validator of revision `revision`.
    pub fn of_revision(revision: i64) -> Self {
        Self(revision)
    }

    /// Refuses a stale validator. Nothing sent means nothing asked.
    pub fn check(self, sent: &str, resource_type: &'static str, id: &impl ToString) -> Result<()> {
        if sent.is_empty() || sent == self.to_string() {
            return Ok(());
        }
        Err(Error::new(
            Reason::EtagMismatch,
            format!("the {resource_type} changed since it was read; read it again, merge, and send again"),
        )
        .about(resource_type, id.to_string()))
    }

    /// As [`Etag::check`], where the method insists on a validator.
    pub fn require(
        self,
        sent: &str,
        resource_type: &'static str,
        id: &impl ToString,
    ) -> Result<()> {
        if sent.is_empty() {
            return Err(Error::new(
                Reason::EtagRequired,
                format!("send the etag of the {resource_type} as it was read"),
            ));
        }
        self.check(sent, resource_type, id)
    }
}

impl std::fmt::Display for Etag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "r{}", self.0)
    }
}
