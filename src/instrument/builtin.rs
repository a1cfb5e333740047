//! The instruments that the system provides. They are part of the program: every organization reads
//! the same ones, none stores or changes them, and what is meant to differ is a copy.
use std::sync::LazyLock;

use uuid::Uuid;

use super::content::Content;
use super::version::{Instrument, State, Version};
use crate::base::clock::Timestamp;
use crate::base::id::{Id, InstrumentId};
use crate::base::{Error, Result};

/// Key of the fitness test for customer centricity.
pub const CUSTOMER_FITNESS: &str = "customer_fitness";

/// Identifier of its version 1, for ever: a custom UUID (version 8) that begins with our name.
const CUSTOMER_FITNESS_1: Uuid = Uuid::from_u128(0x6f72_6766_6974_8000_8000_0000_0000_0001);
/// 2026-01-01, the day from which version 1 counts as published, in seconds.
const CUSTOMER_FITNESS_1_TIME: i64 = 1_767_225_600;
const CUSTOMER_FITNESS_1_TEXT: &str = include_str!("builtin/customer_fitness.json");

/// By key, newest version first.
static VERSIONS: LazyLock<Result<Vec<Version>, serde_json::Error>> = LazyLock::new(|| {
    let content: Content = serde_json::from_str(CUSTOMER_FITNESS_1_TEXT)?;
    let time = Timestamp::from_timestamp(CUSTOMER_FITNESS_1_TIME, 0).unwrap_or_default();
    Ok(vec![Version {
        instrument: Instrument {
            instrument_id: InstrumentId::from_uuid(CUSTOMER_FITNESS_1),
            key: CUSTOMER_FITNESS.to_owned(),
            state: State::Published,
            complete_languages: content.complete_languages(),
            content,
        },
        number: 1,
        system_provided: true,
        revision: 1,
        create_time: time,
        update_time: time,
        publish_time: Some(time),
    }])
});

/// All of them, by key, newest version first.
pub fn versions() -> Result<&'static [Version]> {
    VERSIONS.as_deref().map_err(|error| Error::internal(error.to_string()))
}

/// One by its identifier.
pub fn find(id: InstrumentId) -> Result<Option<&'static Version>> {
    Ok(versions()?.iter().find(|version| version.instrument.instrument_id == id))
}

