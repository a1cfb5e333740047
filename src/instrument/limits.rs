//! What every content has to keep, a draft's too: limits, the form of keys and texts, and answers
//! that fit what an item is for. What the parts say of one another is looked at when a draft is
//! published, so that drafts can grow.
use std::collections::BTreeSet;

use super::content::{
    BANDS_MAX, Band, ChoiceOption, Content, DIMENSIONS_MAX, Dimension, FACETS_MAX, FORMS_MAX,
    Facet, Form, Format, ITEMS_MAX, Item, OPTIONS_MAX, Role,
};
use crate::base::{Check, Localized};

/// Largest content in its stored form, in bytes.
pub const CONTENT_BYTES_MAX: usize = 1 << 20;
/// Most steps of a number.
pub const STEPS_MAX: i64 = 65_000;

const TITLE_CHARS_MAX: usize = 200;
const INTRODUCTION_CHARS_MAX: usize = 4_000;
const ITEM_CHARS_MAX: usize = 600;
const POINTS_MAX: i32 = 11;
const END_POINT_MAX: i32 = 10;
/// One million, in thousandths.
const NUMBER_MILLI_MAX: i64 = 1_000_000_000;
/// 0 and 100, the ends of estimates of scores, in thousandths.
const SCORE_MILLI: (i64, i64) = (0, 100_000);

/// Refuses keys that come twice in a list.
pub fn check_distinct<'a>(
    check: &mut Check,
    list: &str,
    field: &str,
    keys: impl IntoIterator<Item = &'a str>,
) {
    let mut seen = BTreeSet::new();
    for (position, key) in keys.into_iter().enumerate() {
        if !key.is_empty() && !seen.insert(key) {
            check.refuse(&format!("{list}[{position}]{field}"), "is there already; choose another");
        }
    }
}

/// A key that a draft may leave open.
fn check_reference(check: &mut Check, field: &str, key: &str) {
    if !key.is_empty() {
        check.key(field, key);
    }
}

fn check_title(check: &mut Check, path: &str, title: &Localized) {
    title.check(check, &format!("{path}title"), 1..=TITLE_CHARS_MAX);
}

impl Content {
    /// Checks what is not within a dimension, item, band or form.
    pub fn check(&self, check: &mut Check) {
        check_title(check, "", &self.title);
        if !self.introduction.0.is_empty() {
            self.introduction.check(check, "introduction", 1..=INTRODUCTION_CHARS_MAX);
        }
        check_reference(check, "scoring.criterion_item_key", &self.criterion_item_key);
        for (position, band) in self.bands.iter().enumerate() {
            let field = format!("bands[{position}].minimum_points");
            match position.checked_sub(1).and_then(|below| self.bands.get(below)) {
                None if band.minimum_points > 0 => {
                    check.refuse(&field, "must be 0, since the first band is the lowest");
                }
                Some(below) if band.minimum_points <= below.minimum_points => {
                    check.refuse(&field, "must be above that of the band before");
                }
                _ => {}
            }
        }
        let stored = serde_json::to_vec(self).map_or(usize::MAX, |text| text.len());
        if stored > CONTENT_BYTES_MAX {
            check.refuse("", "must take at most 1 MiB in all; use fewer languages or items");
        }
    }
}

/// Checks how many parts a content has.
pub fn check_counts(
    check: &mut Check,
    (dimensions, items, bands, forms): (usize, usize, usize, usize),
) {
    check.count("dimensions", dimensions, 0..=DIMENSIONS_MAX);
    check.count("items", items, 0..=ITEMS_MAX);
    check.count("bands", bands, 0..=BANDS_MAX);
    check.count("forms", forms, 0..=FORMS_MAX);
}

impl Dimension {
    /// Checks a dimension, its facets apart.
    pub fn check(&self, check: &mut Check, path: &str) {
        check.key(&format!("{path}.key"), &self.key);
        check_title(check, &format!("{path}."), &self.title);
        check.count(&format!("{path}.facets"), self.facets.len(), 0..=FACETS_MAX);
    }
}

