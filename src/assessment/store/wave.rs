//! SQL of waves.
use sqlx::types::Json;
use uuid::Uuid;

use crate::assessment::policy::AnonymityPolicy;
use crate::assessment::wave::{
    Frozen, MeasuredPeriod, ResultsState, Source, Wave, WaveFields, WaveState,
};
use crate::base::clock::Timestamp;
use crate::base::id::{AssessmentId, Id, InstrumentId, WaveId};
use crate::base::page::PageRequest;
use crate::base::{Error, Result, Tx};
use crate::directory::SegmentDimension;

#[derive(sqlx::FromRow)]
struct WaveRow {
    wave_id: Uuid,
    assessment_id: Uuid,
    number: i32,
    display_name: String,
    source: i16,
    instrument_id: Uuid,
    form_key: String,
    state: i16,
    results_state: i16,
    planned_close_time: Option<Timestamp>,
    time_zone: String,
    measured_period: Option<Json<MeasuredPeriod>>,
    language_codes: Vec<String>,
    policy: Json<AnonymityPolicy>,
    frozen: Option<Json<Vec<SegmentDimension>>>,
    roster_digest: Option<Vec<u8>>,
    policy_digest: Option<Vec<u8>>,
    open_time: Option<Timestamp>,
    close_time: Option<Timestamp>,
    revision: i64,
    create_time: Timestamp,
    update_time: Timestamp,
}

impl TryFrom<WaveRow> for Wave {
    type Error = Error;

    fn try_from(row: WaveRow) -> Result<Self> {
        let unknown = || Error::internal("a stored word of a wave is unknown");
        let digest = |digest: Option<Vec<u8>>| digest.unwrap_or_default();
        Ok(Self {
            wave_id: WaveId::from_uuid(row.wave_id),
            assessment_id: AssessmentId::from_uuid(row.assessment_id),
            number: row.number,
            source: Source::from_number(row.source.into()).ok_or_else(unknown)?,
            fields: WaveFields {
                display_name: row.display_name,
                instrument_id: InstrumentId::from_uuid(row.instrument_id),
                form_key: row.form_key,
                planned_close_time: row.planned_close_time,
                time_zone: row.time_zone.parse().map_err(|_| unknown())?,
                measured_period: row.measured_period.map(|period| period.0),
                language_codes: row.language_codes,
                policy: row.policy.0,
            },
            state: WaveState::from_number(row.state).ok_or_else(unknown)?,
            results: ResultsState::from_number(row.results_state).ok_or_else(unknown)?,
            frozen: row.frozen.map(|dimensions| Frozen {
                dimensions: dimensions.0,
                roster_digest: digest(row.roster_digest),
                policy_digest: digest(row.policy_digest),
            }),
            open_time: row.open_time,
            close_time: row.close_time,
            revision: row.revision,
            create_time: row.create_time,
            update_time: row.update_time,
        })
    }
}

const COLUMNS: &str = "wave_id, assessment_id, number, display_name, source, instrument_id, form_key,
    state, results_state, planned_close_time, time_zone, measured_period, language_codes, policy,
    frozen, roster_digest, policy_digest, open_time, close_time, revision, create_time, update_time";

/// A wave.
pub(in crate::assessment) async fn find_wave(tx: &mut Tx, id: WaveId) -> Result<Wave> {
    fetch(tx, id, format!("-- assessment::find_wave\nSELECT {COLUMNS} FROM assessment_waves WHERE tenant_id = $1 AND wave_id = $2")).await
}

/// A wave, locked: whoever changes it or invites to it holds it.
pub(in crate::assessment) async fn lock_wave(tx: &mut Tx, id: WaveId) -> Result<Wave> {
    fetch(tx, id, format!("-- assessment::lock_wave\nSELECT {COLUMNS} FROM assessment_waves WHERE tenant_id = $1 AND wave_id = $2 FOR NO KEY UPDATE")).await
}

/// A wave that stays as it is until the transaction ends.
pub(in crate::assessment) async fn share_wave(tx: &mut Tx, id: WaveId) -> Result<Wave> {
    fetch(tx, id, format!("-- assessment::share_wave\nSELECT {COLUMNS} FROM assessment_waves WHERE tenant_id = $1 AND wave_id = $2 FOR SHARE")).await
}

async fn fetch(tx: &mut Tx, id: WaveId, sql: String) -> Result<Wave> {
    let tenant = tx.scope().organization_id;
    let row: Option<WaveRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(id.uuid())
        .fetch_optional(tx.connection()?)
        .await?;
    row.ok_or_else(|| Error::not_found(WaveId::RESOURCE_TYPE, id.to_string()))?.try_into()
}

