//! Request ids: a write that is repeated with the same id returns its first result and does
//! nothing again. The id commits with the effect, so that neither exists without the other.
use std::time::Duration;

use prost::Message;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::context::Context;
use super::db::Tx;
use super::error::{Error, Reason, Result};
use super::id::Id;
use super::store::{self, RequestKey};

/// How long a request id is remembered.
pub const REQUEST_AGE_DAYS_MAX: i32 = 7;

/// A write that will be remembered when it succeeds, if its caller gave it a request id.
#[derive(Debug)]
pub struct Write {
    key: Option<RequestKey>,
    fingerprint: [u8; 32],
}

/// Whether a write is to be done, or was done before.
#[derive(Debug)]
pub enum Claim<R> {
    /// Do it.
    New(Write),
    /// It was done, with this result.
    Replay(R),
}

/// Looks the request id up, before anything else is looked at: a repetition never fails on its
/// own effect.
pub async fn claim<R: Message + Default>(
    tx: &mut Tx,
    ctx: &Context,
    method: &'static str,
    request_id: Option<Uuid>,
    request: &impl Message,
) -> Result<Claim<R>> {
    let fingerprint: [u8; 32] = Sha256::digest(request.encode_to_vec()).into();
    let Some(request_id) = request_id else {
        return Ok(Claim::New(Write { key: None, fingerprint }));
    };
    let key = RequestKey { caller: ctx.caller.key(), method, request_id };
    if !store::lock_request(tx, key).await? {
        return Err(Error::new(
            Reason::RequestInProgress,
            "the first call with this request_id has not ended; ask again",
        )
        .retry_after(Duration::from_secs(1)));
    }
    let Some(remembered) = store::find_request(tx, key).await? else {
        return Ok(Claim::New(Write { key: Some(key), fingerprint }));
    };
    if remembered.fingerprint != fingerprint {
        return Err(Error::new(
            Reason::RequestIdReused,
            "this request_id was used for another content; make a new one for each write",
        )
        .with("requestId", request_id.to_string()));
    }
    store::wait_for_standby(tx).await?;
    R::decode(remembered.response.as_slice()).map(Claim::Replay).map_err(Error::internal)
}

impl Write {
    /// Remembers the result. `subject` is the person it tells of, so that erasing them erases it.
    pub async fn remember(
        self,
        tx: &mut Tx,
        response: &impl Message,
        subject: Option<Uuid>,
    ) -> Result<()> {
        let Some(key) = self.key else { return Ok(()) };
        let response = response.encode_to_vec();
        store::insert_request(tx, key, &self.fingerprint, &response, subject).await
    }
}

/// Forgets the results that tell of a person.
pub async fn forget(tx: &mut Tx, subject: impl Id) -> Result<()> {
    store::delete_requests_of(tx, subject.uuid()).await
}

/// Forgets the tenant's request ids that are too old.
pub async fn forget_old(tx: &mut Tx) -> Result<u64> {
    store::delete_old_requests(tx, REQUEST_AGE_DAYS_MAX).await
}

/// Makes the tenant: the row that all its other rows hang on.
pub async fn create_tenant(tx: &mut Tx, page_key: &[u8]) -> Result<()> {
    store::insert_tenant(tx, page_key).await
}
