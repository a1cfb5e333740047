//! Every call runs in a task of its own. A caller that goes away, or whose time is over, stops
//! waiting and nothing else: a write runs to its end whatever happens to the call. A panic ends
//! the task, not the server, and raises the alarm.
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
use opentelemetry::metrics::Counter;
use tokio_util::task::TaskTracker;
use tonic::Status;
use tracing::Instrument;

use super::handler::{Call, Handler, Reply, Stage};
use super::methods::Methods;
use crate::base::Error;

/// The layer, with the tasks that it started.
#[derive(Clone, Debug)]
pub struct Detach {
    tasks: TaskTracker,
    panics: Counter<u64>,
}

impl Detach {
    /// A layer that starts its tasks among `tasks`.
    pub fn new(tasks: TaskTracker) -> Self {
        let panics = opentelemetry::global::meter("orgfit")
            .u64_counter("orgfit.panics")
            .with_description("Calls that met a defect and ended in a panic.")
            .build();
        Self { tasks, panics }
    }
}

impl Stage for Detach {
    async fn handle(self: Arc<Self>, call: Call, next: Handler) -> Reply {
        let span = tracing::Span::current();
        let task = self.tasks.clone().spawn(
            async move {
                let method = Methods::called(&call).cloned();
                // Nothing of the call is looked at again after a panic.
                let answer = AssertUnwindSafe(async move { next.answer(call).await });
                match answer.catch_unwind().await {
                    Ok(reply) => reply,
                    Err(payload) => {
                        let method = method.map_or_else(String::new, |method| method.name.clone());
                        self.alarm(&method, payload)
                    }
                }
            }
            .instrument(span),
        );
        task.await.unwrap_or_else(|stopped| Status::from(Error::unavailable(stopped)).into_http())
    }
}

impl Detach {
    /// Counts and logs the panic. Its payload may quote values of the request, and is dropped.
    fn alarm(&self, method: &str, payload: Box<dyn Any + Send>) -> Reply {
        drop(payload);
        self.panics.add(1, &[opentelemetry::KeyValue::new("rpc.method", method.to_owned())]);
        tracing::error!(rpc.method = method, "a call ended in a panic");
        Status::from(Error::internal("the call ended in a panic")).into_http()
    }
}

#[cfg(test)]
mod tests {
    use tonic::Code;
    use tonic::body::Body;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_internal_error_and_the_next_call_is_served() {
        let handler = Handler::new(|call| async move {
            assert!(call.uri().path() != "/panic", "with a value of the request");
            Status::ok("").into_http()
        })
        .within(Detach::new(TaskTracker::new()));
        let call = |path: &str| http::Request::builder().uri(path).body(Body::empty()).unwrap();
        for (path, code) in
            [("/panic", Code::Internal), ("/", Code::Ok), ("/panic", Code::Internal)]
        {
            let reply = handler.answer(call(path)).await;
            let status = Status::from_header_map(reply.headers()).unwrap();
            assert_eq!(status.code(), code);
            assert!(!status.message().contains("value"));
        }
    }

    #[tokio::test]
    async fn what_was_begun_goes_on_when_the_caller_goes_away() {
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (go_on, goes_on) = tokio::sync::oneshot::channel::<()>();
        let (done, is_done) = tokio::sync::oneshot::channel();
        let parts = std::sync::Mutex::new(Some((begun, goes_on, done)));
        let tasks = TaskTracker::new();
        let handler = Handler::new(move |_| {
            let (begun, goes_on, done) = parts.lock().unwrap().take().unwrap();
            async move {
                begun.send(()).unwrap();
                goes_on.await.unwrap();
                done.send("written").unwrap();
                Status::ok("").into_http()
            }
        })
        .within(Detach::new(tasks.clone()));
        let mut answer = handler.answer(http::Request::new(Body::empty()));
        tokio::select! {
            _ = &mut answer => unreachable!("nothing let it go on"),
            Ok(()) = begins => {}
        }
        drop(answer);
        go_on.send(()).unwrap();
        assert_eq!(is_done.await.unwrap(), "written");
        tasks.close();
        tasks.wait().await;
    }
}
