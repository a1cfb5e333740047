//! The configuration keys: one table, from which flags, environment variables, the file, the help
//! and `docs/configuration.md` come.

/// A configuration key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    /// Name in the file; the flag and the variable are made of it.
    pub(super) name: &'static str,
    /// What the value is, or the unit it is in.
    pub(super) unit: &'static str,
    /// The value when none is given; empty for none.
    pub(super) default: &'static str,
    /// Never printed, and no flag, since other users see the flags of a process.
    pub(super) secret: bool,
    /// Standard variables, not of our making, that count when ours is not set.
    pub(super) standard_variables: &'static [&'static str],
    /// What it does.
    pub(super) about: &'static str,
}

impl Key {
    /// The environment variable.
    pub(super) fn variable(&self) -> String {
        format!("{VARIABLE_PREFIX}{}", self.name.to_ascii_uppercase())
    }

    /// The flag without its dashes, if it may be given as one.
    pub(super) fn flag(&self) -> Option<String> {
        (!self.secret).then(|| self.name.replace('_', "-"))
    }
}

/// What all variables of the engine begin with.
pub(super) const VARIABLE_PREFIX: &str = "ORGFIT_";
/// The variable that names the file.
pub(super) const FILE_VARIABLE: &str = "ORGFIT_CONFIG";
/// Variables of the engine's tests, which share the prefix.
pub(super) const TEST_VARIABLES: [&str; 2] = ["ORGFIT_TEST_DATABASE_URL", "ORGFIT_ORACLE_DIR"];

const fn key(
    name: &'static str,
    unit: &'static str,
    default: &'static str,
    about: &'static str,
) -> Key {
    Key { name, unit, default, secret: false, standard_variables: &[], about }
}

const fn secret(name: &'static str, unit: &'static str, about: &'static str) -> Key {
    Key { secret: true, ..key(name, unit, "", about) }
}

const fn standard(key: Key, variables: &'static [&'static str]) -> Key {
    Key { standard_variables: variables, ..key }
}

