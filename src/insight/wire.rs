//! Between the wire types of `orgfit.insight.v1` and values.
mod parse;
mod shared;

use data_encoding::HEXLOWER;

use super::band::Placement;
use super::ground::Ground;
use super::note;
use super::numbers::{AnswerNumbers, ItemNumbers, Numbers, ScaleNumbers};
use super::participation::{Count, Participation};
use super::preview::Preview;
use super::store::read::ReleaseRow;
use crate::base::id::WaveId;
use crate::base::wire::timestamp;
use crate::disclosure::{Extent, Figure, Hidden, Method, QualityCard, Released, Slice, Tally};
use crate::instrument::{Band, Content, Format, Item, Role};
use crate::pb::common;
use crate::pb::insight as pb;
use crate::stats::{Degenerate, Flag};

pub(super) use parse::{
    AskedRows, breakdown_query, parse_columns, parse_language, parse_merges, parse_rows,
    parse_slice, parse_view,
};

/// Confidence level of all intervals.
const CONFIDENCE_LEVEL: f64 = 0.95;

/// A column of a breakdown.
pub(super) enum Column {
    Overall,
    Dimension(usize),
    Facet(usize),
    /// Position among the items that were asked.
    Item(usize),
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
        let told = suppression(reason);
        // One note for each reason that callers tell apart.
        if !self.missing.iter().any(|known| suppression(*known).reason == told.reason) {
            self.missing.push(reason);
        }
        told
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
            representativeness: participation.representativeness.map(|told| self.statistic(told)),
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
            Column::Overall => numbers.overall().score,
            Column::Dimension(position) => numbers.dimension(*position).score,
            Column::Facet(position) => numbers.facet(*position).score,
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

    /// The scores of a scorecard: overall, dimensions, and with `full` facets, items, and all that
    /// goes with a scale.
    pub(super) fn scores(
        &mut self,
        numbers: &Numbers,
        content: &Content,
        items: &[&Item],
        full: bool,
    ) -> pb::Scorecard {
        use common::ScoreLevel as Level;
        let facets: Vec<&str> = facet_keys(content).collect();
        let count = |is_part: &dyn Fn(&str) -> bool| {
            let is_part = |item: &&&Item| matches!(&item.role, Role::Score { facet_key, .. } if is_part(facet_key));
            items.iter().filter(is_part).count()
        };
        let all = count(&|_| true);
        let overall = (target(Level::Overall, ""), numbers.overall());
        let mut card = pb::Scorecard {
            overall: Some(self.scale(overall, (&content.bands, all), full)),
            ..pb::Scorecard::default()
        };
        for (position, dimension) in content.dimensions.iter().enumerate() {
            let asked = count(&|key| dimension.facets.iter().any(|facet| facet.key == key));
            let scale = (target(Level::Dimension, &dimension.key), numbers.dimension(position));
            card.dimensions.push(self.scale(scale, (&content.bands, asked), full));
        }
        if !full {
            return card;
        }
        for (position, key) in facets.iter().enumerate() {
            let scale = (target(Level::Facet, key), numbers.facet(position));
            card.facets.push(self.scale(scale, (&[], count(&|of| of == *key)), full));
        }
        for (position, item) in items.iter().enumerate() {
            card.items.push(self.item(item, &numbers.item(position, item)));
        }
        let [long_string, missing] = numbers.careless().map(|figure| self.statistic(figure));
        card.response_quality = Some(pb::ResponseQuality {
            long_string_share: Some(long_string),
            missing_share: Some(missing),
        });
        card
    }

    /// A scale with the bands that its score is placed in, and how many of its items were asked.
    fn scale(
        &mut self,
        (target, numbers): (common::ScoreTarget, ScaleNumbers),
        (bands, items): (&[Band], usize),
        full: bool,
    ) -> pb::ScaleScore {
        let score = numbers.score.shown();
        let mut told = pb::ScaleScore {
            target: Some(target),
            score: Some(self.statistic(numbers.score)),
            band: score.as_ref().and_then(|score| Placement::of(bands, score)).map(placement),
            net_score: Some(self.statistic(numbers.answers.net)),
            cannot_judge_share: Some(self.statistic(numbers.cannot_judge_share)),
            ..pb::ScaleScore::default()
        };
        if full {
            told.answer_shares = Some(self.shares(&numbers.answers));
            told.dispersion = Some(self.statistic(of(&numbers.quality, QualityCard::dispersion)));
            told.quality = Some(self.quality(&numbers.quality, items));
        }
        told
    }

    fn shares(&mut self, answers: &AnswerNumbers) -> pb::AnswerShares {
        pb::AnswerShares {
            favourable: Some(self.statistic(answers.favourable)),
            neutral: Some(self.statistic(answers.neutral)),
            unfavourable: Some(self.statistic(answers.unfavourable)),
        }
    }

    fn quality(&mut self, quality: &Released<QualityCard>, items: usize) -> pb::ScaleQuality {
        let mut told = |figure| Some(self.statistic(of(quality, figure)));
        pb::ScaleQuality {
            item_count: i32::try_from(items).unwrap_or(i32::MAX),
            alpha: told(QualityCard::alpha),
            omega: told(QualityCard::omega),
            standard_error_of_measurement: told(QualityCard::measurement_error),
            agreement: told(QualityCard::agreement),
            average_deviation: told(QualityCard::average_deviation),
            icc1: told(QualityCard::icc1),
            icc2: told(QualityCard::icc2),
            average_unit_size: told(QualityCard::average_unit_size),
        }
    }

