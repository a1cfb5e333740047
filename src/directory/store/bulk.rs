//! SQL of imports: whole trees, and people by the batch.
//!
//! Nothing here may depend on what the planner knows: during the first import it knows nothing, and
//! a plan made for an empty table goes on searching it from end to end for thousands of keys.
use std::collections::HashMap;

use uuid::Uuid;

use super::person::{COLUMNS as PERSON_COLUMNS, PersonRow};
use super::unit::{COLUMNS as UNIT_COLUMNS, UnitRow};
use crate::base::clock::Timestamp;
use crate::base::id::{Id, PersonId, UnitId};
use crate::base::{Error, Result, Tx};
use crate::directory::person::Person;
use crate::directory::unit::Unit;

/// All units, deleted ones included.
pub(in crate::directory) async fn load_all_units(tx: &mut Tx) -> Result<Vec<Unit>> {
    let tenant = tx.scope().organization_id;
    let sql = format!(
        "-- directory::load_all_units\nSELECT {UNIT_COLUMNS} FROM directory_units AS unit
         WHERE unit.tenant_id = $1 ORDER BY unit.depth, unit.unit_id"
    );
    let rows: Vec<UnitRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .fetch_all(tx.connection()?)
        .await?;
    Ok(rows.into_iter().map(Unit::from).collect())
}

pub(in crate::directory) async fn update_depth(tx: &mut Tx, id: UnitId, depth: i16) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- directory::update_depth
         UPDATE directory_units SET depth = $3 WHERE tenant_id = $1 AND unit_id = $2",
    )
    .bind(tenant.uuid())
    .bind(id.uuid())
    .bind(depth)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Units by the caller's key, each with whether it is live.
pub(in crate::directory) async fn load_unit_keys(
    tx: &mut Tx,
) -> Result<HashMap<String, (UnitId, bool)>> {
    let tenant = tx.scope().organization_id;
    let rows: Vec<(String, Uuid, bool)> = sqlx::query_as(
        "-- directory::load_unit_keys
         SELECT external_id, unit_id, delete_time IS NULL FROM directory_units
         WHERE tenant_id = $1 AND external_id IS NOT NULL",
    )
    .bind(tenant.uuid())
    .fetch_all(tx.connection()?)
    .await?;
    Ok(rows.into_iter().map(|(key, id, live)| (key, (UnitId::from_uuid(id), live))).collect())
}

/// The people with these keys, locked in the order of the keys, by key.
///
/// The inner query cannot be merged with the outer one, so each key is looked up in the index of
/// keys. A list or a join would be searched for by reading all people of the organization.
pub(in crate::directory) async fn lock_people(
    tx: &mut Tx,
    keys: &[String],
) -> Result<HashMap<String, Person>> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let tenant = tx.scope().organization_id;
    let sql = format!(
        "-- directory::lock_people\nSELECT {PERSON_COLUMNS}
         FROM (SELECT key FROM unnest($2::text[]) AS key ORDER BY key) AS wanted
         CROSS JOIN LATERAL (
             SELECT {PERSON_COLUMNS} FROM directory_people
             WHERE tenant_id = $1 AND external_id = wanted.key FOR NO KEY UPDATE
         ) AS person"
    );
    let rows: Vec<PersonRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(keys)
        .fetch_all(tx.connection()?)
        .await?;
    let mut people = HashMap::with_capacity(rows.len());
    for row in rows {
        let person = Person::try_from(row)?;
        people.insert(person.fields.external_id.clone().unwrap_or_default(), person);
    }
    Ok(people)
}

/// Which of these keys belong to live people, and to whom. Looks up as [`lock_people`] does.
pub(in crate::directory) async fn find_people_ids(
    tx: &mut Tx,
    keys: &[String],
) -> Result<HashMap<String, PersonId>> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let tenant = tx.scope().organization_id;
    let rows: Vec<(String, Uuid)> = sqlx::query_as(
        "-- directory::find_people_ids
         SELECT wanted.key, person.person_id
         FROM unnest($2::text[]) AS wanted (key)
         CROSS JOIN LATERAL (
             SELECT person_id FROM directory_people
             WHERE tenant_id = $1 AND external_id = wanted.key AND delete_time IS NULL OFFSET 0
         ) AS person",
    )
    .bind(tenant.uuid())
    .bind(keys)
    .fetch_all(tx.connection()?)
    .await?;
    Ok(rows.into_iter().map(|(key, id)| (key, PersonId::from_uuid(id))).collect())
}

