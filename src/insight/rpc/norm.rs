//! Norm sets: made, listed and deleted.
use tonic::{Request, Response};
use uuid::Uuid;

use super::load;
use crate::assessment;
use crate::base::clock::Timestamp;
use crate::base::id::{Id, NormSetId, WaveId};
use crate::base::idempotency::{Claim, claim};
use crate::base::page::PageRequest;
use crate::base::wire::{enter, replayed};
use crate::base::{Check, Context, Db, Error, Permission, Result, Tx};
use crate::directory;
use crate::disclosure::{Part, Slice};
use crate::insight::ground::Ground;
use crate::insight::norm::own::{self, Shown};
use crate::insight::norm::parse_wire::{Draft, Origin, parse};
use crate::insight::norm::pool::{self, Next};
use crate::insight::norm::{self, Basis, CaseKind, NormSet, Source, Value, wire};
use crate::insight::store::norm::{self as sets, NormQuery};
use crate::insight::store::{pool as pools, read};
use crate::instrument;
use crate::outbox::{self, EventType};
use crate::pb::insight as pb;

/// Most norm sets of a page with values, since each may have as much as a request.
const FULL_PAGE_SIZE_MAX: i32 = 50;

/// Makes a norm set.
pub(super) async fn create(
    db: &Db,
    request: Request<pb::CreateNormSetRequest>,
) -> Result<Response<pb::CreateNormSetResponse>> {
    const METHOD: &str = "orgfit.insight.v1.InsightService/CreateNormSet";
    let (ctx, message) = enter(request)?;
    ctx.caller.require_everywhere(Permission::AssessmentsWrite)?;
    let mut check = Check::new();
    let request_id = check.request_id(&message.request_id);
    let request_id = check.build(|| request_id)?;
    let mut tx = db.write("create_norm_set", ctx.scope()).await?;
    let write = match claim(&mut tx, &ctx, METHOD, request_id, &message).await? {
        Claim::New(write) => write,
        Claim::Replay(response) => {
            tx.commit().await?;
            return Ok(replayed(response));
        }
    };
    let draft = read_draft(&mut tx, &message.norm_set.unwrap_or_default()).await?;
    norm::check_room(sets::count_norm_sets(&mut tx).await?)?;
    let set = made(&mut tx, &ctx, draft).await?;
    sets::insert_norm_set(&mut tx, &set).await?;
    outbox::append(&mut tx, &ctx, EventType::NormSetCreated, set.norm_set_id, None).await?;
    // Whoever makes norm sets need not be one who reads results.
    let told = wire::norm_set(&NormSet { values: Vec::new(), ..set });
    let response = pb::CreateNormSetResponse { norm_set: Some(told) };
    write.remember(&mut tx, &response, None).await?;
    tx.commit().await?;
    Ok(Response::new(response))
}

/// Checks a norm set, and that its instrument exists.
async fn read_draft(tx: &mut Tx, asked: &pb::NormSet) -> Result<Draft> {
    let zone = directory::load_organization(tx).await?.settings.time_zone;
    let mut check = Check::within("norm_set");
    let draft = parse(&mut check, asked, zone);
    let draft = check.build(|| draft)?;
    if !instrument::key_exists(tx, &draft.about.instrument_key).await? {
        let sentence = "must be the key of an instrument";
        return Err(Error::invalid_field("norm_set.instrument_key", sentence));
    }
    Ok(draft)
}

async fn made(tx: &mut Tx, ctx: &Context, draft: Draft) -> Result<NormSet> {
    let Draft { about, origin } = draft;
    let mut set = NormSet {
        norm_set_id: ctx.new_id(),
        about,
        source: Source::Uploaded,
        period: None,
        wave_ids: Vec::new(),
        basis: Basis { case_kind: CaseKind::Organizations, organizations: 0, respondents: 0 },
        version: 0,
        values: Vec::new(),
        create_time: ctx.now,
    };
    match origin {
        Origin::Uploaded(period, basis, values) => {
            set.period = Some(period);
            (set.basis, set.values) = (basis, values);
        }
        Origin::OwnWaves(wave_ids) => {
            set.source = Source::OwnWaves;
            (set.values, set.basis) = of_waves(tx, &set.about.instrument_key, &wave_ids).await?;
            set.wave_ids = wave_ids;
        }
        Origin::Pooled => {
            set.source = Source::Pooled;
            let version = pooled(tx, &set.about.instrument_key, ctx.now).await?;
            set.basis.organizations = version.organizations();
            set.basis.respondents = version.respondents();
            (set.version, set.values) = (version.number, version.values);
        }
    }
    Ok(set)
}

/// The norm over the units of released waves.
async fn of_waves(tx: &mut Tx, key: &str, ids: &[WaveId]) -> Result<(Vec<Value>, Basis)> {
    let mut check = Check::within("norm_set");
    let mut unreleased = Check::within("norm_set");
    for (position, id) in ids.iter().enumerate() {
        let field = format!("wave_ids[{position}]");
        match assessment::find_measured(tx, *id).await? {
            Some(wave) if wave.instrument_key != key => {
                check.refuse(&field, "must be a wave of the norm set's instrument");
            }
            Some(wave) if !wave.is_released => {
                unreleased.refuse(&field, "has no release yet; wait for it");
            }
            Some(_) => {}
            None => check.refuse(&field, "must be a wave of the organization"),
        }
    }
    check.build(|| Some(()))?;
    let unreleased = unreleased.into_findings();
    if !unreleased.is_empty() {
        let defects = unreleased.into_iter().map(|finding| finding.violation).collect();
        return Err(Error::not_ready("results of all waves have to be released", defects));
    }
    let mut waves = Vec::new();
    for id in ids {
        waves.push(shown(tx, *id).await?);
    }
    own::norms(&waves)
}

