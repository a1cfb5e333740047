//! Roles: sets of permissions that people hold by grants. This file is the table of what a role
//! may do.
use std::collections::BTreeSet;

use crate::base::id::{PersonId, UnitId};
use crate::base::{Access, Permission, Reach};

/// A role, as in `orgfit.access.v1.Role`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Settings, segment scheme, grants.
    Administrator,
    /// Units, people and their imports.
    PeopleManager,
    /// Results, for reading.
    Analyst,
    /// Comments, in addition to another role.
    CommentReader,
    /// All of the analyst, and plans for writing.
    UnitLead,
    /// Configuration, policies, audits; no results.
    WorksCouncil,
}

/// What every signed-in person may do, with or without a role.
const EVERYBODY: &[Permission] = &[Permission::OrganizationRead];

impl Role {
    /// All roles.
    pub const ALL: &'static [Self] = &[
        Self::Administrator,
        Self::PeopleManager,
        Self::Analyst,
        Self::CommentReader,
        Self::UnitLead,
        Self::WorksCouncil,
    ];

    /// The number in contract and database.
    pub fn number(self) -> i16 {
        match self {
            Self::Administrator => 1,
            Self::PeopleManager => 2,
            Self::Analyst => 3,
            Self::CommentReader => 4,
            Self::UnitLead => 5,
            Self::WorksCouncil => 6,
        }
    }

    /// Reads the number.
    pub fn parse(number: i32) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| i32::from(role.number()) == number)
    }

    /// Whether the role is for the whole organization or not at all.
    pub fn is_for_everything(self) -> bool {
        matches!(self, Self::Administrator | Self::WorksCouncil)
    }

    /// What the role may do.
    pub fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Administrator => &[
                Permission::OrganizationRead,
                Permission::OrganizationWrite,
                Permission::GrantsRead,
                Permission::GrantsWrite,
                Permission::UnitsRead,
                Permission::InstrumentsRead,
                Permission::InstrumentsWrite,
                Permission::AssessmentsRead,
                Permission::AssessmentsWrite,
            ],
            Self::PeopleManager => &[
                Permission::OrganizationRead,
                Permission::UnitsRead,
                Permission::UnitsWrite,
                Permission::UnitsImport,
                Permission::PeopleRead,
                Permission::PeopleWrite,
                Permission::PeopleImport,
                Permission::ImportsRead,
            ],
            Self::Analyst | Self::UnitLead => &[
                Permission::OrganizationRead,
                Permission::UnitsRead,
                Permission::InstrumentsRead,
                Permission::AssessmentsRead,
                Permission::ResultsRead,
            ],
            Self::CommentReader => &[],
            Self::WorksCouncil => &[
                Permission::OrganizationRead,
                Permission::GrantsRead,
                Permission::InstrumentsRead,
                Permission::AssessmentsRead,
            ],
        }
    }
}

/// A role of a person, for the whole organization or a subtree of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant {
    /// The person.
    pub person_id: PersonId,
    /// The role.
    pub role: Role,
    /// The unit whose subtree is covered; `None` means everything.
    pub unit_id: Option<UnitId>,
}

/// What a person with these grants may do: per permission, wherever any of the grants says so.
/// The organization's settings are the same for all its people, so reading them has no narrower
/// reach.
pub fn access_of<'a>(grants: impl IntoIterator<Item = &'a Grant>) -> Access {
    let base = EVERYBODY
        .iter()
        .fold(Access::none(), |access, permission| access.with(*permission, Reach::Organization));
    grants.into_iter().fold(base, |access, grant| {
        grant
            .role
            .permissions()
            .iter()
            .fold(access, |access, permission| access.with(*permission, Reach::of(grant.unit_id)))
    })
}

