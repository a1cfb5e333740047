//! SQL of answers after the close: taking in what was collected elsewhere, mixing, and reading.
use futures::TryStreamExt;
use sqlx::Row;
use uuid::Uuid;

use crate::base::id::{Id, UnitId, WaveId};
use crate::base::{Result, Tx};
use crate::respondent::ImportedSheet;
use crate::respondent::store::{read_values, stored_literals};

pub(in crate::respondent) async fn insert_imported(
    tx: &mut Tx,
    wave_id: WaveId,
    sheets: &[ImportedSheet],
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- respondent::insert_imported
         INSERT INTO respondent_imported
             (tenant_id, wave_id, answer_id, unit_id, segment_values, answers)
         SELECT $1, $2, gen_random_uuid(), unit_id, segment_values::smallint[], answers
         FROM unnest($3::uuid[], $4::text[], $5::bytea[]) AS new (unit_id, segment_values, answers)",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .bind(sheets.iter().map(|sheet| sheet.unit_id.uuid()).collect::<Vec<_>>())
    .bind(stored_literals(sheets.iter().map(|sheet| sheet.values.as_slice()))?)
    .bind(sheets.iter().map(|sheet| sheet.sheet.as_slice()).collect::<Vec<_>>())
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

pub(in crate::respondent) async fn list_imported_groups(
    tx: &mut Tx,
    wave_id: WaveId,
) -> Result<Vec<(UnitId, Vec<Option<u16>>, i64)>> {
    let tenant = tx.scope().organization_id;
    let rows: Vec<(Uuid, Vec<i16>, i64)> = sqlx::query_as(
        "-- respondent::list_imported_groups
         SELECT unit_id, segment_values, count(*) FROM respondent_imported
         WHERE tenant_id = $1 AND wave_id = $2
         GROUP BY unit_id, segment_values ORDER BY unit_id, segment_values",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .fetch_all(tx.connection()?)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(unit, values, count)| (UnitId::from_uuid(unit), read_values(&values), count))
        .collect())
}

/// Rewrites what respondents said in the order of new random identifiers.
pub(in crate::respondent) async fn insert_mixed(tx: &mut Tx, wave_id: WaveId) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- respondent::insert_mixed
         INSERT INTO respondent_answers (tenant_id, wave_id, answer_id, cell_id, answers)
         SELECT $1, $2, new_id, cell_id, answers
         FROM (SELECT gen_random_uuid() AS new_id, cell_id, answers FROM respondent_sealed
               WHERE tenant_id = $1 AND wave_id = $2) AS sealed
         ORDER BY new_id",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// As [`insert_mixed`], for imported answers with the cells of their groups. Returns how many of them
/// have no cell.
pub(in crate::respondent) async fn insert_mixed_imported(
    tx: &mut Tx,
    wave_id: WaveId,
    assignment: &[(UnitId, Vec<Option<u16>>, i32)],
) -> Result<i64> {
    let tenant = tx.scope().organization_id;
    let mixed = sqlx::query(
        "-- respondent::insert_mixed_imported
         INSERT INTO respondent_answers (tenant_id, wave_id, answer_id, cell_id, answers)
         SELECT $1, $2, new_id, cell_id, answers
         FROM (SELECT gen_random_uuid() AS new_id, assigned.cell_id, imported.answers
               FROM respondent_imported AS imported
               JOIN unnest($3::uuid[], $4::text[], $5::int[])
                   AS assigned (unit_id, segment_values, cell_id)
                   ON assigned.unit_id = imported.unit_id
                   AND assigned.segment_values::smallint[] = imported.segment_values
               WHERE imported.tenant_id = $1 AND imported.wave_id = $2) AS imported
         ORDER BY new_id",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .bind(assignment.iter().map(|(unit, _, _)| unit.uuid()).collect::<Vec<_>>())
    .bind(stored_literals(assignment.iter().map(|(_, values, _)| values.as_slice()))?)
    .bind(assignment.iter().map(|(_, _, cell)| *cell).collect::<Vec<_>>())
    .execute(tx.connection()?)
    .await?;
    let there: i64 = sqlx::query_scalar(
        "-- respondent::insert_mixed_imported_count
         SELECT count(*) FROM respondent_imported WHERE tenant_id = $1 AND wave_id = $2",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .fetch_one(tx.connection()?)
    .await?;
    Ok(there - i64::try_from(mixed.rows_affected()).unwrap_or(i64::MAX))
}

pub(in crate::respondent) async fn delete_answers(tx: &mut Tx, wave_id: WaveId) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- respondent::delete_answers
         DELETE FROM respondent_answers WHERE tenant_id = $1 AND wave_id = $2",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// How many mixed answers each cell has; those without one are not listed.
pub(in crate::respondent) async fn count_answers(
    tx: &mut Tx,
    wave_id: WaveId,
) -> Result<Vec<(i32, i32)>> {
    let tenant = tx.scope().organization_id;
    Ok(sqlx::query_as(
        "-- respondent::count_answers
         SELECT cell_id, count(*)::int FROM respondent_answers
         WHERE tenant_id = $1 AND wave_id = $2 GROUP BY cell_id",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .fetch_all(tx.connection()?)
    .await?)
}

/// Shows answers one after the other, each with its cell and the first byte of its random identifier.
/// None is kept: the rows of a wave may be a million.
pub(in crate::respondent) async fn for_each_answer(
    tx: &mut Tx,
    wave_id: WaveId,
    mut take: impl FnMut(i32, &[u8], u8) -> Result<()> + Send,
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    let mut rows = sqlx::query(
        "-- respondent::for_each_answer
         SELECT cell_id, answers, answer_id FROM respondent_answers
         WHERE tenant_id = $1 AND wave_id = $2",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .fetch(tx.connection()?);
    while let Some(row) = rows.try_next().await? {
        let answer_id: Uuid = row.try_get(2)?;
        take(row.try_get(0)?, row.try_get(1)?, answer_id.as_bytes()[0])?;
    }
    Ok(())
}
