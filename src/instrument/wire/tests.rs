//! Laws of the wire: what was taken comes out as it came in, and every limit has a place that is
//! named.
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use prost::Message;

use super::number as decimal;
use super::*;
use crate::base::{Check, Localized};
use crate::instrument::content::{ChoiceOption, Facet};
use crate::instrument::parse_wire;

fn text() -> impl Strategy<Value = Localized> {
    let words = "[a-zA-Zäöü0-9]{1,3}( [a-zé]{1,8}){0,3}";
    prop::collection::btree_map(select(vec!["de", "de-CH", "en", "fr", "rm-CH"]), words, 1..4)
        .prop_map(|map| Localized(map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()))
}

fn weight() -> impl Strategy<Value = u8> {
    1..=100_u8
}

fn rating() -> impl Strategy<Value = Format> {
    (-10..=10_i32, 1..=10_i32).prop_flat_map(|(minimum, above)| {
        let points = usize::try_from(above + 1).unwrap();
        select(vec![0, 2, points])
            .prop_flat_map(|count| vec(text(), count))
            .prop_map(move |labels| Format::Rating { minimum, maximum: minimum + above, labels })
    })
}

fn choice() -> impl Strategy<Value = Format> {
    (vec(text(), 2..=20), any::<bool>()).prop_flat_map(|(texts, ordered)| {
        let options: Vec<_> = texts
            .into_iter()
            .enumerate()
            .map(|(n, text)| ChoiceOption { key: format!("option_{n}"), text })
            .collect();
        let most = u8::try_from(options.len()).unwrap();
        (1..=most).prop_flat_map(move |maximum_choices| {
            let options = options.clone();
            (1..=maximum_choices).prop_map(move |minimum_choices| Format::Choice {
                options: options.clone(),
                maximum_choices,
                minimum_choices,
                ordered,
            })
        })
    })
}

fn numbers() -> impl Strategy<Value = Format> {
    (-1_000_000..=900_000_i64, 1..=10_000_i64, 1..=1_000_i64).prop_map(
        |(minimum_milli, step_milli, steps)| Format::Number {
            minimum_milli,
            maximum_milli: minimum_milli + step_milli * steps,
            step_milli,
        },
    )
}

fn role_and_format() -> impl Strategy<Value = (Role, Format)> {
    let key = || select(vec![String::new(), "some_key".to_owned()]);
    let referent = select(vec![Referent::OwnUnit, Referent::Organization, Referent::Leadership]);
    let group = select(vec![EstimatedGroup::Leading, EstimatedGroup::Others]);
    let score = (key(), referent, any::<bool>(), weight(), rating()).prop_map(
        |(facet_key, referent, reverse_scored, weight, format)| {
            (Role::Score { facet_key, referent, reverse_scored, weight }, format)
        },
    );
    let estimate = (key(), group, select(vec![1_000_i64, 500, 25_000])).prop_map(
        |(dimension_key, group, step_milli)| {
            let format = Format::Number { minimum_milli: 0, maximum_milli: 100_000, step_milli };
            (Role::LevelEstimate { dimension_key, group }, format)
        },
    );
    let prediction = (key(), prop_oneof![rating(), numbers()])
        .prop_map(|(metric_key, format)| (Role::CustomerPrediction { metric_key }, format));
    let comment = (1..=2_000_u16)
        .prop_map(|maximum_characters| (Role::Comment, Format::Text { maximum_characters }));
    prop_oneof![
        score,
        estimate,
        prediction,
        comment,
        prop_oneof![rating(), numbers()].prop_map(|format| (Role::Outcome, format)),
        choice().prop_map(|format| (Role::PriorityChoice, format)),
        prop_oneof![rating(), choice(), numbers()].prop_map(|format| (Role::Information, format)),
    ]
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    let item = (role_and_format(), text(), any::<bool>(), any::<bool>(), 1..=100_u8);
    vec(item, 0..8).prop_map(|items| {
        items
            .into_iter()
            .enumerate()
            .map(|(n, ((role, format), text, required, allow_cannot_judge, first_wave_number))| {
                let asks = !matches!(format, Format::Text { .. });
                Item {
                    key: format!("item_{n}"),
                    role,
                    text,
                    format,
                    required: required && asks,
                    allow_cannot_judge: allow_cannot_judge && asks,
                    first_wave_number,
                }
            })
            .collect()
    })
}