/// What the latest release of a wave shows of its scope and of the units below.
async fn shown(tx: &mut Tx, wave_id: WaveId) -> Result<Shown> {
    let wave = assessment::load_wave(tx, wave_id).await?;
    let units = assessment::list_frozen_units(tx, wave_id).await?;
    let questionnaire = load::questionnaire(tx, wave_id).await?;
    let Some(release) = load::release(tx, wave_id, None).await? else {
        return Err(Error::internal("a released wave has no release"));
    };
    let ground = Ground::new(units, wave.dimensions, wave.pairs);
    let number = |unit| ground.frame().number(Slice { unit, direct: false, part: Part::Whole });
    let numbers: Vec<usize> = (0..ground.units().len()).map(number).collect();
    let cards = read::list_cards(tx, release.release_id, &numbers).await?;
    let mut units = Vec::new();
    for number in numbers.iter().skip(1) {
        units.extend(load::card(cards.get(number))?.shown());
    }
    let scope = load::card(numbers.first().and_then(|number| cards.get(number)))?;
    Ok(Shown { targets: norm::targets(&questionnaire.content), scope, units })
}

/// The version of the pooled norm that holds now; stores it when it is new.
async fn pooled(tx: &mut Tx, key: &str, now: Timestamp) -> Result<pool::Version> {
    pools::lock_pool(tx, key).await?;
    let versions = pools::list_versions(tx, key).await?;
    let contributed = pools::list_contributions(tx, key).await?;
    match pool::next(versions, &contributed)? {
        Next::Kept(version) => Ok(version),
        Next::Made(version) => {
            pools::insert_version(tx, key, &version, now).await?;
            Ok(version)
        }
    }
}

/// Lists norm sets.
pub(super) async fn list(
    db: &Db,
    request: Request<pb::ListNormSetsRequest>,
) -> Result<Response<pb::ListNormSetsResponse>> {
    const METHOD: &str = "orgfit.insight.v1.InsightService/ListNormSets";
    let (ctx, message) = enter(request)?;
    let is_part = !ctx.caller.reach(Permission::ResultsRead)?.is_organization();
    let mut check = Check::new();
    let instrument_key = match message.instrument_key.as_str() {
        "" => Some(None),
        key => check.key("instrument_key", key).map(Some),
    };
    let norm_set_id = check.optional_id::<NormSetId>("norm_set_id", &message.norm_set_id);
    let view = pb::NormSetView::try_from(message.view).ok();
    if view.is_none() {
        check.refuse("view", "is not a view of this version of the contract");
    }
    let full = view.map(|view| view == pb::NormSetView::Full);
    let most = if full == Some(true) { FULL_PAGE_SIZE_MAX } else { i32::MAX };
    let mut query = message.clone();
    query.page_size = 0;
    query.page_token.clear();
    let size = message.page_size.min(most);
    let page = PageRequest::parse(&mut check, METHOD, &query, size, &message.page_token);
    let (query, page) = check.build(|| {
        let (instrument_key, norm_set_id) = (instrument_key?, norm_set_id?);
        Some((NormQuery { instrument_key, norm_set_id, full: full? }, page?))
    })?;
    let mut tx = db.read("list_norm_sets", ctx.scope()).await?;
    let key = tx.page_key().await?;
    let after = page.after::<(Timestamp, Uuid)>(&key, ctx.now)?;
    let found = sets::list_norm_sets(&mut tx, &query, &page, after).await?;
    tx.commit().await?;
    let (found, next_page_token) =
        page.finish(&key, ctx.now, found, |set| (set.create_time, set.norm_set_id.uuid()))?;
    let told = |set: NormSet| wire::norm_set(&if is_part { set.for_part() } else { set });
    let norm_sets = found.into_iter().map(told).collect();
    Ok(Response::new(pb::ListNormSetsResponse { norm_sets, next_page_token }))
}

/// Deletes a norm set.
pub(super) async fn delete(
    db: &Db,
    request: Request<pb::DeleteNormSetRequest>,
) -> Result<Response<pb::DeleteNormSetResponse>> {
    let (ctx, message) = enter(request)?;
    ctx.caller.require_everywhere(Permission::AssessmentsWrite)?;
    let mut check = Check::new();
    let id = check.id::<NormSetId>("norm_set_id", &message.norm_set_id);
    let id = check.build(|| id)?;
    let mut tx = db.write("delete_norm_set", ctx.scope()).await?;
    if sets::delete_norm_set(&mut tx, id).await? {
        outbox::append(&mut tx, &ctx, EventType::NormSetDeleted, id, None).await?;
    }
    tx.commit().await?;
    Ok(Response::new(pb::DeleteNormSetResponse {}))
}

/// The norm set that the scores of a wave are to be compared with, as the caller sees it.
pub(super) async fn find(
    tx: &mut Tx,
    ctx: &Context,
    wave_id: WaveId,
    id: Option<NormSetId>,
) -> Result<Option<NormSet>> {
    let Some(id) = id else { return Ok(None) };
    let Some(set) = sets::find_norm_set(tx, id).await? else {
        return Err(Error::not_found(NormSetId::RESOURCE_TYPE, id.to_string()));
    };
    let wave = assessment::find_measured(tx, wave_id).await?;
    if wave.is_none_or(|wave| wave.instrument_key != set.about.instrument_key) {
        let sentence = "must be a norm set of the wave's instrument";
        return Err(Error::invalid_field("norm_set_id", sentence));
    }
    let is_part = !ctx.caller.reach(Permission::ResultsRead)?.is_organization();
    Ok(Some(if is_part { set.for_part() } else { set }))
}
