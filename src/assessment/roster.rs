//! The roster of a wave as it is frozen and digested: who was invited, and to which cell.
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::base::id::{InvitationId, PersonId};
use crate::respondent::Cell;

/// Bytes of the secret salt, without which the digest could be used to try out who was invited.
pub const SALT_BYTES: usize = 32;

/// An invitation with its cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Placed {
    /// The invitation.
    pub invitation_id: InvitationId,
    /// The person; none for nobody in particular.
    pub person_id: Option<PersonId>,
    /// The cell.
    pub cell_id: i32,
}

/// SHA-256 over the salt and a line per cell and per invitation, both in order. Whoever is shown the
/// roster and the salt can compute it again.
pub fn digest(salt: &[u8; SALT_BYTES], cells: &[Cell], roster: &[Placed]) -> [u8; 32] {
    let mut text = String::from("orgfit roster 1\n");
    for cell in cells {
        let values: Vec<_> = cell
            .values
            .iter()
            .map(|value| value.map_or_else(|| "-".to_owned(), |value| value.to_string()))
            .collect();
        // Writing to a text cannot fail.
        let _ = writeln!(text, "cell {} {} {}", cell.cell_id, cell.unit_id, values.join(","));
    }
    let mut roster = roster.to_vec();
    roster.sort_unstable();
    for placed in roster {
        let person = placed.person_id.map_or_else(|| "-".to_owned(), |id| id.to_string());
        let _ = writeln!(text, "invitation {} {person} {}", placed.invitation_id, placed.cell_id);
    }
    Sha256::new().chain_update(salt).chain_update(text.as_bytes()).finalize().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::base::id::Id;

    fn roster() -> impl Strategy<Value = Vec<Placed>> {
        let placed = (any::<u128>(), prop::option::of(any::<u128>()), 0..5).prop_map(|(id, person, cell_id)| Placed {
            invitation_id: InvitationId::from_uuid(Uuid::from_u128(id)),
            person_id: person.map(|person| PersonId::from_uuid(Uuid::from_u128(person))),
            cell_id,
        });
        prop::collection::vec(placed, 1..20)
    }

    proptest! {
        #[test]
        fn the_digest_tells_every_change_and_no_order(roster in roster(), by in any::<prop::sample::Index>(), salt in any::<[u8; 32]>()) {
            let digest = |roster: &[Placed]| super::digest(&salt, &[], roster);
            let mut turned = roster.clone();
            turned.rotate_left(by.index(roster.len()));
            prop_assert_eq!(digest(&roster), digest(&turned));
            let mut moved = roster.clone();
            moved[by.index(roster.len())].cell_id += 1;
            prop_assert_ne!(digest(&roster), digest(&moved));
            let mut salt = salt;
            salt[by.index(32)] ^= 1;
            prop_assert_ne!(digest(&roster), super::digest(&salt, &[], &roster));
        }
    }
}
