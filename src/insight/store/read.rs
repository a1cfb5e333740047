//! SQL that reads releases and cards.
use std::collections::HashMap;

use uuid::Uuid;

use crate::base::clock::Timestamp;
use crate::base::id::{Id, ReleaseId, WaveId};
use crate::base::page::PageRequest;
use crate::base::{Error, Result, Tx};
use crate::disclosure::Extent;

/// A release, as it says of itself.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(in crate::insight) struct ReleaseRow {
    pub(in crate::insight) release_id: Uuid,
    pub(in crate::insight) number: i32,
    pub(in crate::insight) kind: i16,
    pub(in crate::insight) release_time: Timestamp,
    pub(in crate::insight) method_version: String,
    pub(in crate::insight) input_digest: Vec<u8>,
    pub(in crate::insight) plan_digest: Vec<u8>,
    pub(in crate::insight) exact_digest: Vec<u8>,
    pub(in crate::insight) result_digest: Vec<u8>,
    eligible_unit_count: i32,
    shown_unit_count: i32,
    eligible_slice_count: i32,
    shown_slice_count: i32,
}

impl ReleaseRow {
    /// Its identifier.
    pub(in crate::insight) fn id(&self) -> ReleaseId {
        ReleaseId::from_uuid(self.release_id)
    }

    /// How much of it is shown.
    pub(in crate::insight) fn extent(&self) -> Extent {
        Extent::decode([
            self.eligible_unit_count,
            self.shown_unit_count,
            self.eligible_slice_count,
            self.shown_slice_count,
        ])
    }
}

const COLUMNS: &str = "release_id, number, kind, release_time, method_version, input_digest,
    plan_digest, exact_digest, result_digest, eligible_unit_count, shown_unit_count,
    eligible_slice_count, shown_slice_count";

/// A release of a wave: the one that is named, or the latest.
pub(in crate::insight) async fn find_release(
    tx: &mut Tx,
    wave_id: WaveId,
    release_id: Option<ReleaseId>,
) -> Result<Option<ReleaseRow>> {
    let tenant = tx.scope().organization_id;
    let sql = format!(
        "-- insight::find_release\nSELECT {COLUMNS} FROM insight_releases
         WHERE tenant_id = $1 AND wave_id = $2 AND ($3::uuid IS NULL OR release_id = $3)
         ORDER BY number DESC LIMIT 1"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(wave_id.uuid())
        .bind(release_id.map(Id::uuid))
        .fetch_optional(tx.connection()?)
        .await?)
}

/// A page of the releases of a wave, newest first.
pub(in crate::insight) async fn list_releases(
    tx: &mut Tx,
    wave_id: WaveId,
    page: &PageRequest,
    after: Option<i32>,
) -> Result<Vec<ReleaseRow>> {
    let tenant = tx.scope().organization_id;
    let sql = format!(
        "-- insight::list_releases\nSELECT {COLUMNS} FROM insight_releases
         WHERE tenant_id = $1 AND wave_id = $2 AND ($3::integer IS NULL OR number < $3)
         ORDER BY number DESC LIMIT $4"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(wave_id.uuid())
        .bind(after)
        .bind(page.fetch())
        .fetch_all(tx.connection()?)
        .await?)
}

/// The stored cards of slices, by number. A slice without a card is protected.
pub(in crate::insight) async fn list_cards(
    tx: &mut Tx,
    release_id: Uuid,
    numbers: &[usize],
) -> Result<HashMap<usize, Vec<u8>>> {
    let tenant = tx.scope().organization_id;
    let wanted: Vec<i32> = numbers
        .iter()
        .map(|number| i32::try_from(*number))
        .collect::<Result<_, _>>()
        .map_err(Error::internal)?;
    let rows: Vec<(i32, Vec<u8>)> = sqlx::query_as(
        "-- insight::list_cards
         SELECT slice_number, card FROM insight_cards
         WHERE tenant_id = $1 AND release_id = $2 AND slice_number = ANY ($3)",
    )
    .bind(tenant.uuid())
    .bind(release_id)
    .bind(wanted)
    .fetch_all(tx.connection()?)
    .await?;
    rows.into_iter()
        .map(|(number, card)| Ok((usize::try_from(number).map_err(Error::internal)?, card)))
        .collect()
}

/// The stored cards of the scopes of releases, by release.
pub(in crate::insight) async fn list_scope_cards(
    tx: &mut Tx,
    releases: &[Uuid],
) -> Result<HashMap<Uuid, Vec<u8>>> {
    let tenant = tx.scope().organization_id;
    let rows: Vec<(Uuid, Vec<u8>)> = sqlx::query_as(
        "-- insight::list_scope_cards
         SELECT release_id, card FROM insight_cards
         WHERE tenant_id = $1 AND release_id = ANY ($2) AND slice_number = 0",
    )
    .bind(tenant.uuid())
    .bind(releases)
    .fetch_all(tx.connection()?)
    .await?;
    Ok(rows.into_iter().collect())
}

/// What a release is verified by.
#[derive(sqlx::FromRow)]
pub(in crate::insight) struct Evidence {
    wave_id: Uuid,
    pub(in crate::insight) method_version: String,
    pub(in crate::insight) salt: Vec<u8>,
    pub(in crate::insight) input_digest: Vec<u8>,
    pub(in crate::insight) plan_digest: Vec<u8>,
    pub(in crate::insight) exact_digest: Vec<u8>,
    pub(in crate::insight) result_digest: Vec<u8>,
}

impl Evidence {
    /// The wave of the release.
    pub(in crate::insight) fn wave_id(&self) -> WaveId {
        WaveId::from_uuid(self.wave_id)
    }
}

/// A release with its salt.
pub(in crate::insight) async fn load_evidence(
    tx: &mut Tx,
    release_id: ReleaseId,
) -> Result<Option<Evidence>> {
    let tenant = tx.scope().organization_id;
    Ok(sqlx::query_as(
        "-- insight::load_evidence
         SELECT wave_id, method_version, salt, input_digest, plan_digest, exact_digest,
                result_digest
         FROM insight_releases WHERE tenant_id = $1 AND release_id = $2",
    )
    .bind(tenant.uuid())
    .bind(release_id.uuid())
    .fetch_optional(tx.connection()?)
    .await?)
}

/// All stored cards of a release by slice number, in order.
pub(in crate::insight) async fn list_all_cards(
    tx: &mut Tx,
    release_id: ReleaseId,
) -> Result<Vec<(i32, Vec<u8>)>> {
    let tenant = tx.scope().organization_id;
    Ok(sqlx::query_as(
        "-- insight::list_all_cards
         SELECT slice_number, card FROM insight_cards
         WHERE tenant_id = $1 AND release_id = $2 ORDER BY slice_number",
    )
    .bind(tenant.uuid())
    .bind(release_id.uuid())
    .fetch_all(tx.connection()?)
    .await?)
}