/// Whether a key is one of theirs, which no organization can use for its own.
pub fn has_key(key: &str) -> bool {
    key == CUSTOMER_FITNESS
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use data_encoding::HEXLOWER;
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::base::Check;
    use crate::instrument::content::{Format, Referent, Role};
    use crate::instrument::readiness::defects;
    use crate::instrument::{parse_wire, wire};

    /// SHA-256 of the file of version 1. It never changes: a better wording is version 2.
    const CUSTOMER_FITNESS_1_DIGEST: &str =
        "b17c38bec1dfe6fa006bb595eadcf25161009d28322cca25d38fdac7ab65a3e2";

    fn content() -> &'static Content {
        &versions().unwrap()[0].instrument.content
    }

    #[test]
    fn version_1_never_changes() {
        let digest = Sha256::digest(CUSTOMER_FITNESS_1_TEXT);
        assert_eq!(HEXLOWER.encode(&digest), CUSTOMER_FITNESS_1_DIGEST);
        let version = &versions().unwrap()[0];
        let id = version.instrument.instrument_id.to_string();
        assert_eq!(id, "6f726766-6974-8000-8000-000000000001");
        assert_eq!((version.instrument.key.as_str(), version.number), ("customer_fitness", 1));
        assert_eq!(version.publish_time.unwrap().to_rfc3339(), "2026-01-01T00:00:00+00:00");
    }

    #[test]
    fn it_keeps_what_every_instrument_has_to_keep() {
        let mut check = Check::new();
        let parsed = parse_wire::content(&mut check, wire::content(content()));
        assert_eq!(check.into_findings(), []);
        assert_eq!(parsed.as_ref(), Some(content()));
        for language in ["de", "de-CH", "en", "en-GB"] {
            assert_eq!(defects(content(), language), [], "{language}");
        }
    }

    #[test]
    fn it_has_three_dimensions_of_five_facets_of_two_observations() {
        let content = content();
        assert_eq!(content.dimensions.len(), 3);
        let mut first_items = Vec::new();
        for (position, dimension) in content.dimensions.iter().enumerate() {
            assert_eq!(dimension.facets.len(), 5);
            for facet in &dimension.facets {
                let items: Vec<_> = content
                    .items
                    .iter()
                    .filter(|item| item.facet_key() == Some(&facet.key))
                    .collect();
                assert_eq!(items.len(), 2, "{}", facet.key);
                first_items.push(items[0].key.clone());
                for item in items {
                    let Role::Score { referent, reverse_scored, weight, .. } = &item.role else {
                        panic!("{} is scored", item.key)
                    };
                    assert!(!reverse_scored && *weight == 1, "{}", item.key);
                    assert_eq!(*referent != Referent::OwnUnit, position == 0, "{}", item.key);
                    assert!(item.allow_cannot_judge && !item.required, "{}", item.key);
                    let Format::Rating { minimum: 1, maximum: 5, labels } = &item.format else {
                        panic!("{} has five points", item.key)
                    };
                    assert_eq!(labels.len(), 5);
                }
            }
        }
        assert_eq!(content.forms.len(), 1);
        assert_eq!(content.forms[0].key, "short");
        assert_eq!(content.forms[0].item_keys, first_items);
    }

    #[test]
    fn it_asks_beside_the_scores_for_outcomes_priorities_and_estimates() {
        let content = content();
        let count =
            |is: &dyn Fn(&Role) -> bool| content.items.iter().filter(|item| is(&item.role)).count();
        assert_eq!(count(&|role| *role == Role::Outcome), 3);
        assert_eq!(count(&|role| matches!(role, Role::CustomerPrediction { .. })), 1);
        assert_eq!(count(&|role| *role == Role::PriorityChoice), 1);
        assert_eq!(count(&|role| *role == Role::Information), 1);
        assert_eq!(count(&|role| matches!(role, Role::LevelEstimate { .. })), 6);
        assert_eq!(count(&|role| *role == Role::Comment), 3);
        assert_eq!(content.items.len(), 45);
        assert_eq!(content.criterion_item_key, "overall_centricity");
        assert_eq!(content.item("measures_felt").unwrap().first_wave_number, 2);
        assert_eq!(content.asked_items("", 1).len(), 41);
        assert_eq!(content.asked_items("", 2).len(), 42);
        let bands: Vec<_> = content.bands.iter().map(|band| band.minimum_points).collect();
        assert_eq!(bands, [0, 40, 55, 70, 85]);
    }

    #[test]
    fn every_text_is_there_in_both_languages_short_and_in_swiss_spelling() {
        let content = content();
        let languages = &versions().unwrap()[0].instrument.complete_languages;
        assert_eq!(*languages, ["de", "en"]);
        for (path, text) in content.texts() {
            assert_eq!(text.0.len(), 2, "{path}");
            let most = if path == "introduction" { 800 } else { 160 };
            for (language, words) in &text.0 {
                assert!((2..=most).contains(&words.chars().count()), "{path} {language}");
                assert!(!words.contains('\u{df}'), "{path} {language}");
                assert_eq!(words.trim(), words, "{path} {language}");
            }
        }
        for language in ["de", "en"] {
            let items: BTreeSet<_> =
                content.items.iter().map(|item| item.text.text(language)).collect();
            assert_eq!(items.len(), content.items.len(), "two items have the same text");
        }
    }

    /// Whoever answers has little time and perhaps learnt the language late.
    #[test]
    fn items_are_one_sentence_of_common_words() {
        for item in &content().items {
            for (language, text) in &item.text.0 {
                let ends = text.matches(['.', '?', '!']).count();
                assert_eq!(ends, 1, "{} {language}", item.key);
                let words: Vec<_> = text.split_whitespace().collect();
                assert!(words.len() <= 22, "{} {language}: {}", item.key, words.len());
                let longest = words.iter().map(|word| word.chars().count()).max().unwrap();
                assert!(longest <= 17, "{} {language}: {longest}", item.key);
            }
        }
    }
}
