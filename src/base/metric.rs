//! Instruments of the ground floor. They are named by verbs and never by persons.
use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::Histogram;

/// Bounds of histograms of durations, in seconds. The defaults of OpenTelemetry are for
/// milliseconds.
pub const SECONDS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0];

static TRANSACTION_DURATION: OnceLock<Histogram<f64>> = OnceLock::new();

/// Begins to measure. The process's telemetry calls it: an instrument that was made before would
/// measure nothing for ever.
pub fn start() {
    TRANSACTION_DURATION.get_or_init(|| {
        opentelemetry::global::meter("orgfit")
            .f64_histogram("orgfit.transaction.duration")
            .with_unit("s")
            .with_description("Time from BEGIN to COMMIT or ROLLBACK, by name and outcome.")
            .with_boundaries(SECONDS.to_vec())
            .build()
    });
}

/// Records how long the transaction `name` took and how it ended.
pub fn transaction_ended(name: &'static str, outcome: &'static str, took: Duration) {
    if let Some(duration) = TRANSACTION_DURATION.get() {
        duration.record(
            took.as_secs_f64(),
            &[KeyValue::new("transaction.name", name), KeyValue::new("outcome", outcome)],
        );
    }
}
