//! Assessments and waves between wire and values.
use chrono_tz::Tz;
use data_encoding::HEXLOWER;

use super::opening::Warning;
use super::policy::AnonymityPolicy;
use super::series::Assessment;
use super::wave::{self, MeasuredPeriod, Source, Wave, WaveFields};
use crate::base::Check;
use crate::base::clock::Timestamp;
use crate::base::id::InstrumentId;
use crate::base::wire::{date, parse_date, parse_timestamp, timestamp};
use crate::directory::{PrivacyPolicy, SegmentScheme};
use crate::pb::assessment as pb;
use crate::pb::common;

pub(super) fn assessment(assessment: &Assessment) -> pb::Assessment {
    let fields = &assessment.fields;
    pb::Assessment {
        assessment_id: assessment.assessment_id.to_string(),
        display_name: fields.display_name.clone(),
        instrument_key: fields.instrument_key.clone(),
        scope_unit_id: fields.scope_unit_id.map(|unit| unit.to_string()).unwrap_or_default(),
        etag: assessment.etag().to_string(),
        create_time: Some(timestamp(assessment.create_time)),
        update_time: Some(timestamp(assessment.update_time)),
    }
}

pub(super) fn wave(wave: &Wave) -> pb::Wave {
    let fields = &wave.fields;
    pb::Wave {
        wave_id: wave.wave_id.to_string(),
        assessment_id: wave.assessment_id.to_string(),
        number: wave.number,
        display_name: fields.display_name.clone(),
        source: wave.source.number().into(),
        instrument_id: fields.instrument_id.to_string(),
        form_key: fields.form_key.clone(),
        state: wave.state.number().into(),
        results_state: wave.results.number().into(),
        planned_close_time: fields.planned_close_time.map(timestamp),
        time_zone: fields.time_zone.name().to_owned(),
        measured_period: fields.measured_period.as_ref().map(period),
        language_codes: fields.language_codes.clone(),
        anonymity_policy: Some(policy(wave)),
        open_time: wave.open_time.map(timestamp),
        close_time: wave.close_time.map(timestamp),
        etag: wave.etag().to_string(),
        create_time: Some(timestamp(wave.create_time)),
        update_time: Some(timestamp(wave.update_time)),
    }
}

fn period(period: &MeasuredPeriod) -> common::CalendarPeriod {
    common::CalendarPeriod {
        start_date: Some(date(period.start_date)),
        end_date: Some(date(period.end_date)),
        time_zone: period.time_zone.clone(),
    }
}

fn policy(wave: &Wave) -> pb::AnonymityPolicy {
    let policy = &wave.fields.policy;
    let roster = wave.frozen.as_ref().map(|frozen| HEXLOWER.encode(&frozen.roster_digest));
    pb::AnonymityPolicy {
        minimum_group_size: policy.minimum_group_size,
        distribution_minimum_group_size: policy.distribution_minimum_group_size,
        comment_minimum_group_size: policy.comment_minimum_group_size,
        quality_minimum_group_size: policy.quality_minimum_group_size,
        driver_minimum_group_size: policy.driver_minimum_group_size,
        disclose_individual_participation: policy.disclose_individual_participation,
        stored_segment_dimension_keys: policy.stored_dimension_keys.clone(),
        two_way_tables: policy
            .pairs
            .iter()
            .map(|(first, second)| pb::SegmentPair {
                first_dimension_key: first.clone(),
                second_dimension_key: second.clone(),
            })
            .collect(),
        token_scheme: pb::TokenScheme::ServerIssued.into(),
        roster_digest: roster.unwrap_or_default(),
        policy_digest: policy_digest(wave),
    }
}

/// The digest of the frozen policy; empty before the opening.
pub(super) fn policy_digest(wave: &Wave) -> String {
    wave.frozen.as_ref().map(|frozen| HEXLOWER.encode(&frozen.policy_digest)).unwrap_or_default()
}

pub(super) fn warning(warning: Warning) -> pb::WaveWarning {
    let (kind, unit_id, segment_dimension_key) = match warning {
        Warning::UnitTooSmall(unit) => {
            (pb::WaveWarningKind::UnitTooSmall, unit.to_string(), String::new())
        }
        Warning::SegmentsIncomplete(key) => {
            (pb::WaveWarningKind::SegmentsIncomplete, String::new(), key)
        }
        Warning::SegmentDropped(unit, key) => {
            (pb::WaveWarningKind::SegmentDropped, unit.to_string(), key)
        }
    };
    pb::WaveWarning { kind: kind.into(), unit_id, segment_dimension_key }
}

