//! Journeys of instruments: from draft to published to retired, copies, what never changes, and
//! the questionnaire that the system provides.
use std::collections::{BTreeMap, BTreeSet, HashMap};

use orgfit::base::id::{Id, InstrumentId};
use orgfit::base::{Context, Permission, schema};
use orgfit::instrument as rooms;
use orgfit::pb::common::LocalizedText;
use orgfit::pb::instrument as pb;
use sqlx::{Connection, PgConnection};
use tonic::{Code, Status};
use tonic_types::StatusExt;
use uuid::Uuid;

use crate::harness::{Client, World, golden};

const OURS: &str = "customer_fitness";
const OURS_ID: &str = "6f726766-6974-8000-8000-000000000001";

fn request_id() -> String {
    Uuid::new_v4().to_string()
}

fn mask(paths: &[&str]) -> prost_types::FieldMask {
    prost_types::FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() }
}

fn texts(texts: &[(&str, &str)]) -> LocalizedText {
    let by_language: HashMap<_, _> =
        texts.iter().map(|(tag, text)| ((*tag).to_owned(), (*text).to_owned())).collect();
    LocalizedText { by_language }
}

/// A text in the organization's default language.
fn german(words: &str) -> LocalizedText {
    texts(&[("de-CH", words)])
}

/// An instrument of one item that can be published.
fn small(key: &str, title: &str) -> pb::Instrument {
    let facet = pb::Facet { key: "time".to_owned(), title: Some(german("Zeit")), weight: 0 };
    let scale = pb::RatingFormat { minimum: 1, maximum: 5, labels: Vec::new() };
    pb::Instrument {
        key: key.to_owned(),
        title: Some(german(title)),
        dimensions: vec![pb::Dimension {
            key: "care".to_owned(),
            title: Some(german("Sorgfalt")),
            facets: vec![facet],
            weight: 0,
        }],
        items: vec![pb::Item {
            key: "time_1".to_owned(),
            role: pb::ItemRole::Score.into(),
            facet_key: "time".to_owned(),
            referent: pb::Referent::OwnUnit.into(),
            text: Some(german("Wir haben Zeit.")),
            format: Some(pb::item::Format::Rating(scale)),
            ..pb::Item::default()
        }],
        ..pb::Instrument::default()
    }
}

type Outcome = Result<pb::Instrument, Status>;

impl Client {
    async fn create(&self, instrument: Option<pb::Instrument>, base: &str) -> Outcome {
        let request = pb::CreateInstrumentRequest {
            instrument,
            base_instrument_id: base.to_owned(),
            request_id: request_id(),
        };
        let reply = self.instruments().create_instrument(request).await?;
        Ok(reply.into_inner().instrument.unwrap())
    }

    async fn instrument(&self, id: &str) -> Outcome {
        let request = pb::GetInstrumentRequest { instrument_id: id.to_owned() };
        let reply = self.instruments().get_instrument(request).await?;
        Ok(reply.into_inner().instrument.unwrap())
    }

    async fn change(&self, instrument: pb::Instrument, paths: &[&str]) -> Outcome {
        let request = pb::UpdateInstrumentRequest {
            instrument: Some(instrument),
            update_mask: Some(mask(paths)),
        };
        let reply = self.instruments().update_instrument(request).await?;
        Ok(reply.into_inner().instrument.unwrap())
    }

    async fn publish(&self, id: &str, etag: &str, validate_only: bool) -> Outcome {
        let request = pb::PublishInstrumentRequest {
            instrument_id: id.to_owned(),
            etag: etag.to_owned(),
            validate_only,
            request_id: request_id(),
        };
        let reply = self.instruments().publish_instrument(request).await?;
        Ok(reply.into_inner().instrument.unwrap())
    }

    async fn retire(&self, id: &str) -> Outcome {
        let request =
            pb::RetireInstrumentRequest { instrument_id: id.to_owned(), request_id: request_id() };
        let reply = self.instruments().retire_instrument(request).await?;
        Ok(reply.into_inner().instrument.unwrap())
    }

