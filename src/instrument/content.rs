//! What an instrument consists of: dimensions of facets, items with a role and a format, bands and
//! forms. Its stored form is JSON; a published content never changes.
use serde::{Deserialize, Serialize};

use crate::base::Localized;

/// Most items.
pub const ITEMS_MAX: usize = 200;
/// Most dimensions.
pub const DIMENSIONS_MAX: usize = 12;
/// Most facets of a dimension.
pub const FACETS_MAX: usize = 20;
/// Most bands.
pub const BANDS_MAX: usize = 10;
/// Most forms.
pub const FORMS_MAX: usize = 10;
/// Largest weight.
pub const WEIGHT_MAX: u8 = 100;
/// Latest wave that an item can begin with.
pub const FIRST_WAVE_MAX: u8 = 100;
/// Most options of a choice: its codes are sets of options.
pub const OPTIONS_MAX: usize = 20;
/// Most characters of a comment.
pub const COMMENT_CHARS_MAX: u16 = 2_000;
/// Most characters of a comment when nothing is said.
pub const COMMENT_CHARS_DEFAULT: u16 = 1_000;

/// The content of one version of an instrument.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// Title.
    pub title: Localized,
    /// Introduction for respondents; may be empty.
    pub introduction: Localized,
    /// Dimensions in order.
    pub dimensions: Vec<Dimension>,
    /// Items in the order shown.
    pub items: Vec<Item>,
    /// Key of the outcome item that drivers are computed for; empty for none.
    pub criterion_item_key: String,
    /// Bands from the lowest up.
    pub bands: Vec<Band>,
    /// Selections of items.
    pub forms: Vec<Form>,
}

/// A dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// Key.
    pub key: String,
    /// Title.
    pub title: Localized,
    /// Facets in order.
    pub facets: Vec<Facet>,
    /// Weight in the overall score, 1-100.
    pub weight: u8,
}

/// A facet of a dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facet {
    /// Key, unique among all facets.
    pub key: String,
    /// Title.
    pub title: Localized,
    /// Weight in its dimension, 1-100.
    pub weight: u8,
}

/// An item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Key.
    pub key: String,
    /// What it is for.
    pub role: Role,
    /// The statement or question.
    pub text: Localized,
    /// How it is answered.
    pub format: Format,
    /// A sheet without an answer to it is refused.
    pub required: bool,
    /// "Cannot judge" may be chosen.
    pub allow_cannot_judge: bool,
    /// Shown from this wave of an assessment on, 1-100.
    pub first_wave_number: u8,
}

/// What an item is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Role {
    /// Enters the score of a facet.
    Score {
        /// The facet.
        facet_key: String,
        /// What the statement speaks of.
        referent: Referent,
        /// A high rating means low customer centricity.
        reverse_scored: bool,
        /// Weight in its facet, 1-100.
        weight: u8,
    },
    /// Outcome or criterion beside the scores.
    Outcome,
    /// Prediction of the average customer's answer.
    CustomerPrediction {
        /// The customer metric.
        metric_key: String,
    },
    /// What customers value most.
    PriorityChoice,
    /// Estimate of the score that another level gives to a dimension.
    LevelEstimate {
        /// The dimension.
        dimension_key: String,
        /// The group that the text asks about.
        group: EstimatedGroup,
    },
    /// Comment.
    Comment,
    /// Reported as it is.
    Information,
}

/// What a statement speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Referent {
    /// The respondent's own unit.
    OwnUnit,
    /// The whole organization.
    Organization,
    /// Those who lead the organization.
    Leadership,
}

/// Group whose view is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EstimatedGroup {
    /// The people who lead.
    Leading,
    /// All others.
    Others,
}

/// How an item is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Format {
    /// A point of an ordered scale.
    Rating {
        /// Lowest point, -10 to 10.
        minimum: i32,
        /// Highest point.
        maximum: i32,
        /// Labels from the lowest point up: none, two or one per point.
        labels: Vec<Localized>,
    },
    /// Some of a list of options.
    Choice {
        /// Options in order.
        options: Vec<ChoiceOption>,
        /// Most options that may be chosen, at least 1.
        maximum_choices: u8,
        /// Fewest options that may be chosen by whoever answers, at least 1.
        minimum_choices: u8,
        /// Options are shown in their order.
        ordered: bool,
    },
    /// A number within limits. Numbers are kept in thousandths, so that they are exact.
    Number {
        /// Smallest number, thousandths.
        minimum_milli: i64,
        /// Largest number, thousandths.
        maximum_milli: i64,
        /// Distance of two numbers, thousandths, above 0.
        step_milli: i64,
    },
    /// Free text. Not asked for yet.
    Text {
        /// Most characters.
        maximum_characters: u16,
    },
}

