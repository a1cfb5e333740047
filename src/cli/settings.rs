//! Where the value of each configuration key comes from: flags before environment before file
//! before defaults. Unknown keys and variables are refused, since a mistyped one would be a setting
//! that is not there.
//!
//! This is the only reader of the environment.
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::key::{self, FILE_VARIABLE, KEYS, Key, TEST_VARIABLES, VARIABLE_PREFIX};
use super::secret::Secret;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    File(PathBuf),
    Variable(String),
    Flag(String),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => path.display().fmt(f),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => write!(f, "--{name}"),
        }
    }
}

/// A value as it was written.
#[derive(Clone)]
pub(super) struct Written {
    pub(super) text: Secret,
    pub(super) origin: Origin,
}

/// What the process was started with.
pub(super) struct Sources {
    /// Configuration flags by key.
    pub(super) flags: BTreeMap<&'static str, String>,
    /// `--config`.
    pub(super) file: Option<PathBuf>,
    /// The environment.
    pub(super) variables: BTreeMap<String, OsString>,
}

impl Sources {
    /// Reads the environment, for the only time.
    pub(super) fn of_process(flags: BTreeMap<&'static str, String>, file: Option<PathBuf>) -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .collect();
        Self { flags, file, variables }
    }
}

/// All keys with their values, unparsed.
pub(super) type Settings = BTreeMap<&'static str, Written>;

/// Collects the value of every key by precedence; all mistakes at once.
pub(super) fn settle(sources: &Sources) -> Result<Settings, Vec<String>> {
    let mut mistakes = unknown_variables(sources);
    let mut settings: Settings = KEYS
        .iter()
        .map(|key| {
            let text = Secret::new(key.default);
            (key.name, Written { text, origin: Origin::Default })
        })
        .collect();
    let named = sources.variables.get(FILE_VARIABLE).filter(|value| !value.is_empty());
    let file = sources.file.clone().or_else(|| named.map(PathBuf::from));
    if let Some(path) = file {
        match read_file(&path) {
            Ok(values) => settings.extend(values),
            Err(found) => mistakes.extend(found),
        }
    }
    for key in KEYS {
        match find_variable(key, sources) {
            Ok(Some(written)) => {
                settings.insert(key.name, written);
            }
            Ok(None) => {}
            Err(mistake) => mistakes.push(mistake),
        }
        if let (Some(text), Some(flag)) = (sources.flags.get(key.name), key.flag()) {
            let written = Written { text: Secret::new(text), origin: Origin::Flag(flag) };
            settings.insert(key.name, written);
        }
    }
    if mistakes.is_empty() { Ok(settings) } else { Err(mistakes) }
}

fn unknown_variables(sources: &Sources) -> Vec<String> {
    let known: Vec<String> =
        KEYS.iter().map(Key::variable).chain([FILE_VARIABLE.to_owned()]).collect();
    sources
        .variables
        .keys()
        .filter(|name| name.starts_with(VARIABLE_PREFIX))
        .filter(|name| !known.contains(name) && !TEST_VARIABLES.contains(&name.as_str()))
        .map(|name| {
            let hint = hint(name, known.iter().map(String::as_str));
            format!("the environment variable {name} is unknown{hint}")
        })
        .collect()
}

fn find_variable(key: &Key, sources: &Sources) -> Result<Option<Written>, String> {
    let own = key.variable();
    let names = std::iter::once(own.as_str()).chain(key.standard_variables.iter().copied());
    for name in names {
        if let Some(value) = sources.variables.get(name) {
            let text = value.to_str().ok_or_else(|| format!("{name} is not valid UTF-8"))?;
            let origin = Origin::Variable(name.to_owned());
            return Ok(Some(Written { text: Secret::new(text), origin }));
        }
    }
    Ok(None)
}

