//! SQL of access, one file per noun.
pub(super) mod client;
pub(super) mod grant;
pub(super) mod issuer;

use crate::base::{Result, Tx};

/// Makes other transactions that change the same thing wait for this one.
async fn lock(tx: &mut Tx, name: String) -> Result<()> {
    sqlx::query("-- access::lock\nSELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(name)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
