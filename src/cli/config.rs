//! The configuration as values of their types. Everything below gets them passed.
use std::ffi::OsString;
use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use super::secret::Secret;
use super::settings::{Settings, Sources};
use crate::base::schema::Durability;
use crate::server::{ConnectionLimits, LogFormat, TelemetryOptions, TlsFiles};

/// The configuration of a process.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) data_dir: PathBuf,
    pub(super) pg_bin_dir: Option<PathBuf>,
    pub(super) database_url: Option<Secret>,
    pub(super) respondent_database_url: Option<Secret>,
    pub(super) owner_database_url: Option<Secret>,
    pub(super) admin_database_url: Option<Secret>,
    pub(super) durability: Durability,
    pub(super) database_connections_max: u32,
    pub(super) server: ServerConfig,
    pub(super) telemetry: TelemetryOptions,
    pub(super) endpoint: String,
    pub(super) ca_certificate: Option<PathBuf>,
    pub(super) api_key: Option<Secret>,
    pub(super) api_key_file: Option<PathBuf>,
    pub(super) machine: Machine,
}

/// The part that `orgfit serve` alone needs.
#[derive(Clone, Debug)]
pub(super) struct ServerConfig {
    pub(super) listen: SocketAddr,
    pub(super) tls: Option<TlsFiles>,
    pub(super) tls_check_period: Duration,
    pub(super) allowed_origins: Vec<String>,
    pub(super) reflection: bool,
    pub(super) calls_max: usize,
    pub(super) connections: ConnectionLimits,
    pub(super) drain_timeout: Duration,
}

/// What the machine says, rather than the operator.
#[derive(Clone, Debug, Default)]
pub(super) struct Machine {
    /// Search path for programs.
    pub(super) search_path: OsString,
    /// Temporary directory of the system.
    pub(super) temp_dir: PathBuf,
    /// Whoever reads the terminal wants no colours (`NO_COLOR`).
    pub(super) plain: bool,
}

impl Machine {
    /// Takes what there is from the environment.
    pub(super) fn of(sources: &Sources) -> Self {
        let variable = |name: &str| sources.variables.get(name).filter(|value| !value.is_empty());
        Self {
            search_path: variable("PATH").cloned().unwrap_or_default(),
            temp_dir: variable("TMPDIR").map_or_else(|| PathBuf::from("/tmp"), PathBuf::from),
            plain: variable("NO_COLOR").is_some()
                || variable("TERM").is_some_and(|terminal| terminal == "dumb"),
        }
    }
}

impl Config {
    /// Parses all values; all mistakes at once, none of which repeats a value.
    pub(super) fn parse(settings: &Settings, machine: Machine) -> Result<Self, Vec<String>> {
        let mut reader = Reader { settings, mistakes: Vec::new() };
        let config = Self {
            data_dir: PathBuf::from(reader.required("data_dir")),
            pg_bin_dir: reader.path("pg_bin_dir"),
            database_url: reader.secret("database_url"),
            respondent_database_url: respondent_database_url(&mut reader),
            owner_database_url: reader.secret("owner_database_url"),
            admin_database_url: reader.secret("admin_database_url"),
            durability: reader.choice(
                "durability",
                &[("full", Durability::Full), ("relaxed", Durability::Relaxed)],
            ),
            database_connections_max: reader.number("database_connections_max", 2..=1000),
            server: server(&mut reader),
            telemetry: telemetry(&mut reader),
            endpoint: reader.required("endpoint"),
            ca_certificate: reader.path("ca_certificate"),
            api_key: reader.secret("api_key"),
            api_key_file: reader.path("api_key_file"),
            machine,
        };
        if reader.mistakes.is_empty() { Ok(config) } else { Err(reader.mistakes) }
    }
}

/// The URL for respondents, which comes along with the other one.
fn respondent_database_url(reader: &mut Reader<'_>) -> Option<Secret> {
    let url = reader.secret("respondent_database_url");
    match (reader.optional("database_url").is_some(), &url) {
        (true, None) => reader.refuse(
            "respondent_database_url",
            "must be given along with database_url: the same database as the role orgfit_respondent",
        ),
        (false, Some(_)) => reader.refuse(
            "respondent_database_url",
            "must not be given without database_url: the engine's own PostgreSQL has its own",
        ),
        (true, Some(_)) | (false, None) => {}
    }
    url
}

fn server(reader: &mut Reader<'_>) -> ServerConfig {
    let tls = match (reader.path("tls_certificate"), reader.path("tls_key")) {
        (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
        (None, None) => None,
        (Some(_), None) => {
            reader.refuse("tls_key", "must be given along with tls_certificate");
            None
        }
        (None, Some(_)) => {
            reader.refuse("tls_certificate", "must be given along with tls_key");
            None
        }
    };
    let origins = reader.text("allowed_origins").split(',').map(str::trim);
    let allowed_origins = origins.filter(|origin| !origin.is_empty()).map(str::to_owned).collect();
    ServerConfig {
        listen: reader.address("listen"),
        tls,
        tls_check_period: reader.seconds("tls_check_period", 1..=86_400),
        allowed_origins,
        reflection: reader.choice("reflection", &[("true", true), ("false", false)]),
        calls_max: reader.number("calls_max", 1..=100_000),
        connections: ConnectionLimits {
            connections_max: reader.number("connections_max", 1..=100_000),
            connections_per_peer_max: reader.number("connections_per_peer_max", 1..=100_000),
            handshake_timeout: reader.seconds("handshake_timeout", 1..=300),
            first_request_timeout: reader.seconds("first_request_timeout", 1..=300),
            connection_age: reader.seconds("connection_age", 10..=86_400),
        },
        drain_timeout: reader.seconds("drain_timeout", 1..=3_600),
    }
}

fn telemetry(reader: &mut Reader<'_>) -> TelemetryOptions {
    let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
    TelemetryOptions {
        filter: reader.required("log"),
        format: reader.choice("log_format", &formats),
        service_name: reader.required("service_name"),
        traces_endpoint: reader.optional("otlp_traces_endpoint").map(str::to_owned),
        metrics_endpoint: reader.optional("otlp_metrics_endpoint").map(str::to_owned),
    }
}

/// Reads values and notes which are wrong. What it returns after a mistake is never used.
struct Reader<'s> {
    settings: &'s Settings,
    mistakes: Vec<String>,
}

