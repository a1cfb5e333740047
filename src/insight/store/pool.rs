//! SQL of contributions and pooled versions. An organization writes its own; of others it reads by
//! functions that tell neither name nor identifier of any.
use sqlx::types::Json;
use uuid::Uuid;

use super::norm::{read_target, read_values, stored_values};
use crate::base::clock::Timestamp;
use crate::base::id::{Id, ReleaseId, WaveId};
use crate::base::{Error, Result, Tx};
use crate::disclosure::{Contribution, StoredReference};
use crate::insight::norm::pool::{Anonymous, CONTRIBUTIONS_MAX, Member, VERSIONS_MAX, Version};
use crate::insight::norm::{Contributed, Target};

/// What the organization gives to an instrument.
pub(in crate::insight) async fn find_contribution(
    tx: &mut Tx,
    instrument_key: &str,
) -> Result<Option<Contributed>> {
    let tenant = tx.scope().organization_id;
    let row: Option<(Uuid, Uuid, Timestamp)> = sqlx::query_as(
        "-- insight::find_contribution
         SELECT wave_id, release_id, contribute_time FROM insight_contributions
         WHERE tenant_id = $1 AND instrument_key = $2",
    )
    .bind(tenant.uuid())
    .bind(instrument_key)
    .fetch_optional(tx.connection()?)
    .await?;
    Ok(row.map(|(wave_id, release_id, contribute_time)| Contributed {
        instrument_key: instrument_key.to_owned(),
        wave_id: WaveId::from_uuid(wave_id),
        release_id: ReleaseId::from_uuid(release_id),
        contribute_time,
    }))
}

/// Inserts what the organization gives, under a random number.
pub(in crate::insight) async fn insert_contribution(
    tx: &mut Tx,
    contributed: &Contributed,
    given: &Anonymous,
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    let targets: Vec<_> =
        given.targets.iter().map(|Target { level, key }| (level.number(), key.as_str())).collect();
    let (respondents, scores) = given.contribution.encode();
    sqlx::query(
        "-- insight::insert_contribution
         INSERT INTO insight_contributions
             (tenant_id, instrument_key, contribution_id, wave_id, release_id, respondent_count,
              targets, scores, contribute_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(tenant.uuid())
    .bind(&contributed.instrument_key)
    .bind(given.contribution_id)
    .bind(contributed.wave_id.uuid())
    .bind(contributed.release_id.uuid())
    .bind(respondents)
    .bind(Json(targets))
    .bind(scores)
    .bind(contributed.contribute_time)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Deletes what the organization gives to an instrument; returns the release that it was from.
pub(in crate::insight) async fn delete_contribution(
    tx: &mut Tx,
    instrument_key: &str,
) -> Result<Option<ReleaseId>> {
    let tenant = tx.scope().organization_id;
    let release_id: Option<Uuid> = sqlx::query_scalar(
        "-- insight::delete_contribution
         DELETE FROM insight_contributions WHERE tenant_id = $1 AND instrument_key = $2
         RETURNING release_id",
    )
    .bind(tenant.uuid())
    .bind(instrument_key)
    .fetch_optional(tx.connection()?)
    .await?;
    Ok(release_id.map(ReleaseId::from_uuid))
}

/// Makes whoever else asks for a pooled norm of the instrument wait until the transaction ends.
pub(in crate::insight) async fn lock_pool(tx: &mut Tx, instrument_key: &str) -> Result<()> {
    sqlx::query(
        "-- insight::lock_pool
         SELECT pg_advisory_xact_lock(hashtextextended('pool/' || $1, 0))",
    )
    .bind(instrument_key)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// What all organizations give to an instrument.
pub(in crate::insight) async fn list_contributions(
    tx: &mut Tx,
    instrument_key: &str,
) -> Result<Vec<Anonymous>> {
    type Row = (Uuid, i32, Json<Vec<(i16, String)>>, Vec<i64>);
    let rows: Vec<Row> = sqlx::query_as(
        "-- insight::list_contributions
         SELECT contribution_id, respondent_count, targets, scores
         FROM insight_list_contributions($1) LIMIT $2",
    )
    .bind(instrument_key)
    .bind(CONTRIBUTIONS_MAX)
    .fetch_all(tx.connection()?)
    .await?;
    rows.into_iter()
        .map(|(contribution_id, respondents, Json(targets), scores)| {
            let targets = targets
                .into_iter()
                .map(|(level, key)| read_target(level, key))
                .collect::<Result<_>>()?;
            let contribution = Contribution::decode(respondents, scores);
            Ok(Anonymous { contribution_id, targets, contribution })
        })
        .collect()
}

/// All versions of the pooled norm of an instrument, oldest first.
pub(in crate::insight) async fn list_versions(
    tx: &mut Tx,
    instrument_key: &str,
) -> Result<Vec<Version>> {
    type Row = (i32, Vec<Uuid>, Vec<i32>, Json<Vec<(i16, String, StoredReference)>>);
    let rows: Vec<Row> = sqlx::query_as(
        "-- insight::list_versions
         SELECT version, member_ids, member_counts, norm_values
         FROM insight_list_pools($1) LIMIT $2",
    )
    .bind(instrument_key)
    .bind(i64::try_from(VERSIONS_MAX).map_err(Error::internal)?)
    .fetch_all(tx.connection()?)
    .await?;
    rows.into_iter()
        .map(|(number, ids, counts, Json(values))| {
            let members = ids.into_iter().zip(counts).map(|(contribution_id, count)| {
                let respondents = u32::try_from(count).map_err(Error::internal)?;
                Ok(Member { contribution_id, respondents })
            });
            let members = members.collect::<Result<_>>()?;
            Ok(Version { number, members, values: read_values(values)? })
        })
        .collect()
}

/// Inserts a version of a pooled norm, as the organization that was the first to ask for it.
pub(in crate::insight) async fn insert_version(
    tx: &mut Tx,
    instrument_key: &str,
    version: &Version,
    now: Timestamp,
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    let counts: Vec<i32> = version
        .members
        .iter()
        .map(|member| i32::try_from(member.respondents).map_err(Error::internal))
        .collect::<Result<_>>()?;
    sqlx::query(
        "-- insight::insert_version
         INSERT INTO insight_pools
             (tenant_id, instrument_key, version, member_ids, member_counts, norm_values, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(tenant.uuid())
    .bind(instrument_key)
    .bind(version.number)
    .bind(version.members.iter().map(|member| member.contribution_id).collect::<Vec<_>>())
    .bind(counts)
    .bind(Json(stored_values(&version.values)))
    .bind(now)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}
