//! Bulk imports. Chunks are staged as they come, and the footer applies them in one transaction,
//! so that an import appears whole or not at all and its rows may refer to one another in any
//! order.
//!
//! Invariant: nothing here decides what a row means; that is the directory's, and of responses the
//! assessment's.
pub mod job;
mod rpc;
mod stage;
mod store;
mod wire;

pub use job::{ImportJob, ImportKind};
pub use rpc::IntakeRpc;

use crate::base::{Context, Result, Tx};

/// Housekeeping of one organization: fails imports that were not finished in 7 days, and drops
/// those older than 90 days. Returns how many.
pub async fn expire(tx: &mut Tx, ctx: &Context) -> Result<u64> {
    let expired = store::expire_imports(tx, ctx.now).await?;
    Ok(expired + store::delete_old_imports(tx, ctx.now).await?)
}
