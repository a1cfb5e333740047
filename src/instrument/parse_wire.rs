//! From the wire types of `orgfit.instrument.v1` to a content. Every violation is collected with
//! its place, however deep it lies.
use super::content::{
    Band, COMMENT_CHARS_DEFAULT, COMMENT_CHARS_MAX, ChoiceOption, Content, Dimension,
    EstimatedGroup, FIRST_WAVE_MAX, Facet, Form, Format, Item, OPTIONS_MAX, Referent, Role,
    WEIGHT_MAX,
};
use super::limits::{check_counts, check_distinct};
use crate::base::Check;
use crate::base::wire::parse_localized;
use crate::pb::instrument as pb;

/// Reads the content of an instrument and checks all that a draft has to keep.
pub(super) fn content(check: &mut Check, asked: pb::Instrument) -> Option<Content> {
    let counts = (asked.dimensions.len(), asked.items.len(), asked.bands.len(), asked.forms.len());
    check_counts(check, counts);
    let keys = asked.dimensions.iter().map(|one| one.key.as_str());
    check_distinct(check, "dimensions", ".key", keys);
    check_distinct(check, "items", ".key", asked.items.iter().map(|one| one.key.as_str()));
    check_distinct(check, "bands", ".key", asked.bands.iter().map(|one| one.key.as_str()));
    check_distinct(check, "forms", ".key", asked.forms.iter().map(|one| one.key.as_str()));
    check_facet_keys(check, &asked.dimensions);
    let dimensions = all(check, "dimensions", asked.dimensions, dimension);
    let items = all(check, "items", asked.items, item);
    let bands = all(check, "bands", asked.bands, band);
    let forms =
        all(check, "forms", asked.forms, |check, path, asked| Some(form(check, path, asked)));
    let is_whole = dimensions.is_some() && items.is_some() && bands.is_some() && forms.is_some();
    let content = Content {
        title: parse_localized(asked.title),
        introduction: parse_localized(asked.introduction),
        criterion_item_key: asked.scoring.unwrap_or_default().criterion_item_key,
        dimensions: dimensions.unwrap_or_default(),
        items: items.unwrap_or_default(),
        bands: bands.unwrap_or_default(),
        forms: forms.unwrap_or_default(),
    };
    content.check(check);
    is_whole.then_some(content)
}

/// Facets are told apart by their keys alone, whichever dimension holds them.
fn check_facet_keys(check: &mut Check, dimensions: &[pb::Dimension]) {
    let mut seen = std::collections::BTreeSet::new();
    for (position, dimension) in dimensions.iter().enumerate() {
        for (place, facet) in dimension.facets.iter().enumerate() {
            if !facet.key.is_empty() && !seen.insert(&facet.key) {
                let field = format!("dimensions[{position}].facets[{place}].key");
                check.refuse(&field, "is there already; choose another");
            }
        }
    }
}

/// Reads every entry of a list, also after one that is wrong.
fn all<T, U>(
    check: &mut Check,
    list: &str,
    entries: Vec<T>,
    read: impl Fn(&mut Check, &str, T) -> Option<U>,
) -> Option<Vec<U>> {
    let read: Vec<Option<U>> = entries
        .into_iter()
        .enumerate()
        .map(|(position, entry)| read(check, &format!("{list}[{position}]"), entry))
        .collect();
    read.into_iter().collect()
}

/// A small whole number from `first` to `last`, where 0 counts as `default`.
fn small<N: TryFrom<i32>>(
    check: &mut Check,
    field: &str,
    value: i32,
    (first, last, default): (i32, i32, i32),
) -> Option<N> {
    let value = if value == 0 { default } else { value };
    N::try_from(check.number(field, value, first..=last)?).ok()
}

fn weight(check: &mut Check, path: &str, value: i32) -> Option<u8> {
    small(check, &format!("{path}.weight"), value, (1, i32::from(WEIGHT_MAX), 1))
}

fn unknown(check: &mut Check, field: &str) {
    check.refuse(field, "is not a value of this version of the contract");
}