impl Facet {
    /// Checks a facet.
    pub fn check(&self, check: &mut Check, path: &str) {
        check.key(&format!("{path}.key"), &self.key);
        check_title(check, &format!("{path}."), &self.title);
    }
}

impl Band {
    /// Checks a band.
    pub fn check(&self, check: &mut Check, path: &str) {
        check.key(&format!("{path}.key"), &self.key);
        check_title(check, &format!("{path}."), &self.title);
    }
}

impl Form {
    /// Checks a form.
    pub fn check(&self, check: &mut Check, path: &str) {
        check.key(&format!("{path}.key"), &self.key);
        check_title(check, &format!("{path}."), &self.title);
        let list = format!("{path}.item_keys");
        if check.count(&list, self.item_keys.len(), 1..=ITEMS_MAX).is_none() {
            return;
        }
        for (position, key) in self.item_keys.iter().enumerate() {
            check.key(&format!("{list}[{position}]"), key);
        }
        check_distinct(check, &list, "", self.item_keys.iter().map(String::as_str));
    }
}

impl Item {
    /// Checks an item.
    pub fn check(&self, check: &mut Check, path: &str) {
        check.key(&format!("{path}.key"), &self.key);
        self.text.check(check, &format!("{path}.text"), 1..=ITEM_CHARS_MAX);
        match &self.role {
            Role::Score { facet_key, .. } => {
                check_reference(check, &format!("{path}.facet_key"), facet_key);
            }
            Role::LevelEstimate { dimension_key, .. } => {
                let field = format!("{path}.estimated_dimension_key");
                check_reference(check, &field, dimension_key);
            }
            Role::CustomerPrediction { metric_key } => {
                check_reference(check, &format!("{path}.predicted_metric_key"), metric_key);
            }
            Role::Outcome | Role::PriorityChoice | Role::Comment | Role::Information => {}
        }
        let answer = format!("{path}.{}", self.format.name());
        self.format.check(check, &answer);
        if let Some(sentence) = self.misfit() {
            check.refuse(&answer, sentence);
        }
        if matches!(self.format, Format::Text { .. }) {
            for (field, set) in
                [("required", self.required), ("allow_cannot_judge", self.allow_cannot_judge)]
            {
                if set {
                    check.refuse(&format!("{path}.{field}"), "must not be set for free text");
                }
            }
        }
    }

    /// What is wrong with the way in which it is answered, given what it is for.
    fn misfit(&self) -> Option<&'static str> {
        let (format, role) = (&self.format, &self.role);
        let is_rating = matches!(format, Format::Rating { .. });
        let is_number = matches!(format, Format::Number { .. });
        let is_choice = matches!(format, Format::Choice { .. });
        let is_text = matches!(format, Format::Text { .. });
        match role {
            Role::Score { .. } => (!is_rating).then_some("must be a rating for SCORE"),
            Role::Outcome => {
                (!is_rating && !is_number).then_some("must be a rating or a number for OUTCOME")
            }
            Role::CustomerPrediction { .. } => (!is_rating && !is_number)
                .then_some("must be a rating or a number for CUSTOMER_PREDICTION"),
            Role::PriorityChoice => (!is_choice).then_some("must be a choice for PRIORITY_CHOICE"),
            Role::LevelEstimate { .. } => {
                (!format.is_score()).then_some("must be a number from 0 to 100 for LEVEL_ESTIMATE")
            }
            Role::Comment => (!is_text).then_some("must be free text for COMMENT"),
            Role::Information => is_text.then_some("must not be free text for INFORMATION"),
        }
    }
}

