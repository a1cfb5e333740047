//! Norm sets as callers meet them: uploaded ones and those of own waves; pooled ones are in the file
//! below.
#![expect(clippy::float_arithmetic, reason = "compares numbers as far as they are rounded")]
mod pool;

use orgfit::base::Permission;
use orgfit::base::id::{Id, UnitId};
use orgfit::pb::assessment as waves;
use orgfit::pb::common::statistic::Outcome;
use orgfit::pb::common::{
    CalendarDate, CalendarPeriod, Estimate, EstimationFailure, EstimationMethod, ScoreLevel,
    ScoreTarget, Slice, Statistic, SuppressionNote, SuppressionReason,
};
use orgfit::pb::insight as pb;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::company::{Company, release, request_id, sheet, submit};
use crate::harness::{Client, Tenant, World};

impl Client {
    async fn create_norm_set(&self, set: pb::NormSet) -> Result<pb::NormSet, Status> {
        let request = pb::CreateNormSetRequest { norm_set: Some(set), request_id: request_id() };
        Ok(self.insight().create_norm_set(request).await?.into_inner().norm_set.unwrap())
    }

    /// A norm set with its values, if there is one.
    async fn norm_set(&self, id: &str) -> Option<pb::NormSet> {
        let request = pb::ListNormSetsRequest {
            norm_set_id: id.to_owned(),
            view: pb::NormSetView::Full.into(),
            ..pb::ListNormSetsRequest::default()
        };
        self.insight().list_norm_sets(request).await.unwrap().into_inner().norm_sets.pop()
    }

    async fn compared(
        &self,
        wave_id: &str,
        norm_set_id: &str,
        unit_id: &str,
    ) -> Result<pb::GetScorecardResponse, Status> {
        let request = pb::GetScorecardRequest {
            wave_id: wave_id.to_owned(),
            norm_set_id: norm_set_id.to_owned(),
            slice: Some(Slice { unit_id: unit_id.to_owned(), ..Slice::default() }),
            view: pb::ScorecardView::Full.into(),
            ..pb::GetScorecardRequest::default()
        };
        self.insight().get_scorecard(request).await.map(tonic::Response::into_inner)
    }
}

fn target(level: ScoreLevel, key: &str) -> ScoreTarget {
    ScoreTarget { level: level.into(), key: key.to_owned() }
}

fn norm(level: ScoreLevel, key: &str, mean: f64, deviation: Option<f64>) -> pb::NormValue {
    pb::NormValue {
        target: Some(target(level, key)),
        mean,
        standard_deviation: deviation,
        case_count: 16,
        percentiles: Vec::new(),
    }
}

/// A norm set that can be uploaded.
fn upload() -> pb::NormSet {
    let day = |month| Some(CalendarDate { year: 2024, month, day: 1 });
    let percentiles = [(25, 40.0), (50, 50.0), (75, 60.0)]
        .map(|(percent, value)| pb::NormPercentile { percent, value });
    let lead = norm(ScoreLevel::Dimension, "lead", 50.0, None);
    pb::NormSet {
        display_name: "Banken".to_owned(),
        instrument_key: "small".to_owned(),
        source: pb::NormSource::Uploaded.into(),
        provenance: "Verband, Jahresbericht".to_owned(),
        population: "Banken in der Schweiz".to_owned(),
        period: Some(CalendarPeriod {
            start_date: day(1),
            end_date: day(7),
            time_zone: String::new(),
        }),
        case_kind: pb::NormCase::Organizations.into(),
        organization_count: 16,
        respondent_count: 4_000,
        values: vec![
            norm(ScoreLevel::Overall, "", 50.0, Some(8.0)),
            pb::NormValue { percentiles: percentiles.into(), ..lead },
            norm(ScoreLevel::Facet, "picture", 50.0, None),
        ],
        ..pb::NormSet::default()
    }
}

fn own(wave_id: &str) -> pb::NormSet {
    pb::NormSet {
        display_name: "Unsere Einheiten".to_owned(),
        instrument_key: "small".to_owned(),
        source: pb::NormSource::OwnWaves.into(),
        wave_ids: vec![wave_id.to_owned()],
        ..pb::NormSet::default()
    }
}

