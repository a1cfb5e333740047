//! Imports of anonymous responses: what a wave takes, what is wrong with rows, and what stays of an
//! import afterwards.
use orgfit::base::Permission;
use orgfit::base::id::Id;
use orgfit::pb::assessment as waves;
use orgfit::pb::common::{AnswerSheet, CalendarDate, CalendarPeriod, SegmentSelector};
use orgfit::pb::intake as pb;
use pb::submit_import_chunk_request::Part;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::company::{Company, release, request_id, sheet};
use crate::harness::{Client, World, golden};

const KEYS: [&str; 7] = ["p1", "p2", "m1", "h1", "h2", "outcome", "priority"];

type Report = (pb::ImportJob, Vec<pb::RowError>);

/// An open wave that takes imported responses, and one that invites people and was not opened.
async fn waves(world: &World) -> (Company, waves::Wave, waves::Wave) {
    let company = Company::found(world).await;
    let instrument = company.publish_questions().await;
    let invited = company.plan(instrument.instrument_id.clone()).await;
    let assessment = waves::Assessment {
        display_name: "Elsewhere".to_owned(),
        instrument_key: "small".to_owned(),
        ..waves::Assessment::default()
    };
    let request =
        waves::CreateAssessmentRequest { assessment: Some(assessment), request_id: request_id() };
    let made = company.client.assessments().create_assessment(request).await.unwrap();
    let day = |month| Some(CalendarDate { year: 2025, month, day: 1 });
    let wave = waves::Wave {
        assessment_id: made.into_inner().assessment.unwrap().assessment_id,
        instrument_id: instrument.instrument_id,
        source: waves::WaveSource::Imported.into(),
        measured_period: Some(CalendarPeriod {
            start_date: day(1),
            end_date: day(2),
            time_zone: String::new(),
        }),
        anonymity_policy: Some(waves::AnonymityPolicy {
            stored_segment_dimension_keys: vec!["contact".to_owned()],
            ..waves::AnonymityPolicy::default()
        }),
        ..waves::Wave::default()
    };
    let request = waves::CreateWaveRequest { wave: Some(wave), request_id: request_id() };
    let made = company.client.assessments().create_wave(request).await.unwrap();
    let wave = made.into_inner().wave.unwrap();
    let opened = company.open(&wave, false).await.unwrap().wave.unwrap();
    (company, opened, invited)
}

fn header(wave: &waves::Wave) -> pb::ImportHeader {
    pb::ImportHeader {
        import_id: Uuid::new_v4().to_string(),
        wave_id: wave.wave_id.clone(),
        item_keys: KEYS.map(str::to_owned).into(),
        ..pb::ImportHeader::default()
    }
}

fn row(unit: &str, number: i32) -> pb::ResponseRow {
    let value_key = if number % 2 == 0 { "daily" } else { "never" }.to_owned();
    pb::ResponseRow {
        unit_external_id: unit.to_owned(),
        segments: vec![SegmentSelector { dimension_key: "contact".to_owned(), value_key }],
        answers: Some(sheet(number)),
    }
}

fn rows(unit: &str, count: i32) -> Vec<pb::ResponseRow> {
    (0..count).map(|number| row(unit, number)).collect()
}

impl Client {
    async fn import_responses(
        &self,
        header: &pb::ImportHeader,
        rows: &[pb::ResponseRow],
    ) -> Result<Report, Status> {
        use pb::import_responses_request::Part;
        let chunks = (0..).zip(rows.chunks(10)).map(|(chunk_index, rows)| {
            Part::Rows(pb::ResponseRows { chunk_index, rows: rows.to_vec() })
        });
        let row_count = i32::try_from(rows.len()).unwrap();
        let parts: Vec<_> = std::iter::once(Part::Header(header.clone()))
            .chain(chunks)
            .chain([Part::Footer(pb::ImportFooter { row_count })])
            .map(|part| pb::ImportResponsesRequest { part: Some(part) })
            .collect();
        let reply = self.intake().import_responses(futures::stream::iter(parts)).await?;
        let reply = reply.into_inner();
        Ok((reply.import_job.unwrap(), reply.row_errors))
    }

    async fn submit_responses(
        &self,
        header: &pb::ImportHeader,
        part: Part,
    ) -> Result<Report, Status> {
        let request =
            pb::SubmitImportChunkRequest { header: Some(header.clone()), part: Some(part) };
        let reply = self.intake().submit_import_chunk(request).await?.into_inner();
        Ok((reply.import_job.unwrap(), reply.row_errors))
    }
}

fn chunk(rows: Vec<pb::ResponseRow>) -> Part {
    Part::Responses(pb::ResponseRows { chunk_index: 0, rows })
}

