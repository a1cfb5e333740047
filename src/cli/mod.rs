//! The command line. It reads the configuration once and passes plain values on; it calls the API
//! where callers would, and the rooms' façades where only the operator may.
//!
//! Invariant: nothing below this room reads flags, the environment or a configuration file.
mod admin;
mod args;
mod config;
mod console;
mod demo;
mod document;
mod failure;
mod import;
mod key;
mod migrate;
mod postgres;
mod secret;
mod serve;
mod session;
mod settings;
mod signal;

use std::process::ExitCode;

use args::{Asked, Command};
use config::{Config, Machine};
use console::Console;
use failure::{EXIT_FAILED, EXIT_USAGE, Failure, Outcome};
use settings::Sources;

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let asked = match args::parse() {
        Ok(asked) => asked,
        Err(error) => {
            let code = if error.use_stderr() { EXIT_USAGE } else { 0 };
            return if error.print().is_ok() {
                ExitCode::from(code)
            } else {
                ExitCode::from(EXIT_FAILED)
            };
        }
    };
    match obey(asked) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // When even the complaint cannot be written, the exit code has to do.
            if !failure.message.is_empty() {
                let _ = console::note(format!("orgfit: {}", failure.message));
            }
            ExitCode::from(failure.code)
        }
    }
}

fn obey(asked: Asked) -> Outcome {
    if matches!(asked.command, Command::Config { markdown: true }) {
        return Ok(console::line(document::markdown().trim_end())?);
    }
    let sources = Sources::of_process(asked.flags, asked.file);
    let mistakes = |found: Vec<String>| Failure::usage(found.join("\norgfit: "));
    let settings = settings::settle(&sources).map_err(mistakes)?;
    let machine = Machine::of(&sources);
    let console = Console::new(machine.plain);
    if matches!(asked.command, Command::Config { .. }) {
        return Ok(document::show(&settings, console)?);
    }
    let config = Config::parse(&settings, machine).map_err(mistakes)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(dispatch(&config, console, asked.command))
}

async fn dispatch(config: &Config, console: Console, command: Command) -> Outcome {
    match command {
        Command::Serve => serve::run(config).await,
        Command::Migrate => migrate::run(config).await,
        Command::Demo(arguments) => demo::run(config, console, &arguments).await,
        Command::Admin(command) => admin::run(config, &command).await,
        Command::Import(arguments) => import::run(config, console, &arguments).await,
        Command::Postgres { command } => postgres::run(config, &command).await,
        Command::Config { .. } => Ok(()),
    }
}
