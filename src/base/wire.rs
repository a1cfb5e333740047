//! Between the common wire types and values: instants, civil dates, masks, and the context of a
//! call.
use chrono::{DateTime, Datelike, NaiveDate, SubsecRound};
use prost_types::FieldMask;
use tonic::metadata::AsciiMetadataValue;
use tonic::{Request, Response};

use super::check::Check;
use super::clock::Timestamp;
use super::context::Context;
use super::error::{Error, Reason, Result};
use super::localized::Localized;
use crate::pb::common as pb;

/// Response header that marks a result that was remembered.
pub const REPLAYED_HEADER: &str = "orgfit-replayed";

/// Takes a request apart into its context and its message.
pub fn enter<T>(request: Request<T>) -> Result<(Context, T)> {
    let context = context(request.extensions())?;
    Ok((context, request.into_inner()))
}

/// The context that the roof attached to the call.
pub fn context(extensions: &tonic::Extensions) -> Result<Context> {
    extensions.get::<Context>().cloned().ok_or_else(|| {
        Error::internal("the call reached its method without passing authentication")
    })
}

/// A result that was remembered, marked as such.
pub fn replayed<T>(message: T) -> Response<T> {
    let mut response = Response::new(message);
    response.metadata_mut().insert(REPLAYED_HEADER, AsciiMetadataValue::from_static("true"));
    response
}

/// An instant on the wire.
pub fn timestamp(time: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: time.timestamp(),
        nanos: i32::try_from(time.timestamp_subsec_nanos()).unwrap_or(0),
    }
}

/// An instant from the wire, in the years 1900 to 2200 and in whole microseconds as the database
/// keeps it; `None` inside when unset.
pub fn parse_timestamp(
    check: &mut Check,
    field: &str,
    time: Option<&prost_types::Timestamp>,
) -> Option<Option<Timestamp>> {
    let Some(time) = time else { return Some(None) };
    let parsed = u32::try_from(time.nanos)
        .ok()
        .and_then(|nanos| DateTime::from_timestamp(time.seconds, nanos))
        .filter(|time| (1900..=2200).contains(&time.year()))
        .map(|time| time.trunc_subsecs(6));
    if parsed.is_none() {
        check.refuse(field, "must be an instant in the years 1900 to 2200");
    }
    parsed.map(Some)
}

/// A civil date on the wire.
pub fn date(date: NaiveDate) -> pb::CalendarDate {
    pb::CalendarDate {
        year: date.year(),
        month: i32::try_from(date.month()).unwrap_or(0),
        day: i32::try_from(date.day()).unwrap_or(0),
    }
}

/// A civil date from the wire; `None` inside when unset.
pub fn parse_date(
    check: &mut Check,
    field: &str,
    date: Option<&pb::CalendarDate>,
) -> Option<Option<NaiveDate>> {
    match date {
        None => Some(None),
        Some(date) => check.date(field, date.year, date.month, date.day).map(Some),
    }
}

/// A text in several languages on the wire.
pub fn localized(text: &Localized) -> pb::LocalizedText {
    pb::LocalizedText { by_language: text.0.clone().into_iter().collect() }
}

/// A text in several languages from the wire, as it is; empty when unset.
pub fn parse_localized(text: Option<pb::LocalizedText>) -> Localized {
    Localized(text.map(|text| text.by_language.into_iter().collect()).unwrap_or_default())
}

/// The paths of an update mask: at least one, each one of `known`.
pub fn parse_mask(mask: Option<&FieldMask>, known: &[&'static str]) -> Result<Vec<&'static str>> {
    let refuse = |message: String, path: &str| {
        Err(Error::new(Reason::UpdateMaskInvalid, message).with("path", path))
    };
    let paths = mask.map_or(&[][..], |mask| &mask.paths);
    if paths.is_empty() {
        return refuse(format!("update_mask must name at least one of: {}", known.join(", ")), "");
    }
    let mut parsed = Vec::new();
    for (position, path) in paths.iter().enumerate() {
        match known.iter().find(|known| *known == path) {
            Some(known) if parsed.contains(known) => {}
            Some(known) => parsed.push(*known),
            None => {
                let message = format!(
                    "update_mask.paths[{position}] is unknown; the paths are: {}",
                    known.join(", ")
                );
                return refuse(message, &format!("update_mask.paths[{position}]"));
            }
        }
    }
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(paths: &[&str]) -> FieldMask {
        FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() }
    }

    #[test]
    fn a_mask_names_known_fields_and_never_all_of_them() {
        let known = &["display_name", "external_id"];
        assert_eq!(
            parse_mask(Some(&mask(&["external_id", "external_id"])), known).unwrap(),
            ["external_id"]
        );
        for wrong in [None, Some(mask(&[])), Some(mask(&["*"])), Some(mask(&["displayName"]))] {
            let error = parse_mask(wrong.as_ref(), known).unwrap_err();
            assert_eq!(error.reason(), Reason::UpdateMaskInvalid);
        }
    }
}
