//! Reading results: what is told before the release and after it, to whom, of which slices.
use std::time::Duration;

use orgfit::base::Permission;
use orgfit::base::id::{Id, UnitId};
use orgfit::pb::assessment as waves;
use orgfit::pb::common::count::Outcome as CountOutcome;
use orgfit::pb::common::statistic::Outcome;
use orgfit::pb::common::{
    Count, EstimationFailure, ScoreLevel, SegmentSelector, Slice, Statistic, SuppressionNote,
    SuppressionReason,
};
use orgfit::pb::directory;
use orgfit::pb::insight as pb;
use pb::watch_results_response::Payload;
use tonic::{Code, Status, Streaming};
use uuid::Uuid;

use crate::company::{Company, release, request_id, sheet, submit};
use crate::harness::{Client, World, golden};

/// People who stay away: two of Alpha, one of Beta.
const AWAY: [i32; 3] = [9, 15, 20];
const PATIENCE: Duration = Duration::from_secs(30);

impl Client {
    async fn scorecard(
        &self,
        wave_id: &str,
        slice: Slice,
    ) -> Result<pb::GetScorecardResponse, Status> {
        let request = pb::GetScorecardRequest {
            wave_id: wave_id.to_owned(),
            slice: Some(slice),
            view: pb::ScorecardView::Full.into(),
            ..pb::GetScorecardRequest::default()
        };
        self.insight().get_scorecard(request).await.map(tonic::Response::into_inner)
    }

    async fn breakdown(
        &self,
        request: pb::ListScoreBreakdownRequest,
    ) -> Result<pb::ListScoreBreakdownResponse, Status> {
        self.insight().list_score_breakdown(request).await.map(tonic::Response::into_inner)
    }

    async fn watch(&self, wave_id: &str) -> Streaming<pb::WatchResultsResponse> {
        let request = pb::WatchResultsRequest { wave_id: wave_id.to_owned(), slices: Vec::new() };
        self.insight().watch_results(request).await.unwrap().into_inner()
    }

    async fn releases(&self, wave_id: &str) -> Result<Vec<pb::Release>, Status> {
        let request = pb::ListReleasesRequest { wave_id: wave_id.to_owned(), ..Default::default() };
        Ok(self.insight().list_releases(request).await?.into_inner().releases)
    }

    pub(crate) async fn unit_by_key(&self, key: &str) -> directory::Unit {
        let key = directory::get_unit_request::Key::ExternalId(key.to_owned());
        let request = directory::GetUnitRequest { key: Some(key) };
        self.directory().get_unit(request).await.unwrap().into_inner().unit.unwrap()
    }
}

/// A company with a wave that is open, and the tokens of its people.
async fn opened(world: &World) -> (Company, waves::Wave, Vec<String>) {
    let company = Company::found(world).await;
    let instrument = company.publish_questions().await;
    let wave = company.plan(instrument.instrument_id).await;
    let tokens = company.invite(&wave).await;
    company.open(&wave, false).await.unwrap();
    (company, wave, tokens)
}

async fn answer(world: &World, tokens: &[String], numbers: impl IntoIterator<Item = i32>) {
    for number in numbers {
        let token = &tokens[usize::try_from(number).unwrap()];
        submit(world, token, &request_id(), sheet(number)).await.unwrap();
    }
}

/// As [`opened`], with nearly all answers, closed and released.
async fn released(world: &World) -> (Company, waves::Wave) {
    let (company, wave, tokens) = opened(world).await;
    let there = (0..29).filter(|number| !AWAY.contains(number));
    answer(world, &tokens, there).await;
    company.close(&wave).await.unwrap();
    release(world).await;
    (company, wave)
}

fn of(unit_id: &str) -> Slice {
    Slice { unit_id: unit_id.to_owned(), ..Slice::default() }
}

fn narrowed(unit_id: &str, values: &[(&str, &str)]) -> Slice {
    let segments = values
        .iter()
        .map(|(dimension, value)| SegmentSelector {
            dimension_key: (*dimension).to_owned(),
            value_key: (*value).to_owned(),
        })
        .collect();
    Slice { segments, ..of(unit_id) }
}

fn value(statistic: Option<&Statistic>) -> Result<f64, SuppressionReason> {
    match statistic.unwrap().outcome.as_ref().unwrap() {
        Outcome::Estimate(estimate) => Ok(estimate.value),
        Outcome::Suppression(hidden) => Err(hidden.reason()),
    }
}

