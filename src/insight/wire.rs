//! Between the wire types of `orgfit.insight.v1` and values.
use std::collections::BTreeSet;

use data_encoding::HEXLOWER;

use super::breakdown;
use super::ground::{Ground, NamedSlice, SEGMENTS_MAX};
use super::note;
use super::numbers::{ItemNumbers, Numbers};
use super::participation::{Count, Participation};
use super::preview::{MERGED_UNITS_MAX, MERGED_UNITS_MIN, MERGES_MAX, Preview};
use super::store::read::ReleaseRow;
use crate::base::Check;
use crate::base::id::{UnitId, WaveId};
use crate::base::wire::timestamp;
use crate::disclosure::{Extent, Figure, Hidden, Method, Released, Slice, Tally};
use crate::instrument::{Content, Format, Item, Role};
use crate::pb::common;
use crate::pb::insight as pb;

/// Confidence level of all intervals.
pub(super) const CONFIDENCE_LEVEL: f64 = 0.95;

/// Reads a slice; unset is the scope.
pub(super) fn parse_slice(
    check: &mut Check,
    field: &str,
    slice: Option<&common::Slice>,
) -> Option<NamedSlice> {
    let Some(slice) = slice else { return Some(NamedSlice::default()) };
    let unit_id = check.optional_id(&format!("{field}.unit_id"), &slice.unit_id);
    let field = format!("{field}.segments");
    check.count(&field, slice.segments.len(), 0..=SEGMENTS_MAX)?;
    let mut segments = Vec::new();
    for (position, segment) in slice.segments.iter().enumerate() {
        let field = format!("{field}[{position}]");
        let dimension = check.key(&format!("{field}.dimension_key"), &segment.dimension_key);
        let value = check.key(&format!("{field}.value_key"), &segment.value_key);
        segments.push(dimension.zip(value));
    }
    let segments = segments.into_iter().collect::<Option<Vec<_>>>()?;
    Some(NamedSlice { unit_id: unit_id?, direct: slice.direct_members_only, segments })
}

/// Reads a view: whether it is the full one.
pub(super) fn parse_view(check: &mut Check, view: i32) -> Option<bool> {
    match pb::ScorecardView::try_from(view) {
        Ok(pb::ScorecardView::Unspecified | pb::ScorecardView::Basic) => Some(false),
        Ok(pb::ScorecardView::Full) => Some(true),
        Err(_) => {
            check.refuse("view", "is not a view of this version of the contract");
            None
        }
    }
}

/// What the rows of a breakdown are, as asked: the key of the dimension is not looked up yet.
pub(super) enum AskedRows {
    Units(breakdown::Rows),
    SegmentValues(String),
}

/// Reads what the rows are.
pub(super) fn parse_rows(check: &mut Check, rows: i32, dimension_key: &str) -> Option<AskedRows> {
    let rows = match pb::BreakdownRows::try_from(rows) {
        Ok(pb::BreakdownRows::Unspecified | pb::BreakdownRows::ChildUnits) => {
            breakdown::Rows::ChildUnits
        }
        Ok(pb::BreakdownRows::Subtree) => breakdown::Rows::Subtree,
        Ok(pb::BreakdownRows::SegmentValues) => {
            return check.key("segment_dimension_key", dimension_key).map(AskedRows::SegmentValues);
        }
        Err(_) => {
            check.refuse("rows", "is not a value of this version of the contract");
            return None;
        }
    };
    if !dimension_key.is_empty() {
        check.refuse("segment_dimension_key", "must be empty unless rows are SEGMENT_VALUES");
        return None;
    }
    Some(AskedRows::Units(rows))
}

/// A column of a breakdown.
pub(super) enum Column {
    Overall,
    Dimension(usize),
    Facet(usize),
    /// Position among the items that were asked.
    Item(usize),
}

/// How far down the columns go.
pub(super) fn parse_columns(check: &mut Check, level: i32) -> Option<common::ScoreLevel> {
    match common::ScoreLevel::try_from(level) {
        Ok(common::ScoreLevel::Unspecified) => Some(common::ScoreLevel::Dimension),
        Ok(level) => Some(level),
        Err(_) => {
            check.refuse("columns", "is not a level of this version of the contract");
            None
        }
    }
}

