//! SQL of organizations and their segment schemes.
use std::collections::BTreeSet;

use sqlx::types::Json;
use uuid::Uuid;

use crate::base::clock::Timestamp;
use crate::base::id::{Id, OrganizationId, UnitId};
use crate::base::{Error, Result, Tx};
use crate::directory::organization::{Organization, PrivacyPolicy, Settings};
use crate::directory::segment::{SegmentDimension, SegmentScheme};

#[derive(sqlx::FromRow)]
struct OrganizationRow {
    tenant_id: Uuid,
    display_name: String,
    time_zone: String,
    default_language_code: String,
    supported_language_codes: Vec<String>,
    minimum_group_size: i32,
    distribution_minimum_group_size: i32,
    comment_minimum_group_size: i32,
    quality_minimum_group_size: i32,
    driver_minimum_group_size: i32,
    disclose_individual_participation: bool,
    working_days: Vec<i16>,
    root_unit_id: Uuid,
    revision: i64,
    create_time: Timestamp,
    update_time: Timestamp,
}

impl TryFrom<OrganizationRow> for Organization {
    type Error = Error;

    fn try_from(row: OrganizationRow) -> Result<Self> {
        Ok(Self {
            organization_id: OrganizationId::from_uuid(row.tenant_id),
            settings: Settings {
                display_name: row.display_name,
                time_zone: row.time_zone.parse().map_err(Error::internal)?,
                default_language_code: row.default_language_code,
                supported_language_codes: row.supported_language_codes,
                privacy_policy: PrivacyPolicy {
                    minimum_group_size: row.minimum_group_size,
                    distribution_minimum_group_size: row.distribution_minimum_group_size,
                    comment_minimum_group_size: row.comment_minimum_group_size,
                    quality_minimum_group_size: row.quality_minimum_group_size,
                    driver_minimum_group_size: row.driver_minimum_group_size,
                    disclose_individual_participation: row.disclose_individual_participation,
                },
                working_days: row.working_days,
            },
            root_unit_id: UnitId::from_uuid(row.root_unit_id),
            revision: row.revision,
            create_time: row.create_time,
            update_time: row.update_time,
        })
    }
}

const COLUMNS: &str = "tenant_id, display_name, time_zone, default_language_code,
    supported_language_codes, minimum_group_size, distribution_minimum_group_size,
    comment_minimum_group_size, quality_minimum_group_size, driver_minimum_group_size,
    disclose_individual_participation, working_days, root_unit_id, revision, create_time,
    update_time";

pub(in crate::directory) async fn load_organization(tx: &mut Tx) -> Result<Organization> {
    fetch(tx, format!("-- directory::load_organization\nSELECT {COLUMNS} FROM directory_organizations WHERE tenant_id = $1")).await
}

/// Also the lock of the unit tree: whoever changes its shape holds it.
pub(in crate::directory) async fn lock_organization(tx: &mut Tx) -> Result<Organization> {
    fetch(tx, format!("-- directory::lock_organization\nSELECT {COLUMNS} FROM directory_organizations WHERE tenant_id = $1 FOR NO KEY UPDATE")).await
}

/// Keeps the settings and the shape of the unit tree as they are until the transaction ends.
pub(in crate::directory) async fn share_organization(tx: &mut Tx) -> Result<Organization> {
    fetch(tx, format!("-- directory::share_organization\nSELECT {COLUMNS} FROM directory_organizations WHERE tenant_id = $1 FOR SHARE")).await
}

