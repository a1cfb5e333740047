//! SQL of imports.
use chrono::TimeDelta;
use uuid::Uuid;

use super::job::{
    ABSENT_LIMIT_PERCENT_DEFAULT, ImportHeader, ImportJob, ImportKind, ImportMode, ImportState,
    KEPT_DAYS, ResponseTarget,
};
use crate::base::clock::Timestamp;
use crate::base::id::{Id, ImportId, WaveId};
use crate::base::page::PageRequest;
use crate::base::{Error, Result, Tx};
use crate::directory::AbsentRows;

#[derive(sqlx::FromRow)]
struct JobRow {
    import_id: Uuid,
    kind: i16,
    mode: i16,
    absent_rows: i16,
    absent_limit_percent: i32,
    validate_only: bool,
    source: String,
    wave_id: Option<Uuid>,
    item_keys: Option<Vec<String>>,
    state: i16,
    next_chunk_index: i32,
    received_row_count: i32,
    created_row_count: i32,
    updated_row_count: i32,
    unchanged_row_count: i32,
    rejected_row_count: i32,
    absent_row_count: i32,
    failure: String,
    create_time: Timestamp,
    finish_time: Option<Timestamp>,
    expire_time: Timestamp,
}

/// Numbers of `orgfit.intake.v1.AbsentRows`.
const KEEP: i16 = 1;
const SOFT_DELETE: i16 = 2;

impl TryFrom<JobRow> for ImportJob {
    type Error = Error;

    fn try_from(row: JobRow) -> Result<Self> {
        let unknown = || Error::internal("an unknown number is stored for an import");
        Ok(Self {
            header: ImportHeader {
                import_id: ImportId::from_uuid(row.import_id),
                mode: ImportMode::from_number(row.mode).ok_or_else(unknown)?,
                absent_rows: match row.absent_rows {
                    KEEP => AbsentRows::Keep,
                    SOFT_DELETE => {
                        AbsentRows::SoftDelete { limit_percent: row.absent_limit_percent }
                    }
                    _ => return Err(unknown()),
                },
                validate_only: row.validate_only,
                source: row.source,
                target: row.wave_id.zip(row.item_keys).map(|(wave_id, item_keys)| ResponseTarget {
                    wave_id: WaveId::from_uuid(wave_id),
                    item_keys,
                }),
            },
            kind: ImportKind::from_number(row.kind).ok_or_else(unknown)?,
            state: ImportState::from_number(row.state).ok_or_else(unknown)?,
            next_chunk_index: row.next_chunk_index,
            received_row_count: row.received_row_count,
            created_row_count: row.created_row_count,
            updated_row_count: row.updated_row_count,
            unchanged_row_count: row.unchanged_row_count,
            rejected_row_count: row.rejected_row_count,
            absent_row_count: row.absent_row_count,
            failure: row.failure,
            create_time: row.create_time,
            finish_time: row.finish_time,
            expire_time: row.expire_time,
        })
    }
}

const COLUMNS: &str = "import_id, kind, mode, absent_rows, absent_limit_percent, validate_only,
    source, wave_id, item_keys, state, next_chunk_index, received_row_count, created_row_count, updated_row_count,
    unchanged_row_count, rejected_row_count, absent_row_count, failure, create_time, finish_time,
    expire_time";

pub(super) async fn find_import(tx: &mut Tx, id: ImportId) -> Result<Option<ImportJob>> {
    fetch(tx, id, format!("-- intake::find_import\nSELECT {COLUMNS} FROM intake_imports WHERE tenant_id = $1 AND import_id = $2")).await
}

pub(super) async fn lock_import(tx: &mut Tx, id: ImportId) -> Result<Option<ImportJob>> {
    fetch(tx, id, format!("-- intake::lock_import\nSELECT {COLUMNS} FROM intake_imports WHERE tenant_id = $1 AND import_id = $2 FOR NO KEY UPDATE")).await
}

async fn fetch(tx: &mut Tx, id: ImportId, sql: String) -> Result<Option<ImportJob>> {
    let tenant = tx.scope().organization_id;
    let row: Option<JobRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(id.uuid())
        .fetch_optional(tx.connection()?)
        .await?;
    row.map(ImportJob::try_from).transpose()
}