fn dimension(check: &mut Check, path: &str, asked: pb::Dimension) -> Option<Dimension> {
    let weight = weight(check, path, asked.weight);
    let facets = all(check, &format!("{path}.facets"), asked.facets, facet);
    let dimension = Dimension {
        key: asked.key,
        title: parse_localized(asked.title),
        facets: facets?,
        weight: weight?,
    };
    dimension.check(check, path);
    Some(dimension)
}

fn facet(check: &mut Check, path: &str, asked: pb::Facet) -> Option<Facet> {
    let weight = weight(check, path, asked.weight);
    let facet = Facet { key: asked.key, title: parse_localized(asked.title), weight: weight? };
    facet.check(check, path);
    Some(facet)
}

fn item(check: &mut Check, path: &str, mut asked: pb::Item) -> Option<Item> {
    let role = role(check, path, &asked);
    let format = format(check, path, asked.format.take());
    let first = small(
        check,
        &format!("{path}.first_wave_number"),
        asked.first_wave_number,
        (1, i32::from(FIRST_WAVE_MAX), 1),
    );
    let item = Item {
        key: asked.key,
        text: parse_localized(asked.text),
        required: asked.required,
        allow_cannot_judge: asked.allow_cannot_judge,
        role: role?,
        format: format?,
        first_wave_number: first?,
    };
    item.check(check, path);
    Some(item)
}

/// What an item is for, with the fields that belong to it. Those of other roles must be empty.
fn role(check: &mut Check, path: &str, asked: &pb::Item) -> Option<Role> {
    let kind = match pb::ItemRole::try_from(asked.role) {
        Ok(pb::ItemRole::Unspecified) => {
            check.missing(&format!("{path}.role"));
            return None;
        }
        Ok(kind) => kind,
        Err(_) => {
            unknown(check, &format!("{path}.role"));
            return None;
        }
    };
    let of_others = [
        ("facet_key", !asked.facet_key.is_empty(), pb::ItemRole::Score),
        ("referent", asked.referent != 0, pb::ItemRole::Score),
        ("reverse_scored", asked.reverse_scored, pb::ItemRole::Score),
        ("weight", asked.weight != 0, pb::ItemRole::Score),
        (
            "estimated_dimension_key",
            !asked.estimated_dimension_key.is_empty(),
            pb::ItemRole::LevelEstimate,
        ),
        ("estimated_group", asked.estimated_group != 0, pb::ItemRole::LevelEstimate),
        (
            "predicted_metric_key",
            !asked.predicted_metric_key.is_empty(),
            pb::ItemRole::CustomerPrediction,
        ),
    ];
    for (field, is_set, of) in of_others {
        if is_set && kind != of {
            let role = of.as_str_name().trim_start_matches("ITEM_ROLE_");
            let sentence = format!("must be empty, unless the role is {role}");
            check.refuse(&format!("{path}.{field}"), sentence);
        }
    }
    match kind {
        pb::ItemRole::Score => {
            let referent = referent(check, &format!("{path}.referent"), asked.referent);
            let weight = weight(check, path, asked.weight);
            Some(Role::Score {
                facet_key: asked.facet_key.clone(),
                referent: referent?,
                reverse_scored: asked.reverse_scored,
                weight: weight?,
            })
        }
        pb::ItemRole::LevelEstimate => Some(Role::LevelEstimate {
            dimension_key: asked.estimated_dimension_key.clone(),
            group: group(check, &format!("{path}.estimated_group"), asked.estimated_group)?,
        }),
        pb::ItemRole::CustomerPrediction => {
            Some(Role::CustomerPrediction { metric_key: asked.predicted_metric_key.clone() })
        }
        pb::ItemRole::Outcome => Some(Role::Outcome),
        pb::ItemRole::PriorityChoice => Some(Role::PriorityChoice),
        pb::ItemRole::Comment => Some(Role::Comment),
        pb::ItemRole::Information => Some(Role::Information),
        pb::ItemRole::Unspecified => None,
    }
}

