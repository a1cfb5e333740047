//! `InsightService`: what releases say, how far a wave has got before, and norms to compare with.
mod contribution;
mod load;
mod norm;
mod preview;
mod stream;

use std::pin::Pin;
use std::sync::Arc;

use futures::Stream;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::breakdown::{self, ROWS_MAX, Row, Rows};
use super::ground::NamedSlice;
use super::norm::wire as norm_wire;
use super::note;
use super::participation::{Count, Participation, coverage};
use super::store::read::{self, ReleaseRow};
use super::watch::SLICES_MAX;
use super::wire::{self, AskedRows, Teller};
use crate::base::id::{NormSetId, ReleaseId, WaveId};
use crate::base::page::PageRequest;
use crate::base::wire::enter;
use crate::base::{Check, Clock, Db, Permission, Result, Tx};
use crate::disclosure::{Figure, Hidden, Part, Slice};
use crate::pb::common;
use crate::pb::insight as pb;
use crate::respondent::{self, Questionnaire};
use load::{Results, Seen};
use pb::insight_service_server::InsightService;

/// The service.
#[derive(Clone)]
pub struct InsightRpc {
    db: Db,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for InsightRpc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InsightRpc").finish_non_exhaustive()
    }
}

impl InsightRpc {
    /// The service on a database.
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        Self { db, clock }
    }
}

/// What a breakdown was asked for, parsed.
struct Asked {
    wave_id: WaveId,
    base: NamedSlice,
    rows: AskedRows,
    level: common::ScoreLevel,
    release_id: Option<ReleaseId>,
    language: Option<String>,
    page: PageRequest,
}

#[tonic::async_trait]
impl InsightService for InsightRpc {
    async fn get_scorecard(
        &self,
        request: Request<pb::GetScorecardRequest>,
    ) -> Result<Response<pb::GetScorecardResponse>, Status> {
        let (ctx, message) = enter(request)?;
        ctx.caller.reach(Permission::ResultsRead)?;
        let mut check = Check::new();
        let wave_id = check.id::<WaveId>("wave_id", &message.wave_id);
        let named = wire::parse_slice(&mut check, "slice", message.slice.as_ref());
        let full = wire::parse_view(&mut check, message.view);
        let release_id = check.optional_id::<ReleaseId>("release_id", &message.release_id);
        let norm_set_id = check.optional_id::<NormSetId>("norm_set_id", &message.norm_set_id);
        let language = wire::parse_language(&mut check, &message.language_code);
        let (wave_id, named, full, release_id, norm_set_id, language) = check
            .build(|| Some((wave_id?, named?, full?, release_id?, norm_set_id?, language?)))?;

        let mut tx = self.db.read("get_scorecard", ctx.scope()).await?;
        let seen = load::results(&mut tx, &ctx, wave_id).await?;
        let (slice, view) = seen.sight.find(&seen.ground, &named)?;
        let questionnaire = load::questionnaire(&mut tx, wave_id).await?;
        let release = load::release(&mut tx, wave_id, release_id).await?;
        let number = seen.ground.frame().number(slice);
        let results = Results::load(&mut tx, &seen, release.as_ref(), &[number]).await?;
        let norm_set = norm::find(&mut tx, &ctx, wave_id, norm_set_id).await?;
        tx.commit().await?;

        let mut teller = Teller::default();
        let (numbers, participation) = results.of(number, view)?;
        let items = questionnaire.items();
        let mut scores = teller.scores(&numbers, &questionnaire.content, &items, full);
        if let Some(norm_set) = &norm_set {
            norm_wire::compare(&mut teller, &mut scores, &numbers, norm_set);
        }
        if matches!(slice, Slice { direct: false, part: Part::Whole, .. }) {
            let asked = (&questionnaire.content, seen.ground.dimensions());
            teller.shared_view(&mut scores, &numbers, asked, full);
        }
        let scorecard = pb::Scorecard {
            wave_id: wave_id.to_string(),
            slice: Some(wire::slice(&seen.ground, slice)),
            release_id: release.as_ref().map(|row| row.release_id.to_string()).unwrap_or_default(),
            participation: Some(teller.participation(&participation)),
            ..scores
        };
        let release = told_release(&mut teller, &seen, release.as_ref(), &results)?;
        let language = note::language(&languages(language.as_deref(), &questionnaire));
        Ok(Response::new(pb::GetScorecardResponse {
            scorecard: Some(scorecard),
            release,
            suppression_notes: teller.notes(language),
        }))
    }

