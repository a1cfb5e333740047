//! `InvitationService`: the only place where people and response tokens meet. Tokens are in the
//! response that issues them and nowhere else.
use std::collections::{BTreeSet, HashMap};

use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::super::invitation::{
    Addressee, ISSUED_AT_ONCE_MAX, Invitation, parse_batch_count, parse_expire_time,
};
use super::super::wave::{Wave, WaveState};
use super::super::{store, wire};
use super::invitation_view::{InvitationViews, parse_participation, parse_segments};
use super::issuing::{Batch, Issuing};
use crate::base::id::{Id, InvitationId, PersonId, UnitId, WaveId};
use crate::base::page::PageRequest;
use crate::base::wire::{enter, parse_timestamp};
use crate::base::{Check, Db, Error, Permission, Reason, Result, Tx};
use crate::directory::{self, SegmentDimension};
use crate::pb::assessment as pb;
use crate::respondent;
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
                let stored = stored_dimensions(&mut tx, &wave).await?;
                let segments = parse_segments(&mut check, &batch.segments, &stored);
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
        let invited = issued.iter().map(|(invitation, _)| invitation);
        let units = units_of_people(&mut tx, &wave, invited).await?;
        let views = InvitationViews::new(&wave, &cells, &units, ctx.now);
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
        let spent = if wave.discloses_participation() {
            Some(respondent::list_spent(&mut tx, wave_id).await?)
        } else if wanted.is_some() {
            return Err(Error::new(
                Reason::StateConflict,
                "the wave's anonymity policy does not disclose who took part, or the wave is over; leave participation out",
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
        let units = units_of_people(&mut tx, &wave, invitations.iter()).await?;
        tx.commit().await?;
        let (invitations, next_page_token) =
            page.finish(&key, ctx.now, invitations, |invitation| invitation.invitation_id.uuid())?;
        let views = InvitationViews::new(&wave, &cells, &units, ctx.now);
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

/// The segment dimensions that a wave stores, or will.
async fn stored_dimensions(tx: &mut Tx, wave: &Wave) -> Result<Vec<SegmentDimension>> {
    if wave.frozen.is_some() {
        return Ok(wave.dimensions().to_vec());
    }
    let scheme = directory::load_scheme(tx).await?;
    Ok(wave.fields.policy.stored_dimensions(&scheme).unwrap_or_default())
}

/// The present units of invited people, as long as no cell tells what their answers count for.
async fn units_of_people(
    tx: &mut Tx,
    wave: &Wave,
    invitations: impl Iterator<Item = &Invitation>,
) -> Result<HashMap<PersonId, UnitId>> {
    if wave.state != WaveState::Draft {
        return Ok(HashMap::new());
    }
    let people: Vec<PersonId> = invitations
        .filter_map(|invitation| match invitation.addressee {
            Addressee::Person(person) => Some(person),
            Addressee::Nobody { .. } => None,
        })
        .collect();
    let people = directory::list_roster_people(tx, &people).await?;
    Ok(people.iter().filter_map(|person| Some((person.person_id, person.unit_id?))).collect())
}
