//! What handles a call, and how layers are put around it. Every layer of the roof is a [`Stage`]:
//! one function that sees the call, decides, and lets it go on or answers itself.
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use tonic::body::Body;
use tower::{Service, ServiceExt};

/// A call on its way in.
pub type Call = http::Request<Body>;
/// The answer on its way out.
pub type Reply = http::Response<Body>;

/// Something that answers calls. Cheap to clone.
#[derive(Clone)]
pub struct Handler(Arc<dyn Fn(Call) -> BoxFuture<'static, Reply> + Send + Sync>);

/// A layer.
pub trait Stage: Send + Sync + 'static {
    /// Answers the call, by way of `next` or without it.
    fn handle(self: Arc<Self>, call: Call, next: Handler) -> impl Future<Output = Reply> + Send;
}

impl Handler {
    /// A handler that is a function.
    pub fn new<F>(answer: impl Fn(Call) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Reply> + Send + 'static,
    {
        Self(Arc::new(move |call| Box::pin(answer(call))))
    }

    /// A handler that is a tower service.
    pub fn of<S>(service: S) -> Self
    where
        S: Service<Call, Response = Reply, Error = Infallible> + Clone + Send + Sync + 'static,
        S::Future: Send,
    {
        Self::new(move |call| {
            let service = service.clone();
            async move {
                match service.oneshot(call).await {
                    Ok(reply) => reply,
                    Err(never) => match never {},
                }
            }
        })
    }

    /// This handler with `stage` around it.
    #[must_use]
    pub fn within(self, stage: impl Stage) -> Self {
        let stage = Arc::new(stage);
        Self::new(move |call| stage.clone().handle(call, self.clone()))
    }

    /// Answers a call.
    pub fn answer(&self, call: Call) -> BoxFuture<'static, Reply> {
        (self.0)(call)
    }
}

impl Service<Call> for Handler {
    type Response = Reply;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Reply, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: Call) -> Self::Future {
        let answer = self.answer(call);
        Box::pin(async move { Ok(answer.await) })
    }
}