    fn item(&mut self, item: &Item, numbers: &ItemNumbers) -> pb::ItemScore {
        let mut told = pb::ItemScore { item_key: item.key.clone(), ..pb::ItemScore::default() };
        told.score = numbers.score.map(|figure| self.statistic(figure));
        told.dispersion = numbers.dispersion.map(|figure| self.statistic(figure));
        told.mean = numbers.mean.map(|figure| self.statistic(figure));
        told.cannot_judge_share = numbers.cannot_judge_share.map(|figure| self.statistic(figure));
        told.answer_shares = numbers.answers.map(|answers| self.shares(&answers));
        told.net_score = numbers.answers.map(|answers| self.statistic(answers.net));
        told.item_total_correlation = numbers.item_total.map(|figure| self.statistic(figure));
        told.alpha_if_deleted = numbers.alpha_if_deleted.map(|figure| self.statistic(figure));
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

/// One of the numbers that tell how well a scale measures.
fn of(
    quality: &Released<QualityCard>,
    figure: fn(&QualityCard) -> Released<Figure>,
) -> Released<Figure> {
    match quality {
        Released::Shown(quality) => figure(quality),
        Released::Hidden(reason) => Released::Hidden(*reason),
    }
}

fn placement(placement: Placement<'_>) -> pb::BandPlacement {
    let (lowest, highest) = placement.reach.unwrap_or((placement.band, placement.band));
    pb::BandPlacement {
        band_key: placement.band.key.clone(),
        uncertain: placement.is_uncertain(),
        lowest_band_key: lowest.key.clone(),
        highest_band_key: highest.key.clone(),
    }
}

fn suppression(reason: Hidden) -> common::Suppression {
    use common::{EstimationFailure as Failure, SuppressionReason as Reason};
    let (reason, failure) = match reason {
        Hidden::Protected => (Reason::Protected, Failure::Unspecified),
        Hidden::NotReleased => (Reason::NotReleased, Failure::Unspecified),
        Hidden::NotEstimable(reason) => (Reason::NotEstimable, failure(reason)),
        Hidden::NotMeasured => (Reason::NotMeasured, Failure::Unspecified),
        Hidden::AccessRestricted => (Reason::AccessRestricted, Failure::Unspecified),
    };
    common::Suppression { reason: reason.into(), failure: failure.into() }
}

fn failure(reason: Degenerate) -> common::EstimationFailure {
    use common::EstimationFailure as Failure;
    match reason {
        Degenerate::NoObservations | Degenerate::TooFewObservations | Degenerate::EmptyCell => {
            Failure::TooFewObservations
        }
        Degenerate::TooWide => Failure::IntervalTooWide,
        Degenerate::TooFewItems => Failure::TooFewItems,
        Degenerate::NoVariance => Failure::NoVariance,
        Degenerate::NegativeReliability => Failure::NegativeReliability,
        Degenerate::NegativeVariance
        | Degenerate::Inadmissible
        | Degenerate::Collinear
        | Degenerate::TooManyPredictors => Failure::InadmissibleSolution,
        Degenerate::TooFewGroups => Failure::TooFewGroups,
        Degenerate::UnknownSpread => Failure::UnknownSpread,
    }
}

/// What has to be known to read a number; flags of methods that nothing published uses have none.
fn flag(flag: Flag) -> Option<common::EstimateFlag> {
    use common::EstimateFlag as Told;
    match flag {
        Flag::Census => Some(Told::Census),
        Flag::ConstantItem => Some(Told::ConstantItem),
        Flag::NegativeReliability => Some(Told::NegativeReliability),
        Flag::MoreVarianceThanChance => Some(Told::MoreVarianceThanChance),
        Flag::NoGroupEffect => Some(Told::NoGroupEffect),
        Flag::WeightsCapped | Flag::StrataMerged | Flag::PerfectFit | Flag::FewObservations => None,
    }
}

fn method(method: Method) -> common::EstimationMethod {
    use common::EstimationMethod as Told;
    match method {
        Method::Mean => Told::MeanT,
        Method::MeanOfMeans => Told::MeanOfMeansT,
        Method::Exact => Told::Exact,
        Method::Wilson => Told::ProportionWilson,
        Method::AdjustedWald => Told::NetAdjustedWald,
        Method::AlphaFeldt => Told::AlphaFeldt,
        Method::OmegaMaximumLikelihood => Told::OmegaMaximumLikelihood,
        Method::IccAnova => Told::IccAnova,
        Method::Index => Told::Index,
        Method::DifferenceNormal => Told::DifferenceNormal,
        Method::PlaceInNorm => Told::PlaceInNorm,
        Method::Jackknife => Told::Jackknife,
        Method::Welch => Told::DifferenceWelch,
    }
}

fn estimate(figure: &Figure) -> common::Estimate {
    let size = |size: Option<u32>| size.and_then(|size| i32::try_from(size).ok());
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
        method: method(figure.method()).into(),
        flags: figure.flags().filter_map(flag).map(Into::into).collect(),
    }
}
