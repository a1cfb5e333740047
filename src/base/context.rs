//! What a call brings with it: who, when, how long, and where its new identifiers come from. Made
//! once per call by the roof.
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::SubsecRound;
use uuid::Uuid;

use super::caller::Caller;
use super::clock::Timestamp;
use super::id::{Id, OrganizationId};

/// Gives fresh identifiers; in tests, foreseeable ones.
pub trait IdSource: Send + Sync + 'static {
    /// A time-ordered identifier (UUID version 7), for things whose order of creation is no secret.
    fn ordered(&self, now: Timestamp) -> Uuid;

    /// A random identifier (UUID version 4), for things whose order of creation could tell
    /// somebody.
    fn random(&self) -> Uuid;
}

/// Identifiers from the operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl IdSource for RandomIds {
    fn ordered(&self, now: Timestamp) -> Uuid {
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        let stamp =
            uuid::Timestamp::from_unix(uuid::NoContext, seconds, now.timestamp_subsec_nanos());
        Uuid::new_v7(stamp)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the source of identifiers")]
    fn random(&self) -> Uuid {
        Uuid::new_v4()
    }
}

/// Where a transaction runs: whose rows it sees and when it has to end.
#[derive(Clone, Copy, Debug)]
pub struct TenantScope {
    /// The tenant whose rows the transaction sees. No other row exists for it.
    pub organization_id: OrganizationId,
    /// When the caller stops waiting. Statements are cut off then; a COMMIT is not.
    pub deadline: Instant,
}

/// The context of one call.
#[derive(Clone)]
pub struct Context {
    /// Who calls.
    pub caller: Arc<Caller>,
    /// The instant at which the call counts as made.
    pub now: Timestamp,
    /// When the caller stops waiting.
    pub deadline: Instant,
    ids: Arc<dyn IdSource>,
}

impl Context {
    /// The context of a call by `caller` at `now`, which waits until `deadline`.
    pub fn new(
        caller: Arc<Caller>,
        now: Timestamp,
        deadline: Instant,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        // The database keeps microseconds: what a write returns is what a later read returns.
        Self { caller, now: now.trunc_subsecs(6), deadline, ids }
    }

    /// The context of one of the operator's commands, which has `patience` to end.
    pub fn operator(organization_id: OrganizationId, now: Timestamp, patience: Duration) -> Self {
        Self::new(
            Arc::new(Caller::operator(organization_id)),
            now,
            Instant::now() + patience,
            Arc::new(RandomIds),
        )
    }

    /// The same call with another patience, from now on: for work that nobody waits for.
    #[must_use]
    pub fn with_patience(&self, patience: Duration) -> Self {
        Self { deadline: Instant::now() + patience, ..self.clone() }
    }

    /// A fresh identifier of any kind.
    pub fn new_id<I: Id>(&self) -> I {
        I::from_uuid(self.ids.ordered(self.now))
    }

    /// A fresh identifier that tells nothing of the time, of any kind.
    pub fn new_random_id<I: Id>(&self) -> I {
        I::from_uuid(self.ids.random())
    }

    /// A random value that names nothing, for marks such as leases.
    pub fn new_random_uuid(&self) -> Uuid {
        self.ids.random()
    }

    /// Where this call's transactions run.
    pub fn scope(&self) -> TenantScope {
        TenantScope { organization_id: self.caller.organization_id, deadline: self.deadline }
    }
}
