//! SQL that looks for waves whose results are released.
use uuid::Uuid;

use crate::assessment::Measured;
use crate::assessment::wave::ResultsState;
use crate::base::id::{Id, WaveId};
use crate::base::{Result, Tx};

/// What a wave measures.
pub(in crate::assessment) async fn find_measured(
    tx: &mut Tx,
    wave_id: WaveId,
) -> Result<Option<Measured>> {
    let tenant = tx.scope().organization_id;
    let row: Option<(String, bool)> = sqlx::query_as(
        "-- assessment::find_measured
         SELECT series.instrument_key, wave.results_state = $3
         FROM assessment_waves AS wave
         JOIN assessment_assessments AS series USING (tenant_id, assessment_id)
         WHERE tenant_id = $1 AND wave.wave_id = $2",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .bind(ResultsState::Released.number())
    .fetch_optional(tx.connection()?)
    .await?;
    Ok(row.map(|(instrument_key, is_released)| Measured { instrument_key, is_released }))
}

/// Of the waves of the whole organization with released results, the one that closed last.
pub(in crate::assessment) async fn find_latest_released(
    tx: &mut Tx,
    instrument_key: &str,
) -> Result<Option<WaveId>> {
    let tenant = tx.scope().organization_id;
    let id: Option<Uuid> = sqlx::query_scalar(
        "-- assessment::find_latest_released
         SELECT wave.wave_id
         FROM assessment_waves AS wave
         JOIN assessment_assessments AS series USING (tenant_id, assessment_id)
         WHERE tenant_id = $1 AND series.instrument_key = $2 AND series.scope_unit_id IS NULL
             AND wave.results_state = $3
         ORDER BY wave.close_time DESC, wave.wave_id DESC LIMIT 1",
    )
    .bind(tenant.uuid())
    .bind(instrument_key)
    .bind(ResultsState::Released.number())
    .fetch_optional(tx.connection()?)
    .await?;
    Ok(id.map(WaveId::from_uuid))
}