/// All keys, in the order in which they are shown.
pub(super) const KEYS: &[Key] = &[
    key(
        "data_dir",
        "path",
        "orgfit-data",
        "Directory of the engine's own PostgreSQL, used when there is no database_url. Made when it is missing.",
    ),
    key(
        "pg_bin_dir",
        "path",
        "",
        "The only directory to take PostgreSQL's initdb, pg_ctl and postgres from. Without it they are looked for where packages put them.",
    ),
    secret(
        "database_url",
        "postgres URL",
        "The database to serve from, as the role orgfit_app or a member of it. Without it the engine runs a PostgreSQL of its own in data_dir.",
    ),
    secret(
        "respondent_database_url",
        "postgres URL",
        "The same database as the role orgfit_respondent or a member of it, for calls of respondents. Required along with database_url.",
    ),
    secret(
        "owner_database_url",
        "postgres URL",
        "The same database as the role orgfit_owner, for orgfit migrate.",
    ),
    secret(
        "admin_database_url",
        "postgres URL",
        "The same server as a user who may create roles, for the first orgfit migrate. It makes the roles that are missing.",
    ),
    key(
        "durability",
        "full, relaxed",
        "full",
        "With full, a database whose synchronous_commit is off or local is refused. Say relaxed if the last moments before a crash may be lost.",
    ),
    key(
        "database_connections_max",
        "connections, 2 to 1000",
        "20",
        "Most connections to the database at once. Calls of respondents have up to 8 of their own besides.",
    ),
    key(
        "listen",
        "address:port",
        "127.0.0.1:50051",
        "Where the server listens. Other machines reach it only at another address than 127.0.0.1; give it a certificate then.",
    ),
    key(
        "tls_certificate",
        "path of a PEM file",
        "",
        "Certificate of the server, then its intermediates. Read again when it changes. Without it the server speaks plain HTTP/2.",
    ),
    key("tls_key", "path of a PEM file", "", "Private key of the certificate."),
    key(
        "tls_check_period",
        "seconds, 1 to 86400",
        "30",
        "Time between two looks at the certificate's files.",
    ),
    key(
        "allowed_origins",
        "origins, parted by commas",
        "",
        "Web pages that may call by gRPC-Web, for example https://app.example.org.",
    ),
    key(
        "reflection",
        "true, false",
        "true",
        "Whether callers can read the contract by gRPC reflection.",
    ),
    key(
        "calls_max",
        "calls, 1 to 100000",
        "256",
        "Most calls at once. One more is refused and told when to come back.",
    ),
    key(
        "connections_max",
        "connections, 1 to 100000",
        "1024",
        "Most connections of callers at once.",
    ),
    key(
        "connections_per_peer_max",
        "connections, 1 to 100000",
        "64",
        "Most connections of one address at once. Raise it behind a proxy.",
    ),
    key(
        "handshake_timeout",
        "seconds, 1 to 300",
        "5",
        "Longest time that a TLS handshake may take.",
    ),
    key(
        "first_request_timeout",
        "seconds, 1 to 300",
        "10",
        "Longest time from connecting to the first call.",
    ),
    key(
        "connection_age",
        "seconds, 10 to 86400",
        "900",
        "Age at which a connection is asked to end, give or take a tenth, so that load spreads over new servers.",
    ),
    key(
        "drain_timeout",
        "seconds, 1 to 3600",
        "15",
        "Longest time that calls in flight get to end after SIGTERM or Ctrl-C.",
    ),
    key(
        "log",
        "filter directives",
        "info",
        "What is logged to standard error, for example info, or orgfit=debug.",
    ),
    key("log_format", "text, json", "text", "Whether log lines are for people or for machines."),
    standard(
        key(
            "service_name",
            "text",
            "orgfit",
            "Name of this service in exported spans and metrics.",
        ),
        &["OTEL_SERVICE_NAME"],
    ),
    standard(
        key(
            "otlp_traces_endpoint",
            "URL",
            "",
            "Collector that takes spans by OTLP over gRPC. Without it none are sent.",
        ),
        &["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"],
    ),
    standard(
        key(
            "otlp_metrics_endpoint",
            "URL",
            "",
            "Collector that takes metrics by OTLP over gRPC. Without it none are sent.",
        ),
        &["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"],
    ),
    key("endpoint", "URL", "http://127.0.0.1:50051", "The server that orgfit import calls."),
    key(
        "ca_certificate",
        "path of a PEM file",
        "",
        "The authority that signed the certificate of an https endpoint, when it is not one that the system trusts.",
    ),
    key("api_key_file", "path", "", "File with the API key that orgfit import shows."),
    secret("api_key", "API key", "The API key itself; wins over api_key_file."),
];

/// The key of this name.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// The candidate that is most like a mistyped word, if any is like it at all.
pub(super) fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let (distance, best) =
        candidates.into_iter().map(|candidate| (distance(word, candidate), candidate)).min()?;
    let longest = word.chars().count().max(best.chars().count());
    (distance * 2 < longest).then_some(best)
}

/// The number of characters to add, drop or change between two words (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(a != *b)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn keys_are_told_apart_and_documented() {
        let names: BTreeSet<_> = KEYS.iter().map(|key| key.name).collect();
        assert_eq!(names.len(), KEYS.len());
        for key in KEYS {
            assert!(!key.unit.is_empty() && key.about.ends_with('.'), "{}", key.name);
        }
    }

    #[test]
    fn secrets_have_no_flag_and_no_default() {
        for key in KEYS.iter().filter(|key| key.secret) {
            assert!(key.flag().is_none() && key.default.is_empty(), "{}", key.name);
        }
    }

    #[test]
    fn a_mistyped_word_finds_its_neighbour_and_a_strange_one_nothing() {
        assert_eq!(distance("kitten", "sitting"), 3);
        let names = || KEYS.iter().map(|key| key.name);
        assert_eq!(nearest("databse_url", names()), Some("database_url"));
        assert_eq!(nearest("data-dir", names()), Some("data_dir"));
        assert_eq!(nearest("zzzzzz", names()), None);
    }
}
