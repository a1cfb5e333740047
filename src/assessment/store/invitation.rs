//! SQL of invitations.
use std::collections::BTreeMap;

use sqlx::types::Json;
use uuid::Uuid;

use crate::assessment::invitation::{Addressee, Invitation, Invited, State};
use crate::base::clock::Timestamp;
use crate::base::id::{Id, InvitationId, PersonId, UnitId, WaveId};
use crate::base::page::PageRequest;
use crate::base::{Error, Result, Tx};
use crate::directory;

#[derive(sqlx::FromRow)]
struct InvitationRow {
    invitation_id: Uuid,
    wave_id: Uuid,
    person_id: Option<Uuid>,
    unit_id: Option<Uuid>,
    segments: Option<Json<BTreeMap<String, String>>>,
    late: bool,
    state: i16,
    cell_id: Option<i32>,
    expire_time: Option<Timestamp>,
}

impl TryFrom<InvitationRow> for Invitation {
    type Error = Error;

    fn try_from(row: InvitationRow) -> Result<Self> {
        let addressee = match (row.person_id, row.unit_id, row.segments) {
            (Some(person), _, _) => Addressee::Person(PersonId::from_uuid(person)),
            (None, Some(unit), Some(segments)) => {
                Addressee::Nobody { unit_id: UnitId::from_uuid(unit), segments: segments.0 }
            }
            (None, _, _) => return Err(Error::internal("an invitation is for nobody at all")),
        };
        Ok(Self {
            invitation_id: InvitationId::from_uuid(row.invitation_id),
            wave_id: WaveId::from_uuid(row.wave_id),
            addressee,
            late: row.late,
            state: State::from_number(row.state)
                .ok_or_else(|| Error::internal("the state of an invitation is unknown"))?,
            cell_id: row.cell_id,
            expire_time: row.expire_time,
        })
    }
}

const COLUMNS: &str =
    "invitation_id, wave_id, person_id, unit_id, segments, late, state, cell_id, expire_time";

fn read(rows: Vec<InvitationRow>) -> Result<Vec<Invitation>> {
    rows.into_iter().map(Invitation::try_from).collect()
}

/// The invitations of some people to a wave.
pub(in crate::assessment) async fn list_of_people(
    tx: &mut Tx,
    wave_id: WaveId,
    people: &[PersonId],
) -> Result<Vec<Invitation>> {
    let tenant = tx.scope().organization_id;
    let sql = format!(
        "-- assessment::list_of_people
         SELECT {COLUMNS} FROM unnest($3::uuid[]) AS asked (id)
         CROSS JOIN LATERAL (
             SELECT * FROM assessment_invitations
             WHERE tenant_id = $1 AND wave_id = $2 AND person_id = asked.id OFFSET 0
         ) AS invitation"
    );
    read(
        sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(tenant.uuid())
            .bind(wave_id.uuid())
            .bind(people.iter().map(|person| person.uuid()).collect::<Vec<_>>())
            .fetch_all(tx.connection()?)
            .await?,
    )
}

/// The invitations that a batch made.
pub(in crate::assessment) async fn list_of_batch(
    tx: &mut Tx,
    wave_id: WaveId,
    batch_id: Uuid,
) -> Result<Vec<Invitation>> {
    let tenant = tx.scope().organization_id;
    let sql = format!(
        "-- assessment::list_of_batch
         SELECT {COLUMNS} FROM assessment_invitations
         WHERE tenant_id = $1 AND wave_id = $2 AND batch_id = $3 ORDER BY invitation_id"
    );
    read(
        sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(tenant.uuid())
            .bind(wave_id.uuid())
            .bind(batch_id)
            .fetch_all(tx.connection()?)
            .await?,
    )
}

/// All issued invitations of a wave.
pub(in crate::assessment) async fn list_issued(
    tx: &mut Tx,
    wave_id: WaveId,
) -> Result<Vec<Invitation>> {
    let tenant = tx.scope().organization_id;
    let sql = format!(
        "-- assessment::list_issued_invitations
         SELECT {COLUMNS} FROM assessment_invitations
         WHERE tenant_id = $1 AND wave_id = $2 AND state = 1 ORDER BY invitation_id"
    );
    read(
        sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(tenant.uuid())
            .bind(wave_id.uuid())
            .fetch_all(tx.connection()?)
            .await?,
    )
}

/// A page of the invitations of a wave, by their random identifiers. `among` leaves out others, or,
/// when its flag is false, those.
pub(in crate::assessment) async fn list_page(
    tx: &mut Tx,
    wave_id: WaveId,
    among: Option<(&[InvitationId], bool)>,
    page: &PageRequest,
    after: Option<Uuid>,
) -> Result<Vec<Invitation>> {
    let tenant = tx.scope().organization_id;
    let sql = format!(
        "-- assessment::list_page
         SELECT {COLUMNS} FROM assessment_invitations
         WHERE tenant_id = $1 AND wave_id = $2 AND ($3::uuid IS NULL OR invitation_id > $3)
             AND ($4::uuid[] IS NULL OR (invitation_id = ANY ($4)) = $5)
         ORDER BY invitation_id LIMIT $6"
    );
    let (ids, wanted) = among.map_or((None, true), |(ids, wanted)| {
        (Some(ids.iter().map(|id| id.uuid()).collect::<Vec<_>>()), wanted)
    });
    read(
        sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(tenant.uuid())
            .bind(wave_id.uuid())
            .bind(after)
            .bind(ids)
            .bind(wanted)
            .bind(page.fetch())
            .fetch_all(tx.connection()?)
            .await?,
    )
}

