//! The command line: commands and their own arguments. Configuration flags come from the table of
//! keys.
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use super::key::KEYS;

const CONFIGURATION: &str = "Configuration (also by environment or file; see orgfit config)";

/// Measures how fit an organization is for its customers, and how far its people share one view.
#[derive(Debug, Parser)]
#[command(name = "orgfit", version, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Serve the API until SIGTERM or Ctrl-C.
    Serve,
    /// Make roles and schema of a database, or bring the schema up to date.
    Migrate,
    /// Fill an organization with invented units and people, through the API, and show it.
    Demo(DemoArguments),
    /// Organizations, machine clients with their keys, and trusted token issuers.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Import units or people from a CSV file through the API.
    Import(ImportArguments),
    /// Run a command beside the engine's own PostgreSQL, for example: orgfit postgres -- psql
    Postgres {
        /// The command and its arguments.
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
    /// Show every configuration key with its unit, value and origin; never a secret.
    Config {
        /// Print the documentation of all keys instead.
        #[arg(long)]
        markdown: bool,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct DemoArguments {
    /// People to invent.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    pub(super) people: u32,
    /// Units to invent.
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    pub(super) units: u32,
    /// The same seed invents the same organization.
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
}

#[derive(Debug, Subcommand)]
pub(super) enum AdminCommand {
    /// Organizations.
    #[command(subcommand)]
    Organizations(OrganizationsCommand),
    /// Machine clients.
    #[command(subcommand)]
    Clients(ClientsCommand),
    /// API keys of machine clients.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Issuers of access tokens for persons.
    #[command(subcommand)]
    Issuers(IssuersCommand),
    /// Compute a release again from what is stored, and compare it bit by bit. Exits with 3 when
    /// anything differs.
    VerifyRelease {
        #[command(flatten)]
        within: InOrganization,
        /// The release.
        #[arg(value_name = "RELEASE_ID")]
        release: String,
    },
}

/// Which organization a command is about.
#[derive(Debug, clap::Args)]
pub(super) struct InOrganization {
    /// The organization; may be left out when there is only one.
    #[arg(long, value_name = "ID")]
    pub(super) organization: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum OrganizationsCommand {
    /// Create an organization.
    Create {
        /// Its name.
        #[arg(long)]
        name: String,
        /// Its IANA time zone, for example Europe/Zurich.
        #[arg(long)]
        time_zone: String,
        /// BCP 47 tag of its default language.
        #[arg(long, default_value = "en")]
        language: String,
    },
    /// List organizations.
    List,
}

#[derive(Debug, Subcommand)]
pub(super) enum ClientsCommand {
    /// Create a machine client.
    Create {
        #[command(flatten)]
        within: InOrganization,
        /// Its name.
        #[arg(long)]
        name: String,
        /// What its keys may do, for example people.import; repeat for more.
        #[arg(long = "permission", value_name = "PERMISSION", required = true)]
        permissions: Vec<String>,
        /// The unit whose subtree it covers; everything when left out.
        #[arg(long, value_name = "ID", default_value = "")]
        unit: String,
    },
    /// List machine clients with their keys.
    List {
        #[command(flatten)]
        within: InOrganization,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Issue a key. It is shown once.
    Issue {
        #[command(flatten)]
        within: InOrganization,
        /// The client.
        #[arg(long, value_name = "ID")]
        client: String,
        /// Days until it expires; never when left out.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=3650))]
        days: Option<u16>,
        /// Write the key to this new file, readable for its owner only, instead of the terminal.
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// List keys.
    List {
        #[command(flatten)]
        within: InOrganization,
    },
    /// Revoke a key, at once.
    Revoke {
        #[command(flatten)]
        within: InOrganization,
        /// The key's public part, as it is listed.
        #[arg(value_name = "KEY_ID")]
        key: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum IssuersCommand {
    /// Trust an issuer.
    Add {
        #[command(flatten)]
        within: InOrganization,
        /// The claim iss, letter by letter.
        #[arg(long)]
        issuer: String,
        /// The claim aud that a token must have.
        #[arg(long)]
        audience: String,
        /// https URL or absolute path of the key set (JWKS).
        #[arg(long)]
        key_source: String,
        /// An accepted algorithm, for example RS256; repeat for more.
        #[arg(long = "algorithm", value_name = "ALGORITHM", required = true)]
        algorithms: Vec<String>,
        /// The claim that holds a person's `external_id`; `sub` when left out.
        #[arg(long, default_value = "")]
        person_claim: String,
        /// Take tokens of the type JWT as well as at+jwt.
        #[arg(long)]
        accept_plain_type: bool,
        /// Let the claim scope narrow what a person may do.
        #[arg(long)]
        scopes_narrow: bool,
    },
    /// List trusted issuers.
    List {
        #[command(flatten)]
        within: InOrganization,
    },
    /// Trust an issuer no longer.
    Remove {
        #[command(flatten)]
        within: InOrganization,
        /// The configuration, as it is listed.
        #[arg(value_name = "ISSUER_ID")]
        issuer_id: String,
    },
}

/// What is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// Units of the tree.
    Units,
    /// People.
    People,
}

#[derive(Debug, clap::Args)]
pub(super) struct ImportArguments {
    /// What the rows are.
    pub(super) kind: Kind,
    /// The CSV file: UTF-8, commas, a header with the field names of the API.
    pub(super) file: PathBuf,
    /// A full import: whoever or whatever is not in the file is soft-deleted. All or nothing.
    #[arg(long)]
    pub(super) full: bool,
    /// With --full, apply nothing when more than this percentage would go.
    #[arg(long, value_name = "PERCENT", requires = "full", default_value_t = 20,
          value_parser = clap::value_parser!(i32).range(1..=100))]
    pub(super) absent_limit: i32,
    /// Check all rows and apply none.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Apply no row when any row is wrong.
    #[arg(long)]
    pub(super) all_or_nothing: bool,
    /// Go on with this import, which broke off.
    #[arg(long, value_name = "ID")]
    pub(super) import_id: Option<String>,
    /// Name of the source, kept with the import.
    #[arg(long, default_value = "orgfit import")]
    pub(super) source: String,
}

/// What was asked for.
pub(super) struct Asked {
    pub(super) command: Command,
    pub(super) flags: BTreeMap<&'static str, String>,
    pub(super) file: Option<PathBuf>,
}

/// The whole command line with its configuration flags.
pub(super) fn command_line() -> clap::Command {
    let file = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .global(true)
        .help_heading(CONFIGURATION)
        .value_parser(clap::value_parser!(PathBuf))
        .help("TOML file with configuration keys (ORGFIT_CONFIG)");
    let flags = KEYS.iter().filter_map(|key| {
        let default = if key.default.is_empty() {
            String::new()
        } else {
            format!(" [default: {}]", key.default)
        };
        Some(
            Arg::new(key.name)
                .long(key.flag()?)
                .value_name(key.unit)
                .global(true)
                .hide_short_help(key.name != "data_dir")
                .help_heading(CONFIGURATION)
                .help(format!("{} ({}){default}", key.about, key.variable())),
        )
    });
    Arguments::command().arg(file).args(flags)
}

/// Parses the command line, or ends the process as clap does for help and mistakes.
pub(super) fn parse() -> Result<Asked, clap::Error> {
    ask(&command_line().try_get_matches()?)
}

fn ask(matches: &ArgMatches) -> Result<Asked, clap::Error> {
    let Arguments { command } = Arguments::from_arg_matches(matches)?;
    // Global flags may stand before or after the command's name; clap hands them down.
    let mut innermost = matches;
    while let Some((_, inner)) = innermost.subcommand() {
        innermost = inner;
    }
    let flags = KEYS
        .iter()
        .filter(|key| !key.secret)
        .filter_map(|key| Some((key.name, innermost.get_one::<String>(key.name)?.clone())))
        .collect();
    Ok(Asked { command, flags, file: innermost.get_one::<PathBuf>("config").cloned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command_line().debug_assert();
    }

    #[test]
    fn a_configuration_flag_may_stand_before_or_after_the_command() {
        for line in [["orgfit", "--data-dir", "x", "serve"], ["orgfit", "serve", "--data-dir", "x"]]
        {
            let asked = ask(&command_line().try_get_matches_from(line).unwrap()).unwrap();
            assert_eq!(asked.flags["data_dir"], "x");
            assert!(matches!(asked.command, Command::Serve));
        }
    }

    #[test]
    fn a_command_after_the_dashes_keeps_its_own_flags() {
        let line = ["orgfit", "postgres", "--data-dir", "x", "--", "psql", "--data-dir", "y"];
        let asked = ask(&command_line().try_get_matches_from(line).unwrap()).unwrap();
        assert_eq!(asked.flags["data_dir"], "x");
        assert!(matches!(asked.command, Command::Postgres { command } if command.len() == 3));
    }

    #[test]
    fn secrets_are_no_flags() {
        let line = ["orgfit", "--database-url", "x", "serve"];
        assert!(command_line().try_get_matches_from(line).is_err());
    }
}