/// What remains when a token carries scopes: of what the grants give, that which the scopes name.
/// Words that name no permission mean nothing here.
pub fn narrow(access: Access, scope: &str) -> Access {
    let named: BTreeSet<_> = scope.split_ascii_whitespace().filter_map(Permission::parse).collect();
    access.narrowed(|permission| named.contains(&permission))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::base::id::Id;

    fn unit(number: u128) -> UnitId {
        UnitId::from_uuid(Uuid::from_u128(number))
    }

    fn grant(role: Role, unit_id: Option<UnitId>) -> Grant {
        Grant { person_id: PersonId::from_uuid(Uuid::from_u128(9)), role, unit_id }
    }

    fn grants() -> impl Strategy<Value = Vec<Grant>> {
        proptest::collection::vec(
            (proptest::sample::select(Role::ALL), proptest::option::of(0..4_u128)),
            0..6,
        )
        .prop_map(|grants| {
            grants.into_iter().map(|(role, number)| grant(role, number.map(unit))).collect()
        })
    }

    /// Whether everything in `small` is also in `large`, reach included.
    fn is_within(small: &Access, large: &Access) -> bool {
        small.permissions().all(|permission| {
            match (small.reach(permission), large.reach(permission)) {
                (_, None) | (Some(Reach::Organization), Some(Reach::Subtrees(_))) => false,
                (_, Some(Reach::Organization)) | (None, _) => true,
                (Some(Reach::Subtrees(small)), Some(Reach::Subtrees(large))) => {
                    small.is_subset(large)
                }
            }
        })
    }

    proptest! {
        #[test]
        fn scopes_narrow_and_never_widen(grants in grants(), scope in ".{0,40}", named in proptest::sample::subsequence(Permission::ALL, 0..=Permission::ALL.len())) {
            let full = access_of(&grants);
            let words: Vec<_> = named.iter().map(|permission| permission.as_str()).collect();
            let narrowed = narrow(full.clone(), &format!("{scope} {}", words.join(" ")));
            prop_assert!(is_within(&narrowed, &full));
            for permission in &named {
                prop_assert_eq!(narrowed.reach(*permission), full.reach(*permission));
            }
            prop_assert_eq!(narrow(full, ""), Access::none());
        }

        #[test]
        fn another_grant_never_takes_anything_away(grants in grants(), role in proptest::sample::select(Role::ALL), number in proptest::option::of(0..4_u128)) {
            let before = access_of(&grants);
            let mut more = grants;
            more.push(grant(role, number.map(unit)));
            prop_assert!(is_within(&before, &access_of(&more)));
        }

        #[test]
        fn the_order_of_grants_does_not_matter(grants in grants()) {
            let mut reversed = grants.clone();
            reversed.reverse();
            prop_assert_eq!(access_of(&grants), access_of(&reversed));
        }
    }

    #[test]
    fn the_numbers_are_those_of_the_contract() {
        for role in Role::ALL {
            assert_eq!(Role::parse(i32::from(role.number())), Some(*role));
        }
        for number in [-1, 0, 7, i32::MAX] {
            assert_eq!(Role::parse(number), None);
        }
    }

    #[test]
    fn a_subtree_role_reaches_its_subtrees_and_everybody_reads_the_organization() {
        let access =
            access_of(&[grant(Role::Analyst, Some(unit(1))), grant(Role::UnitLead, Some(unit(2)))]);
        assert_eq!(
            access.reach(Permission::UnitsRead),
            Some(&Reach::Subtrees(BTreeSet::from([unit(1), unit(2)])))
        );
        assert_eq!(access.reach(Permission::OrganizationRead), Some(&Reach::Organization));
        assert_eq!(
            access_of(&[]).permissions().collect::<Vec<_>>(),
            [Permission::OrganizationRead]
        );
    }

    #[test]
    fn administrators_and_the_works_council_see_no_people() {
        for role in [Role::Administrator, Role::WorksCouncil] {
            let access = access_of(&[grant(role, None)]);
            for permission in
                [Permission::PeopleRead, Permission::PeopleWrite, Permission::PeopleImport]
            {
                assert_eq!(access.reach(permission), None, "{role:?} {permission}");
            }
        }
        assert_eq!(
            access_of(&[grant(Role::PeopleManager, None)]).reach(Permission::GrantsWrite),
            None
        );
    }
}