fn count(count: Option<&Count>) -> CountOutcome {
    count.unwrap().outcome.unwrap()
}

fn reason(count: Option<&Count>) -> SuppressionReason {
    match count.unwrap().outcome.as_ref().unwrap() {
        CountOutcome::Suppression(hidden) => hidden.reason(),
        other => panic!("{other:?} is shown"),
    }
}

fn scores(card: &pb::Scorecard) -> Vec<Result<f64, SuppressionReason>> {
    let scales = card.overall.iter().chain(&card.dimensions).chain(&card.facets);
    let items = card.items.iter().filter_map(|item| item.score.as_ref());
    scales
        .filter_map(|scale| scale.score.as_ref())
        .chain(items)
        .map(|score| value(Some(score)))
        .collect()
}

fn reason_of(status: &Status) -> (Code, String) {
    use tonic_types::StatusExt;
    let info = status.get_error_details().error_info().cloned();
    (status.code(), info.map(|info| info.reason).unwrap_or_default())
}

#[tokio::test]
async fn before_the_release_there_is_participation_in_steps_and_no_number() {
    let world = World::start().await;
    let (company, wave, tokens) = opened(&world).await;
    let client = &company.client;
    let card = client.scorecard(&wave.wave_id, Slice::default()).await.unwrap();
    let participation = card.scorecard.unwrap().participation.unwrap();
    assert_eq!(count(participation.invited_count.as_ref()), CountOutcome::Exact(29));
    assert_eq!(count(participation.response_count.as_ref()), CountOutcome::AtLeast(0));

    answer(&world, &tokens, 6..15).await;
    world.clock.advance(Duration::from_mins(16));
    release(&world).await;
    let card = client.scorecard(&wave.wave_id, Slice::default()).await.unwrap();
    assert!(card.release.is_none());
    let reasons: Vec<_> = card.suppression_notes.iter().map(SuppressionNote::reason).collect();
    assert_eq!(reasons, [SuppressionReason::NotReleased]);
    assert_eq!(card.suppression_notes[0].language_code, "de");
    let card = card.scorecard.unwrap();
    assert_eq!(scores(&card), vec![Err(SuppressionReason::NotReleased); 11]);
    let participation = card.participation.unwrap();
    assert_eq!(count(participation.response_count.as_ref()), CountOutcome::AtLeast(5));
    assert_eq!(count(participation.late_invitation_count.as_ref()), CountOutcome::Exact(0));
    let rate = value(participation.rate.as_ref()).unwrap();
    assert!((rate - 0.172).abs() < 1e-9, "{rate}");

    // Too few were invited of Gamma to tell how many of them answered.
    let gamma = client.unit_by_key("gamma").await;
    let card = client.scorecard(&wave.wave_id, of(&gamma.unit_id)).await.unwrap();
    let participation = card.scorecard.unwrap().participation.unwrap();
    assert_eq!(reason(participation.invited_count.as_ref()), SuppressionReason::Protected);
    assert_eq!(reason(participation.response_count.as_ref()), SuppressionReason::Protected);
}

#[tokio::test]
async fn a_released_scorecard_has_all_levels_and_says_what_is_protected_in_two_languages() {
    let world = World::start().await;
    let (company, wave) = released(&world).await;
    let client = &company.client;
    let answer = client.scorecard(&wave.wave_id, Slice::default()).await.unwrap();
    let release = answer.release.unwrap();
    assert_eq!(count(release.response_count.as_ref()), CountOutcome::Exact(26));
    let card = answer.scorecard.unwrap();
    assert_eq!(card.release_id, release.release_id);
    assert_eq!((card.dimensions.len(), card.facets.len(), card.items.len()), (2, 3, 7));
    assert!(value(card.overall.unwrap().score.as_ref()).is_ok());
    let keys: Vec<_> = card.items.iter().map(|item| item.item_key.as_str()).collect();
    assert_eq!(keys, ["p1", "p2", "m1", "h1", "h2", "outcome", "priority"]);
    let options: Vec<_> =
        card.items[6].option_shares.iter().map(|share| share.option_key.as_str()).collect();
    assert_eq!(options, ["price", "speed", "care"]);
    let points: Vec<_> = card.items[0].distribution.iter().map(|share| share.point).collect();
    assert_eq!(points, [1, 2, 3, 4, 5]);

    let gamma = client.unit_by_key("gamma").await;
    let protected = client.scorecard(&wave.wave_id, of(&gamma.unit_id)).await.unwrap();
    let card = protected.scorecard.unwrap();
    assert_eq!(scores(&card), vec![Err(SuppressionReason::Protected); 11]);
    assert_eq!(card.items[6].option_shares.len(), 3);
    for (language, told) in [("en-GB", "en"), ("de-AT", "de"), ("fr", "de"), ("", "de")] {
        let request = pb::GetScorecardRequest {
            wave_id: wave.wave_id.clone(),
            slice: Some(of(&gamma.unit_id)),
            language_code: language.to_owned(),
            ..pb::GetScorecardRequest::default()
        };
        let answer = client.insight().get_scorecard(request).await.unwrap().into_inner();
        let card = answer.scorecard.unwrap();
        assert!(card.facets.is_empty() && card.items.is_empty() && card.dimensions.len() == 2);
        let [note] = &answer.suppression_notes[..] else { panic!("one note") };
        assert_eq!(
            (note.reason(), note.language_code.as_str()),
            (SuppressionReason::Protected, told)
        );
    }
}

