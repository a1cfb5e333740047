//! From values to the wire types of norms. Beside the wire of results it is the only file that writes
//! numbers of results: those of norms.
use super::{Contributed, Level, NormSet, Target};
use crate::base::wire::{date, timestamp};
use crate::disclosure::{Figure, Reference, Released};
use crate::insight::numbers::Numbers;
use crate::insight::wire::Teller;
use crate::pb::common;
use crate::pb::insight as pb;

/// A norm set on the wire.
pub(in crate::insight) fn norm_set(set: &NormSet) -> pb::NormSet {
    let period = set.period.as_ref().map(|period| common::CalendarPeriod {
        start_date: Some(date(period.start_date)),
        end_date: Some(date(period.end_date)),
        time_zone: period.time_zone.clone(),
    });
    pb::NormSet {
        norm_set_id: set.norm_set_id.to_string(),
        display_name: set.about.display_name.clone(),
        instrument_key: set.about.instrument_key.clone(),
        source: set.source.number().into(),
        provenance: set.about.provenance.clone(),
        population: set.about.population.clone(),
        period,
        wave_ids: set.wave_ids.iter().map(ToString::to_string).collect(),
        case_kind: set.basis.case_kind.number().into(),
        organization_count: set.basis.organizations,
        respondent_count: set.basis.respondents,
        values: set.values.iter().map(|value| norm(&value.target, &value.reference)).collect(),
        version: set.version,
        create_time: Some(timestamp(set.create_time)),
    }
}

fn norm(target: &Target, reference: &Reference) -> pb::NormValue {
    let percentile =
        |(percent, value): (u8, f64)| pb::NormPercentile { percent: percent.into(), value };
    pb::NormValue {
        target: Some(common::ScoreTarget {
            level: target.level.number().into(),
            key: target.key.clone(),
        }),
        mean: reference.mean(),
        standard_deviation: reference.deviation(),
        case_count: i32::try_from(reference.cases()).unwrap_or(i32::MAX),
        percentiles: reference.percentiles().map(percentile).collect(),
    }
}

/// What an organization gives, on the wire.
pub(in crate::insight) fn contribution(contributed: &Contributed) -> pb::NormContribution {
    pb::NormContribution {
        instrument_key: contributed.instrument_key.clone(),
        wave_id: contributed.wave_id.to_string(),
        release_id: contributed.release_id.to_string(),
        contribute_time: Some(timestamp(contributed.contribute_time)),
    }
}

/// Compares the scores of a scorecard with a norm set, where it has a norm of them.
pub(in crate::insight) fn compare(
    teller: &mut Teller,
    card: &mut pb::Scorecard,
    numbers: &Numbers,
    set: &NormSet,
) {
    let mut hang = |told: &mut pb::ScaleScore, score: Released<Figure>| {
        let target = told.target.as_ref().and_then(|target| {
            Some(Target { level: Level::from_number(target.level)?, key: target.key.clone() })
        });
        let reference = target.and_then(|target| set.reference(&target));
        told.norm = reference.map(|reference| comparison(teller, set, reference, score));
    };
    if let Some(overall) = &mut card.overall {
        hang(overall, numbers.overall().score);
    }
    for (position, told) in card.dimensions.iter_mut().enumerate() {
        hang(told, numbers.dimension(position).score);
    }
    for (position, told) in card.facets.iter_mut().enumerate() {
        hang(told, numbers.facet(position).score);
    }
}

/// Compares a published score with a norm.
fn comparison(
    teller: &mut Teller,
    set: &NormSet,
    reference: &Reference,
    score: Released<Figure>,
) -> pb::NormComparison {
    pb::NormComparison {
        norm_set_id: set.norm_set_id.to_string(),
        percentile: Some(teller.statistic(reference.place(score))),
        difference: Some(teller.statistic(reference.difference(score))),
    }
}
