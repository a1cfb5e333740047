//! Journeys of imports: streams that break and go on, rows that are wrong, and what is left.
use std::time::Duration;

use orgfit::base::{Context, Permission};
use orgfit::intake as rooms;
use orgfit::pb::directory as directory_pb;
use orgfit::pb::intake as pb;
use pb::submit_import_chunk_request::Part;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::harness::{Client, World, golden};

fn header() -> pb::ImportHeader {
    pb::ImportHeader {
        import_id: Uuid::new_v4().to_string(),
        source: "test".to_owned(),
        ..pb::ImportHeader::default()
    }
}

fn all_or_nothing() -> pb::ImportHeader {
    pb::ImportHeader { mode: pb::ImportMode::AllOrNothing.into(), ..header() }
}

/// A full import: what no row mentions goes, up to `percent`.
fn full(percent: i32) -> pb::ImportHeader {
    pb::ImportHeader {
        absent_rows: pb::AbsentRows::SoftDelete.into(),
        absent_limit_percent: percent,
        ..all_or_nothing()
    }
}

fn unit(key: &str, parent: &str) -> pb::UnitRow {
    pb::UnitRow {
        external_id: key.to_owned(),
        parent_external_id: parent.to_owned(),
        display_name: format!("Unit {key}"),
        ..pb::UnitRow::default()
    }
}

fn person(key: &str, unit: &str) -> pb::PersonRow {
    pb::PersonRow {
        external_id: key.to_owned(),
        unit_external_id: unit.to_owned(),
        first_name: key.to_owned(),
        ..pb::PersonRow::default()
    }
}

fn people(count: usize, unit: &str) -> Vec<pb::PersonRow> {
    (0..count).map(|number| person(&format!("p{number:05}"), unit)).collect()
}

fn footer(rows: usize) -> pb::ImportFooter {
    pb::ImportFooter { row_count: i32::try_from(rows).unwrap() }
}

fn index(position: usize) -> i32 {
    i32::try_from(position).unwrap()
}

type Report = (pb::ImportJob, Vec<pb::RowError>);

impl Client {
    /// A whole import of units over a stream, `size` rows a chunk.
    async fn import_units(
        &self,
        header: pb::ImportHeader,
        rows: &[pb::UnitRow],
        size: usize,
    ) -> Result<Report, Status> {
        use pb::import_units_request::Part;
        let chunks = rows.chunks(size).enumerate().map(|(position, rows)| {
            Part::Rows(pb::UnitRows { chunk_index: index(position), rows: rows.to_vec() })
        });
        let parts: Vec<_> = std::iter::once(Part::Header(header))
            .chain(chunks)
            .chain([Part::Footer(footer(rows.len()))])
            .map(|part| pb::ImportUnitsRequest { part: Some(part) })
            .collect();
        let reply = self.intake().import_units(futures::stream::iter(parts)).await?.into_inner();
        Ok((reply.import_job.unwrap(), reply.row_errors))
    }

    /// A stream of people: its chunks from `first` on, and its footer when `ends`.
    async fn import_people(
        &self,
        header: pb::ImportHeader,
        rows: &[pb::PersonRow],
        (first, ends): (usize, bool),
    ) -> Result<Report, Status> {
        use pb::import_people_request::Part;
        let chunks = rows.chunks(10).enumerate().skip(first).map(|(position, rows)| {
            Part::Rows(pb::PersonRows { chunk_index: index(position), rows: rows.to_vec() })
        });
        let parts: Vec<_> = std::iter::once(Part::Header(header))
            .chain(chunks)
            .chain(ends.then(|| Part::Footer(footer(rows.len()))))
            .map(|part| pb::ImportPeopleRequest { part: Some(part) })
            .collect();
        let reply = self.intake().import_people(futures::stream::iter(parts)).await?.into_inner();
        Ok((reply.import_job.unwrap(), reply.row_errors))
    }

    async fn submit(&self, header: &pb::ImportHeader, part: Part) -> Result<Report, Status> {
        let request =
            pb::SubmitImportChunkRequest { header: Some(header.clone()), part: Some(part) };
        let reply = self.intake().submit_import_chunk(request).await?.into_inner();
        Ok((reply.import_job.unwrap(), reply.row_errors))
    }

