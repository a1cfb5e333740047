//! Which of the languages on offer a respondent gets.

/// The best match of BCP 47 for `wanted` among the languages on `offer`: the same tag, else one of the
/// same primary language, else the default, else the first one. Nobody is turned away for a language.
pub(super) fn choose<'o>(wanted: &str, default: &str, offer: &'o [String]) -> &'o str {
    let same = |wanted: &str| offer.iter().find(|tag| tag.eq_ignore_ascii_case(wanted));
    let related = |wanted: &str| {
        let primary = primary(wanted);
        offer
            .iter()
            .find(|tag| !primary.is_empty() && tag.eq_ignore_ascii_case(primary))
            .or_else(|| offer.iter().find(|tag| self::primary(tag).eq_ignore_ascii_case(primary)))
    };
    same(wanted)
        .or_else(|| related(wanted))
        .or_else(|| same(default))
        .or_else(|| related(default))
        .or_else(|| offer.first())
        .map_or("", String::as_str)
}

/// The language without script and region.
fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_closest_language_is_chosen() {
        let offer = ["fr-CH", "de", "de-CH", "pt-BR", "en"].map(str::to_owned);
        for (wanted, chosen) in [
            ("de-CH", "de-CH"),
            ("DE-ch", "de-CH"),
            ("de-AT", "de"),
            ("de", "de"),
            ("fr", "fr-CH"),
            ("fr-CA", "fr-CH"),
            ("pt-PT", "pt-BR"),
            ("ja", "en"),
            ("", "en"),
            ("d", "en"),
        ] {
            assert_eq!(choose(wanted, "en-GB", &offer), chosen, "{wanted}");
        }
        assert_eq!(choose("ja", "ko", &offer), "fr-CH");
        assert_eq!(choose("ja", "ko", &[]), "");
    }

    proptest! {
        #[test]
        fn some_language_on_offer_is_always_chosen(
            wanted in any::<String>(), default in any::<String>(),
            offer in proptest::collection::vec("[a-z]{2}(-[A-Z]{2})?", 1..5),
        ) {
            let chosen = choose(&wanted, &default, &offer);
            prop_assert!(offer.iter().any(|tag| tag == chosen));
        }
    }
}
