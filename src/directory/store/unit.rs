//! SQL of units and their lineage.
use std::collections::BTreeSet;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::base::clock::Timestamp;
use crate::base::id::{Id, PersonId, UnitId};
use crate::base::page::PageRequest;
use crate::base::{Error, Result, Tx};
use crate::directory::unit::{Unit, UnitChange, UnitFields};

#[derive(sqlx::FromRow)]
pub(super) struct UnitRow {
    unit_id: Uuid,
    external_id: Option<String>,
    parent_unit_id: Option<Uuid>,
    display_name: String,
    depth: i16,
    lead_person_id: Option<Uuid>,
    predecessor_unit_ids: Vec<Uuid>,
    effective_date: NaiveDate,
    direct_member_count: i64,
    revision: i64,
    create_time: Timestamp,
    update_time: Timestamp,
    delete_time: Option<Timestamp>,
    purge_time: Option<Timestamp>,
}

impl From<UnitRow> for Unit {
    fn from(row: UnitRow) -> Self {
        Self {
            unit_id: UnitId::from_uuid(row.unit_id),
            parent_unit_id: row.parent_unit_id.map(UnitId::from_uuid),
            depth: row.depth,
            fields: UnitFields {
                external_id: row.external_id,
                display_name: row.display_name,
                lead_person_id: row.lead_person_id.map(PersonId::from_uuid),
                predecessor_unit_ids: row
                    .predecessor_unit_ids
                    .into_iter()
                    .map(UnitId::from_uuid)
                    .collect(),
            },
            effective_date: row.effective_date,
            direct_member_count: row.direct_member_count,
            revision: row.revision,
            create_time: row.create_time,
            update_time: row.update_time,
            delete_time: row.delete_time,
            purge_time: row.purge_time,
        }
    }
}

pub(super) const COLUMNS: &str =
    "unit.unit_id, unit.external_id, unit.parent_unit_id, unit.display_name,
    unit.depth, unit.lead_person_id, unit.predecessor_unit_ids, unit.effective_date,
    (SELECT count(*) FROM directory_people AS person
     WHERE person.tenant_id = unit.tenant_id AND person.unit_id = unit.unit_id
       AND person.delete_time IS NULL) AS direct_member_count,
    unit.revision, unit.create_time, unit.update_time, unit.delete_time, unit.purge_time";

/// How a unit is looked up.
#[derive(Clone, Debug)]
pub(in crate::directory) enum UnitKey {
    Id(UnitId),
    External(String),
}

pub(in crate::directory) async fn find_unit(tx: &mut Tx, key: &UnitKey) -> Result<Option<Unit>> {
    let tenant = tx.scope().organization_id;
    let row: Option<UnitRow> = match key {
        UnitKey::Id(id) => {
            let sql = format!(
                "-- directory::find_unit\nSELECT {COLUMNS} FROM directory_units AS unit
                 WHERE unit.tenant_id = $1 AND unit.unit_id = $2"
            );
            sqlx::query_as(sqlx::AssertSqlSafe(sql))
                .bind(tenant.uuid())
                .bind(id.uuid())
                .fetch_optional(tx.connection()?)
                .await?
        }
        UnitKey::External(key) => {
            let sql = format!(
                "-- directory::find_unit_by_external_id\nSELECT {COLUMNS} FROM directory_units AS unit
                 WHERE unit.tenant_id = $1 AND unit.external_id = $2"
            );
            sqlx::query_as(sqlx::AssertSqlSafe(sql))
                .bind(tenant.uuid())
                .bind(key)
                .fetch_optional(tx.connection()?)
                .await?
        }
    };
    Ok(row.map(Unit::from))
}

pub(in crate::directory) async fn load_unit(tx: &mut Tx, id: UnitId) -> Result<Unit> {
    find_unit(tx, &UnitKey::Id(id))
        .await?
        .ok_or_else(|| Error::not_found(UnitId::RESOURCE_TYPE, id.to_string()))
}

/// Locks a unit against changes and deletion. Like all locks here it lets others refer to the
/// row, since a check of a foreign key that waited for it could close a circle of waiting.
pub(in crate::directory) async fn lock_unit(tx: &mut Tx, id: UnitId) -> Result<Unit> {
    take(tx, id, "-- directory::lock_unit\nSELECT 1 FROM directory_units WHERE tenant_id = $1 AND unit_id = $2 FOR NO KEY UPDATE").await
}

