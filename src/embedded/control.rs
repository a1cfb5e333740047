//! Runs the server's own programs: makes, starts and stops the cluster.
//!
//! The server is started by `pg_ctl` in a process group of its own, so that Ctrl-C reaches the
//! engine first and the server goes on until the engine has drained.
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::fs::OFlags;
use tokio::process::Command;

use super::SUPERUSER;
use super::binaries::Binaries;
use super::error::{EmbeddedError, io};
use super::identity::Identity;
use super::place::Place;

/// How long the server may take to start after a crash, or to stop, in seconds.
const PATIENCE_SECONDS: &str = "300";
/// The server's log is put aside at a start when it has grown beyond this, in bytes.
const LOG_BYTES_MAX: u64 = 8 << 20;
/// How much of a program's output an error repeats, in bytes.
const OUTPUT_SHOWN_BYTES_MAX: u64 = 2_000;
/// What `pg_ctl status` answers when no server runs.
const STATUS_NOT_RUNNING: i32 = 3;

/// Makes the cluster under a name of its own and renames it when it is whole, so that an
/// interrupted making is never taken for a cluster.
pub(super) async fn initialize(
    binaries: &Binaries,
    identity: &Identity,
    place: &Place,
) -> Result<(), EmbeddedError> {
    let unfinished = place.unfinished_dir();
    if unfinished.exists() {
        std::fs::remove_dir_all(&unfinished).map_err(io("removing", &unfinished))?;
    }
    let mut initdb = command(binaries, identity, "initdb");
    initdb
        .args(["-U", SUPERUSER, "--auth-local=trust", "--auth-host=reject"])
        .args(["-E", "UTF8", "--locale=C.UTF-8", "--data-checksums", "-D"])
        .arg(&unfinished);
    expect(run(initdb, place).await?, "initdb", place)?;

    let settings = unfinished.join("postgresql.conf");
    OpenOptions::new()
        .append(true)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(&settings)
        .and_then(|mut file| {
            file.write_all(b"\n# Written anew at every start. Settings of your own go below.\n")?;
            file.write_all(b"include = 'orgfit.conf'\n")?;
            file.sync_all()
        })
        .map_err(io("writing", &settings))?;
    let cluster = place.cluster_dir();
    std::fs::rename(&unfinished, &cluster).map_err(io("renaming", &unfinished))?;
    File::open(place.server_dir())
        .and_then(|dir| dir.sync_all())
        .map_err(io("writing", place.server_dir()))
}

/// Whether a server runs on the cluster, whoever started it.
pub(super) async fn is_running(
    binaries: &Binaries,
    identity: &Identity,
    place: &Place,
) -> Result<bool, EmbeddedError> {
    let mut status = command(binaries, identity, "pg_ctl");
    status.arg("status").arg("-D").arg(place.cluster_dir());
    match run(status, place).await? {
        Some(0) => {}
        Some(STATUS_NOT_RUNNING) => return Ok(false),
        code => return expect(code, "pg_ctl status", place).map(|()| false),
    }
    // It may be on its way up or down: `pg_ctl stop` and `start` wait, so this does as well.
    if place.ready_socket_dir()?.is_none() {
        stop(binaries, identity, place).await?;
        return Ok(false);
    }
    Ok(true)
}

/// Starts the server and waits until it takes connections.
pub(super) async fn start(
    binaries: &Binaries,
    identity: &Identity,
    place: &Place,
    socket_dir: &Path,
) -> Result<(), EmbeddedError> {
    write_settings(identity, &place.cluster_dir().join("orgfit.conf"), &settings(socket_dir))?;
    let log = place.log_file();
    if std::fs::metadata(&log).is_ok_and(|about| about.len() > LOG_BYTES_MAX) {
        std::fs::rename(&log, log.with_extension("log.old")).map_err(io("renaming", &log))?;
    }
    let mut start = command(binaries, identity, "pg_ctl");
    start
        .args(["start", "-w", "-t", PATIENCE_SECONDS, "-l"])
        .arg(&log)
        .arg("-D")
        .arg(place.cluster_dir());
    let code = run(start, place).await?;
    if code == Some(0) {
        return Ok(());
    }
    Err(EmbeddedError::Program { program: "pg_ctl start", output: tail(&log) })
}

