//! SQL of what happens by itself: counts of open waves, and the jobs that a close leaves behind.
use uuid::Uuid;

use crate::assessment::{Job, Snapshot};
use crate::base::clock::Timestamp;
use crate::base::id::{Id, OrganizationId, WaveId};
use crate::base::{Result, Tx};

/// Organizations for which something is due.
pub(in crate::assessment) async fn list_due(
    tx: &mut Tx,
    at: Timestamp,
) -> Result<Vec<OrganizationId>> {
    let due: Vec<Uuid> =
        sqlx::query_scalar("-- assessment::list_due\nSELECT * FROM assessment_list_due($1)")
            .bind(at)
            .fetch_all(tx.connection()?)
            .await?;
    Ok(due.into_iter().map(OrganizationId::from_uuid).collect())
}

/// How many answered a wave, as last counted.
pub(in crate::assessment) async fn find_snapshot(
    tx: &mut Tx,
    wave_id: WaveId,
) -> Result<Option<Snapshot>> {
    let tenant = tx.scope().organization_id;
    let row: Option<(Timestamp, Vec<i32>)> = sqlx::query_as(
        "-- assessment::find_snapshot
         SELECT as_of_time, cell_counts FROM assessment_participation
         WHERE tenant_id = $1 AND wave_id = $2",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .fetch_optional(tx.connection()?)
    .await?;
    Ok(row.map(|(as_of_time, cell_counts)| Snapshot { as_of_time, cell_counts }))
}

/// Open waves that were last counted at `before` or earlier.
pub(in crate::assessment) async fn list_uncounted(
    tx: &mut Tx,
    before: Timestamp,
) -> Result<Vec<WaveId>> {
    let tenant = tx.scope().organization_id;
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "-- assessment::list_uncounted
         SELECT wave.wave_id FROM assessment_waves AS wave
         LEFT JOIN assessment_participation AS counted USING (tenant_id, wave_id)
         WHERE wave.tenant_id = $1 AND wave.state = 2
             AND (counted.as_of_time IS NULL OR counted.as_of_time <= $2)
         ORDER BY wave.wave_id",
    )
    .bind(tenant.uuid())
    .bind(before)
    .fetch_all(tx.connection()?)
    .await?;
    Ok(ids.into_iter().map(WaveId::from_uuid).collect())
}

/// Keeps a count, unless another process counted after `before`.
pub(in crate::assessment) async fn upsert_snapshot(
    tx: &mut Tx,
    wave_id: WaveId,
    snapshot: &Snapshot,
    before: Timestamp,
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- assessment::upsert_snapshot
         INSERT INTO assessment_participation AS counted (tenant_id, wave_id, as_of_time, cell_counts)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, wave_id) DO UPDATE
         SET as_of_time = excluded.as_of_time, cell_counts = excluded.cell_counts
         WHERE counted.as_of_time <= $5",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .bind(snapshot.as_of_time)
    .bind(&snapshot.cell_counts)
    .bind(before)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Leaves a job behind.
pub(in crate::assessment) async fn insert_job(
    tx: &mut Tx,
    wave_id: WaveId,
    now: Timestamp,
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- assessment::insert_job
         INSERT INTO assessment_jobs (tenant_id, wave_id, attempts, create_time)
         VALUES ($1, $2, 0, $3)",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .bind(now)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Leases the oldest job that nobody works on.
pub(in crate::assessment) async fn lease_job(
    tx: &mut Tx,
    lease_id: Uuid,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Job>> {
    let tenant = tx.scope().organization_id;
    let wave: Option<Uuid> = sqlx::query_scalar(
        "-- assessment::lease_job
         UPDATE assessment_jobs SET lease_id = $2, lease_until = $4, attempts = attempts + 1
         WHERE tenant_id = $1 AND wave_id = (
             SELECT wave_id FROM assessment_jobs
             WHERE tenant_id = $1 AND (lease_until IS NULL OR lease_until <= $3)
             ORDER BY create_time, wave_id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING wave_id",
    )
    .bind(tenant.uuid())
    .bind(lease_id)
    .bind(now)
    .bind(until)
    .fetch_optional(tx.connection()?)
    .await?;
    Ok(wave.map(|wave| Job { wave_id: WaveId::from_uuid(wave), lease_id }))
}

/// Locks a job whose lease is still held.
pub(in crate::assessment) async fn lock_job(tx: &mut Tx, job: Job) -> Result<bool> {
    let tenant = tx.scope().organization_id;
    let held: Option<i32> = sqlx::query_scalar(
        "-- assessment::lock_job
         SELECT 1 FROM assessment_jobs
         WHERE tenant_id = $1 AND wave_id = $2 AND lease_id = $3 FOR UPDATE",
    )
    .bind(tenant.uuid())
    .bind(job.wave_id.uuid())
    .bind(job.lease_id)
    .fetch_optional(tx.connection()?)
    .await?;
    Ok(held.is_some())
}

/// Removes a job that is done.
pub(in crate::assessment) async fn delete_job(tx: &mut Tx, wave_id: WaveId) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- assessment::delete_job
         DELETE FROM assessment_jobs WHERE tenant_id = $1 AND wave_id = $2",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .execute(tx.connection()?)
    .await?;
    Ok(())
}