    async fn drop_instrument(&self, id: &str, etag: &str) -> Result<(), Status> {
        let (instrument_id, etag) = (id.to_owned(), etag.to_owned());
        let request = pb::DeleteInstrumentRequest { instrument_id, etag };
        self.instruments().delete_instrument(request).await.map(drop)
    }

    /// All versions that a list has, page by page.
    async fn all_instruments(
        &self,
        mut request: pb::ListInstrumentsRequest,
    ) -> Vec<pb::Instrument> {
        let mut all = Vec::new();
        loop {
            let reply = self.instruments().list_instruments(request.clone()).await.unwrap();
            let page = reply.into_inner();
            assert!(page.next_page_token.is_empty() || !page.instruments.is_empty());
            all.extend(page.instruments);
            if page.next_page_token.is_empty() {
                return all;
            }
            request.page_token = page.next_page_token;
        }
    }
}

fn reason(status: &Status) -> String {
    status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

fn defects(status: &Status) -> Vec<String> {
    let details = status.get_error_details();
    let failure = details.precondition_failure().unwrap();
    failure.violations.iter().map(|violation| violation.subject.clone()).collect()
}

/// How many events tell of an instrument.
async fn events(world: &World, id: &str) -> i64 {
    let mut superuser = world.database.superuser().await;
    sqlx::query_scalar(
        "SELECT count(*) FROM outbox_events WHERE tenant_id = $1 AND resource_id = $2
             AND event_type = 'orgfit.instrument.updated.v1'",
    )
    .bind(world.tenant.organization_id.uuid())
    .bind(Uuid::parse_str(id).unwrap())
    .fetch_one(&mut superuser)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_draft_grows_is_published_and_ends_retired() {
    let world = World::start().await;
    let client = world.client();
    let empty = pb::Instrument {
        key: "pulse".to_owned(),
        title: Some(german("Puls")),
        ..pb::Instrument::default()
    };
    let draft = client.create(Some(empty), "").await.unwrap();
    assert_eq!((draft.version, draft.state), (1, pb::InstrumentState::Draft.into()));
    assert_eq!(draft.complete_language_codes, ["de-CH"]);
    assert!(!draft.system_provided && draft.publish_time.is_none());
    assert_eq!(client.instrument(&draft.instrument_id).await.unwrap(), draft);

    let status = client.publish(&draft.instrument_id, &draft.etag, false).await.unwrap_err();
    assert_eq!(defects(&status), ["dimensions", "items"]);

    let whole = pb::Instrument {
        instrument_id: draft.instrument_id.clone(),
        etag: draft.etag.clone(),
        ..small("other_key", "Nicht dieser Titel")
    };
    let changed = client.change(whole.clone(), &["dimensions", "items"]).await.unwrap();
    assert_eq!((changed.key.as_str(), &changed.title), ("pulse", &draft.title));
    assert_eq!(changed.items[0].weight, 1, "0 counts as 1");
    let status = client.change(whole, &["title"]).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "ETAG_MISMATCH"));

    let status = client.publish(&draft.instrument_id, "", false).await.unwrap_err();
    assert_eq!(reason(&status), "ETAG_REQUIRED");
    let status = client.publish(&draft.instrument_id, &draft.etag, false).await.unwrap_err();
    assert_eq!(reason(&status), "ETAG_MISMATCH", "what is published is what was reviewed");

    let seen = client.publish(&draft.instrument_id, &changed.etag, true).await.unwrap();
    assert_eq!(seen.state, i32::from(pb::InstrumentState::Published));
    assert!(seen.etag.is_empty() && seen.publish_time.is_none());
    assert_eq!(client.instrument(&draft.instrument_id).await.unwrap(), changed);

    let published = client.publish(&draft.instrument_id, &changed.etag, false).await.unwrap();
    assert!(published.publish_time.is_some());
    let retired = client.retire(&draft.instrument_id).await.unwrap();
    assert_eq!(retired.state, i32::from(pb::InstrumentState::Retired));
    assert_eq!(retired.items, published.items);
    assert_eq!(events(&world, &draft.instrument_id).await, 4);

    let status = client.retire(&draft.instrument_id).await.unwrap_err();
    let id = draft.instrument_id;
    insta::assert_snapshot!(golden(&status).replace(&id, "<id>"), @r#"
        FailedPrecondition: only a version that is PUBLISHED can be retired
        orgfit STATE_CONFLICT [("allowedStates", "PUBLISHED"), ("resourceId", "<id>"), ("resourceType", "instrument"), ("state", "RETIRED")]
        precondition STATE_CONFLICT instrument/<id>
        "#);
}

#[tokio::test]
async fn every_defect_is_told_before_a_draft_is_published() {
    let world = World::start().await;
    let client = world.client();
    let mut draft = small("broken", "Titel");
    draft.items[0].facet_key = "nothing".to_owned();
    draft.items[0].first_wave_number = 2;
    let number = pb::NumberFormat { minimum: 0.0, maximum: 100.0, step: 1.0 };
    draft.items.push(pb::Item {
        key: "estimate".to_owned(),
        role: pb::ItemRole::LevelEstimate.into(),
        estimated_group: pb::EstimatedGroup::Others.into(),
        text: Some(texts(&[("fr", "Combien?")])),
        format: Some(pb::item::Format::Number(number)),
        first_wave_number: 3,
        ..pb::Item::default()
    });
    draft.dimensions.push(pb::Dimension {
        key: "empty".to_owned(),
        title: Some(german("Leer")),
        ..pb::Dimension::default()
    });
    draft.scoring = Some(pb::ScoringRule { criterion_item_key: "time_1".to_owned() });
    draft.forms.push(pb::Form {
        key: "short".to_owned(),
        title: Some(german("Kurz")),
        item_keys: vec!["gone".to_owned()],
    });
    let draft = client.create(Some(draft), "").await.unwrap();
    assert_eq!(draft.complete_language_codes, [""; 0]);
    let status = client.publish(&draft.instrument_id, &draft.etag, true).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "NOT_READY"));
    assert_eq!(
        defects(&status),
        [
            "dimensions[0].facets[0]",
            "dimensions[1].facets",
            "items[0].facet_key",
            "items[1].estimated_dimension_key",
            "scoring.criterion_item_key",
            "forms[0].item_keys[0]",
            "items",
            "forms[0].item_keys",
            "items[1].text",
        ]
    );
}

