//! The sentences that people read where a number is not shown. They are here and nowhere else, in
//! every language that the engine speaks.
use crate::disclosure::Hidden;
use crate::stats::Degenerate;

/// Languages of the sentences; the first is the one that everything falls back to.
const LANGUAGES: [&str; 2] = ["en", "de"];

/// The language of the sentences for somebody who wants one of `wanted`, the first first. `de-CH`
/// is served with `de`.
pub fn language(wanted: &[&str]) -> &'static str {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    wanted
        .iter()
        .find_map(|tag| LANGUAGES.into_iter().find(|language| *language == primary(tag)))
        .unwrap_or(LANGUAGES[0])
}

/// The sentence on a reason in a language of [`language`].
pub fn text(reason: Hidden, language: &str) -> &'static str {
    let [english, german] = match reason {
        Hidden::Protected => [
            "Not shown, so that nobody in a small group can be recognized.",
            "Nicht gezeigt, damit niemand in einer kleinen Gruppe erkannt werden kann.",
        ],
        Hidden::NotReleased => [
            "Not there yet: results are released after the wave has closed.",
            "Noch nicht da: Ergebnisse werden nach dem Ende der Befragung veröffentlicht.",
        ],
        Hidden::NotEstimable(Degenerate::UnknownSpread) => [
            "Cannot be computed: the norm does not tell how far its scores lie apart.",
            "Lässt sich nicht berechnen: Die Norm sagt nicht, wie weit ihre Werte auseinanderliegen.",
        ],
        Hidden::NotEstimable(_) => [
            "Cannot be computed from the answers that were given.",
            "Lässt sich aus den gegebenen Antworten nicht berechnen.",
        ],
        Hidden::NotMeasured => {
            ["Not asked for in this wave.", "In dieser Befragung nicht erhoben."]
        }
        Hidden::AccessRestricted => [
            "Not shown to you: of the units above yours you see overall and dimension scores only.",
            "Ihnen nicht gezeigt: Von den Einheiten über Ihrer sehen Sie nur Gesamtwert und Dimensionen.",
        ],
    };
    if language == LANGUAGES[1] { german } else { english }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_is_spoken_is_used_and_english_otherwise() {
        for (wanted, language_used) in [
            (&["de-CH"][..], "de"),
            (&["fr", "de"], "de"),
            (&["en-GB", "de"], "en"),
            (&["fr-CH", "it"], "en"),
            (&["", "DE"], "de"),
        ] {
            assert_eq!(language(wanted), language_used, "{wanted:?}");
        }
    }

    #[test]
    fn every_reason_has_a_sentence_of_its_own_in_each_language() {
        let reasons = [
            Hidden::Protected,
            Hidden::NotReleased,
            Hidden::NotEstimable(Degenerate::TooFewObservations),
            Hidden::NotEstimable(Degenerate::UnknownSpread),
            Hidden::NotMeasured,
            Hidden::AccessRestricted,
        ];
        let mut sentences: Vec<_> = reasons
            .iter()
            .flat_map(|reason| LANGUAGES.map(|language| text(*reason, language)))
            .collect();
        let count = sentences.len();
        sentences.sort_unstable();
        sentences.dedup();
        assert_eq!(sentences.len(), count);
        assert!(sentences.iter().all(|sentence| sentence.ends_with('.')));
    }
}
