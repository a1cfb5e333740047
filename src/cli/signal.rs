//! Signals that ask the process to end.
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::failure::Outcome;

/// Names of the signals.
pub(super) const SIGINT: &str = "SIGINT";
pub(super) const SIGTERM: &str = "SIGTERM";

/// The signals of a polite end: Ctrl-C and SIGTERM.
pub(super) struct EndSignals {
    interrupt: Signal,
    terminate: Signal,
}

/// From now on these signals do not end the process by themselves. They go on being kept from it
/// after the value is dropped, as long as the process runs.
pub(super) fn ignore() -> Outcome<EndSignals> {
    Ok(EndSignals {
        interrupt: signal(SignalKind::interrupt())?,
        terminate: signal(SignalKind::terminate())?,
    })
}

impl EndSignals {
    /// Waits for one of them, and says which.
    pub(super) async fn wait(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => SIGINT,
            _ = self.terminate.recv() => SIGTERM,
        }
    }
}