/// All live people with a key.
pub(in crate::directory) async fn list_keyed_people(
    tx: &mut Tx,
) -> Result<Vec<(String, PersonId)>> {
    let tenant = tx.scope().organization_id;
    let rows: Vec<(String, Uuid)> = sqlx::query_as(
        "-- directory::list_keyed_people
         SELECT external_id, person_id FROM directory_people
         WHERE tenant_id = $1 AND external_id IS NOT NULL AND delete_time IS NULL
         ORDER BY person_id",
    )
    .bind(tenant.uuid())
    .fetch_all(tx.connection()?)
    .await?;
    Ok(rows.into_iter().map(|(key, id)| (key, PersonId::from_uuid(id))).collect())
}

/// The rows of a batch as both statements below take them.
const ROWS: &str = "(tenant_id, person_id, external_id, employee_number, first_name, last_name,
     display_name, work_email, language_code, unit_id, manager_person_id, segments,
     employment_status, start_date, termination_date, revision, create_time, update_time)
    SELECT $1, person_id, external_id, employee_number, first_name, last_name, display_name,
           work_email, language_code, unit_id, manager_person_id, segments::jsonb,
           employment_status, start_date, termination_date, revision, $17, $17
    FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::text[], $10::uuid[], $11::uuid[], $12::text[], $13::smallint[], $14::date[],
                $15::date[], $16::bigint[])
        AS row (person_id, external_id, employee_number, first_name, last_name, display_name,
                work_email, language_code, unit_id, manager_person_id, segments,
                employment_status, start_date, termination_date, revision)";

pub(in crate::directory) async fn insert_people(tx: &mut Tx, people: &[Person]) -> Result<()> {
    let sql = format!("-- directory::insert_people\nINSERT INTO directory_people {ROWS}");
    write(tx, people, sql).await
}

/// Updates people whom the transaction has locked. The conflict is certain, and it finds each person
/// by the primary key, whatever the planner knows of the table; a joined UPDATE does not.
pub(in crate::directory) async fn update_people(tx: &mut Tx, people: &[Person]) -> Result<()> {
    let sql = format!(
        "-- directory::update_people\nINSERT INTO directory_people {ROWS}
         ON CONFLICT (tenant_id, person_id) DO UPDATE
         SET external_id = excluded.external_id, employee_number = excluded.employee_number,
             first_name = excluded.first_name, last_name = excluded.last_name,
             display_name = excluded.display_name, work_email = excluded.work_email,
             language_code = excluded.language_code, unit_id = excluded.unit_id,
             manager_person_id = excluded.manager_person_id, segments = excluded.segments,
             employment_status = excluded.employment_status, start_date = excluded.start_date,
             termination_date = excluded.termination_date, revision = excluded.revision,
             update_time = excluded.update_time, delete_time = NULL, purge_time = NULL"
    );
    write(tx, people, sql).await
}