fn dimensions() -> impl Strategy<Value = Vec<Dimension>> {
    let facets = vec((text(), weight()), 0..4);
    vec((text(), weight(), facets), 0..4).prop_map(|dimensions| {
        dimensions
            .into_iter()
            .enumerate()
            .map(|(n, (title, weight, facets))| Dimension {
                key: format!("dimension_{n}"),
                title,
                weight,
                facets: facets
                    .into_iter()
                    .enumerate()
                    .map(|(m, (title, weight))| Facet {
                        key: format!("facet_{n}_{m}"),
                        title,
                        weight,
                    })
                    .collect(),
            })
            .collect()
    })
}

/// Contents that a draft may have.
fn contents() -> impl Strategy<Value = Content> {
    let bands = vec((text(), 1..=24_u8), 0..5).prop_map(|bands| {
        let mut minimum_points = 0;
        bands
            .into_iter()
            .enumerate()
            .map(|(n, (title, step))| {
                minimum_points = if n == 0 { 0 } else { minimum_points + step };
                Band { key: format!("band_{n}"), title, minimum_points }
            })
            .collect()
    });
    let forms = vec((text(), 1..5_usize), 0..4).prop_map(|forms| {
        forms
            .into_iter()
            .enumerate()
            .map(|(n, (title, count))| Form {
                key: format!("form_{n}"),
                title,
                item_keys: (0..count).map(|n| format!("item_{n}")).collect(),
            })
            .collect()
    });
    let introduction = prop_oneof![Just(Localized::default()), text()];
    let criterion = select(vec![String::new(), "item_0".to_owned()]);
    (text(), introduction, dimensions(), items(), criterion, bands, forms).prop_map(
        |(title, introduction, dimensions, items, criterion_item_key, bands, forms)| Content {
            title,
            introduction,
            dimensions,
            items,
            criterion_item_key,
            bands,
            forms,
        },
    )
}

proptest! {
    #[test]
    fn what_was_taken_comes_out_as_it_came_in(taken in contents()) {
        let sent = content(&taken).encode_to_vec();
        let mut check = Check::new();
        let read = parse_wire::content(&mut check, pb::Instrument::decode(&sent[..]).unwrap());
        prop_assert_eq!(check.into_findings(), []);
        prop_assert_eq!(read.as_ref(), Some(&taken));
        let stored = serde_json::to_value(&taken).unwrap();
        prop_assert_eq!(serde_json::from_value::<Content>(stored).unwrap(), taken);
    }

    #[test]
    fn a_complete_language_is_in_every_text_and_no_other_is(taken in contents()) {
        let complete = taken.complete_languages();
        for language in ["de", "de-CH", "en", "fr", "rm-CH"] {
            let missing = taken.texts().iter().any(|(_, text)| !text.speaks(language));
            prop_assert_eq!(complete.iter().any(|one| one == language), !missing);
        }
    }

    #[test]
    fn a_sheet_has_a_place_for_every_answer_and_no_place_twice(taken in contents()) {
        let layout = crate::instrument::Layout::of(&taken);
        let mut end = 0;
        for field in layout.fields() {
            prop_assert_eq!(field.offset, end);
            end += field.width;
            prop_assert!(u64::from(field.code_max) < (1 << (8 * field.width)) - 1);
            prop_assert!(field.code_max >= 2 && field.width <= 3);
        }
        prop_assert_eq!(layout.len(), end);
        prop_assert_eq!(layout.blank().len(), end);
        let asked = taken.items.iter().filter(|item| !matches!(item.format, Format::Text { .. }));
        prop_assert_eq!(layout.fields().len(), asked.count());
    }

    #[test]
    fn numbers_are_exact_to_the_thousandth(milli in -1_000_000_000..=1_000_000_000_i64) {
        prop_assert_eq!(parse_wire::milli(decimal(milli)), Some(milli));
    }

    #[test]
    fn no_number_breaks_the_reading(bits in any::<u64>()) {
        let value = f64::from_bits(bits);
        if let Some(milli) = parse_wire::milli(value) {
            let same = decimal(milli).to_bits() == value.to_bits();
            prop_assert!(same || value == 0.0 && milli == 0);
        }
    }
}

