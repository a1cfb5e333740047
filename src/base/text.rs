//! Texts of requests: what a name, a key, a language or an address may look like. Nothing with
//! control characters enters, since PostgreSQL refuses U+0000 and logs break at line ends;
//! identifiers are in NFC and free of invisible characters, since two that look alike must be
//! one.
use std::ops::RangeInclusive;

use chrono_tz::Tz;
use email_address::{EmailAddress, Options};
use oxilangtag::LanguageTag;
use unicode_normalization::UnicodeNormalization;

use super::check::Check;

/// Longest `external_id`, in characters.
pub const EXTERNAL_ID_CHARS_MAX: usize = 128;
/// Longest name shown to people, in characters.
pub const DISPLAY_NAME_CHARS_MAX: usize = 200;
/// Longest e-mail address, in bytes (RFC 5321).
pub const EMAIL_BYTES_MAX: usize = 254;

/// Characters that change how other characters are shown, or show nothing.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Characters that override the direction of others.
fn is_override(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

impl Check {
    /// A text shown to people, kept as it is. It has no control characters and no characters
    /// that override its direction.
    pub fn text(
        &mut self,
        field: &str,
        value: &str,
        chars: RangeInclusive<usize>,
    ) -> Option<String> {
        if value.trim().is_empty() && *chars.start() > 0 {
            self.missing(field);
            return None;
        }
        if value.chars().count() > *chars.end() {
            self.refuse(field, format!("must have at most {} characters", chars.end()));
            return None;
        }
        if value.chars().any(|c| c.is_control() || is_override(c)) {
            self.refuse(field, "must not have control characters or direction overrides");
            return None;
        }
        Some(value.to_owned())
    }

    /// A caller's own key, in NFC; `None` inside when empty.
    pub fn external_id(&mut self, field: &str, value: &str) -> Option<Option<String>> {
        if value.is_empty() {
            return Some(None);
        }
        let normal: String = value.nfc().collect();
        if normal.chars().count() > EXTERNAL_ID_CHARS_MAX {
            self.refuse(field, format!("must have at most {EXTERNAL_ID_CHARS_MAX} characters"));
            return None;
        }
        let bad = |c: char| c.is_control() || is_invisible(c);
        if normal.chars().any(bad) || normal.trim() != normal {
            self.refuse(
                field,
                "must not have control or invisible characters, nor begin or end with a space",
            );
            return None;
        }
        Some(Some(normal))
    }

    /// A caller's own key that must be there.
    pub fn required_external_id(&mut self, field: &str, value: &str) -> Option<String> {
        if value.is_empty() {
            self.missing(field);
            return None;
        }
        self.external_id(field, value).flatten()
    }

    /// A stable key: `^[a-z][a-z0-9_]{0,62}$`.
    pub fn key(&mut self, field: &str, value: &str) -> Option<String> {
        if value.is_empty() {
            self.missing(field);
            return None;
        }
        let mut characters = value.chars();
        let first = characters.next().is_some_and(|c| c.is_ascii_lowercase());
        let rest = characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if first && rest && value.len() <= 63 {
            return Some(value.to_owned());
        }
        self.refuse(
            field,
            "must begin with a letter a-z and go on with a-z, 0-9 and _, 63 characters at most",
        );
        None
    }

    /// A BCP 47 language tag in its canonical spelling.
    pub fn language(&mut self, field: &str, value: &str) -> Option<String> {
        if value.is_empty() {
            self.missing(field);
            return None;
        }
        match LanguageTag::parse_and_normalize(value) {
            Ok(tag) if value.len() <= 35 => Some(tag.into_inner()),
            _ => {
                self.refuse(field, "must be a BCP 47 language tag such as de-CH");
                None
            }
        }
    }

    /// An IANA time zone.
    pub fn time_zone(&mut self, field: &str, value: &str) -> Option<Tz> {
        if value.is_empty() {
            self.missing(field);
            return None;
        }
        let zone = value.parse().ok();
        if zone.is_none() {
            self.refuse(field, "must be an IANA time zone such as Europe/Zurich");
        }
        zone
    }

    /// An e-mail address; empty stays empty.
    pub fn email(&mut self, field: &str, value: &str) -> Option<String> {
        if value.is_empty() {
            return Some(String::new());
        }
        let options = Options::default().without_display_text().without_domain_literal();
        let bad = |c: char| c.is_control() || is_invisible(c) || c.is_whitespace();
        if value.len() > EMAIL_BYTES_MAX
            || value.chars().any(bad)
            || EmailAddress::parse_with_options(value, options).is_err()
        {
            self.refuse(
                field,
                format!("must be an e-mail address of at most {EMAIL_BYTES_MAX} bytes"),
            );
            return None;
        }
        Some(value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check<T>(run: impl FnOnce(&mut Check) -> Option<T>) -> Option<T> {
        let mut check = Check::new();
        let value = run(&mut check);
        assert_eq!(value.is_none(), !check.into_findings().is_empty());
        value
    }

    #[test]
    fn two_spellings_of_one_external_id_are_one() {
        let composed = check(|c| c.required_external_id("id", "Z\u{fc}rich"));
        let decomposed = check(|c| c.required_external_id("id", "Zu\u{308}rich"));
        assert_eq!(composed, decomposed);
    }

    #[test]
    fn hostile_texts_are_refused() {
        for text in ["a\0b", "a\r\nb", "\u{202e}gnp.exe", "a\u{2028}b", "\u{1b}[2J"] {
            assert_eq!(check(|c| c.text("name", text, 1..=200)), None, "{text:?}");
            assert_eq!(check(|c| c.required_external_id("id", text)), None, "{text:?}");
        }
        for text in ["a\u{200b}b", "a ", " a", "\u{feff}a"] {
            assert_eq!(check(|c| c.required_external_id("id", text)), None, "{text:?}");
        }
        assert_eq!(check(|c| c.text("name", " \u{a0} ", 1..=200)), None);
        assert_eq!(check(|c| c.text("name", &"x".repeat(201), 1..=200)), None);
    }

    #[test]
    fn names_of_the_world_are_kept_as_they_are() {
        for text in ["José Ñandú", "Łódź", "محمد", "山田太郎", "O'Brien-Smith", "क्ष"]
        {
            assert_eq!(check(|c| c.text("name", text, 1..=200)), Some(text.to_owned()));
        }
    }

    #[test]
    fn languages_are_canonical_and_addresses_are_addresses() {
        assert_eq!(check(|c| c.language("l", "DE-ch")), Some("de-CH".to_owned()));
        assert_eq!(check(|c| c.language("l", "not a tag")), None);
        assert_eq!(
            check(|c| c.email("e", "a.b+c@example.org")),
            Some("a.b+c@example.org".to_owned())
        );
        for text in ["a", "a@", "Ann <a@b.c>", "a b@c.d", "a@b\n.c"] {
            assert_eq!(check(|c| c.email("e", text)), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_checks(text in any::<String>()) {
            let mut c = Check::new();
            let _ = c.text("t", &text, 1..=200);
            let _ = c.external_id("t", &text);
            let _ = c.key("t", &text);
            let _ = c.language("t", &text);
            let _ = c.time_zone("t", &text);
            let _ = c.email("t", &text);
        }
    }
}
