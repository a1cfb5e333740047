//! Journeys through the directory: settings, segments, the tree, people.
use std::collections::HashMap;
use std::time::Duration;

use orgfit::base::id::UnitId;
use orgfit::base::{Context, Permission};
use orgfit::directory as rooms;
use orgfit::pb::common::{CalendarDate, LocalizedText, SegmentSelector, Slice};
use orgfit::pb::directory as pb;
use sqlx::Row;
use tonic::{Code, Response, Status};
use uuid::Uuid;

use crate::harness::{Client, World, golden};

const MONTH: Duration = Duration::from_hours(24 * 31);

fn mask(paths: &[&str]) -> prost_types::FieldMask {
    prost_types::FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() }
}

fn request_id() -> String {
    Uuid::new_v4().to_string()
}

/// A title in the organization's default language.
fn text(german: &str) -> LocalizedText {
    LocalizedText { by_language: HashMap::from([("de-CH".to_owned(), german.to_owned())]) }
}

/// A dimension `level` with these values.
fn level(values: &[(&str, bool)]) -> pb::SegmentDimension {
    pb::SegmentDimension {
        key: "level".to_owned(),
        title: Some(text("Level")),
        role: pb::SegmentRole::HierarchyLevel.into(),
        values: values
            .iter()
            .map(|(key, retired)| pb::SegmentValue {
                key: (*key).to_owned(),
                title: Some(text(key)),
                retired: *retired,
                leading: *key == "lead",
            })
            .collect(),
    }
}

impl Client {
    async fn organization(&self) -> pb::Organization {
        let reply = self.directory().get_organization(pb::GetOrganizationRequest {}).await.unwrap();
        reply.into_inner().organization.unwrap()
    }

    async fn unit(&self, parent: &str, name: &str) -> pb::Unit {
        let unit = pb::Unit {
            parent_unit_id: parent.to_owned(),
            display_name: name.to_owned(),
            external_id: name.to_lowercase(),
            ..pb::Unit::default()
        };
        let request = pb::CreateUnitRequest { unit: Some(unit), request_id: request_id() };
        self.directory().create_unit(request).await.unwrap().into_inner().unit.unwrap()
    }

    async fn person(&self, unit_id: &str, first_name: &str) -> pb::Person {
        let person = pb::Person {
            unit_id: unit_id.to_owned(),
            first_name: first_name.to_owned(),
            external_id: format!("x-{first_name}"),
            ..pb::Person::default()
        };
        let request = pb::CreatePersonRequest { person: Some(person), request_id: request_id() };
        self.people().create_person(request).await.unwrap().into_inner().person.unwrap()
    }

    async fn move_unit(&self, unit_id: &str, parent: &str) -> Result<pb::Unit, Status> {
        let request = pb::MoveUnitRequest {
            unit_id: unit_id.to_owned(),
            new_parent_unit_id: parent.to_owned(),
            request_id: request_id(),
            ..pb::MoveUnitRequest::default()
        };
        Ok(self.directory().move_unit(request).await?.into_inner().unit.unwrap())
    }

    async fn delete_unit(&self, unit_id: &str) -> Result<pb::Unit, Status> {
        let request = pb::DeleteUnitRequest {
            unit_id: unit_id.to_owned(),
            ..pb::DeleteUnitRequest::default()
        };
        Ok(self.directory().delete_unit(request).await?.into_inner().unit.unwrap())
    }

    async fn delete_person(&self, person_id: &str) -> pb::Person {
        let request = pb::DeletePersonRequest {
            person_id: person_id.to_owned(),
            ..pb::DeletePersonRequest::default()
        };
        self.people().delete_person(request).await.unwrap().into_inner().person.unwrap()
    }

    async fn get_person(&self, person_id: &str) -> pb::Person {
        let key = pb::get_person_request::Key::PersonId(person_id.to_owned());
        let reply =
            self.people().get_person(pb::GetPersonRequest { key: Some(key) }).await.unwrap();
        reply.into_inner().person.unwrap()
    }

    async fn update_scheme(
        &self,
        dimensions: Vec<pb::SegmentDimension>,
    ) -> Result<pb::SegmentScheme, Status> {
        let stored = self.directory().get_segment_scheme(pb::GetSegmentSchemeRequest {}).await?;
        let etag = stored.into_inner().segment_scheme.unwrap().etag;
        let segment_scheme = Some(pb::SegmentScheme { dimensions, etag });
        let request = pb::UpdateSegmentSchemeRequest { segment_scheme, validate_only: false };
        let reply = self.directory().update_segment_scheme(request).await?;
        Ok(reply.into_inner().segment_scheme.unwrap())
    }