async fn fetch(tx: &mut Tx, sql: String) -> Result<Organization> {
    let tenant = tx.scope().organization_id;
    sqlx::query_as::<_, OrganizationRow>(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .fetch_optional(tx.connection()?)
        .await?
        .ok_or_else(|| Error::not_found(OrganizationId::RESOURCE_TYPE, tenant.to_string()))?
        .try_into()
}

pub(in crate::directory) async fn insert_organization(
    tx: &mut Tx,
    organization: &Organization,
) -> Result<()> {
    let settings = &organization.settings;
    let policy = settings.privacy_policy;
    sqlx::query(
        "-- directory::insert_organization
         INSERT INTO directory_organizations
             (tenant_id, display_name, time_zone, default_language_code,
              supported_language_codes, minimum_group_size, distribution_minimum_group_size,
              comment_minimum_group_size, quality_minimum_group_size, driver_minimum_group_size,
              disclose_individual_participation, working_days, root_unit_id, revision,
              create_time, update_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(organization.organization_id.uuid())
    .bind(&settings.display_name)
    .bind(settings.time_zone.name())
    .bind(&settings.default_language_code)
    .bind(&settings.supported_language_codes)
    .bind(policy.minimum_group_size)
    .bind(policy.distribution_minimum_group_size)
    .bind(policy.comment_minimum_group_size)
    .bind(policy.quality_minimum_group_size)
    .bind(policy.driver_minimum_group_size)
    .bind(policy.disclose_individual_participation)
    .bind(&settings.working_days)
    .bind(organization.root_unit_id.uuid())
    .bind(organization.revision)
    .bind(organization.create_time)
    .bind(organization.update_time)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

pub(in crate::directory) async fn update_organization(
    tx: &mut Tx,
    organization: &Organization,
) -> Result<()> {
    let settings = &organization.settings;
    let policy = settings.privacy_policy;
    sqlx::query(
        "-- directory::update_organization
         UPDATE directory_organizations
         SET display_name = $2, time_zone = $3, default_language_code = $4,
             supported_language_codes = $5, minimum_group_size = $6,
             distribution_minimum_group_size = $7, comment_minimum_group_size = $8,
             quality_minimum_group_size = $9, driver_minimum_group_size = $10,
             disclose_individual_participation = $11, working_days = $12, revision = $13,
             update_time = $14
         WHERE tenant_id = $1",
    )
    .bind(organization.organization_id.uuid())
    .bind(&settings.display_name)
    .bind(settings.time_zone.name())
    .bind(&settings.default_language_code)
    .bind(&settings.supported_language_codes)
    .bind(policy.minimum_group_size)
    .bind(policy.distribution_minimum_group_size)
    .bind(policy.comment_minimum_group_size)
    .bind(policy.quality_minimum_group_size)
    .bind(policy.driver_minimum_group_size)
    .bind(policy.disclose_individual_participation)
    .bind(&settings.working_days)
    .bind(organization.revision)
    .bind(organization.update_time)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

pub(in crate::directory) async fn load_scheme(tx: &mut Tx) -> Result<SegmentScheme> {
    fetch_scheme(
        tx,
        "-- directory::load_scheme
         SELECT dimensions, revision FROM directory_segment_schemes WHERE tenant_id = $1",
    )
    .await
}

/// For whoever gives segment values to people: the scheme stays as it is until they are done.
pub(in crate::directory) async fn share_scheme(tx: &mut Tx) -> Result<SegmentScheme> {
    fetch_scheme(
        tx,
        "-- directory::share_scheme
         SELECT dimensions, revision FROM directory_segment_schemes WHERE tenant_id = $1 FOR SHARE",
    )
    .await
}

pub(in crate::directory) async fn lock_scheme(tx: &mut Tx) -> Result<SegmentScheme> {
    fetch_scheme(
        tx,
        "-- directory::lock_scheme
         SELECT dimensions, revision FROM directory_segment_schemes WHERE tenant_id = $1 FOR NO KEY UPDATE",
    )
    .await
}

async fn fetch_scheme(tx: &mut Tx, sql: &'static str) -> Result<SegmentScheme> {
    let tenant = tx.scope().organization_id;
    let (Json(dimensions), revision): (Json<Vec<SegmentDimension>>, i64) =
        sqlx::query_as(sql).bind(tenant.uuid()).fetch_one(tx.connection()?).await?;
    Ok(SegmentScheme { dimensions, revision })
}

pub(in crate::directory) async fn insert_scheme(tx: &mut Tx, scheme: &SegmentScheme) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- directory::insert_scheme
         INSERT INTO directory_segment_schemes (tenant_id, dimensions, revision)
         VALUES ($1, $2, $3)",
    )
    .bind(tenant.uuid())
    .bind(Json(&scheme.dimensions))
    .bind(scheme.revision)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

pub(in crate::directory) async fn update_scheme(tx: &mut Tx, scheme: &SegmentScheme) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- directory::update_scheme
         UPDATE directory_segment_schemes SET dimensions = $2, revision = $3 WHERE tenant_id = $1",
    )
    .bind(tenant.uuid())
    .bind(Json(&scheme.dimensions))
    .bind(scheme.revision)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// The segment values that people hold.
pub(in crate::directory) async fn list_used_segments(
    tx: &mut Tx,
) -> Result<BTreeSet<(String, String)>> {
    let tenant = tx.scope().organization_id;
    let rows: Vec<(String, String)> = sqlx::query_as(
        "-- directory::list_used_segments
         SELECT DISTINCT segment.key, segment.value
         FROM directory_people CROSS JOIN LATERAL jsonb_each_text(segments) AS segment
         WHERE tenant_id = $1",
    )
    .bind(tenant.uuid())
    .fetch_all(tx.connection()?)
    .await?;
    Ok(rows.into_iter().collect())
}
