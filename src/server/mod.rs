//! The roof: turns rooms into a server, and lets it end in peace. Everything that holds for all
//! calls is decided here: who may call, how long, how large, how much at once, what is recorded.
//!
//! Invariant: nothing below knows that there is a network.
pub mod accept;
pub mod authenticate;
mod browser;
pub mod deadline;
pub mod detach;
mod ending;
pub mod handler;
pub mod health;
pub mod limits;
pub mod message;
pub mod methods;
mod place;
mod rerun;
mod respondent;
mod running;
mod services;
pub mod status;
pub mod telemetry;
pub mod tls;
pub mod trace;
pub mod worker;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

pub use accept::ConnectionLimits;
pub use health::Pulse;
pub use running::{Drained, Running};
pub use services::SERVICES;
pub use telemetry::{LogFormat, Telemetry, TelemetryError, TelemetryOptions};
pub use tls::{TlsError, TlsFiles};
pub use worker::{Loop, housekeeping};

use crate::base::context::{IdSource, RandomIds};
use crate::base::{Clock, Db, SystemClock};
use crate::respondent::writer;
use accept::Door;
use handler::Handler;
use running::Ends;
use tls::Tls;
use worker::Worker;

/// What a server is started with.
pub struct Options {
    /// Where it listens. Port 0 means any free one.
    pub address: SocketAddr,
    /// Certificate and key; without them the server speaks plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Time between two looks at the certificate's files.
    pub tls_check_period: Duration,
    /// Origins of web pages that may call, for example `https://app.example.org`.
    pub allowed_origins: Vec<String>,
    /// Whether the contract can be read by reflection.
    pub reflection: bool,
    /// Calls at once, over all connections.
    pub calls_max: usize,
    /// Bounds of connections.
    pub connections: ConnectionLimits,
    /// How readiness is found out.
    pub pulse: Pulse,
    /// Longest time that calls in flight get to end when the server stops.
    pub drain_timeout: Duration,
    /// The database.
    pub db: Db,
    /// The same database for calls of respondents, under the role that can read no answer.
    pub respondent_db: Db,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives identifiers.
    pub ids: Arc<dyn IdSource>,
    /// Work that nobody calls for.
    pub loops: Vec<Loop>,
}

impl Options {
    /// The defaults, for a server at `address` on `db`, which serves respondents by `respondent_db`.
    pub fn new(address: SocketAddr, db: Db, respondent_db: Db) -> Self {
        Self {
            address,
            tls: None,
            tls_check_period: Duration::from_secs(30),
            allowed_origins: Vec::new(),
            reflection: true,
            calls_max: 256,
            connections: ConnectionLimits::default(),
            pulse: Pulse::default(),
            drain_timeout: Duration::from_secs(15),
            db,
            respondent_db,
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            loops: housekeeping(),
        }
    }
}

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("cannot listen at {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The certificate cannot be used.
    #[error("TLS: {0}")]
    Tls(#[from] TlsError),
    /// An origin is not one.
    #[error("the allowed origin {0:?} is no origin: write it as https://app.example.org")]
    Origin(String),
    /// The contract within this binary is broken.
    #[error("the descriptors of the contract cannot be read: {0}")]
    Contract(Box<dyn std::error::Error + Send + Sync>),
}

/// Starts a server. It is ready when this returns, and runs until [`Running::shutdown`].
pub async fn start(options: Options) -> Result<Running, StartError> {
    let tls = match options.tls.clone() {
        Some(files) => Some((Arc::new(Tls::load(files).await?), Tls::hangups()?)),
        None => None,
    };
    let ends = Ends::default();
    let (public, health) =
        health::public(SERVICES, options.reflection, ends.connections.drain.clone())
            .await
            .map_err(|error| StartError::Contract(error.into()))?;
    let (submissions, writer) = writer(&options.respondent_db);
    ends.writers.spawn(writer.run(ends.last_call.clone()));
    let ours = services::handler(&options, submissions, &ends)
        .map_err(|error| StartError::Contract(error.into()))?;
    let split = Handler::new(move |call| {
        let to_all = call.uri().path().starts_with(health::PUBLIC_PREFIX);
        if to_all { public.answer(call) } else { ours.answer(call) }
    });
    let handler = browser::admit(split, &options.allowed_origins).map_err(StartError::Origin)?;

    let listening = |source| StartError::Listen { address: options.address, source };
    let listener = TcpListener::bind(options.address).await.map_err(listening)?;
    let address = listener.local_addr().map_err(listening)?;

    let door = Door::new(
        handler,
        tls.as_ref().map(|(tls, _)| tls.clone()),
        options.connections,
        ends.conversations.clone(),
        ends.connections.clone(),
    );
    ends.conversations.spawn(Arc::new(door).run(listener));
    ends.minders.spawn(health.follow(options.db.clone(), options.pulse, ends.unready.clone()));
    if let Some((tls, hangups)) = tls {
        let period = options.tls_check_period;
        ends.minders.spawn(tls.watch(hangups, period, ends.unready.clone()));
    }
    Worker::new(options.db.clone(), options.clock.clone(), ends.unready.clone())
        .start(options.loops, &ends.conversations);
    tracing::info!(%address, "serving");
    let dbs = [options.respondent_db, options.db];
    Ok(Running::new(address, dbs, options.drain_timeout, ends))
}
