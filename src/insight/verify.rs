//! Recomputes a release from what is stored, and holds it against what was published, bit by bit.
use super::compute::METHOD_VERSION;
use super::release::{load_input, recompute};
use super::store::read;
use crate::base::id::ReleaseId;
use crate::base::{Context, Db, Error, Reason, Result};

/// How a release compares with what it is computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Version of the method that published it.
    pub method_version: String,
    /// Cards that were published.
    pub cards: usize,
    /// What differs; nothing when it is the same, bit by bit.
    pub differences: Vec<&'static str>,
}

/// Recomputes a release with its own salt. Nothing is stored.
///
/// The release is not found like any other unknown one. One of another method version is a conflict:
/// the rules of this binary are not those that made it.
pub async fn verify_release(db: &Db, ctx: &Context, release_id: ReleaseId) -> Result<Verification> {
    let mut tx = db.read("read_release", ctx.scope()).await?;
    let stored = read::load_evidence(&mut tx, release_id).await?;
    tx.commit().await?;
    let Some(stored) = stored else {
        return Err(Error::not_found("release", release_id.to_string()));
    };
    if stored.method_version != METHOD_VERSION {
        return Err(Error::new(
            Reason::StateConflict,
            format!(
                "the release was made by method {}, and this binary has method {METHOD_VERSION}",
                stored.method_version
            ),
        ));
    }
    let input = load_input(db, ctx, stored.wave_id()).await?;
    let computed = recompute(input, stored.salt.clone()).await?;
    let digests = computed.digests;
    let same = [
        ("input_digest", digests.input.as_slice() == stored.input_digest),
        ("plan_digest", digests.plan.as_slice() == stored.plan_digest),
        ("exact_digest", digests.exact.as_slice() == stored.exact_digest),
        ("result_digest", digests.result.as_slice() == stored.result_digest),
        ("cards", computed.cards == stored.cards),
    ];
    let differences = same.into_iter().filter(|(_, same)| !same).map(|(what, _)| what).collect();
    Ok(Verification {
        method_version: stored.method_version,
        cards: stored.cards.len(),
        differences,
    })
}