#[tokio::test]
async fn a_unit_says_how_far_it_shares_one_view_and_a_segment_does_not() {
    let world = World::start().await;
    let (company, wave) = released(&world).await;
    let client = &company.client;
    let card = client.scorecard(&wave.wave_id, Slice::default()).await.unwrap().scorecard.unwrap();
    let evenness = card.participation.as_ref().unwrap().representativeness.as_ref();
    assert!(value(evenness).is_ok());
    assert_eq!(card.quadrant(), pb::AlignmentQuadrant::Uncertain);
    let shared = card.shared_view.unwrap();
    // Twenty-six people are one group at most.
    let [axis] = &shared.axes[..] else { panic!("one axis: {:?}", shared.axes) };
    assert_eq!(axis.segment_dimension_key, "contact");
    assert_eq!(axis.pair_weighting(), pb::PairWeighting::Respondents);
    for told in
        [&shared.index_points, &axis.index_points, &axis.alignment, &axis.overlap, &axis.gap]
    {
        let Some(Outcome::Suppression(why)) = &told.as_ref().unwrap().outcome else {
            panic!("{told:?}")
        };
        assert_eq!(why.reason(), SuppressionReason::NotEstimable);
        assert_eq!(why.failure(), EstimationFailure::TooFewGroups);
    }
    assert_eq!((shared.lowest_axis_key.as_str(), shared.gaps.len()), ("", 0));

    let part = narrowed("", &[("contact", "daily")]);
    let card = client.scorecard(&wave.wave_id, part).await.unwrap().scorecard.unwrap();
    assert_eq!((card.shared_view, card.quadrant), (None, 0));
    assert_eq!(card.participation.unwrap().representativeness, None);
}

#[tokio::test]
async fn a_breakdown_has_one_cell_per_column_and_pages_join_to_the_whole() {
    let world = World::start().await;
    let (company, wave) = released(&world).await;
    let client = &company.client;
    let request = pb::ListScoreBreakdownRequest {
        wave_id: wave.wave_id.clone(),
        columns: ScoreLevel::Item.into(),
        ..pb::ListScoreBreakdownRequest::default()
    };
    let whole = client.breakdown(request.clone()).await.unwrap();
    let titles: Vec<_> = whole
        .rows
        .iter()
        .map(|row| (row.title.as_str(), row.depth, row.slice.as_ref().unwrap().direct_members_only))
        .collect();
    let expected = [
        ("Muster AG", 0, false),
        ("Muster AG", 0, true),
        ("Alpha", 1, false),
        ("Beta", 1, false),
        ("Gamma", 1, false),
    ];
    assert_eq!(titles, expected);
    let columns: Vec<_> = whole.columns.iter().map(|column| column.key.as_str()).collect();
    let expected =
        ["", "lead", "work", "picture", "means", "handover", "p1", "p2", "m1", "h1", "h2"];
    assert_eq!(columns, expected);
    assert!(whole.rows.iter().all(|row| row.cells.len() == columns.len()));
    assert_eq!(whole.coverage, None);
    // Each row says what the scorecard of its slice says.
    for row in &whole.rows {
        let card = client.scorecard(&wave.wave_id, row.slice.clone().unwrap()).await.unwrap();
        let card = card.scorecard.unwrap();
        let cells: Vec<_> = row.cells.iter().map(|cell| value(cell.score.as_ref())).collect();
        assert_eq!(cells, scores(&card), "{}", row.title);
        assert_eq!(row.participation, card.participation);
    }

    let mut rows = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListScoreBreakdownRequest { page_size: 2, page_token, ..request.clone() };
        let page = client.breakdown(request).await.unwrap();
        assert!(page.rows.len() <= 2);
        rows.extend(page.rows);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(rows, whole.rows);
}

