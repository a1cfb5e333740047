//! Work that nobody calls for: loops with a name each, whose ticks go from one organization to the
//! next. A tick that fails is told, counted and tried again in the next round; the others go on.
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::BoxFuture;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::assessment;
use crate::base::clock::Timestamp;
use crate::base::id::OrganizationId;
use crate::base::metric::SECONDS;
use crate::base::{Clock, Context, Db, Error, Result, idempotency};
use crate::directory;
use crate::insight;
use crate::intake;

/// Longest time that a tick may take for one organization.
const TICK_PATIENCE: Duration = Duration::from_mins(1);

/// Time between two looks at what is to be released.
const RELEASE_PERIOD: Duration = Duration::from_secs(1);

/// What a loop does for one organization.
type Tick = Arc<dyn Fn(Db, Context) -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// The organizations that have something to do at an instant.
type Source =
    Arc<dyn Fn(Db, Timestamp) -> BoxFuture<'static, Result<Vec<OrganizationId>>> + Send + Sync>;

/// A loop.
#[derive(Clone)]
pub struct Loop {
    name: &'static str,
    period: Duration,
    source: Source,
    tick: Tick,
}

impl Loop {
    /// A loop that does `tick` for each organization, and then rests for `period`.
    pub fn new<F>(
        name: &'static str,
        period: Duration,
        tick: impl Fn(Db, Context) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let source: Source = Arc::new(|db, _| Box::pin(async move { db.tenants().await }));
        Self {
            name,
            period,
            source,
            tick: Arc::new(move |db, context| Box::pin(tick(db, context))),
        }
    }

    /// The same loop, only for the organizations that `due` names at the time: then a short
    /// period costs one statement.
    #[must_use]
    pub fn only<F>(self, due: impl Fn(Db, Timestamp) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Vec<OrganizationId>>> + Send + 'static,
    {
        Self { source: Arc::new(move |db, at| Box::pin(due(db, at))), ..self }
    }
}

/// The housekeeping of all rooms.
pub fn housekeeping() -> Vec<Loop> {
    let hour = Duration::from_hours(1);
    vec![
        Loop::new("directory.purge", hour, |db: Db, context: Context| async move {
            // Each transaction does a bounded part; the last one finds nothing left to do.
            loop {
                let mut tx = db.write("purge", context.scope()).await?;
                let purged = directory::purge(&mut tx, &context).await?;
                tx.commit().await?;
                if purged == 0 {
                    return Ok(());
                }
            }
        }),
        Loop::new("intake.expire", hour, |db: Db, context: Context| async move {
            let mut tx = db.write("expire", context.scope()).await?;
            intake::expire(&mut tx, &context).await?;
            tx.commit().await
        }),
        Loop::new("base.forget_old", hour, |db: Db, context: Context| async move {
            let mut tx = db.write("forget_old", context.scope()).await?;
            idempotency::forget_old(&mut tx).await?;
            tx.commit().await
        }),
        Loop::new("insight.release", RELEASE_PERIOD, |db: Db, context: Context| async move {
            insight::release_due(&db, &context).await
        })
        .only(|db, at| async move { assessment::list_due(&db, at).await }),
    ]
}

/// Runs loops.
#[derive(Clone)]
pub(super) struct Worker {
    db: Db,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
    failures: Counter<u64>,
    duration: Histogram<f64>,
    succeeded: Arc<Mutex<HashMap<&'static str, Instant>>>,
}

impl Worker {
    pub(super) fn new(db: Db, clock: Arc<dyn Clock>, stop: CancellationToken) -> Self {
        let meter = opentelemetry::global::meter("orgfit");
        let succeeded = Arc::new(Mutex::new(HashMap::<&'static str, Instant>::new()));
        let seen = succeeded.clone();
        // The SDK keeps what it observes.
        let _lag = meter
            .f64_observable_gauge("orgfit.loop.lag")
            .with_unit("s")
            .with_description(
                "Time since a loop last went through all organizations without failure.",
            )
            .with_callback(move |observer| {
                for (name, last) in seen.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                    let lag = last.elapsed().as_secs_f64();
                    observer.observe(lag, &[KeyValue::new("loop.name", *name)]);
                }
            })
            .build();
        Self {
            db,
            clock,
            stop,
            failures: meter
                .u64_counter("orgfit.loop.failures")
                .with_description("Ticks that failed, by loop.")
                .build(),
            duration: meter
                .f64_histogram("orgfit.loop.duration")
                .with_unit("s")
                .with_description("Time that a loop took to go through all organizations.")
                .with_boundaries(SECONDS.to_vec())
                .build(),
            succeeded,
        }
    }

    /// Starts the loops among `tasks`.
    pub(super) fn start(&self, loops: Vec<Loop>, tasks: &TaskTracker) {
        for each in loops {
            let span = tracing::info_span!(parent: None, "loop", otel.name = each.name);
            tasks.spawn(self.clone().run(each).instrument(span));
        }
    }

    async fn run(self, each: Loop) {
        self.note_success(each.name);
        while !self.stop.is_cancelled() {
            let begun = Instant::now();
            if self.round(&each).await {
                self.note_success(each.name);
            }
            let name = KeyValue::new("loop.name", each.name);
            self.duration.record(begun.elapsed().as_secs_f64(), &[name]);
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = tokio::time::sleep(each.period) => {}
            }
        }
    }

    /// Goes through all organizations; true when nothing failed.
    async fn round(&self, each: &Loop) -> bool {
        let tenants = match (each.source)(self.db.clone(), self.clock.now()).await {
            Ok(tenants) => tenants,
            Err(error) => {
                self.note_failure(each.name, &error);
                return false;
            }
        };
        let mut all = true;
        for tenant in tenants {
            if self.stop.is_cancelled() {
                return false;
            }
            let context = Context::operator(tenant, self.clock.now(), TICK_PATIENCE);
            let tick = AssertUnwindSafe((each.tick)(self.db.clone(), context)).catch_unwind();
            let ended = tick.await.unwrap_or_else(|_| Err(Error::internal("a tick panicked")));
            if let Err(error) = ended {
                self.note_failure(each.name, &error);
                all = false;
            }
        }
        all
    }

    fn note_success(&self, name: &'static str) {
        let mut succeeded = self.succeeded.lock().unwrap_or_else(PoisonError::into_inner);
        succeeded.insert(name, Instant::now());
    }

    fn note_failure(&self, name: &'static str, error: &Error) {
        self.failures.add(1, &[KeyValue::new("loop.name", name)]);
        let source = std::error::Error::source(error).map(ToString::to_string);
        tracing::warn!(loop.name = name, %error, source, "a tick failed");
    }
}
