//! `InvitationService`: the only place where people and response tokens meet. Tokens are in the
//! response that issues them and nowhere else.
use std::collections::{BTreeMap, BTreeSet};

use rand::TryRngCore;
use rand::rngs::OsRng;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::super::invitation::{
    Addressee, ISSUED_AT_ONCE_MAX, Invitation, State, no_cell, other_batch, parse_batch_count,
    parse_expire_time,
};
use super::super::opening::values_of;
use super::super::wave::Wave;
use super::super::{WaveState, cells, store, wire};
use super::invitation_view::{InvitationViews, parse_participation, parse_segments};
use crate::base::caller::denied;
use crate::base::id::{Id, InvitationId, PersonId, UnitId, WaveId};
use crate::base::page::PageRequest;
use crate::base::wire::{enter, parse_timestamp};
use crate::base::{Check, Context, Db, Error, Permission, Reach, Reason, Result, Tx};
use crate::directory;
use crate::pb::assessment as pb;
use crate::respondent::{self, NewToken};
use pb::invitation_service_server::InvitationService;
use pb::issue_invitations_request::Audience;

/// The service.
#[derive(Clone, Debug)]
pub struct InvitationRpc {
    db: Db,
}

impl InvitationRpc {
    /// The service on a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

/// Invitations with the secrets of their tokens.
type Issued = Vec<(Invitation, String)>;

#[tonic::async_trait]
impl InvitationService for InvitationRpc {
    async fn issue_invitations(
        &self,
        request: Request<pb::IssueInvitationsRequest>,
    ) -> Result<Response<pb::IssueInvitationsResponse>, Status> {
        let (ctx, message) = enter(request)?;
        let reach = ctx.caller.reach(Permission::InvitationsWrite)?.clone();
        let mut check = Check::new();
        let wave_id = check.id::<WaveId>("wave_id", &message.wave_id);
        let request_id = check.request_id(&message.request_id);
        let expire_time = parse_timestamp(&mut check, "expire_time", message.expire_time.as_ref());
        let Some((wave_id, request_id, expire_time)) = wave_id
            .zip(request_id)
            .zip(expire_time)
            .map(|((wave_id, request_id), expire_time)| (wave_id, request_id, expire_time))
        else {
            return Err(check.build(|| None::<()>).err().unwrap_or_else(unreachable_check).into());
        };
        let mut tx = self.db.write("issue_invitations", ctx.scope()).await?;
        let wave = store::wave::lock_wave(&mut tx, wave_id).await?;
        wave.require_inviting(ctx.now)?;
        let expire_time =
            parse_expire_time(&mut check, expire_time, ctx.now, wave.fields.planned_close_time);
        let series = store::series::find_assessment(&mut tx, wave.assessment_id).await?;
        let scope = series.fields.scope_unit_id;
        let issuing = Issuing { ctx: &ctx, wave: &wave, scope, reach: &reach };
        let (issued, skipped) = match message.audience {
            None => {
                check.missing("audience");
                return Err(failed(check));
            }
            Some(Audience::People(people)) => {
                let people = parse_people(&mut check, &people.person_ids);
                let (people, expire_time) = check.build(|| Some((people?, expire_time?)))?;
                issuing.invite_people(&mut tx, &people, expire_time).await?
            }
            Some(Audience::AnonymousBatch(batch)) => {
                let minimum = wave.fields.policy.minimum_group_size;
                let unit_id = check.id::<UnitId>("anonymous_batch.unit_id", &batch.unit_id);
                let segments = parse_segments(
                    &mut check,
                    &batch.segments,
                    &wave.fields.policy.stored_dimension_keys,
                );
                let count = parse_batch_count(&mut check, batch.count, minimum);
                if request_id.is_none() {
                    check.missing("request_id");
                }
                let batch = check.build(|| {
                    Some(Batch {
                        id: request_id?,
                        unit_id: unit_id?,
                        segments: segments?,
                        count: count?,
                        expire_time: expire_time?,
                    })
                })?;
                (issuing.invite_nobody(&mut tx, &batch).await?, Vec::new())
            }
        };
        let cells = respondent::list_cells(&mut tx, wave_id).await?;
        let views = InvitationViews::new(&wave, &cells, ctx.now);
        let issued_invitations = issued
            .into_iter()
            .map(|(invitation, response_token)| pb::IssuedInvitation {
                invitation: Some(views.view(&invitation, None)),
                response_token,
            })
            .collect();
        tx.commit().await?;
        Ok(Response::new(pb::IssueInvitationsResponse {
            issued_invitations,
            skipped_person_ids: skipped.iter().map(ToString::to_string).collect(),
            policy_digest: wire::policy_digest(&wave),
        }))
    }

