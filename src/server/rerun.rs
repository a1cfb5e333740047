//! A transaction that the database gave up on, because it met another one, left nothing behind:
//! its call is run again, a few times, before the caller is told to.
use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;
use http_body_util::{BodyExt, Full};
use rand::Rng;
use tonic::Status;
use tonic::body::Body;

use super::handler::{Call, Handler, Reply, Stage};
use super::methods::Methods;

/// Marks, within the server, a status whose call can be run again.
pub(super) const MARK: &str = "orgfit-run-again";
/// How often a call is run.
pub(super) const RUNS_MAX: u32 = 4;
/// Longest rest before the second run; it doubles with each further one. The rest is drawn at
/// random, so that those who met do not meet again.
const REST_MAX: Duration = Duration::from_millis(20);

/// The layer. Calls that send a stream pass through: what they sent is gone once it was read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rerun;

impl Stage for Rerun {
    async fn handle(self: Arc<Self>, call: Call, next: Handler) -> Reply {
        if Methods::called(&call).is_none_or(|method| method.takes_stream) {
            return unmarked(next.answer(call).await);
        }
        let (parts, body) = call.into_parts();
        let bytes = match body.collect().await {
            Ok(body) => body.to_bytes(),
            Err(status) => return status.into_http(),
        };
        let mut run = 1;
        loop {
            let body = Body::new(Full::new(bytes.clone()).map_err(|never| match never {}));
            let reply = next.answer(Call::from_parts(parts.clone(), body)).await;
            if run == RUNS_MAX || !reply.headers().contains_key(MARK) {
                return unmarked(reply);
            }
            let rest = rand::rng().random_range(Duration::ZERO..REST_MAX * (1 << run));
            tokio::time::sleep(rest).await;
            run += 1;
        }
    }
}

/// The mark is no business of callers.
fn unmarked(mut reply: Reply) -> Reply {
    reply.headers_mut().remove(HeaderName::from_static(MARK));
    reply
}

/// Marks a status whose call can be run again.
pub(super) fn mark(status: &mut Status) {
    status.metadata_mut().insert(MARK, tonic::metadata::MetadataValue::from_static("1"));
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tonic::Code;

    use super::*;
    use crate::base::Error;
    use crate::pb;

    /// A handler whose first `failures` runs lose to another transaction, and a count of runs.
    fn handler(failures: u32) -> (Handler, Arc<AtomicU32>) {
        let runs = Arc::new(AtomicU32::new(0));
        let counted = runs.clone();
        let handler = Handler::new(move |call: Call| {
            let run = counted.fetch_add(1, Ordering::SeqCst);
            async move {
                assert_eq!(call.into_body().collect().await.unwrap().to_bytes(), "request");
                if run < failures {
                    Status::from(Error::unavailable("met").lost_to_another()).into_http()
                } else {
                    Status::ok("").into_http()
                }
            }
        });
        let services = ["orgfit.directory.v1.DirectoryService", "orgfit.intake.v1.IntakeService"];
        let methods = Methods::of(pb::DESCRIPTOR_SET, &services).unwrap();
        (handler.within(Rerun).within(methods), runs)
    }

    async fn answer(handler: &Handler, method: &str) -> Status {
        let body = Body::new(Full::from("request").map_err(|never| match never {}));
        let call = http::Request::builder().uri(format!("/{method}")).body(body).unwrap();
        let reply = handler.answer(call).await;
        assert!(!reply.headers().contains_key(MARK));
        Status::from_header_map(reply.headers()).unwrap()
    }

    #[tokio::test]
    async fn a_call_that_lost_to_another_is_run_again_and_the_caller_does_not_notice() {
        let (handler, runs) = handler(RUNS_MAX - 1);
        let status = answer(&handler, "orgfit.directory.v1.DirectoryService/MoveUnit").await;
        assert_eq!((status.code(), runs.load(Ordering::SeqCst)), (Code::Ok, RUNS_MAX));
    }

    #[tokio::test]
    async fn a_call_that_always_loses_is_unavailable_in_the_end() {
        let (handler, runs) = handler(u32::MAX);
        let status = answer(&handler, "orgfit.directory.v1.DirectoryService/MoveUnit").await;
        assert_eq!((status.code(), runs.load(Ordering::SeqCst)), (Code::Unavailable, RUNS_MAX));
    }

    #[tokio::test]
    async fn a_stream_is_not_run_again() {
        let (handler, runs) = handler(1);
        let status = answer(&handler, "orgfit.intake.v1.IntakeService/ImportUnits").await;
        assert_eq!((status.code(), runs.load(Ordering::SeqCst)), (Code::Unavailable, 1));
    }
}
