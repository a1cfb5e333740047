//! SQL of trusted issuers.
use sqlx::FromRow;
use uuid::Uuid;

use super::lock;
use crate::access::issuer::{Algorithm, Issuer, KeySource, NewIssuer};
use crate::base::clock::Timestamp;
use crate::base::id::{Id, IssuerId, OrganizationId};
use crate::base::{Error, Result, Tx};

#[derive(FromRow)]
struct IssuerRow {
    tenant_id: Uuid,
    issuer_id: Uuid,
    issuer: String,
    audience: String,
    algorithms: Vec<String>,
    key_source: String,
    person_claim: String,
    accepts_plain_type: bool,
    scopes_narrow: bool,
    create_time: Timestamp,
}

impl IssuerRow {
    /// An algorithm that this version does not know is not accepted.
    fn read(self) -> Result<Issuer> {
        Ok(Issuer {
            issuer_id: IssuerId::from_uuid(self.issuer_id),
            organization_id: OrganizationId::from_uuid(self.tenant_id),
            settings: NewIssuer {
                issuer: self.issuer,
                audience: self.audience,
                algorithms: self
                    .algorithms
                    .iter()
                    .filter_map(|name| Algorithm::parse(name))
                    .collect(),
                key_source: KeySource::parse(&self.key_source)
                    .ok_or_else(|| Error::internal("a stored key source is malformed"))?,
                person_claim: self.person_claim,
                accepts_plain_type: self.accepts_plain_type,
                scopes_narrow: self.scopes_narrow,
            },
            create_time: self.create_time,
        })
    }
}

/// The configurations of all tenants that name this issuer; the transaction may be of any tenant,
/// or of none.
pub(in crate::access) async fn find_issuers(tx: &mut Tx, issuer: &str) -> Result<Vec<Issuer>> {
    let rows: Vec<IssuerRow> = sqlx::query_as(
        "-- access::find_issuers
         SELECT tenant_id, issuer_id, issuer, audience, algorithms, key_source, person_claim,
             accepts_plain_type, scopes_narrow, create_time
         FROM access_find_issuers($1)",
    )
    .bind(issuer)
    .fetch_all(tx.connection()?)
    .await?;
    rows.into_iter().map(IssuerRow::read).collect()
}

/// One change of issuers at a time, over all tenants: who adds one makes sure that it leaves no
/// tenant in doubt.
pub(in crate::access) async fn lock_issuers(tx: &mut Tx) -> Result<()> {
    lock(tx, "access_issuers".to_owned()).await
}

pub(in crate::access) async fn list_issuers(tx: &mut Tx) -> Result<Vec<Issuer>> {
    let tenant = tx.scope().organization_id;
    let rows: Vec<IssuerRow> = sqlx::query_as(
        "-- access::list_issuers
         SELECT tenant_id, issuer_id, issuer, audience, algorithms, key_source, person_claim,
             accepts_plain_type, scopes_narrow, create_time
         FROM access_issuers WHERE tenant_id = $1 ORDER BY issuer, audience",
    )
    .bind(tenant.uuid())
    .fetch_all(tx.connection()?)
    .await?;
    rows.into_iter().map(IssuerRow::read).collect()
}

pub(in crate::access) async fn insert_issuer(tx: &mut Tx, issuer: &Issuer) -> Result<()> {
    let tenant = tx.scope().organization_id;
    let settings = &issuer.settings;
    let algorithms: Vec<_> =
        settings.algorithms.iter().map(|algorithm| algorithm.as_str()).collect();
    sqlx::query(
        "-- access::insert_issuer
         INSERT INTO access_issuers
             (tenant_id, issuer_id, issuer, audience, algorithms, key_source, person_claim,
              accepts_plain_type, scopes_narrow, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(tenant.uuid())
    .bind(issuer.issuer_id.uuid())
    .bind(&settings.issuer)
    .bind(&settings.audience)
    .bind(algorithms)
    .bind(settings.key_source.to_string())
    .bind(&settings.person_claim)
    .bind(settings.accepts_plain_type)
    .bind(settings.scopes_narrow)
    .bind(issuer.create_time)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Removes an issuer; false when there is none.
pub(in crate::access) async fn delete_issuer(tx: &mut Tx, issuer_id: IssuerId) -> Result<bool> {
    let tenant = tx.scope().organization_id;
    let done = sqlx::query(
        "-- access::delete_issuer
         DELETE FROM access_issuers WHERE tenant_id = $1 AND issuer_id = $2",
    )
    .bind(tenant.uuid())
    .bind(issuer_id.uuid())
    .execute(tx.connection()?)
    .await?;
    Ok(done.rows_affected() > 0)
}