    async fn list_invitations(
        &self,
        request: Request<pb::ListInvitationsRequest>,
    ) -> Result<Response<pb::ListInvitationsResponse>, Status> {
        const METHOD: &str = "orgfit.assessment.v1.InvitationService/ListInvitations";
        let (ctx, message) = enter(request)?;
        ctx.caller.require_everywhere(Permission::InvitationsRead)?;
        let mut check = Check::new();
        let wave_id = check.id::<WaveId>("wave_id", &message.wave_id);
        let wanted = parse_participation(&mut check, message.participation);
        let query = pb::ListInvitationsRequest {
            page_size: 0,
            page_token: String::new(),
            ..message.clone()
        };
        let page =
            PageRequest::parse(&mut check, METHOD, &query, message.page_size, &message.page_token);
        let (wave_id, wanted, page) = check.build(|| Some((wave_id?, wanted?, page?)))?;
        let mut tx = self.db.read("list_invitations", ctx.scope()).await?;
        let wave = store::wave::find_wave(&mut tx, wave_id).await?;
        let spent = if wave.fields.policy.disclose_individual_participation {
            Some(respondent::list_spent(&mut tx, wave_id).await?)
        } else if wanted.is_some() {
            return Err(Error::new(
                Reason::StateConflict,
                "the wave's anonymity policy does not disclose who took part; leave participation out",
            )
            .about(WaveId::RESOURCE_TYPE, wave_id.to_string())
            .into());
        } else {
            None
        };
        let key = tx.page_key().await?;
        let after = page.after::<Uuid>(&key, ctx.now)?;
        let ids: Vec<_> = spent.iter().flatten().copied().collect();
        let among = wanted.map(|completed| (ids.as_slice(), completed));
        let invitations =
            store::invitation::list_page(&mut tx, wave_id, among, &page, after).await?;
        let cells = respondent::list_cells(&mut tx, wave_id).await?;
        tx.commit().await?;
        let (invitations, next_page_token) =
            page.finish(&key, ctx.now, invitations, |invitation| invitation.invitation_id.uuid())?;
        let views = InvitationViews::new(&wave, &cells, ctx.now);
        let invitations =
            invitations.iter().map(|invitation| views.view(invitation, spent.as_ref())).collect();
        Ok(Response::new(pb::ListInvitationsResponse { invitations, next_page_token }))
    }

    async fn revoke_invitations(
        &self,
        request: Request<pb::RevokeInvitationsRequest>,
    ) -> Result<Response<pb::RevokeInvitationsResponse>, Status> {
        let (ctx, message) = enter(request)?;
        ctx.caller.require_everywhere(Permission::InvitationsWrite)?;
        let mut check = Check::new();
        let wave_id = check.id::<WaveId>("wave_id", &message.wave_id);
        let ids = parse_ids::<InvitationId>(&mut check, "invitation_ids", &message.invitation_ids);
        let (wave_id, ids) = check.build(|| Some((wave_id?, ids?)))?;
        let mut tx = self.db.write("revoke_invitations", ctx.scope()).await?;
        let wave = store::wave::lock_wave(&mut tx, wave_id).await?;
        wave.require_inviting(ctx.now)?;
        let known = store::invitation::revoke(&mut tx, wave_id, &ids).await?;
        let mut check = Check::new();
        for (position, id) in ids.iter().enumerate() {
            if !known.contains(id) {
                check.refuse(
                    &format!("invitation_ids[{position}]"),
                    "must be an invitation to this wave",
                );
            }
        }
        check.build(|| Some(()))?;
        respondent::revoke(&mut tx, wave_id, &ids).await?;
        tx.commit().await?;
        Ok(Response::new(pb::RevokeInvitationsResponse {}))
    }
}

fn failed(check: Check) -> Status {
    check.build(|| None::<()>).err().unwrap_or_else(unreachable_check).into()
}

fn unreachable_check() -> Error {
    Error::internal("a refused request passed its check")
}

fn parse_people(check: &mut Check, people: &[String]) -> Option<Vec<PersonId>> {
    parse_ids(check, "people.person_ids", people)
}

/// 1 to 500 identifiers, each once.
fn parse_ids<I: Id + Ord>(check: &mut Check, field: &str, texts: &[String]) -> Option<Vec<I>> {
    check.count(field, texts.len(), 1..=ISSUED_AT_ONCE_MAX)?;
    let mut ids = Vec::new();
    let mut seen = BTreeSet::new();
    for (position, text) in texts.iter().enumerate() {
        let field = format!("{field}[{position}]");
        let id = check.id::<I>(&field, text);
        if let Some(id) = id {
            if !seen.insert(id) {
                check.refuse(&field, "is named before; name each once");
            }
            ids.push(id);
        }
    }
    (ids.len() == texts.len() && seen.len() == texts.len()).then_some(ids)
}

/// A batch for nobody in particular.
struct Batch {
    id: Uuid,
    unit_id: UnitId,
    segments: BTreeMap<String, String>,
    count: usize,
    expire_time: Option<crate::base::clock::Timestamp>,
}

/// Where somebody is, and what they are as far as results are broken down.
struct Place {
    unit_id: UnitId,
    segments: BTreeMap<String, String>,
}

/// What a call that issues works on.
struct Issuing<'a> {
    ctx: &'a Context,
    wave: &'a Wave,
    scope: Option<UnitId>,
    reach: &'a Reach,
}

