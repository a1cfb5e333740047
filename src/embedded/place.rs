//! The data directory: what is where, who holds it, and what state it was left in.
use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::{EmbeddedError, io};
use super::identity::Identity;

/// The file name of the server's socket.
const SOCKET_NAME: &str = "/.s.PGSQL.5432";
/// Longest path of a unix socket on every system, in bytes (Linux allows 107, macOS 103).
const SOCKET_BYTES_MAX: usize = 103;
/// What the holder adds to the lock file when guests may come.
const READY: &str = "ready\n";
/// Position of the socket's directory and of the state in the server's `postmaster.pid`.
const PID_LINE_SOCKET: usize = 4;
const PID_LINE_STATE: usize = 7;

/// The data directory by its real path.
#[derive(Clone, Debug)]
pub(super) struct Place {
    data_dir: PathBuf,
    server_dir: PathBuf,
}

/// Keeps every other process from using the directory, until it is dropped or the process
/// ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Tells guests that the server can be used.
    pub(super) fn announce(&mut self) -> Result<(), EmbeddedError> {
        self.file.write_all(READY.as_bytes()).map_err(io("writing", &self.path))
    }
}

impl Place {
    /// Makes the directory when it is missing. When root makes it, others may pass through it,
    /// as the server runs as another user.
    pub(super) fn make(data_dir: &Path) -> Result<Self, EmbeddedError> {
        let mode = if rustix::process::geteuid().is_root() { 0o711 } else { 0o700 };
        DirBuilder::new()
            .recursive(true)
            .mode(mode)
            .create(data_dir)
            .map_err(io("making the directory", data_dir))?;
        let data_dir =
            std::fs::canonicalize(data_dir).map_err(io("finding the directory", data_dir))?;
        // pg_ctl puts the path between double quotes of a shell.
        if data_dir.as_os_str().as_bytes().iter().any(|byte| b"\"$`\\\r\n".contains(byte)) {
            return Err(EmbeddedError::OddPath { path: data_dir });
        }
        let server_dir = data_dir.join("postgres");
        Ok(Self { data_dir, server_dir })
    }

    /// What belongs to the server's user.
    pub(super) fn server_dir(&self) -> &Path {
        &self.server_dir
    }

    /// The cluster.
    pub(super) fn cluster_dir(&self) -> PathBuf {
        self.server_dir.join("cluster")
    }

    /// A cluster in the making. What an interrupted making left is found here and thrown away.
    pub(super) fn unfinished_dir(&self) -> PathBuf {
        self.server_dir.join("cluster.unfinished")
    }

    /// What the server says while it runs.
    pub(super) fn log_file(&self) -> PathBuf {
        self.server_dir.join("server.log")
    }

    /// What its programs say while they start and stop it.
    pub(super) fn control_log_file(&self) -> PathBuf {
        self.data_dir.join("control.log")
    }

    /// User and group that the cluster belongs to, once there is one.
    pub(super) fn owner(&self) -> Result<Option<(u32, u32)>, EmbeddedError> {
        match std::fs::symlink_metadata(&self.server_dir) {
            Ok(about) if about.is_dir() => Ok(Some((about.uid(), about.gid()))),
            Ok(_) => Err(EmbeddedError::Foreign { path: self.server_dir.clone() }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io("looking at", &self.server_dir)(error)),
        }
    }

    /// Makes the server's part for its user alone.
    pub(super) fn hand_over(&self, identity: &Identity) -> Result<(), EmbeddedError> {
        make_private(&self.server_dir, identity)
    }

