//! What the process tells the outside: a collector of spans and metrics as the operator would run
//! one, and the log lines. One for all tests, since telemetry belongs to the process.
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::trace::v1::Span;
use orgfit::server::{LogFormat, Telemetry, TelemetryOptions};
use tokio::runtime::Runtime;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tracing_subscriber::fmt::MakeWriter;

/// What was told.
#[derive(Clone, Default)]
pub(crate) struct Told {
    lines: Arc<Mutex<Vec<u8>>>,
    spans: Arc<Mutex<Vec<Span>>>,
    metrics: Arc<Mutex<Vec<Metric>>>,
}

/// Telemetry with the runtime that carries it.
struct Observed {
    told: Told,
    telemetry: Telemetry,
    _runtime: Runtime,
}

fn observed() -> &'static Observed {
    static OBSERVED: OnceLock<Observed> = OnceLock::new();
    OBSERVED.get_or_init(|| {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.unwrap();
        let _entered = runtime.enter();
        let told = Told::default();
        let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into()).unwrap();
        let endpoint = format!("http://{}", incoming.local_addr().unwrap());
        let services = Server::builder()
            .add_service(TraceServiceServer::new(told.clone()))
            .add_service(MetricsServiceServer::new(told.clone()));
        runtime.spawn(services.serve_with_incoming(incoming));
        let options = TelemetryOptions {
            filter: "info,orgfit=trace".to_owned(),
            format: LogFormat::Json,
            service_name: "orgfit-test".to_owned(),
            traces_endpoint: Some(endpoint.clone()),
            metrics_endpoint: Some(endpoint),
        };
        // The tests need the messages of their own panics.
        let hook = std::panic::take_hook();
        let telemetry = Telemetry::start(&options, told.clone()).unwrap();
        std::panic::set_hook(hook);
        Observed { told, telemetry, _runtime: runtime }
    })
}

/// Begins to listen. Has to come before the first server starts.
pub(crate) fn listen() {
    observed();
}

/// Everything that was told until now.
pub(crate) async fn told() -> &'static Told {
    let observed = observed();
    observed.telemetry.flush().await;
    &observed.told
}

impl Told {
    pub(crate) fn lines(&self) -> String {
        String::from_utf8_lossy(&self.lines.lock().unwrap()).into_owned()
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        self.spans.lock().unwrap().clone()
    }

    /// Every state that a metric was in when it was sent.
    pub(crate) fn metrics(&self, name: &str) -> Vec<Metric> {
        let metrics = self.metrics.lock().unwrap();
        metrics.iter().filter(|metric| metric.name == name).cloned().collect()
    }

    /// All of it as text, to look for what must not be there.
    pub(crate) fn text(&self) -> String {
        let (spans, metrics) = (self.spans(), self.metrics.lock().unwrap());
        format!("{}\n{spans:?}\n{metrics:?}", self.lines())
    }
}

impl Write for Told {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.lines.lock().unwrap().extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Told {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tonic::async_trait]
impl TraceService for Told {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let sent = request.into_inner().resource_spans;
        let sent = sent.into_iter().flat_map(|resource| resource.scope_spans);
        self.spans.lock().unwrap().extend(sent.flat_map(|scope| scope.spans));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Told {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let sent = request.into_inner().resource_metrics;
        let sent = sent.into_iter().flat_map(|resource| resource.scope_metrics);
        self.metrics.lock().unwrap().extend(sent.flat_map(|scope| scope.metrics));
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}
