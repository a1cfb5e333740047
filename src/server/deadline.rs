//! Deadlines: every call has one, the caller's or the server's. It reaches the database as
//! statement timeout through the context, and when it passes, the caller is told so with the
//! engine's own status, in the middle of a stream too.
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::HeaderMap;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::ending::Ending;
use super::handler::{Call, Handler, Reply, Stage};
use super::methods::Methods;
use crate::base::{Error, Reason, Result, db};

/// Patience with a unary call whose caller sets no deadline.
pub const UNARY_DEFAULT: Duration = Duration::from_secs(30);
/// Patience with a stream whose caller sets no deadline, and the most that any caller gets.
pub const CAP: Duration = Duration::from_mins(10);
/// How much the answer precedes the caller's own timer, at most, so that the caller gets it.
const HEAD_START: Duration = Duration::from_millis(15);
/// When to call another server, if this one stops.
const RETRY_DELAY: Duration = Duration::from_secs(1);
const HEADER: &str = "grpc-timeout";

/// When the caller stops waiting; in the extensions of the call.
#[derive(Clone, Copy, Debug)]
pub struct CallDeadline(pub Instant);

/// The layer.
#[derive(Clone, Debug, Default)]
pub struct Deadline {
    give_up: CancellationToken,
    drain: CancellationToken,
}

impl Deadline {
    /// A layer that also ends calls when the server gives up waiting for them, and streams that it
    /// gives when it lets nobody in any more: they would hold it up, and lose nothing.
    pub fn new(give_up: CancellationToken, drain: CancellationToken) -> Self {
        Self { give_up, drain }
    }

    /// Resolves when the deadline passes, or the server's own does.
    fn over(
        deadline: Instant,
        server: &CancellationToken,
    ) -> impl Future<Output = Error> + Send + use<> {
        let server = server.clone();
        async move {
            tokio::select! {
                () = tokio::time::sleep_until(deadline.into()) => db::deadline_exceeded(),
                () = server.cancelled() => Error::new(
                    Reason::Unavailable,
                    "the server stops; a write may have happened: repeat it with the same request_id",
                )
                .retry_after(RETRY_DELAY),
            }
        }
    }
}

impl Stage for Deadline {
    async fn handle(self: Arc<Self>, mut call: Call, next: Handler) -> Reply {
        let method = Methods::called(&call);
        let gives_stream = method.is_some_and(|method| method.gives_stream);
        let streams = gives_stream || method.is_some_and(|method| method.takes_stream);
        let patience = match patience(call.headers(), streams) {
            Ok(patience) => patience,
            Err(error) => return Status::from(error).into_http(),
        };
        let deadline = Instant::now() + patience;
        call.extensions_mut().insert(CallDeadline(deadline));
        let call = call.map(|body| Ending::request(body, Self::over(deadline, &self.give_up)));
        let server = if gives_stream { &self.drain } else { &self.give_up };
        tokio::select! {
            reply = next.answer(call) => {
                reply.map(|body| Ending::response(body, Self::over(deadline, server)))
            }
            error = Self::over(deadline, &self.give_up) => Status::from(error).into_http(),
        }
    }
}

/// How long the call may take.
fn patience(headers: &HeaderMap, streams: bool) -> Result<Duration> {
    let Some(value) = headers.get(HEADER) else {
        return Ok(if streams { CAP } else { UNARY_DEFAULT });
    };
    let timeout = value.to_str().ok().and_then(parse).ok_or_else(|| {
        Error::invalid_field(HEADER, "must be one to eight digits and a unit of H, M, S, m, u or n")
    })?;
    let timeout = timeout.min(CAP);
    Ok(timeout.saturating_sub(HEAD_START.min(timeout / 10)))
}

/// Reads a `grpc-timeout`.
fn parse(text: &str) -> Option<Duration> {
    let unit = text.chars().last()?;
    let digits = text.strip_suffix(unit)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let amount: u64 = digits.parse().ok()?;
    match unit {
        'H' => Some(Duration::from_secs(amount * 3600)),
        'M' => Some(Duration::from_secs(amount * 60)),
        'S' => Some(Duration::from_secs(amount)),
        'm' => Some(Duration::from_millis(amount)),
        'u' => Some(Duration::from_micros(amount)),
        'n' => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt;
    use http_body_util::BodyExt;
    use proptest::prelude::*;
    use tonic::Code;
    use tonic::body::Body;

    use super::*;

    proptest! {
        #[test]
        fn no_header_gives_more_than_the_cap(text in "[0-9]{0,9}[HMSmunx ]?") {
            let mut headers = HeaderMap::new();
            headers.insert(HEADER, text.parse().unwrap());
            match patience(&headers, false) {
                Ok(patience) => prop_assert!(patience <= CAP),
                Err(error) => prop_assert_eq!(error.violations().len(), 1),
            }
        }
    }

    #[test]
    fn units_are_read_and_defaults_depend_on_the_method() {
        assert_eq!(parse("250m"), Some(Duration::from_millis(250)));
        assert_eq!(parse("99999999H"), Some(Duration::from_hours(99_999_999)));
        for wrong in ["", "m", "1", "+1S", "-1S", "123456789S", "1 S", "1s", "१S"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(patience(&HeaderMap::new(), false).unwrap(), UNARY_DEFAULT);
        assert_eq!(patience(&HeaderMap::new(), true).unwrap(), CAP);
    }

    fn call(timeout: &'static str) -> Call {
        http::Request::builder().header(HEADER, timeout).body(Body::empty()).unwrap()
    }

    #[tokio::test]
    async fn a_call_that_takes_too_long_is_answered_with_our_status() {
        let slow = Handler::new(|_| std::future::pending()).within(Deadline::default());
        let reply = slow.answer(call("20m")).await;
        let status = Status::from_header_map(reply.headers()).unwrap();
        assert_eq!(status.code(), Code::DeadlineExceeded);
        assert!(!status.details().is_empty());
    }

    #[tokio::test]
    async fn a_stream_that_takes_too_long_ends_with_a_trailer() {
        let endless = Handler::new(|_| async {
            let first = futures::stream::iter([Ok::<_, Status>(http_body::Frame::data(
                bytes::Bytes::from_static(b"row"),
            ))]);
            let body = http_body_util::StreamBody::new(first.chain(futures::stream::pending()));
            Reply::new(Body::new(body))
        })
        .within(Deadline::default());
        let reply = endless.answer(call("50m")).await;
        let collected = reply.into_body().collect().await.unwrap();
        let status = Status::from_header_map(collected.trailers().unwrap()).unwrap();
        assert_eq!(status.code(), Code::DeadlineExceeded);
        assert_eq!(collected.to_bytes(), "row");
    }
}
