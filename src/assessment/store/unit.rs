//! SQL of frozen trees.
use uuid::Uuid;

use crate::assessment::FrozenUnit;
use crate::base::id::{Id, UnitId, WaveId};
use crate::base::{Error, Result, Tx};

/// The frozen tree of a wave, by position.
pub(in crate::assessment) async fn list_units(
    tx: &mut Tx,
    wave_id: WaveId,
) -> Result<Vec<FrozenUnit>> {
    let tenant = tx.scope().organization_id;
    let rows: Vec<(Uuid, Option<i32>, i16, String)> = sqlx::query_as(
        "-- assessment::list_units
         SELECT unit_id, parent_position, depth, display_name FROM assessment_units
         WHERE tenant_id = $1 AND wave_id = $2 ORDER BY position",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .fetch_all(tx.connection()?)
    .await?;
    rows.into_iter()
        .map(|(unit_id, parent, depth, display_name)| {
            Ok(FrozenUnit {
                unit_id: UnitId::from_uuid(unit_id),
                parent: parent.map(usize::try_from).transpose().map_err(Error::internal)?,
                depth,
                display_name,
            })
        })
        .collect()
}

/// Freezes a tree.
pub(in crate::assessment) async fn insert_units(
    tx: &mut Tx,
    wave_id: WaveId,
    units: &[FrozenUnit],
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    let parents: Vec<_> = units
        .iter()
        .map(|unit| unit.parent.map(i32::try_from).transpose().map_err(Error::internal))
        .collect::<Result<_>>()?;
    sqlx::query(
        "-- assessment::insert_units
         INSERT INTO assessment_units
             (tenant_id, wave_id, position, unit_id, parent_position, depth, display_name)
         SELECT $1, $2, unit.position - 1, unit.unit_id, unit.parent, unit.depth, unit.name
         FROM unnest($3::uuid[], $4::int[], $5::smallint[], $6::text[])
             WITH ORDINALITY AS unit (unit_id, parent, depth, name, position)",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .bind(units.iter().map(|unit| unit.unit_id.uuid()).collect::<Vec<_>>())
    .bind(parents)
    .bind(units.iter().map(|unit| unit.depth).collect::<Vec<_>>())
    .bind(units.iter().map(|unit| unit.display_name.as_str()).collect::<Vec<_>>())
    .execute(tx.connection()?)
    .await?;
    Ok(())
}
