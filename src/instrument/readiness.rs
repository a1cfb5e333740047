//! What keeps a draft from being published: parts that are missing, references to nothing, and
//! texts that lack a language. Each defect is told with its place.
use super::content::{Content, Item, Role};
use crate::base::error::Violation;

/// The tags that may stand for `language`, itself first: de-CH is served by de (RFC 4647).
fn chain(language: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(language), |tag| {
        let (shorter, _) = tag.rsplit_once('-')?;
        // A single letter opens an extension and means nothing without it.
        match shorter.rsplit_once('-') {
            Some((above, single)) if single.len() == 1 => Some(above),
            _ => Some(shorter),
        }
    })
}

/// Everything that is missing before a content can be used by an organization whose default
/// language is `language`.
pub fn defects(content: &Content, language: &str) -> Vec<Violation> {
    let mut defects = Defects(Vec::new());
    content.check_parts(&mut defects);
    content.check_references(&mut defects);
    content.check_asked(&mut defects);
    content.check_language(&mut defects, language);
    defects.0
}

struct Defects(Vec<Violation>);

impl Defects {
    fn note(&mut self, field: impl Into<String>, description: impl Into<String>) {
        self.0.push(Violation { field: field.into(), description: description.into() });
    }
}

impl Content {
    /// There are dimensions, each with facets, each with items.
    fn check_parts(&self, defects: &mut Defects) {
        for (list, is_empty) in
            [("dimensions", self.dimensions.is_empty()), ("items", self.items.is_empty())]
        {
            if is_empty {
                defects.note(list, "must have at least one entry");
            }
        }
        for (position, dimension) in self.dimensions.iter().enumerate() {
            let list = format!("dimensions[{position}].facets");
            if dimension.facets.is_empty() {
                defects.note(&list, "must have at least one entry");
            }
            for (position, facet) in dimension.facets.iter().enumerate() {
                if !self.items.iter().any(|item| item.facet_key() == Some(&facet.key)) {
                    defects.note(format!("{list}[{position}]"), "must have an item of role SCORE");
                }
            }
        }
    }

    /// What is named exists.
    fn check_references(&self, defects: &mut Defects) {
        let is_dimension = |key: &str| self.dimensions.iter().any(|one| one.key == *key);
        let is_facet = |key: &str| {
            self.dimensions.iter().flat_map(|one| &one.facets).any(|facet| facet.key == *key)
        };
        for (position, item) in self.items.iter().enumerate() {
            let path = format!("items[{position}]");
            let (field, holds, sentence) = match &item.role {
                Role::Score { facet_key, .. } => {
                    ("facet_key", is_facet(facet_key), "must be the key of a facet")
                }
                Role::LevelEstimate { dimension_key, .. } => (
                    "estimated_dimension_key",
                    is_dimension(dimension_key),
                    "must be the key of a dimension",
                ),
                Role::CustomerPrediction { metric_key } => (
                    "predicted_metric_key",
                    !metric_key.is_empty(),
                    "must name the customer metric",
                ),
                Role::Outcome | Role::PriorityChoice | Role::Comment | Role::Information => {
                    continue;
                }
            };
            if !holds {
                defects.note(format!("{path}.{field}"), sentence);
            }
        }
        let criterion = self.item(&self.criterion_item_key);
        if !self.criterion_item_key.is_empty()
            && criterion.is_none_or(|item| item.role != Role::Outcome)
        {
            let sentence = "must be empty or the key of an item of role OUTCOME";
            defects.note("scoring.criterion_item_key", sentence);
        }
        for (position, form) in self.forms.iter().enumerate() {
            for (place, key) in form.item_keys.iter().enumerate() {
                if self.item(key).is_none() {
                    let field = format!("forms[{position}].item_keys[{place}]");
                    defects.note(field, "must be the key of an item");
                }
            }
        }
    }

