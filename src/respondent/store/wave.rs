//! SQL of opened waves, their partitions and their cells.
use sqlx::types::Json;
use uuid::Uuid;

use crate::base::clock::Timestamp;
use crate::base::id::{Id, UnitId, WaveId};
use crate::base::{Error, Result, Tx};
use crate::respondent::cell::Cell;
use crate::respondent::questionnaire::Questionnaire;
use crate::respondent::store::{read_values, stored_literals};
use crate::respondent::token::BoxState;

/// Table whose partitions hold what respondents said.
pub(in crate::respondent) const SEALED: &str = "respondent_sealed";
/// Table whose partitions hold what was collected elsewhere.
pub(in crate::respondent) const IMPORTED: &str = "respondent_imported";

pub(in crate::respondent) async fn insert_wave(
    tx: &mut Tx,
    wave_id: WaveId,
    questionnaire: &Questionnaire,
    close_time: Option<Timestamp>,
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- respondent::insert_wave
         INSERT INTO respondent_waves (tenant_id, wave_id, state, close_time, questionnaire)
         VALUES ($1, $2, 1, $3, $4)",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .bind(close_time)
    .bind(Json(questionnaire))
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

pub(in crate::respondent) async fn create_partition(
    tx: &mut Tx,
    parent: &'static str,
    wave_id: WaveId,
) -> Result<()> {
    sqlx::query("-- respondent::create_partition\nSELECT respondent_create_partition($1, $2)")
        .bind(parent)
        .bind(wave_id.uuid())
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

pub(in crate::respondent) async fn drop_partition(
    tx: &mut Tx,
    parent: &'static str,
    wave_id: WaveId,
) -> Result<()> {
    sqlx::query("-- respondent::drop_partition\nSELECT respondent_drop_partition($1, $2)")
        .bind(parent)
        .bind(wave_id.uuid())
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Waits until nobody else makes, reads or drops partitions, and keeps others from it until the
/// transaction ends.
pub(in crate::respondent) async fn take_turn(tx: &mut Tx, parent: &'static str) -> Result<()> {
    sqlx::query("-- respondent::take_turn\nSELECT respondent_take_turn($1)")
        .bind(parent)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Waits until every statement that writes answers has ended.
pub(in crate::respondent) async fn await_writers(tx: &mut Tx) -> Result<()> {
    sqlx::query("-- respondent::await_writers\nSELECT respondent_await_writers()")
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Where a wave stands. Until the transaction ends nobody else changes it.
pub(in crate::respondent) async fn lock_wave(
    tx: &mut Tx,
    wave_id: WaveId,
) -> Result<Option<BoxState>> {
    let tenant = tx.scope().organization_id;
    let state: Option<i16> = sqlx::query_scalar(
        "-- respondent::lock_wave
         SELECT state FROM respondent_waves WHERE tenant_id = $1 AND wave_id = $2 FOR UPDATE",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .fetch_optional(tx.connection()?)
    .await?;
    read_state(state)
}

/// Where a wave stands. Until the transaction ends nobody closes it; others may hold it likewise.
pub(in crate::respondent) async fn hold_wave(
    tx: &mut Tx,
    wave_id: WaveId,
) -> Result<Option<BoxState>> {
    let tenant = tx.scope().organization_id;
    let state: Option<i16> = sqlx::query_scalar(
        "-- respondent::hold_wave
         SELECT state FROM respondent_waves WHERE tenant_id = $1 AND wave_id = $2 FOR SHARE",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .fetch_optional(tx.connection()?)
    .await?;
    read_state(state)
}

/// Where a wave stands, as of now.
pub(in crate::respondent) async fn find_state(
    tx: &mut Tx,
    wave_id: WaveId,
) -> Result<Option<BoxState>> {
    let tenant = tx.scope().organization_id;
    let state: Option<i16> = sqlx::query_scalar(
        "-- respondent::find_state
         SELECT state FROM respondent_waves WHERE tenant_id = $1 AND wave_id = $2",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .fetch_optional(tx.connection()?)
    .await?;
    read_state(state)
}

fn read_state(state: Option<i16>) -> Result<Option<BoxState>> {
    let Some(number) = state else { return Ok(None) };
    BoxState::from_number(number)
        .map(Some)
        .ok_or_else(|| Error::internal("an unknown state of a wave is stored"))
}

pub(in crate::respondent) async fn update_state(
    tx: &mut Tx,
    wave_id: WaveId,
    state: BoxState,
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- respondent::update_state
         UPDATE respondent_waves SET state = $3 WHERE tenant_id = $1 AND wave_id = $2",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .bind(state as i16)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Closes a wave that is open, unless an earlier time was set.
pub(in crate::respondent) async fn update_closed(
    tx: &mut Tx,
    wave_id: WaveId,
    time: Timestamp,
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- respondent::update_closed
         UPDATE respondent_waves SET state = 2, close_time = least(close_time, $3)
         WHERE tenant_id = $1 AND wave_id = $2",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .bind(time)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

pub(in crate::respondent) async fn update_close_time(
    tx: &mut Tx,
    wave_id: WaveId,
    time: Option<Timestamp>,
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- respondent::update_close_time
         UPDATE respondent_waves SET close_time = $3 WHERE tenant_id = $1 AND wave_id = $2",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .bind(time)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

pub(in crate::respondent) async fn find_questionnaire(
    tx: &mut Tx,
    wave_id: WaveId,
) -> Result<Option<Questionnaire>> {
    let tenant = tx.scope().organization_id;
    let found: Option<Json<Questionnaire>> = sqlx::query_scalar(
        "-- respondent::find_questionnaire
         SELECT questionnaire FROM respondent_waves WHERE tenant_id = $1 AND wave_id = $2",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .fetch_optional(tx.connection()?)
    .await?;
    Ok(found.map(|found| found.0))
}

pub(in crate::respondent) async fn insert_cells(
    tx: &mut Tx,
    wave_id: WaveId,
    cells: &[Cell],
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    let column = |read: fn(&Cell) -> i32| cells.iter().map(read).collect::<Vec<_>>();
    sqlx::query(
        "-- respondent::insert_cells
         INSERT INTO respondent_cells (tenant_id, wave_id, cell_id, unit_id, unit_name,
             segment_values, invited_count, late_count)
         SELECT $1, $2, cell_id, unit_id, unit_name, segment_values::smallint[], invited, late
         FROM unnest($3::int[], $4::uuid[], $5::text[], $6::text[], $7::int[], $8::int[])
             AS new (cell_id, unit_id, unit_name, segment_values, invited, late)",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .bind(column(|cell| cell.cell_id))
    .bind(cells.iter().map(|cell| cell.unit_id.uuid()).collect::<Vec<_>>())
    .bind(cells.iter().map(|cell| cell.unit_name.as_str()).collect::<Vec<_>>())
    .bind(stored_literals(cells.iter().map(|cell| cell.values.as_slice()))?)
    .bind(column(|cell| cell.invited))
    .bind(column(|cell| cell.late))
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Counts late invitations: `cells` names a cell once for each of them.
pub(in crate::respondent) async fn update_late(
    tx: &mut Tx,
    wave_id: WaveId,
    cells: &[i32],
) -> Result<u64> {
    let tenant = tx.scope().organization_id;
    let done = sqlx::query(
        "-- respondent::update_late
         UPDATE respondent_cells AS cell
         SET invited_count = invited_count + late.count, late_count = late_count + late.count
         FROM (SELECT cell_id, count(*)::int AS count FROM unnest($3::int[]) AS cell_id
               GROUP BY cell_id) AS late
         WHERE cell.tenant_id = $1 AND cell.wave_id = $2 AND cell.cell_id = late.cell_id",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .bind(cells)
    .execute(tx.connection()?)
    .await?;
    Ok(done.rows_affected())
}

pub(in crate::respondent) async fn list_cells(tx: &mut Tx, wave_id: WaveId) -> Result<Vec<Cell>> {
    let tenant = tx.scope().organization_id;
    let rows: Vec<(i32, Uuid, String, Vec<i16>, i32, i32)> = sqlx::query_as(
        "-- respondent::list_cells
         SELECT cell_id, unit_id, unit_name, segment_values, invited_count, late_count
         FROM respondent_cells WHERE tenant_id = $1 AND wave_id = $2 ORDER BY cell_id",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .fetch_all(tx.connection()?)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(cell_id, unit_id, unit_name, values, invited, late)| Cell {
            cell_id,
            unit_id: UnitId::from_uuid(unit_id),
            unit_name,
            values: read_values(&values),
            invited,
            late,
        })
        .collect())
}
