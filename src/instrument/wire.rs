//! Between the wire types of `orgfit.instrument.v1` and values: instruments as they are shown. The
//! other way is in `parse_wire`.
use super::content::{
    Band, Content, Dimension, EstimatedGroup, Form, Format, Item, Referent, Role,
};
use super::version::{State, Version};
use crate::base::wire::{localized, timestamp};
use crate::pb::instrument as pb;

/// A version with its whole content.
pub(super) fn version(version: &Version) -> pb::Instrument {
    let instrument = &version.instrument;
    pb::Instrument {
        instrument_id: instrument.instrument_id.to_string(),
        key: instrument.key.clone(),
        version: version.number,
        state: i32::from(instrument.state.number()),
        system_provided: version.system_provided,
        complete_language_codes: instrument.complete_languages.clone(),
        etag: version.etag().to_string(),
        create_time: Some(timestamp(version.create_time)),
        update_time: Some(timestamp(version.update_time)),
        publish_time: version.publish_time.map(timestamp),
        ..content(&instrument.content)
    }
}

/// A content, as the fields of an instrument that hold it.
pub(super) fn content(content: &Content) -> pb::Instrument {
    pb::Instrument {
        title: Some(localized(&content.title)),
        introduction: (!content.introduction.0.is_empty())
            .then(|| localized(&content.introduction)),
        dimensions: content.dimensions.iter().map(dimension).collect(),
        items: content.items.iter().map(item).collect(),
        scoring: Some(pb::ScoringRule { criterion_item_key: content.criterion_item_key.clone() }),
        bands: content.bands.iter().map(band).collect(),
        forms: content.forms.iter().map(form).collect(),
        ..pb::Instrument::default()
    }
}

/// A state that a list asks for.
pub(super) fn parse_state(state: i32) -> Option<State> {
    i16::try_from(state).ok().and_then(State::from_number)
}

fn dimension(dimension: &Dimension) -> pb::Dimension {
    let facets = dimension.facets.iter().map(|facet| pb::Facet {
        key: facet.key.clone(),
        title: Some(localized(&facet.title)),
        weight: i32::from(facet.weight),
    });
    pb::Dimension {
        key: dimension.key.clone(),
        title: Some(localized(&dimension.title)),
        facets: facets.collect(),
        weight: i32::from(dimension.weight),
    }
}

fn item(item: &Item) -> pb::Item {
    let shown = pb::Item {
        key: item.key.clone(),
        text: Some(localized(&item.text)),
        format: Some(format(&item.format)),
        required: item.required,
        allow_cannot_judge: item.allow_cannot_judge,
        first_wave_number: i32::from(item.first_wave_number),
        ..pb::Item::default()
    };
    let of_role = |role: pb::ItemRole| pb::Item { role: role.into(), ..shown.clone() };
    match &item.role {
        Role::Score { facet_key, referent, reverse_scored, weight } => pb::Item {
            facet_key: facet_key.clone(),
            referent: match referent {
                Referent::OwnUnit => pb::Referent::OwnUnit,
                Referent::Organization => pb::Referent::Organization,
                Referent::Leadership => pb::Referent::Leadership,
            }
            .into(),
            reverse_scored: *reverse_scored,
            weight: i32::from(*weight),
            ..of_role(pb::ItemRole::Score)
        },
        Role::LevelEstimate { dimension_key, group } => pb::Item {
            estimated_dimension_key: dimension_key.clone(),
            estimated_group: match group {
                EstimatedGroup::Leading => pb::EstimatedGroup::Leading,
                EstimatedGroup::Others => pb::EstimatedGroup::Others,
            }
            .into(),
            ..of_role(pb::ItemRole::LevelEstimate)
        },
        Role::CustomerPrediction { metric_key } => pb::Item {
            predicted_metric_key: metric_key.clone(),
            ..of_role(pb::ItemRole::CustomerPrediction)
        },
        Role::Outcome => of_role(pb::ItemRole::Outcome),
        Role::PriorityChoice => of_role(pb::ItemRole::PriorityChoice),
        Role::Comment => of_role(pb::ItemRole::Comment),
        Role::Information => of_role(pb::ItemRole::Information),
    }
}

fn format(format: &Format) -> pb::item::Format {
    match format {
        Format::Rating { minimum, maximum, labels } => pb::item::Format::Rating(pb::RatingFormat {
            minimum: *minimum,
            maximum: *maximum,
            labels: labels.iter().map(localized).collect(),
        }),
        Format::Choice { options, maximum_choices, minimum_choices, ordered } => {
            let options = options.iter().map(|option| pb::ChoiceOption {
                key: option.key.clone(),
                text: Some(localized(&option.text)),
            });
            pb::item::Format::Choice(pb::ChoiceFormat {
                options: options.collect(),
                maximum_choices: i32::from(*maximum_choices),
                minimum_choices: i32::from(*minimum_choices),
                ordered: *ordered,
            })
        }
        Format::Number { minimum_milli, maximum_milli, step_milli } => {
            pb::item::Format::Number(pb::NumberFormat {
                minimum: number(*minimum_milli),
                maximum: number(*maximum_milli),
                step: number(*step_milli),
            })
        }
        Format::Text { maximum_characters } => pb::item::Format::FreeText(pb::TextFormat {
            maximum_characters: i32::from(*maximum_characters),
        }),
    }
}

/// Thousandths as a number. By way of its decimal text, so that it is the nearest one.
fn number(milli: i64) -> f64 {
    let (sign, size) = (if milli < 0 { "-" } else { "" }, milli.unsigned_abs());
    format!("{sign}{}.{:03}", size / 1_000, size % 1_000).parse().unwrap_or_default()
}

fn band(band: &Band) -> pb::ScoreBand {
    pb::ScoreBand {
        key: band.key.clone(),
        title: Some(localized(&band.title)),
        minimum_points: i32::from(band.minimum_points),
    }
}

fn form(form: &Form) -> pb::Form {
    pb::Form {
        key: form.key.clone(),
        title: Some(localized(&form.title)),
        item_keys: form.item_keys.clone(),
    }
}

#[cfg(test)]
mod tests;
