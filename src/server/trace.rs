//! One span and one measurement per call, named by its method. They carry the method, the code
//! and the organization, and never a person, a header or a value of the request.
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use http_body::{Body as HttpBody, Frame, SizeHint};
use opentelemetry::KeyValue;
use opentelemetry::metrics::Histogram;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tonic::body::Body;
use tonic::{Code, Status};
use tracing::field::Empty;
use tracing::{Instrument, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::handler::{Call, Handler, Reply, Stage};
use super::methods::Methods;
use super::status;
use crate::base::metric::SECONDS;

/// The method of a span when there is no such method: callers must not make up names.
const OTHER: &str = "_OTHER";
/// Tells the caller which trace the call belongs to (W3C Trace Context, level 2).
const TRACE_RESPONSE_HEADER: &str = "traceresponse";

/// The layer.
#[derive(Clone, Debug)]
pub struct Trace {
    methods: Methods,
    duration: Histogram<f64>,
}

impl Trace {
    /// A layer that knows the names of `methods`.
    pub fn new(methods: Methods) -> Self {
        let duration = opentelemetry::global::meter("orgfit")
            .f64_histogram("rpc.server.call.duration")
            .with_unit("s")
            .with_description("Time from the headers of a call to the end of its answer.")
            .with_boundaries(SECONDS.to_vec())
            .build();
        Self { methods, duration }
    }
}

impl Stage for Trace {
    async fn handle(self: Arc<Self>, call: Call, next: Handler) -> Reply {
        let known = self.methods.find(call.uri().path());
        let method = known.map_or_else(|| OTHER.to_owned(), |method| method.name.clone());
        // Respondents are counted and leave no other trace.
        let is_traced = known.is_none_or(|method| !method.is_of_respondents);
        let span = if is_traced { span_of(&method) } else { Span::none() };
        let trace = if is_traced { join(&span, call.headers()) } else { None };
        let record = Record {
            span: span.clone(),
            is_traced,
            method,
            duration: self.duration.clone(),
            begun: Instant::now(),
            ended: false,
        };
        let mut reply = Measured::of(next.answer(call).instrument(span).await, record);
        if let Some(trace) = trace {
            reply.headers_mut().insert(TRACE_RESPONSE_HEADER, trace);
        }
        reply
    }
}

fn span_of(method: &str) -> Span {
    tracing::info_span!(
        "rpc",
        otel.name = method,
        otel.kind = "server",
        otel.status_code = Empty,
        rpc.system.name = "grpc",
        rpc.method = method,
        rpc.response.status_code = Empty,
        tenant.id = Empty,
        trace.id = Empty,
    )
}

/// Makes the span part of the caller's trace. Gives what to tell the caller of it.
fn join(span: &Span, headers: &HeaderMap) -> Option<HeaderValue> {
    let parent = TraceContextPropagator::new().extract(&Incoming(headers));
    // Without a collector there is no span of ours; the caller's trace is noted all the same.
    let context = if span.set_parent(parent.clone()).is_ok() { span.context() } else { parent };
    let context = context.span().span_context().clone();
    if !context.is_valid() {
        return None;
    }
    let (trace, flags) = (context.trace_id(), context.trace_flags().to_u8());
    span.record("trace.id", tracing::field::display(trace));
    HeaderValue::from_str(&format!("00-{trace}-{}-{flags:02x}", context.span_id())).ok()
}

struct Incoming<'a>(&'a HeaderMap);

impl Extractor for Incoming<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}

/// What is recorded at the end of a call.
struct Record {
    span: Span,
    is_traced: bool,
    method: String,
    duration: Histogram<f64>,
    begun: Instant,
    ended: bool,
}

impl Record {
    fn end(&mut self, code: Code) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let took = self.begun.elapsed();
        let name = status::name(code);
        self.span.record("rpc.response.status_code", name);
        if is_failure(code) {
            self.span.record("otel.status_code", "ERROR");
        }
        self.duration.record(
            took.as_secs_f64(),
            &[
                KeyValue::new("rpc.system.name", "grpc"),
                KeyValue::new("rpc.method", self.method.clone()),
                KeyValue::new("rpc.response.status_code", name),
            ],
        );
        if !self.is_traced {
            return;
        }
        self.span.in_scope(|| tracing::debug!(duration_ms = took.as_millis(), "the call ended"));
    }
}

impl Drop for Record {
    /// The caller went away.
    fn drop(&mut self) {
        self.end(Code::Cancelled);
    }
}

/// Whether a code says that the server failed, not the caller.
fn is_failure(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}

/// A body that records the end of its call.
struct Measured {
    body: Body,
    record: Record,
}

impl Measured {
    fn of(reply: Reply, mut record: Record) -> Reply {
        if let Some(code) = code(reply.headers()) {
            record.end(code);
            return reply;
        }
        reply.map(|body| Body::new(Self { body, record }))
    }
}

fn code(headers: &HeaderMap) -> Option<Code> {
    Some(Code::from_bytes(headers.get(Status::GRPC_STATUS)?.as_bytes()))
}

impl HttpBody for Measured {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                if let Some(code) = frame.trailers_ref().and_then(code) {
                    self.record.end(code);
                }
            }
            Some(Err(status)) => {
                let code = status.code();
                self.record.end(code);
            }
            None => self.record.end(Code::Unknown),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pb;

    #[tokio::test]
    async fn the_callers_trace_is_told_back_and_wrong_ones_are_ignored() {
        let methods = Methods::of(pb::DESCRIPTOR_SET, &["orgfit.access.v1.AccessService"]).unwrap();
        let handler =
            Handler::new(|_| async { Status::ok("").into_http() }).within(Trace::new(methods));
        let trace = "0af7651916cd43dd8448eb211c80319c";
        let call = |parent: String| {
            http::Request::builder().header("traceparent", parent).body(Body::empty()).unwrap()
        };
        let reply = handler.answer(call(format!("00-{trace}-b7ad6b7169203331-01"))).await;
        assert!(reply.headers()[TRACE_RESPONSE_HEADER].to_str().unwrap().contains(trace));
        for wrong in ["", "00-0-0-0", "00-00000000000000000000000000000000-b7ad6b7169203331-01"] {
            let reply = handler.answer(call(wrong.to_owned())).await;
            assert!(!reply.headers().contains_key(TRACE_RESPONSE_HEADER), "{wrong}");
        }
    }
}