fn text_of(words: &str) -> crate::pb::common::LocalizedText {
    localized(&Localized([("de".to_owned(), words.to_owned())].into()))
}

/// A sound item of a role with a format.
fn sound(role: pb::ItemRole, format: pb::item::Format) -> pb::Item {
    let mut item = pb::Item {
        key: "item".to_owned(),
        role: role.into(),
        text: Some(text_of("Text")),
        format: Some(format),
        ..pb::Item::default()
    };
    if role == pb::ItemRole::Score {
        item.referent = pb::Referent::OwnUnit.into();
    }
    if role == pb::ItemRole::LevelEstimate {
        item.estimated_group = pb::EstimatedGroup::Leading.into();
    }
    item
}

fn five_points() -> pb::item::Format {
    pb::item::Format::Rating(pb::RatingFormat { minimum: 1, maximum: 5, labels: Vec::new() })
}

fn zero_to_hundred() -> pb::item::Format {
    pb::item::Format::Number(pb::NumberFormat { minimum: 0.0, maximum: 100.0, step: 0.0 })
}

fn options(count: usize) -> pb::ChoiceFormat {
    let option = |n| pb::ChoiceOption { key: format!("o{n}"), text: Some(text_of("Text")) };
    pb::ChoiceFormat { options: (0..count).map(option).collect(), ..pb::ChoiceFormat::default() }
}

fn free_text() -> pb::item::Format {
    pb::item::Format::FreeText(pb::TextFormat { maximum_characters: 0 })
}

/// The places that are wrong in an instrument that differs from a sound one.
fn wrong(change: impl FnOnce(&mut pb::Instrument)) -> Vec<String> {
    let mut asked = pb::Instrument {
        title: Some(text_of("Titel")),
        dimensions: vec![pb::Dimension {
            key: "dimension".to_owned(),
            title: Some(text_of("Titel")),
            facets: vec![pb::Facet {
                key: "facet".to_owned(),
                title: Some(text_of("Titel")),
                weight: 0,
            }],
            weight: 0,
        }],
        items: vec![sound(pb::ItemRole::Score, five_points())],
        bands: vec![pb::ScoreBand {
            key: "low".to_owned(),
            title: Some(text_of("Titel")),
            minimum_points: 0,
        }],
        forms: vec![pb::Form {
            key: "short".to_owned(),
            title: Some(text_of("Titel")),
            item_keys: vec!["item".to_owned()],
        }],
        ..pb::Instrument::default()
    };
    change(&mut asked);
    let mut check = Check::new();
    let content = parse_wire::content(&mut check, asked);
    let findings = check.into_findings();
    assert!(content.is_some() || !findings.is_empty());
    findings.into_iter().map(|finding| finding.violation.field).collect()
}

/// As [`wrong`], with another item.
fn wrong_item(role: pb::ItemRole, format: pb::item::Format) -> Vec<String> {
    wrong(|asked| asked.items = vec![sound(role, format)])
}

#[test]
fn a_draft_may_be_small() {
    assert_eq!(wrong(|_| {}), [""; 0]);
    assert_eq!(
        wrong(|asked| *asked = pb::Instrument { title: Some(text_of("T")), ..Default::default() }),
        [""; 0]
    );
}