    async fn import(&self, import_id: &str) -> Result<pb::ImportJob, Status> {
        let request = pb::GetImportRequest { import_id: import_id.to_owned() };
        Ok(self.intake().get_import(request).await?.into_inner().import_job.unwrap())
    }

    async fn count_people(&self) -> usize {
        let request = directory_pb::ListPeopleRequest { page_size: 500, ..Default::default() };
        self.people().list_people(request).await.unwrap().into_inner().people.len()
    }

    async fn find(&self, external_id: &str) -> directory_pb::Person {
        let key = directory_pb::get_person_request::Key::ExternalId(external_id.to_owned());
        let request = directory_pb::GetPersonRequest { key: Some(key) };
        self.people().get_person(request).await.unwrap().into_inner().person.unwrap()
    }

    async fn find_unit(&self, external_id: &str) -> directory_pb::Unit {
        let key = directory_pb::get_unit_request::Key::ExternalId(external_id.to_owned());
        let request = directory_pb::GetUnitRequest { key: Some(key) };
        self.directory().get_unit(request).await.unwrap().into_inner().unit.unwrap()
    }
}

/// Counts of a report: created, updated, unchanged, rejected, absent.
fn counts(job: &pb::ImportJob) -> [i32; 5] {
    [
        job.created_row_count,
        job.updated_row_count,
        job.unchanged_row_count,
        job.rejected_row_count,
        job.absent_row_count,
    ]
}

/// An organization with the units `sales` and `care`.
async fn world_with_units() -> World {
    let world = World::start().await;
    let rows = [unit("sales", ""), unit("care", "")];
    world.client().import_units(header(), &rows, 500).await.unwrap();
    world
}

#[tokio::test]
async fn a_tree_is_imported_children_first_and_moved_by_the_next_import() {
    let world = World::start().await;
    let client = world.client();
    let rows = [unit("oslo", "north"), unit("north", "sales"), unit("sales", ""), unit("care", "")];
    let (job, errors) = client.import_units(header(), &rows, 2).await.unwrap();
    assert_eq!((job.state(), counts(&job)), (pb::ImportState::Succeeded, [4, 0, 0, 0, 0]));
    assert!(errors.is_empty());
    assert_eq!(client.find_unit("oslo").await.depth, 3);

    let (job, _) = client.import_units(header(), &rows, 2).await.unwrap();
    assert_eq!(counts(&job), [0, 0, 4, 0, 0]);

    let (job, _) = client.import_units(header(), &[unit("north", "care")], 2).await.unwrap();
    assert_eq!(counts(&job), [0, 1, 0, 0, 0]);
    let care = client.find_unit("care").await;
    assert_eq!(client.find_unit("north").await.parent_unit_id, care.unit_id);
}

#[tokio::test]
async fn a_broken_stream_goes_on_where_it_broke_and_nothing_is_half_written() {
    let world = world_with_units().await;
    let client = world.client();
    let header = header();
    let rows = people(35, "sales");

    let status = client.import_people(header.clone(), &rows[..20], (0, false)).await.unwrap_err();
    insta::assert_snapshot!(golden(&status));
    let job = client.import(&header.import_id).await.unwrap();
    assert_eq!((job.state(), job.next_chunk_index), (pb::ImportState::Open, 2));
    assert_eq!(client.count_people().await, 0);

    // From the start again, or from the missing chunk on: taken chunks count once.
    let status = client.import_people(header.clone(), &rows[..30], (0, false)).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition);
    let (job, _) = client.import_people(header.clone(), &rows, (3, true)).await.unwrap();
    assert_eq!(counts(&job), [35, 0, 0, 0, 0]);
    assert_eq!(client.count_people().await, 35);

    let (again, _) = client.import_people(header.clone(), &rows, (0, true)).await.unwrap();
    assert_eq!(again, job);
    assert_eq!(client.count_people().await, 35);
}

