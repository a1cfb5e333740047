//! SQL of instruments.
use sqlx::types::Json;
use uuid::Uuid;

use super::content::Content;
use super::version::{Instrument, State, Version};
use crate::base::clock::Timestamp;
use crate::base::id::{Id, InstrumentId};
use crate::base::{Error, Result, Tx};

#[derive(sqlx::FromRow)]
struct VersionRow {
    instrument_id: Uuid,
    key: String,
    version: i32,
    state: i16,
    content: Json<Content>,
    complete_languages: Vec<String>,
    revision: i64,
    create_time: Timestamp,
    update_time: Timestamp,
    publish_time: Option<Timestamp>,
}

impl TryFrom<VersionRow> for Version {
    type Error = Error;

    fn try_from(row: VersionRow) -> Result<Self> {
        let state = State::from_number(row.state)
            .ok_or_else(|| Error::internal("a stored instrument has an unknown state"))?;
        Ok(Self {
            instrument: Instrument {
                instrument_id: InstrumentId::from_uuid(row.instrument_id),
                key: row.key,
                state,
                content: row.content.0,
                complete_languages: row.complete_languages,
            },
            number: row.version,
            system_provided: false,
            revision: row.revision,
            create_time: row.create_time,
            update_time: row.update_time,
            publish_time: row.publish_time,
        })
    }
}

pub(super) async fn find_version(tx: &mut Tx, id: InstrumentId) -> Result<Option<Version>> {
    let tenant = tx.scope().organization_id;
    let row: Option<VersionRow> = sqlx::query_as(
        "-- instrument::find_version
         SELECT instrument_id, key, version, state, content, complete_languages, revision,
             create_time, update_time, publish_time
         FROM instrument_versions WHERE tenant_id = $1 AND instrument_id = $2",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .fetch_optional(tx.connection()?)
    .await?;
    row.map(Version::try_from).transpose()
}

/// Locks a version against changes and deletion.
pub(super) async fn lock_version(tx: &mut Tx, id: InstrumentId) -> Result<Option<Version>> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- instrument::lock_version
         SELECT 1 FROM instrument_versions
         WHERE tenant_id = $1 AND instrument_id = $2 FOR NO KEY UPDATE",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .execute(tx.connection()?)
    .await?;
    find_version(tx, id).await
}

pub(super) async fn key_exists(tx: &mut Tx, key: &str) -> Result<bool> {
    let tenant = tx.scope().organization_id;
    Ok(sqlx::query_scalar(
        "-- instrument::key_exists
         SELECT EXISTS (SELECT FROM instrument_versions WHERE tenant_id = $1 AND key = $2)",
    )
    .bind(tenant.uuid())
    .bind(key)
    .fetch_one(tx.connection()?)
    .await?)
}

/// The newest version of a key, 0 for none, and how many versions there are of all keys.
pub(super) async fn load_counts(tx: &mut Tx, key: &str) -> Result<(i32, i64)> {
    let tenant = tx.scope().organization_id;
    Ok(sqlx::query_as(
        "-- instrument::load_counts
         SELECT coalesce(max(version) FILTER (WHERE key = $2), 0), count(*)
         FROM instrument_versions WHERE tenant_id = $1",
    )
    .bind(tenant.uuid())
    .bind(key)
    .fetch_one(tx.connection()?)
    .await?)
}

/// What a list asks for.
#[derive(Clone, Debug)]
pub(super) struct VersionQuery {
    /// Only this key.
    pub(super) key: Option<String>,
    /// Only this state.
    pub(super) state: Option<State>,
    /// With introduction and parts.
    pub(super) full: bool,
    /// Most entries.
    pub(super) limit: i64,
}

/// A page of versions by key, newest first, after the key and version of the page before.
pub(super) async fn list_versions(
    tx: &mut Tx,
    query: &VersionQuery,
    after: Option<&(String, i32)>,
) -> Result<Vec<Version>> {
    let tenant = tx.scope().organization_id;
    let rows: Vec<VersionRow> = sqlx::query_as(
        "-- instrument::list_versions
         SELECT instrument_id, key, version, state,
             CASE WHEN $4 THEN content ELSE content || jsonb_build_object('introduction', '{}'::jsonb,
                 'dimensions', '[]'::jsonb, 'items', '[]'::jsonb, 'bands', '[]'::jsonb,
                 'forms', '[]'::jsonb) END AS content,
             complete_languages, revision, create_time, update_time, publish_time
         FROM instrument_versions
         WHERE tenant_id = $1 AND ($2::text IS NULL OR key = $2)
             AND ($3::smallint IS NULL OR state = $3)
             AND ($5::text IS NULL OR key > $5 OR key = $5 AND version < $6)
         ORDER BY key, version DESC LIMIT $7",
    )
    .bind(tenant.uuid())
    .bind(&query.key)
    .bind(query.state.map(State::number))
    .bind(query.full)
    .bind(after.map(|(key, _)| key))
    .bind(after.map(|(_, version)| version))
    .bind(query.limit)
    .fetch_all(tx.connection()?)
    .await?;
    rows.into_iter().map(Version::try_from).collect()
}

pub(super) async fn insert_version(tx: &mut Tx, version: &Version) -> Result<()> {
    let tenant = tx.scope().organization_id;
    let instrument = &version.instrument;
    sqlx::query(
        "-- instrument::insert_version
         INSERT INTO instrument_versions
             (tenant_id, instrument_id, key, version, state, content, complete_languages,
              revision, create_time, update_time, publish_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(tenant.uuid())
    .bind(instrument.instrument_id.uuid())
    .bind(&instrument.key)
    .bind(version.number)
    .bind(instrument.state.number())
    .bind(Json(&instrument.content))
    .bind(&instrument.complete_languages)
    .bind(version.revision)
    .bind(version.create_time)
    .bind(version.update_time)
    .bind(version.publish_time)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Writes a version as it now is.
pub(super) async fn update_version(tx: &mut Tx, version: &Version) -> Result<()> {
    let tenant = tx.scope().organization_id;
    let instrument = &version.instrument;
    sqlx::query(
        "-- instrument::update_version
         UPDATE instrument_versions
         SET state = $3, content = $4, complete_languages = $5, revision = $6, update_time = $7,
             publish_time = $8
         WHERE tenant_id = $1 AND instrument_id = $2",
    )
    .bind(tenant.uuid())
    .bind(instrument.instrument_id.uuid())
    .bind(instrument.state.number())
    .bind(Json(&instrument.content))
    .bind(&instrument.complete_languages)
    .bind(version.revision)
    .bind(version.update_time)
    .bind(version.publish_time)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

pub(super) async fn delete_version(tx: &mut Tx, id: InstrumentId) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- instrument::delete_version
         DELETE FROM instrument_versions WHERE tenant_id = $1 AND instrument_id = $2",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .execute(tx.connection()?)
    .await?;
    Ok(())
}
