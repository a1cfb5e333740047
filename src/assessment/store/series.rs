//! SQL of assessments.
use uuid::Uuid;

use crate::assessment::series::{Assessment, AssessmentFields};
use crate::base::clock::Timestamp;
use crate::base::id::{AssessmentId, Id, UnitId};
use crate::base::page::PageRequest;
use crate::base::{Error, Result, Tx};

#[derive(sqlx::FromRow)]
struct AssessmentRow {
    assessment_id: Uuid,
    display_name: String,
    instrument_key: String,
    scope_unit_id: Option<Uuid>,
    revision: i64,
    create_time: Timestamp,
    update_time: Timestamp,
}

impl From<AssessmentRow> for Assessment {
    fn from(row: AssessmentRow) -> Self {
        Self {
            assessment_id: AssessmentId::from_uuid(row.assessment_id),
            fields: AssessmentFields {
                display_name: row.display_name,
                instrument_key: row.instrument_key,
                scope_unit_id: row.scope_unit_id.map(UnitId::from_uuid),
            },
            revision: row.revision,
            create_time: row.create_time,
            update_time: row.update_time,
        }
    }
}

const COLUMNS: &str = "assessment_id, display_name, instrument_key, scope_unit_id, revision,
    create_time, update_time";

/// An assessment.
pub(in crate::assessment) async fn find_assessment(
    tx: &mut Tx,
    id: AssessmentId,
) -> Result<Assessment> {
    fetch(tx, id, format!("-- assessment::find_assessment\nSELECT {COLUMNS} FROM assessment_assessments WHERE tenant_id = $1 AND assessment_id = $2")).await
}

/// An assessment, locked: whoever changes it or adds a wave holds it.
pub(in crate::assessment) async fn lock_assessment(
    tx: &mut Tx,
    id: AssessmentId,
) -> Result<Assessment> {
    fetch(tx, id, format!("-- assessment::lock_assessment\nSELECT {COLUMNS} FROM assessment_assessments WHERE tenant_id = $1 AND assessment_id = $2 FOR NO KEY UPDATE")).await
}

/// An assessment whose scope and instrument stay as they are until the transaction ends.
pub(in crate::assessment) async fn share_assessment(
    tx: &mut Tx,
    id: AssessmentId,
) -> Result<Assessment> {
    fetch(tx, id, format!("-- assessment::share_assessment\nSELECT {COLUMNS} FROM assessment_assessments WHERE tenant_id = $1 AND assessment_id = $2 FOR SHARE")).await
}

async fn fetch(tx: &mut Tx, id: AssessmentId, sql: String) -> Result<Assessment> {
    let tenant = tx.scope().organization_id;
    let row: Option<AssessmentRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(id.uuid())
        .fetch_optional(tx.connection()?)
        .await?;
    row.map(Assessment::from)
        .ok_or_else(|| Error::not_found(AssessmentId::RESOURCE_TYPE, id.to_string()))
}

/// A page of assessments, newest first.
pub(in crate::assessment) async fn list_assessments(
    tx: &mut Tx,
    page: &PageRequest,
    after: Option<(Timestamp, Uuid)>,
) -> Result<Vec<Assessment>> {
    let tenant = tx.scope().organization_id;
    let (time, id) = after.unzip();
    let sql = format!(
        "-- assessment::list_assessments
         SELECT {COLUMNS} FROM assessment_assessments
         WHERE tenant_id = $1
             AND ($2::timestamptz IS NULL OR (create_time, assessment_id) < ($2, $3))
         ORDER BY create_time DESC, assessment_id DESC LIMIT $4"
    );
    let rows: Vec<AssessmentRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(time)
        .bind(id)
        .bind(page.fetch())
        .fetch_all(tx.connection()?)
        .await?;
    Ok(rows.into_iter().map(Assessment::from).collect())
}

/// Inserts an assessment.
pub(in crate::assessment) async fn insert_assessment(
    tx: &mut Tx,
    assessment: &Assessment,
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- assessment::insert_assessment
         INSERT INTO assessment_assessments (tenant_id, assessment_id, display_name,
             instrument_key, scope_unit_id, revision, create_time, update_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(tenant.uuid())
    .bind(assessment.assessment_id.uuid())
    .bind(&assessment.fields.display_name)
    .bind(&assessment.fields.instrument_key)
    .bind(assessment.fields.scope_unit_id.map(Id::uuid))
    .bind(assessment.revision)
    .bind(assessment.create_time)
    .bind(assessment.update_time)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Writes a changed assessment.
pub(in crate::assessment) async fn update_assessment(
    tx: &mut Tx,
    assessment: &Assessment,
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- assessment::update_assessment
         UPDATE assessment_assessments
         SET display_name = $3, instrument_key = $4, scope_unit_id = $5, revision = $6,
             update_time = $7
         WHERE tenant_id = $1 AND assessment_id = $2",
    )
    .bind(tenant.uuid())
    .bind(assessment.assessment_id.uuid())
    .bind(&assessment.fields.display_name)
    .bind(&assessment.fields.instrument_key)
    .bind(assessment.fields.scope_unit_id.map(Id::uuid))
    .bind(assessment.revision)
    .bind(assessment.update_time)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// The number of the newest wave, 0 without any; and whether any has opened.
pub(in crate::assessment) async fn find_newest(
    tx: &mut Tx,
    id: AssessmentId,
) -> Result<(i32, bool)> {
    let tenant = tx.scope().organization_id;
    Ok(sqlx::query_as(
        "-- assessment::find_newest_wave
         SELECT coalesce(max(number), 0), coalesce(bool_or(open_time IS NOT NULL), false)
         FROM assessment_waves WHERE tenant_id = $1 AND assessment_id = $2",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .fetch_one(tx.connection()?)
    .await?)
}
