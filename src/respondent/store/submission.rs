//! SQL of the respondents' role: what a token is good for, and spending tokens by the batch.
use std::collections::BTreeSet;

use sqlx::PgConnection;

use crate::base::clock::Timestamp;
use crate::base::id::{Id, OrganizationId, WaveId};
use crate::base::{Error, Result, Tx};
use crate::respondent::store::read_values;
use crate::respondent::token::{BoxState, Digest, Known, Standing, Token};
use crate::respondent::writer::Submission;

type StandingRow = (Option<i16>, bool, bool, Option<i32>, bool, Option<Vec<u8>>);

/// Spends the tokens that can be spent, each with the answers of its submission, and tells which.
/// `members` have different tokens of one tenant, in order of their digests, so that two batches lock
/// rows in one order. The statement commits by itself: when it returns, what it tells is stored.
pub(in crate::respondent) async fn spend(
    connection: &mut PgConnection,
    tenant: OrganizationId,
    members: &[&Submission],
) -> Result<BTreeSet<Digest>> {
    let spent: Vec<Vec<u8>> = sqlx::query_scalar(
        "-- respondent::spend
         WITH spent AS (
             UPDATE respondent_tokens AS token SET submission_digest = given.submission_digest
             FROM unnest($2::bytea[], $3::uuid[], $4::bytea[], $5::bytea[], $6::timestamptz[])
                 AS given (token_digest, wave_id, submission_digest, answers, arrive_time)
             JOIN respondent_waves AS wave
                 ON wave.tenant_id = $1 AND wave.wave_id = given.wave_id
             WHERE token.tenant_id = $1 AND token.token_digest = given.token_digest
                 AND token.wave_id = given.wave_id
                 AND token.submission_digest IS NULL AND token.cell_id IS NOT NULL
                 AND (token.expire_time IS NULL OR token.expire_time > given.arrive_time)
                 AND wave.state = 1
                 AND (wave.close_time IS NULL OR wave.close_time > given.arrive_time)
             RETURNING token.token_digest, token.wave_id, token.cell_id, given.answers
         ), stored AS (
             INSERT INTO respondent_sealed (tenant_id, wave_id, answer_id, cell_id, answers)
             SELECT $1, wave_id, gen_random_uuid(), cell_id, answers FROM spent
         )
         SELECT token_digest FROM spent",
    )
    .bind(tenant.uuid())
    .bind(members.iter().map(|one| one.token.digest.as_slice()).collect::<Vec<_>>())
    .bind(members.iter().map(|one| one.token.wave_id.uuid()).collect::<Vec<_>>())
    .bind(members.iter().map(|one| one.digest.as_slice()).collect::<Vec<_>>())
    .bind(members.iter().map(|one| one.sheet.as_slice()).collect::<Vec<_>>())
    .bind(members.iter().map(|one| one.arrive_time).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    spent.iter().map(|digest| read_digest(digest)).collect()
}

/// What the tokens are good for, in the order given, each at the instant of its call.
pub(in crate::respondent) async fn list_standings(
    connection: &mut PgConnection,
    tenant: OrganizationId,
    tokens: &[(Token, Timestamp)],
) -> Result<Vec<Standing>> {
    let rows: Vec<StandingRow> = sqlx::query_as(
        "-- respondent::list_standings
         SELECT wave.state,
             coalesce(wave.close_time > given.arrive_time, true),
             token.token_digest IS NOT NULL, token.cell_id,
             coalesce(token.expire_time <= given.arrive_time, false), token.submission_digest
         FROM unnest($2::bytea[], $3::uuid[], $4::timestamptz[])
             WITH ORDINALITY AS given (token_digest, wave_id, arrive_time, position)
         LEFT JOIN respondent_waves AS wave
             ON wave.tenant_id = $1 AND wave.wave_id = given.wave_id
         LEFT JOIN respondent_tokens AS token
             ON token.tenant_id = $1 AND token.token_digest = given.token_digest
                 AND token.wave_id = given.wave_id
         ORDER BY given.position",
    )
    .bind(tenant.uuid())
    .bind(tokens.iter().map(|(token, _)| token.digest.as_slice()).collect::<Vec<_>>())
    .bind(tokens.iter().map(|(token, _)| token.wave_id.uuid()).collect::<Vec<_>>())
    .bind(tokens.iter().map(|(_, time)| *time).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(read_standing).collect()
}

/// As [`list_standings`], of one token.
pub(in crate::respondent) async fn load_standing(
    tx: &mut Tx,
    token: Token,
    now: Timestamp,
) -> Result<Standing> {
    let tenant = tx.scope().organization_id;
    let found = list_standings(tx.connection()?, tenant, &[(token, now)]).await?;
    found.into_iter().next().ok_or_else(|| Error::internal("a token was not looked up"))
}

fn read_standing(row: StandingRow) -> Result<Standing> {
    let (state, in_time, is_known, cell_id, expired, spent_by) = row;
    let wave = match state {
        None => None,
        Some(number) => Some(
            BoxState::from_number(number)
                .ok_or_else(|| Error::internal("an unknown state of a wave is stored"))?,
        ),
    };
    let spent_by = spent_by.map(|digest| read_digest(&digest)).transpose()?;
    let token = is_known.then_some(Known { cell_id, expired, spent_by });
    Ok(Standing { wave, in_time, token })
}

fn read_digest(stored: &[u8]) -> Result<Digest> {
    stored.try_into().map_err(Error::internal)
}

/// Returns when a synchronous standby has what was committed before: a repeated submission must not be
/// vouched for while only this server has the first one.
pub(in crate::respondent) async fn await_standby(connection: &mut PgConnection) -> Result<()> {
    sqlx::query("-- respondent::await_standby\nSELECT pg_logical_emit_message(true, 'orgfit', '')")
        .execute(connection)
        .await?;
    Ok(())
}

/// The unit's name and the segment values that answers to a cell are stored with.
pub(in crate::respondent) async fn find_place(
    tx: &mut Tx,
    wave_id: WaveId,
    cell_id: i32,
) -> Result<Option<(String, Vec<Option<u16>>)>> {
    let tenant = tx.scope().organization_id;
    let found: Option<(String, Vec<i16>)> = sqlx::query_as(
        "-- respondent::find_place
         SELECT unit_name, segment_values FROM respondent_cells
         WHERE tenant_id = $1 AND wave_id = $2 AND cell_id = $3",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .bind(cell_id)
    .fetch_optional(tx.connection()?)
    .await?;
    Ok(found.map(|(unit, values)| (unit, read_values(&values))))
}

/// When the wave closes by itself.
pub(in crate::respondent) async fn find_close_time(
    tx: &mut Tx,
    wave_id: WaveId,
) -> Result<Option<Timestamp>> {
    let tenant = tx.scope().organization_id;
    let found: Option<Option<Timestamp>> = sqlx::query_scalar(
        "-- respondent::find_close_time
         SELECT close_time FROM respondent_waves WHERE tenant_id = $1 AND wave_id = $2",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .fetch_optional(tx.connection()?)
    .await?;
    Ok(found.flatten())
}
