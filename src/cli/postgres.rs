//! `orgfit postgres -- COMMAND`: runs a command beside the engine's own PostgreSQL, which is up for
//! as long as the command takes. `psql`, `pg_dump` and the engine's tests come to it this way.
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use super::config::Config;
use super::failure::{EXIT_FAILED, Failure, Outcome};
use super::session::embedded_options;
use super::signal::{self, SIGTERM};
use crate::embedded::{self, Cluster, DATABASE, SUPERUSER};

/// What shells add to the number of a signal that ended a command.
const SIGNAL_CODE_BASE: i32 = 128;

/// Runs the command, with its exit code as ours.
pub(super) async fn run(config: &Config, command: &[OsString]) -> Outcome {
    let Some((program, arguments)) = command.split_first() else {
        return Err(Failure::usage("name the command to run after --, for example -- psql"));
    };
    let cluster = embedded::open(&embedded_options(config, "orgfit postgres")).await?;
    let outcome = run_beside(config, &cluster, program, arguments).await;
    cluster.stop().await?;
    outcome
}

async fn run_beside(
    config: &Config,
    cluster: &Cluster,
    program: &OsString,
    arguments: &[OsString],
) -> Outcome {
    let dirs = std::env::split_paths(&config.machine.search_path);
    let search_path = std::env::join_paths(dirs.chain([cluster.bin_dir().to_path_buf()]))
        .map_err(|error| Failure::caused("the search path cannot be extended", &error))?;
    // The terminal tells the command of Ctrl-C as well; whoever asks this process alone to end is
    // passed on. The server is stopped when the command has ended.
    let mut signals = signal::ignore()?;
    let failed = |error| Failure::new(format!("{} cannot be run: {error}", program.display()));
    let mut child = Command::new(program)
        .args(arguments)
        .env("PATH", search_path)
        .env("PGHOST", cluster.socket_dir())
        .env("PGUSER", SUPERUSER)
        .env("PGDATABASE", DATABASE)
        .env("ORGFIT_TEST_DATABASE_URL", cluster.superuser_url())
        .spawn()
        .map_err(failed)?;
    let status = loop {
        tokio::select! {
            status = child.wait() => break status.map_err(failed)?,
            signal = signals.wait() => if signal == SIGTERM {
                pass_on(&child);
            },
        }
    };
    let code = status.code().or_else(|| status.signal().map(|signal| SIGNAL_CODE_BASE + signal));
    match code.and_then(|code| u8::try_from(code).ok()).unwrap_or(EXIT_FAILED) {
        0 => Ok(()),
        code => Err(Failure::told(code)),
    }
}

/// Asks the command to end. One that has ended by itself needs no asking.
fn pass_on(child: &Child) {
    let process = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    if let Some(process) = process {
        let _ = kill_process(process, Signal::TERM);
    }
}