    async fn list_score_breakdown(
        &self,
        request: Request<pb::ListScoreBreakdownRequest>,
    ) -> Result<Response<pb::ListScoreBreakdownResponse>, Status> {
        let (ctx, message) = enter(request)?;
        ctx.caller.reach(Permission::ResultsRead)?;
        let asked = parse_breakdown(&message)?;
        let mut tx = self.db.read("list_score_breakdown", ctx.scope()).await?;
        let seen = load::results(&mut tx, &ctx, asked.wave_id).await?;
        let (base, view) = seen.sight.find(&seen.ground, &asked.base)?;
        let rows = match &asked.rows {
            AskedRows::Units(rows) => *rows,
            AskedRows::SegmentValues(key) => {
                Rows::SegmentValues { dimension: seen.ground.dimension(key)? }
            }
        };
        let planned = breakdown::rows(&seen.ground, &seen.sight, base, rows)?;
        let key = tx.page_key().await?;
        let from = asked.page.after::<usize>(&key, ctx.now)?.map_or(0, |last| last + 1);
        let size = usize::try_from(asked.page.fetch()).unwrap_or(0);
        let page: Vec<(usize, Row)> =
            planned.into_iter().enumerate().skip(from).take(size).collect();
        let (page, next_page_token) =
            asked.page.finish(&key, ctx.now, page, |(position, _)| *position)?;
        let questionnaire = load::questionnaire(&mut tx, asked.wave_id).await?;
        let release = load::release(&mut tx, asked.wave_id, asked.release_id).await?;
        let frame = seen.ground.frame();
        let mut numbers: Vec<usize> = page.iter().map(|(_, row)| frame.number(row.slice)).collect();
        let base = frame.number(base);
        numbers.push(base);
        let results = Results::load(&mut tx, &seen, release.as_ref(), &numbers).await?;
        let covered = match rows {
            Rows::SegmentValues { dimension } => {
                let participation = results.of(base, view)?.1;
                covered(&mut tx, &seen, &participation, base, dimension).await?
            }
            Rows::ChildUnits | Rows::Subtree => None,
        };
        tx.commit().await?;

        let mut teller = Teller::default();
        let items = questionnaire.items();
        let columns = wire::columns(asked.level, &questionnaire.content, &items);
        let languages = languages(asked.language.as_deref(), &questionnaire);
        let mut told = Vec::with_capacity(page.len());
        for (_, row) in &page {
            let Some(view) = seen.sight.view(row.slice) else { continue };
            let (numbers, participation) = results.of(frame.number(row.slice), view)?;
            told.push(pb::BreakdownRow {
                slice: Some(wire::slice(&seen.ground, row.slice)),
                title: title(&seen, row, rows, &languages),
                depth: row.depth,
                participation: Some(teller.participation(&participation)),
                cells: teller.cells(&columns, &numbers, &items),
            });
        }
        let release = told_release(&mut teller, &seen, release.as_ref(), &results)?;
        let columns = columns.into_iter().map(|(_, target)| target).collect();
        Ok(Response::new(wire::breakdown(
            teller,
            (columns, told),
            next_page_token,
            release,
            covered.as_ref(),
            note::language(&languages),
        )))
    }

    type WatchResultsStream =
        Pin<Box<dyn Stream<Item = Result<pb::WatchResultsResponse, Status>> + Send>>;