#[tokio::test]
async fn a_language_counts_when_every_text_has_it() {
    let world = World::start().await;
    let client = world.client();
    let mut asked = small("spoken", "Titel");
    let all = |words: &str| Some(texts(&[("de", words), ("en", "Text"), ("fr", "Texte")]));
    asked.title = all("Titel");
    asked.dimensions[0].title = all("Sorgfalt");
    asked.dimensions[0].facets[0].title = all("Zeit");
    asked.items[0].text = Some(texts(&[("en", "We have time."), ("fr", "Le temps.")]));
    let draft = client.create(Some(asked.clone()), "").await.unwrap();
    assert_eq!(draft.complete_language_codes, ["en", "fr"]);
    // The organization's language is de-CH, which de serves as well.
    let status = client.publish(&draft.instrument_id, &draft.etag, false).await.unwrap_err();
    assert_eq!(defects(&status), ["items[0].text"]);

    asked.items[0].text = all("Wir haben Zeit.");
    (asked.instrument_id, asked.etag) = (draft.instrument_id, draft.etag);
    let changed = client.change(asked, &["items"]).await.unwrap();
    assert_eq!(changed.complete_language_codes, ["de", "en", "fr"]);
    let published = client.publish(&changed.instrument_id, &changed.etag, false).await.unwrap();
    assert_eq!(published.complete_language_codes, ["de", "en", "fr"]);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_draft_is_told_at_once() {
    let world = World::start().await;
    let client = world.client();
    let mut asked = small("Wrong key", "");
    asked.items[0].role = 99;
    asked.items.push(small("x", "x").items[0].clone());
    asked.dimensions[0].weight = 1_000;
    let status = client.create(Some(asked), "").await.unwrap_err();
    insta::assert_snapshot!(golden(&status), @r"
        InvalidArgument: 5 fields of the request are wrong
        orgfit FIELD_INVALID []
        instrument.key: must begin with a letter a-z and go on with a-z, 0-9 and _, 63 characters at most
        instrument.items[1].key: is there already; choose another
        instrument.dimensions[0].weight: must be from 1 to 100
        instrument.items[0].role: is not a value of this version of the contract
        instrument.title.by_language: is required
        ");
    let status = client.create(None, "").await.unwrap_err();
    insta::assert_snapshot!(golden(&status), @r"
        InvalidArgument: instrument: is required
        orgfit FIELD_INVALID []
        instrument: is required
        ");
}

#[tokio::test]
async fn what_was_published_never_changes_not_even_by_sql() {
    let world = World::start().await;
    let client = world.client();
    let draft = client.create(Some(small("fixed", "Titel")), "").await.unwrap();
    let published = client.publish(&draft.instrument_id, &draft.etag, false).await.unwrap();
    let change = pb::Instrument { title: Some(german("Neu")), ..published.clone() };
    for status in [
        client.change(change, &["title"]).await.map(drop).unwrap_err(),
        client.publish(&draft.instrument_id, &published.etag, false).await.map(drop).unwrap_err(),
        client.drop_instrument(&draft.instrument_id, "").await.unwrap_err(),
    ] {
        assert_eq!(reason(&status), "STATE_CONFLICT");
    }

    let mut app = PgConnection::connect(&world.database.url(schema::APP_ROLE)).await.unwrap();
    let tenant = world.tenant.organization_id.to_string();
    let mut run = async |sql: &'static str| {
        let mut tx = app.begin().await.unwrap();
        sqlx::query("SELECT set_config('orgfit.tenant', $1, true)")
            .bind(&tenant)
            .execute(&mut *tx)
            .await
            .unwrap();
        let done = sqlx::query(sql).execute(&mut *tx).await;
        tx.rollback().await.unwrap();
        done.map(|done| done.rows_affected())
    };
    for sql in [
        "UPDATE instrument_versions SET content = jsonb_set(content, '{title,de-CH}', '\"Neu\"')",
        "UPDATE instrument_versions SET key = 'other'",
        "UPDATE instrument_versions SET version = 7",
        "UPDATE instrument_versions SET complete_languages = '{en}'",
        "UPDATE instrument_versions SET publish_time = now()",
        "UPDATE instrument_versions SET state = 1, publish_time = NULL",
        "DELETE FROM instrument_versions",
    ] {
        let error = run(sql).await.unwrap_err();
        let message = error.as_database_error().unwrap().message().to_owned();
        assert_eq!(message, "a published instrument never changes", "{sql}");
    }
    // Retiring it is all that is left.
    let done = run("UPDATE instrument_versions SET state = 3, revision = revision + 1").await;
    assert_eq!(done.unwrap(), 1);
    assert_eq!(client.instrument(&draft.instrument_id).await.unwrap(), published);
}

#[tokio::test]
async fn copies_start_the_next_version_or_a_new_key() {
    let world = World::start().await;
    let client = world.client();
    let named =
        |key: &str| Some(pb::Instrument { key: key.to_owned(), ..pb::Instrument::default() });
    let first = client.create(Some(small("first", "Titel")), "").await.unwrap();
    let next = client.create(None, &first.instrument_id).await.unwrap();
    assert_eq!((next.key.as_str(), next.version), ("first", 2));
    assert_eq!((&next.items, &next.title), (&first.items, &first.title));
    let again = client.create(Some(small("first", "Anders")), "").await.unwrap();
    assert_eq!((again.key.as_str(), again.version), ("first", 3));
    let other = client.create(named("other"), &first.instrument_id).await.unwrap();
    assert_eq!((other.key.as_str(), other.version, &other.items), ("other", 1, &first.items));

    for (asked, base) in [
        (named("other"), first.instrument_id.as_str()),
        (named(OURS), &first.instrument_id),
        (named(OURS), OURS_ID),
        (None, OURS_ID),
        (Some(small(OURS, "Titel")), ""),
    ] {
        let status = client.create(asked, base).await.unwrap_err();
        let details = status.get_error_details();
        let field = &details.bad_request().unwrap().field_violations[0].field;
        assert_eq!((reason(&status).as_str(), field.as_str()), ("FIELD_INVALID", "instrument.key"));
    }
    let nothing = Uuid::new_v4().to_string();
    let status = client.create(None, &nothing).await.unwrap_err();
    assert_eq!(reason(&status), "RESOURCE_NOT_FOUND");

    let copy = client.create(named("our_fitness"), OURS_ID).await.unwrap();
    let original = client.instrument(OURS_ID).await.unwrap();
    assert_eq!((copy.version, copy.system_provided), (1, false));
    assert_eq!((&copy.items, &copy.bands), (&original.items, &original.bands));
    client.publish(&copy.instrument_id, &copy.etag, false).await.unwrap();
}

#[tokio::test]
async fn the_systems_own_is_there_for_everybody_and_belongs_to_nobody() {
    let world = World::start().await;
    let other = world.another_tenant().await;
    let client = world.client();
    let ours = client.instrument(OURS_ID).await.unwrap();
    assert_eq!(world.client_with(&other.key).instrument(OURS_ID).await.unwrap(), ours);
    assert!(ours.system_provided);
    assert_eq!((ours.key.as_str(), ours.version), (OURS, 1));
    assert_eq!(ours.state, i32::from(pb::InstrumentState::Published));
    assert_eq!(ours.complete_language_codes, ["de", "en"]);
    assert_eq!((ours.dimensions.len(), ours.items.len(), ours.bands.len()), (3, 45, 5));
    for status in [
        client.change(ours.clone(), &["title"]).await.map(drop).unwrap_err(),
        client.publish(OURS_ID, &ours.etag, false).await.map(drop).unwrap_err(),
        client.retire(OURS_ID).await.map(drop).unwrap_err(),
        client.drop_instrument(OURS_ID, &ours.etag).await.unwrap_err(),
    ] {
        assert_eq!(reason(&status), "STATE_CONFLICT");
        assert!(status.message().contains("the system provides"), "{}", status.message());
    }

    let ctx = Context::operator(
        world.tenant.organization_id,
        orgfit::base::Clock::now(&*world.clock),
        std::time::Duration::from_mins(1),
    );
    let mut tx = world.db.read("test", ctx.scope()).await.unwrap();
    let id = InstrumentId::parse(OURS_ID).unwrap();
    let found = rooms::find_instrument(&mut tx, id).await.unwrap().unwrap();
    assert_eq!((found.key.as_str(), found.state), (OURS, rooms::State::Published));
    assert!(rooms::key_exists(&mut tx, OURS).await.unwrap());
    assert!(!rooms::key_exists(&mut tx, "nobodys").await.unwrap());
}

#[tokio::test]
async fn reading_takes_a_permission_anywhere_and_writing_one_everywhere() {
    let world = World::start().await;
    let root = world.tenant.root_unit_id;
    let both = [Permission::InstrumentsRead, Permission::InstrumentsWrite];
    let part = world.client_with(&world.key(&world.tenant, &both, Some(root)).await);
    let draft = world.client().create(Some(small("draft", "Titel")), "").await.unwrap();
    assert_eq!(part.instrument(&draft.instrument_id).await.unwrap(), draft);
    let status = part.create(Some(small("mine", "Titel")), "").await.unwrap_err();
    assert_eq!(reason(&status), "PERMISSION_MISSING");
    let status = part.drop_instrument(&draft.instrument_id, "").await.unwrap_err();
    assert_eq!(reason(&status), "PERMISSION_MISSING");
    let other = world.another_tenant().await;
    let status = world.client_with(&other.key).instrument(&draft.instrument_id).await.unwrap_err();
    assert_eq!(reason(&status), "RESOURCE_NOT_FOUND");
}

#[tokio::test]
async fn lists_go_by_key_newest_first_and_show_what_the_view_says() {
    let world = World::start().await;
    let client = world.client();
    for key in ["b", "zebra", "customer_fitness_2", "b", "b", "a"] {
        client.create(Some(small(key, "Titel")), "").await.unwrap();
    }
    let expected = [
        ("a", 1),
        ("b", 3),
        ("b", 2),
        ("b", 1),
        (OURS, 1),
        ("customer_fitness_2", 1),
        ("zebra", 1),
    ];
    let places = |all: &[pb::Instrument]| {
        all.iter().map(|one| (one.key.clone(), one.version)).collect::<Vec<_>>()
    };
    let expected: Vec<_> = expected.map(|(key, version)| (key.to_owned(), version)).to_vec();
    for page_size in [1, 2, 3, 50] {
        for view in [pb::InstrumentView::Unspecified, pb::InstrumentView::Full] {
            let request = pb::ListInstrumentsRequest {
                page_size,
                view: view.into(),
                ..pb::ListInstrumentsRequest::default()
            };
            let all = client.all_instruments(request).await;
            assert_eq!(places(&all), expected, "{page_size}");
            for one in &all {
                let whole = client.instrument(&one.instrument_id).await.unwrap();
                if view == pb::InstrumentView::Full {
                    assert_eq!(*one, whole);
                } else {
                    let bare = pb::Instrument {
                        introduction: None,
                        dimensions: Vec::new(),
                        items: Vec::new(),
                        bands: Vec::new(),
                        forms: Vec::new(),
                        ..whole
                    };
                    assert_eq!(*one, bare);
                }
            }
        }
    }
    let only = |key: &str, state: pb::InstrumentState| pb::ListInstrumentsRequest {
        key: key.to_owned(),
        state: state.into(),
        ..pb::ListInstrumentsRequest::default()
    };
    let all = client.all_instruments(only("b", pb::InstrumentState::Unspecified)).await;
    assert_eq!(places(&all), expected[1..4]);
    let all = client.all_instruments(only("", pb::InstrumentState::Published)).await;
    assert_eq!(places(&all), expected[4..5]);
    let all = client.all_instruments(only(OURS, pb::InstrumentState::Draft)).await;
    assert_eq!(places(&all), []);
}

#[tokio::test]
async fn a_repeated_call_is_answered_as_the_first_time_whatever_came_after() {
    let world = World::start().await;
    let client = world.client();
    let create = pb::CreateInstrumentRequest {
        instrument: Some(small("once", "Titel")),
        base_instrument_id: String::new(),
        request_id: request_id(),
    };
    let mut service = client.instruments();
    let draft = service.create_instrument(create.clone()).await.unwrap().into_inner();
    let id = draft.instrument.as_ref().unwrap().instrument_id.clone();
    let publish = pb::PublishInstrumentRequest {
        instrument_id: id.clone(),
        etag: draft.instrument.as_ref().unwrap().etag.clone(),
        validate_only: false,
        request_id: request_id(),
    };
    let published = service.publish_instrument(publish.clone()).await.unwrap().into_inner();
    let retire =
        pb::RetireInstrumentRequest { instrument_id: id.clone(), request_id: request_id() };
    let retired = service.retire_instrument(retire.clone()).await.unwrap().into_inner();

    let again = service.create_instrument(create.clone()).await.unwrap();
    assert_eq!(again.metadata().get("orgfit-replayed").unwrap(), "true");
    assert_eq!(again.into_inner(), draft);
    assert_eq!(service.publish_instrument(publish).await.unwrap().into_inner(), published);
    assert_eq!(service.retire_instrument(retire).await.unwrap().into_inner(), retired);
    assert_eq!(events(&world, &id).await, 3);
    let other = pb::CreateInstrumentRequest { instrument: Some(small("twice", "T")), ..create };
    let status = service.create_instrument(other).await.unwrap_err();
    assert_eq!(reason(&status), "REQUEST_ID_REUSED");
}

#[tokio::test]
async fn a_questionnaire_may_be_large_and_is_refused_beyond_one_mebibyte() {
    let world = World::start().await;
    let client = world.client();
    let mut asked = small("large", "Titel");
    let item = asked.items[0].clone();
    asked.items = (0..200)
        .map(|n| pb::Item {
            key: format!("item_{n}"),
            text: Some(german(&format!("{n} {}", "a".repeat(590)))),
            ..item.clone()
        })
        .collect();
    let draft = client.create(Some(asked.clone()), "").await.unwrap();
    client.publish(&draft.instrument_id, &draft.etag, false).await.unwrap();
    let long = "ü".repeat(600);
    for item in &mut asked.items {
        let one = item.text.as_mut().unwrap();
        for tag in ["en", "fr", "it", "rm"] {
            one.by_language.insert(tag.to_owned(), long.clone());
        }
    }
    let status = client.create(Some(asked), "").await.unwrap_err();
    assert_eq!(reason(&status), "REQUEST_TOO_LARGE");
}

/// What the reference knows of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    key: String,
    version: i32,
    state: i32,
    revision: i32,
    title: String,
}

/// Small numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// The reference: what an organization's versions are, by identifier.
#[derive(Default)]
struct Reference(BTreeMap<String, Known>);

impl Reference {
    fn next(&self, key: &str) -> i32 {
        let versions = self.0.values().filter(|known| known.key == key);
        versions.map(|known| known.version).max().unwrap_or(0) + 1
    }

    /// Takes a new draft over, which has to be the next of its key.
    fn add(&mut self, told: &pb::Instrument, key: &str, title: String) {
        let state = pb::InstrumentState::Draft.into();
        let (key, version) = (key.to_owned(), self.next(key));
        let known = Known { key, version, state, revision: 1, title };
        check(told, &known);
        self.0.insert(told.instrument_id.clone(), known);
    }

    /// The reason for which a step from `state` with `etag` is refused.
    fn refusal(&self, id: &str, state: i32, etag: Option<i32>) -> Option<&'static str> {
        let Some(known) = self.0.get(id) else { return Some("RESOURCE_NOT_FOUND") };
        if etag.is_some_and(|etag| etag != known.revision) {
            return Some("ETAG_MISMATCH");
        }
        (known.state != state).then_some("STATE_CONFLICT")
    }
}

