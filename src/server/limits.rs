//! How much is done at once. Beyond it calls are refused at once and told when to come back,
//! before anything is spent on them; health answers whatever the load.
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tonic::Status;

use super::handler::{Call, Handler, Reply, Stage};
use crate::base::{Error, Reason};

/// When a refused call may come back.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// The layer. Put it inside of the task of the call, so that work which goes on after its caller
/// left still counts.
#[derive(Clone, Debug)]
pub struct Limits {
    free: Arc<Semaphore>,
}

impl Limits {
    /// A layer that lets `calls_max` calls run at once.
    pub fn new(calls_max: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(calls_max)) }
    }
}

impl Stage for Limits {
    async fn handle(self: Arc<Self>, call: Call, next: Handler) -> Reply {
        let Ok(_place) = self.free.try_acquire() else {
            let error = Error::new(
                Reason::Overloaded,
                "the server does as much as it can at once; come back after the given delay",
            )
            .with("limit", "calls at once")
            .retry_after(RETRY_DELAY);
            return Status::from(error).into_http();
        };
        next.answer(call).await
    }
}

#[cfg(test)]
mod tests {
    use tonic::Code;
    use tonic::body::Body;
    use tonic_types::StatusExt;

    use super::*;

    #[tokio::test]
    async fn the_call_too_many_is_told_when_to_come_back_and_places_are_given_back() {
        let (go_on, goes_on) = tokio::sync::watch::channel(false);
        let handler = Handler::new(move |_| {
            let mut goes_on = goes_on.clone();
            async move {
                goes_on.wait_for(|go| *go).await.unwrap();
                Status::ok("").into_http()
            }
        })
        .within(Limits::new(2));
        let call = || handler.answer(http::Request::new(Body::empty()));
        let (mut first, mut second) = (call(), call());
        assert!(futures::poll!(&mut first).is_pending());
        assert!(futures::poll!(&mut second).is_pending());

        let refused = call().await;
        assert_eq!(refused.headers()["grpc-retry-pushback-ms"], "1000");
        let status = Status::from_header_map(refused.headers()).unwrap();
        assert_eq!(status.code(), Code::ResourceExhausted);
        let details = status.get_error_details();
        assert_eq!(details.error_info().unwrap().reason, "OVERLOADED");
        assert!(details.retry_info().is_some() && details.quota_failure().is_some());

        go_on.send(true).unwrap();
        first.await;
        let third = call().await;
        assert_eq!(Status::from_header_map(third.headers()).unwrap().code(), Code::Ok);
    }
}