/// The columns of a level, with what each is about.
pub(super) fn columns(
    level: common::ScoreLevel,
    content: &Content,
    items: &[&Item],
) -> Vec<(Column, common::ScoreTarget)> {
    use common::ScoreLevel as Level;
    let mut columns = vec![(Column::Overall, target(Level::Overall, ""))];
    if level != Level::Overall {
        columns.extend(content.dimensions.iter().enumerate().map(|(position, dimension)| {
            (Column::Dimension(position), target(Level::Dimension, &dimension.key))
        }));
    }
    if matches!(level, Level::Facet | Level::Item) {
        columns.extend(
            facet_keys(content)
                .enumerate()
                .map(|(position, key)| (Column::Facet(position), target(Level::Facet, key))),
        );
    }
    if level == Level::Item {
        let scored =
            items.iter().enumerate().filter(|(_, item)| matches!(item.role, Role::Score { .. }));
        columns.extend(
            scored.map(|(position, item)| (Column::Item(position), target(Level::Item, &item.key))),
        );
    }
    columns
}

fn facet_keys(content: &Content) -> impl Iterator<Item = &str> {
    content
        .dimensions
        .iter()
        .flat_map(|dimension| dimension.facets.iter().map(|facet| facet.key.as_str()))
}

fn target(level: common::ScoreLevel, key: &str) -> common::ScoreTarget {
    common::ScoreTarget { level: level.into(), key: key.to_owned() }
}

/// A slice, with its unit named.
pub(super) fn slice(ground: &Ground, slice: Slice) -> common::Slice {
    let named = ground.name(slice);
    common::Slice {
        unit_id: named.unit_id.map(|id| id.to_string()).unwrap_or_default(),
        direct_members_only: named.direct,
        segments: named
            .segments
            .into_iter()
            .map(|(dimension_key, value_key)| common::SegmentSelector { dimension_key, value_key })
            .collect(),
    }
}

/// A release. `responses` are those of the whole wave, and `has_audit` whether the caller sees
/// all of it.
pub(super) fn release(
    teller: &mut Teller,
    wave_id: WaveId,
    row: &ReleaseRow,
    responses: Count,
    has_audit: bool,
) -> pb::Release {
    pb::Release {
        release_id: row.release_id.to_string(),
        wave_id: wave_id.to_string(),
        number: row.number,
        kind: i32::from(row.kind),
        release_time: Some(timestamp(row.release_time)),
        confidence_level: CONFIDENCE_LEVEL,
        method_version: row.method_version.clone(),
        input_digest: HEXLOWER.encode(&row.input_digest),
        plan_digest: HEXLOWER.encode(&row.plan_digest),
        exact_digest: HEXLOWER.encode(&row.exact_digest),
        result_digest: HEXLOWER.encode(&row.result_digest),
        response_count: Some(teller.count(responses)),
        audit: has_audit.then(|| audit(&row.extent())),
    }
}

fn audit(extent: &Extent) -> pb::DisclosureAudit {
    pb::DisclosureAudit {
        eligible_unit_count: told(extent.eligible_units()),
        shown_unit_count: told(extent.shown_units()),
        eligible_slice_count: told(extent.eligible_slices()),
        shown_slice_count: told(extent.shown_slices()),
    }
}

/// What would be shown.
pub(super) fn preview(preview: &Preview) -> pb::PreviewReleaseResponse {
    let extent = &preview.extent;
    pb::PreviewReleaseResponse {
        eligible_unit_count: told(extent.eligible_units()),
        shown_unit_count: told(extent.shown_units()),
        eligible_slice_count: told(extent.eligible_slices()),
        shown_slice_count: told(extent.shown_slices()),
        coverages: preview
            .coverages
            .iter()
            .map(|(key, share)| pb::SegmentCoverage {
                segment_dimension_key: key.clone(),
                share: share.as_ref().map(coverage),
            })
            .collect(),
    }
}

/// A page of a breakdown. `covered` is the share of the invited that its rows cover, where they are
/// segment values.
pub(super) fn breakdown(
    teller: Teller,
    (columns, rows): (Vec<common::ScoreTarget>, Vec<pb::BreakdownRow>),
    next_page_token: String,
    release: Option<pb::Release>,
    covered: Option<&Figure>,
    language: &'static str,
) -> pb::ListScoreBreakdownResponse {
    pb::ListScoreBreakdownResponse {
        columns,
        rows,
        next_page_token,
        release,
        suppression_notes: teller.notes(language),
        coverage: covered.map(coverage),
    }
}

/// The share of the invited that a segment dimension covers.
fn coverage(share: &Figure) -> f64 {
    share.value()
}