/// An option of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOption {
    /// Key.
    pub key: String,
    /// Text.
    pub text: Localized,
}

/// A band of scores with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Key.
    pub key: String,
    /// Title.
    pub title: Localized,
    /// Lowest score that belongs to it.
    pub minimum_points: u8,
}

/// A selection of items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Key.
    pub key: String,
    /// Title.
    pub title: Localized,
    /// Keys of its items.
    pub item_keys: Vec<String>,
}

impl Format {
    /// How many different answers there are, "cannot judge" not among them; 0 for text. A code of
    /// an answer is from 1 to this.
    pub fn code_max(&self) -> u32 {
        match self {
            Self::Rating { minimum, maximum, .. } => {
                u32::try_from(maximum.saturating_sub(*minimum).saturating_add(1)).unwrap_or(0)
            }
            Self::Choice { options, .. } => (1_u32 << options.len().min(20)) - 1,
            Self::Number { minimum_milli, maximum_milli, step_milli } => {
                u32::try_from((maximum_milli - minimum_milli) / step_milli.max(&1) + 1).unwrap_or(0)
            }
            Self::Text { .. } => 0,
        }
    }
}

impl Content {
    /// An item by its key.
    pub fn item(&self, key: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.key == key)
    }

    /// Every text with its place, for example `items[3].text`. An introduction that is left out
    /// is none.
    pub fn texts(&self) -> Vec<(String, &Localized)> {
        let mut texts = vec![("title".to_owned(), &self.title)];
        if !self.introduction.0.is_empty() {
            texts.push(("introduction".to_owned(), &self.introduction));
        }
        for (position, dimension) in self.dimensions.iter().enumerate() {
            let path = format!("dimensions[{position}]");
            texts.push((format!("{path}.title"), &dimension.title));
            for (position, facet) in dimension.facets.iter().enumerate() {
                texts.push((format!("{path}.facets[{position}].title"), &facet.title));
            }
        }
        for (position, item) in self.items.iter().enumerate() {
            let path = format!("items[{position}]");
            texts.push((format!("{path}.text"), &item.text));
            match &item.format {
                Format::Rating { labels, .. } => {
                    for (position, label) in labels.iter().enumerate() {
                        texts.push((format!("{path}.rating.labels[{position}]"), label));
                    }
                }
                Format::Choice { options, .. } => {
                    for (position, option) in options.iter().enumerate() {
                        texts.push((
                            format!("{path}.choice.options[{position}].text"),
                            &option.text,
                        ));
                    }
                }
                Format::Number { .. } | Format::Text { .. } => {}
            }
        }
        for (position, band) in self.bands.iter().enumerate() {
            texts.push((format!("bands[{position}].title"), &band.title));
        }
        for (position, form) in self.forms.iter().enumerate() {
            texts.push((format!("forms[{position}].title"), &form.title));
        }
        texts
    }

    /// The languages in which every text exists, in alphabetical order.
    pub fn complete_languages(&self) -> Vec<String> {
        let texts = self.texts();
        let everywhere = |language: &str| texts.iter().all(|(_, text)| text.speaks(language));
        self.title.0.keys().filter(|language| everywhere(language)).cloned().collect()
    }

    /// What lists show of it: neither introduction nor any part.
    #[must_use]
    pub fn without_parts(&self) -> Self {
        Self {
            title: self.title.clone(),
            criterion_item_key: self.criterion_item_key.clone(),
            ..Self::default()
        }
    }

    /// The items that a wave asks: of its form, from this wave on, and none of free text. In the
    /// instrument's order. `form_key` is empty for all items.
    pub fn asked_items(&self, form_key: &str, wave_number: i32) -> Vec<&Item> {
        let form = self.forms.iter().find(|form| form.key == form_key);
        self.items
            .iter()
            .filter(|item| !matches!(item.format, Format::Text { .. }))
            .filter(|item| i32::from(item.first_wave_number) <= wave_number)
            .filter(|item| form.is_none_or(|form| form.item_keys.contains(&item.key)))
            .collect()
    }
}
