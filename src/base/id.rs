//! Identifiers: one type per kind of thing, so that none is taken for another.
use std::fmt;

use uuid::Uuid;

/// What every identifier can do.
pub trait Id: Copy + fmt::Display {
    /// Name of the kind of thing, as in `ErrorInfo` metadata: `unit`, `person`.
    const RESOURCE_TYPE: &'static str;

    /// Wraps a value that the database or a generator of identifiers gave.
    fn from_uuid(value: Uuid) -> Self;

    /// The bare value, for SQL.
    fn uuid(self) -> Uuid;

    /// Reads the canonical text form: 36 characters, lower case, with hyphens. Every other
    /// spelling is refused, so that one thing has one name.
    fn parse(text: &str) -> Option<Self> {
        let value = Uuid::try_parse(text).ok()?;
        (value.hyphenated().to_string() == text).then(|| Self::from_uuid(value))
    }
}

/// Declares identifier types, each with its kind's name.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $resource_type:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl Id for $name {
            const RESOURCE_TYPE: &'static str = $resource_type;

            fn from_uuid(value: Uuid) -> Self {
                Self(value)
            }

            fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    )*};
}

ids! {
    /// An organization: the tenant.
    OrganizationId = "organization";
    /// A node of an organization's tree.
    UnitId = "unit";
    /// A person of an organization.
    PersonId = "person";
    /// A machine client, whichever of its keys it uses.
    ClientId = "client";
    /// A bulk import; chosen by the caller.
    ImportId = "import";
    /// An event in the outbox.
    EventId = "event";
    /// A version of an instrument.
    InstrumentId = "instrument";
    /// A series of comparable measurements.
    AssessmentId = "assessment";
    /// One measurement.
    WaveId = "wave";
    /// An invitation to a wave; random.
    InvitationId = "invitation";
    /// A submission of answers; chosen at random where the respondent is.
    SubmissionId = "submission";
    /// One publication of a wave's results.
    ReleaseId = "release";
    /// Scores to compare with.
    NormSetId = "norm_set";
    /// A configured issuer of access tokens.
    IssuerId = "issuer";
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(value in any::<u128>()) {
            let id = UnitId::from_uuid(Uuid::from_u128(value));
            prop_assert_eq!(UnitId::parse(&id.to_string()), Some(id));
        }

        #[test]
        fn any_other_spelling_is_refused(value in any::<u128>()) {
            let id = Uuid::from_u128(value);
            let upper = id.to_string().to_uppercase();
            prop_assume!(upper != id.to_string());
            for spelling in [upper, id.simple().to_string(), id.urn().to_string(), format!("{id} ")] {
                prop_assert_eq!(UnitId::parse(&spelling), None);
            }
        }
    }
}
