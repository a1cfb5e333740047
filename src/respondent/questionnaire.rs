//! What an open wave asks and promises: frozen at opening, the same for the whole life of the wave.
use serde::{Deserialize, Serialize};

use crate::base::Localized;
use crate::instrument::Content;
use crate::instrument::Item;

/// A questionnaire in all its languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Questionnaire {
    /// The instrument version's content.
    pub content: Content,
    /// Form that is used; empty for all items.
    pub form_key: String,
    /// Position of the wave in its series.
    pub wave_number: i32,
    /// Languages offered, all complete.
    pub language_codes: Vec<String>,
    /// The organization's default language.
    pub default_language_code: String,
    /// IANA time zone of the wave.
    pub time_zone: String,
    /// What respondents are promised.
    pub promise: Promise,
    /// The stored segment dimensions, in their order.
    pub attributes: Vec<Attribute>,
}

/// The thresholds that respondents are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// Smallest group for which results are shown.
    pub minimum_group_size: i32,
    /// Smallest unit whose comments bear its name.
    pub comment_minimum_group_size: i32,
    /// Whether managers can see who took part.
    pub discloses_individual_participation: bool,
    /// SHA-256 of the frozen policy, 64 hexadecimal digits.
    pub policy_digest: String,
}

/// A segment dimension as respondents see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Title.
    pub title: Localized,
    /// Titles of the values, in their order.
    pub values: Vec<Localized>,
}

impl Questionnaire {
    /// The items that are asked, in order.
    pub fn items(&self) -> Vec<&Item> {
        self.content.asked_items(&self.form_key, self.wave_number)
    }
}