    /// Names of all pages of units, indented by depth.
    async fn tree(&self, request: pb::ListUnitsRequest) -> Result<Vec<String>, Status> {
        let mut names = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = pb::ListUnitsRequest { page_size: 2, page_token, ..request.clone() };
            let page = self.directory().list_units(request).await?.into_inner();
            assert!(page.units.len() <= 2);
            names.extend(page.units.iter().map(|unit| {
                let indent = "  ".repeat(usize::try_from(unit.depth).unwrap());
                format!("{indent}{}", unit.display_name)
            }));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(names);
            }
        }
    }

    /// Names of all pages of people.
    async fn names(&self, request: pb::ListPeopleRequest) -> Vec<String> {
        let mut names = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = pb::ListPeopleRequest { page_size: 2, page_token, ..request.clone() };
            let page = self.people().list_people(request).await.unwrap().into_inner();
            names.extend(page.people.into_iter().map(|person| person.display_name));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return names;
            }
        }
    }
}

fn is_replay<T>(response: &Response<T>) -> bool {
    response.metadata().contains_key("orgfit-replayed")
}

#[tokio::test]
async fn settings_change_with_mask_and_etag_and_never_below_the_floors() {
    let world = World::start().await;
    let client = world.client();
    let stored = client.organization().await;
    let update = |organization: pb::Organization, paths: &[&str]| pb::UpdateOrganizationRequest {
        organization: Some(organization),
        update_mask: Some(mask(paths)),
    };

    let mut asked = stored.clone();
    asked.display_name = "Fit Ltd".to_owned();
    asked.time_zone = "ignored, since the mask leaves it out".to_owned();
    let reply =
        client.directory().update_organization(update(asked.clone(), &["display_name"])).await;
    let changed = reply.unwrap().into_inner().organization.unwrap();
    assert_eq!(changed.display_name, "Fit Ltd");
    assert_eq!(changed.time_zone, stored.time_zone);
    assert_ne!(changed.etag, stored.etag);

    let status = client.directory().update_organization(update(asked, &["display_name"])).await;
    assert_eq!(status.unwrap_err().code(), Code::Aborted);

    let mut weak = changed.clone();
    weak.privacy_policy = Some(pb::PrivacyPolicy {
        minimum_group_size: 4,
        driver_minimum_group_size: 99,
        ..pb::PrivacyPolicy::default()
    });
    weak.default_language_code = "??".to_owned();
    let status = client
        .directory()
        .update_organization(update(weak, &["privacy_policy", "default_language_code"]))
        .await
        .unwrap_err();
    insta::assert_snapshot!(golden(&status));

    let mut unseen = changed.clone();
    unseen.etag.clear();
    let status = client.directory().update_organization(update(unseen, &["display_name"])).await;
    insta::assert_snapshot!(golden(&status.unwrap_err()));
    let status = client.directory().update_organization(update(changed, &["*"])).await;
    insta::assert_snapshot!(golden(&status.unwrap_err()));
}

#[tokio::test]
async fn a_segment_value_in_use_is_retired_and_not_removed() {
    let world = World::start().await;
    let client = world.client();
    let root = world.tenant.root_unit_id.to_string();
    client.update_scheme(vec![level(&[("lead", false), ("staff", false)])]).await.unwrap();

    let person = client.person(&root, "Ada").await;
    let staff =
        SegmentSelector { dimension_key: "level".to_owned(), value_key: "staff".to_owned() };
    let update = |segments: Vec<SegmentSelector>| pb::UpdatePersonRequest {
        person: Some(pb::Person {
            person_id: person.person_id.clone(),
            segments,
            ..pb::Person::default()
        }),
        update_mask: Some(mask(&["segments"])),
    };
    client.people().update_person(update(vec![staff.clone()])).await.unwrap();

    let status = client.update_scheme(vec![]).await.unwrap_err();
    insta::assert_snapshot!(golden(&status));
    client.update_scheme(vec![level(&[("lead", false), ("staff", true)])]).await.unwrap();

    // Who holds the retired value keeps it; nobody else gets it.
    client.people().update_person(update(vec![staff.clone()])).await.unwrap();
    client.people().update_person(update(vec![])).await.unwrap();
    let status = client.people().update_person(update(vec![staff])).await.unwrap_err();
    insta::assert_snapshot!(golden(&status));

    let mut gender = level(&[("a", false), ("b", false)]);
    gender.key = "gender".to_owned();
    let status = client.update_scheme(vec![gender]).await.unwrap_err();
    insta::assert_snapshot!(golden(&status));
}