async fn write(tx: &mut Tx, people: &[Person], sql: String) -> Result<()> {
    let Some(first) = people.first() else { return Ok(()) };
    let tenant = tx.scope().organization_id;
    let text = |field: fn(&Person) -> &str| -> Vec<&str> { people.iter().map(field).collect() };
    let placement = |person: &Person| person.placement.clone();
    let units: Vec<Option<Uuid>> =
        people.iter().map(|person| Some(placement(person)?.unit_id.uuid())).collect();
    let managers: Vec<Option<Uuid>> =
        people.iter().map(|person| Some(placement(person)?.manager_person_id?.uuid())).collect();
    let segments: Vec<String> = people
        .iter()
        .map(|person| placement(person).map(|place| place.segments).unwrap_or_default())
        .map(|segments| serde_json::to_string(&segments))
        .collect::<std::result::Result<_, _>>()
        .map_err(Error::internal)?;
    let done = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(people.iter().map(|person| person.person_id.uuid()).collect::<Vec<_>>())
        .bind(people.iter().map(|person| person.fields.external_id.as_deref()).collect::<Vec<_>>())
        .bind(text(|person| &person.fields.employee_number))
        .bind(text(|person| &person.fields.first_name))
        .bind(text(|person| &person.fields.last_name))
        .bind(text(|person| &person.fields.display_name))
        .bind(text(|person| &person.fields.work_email))
        .bind(text(|person| &person.fields.language_code))
        .bind(units)
        .bind(managers)
        .bind(segments)
        .bind(
            people
                .iter()
                .map(|person| person.fields.employment_status.number())
                .collect::<Vec<_>>(),
        )
        .bind(people.iter().map(|person| person.fields.start_date).collect::<Vec<_>>())
        .bind(people.iter().map(|person| person.fields.termination_date).collect::<Vec<_>>())
        .bind(people.iter().map(|person| person.revision).collect::<Vec<_>>())
        .bind(first.update_time)
        .execute(tx.connection()?)
        .await?;
    if done.rows_affected() == people.len() as u64 {
        return Ok(());
    }
    Err(Error::internal("a batch of people was not written whole"))
}

/// Makes the units that people lead exactly those that their rows name. People who have left
/// lead none, and their rows name none.
pub(in crate::directory) async fn update_leads(
    tx: &mut Tx,
    leads: &[(PersonId, Vec<UnitId>)],
    now: Timestamp,
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    let people: Vec<Uuid> = leads.iter().map(|(person, _)| person.uuid()).collect();
    let (leaders, units): (Vec<Uuid>, Vec<Uuid>) = leads
        .iter()
        .flat_map(|(person, units)| units.iter().map(|unit| (person.uuid(), unit.uuid())))
        .unzip();
    sqlx::query(
        "-- directory::update_leads
         WITH claim AS (SELECT * FROM unnest($3::uuid[], $4::uuid[]) AS claim (person_id, unit_id)),
         change AS (
             SELECT unit.unit_id, claim.person_id
             FROM directory_units AS unit LEFT JOIN claim ON claim.unit_id = unit.unit_id
             WHERE unit.tenant_id = $1
               AND (unit.lead_person_id IN (SELECT unnest($2::uuid[])) OR claim.unit_id IS NOT NULL)
               AND unit.lead_person_id IS DISTINCT FROM claim.person_id
         )
         UPDATE directory_units AS unit
         SET lead_person_id = change.person_id, revision = unit.revision + 1, update_time = $5
         FROM change WHERE unit.tenant_id = $1 AND unit.unit_id = change.unit_id",
    )
    // Planned for this batch, not prepared once and for all.
    .persistent(false)
    .bind(tenant.uuid())
    .bind(people)
    .bind(leaders)
    .bind(units)
    .bind(now)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Soft-deletes people whom no row mentions; units that they led have no lead.
pub(in crate::directory) async fn delete_people(
    tx: &mut Tx,
    people: &[PersonId],
    now: Timestamp,
) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let tenant = tx.scope().organization_id;
    let ids: Vec<Uuid> = people.iter().map(|id| id.uuid()).collect();
    sqlx::query(
        "-- directory::delete_people
         WITH gone AS (
             UPDATE directory_people
             SET delete_time = $3, purge_time = $4, revision = revision + 1, update_time = $3
             WHERE tenant_id = $1 AND person_id IN (SELECT unnest($2::uuid[]))
         )
         UPDATE directory_units
         SET lead_person_id = NULL, revision = revision + 1, update_time = $3
         WHERE tenant_id = $1 AND lead_person_id IN (SELECT unnest($2::uuid[]))",
    )
    .persistent(false)
    .bind(tenant.uuid())
    .bind(ids)
    .bind(now)
    .bind(now + chrono::TimeDelta::days(crate::directory::organization::PURGE_AFTER_DAYS))
    .execute(tx.connection()?)
    .await?;
    Ok(())
}