#[test]
fn each_role_is_answered_in_its_ways_only() {
    use pb::ItemRole as R;
    let choice = || pb::item::Format::Choice(options(3));
    let tenth =
        || pb::item::Format::Number(pb::NumberFormat { minimum: 0.0, maximum: 1.0, step: 0.1 });
    let fits: [(R, &str); 7] = [
        (R::Score, "r"),
        (R::Outcome, "rsn"),
        (R::CustomerPrediction, "rsn"),
        (R::PriorityChoice, "c"),
        (R::LevelEstimate, "s"),
        (R::Comment, "t"),
        (R::Information, "rsnc"),
    ];
    for (role, fitting) in fits {
        for (letter, format, field) in [
            ("r", five_points(), "items[0].rating"),
            ("s", zero_to_hundred(), "items[0].number"),
            ("n", tenth(), "items[0].number"),
            ("c", choice(), "items[0].choice"),
            ("t", free_text(), "items[0].free_text"),
        ] {
            let expected: &[&str] = if fitting.contains(letter) { &[] } else { &[field] };
            assert_eq!(wrong_item(role, format), expected, "{role:?} {letter}");
        }
    }
}

#[test]
fn fields_of_other_roles_are_refused() {
    let all = [
        "facet_key",
        "referent",
        "reverse_scored",
        "weight",
        "estimated_dimension_key",
        "estimated_group",
        "predicted_metric_key",
    ];
    for (role, format, own) in [
        (pb::ItemRole::Score, five_points(), &all[..4]),
        (pb::ItemRole::LevelEstimate, zero_to_hundred(), &all[4..6]),
        (pb::ItemRole::CustomerPrediction, five_points(), &all[6..]),
        (pb::ItemRole::Outcome, five_points(), &[]),
    ] {
        let mut item = sound(role, format);
        item.facet_key = "facet".to_owned();
        item.referent = pb::Referent::OwnUnit.into();
        item.reverse_scored = true;
        item.weight = 3;
        item.estimated_dimension_key = "dimension".to_owned();
        item.estimated_group = pb::EstimatedGroup::Others.into();
        item.predicted_metric_key = "recommendation".to_owned();
        let expected: Vec<_> = all
            .iter()
            .filter(|field| !own.contains(field))
            .map(|field| format!("items[0].{field}"))
            .collect();
        assert_eq!(wrong(|asked| asked.items = vec![item]), expected, "{role:?}");
    }
}

#[test]
fn scales_have_2_to_11_points_and_labels_for_none_both_ends_or_all() {
    let rating = |minimum, maximum, labels| {
        let labels = vec![text_of("Stufe"); labels];
        let format = pb::item::Format::Rating(pb::RatingFormat { minimum, maximum, labels });
        wrong_item(pb::ItemRole::Outcome, format)
    };
    for (minimum, maximum, labels) in
        [(0, 1, 0), (0, 10, 11), (0, 10, 2), (-10, 0, 0), (10, 20, 0), (-5, 5, 2), (1, 2, 2)]
    {
        assert_eq!(rating(minimum, maximum, labels), [""; 0], "{minimum} {maximum} {labels}");
    }
    for (minimum, maximum) in [(0, 0), (1, 0), (0, 11), (0, i32::MAX), (10, i32::MIN)] {
        assert_eq!(rating(minimum, maximum, 0), ["items[0].rating.maximum"]);
    }
    for minimum in [-11, 11, i32::MIN, i32::MAX] {
        assert_eq!(rating(minimum, minimum.saturating_add(1), 0), ["items[0].rating.minimum"]);
    }
    for labels in [1, 3, 4, 6] {
        assert_eq!(rating(1, 5, labels), ["items[0].rating.labels"]);
    }
}

#[test]
fn choices_have_2_to_20_options_and_take_no_more_than_there_are() {
    let choice = |count, fewest, most| {
        let choice =
            pb::ChoiceFormat { minimum_choices: fewest, maximum_choices: most, ..options(count) };
        wrong_item(pb::ItemRole::PriorityChoice, pb::item::Format::Choice(choice))
    };
    for (count, fewest, most) in [(2, 0, 0), (20, 20, 20), (8, 3, 3), (8, 1, 3)] {
        assert_eq!(choice(count, fewest, most), [""; 0]);
    }
    assert_eq!(choice(1, 0, 0), ["items[0].choice.options"]);
    assert_eq!(choice(21, 0, 0), ["items[0].choice.options"]);
    assert_eq!(choice(3, 0, 4), ["items[0].choice.maximum_choices"]);
    assert_eq!(choice(3, 2, 0), ["items[0].choice.minimum_choices"]);
    assert_eq!(
        choice(3, -1, 21),
        ["items[0].choice.maximum_choices", "items[0].choice.minimum_choices"]
    );
    let mut twice = options(3);
    twice.options[2].key = "o0".to_owned();
    assert_eq!(
        wrong_item(pb::ItemRole::Information, pb::item::Format::Choice(twice)),
        ["items[0].choice.options[2].key"]
    );
}

