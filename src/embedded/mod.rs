//! A PostgreSQL of the engine's own, in a data directory: for those who give no database URL. It
//! launches server binaries that are on the machine, listens on a unix socket only, survives the
//! process that started it and is found again by the next one.
//!
//! The data directory holds `lock`, which one process at a time holds, and `postgres` with the
//! cluster, its socket and its log, which belong to the user that the server runs as.
//!
//! Invariant: nothing here reads the environment; search path, home and temporary directory come
//! in as values.
mod binaries;
mod control;
mod error;
mod identity;
mod place;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::base::schema;
use binaries::Binaries;
pub use error::EmbeddedError;
use identity::Identity;
use place::{Lock, Place};

/// The database that the engine's tables are in.
pub const DATABASE: &str = "orgfit";
/// The superuser of the cluster.
pub const SUPERUSER: &str = "postgres";
/// How long a short command waits for a server that another process is starting.
const ATTACH_PATIENCE: Duration = Duration::from_secs(30);
const ATTACH_PAUSE: Duration = Duration::from_millis(50);

/// Where the cluster lives and where its programs are looked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The data directory; made when it is missing.
    pub data_dir: PathBuf,
    /// The only directory to take server binaries from, if the operator named one.
    pub bin_dir: Option<PathBuf>,
    /// The search path for programs.
    pub search_path: OsString,
    /// The system's temporary directory, for a socket whose path would be too long.
    pub temp_dir: PathBuf,
    /// Who holds the directory, in a word that the refusal of a second one repeats.
    pub holder: String,
}

/// A running cluster, migrated to this binary's version.
#[derive(Debug)]
pub struct Cluster {
    place: Place,
    binaries: Binaries,
    identity: Identity,
    socket_dir: PathBuf,
    /// Held by the process that has to stop the server; none for a guest.
    lock: Option<Lock>,
}

/// Starts the cluster of a data directory, or takes over one that a killed process left
/// running. Refused when another process holds the directory.
pub async fn start(options: &Options) -> Result<Cluster, EmbeddedError> {
    let (place, identity) = prepare(options)?;
    let lock = place.lock(&options.holder)?;
    launch(options, place, identity, lock).await
}

/// The cluster of a data directory for a short command: as a guest while another process runs
/// it, else as in [`start`]. A guest takes the schema as it is.
pub async fn open(options: &Options) -> Result<Cluster, EmbeddedError> {
    let (place, identity) = prepare(options)?;
    let until = Instant::now() + ATTACH_PATIENCE;
    loop {
        let held = match place.lock(&options.holder) {
            Ok(lock) => return launch(options, place, identity, lock).await,
            Err(held) => held,
        };
        if let Some(socket_dir) = place.announced_socket_dir()? {
            let binaries = Binaries::find(options, place.cluster_version()?)?;
            return Ok(Cluster { place, binaries, identity, socket_dir, lock: None });
        }
        if Instant::now() > until {
            return Err(held);
        }
        tokio::time::sleep(ATTACH_PAUSE).await;
    }
}

fn prepare(options: &Options) -> Result<(Place, Identity), EmbeddedError> {
    let place = Place::make(&options.data_dir)?;
    let identity = Identity::choose(&place)?;
    identity.require_reach(place.server_dir())?;
    place.hand_over(&identity)?;
    Ok((place, identity))
}

async fn launch(
    options: &Options,
    place: Place,
    identity: Identity,
    lock: Lock,
) -> Result<Cluster, EmbeddedError> {
    let version = place.cluster_version()?;
    let binaries = Binaries::find(options, version)?;
    identity.require_reach(&binaries.program("postgres"))?;
    if version.is_none() {
        control::initialize(&binaries, &identity, &place).await?;
    }
    if !control::is_running(&binaries, &identity, &place).await? {
        let socket_dir = place.socket_dir(&options.temp_dir, &identity)?;
        control::start(&binaries, &identity, &place, &socket_dir).await?;
    }
    let socket_dir = place.ready_socket_dir()?.ok_or_else(|| EmbeddedError::Program {
        program: "pg_ctl start",
        output: "the server runs but does not say where it listens".to_owned(),
    })?;
    let mut cluster = Cluster { place, binaries, identity, socket_dir, lock: Some(lock) };
    match cluster.make_ready().await {
        Ok(()) => Ok(cluster),
        Err(error) => {
            cluster.stop().await?;
            Err(error)
        }
    }
}

impl Cluster {
    async fn make_ready(&mut self) -> Result<(), EmbeddedError> {
        let admin_url = self.url(SUPERUSER, SUPERUSER);
        schema::provision(&admin_url).await?;
        schema::create_database(&admin_url, DATABASE).await?;
        schema::migrate(&self.owner_url()).await?;
        match &mut self.lock {
            Some(lock) => lock.announce(),
            None => Ok(()),
        }
    }

    /// The engine's own URL.
    pub fn app_url(&self) -> String {
        self.url(schema::APP_ROLE, DATABASE)
    }

    /// The URL of the connections that serve respondents.
    pub fn respondent_url(&self) -> String {
        self.url(schema::RESPONDENT_ROLE, DATABASE)
    }

    /// The URL of the schema's owner.
    pub fn owner_url(&self) -> String {
        self.url(schema::OWNER_ROLE, DATABASE)
    }

    /// The superuser's URL, in the engine's database.
    pub fn superuser_url(&self) -> String {
        self.url(SUPERUSER, DATABASE)
    }

    /// Where the server's programs are.
    pub fn bin_dir(&self) -> &Path {
        self.binaries.dir()
    }

    /// Where the server's socket is.
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// Whether this process holds the directory and so has to stop the server.
    pub fn is_held(&self) -> bool {
        self.lock.is_some()
    }

    /// Stops the server and gives the directory free. A guest just leaves.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        if self.lock.is_some() {
            control::stop(&self.binaries, &self.identity, &self.place).await?;
        }
        Ok(())
    }

    fn url(&self, role: &str, database: &str) -> String {
        let host = encode(self.socket_dir.as_os_str().as_encoded_bytes());
        format!("postgres://{role}@localhost/{database}?host={host}&sslmode=disable")
    }
}

/// Percent-encodes a path for a URL's query.
fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"/-._".contains(byte) {
            text.push(char::from(*byte));
        } else {
            text.push('%');
            text.push_str(&data_encoding::HEXUPPER.encode(&[*byte]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_a_url_keeps_its_meaning() {
        assert_eq!(encode(b"/data/a b&c%/\xc3\xbc"), "/data/a%20b%26c%25/%C3%BC");
    }
}