/// A company with a wave that is open, and one of which everybody's answers are released.
async fn measured(world: &World) -> (Company, waves::Wave, waves::Wave) {
    let company = Company::found(world).await;
    let instrument = company.publish_questions().await;
    let wave = company.plan(instrument.instrument_id.clone()).await;
    let tokens = company.invite(&wave).await;
    company.open(&wave, false).await.unwrap();
    for (number, token) in (0..).zip(&tokens) {
        submit(world, token, &request_id(), sheet(number)).await.unwrap();
    }
    company.close(&wave).await.unwrap();
    release(world).await;
    let open = company.plan(instrument.instrument_id).await;
    company.invite(&open).await;
    company.open(&open, false).await.unwrap();
    (company, open, wave)
}

fn estimate(statistic: Option<&Statistic>) -> Estimate {
    match statistic.unwrap().outcome.clone().unwrap() {
        Outcome::Estimate(estimate) => estimate,
        Outcome::Suppression(hidden) => panic!("{hidden:?}"),
    }
}

fn why(statistic: Option<&Statistic>) -> (SuppressionReason, EstimationFailure) {
    match statistic.unwrap().outcome.as_ref().unwrap() {
        Outcome::Suppression(hidden) => (hidden.reason(), hidden.failure()),
        Outcome::Estimate(estimate) => panic!("{estimate:?}"),
    }
}

/// Code, reason, and the first field of a refusal.
fn refusal(status: &Status) -> (Code, String, String) {
    let details = status.get_error_details();
    let reason = details.error_info().map(|info| info.reason.clone()).unwrap_or_default();
    let field = details
        .bad_request()
        .map(|bad| bad.field_violations[0].field.clone())
        .or(details.precondition_failure().map(|bad| bad.violations[0].subject.clone()));
    (status.code(), reason, field.unwrap_or_default())
}

fn near(got: f64, expected: f64) {
    // What is published has one decimal below fifty responses.
    assert!((got - expected).abs() <= 0.05 + 1e-6, "{got} is not {expected}");
}