/// What a wave's fields are held against.
pub(super) struct Standards<'a> {
    pub(super) privacy: PrivacyPolicy,
    pub(super) time_zone: Tz,
    pub(super) scheme: &'a SegmentScheme,
    pub(super) now: Timestamp,
}

/// Reads where the answers of a new wave come from.
pub(super) fn parse_source(check: &mut Check, source: i32) -> Option<Source> {
    let parsed = Source::from_number(source);
    if parsed.is_none() {
        check.refuse("source", "is not a source of this version of the contract");
    }
    parsed
}

/// Reads the fields of a wave that stand by themselves.
pub(super) fn parse_wave(
    check: &mut Check,
    asked: &pb::Wave,
    source: Option<Source>,
    standards: &Standards<'_>,
) -> Option<WaveFields> {
    let display_name = wave::parse_display_name(check, &asked.display_name);
    let instrument_id = check.id::<InstrumentId>("instrument_id", &asked.instrument_id);
    let form_key = wave::parse_form_key(check, &asked.form_key);
    let planned_close_time =
        parse_timestamp(check, "planned_close_time", asked.planned_close_time.as_ref());
    let time_zone = if asked.time_zone.is_empty() {
        Some(standards.time_zone)
    } else {
        check.time_zone("time_zone", &asked.time_zone)
    };
    let measured_period = parse_period(check, asked.measured_period.as_ref(), source, standards);
    let language_codes = wave::parse_languages(check, &asked.language_codes);
    let policy = parse_policy(check, asked.anonymity_policy.as_ref(), standards);
    Some(WaveFields {
        display_name: display_name?,
        instrument_id: instrument_id?,
        form_key: form_key?,
        planned_close_time: planned_close_time?,
        time_zone: time_zone?,
        measured_period: measured_period?,
        language_codes: language_codes?,
        policy: policy?,
    })
}

/// Imported waves tell when they were measured, and no others do.
#[expect(clippy::option_option, reason = "the outer one is a violation, as in base::Check")]
fn parse_period(
    check: &mut Check,
    asked: Option<&common::CalendarPeriod>,
    source: Option<Source>,
    standards: &Standards<'_>,
) -> Option<Option<MeasuredPeriod>> {
    match (source?, asked) {
        (Source::Invited, None) => Some(None),
        (Source::Invited, Some(_)) => {
            check.refuse("measured_period", "must be empty, since the wave is measured here");
            check.refuse("source", "must be IMPORTED where a measured_period is given");
            None
        }
        (Source::Imported, None) => {
            check.missing("measured_period");
            None
        }
        (Source::Imported, Some(period)) => {
            let zone = if period.time_zone.is_empty() {
                Some(standards.time_zone)
            } else {
                check.time_zone("measured_period.time_zone", &period.time_zone)
            };
            let mut day = |field: &str, date: Option<&common::CalendarDate>| {
                let field = format!("measured_period.{field}");
                let parsed = parse_date(check, &field, date);
                if parsed == Some(None) {
                    check.missing(&field);
                }
                parsed.flatten()
            };
            let start = day("start_date", period.start_date.as_ref());
            let end = day("end_date", period.end_date.as_ref());
            MeasuredPeriod::parse(check, start?, end?, zone?, standards.now).map(Some)
        }
    }
}

fn parse_policy(
    check: &mut Check,
    asked: Option<&pb::AnonymityPolicy>,
    standards: &Standards<'_>,
) -> Option<AnonymityPolicy> {
    let Some(asked) = asked else {
        return Some(AnonymityPolicy::of_organization(standards.privacy));
    };
    let known = pb::TokenScheme::try_from(asked.token_scheme).is_ok();
    let mut within = Check::within("wave.anonymity_policy");
    if !known {
        within.refuse("token_scheme", "is not a scheme of this version of the contract");
    }
    let pairs = asked
        .two_way_tables
        .iter()
        .map(|pair| (pair.first_dimension_key.clone(), pair.second_dimension_key.clone()))
        .collect();
    let raw = AnonymityPolicy {
        minimum_group_size: asked.minimum_group_size,
        distribution_minimum_group_size: asked.distribution_minimum_group_size,
        comment_minimum_group_size: asked.comment_minimum_group_size,
        quality_minimum_group_size: asked.quality_minimum_group_size,
        driver_minimum_group_size: asked.driver_minimum_group_size,
        disclose_individual_participation: asked.disclose_individual_participation,
        stored_dimension_keys: asked.stored_segment_dimension_keys.clone(),
        pairs,
    };
    let policy = AnonymityPolicy::parse(&mut within, raw, standards.privacy, standards.scheme);
    check.absorb(within);
    policy.filter(|_| known)
}