/// Makes whoever opens an import wait for others who do, so that they are counted right.
pub(super) async fn lock_opening(tx: &mut Tx) -> Result<i64> {
    let tenant = tx.scope().organization_id;
    sqlx::query("-- intake::lock_opening\nSELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(format!("{tenant}/intake"))
        .execute(tx.connection()?)
        .await?;
    count_open_imports(tx).await
}

async fn count_open_imports(tx: &mut Tx) -> Result<i64> {
    let tenant = tx.scope().organization_id;
    Ok(sqlx::query_scalar(
        "-- intake::count_open_imports
         SELECT count(*) FROM intake_imports WHERE tenant_id = $1 AND state = 1",
    )
    .bind(tenant.uuid())
    .fetch_one(tx.connection()?)
    .await?)
}

/// Inserts an import; nothing happens when it is there already.
pub(super) async fn insert_import(tx: &mut Tx, job: &ImportJob) -> Result<()> {
    let tenant = tx.scope().organization_id;
    let (absent_rows, limit) = match job.header.absent_rows {
        AbsentRows::Keep => (KEEP, ABSENT_LIMIT_PERCENT_DEFAULT),
        AbsentRows::SoftDelete { limit_percent } => (SOFT_DELETE, limit_percent),
    };
    let target = job.header.target.as_ref();
    sqlx::query(
        "-- intake::insert_import
         INSERT INTO intake_imports
             (tenant_id, import_id, kind, mode, absent_rows, absent_limit_percent, validate_only,
              source, state, next_chunk_index, received_row_count, created_row_count,
              updated_row_count, unchanged_row_count, rejected_row_count, absent_row_count,
              failure, create_time, expire_time, wave_id, item_keys)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0, 0, 0, 0, 0, '', $10, $11, $12, $13)
         ON CONFLICT (tenant_id, import_id) DO NOTHING",
    )
    .bind(tenant.uuid())
    .bind(job.header.import_id.uuid())
    .bind(job.kind.number())
    .bind(job.header.mode.number())
    .bind(absent_rows)
    .bind(limit)
    .bind(job.header.validate_only)
    .bind(&job.header.source)
    .bind(job.state.number())
    .bind(job.create_time)
    .bind(job.expire_time)
    .bind(target.map(|target| target.wave_id.uuid()))
    .bind(target.map(|target| target.item_keys.as_slice()))
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

pub(super) async fn update_import(tx: &mut Tx, job: &ImportJob) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- intake::update_import
         UPDATE intake_imports
         SET state = $3, next_chunk_index = $4, received_row_count = $5, created_row_count = $6,
             updated_row_count = $7, unchanged_row_count = $8, rejected_row_count = $9,
             absent_row_count = $10, failure = $11, finish_time = $12
         WHERE tenant_id = $1 AND import_id = $2",
    )
    .bind(tenant.uuid())
    .bind(job.header.import_id.uuid())
    .bind(job.state.number())
    .bind(job.next_chunk_index)
    .bind(job.received_row_count)
    .bind(job.created_row_count)
    .bind(job.updated_row_count)
    .bind(job.unchanged_row_count)
    .bind(job.rejected_row_count)
    .bind(job.absent_row_count)
    .bind(&job.failure)
    .bind(job.finish_time)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

