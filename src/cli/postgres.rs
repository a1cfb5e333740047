//! `orgfit postgres -- COMMAND`: runs a command beside the engine's own PostgreSQL, which is up for
//! as long as the command takes. `psql`, `pg_dump` and the engine's tests come to it this way.
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;

use tokio::process::Command;

use super::config::Config;
use super::failure::{EXIT_FAILED, Failure, Outcome};
use super::session::embedded_options;
use super::signal;
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
    // Ctrl-C and a polite kill go to the command, which the terminal has told as well; the server
    // is stopped when the command has ended.
    let patience = signal::ignore()?;
    let status = Command::new(program)
        .args(arguments)
        .env("PATH", search_path)
        .env("PGHOST", cluster.socket_dir())
        .env("PGUSER", SUPERUSER)
        .env("PGDATABASE", DATABASE)
        .env("ORGFIT_TEST_DATABASE_URL", cluster.superuser_url())
        .status()
        .await
        .map_err(|error| Failure::new(format!("{} cannot be run: {error}", program.display())))?;
    drop(patience);
    let code = status.code().or_else(|| status.signal().map(|signal| SIGNAL_CODE_BASE + signal));
    match code.and_then(|code| u8::try_from(code).ok()).unwrap_or(EXIT_FAILED) {
        0 => Ok(()),
        code => Err(Failure::told(code)),
    }
}