fn read_file(path: &Path) -> Result<Vec<(&'static str, Written)>, Vec<String>> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| vec![format!("the configuration file {shown} cannot be read: {error}")])?;
    // The parser's own message would repeat the line, with a password in it.
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.get(..start).map_or(1, |before| before.matches('\n').count() + 1);
        vec![format!("{shown}, line {line}: {}", error.message())]
    })?;
    let mut mistakes = Vec::new();
    let mut values = Vec::new();
    for (name, value) in table {
        let Some(key) = key::find(&name) else {
            let hint = hint(&name, KEYS.iter().map(|key| key.name));
            mistakes.push(format!("{shown}: the key {name} is unknown{hint}"));
            continue;
        };
        match scalar(value) {
            Some(text) => {
                let origin = Origin::File(path.to_path_buf());
                values.push((key.name, Written { text: Secret::new(text), origin }));
            }
            None => {
                mistakes.push(format!("{shown}: {name} must be a text, a number or a truth value"));
            }
        }
    }
    if mistakes.is_empty() { Ok(values) } else { Err(mistakes) }
}

fn scalar(value: toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(truth) => Some(truth.to_string()),
        toml::Value::Float(_)
        | toml::Value::Datetime(_)
        | toml::Value::Array(_)
        | toml::Value::Table(_) => None,
    }
}

fn hint<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> String {
    key::nearest(word, candidates)
        .map_or_else(String::new, |nearest| format!("; did you mean {nearest}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(
        flags: &[(&'static str, &str)],
        variables: &[(&str, &str)],
        file: Option<&Path>,
    ) -> Sources {
        Sources {
            flags: flags.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
            file: file.map(Path::to_path_buf),
            variables: variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), OsString::from(value)))
                .collect(),
        }
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    fn data_dir(sources: &Sources) -> String {
        settle(sources).unwrap_or_else(|found| panic!("{found:?}"))["data_dir"]
            .text
            .expose()
            .to_owned()
    }

    #[test]
    fn flags_win_over_the_environment_over_the_file_over_the_default() {
        let file = file("data_dir = \"of-file\"");
        let (flag, variable) = ([("data_dir", "of-flag")], [("ORGFIT_DATA_DIR", "of-variable")]);
        let path = Some(file.path());
        assert_eq!(data_dir(&sources(&flag, &variable, path)), "of-flag");
        assert_eq!(data_dir(&sources(&[], &variable, path)), "of-variable");
        assert_eq!(data_dir(&sources(&[], &[], path)), "of-file");
        assert_eq!(data_dir(&sources(&[], &[], None)), "orgfit-data");
        let named = [(FILE_VARIABLE, file.path().to_str().unwrap())];
        assert_eq!(data_dir(&sources(&[], &named, None)), "of-file");
    }

    #[test]
    fn whatever_is_unknown_is_refused_with_its_neighbour_and_all_at_once() {
        let file = file("data_dri = \"x\"\nlimits = { a = 1 }\n");
        let variables =
            [("ORGFIT_DATABASE_URI", "x"), ("ORGFIT_TEST_DATABASE_URL", "x"), ("PATH", "x")];
        let mistakes = settle(&sources(&[], &variables, Some(file.path()))).err().unwrap();
        assert_eq!(mistakes.len(), 3, "{mistakes:?}");
        assert!(
            mistakes[0].contains("ORGFIT_DATABASE_URI")
                && mistakes[0].contains("ORGFIT_DATABASE_URL?")
        );
        assert!(mistakes[1].contains("data_dri") && mistakes[1].contains("data_dir?"));
        assert!(mistakes[2].contains("limits"));
    }

    #[test]
    fn a_file_that_cannot_be_read_names_the_line_and_shows_no_value() {
        let file = file("data_dir = \"x\"\ndatabase_url = postgres://u:canary@h/d\n");
        let mistakes = settle(&sources(&[], &[], Some(file.path()))).err().unwrap();
        assert!(mistakes[0].contains("line 2"), "{mistakes:?}");
        assert!(!mistakes[0].contains("canary"), "{mistakes:?}");
        let missing = settle(&sources(&[], &[], Some(Path::new("/nowhere/orgfit.toml"))));
        assert!(missing.err().unwrap()[0].contains("/nowhere/orgfit.toml"));
    }
}