/// Stops the server: open transactions are rolled back, everything else is written.
pub(super) async fn stop(
    binaries: &Binaries,
    identity: &Identity,
    place: &Place,
) -> Result<(), EmbeddedError> {
    let mut stop = command(binaries, identity, "pg_ctl");
    stop.args(["stop", "-w", "-m", "fast", "-t", PATIENCE_SECONDS, "-D"]).arg(place.cluster_dir());
    expect(run(stop, place).await?, "pg_ctl stop", place)
}

/// Settings that belong to the launcher. Statements, parameters and key values stay out of the log,
/// since they hold personal data.
fn settings(socket_dir: &Path) -> String {
    // A list in which each path is quoted, within a quoted setting.
    let path = socket_dir.display().to_string().replace('"', "\"\"");
    let socket_dir = format!("\"{path}\"").replace('\\', "\\\\").replace('\'', "''");
    format!(
        "# Written by orgfit at every start.
listen_addresses = ''
port = 5432
unix_socket_directories = '{socket_dir}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = '128MB'
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"
    )
}

/// Writes a new file in a directory of the server's user. As root may be writing, nothing that is
/// there under that name is followed.
fn write_settings(identity: &Identity, path: &Path, text: &str) -> Result<(), EmbeddedError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(io("removing", path)(error));
        }
        _ => {}
    }
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| {
            if identity.steps_down {
                std::os::unix::fs::fchown(&file, Some(identity.uid), Some(identity.gid))?;
            }
            file.write_all(text.as_bytes())
        })
        .map_err(io("writing", path))
}

/// A program of the server, as the server's user, with nothing of our environment: neither
/// secrets nor variables that would change what the programs do.
fn command(binaries: &Binaries, identity: &Identity, program: &str) -> Command {
    let mut command = Command::new(binaries.program(program));
    command
        .env_clear()
        .env("PATH", search_path(binaries))
        .env("HOME", "/")
        .env("LC_ALL", "C")
        .current_dir("/")
        .stdin(Stdio::null())
        .process_group(0);
    if identity.steps_down {
        command.uid(identity.uid).gid(identity.gid);
    }
    command
}

fn search_path(binaries: &Binaries) -> std::ffi::OsString {
    let dirs = [binaries.dir().to_path_buf(), PathBuf::from("/usr/bin"), PathBuf::from("/bin")];
    std::env::join_paths(dirs).unwrap_or_else(|_| "/usr/bin:/bin".into())
}

/// Runs a program to its end. Its output goes to a file: the server would keep a pipe open.
async fn run(mut command: Command, place: &Place) -> Result<Option<i32>, EmbeddedError> {
    let path = place.control_log_file();
    let output = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .map_err(io("writing", &path))?;
    let errors = output.try_clone().map_err(io("writing", &path))?;
    let program = PathBuf::from(command.as_std().get_program());
    let status =
        command.stdout(output).stderr(errors).status().await.map_err(io("running", program))?;
    Ok(status.code())
}

fn expect(code: Option<i32>, program: &'static str, place: &Place) -> Result<(), EmbeddedError> {
    if code == Some(0) {
        return Ok(());
    }
    Err(EmbeddedError::Program { program, output: tail(&place.control_log_file()) })
}

/// The end of a log, for an error.
fn tail(path: &Path) -> String {
    let read = || {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(OUTPUT_SHOWN_BYTES_MAX)))?;
        let mut bytes = Vec::new();
        file.take(OUTPUT_SHOWN_BYTES_MAX).read_to_end(&mut bytes)?;
        std::io::Result::Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    };
    match read() {
        Ok(text) if !text.is_empty() => text,
        _ => format!("it said nothing; see {}", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_quotes_and_commas_stays_one_path() {
        let text = settings(Path::new("/a, b'c\"d\\e"));
        assert!(text.contains(r#"unix_socket_directories = '"/a, b''c""d\\e"'"#), "{text}");
    }
}
