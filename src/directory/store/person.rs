//! SQL of people.
use chrono::NaiveDate;
use sqlx::types::Json;
use uuid::Uuid;

use crate::base::clock::Timestamp;
use crate::base::id::{Id, PersonId, UnitId};
use crate::base::page::PageRequest;
use crate::base::{Error, Result, Tx};
use crate::directory::person::{EmploymentStatus, Person, PersonFields, Placement};
use crate::directory::segment::Segments;

#[derive(sqlx::FromRow)]
pub(super) struct PersonRow {
    person_id: Uuid,
    external_id: Option<String>,
    employee_number: String,
    first_name: String,
    last_name: String,
    display_name: String,
    work_email: String,
    language_code: String,
    unit_id: Option<Uuid>,
    manager_person_id: Option<Uuid>,
    segments: Json<Segments>,
    employment_status: i16,
    start_date: Option<NaiveDate>,
    termination_date: Option<NaiveDate>,
    revision: i64,
    create_time: Timestamp,
    update_time: Timestamp,
    delete_time: Option<Timestamp>,
    purge_time: Option<Timestamp>,
    erase_time: Option<Timestamp>,
}

impl TryFrom<PersonRow> for Person {
    type Error = Error;

    fn try_from(row: PersonRow) -> Result<Self> {
        let manager = row.manager_person_id.map(PersonId::from_uuid);
        let segments = row.segments.0;
        Ok(Self {
            person_id: PersonId::from_uuid(row.person_id),
            fields: PersonFields {
                external_id: row.external_id,
                employee_number: row.employee_number,
                first_name: row.first_name,
                last_name: row.last_name,
                display_name: row.display_name,
                work_email: row.work_email,
                language_code: row.language_code,
                employment_status: EmploymentStatus::from_number(row.employment_status.into())
                    .ok_or_else(|| Error::internal("an unknown employment status is stored"))?,
                start_date: row.start_date,
                termination_date: row.termination_date,
            },
            placement: row.unit_id.map(|unit| Placement {
                unit_id: UnitId::from_uuid(unit),
                manager_person_id: manager,
                segments,
            }),
            revision: row.revision,
            create_time: row.create_time,
            update_time: row.update_time,
            delete_time: row.delete_time,
            purge_time: row.purge_time,
            erase_time: row.erase_time,
        })
    }
}

pub(super) const COLUMNS: &str = "person_id, external_id, employee_number, first_name, last_name,
    display_name, work_email, language_code, unit_id, manager_person_id, segments,
    employment_status, start_date, termination_date, revision, create_time, update_time,
    delete_time, purge_time, erase_time";

/// How a person is looked up.
#[derive(Clone, Debug)]
pub(in crate::directory) enum PersonKey {
    Id(PersonId),
    External(String),
}

pub(in crate::directory) async fn find_person(
    tx: &mut Tx,
    key: &PersonKey,
) -> Result<Option<Person>> {
    let tenant = tx.scope().organization_id;
    let row: Option<PersonRow> = match key {
        PersonKey::Id(id) => {
            let sql = format!(
                "-- directory::find_person\nSELECT {COLUMNS} FROM directory_people
                 WHERE tenant_id = $1 AND person_id = $2"
            );
            sqlx::query_as(sqlx::AssertSqlSafe(sql))
                .bind(tenant.uuid())
                .bind(id.uuid())
                .fetch_optional(tx.connection()?)
                .await?
        }
        PersonKey::External(key) => {
            let sql = format!(
                "-- directory::find_person_by_external_id\nSELECT {COLUMNS} FROM directory_people
                 WHERE tenant_id = $1 AND external_id = $2"
            );
            sqlx::query_as(sqlx::AssertSqlSafe(sql))
                .bind(tenant.uuid())
                .bind(key)
                .fetch_optional(tx.connection()?)
                .await?
        }
    };
    row.map(Person::try_from).transpose()
}