fn told(count: Tally) -> i32 {
    i32::try_from(count.get()).unwrap_or(i32::MAX)
}

/// Reads units that are to be taken as merged: each merge by itself, each unit once.
pub(super) fn parse_merges(
    check: &mut Check,
    merges: &[pb::UnitMerge],
) -> Option<Vec<Vec<UnitId>>> {
    check.count("merges", merges.len(), 0..=MERGES_MAX)?;
    let mut known = BTreeSet::new();
    let parsed: Vec<_> = merges
        .iter()
        .enumerate()
        .map(|(position, merge)| {
            let field = format!("merges[{position}].unit_ids");
            let limits = MERGED_UNITS_MIN..=MERGED_UNITS_MAX;
            check.count(&field, merge.unit_ids.len(), limits)?;
            let mut once = |(position, text): (usize, &String)| {
                let field = format!("{field}[{position}]");
                let unit = check.id::<UnitId>(&field, text)?;
                if !known.insert(unit) {
                    check.refuse(&field, "is named twice; each unit is in one merge at most");
                    return None;
                }
                Some(unit)
            };
            // All of them are looked at, so that all mistakes are told.
            let units: Vec<_> = merge.unit_ids.iter().enumerate().map(&mut once).collect();
            units.into_iter().collect()
        })
        .collect();
    parsed.into_iter().collect()
}

/// Puts figures into answers, and remembers why some are missing.
#[derive(Debug, Default)]
pub(super) struct Teller {
    missing: Vec<Hidden>,
}

impl Teller {
    /// One note for each reason that was told.
    pub(super) fn notes(self, language: &'static str) -> Vec<common::SuppressionNote> {
        let note = |reason| common::SuppressionNote {
            reason: suppression(reason).reason,
            text: note::text(reason, language).to_owned(),
            language_code: language.to_owned(),
        };
        self.missing.into_iter().map(note).collect()
    }

    fn hide(&mut self, reason: Hidden) -> common::Suppression {
        if !self.missing.contains(&reason) {
            self.missing.push(reason);
        }
        suppression(reason)
    }

    pub(super) fn count(&mut self, count: Count) -> common::Count {
        use common::count::Outcome;
        let outcome = match count {
            Count::Exact(count) => Outcome::Exact(told(count)),
            Count::AtLeast(count) => Outcome::AtLeast(told(count)),
            Count::Hidden(reason) => Outcome::Suppression(self.hide(reason)),
        };
        common::Count { outcome: Some(outcome) }
    }

    pub(super) fn statistic(&mut self, figure: Released<Figure>) -> common::Statistic {
        use common::statistic::Outcome;
        let outcome = match figure {
            Released::Shown(figure) => Outcome::Estimate(estimate(&figure)),
            Released::Hidden(reason) => Outcome::Suppression(self.hide(reason)),
        };
        common::Statistic { outcome: Some(outcome) }
    }

    pub(super) fn participation(&mut self, participation: &Participation) -> pb::Participation {
        pb::Participation {
            invited_count: Some(self.count(participation.invited)),
            late_invitation_count: Some(self.count(participation.late)),
            response_count: Some(self.count(participation.responses)),
            rate: Some(self.statistic(participation.rate)),
            as_of_time: participation.as_of_time.map(timestamp),
        }
    }

    /// The cells of a row.
    pub(super) fn cells(
        &mut self,
        columns: &[(Column, common::ScoreTarget)],
        numbers: &Numbers,
        items: &[&Item],
    ) -> Vec<pb::BreakdownCell> {
        let figure = |column: &Column| match column {
            Column::Overall => numbers.overall(),
            Column::Dimension(position) => numbers.dimension(*position),
            Column::Facet(position) => numbers.facet(*position),
            Column::Item(position) => items
                .get(*position)
                .and_then(|item| numbers.item(*position, item).score)
                .unwrap_or(Released::Hidden(Hidden::NotMeasured)),
        };
        columns
            .iter()
            .map(|(column, _)| pb::BreakdownCell { score: Some(self.statistic(figure(column))) })
            .collect()
    }