#[tokio::test]
async fn a_footer_that_counts_other_rows_applies_nothing() {
    let world = world_with_units().await;
    let client = world.client();
    let header = header();
    let rows = pb::PersonRows { chunk_index: 0, rows: people(3, "sales") };
    client.submit(&header, Part::People(rows)).await.unwrap();
    let status = client.submit(&header, Part::Footer(footer(4))).await.unwrap_err();
    insta::assert_snapshot!(golden(&status));
    assert_eq!(client.import(&header.import_id).await.unwrap().state(), pb::ImportState::Open);
    client.submit(&header, Part::Footer(footer(3))).await.unwrap();
    assert_eq!(client.count_people().await, 3);
}

#[tokio::test]
async fn chunks_of_the_unary_twin_may_be_repeated_but_not_skipped() {
    let world = world_with_units().await;
    let client = world.client();
    let header = header();
    let chunk = |at: usize| {
        let rows = people(20, "sales")[at * 10..][..10].to_vec();
        Part::People(pb::PersonRows { chunk_index: index(at), rows })
    };
    client.submit(&header, chunk(0)).await.unwrap();
    let (job, _) = client.submit(&header, chunk(0)).await.unwrap();
    assert_eq!((job.next_chunk_index, job.received_row_count), (1, 10));
    let rows = pb::PersonRows { chunk_index: 2, rows: people(1, "sales") };
    let status = client.submit(&header, Part::People(rows)).await.unwrap_err();
    insta::assert_snapshot!(golden(&status));

    let other = pb::ImportHeader { validate_only: true, ..header.clone() };
    let status = client.submit(&other, chunk(1)).await.unwrap_err();
    insta::assert_snapshot!(golden(&status));

    client.submit(&header, chunk(1)).await.unwrap();
    client.submit(&header, Part::Footer(footer(20))).await.unwrap();
    let rows = pb::PersonRows { chunk_index: 2, rows: people(1, "sales") };
    let status = client.submit(&header, Part::People(rows)).await.unwrap_err();
    insta::assert_snapshot!(golden(&status).replace(&header.import_id, "(import)"));
}