/// The events of an organization about norms and releases, by name: the clock stands still.
async fn events(world: &World, tenant: &Tenant) -> Vec<String> {
    let mut superuser = world.database.superuser().await;
    sqlx::query_scalar(
        "SELECT event_type FROM outbox_events WHERE tenant_id = $1
             AND (event_type LIKE 'orgfit.norm_set.%' OR event_type LIKE 'orgfit.release.%')
         ORDER BY event_type",
    )
    .bind(tenant.organization_id.uuid())
    .fetch_all(&mut superuser)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_score_is_compared_with_an_uploaded_norm_as_far_as_the_norm_goes() {
    let world = World::start().await;
    let (company, _, wave) = measured(&world).await;
    let client = &company.client;
    let made = client.create_norm_set(upload()).await.unwrap();
    assert!(made.values.is_empty() && made.version == 0 && made.create_time.is_some());
    assert_eq!(made.period.unwrap().time_zone, "Europe/Zurich");
    let stored = client.norm_set(&made.norm_set_id).await.unwrap();
    assert_eq!(stored.values, upload().values);

    let answer = client.compared(&wave.wave_id, &made.norm_set_id, "").await.unwrap();
    let card = answer.scorecard.unwrap();
    let overall = card.overall.unwrap();
    let score = estimate(overall.score.as_ref());
    let norm = overall.norm.unwrap();
    assert_eq!(norm.norm_set_id, made.norm_set_id);
    let difference = estimate(norm.difference.as_ref());
    assert_eq!(difference.method(), EstimationMethod::DifferenceWelch);
    near(difference.value, score.value - 50.0);
    // Everyone answered: the level is known, and how far it is from others is not told by that.
    assert_eq!(score.sample_size, score.population_size);
    assert_eq!((difference.standard_error, difference.interval), (None, None));
    let place = estimate(norm.percentile.as_ref());
    assert_eq!(place.method(), EstimationMethod::PlaceInNorm);
    let normal = |points: f64| 50.0 * libm::erfc((50.0 - points) / 8.0 / 2f64.sqrt());
    near(place.value, normal(score.value));
    assert_eq!(place.interval, None);
    assert_eq!((place.standard_error, place.sample_size), (None, score.sample_size));

    // Percentiles count where there are some, and without a deviation there is no interval.
    let lead = &card.dimensions[0];
    let (score, norm) = (estimate(lead.score.as_ref()), lead.norm.as_ref().unwrap());
    assert!((40.0..60.0).contains(&score.value), "{}", score.value);
    near(estimate(norm.percentile.as_ref()).value, 25.0 + (score.value - 40.0) * 2.5);
    let difference = estimate(norm.difference.as_ref());
    near(difference.value, score.value - 50.0);
    assert_eq!((difference.standard_error, difference.interval), (None, None));
    assert_eq!(card.dimensions[1].norm, None, "the norm set knows nothing of it");
    let picture = card.facets[0].norm.as_ref().unwrap();
    let unknown = (SuppressionReason::NotEstimable, EstimationFailure::UnknownSpread);
    assert_eq!(why(picture.percentile.as_ref()), unknown);
    let reasons: Vec<_> = answer.suppression_notes.iter().map(SuppressionNote::reason).collect();
    // Some of the distributions are protected.
    assert_eq!(reasons, [SuppressionReason::Protected, SuppressionReason::NotEstimable]);

    // What is not shown is not compared either.
    let gamma = client.unit_by_key("gamma").await.unit_id;
    let answer = client.compared(&wave.wave_id, &made.norm_set_id, &gamma).await.unwrap();
    let norm = answer.scorecard.unwrap().overall.unwrap().norm.unwrap();
    let protected = (SuppressionReason::Protected, EstimationFailure::Unspecified);
    assert_eq!(why(norm.percentile.as_ref()), protected);
    assert_eq!(why(norm.difference.as_ref()), protected);
}

#[tokio::test]
async fn a_norm_of_own_waves_is_made_of_what_their_releases_show() {
    let world = World::start().await;
    let (company, open, wave) = measured(&world).await;
    let client = &company.client;
    let made = client.create_norm_set(own(&wave.wave_id)).await.unwrap();
    assert_eq!((made.case_kind(), made.organization_count), (pb::NormCase::Units, 1));
    assert_eq!((made.respondent_count, &made.wave_ids[..]), (29, &[wave.wave_id.clone()][..]));
    let stored = client.norm_set(&made.norm_set_id).await.unwrap();

    let mut units = Vec::new();
    for key in ["alpha", "beta", "gamma"] {
        let unit = client.unit_by_key(key).await.unit_id;
        let answer = client.compared(&wave.wave_id, &made.norm_set_id, &unit).await.unwrap();
        let score = answer.scorecard.unwrap().overall.unwrap().score.unwrap();
        if let Some(Outcome::Estimate(estimate)) = score.outcome {
            units.push(estimate.value);
        }
    }
    let [a, b] = units[..] else { panic!("{units:?}") };
    let overall = &stored.values[0];
    assert_eq!(
        (overall.target.clone(), overall.case_count),
        (Some(target(ScoreLevel::Overall, "")), 2)
    );
    assert!((overall.mean - f64::midpoint(a, b)).abs() <= 0.005 + 1e-9, "{units:?}");
    let deviation = (a - b).abs() / 2f64.sqrt();
    assert!((overall.standard_deviation.unwrap() - deviation).abs() <= 0.005 + 1e-9);
    assert!(overall.percentiles.is_empty(), "of ten cases at least");

    // Whoever sees a part learns of no unit elsewhere by way of a norm.
    let alpha = client.unit_by_key("alpha").await.unit_id;
    let key = world.key(&world.tenant, &[Permission::ResultsRead], UnitId::parse(&alpha)).await;
    let lead = world.client_with(&key);
    let told = lead.norm_set(&made.norm_set_id).await.unwrap();
    assert!(told.values.is_empty() && told.respondent_count == 0);
    let answer = lead.compared(&wave.wave_id, &made.norm_set_id, &alpha).await.unwrap();
    assert_eq!(answer.scorecard.unwrap().overall.unwrap().norm, None);

    let refused = client.create_norm_set(own(&open.wave_id)).await.unwrap_err();
    let named = "norm_set.wave_ids[0]".to_owned();
    assert_eq!(refusal(&refused), (Code::FailedPrecondition, "NOT_READY".to_owned(), named));
}

#[tokio::test]
async fn what_is_wrong_with_a_norm_set_is_named() {
    type Change = (fn(&mut pb::NormSet), &'static str);
    let world = World::start().await;
    let (company, _, wave) = measured(&world).await;
    let client = &company.client;
    let changes: &[Change] = &[
        (|set| set.display_name.clear(), "display_name"),
        (|set| set.instrument_key = "other".to_owned(), "instrument_key"),
        (|set| set.source = 0, "source"),
        (|set| set.source = 9, "source"),
        (|set| set.source = 3, "instrument_key"),
        (|set| set.provenance.clear(), "provenance"),
        (|set| set.population = "x".repeat(501), "population"),
        (|set| set.period = None, "period"),
        (|set| set.period.as_mut().unwrap().end_date = None, "period.end_date"),
        (|set| set.wave_ids.push(request_id()), "wave_ids"),
        (|set| set.case_kind = 0, "case_kind"),
        (|set| set.organization_count = 0, "organization_count"),
        (|set| set.respondent_count = -1, "respondent_count"),
        (|set| set.values.clear(), "values"),
        (|set| set.values[1].target = set.values[0].target.clone(), "values[1].target"),
        (
            |set| set.values[0].target = Some(target(ScoreLevel::Overall, "x")),
            "values[0].target.key",
        ),
        (|set| set.values[0].target = None, "values[0].target.level"),
        (|set| set.values[0].mean = f64::NAN, "values[0].mean"),
        (|set| set.values[0].standard_deviation = Some(51.0), "values[0].standard_deviation"),
        (|set| set.values[0].case_count = 1, "values[0].case_count"),
        (|set| set.values[1].percentiles[1].percent = 25, "values[1].percentiles[1]"),
        (|set| set.values[1].percentiles[2].value = 45.0, "values[1].percentiles[2]"),
        (|set| set.values[1].percentiles[0].percent = 0, "values[1].percentiles[0].percent"),
        (|set| *set = own("x"), "wave_ids[0]"),
        (|set| *set = own(&request_id()), "wave_ids[0]"),
        (|set| *set = pb::NormSet { wave_ids: Vec::new(), ..own("") }, "wave_ids"),
    ];
    for (change, field) in changes {
        let mut set = upload();
        change(&mut set);
        let refused = client.create_norm_set(set).await.unwrap_err();
        let field = format!("norm_set.{field}");
        assert_eq!(refusal(&refused), (Code::InvalidArgument, "FIELD_INVALID".to_owned(), field));
    }
    let other = pb::NormSet { instrument_key: "customer_fitness".to_owned(), ..upload() };
    let other = client.create_norm_set(other).await.unwrap();
    let refused = client.compared(&wave.wave_id, &other.norm_set_id, "").await.unwrap_err();
    assert_eq!(refusal(&refused).2, "norm_set_id");
}

#[tokio::test]
async fn a_norm_set_is_made_once_is_its_organizations_alone_and_goes_for_good() {
    let world = World::start().await;
    let (company, _, wave) = measured(&world).await;
    let client = &company.client;
    let request = pb::CreateNormSetRequest { norm_set: Some(upload()), request_id: request_id() };
    let first = client.insight().create_norm_set(request.clone()).await.unwrap().into_inner();
    let again = client.insight().create_norm_set(request.clone()).await.unwrap();
    assert_eq!(again.metadata().get("orgfit-replayed").unwrap(), "true");
    assert_eq!(again.into_inner(), first);
    let changed = pb::CreateNormSetRequest { norm_set: Some(own(&wave.wave_id)), ..request };
    let refused = client.insight().create_norm_set(changed).await.unwrap_err();
    assert_eq!(refusal(&refused).1, "REQUEST_ID_REUSED");
    let id = first.norm_set.unwrap().norm_set_id;

    let tenant = world.another_tenant().await;
    let other = world.client_with(&tenant.key);
    let delete = pb::DeleteNormSetRequest { norm_set_id: id.clone() };
    other.insight().delete_norm_set(delete.clone()).await.unwrap();
    assert_eq!(other.norm_set(&id).await, None);
    assert_eq!(events(&world, &tenant).await, Vec::<String>::new());
    assert!(client.norm_set(&id).await.is_some());

    for _ in 0..2 {
        client.insight().delete_norm_set(delete.clone()).await.unwrap();
    }
    assert_eq!(client.norm_set(&id).await, None);
    let refused = client.compared(&wave.wave_id, &id, "").await.unwrap_err();
    assert_eq!(refusal(&refused).1, "RESOURCE_NOT_FOUND");
    let expected =
        ["orgfit.norm_set.created.v1", "orgfit.norm_set.deleted.v1", "orgfit.release.published.v1"];
    assert_eq!(events(&world, &world.tenant).await, expected);
}