fn footer(row_count: i32) -> Part {
    Part::Footer(pb::ImportFooter { row_count })
}

/// How many responses the wave has taken, and how many chunks are staged.
async fn stored(world: &World) -> (i64, i64) {
    let mut superuser = world.database.superuser().await;
    let tenant = world.tenant.organization_id.uuid();
    let count = |table: &str| {
        sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table} WHERE tenant_id = $1"))
    };
    let taken = sqlx::query_scalar(count("respondent_imported")).bind(tenant);
    let taken = taken.fetch_one(&mut superuser).await.unwrap();
    let staged = sqlx::query_scalar(count("intake_chunks")).bind(tenant);
    (taken, staged.fetch_one(&mut superuser).await.unwrap())
}

#[tokio::test]
async fn responses_are_taken_once_however_often_the_footer_comes() {
    let world = World::start().await;
    let (company, wave, _) = waves(&world).await;
    let client = &company.client;
    let header = header(&wave);
    let rows = rows("alpha", 23);
    let (job, errors) = client.import_responses(&header, &rows).await.unwrap();
    assert_eq!((job.state(), job.kind()), (pb::ImportState::Succeeded, pb::ImportKind::Responses));
    assert_eq!((job.created_row_count, job.rejected_row_count, errors.len()), (23, 0, 0));
    assert_eq!(job.header.as_ref().unwrap().item_keys, KEYS);
    assert_eq!(stored(&world).await, (23, 0));

    let (again, _) = client.import_responses(&header, &rows).await.unwrap();
    assert_eq!(again, job);
    let (again, _) = client.submit_responses(&header, footer(23)).await.unwrap();
    assert_eq!(again, job);
    assert_eq!(stored(&world).await, (23, 0));

    // By the unary twin, in the same wave, under another identifier.
    let header = self::header(&wave);
    client.submit_responses(&header, chunk(self::rows("beta", 7))).await.unwrap();
    client.submit_responses(&header, chunk(self::rows("beta", 7))).await.unwrap();
    assert_eq!(stored(&world).await, (23, 1));
    let (job, _) = client.submit_responses(&header, footer(7)).await.unwrap();
    assert_eq!(job.created_row_count, 7);
    assert_eq!(stored(&world).await, (30, 0));
    let request = pb::ListImportsRequest {
        kind: pb::ImportKind::Responses.into(),
        ..pb::ListImportsRequest::default()
    };
    let imports = client.intake().list_imports(request).await.unwrap().into_inner().import_jobs;
    assert_eq!(imports.len(), 2);

    company.close(&wave).await.unwrap();
    release(&world).await;
    assert_eq!(stored(&world).await, (0, 0));
    let request =
        orgfit::pb::insight::ListReleasesRequest { wave_id: wave.wave_id, ..Default::default() };
    let releases = client.insight().list_releases(request).await.unwrap().into_inner().releases;
    let count = releases[0].response_count.unwrap().outcome.unwrap();
    assert_eq!(count, orgfit::pb::common::count::Outcome::Exact(30));
}