/// Keeps a unit from being deleted while somebody is put into it.
pub(in crate::directory) async fn share_unit(tx: &mut Tx, id: UnitId) -> Result<Unit> {
    take(tx, id, "-- directory::share_unit\nSELECT 1 FROM directory_units WHERE tenant_id = $1 AND unit_id = $2 FOR SHARE").await
}

async fn take(tx: &mut Tx, id: UnitId, lock: &'static str) -> Result<Unit> {
    let tenant = tx.scope().organization_id;
    sqlx::query(lock).bind(tenant.uuid()).bind(id.uuid()).execute(tx.connection()?).await?;
    load_unit(tx, id).await
}

/// The units from the root down to `id`, both included.
pub(in crate::directory) async fn load_path(tx: &mut Tx, id: UnitId) -> Result<Vec<UnitId>> {
    let tenant = tx.scope().organization_id;
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "-- directory::load_path
         WITH RECURSIVE path AS (
             SELECT unit_id, parent_unit_id, depth FROM directory_units
             WHERE tenant_id = $1 AND unit_id = $2
             UNION ALL
             SELECT above.unit_id, above.parent_unit_id, above.depth
             FROM path JOIN directory_units AS above
                 ON above.tenant_id = $1 AND above.unit_id = path.parent_unit_id
         )
         SELECT unit_id FROM path ORDER BY depth",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .fetch_all(tx.connection()?)
    .await?;
    Ok(ids.into_iter().map(UnitId::from_uuid).collect())
}