#[tokio::test]
async fn a_breakdown_by_segment_says_how_many_it_covers() {
    let world = World::start().await;
    let (company, wave) = released(&world).await;
    let client = &company.client;
    let alpha = client.unit_by_key("alpha").await;
    let request = pb::ListScoreBreakdownRequest {
        wave_id: wave.wave_id.clone(),
        rows: pb::BreakdownRows::SegmentValues.into(),
        segment_dimension_key: "contact".to_owned(),
        ..pb::ListScoreBreakdownRequest::default()
    };
    let page = client.breakdown(request.clone()).await.unwrap();
    let titles: Vec<_> = page.rows.iter().map(|row| (row.title.as_str(), row.depth)).collect();
    assert_eq!(titles, [("Muster AG", 0), ("daily", 1), ("never", 1)]);
    // Of 29 invited, the cells of Alpha's twelve alone could be split by contact.
    assert_eq!(page.coverage, Some(0.414));
    let of_alpha = pb::ListScoreBreakdownRequest { slice: Some(of(&alpha.unit_id)), ..request };
    let page = client.breakdown(of_alpha).await.unwrap();
    assert_eq!(page.coverage, Some(1.0));
}

#[tokio::test]
async fn whoever_reaches_a_unit_sees_it_and_scores_above_it_and_nothing_else() {
    let world = World::start().await;
    let (company, wave) = released(&world).await;
    let alpha = company.client.unit_by_key("alpha").await.unit_id;
    let beta = company.client.unit_by_key("beta").await.unit_id;
    let reach = UnitId::parse(&alpha);
    let permissions = [Permission::ResultsRead, Permission::AssessmentsRead];
    let lead = world.client_with(&world.key(&world.tenant, &permissions, reach).await);

    let own = lead.scorecard(&wave.wave_id, of(&alpha)).await.unwrap();
    let all = company.client.scorecard(&wave.wave_id, of(&alpha)).await.unwrap();
    assert_eq!(own.scorecard, all.scorecard);
    assert!(scores(&own.scorecard.unwrap()).iter().all(Result::is_ok));

    let above = lead.scorecard(&wave.wave_id, Slice::default()).await.unwrap();
    let all = company.client.scorecard(&wave.wave_id, Slice::default()).await.unwrap();
    let release = above.release.unwrap();
    assert_eq!(reason(release.response_count.as_ref()), SuppressionReason::AccessRestricted);
    assert_eq!(release.audit, None);
    let (above, all) = (above.scorecard.unwrap(), all.scorecard.unwrap());
    let scored = |card: &pb::Scorecard| {
        let scales = card.overall.iter().chain(&card.dimensions);
        scales.map(|scale| (scale.score.clone(), scale.band.clone())).collect::<Vec<_>>()
    };
    assert_eq!(scored(&above), scored(&all));
    for scale in above.overall.iter().chain(&above.dimensions) {
        assert_eq!(value(scale.net_score.as_ref()), Err(SuppressionReason::AccessRestricted));
    }
    assert_eq!(scores(&above)[3..], [Err(SuppressionReason::AccessRestricted); 8]);
    let participation = above.participation.unwrap();
    for hidden in [
        &participation.invited_count,
        &participation.late_invitation_count,
        &participation.response_count,
    ] {
        assert_eq!(reason(hidden.as_ref()), SuppressionReason::AccessRestricted);
    }
    assert_eq!(value(participation.rate.as_ref()), Err(SuppressionReason::AccessRestricted));

    let request = pb::ListScoreBreakdownRequest {
        wave_id: wave.wave_id.clone(),
        ..pb::ListScoreBreakdownRequest::default()
    };
    let page = lead.breakdown(request).await.unwrap();
    let titles: Vec<_> = page.rows.iter().map(|row| row.title.as_str()).collect();
    assert_eq!(titles, ["Muster AG", "Alpha"]);
    let releases = lead.releases(&wave.wave_id).await.unwrap();
    assert_eq!((releases.len(), &releases[0].audit), (1, &None));

    // What there is elsewhere and what there is not are refused in the same words.
    let unknown = Uuid::new_v4().to_string();
    let root = world.tenant.root_unit_id.to_string();
    let own_staff = Slice { direct_members_only: true, ..of(&root) };
    let mut refusals = Vec::new();
    for slice in [
        of(&beta),
        of(&unknown),
        own_staff,
        narrowed(&root, &[("contact", "daily")]),
        narrowed(&beta, &[("age", "old")]),
    ] {
        refusals.push(golden(&lead.scorecard(&wave.wave_id, slice).await.unwrap_err()));
    }
    refusals.push(golden(&lead.scorecard(&unknown, of(&alpha)).await.unwrap_err()));
    let elsewhere = world.key(&world.tenant, &permissions, UnitId::parse(&beta)).await;
    let other = world.client_with(&elsewhere);
    refusals.push(golden(&other.scorecard(&wave.wave_id, of(&alpha)).await.unwrap_err()));
    for refusal in &refusals {
        assert_eq!(refusal, &refusals[0]);
        assert!(refusal.contains("PERMISSION_MISSING"), "{refusal}");
    }
}