fn check(told: &pb::Instrument, known: &Known) {
    let told = Known {
        key: told.key.clone(),
        version: told.version,
        state: told.state,
        revision: told.etag.strip_prefix('r').unwrap().parse().unwrap(),
        title: told.title.as_ref().unwrap().by_language["de-CH"].clone(),
    };
    assert_eq!(told, *known);
}

/// One step of both, which have to agree.
async fn step(client: &Client, reference: &mut Reference, dice: &mut Dice, ids: &mut Vec<String>) {
    const DRAFT: i32 = pb::InstrumentState::Draft as i32;
    const PUBLISHED: i32 = pb::InstrumentState::Published as i32;
    let id = ids[dice.roll(ids.len())].clone();
    let title = format!("Titel {}", dice.roll(1_000));
    let stale = dice.roll(5) == 0;
    let held = reference.0.get(&id).map_or(1, |known| known.revision);
    let sent = if stale { held + 1 } else { held };
    let etag = format!("r{sent}");
    let (refusal, outcome, after) = match dice.roll(6) {
        0 => {
            let key = ["one", "two", "three"][dice.roll(3)];
            let told = client.create(Some(small(key, &title)), "").await.unwrap();
            ids.push(told.instrument_id.clone());
            reference.add(&told, key, title);
            return;
        }
        1 => {
            let outcome = client.create(None, &id).await;
            let Some(base) = reference.0.get(&id).cloned() else {
                assert_eq!(reason(&outcome.unwrap_err()), "RESOURCE_NOT_FOUND");
                return;
            };
            let told = outcome.unwrap();
            ids.push(told.instrument_id.clone());
            reference.add(&told, &base.key, base.title);
            return;
        }
        2 => {
            let refusal = reference.refusal(&id, DRAFT, Some(sent));
            let asked = pb::Instrument { instrument_id: id.clone(), etag, ..small("x", &title) };
            (refusal, client.change(asked, &["title"]).await, (DRAFT, Some(title)))
        }
        3 => {
            let refusal = reference.refusal(&id, DRAFT, Some(sent));
            (refusal, client.publish(&id, &etag, false).await, (PUBLISHED, None))
        }
        4 => {
            let refusal = reference.refusal(&id, PUBLISHED, None);
            let retired = pb::InstrumentState::Retired.into();
            (refusal, client.retire(&id).await, (retired, None))
        }
        _ => {
            let outcome = client.drop_instrument(&id, &etag).await;
            match reference.refusal(&id, DRAFT, Some(sent)) {
                None => {
                    outcome.unwrap();
                    reference.0.remove(&id);
                }
                Some("RESOURCE_NOT_FOUND") => outcome.unwrap(),
                Some(refusal) => assert_eq!(reason(&outcome.unwrap_err()), refusal),
            }
            return;
        }
    };
    match (refusal, outcome) {
        (Some(refusal), outcome) => assert_eq!(reason(&outcome.unwrap_err()), refusal),
        (None, outcome) => {
            let known = reference.0.get_mut(&id).unwrap();
            known.state = after.0;
            known.revision += 1;
            known.title = after.1.unwrap_or_else(|| known.title.clone());
            check(&outcome.unwrap(), known);
        }
    }
}

