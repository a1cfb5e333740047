//! SQL of grants.
use std::collections::BTreeSet;

use sqlx::FromRow;
use uuid::Uuid;

use super::lock;
use crate::access::grant::GrantFilter;
use crate::access::role::{Grant, Role};
use crate::base::clock::Timestamp;
use crate::base::id::{Id, PersonId, UnitId};
use crate::base::{Error, Result, Tx};

#[derive(FromRow)]
struct GrantRow {
    person_id: Uuid,
    role: i16,
    unit_id: Option<Uuid>,
}

impl GrantRow {
    fn read(self) -> Result<Grant> {
        Ok(Grant {
            person_id: PersonId::from_uuid(self.person_id),
            role: Role::parse(i32::from(self.role))
                .ok_or_else(|| Error::internal("a stored role is unknown"))?,
            unit_id: self.unit_id.map(UnitId::from_uuid),
        })
    }
}

/// The last grant of a page: person, role, and the unit or organization that it covers.
pub(in crate::access) type GrantKey = (Uuid, i16, Uuid);

/// One change of the organization's grants at a time.
pub(in crate::access) async fn lock_grants(tx: &mut Tx) -> Result<()> {
    let tenant = tx.scope().organization_id;
    lock(tx, format!("access_grants/{tenant}")).await
}

/// All grants of a person, in the order of lists.
pub(in crate::access) async fn list_grants_of(
    tx: &mut Tx,
    person_id: PersonId,
) -> Result<Vec<Grant>> {
    let tenant = tx.scope().organization_id;
    let rows: Vec<GrantRow> = sqlx::query_as(
        "-- access::list_grants_of
         SELECT person_id, role, unit_id FROM access_grants
         WHERE tenant_id = $1 AND person_id = $2 ORDER BY role, covered_id",
    )
    .bind(tenant.uuid())
    .bind(person_id.uuid())
    .fetch_all(tx.connection()?)
    .await?;
    rows.into_iter().map(GrantRow::read).collect()
}

/// A page of grants by person, after `after`.
pub(in crate::access) async fn list_grants(
    tx: &mut Tx,
    filter: &GrantFilter,
    after: Option<GrantKey>,
    fetch: i64,
) -> Result<Vec<Grant>> {
    let tenant = tx.scope().organization_id;
    let (person, role, covered) = after.unwrap_or((Uuid::nil(), 0, Uuid::nil()));
    let rows: Vec<GrantRow> = sqlx::query_as(
        "-- access::list_grants
         SELECT person_id, role, unit_id FROM access_grants
         WHERE tenant_id = $1
             AND (person_id, role, covered_id) > ($2, $3, $4)
             AND ($5::uuid IS NULL OR person_id = $5)
             AND ($6::smallint IS NULL OR role = $6)
             AND ($7::uuid IS NULL OR unit_id = $7)
         ORDER BY person_id, role, covered_id LIMIT $8",
    )
    .bind(tenant.uuid())
    .bind(person)
    .bind(role)
    .bind(covered)
    .bind(filter.person_id.map(Id::uuid))
    .bind(filter.role.map(Role::number))
    .bind(filter.unit_id.map(Id::uuid))
    .bind(fetch)
    .fetch_all(tx.connection()?)
    .await?;
    rows.into_iter().map(GrantRow::read).collect()
}

pub(in crate::access) async fn list_administrators(tx: &mut Tx) -> Result<BTreeSet<PersonId>> {
    let tenant = tx.scope().organization_id;
    let people: Vec<Uuid> = sqlx::query_scalar(
        "-- access::list_administrators
         SELECT person_id FROM access_grants WHERE tenant_id = $1 AND role = $2",
    )
    .bind(tenant.uuid())
    .bind(Role::Administrator.number())
    .fetch_all(tx.connection()?)
    .await?;
    Ok(people.into_iter().map(PersonId::from_uuid).collect())
}

/// Grants as columns, for statements that take many at once.
struct Columns {
    people: Vec<Uuid>,
    roles: Vec<i16>,
    units: Vec<Option<Uuid>>,
}

impl Columns {
    fn of(grants: &BTreeSet<Grant>) -> Self {
        Self {
            people: grants.iter().map(|grant| grant.person_id.uuid()).collect(),
            roles: grants.iter().map(|grant| grant.role.number()).collect(),
            units: grants.iter().map(|grant| grant.unit_id.map(Id::uuid)).collect(),
        }
    }
}

/// Adds grants; returns how many were not there.
pub(in crate::access) async fn insert_grants(
    tx: &mut Tx,
    grants: &BTreeSet<Grant>,
    now: Timestamp,
) -> Result<u64> {
    let tenant = tx.scope().organization_id;
    let columns = Columns::of(grants);
    let done = sqlx::query(
        "-- access::insert_grants
         INSERT INTO access_grants (tenant_id, person_id, role, unit_id, create_time)
         SELECT $1, person_id, role, unit_id, $5
         FROM unnest($2::uuid[], $3::smallint[], $4::uuid[]) AS added (person_id, role, unit_id)
         ON CONFLICT DO NOTHING",
    )
    .bind(tenant.uuid())
    .bind(columns.people)
    .bind(columns.roles)
    .bind(columns.units)
    .bind(now)
    .execute(tx.connection()?)
    .await?;
    Ok(done.rows_affected())
}

/// Removes grants; returns how many were there.
pub(in crate::access) async fn delete_grants(tx: &mut Tx, grants: &BTreeSet<Grant>) -> Result<u64> {
    let tenant = tx.scope().organization_id;
    let columns = Columns::of(grants);
    let done = sqlx::query(
        "-- access::delete_grants
         DELETE FROM access_grants AS held
         USING unnest($2::uuid[], $3::smallint[], $4::uuid[]) AS removed (person_id, role, unit_id)
         WHERE held.tenant_id = $1 AND held.person_id = removed.person_id
             AND held.role = removed.role
             AND held.covered_id = coalesce(removed.unit_id, $1)",
    )
    .bind(tenant.uuid())
    .bind(columns.people)
    .bind(columns.roles)
    .bind(columns.units)
    .execute(tx.connection()?)
    .await?;
    Ok(done.rows_affected())
}

/// The most grants that any of these people has.
pub(in crate::access) async fn find_most_granted(
    tx: &mut Tx,
    people: &BTreeSet<PersonId>,
) -> Result<Option<(PersonId, i64)>> {
    let tenant = tx.scope().organization_id;
    let people: Vec<Uuid> = people.iter().map(|person| person.uuid()).collect();
    let row: Option<(Uuid, i64)> = sqlx::query_as(
        "-- access::find_most_granted
         SELECT person_id, count(*) FROM access_grants
         WHERE tenant_id = $1 AND person_id = ANY ($2)
         GROUP BY person_id ORDER BY count(*) DESC LIMIT 1",
    )
    .bind(tenant.uuid())
    .bind(people)
    .fetch_optional(tx.connection()?)
    .await?;
    Ok(row.map(|(person, count)| (PersonId::from_uuid(person), count)))
}
