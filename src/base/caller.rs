//! Who calls, and what they may do where. Credentials are turned into a [`Caller`] by the roof;
//! rooms below only ever see the result.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use uuid::Uuid;

use super::clock::Timestamp;
use super::error::{Error, Reason, Result};
use super::id::{ClientId, Id, OrganizationId, PersonId, UnitId};

/// Declares permissions with their public names.
macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What a caller may do: `<what>.<how>`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission {
            $($(#[$doc])* $name,)*
        }

        impl Permission {
            /// All permissions.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The public name, for example `people.read`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

permissions! {
    /// Read assessments, waves and what releases say of themselves.
    AssessmentsRead = "assessments.read";
    /// Create, change, open, close and cancel assessments and waves.
    AssessmentsWrite = "assessments.write";
    /// Read grants.
    GrantsRead = "grants.read";
    /// Change grants.
    GrantsWrite = "grants.write";
    /// Read the state and the row errors of imports.
    ImportsRead = "imports.read";
    /// Read instruments.
    InstrumentsRead = "instruments.read";
    /// Create, change, publish, retire and delete instruments.
    InstrumentsWrite = "instruments.write";
    /// Read whom a wave invited.
    InvitationsRead = "invitations.read";
    /// Issue and revoke invitations: see response tokens.
    InvitationsWrite = "invitations.write";
    /// Read the organization's settings and segment scheme.
    OrganizationRead = "organization.read";
    /// Change the organization's settings and segment scheme.
    OrganizationWrite = "organization.write";
    /// Import people.
    PeopleImport = "people.import";
    /// Read people.
    PeopleRead = "people.read";
    /// Create, change, delete and erase people.
    PeopleWrite = "people.write";
    /// Import responses that were collected elsewhere.
    ResponsesImport = "responses.import";
    /// Read released results.
    ResultsRead = "results.read";
    /// Import units.
    UnitsImport = "units.import";
    /// Read the unit tree.
    UnitsRead = "units.read";
    /// Create, change, move and delete units.
    UnitsWrite = "units.write";
}

impl Permission {
    /// Reads a public name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.as_str() == text)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// In which part of the unit tree a permission holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everywhere.
    Organization,
    /// In these units and below them. Never empty.
    Subtrees(BTreeSet<UnitId>),
}

impl Reach {
    /// The reach of a single grant or key: everywhere without a unit.
    pub fn of(unit: Option<UnitId>) -> Self {
        unit.map_or(Self::Organization, |unit| Self::Subtrees(BTreeSet::from([unit])))
    }

    /// What both reach together.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Subtrees(mut ours), Self::Subtrees(theirs)) => {
                ours.extend(theirs);
                Self::Subtrees(ours)
            }
            (Self::Organization, _) | (_, Self::Organization) => Self::Organization,
        }
    }

    /// Whether the part is the whole.
    pub fn is_organization(&self) -> bool {
        matches!(self, Self::Organization)
    }
}

/// Permissions, each with its reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access(BTreeMap<Permission, Reach>);

impl Access {
    /// No permission at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a permission; a second time widens its reach.
    #[must_use]
    pub fn with(mut self, permission: Permission, reach: Reach) -> Self {
        let reach = match self.0.remove(&permission) {
            Some(held) => held.or(reach),
            None => reach,
        };
        self.0.insert(permission, reach);
        self
    }

    /// Keeps only what `keep` accepts: scopes of a token narrow, they never widen.
    #[must_use]
    pub fn narrowed(mut self, keep: impl Fn(Permission) -> bool) -> Self {
        self.0.retain(|permission, _| keep(*permission));
        self
    }

    /// The permissions in alphabetical order.
    pub fn permissions(&self) -> impl Iterator<Item = Permission> + '_ {
        self.0.keys().copied()
    }

    /// Where `permission` holds, if anywhere.
    pub fn reach(&self, permission: Permission) -> Option<&Reach> {
        self.0.get(&permission)
    }
}

/// What a credential stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerKind {
    /// A signed-in person.
    Person(PersonId),
    /// A machine client.
    Client(ClientId),
    /// The operator's command line.
    Operator,
    /// Somebody with a response token: the engine does not know who, and they may read nothing.
    Respondent,
}

/// Who calls.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The organization that the credential belongs to.
    pub organization_id: OrganizationId,
    /// Who.
    pub kind: CallerKind,
    /// Name of the machine client; empty for others.
    pub client_name: String,
    /// The unit whose subtree the key of a machine client covers.
    pub client_unit: Option<UnitId>,
    /// What they may do.
    pub access: Access,
    /// When the credential expires.
    pub expire_time: Option<Timestamp>,
}

impl Caller {
    /// The operator's command line, which may do everything in one organization.
    pub fn operator(organization_id: OrganizationId) -> Self {
        let access = Permission::ALL.iter().fold(Access::none(), |access, permission| {
            access.with(*permission, Reach::Organization)
        });
        Self {
            organization_id,
            kind: CallerKind::Operator,
            client_name: String::new(),
            client_unit: None,
            access,
            expire_time: None,
        }
    }

    /// Somebody with a response token of an organization.
    pub fn respondent(organization_id: OrganizationId) -> Self {
        Self {
            organization_id,
            kind: CallerKind::Respondent,
            client_name: String::new(),
            client_unit: None,
            access: Access::none(),
            expire_time: None,
        }
    }

    /// Identifies the caller among those of the organization; request ids are remembered under
    /// it.
    pub fn key(&self) -> Uuid {
        match self.kind {
            CallerKind::Person(person) => person.uuid(),
            CallerKind::Client(client) => client.uuid(),
            CallerKind::Operator => Uuid::nil(),
            // Nothing is remembered under it: what respondents do is known by their token.
            CallerKind::Respondent => Uuid::max(),
        }
    }

    /// Where the caller holds `permission`, or the refusal.
    pub fn reach(&self, permission: Permission) -> Result<&Reach> {
        self.access.reach(permission).ok_or_else(|| denied(permission))
    }

    /// Refuses whoever does not hold `permission` everywhere.
    pub fn require_everywhere(&self, permission: Permission) -> Result<()> {
        if self.reach(permission)?.is_organization() { Ok(()) } else { Err(denied(permission)) }
    }
}

/// The refusal that names the missing permission. The same words whether or not the thing that
/// was asked for exists.
pub fn denied(permission: Permission) -> Error {
    Error::new(
        Reason::PermissionMissing,
        format!("the credential lacks the permission {permission} for what was asked"),
    )
    .with("permission", permission.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reach() -> impl Strategy<Value = Reach> {
        prop_oneof![
            Just(Reach::Organization),
            proptest::collection::btree_set(any::<u8>(), 1..4).prop_map(|units| {
                Reach::Subtrees(
                    units
                        .into_iter()
                        .map(|unit| UnitId::from_uuid(Uuid::from_u128(u128::from(unit))))
                        .collect(),
                )
            }),
        ]
    }

    proptest! {
        #[test]
        fn reach_is_a_union(a in reach(), b in reach(), c in reach()) {
            prop_assert_eq!(a.clone().or(a.clone()), a.clone());
            prop_assert_eq!(a.clone().or(b.clone()), b.clone().or(a.clone()));
            prop_assert_eq!(a.clone().or(b.clone()).or(c.clone()), a.or(b.or(c)));
        }
    }

    #[test]
    fn the_declared_order_is_alphabetical_and_names_read_back() {
        let names: Vec<_> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
        assert!(names.is_sorted());
        for permission in Permission::ALL {
            assert_eq!(Permission::parse(permission.as_str()), Some(*permission));
        }
    }
}