/// Writes invitations, new ones and such as are issued again.
pub(in crate::assessment) async fn upsert(
    tx: &mut Tx,
    invitations: &[Invitation],
    batch_id: Option<Uuid>,
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    let person = |invitation: &Invitation| match &invitation.addressee {
        Addressee::Person(person) => Some(person.uuid()),
        Addressee::Nobody { .. } => None,
    };
    let place = |invitation: &Invitation| match &invitation.addressee {
        Addressee::Person(_) => (None, None),
        Addressee::Nobody { unit_id, segments } => {
            (Some(unit_id.uuid()), serde_json::to_value(segments).ok())
        }
    };
    let (units, segments): (Vec<_>, Vec<_>) = invitations.iter().map(place).unzip();
    sqlx::query(
        "-- assessment::upsert_invitations
         INSERT INTO assessment_invitations (tenant_id, invitation_id, wave_id, person_id, unit_id,
             segments, late, state, cell_id, expire_time, batch_id)
         SELECT $1, new.*, $10 FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[],
             $6::jsonb[], $7::bool[], $8::smallint[], $9::int[], $11::timestamptz[]) AS new
         ON CONFLICT (tenant_id, invitation_id) DO UPDATE
         SET state = excluded.state, cell_id = excluded.cell_id, late = excluded.late,
             expire_time = excluded.expire_time",
    )
    .bind(tenant.uuid())
    .bind(invitations.iter().map(|new| new.invitation_id.uuid()).collect::<Vec<_>>())
    .bind(invitations.iter().map(|new| new.wave_id.uuid()).collect::<Vec<_>>())
    .bind(invitations.iter().map(person).collect::<Vec<_>>())
    .bind(units)
    .bind(segments)
    .bind(invitations.iter().map(|new| new.late).collect::<Vec<_>>())
    .bind(invitations.iter().map(|new| new.state as i16).collect::<Vec<_>>())
    .bind(invitations.iter().map(|new| new.cell_id).collect::<Vec<_>>())
    .bind(batch_id)
    .bind(invitations.iter().map(|new| new.expire_time).collect::<Vec<_>>())
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Notes the cells that were formed at the opening.
pub(in crate::assessment) async fn update_cells(
    tx: &mut Tx,
    wave_id: WaveId,
    cells: &[(InvitationId, i32)],
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- assessment::update_cells
         UPDATE assessment_invitations AS invitation SET cell_id = new.cell_id
         FROM unnest($3::uuid[], $4::int[]) AS new (invitation_id, cell_id)
         WHERE invitation.tenant_id = $1 AND invitation.wave_id = $2
             AND invitation.invitation_id = new.invitation_id",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .bind(cells.iter().map(|(invitation, _)| invitation.uuid()).collect::<Vec<_>>())
    .bind(cells.iter().map(|(_, cell)| *cell).collect::<Vec<_>>())
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Revokes invitations of a wave. Returns those that it has.
pub(in crate::assessment) async fn revoke(
    tx: &mut Tx,
    wave_id: WaveId,
    invitations: &[InvitationId],
) -> Result<Vec<InvitationId>> {
    let tenant = tx.scope().organization_id;
    let known: Vec<Uuid> = sqlx::query_scalar(
        "-- assessment::revoke_invitations
         UPDATE assessment_invitations SET state = 2
         WHERE tenant_id = $1 AND wave_id = $2 AND invitation_id = ANY ($3)
         RETURNING invitation_id",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .bind(invitations.iter().map(|invitation| invitation.uuid()).collect::<Vec<_>>())
    .fetch_all(tx.connection()?)
    .await?;
    Ok(known.into_iter().map(InvitationId::from_uuid).collect())
}

/// People of a roster that are looked up together.
const PLACED_AT_ONCE: usize = 5000;

/// The roster: everybody who is invited, as they are today. People who left are not in it.
pub(in crate::assessment) async fn list_roster(
    tx: &mut Tx,
    wave_id: WaveId,
) -> Result<Vec<Invited>> {
    let mut roster = Vec::new();
    for some in list_issued(tx, wave_id).await?.chunks(PLACED_AT_ONCE) {
        let people: Vec<_> = some
            .iter()
            .filter_map(|invitation| match invitation.addressee {
                Addressee::Person(person) => Some(person),
                Addressee::Nobody { .. } => None,
            })
            .collect();
        let placements: BTreeMap<_, _> = directory::list_roster_people(tx, &people)
            .await?
            .into_iter()
            .filter(|person| person.is_active)
            .map(|person| (person.person_id, person))
            .collect();
        roster.extend(some.iter().filter_map(|invitation| {
            let invitation_id = invitation.invitation_id;
            match &invitation.addressee {
                Addressee::Person(person) => {
                    let place = placements.get(person)?;
                    let segments = place.segments.clone();
                    Some(Invited { invitation_id, unit_id: place.unit_id?, segments })
                }
                Addressee::Nobody { unit_id, segments } => {
                    Some(Invited { invitation_id, unit_id: *unit_id, segments: segments.clone() })
                }
            }
        }));
    }
    Ok(roster)
}
