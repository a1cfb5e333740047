//! `PreviewRelease`: what a wave's people are by now, and how much of it would be shown.
use std::collections::BTreeMap;

use tonic::{Request, Response};

use super::load;
use crate::assessment::{self, WaveState, WaveView};
use crate::base::caller::denied;
use crate::base::id::{Id, WaveId};
use crate::base::wire::enter;
use crate::base::{Check, Context, Db, Error, Permission, Reason, Result, Tx};
use crate::insight::ground::Ground;
use crate::insight::preview::{People, Peopled, find_units, preview};
use crate::insight::wire;
use crate::pb::insight as pb;
use crate::respondent;

/// What is planned, loaded.
struct Loaded {
    ground: Ground,
    people: People,
    minimum: u32,
    salt: Vec<u8>,
}

pub(super) async fn answer(
    db: &Db,
    request: Request<pb::PreviewReleaseRequest>,
) -> Result<Response<pb::PreviewReleaseResponse>> {
    let (ctx, message) = enter(request)?;
    ctx.caller.reach(Permission::AssessmentsWrite)?;
    let mut check = Check::new();
    let wave_id = check.id::<WaveId>("wave_id", &message.wave_id);
    let merges = wire::parse_merges(&mut check, &message.merges);
    let (wave_id, merges) = check.build(|| Some((wave_id?, merges?)))?;

    let mut tx = db.read("preview_release", ctx.scope()).await?;
    let loaded = load(&mut tx, &ctx, wave_id).await?;
    tx.commit().await?;

    let merges = find_units(&loaded.ground, &merges)?;
    // A plan of many units takes a while, in which the thread would serve nobody else.
    let preview = tokio::task::spawn_blocking(move || {
        preview(&loaded.ground, &loaded.people, &merges, (loaded.minimum, &loaded.salt))
    });
    Ok(Response::new(wire::preview(&preview.await.map_err(Error::internal)?)))
}

/// Loads a wave for whoever sees all of it. Numbers of a whole wave would tell others of units out of
/// their reach.
async fn load(tx: &mut Tx, ctx: &Context, wave_id: WaveId) -> Result<Loaded> {
    let permission = Permission::AssessmentsWrite;
    let reach = ctx.caller.reach(permission)?;
    let wave = load::find(tx, reach, wave_id, permission).await?;
    let mut outlook = None;
    let (units, dimensions) = if wave.state == WaveState::Draft {
        let ahead = outlook.insert(assessment::look_ahead(tx, wave_id).await?);
        (ahead.units.clone(), ahead.dimensions.clone())
    } else {
        (assessment::list_frozen_units(tx, wave_id).await?, wave.dimensions.clone())
    };
    let ground = Ground::new(units, dimensions, wave.pairs.clone());
    if !load::sight(tx, reach, permission, &ground).await?.is_whole() {
        return Err(denied(permission));
    }
    let minimum = u32::try_from(wave.minimum_group_size).map_err(Error::internal)?;
    let (people, salt) = match outlook {
        Some(_) if wave.imported => return Err(no_roster(&wave)),
        Some(outlook) => {
            let ahead = outlook.require_sound()?;
            (People::Planned(ahead.groups), ahead.policy_digest.to_vec())
        }
        None => (settled(tx, &wave, &ground).await?, wave.policy_digest),
    };
    Ok(Loaded { ground, people, minimum, salt })
}

/// The people of an opened wave: who was invited, or after the close, who responded.
async fn settled(tx: &mut Tx, wave: &WaveView, ground: &Ground) -> Result<People> {
    let responses = match wave.state {
        WaveState::Open if wave.imported => return Err(no_roster(wave)),
        WaveState::Open => None,
        WaveState::Closed => {
            let counted = respondent::count_answers(tx, wave.wave_id).await?;
            Some(counted.ok_or_else(|| not_mixed(wave))?.into_iter().collect::<BTreeMap<_, _>>())
        }
        WaveState::Draft | WaveState::Cancelled => return Err(cancelled(wave)),
    };
    let cells = respondent::list_cells(tx, wave.wave_id).await?.into_iter().map(|cell| {
        let unit = ground
            .position(Some(cell.unit_id))
            .ok_or_else(|| Error::internal("a cell is of a unit outside the tree"))?;
        let people = match &responses {
            None => cell.invited,
            Some(responses) => responses.get(&cell.cell_id).copied().unwrap_or(0),
        };
        Ok(Peopled {
            unit,
            values: cell.values,
            invited: u32::try_from(cell.invited).map_err(Error::internal)?,
            people: u32::try_from(people).map_err(Error::internal)?,
        })
    });
    Ok(People::Settled(cells.collect::<Result<_>>()?))
}

fn refused(wave: &WaveView, state: &'static str, sentence: &str) -> Error {
    Error::new(Reason::StateConflict, sentence)
        .about(WaveId::RESOURCE_TYPE, wave.wave_id.to_string())
        .with("state", state)
}

fn cancelled(wave: &WaveView) -> Error {
    refused(wave, wave.state.as_str(), "nothing of a cancelled wave is ever shown")
        .with("allowedStates", "DRAFT,OPEN,CLOSED")
}

fn no_roster(wave: &WaveView) -> Error {
    refused(
        wave,
        wave.state.as_str(),
        "the answers of the wave are imported, so there is no roster to plan from; ask once it is closed",
    )
    .with("allowedStates", "CLOSED")
}

fn not_mixed(wave: &WaveView) -> Error {
    refused(
        wave,
        wave.state.as_str(),
        "the wave has just been closed and its responses are not counted yet; ask again in a moment",
    )
}
