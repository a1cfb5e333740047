//! Machine clients: what the operator's command line sets up for a system that calls by itself.
use std::collections::BTreeSet;

use crate::base::clock::Timestamp;
use crate::base::id::{ClientId, UnitId};
use crate::base::{Access, Check, Permission, Reach, Result};

/// Longest name of a client, in characters.
pub const CLIENT_NAME_CHARS_MAX: usize = 100;

/// A client to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewClient {
    /// Name that tells clients apart.
    pub name: String,
    /// What its keys may do. Never empty.
    pub permissions: BTreeSet<Permission>,
    /// Unit whose subtree it covers; `None` means everything.
    pub unit_id: Option<UnitId>,
}

impl NewClient {
    /// Reads what the operator wrote; all violations at once.
    pub fn parse(name: &str, permissions: &[String], unit_id: &str) -> Result<Self> {
        let mut check = Check::new();
        let name = check.text("name", name, 1..=CLIENT_NAME_CHARS_MAX);
        if permissions.is_empty() {
            check.missing("permissions");
        }
        let mut parsed = BTreeSet::new();
        for (position, text) in permissions.iter().enumerate() {
            match Permission::parse(text) {
                Some(permission) => {
                    parsed.insert(permission);
                }
                None => check.refuse(&format!("permissions[{position}]"), known_permissions()),
            }
        }
        let unit_id = check.optional_id("unit_id", unit_id);
        check.build(|| Some(Self { name: name?, permissions: parsed, unit_id: unit_id? }))
    }
}

fn known_permissions() -> String {
    let names: Vec<_> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
    format!("must be one of: {}", names.join(", "))
}

/// A machine client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Identifier.
    pub client_id: ClientId,
    /// Name that tells clients apart.
    pub name: String,
    /// What its keys may do.
    pub permissions: BTreeSet<Permission>,
    /// Unit whose subtree it covers; `None` means everything.
    pub unit_id: Option<UnitId>,
    /// When it was created.
    pub create_time: Timestamp,
}

impl Client {
    /// What its keys may do, and where.
    pub fn access(&self) -> Access {
        self.permissions.iter().fold(Access::none(), |access, permission| {
            access.with(*permission, Reach::of(self.unit_id))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_wrong_with_a_client_is_said_at_once() {
        let error = NewClient::parse("", &["people.read".to_owned(), "people".to_owned()], "x")
            .unwrap_err();
        let fields: Vec<_> =
            error.violations().iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, ["name", "permissions[1]", "unit_id"]);
        assert!(error.violations()[1].description.contains("people.read, people.write"));
    }

    #[test]
    fn a_permission_named_twice_is_held_once() {
        let names = ["people.read".to_owned(), "people.read".to_owned()];
        let client = NewClient::parse("hr", &names, "").unwrap();
        assert_eq!(client.permissions, BTreeSet::from([Permission::PeopleRead]));
        assert_eq!(client.unit_id, None);
    }
}
