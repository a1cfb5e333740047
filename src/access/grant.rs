//! Changes of grants, and the one rule over them: an organization that has administrators keeps
//! one.
use std::collections::BTreeSet;

use crate::base::id::{PersonId, UnitId};
use crate::base::{Error, Reason, Result};

use super::role::{Grant, Role};

/// Most grants that one call adds, and most that it removes.
pub const GRANTS_PER_CALL_MAX: usize = 200;
/// Most grants that a person has: all of them are read at each of the person's calls.
pub const GRANTS_PER_PERSON_MAX: i64 = 200;

/// Which grants a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct GrantFilter {
    /// Only of this person.
    pub(super) person_id: Option<PersonId>,
    /// Only with this role.
    pub(super) role: Option<Role>,
    /// Only those that cover exactly this unit.
    pub(super) unit_id: Option<UnitId>,
}

/// Grants to add and to remove, together or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantChange {
    /// To add.
    pub added: BTreeSet<Grant>,
    /// To remove.
    pub removed: BTreeSet<Grant>,
}

impl GrantChange {
    /// The people who are given something.
    pub fn receivers(&self) -> BTreeSet<PersonId> {
        self.added.iter().map(|grant| grant.person_id).collect()
    }

    /// The units for which something is given.
    pub fn units(&self) -> BTreeSet<UnitId> {
        self.added.iter().filter_map(|grant| grant.unit_id).collect()
    }

    /// Refuses a change that takes the last administrator away. `administrators` are those before
    /// it.
    pub(super) fn require_administrator(&self, administrators: &BTreeSet<PersonId>) -> Result<()> {
        let of = |grants: &BTreeSet<Grant>| -> BTreeSet<PersonId> {
            grants
                .iter()
                .filter(|grant| grant.role == Role::Administrator)
                .map(|grant| grant.person_id)
                .collect()
        };
        let removed = of(&self.removed);
        let loses_one = administrators.iter().any(|person| removed.contains(person));
        let keeps_one = administrators.iter().any(|person| !removed.contains(person))
            || !of(&self.added).is_empty();
        if keeps_one || !loses_one {
            return Ok(());
        }
        Err(Error::new(
            Reason::ResourceInUse,
            "no administrator would be left; add another one in the same call or before it",
        )
        .with("referrerType", "organization")
        .with("referrerCount", "1"))
    }

    /// Refuses a change after which a person has too many grants.
    pub(super) fn require_room(person_id: PersonId, count: i64) -> Result<()> {
        if count <= GRANTS_PER_PERSON_MAX {
            return Ok(());
        }
        Err(Error::new(
            Reason::LimitReached,
            format!(
                "a person has at most {GRANTS_PER_PERSON_MAX} grants; grant a unit further up, or remove some"
            ),
        )
        .about("person", person_id.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::base::id::Id;

    fn person(number: u8) -> PersonId {
        PersonId::from_uuid(Uuid::from_u128(u128::from(number)))
    }

    fn administrators(numbers: &BTreeSet<u8>) -> BTreeSet<Grant> {
        numbers
            .iter()
            .map(|number| Grant {
                person_id: person(*number),
                role: Role::Administrator,
                unit_id: None,
            })
            .collect()
    }

    proptest! {
        #[test]
        fn an_organization_that_has_an_administrator_keeps_one(
            before in proptest::collection::btree_set(0..4_u8, 0..4),
            added in proptest::collection::btree_set(0..6_u8, 0..3),
            removed in proptest::collection::btree_set(0..6_u8, 0..4),
        ) {
            let added: BTreeSet<u8> = added.difference(&removed).copied().collect();
            let change = GrantChange { added: administrators(&added), removed: administrators(&removed) };
            let after: BTreeSet<u8> = before.union(&added).filter(|one| !removed.contains(one)).copied().collect();
            let refused = change.require_administrator(&before.iter().copied().map(person).collect()).is_err();
            prop_assert_eq!(refused, !before.is_empty() && after.is_empty());
        }
    }

    #[test]
    fn other_roles_of_an_administrator_may_go() {
        let grant = Grant { person_id: person(1), role: Role::Analyst, unit_id: None };
        let change = GrantChange { removed: BTreeSet::from([grant]), ..GrantChange::default() };
        assert!(change.require_administrator(&BTreeSet::from([person(1)])).is_ok());
    }

    #[test]
    fn the_limit_of_grants_names_its_remedy() {
        assert!(GrantChange::require_room(person(1), GRANTS_PER_PERSON_MAX).is_ok());
        let error = GrantChange::require_room(person(1), GRANTS_PER_PERSON_MAX + 1).unwrap_err();
        assert_eq!(error.reason(), Reason::LimitReached);
        assert!(error.message().contains("200"));
    }
}
