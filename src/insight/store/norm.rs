//! SQL of norm sets.
use chrono::NaiveDate;
use sqlx::types::Json;
use uuid::Uuid;

use crate::base::clock::Timestamp;
use crate::base::id::{Id, NormSetId, WaveId};
use crate::base::page::PageRequest;
use crate::base::{Error, Result, Tx};
use crate::disclosure::{Reference, StoredReference};
use crate::insight::norm::{About, Basis, CaseKind, Level, NormSet, Period, Source, Target, Value};

/// A value as it is stored: level, key, norm.
type StoredValue = (i16, String, StoredReference);

#[derive(sqlx::FromRow)]
struct NormSetRow {
    norm_set_id: Uuid,
    display_name: String,
    instrument_key: String,
    source: i16,
    provenance: String,
    population: String,
    period: Option<Json<(NaiveDate, NaiveDate, String)>>,
    wave_ids: Vec<Uuid>,
    case_kind: i16,
    organization_count: i32,
    respondent_count: i32,
    version: i32,
    norm_values: Json<Vec<StoredValue>>,
    create_time: Timestamp,
}

impl TryFrom<NormSetRow> for NormSet {
    type Error = Error;

    fn try_from(row: NormSetRow) -> Result<Self> {
        let unknown = || Error::internal("a stored word of a norm set is unknown");
        Ok(Self {
            norm_set_id: NormSetId::from_uuid(row.norm_set_id),
            about: About {
                display_name: row.display_name,
                instrument_key: row.instrument_key,
                provenance: row.provenance,
                population: row.population,
            },
            source: Source::from_number(row.source.into()).ok_or_else(unknown)?,
            period: row.period.map(|Json((start_date, end_date, time_zone))| Period {
                start_date,
                end_date,
                time_zone,
            }),
            wave_ids: row.wave_ids.into_iter().map(WaveId::from_uuid).collect(),
            basis: Basis {
                case_kind: CaseKind::from_number(row.case_kind.into()).ok_or_else(unknown)?,
                organizations: row.organization_count,
                respondents: row.respondent_count,
            },
            version: row.version,
            values: read_values(row.norm_values.0)?,
            create_time: row.create_time,
        })
    }
}

/// Values in their stored form.
pub(super) fn stored_values(values: &[Value]) -> Vec<StoredValue> {
    let stored = |value: &Value| {
        let Target { level, key } = &value.target;
        (level.number(), key.clone(), value.reference.encode())
    };
    values.iter().map(stored).collect()
}

/// Reads stored values.
pub(super) fn read_values(stored: Vec<StoredValue>) -> Result<Vec<Value>> {
    stored
        .into_iter()
        .map(|(level, key, reference)| {
            let reference = Reference::decode(reference);
            Ok(Value { target: read_target(level, key)?, reference })
        })
        .collect()
}

/// Reads a stored target.
pub(super) fn read_target(level: i16, key: String) -> Result<Target> {
    let level = Level::from_number(level.into())
        .ok_or_else(|| Error::internal("a stored level of a norm is unknown"))?;
    Ok(Target { level, key })
}

/// How many norm sets there are.
pub(in crate::insight) async fn count_norm_sets(tx: &mut Tx) -> Result<i64> {
    let tenant = tx.scope().organization_id;
    Ok(sqlx::query_scalar(
        "-- insight::count_norm_sets
         SELECT count(*) FROM insight_norm_sets WHERE tenant_id = $1",
    )
    .bind(tenant.uuid())
    .fetch_one(tx.connection()?)
    .await?)
}

/// Inserts a norm set.
pub(in crate::insight) async fn insert_norm_set(tx: &mut Tx, set: &NormSet) -> Result<()> {
    let tenant = tx.scope().organization_id;
    let period = set
        .period
        .as_ref()
        .map(|period| Json((period.start_date, period.end_date, &period.time_zone)));
    sqlx::query(
        "-- insight::insert_norm_set
         INSERT INTO insight_norm_sets
             (tenant_id, norm_set_id, display_name, instrument_key, source, provenance, population,
              period, wave_ids, case_kind, organization_count, respondent_count, version,
              norm_values, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(tenant.uuid())
    .bind(set.norm_set_id.uuid())
    .bind(&set.about.display_name)
    .bind(&set.about.instrument_key)
    .bind(set.source.number())
    .bind(&set.about.provenance)
    .bind(&set.about.population)
    .bind(period)
    .bind(set.wave_ids.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .bind(set.basis.case_kind.number())
    .bind(set.basis.organizations)
    .bind(set.basis.respondents)
    .bind(set.version)
    .bind(Json(stored_values(&set.values)))
    .bind(set.create_time)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// A norm set with its values, if there is one.
pub(in crate::insight) async fn find_norm_set(
    tx: &mut Tx,
    id: NormSetId,
) -> Result<Option<NormSet>> {
    let query = NormQuery { instrument_key: None, norm_set_id: Some(id), full: true };
    Ok(select(tx, &query, None, 1).await?.pop())
}

/// What a list of norm sets asks for.
#[derive(Clone, Debug)]
pub(in crate::insight) struct NormQuery {
    /// Only of this instrument.
    pub(in crate::insight) instrument_key: Option<String>,
    /// Only this one.
    pub(in crate::insight) norm_set_id: Option<NormSetId>,
    /// With values.
    pub(in crate::insight) full: bool,
}

/// A page of norm sets, newest first.
pub(in crate::insight) async fn list_norm_sets(
    tx: &mut Tx,
    query: &NormQuery,
    page: &PageRequest,
    after: Option<(Timestamp, Uuid)>,
) -> Result<Vec<NormSet>> {
    select(tx, query, after, page.fetch()).await
}

async fn select(
    tx: &mut Tx,
    query: &NormQuery,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<NormSet>> {
    let tenant = tx.scope().organization_id;
    let (time, id) = after.unzip();
    let rows: Vec<NormSetRow> = sqlx::query_as(
        "-- insight::select
         SELECT norm_set_id, display_name, instrument_key, source, provenance, population, period,
             wave_ids, case_kind, organization_count, respondent_count, version,
             CASE WHEN $4 THEN norm_values ELSE '[]'::jsonb END AS norm_values, create_time
         FROM insight_norm_sets
         WHERE tenant_id = $1 AND ($2::text IS NULL OR instrument_key = $2)
             AND ($3::uuid IS NULL OR norm_set_id = $3)
             AND ($5::timestamptz IS NULL OR (create_time, norm_set_id) < ($5, $6))
         ORDER BY create_time DESC, norm_set_id DESC LIMIT $7",
    )
    .bind(tenant.uuid())
    .bind(&query.instrument_key)
    .bind(query.norm_set_id.map(Id::uuid))
    .bind(query.full)
    .bind(time)
    .bind(id)
    .bind(limit)
    .fetch_all(tx.connection()?)
    .await?;
    rows.into_iter().map(NormSet::try_from).collect()
}

/// Deletes a norm set; false when there is none.
pub(in crate::insight) async fn delete_norm_set(tx: &mut Tx, id: NormSetId) -> Result<bool> {
    let tenant = tx.scope().organization_id;
    let done = sqlx::query(
        "-- insight::delete_norm_set
         DELETE FROM insight_norm_sets WHERE tenant_id = $1 AND norm_set_id = $2",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .execute(tx.connection()?)
    .await?;
    Ok(done.rows_affected() > 0)
}