    /// Takes the directory for this process, or says who has it.
    pub(super) fn lock(&self, holder: &str) -> Result<Lock, EmbeddedError> {
        let path = self.lock_file();
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(io("opening", &path))?;
        match file.try_lock() {
            Ok(()) => {
                let text = format!("{holder} (process {})\n", std::process::id());
                file.set_len(0)
                    .and_then(|()| file.seek(SeekFrom::Start(0)))
                    .and_then(|_| file.write_all(text.as_bytes()))
                    .map_err(io("writing", &path))?;
                Ok(Lock { file, path })
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder).map_err(io("reading", &path))?;
                let holder = holder.lines().next().unwrap_or("another process").to_owned();
                Err(EmbeddedError::Held { data_dir: self.data_dir.clone(), holder })
            }
            Err(TryLockError::Error(error)) => Err(io("locking", &path)(error)),
        }
    }

    fn lock_file(&self) -> PathBuf {
        self.data_dir.join("lock")
    }

    /// Where the server of another process listens, once that process has made it ready.
    pub(super) fn announced_socket_dir(&self) -> Result<Option<PathBuf>, EmbeddedError> {
        let path = self.lock_file();
        let text = std::fs::read_to_string(&path).map_err(io("reading", &path))?;
        if text.ends_with(READY) { self.ready_socket_dir() } else { Ok(None) }
    }

    /// Major version of the cluster, once there is one.
    pub(super) fn cluster_version(&self) -> Result<Option<u32>, EmbeddedError> {
        let cluster = self.cluster_dir();
        match std::fs::read_to_string(cluster.join("PG_VERSION")) {
            Ok(text) => match text.trim().parse() {
                Ok(version) => Ok(Some(version)),
                Err(_) => Err(EmbeddedError::Foreign { path: cluster }),
            },
            Err(_) if !cluster.exists() => Ok(None),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(EmbeddedError::Foreign { path: cluster })
            }
            Err(error) => Err(io("reading the version of", &cluster)(error)),
        }
    }

    /// Where the server's socket goes: beside the cluster, or, when that path is too long for a
    /// socket, below the temporary directory under a name made of the data directory's.
    pub(super) fn socket_dir(
        &self,
        temp_dir: &Path,
        identity: &Identity,
    ) -> Result<PathBuf, EmbeddedError> {
        let dir = self.choose_socket_dir(temp_dir);
        make_private(&dir, identity)?;
        Ok(dir)
    }

    fn choose_socket_dir(&self, temp_dir: &Path) -> PathBuf {
        let beside = self.server_dir.join("socket");
        if beside.as_os_str().len() + SOCKET_NAME.len() <= SOCKET_BYTES_MAX {
            return beside;
        }
        let digest = Sha256::digest(self.data_dir.as_os_str().as_bytes());
        let name: String = data_encoding::HEXLOWER.encode(&digest).chars().take(16).collect();
        temp_dir.join(format!("orgfit-{name}"))
    }

    /// Where a running server listens, by its own word; none while it is not ready.
    pub(super) fn ready_socket_dir(&self) -> Result<Option<PathBuf>, EmbeddedError> {
        let path = self.cluster_dir().join("postmaster.pid");
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(parse_ready(&text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io("reading", path)(error)),
        }
    }
}

fn parse_ready(pid_file: &str) -> Option<PathBuf> {
    let lines: Vec<&str> = pid_file.lines().collect();
    let ready = lines.get(PID_LINE_STATE)?.trim() == "ready";
    let socket = lines.get(PID_LINE_SOCKET)?;
    (ready && !socket.is_empty()).then(|| PathBuf::from(socket))
}

/// Makes a directory that only the server's user can enter. One that is there already has to be
/// a directory of that user, or root's own, which it then hands over.
fn make_private(path: &Path, identity: &Identity) -> Result<(), EmbeddedError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            return Err(io("making the directory", path)(error));
        }
        _ => {}
    }
    let about = std::fs::symlink_metadata(path).map_err(io("looking at", path))?;
    if !about.is_dir() {
        return Err(EmbeddedError::Foreign { path: path.to_path_buf() });
    }
    let own = rustix::process::geteuid().as_raw();
    if about.uid() != identity.uid {
        if about.uid() != own {
            return Err(EmbeddedError::OtherOwner {
                path: path.to_path_buf(),
                owner: about.uid(),
                user: identity.uid,
            });
        }
        std::os::unix::fs::lchown(path, Some(identity.uid), Some(identity.gid))
            .map_err(io("giving to the server's user", path))?;
    }
    if about.mode() & 0o777 != 0o700 {
        std::fs::set_permissions(path, Permissions::from_mode(0o700))
            .map_err(io("closing to others", path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(data_dir: &str) -> Place {
        let data_dir = PathBuf::from(data_dir);
        Place { server_dir: data_dir.join("postgres"), data_dir }
    }

    #[test]
    fn a_long_path_moves_the_socket_and_nothing_else() {
        let temp = Path::new("/tmp");
        assert_eq!(
            place("/srv/orgfit").choose_socket_dir(temp),
            Path::new("/srv/orgfit/postgres/socket")
        );
        let long = format!("/srv/{}", "x".repeat(100));
        let moved = place(&long).choose_socket_dir(temp);
        assert!(moved.starts_with(temp) && moved.as_os_str().len() < 40);
        assert_eq!(moved, place(&long).choose_socket_dir(temp));
        assert_ne!(moved, place(&format!("{long}y")).choose_socket_dir(temp));
    }

    #[test]
    fn a_server_says_where_it_listens_once_it_is_ready() {
        let starting = "42\n/data\n1700000000\n5432\n/run/socket\n\n  5432 1\nstarting\n";
        assert_eq!(parse_ready(starting), None);
        assert_eq!(
            parse_ready(&starting.replace("starting", "ready   ")),
            Some(PathBuf::from("/run/socket"))
        );
        assert_eq!(parse_ready("42\n/data\n"), None);
    }
}