#[tokio::test]
async fn a_reach_above_the_scope_sees_everything_and_the_tree_of_the_opening_counts() {
    let world = World::start().await;
    let (company, wave) = released(&world).await;
    let root = Some(world.tenant.root_unit_id);
    let key = world.key(&world.tenant, &[Permission::ResultsRead], root).await;
    let whole = world.client_with(&key).scorecard(&wave.wave_id, Slice::default()).await.unwrap();
    let all = company.client.scorecard(&wave.wave_id, Slice::default()).await.unwrap();
    assert_eq!(whole, all);

    // A unit that moves below another later is not a part of its results.
    let alpha = company.client.unit_by_key("alpha").await;
    let beta = company.client.unit_by_key("beta").await;
    let request = directory::MoveUnitRequest {
        unit_id: beta.unit_id.clone(),
        new_parent_unit_id: alpha.unit_id.clone(),
        ..directory::MoveUnitRequest::default()
    };
    company.client.directory().move_unit(request).await.unwrap();
    let key = world.key(&world.tenant, &[Permission::ResultsRead], UnitId::parse(&alpha.unit_id));
    let lead = world.client_with(&key.await);
    let refused = lead.scorecard(&wave.wave_id, of(&beta.unit_id)).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    let request = pb::ListScoreBreakdownRequest {
        wave_id: wave.wave_id.clone(),
        slice: Some(of(&alpha.unit_id)),
        ..pb::ListScoreBreakdownRequest::default()
    };
    assert_eq!(company.client.breakdown(request).await.unwrap().rows.len(), 1);
}