impl Reader<'_> {
    fn text(&self, name: &str) -> &str {
        self.settings.get(name).map_or("", |written| written.text.expose())
    }

    fn refuse(&mut self, name: &str, limit: &str) {
        let origin = self.settings.get(name).map(|written| written.origin.to_string());
        self.mistakes.push(format!("{name} ({}) {limit}", origin.unwrap_or_default()));
    }

    fn optional(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    fn required(&mut self, name: &str) -> String {
        if self.optional(name).is_none() {
            self.refuse(name, "must not be empty");
        }
        self.text(name).to_owned()
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        self.optional(name).map(PathBuf::from)
    }

    fn secret(&self, name: &str) -> Option<Secret> {
        self.optional(name).map(Secret::new)
    }

    fn number<N: FromStr + PartialOrd + Display + Copy>(
        &mut self,
        name: &str,
        limits: RangeInclusive<N>,
    ) -> N {
        match self.text(name).parse() {
            Ok(number) if limits.contains(&number) => number,
            _ => {
                let limit =
                    format!("must be a whole number from {} to {}", limits.start(), limits.end());
                self.refuse(name, &limit);
                *limits.start()
            }
        }
    }

    fn seconds(&mut self, name: &str, limits: RangeInclusive<u64>) -> Duration {
        Duration::from_secs(self.number(name, limits))
    }

    fn address(&mut self, name: &str) -> SocketAddr {
        self.text(name).parse().unwrap_or_else(|_| {
            self.refuse(
                name,
                "must be an address and a port, such as 127.0.0.1:50051 or [::]:50051",
            );
            SocketAddr::from(([127, 0, 0, 1], 0))
        })
    }

    fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> T {
        let text = self.text(name).to_owned();
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
            return *value;
        }
        let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
        self.refuse(name, &format!("must be one of: {}", words.join(", ")));
        choices[0].1
    }
}

#[cfg(test)]
mod tests {
    use super::super::settings::settle;
    use super::*;

    fn parse(variables: &[(&str, &str)]) -> Result<Config, Vec<String>> {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), OsString::from(value)))
            .collect();
        let sources = Sources { flags: std::collections::BTreeMap::new(), file: None, variables };
        Config::parse(&settle(&sources)?, Machine::of(&sources))
    }

    #[test]
    fn every_default_can_be_used() {
        let config = parse(&[]).unwrap();
        assert!(config.database_url.is_none());
        assert_eq!(config.durability, Durability::Full);
        assert!(config.server.listen.ip().is_loopback());
    }

    #[test]
    fn wrong_values_are_named_all_at_once_with_their_limits_and_are_not_repeated() {
        let mistakes = parse(&[
            ("ORGFIT_DURABILITY", "canary-1"),
            ("ORGFIT_DATABASE_CONNECTIONS_MAX", "canary-2"),
            ("ORGFIT_DATA_DIR", ""),
        ])
        .unwrap_err()
        .join("\n");
        for word in ["full, relaxed", "2 to 1000", "ORGFIT_DATA_DIR", "must not be empty"] {
            assert!(mistakes.contains(word), "{mistakes}");
        }
        assert!(!mistakes.contains("canary"), "{mistakes}");
    }

    #[test]
    fn a_standard_variable_counts_when_ours_is_not_set() {
        let (standard, own) = (
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a"),
            ("ORGFIT_OTLP_TRACES_ENDPOINT", "http://b"),
        );
        let telemetry = parse(&[standard, own]).unwrap().telemetry;
        assert_eq!(telemetry.traces_endpoint.as_deref(), Some("http://b"));
        assert_eq!(telemetry.metrics_endpoint.as_deref(), Some("http://a"));
    }

    #[test]
    fn the_two_urls_of_a_database_come_together() {
        for only in ["ORGFIT_DATABASE_URL", "ORGFIT_RESPONDENT_DATABASE_URL"] {
            let mistakes = parse(&[(only, "postgres://u:canary@h/d")]).unwrap_err().join("\n");
            assert!(mistakes.contains("respondent_database_url"), "{mistakes}");
            assert!(!mistakes.contains("canary"), "{mistakes}");
        }
    }

    #[test]
    fn half_a_certificate_is_refused() {
        let mistakes = parse(&[("ORGFIT_TLS_CERTIFICATE", "x")]).unwrap_err();
        assert!(mistakes[0].contains("tls_key"), "{mistakes:?}");
    }

    #[test]
    fn no_secret_is_in_what_a_configuration_prints() {
        let config = parse(&[
            ("ORGFIT_DATABASE_URL", "postgres://u:canary@h/d"),
            ("ORGFIT_RESPONDENT_DATABASE_URL", "postgres://r:canary@h/d"),
            ("ORGFIT_API_KEY", "orgfit_canary"),
        ])
        .unwrap();
        assert_eq!(
            config.database_url.as_ref().map(Secret::expose),
            Some("postgres://u:canary@h/d")
        );
        assert!(!format!("{config:?}").contains("canary"));
    }
}
