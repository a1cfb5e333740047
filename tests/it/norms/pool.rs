//! Pooled norms, in a database of their own: they are the one thing that organizations have in common.
use std::time::Duration;

use orgfit::base::schema::APP_ROLE;
use orgfit::pb::assessment as waves;
use orgfit::pb::common::{AnswerSheet, CalendarDate, CalendarPeriod};
use orgfit::pb::insight as pb;
use orgfit::pb::intake::submit_import_chunk_request::Part;
use orgfit::pb::{directory, instrument, intake};
use sqlx::{Column, Connection, PgConnection, Row};
use tonic::{Code, Status};
use uuid::Uuid;

use super::{estimate, events, refusal};
use crate::company::{release_for, request_id};
use crate::harness::{Client, Database, Tenant, World};

/// Version 1 of the system's own instrument.
const INSTRUMENT: &str = "6f726766-6974-8000-8000-000000000001";
const KEY: &str = "customer_fitness";

/// An organization that measured itself with the system's own instrument.
struct Organization {
    tenant: Tenant,
    client: Client,
}

impl Organization {
    /// Of so many people, whose answers are higher the larger `level` is.
    async fn measured(world: &World, people: i32, level: i32) -> Self {
        let tenant = world.another_tenant().await;
        let client = world.client_with(&tenant.key);
        let organization = Self { tenant, client };
        organization.grow().await;
        organization.measure(world, people, level).await;
        organization
    }

    async fn contributing(world: &World, people: i32, level: i32) -> Self {
        let organization = Self::measured(world, people, level).await;
        organization.contribute().await.unwrap();
        organization
    }

    async fn grow(&self) {
        let unit = directory::Unit {
            parent_unit_id: self.tenant.root_unit_id.to_string(),
            display_name: "Alle".to_owned(),
            external_id: "all".to_owned(),
            ..directory::Unit::default()
        };
        let request = directory::CreateUnitRequest { unit: Some(unit), ..Default::default() };
        self.client.directory().create_unit(request).await.unwrap();
    }

    async fn wave(&self) -> waves::Wave {
        let assessment = waves::Assessment {
            display_name: "Fitness".to_owned(),
            instrument_key: KEY.to_owned(),
            ..waves::Assessment::default()
        };
        let request = waves::CreateAssessmentRequest {
            assessment: Some(assessment),
            request_id: request_id(),
        };
        let made = self.client.assessments().create_assessment(request).await.unwrap();
        let day = |month| Some(CalendarDate { year: 2025, month, day: 1 });
        let wave = waves::Wave {
            assessment_id: made.into_inner().assessment.unwrap().assessment_id,
            instrument_id: INSTRUMENT.to_owned(),
            source: waves::WaveSource::Imported.into(),
            measured_period: Some(CalendarPeriod {
                start_date: day(1),
                end_date: day(2),
                time_zone: String::new(),
            }),
            ..waves::Wave::default()
        };
        let request = waves::CreateWaveRequest { wave: Some(wave), request_id: request_id() };
        let made = self.client.assessments().create_wave(request).await.unwrap();
        made.into_inner().wave.unwrap()
    }

    async fn measure(&self, world: &World, people: i32, level: i32) {
        let wave = self.wave().await;
        let request = waves::OpenWaveRequest {
            wave_id: wave.wave_id.clone(),
            etag: wave.etag,
            validate_only: false,
            request_id: request_id(),
        };
        self.client.assessments().open_wave(request).await.unwrap();
        let item_keys = scored_items(&self.client).await;
        // Each level raises a tenth of the answers by a point.
        let code = |person: i32, item: i32| {
            let raised = i32::from((person + item) % 10 < level % 10);
            (1 + (person * 7 + item * 3) % 5 + raised).min(5)
        };
        let row = |person: i32| intake::ResponseRow {
            unit_external_id: "all".to_owned(),
            segments: Vec::new(),
            answers: Some(AnswerSheet { codes: (0..30).map(|item| code(person, item)).collect() }),
        };
        let header = intake::ImportHeader {
            import_id: Uuid::new_v4().to_string(),
            wave_id: wave.wave_id.clone(),
            item_keys,
            ..intake::ImportHeader::default()
        };
        let rows = (0..people).map(row).collect();
        let rows = Part::Responses(intake::ResponseRows { chunk_index: 0, rows });
        for part in [rows, Part::Footer(intake::ImportFooter { row_count: people })] {
            let header = Some(header.clone());
            let request = intake::SubmitImportChunkRequest { header, part: Some(part) };
            self.client.intake().submit_import_chunk(request).await.unwrap();
        }
        let wave_id = wave.wave_id;
        let request = waves::CloseWaveRequest { wave_id, request_id: request_id() };
        self.client.assessments().close_wave(request).await.unwrap();
        release_for(world, &self.tenant).await;
    }