/// Levels below `id`: 0 for a leaf.
pub(in crate::directory) async fn load_height(tx: &mut Tx, id: UnitId) -> Result<i16> {
    let tenant = tx.scope().organization_id;
    Ok(sqlx::query_scalar(
        "-- directory::load_height
         WITH RECURSIVE below AS (
             SELECT unit_id, 0::smallint AS height FROM directory_units
             WHERE tenant_id = $1 AND unit_id = $2
             UNION ALL
             SELECT child.unit_id, (below.height + 1)::smallint
             FROM below JOIN directory_units AS child
                 ON child.tenant_id = $1 AND child.parent_unit_id = below.unit_id
         )
         SELECT coalesce(max(height), 0::smallint) FROM below",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .fetch_one(tx.connection()?)
    .await?)
}

pub(in crate::directory) async fn count_live_children(tx: &mut Tx, id: UnitId) -> Result<i64> {
    let tenant = tx.scope().organization_id;
    Ok(sqlx::query_scalar(
        "-- directory::count_live_children
         SELECT count(*) FROM directory_units
         WHERE tenant_id = $1 AND parent_unit_id = $2 AND delete_time IS NULL",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .fetch_one(tx.connection()?)
    .await?)
}

/// Which of `ids` are not units of the organization, deleted ones counted as units.
pub(in crate::directory) async fn list_unknown_units(
    tx: &mut Tx,
    ids: &[UnitId],
) -> Result<BTreeSet<UnitId>> {
    let tenant = tx.scope().organization_id;
    let bare: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let unknown: Vec<Uuid> = sqlx::query_scalar(
        "-- directory::list_unknown_units
         SELECT asked FROM unnest($2::uuid[]) AS asked
         WHERE NOT EXISTS (SELECT FROM directory_units
             WHERE tenant_id = $1 AND unit_id = asked)
           AND NOT EXISTS (SELECT FROM directory_unit_changes
             WHERE tenant_id = $1 AND unit_id = asked)",
    )
    .bind(tenant.uuid())
    .bind(bare)
    .fetch_all(tx.connection()?)
    .await?;
    Ok(unknown.into_iter().map(UnitId::from_uuid).collect())
}

/// What a list of units asks for.
#[derive(Clone, Debug)]
pub(in crate::directory) struct UnitQuery {
    /// Tops of the listed subtrees; none means the whole tree.
    pub(in crate::directory) tops: Option<Vec<UnitId>>,
    /// Only the direct children of the tops.
    pub(in crate::directory) direct_children_only: bool,
    /// Deleted units as well.
    pub(in crate::directory) show_deleted: bool,
}

/// A unit with its place in tree order, which is the key of pages.
pub(in crate::directory) type PlacedUnit = (Unit, Vec<String>);

#[derive(sqlx::FromRow)]
struct PlacedRow {
    #[sqlx(flatten)]
    unit: UnitRow,
    place: Vec<String>,
}

/// A page of units in tree order. The place of a unit is the names and identifiers on its path:
/// parents come before children, siblings by name.
pub(in crate::directory) async fn list_units(
    tx: &mut Tx,
    query: &UnitQuery,
    page: &PageRequest,
    after: Option<Vec<String>>,
) -> Result<Vec<PlacedUnit>> {
    let tenant = tx.scope().organization_id;
    let tops: Option<Vec<Uuid>> =
        query.tops.as_ref().map(|tops| tops.iter().map(|id| id.uuid()).collect());
    let sql = format!(
        "-- directory::list_units
         WITH RECURSIVE tree AS (
             SELECT unit_id, ARRAY[display_name, unit_id::text] AS place,
                    $2::uuid[] IS NULL OR unit_id = ANY($2) AS listed, false AS child_of_top
             FROM directory_units WHERE tenant_id = $1 AND parent_unit_id IS NULL
             UNION ALL
             SELECT child.unit_id, tree.place || ARRAY[child.display_name, child.unit_id::text],
                    tree.listed OR child.unit_id = ANY($2),
                    ($2 IS NULL AND child.depth = 1) OR tree.unit_id = ANY($2)
             FROM tree JOIN directory_units AS child
                 ON child.tenant_id = $1 AND child.parent_unit_id = tree.unit_id
         )
         SELECT {COLUMNS}, tree.place
         FROM tree JOIN directory_units AS unit ON unit.tenant_id = $1 AND unit.unit_id = tree.unit_id
         WHERE CASE WHEN $3 THEN tree.child_of_top ELSE tree.listed END
           AND ($4 OR unit.delete_time IS NULL)
           AND ($5::text[] IS NULL OR tree.place > $5)
         ORDER BY tree.place
         LIMIT $6"
    );
    let rows: Vec<PlacedRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(tops)
        .bind(query.direct_children_only)
        .bind(query.show_deleted)
        .bind(after)
        .bind(page.fetch())
        .fetch_all(tx.connection()?)
        .await?;
    Ok(rows.into_iter().map(|row| (row.unit.into(), row.place)).collect())
}

/// Inserts a unit. `Err(existing)` inside when the external key is taken.
pub(in crate::directory) async fn insert_unit(
    tx: &mut Tx,
    unit: &Unit,
) -> Result<std::result::Result<(), UnitId>> {
    let tenant = tx.scope().organization_id;
    let done = sqlx::query(
        "-- directory::insert_unit
         INSERT INTO directory_units
             (tenant_id, unit_id, external_id, parent_unit_id, display_name, depth,
              lead_person_id, predecessor_unit_ids, effective_date, revision, create_time,
              update_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (tenant_id, external_id) WHERE external_id IS NOT NULL DO NOTHING",
    )
    .bind(tenant.uuid())
    .bind(unit.unit_id.uuid())
    .bind(&unit.fields.external_id)
    .bind(unit.parent_unit_id.map(Id::uuid))
    .bind(&unit.fields.display_name)
    .bind(unit.depth)
    .bind(unit.fields.lead_person_id.map(Id::uuid))
    .bind(unit.fields.predecessor_unit_ids.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .bind(unit.effective_date)
    .bind(unit.revision)
    .bind(unit.create_time)
    .bind(unit.update_time)
    .execute(tx.connection()?)
    .await?;
    if done.rows_affected() == 1 {
        return Ok(Ok(()));
    }
    find_taken(tx, unit).await.map(Err)
}

async fn find_taken(tx: &mut Tx, unit: &Unit) -> Result<UnitId> {
    let key = UnitKey::External(unit.fields.external_id.clone().unwrap_or_default());
    let existing = find_unit(tx, &key).await?;
    existing
        .map(|existing| existing.unit_id)
        .ok_or_else(|| Error::internal("a unit was neither inserted nor found"))
}

/// Writes a unit as it now is. `Err(existing)` inside when the
/// external key is taken.
pub(in crate::directory) async fn update_unit(
    tx: &mut Tx,
    unit: &Unit,
) -> Result<std::result::Result<(), UnitId>> {
    let tenant = tx.scope().organization_id;
    if let Some(external_id) = &unit.fields.external_id {
        let taken: Option<Uuid> = sqlx::query_scalar(
            "-- directory::update_unit_find_taken
             SELECT unit_id FROM directory_units
             WHERE tenant_id = $1 AND external_id = $2 AND unit_id <> $3",
        )
        .bind(tenant.uuid())
        .bind(external_id)
        .bind(unit.unit_id.uuid())
        .fetch_optional(tx.connection()?)
        .await?;
        if let Some(taken) = taken {
            return Ok(Err(UnitId::from_uuid(taken)));
        }
    }
    sqlx::query(
        "-- directory::update_unit
         UPDATE directory_units
         SET external_id = $3, parent_unit_id = $4, display_name = $5, lead_person_id = $6,
             predecessor_unit_ids = $7, effective_date = $8, revision = $9, update_time = $10,
             delete_time = $11, purge_time = $12, depth = $13
         WHERE tenant_id = $1 AND unit_id = $2",
    )
    .bind(tenant.uuid())
    .bind(unit.unit_id.uuid())
    .bind(&unit.fields.external_id)
    .bind(unit.parent_unit_id.map(Id::uuid))
    .bind(&unit.fields.display_name)
    .bind(unit.fields.lead_person_id.map(Id::uuid))
    .bind(unit.fields.predecessor_unit_ids.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .bind(unit.effective_date)
    .bind(unit.revision)
    .bind(unit.update_time)
    .bind(unit.delete_time)
    .bind(unit.purge_time)
    .bind(unit.depth)
    .execute(tx.connection()?)
    .await?;
    Ok(Ok(()))
}

/// Moves the depths of a subtree by `by` levels.
pub(in crate::directory) async fn shift_depths(tx: &mut Tx, top: UnitId, by: i16) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- directory::shift_depths
         WITH RECURSIVE below AS (
             SELECT unit_id FROM directory_units WHERE tenant_id = $1 AND unit_id = $2
             UNION ALL
             SELECT child.unit_id FROM below JOIN directory_units AS child
                 ON child.tenant_id = $1 AND child.parent_unit_id = below.unit_id
         )
         UPDATE directory_units AS unit SET depth = unit.depth + $3
         FROM below WHERE unit.tenant_id = $1 AND unit.unit_id = below.unit_id",
    )
    .bind(tenant.uuid())
    .bind(top.uuid())
    .bind(by)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

pub(in crate::directory) async fn insert_change(
    tx: &mut Tx,
    unit: &Unit,
    change: UnitChange,
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- directory::insert_change
         INSERT INTO directory_unit_changes
             (tenant_id, unit_id, revision, change, effective_date, parent_unit_id,
              display_name, predecessor_unit_ids, record_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(tenant.uuid())
    .bind(unit.unit_id.uuid())
    .bind(unit.revision)
    .bind(change.as_str())
    .bind(unit.effective_date)
    .bind(unit.parent_unit_id.map(Id::uuid))
    .bind(&unit.fields.display_name)
    .bind(unit.fields.predecessor_unit_ids.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .bind(unit.update_time)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Locks the units that a person leads. Units are locked before people, here as in changes of
/// units, so that the two do not wait for one another.
pub(in crate::directory) async fn lock_led_units(tx: &mut Tx, person: PersonId) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- directory::lock_led_units
         SELECT 1 FROM directory_units WHERE tenant_id = $1 AND lead_person_id = $2
         ORDER BY unit_id FOR NO KEY UPDATE",
    )
    .bind(tenant.uuid())
    .bind(person.uuid())
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Takes the lead from all units that a person led.
pub(in crate::directory) async fn clear_lead(
    tx: &mut Tx,
    person: PersonId,
    now: Timestamp,
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- directory::clear_lead
         UPDATE directory_units
         SET lead_person_id = NULL, revision = revision + 1, update_time = $3
         WHERE tenant_id = $1 AND lead_person_id = $2",
    )
    .bind(tenant.uuid())
    .bind(person.uuid())
    .bind(now)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Removes deleted units whose time has come and to which nothing refers any more, leaves first.
pub(in crate::directory) async fn purge_units(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    let tenant = tx.scope().organization_id;
    let mut purged = 0;
    loop {
        let done = sqlx::query(
            "-- directory::purge_units
             DELETE FROM directory_units AS unit
             WHERE tenant_id = $1 AND purge_time <= $2
               AND NOT EXISTS (SELECT FROM directory_units AS child
                   WHERE child.tenant_id = $1 AND child.parent_unit_id = unit.unit_id)
               AND NOT EXISTS (SELECT FROM directory_people AS person
                   WHERE person.tenant_id = $1 AND person.unit_id = unit.unit_id)",
        )
        .bind(tenant.uuid())
        .bind(now)
        .execute(tx.connection()?)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(purged);
        }
        purged += done.rows_affected();
    }
}