#[tokio::test]
async fn wrong_rows_are_told_by_pages_and_the_others_are_applied() {
    let world = world_with_units().await;
    let client = world.client();
    let mut rows = people(3, "sales");
    rows[1].unit_external_id = "nowhere".to_owned();
    rows[1].work_email = "nobody".to_owned();
    rows.push(pb::PersonRow { external_id: "p00000".to_owned(), ..person("again", "sales") });
    rows.push(pb::PersonRow { manager_external_id: "p00001".to_owned(), ..person("led", "care") });
    let (job, errors) = client.import_people(header(), &rows, (0, true)).await.unwrap();
    assert_eq!(counts(&job), [3, 0, 0, 2, 0]);
    let told: Vec<String> = errors
        .iter()
        .map(|error| {
            format!(
                "{} {} {}: {:?}, {}",
                error.row_number,
                error.external_id,
                error.field,
                error.reason(),
                error.message
            )
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
    assert_eq!(client.find("led").await.manager_person_id, "");

    let mut listed = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListImportRowErrorsRequest {
            import_id: job.import_id.clone(),
            page_size: 1,
            page_token,
        };
        let page = client.intake().list_import_row_errors(request).await.unwrap().into_inner();
        listed.extend(page.row_errors);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(listed, errors);
}

#[tokio::test]
async fn one_wrong_row_keeps_all_out_when_all_or_nothing_was_asked() {
    let world = world_with_units().await;
    let client = world.client();
    let mut rows = people(5, "sales");
    rows[4].unit_external_id = "nowhere".to_owned();
    let (job, errors) = client.import_people(all_or_nothing(), &rows, (0, true)).await.unwrap();
    assert_eq!((job.state(), errors.len()), (pb::ImportState::Failed, 1));
    insta::assert_snapshot!(job.failure, @"1 of 5 rows are wrong, and ALL_OR_NOTHING was asked for; mend them and import again");
    assert_eq!(client.count_people().await, 0);
}

#[tokio::test]
async fn a_dry_run_tells_the_counts_and_changes_nothing() {
    let world = world_with_units().await;
    let client = world.client();
    let dry = || pb::ImportHeader { validate_only: true, ..header() };
    let (job, _) = client.import_people(dry(), &people(5, "sales"), (0, true)).await.unwrap();
    assert_eq!((job.state(), counts(&job)), (pb::ImportState::Succeeded, [5, 0, 0, 0, 0]));
    assert_eq!(client.count_people().await, 0);
    let (job, _) = client.import_units(dry(), &[unit("new", "sales")], 10).await.unwrap();
    assert_eq!(counts(&job), [1, 0, 0, 0, 0]);
    let request = directory_pb::ListUnitsRequest::default();
    assert_eq!(client.directory().list_units(request).await.unwrap().into_inner().units.len(), 3);
}

#[tokio::test]
async fn a_full_import_deletes_who_is_absent_up_to_the_safety_stop() {
    let world = world_with_units().await;
    let client = world.client();
    let mut rows = people(10, "sales");
    rows[9].leads_unit_external_ids = vec!["care".to_owned()];
    client.import_people(header(), &rows, (0, true)).await.unwrap();
    let lead = client.find("p00009").await;
    assert_eq!(client.find_unit("care").await.lead_person_id, lead.person_id);

    let (job, _) = client.import_people(full(20), &rows[..7], (0, true)).await.unwrap();
    assert_eq!((job.state(), job.absent_row_count), (pb::ImportState::Failed, 3));
    insta::assert_snapshot!(job.failure);
    assert_eq!(client.count_people().await, 10);

    let (job, _) = client.import_people(full(30), &rows[..7], (0, true)).await.unwrap();
    assert_eq!(counts(&job), [0, 0, 7, 0, 3]);
    assert_eq!(client.count_people().await, 7);
    assert_eq!(client.find_unit("care").await.lead_person_id, "");

    // Who comes back is the same person.
    let (job, _) = client.import_people(header(), &rows, (0, true)).await.unwrap();
    assert_eq!(counts(&job), [0, 3, 7, 0, 0]);
    assert_eq!(client.find("p00009").await.person_id, lead.person_id);
    assert_eq!(client.find_unit("care").await.lead_person_id, lead.person_id);
}

#[tokio::test]
async fn units_that_are_still_used_stop_a_full_import() {
    let world = world_with_units().await;
    let client = world.client();
    client.import_people(header(), &people(1, "care"), (0, true)).await.unwrap();
    let (job, _) = client.import_units(full(100), &[unit("sales", "")], 10).await.unwrap();
    assert_eq!(job.state(), pb::ImportState::Failed);
    client.import_people(header(), &people(1, "sales"), (0, true)).await.unwrap();
    let (job, _) = client.import_units(full(100), &[unit("sales", "")], 10).await.unwrap();
    assert_eq!(counts(&job), [0, 0, 1, 0, 1]);
    assert!(client.find_unit("care").await.delete_time.is_some());
}

#[tokio::test]
async fn at_most_four_imports_are_open_and_each_for_seven_days() {
    let world = world_with_units().await;
    let client = world.client();
    let headers: Vec<_> = (0..5).map(|_| header()).collect();
    let chunk = || Part::People(pb::PersonRows { chunk_index: 0, rows: people(1, "sales") });
    for header in &headers[..4] {
        client.submit(header, chunk()).await.unwrap();
    }
    let status = client.submit(&headers[4], chunk()).await.unwrap_err();
    insta::assert_snapshot!(golden(&status));

    world.clock.advance(Duration::from_hours(24 * 7));
    expire(&world).await;
    let job = client.import(&headers[0].import_id).await.unwrap();
    assert_eq!(job.state(), pb::ImportState::Failed);
    let status = client.submit(&headers[0], Part::Footer(footer(1))).await.unwrap();
    assert_eq!(status.0, job);
    client.submit(&headers[4], chunk()).await.unwrap();

    world.clock.advance(Duration::from_hours(24 * 91));
    expire(&world).await;
    let status = client.import(&headers[0].import_id).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
}

async fn expire(world: &World) {
    let now = orgfit::base::Clock::now(&*world.clock);
    let ctx = Context::operator(world.tenant.organization_id, now, Duration::from_mins(1));
    let mut tx = world.db.write("expire", ctx.scope()).await.unwrap();
    rooms::expire(&mut tx, &ctx).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn each_kind_has_a_permission_of_its_own_and_a_part_of_the_tree_is_not_enough() {
    let world = world_with_units().await;
    let root = Some(world.tenant.root_unit_id);
    let units = world.key(&world.tenant, &[Permission::UnitsImport], None).await;
    let part = world.key(&world.tenant, Permission::ALL, root).await;
    let header = header();
    let rows = pb::PersonRows { chunk_index: 0, rows: people(1, "sales") };
    world.client().submit(&header, Part::People(rows.clone())).await.unwrap();
    // To a footer, an import of the other kind is as unknown as one that is not there.
    for (key, ends) in [(&units, Code::NotFound), (&part, Code::PermissionDenied)] {
        let client = world.client_with(key);
        let status = client.submit(&header, Part::People(rows.clone())).await.unwrap_err();
        assert_eq!(status.code(), Code::PermissionDenied);
        let status = client.submit(&header, Part::Footer(footer(1))).await.unwrap_err();
        assert_eq!(status.code(), ends);
        let status = client.import_people(header.clone(), &rows.rows, (0, true)).await.unwrap_err();
        assert_eq!(status.code(), Code::PermissionDenied);
    }
}

#[tokio::test]
async fn imports_are_listed_newest_first() {
    use pb::ImportKind::{People, Units};

    let world = world_with_units().await;
    let client = world.client();
    for _ in 0..3 {
        world.clock.advance(Duration::from_secs(1));
        client.import_people(header(), &people(1, "sales"), (0, true)).await.unwrap();
    }
    let mut kinds = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListImportsRequest { page_size: 1, page_token, kind: 0 };
        let page = client.intake().list_imports(request).await.unwrap().into_inner();
        kinds.extend(page.import_jobs.iter().map(pb::ImportJob::kind));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(kinds, [People, People, People, Units]);
    let request = pb::ListImportsRequest { kind: Units.into(), ..Default::default() };
    let page = client.intake().list_imports(request).await.unwrap().into_inner();
    assert_eq!(page.import_jobs.len(), 1);
}

#[tokio::test]
async fn an_erased_person_is_forgotten_by_row_errors_and_staged_rows_go_with_their_import() {
    let world = world_with_units().await;
    let client = world.client();
    client.import_people(header(), &[person("ada", "sales")], (0, true)).await.unwrap();
    let (job, errors) =
        client.import_people(header(), &[person("ada", "nowhere")], (0, true)).await.unwrap();
    assert_eq!(errors[0].external_id, "ada");
    let person_id = client.find("ada").await.person_id;
    client.people().erase_person(directory_pb::ErasePersonRequest { person_id }).await.unwrap();
    let request = pb::ListImportRowErrorsRequest { import_id: job.import_id, ..Default::default() };
    let page = client.intake().list_import_row_errors(request).await.unwrap().into_inner();
    assert_eq!(page.row_errors[0].external_id, "");

    let mut connection = world.database.superuser().await;
    let chunks: i64 = sqlx::query_scalar("SELECT count(*) FROM intake_chunks WHERE tenant_id = $1")
        .bind(orgfit::base::id::Id::uuid(world.tenant.organization_id))
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(chunks, 0);
}

#[tokio::test]
async fn the_first_message_is_the_header_and_it_is_checked_whole() {
    let world = World::start().await;
    let client = world.client();
    let part = pb::import_units_request::Part::Footer(footer(0));
    let parts = [pb::ImportUnitsRequest { part: Some(part) }];
    let status = client.intake().import_units(futures::stream::iter(parts)).await.unwrap_err();
    insta::assert_snapshot!(golden(&status));
    let wrong = pb::ImportHeader {
        import_id: "x".to_owned(),
        mode: 9,
        absent_rows: pb::AbsentRows::SoftDelete.into(),
        absent_limit_percent: 101,
        source: "s".repeat(101),
        ..pb::ImportHeader::default()
    };
    let status = client.import_units(wrong, &[], 1).await.unwrap_err();
    insta::assert_snapshot!(golden(&status));
}
