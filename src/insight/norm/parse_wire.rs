//! From the wire types of norms to values: all that is wrong is named at once.
use std::collections::HashSet;

use chrono_tz::Tz;

use super::{
    ABOUT_CHARS_MAX, About, Basis, CASES_MIN, COUNT_MAX, CaseKind, Level, PERCENTILES_MAX, Period,
    Source, Target, VALUES_MAX, Value, WAVES_MAX,
};
use crate::base::Check;
use crate::base::id::WaveId;
use crate::base::text::DISPLAY_NAME_CHARS_MAX;
use crate::base::wire::parse_date;
use crate::disclosure::Reference;
use crate::instrument;
use crate::pb::common;
use crate::pb::insight as pb;

/// Largest standard deviation between scores from 0 to 100.
const DEVIATION_MAX: f64 = 50.0;
/// Largest score.
const POINTS_MAX: f64 = 100.0;

/// A norm set as it was asked for.
pub(in crate::insight) struct Draft {
    /// What its author says of it.
    pub(in crate::insight) about: About,
    /// Where its values come from.
    pub(in crate::insight) origin: Origin,
}

/// Where values come from, with what has to be said about it.
pub(in crate::insight) enum Origin {
    /// From the request.
    Uploaded(Period, Basis, Vec<Value>),
    /// From these waves.
    OwnWaves(Vec<WaveId>),
    /// From all who contribute.
    Pooled,
}

/// Reads a norm set. `zone` is the organization's.
pub(in crate::insight) fn parse(check: &mut Check, asked: &pb::NormSet, zone: Tz) -> Option<Draft> {
    let source = Source::from_number(asked.source);
    match source {
        None if asked.source == 0 => check.missing("source"),
        None => check.refuse("source", "is not a source of this version of the contract"),
        Some(_) => {}
    }
    let least = usize::from(source == Some(Source::Uploaded));
    let display_name = check.text("display_name", &asked.display_name, 1..=DISPLAY_NAME_CHARS_MAX);
    let instrument_key = check.key("instrument_key", &asked.instrument_key);
    let provenance = check.text("provenance", &asked.provenance, least..=ABOUT_CHARS_MAX);
    let population = check.text("population", &asked.population, least..=ABOUT_CHARS_MAX);
    let origin = match source {
        None => None,
        Some(Source::OwnWaves) => parse_waves(check, &asked.wave_ids).map(Origin::OwnWaves),
        Some(_) if !asked.wave_ids.is_empty() => {
            check.refuse("wave_ids", "must be empty unless source is OWN_WAVES");
            None
        }
        Some(Source::Uploaded) => parse_upload(check, asked, zone),
        Some(Source::Pooled) => Some(Origin::Pooled),
    };
    if let (Some(Source::Pooled), Some(key)) = (source, &instrument_key)
        && !instrument::is_provided(key)
    {
        check.refuse("instrument_key", NOT_PROVIDED);
        return None;
    }
    let about = About {
        display_name: display_name?,
        instrument_key: instrument_key?,
        provenance: provenance?,
        population: population?,
    };
    Some(Draft { about, origin: origin? })
}

/// Why an instrument has no pooled norms.
const NOT_PROVIDED: &str = "must be an instrument that the system provides, since no other is the same in all organizations";

/// Reads the key of an instrument that has pooled norms.
pub(in crate::insight) fn parse_provided(check: &mut Check, key: &str) -> Option<String> {
    let key = check.key("instrument_key", key)?;
    if !instrument::is_provided(&key) {
        check.refuse("instrument_key", NOT_PROVIDED);
        return None;
    }
    Some(key)
}

fn parse_waves(check: &mut Check, ids: &[String]) -> Option<Vec<WaveId>> {
    check.count("wave_ids", ids.len(), 1..=WAVES_MAX)?;
    let mut seen = HashSet::new();
    let mut waves = Vec::new();
    for (position, id) in ids.iter().enumerate() {
        let field = format!("wave_ids[{position}]");
        let id = check.id::<WaveId>(&field, id);
        if id.is_some_and(|id| !seen.insert(id)) {
            check.refuse(&field, "must not be there twice");
            return None;
        }
        waves.push(id);
    }
    waves.into_iter().collect()
}

fn parse_upload(check: &mut Check, asked: &pb::NormSet, zone: Tz) -> Option<Origin> {
    let period = parse_period(check, asked.period.as_ref(), zone);
    let case_kind = CaseKind::from_number(asked.case_kind);
    match case_kind {
        None if asked.case_kind == 0 => check.missing("case_kind"),
        None => check.refuse("case_kind", "is not a kind of this version of the contract"),
        Some(_) => {}
    }
    let organizations = check.number("organization_count", asked.organization_count, 1..=COUNT_MAX);
    let respondents = check.number("respondent_count", asked.respondent_count, 1..=COUNT_MAX);
    let values = parse_values(check, &asked.values);
    let basis =
        Basis { case_kind: case_kind?, organizations: organizations?, respondents: respondents? };
    Some(Origin::Uploaded(period?, basis, values?))
}