#[tokio::test]
async fn the_tree_is_listed_parents_first_by_pages_and_within_reach() {
    let world = World::start().await;
    let client = world.client();
    let root = world.tenant.root_unit_id.to_string();
    let sales = client.unit(&root, "Sales").await;
    let north = client.unit(&sales.unit_id, "North").await;
    client.unit(&sales.unit_id, "East").await;
    client.unit(&root, "Care").await;
    client.unit(&north.unit_id, "Oslo").await;

    let all = client.tree(pb::ListUnitsRequest::default()).await.unwrap();
    assert_eq!(all[1..], ["  Care", "  Sales", "    East", "    North", "      Oslo"]);
    let below =
        pb::ListUnitsRequest { parent_unit_id: sales.unit_id.clone(), ..Default::default() };
    let direct = pb::ListUnitsRequest { direct_children_only: true, ..below.clone() };
    assert_eq!(client.tree(direct).await.unwrap(), ["    East", "    North"]);
    assert_eq!(client.tree(below.clone()).await.unwrap().len(), 4);

    let reach = Some(north.unit_id.parse::<Uuid>().map(orgfit::base::id::Id::from_uuid).unwrap());
    let key = world.key(&world.tenant, &[Permission::UnitsRead], reach).await;
    let limited = world.client_with(&key);
    let seen = limited.tree(pb::ListUnitsRequest::default()).await.unwrap();
    assert_eq!(seen, ["    North", "      Oslo"]);
    assert_eq!(limited.tree(below).await.unwrap_err().code(), Code::PermissionDenied);

    // A token of one caller's organization, query or week is of no use in another.
    let request = pb::ListUnitsRequest { page_size: 1, ..Default::default() };
    let token = client.directory().list_units(request).await.unwrap().into_inner().next_page_token;
    let other = world.another_tenant().await;
    let stolen = pb::ListUnitsRequest { page_token: token.clone(), ..Default::default() };
    let status = world.client_with(&other.key).directory().list_units(stolen).await.unwrap_err();
    insta::assert_snapshot!(golden(&status));
    world.clock.advance(Duration::from_hours(73));
    let late = pb::ListUnitsRequest { page_token: token, ..Default::default() };
    assert_eq!(
        client.directory().list_units(late).await.unwrap_err().code(),
        Code::InvalidArgument
    );
}

#[tokio::test]
async fn units_move_merge_and_split_and_their_lineage_stays() {
    let world = World::start().await;
    let client = world.client();
    let root = world.tenant.root_unit_id.to_string();
    let sales = client.unit(&root, "Sales").await;
    let care = client.unit(&root, "Care").await;
    let team = client.unit(&sales.unit_id, "Team").await;

    let moved = client.move_unit(&team.unit_id, &care.unit_id).await.unwrap();
    assert_eq!((moved.depth, moved.parent_unit_id.as_str()), (2, care.unit_id.as_str()));
    let status = client.move_unit(&care.unit_id, &team.unit_id).await.unwrap_err();
    insta::assert_snapshot!(golden(&status).replace(&care.unit_id, "(care)"));
    let deeper = client.move_unit(&care.unit_id, &sales.unit_id).await.unwrap();
    assert_eq!(deeper.depth, 2);

    let merged = pb::Unit {
        unit_id: sales.unit_id.clone(),
        display_name: "Customers".to_owned(),
        predecessor_unit_ids: vec![care.unit_id.clone(), team.unit_id.clone()],
        effective_date: Some(CalendarDate { year: 2025, month: 1, day: 1 }),
        ..pb::Unit::default()
    };
    let paths = Some(mask(&["display_name", "predecessor_unit_ids", "effective_date"]));
    let request = pb::UpdateUnitRequest { unit: Some(merged), update_mask: paths };
    client.directory().update_unit(request).await.unwrap();
    client.delete_unit(&team.unit_id).await.unwrap();

    let mut connection = world.database.superuser().await;
    let rows = sqlx::query(
        "SELECT change, display_name, effective_date::text, cardinality(predecessor_unit_ids) AS count
         FROM directory_unit_changes WHERE tenant_id = $1 AND unit_id = ANY($2)
         ORDER BY record_time, unit_id, revision, change",
    )
    .bind(orgfit::base::id::Id::uuid(world.tenant.organization_id))
    .bind([sales.unit_id.parse::<Uuid>().unwrap(), team.unit_id.parse::<Uuid>().unwrap()])
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut lineage: Vec<String> = rows
        .iter()
        .map(|row| {
            let (change, name): (String, String) = (row.get("change"), row.get("display_name"));
            format!("{name} {change} {}", row.get::<i32, _>("count"))
        })
        .collect();
    lineage.sort();
    assert_eq!(
        lineage,
        [
            "Customers continued 2",
            "Customers renamed 2",
            "Sales created 0",
            "Team created 0",
            "Team deleted 0",
            "Team moved 0",
        ]
    );
}

