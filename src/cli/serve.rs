//! `orgfit serve`: runs the server on its database until it is told to end, then lets calls in
//! flight come to theirs.
use super::config::Config;
use super::console;
use super::failure::{Failure, Outcome};
use super::session::Session;
use super::signal;
use crate::server::{self, Options, Running, Telemetry};

/// Runs the command.
pub(super) async fn run(config: &Config) -> Outcome {
    // From here on nothing is cut off by a signal: a database half started would stay behind.
    let mut signals = signal::ignore()?;
    let telemetry = Telemetry::start(&config.telemetry, std::io::stderr)
        .map_err(|error| Failure::usage(error.to_string()))?;
    let outcome = serve(config, &mut signals).await;
    telemetry.stop().await;
    outcome
}

async fn serve(config: &Config, signals: &mut signal::EndSignals) -> Outcome {
    let session = Session::to_serve(config).await?;
    let outcome = serve_on(&session, config, signals).await;
    session.close().await?;
    outcome
}

async fn serve_on(session: &Session, config: &Config, signals: &mut signal::EndSignals) -> Outcome {
    let running = start(options(config, session)).await?;
    let scheme = if config.server.tls.is_some() { "https" } else { "http" };
    let place = session.place(config);
    console::line(format!("Serving at {scheme}://{} on {place}.", running.address()))?;
    let signal = signals.wait().await;
    tracing::info!(signal, "told to end");
    running.shutdown().await;
    Ok(())
}

/// Starts a server.
pub(super) async fn start(options: Options) -> Outcome<Running> {
    server::start(options).await.map_err(|error| Failure::caused("the server cannot start", &error))
}

fn options(config: &Config, session: &Session) -> Options {
    let server = config.server.clone();
    Options {
        tls: server.tls,
        tls_check_period: server.tls_check_period,
        allowed_origins: server.allowed_origins,
        reflection: server.reflection,
        calls_max: server.calls_max,
        connections: server.connections,
        drain_timeout: server.drain_timeout,
        ..Options::new(server.listen, session.db.clone(), session.respondent_db.clone())
    }
}