pub(super) async fn insert_chunk(
    tx: &mut Tx,
    id: ImportId,
    (chunk_index, first_row_number): (i32, i32),
    rows: &[u8],
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- intake::insert_chunk
         INSERT INTO intake_chunks (tenant_id, import_id, chunk_index, first_row_number, rows)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .bind(chunk_index)
    .bind(first_row_number)
    .bind(rows)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// A staged chunk: the number of its first row, and its rows as they came.
pub(super) type StagedChunk = (i32, Vec<u8>);

/// The next staged chunks, from `chunk_index` on.
pub(super) async fn list_chunks(
    tx: &mut Tx,
    id: ImportId,
    chunk_index: i32,
    limit: i64,
) -> Result<Vec<StagedChunk>> {
    let tenant = tx.scope().organization_id;
    Ok(sqlx::query_as(
        "-- intake::list_chunks
         SELECT first_row_number, rows FROM intake_chunks
         WHERE tenant_id = $1 AND import_id = $2 AND chunk_index >= $3
         ORDER BY chunk_index LIMIT $4",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .bind(chunk_index)
    .bind(limit)
    .fetch_all(tx.connection()?)
    .await?)
}

pub(super) async fn delete_chunks(tx: &mut Tx, id: ImportId) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- intake::delete_chunks
         DELETE FROM intake_chunks WHERE tenant_id = $1 AND import_id = $2",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// What was wrong with a row, as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct RowError {
    pub(super) error_number: i32,
    pub(super) row_number: i32,
    pub(super) external_id: String,
    pub(super) field: String,
    pub(super) reason: i16,
    pub(super) message: String,
}

pub(super) async fn insert_row_errors(
    tx: &mut Tx,
    id: ImportId,
    errors: &[RowError],
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    let text = |field: fn(&RowError) -> &str| -> Vec<&str> { errors.iter().map(field).collect() };
    sqlx::query(
        "-- intake::insert_row_errors
         INSERT INTO intake_row_errors
             (tenant_id, import_id, error_number, row_number, external_id, field, reason, message)
         SELECT $1, $2, * FROM unnest($3::integer[], $4::integer[], $5::text[], $6::text[],
                                      $7::smallint[], $8::text[])",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .bind(errors.iter().map(|error| error.error_number).collect::<Vec<_>>())
    .bind(errors.iter().map(|error| error.row_number).collect::<Vec<_>>())
    .bind(text(|error| &error.external_id))
    .bind(text(|error| &error.field))
    .bind(errors.iter().map(|error| error.reason).collect::<Vec<_>>())
    .bind(text(|error| &error.message))
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// A page of row errors, by row.
pub(super) async fn list_row_errors(
    tx: &mut Tx,
    id: ImportId,
    limit: i64,
    after: Option<i32>,
) -> Result<Vec<RowError>> {
    let tenant = tx.scope().organization_id;
    Ok(sqlx::query_as(
        "-- intake::list_row_errors
         SELECT error_number, row_number, external_id, field, reason, message
         FROM intake_row_errors
         WHERE tenant_id = $1 AND import_id = $2 AND error_number > $3
         ORDER BY error_number LIMIT $4",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .bind(after.unwrap_or(-1))
    .bind(limit)
    .fetch_all(tx.connection()?)
    .await?)
}

/// A page of imports, newest first.
pub(super) async fn list_imports(
    tx: &mut Tx,
    kind: Option<ImportKind>,
    page: &PageRequest,
    after: Option<(Timestamp, Uuid)>,
) -> Result<Vec<ImportJob>> {
    let tenant = tx.scope().organization_id;
    let (after_time, after_id) = after.unzip();
    let sql = format!(
        "-- intake::list_imports\nSELECT {COLUMNS} FROM intake_imports
         WHERE tenant_id = $1 AND ($2::smallint IS NULL OR kind = $2)
           AND ($3::timestamptz IS NULL OR (create_time, import_id) < ($3, $4))
         ORDER BY create_time DESC, import_id DESC LIMIT $5"
    );
    let rows: Vec<JobRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(kind.map(ImportKind::number))
        .bind(after_time)
        .bind(after_id)
        .bind(page.fetch())
        .fetch_all(tx.connection()?)
        .await?;
    rows.into_iter().map(ImportJob::try_from).collect()
}

/// Fails open imports whose time is over and drops what they staged.
pub(super) async fn expire_imports(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    let tenant = tx.scope().organization_id;
    let done = sqlx::query(
        "-- intake::expire_imports
         WITH expired AS (
             UPDATE intake_imports
             SET state = 3, finish_time = $2,
                 failure = 'no footer came within 7 days; import again'
             WHERE tenant_id = $1 AND state = 1 AND expire_time <= $2
             RETURNING import_id
         ), dropped AS (
             DELETE FROM intake_chunks
             WHERE tenant_id = $1 AND import_id IN (SELECT import_id FROM expired)
         )
         SELECT import_id FROM expired",
    )
    .bind(tenant.uuid())
    .bind(now)
    .fetch_all(tx.connection()?)
    .await?;
    Ok(done.len() as u64)
}

pub(super) async fn delete_old_imports(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    let tenant = tx.scope().organization_id;
    let done = sqlx::query(
        "-- intake::delete_old_imports
         DELETE FROM intake_imports WHERE tenant_id = $1 AND finish_time <= $2",
    )
    .bind(tenant.uuid())
    .bind(now - TimeDelta::days(KEPT_DAYS))
    .execute(tx.connection()?)
    .await?;
    Ok(done.rows_affected())
}
