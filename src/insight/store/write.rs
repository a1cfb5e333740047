//! SQL that publishes: a release and its cards.
use uuid::Uuid;

use crate::base::clock::Timestamp;
use crate::base::id::{Id, ReleaseId, WaveId};
use crate::base::{Result, Tx};
use crate::disclosure::Extent;
use crate::insight::compute::{Digests, METHOD_VERSION};

/// Cards per statement.
const CARDS_PER_STATEMENT: usize = 2_000;
/// `orgfit.insight.v1.RELEASE_KIND_CLOSING`.
const CLOSING: i16 = 1;

/// A release that is to be stored.
pub(in crate::insight) struct NewRelease<'a> {
    pub(in crate::insight) release_id: ReleaseId,
    pub(in crate::insight) wave_id: WaveId,
    pub(in crate::insight) release_time: Timestamp,
    pub(in crate::insight) salt: &'a [u8],
    pub(in crate::insight) digests: Digests,
    pub(in crate::insight) responses: i32,
    pub(in crate::insight) extent: Extent,
}

pub(in crate::insight) async fn insert_release(tx: &mut Tx, new: &NewRelease<'_>) -> Result<()> {
    let tenant = tx.scope().organization_id;
    let [eligible_units, shown_units, eligible_slices, shown_slices] = new.extent.encode();
    sqlx::query(
        "-- insight::insert_release
         INSERT INTO insight_releases
             (tenant_id, release_id, wave_id, number, kind, release_time, method_version, salt,
              input_digest, plan_digest, exact_digest, result_digest, response_count,
              eligible_unit_count, shown_unit_count, eligible_slice_count, shown_slice_count)
         SELECT $1, $2, $3,
             1 + coalesce((SELECT max(number) FROM insight_releases
                           WHERE tenant_id = $1 AND wave_id = $3), 0),
             $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16",
    )
    .bind(tenant.uuid())
    .bind(new.release_id.uuid())
    .bind(new.wave_id.uuid())
    .bind(CLOSING)
    .bind(new.release_time)
    .bind(METHOD_VERSION)
    .bind(new.salt)
    .bind(new.digests.input.as_slice())
    .bind(new.digests.plan.as_slice())
    .bind(new.digests.exact.as_slice())
    .bind(new.digests.result.as_slice())
    .bind(new.responses)
    .bind(eligible_units)
    .bind(shown_units)
    .bind(eligible_slices)
    .bind(shown_slices)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Stores cards. `COPY` into tables with row-level security is not possible.
pub(in crate::insight) async fn insert_cards(
    tx: &mut Tx,
    release_id: ReleaseId,
    cards: &[(i32, Vec<u8>)],
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    for batch in cards.chunks(CARDS_PER_STATEMENT) {
        let (numbers, bytes): (Vec<i32>, Vec<&[u8]>) =
            batch.iter().map(|(number, card)| (*number, card.as_slice())).unzip();
        sqlx::query(
            "-- insight::insert_cards
             INSERT INTO insight_cards (tenant_id, release_id, slice_number, card)
             SELECT $1, $2, slice_number, card
             FROM unnest($3::int[], $4::bytea[]) AS new (slice_number, card)",
        )
        .bind(tenant.uuid())
        .bind::<Uuid>(release_id.uuid())
        .bind(numbers)
        .bind(bytes)
        .execute(tx.connection()?)
        .await?;
    }
    Ok(())
}