/// Locks a person against other changes.
pub(in crate::directory) async fn lock_person(tx: &mut Tx, id: PersonId) -> Result<Option<Person>> {
    let tenant = tx.scope().organization_id;
    let sql = format!(
        "-- directory::lock_person\nSELECT {COLUMNS} FROM directory_people
         WHERE tenant_id = $1 AND person_id = $2 FOR NO KEY UPDATE"
    );
    let row: Option<PersonRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(id.uuid())
        .fetch_optional(tx.connection()?)
        .await?;
    row.map(Person::try_from).transpose()
}

/// Keeps a person from being deleted while something is made to refer to them.
pub(in crate::directory) async fn share_person(
    tx: &mut Tx,
    id: PersonId,
) -> Result<Option<Person>> {
    let tenant = tx.scope().organization_id;
    let sql = format!(
        "-- directory::share_person\nSELECT {COLUMNS} FROM directory_people
         WHERE tenant_id = $1 AND person_id = $2 FOR SHARE"
    );
    let row: Option<PersonRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(id.uuid())
        .fetch_optional(tx.connection()?)
        .await?;
    row.map(Person::try_from).transpose()
}

/// What a list of people asks for.
#[derive(Clone, Debug)]
pub(in crate::directory) struct PeopleQuery {
    /// Tops of the subtrees whose people are listed; none means everyone.
    pub(in crate::directory) tops: Option<Vec<UnitId>>,
    /// Only the own staff of the tops.
    pub(in crate::directory) direct_members_only: bool,
    /// Subtrees within which the caller may look; none means everywhere.
    pub(in crate::directory) within: Option<Vec<UnitId>>,
    /// Segment values that all apply.
    pub(in crate::directory) segments: Segments,
    /// Deleted people as well.
    pub(in crate::directory) show_deleted: bool,
}

/// A page of people by name, then identifier.
pub(in crate::directory) async fn list_people(
    tx: &mut Tx,
    query: &PeopleQuery,
    page: &PageRequest,
    after: Option<(String, Uuid)>,
) -> Result<Vec<Person>> {
    let tenant = tx.scope().organization_id;
    let bare = |ids: &Option<Vec<UnitId>>| -> Option<Vec<Uuid>> {
        ids.as_ref().map(|ids| ids.iter().map(|id| id.uuid()).collect())
    };
    let (after_name, after_id) = after.unzip();
    let sql = format!(
        "-- directory::list_people
         WITH RECURSIVE below AS (
             SELECT unit_id FROM directory_units WHERE tenant_id = $1 AND unit_id = ANY($2)
             UNION
             SELECT child.unit_id FROM below JOIN directory_units AS child
                 ON child.tenant_id = $1 AND child.parent_unit_id = below.unit_id
             WHERE NOT $3
         ), reached AS (
             SELECT unit_id FROM directory_units WHERE tenant_id = $1 AND unit_id = ANY($4)
             UNION
             SELECT child.unit_id FROM reached JOIN directory_units AS child
                 ON child.tenant_id = $1 AND child.parent_unit_id = reached.unit_id
         )
         SELECT {COLUMNS} FROM directory_people
         WHERE tenant_id = $1 AND erase_time IS NULL
           AND ($2::uuid[] IS NULL OR unit_id IN (SELECT unit_id FROM below))
           AND ($4::uuid[] IS NULL OR unit_id IN (SELECT unit_id FROM reached))
           AND segments @> $5
           AND ($6 OR delete_time IS NULL)
           AND ($7::text IS NULL OR (display_name, person_id) > ($7, $8))
         ORDER BY display_name, person_id
         LIMIT $9"
    );
    let rows: Vec<PersonRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(bare(&query.tops))
        .bind(query.direct_members_only)
        .bind(bare(&query.within))
        .bind(Json(&query.segments))
        .bind(query.show_deleted)
        .bind(after_name)
        .bind(after_id)
        .bind(page.fetch())
        .fetch_all(tx.connection()?)
        .await?;
    rows.into_iter().map(Person::try_from).collect()
}

