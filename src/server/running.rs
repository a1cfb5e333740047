//! A server that runs, and its end in the order that loses nothing: first it says that it is not
//! ready, then it lets nobody in, then what is in flight ends, and the database is left last.
use std::net::SocketAddr;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::accept::ConnectionEnds;
use crate::base::Db;

/// Time that is left for the last answers, and to close the connections to the database.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// What runs, and what tells it to end.
#[derive(Clone, Debug, Default)]
pub(super) struct Ends {
    /// The server is not ready any more; loops begin no further tick.
    pub(super) unready: CancellationToken,
    /// Calls that are in flight are answered with the end of the server.
    pub(super) give_up: CancellationToken,
    /// When connections end.
    pub(super) connections: ConnectionEnds,
    /// What minds readiness and certificates.
    pub(super) minders: TaskTracker,
    /// Connections, and loops.
    pub(super) conversations: TaskTracker,
    /// Calls.
    pub(super) calls: TaskTracker,
    /// No call comes any more: writers end when nothing waits.
    pub(super) last_call: CancellationToken,
    /// What writes for many calls at once.
    pub(super) writers: TaskTracker,
}

/// A server that runs. Dropping it does not end it.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    dbs: [Db; 2],
    drain_timeout: Duration,
    ends: Ends,
}

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drained {
    /// Everything that was begun came to its end.
    Wholly,
    /// Something was cut off at the deadline.
    InPart,
}

impl Running {
    pub(super) fn new(
        address: SocketAddr,
        dbs: [Db; 2],
        drain_timeout: Duration,
        ends: Ends,
    ) -> Self {
        Self { address, dbs, drain_timeout, ends }
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends the server: at once for new calls, in peace for those in flight, for as long as the
    /// drain deadline lets them.
    pub async fn shutdown(self) -> Drained {
        let Self { dbs, drain_timeout, ends, .. } = self;
        tracing::info!("draining");
        let end = tokio::time::Instant::now() + drain_timeout;
        ends.unready.cancel();
        ends.minders.close();
        // Whoever watches our health learns of it before the streams end.
        let told = tokio::time::timeout_at(end, ends.minders.wait()).await;
        ends.connections.drain.cancel();
        ends.conversations.close();
        ends.calls.close();
        let quiet = tokio::time::timeout_at(end, async {
            ends.conversations.wait().await;
            ends.calls.wait().await;
        })
        .await;
        if quiet.is_err() {
            ends.give_up.cancel();
            tokio::time::timeout(CLOSE_TIMEOUT, ends.conversations.wait()).await.ok();
        }
        ends.connections.cut.cancel();
        ends.last_call.cancel();
        ends.writers.close();
        let closed = tokio::time::timeout(CLOSE_TIMEOUT, async {
            ends.writers.wait().await;
            for db in &dbs {
                db.close().await;
            }
        })
        .await;
        if told.is_ok() && quiet.is_ok() && closed.is_ok() {
            tracing::info!("drained");
            return Drained::Wholly;
        }
        tracing::warn!("the drain deadline cut off what was in flight");
        Drained::InPart
    }
}