impl Issuing<'_> {
    async fn invite_people(
        &self,
        tx: &mut Tx,
        people: &[PersonId],
        expire_time: Option<crate::base::clock::Timestamp>,
    ) -> Result<(Issued, Vec<PersonId>)> {
        let placements = self.placements(tx, people).await?;
        self.require_reached(tx, placements.values().map(|placement| placement.unit_id)).await?;
        let in_scope = self.in_scope(tx, &placements).await?;
        let mut check = Check::new();
        for (position, person) in people.iter().enumerate() {
            if !placements.get(person).is_some_and(|place| in_scope.contains(&place.unit_id)) {
                check.refuse(
                    &format!("people.person_ids[{position}]"),
                    "must be a person at work in the scope of the wave",
                );
            }
        }
        check.build(|| Some(()))?;
        let known = store::invitation::list_of_people(tx, self.wave.wave_id, people).await?;
        let known: BTreeMap<_, _> = known
            .into_iter()
            .filter_map(|invitation| match invitation.addressee {
                Addressee::Person(person) => Some((person, invitation)),
                Addressee::Nobody { .. } => None,
            })
            .collect();
        let spent = if self.wave.fields.policy.disclose_individual_participation {
            respondent::list_spent(tx, self.wave.wave_id).await?
        } else {
            BTreeSet::new()
        };
        let cells = self.cells(tx).await?;
        let (mut invitations, mut skipped) = (Vec::new(), Vec::new());
        for person in people {
            let before = known.get(person);
            if before.is_some_and(|before| spent.contains(&before.invitation_id)) {
                skipped.push(*person);
                continue;
            }
            let placement = placements.get(person).ok_or_else(unreachable_check)?;
            let place = (placement.unit_id, &placement.segments);
            invitations.push(if let Some(before) = before {
                Invitation { state: State::Issued, expire_time, ..before.clone() }
            } else {
                let addressee = Addressee::Person(*person);
                self.new_invitation(cells.as_ref(), addressee, place, expire_time)?
            });
        }
        let new: BTreeSet<_> = known.values().map(|before| before.invitation_id).collect();
        let issued = self.issue(tx, invitations, &new, None).await?;
        Ok((issued, skipped))
    }

    async fn invite_nobody(&self, tx: &mut Tx, batch: &Batch) -> Result<Issued> {
        self.require_reached(tx, std::iter::once(batch.unit_id)).await?;
        let placement = Place { unit_id: batch.unit_id, segments: batch.segments.clone() };
        let nobody = PersonId::from_uuid(Uuid::nil());
        let in_scope = self.in_scope(tx, &BTreeMap::from([(nobody, placement)])).await?;
        if !in_scope.contains(&batch.unit_id) || !directory::unit_exists(tx, batch.unit_id).await? {
            return Err(Error::invalid_field(
                "anonymous_batch.unit_id",
                "must be a unit in the scope of the wave",
            ));
        }
        let before = store::invitation::list_of_batch(tx, self.wave.wave_id, batch.id).await?;
        if !before.is_empty() {
            if before.len() != batch.count {
                other_batch()?;
            }
            let known = before.iter().map(|before| before.invitation_id).collect();
            return self.issue(tx, before, &known, Some(batch.id)).await;
        }
        let cells = self.cells(tx).await?;
        let addressee =
            Addressee::Nobody { unit_id: batch.unit_id, segments: batch.segments.clone() };
        let place = (batch.unit_id, &batch.segments);
        let invitations = (0..batch.count)
            .map(|_| {
                self.new_invitation(cells.as_ref(), addressee.clone(), place, batch.expire_time)
            })
            .collect::<Result<Vec<_>>>()?;
        self.issue(tx, invitations, &BTreeSet::new(), Some(batch.id)).await
    }

    /// Where people at work are. Those who are not there, or not at work, are not in it.
    async fn placements(
        &self,
        tx: &mut Tx,
        people: &[PersonId],
    ) -> Result<BTreeMap<PersonId, Place>> {
        let people = directory::list_roster_people(tx, people).await?.into_iter();
        Ok(people
            .filter(|person| person.is_active)
            .filter_map(|person| {
                let place = Place { unit_id: person.unit_id?, segments: person.segments };
                Some((person.person_id, place))
            })
            .collect())
    }

    /// Refuses units outside of a limited reach.
    async fn require_reached(
        &self,
        tx: &mut Tx,
        units: impl Iterator<Item = UnitId>,
    ) -> Result<()> {
        let Reach::Subtrees(tops) = self.reach else { return Ok(()) };
        let units: BTreeSet<_> = units.collect();
        let paths = directory::list_paths(tx, &units.iter().copied().collect::<Vec<_>>()).await?;
        let reached = |unit: &UnitId| {
            paths.get(unit).is_some_and(|path| path.iter().any(|above| tops.contains(above)))
        };
        if units.iter().all(reached) { Ok(()) } else { Err(denied(Permission::InvitationsWrite)) }
    }

    /// Which of the units lie in the scope of the wave.
    async fn in_scope(
        &self,
        tx: &mut Tx,
        placements: &BTreeMap<PersonId, Place>,
    ) -> Result<BTreeSet<UnitId>> {
        let units: BTreeSet<_> = placements.values().map(|place| place.unit_id).collect();
        let Some(scope) = self.scope else { return Ok(units) };
        let paths = directory::list_paths(tx, &units.iter().copied().collect::<Vec<_>>()).await?;
        Ok(paths
            .into_iter()
            .filter(|(_, path)| path.contains(&scope))
            .map(|(unit, _)| unit)
            .collect())
    }

    /// The cells of an open wave, for whoever comes late.
    async fn cells(&self, tx: &mut Tx) -> Result<Option<cells::Places>> {
        if self.wave.state != WaveState::Open {
            return Ok(None);
        }
        let units = store::unit::list_units(tx, self.wave.wave_id).await?;
        let cells = respondent::list_cells(tx, self.wave.wave_id).await?;
        Ok(Some(cells::Places::new(&units, &cells)))
    }

    fn new_invitation(
        &self,
        cells: Option<&cells::Places>,
        addressee: Addressee,
        (unit_id, segments): (UnitId, &BTreeMap<String, String>),
        expire_time: Option<crate::base::clock::Timestamp>,
    ) -> Result<Invitation> {
        let cell_id = match cells {
            None => None,
            Some(places) => {
                let values = values_of(self.wave.dimensions(), segments);
                Some(places.find(unit_id, &values).ok_or_else(no_cell)?)
            }
        };
        Ok(Invitation {
            invitation_id: self.ctx.new_random_id(),
            wave_id: self.wave.wave_id,
            addressee,
            late: cell_id.is_some(),
            state: State::Issued,
            cell_id,
            expire_time,
        })
    }

    /// Writes invitations with new tokens. Those in `known` were invited before.
    async fn issue(
        &self,
        tx: &mut Tx,
        invitations: Vec<Invitation>,
        known: &BTreeSet<InvitationId>,
        batch_id: Option<Uuid>,
    ) -> Result<Issued> {
        store::invitation::upsert(tx, &invitations, batch_id).await?;
        let late: Vec<_> = invitations
            .iter()
            .filter(|invitation| !known.contains(&invitation.invitation_id))
            .filter_map(|invitation| invitation.cell_id)
            .collect();
        respondent::add_late(tx, self.wave.wave_id, &late).await?;
        let (mut issued, mut tokens) = (Vec::new(), Vec::new());
        for invitation in invitations {
            let mut secret = [0; 32];
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