#[test]
fn numbers_have_at_most_65000_steps() {
    let number = |minimum, maximum, step| {
        let format = pb::item::Format::Number(pb::NumberFormat { minimum, maximum, step });
        wrong_item(pb::ItemRole::Information, format)
    };
    for (minimum, maximum, step) in
        [(0.0, 65_000.0, 0.0), (-1e6, 1e6, 100.0), (0.0, 65.0, 0.001), (0.1, 0.7, 0.2)]
    {
        assert_eq!(number(minimum, maximum, step), [""; 0], "{minimum} {maximum} {step}");
    }
    for (minimum, maximum, step, place) in [
        (0.0, 65_001.0, 1.0, "step"),
        (0.0, 1.0, -1.0, "step"),
        (0.0, 1.0, 0.0005, "step"),
        (0.0, 1.0, f64::NAN, "step"),
        (0.0, 0.0, 1.0, "maximum"),
        (5.0, 1.0, 1.0, "maximum"),
        (0.0, 1.0, 0.3, "maximum"),
        (0.0, f64::INFINITY, 1.0, "maximum"),
        (0.0, 1e300, 1.0, "maximum"),
        (-1e6 - 1.0, 1.0, 1.0, "minimum"),
        (1e-300, 1.0, 1.0, "minimum"),
    ] {
        let expected = format!("items[0].number.{place}");
        assert_eq!(number(minimum, maximum, step), [expected], "{minimum} {maximum} {step}");
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let found = wrong(|asked| {
        asked.title = None;
        asked.introduction = Some(text_of(" "));
        asked.dimensions.push(asked.dimensions[0].clone());
        asked.dimensions[1].weight = 101;
        asked.items[0].weight = -1;
        asked.items[0].referent = 99;
        asked.items[0].first_wave_number = 101;
        asked.items.push(pb::Item::default());
        asked.bands.push(asked.bands[0].clone());
        asked.bands[0].minimum_points = 7;
        asked.forms[0].item_keys = vec!["item".to_owned(), "item".to_owned(), "Item".to_owned()];
        asked.scoring = Some(pb::ScoringRule { criterion_item_key: "?".to_owned() });
    });
    let expected = [
        "title.by_language",
        "introduction.by_language",
        "dimensions[1].key",
        "dimensions[1].facets[0].key",
        "dimensions[1].weight",
        "items[0].weight",
        "items[0].referent",
        "items[0].first_wave_number",
        "items[1].role",
        "items[1]",
        "bands[0].minimum_points",
        "bands[1].key",
        "bands[1].minimum_points",
        "forms[0].item_keys[1]",
        "forms[0].item_keys[2]",
        "scoring.criterion_item_key",
    ];
    for field in expected {
        assert!(found.iter().any(|one| one == field), "{field}: {found:#?}");
    }
}

#[test]
fn a_content_has_at_most_one_mebibyte() {
    let found = wrong(|asked| {
        let tags = ["de", "en", "fr", "it", "rm", "es", "pt", "nl", "da", "sv"];
        let long = |words: usize| {
            let text = "x".repeat(words);
            let map = tags.iter().map(|tag| ((*tag).to_owned(), text.clone())).collect();
            Some(localized(&Localized(map)))
        };
        let item = pb::Item { text: long(600), ..asked.items[0].clone() };
        asked.items =
            (0..200).map(|n| pb::Item { key: format!("item_{n}"), ..item.clone() }).collect();
    });
    assert_eq!(found, [""]);
}
