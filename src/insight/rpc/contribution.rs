//! What an organization gives to pooled norms: nothing before it says so, and its last word counts.
use tonic::{Request, Response};

use super::load;
use crate::assessment;
use crate::base::error::Violation;
use crate::base::wire::enter;
use crate::base::{Check, Context, Db, Error, Permission, Result, Tx};
use crate::disclosure::{Contribution, Released};
use crate::insight::norm::parse_wire::parse_provided;
use crate::insight::norm::pool::Anonymous;
use crate::insight::norm::{self, Contributed, wire};
use crate::insight::store::{pool, read};
use crate::outbox::{self, EventType};
use crate::pb::insight as pb;

/// Number of the slice of all.
const SCOPE: usize = 0;

/// Gives the latest released wave of the whole organization.
pub(super) async fn begin(
    db: &Db,
    request: Request<pb::ContributeToNormsRequest>,
) -> Result<Response<pb::ContributeToNormsResponse>> {
    let (ctx, message) = enter(request)?;
    ctx.caller.require_everywhere(Permission::OrganizationWrite)?;
    let key = parse(&message.instrument_key)?;
    let mut tx = db.write("contribute_to_norms", ctx.scope()).await?;
    let (contributed, given) = latest(&mut tx, &ctx, key).await?;
    let before = pool::find_contribution(&mut tx, &contributed.instrument_key).await?;
    let contributed = match before {
        Some(before) if before.release_id == contributed.release_id => before,
        before => {
            if let Some(before) = before {
                end(&mut tx, &ctx, &before.instrument_key).await?;
            }
            pool::insert_contribution(&mut tx, &contributed, &given).await?;
            let event = EventType::ReleaseContributed;
            outbox::append(&mut tx, &ctx, event, contributed.release_id, None).await?;
            contributed
        }
    };
    tx.commit().await?;
    let contribution = Some(wire::contribution(&contributed));
    Ok(Response::new(pb::ContributeToNormsResponse { contribution }))
}

/// What the organization would give now.
async fn latest(tx: &mut Tx, ctx: &Context, key: String) -> Result<(Contributed, Anonymous)> {
    let Some(wave_id) = assessment::find_latest_released(tx, &key).await? else {
        return Err(not_ready(
            "wave",
            "a wave of the whole organization with the instrument must have been released",
        ));
    };
    let questionnaire = load::questionnaire(tx, wave_id).await?;
    if !questionnaire.form_key.is_empty() {
        return Err(not_ready("wave.form_key", "the latest wave must have asked all items"));
    }
    let Some(release) = load::release(tx, wave_id, None).await? else {
        return Err(Error::internal("a released wave has no release"));
    };
    let cards = read::list_cards(tx, release.release_id, &[SCOPE]).await?;
    let contribution = match load::card(cards.get(&SCOPE))? {
        Released::Shown(card) => Contribution::of_card(&card),
        Released::Hidden(_) => None,
    };
    let Some(contribution) = contribution else {
        return Err(not_ready(
            "wave.scores",
            "the latest wave must show all scores of the whole organization",
        ));
    };
    let targets = norm::targets(&questionnaire.content);
    let given = Anonymous { contribution_id: ctx.new_random_uuid(), targets, contribution };
    let contributed = Contributed {
        instrument_key: key,
        wave_id,
        release_id: release.id(),
        contribute_time: ctx.now,
    };
    Ok((contributed, given))
}

fn not_ready(field: &str, description: &str) -> Error {
    let violation = Violation { field: field.to_owned(), description: description.to_owned() };
    Error::not_ready("the organization has nothing to contribute yet", vec![violation])
}

/// Takes back what is given.
pub(super) async fn stop(
    db: &Db,
    request: Request<pb::StopContributingRequest>,
) -> Result<Response<pb::StopContributingResponse>> {
    let (ctx, message) = enter(request)?;
    ctx.caller.require_everywhere(Permission::OrganizationWrite)?;
    let key = parse(&message.instrument_key)?;
    let mut tx = db.write("stop_contributing", ctx.scope()).await?;
    end(&mut tx, &ctx, &key).await?;
    tx.commit().await?;
    Ok(Response::new(pb::StopContributingResponse {}))
}

async fn end(tx: &mut Tx, ctx: &Context, key: &str) -> Result<()> {
    match pool::delete_contribution(tx, key).await? {
        Some(release) => outbox::append(tx, ctx, EventType::ReleaseWithdrawn, release, None).await,
        None => Ok(()),
    }
}

/// Tells what is given.
pub(super) async fn get(
    db: &Db,
    request: Request<pb::GetNormContributionRequest>,
) -> Result<Response<pb::GetNormContributionResponse>> {
    let (ctx, message) = enter(request)?;
    ctx.caller.reach(Permission::AssessmentsRead)?;
    let key = parse(&message.instrument_key)?;
    let mut tx = db.read("get_norm_contribution", ctx.scope()).await?;
    let contributed = pool::find_contribution(&mut tx, &key).await?;
    tx.commit().await?;
    let contribution = contributed.as_ref().map(wire::contribution);
    Ok(Response::new(pb::GetNormContributionResponse { contribution }))
}

fn parse(key: &str) -> Result<String> {
    let mut check = Check::new();
    let key = parse_provided(&mut check, key);
    check.build(|| key)
}