#[tokio::test]
async fn wrong_rows_are_told_without_their_values_and_keep_out_what_was_asked() {
    let world = World::start().await;
    let (company, wave, _) = waves(&world).await;
    let client = &company.client;
    let mut rows = rows("alpha", 8);
    rows[1].unit_external_id = "nowhere".to_owned();
    rows[2].answers = Some(AnswerSheet { codes: vec![6, 0, 0, 0, 0, 1, 0] });
    rows[4].answers = Some(AnswerSheet { codes: vec![1] });
    rows[5].segments[0].value_key = "weekly".to_owned();
    rows[7].answers = None;
    let strict = pb::ImportHeader { mode: pb::ImportMode::AllOrNothing.into(), ..header(&wave) };
    let (job, errors) = client.import_responses(&strict, &rows).await.unwrap();
    assert_eq!((job.state(), job.rejected_row_count), (pb::ImportState::Failed, 5));
    let wrong: Vec<_> = errors.iter().map(|error| error.row_number).collect();
    assert_eq!(wrong, [1, 2, 4, 5, 7]);
    let told: Vec<_> = errors
        .iter()
        .map(|error| {
            assert_eq!(error.external_id, "");
            assert!(!error.message.contains("nowhere") && !error.message.contains("weekly"));
            format!("{} {:?}: {}", error.field, error.reason(), error.message)
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
    assert_eq!(stored(&world).await, (0, 0));

    let dry = pb::ImportHeader { validate_only: true, ..header(&wave) };
    let (job, _) = client.import_responses(&dry, &rows).await.unwrap();
    assert_eq!((job.state(), job.created_row_count), (pb::ImportState::Succeeded, 3));
    assert_eq!(stored(&world).await, (0, 0));

    let (job, _) = client.import_responses(&header(&wave), &rows).await.unwrap();
    assert_eq!((job.created_row_count, job.rejected_row_count), (3, 5));
    assert_eq!(stored(&world).await, (3, 0));
}

#[tokio::test]
async fn the_header_names_the_wave_and_its_items_for_responses_and_for_nothing_else() {
    let world = World::start().await;
    let (company, wave, invited) = waves(&world).await;
    let client = &company.client;
    let good = header(&wave);
    let mut refusals = Vec::new();
    for header in [
        pb::ImportHeader { wave_id: String::new(), ..good.clone() },
        pb::ImportHeader { item_keys: Vec::new(), ..good.clone() },
        pb::ImportHeader { item_keys: vec!["p1".to_owned(), "zz".to_owned()], ..good.clone() },
        pb::ImportHeader { item_keys: vec!["p1".to_owned(), "p1".to_owned()], ..good.clone() },
        pb::ImportHeader {
            absent_rows: pb::AbsentRows::SoftDelete.into(),
            mode: pb::ImportMode::AllOrNothing.into(),
            ..good.clone()
        },
        pb::ImportHeader { wave_id: Uuid::nil().to_string(), ..good.clone() },
        pb::ImportHeader { wave_id: invited.wave_id.clone(), ..good.clone() },
    ] {
        let status = client.import_responses(&header, &rows("alpha", 1)).await.unwrap_err();
        refusals.push(golden(&status).replace(&invited.wave_id, "(wave)"));
    }
    let units = Part::Units(pb::UnitRows { chunk_index: 0, rows: vec![pb::UnitRow::default()] });
    refusals.push(golden(&client.submit_responses(&good, units).await.unwrap_err()));
    // An open wave that invites people takes no imported response either.
    company.invite(&invited).await;
    company.open(&invited, false).await.unwrap();
    let wrong = pb::ImportHeader { wave_id: invited.wave_id.clone(), ..good.clone() };
    let status = client.import_responses(&wrong, &rows("alpha", 1)).await.unwrap_err();
    refusals.push(golden(&status).replace(&invited.wave_id, "(wave)"));
    insta::assert_snapshot!(refusals.join("\n\n"));

    client.submit_responses(&good, chunk(rows("alpha", 1))).await.unwrap();
    let other = pb::ImportHeader { item_keys: vec!["p1".to_owned()], ..good.clone() };
    let status = client.submit_responses(&other, footer(1)).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(stored(&world).await, (0, 1));
}

#[tokio::test]
async fn a_wave_that_closed_takes_no_more_and_the_rows_go() {
    let world = World::start().await;
    let (company, wave, _) = waves(&world).await;
    let client = &company.client;
    client.import_responses(&header(&wave), &rows("alpha", 9)).await.unwrap();
    let late = header(&wave);
    client.submit_responses(&late, chunk(rows("beta", 9))).await.unwrap();
    company.close(&wave).await.unwrap();
    let (job, _) = client.submit_responses(&late, footer(9)).await.unwrap();
    assert_eq!(job.state(), pb::ImportState::Failed);
    assert!(!job.failure.is_empty());
    assert_eq!(stored(&world).await.1, 0);
    let status = client.import_responses(&header(&wave), &rows("alpha", 1)).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition);
}

#[tokio::test]
async fn responses_need_a_permission_of_their_own() {
    let world = World::start().await;
    let (_company, wave, _) = waves(&world).await;
    let others: Vec<_> = Permission::ALL
        .iter()
        .copied()
        .filter(|permission| *permission != Permission::ResponsesImport)
        .collect();
    let other = world.client_with(&world.key(&world.tenant, &others, None).await);
    let own = world.key(&world.tenant, &[Permission::ResponsesImport], None).await;
    let own = world.client_with(&own);
    let header = header(&wave);
    let row = || rows("alpha", 1);
    let status = other.import_responses(&header, &row()).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    let status = other.submit_responses(&header, chunk(row())).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    own.submit_responses(&header, chunk(row())).await.unwrap();
    // To whoever may not import responses, such an import is unknown.
    let status = other.submit_responses(&header, footer(1)).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    own.submit_responses(&header, footer(1)).await.unwrap();
    let part =
        world.key(&world.tenant, &[Permission::ResponsesImport], Some(world.tenant.root_unit_id));
    let part = world.client_with(&part.await);
    let status = part.submit_responses(&header, chunk(row())).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
}
