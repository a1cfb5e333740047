//! SQL of what waves take from the directory. Identifiers are looked up one by one in the index, as
//! in imports, whatever the planner knows.
use std::collections::HashMap;

use sqlx::types::Json;
use uuid::Uuid;

use crate::base::id::{Id, PersonId, UnitId};
use crate::base::{Error, Result, Tx};
use crate::directory::person::EmploymentStatus;
use crate::directory::roster::{RosterPerson, TreeUnit};
use crate::directory::segment::Segments;

/// The live units of a subtree by place: each after the one above, siblings by name.
pub(in crate::directory) async fn list_tree(tx: &mut Tx, top: UnitId) -> Result<Vec<TreeUnit>> {
    let tenant = tx.scope().organization_id;
    let rows: Vec<(Uuid, Option<Uuid>, i16, String)> = sqlx::query_as(
        "-- directory::list_tree
         WITH RECURSIVE tree AS (
             SELECT unit_id, parent_unit_id, depth, display_name,
                    ARRAY[display_name, unit_id::text] AS place
             FROM directory_units WHERE tenant_id = $1 AND unit_id = $2 AND delete_time IS NULL
             UNION ALL
             SELECT child.unit_id, child.parent_unit_id, child.depth, child.display_name,
                    tree.place || ARRAY[child.display_name, child.unit_id::text]
             FROM tree JOIN directory_units AS child
                 ON child.tenant_id = $1 AND child.parent_unit_id = tree.unit_id
             WHERE child.delete_time IS NULL
         )
         SELECT unit_id, parent_unit_id, depth, display_name FROM tree ORDER BY place",
    )
    .bind(tenant.uuid())
    .bind(top.uuid())
    .fetch_all(tx.connection()?)
    .await?;
    let first = rows.first().map_or(0, |(_, _, depth, _)| *depth);
    let mut positions = HashMap::with_capacity(rows.len());
    let mut tree = Vec::with_capacity(rows.len());
    for (unit_id, parent, depth, display_name) in rows {
        let above = parent.and_then(|parent| positions.get(&parent).copied());
        positions.insert(unit_id, tree.len());
        tree.push(TreeUnit {
            unit_id: UnitId::from_uuid(unit_id),
            parent: above,
            depth: depth - first,
            display_name,
        });
    }
    Ok(tree)
}

/// Person, unit, segments, employment status, and whether they are there.
type RosterRow = (Uuid, Option<Uuid>, Json<Segments>, i16, bool);

/// What waves need of people; who is not of the organization is left out.
pub(in crate::directory) async fn list_roster_people(
    tx: &mut Tx,
    ids: &[PersonId],
) -> Result<Vec<RosterPerson>> {
    let tenant = tx.scope().organization_id;
    let bare: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let rows: Vec<RosterRow> = sqlx::query_as(
        "-- directory::list_roster_people
         SELECT person.person_id, person.unit_id, person.segments, person.employment_status,
                person.is_live
         FROM unnest($2::uuid[]) AS wanted (id)
         CROSS JOIN LATERAL (
             SELECT person_id, unit_id, segments, employment_status, delete_time IS NULL AS is_live
             FROM directory_people WHERE tenant_id = $1 AND person_id = wanted.id OFFSET 0
         ) AS person",
    )
    .bind(tenant.uuid())
    .bind(bare)
    .fetch_all(tx.connection()?)
    .await?;
    rows.into_iter()
        .map(|(id, unit, segments, status, is_live)| {
            let status = EmploymentStatus::from_number(status.into())
                .ok_or_else(|| Error::internal("an unknown employment status is stored"))?;
            Ok(RosterPerson {
                person_id: PersonId::from_uuid(id),
                unit_id: unit.map(UnitId::from_uuid),
                segments: segments.0,
                is_active: is_live && !status.has_left(),
            })
        })
        .collect()
}

/// Units with all above them, upwards; each begins with itself.
pub(in crate::directory) async fn list_paths(
    tx: &mut Tx,
    ids: &[UnitId],
) -> Result<HashMap<UnitId, Vec<UnitId>>> {
    let tenant = tx.scope().organization_id;
    let bare: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let rows: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "-- directory::list_paths
         SELECT wanted.id, path.unit_id
         FROM unnest($2::uuid[]) AS wanted (id)
         CROSS JOIN LATERAL (
             WITH RECURSIVE above AS (
                 SELECT unit_id, parent_unit_id, depth FROM directory_units
                 WHERE tenant_id = $1 AND unit_id = wanted.id
                 UNION ALL
                 SELECT unit.unit_id, unit.parent_unit_id, unit.depth
                 FROM above JOIN directory_units AS unit
                     ON unit.tenant_id = $1 AND unit.unit_id = above.parent_unit_id
             )
             SELECT unit_id, depth FROM above
         ) AS path
         ORDER BY wanted.id, path.depth DESC",
    )
    .bind(tenant.uuid())
    .bind(bare)
    .fetch_all(tx.connection()?)
    .await?;
    let mut paths: HashMap<UnitId, Vec<UnitId>> = HashMap::new();
    for (of, unit) in rows {
        paths.entry(UnitId::from_uuid(of)).or_default().push(UnitId::from_uuid(unit));
    }
    Ok(paths)
}

/// Units by the caller's keys; unknown keys are left out.
pub(in crate::directory) async fn find_unit_ids(
    tx: &mut Tx,
    keys: &[String],
) -> Result<HashMap<String, UnitId>> {
    let tenant = tx.scope().organization_id;
    let rows: Vec<(String, Uuid)> = sqlx::query_as(
        "-- directory::find_unit_ids
         SELECT wanted.key, unit.unit_id
         FROM unnest($2::text[]) AS wanted (key)
         CROSS JOIN LATERAL (
             SELECT unit_id FROM directory_units
             WHERE tenant_id = $1 AND external_id = wanted.key OFFSET 0
         ) AS unit",
    )
    .bind(tenant.uuid())
    .bind(keys)
    .fetch_all(tx.connection()?)
    .await?;
    Ok(rows.into_iter().map(|(key, id)| (key, UnitId::from_uuid(id))).collect())
}