#[tokio::test]
async fn whatever_is_done_the_versions_are_those_of_a_small_reference() {
    let world = World::start().await;
    let mut reached = BTreeSet::new();
    for seed in [1, 7, 42] {
        let (mut reference, mut dice) = (Reference::default(), Dice(seed));
        let mut ids = vec![Uuid::new_v4().to_string()];
        let tenant = world.another_tenant().await;
        let client = world.client_with(&tenant.key);
        for _ in 0..120 {
            step(&client, &mut reference, &mut dice, &mut ids).await;
            reached.extend(reference.0.values().map(|known| known.state));
        }
        let all = client.all_instruments(pb::ListInstrumentsRequest {
            page_size: 4,
            ..pb::ListInstrumentsRequest::default()
        });
        let all: Vec<_> = all.await.into_iter().filter(|one| !one.system_provided).collect();
        assert_eq!(all.len(), reference.0.len(), "{seed}");
        for told in &all {
            check(told, &reference.0[&told.instrument_id]);
        }
    }
    assert_eq!(reached.len(), 3, "every state is reached");
    let all = world.client().all_instruments(pb::ListInstrumentsRequest::default()).await;
    assert_eq!(all.len(), 1, "others saw nothing of it");
}

#[tokio::test]
async fn versions_made_at_the_same_time_get_numbers_of_their_own() {
    let world = World::start().await;
    let client = world.client();
    let made = (0..8).map(|_| client.create(Some(small("raced", "Titel")), ""));
    let mut numbers: Vec<_> = futures::future::join_all(made)
        .await
        .into_iter()
        .filter_map(|outcome| match outcome {
            Ok(instrument) => Some(instrument.version),
            Err(status) => {
                assert_eq!(status.code(), Code::Unavailable, "{status:?}");
                None
            }
        })
        .collect();
    numbers.sort_unstable();
    let expected: Vec<_> = (1..=i32::try_from(numbers.len()).unwrap()).collect();
    assert_eq!(numbers, expected);
}
