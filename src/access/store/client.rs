//! SQL of machine clients and their keys.
use chrono::NaiveDate;
use sqlx::FromRow;
use uuid::Uuid;

use super::lock;
use crate::access::client::Client;
use crate::access::key::{Key, KeyId, KnownKey};
use crate::base::clock::Timestamp;
use crate::base::id::{ClientId, Id, UnitId};
use crate::base::{Error, Permission, Result, Tx};

#[derive(FromRow)]
struct ClientRow {
    client_id: Uuid,
    name: String,
    permissions: Vec<String>,
    unit_id: Option<Uuid>,
    client_create_time: Timestamp,
}

impl ClientRow {
    /// A permission that this version does not know is not held.
    fn read(self) -> Client {
        Client {
            client_id: ClientId::from_uuid(self.client_id),
            name: self.name,
            permissions: self
                .permissions
                .iter()
                .filter_map(|name| Permission::parse(name))
                .collect(),
            unit_id: self.unit_id.map(UnitId::from_uuid),
            create_time: self.client_create_time,
        }
    }
}

#[derive(FromRow)]
struct KeyRow {
    key_id: Vec<u8>,
    client_id: Uuid,
    key_create_time: Timestamp,
    expire_time: Option<Timestamp>,
    revoke_time: Option<Timestamp>,
    last_use_date: Option<NaiveDate>,
}

impl KeyRow {
    fn read(self) -> Result<Key> {
        Ok(Key {
            key_id: KeyId::from_bytes(&self.key_id)
                .ok_or_else(|| Error::internal("a stored key id has the wrong length"))?,
            client_id: ClientId::from_uuid(self.client_id),
            create_time: self.key_create_time,
            expire_time: self.expire_time,
            revoke_time: self.revoke_time,
            last_use_date: self.last_use_date,
        })
    }
}

#[derive(FromRow)]
struct KnownKeyRow {
    #[sqlx(flatten)]
    key: KeyRow,
    secret_digest: Vec<u8>,
    name: String,
    permissions: Vec<String>,
    unit_id: Option<Uuid>,
    client_create_time: Timestamp,
}

pub(in crate::access) async fn find_key(tx: &mut Tx, key_id: KeyId) -> Result<Option<KnownKey>> {
    let tenant = tx.scope().organization_id;
    let row: Option<KnownKeyRow> = sqlx::query_as(
        "-- access::find_key
         SELECT k.key_id, k.client_id, k.create_time AS key_create_time, k.expire_time,
             k.revoke_time, k.last_use_date, k.secret_digest,
             c.name, c.permissions, c.unit_id, c.create_time AS client_create_time
         FROM access_keys AS k
         JOIN access_clients AS c ON c.tenant_id = k.tenant_id AND c.client_id = k.client_id
         WHERE k.tenant_id = $1 AND k.key_id = $2",
    )
    .bind(tenant.uuid())
    .bind(key_id.as_bytes())
    .fetch_optional(tx.connection()?)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let client = ClientRow {
        client_id: row.key.client_id,
        name: row.name,
        permissions: row.permissions,
        unit_id: row.unit_id,
        client_create_time: row.client_create_time,
    };
    Ok(Some(KnownKey {
        key: row.key.read()?,
        secret_digest: row.secret_digest,
        client: client.read(),
    }))
}

/// Notes the day of a use. When another call is noting it, that one does.
pub(in crate::access) async fn update_last_use(
    tx: &mut Tx,
    key_id: KeyId,
    date: NaiveDate,
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- access::update_last_use
         UPDATE access_keys SET last_use_date = $3
         WHERE tenant_id = $1 AND key_id = (
             SELECT key_id FROM access_keys
             WHERE tenant_id = $1 AND key_id = $2
                 AND (last_use_date IS NULL OR last_use_date < $3)
             FOR UPDATE SKIP LOCKED)",
    )
    .bind(tenant.uuid())
    .bind(key_id.as_bytes())
    .bind(date)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// One change of the organization's clients and keys at a time.
pub(in crate::access) async fn lock_clients(tx: &mut Tx) -> Result<()> {
    let tenant = tx.scope().organization_id;
    lock(tx, format!("access_clients/{tenant}")).await
}

pub(in crate::access) async fn list_clients(tx: &mut Tx) -> Result<Vec<Client>> {
    let tenant = tx.scope().organization_id;
    let rows: Vec<ClientRow> = sqlx::query_as(
        "-- access::list_clients
         SELECT client_id, name, permissions, unit_id, create_time AS client_create_time
         FROM access_clients WHERE tenant_id = $1 ORDER BY name",
    )
    .bind(tenant.uuid())
    .fetch_all(tx.connection()?)
    .await?;
    Ok(rows.into_iter().map(ClientRow::read).collect())
}

pub(in crate::access) async fn list_keys(tx: &mut Tx) -> Result<Vec<Key>> {
    let tenant = tx.scope().organization_id;
    let rows: Vec<KeyRow> = sqlx::query_as(
        "-- access::list_keys
         SELECT key_id, client_id, create_time AS key_create_time, expire_time, revoke_time,
             last_use_date
         FROM access_keys WHERE tenant_id = $1 ORDER BY create_time, key_id",
    )
    .bind(tenant.uuid())
    .fetch_all(tx.connection()?)
    .await?;
    rows.into_iter().map(KeyRow::read).collect()
}

pub(in crate::access) async fn insert_client(tx: &mut Tx, client: &Client) -> Result<()> {
    let tenant = tx.scope().organization_id;
    let permissions: Vec<_> =
        client.permissions.iter().map(|permission| permission.as_str()).collect();
    sqlx::query(
        "-- access::insert_client
         INSERT INTO access_clients (tenant_id, client_id, name, permissions, unit_id, create_time)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(tenant.uuid())
    .bind(client.client_id.uuid())
    .bind(&client.name)
    .bind(permissions)
    .bind(client.unit_id.map(Id::uuid))
    .bind(client.create_time)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

pub(in crate::access) async fn insert_key(
    tx: &mut Tx,
    key: &Key,
    secret_digest: &[u8],
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- access::insert_key
         INSERT INTO access_keys
             (tenant_id, key_id, client_id, secret_digest, create_time, expire_time)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(tenant.uuid())
    .bind(key.key_id.as_bytes())
    .bind(key.client_id.uuid())
    .bind(secret_digest)
    .bind(key.create_time)
    .bind(key.expire_time)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Revokes a key; false when there is none. The first revocation stays the one that counts.
pub(in crate::access) async fn revoke_key(
    tx: &mut Tx,
    key_id: KeyId,
    now: Timestamp,
) -> Result<bool> {
    let tenant = tx.scope().organization_id;
    let done = sqlx::query(
        "-- access::revoke_key
         UPDATE access_keys SET revoke_time = coalesce(revoke_time, $3)
         WHERE tenant_id = $1 AND key_id = $2",
    )
    .bind(tenant.uuid())
    .bind(key_id.as_bytes())
    .bind(now)
    .execute(tx.connection()?)
    .await?;
    Ok(done.rows_affected() > 0)
}
