//! The connection of a command to the API: channel, credential, and when a call is worth repeating.
use std::time::Duration;

use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Code, Request, Status};

use crate::cli::config::Config;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::secret::Secret;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a call is repeated that the server could not answer.
const REPEATS_MAX: u32 = 8;
const PAUSE_FIRST: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(8);

/// A channel that shows a key with every call.
pub(in crate::cli) type Connection = InterceptedService<Channel, ShowKey>;

/// Adds the key to calls.
#[derive(Clone)]
pub(in crate::cli) struct ShowKey(MetadataValue<Ascii>);

impl Interceptor for ShowKey {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

/// A connection with the configured endpoint and key.
pub(super) fn configured(config: &Config) -> Outcome<Connection> {
    let key = match (&config.api_key, &config.api_key_file) {
        (Some(key), _) => key.clone(),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                Failure::new(format!("api_key_file {}: {error}", path.display()))
            })?;
            Secret::new(text.trim())
        }
        (None, None) => {
            return Err(Failure::usage(
                "an API key is missing: set api_key_file or ORGFIT_API_KEY",
            ));
        }
    };
    let mut endpoint = parse(&config.endpoint)?;
    if config.endpoint.starts_with("https:") {
        let mut tls = ClientTlsConfig::new();
        if let Some(path) = &config.ca_certificate {
            let pem = std::fs::read(path).map_err(|error| {
                Failure::new(format!("ca_certificate {}: {error}", path.display()))
            })?;
            tls = tls.ca_certificate(Certificate::from_pem(pem));
        }
        endpoint = endpoint
            .tls_config(tls)
            .map_err(|error| Failure::caused("TLS cannot be set up", &error))?;
    }
    connect(&endpoint, &key)
}

/// A connection with a server of this process.
pub(in crate::cli) fn local(address: std::net::SocketAddr, key: &Secret) -> Outcome<Connection> {
    connect(&parse(&format!("http://{address}"))?, key)
}

fn parse(url: &str) -> Outcome<Endpoint> {
    Endpoint::from_shared(url.to_owned())
        .map(|endpoint| endpoint.connect_timeout(CONNECT_TIMEOUT))
        .map_err(|_| Failure::usage("endpoint must be a URL such as http://127.0.0.1:50051"))
}

fn connect(endpoint: &Endpoint, key: &Secret) -> Outcome<Connection> {
    let mut shown: MetadataValue<Ascii> = format!("Bearer {}", key.expose())
        .parse()
        .map_err(|_| Failure::new("the API key has characters that no key has"))?;
    shown.set_sensitive(true);
    Ok(InterceptedService::new(endpoint.connect_lazy(), ShowKey(shown)))
}

/// How patient a caller is with a server that cannot answer.
#[derive(Debug, Default)]
pub(super) struct Patience {
    repeats: u32,
}

impl Patience {
    /// Forgets earlier failures, since the work got on.
    pub(super) fn renew(&mut self) {
        self.repeats = 0;
    }

    /// Waits before the next attempt, or gives the error back when there is none.
    pub(super) async fn endure(&mut self, status: Status) -> Result<(), Status> {
        match self.next_pause(&status) {
            Some(pause) => {
                tokio::time::sleep(pause).await;
                Ok(())
            }
            None => Err(status),
        }
    }

    fn next_pause(&mut self, status: &Status) -> Option<Duration> {
        if !is_passing(status) || self.repeats == REPEATS_MAX {
            return None;
        }
        let pause = PAUSE_FIRST.saturating_mul(1 << self.repeats).min(PAUSE_MAX);
        self.repeats += 1;
        Some(pause)
    }
}

/// Whether the same call may succeed later: the server was away, or the stream broke.
fn is_passing(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::Aborted
    ) || (status.code() == Code::Unknown && std::error::Error::source(status).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_errors_that_pass_are_worth_repeating() {
        for code in [Code::Unavailable, Code::DeadlineExceeded, Code::Aborted] {
            assert!(is_passing(&Status::new(code, "")));
        }
        for code in [
            Code::InvalidArgument,
            Code::PermissionDenied,
            Code::FailedPrecondition,
            Code::Internal,
        ] {
            assert!(!is_passing(&Status::new(code, "")));
        }
    }

    #[test]
    fn pauses_grow_and_patience_ends_unless_it_is_renewed() {
        let mut patience = Patience::default();
        let away = Status::unavailable("");
        let pauses: Vec<_> = std::iter::from_fn(|| patience.next_pause(&away)).collect();
        assert_eq!(pauses.len(), REPEATS_MAX as usize);
        assert!(pauses.is_sorted() && pauses[0] == PAUSE_FIRST && pauses[7] == PAUSE_MAX);
        patience.renew();
        assert_eq!(patience.next_pause(&away), Some(PAUSE_FIRST));
        assert_eq!(patience.next_pause(&Status::permission_denied("")), None);
    }
}