    /// The scores of a scorecard: overall, dimensions, and with `full` facets and items.
    pub(super) fn scores(
        &mut self,
        numbers: &Numbers,
        content: &Content,
        items: &[&Item],
        full: bool,
    ) -> pb::Scorecard {
        use common::ScoreLevel as Level;
        let mut card = pb::Scorecard {
            overall: Some(self.scale(target(Level::Overall, ""), numbers.overall())),
            ..pb::Scorecard::default()
        };
        for (position, dimension) in content.dimensions.iter().enumerate() {
            let target = target(Level::Dimension, &dimension.key);
            card.dimensions.push(self.scale(target, numbers.dimension(position)));
        }
        if !full {
            return card;
        }
        for (position, key) in facet_keys(content).enumerate() {
            card.facets.push(self.scale(target(Level::Facet, key), numbers.facet(position)));
        }
        for (position, item) in items.iter().enumerate() {
            card.items.push(self.item(item, &numbers.item(position, item)));
        }
        card
    }

    fn scale(&mut self, target: common::ScoreTarget, score: Released<Figure>) -> pb::ScaleScore {
        pb::ScaleScore { target: Some(target), score: Some(self.statistic(score)), norm: None }
    }

    fn item(&mut self, item: &Item, numbers: &ItemNumbers) -> pb::ItemScore {
        let mut told = pb::ItemScore { item_key: item.key.clone(), ..pb::ItemScore::default() };
        told.score = numbers.score.map(|figure| self.statistic(figure));
        told.dispersion = numbers.dispersion.map(|figure| self.statistic(figure));
        told.mean = numbers.mean.map(|figure| self.statistic(figure));
        told.cannot_judge_share = numbers.cannot_judge_share.map(|figure| self.statistic(figure));
        match &item.format {
            Format::Rating { minimum, .. } => {
                for (point, share) in (*minimum..).zip(&numbers.distribution) {
                    let share = Some(self.statistic(*share));
                    told.distribution.push(pb::PointShare { point, share });
                }
            }
            Format::Choice { options, .. } => {
                for (option, share) in options.iter().zip(&numbers.option_shares) {
                    let share = Some(self.statistic(*share));
                    let option_key = option.key.clone();
                    told.option_shares.push(pb::OptionShare { option_key, share });
                }
            }
            Format::Number { .. } | Format::Text { .. } => {}
        }
        told
    }
}

fn suppression(reason: Hidden) -> common::Suppression {
    use common::{EstimationFailure as Failure, SuppressionReason as Reason};
    let (reason, failure) = match reason {
        Hidden::Protected => (Reason::Protected, Failure::Unspecified),
        Hidden::NotReleased => (Reason::NotReleased, Failure::Unspecified),
        Hidden::TooFewObservations => (Reason::NotEstimable, Failure::TooFewObservations),
        Hidden::UnknownSpread => (Reason::NotEstimable, Failure::UnknownSpread),
        Hidden::NotMeasured => (Reason::NotMeasured, Failure::Unspecified),
        Hidden::AccessRestricted => (Reason::AccessRestricted, Failure::Unspecified),
    };
    common::Suppression { reason: reason.into(), failure: failure.into() }
}

fn estimate(figure: &Figure) -> common::Estimate {
    let size = |size: Option<u32>| size.and_then(|size| i32::try_from(size).ok());
    let method = match figure.method() {
        Method::Mean => common::EstimationMethod::MeanT,
        Method::MeanOfMeans => common::EstimationMethod::MeanOfMeansT,
        Method::Exact => common::EstimationMethod::Exact,
    };
    common::Estimate {
        value: figure.value(),
        standard_error: figure.standard_error(),
        interval: figure.interval().map(|(lower, upper)| common::ConfidenceInterval {
            lower,
            upper,
            level: CONFIDENCE_LEVEL,
        }),
        sample_size: size(figure.sample_size()),
        population_size: size(figure.population_size()),
        method: method.into(),
        flags: if figure.is_census() {
            vec![common::EstimateFlag::Census.into()]
        } else {
            Vec::new()
        },
    }
}

/// Reads a language; none when empty.
#[expect(
    clippy::option_option,
    reason = "the outer one is the collector's, the inner one the value"
)]
pub(super) fn parse_language(check: &mut Check, language_code: &str) -> Option<Option<String>> {
    if language_code.is_empty() {
        return Some(None);
    }
    check.language("language_code", language_code).map(Some)
}

/// Digest of a query without its page, for tokens.
pub(super) fn breakdown_query(
    message: &pb::ListScoreBreakdownRequest,
) -> pb::ListScoreBreakdownRequest {
    let mut query = message.clone();
    query.page_size = 0;
    query.page_token.clear();
    query
}
