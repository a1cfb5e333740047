//! Shows the configuration, and writes its documentation.
use std::fmt::Write as _;

use super::console::{self, Colour, Console};
use super::key::{FILE_VARIABLE, KEYS};
use super::settings::Settings;

/// Every key with its value and origin, in the form of the file. Of secrets only whether they are
/// set.
pub(super) fn show(settings: &Settings, console: Console) -> std::io::Result<()> {
    for key in KEYS {
        let Some(written) = settings.get(key.name) else { continue };
        let value = written.text.expose();
        let shown = match (key.secret, value.is_empty()) {
            (true, true) => "(not set)".to_owned(),
            (true, false) => "(set, not shown)".to_owned(),
            (false, _) => toml::Value::String(value.to_owned()).to_string(),
        };
        let remark = format!("# {}; {}", key.unit, written.origin);
        console::line(format!("{} = {shown}  {}", key.name, console.paint(Colour::Dim, remark)))?;
    }
    Ok(())
}

/// `docs/configuration.md`.
pub(super) fn markdown() -> String {
    let mut text = format!(
        "# Configuration\n\n\
         Written from the table of keys in `src/cli/key.rs` by `orgfit config --markdown`.\n\n\
         A value is taken from the first of these that has it: the flag, the environment variable, the\n\
         TOML file named by `--config` or `{FILE_VARIABLE}`, the default. Unknown keys, and unknown variables\n\
         that begin with `ORGFIT_`, are refused. `orgfit config` shows every value and where it is from.\n\
         Secrets have no flag, since flags of a process are seen by others, and are never printed.\n"
    );
    for key in KEYS {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n## `{}`\n\n{}\n\n", key.name, key.about);
        let default =
            if key.default.is_empty() { "none".to_owned() } else { format!("`{}`", key.default) };
        let _ = writeln!(text, "- Unit or form: {}\n- Default: {default}", key.unit);
        let variables: Vec<String> = std::iter::once(key.variable())
            .chain(key.standard_variables.iter().map(|name| (*name).to_owned()))
            .map(|name| format!("`{name}`"))
            .collect();
        let _ = writeln!(text, "- Variable: {}", variables.join(", else "));
        let _ = match key.flag() {
            Some(flag) => writeln!(text, "- Flag: `--{flag}`"),
            None => writeln!(text, "- Secret: no flag"),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_is_that_of_the_table() {
        let written = include_str!("../../docs/configuration.md");
        assert_eq!(
            written,
            markdown(),
            "run: cargo run -- config --markdown > docs/configuration.md"
        );
    }
}