fn referent(check: &mut Check, field: &str, referent: i32) -> Option<Referent> {
    match pb::Referent::try_from(referent) {
        Ok(pb::Referent::OwnUnit) => return Some(Referent::OwnUnit),
        Ok(pb::Referent::Organization) => return Some(Referent::Organization),
        Ok(pb::Referent::Leadership) => return Some(Referent::Leadership),
        Ok(pb::Referent::Unspecified) => check.missing(field),
        Err(_) => unknown(check, field),
    }
    None
}

fn group(check: &mut Check, field: &str, group: i32) -> Option<EstimatedGroup> {
    match pb::EstimatedGroup::try_from(group) {
        Ok(pb::EstimatedGroup::Leading) => return Some(EstimatedGroup::Leading),
        Ok(pb::EstimatedGroup::Others) => return Some(EstimatedGroup::Others),
        Ok(pb::EstimatedGroup::Unspecified) => check.missing(field),
        Err(_) => unknown(check, field),
    }
    None
}

fn format(check: &mut Check, path: &str, asked: Option<pb::item::Format>) -> Option<Format> {
    match asked {
        None => {
            check.refuse(path, "must say how it is answered: rating, choice, number or free_text");
            None
        }
        Some(pb::item::Format::Rating(rating)) => Some(Format::Rating {
            minimum: rating.minimum,
            maximum: rating.maximum,
            labels: rating.labels.into_iter().map(|label| parse_localized(Some(label))).collect(),
        }),
        Some(pb::item::Format::Choice(choice)) => {
            let limits = (1, i32::try_from(OPTIONS_MAX).unwrap_or(i32::MAX), 1);
            let mut choices =
                |name: &str, value| small(check, &format!("{path}.choice.{name}"), value, limits);
            let most = choices("maximum_choices", choice.maximum_choices);
            let fewest = choices("minimum_choices", choice.minimum_choices);
            let options = choice
                .options
                .into_iter()
                .map(|option| ChoiceOption { key: option.key, text: parse_localized(option.text) });
            Some(Format::Choice {
                options: options.collect(),
                maximum_choices: most?,
                minimum_choices: fewest?,
                ordered: choice.ordered,
            })
        }
        Some(pb::item::Format::Number(number)) => {
            let step = if number.step == 0.0 { 1.0 } else { number.step };
            let mut milli =
                |name: &str, value| parse_number(check, &format!("{path}.number.{name}"), value);
            let (minimum, maximum) =
                (milli("minimum", number.minimum), milli("maximum", number.maximum));
            let step = milli("step", step);
            Some(Format::Number {
                minimum_milli: minimum?,
                maximum_milli: maximum?,
                step_milli: step?,
            })
        }
        Some(pb::item::Format::FreeText(text)) => {
            let most = i32::from(COMMENT_CHARS_MAX);
            let default = i32::from(COMMENT_CHARS_DEFAULT);
            let field = format!("{path}.free_text.maximum_characters");
            let maximum_characters =
                small(check, &field, text.maximum_characters, (1, most, default));
            Some(Format::Text { maximum_characters: maximum_characters? })
        }
    }
}

/// A number in thousandths. By way of its decimal text, so that 0.1 is exactly a tenth.
fn parse_number(check: &mut Check, field: &str, value: f64) -> Option<i64> {
    let milli = milli(value);
    if milli.is_none() {
        check.refuse(field, "must be from -1000000 to 1000000, with at most three decimals");
    }
    milli
}

pub(super) fn milli(value: f64) -> Option<i64> {
    if !(-1e6..=1e6).contains(&value) {
        return None;
    }
    let text = format!("{value}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    if fraction.len() > 3 {
        return None;
    }
    format!("{whole}{fraction:0<3}").parse().ok()
}

fn band(check: &mut Check, path: &str, asked: pb::ScoreBand) -> Option<Band> {
    let points = small(check, &format!("{path}.minimum_points"), asked.minimum_points, (0, 99, 0));
    let band =
        Band { key: asked.key, title: parse_localized(asked.title), minimum_points: points? };
    band.check(check, path);
    Some(band)
}

fn form(check: &mut Check, path: &str, asked: pb::Form) -> Form {
    let form =
        Form { key: asked.key, title: parse_localized(asked.title), item_keys: asked.item_keys };
    form.check(check, path);
    form
}
