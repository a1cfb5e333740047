//! The calls on waves: load, decide, save.
use rand::TryRngCore;
use rand::rngs::OsRng;
use tonic::{Request, Response};

use super::super::opening::{Warning, inspect};
use super::super::series::Assessment;
use super::super::wave::{self as nouns, ResultsState, Wave, WaveFields, WaveState};
use super::super::{closing, store, wire};
use super::series::require_scope;
use crate::base::id::{AssessmentId, Id, InstrumentId, WaveId};
use crate::base::idempotency::{Claim, claim};
use crate::base::page::PageRequest;
use crate::base::wire::{enter, parse_mask, replayed};
use crate::base::{Check, Context, Db, Error, Permission, Reason, Result, Tx};
use crate::outbox::{self, EventType};
use crate::pb::assessment as pb;
use crate::{directory, instrument, respondent};

/// Random bytes that salt the digest of a roster.
const SALT_BYTES: usize = 32;
const WAVE_PATHS: &[&str] = &[
    "display_name",
    "instrument_id",
    "form_key",
    "planned_close_time",
    "time_zone",
    "measured_period",
    "language_codes",
    "anonymity_policy",
];

pub(super) async fn create(
    db: &Db,
    request: Request<pb::CreateWaveRequest>,
) -> Result<Response<pb::CreateWaveResponse>> {
    const METHOD: &str = "orgfit.assessment.v1.AssessmentService/CreateWave";
    let (ctx, message) = enter(request)?;
    let mut check = Check::new();
    let request_id = check.request_id(&message.request_id);
    let request_id = check.build(|| request_id)?;
    let mut tx = db.write("create_wave", ctx.scope()).await?;
    let write = match claim(&mut tx, &ctx, METHOD, request_id, &message).await? {
        Claim::New(write) => write,
        Claim::Replay(response) => {
            tx.commit().await?;
            return Ok(replayed(response));
        }
    };
    let asked = message.wave.unwrap_or_default();
    let mut check = Check::within("wave");
    let assessment_id = check.id::<AssessmentId>("assessment_id", &asked.assessment_id);
    let source = wire::parse_source(&mut check, asked.source);
    let fields = parse_fields(&mut tx, &ctx, &mut check, &asked, source).await?;
    if let Some(fields) = &fields {
        nouns::require_to_come(&mut check, fields.planned_close_time, ctx.now);
        require_instrument(&mut tx, &mut check, fields.instrument_id).await?;
    }
    let (assessment_id, source, fields) =
        check.build(|| Some((assessment_id?, source?, fields?)))?;
    let assessment = store::series::lock_assessment(&mut tx, assessment_id).await?;
    require_scope(&mut tx, &ctx, assessment.fields.scope_unit_id).await?;
    require_strict(&mut tx, &fields).await?;
    if let Some(current) = store::wave::find_current(&mut tx, assessment_id).await? {
        return Err(Error::new(
            Reason::StateConflict,
            "the assessment has a wave that is neither closed nor cancelled; end that one first",
        )
        .about(WaveId::RESOURCE_TYPE, current.to_string()));
    }
    let (newest, _) = store::series::find_newest(&mut tx, assessment_id).await?;
    let wave = Wave {
        wave_id: ctx.new_id(),
        assessment_id,
        number: newest + 1,
        source,
        fields,
        state: WaveState::Draft,
        results: ResultsState::NotReleased,
        frozen: None,
        open_time: None,
        close_time: None,
        revision: 1,
        create_time: ctx.now,
        update_time: ctx.now,
    };
    store::wave::insert_wave(&mut tx, &wave).await?;
    tell(&mut tx, &ctx, &wave, EventType::WaveUpdated).await?;
    let response = pb::CreateWaveResponse { wave: Some(wire::wave(&wave)) };
    write.remember(&mut tx, &response, None).await?;
    tx.commit().await?;
    Ok(Response::new(response))
}

pub(super) async fn get(
    db: &Db,
    request: Request<pb::GetWaveRequest>,
) -> Result<Response<pb::GetWaveResponse>> {
    let (ctx, message) = enter(request)?;
    ctx.caller.reach(Permission::AssessmentsRead)?;
    let mut check = Check::new();
    let id = check.id::<WaveId>("wave_id", &message.wave_id);
    let id = check.build(|| id)?;
    let mut tx = db.read("get_wave", ctx.scope()).await?;
    let wave = store::wave::find_wave(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Response::new(pb::GetWaveResponse { wave: Some(wire::wave(&wave)) }))
}

