//! Finds the server's programs: where the operator says, else where packages put them.
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Options;
use super::error::EmbeddedError;

/// Oldest major version whose row security and defaults the schema relies on.
const MAJOR_MIN: u32 = 15;
const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];

/// A directory with the programs of one server version.
#[derive(Clone, Debug)]
pub(super) struct Binaries {
    dir: PathBuf,
    major: u32,
}

impl Binaries {
    /// The first directory in search order whose version fits: that of the cluster when there is
    /// one, else any that is not too old.
    pub(super) fn find(options: &Options, cluster: Option<u32>) -> Result<Self, EmbeddedError> {
        let places = match &options.bin_dir {
            Some(dir) => vec![dir.clone()],
            None => places(&options.search_path),
        };
        let found: Vec<Self> = places.iter().filter_map(|dir| Self::at(dir)).collect();
        match choose(&found, cluster) {
            Some(binaries) => Ok(binaries.clone()),
            None => Err(refusal(options, cluster, &places, &found)),
        }
    }

    fn at(dir: &Path) -> Option<Self> {
        if !PROGRAMS.iter().all(|program| dir.join(program).is_file()) {
            return None;
        }
        let said = Command::new(dir.join("postgres")).arg("--version").output().ok()?;
        let major = parse_major(&String::from_utf8_lossy(&said.stdout))?;
        Some(Self { dir: dir.to_path_buf(), major })
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

fn choose(found: &[Binaries], cluster: Option<u32>) -> Option<&Binaries> {
    found.iter().find(|binaries| match cluster {
        Some(major) => binaries.major == major,
        None => binaries.major >= MAJOR_MIN,
    })
}

fn refusal(
    options: &Options,
    cluster: Option<u32>,
    places: &[PathBuf],
    found: &[Binaries],
) -> EmbeddedError {
    match cluster {
        Some(cluster) if !found.is_empty() => {
            let versions: Vec<_> =
                found.iter().map(|binaries| binaries.major.to_string()).collect();
            EmbeddedError::OtherVersion {
                data_dir: options.data_dir.clone(),
                cluster,
                found: versions.join(", "),
            }
        }
        _ => {
            let searched: Vec<_> = places.iter().map(|dir| dir.display().to_string()).collect();
            EmbeddedError::BinariesMissing { major_min: MAJOR_MIN, searched: searched.join(", ") }
        }
    }
}

/// `pg_config --bindir`, the search path, then where Debian, Red Hat and Homebrew put servers,
/// the highest version first.
fn places(search_path: &OsStr) -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> = Vec::new();
    let path: Vec<PathBuf> = std::env::split_paths(search_path).collect();
    if let Some(config) = path.iter().map(|dir| dir.join("pg_config")).find(|file| file.is_file())
        && let Ok(said) = Command::new(config).arg("--bindir").output()
        && said.status.success()
    {
        places.push(PathBuf::from(String::from_utf8_lossy(&said.stdout).trim()));
    }
    places.extend(path);
    places.extend(versioned("/usr/lib/postgresql", ""));
    places.extend(versioned("/usr", "pgsql-"));
    places.extend(versioned("/opt/homebrew/opt", "postgresql@"));
    places.extend(versioned("/usr/local/opt", "postgresql@"));
    let mut seen = BTreeSet::new();
    places.retain(|place| place.is_absolute() && seen.insert(place.clone()));
    places
}

/// `<folder>/<prefix><version>/bin`, the highest version first.
fn versioned(folder: &str, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name()?.to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((version, path.join("bin")))
        })
        .collect();
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, path)| path).collect()
}

/// The major version in `postgres (PostgreSQL) 15.18 (Debian …)`, also of betas (`19beta1`).
fn parse_major(said: &str) -> Option<u32> {
    let version = said.split_once("(PostgreSQL)")?.1.trim_start();
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binaries(major: u32) -> Binaries {
        Binaries { dir: PathBuf::from(format!("/{major}")), major }
    }

    #[test]
    fn the_version_is_read_from_what_the_server_says() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(parse_major("mysqld 8"), None);
    }

    #[test]
    fn a_cluster_gets_its_own_version_and_a_new_one_the_first_that_is_not_too_old() {
        let found = [binaries(13), binaries(18), binaries(16)];
        assert_eq!(choose(&found, None).map(|b| b.major), Some(18));
        assert_eq!(choose(&found, Some(16)).map(|b| b.major), Some(16));
        assert_eq!(choose(&found, Some(17)).map(|b| b.major), None);
        assert_eq!(choose(&found[..1], None).map(|b| b.major), None);
    }
}