#[tokio::test]
async fn other_slices_are_not_planned_and_other_waves_are_not_there() {
    let world = World::start().await;
    let (company, wave) = released(&world).await;
    let client = &company.client;
    let unknown = Uuid::new_v4().to_string();
    let later = directory::Unit {
        parent_unit_id: world.tenant.root_unit_id.to_string(),
        display_name: "Later".to_owned(),
        external_id: "later".to_owned(),
        ..directory::Unit::default()
    };
    let request = directory::CreateUnitRequest { unit: Some(later), ..Default::default() };
    client.directory().create_unit(request).await.unwrap();
    let later = client.unit_by_key("later").await.unit_id;
    for slice in [
        of(&unknown),
        of(&later),
        narrowed("", &[("age", "old")]),
        narrowed("", &[("contact", "weekly")]),
        narrowed("", &[("contact", "daily"), ("contact", "never")]),
    ] {
        let status = client.scorecard(&wave.wave_id, slice).await.unwrap_err();
        assert_eq!(reason_of(&status), (Code::InvalidArgument, "SLICE_NOT_PLANNED".to_owned()));
    }
    for (wave_id, release_id) in [(&unknown, ""), (&wave.wave_id, unknown.as_str())] {
        let request = pb::GetScorecardRequest {
            wave_id: wave_id.clone(),
            release_id: release_id.to_owned(),
            ..pb::GetScorecardRequest::default()
        };
        let status = client.insight().get_scorecard(request).await.unwrap_err();
        assert_eq!(reason_of(&status), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
    }
    let other = world.another_tenant().await;
    let other = world.client_with(&other.key);
    let status = other.scorecard(&wave.wave_id, Slice::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    assert_eq!(other.releases(&wave.wave_id).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn a_draft_and_a_cancelled_wave_have_no_results() {
    let world = World::start().await;
    let company = Company::found(&world).await;
    let instrument = company.publish_questions().await;
    let wave = company.plan(instrument.instrument_id).await;
    let status = company.client.scorecard(&wave.wave_id, Slice::default()).await.unwrap_err();
    assert_eq!(reason_of(&status), (Code::FailedPrecondition, "STATE_CONFLICT".to_owned()));
    assert_eq!(company.client.releases(&wave.wave_id).await.unwrap(), []);

    company.invite(&wave).await;
    let opened = company.open(&wave, false).await.unwrap().wave.unwrap();
    let mut stream = company.client.watch(&wave.wave_id).await;
    let first = next(&mut stream).await.unwrap();
    assert!(matches!(first, Some(Payload::Participation(_))), "{first:?}");
    let request = waves::CancelWaveRequest {
        wave_id: opened.wave_id,
        etag: opened.etag,
        request_id: request_id(),
    };
    company.client.assessments().cancel_wave(request).await.unwrap();
    let ended = next(&mut stream).await.unwrap_err();
    assert_eq!(ended.code(), Code::FailedPrecondition);
    let status = company.client.scorecard(&wave.wave_id, Slice::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition);
}

/// The next message that is no heartbeat; none at the end.
async fn next(stream: &mut Streaming<pb::WatchResultsResponse>) -> Result<Option<Payload>, Status> {
    loop {
        let message = tokio::time::timeout(PATIENCE, stream.message()).await.unwrap()?;
        match message.map(|message| message.payload.unwrap()) {
            Some(Payload::HeartbeatTime(_)) => {}
            other => return Ok(other),
        }
    }
}

fn responses(payload: Option<Payload>) -> CountOutcome {
    let Some(Payload::Participation(told)) = payload else { panic!("{payload:?}") };
    assert!(!told.slice.unwrap().unit_id.is_empty());
    count(told.participation.unwrap().response_count.as_ref())
}

#[tokio::test]
async fn a_stream_tells_the_state_then_each_count_then_the_release_and_ends() {
    let world = World::start().await;
    let (company, wave, tokens) = opened(&world).await;
    let mut stream = company.client.watch(&wave.wave_id).await;
    assert_eq!(responses(next(&mut stream).await.unwrap()), CountOutcome::AtLeast(0));
    answer(&world, &tokens, 0..14).await;
    world.clock.advance(Duration::from_mins(16));
    release(&world).await;
    assert_eq!(responses(next(&mut stream).await.unwrap()), CountOutcome::AtLeast(10));

    // A second count within a quarter of an hour does not take place.
    answer(&world, &tokens, 14..20).await;
    release(&world).await;
    company.close(&wave).await.unwrap();
    release(&world).await;
    let mut seen = Vec::new();
    let released = loop {
        match next(&mut stream).await.unwrap() {
            Some(Payload::Release(release)) => break release,
            told => seen.push(responses(told)),
        }
    };
    assert_eq!(seen.last(), Some(&CountOutcome::Exact(20)));
    assert_eq!(count(released.response_count.as_ref()), CountOutcome::Exact(20));
    assert_eq!(
        company.client.releases(&wave.wave_id).await.unwrap(),
        std::slice::from_ref(&released)
    );
    assert_eq!(next(&mut stream).await.unwrap(), None);

    // Whoever comes later is told at once.
    let mut stream = company.client.watch(&wave.wave_id).await;
    assert_eq!(responses(next(&mut stream).await.unwrap()), CountOutcome::Exact(20));
    assert_eq!(next(&mut stream).await.unwrap(), Some(Payload::Release(released)));
    assert_eq!(next(&mut stream).await.unwrap(), None);
}

#[tokio::test]
async fn a_server_that_stops_ends_streams_at_once() {
    let world = World::start().await;
    let (company, wave, _) = opened(&world).await;
    let mut stream = company.client.watch(&wave.wave_id).await;
    next(&mut stream).await.unwrap();
    let drained = world.server.shutdown().await;
    assert_eq!(drained, orgfit::server::Drained::Wholly);
    assert_eq!(next(&mut stream).await.unwrap_err().code(), Code::Unavailable);
}