    /// The first wave has something to ask.
    fn check_asked(&self, defects: &mut Defects) {
        let sentence = "must have an item, other than free text, that is asked from the first wave";
        if !self.items.is_empty() && self.asked_items("", 1).is_empty() {
            defects.note("items", sentence);
        }
        for (position, form) in self.forms.iter().enumerate() {
            if self.asked_items(&form.key, 1).is_empty() {
                defects.note(format!("forms[{position}].item_keys"), sentence);
            }
        }
    }

    /// Some language that serves the organization's readers is complete. If none is, the texts
    /// that lack the one which lacks least are the defects.
    fn check_language(&self, defects: &mut Defects, language: &str) {
        let texts = self.texts();
        let nearest = chain(language)
            .map(|tag| -> (Vec<&str>, &str) {
                let lack = texts.iter().filter(|(_, text)| !text.speaks(tag));
                (lack.map(|(path, _)| path.as_str()).collect(), tag)
            })
            .min_by_key(|(lacking, _)| lacking.len());
        let Some((lacking, tag)) = nearest else { return };
        for path in lacking {
            let sentence = format!("must have a text in the organization's language, {tag}");
            defects.note(path, sentence);
        }
    }
}

impl Item {
    /// The facet that it adds to, if it is scored.
    pub fn facet_key(&self) -> Option<&String> {
        match &self.role {
            Role::Score { facet_key, .. } => Some(facet_key),
            Role::Outcome
            | Role::CustomerPrediction { .. }
            | Role::PriorityChoice
            | Role::LevelEstimate { .. }
            | Role::Comment
            | Role::Information => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Localized;
    use crate::instrument::content::{Dimension, Facet, Format, Referent};

    #[test]
    fn a_language_is_served_by_itself_and_by_what_it_narrows() {
        for (wanted, serving) in [
            ("de", &["de"][..]),
            ("de-CH", &["de-CH", "de"]),
            ("zh-Hant-TW", &["zh-Hant-TW", "zh-Hant", "zh"]),
            ("de-CH-x-bern", &["de-CH-x-bern", "de-CH", "de"]),
        ] {
            assert_eq!(chain(wanted).collect::<Vec<_>>(), serving);
        }
    }

    fn text(languages: &[&str]) -> Localized {
        let text = |tag: &&str| ((*tag).to_owned(), "Text".to_owned());
        Localized(languages.iter().map(text).collect())
    }

    /// A content without a defect for readers of `languages`.
    fn ready(languages: &[&str]) -> Content {
        let facet = Facet { key: "facet".to_owned(), title: text(languages), weight: 1 };
        Content {
            title: text(languages),
            dimensions: vec![Dimension {
                key: "dimension".to_owned(),
                title: text(languages),
                facets: vec![facet],
                weight: 1,
            }],
            items: vec![Item {
                key: "item".to_owned(),
                role: Role::Score {
                    facet_key: "facet".to_owned(),
                    referent: Referent::OwnUnit,
                    reverse_scored: false,
                    weight: 1,
                },
                text: text(languages),
                format: Format::Rating { minimum: 1, maximum: 5, labels: Vec::new() },
                required: false,
                allow_cannot_judge: true,
                first_wave_number: 1,
            }],
            ..Content::default()
        }
    }

    #[test]
    fn every_text_lacks_a_language_that_none_has_and_the_nearest_language_is_told() {
        assert_eq!(defects(&ready(&["de"]), "de-CH"), []);
        assert_eq!(defects(&ready(&["en", "de-CH"]), "de-CH"), []);
        let lacking = defects(&ready(&["de-CH"]), "de");
        assert_eq!(lacking.len(), 4, "{lacking:?}");
        let mut mixed = ready(&["de"]);
        mixed.items[0].text = text(&["de-CH"]);
        let lacking = defects(&mixed, "de-CH");
        assert_eq!(lacking.len(), 1);
        assert_eq!(lacking[0].field, "items[0].text");
        assert!(lacking[0].description.ends_with(", de"), "{lacking:?}");
    }

    #[test]
    fn an_introduction_that_is_there_has_every_language() {
        let mut content = ready(&["de"]);
        content.introduction = text(&["en"]);
        let lacking = defects(&content, "de");
        assert_eq!(
            lacking.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(),
            ["introduction"]
        );
    }
}
