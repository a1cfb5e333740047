//! Issuing invitations: who may get one, the cell that their answer will count for, and the token.
use std::collections::{BTreeMap, BTreeSet};

use rand::TryRngCore;
use rand::rngs::OsRng;
use uuid::Uuid;

use super::super::invitation::{Addressee, Invitation, State, no_cell, other_batch};
use super::super::opening::values_of;
use super::super::wave::{Wave, WaveState};
use super::super::{cells, store};
use crate::base::caller::denied;
use crate::base::clock::Timestamp;
use crate::base::id::{PersonId, UnitId};
use crate::base::{Check, Context, Error, Permission, Reach, Result, Tx};
use crate::directory::{self, Segments};
use crate::respondent::{self, NewToken};

/// Random bytes of a token.
const SECRET_BYTES: usize = 32;

/// Invitations with the secrets of their tokens.
pub(super) type Issued = Vec<(Invitation, String)>;

/// A batch for nobody in particular.
pub(super) struct Batch {
    pub(super) id: Uuid,
    pub(super) unit_id: UnitId,
    pub(super) segments: Segments,
    pub(super) count: usize,
    pub(super) expire_time: Option<Timestamp>,
}

/// Where somebody is today, and what they are as far as results are broken down.
#[derive(Clone)]
struct Place {
    unit_id: UnitId,
    segments: Segments,
}

/// Units with those above them, upwards.
type Paths = std::collections::HashMap<UnitId, Vec<UnitId>>;

/// What a call that issues works on.
pub(super) struct Issuing<'a> {
    pub(super) ctx: &'a Context,
    pub(super) wave: &'a Wave,
    pub(super) scope: Option<UnitId>,
    pub(super) reach: &'a Reach,
}

