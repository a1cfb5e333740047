//! Texts that exist in several languages.
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::check::Check;

/// Most languages of a text.
pub const LANGUAGES_MAX: usize = 40;

/// A text by BCP 47 language tag.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Localized(pub BTreeMap<String, String>);

impl Localized {
    /// Checks that there are 1-40 languages, each in canonical spelling with a text of the right
    /// length.
    pub fn check(&self, check: &mut Check, field: &str, chars: RangeInclusive<usize>) {
        check.count(&format!("{field}.by_language"), self.0.len(), 1..=LANGUAGES_MAX);
        for (tag, text) in &self.0 {
            let field = format!("{field}.by_language");
            if let Some(canonical) = check.language(&field, tag)
                && canonical != *tag
            {
                check.refuse(&field, "language tags must be in canonical spelling, such as de-CH");
            }
            check.text(&field, text, chars.clone());
        }
    }

    /// Whether there is a text in `language`.
    pub fn speaks(&self, language: &str) -> bool {
        self.0.contains_key(language)
    }

    /// The text in `language`; empty when there is none.
    pub fn text(&self, language: &str) -> &str {
        self.0.get(language).map_or("", String::as_str)
    }
}