pub(super) async fn list(
    db: &Db,
    request: Request<pb::ListWavesRequest>,
) -> Result<Response<pb::ListWavesResponse>> {
    const METHOD: &str = "orgfit.assessment.v1.AssessmentService/ListWaves";
    let (ctx, message) = enter(request)?;
    ctx.caller.reach(Permission::AssessmentsRead)?;
    let mut check = Check::new();
    let id = check.id::<AssessmentId>("assessment_id", &message.assessment_id);
    let query = &message.assessment_id;
    let page =
        PageRequest::parse(&mut check, METHOD, query, message.page_size, &message.page_token);
    let (id, page) = check.build(|| Some((id?, page?)))?;
    let mut tx = db.read("list_waves", ctx.scope()).await?;
    store::series::find_assessment(&mut tx, id).await?;
    let key = tx.page_key().await?;
    let after = page.after::<i32>(&key, ctx.now)?;
    let waves = store::wave::list_waves(&mut tx, id, &page, after).await?;
    tx.commit().await?;
    let (waves, next_page_token) = page.finish(&key, ctx.now, waves, |wave| wave.number)?;
    let waves = waves.iter().map(wire::wave).collect();
    Ok(Response::new(pb::ListWavesResponse { waves, next_page_token }))
}

pub(super) async fn update(
    db: &Db,
    request: Request<pb::UpdateWaveRequest>,
) -> Result<Response<pb::UpdateWaveResponse>> {
    let (ctx, message) = enter(request)?;
    let paths = parse_mask(message.update_mask.as_ref(), WAVE_PATHS)?;
    let asked = message.wave.unwrap_or_default();
    let mut check = Check::within("wave");
    let id = check.id::<WaveId>("wave_id", &asked.wave_id);
    let id = check.build(|| id)?;
    let mut tx = db.write("update_wave", ctx.scope()).await?;
    let (mut wave, _) = locked(&mut tx, &ctx, id).await?;
    wave.etag().check(&asked.etag, WaveId::RESOURCE_TYPE, &id)?;
    let mut merged = wire::wave(&wave);
    merge(&mut merged, &asked, &paths);
    let changes_policy = paths.contains(&"anonymity_policy");
    if !changes_policy {
        // What was promised stays, even if the scheme has other dimensions by now.
        merged.anonymity_policy = None;
    }
    let mut check = Check::within("wave");
    let fields = parse_fields(&mut tx, &ctx, &mut check, &merged, Some(wave.source)).await?;
    if paths.contains(&"planned_close_time")
        && let Some(fields) = &fields
    {
        nouns::require_to_come(&mut check, fields.planned_close_time, ctx.now);
    }
    if paths.contains(&"instrument_id")
        && let Some(fields) = &fields
    {
        require_instrument(&mut tx, &mut check, fields.instrument_id).await?;
    }
    let mut fields = check.build(|| fields)?;
    if !changes_policy {
        fields.policy.clone_from(&wave.fields.policy);
    }
    let planned = wave.fields.planned_close_time;
    wave.change(fields, ctx.now)?;
    if wave.state == WaveState::Draft && changes_policy {
        require_strict(&mut tx, &wave.fields).await?;
    }
    if wave.state == WaveState::Open && wave.fields.planned_close_time != planned {
        respondent::set_close_time(&mut tx, id, wave.fields.planned_close_time).await?;
    }
    store::wave::update_wave(&mut tx, &wave).await?;
    tell(&mut tx, &ctx, &wave, EventType::WaveUpdated).await?;
    tx.commit().await?;
    Ok(Response::new(pb::UpdateWaveResponse { wave: Some(wire::wave(&wave)) }))
}

fn merge(wave: &mut pb::Wave, asked: &pb::Wave, paths: &[&str]) {
    for path in paths {
        match *path {
            "display_name" => wave.display_name.clone_from(&asked.display_name),
            "instrument_id" => wave.instrument_id.clone_from(&asked.instrument_id),
            "form_key" => wave.form_key.clone_from(&asked.form_key),
            "planned_close_time" => wave.planned_close_time = asked.planned_close_time,
            "time_zone" => wave.time_zone.clone_from(&asked.time_zone),
            "measured_period" => wave.measured_period.clone_from(&asked.measured_period),
            "language_codes" => wave.language_codes.clone_from(&asked.language_codes),
            _ => wave.anonymity_policy.clone_from(&asked.anonymity_policy),
        }
    }
}

pub(super) async fn open(
    db: &Db,
    request: Request<pb::OpenWaveRequest>,
) -> Result<Response<pb::OpenWaveResponse>> {
    const METHOD: &str = "orgfit.assessment.v1.AssessmentService/OpenWave";
    let (ctx, message) = enter(request)?;
    let (id, request_id) = parse_verb(&message.wave_id, &message.request_id)?;
    let mut tx = db.write("open_wave", ctx.scope()).await?;
    let write = match claim(&mut tx, &ctx, METHOD, request_id, &message).await? {
        Claim::New(write) => write,
        Claim::Replay(response) => {
            tx.commit().await?;
            return Ok(replayed(response));
        }
    };
    let (mut wave, assessment) = locked(&mut tx, &ctx, id).await?;
    wave.etag().require(&message.etag, WaveId::RESOURCE_TYPE, &id)?;
    wave.require_state(&[WaveState::Draft])?;
    let ground = inspect(&mut tx, &ctx, &wave, &assessment).await?;
    let warnings: Vec<Warning> = ground.warnings();
    let warnings = warnings.into_iter().map(wire::warning).collect();
    if message.validate_only {
        // Nothing is opened, so nothing that opening generates is told.
        let wave = pb::Wave { etag: String::new(), update_time: None, ..wire::wave(&wave) };
        return Ok(Response::new(pb::OpenWaveResponse { wave: Some(wave), warnings }));
    }
    let mut salt = [0; SALT_BYTES];
    OsRng.try_fill_bytes(&mut salt).map_err(Error::internal)?;
    ground.open(&mut tx, &ctx, &mut wave, &salt).await?;
    let response = pb::OpenWaveResponse { wave: Some(wire::wave(&wave)), warnings };
    write.remember(&mut tx, &response, None).await?;
    tx.commit().await?;
    Ok(Response::new(response))
}