    async fn watch_results(
        &self,
        request: Request<pb::WatchResultsRequest>,
    ) -> Result<Response<Self::WatchResultsStream>, Status> {
        let (ctx, message) = enter(request)?;
        ctx.caller.reach(Permission::ResultsRead)?;
        let mut check = Check::new();
        let wave_id = check.id::<WaveId>("wave_id", &message.wave_id);
        check.count("slices", message.slices.len(), 0..=SLICES_MAX);
        let slices: Option<Vec<NamedSlice>> = message
            .slices
            .iter()
            .take(SLICES_MAX)
            .enumerate()
            .map(|(position, slice)| {
                wire::parse_slice(&mut check, &format!("slices[{position}]"), Some(slice))
            })
            .collect();
        let (wave_id, mut slices) = check.build(|| Some((wave_id?, slices?)))?;
        if slices.is_empty() {
            slices.push(NamedSlice::default());
        }
        let watched = stream::begin(&self.db, self.clock.clone(), ctx, wave_id, &slices).await?;
        Ok(Response::new(Box::pin(watched)))
    }

    async fn list_releases(
        &self,
        request: Request<pb::ListReleasesRequest>,
    ) -> Result<Response<pb::ListReleasesResponse>, Status> {
        const METHOD: &str = "orgfit.insight.v1.InsightService/ListReleases";
        let (ctx, message) = enter(request)?;
        ctx.caller.reach(Permission::AssessmentsRead)?;
        let mut check = Check::new();
        let wave_id = check.id::<WaveId>("wave_id", &message.wave_id);
        let page = PageRequest::parse(
            &mut check,
            METHOD,
            &message.wave_id,
            message.page_size,
            &message.page_token,
        );
        let (wave_id, page) = check.build(|| Some((wave_id?, page?)))?;
        let mut tx = self.db.read("list_releases", ctx.scope()).await?;
        let seen = load::wave(&mut tx, &ctx, wave_id, Permission::AssessmentsRead).await?;
        let key = tx.page_key().await?;
        let after = page.after::<i32>(&key, ctx.now)?;
        let rows = read::list_releases(&mut tx, wave_id, &page, after).await?;
        let (rows, next_page_token) = page.finish(&key, ctx.now, rows, |row| row.number)?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.release_id).collect();
        let cards = read::list_scope_cards(&mut tx, &ids).await?;
        tx.commit().await?;
        let mut releases = Vec::with_capacity(rows.len());
        for row in &rows {
            let responses = if seen.sight.is_whole() {
                let card = load::card(cards.get(&row.release_id))?;
                load::participation(&card, &seen.wave).responses
            } else {
                Count::Hidden(Hidden::AccessRestricted)
            };
            let teller = &mut Teller::default();
            let is_whole = seen.sight.is_whole();
            releases.push(wire::release(teller, wave_id, row, responses, is_whole));
        }
        Ok(Response::new(pb::ListReleasesResponse { releases, next_page_token }))
    }

    async fn preview_release(
        &self,
        request: Request<pb::PreviewReleaseRequest>,
    ) -> Result<Response<pb::PreviewReleaseResponse>, Status> {
        Ok(preview::answer(&self.db, request).await?)
    }

    async fn create_norm_set(
        &self,
        request: Request<pb::CreateNormSetRequest>,
    ) -> Result<Response<pb::CreateNormSetResponse>, Status> {
        Ok(norm::create(&self.db, request).await?)
    }

    async fn list_norm_sets(
        &self,
        request: Request<pb::ListNormSetsRequest>,
    ) -> Result<Response<pb::ListNormSetsResponse>, Status> {
        Ok(norm::list(&self.db, request).await?)
    }

    async fn delete_norm_set(
        &self,
        request: Request<pb::DeleteNormSetRequest>,
    ) -> Result<Response<pb::DeleteNormSetResponse>, Status> {
        Ok(norm::delete(&self.db, request).await?)
    }

    async fn contribute_to_norms(
        &self,
        request: Request<pb::ContributeToNormsRequest>,
    ) -> Result<Response<pb::ContributeToNormsResponse>, Status> {
        Ok(contribution::begin(&self.db, request).await?)
    }

    async fn stop_contributing(
        &self,
        request: Request<pb::StopContributingRequest>,
    ) -> Result<Response<pb::StopContributingResponse>, Status> {
        Ok(contribution::stop(&self.db, request).await?)
    }

    async fn get_norm_contribution(
        &self,
        request: Request<pb::GetNormContributionRequest>,
    ) -> Result<Response<pb::GetNormContributionResponse>, Status> {
        Ok(contribution::get(&self.db, request).await?)
    }
}

