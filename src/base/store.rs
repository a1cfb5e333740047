//! SQL of the ground floor: tenants, their page keys, and remembered request ids.
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::db::Tx;
use super::error::{Error, Result};
use super::id::{Id, OrganizationId};

/// A remembered write.
pub(super) struct Remembered {
    pub(super) fingerprint: Vec<u8>,
    pub(super) response: Vec<u8>,
}

/// What a write is remembered under.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestKey {
    pub(super) caller: Uuid,
    pub(super) method: &'static str,
    pub(super) request_id: Uuid,
}

pub(super) async fn list_tenants(connection: &mut PgConnection) -> Result<Vec<OrganizationId>> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "-- base::list_tenants
         SELECT tenant_id FROM base_list_tenants() AS tenant_id ORDER BY tenant_id",
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(OrganizationId::from_uuid).collect())
}

pub(super) async fn load_page_key(tx: &mut Tx) -> Result<Vec<u8>> {
    let tenant = tx.scope().organization_id;
    sqlx::query_scalar(
        "-- base::load_page_key\nSELECT page_key FROM base_tenants WHERE tenant_id = $1",
    )
    .bind(tenant.uuid())
    .fetch_optional(tx.connection()?)
    .await?
    .ok_or_else(|| Error::internal("the tenant has no page key"))
}

pub(super) async fn insert_tenant(tx: &mut Tx, page_key: &[u8]) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- base::insert_tenant\nINSERT INTO base_tenants (tenant_id, page_key) VALUES ($1, $2)",
    )
    .bind(tenant.uuid())
    .bind(page_key)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Takes the request id for this transaction; false when another one holds it.
pub(super) async fn lock_request(tx: &mut Tx, key: RequestKey) -> Result<bool> {
    let tenant = tx.scope().organization_id;
    let name = format!("{tenant}/{}/{}/{}", key.caller, key.method, key.request_id);
    Ok(sqlx::query_scalar(
        "-- base::lock_request
         SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))",
    )
    .bind(name)
    .fetch_one(tx.connection()?)
    .await?)
}

pub(super) async fn find_request(tx: &mut Tx, key: RequestKey) -> Result<Option<Remembered>> {
    let tenant = tx.scope().organization_id;
    let row: Option<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
        "-- base::find_request
         SELECT fingerprint, response FROM base_requests
         WHERE tenant_id = $1 AND caller_id = $2 AND method = $3 AND request_id = $4",
    )
    .bind(tenant.uuid())
    .bind(key.caller)
    .bind(key.method)
    .bind(key.request_id)
    .fetch_optional(tx.connection()?)
    .await?;
    Ok(row.map(|(fingerprint, response)| Remembered { fingerprint, response }))
}

/// Makes COMMIT wait for the synchronous standby, as a repeated call must not vouch for a write
/// that only this server has.
pub(super) async fn wait_for_standby(tx: &mut Tx) -> Result<()> {
    sqlx::query("-- base::wait_for_standby\nSELECT pg_logical_emit_message(true, 'orgfit', '')")
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

pub(super) async fn insert_request(
    tx: &mut Tx,
    key: RequestKey,
    fingerprint: &[u8],
    response: &[u8],
    subject: Option<Uuid>,
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- base::insert_request
         INSERT INTO base_requests
             (tenant_id, caller_id, method, request_id, fingerprint, response, subject_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(tenant.uuid())
    .bind(key.caller)
    .bind(key.method)
    .bind(key.request_id)
    .bind(fingerprint)
    .bind(response)
    .bind(subject)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

pub(super) async fn delete_requests_of(tx: &mut Tx, subject: Uuid) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- base::delete_requests_of
         DELETE FROM base_requests WHERE tenant_id = $1 AND subject_id = $2",
    )
    .bind(tenant.uuid())
    .bind(subject)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

pub(super) async fn delete_old_requests(tx: &mut Tx, age_days_max: i32) -> Result<u64> {
    let tenant = tx.scope().organization_id;
    let done = sqlx::query(
        "-- base::delete_old_requests
         DELETE FROM base_requests
         WHERE tenant_id = $1 AND create_time < now() - make_interval(days => $2)",
    )
    .bind(tenant.uuid())
    .bind(age_days_max)
    .execute(tx.connection()?)
    .await?;
    Ok(done.rows_affected())
}