/// Inserts a person. `Err(existing)` inside when the external key is taken.
pub(in crate::directory) async fn insert_person(
    tx: &mut Tx,
    person: &Person,
) -> Result<std::result::Result<(), PersonId>> {
    if let Some(taken) = find_taken(tx, person).await? {
        return Ok(Err(taken));
    }
    write(
        tx,
        person,
        "-- directory::insert_person
         INSERT INTO directory_people
             (tenant_id, person_id, external_id, employee_number, first_name, last_name,
              display_name, work_email, language_code, unit_id, manager_person_id, segments,
              employment_status, start_date, termination_date, revision, create_time,
              update_time, delete_time, purge_time, erase_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                 $19, $20, $21)
         ON CONFLICT (tenant_id, external_id) WHERE external_id IS NOT NULL DO NOTHING",
    )
    .await
}

/// Writes a person as they now are. `Err(existing)` inside when the external key is taken.
pub(in crate::directory) async fn update_person(
    tx: &mut Tx,
    person: &Person,
) -> Result<std::result::Result<(), PersonId>> {
    if let Some(taken) = find_taken(tx, person).await? {
        return Ok(Err(taken));
    }
    write(
        tx,
        person,
        "-- directory::update_person
         UPDATE directory_people
         SET external_id = $3, employee_number = $4, first_name = $5, last_name = $6,
             display_name = $7, work_email = $8, language_code = $9, unit_id = $10,
             manager_person_id = $11, segments = $12, employment_status = $13, start_date = $14,
             termination_date = $15, revision = $16, create_time = $17, update_time = $18,
             delete_time = $19, purge_time = $20, erase_time = $21
         WHERE tenant_id = $1 AND person_id = $2",
    )
    .await
}

async fn find_taken(tx: &mut Tx, person: &Person) -> Result<Option<PersonId>> {
    let Some(external_id) = &person.fields.external_id else { return Ok(None) };
    let tenant = tx.scope().organization_id;
    let taken: Option<Uuid> = sqlx::query_scalar(
        "-- directory::find_taken
         SELECT person_id FROM directory_people
         WHERE tenant_id = $1 AND external_id = $2 AND person_id <> $3",
    )
    .bind(tenant.uuid())
    .bind(external_id)
    .bind(person.person_id.uuid())
    .fetch_optional(tx.connection()?)
    .await?;
    Ok(taken.map(PersonId::from_uuid))
}

async fn write(
    tx: &mut Tx,
    person: &Person,
    sql: &'static str,
) -> Result<std::result::Result<(), PersonId>> {
    let tenant = tx.scope().organization_id;
    let fields = &person.fields;
    let placement = person.placement.as_ref();
    let done = sqlx::query(sql)
        .bind(tenant.uuid())
        .bind(person.person_id.uuid())
        .bind(&fields.external_id)
        .bind(&fields.employee_number)
        .bind(&fields.first_name)
        .bind(&fields.last_name)
        .bind(&fields.display_name)
        .bind(&fields.work_email)
        .bind(&fields.language_code)
        .bind(placement.map(|placement| placement.unit_id.uuid()))
        .bind(placement.and_then(|placement| placement.manager_person_id).map(Id::uuid))
        .bind(Json(placement.map(|placement| placement.segments.clone()).unwrap_or_default()))
        .bind(fields.employment_status.number())
        .bind(fields.start_date)
        .bind(fields.termination_date)
        .bind(person.revision)
        .bind(person.create_time)
        .bind(person.update_time)
        .bind(person.delete_time)
        .bind(person.purge_time)
        .bind(person.erase_time)
        .execute(tx.connection()?)
        .await?;
    if done.rows_affected() == 1 {
        return Ok(Ok(()));
    }
    // Somebody else took the key between the look and the write.
    find_taken(tx, person)
        .await?
        .map(Err)
        .ok_or_else(|| Error::internal("a person was neither written nor found"))
}

/// Deleted people whose time to be erased has come.
pub(in crate::directory) async fn list_due_people(
    tx: &mut Tx,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<PersonId>> {
    let tenant = tx.scope().organization_id;
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "-- directory::list_due_people
         SELECT person_id FROM directory_people
         WHERE tenant_id = $1 AND purge_time <= $2
         ORDER BY purge_time LIMIT $3",
    )
    .bind(tenant.uuid())
    .bind(now)
    .bind(limit)
    .fetch_all(tx.connection()?)
    .await?;
    Ok(ids.into_iter().map(PersonId::from_uuid).collect())
}