fn parse_breakdown(message: &pb::ListScoreBreakdownRequest) -> Result<Asked> {
    const METHOD: &str = "orgfit.insight.v1.InsightService/ListScoreBreakdown";
    let mut check = Check::new();
    let wave_id = check.id::<WaveId>("wave_id", &message.wave_id);
    let base = wire::parse_slice(&mut check, "slice", message.slice.as_ref());
    let rows = wire::parse_rows(&mut check, message.rows, &message.segment_dimension_key);
    let level = wire::parse_columns(&mut check, message.columns);
    let release_id = check.optional_id::<ReleaseId>("release_id", &message.release_id);
    let language = wire::parse_language(&mut check, &message.language_code);
    let query = wire::breakdown_query(message);
    let size = message.page_size.min(ROWS_MAX);
    let page = PageRequest::parse(&mut check, METHOD, &query, size, &message.page_token);
    check.build(|| {
        Some(Asked {
            wave_id: wave_id?,
            base: base?,
            rows: rows?,
            level: level?,
            release_id: release_id?,
            language: language?,
            page: page?,
        })
    })
}

/// The languages to look for, the best first.
fn languages<'a>(asked: Option<&'a str>, questionnaire: &'a Questionnaire) -> Vec<&'a str> {
    asked.into_iter().chain([questionnaire.default_language_code.as_str()]).collect()
}

fn told_release(
    teller: &mut Teller,
    seen: &Seen,
    release: Option<&ReleaseRow>,
    results: &Results,
) -> Result<Option<pb::Release>> {
    let Some(row) = release else { return Ok(None) };
    let responses = results.all_responses(&seen.sight)?;
    Ok(Some(wire::release(teller, seen.wave.wave_id, row, responses, seen.sight.is_whole())))
}

/// Name of the unit, or title of the value that the rows differ by.
fn title(seen: &Seen, row: &Row, rows: Rows, languages: &[&str]) -> String {
    let unit = || {
        let unit = seen.ground.units().get(row.slice.unit);
        unit.map(|unit| unit.display_name.clone()).unwrap_or_default()
    };
    let Rows::SegmentValues { dimension } = rows else { return unit() };
    let value = match row.slice.part {
        _ if row.depth == 0 => None,
        Part::Whole => None,
        Part::Value { value, .. } => Some(value),
        Part::Pair { pair, first, second } => {
            let crossed = seen.ground.frame().pairs.get(pair).copied();
            Some(if crossed.is_some_and(|(one, _)| one == dimension) { first } else { second })
        }
    };
    match value {
        None => unit(),
        Some(value) => seen.ground.value_title(dimension, value, languages).to_owned(),
    }
}

/// The share of the base slice's invited that the rows of a segment dimension cover, when how many
/// they are is shown.
async fn covered(
    tx: &mut Tx,
    seen: &Seen,
    participation: &Participation,
    base: usize,
    dimension: usize,
) -> Result<Option<Figure>> {
    if matches!(participation.invited, Count::Hidden(_)) {
        return Ok(None);
    }
    let cells = respondent::list_cells(tx, seen.wave.wave_id).await?;
    Ok(coverage(&seen.ground, &cells, base, dimension))
}