#[tokio::test]
async fn a_unit_in_use_is_not_deleted_and_a_deleted_one_comes_back_for_thirty_days() {
    let world = World::start().await;
    let client = world.client();
    let root = world.tenant.root_unit_id.to_string();
    let sales = client.unit(&root, "Sales").await;
    let person = client.person(&sales.unit_id, "Ada").await;
    let status = client.delete_unit(&sales.unit_id).await.unwrap_err();
    insta::assert_snapshot!(golden(&status));
    client.delete_person(&person.person_id).await;

    let gone = client.delete_unit(&sales.unit_id).await.unwrap();
    assert_eq!(client.delete_unit(&sales.unit_id).await.unwrap(), gone);
    let undelete = pb::UndeleteUnitRequest { unit_id: sales.unit_id.clone() };
    let back = client.directory().undelete_unit(undelete.clone()).await.unwrap().into_inner();
    assert_eq!(back.unit.unwrap().delete_time, None);
    client.delete_unit(&sales.unit_id).await.unwrap();

    world.clock.advance(MONTH);
    purge(&world).await;
    let status = client.directory().undelete_unit(undelete).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    assert!(client.get_person(&person.person_id).await.erase_time.is_some());
}

async fn purge(world: &World) {
    let now = orgfit::base::Clock::now(&*world.clock);
    let ctx = Context::operator(world.tenant.organization_id, now, Duration::from_mins(1));
    let mut tx = world.db.write("purge", ctx.scope()).await.unwrap();
    rooms::purge(&mut tx, &ctx).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_repeated_creation_returns_the_first_result() {
    let world = World::start().await;
    let client = world.client();
    let unit = pb::Unit {
        parent_unit_id: world.tenant.root_unit_id.to_string(),
        display_name: "Sales".to_owned(),
        external_id: "sales".to_owned(),
        ..pb::Unit::default()
    };
    let request = pb::CreateUnitRequest { unit: Some(unit), request_id: request_id() };
    let first = client.directory().create_unit(request.clone()).await.unwrap();
    assert!(!is_replay(&first));
    let first = first.into_inner();

    let again = client.directory().create_unit(request.clone()).await.unwrap();
    assert!(is_replay(&again));
    assert_eq!(again.into_inner(), first);

    let mut other = request.clone();
    other.unit.as_mut().unwrap().display_name = "Care".to_owned();
    let status = client.directory().create_unit(other).await.unwrap_err();
    insta::assert_snapshot!(golden(&status).replace(&request.request_id, "(request)"));

    let fresh = pb::CreateUnitRequest { request_id: request_id(), ..request };
    let status = client.directory().create_unit(fresh).await.unwrap_err();
    let taken = first.unit.unwrap().unit_id;
    insta::assert_snapshot!(golden(&status).replace(&taken, "(first)"));
}

#[tokio::test]
async fn sixteen_calls_with_one_request_id_create_one_unit() {
    let world = World::start().await;
    let client = world.client();
    let unit = pb::Unit {
        parent_unit_id: world.tenant.root_unit_id.to_string(),
        display_name: "Sales".to_owned(),
        ..pb::Unit::default()
    };
    let request = pb::CreateUnitRequest { unit: Some(unit), request_id: request_id() };
    let calls = (0..16).map(|_| {
        let (client, request) = (client.clone(), request.clone());
        async move { client.directory().create_unit(request).await }
    });
    let mut created = Vec::new();
    for reply in futures::future::join_all(calls).await {
        match reply {
            Ok(reply) => created.push(reply.into_inner().unit.unwrap().unit_id),
            Err(status) => assert_eq!(status.code(), Code::Aborted, "{status:?}"),
        }
    }
    created.dedup();
    assert_eq!(created.len(), 1);
    assert_eq!(client.tree(pb::ListUnitsRequest::default()).await.unwrap().len(), 2);
}

#[tokio::test]
async fn people_are_found_by_unit_and_segment_in_order_of_their_names() {
    let world = World::start().await;
    let client = world.client();
    let root = world.tenant.root_unit_id.to_string();
    client.update_scheme(vec![level(&[("lead", false), ("staff", false)])]).await.unwrap();
    let sales = client.unit(&root, "Sales").await;
    for name in ["Eve", "Ada", "Cem"] {
        client.person(&sales.unit_id, name).await;
    }
    let boss = client.person(&root, "Bo").await;
    let lead = SegmentSelector { dimension_key: "level".to_owned(), value_key: "lead".to_owned() };
    let update = pb::UpdatePersonRequest {
        person: Some(pb::Person {
            person_id: boss.person_id.clone(),
            segments: vec![lead.clone()],
            ..pb::Person::default()
        }),
        update_mask: Some(mask(&["segments"])),
    };
    client.people().update_person(update).await.unwrap();

    let listed = |slice: Slice| pb::ListPeopleRequest { slice: Some(slice), ..Default::default() };
    assert_eq!(client.names(pb::ListPeopleRequest::default()).await, ["Ada", "Bo", "Cem", "Eve"]);
    let in_sales = Slice { unit_id: sales.unit_id.clone(), ..Slice::default() };
    assert_eq!(client.names(listed(in_sales)).await, ["Ada", "Cem", "Eve"]);
    let own_staff = Slice { direct_members_only: true, ..Slice::default() };
    assert_eq!(client.names(listed(own_staff)).await, ["Bo"]);
    let leads = Slice { segments: vec![lead], ..Slice::default() };
    assert_eq!(client.names(listed(leads)).await, ["Bo"]);

    let reach: UnitId = orgfit::base::id::Id::from_uuid(sales.unit_id.parse().unwrap());
    let permissions = [Permission::PeopleRead, Permission::PeopleWrite];
    let key = world.key(&world.tenant, &permissions, Some(reach)).await;
    let limited = world.client_with(&key);
    assert_eq!(limited.names(pb::ListPeopleRequest::default()).await, ["Ada", "Cem", "Eve"]);
    let key = pb::get_person_request::Key::PersonId(boss.person_id.clone());
    let request = pb::GetPersonRequest { key: Some(key) };
    assert_eq!(limited.people().get_person(request).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn a_changed_name_changes_the_shown_name_that_was_made_of_it() {
    let world = World::start().await;
    let client = world.client();
    let person = client.person(&world.tenant.root_unit_id.to_string(), "Ada").await;
    let update = |fields: pb::Person, paths: &[&str]| pb::UpdatePersonRequest {
        person: Some(pb::Person { person_id: person.person_id.clone(), ..fields }),
        update_mask: Some(mask(paths)),
    };
    let named = pb::Person { last_name: "Byron".to_owned(), ..pb::Person::default() };
    client.people().update_person(update(named, &["last_name"])).await.unwrap();
    assert_eq!(client.get_person(&person.person_id).await.display_name, "Ada Byron");
    let shown = pb::Person { display_name: "A. B.".to_owned(), ..pb::Person::default() };
    client.people().update_person(update(shown, &["display_name"])).await.unwrap();
    let named = pb::Person { last_name: "King".to_owned(), ..pb::Person::default() };
    client.people().update_person(update(named, &["last_name"])).await.unwrap();
    assert_eq!(client.get_person(&person.person_id).await.display_name, "A. B.");
}

#[tokio::test]
async fn every_wrong_field_of_a_new_person_is_named() {
    let world = World::start().await;
    let person = pb::Person {
        work_email: "nobody".to_owned(),
        unit_id: "x".to_owned(),
        manager_person_id: Uuid::nil().to_string(),
        segments: vec![SegmentSelector {
            dimension_key: "a".to_owned(),
            value_key: "b".to_owned(),
        }],
        employment_status: 99,
        start_date: Some(CalendarDate { year: 2026, month: 2, day: 30 }),
        ..pb::Person::default()
    };
    let request = pb::CreatePersonRequest { person: Some(person), request_id: request_id() };
    let status = world.client().people().create_person(request).await.unwrap_err();
    insta::assert_snapshot!(golden(&status));
}

/// A word that stands nowhere else in the database.
fn canary(name: &str) -> String {
    format!("{name}{}", Uuid::new_v4().simple())
}

#[tokio::test]
async fn erasure_leaves_no_personal_datum_in_any_table() {
    let world = World::start().await;
    let client = world.client();
    let root = world.tenant.root_unit_id.to_string();
    let canaries: Vec<String> =
        ["first", "last", "shown", "key", "number"].into_iter().map(canary).collect();
    let person = pb::Person {
        unit_id: root.clone(),
        first_name: canaries[0].clone(),
        last_name: canaries[1].clone(),
        display_name: canaries[2].clone(),
        external_id: canaries[3].clone(),
        employee_number: canaries[4].clone(),
        work_email: format!("{}@example.org", canaries[0]),
        ..pb::Person::default()
    };
    let request = pb::CreatePersonRequest { person: Some(person), request_id: request_id() };
    let person = client.people().create_person(request).await.unwrap().into_inner().person.unwrap();
    assert!(found(&world, &canaries).await > 0, "the search must be able to find something");

    let erase = pb::ErasePersonRequest { person_id: person.person_id.clone() };
    let erased = client.people().erase_person(erase.clone()).await.unwrap().into_inner();
    let again = client.people().erase_person(erase).await.unwrap().into_inner();
    assert_eq!(erased, again);
    assert_eq!(found(&world, &canaries).await, 0);

    let left = client.get_person(&person.person_id).await;
    let nameless = pb::Person {
        person_id: person.person_id.clone(),
        etag: left.etag.clone(),
        create_time: left.create_time,
        update_time: left.update_time,
        delete_time: left.delete_time,
        erase_time: left.erase_time,
        ..pb::Person::default()
    };
    assert_eq!(left, nameless);
    let undelete = pb::UndeletePersonRequest { person_id: person.person_id };
    let status = client.people().undelete_person(undelete).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition);
}

/// In how many rows of all tables one of the words stands.
async fn found(world: &World, words: &[String]) -> i64 {
    let mut connection = world.database.superuser().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname NOT LIKE '\\_%'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut rows = 0;
    for table in tables {
        // Encoded messages are searched as text of their bytes.
        let sql = format!(
            "SELECT count(*) FROM {table} AS t, unnest($1::text[]) AS word
             WHERE strpos(t::text, word) > 0 OR strpos(t::text, encode(word::bytea, 'hex')) > 0"
        );
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(words)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        rows += count;
    }
    rows
}

#[tokio::test]
async fn who_leaves_leads_nothing_any_more() {
    let world = World::start().await;
    let client = world.client();
    let root = world.tenant.root_unit_id.to_string();
    let sales = client.unit(&root, "Sales").await;
    let ada = client.person(&root, "Ada").await;
    let unit = pb::Unit {
        unit_id: sales.unit_id.clone(),
        lead_person_id: ada.person_id.clone(),
        ..pb::Unit::default()
    };
    let lead =
        pb::UpdateUnitRequest { unit: Some(unit), update_mask: Some(mask(&["lead_person_id"])) };
    let unit_led =
        client.directory().update_unit(lead.clone()).await.unwrap().into_inner().unit.unwrap();
    assert_eq!(unit_led.lead_person_id, ada.person_id);

    client.delete_person(&ada.person_id).await;
    let key = pb::get_unit_request::Key::UnitId(sales.unit_id.clone());
    let reply = client.directory().get_unit(pb::GetUnitRequest { key: Some(key) }).await.unwrap();
    assert_eq!(reply.into_inner().unit.unwrap().lead_person_id, "");
    let status = client.directory().update_unit(lead).await.unwrap_err();
    insta::assert_snapshot!(golden(&status));
}

#[tokio::test]
async fn every_change_leaves_its_event_in_the_same_transaction() {
    let world = World::start().await;
    let client = world.client();
    let root = world.tenant.root_unit_id.to_string();
    let unit = client.unit(&root, "Sales").await;
    let person = client.person(&unit.unit_id, "Ada").await;
    client.delete_person(&person.person_id).await;
    client.move_unit(&unit.unit_id, &unit.unit_id).await.unwrap_err();

    let mut connection = world.database.superuser().await;
    let events: Vec<String> = sqlx::query_scalar(
        "SELECT event_type || ' ' || etag FROM outbox_events WHERE tenant_id = $1 ORDER BY occur_time, event_id",
    )
    .bind(orgfit::base::id::Id::uuid(world.tenant.organization_id))
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut events = events;
    events.sort();
    assert_eq!(
        events,
        [
            "orgfit.person.created.v1 r1",
            "orgfit.person.updated.v1 r2",
            "orgfit.unit.created.v1 r1",
            "orgfit.unit.created.v1 r1",
        ]
    );
}