    async fn contribute(&self) -> Result<pb::NormContribution, Status> {
        let request = pb::ContributeToNormsRequest { instrument_key: KEY.to_owned() };
        let answer = self.client.insight().contribute_to_norms(request).await?;
        Ok(answer.into_inner().contribution.unwrap())
    }

    async fn stop(&self) {
        let request = pb::StopContributingRequest { instrument_key: KEY.to_owned() };
        self.client.insight().stop_contributing(request).await.unwrap();
    }

    async fn given(&self) -> Option<pb::NormContribution> {
        let request = pb::GetNormContributionRequest { instrument_key: KEY.to_owned() };
        let answer = self.client.insight().get_norm_contribution(request).await.unwrap();
        answer.into_inner().contribution
    }

    /// A pooled norm as of now.
    async fn pooled(&self) -> Result<pb::NormSet, Status> {
        let set = pb::NormSet {
            display_name: "Alle Organisationen".to_owned(),
            instrument_key: KEY.to_owned(),
            source: pb::NormSource::Pooled.into(),
            ..pb::NormSet::default()
        };
        let made = self.client.create_norm_set(set).await?;
        Ok(self.client.norm_set(&made.norm_set_id).await.unwrap())
    }

    /// The overall score that is published of the whole.
    async fn overall(&self, norm_set_id: &str) -> pb::ScaleScore {
        let wave_id = self.given().await.unwrap().wave_id;
        let answer = self.client.compared(&wave_id, norm_set_id, "").await.unwrap();
        answer.scorecard.unwrap().overall.unwrap()
    }
}

async fn scored_items(client: &Client) -> Vec<String> {
    let request = instrument::GetInstrumentRequest { instrument_id: INSTRUMENT.to_owned() };
    let found = client.instruments().get_instrument(request).await.unwrap().into_inner();
    let items = found.instrument.unwrap().items.into_iter();
    items.filter(|item| item.role() == instrument::ItemRole::Score).map(|item| item.key).collect()
}

/// A world in a database of its own, with organizations that contribute.
async fn pool(subject: &str, count: i32) -> (World, Vec<Organization>) {
    let database = Database::own(subject).await;
    let db = database.connect().await;
    let world = World::start_on(database, db, |_| {}).await;
    let mut organizations = Vec::new();
    for number in 0..count {
        organizations.push(Organization::contributing(&world, 12, number).await);
    }
    (world, organizations)
}

