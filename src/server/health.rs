//! What everybody may call: `grpc.health.v1` and reflection. Readiness follows the database, and
//! ends before the server does, so that whoever routes calls has time to route them elsewhere.
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tonic::codec::CompressionEncoding;
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::server::{HealthReporter, health_reporter};

use super::ending::Ending;
use super::handler::{Call, Handler, Reply, Stage};
use crate::base::{Db, Error, Reason};
use crate::pb;

/// Failed pings in a row after which the server is not ready.
const FAILURES_MAX: u32 = 2;

/// Paths of the services that everybody may call begin so; no service of ours does.
pub(super) const PUBLIC_PREFIX: &str = "/grpc.";

/// Tells whether the server is ready.
#[derive(Clone, Debug)]
pub(super) struct Health {
    reporter: HealthReporter,
    services: Vec<&'static str>,
}

/// How readiness is found out.
#[derive(Clone, Copy, Debug)]
pub struct Pulse {
    /// Time between two pings of the database.
    pub period: Duration,
    /// Longest time that a ping may take.
    pub timeout: Duration,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { period: Duration::from_secs(2), timeout: Duration::from_secs(2) }
    }
}

impl Health {
    /// Follows the database until `stop`; the last word is that the server is not ready.
    pub(super) async fn follow(self, db: Db, pulse: Pulse, stop: CancellationToken) {
        let mut failures = 0;
        loop {
            let ping = tokio::time::timeout(pulse.timeout, db.ping());
            let answers = tokio::select! {
                () = stop.cancelled() => break,
                answers = ping => matches!(answers, Ok(Ok(()))),
            };
            let was_ready = failures < FAILURES_MAX;
            failures = if answers { 0 } else { failures.saturating_add(1) };
            let is_ready = failures < FAILURES_MAX;
            if was_ready != is_ready {
                tracing::warn!(ready = is_ready, "readiness changed with the database");
                self.set(is_ready).await;
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(pulse.period) => {}
            }
        }
        self.set(false).await;
    }

    async fn set(&self, ready: bool) {
        let status = if ready { ServingStatus::Serving } else { ServingStatus::NotServing };
        self.reporter.set_service_status("", status).await;
        for service in &self.services {
            self.reporter.set_service_status(service, status).await;
        }
    }
}

/// The services that everybody may call, for a server that serves `services`, and what tells its
/// health.
pub(super) async fn public(
    services: &[&'static str],
    reflection: bool,
    drain: CancellationToken,
) -> Result<(Handler, Health), tonic_reflection::server::Error> {
    let (reporter, health) = health_reporter();
    let mut routes = Routes::new(
        health
            .accept_compressed(CompressionEncoding::Gzip)
            .send_compressed(CompressionEncoding::Gzip),
    );
    if reflection {
        let builder = || {
            let builder = tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(pb::DESCRIPTOR_SET)
                .include_reflection_service(false);
            services.iter().fold(builder, |builder, name| builder.with_service_name(*name))
        };
        let gzip = CompressionEncoding::Gzip;
        routes = routes
            .add_service(builder().build_v1()?.accept_compressed(gzip).send_compressed(gzip))
            .add_service(builder().build_v1alpha()?.accept_compressed(gzip).send_compressed(gzip));
    }
    let health = Health { reporter, services: services.to_vec() };
    health.set(true).await;
    let handler = Handler::of(routes.prepare()).within(EndWithServer { drain });
    Ok((handler, health))
}

/// Ends streams that would hold the server up: whoever watches its health sees the last word, and
/// then the end.
struct EndWithServer {
    drain: CancellationToken,
}

impl Stage for EndWithServer {
    async fn handle(self: Arc<Self>, call: Call, next: Handler) -> Reply {
        let drain = self.drain.clone();
        next.answer(call).await.map(|body| {
            Ending::response(body, async move {
                drain.cancelled_owned().await;
                Error::new(Reason::Unavailable, "the server stops; call another one")
            })
        })
    }
}
