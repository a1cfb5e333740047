//! Between the contract and what waves ask.
use chrono_tz::Tz;
use uuid::Uuid;

use super::cache::Asked;
use super::questionnaire::Questionnaire;
use crate::base::clock::{Timestamp, date_in};
use crate::base::id::{Id, SubmissionId};
use crate::base::{Check, Error, Result, wire};
use crate::instrument::{Format, Item, Role};
use crate::pb::respondent as pb;

/// What answers of a cell are stored with.
pub(super) struct Place {
    pub(super) unit_name: String,
    pub(super) values: Vec<Option<u16>>,
}

/// The submission's identifier, if it is one, and it with the packed sheet or all that is wrong with
/// the request. Without a questionnaire the sheet cannot be right.
pub(super) fn parse_submission(
    request: &pb::SubmitResponseRequest,
    asked: Option<&Asked>,
) -> (Option<Uuid>, Result<(Uuid, Vec<u8>)>) {
    let mut check = Check::new();
    let submission: Option<SubmissionId> = check.id("submission_id", &request.submission_id);
    let sheet = match (&request.answers, asked) {
        (Some(answers), Some(asked)) => {
            asked.form.pack(&answers.codes, &mut check, "answers.codes")
        }
        (Some(_), None) => {
            check.refuse("answers", "cannot be given: the wave is not open");
            None
        }
        (None, _) => {
            check.missing("answers");
            None
        }
    };
    let submission = submission.map(Id::uuid);
    (submission, check.build(|| submission.zip(sheet)))
}

/// A questionnaire in one language.
pub(super) fn questionnaire(
    asked: &Questionnaire,
    language: &str,
    place: &Place,
    close_time: Option<Timestamp>,
) -> Result<pb::Questionnaire> {
    let zone: Tz = asked.time_zone.parse().map_err(Error::internal)?;
    let text = |text: &crate::base::Localized| text.text(language).to_owned();
    Ok(pb::Questionnaire {
        language_code: language.to_owned(),
        available_language_codes: asked.language_codes.clone(),
        title: text(&asked.content.title),
        introduction: text(&asked.content.introduction),
        privacy_notice: Some(privacy_notice(asked, language, place)),
        items: asked.items().into_iter().map(|each| item(asked, each, language)).collect(),
        close_time: close_time.map(wire::timestamp),
        close_date: close_time.map(|time| wire::date(date_in(zone, time))),
        time_zone: asked.time_zone.clone(),
    })
}

fn privacy_notice(asked: &Questionnaire, language: &str, place: &Place) -> pb::PrivacyNotice {
    let promise = &asked.promise;
    let unit = pb::StoredAttribute {
        title: unit_title(language).to_owned(),
        value: place.unit_name.clone(),
    };
    let segments = asked.attributes.iter().zip(&place.values).filter_map(|(attribute, value)| {
        let value = attribute.values.get(usize::from((*value)?))?;
        Some(pb::StoredAttribute {
            title: attribute.title.text(language).to_owned(),
            value: value.text(language).to_owned(),
        })
    });
    pb::PrivacyNotice {
        minimum_group_size: promise.minimum_group_size,
        comment_minimum_group_size: promise.comment_minimum_group_size,
        discloses_individual_participation: promise.discloses_individual_participation,
        stored_attributes: std::iter::once(unit).chain(segments).collect(),
        policy_digest: promise.policy_digest.clone(),
        unlinkable: false,
    }
}

/// What a unit is called. Instruments have no word for it; English serves whoever reads another
/// language.
fn unit_title(language: &str) -> &'static str {
    if language.split('-').next() == Some("de") { "Einheit" } else { "Unit" }
}

fn item(asked: &Questionnaire, item: &Item, language: &str) -> pb::QuestionnaireItem {
    pb::QuestionnaireItem {
        item_key: item.key.clone(),
        dimension_title: dimension_title(asked, item, language),
        text: item.text.text(language).to_owned(),
        format: format(&item.format, language),
        allow_cannot_judge: item.allow_cannot_judge,
        required: item.required,
    }
}

fn dimension_title(asked: &Questionnaire, item: &Item, language: &str) -> String {
    let Role::Score { facet_key, .. } = &item.role else { return String::new() };
    asked
        .content
        .dimensions
        .iter()
        .find(|dimension| dimension.facets.iter().any(|facet| facet.key == *facet_key))
        .map_or_else(String::new, |dimension| dimension.title.text(language).to_owned())
}

fn format(format: &Format, language: &str) -> Option<pb::questionnaire_item::Format> {
    use pb::questionnaire_item::Format as Wire;
    match format {
        Format::Rating { minimum, maximum, labels } => Some(Wire::RatingScale(pb::RatingScale {
            minimum: *minimum,
            maximum: *maximum,
            labels: labels.iter().map(|label| label.text(language).to_owned()).collect(),
        })),
        Format::Choice { options, maximum_choices, minimum_choices, ordered } => {
            Some(Wire::ChoiceList(pb::ChoiceList {
                options: options
                    .iter()
                    .map(|option| pb::ChoiceListOption {
                        option_key: option.key.clone(),
                        text: option.text.text(language).to_owned(),
                    })
                    .collect(),
                maximum_choices: i32::from(*maximum_choices),
                minimum_choices: i32::from(*minimum_choices),
                shuffled: !ordered,
            }))
        }
        Format::Number { minimum_milli, maximum_milli, step_milli } => {
            Some(Wire::NumberRange(pb::NumberRange {
                minimum: from_milli(*minimum_milli),
                maximum: from_milli(*maximum_milli),
                step: from_milli(*step_milli),
            }))
        }
        Format::Text { .. } => None,
    }
}

/// A number kept in thousandths.
#[expect(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "the contract has doubles; the nearest one of a number with three decimals is shown as it"
)]
fn from_milli(milli: i64) -> f64 {
    milli as f64 / 1000.0
}