fn parse_period(
    check: &mut Check,
    asked: Option<&common::CalendarPeriod>,
    zone: Tz,
) -> Option<Period> {
    let Some(asked) = asked else {
        check.missing("period");
        return None;
    };
    let zone = if asked.time_zone.is_empty() {
        Some(zone)
    } else {
        check.time_zone("period.time_zone", &asked.time_zone)
    };
    let mut day = |field: &str, day: Option<&common::CalendarDate>| {
        let parsed = parse_date(check, field, day);
        if parsed == Some(None) {
            check.missing(field);
        }
        parsed.flatten()
    };
    let start = day("period.start_date", asked.start_date.as_ref());
    let end = day("period.end_date", asked.end_date.as_ref());
    let (zone, start_date, end_date) = (zone?, start?, end?);
    if end_date <= start_date {
        check.refuse("period.end_date", "must be after start_date");
        return None;
    }
    Some(Period { start_date, end_date, time_zone: zone.name().to_owned() })
}

fn parse_values(check: &mut Check, asked: &[pb::NormValue]) -> Option<Vec<Value>> {
    check.count("values", asked.len(), 1..=VALUES_MAX)?;
    let mut seen = HashSet::new();
    let mut values = Vec::new();
    for (position, value) in asked.iter().enumerate() {
        let field = format!("values[{position}]");
        let value = parse_value(check, &field, value);
        if value.as_ref().is_some_and(|value| !seen.insert(value.target.clone())) {
            check.refuse(&format!("{field}.target"), "must not be there twice");
            return None;
        }
        values.push(value);
    }
    values.into_iter().collect()
}

fn parse_value(check: &mut Check, field: &str, asked: &pb::NormValue) -> Option<Value> {
    let target = parse_target(check, &format!("{field}.target"), asked.target.as_ref());
    let mean = parse_points(check, &format!("{field}.mean"), asked.mean, POINTS_MAX);
    let name = format!("{field}.standard_deviation");
    let deviation = match asked.standard_deviation {
        None => Some(None),
        Some(value) => parse_points(check, &name, value, DEVIATION_MAX).map(Some),
    };
    let name = format!("{field}.case_count");
    let cases = check.number(&name, asked.case_count, CASES_MIN..=COUNT_MAX);
    let name = format!("{field}.percentiles");
    check.count(&name, asked.percentiles.len(), 0..=PERCENTILES_MAX)?;
    let mut percentiles: Vec<(u8, f64)> = Vec::new();
    for (position, percentile) in asked.percentiles.iter().enumerate() {
        let name = format!("{name}[{position}]");
        let percent = check.number(&format!("{name}.percent"), percentile.percent, 1..=99);
        let value = parse_points(check, &format!("{name}.value"), percentile.value, POINTS_MAX);
        let (percent, value) = (u8::try_from(percent?).ok()?, value?);
        if percentiles.last().is_some_and(|last| last.0 >= percent || last.1 > value) {
            check.refuse(&name, "must be above the percentile before it, and its value not below");
            return None;
        }
        percentiles.push((percent, value));
    }
    let cases = u32::try_from(cases?).ok()?;
    let reference = Reference::given(mean?, deviation?, cases, &percentiles)?;
    Some(Value { target: target?, reference })
}

fn parse_points(check: &mut Check, field: &str, value: f64, most: f64) -> Option<f64> {
    if (0.0..=most).contains(&value) {
        return Some(value);
    }
    check.refuse(field, format!("must be from 0 to {most}"));
    None
}

fn parse_target(
    check: &mut Check,
    field: &str,
    asked: Option<&common::ScoreTarget>,
) -> Option<Target> {
    let asked = asked.cloned().unwrap_or_default();
    let (level_field, key_field) = (format!("{field}.level"), format!("{field}.key"));
    let Some(level) = Level::from_number(asked.level) else {
        if asked.level == 0 {
            check.missing(&level_field);
        } else {
            check.refuse(&level_field, "is not a level of this version of the contract");
        }
        return None;
    };
    if level != Level::Overall {
        return Some(Target { level, key: check.key(&key_field, &asked.key)? });
    }
    if !asked.key.is_empty() {
        check.refuse(&key_field, "must be empty for the overall score");
        return None;
    }
    Some(Target::overall())
}