pub(super) async fn close(
    db: &Db,
    request: Request<pb::CloseWaveRequest>,
) -> Result<Response<pb::CloseWaveResponse>> {
    const METHOD: &str = "orgfit.assessment.v1.AssessmentService/CloseWave";
    let (ctx, message) = enter(request)?;
    let (id, request_id) = parse_verb(&message.wave_id, &message.request_id)?;
    let mut tx = db.write("close_wave", ctx.scope()).await?;
    let write = match claim(&mut tx, &ctx, METHOD, request_id, &message).await? {
        Claim::New(write) => write,
        Claim::Replay(response) => {
            tx.commit().await?;
            return Ok(replayed(response));
        }
    };
    let (mut wave, _) = locked(&mut tx, &ctx, id).await?;
    closing::close(&mut tx, &ctx, &mut wave).await?;
    let response = pb::CloseWaveResponse { wave: Some(wire::wave(&wave)) };
    write.remember(&mut tx, &response, None).await?;
    tx.commit().await?;
    Ok(Response::new(response))
}

pub(super) async fn cancel(
    db: &Db,
    request: Request<pb::CancelWaveRequest>,
) -> Result<Response<pb::CancelWaveResponse>> {
    const METHOD: &str = "orgfit.assessment.v1.AssessmentService/CancelWave";
    let (ctx, message) = enter(request)?;
    let (id, request_id) = parse_verb(&message.wave_id, &message.request_id)?;
    let mut tx = db.write("cancel_wave", ctx.scope()).await?;
    let write = match claim(&mut tx, &ctx, METHOD, request_id, &message).await? {
        Claim::New(write) => write,
        Claim::Replay(response) => {
            tx.commit().await?;
            return Ok(replayed(response));
        }
    };
    let (mut wave, _) = locked(&mut tx, &ctx, id).await?;
    wave.etag().require(&message.etag, WaveId::RESOURCE_TYPE, &id)?;
    wave.cancel(ctx.now)?;
    store::wave::update_wave(&mut tx, &wave).await?;
    tell(&mut tx, &ctx, &wave, EventType::WaveCancelled).await?;
    let response = pb::CancelWaveResponse { wave: Some(wire::wave(&wave)) };
    write.remember(&mut tx, &response, None).await?;
    // Last, since answers to other waves wait from here on.
    respondent::cancel(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Response::new(response))
}

fn parse_verb(wave_id: &str, request_id: &str) -> Result<(WaveId, Option<uuid::Uuid>)> {
    let mut check = Check::new();
    let id = check.id::<WaveId>("wave_id", wave_id);
    let request_id = check.request_id(request_id);
    check.build(|| Some((id?, request_id?)))
}

/// A wave locked for a change, with its series, which must be within the caller's reach.
async fn locked(tx: &mut Tx, ctx: &Context, id: WaveId) -> Result<(Wave, Assessment)> {
    ctx.caller.reach(Permission::AssessmentsWrite)?;
    let wave = store::wave::lock_wave(tx, id).await?;
    let assessment = store::series::share_assessment(tx, wave.assessment_id).await?;
    require_scope(tx, ctx, assessment.fields.scope_unit_id).await?;
    Ok((wave, assessment))
}

/// Checks the fields of a wave.
async fn parse_fields(
    tx: &mut Tx,
    ctx: &Context,
    check: &mut Check,
    asked: &pb::Wave,
    source: Option<nouns::Source>,
) -> Result<Option<WaveFields>> {
    let settings = directory::load_organization(tx).await?.settings;
    let scheme = directory::load_scheme(tx).await?;
    let standards = wire::Standards {
        privacy: settings.privacy_policy,
        time_zone: settings.time_zone,
        scheme: &scheme,
        now: ctx.now,
    };
    Ok(wire::parse_wave(check, asked, source, &standards))
}

/// Notes an instrument that does not exist. Whether it can be used is asked at the opening.
async fn require_instrument(tx: &mut Tx, check: &mut Check, id: InstrumentId) -> Result<()> {
    if instrument::find_instrument(tx, id).await?.is_none() {
        check.refuse("instrument_id", "must be a version of an instrument");
    }
    Ok(())
}

/// Refuses promises that are weaker than the organization's.
async fn require_strict(tx: &mut Tx, fields: &WaveFields) -> Result<()> {
    let settings = directory::load_organization(tx).await?.settings;
    fields.policy.require_not_weaker(settings.privacy_policy)
}

async fn tell(tx: &mut Tx, ctx: &Context, wave: &Wave, event: EventType) -> Result<()> {
    outbox::append(tx, ctx, event, wave.wave_id, Some(wave.etag())).await
}