impl Issuing<'_> {
    /// Invites people, also such as were invited before. Returns who is left out because they have
    /// responded, where the wave tells that.
    pub(super) async fn invite_people(
        &self,
        tx: &mut Tx,
        people: &[PersonId],
        expire_time: Option<Timestamp>,
    ) -> Result<(Issued, Vec<PersonId>)> {
        let places = self.places(tx, people).await?;
        let units: BTreeSet<UnitId> = places.values().map(|place| place.unit_id).collect();
        let paths = directory::list_paths(tx, &units.into_iter().collect::<Vec<_>>()).await?;
        let there: Vec<_> = people.iter().map(|person| places.get(person)).collect();
        self.require_reached(there.iter().map(|place| place.map(|place| place.unit_id)), &paths)?;
        let mut check = Check::new();
        for (position, place) in there.iter().enumerate() {
            if !place.is_some_and(|place| self.is_in_scope(place.unit_id, &paths)) {
                check.refuse(
                    &format!("people.person_ids[{position}]"),
                    "must be a person at work in the scope of the wave",
                );
            }
        }
        check.build(|| Some(()))?;
        let known = store::invitation::list_of_people(tx, self.wave.wave_id, people).await?;
        let mut known: BTreeMap<PersonId, Invitation> = known
            .into_iter()
            .filter_map(|invitation| match invitation.addressee {
                Addressee::Person(person) => Some((person, invitation)),
                Addressee::Nobody { .. } => None,
            })
            .collect();
        let spent = if self.wave.discloses_participation() {
            respondent::list_spent(tx, self.wave.wave_id).await?
        } else {
            BTreeSet::new()
        };
        let (mut invited, mut skipped) = (Vec::new(), Vec::new());
        for (person, place) in people.iter().zip(there) {
            let place = place.ok_or_else(|| Error::internal("an unknown person passed"))?.clone();
            match known.remove(person) {
                Some(before) if spent.contains(&before.invitation_id) => skipped.push(*person),
                Some(before) => invited.push((renewed(before, expire_time), place)),
                None => {
                    let new = self.new_invitation(Addressee::Person(*person), expire_time);
                    invited.push((new, place));
                }
            }
        }
        Ok((self.issue(tx, invited, &paths, None).await?, skipped))
    }

    /// Invites nobody in particular. A repetition of a batch renews its tokens.
    pub(super) async fn invite_nobody(&self, tx: &mut Tx, batch: &Batch) -> Result<Issued> {
        let paths = directory::list_paths(tx, &[batch.unit_id]).await?;
        self.require_reached(std::iter::once(Some(batch.unit_id)), &paths)?;
        let before = store::invitation::list_of_batch(tx, self.wave.wave_id, batch.id).await?;
        let addressee =
            Addressee::Nobody { unit_id: batch.unit_id, segments: batch.segments.clone() };
        let place = Place { unit_id: batch.unit_id, segments: batch.segments.clone() };
        if !before.is_empty() {
            if before.len() != batch.count || before.iter().any(|one| one.addressee != addressee) {
                other_batch()?;
            }
            let again = before.into_iter();
            let again = again.map(|one| (renewed(one, batch.expire_time), place.clone())).collect();
            return self.issue(tx, again, &paths, Some(batch.id)).await;
        }
        if !self.is_in_scope(batch.unit_id, &paths)
            || !directory::unit_exists(tx, batch.unit_id).await?
        {
            return Err(Error::invalid_field(
                "anonymous_batch.unit_id",
                "must be a unit in the scope of the wave",
            ));
        }
        let new = (0..batch.count)
            .map(|_| (self.new_invitation(addressee.clone(), batch.expire_time), place.clone()))
            .collect();
        self.issue(tx, new, &paths, Some(batch.id)).await
    }

    /// Where people at work are. Those who are not there, or not at work, are not in it.
    async fn places(&self, tx: &mut Tx, people: &[PersonId]) -> Result<BTreeMap<PersonId, Place>> {
        let people = directory::list_roster_people(tx, people).await?.into_iter();
        Ok(people
            .filter(|person| person.is_active)
            .filter_map(|person| {
                let place = Place { unit_id: person.unit_id?, segments: person.segments };
                Some((person.person_id, place))
            })
            .collect())
    }

    /// Refuses units outside of a limited reach, and who is in none, in the same words.
    fn require_reached(
        &self,
        mut units: impl Iterator<Item = Option<UnitId>>,
        paths: &Paths,
    ) -> Result<()> {
        let Reach::Subtrees(tops) = self.reach else { return Ok(()) };
        let is_reached = |unit: Option<UnitId>| {
            let path = unit.and_then(|unit| paths.get(&unit));
            path.is_some_and(|path| path.iter().any(|above| tops.contains(above)))
        };
        if units.all(is_reached) { Ok(()) } else { Err(denied(Permission::InvitationsWrite)) }
    }

    /// Whether a unit lies in the scope of the wave.
    fn is_in_scope(&self, unit: UnitId, paths: &Paths) -> bool {
        let Some(path) = paths.get(&unit) else { return false };
        self.scope.is_none_or(|scope| path.contains(&scope))
    }

    fn new_invitation(&self, addressee: Addressee, expire_time: Option<Timestamp>) -> Invitation {
        Invitation {
            invitation_id: self.ctx.new_random_id(),
            wave_id: self.wave.wave_id,
            addressee,
            late: false,
            state: State::Issued,
            cell_id: None,
            expire_time,
        }
    }

    /// Gives those a cell who were not on the roster of an open wave when it opened: they are late.
    /// Returns the cells, one for each of them.
    async fn place(
        &self,
        tx: &mut Tx,
        invited: &mut [(Invitation, Place)],
        paths: &Paths,
    ) -> Result<Vec<i32>> {
        let is_late = |invitation: &Invitation| invitation.cell_id.is_none();
        let mut late = Vec::new();
        if self.wave.state != WaveState::Open || !invited.iter().any(|(one, _)| is_late(one)) {
            return Ok(late);
        }
        let units = store::unit::list_units(tx, self.wave.wave_id).await?;
        let cells = respondent::list_cells(tx, self.wave.wave_id).await?;
        let cells = cells::Places::new(&units, &cells);
        for (invitation, place) in invited.iter_mut().filter(|(one, _)| is_late(one)) {
            let path = paths.get(&place.unit_id).map_or(&[][..], Vec::as_slice);
            let values = values_of(self.wave.dimensions(), &place.segments);
            let cell = cells.find(path, &values).ok_or_else(no_cell)?;
            invitation.cell_id = Some(cell);
            invitation.late = true;
            late.push(cell);
        }
        Ok(late)
    }

    /// Writes invitations with new tokens.
    async fn issue(
        &self,
        tx: &mut Tx,
        mut invited: Vec<(Invitation, Place)>,
        paths: &Paths,
        batch_id: Option<Uuid>,
    ) -> Result<Issued> {
        let late = self.place(tx, &mut invited, paths).await?;
        let invitations: Vec<_> = invited.into_iter().map(|(invitation, _)| invitation).collect();
        store::invitation::upsert(tx, &invitations, batch_id).await?;
        respondent::add_late(tx, self.wave.wave_id, &late).await?;
        let (mut issued, mut tokens) = (Vec::new(), Vec::new());
        for invitation in invitations {
            let mut secret = [0; SECRET_BYTES];
            OsRng.try_fill_bytes(&mut secret).map_err(Error::internal)?;
            let organization_id = self.ctx.caller.organization_id;
            let token = respondent::write_token(organization_id, self.wave.wave_id, secret);
            tokens.push(NewToken {
                invitation_id: invitation.invitation_id,
                digest: respondent::token_digest(&token),
                cell_id: invitation.cell_id,
                expire_time: invitation.expire_time,
            });
            issued.push((invitation, token));
        }
        respondent::issue(tx, self.wave.wave_id, &tokens).await?;
        Ok(issued)
    }
}

/// An invitation that is issued once more.
fn renewed(before: Invitation, expire_time: Option<Timestamp>) -> Invitation {
    Invitation { state: State::Issued, expire_time, ..before }
}