impl Format {
    /// The field of the contract that holds it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Rating { .. } => "rating",
            Self::Choice { .. } => "choice",
            Self::Number { .. } => "number",
            Self::Text { .. } => "free_text",
        }
    }

    /// Whether it takes scores, 0 to 100.
    fn is_score(&self) -> bool {
        match self {
            Self::Number { minimum_milli, maximum_milli, .. } => {
                (*minimum_milli, *maximum_milli) == SCORE_MILLI
            }
            Self::Rating { .. } | Self::Choice { .. } | Self::Text { .. } => false,
        }
    }

    fn check(&self, check: &mut Check, path: &str) {
        match self {
            Self::Rating { minimum, maximum, labels } => {
                check_rating(check, path, (*minimum, *maximum), labels);
            }
            Self::Choice { options, maximum_choices, minimum_choices, .. } => {
                check_choice(check, path, options, (*minimum_choices, *maximum_choices));
            }
            Self::Number { minimum_milli, maximum_milli, step_milli } => {
                check_number(check, path, (*minimum_milli, *maximum_milli), *step_milli);
            }
            Self::Text { .. } => {}
        }
    }
}

fn check_rating(
    check: &mut Check,
    path: &str,
    (minimum, maximum): (i32, i32),
    labels: &[Localized],
) {
    let minimum = check.number(&format!("{path}.minimum"), minimum, -END_POINT_MAX..=END_POINT_MAX);
    let Some(minimum) = minimum else { return };
    let field = format!("{path}.maximum");
    let points = maximum.saturating_sub(minimum).saturating_add(1);
    if !(2..=POINTS_MAX).contains(&points) {
        check.refuse(&field, "must be 1 to 10 above minimum, so that there are 2 to 11 points");
        return;
    }
    let list = format!("{path}.labels");
    if ![0, 2].contains(&labels.len()) && usize::try_from(points) != Ok(labels.len()) {
        check.refuse(&list, "must be none, one for each end, or one per point");
        return;
    }
    for (position, label) in labels.iter().enumerate() {
        label.check(check, &format!("{list}[{position}]"), 1..=TITLE_CHARS_MAX);
    }
}

fn check_choice(check: &mut Check, path: &str, options: &[ChoiceOption], (fewest, most): (u8, u8)) {
    let list = format!("{path}.options");
    if check.count(&list, options.len(), 2..=OPTIONS_MAX).is_none() {
        return;
    }
    for (position, option) in options.iter().enumerate() {
        check.key(&format!("{list}[{position}].key"), &option.key);
        option.text.check(check, &format!("{list}[{position}].text"), 1..=TITLE_CHARS_MAX);
    }
    check_distinct(check, &list, ".key", options.iter().map(|option| option.key.as_str()));
    if usize::from(most) > options.len() {
        let field = format!("{path}.maximum_choices");
        check.refuse(&field, "must not be above the number of options");
    }
    if fewest > most {
        let field = format!("{path}.minimum_choices");
        check.refuse(&field, "must not be above maximum_choices");
    }
}

fn check_number(check: &mut Check, path: &str, (minimum, maximum): (i64, i64), step: i64) {
    let limits = -NUMBER_MILLI_MAX..=NUMBER_MILLI_MAX;
    for (field, number) in [("minimum", minimum), ("maximum", maximum)] {
        if !limits.contains(&number) {
            let field = format!("{path}.{field}");
            check.refuse(&field, "must be from -1000000 to 1000000");
            return;
        }
    }
    if step < 1 {
        check.refuse(&format!("{path}.step"), "must be above 0");
        return;
    }
    let width = maximum - minimum;
    if width < 1 {
        check.refuse(&format!("{path}.maximum"), "must be above minimum");
    } else if width % step != 0 {
        check.refuse(&format!("{path}.maximum"), "must be a whole number of steps above minimum");
    } else if width / step > STEPS_MAX {
        let sentence = format!("must be larger, so that there are at most {STEPS_MAX} steps");
        check.refuse(&format!("{path}.step"), sentence);
    }
}