/// A page of the waves of an assessment, newest first.
pub(in crate::assessment) async fn list_waves(
    tx: &mut Tx,
    assessment_id: AssessmentId,
    page: &PageRequest,
    after: Option<i32>,
) -> Result<Vec<Wave>> {
    let tenant = tx.scope().organization_id;
    let sql = format!(
        "-- assessment::list_waves
         SELECT {COLUMNS} FROM assessment_waves
         WHERE tenant_id = $1 AND assessment_id = $2 AND ($3::int IS NULL OR number < $3)
         ORDER BY number DESC LIMIT $4"
    );
    let rows: Vec<WaveRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(assessment_id.uuid())
        .bind(after)
        .bind(page.fetch())
        .fetch_all(tx.connection()?)
        .await?;
    rows.into_iter().map(Wave::try_from).collect()
}

/// The wave of an assessment that is neither closed nor cancelled.
pub(in crate::assessment) async fn find_current(
    tx: &mut Tx,
    assessment_id: AssessmentId,
) -> Result<Option<WaveId>> {
    let tenant = tx.scope().organization_id;
    let id: Option<Uuid> = sqlx::query_scalar(
        "-- assessment::find_current_wave
         SELECT wave_id FROM assessment_waves
         WHERE tenant_id = $1 AND assessment_id = $2 AND state IN (1, 2)",
    )
    .bind(tenant.uuid())
    .bind(assessment_id.uuid())
    .fetch_optional(tx.connection()?)
    .await?;
    Ok(id.map(WaveId::from_uuid))
}

/// Inserts a wave.
pub(in crate::assessment) async fn insert_wave(tx: &mut Tx, wave: &Wave) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- assessment::insert_wave
         INSERT INTO assessment_waves (tenant_id, wave_id, assessment_id, number, source, state,
             results_state, revision, create_time, update_time, display_name, instrument_id,
             form_key, planned_close_time, time_zone, measured_period, language_codes, policy)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
    )
    .bind(tenant.uuid())
    .bind(wave.wave_id.uuid())
    .bind(wave.assessment_id.uuid())
    .bind(wave.number)
    .bind(wave.source.number())
    .bind(wave.state.number())
    .bind(wave.results.number())
    .bind(wave.revision)
    .bind(wave.create_time)
    .bind(wave.update_time)
    .bind(&wave.fields.display_name)
    .bind(wave.fields.instrument_id.uuid())
    .bind(&wave.fields.form_key)
    .bind(wave.fields.planned_close_time)
    .bind(wave.fields.time_zone.name())
    .bind(wave.fields.measured_period.as_ref().map(Json))
    .bind(&wave.fields.language_codes)
    .bind(Json(&wave.fields.policy))
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Writes a wave as it now is.
pub(in crate::assessment) async fn update_wave(tx: &mut Tx, wave: &Wave) -> Result<()> {
    let tenant = tx.scope().organization_id;
    let frozen = wave.frozen.as_ref();
    sqlx::query(
        "-- assessment::update_wave
         UPDATE assessment_waves
         SET display_name = $3, instrument_id = $4, form_key = $5, planned_close_time = $6,
             time_zone = $7, measured_period = $8, language_codes = $9, policy = $10, state = $11,
             results_state = $12, frozen = $13, roster_digest = $14, policy_digest = $15,
             open_time = $16, close_time = $17, revision = $18, update_time = $19
         WHERE tenant_id = $1 AND wave_id = $2",
    )
    .bind(tenant.uuid())
    .bind(wave.wave_id.uuid())
    .bind(&wave.fields.display_name)
    .bind(wave.fields.instrument_id.uuid())
    .bind(&wave.fields.form_key)
    .bind(wave.fields.planned_close_time)
    .bind(wave.fields.time_zone.name())
    .bind(wave.fields.measured_period.as_ref().map(Json))
    .bind(&wave.fields.language_codes)
    .bind(Json(&wave.fields.policy))
    .bind(wave.state.number())
    .bind(wave.results.number())
    .bind(frozen.map(|frozen| Json(&frozen.dimensions)))
    .bind(frozen.map(|frozen| &frozen.roster_digest))
    .bind(frozen.map(|frozen| &frozen.policy_digest))
    .bind(wave.open_time)
    .bind(wave.close_time)
    .bind(wave.revision)
    .bind(wave.update_time)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Keeps the salt of the roster's digest, once.
pub(in crate::assessment) async fn update_salt(tx: &mut Tx, id: WaveId, salt: &[u8]) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- assessment::update_salt
         UPDATE assessment_waves SET roster_salt = $3
         WHERE tenant_id = $1 AND wave_id = $2 AND roster_salt IS NULL",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .bind(salt)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Open waves whose planned end has come at `now`.
pub(in crate::assessment) async fn list_over(tx: &mut Tx, now: Timestamp) -> Result<Vec<WaveId>> {
    let tenant = tx.scope().organization_id;
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "-- assessment::list_waves_over
         SELECT wave_id FROM assessment_waves
         WHERE tenant_id = $1 AND state = 2 AND planned_close_time <= $2 ORDER BY wave_id",
    )
    .bind(tenant.uuid())
    .bind(now)
    .fetch_all(tx.connection()?)
    .await?;
    Ok(ids.into_iter().map(WaveId::from_uuid).collect())
}