async fn end(world: World) {
    world.server.shutdown().await;
    world.db.close().await;
    world.database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_has_ten_organizations_and_changes_by_ten() {
    let (world, mut all) = pool("pools", 9).await;
    let refused = all[0].pooled().await.unwrap_err();
    let missing = (Code::FailedPrecondition, "NOT_READY".to_owned(), "contributions".to_owned());
    assert_eq!(refusal(&refused), missing);
    // 60 of 168 are more than a quarter.
    let large = Organization::contributing(&world, 60, 4).await;
    let refused = large.pooled().await.unwrap_err();
    assert_eq!(refusal(&refused).2, "contributions.respondents");
    assert!(!format!("{refused:?}").contains("168"));
    large.stop().await;

    all.push(Organization::contributing(&world, 12, 9).await);
    // However many ask at once, it is one version.
    let made = futures::future::join_all(all.iter().map(Organization::pooled)).await;
    let made: Vec<_> = made.into_iter().map(Result::unwrap).collect();
    let first = &made[0];
    assert!(made.iter().all(|one| (one.version, &one.values) == (1, &first.values)));
    assert_eq!((first.version, first.case_kind()), (1, pb::NormCase::Organizations));
    assert_eq!((first.organization_count, first.respondent_count), (10, 120));
    assert_eq!(first.values.len(), 1 + 3 + 15);
    let mut scores = Vec::new();
    for organization in &all {
        scores.push(estimate(organization.overall("").await.score.as_ref()).value);
    }
    let mean = scores.iter().sum::<f64>() / 10.0;
    assert!((first.values[0].mean - mean).abs() <= 0.05 + 1e-9, "{} {mean}", first.values[0].mean);
    assert_eq!(first.values[0].case_count, 10);
    // Whoever contributes or not may use it.
    let norm = all[3].overall(&all[3].pooled().await.unwrap().norm_set_id).await.norm.unwrap();
    estimate(norm.percentile.as_ref());
    assert_eq!(large.pooled().await.unwrap().values, first.values);
    let mut superuser = world.database.superuser().await;
    let versions: i64 = sqlx::query_scalar("SELECT count(*) FROM insight_pools")
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    assert_eq!(versions, 1);

    // One more, and one less: the version before stays.
    all.push(Organization::contributing(&world, 12, 10).await);
    let kept = all[1].pooled().await.unwrap();
    assert_eq!((kept.version, &kept.values), (1, &first.values));
    for number in 11..20 {
        all.push(Organization::contributing(&world, 12, number).await);
    }
    let second = all[1].pooled().await.unwrap();
    assert_eq!((second.version, second.organization_count), (2, 20));
    all[5].stop().await;
    let kept = all[2].pooled().await.unwrap();
    assert_eq!((kept.version, &kept.values), (2, &second.values));
    assert_eq!(all[5].pooled().await.unwrap().values, second.values);
    end(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_given_before_it_is_said_and_all_is_taken_back() {
    let (world, _) = pool("contributions", 0).await;
    let one = Organization::measured(&world, 12, 1).await;
    assert_eq!(one.given().await, None);
    let given = one.contribute().await.unwrap();
    assert_eq!(one.contribute().await.unwrap(), given, "the same release changes nothing");
    assert_eq!(one.given().await, Some(given.clone()));
    world.clock.advance(Duration::from_secs(1));
    one.measure(&world, 12, 3).await;
    assert_eq!(one.given().await, Some(given.clone()), "a later wave is not given by itself");
    let later = one.contribute().await.unwrap();
    assert_ne!((later.wave_id, later.release_id), (given.wave_id, given.release_id));
    for _ in 0..2 {
        one.stop().await;
    }
    assert_eq!(one.given().await, None);
    let told = events(&world, &one.tenant).await;
    let count = |name: &str| told.iter().filter(|event| event.contains(name)).count();
    assert_eq!((count("contributed"), count("withdrawn")), (2, 2), "{told:?}");
    let mut superuser = world.database.superuser().await;
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM insight_contributions")
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    assert_eq!(left, 0);

    let tenant = world.another_tenant().await;
    let nobody = Organization { client: world.client_with(&tenant.key), tenant };
    let refused = nobody.contribute().await.unwrap_err();
    let missing = (Code::FailedPrecondition, "NOT_READY".to_owned(), "wave".to_owned());
    assert_eq!(refusal(&refused), missing);
    end(world).await;
}

#[tokio::test]
async fn of_others_the_engine_reads_scores_and_no_organization() {
    let (world, _) = pool("anonymous", 2).await;
    let mut app = PgConnection::connect(&world.database.url(APP_ROLE)).await.unwrap();
    let rows = sqlx::query("SELECT * FROM insight_list_contributions($1)")
        .bind(KEY)
        .fetch_all(&mut app)
        .await
        .unwrap();
    assert_eq!(rows.len(), 2);
    let columns: Vec<_> = rows[0].columns().iter().map(Column::name).collect();
    assert_eq!(columns, ["contribution_id", "respondent_count", "targets", "scores"]);
    // The random numbers are nothing that anybody knows.
    let mut superuser = world.database.superuser().await;
    let ids: Vec<Uuid> = sqlx::query_scalar("SELECT contribution_id FROM insight_contributions")
        .fetch_all(&mut superuser)
        .await
        .unwrap();
    for id in ids {
        let places: i64 = sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM outbox_events WHERE resource_id = $1)
                 + (SELECT count(*) FROM base_tenants WHERE tenant_id = $1)",
        )
        .bind(id)
        .fetch_one(&mut superuser)
        .await
        .unwrap();
        assert_eq!((places, id.get_version_num()), (0, 4));
    }
    end(world).await;
}
