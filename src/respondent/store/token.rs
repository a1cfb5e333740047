//! SQL of response tokens, for the rooms that issue them.
use std::collections::BTreeSet;

use uuid::Uuid;

use crate::base::id::{Id, InvitationId, WaveId};
use crate::base::{Result, Tx};
use crate::respondent::NewToken;

/// Deletes the tokens of invitations that are not spent.
pub(in crate::respondent) async fn delete_unspent(
    tx: &mut Tx,
    wave_id: WaveId,
    invitations: &[InvitationId],
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- respondent::delete_unspent
         DELETE FROM respondent_tokens
         WHERE tenant_id = $1 AND wave_id = $2 AND invitation_id = ANY ($3)
             AND submission_digest IS NULL",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .bind(invitations.iter().map(|invitation| invitation.uuid()).collect::<Vec<_>>())
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Stores tokens. One for an invitation that is spent is spent likewise: an invitation is worth one
/// answer, however many tokens it got.
pub(in crate::respondent) async fn insert_tokens(
    tx: &mut Tx,
    wave_id: WaveId,
    tokens: &[NewToken],
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- respondent::insert_tokens
         INSERT INTO respondent_tokens (tenant_id, token_digest, wave_id, invitation_id, cell_id,
             expire_time, submission_digest)
         SELECT $1, new.token_digest, $2, new.invitation_id, new.cell_id, new.expire_time,
             (SELECT before.submission_digest FROM respondent_tokens AS before
              WHERE before.tenant_id = $1 AND before.wave_id = $2
                  AND before.invitation_id = new.invitation_id
                  AND before.submission_digest IS NOT NULL LIMIT 1)
         FROM unnest($3::bytea[], $4::uuid[], $5::int[], $6::timestamptz[])
             AS new (token_digest, invitation_id, cell_id, expire_time)",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .bind(tokens.iter().map(|token| token.digest.as_slice()).collect::<Vec<_>>())
    .bind(tokens.iter().map(|token| token.invitation_id.uuid()).collect::<Vec<_>>())
    .bind(tokens.iter().map(|token| token.cell_id).collect::<Vec<_>>())
    .bind(tokens.iter().map(|token| token.expire_time).collect::<Vec<_>>())
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

pub(in crate::respondent) async fn update_cells(
    tx: &mut Tx,
    wave_id: WaveId,
    cells: &[(InvitationId, i32)],
) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- respondent::update_cells
         UPDATE respondent_tokens AS token SET cell_id = new.cell_id
         FROM unnest($3::uuid[], $4::int[]) AS new (invitation_id, cell_id)
         WHERE token.tenant_id = $1 AND token.wave_id = $2
             AND token.invitation_id = new.invitation_id",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .bind(cells.iter().map(|(invitation, _)| invitation.uuid()).collect::<Vec<_>>())
    .bind(cells.iter().map(|(_, cell)| *cell).collect::<Vec<_>>())
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

pub(in crate::respondent) async fn delete_tokens(tx: &mut Tx, wave_id: WaveId) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- respondent::delete_tokens
         DELETE FROM respondent_tokens WHERE tenant_id = $1 AND wave_id = $2",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

pub(in crate::respondent) async fn count_spent(
    tx: &mut Tx,
    wave_id: WaveId,
) -> Result<Vec<(i32, i32)>> {
    let tenant = tx.scope().organization_id;
    Ok(sqlx::query_as(
        "-- respondent::count_spent
         SELECT cell_id, count(DISTINCT invitation_id)::int FROM respondent_tokens
         WHERE tenant_id = $1 AND wave_id = $2 AND submission_digest IS NOT NULL
             AND cell_id IS NOT NULL
         GROUP BY cell_id ORDER BY cell_id",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .fetch_all(tx.connection()?)
    .await?)
}

pub(in crate::respondent) async fn list_spent(
    tx: &mut Tx,
    wave_id: WaveId,
) -> Result<BTreeSet<InvitationId>> {
    let tenant = tx.scope().organization_id;
    let spent: Vec<Uuid> = sqlx::query_scalar(
        "-- respondent::list_spent
         SELECT invitation_id FROM respondent_tokens
         WHERE tenant_id = $1 AND wave_id = $2 AND submission_digest IS NOT NULL",
    )
    .bind(tenant.uuid())
    .bind(wave_id.uuid())
    .fetch_all(tx.connection()?)
    .await?;
    Ok(spent.into_iter().map(InvitationId::from_uuid).collect())
}
