//! Logs, spans and metrics of the process. One global filter decides for all outputs, since
//! filters per output lose events. Nothing here, and nothing that is recorded anywhere, has a
//! secret or a personal datum in it.
use std::io::IsTerminal;

use opentelemetry::KeyValue;
use opentelemetry::propagation::{Injector, TextMapPropagator};
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{ExporterBuildError, MetricExporter, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tonic::metadata::{AsciiMetadataKey, MetadataMap};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::prelude::*;
use tracing_subscriber::{EnvFilter, Registry, fmt};

use crate::base::metric;

/// Crates below us, whose own events about a connection would be exported over that connection.
const QUIET: &str = "h2=off,hyper=off,tonic=off,tower=off,opentelemetry=warn,sqlx=warn";

/// What is recorded and where it goes.
#[derive(Clone, Debug)]
pub struct TelemetryOptions {
    /// Directives of the filter, for example `info` or `orgfit=debug`.
    pub filter: String,
    /// How log lines look.
    pub format: LogFormat,
    /// `service.name` of all that is exported.
    pub service_name: String,
    /// Collector of spans (OTLP over gRPC); none, when unset.
    pub traces_endpoint: Option<String>,
    /// Collector of metrics (OTLP over gRPC); none, when unset.
    pub metrics_endpoint: Option<String>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// For people.
    Text,
}

/// Why telemetry cannot start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter has a directive that is none.
    #[error("the log filter is wrong: {0}")]
    Filter(#[from] ParseError),
    /// The address of a collector is wrong.
    #[error("the OTLP exporter cannot be built: {0}")]
    Exporter(#[from] ExporterBuildError),
    /// It was started before.
    #[error("telemetry was started before in this process")]
    Started,
}

/// What has to be flushed at the end.
#[derive(Debug)]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
    metrics: Option<SdkMeterProvider>,
}

impl Telemetry {
    /// Starts telemetry for the process. Has to be called within the runtime whose tasks carry
    /// the exports, and before anything is measured.
    pub fn start<W>(options: &TelemetryOptions, writer: W) -> Result<Self, TelemetryError>
    where
        W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
    {
        let filter = EnvFilter::try_new(format!("{QUIET},{}", options.filter))?;
        let lines: Box<dyn tracing_subscriber::Layer<Registry> + Send + Sync> = match options.format
        {
            LogFormat::Json => fmt::layer()
                .json()
                .flatten_event(true)
                .with_span_list(false)
                .with_writer(writer)
                .boxed(),
            LogFormat::Text => {
                fmt::layer().with_ansi(std::io::stdout().is_terminal()).with_writer(writer).boxed()
            }
        };
        let resource = Resource::builder()
            .with_service_name(options.service_name.clone())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let traces = traces(options, resource.clone())?;
        let metrics = metrics(options, resource)?;
        let spans = traces.as_ref().map(|provider| {
            tracing_opentelemetry::layer()
                .with_location(false)
                .with_threads(false)
                .with_tracer(provider.tracer("orgfit"))
        });
        let subscriber = Registry::default().with(lines).with(spans).with(filter);
        tracing::subscriber::set_global_default(subscriber).map_err(|_| TelemetryError::Started)?;
        if let Some(provider) = &metrics {
            opentelemetry::global::set_meter_provider(provider.clone());
            metric::start();
        }
        log_panics_without_their_message();
        Ok(Self { traces, metrics })
    }

    /// Sends everything that was recorded until now.
    pub async fn flush(&self) {
        let (traces, metrics) = (self.traces.clone(), self.metrics.clone());
        wait("flush", move || {
            traces.map_or(Ok(()), |traces| traces.force_flush())?;
            metrics.map_or(Ok(()), |metrics| metrics.force_flush())
        })
        .await;
    }

    /// Sends the rest, and ends.
    pub async fn stop(self) {
        wait("stop", move || {
            self.traces.map_or(Ok(()), |traces| traces.shutdown())?;
            self.metrics.map_or(Ok(()), |metrics| metrics.shutdown())
        })
        .await;
    }
}

/// Does what blocks where it may; a collector that is away is no reason to fail.
async fn wait(what: &'static str, work: impl FnOnce() -> OTelSdkResult + Send + 'static) {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, what, "telemetry was not delivered"),
        Err(error) => tracing::error!(%error, what, "telemetry was not delivered"),
    }
}

fn traces(
    options: &TelemetryOptions,
    resource: Resource,
) -> Result<Option<SdkTracerProvider>, ExporterBuildError> {
    let Some(endpoint) = &options.traces_endpoint else { return Ok(None) };
    let exporter = SpanExporter::builder().with_tonic().with_endpoint(endpoint).build()?;
    let provider =
        SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource);
    Ok(Some(provider.build()))
}

fn metrics(
    options: &TelemetryOptions,
    resource: Resource,
) -> Result<Option<SdkMeterProvider>, ExporterBuildError> {
    let Some(endpoint) = &options.metrics_endpoint else { return Ok(None) };
    let exporter = MetricExporter::builder().with_tonic().with_endpoint(endpoint).build()?;
    let provider =
        SdkMeterProvider::builder().with_periodic_exporter(exporter).with_resource(resource);
    Ok(Some(provider.build()))
}

/// A panic's message may quote values; its place in the sources says enough.
fn log_panics_without_their_message() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(code.location = place, "panic");
    }));
}

/// Puts the trace that is going on into a call that we make.
pub fn inject(metadata: &mut MetadataMap) {
    let context = tracing::Span::current().context();
    TraceContextPropagator::new().inject_context(&context, &mut Outgoing(metadata));
}

struct Outgoing<'a>(&'a mut MetadataMap);

impl Injector for Outgoing<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(key), Ok(value)) = (key.parse::<AsciiMetadataKey>(), value.parse()) {
            self.0.insert(key, value);
        }
    }
}
