//! Waves by the API: what their states allow, what opening one asks for and freezes, who may do it, and
//! that nobody can tell from what is stored who said what.
use std::collections::BTreeMap;
use std::time::Duration;

use orgfit::assessment;
use orgfit::base::id::{Id, UnitId};
use orgfit::base::{Clock, Context, Permission};
use orgfit::pb::assessment as pb;
use orgfit::pb::{directory, instrument, respondent};
use prost_types::FieldMask;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};
use tonic::{Code, Status};

use crate::company::{Company, questions, request_id, sheet, submit, text};
use crate::harness::{Client, Tenant, World, golden};

const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) fn context(world: &World) -> Context {
    Context::operator(world.tenant.organization_id, world.clock.now(), PATIENCE)
}

pub(crate) fn reason(status: &Status) -> String {
    let line = golden(status).lines().nth(1).unwrap_or_default().to_owned();
    line.split(' ').nth(1).unwrap_or_default().to_owned()
}

pub(crate) async fn get(client: &Client, wave_id: &str) -> pb::Wave {
    let request = pb::GetWaveRequest { wave_id: wave_id.to_owned() };
    client.assessments().get_wave(request).await.unwrap().into_inner().wave.unwrap()
}

pub(crate) async fn update(
    client: &Client,
    wave: pb::Wave,
    paths: &[&str],
) -> Result<pb::Wave, Status> {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    let request =
        pb::UpdateWaveRequest { wave: Some(wave), update_mask: Some(FieldMask { paths }) };
    client.assessments().update_wave(request).await.map(|done| done.into_inner().wave.unwrap())
}

async fn cancel(client: &Client, wave: &pb::Wave) -> Result<pb::Wave, Status> {
    let request = pb::CancelWaveRequest {
        wave_id: wave.wave_id.clone(),
        etag: wave.etag.clone(),
        request_id: request_id(),
    };
    client.assessments().cancel_wave(request).await.map(|done| done.into_inner().wave.unwrap())
}

async fn create_wave(client: &Client, wave: pb::Wave) -> Result<pb::Wave, Status> {
    let request = pb::CreateWaveRequest { wave: Some(wave), request_id: request_id() };
    client.assessments().create_wave(request).await.map(|done| done.into_inner().wave.unwrap())
}

/// What a further wave of the same series says of itself.
fn next_of(wave: &pb::Wave) -> pb::Wave {
    pb::Wave {
        assessment_id: wave.assessment_id.clone(),
        instrument_id: wave.instrument_id.clone(),
        ..pb::Wave::default()
    }
}

/// A company with a planned wave.
async fn planned(world: &World) -> (Company, pb::Wave) {
    let company = Company::found(world).await;
    let instrument = company.publish_questions().await;
    let wave = company.plan(instrument.instrument_id).await;
    (company, wave)
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Create,
    Open,
    Close,
    Cancel,
    Rename,
    MoveZone,
}

/// Where an act leads a wave; none where it is refused.
fn leads_to(state: pb::WaveState, act: Act) -> Option<pb::WaveState> {
    use pb::WaveState::{Cancelled, Closed, Draft, Open};
    match (state, act) {
        (Draft, Act::Open) => Some(Open),
        (Open, Act::Close) => Some(Closed),
        (Draft | Open, Act::Cancel) => Some(Cancelled),
        (Draft | Open | Closed, Act::Rename) | (Draft, Act::MoveZone) => Some(state),
        _ => None,
    }
}

async fn act(company: &Company, wave: &pb::Wave, act: Act) -> Result<pb::Wave, Status> {
    match act {
        Act::Create => create_wave(&company.client, next_of(wave)).await,
        Act::Open => company.open(wave, false).await.map(|opened| opened.wave.unwrap()),
        Act::Close => company.close(wave).await,
        Act::Cancel => cancel(&company.client, wave).await,
        Act::Rename => {
            let display_name = format!("{}x", wave.display_name);
            let wave = pb::Wave { display_name, ..wave.clone() };
            update(&company.client, wave, &["display_name"]).await
        }
        Act::MoveZone => {
            // Naming what it is already changes nothing and is never refused.
            let other = wave.time_zone == "Asia/Tokyo";
            let time_zone = if other { "Europe/Paris" } else { "Asia/Tokyo" }.to_owned();
            update(&company.client, pb::Wave { time_zone, ..wave.clone() }, &["time_zone"]).await
        }
    }
}

#[tokio::test]
async fn a_series_goes_where_the_table_says_whatever_is_asked_of_it() {
    // Ends come less often than beginnings, so that every state is lived in.
    const ACTS: [Act; 9] = [
        Act::Create,
        Act::Create,
        Act::Open,
        Act::Open,
        Act::Close,
        Act::Cancel,
        Act::Rename,
        Act::MoveZone,
        Act::MoveZone,
    ];
    let world = World::start().await;
    let (company, first) = planned(&world).await;
    company.invite(&first).await;
    let mut waves = vec![(first.wave_id.clone(), pb::WaveState::Draft)];
    let mut random = StdRng::seed_from_u64(7);
    let (mut done, mut refused) = (0, 0);
    for _ in 0..70 {
        let newest = waves.len() - 1;
        let older = random.random_bool(0.3);
        let position = if older { random.random_range(0..=newest) } else { newest };
        let (id, state) = waves[position].clone();
        let wave = get(&company.client, &id).await;
        assert_eq!(wave.state(), state);
        let chosen = ACTS[random.random_range(0..ACTS.len())];
        let expected = if chosen == Act::Create {
            let busy = waves
                .iter()
                .any(|(_, state)| matches!(state, pb::WaveState::Draft | pb::WaveState::Open));
            (!busy).then_some(pb::WaveState::Draft)
        } else {
            leads_to(state, chosen)
        };
        let answer = act(&company, &wave, chosen).await;
        let Some(expected) = expected else {
            assert_eq!(reason(&answer.unwrap_err()), "STATE_CONFLICT", "{chosen:?} {state:?}");
            assert_eq!(get(&company.client, &id).await, wave, "a refusal changed something");
            refused += 1;
            continue;
        };
        let after = answer.unwrap_or_else(|status| panic!("{chosen:?} {state:?}: {status:?}"));
        assert_eq!(after.state(), expected);
        assert_ne!((&after.etag, &after.wave_id), (&wave.etag, &wave.wave_id));
        assert_eq!(get(&company.client, &after.wave_id).await, after);
        assert_eq!(after.open_time.is_some(), !after_policy(&after).policy_digest.is_empty());
        assert_eq!(after.close_time.is_some(), expected == pb::WaveState::Closed);
        if chosen == Act::Create {
            company.invite(&after).await;
            waves.push((after.wave_id, expected));
        } else {
            waves[position].1 = expected;
        }
        done += 1;
    }
    assert!(done > 15 && refused > 15 && waves.len() > 2, "{done} {refused} {waves:?}");
    for state in [pb::WaveState::Closed, pb::WaveState::Cancelled] {
        assert!(waves.iter().any(|(_, ended)| *ended == state), "{waves:?}");
    }
}

fn after_policy(wave: &pb::Wave) -> &pb::AnonymityPolicy {
    wave.anonymity_policy.as_ref().unwrap()
}

#[tokio::test]
async fn what_keeps_a_wave_from_opening_is_told_all_at_once() {
    let world = World::start().await;
    let company = Company::found(&world).await;
    let request = instrument::CreateInstrumentRequest {
        instrument: Some(questions()),
        ..instrument::CreateInstrumentRequest::default()
    };
    let draft = company.client.instruments().create_instrument(request).await.unwrap();
    let wave = company.plan(draft.into_inner().instrument.unwrap().instrument_id).await;
    let wave = pb::Wave {
        form_key: "short".to_owned(),
        language_codes: vec!["fr".to_owned()],
        planned_close_time: Some(seconds_from_now(&world, 60)),
        ..wave
    };
    let wave = update(&company.client, wave, &["form_key", "language_codes", "planned_close_time"]);
    let wave = wave.await.unwrap();
    world.clock.advance(Duration::from_mins(1));
    let refused = company.open(&wave, true).await.unwrap_err();
    assert_eq!(golden(&company.open(&wave, false).await.unwrap_err()), golden(&refused));
    insta::assert_snapshot!(golden(&refused));
    assert_eq!(get(&company.client, &wave.wave_id).await, wave);

    let unseen = pb::Wave { etag: String::new(), ..wave.clone() };
    assert_eq!(reason(&company.open(&unseen, false).await.unwrap_err()), "ETAG_REQUIRED");
}

fn seconds_from_now(world: &World, seconds: i64) -> prost_types::Timestamp {
    let now = world.clock.now();
    prost_types::Timestamp { seconds: now.timestamp() + seconds, nanos: 0 }
}

#[tokio::test]
async fn a_preflight_tells_what_will_not_be_seen_and_opens_nothing() {
    let world = World::start().await;
    let (company, wave) = planned(&world).await;
    company.invite(&wave).await;
    let names = unit_names(&company.client).await;
    let told = |response: pb::OpenWaveResponse| {
        let warnings = response.warnings.iter().map(|warning| {
            let unit = names.get(&warning.unit_id).map_or("", String::as_str);
            format!("{:?} {unit} {}", warning.kind(), warning.segment_dimension_key)
        });
        warnings.collect::<Vec<_>>()
    };
    let preflight = told(company.open(&wave, true).await.unwrap());
    assert_eq!(get(&company.client, &wave.wave_id).await, wave);
    let opened = company.open(&wave, false).await.unwrap();
    assert_eq!(told(opened), preflight);
    // Gamma has three people, who join the root; there and in Beta a contact of its own is too rare.
    assert_eq!(
        preflight,
        ["UnitTooSmall Gamma ", "SegmentDropped Muster AG contact", "SegmentDropped Beta contact"]
    );
}

async fn unit_names(client: &Client) -> BTreeMap<String, String> {
    let units = client.directory().list_units(directory::ListUnitsRequest::default()).await;
    let units = units.unwrap().into_inner().units;
    units.into_iter().map(|unit| (unit.unit_id, unit.display_name)).collect()
}

#[tokio::test]
async fn a_promise_is_as_strict_as_the_organizations_and_holds_once_made() {
    let world = World::start().await;
    let (company, wave) = planned(&world).await;
    let client = &company.client;
    let with = |size| pb::Wave {
        anonymity_policy: Some(pb::AnonymityPolicy {
            minimum_group_size: size,
            ..pb::AnonymityPolicy::default()
        }),
        ..wave.clone()
    };
    let raised = update(client, with(6), &["anonymity_policy"]).await.unwrap();
    assert_eq!(after_policy(&raised).minimum_group_size, 6);
    assert_eq!(after_policy(&raised).distribution_minimum_group_size, 10);
    let told = pb::Wave {
        anonymity_policy: Some(pb::AnonymityPolicy {
            disclose_individual_participation: true,
            ..pb::AnonymityPolicy::default()
        }),
        ..wave.clone()
    };
    let told = pb::Wave { etag: raised.etag.clone(), ..told };
    let refused = update(client, told, &["anonymity_policy"]).await.unwrap_err();
    assert_eq!(reason(&refused), "ANONYMITY_WEAKENED");

    // The organization becomes stricter than the wave, which cannot open until it follows.
    set_minimum(client, 7).await;
    company.invite(&raised).await;
    let refused = company.open(&raised, false).await.unwrap_err();
    assert_eq!(reason(&refused), "ANONYMITY_WEAKENED");
    let wave = pb::Wave { etag: raised.etag, ..with(8) };
    let wave = update(client, wave, &["anonymity_policy"]).await.unwrap();
    let opened = company.open(&wave, false).await.unwrap().wave.unwrap();
    for (size, expected) in [(7, "ANONYMITY_WEAKENED"), (9, "STATE_CONFLICT")] {
        let other = pb::Wave { etag: opened.etag.clone(), ..with(size) };
        let refused = update(client, other, &["anonymity_policy"]).await.unwrap_err();
        assert_eq!(reason(&refused), expected, "{size}");
    }
    // Whoever knows the rule can compute the digest again.
    let policy = after_policy(&opened);
    let text = format!(
        "orgfit anonymity policy 1\nminimum_group_size=8\ndistribution_minimum_group_size=10\n\
         comment_minimum_group_size=10\nquality_minimum_group_size=30\n\
         driver_minimum_group_size=100\ndisclose_individual_participation=false\n\
         stored_segment_dimension_keys=\ntwo_way_tables=\ntoken_scheme=server_issued\n\
         roster_digest={}\n",
        policy.roster_digest
    );
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(text));
    assert_eq!((policy.roster_digest.len(), &policy.policy_digest), (64, &digest));
    let tokens = company.invite(&opened).await;
    let request = respondent::GetQuestionnaireRequest::default();
    let asked = world.client_with(&tokens[0]).respondent().get_questionnaire(request).await;
    let notice = asked.unwrap().into_inner().questionnaire.unwrap().privacy_notice.unwrap();
    assert_eq!((notice.policy_digest, notice.minimum_group_size), (digest, 8));
}

async fn set_minimum(client: &Client, minimum_group_size: i32) {
    let request = directory::GetOrganizationRequest {};
    let organization = client.directory().get_organization(request).await.unwrap().into_inner();
    let mut organization = organization.organization.unwrap();
    organization.privacy_policy =
        Some(directory::PrivacyPolicy { minimum_group_size, ..Default::default() });
    let request = directory::UpdateOrganizationRequest {
        organization: Some(organization),
        update_mask: Some(FieldMask { paths: vec!["privacy_policy".to_owned()] }),
    };
    client.directory().update_organization(request).await.unwrap();
}

#[tokio::test]
async fn a_part_of_the_organization_is_measured_by_whom_it_is_entrusted_to() {
    let world = World::start().await;
    let (company, whole) = planned(&world).await;
    let names = unit_names(&company.client).await;
    let unit = |name: &str| names.iter().find(|(_, held)| *held == name).unwrap().0.clone();
    let (alpha, beta) = (unit("Alpha"), unit("Beta"));
    let permissions = [Permission::AssessmentsRead, Permission::AssessmentsWrite];
    let key = world.key(&world.tenant, &permissions, UnitId::parse(&alpha)).await;
    let client = world.client_with(&key);
    let create = async |scope_unit_id: &str| {
        let assessment = pb::Assessment {
            display_name: "Part".to_owned(),
            instrument_key: "small".to_owned(),
            scope_unit_id: scope_unit_id.to_owned(),
            ..pb::Assessment::default()
        };
        let request =
            pb::CreateAssessmentRequest { assessment: Some(assessment), request_id: request_id() };
        client.assessments().create_assessment(request).await
    };
    for scope in ["", &beta, &uuid::Uuid::new_v4().to_string()] {
        let refused = create(scope).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied, "{scope}");
    }
    let own = create(&alpha).await.unwrap().into_inner().assessment.unwrap();
    let wave = pb::Wave { assessment_id: own.assessment_id.clone(), ..next_of(&whole) };
    let wave = create_wave(&client, wave).await.unwrap();
    // Waves of everybody can be read and not be touched.
    assert_eq!(get(&client, &whole.wave_id).await, whole);
    for refused in [
        cancel(&client, &whole).await.unwrap_err(),
        create_wave(&client, next_of(&whole)).await.unwrap_err(),
        update(&client, whole.clone(), &["display_name"]).await.unwrap_err(),
    ] {
        assert_eq!(refused.code(), Code::PermissionDenied);
    }
    // Only people of the scope are invited, and the frozen tree is the scope's.
    let people = pb::PersonSelection { person_ids: company.people[5..8].to_vec() };
    let request = pb::IssueInvitationsRequest {
        wave_id: wave.wave_id.clone(),
        audience: Some(pb::issue_invitations_request::Audience::People(people)),
        ..pb::IssueInvitationsRequest::default()
    };
    let refused = company.client.invitations().issue_invitations(request.clone()).await;
    assert_eq!(refused.unwrap_err().code(), Code::InvalidArgument);
    let people = pb::PersonSelection { person_ids: company.people[6..18].to_vec() };
    let audience = Some(pb::issue_invitations_request::Audience::People(people));
    let request = pb::IssueInvitationsRequest { audience, ..request };
    company.client.invitations().issue_invitations(request).await.unwrap();
    let request = pb::OpenWaveRequest {
        wave_id: wave.wave_id.clone(),
        etag: wave.etag.clone(),
        ..pb::OpenWaveRequest::default()
    };
    let opened = client.assessments().open_wave(request).await.unwrap().into_inner().wave.unwrap();
    let id = orgfit::base::id::WaveId::parse(&opened.wave_id).unwrap();
    let mut tx = world.db.read("test", context(&world).scope()).await.unwrap();
    let units = assessment::list_frozen_units(&mut tx, id).await.unwrap();
    let units: Vec<_> = units.iter().map(|unit| unit.display_name.as_str()).collect();
    assert_eq!(units, ["Alpha"]);
}

#[tokio::test]
async fn a_repeated_verb_returns_its_first_result() {
    let world = World::start().await;
    let (company, wave) = planned(&world).await;
    company.invite(&wave).await;
    let mut service = company.client.assessments();
    let open = pb::OpenWaveRequest {
        wave_id: wave.wave_id.clone(),
        etag: wave.etag.clone(),
        request_id: request_id(),
        ..pb::OpenWaveRequest::default()
    };
    let close = pb::CloseWaveRequest { wave_id: wave.wave_id.clone(), request_id: request_id() };
    let opened = service.open_wave(open.clone()).await.unwrap().into_inner();
    let closed = service.close_wave(close.clone()).await.unwrap().into_inner();
    let again = service.open_wave(open).await.unwrap();
    assert!(again.metadata().contains_key("orgfit-replayed"));
    assert_eq!(again.into_inner(), opened);
    assert_eq!(service.close_wave(close).await.unwrap().into_inner(), closed);
}

#[tokio::test]
async fn a_wave_ends_at_its_planned_time_whoever_looks() {
    let world = World::start().await;
    let (company, wave) = planned(&world).await;
    let end = seconds_from_now(&world, 600);
    let wave = pb::Wave { planned_close_time: Some(end), ..wave };
    let wave = update(&company.client, wave, &["planned_close_time"]).await.unwrap();
    let tokens = company.invite(&wave).await;
    company.open(&wave, false).await.unwrap();
    submit(&world, &tokens[0], &request_id(), sheet(0)).await.unwrap();
    world.clock.advance(Duration::from_mins(10));
    let late = submit(&world, &tokens[1], &request_id(), sheet(1)).await.unwrap_err();
    assert_eq!(reason(&late), "STATE_CONFLICT");
    let open = get(&company.client, &wave.wave_id).await;
    let longer =
        pb::Wave { planned_close_time: Some(seconds_from_now(&world, 60)), ..open.clone() };
    let refused = update(&company.client, longer, &["planned_close_time"]).await.unwrap_err();
    assert_eq!(reason(&refused), "STATE_CONFLICT");

    world.clock.advance(Duration::from_mins(5));
    let ctx = context(&world);
    let due = assessment::list_due(&world.db, ctx.now).await.unwrap();
    assert!(due.contains(&world.tenant.organization_id));
    assessment::keep_time(&world.db, &ctx).await.unwrap();
    let closed = get(&company.client, &wave.wave_id).await;
    assert_eq!(closed.state(), pb::WaveState::Closed);
    assert_eq!(closed.results_state(), pb::ResultsState::Computing);
    assert_eq!(closed.close_time, Some(end), "what came before the planned end counts");
    // One process works on it, until its lease is over.
    let job = assessment::take_job(&world.db, &ctx, 60).await.unwrap().unwrap();
    assert_eq!(assessment::take_job(&world.db, &ctx, 60).await.unwrap(), None);
    world.clock.advance(Duration::from_mins(1));
    let ctx = context(&world);
    let other = assessment::take_job(&world.db, &ctx, 60).await.unwrap().unwrap();
    assert_eq!(other.wave_id, job.wave_id);
    let mut tx = world.db.write("test", ctx.scope()).await.unwrap();
    assert!(!assessment::hold_job(&mut tx, job).await.unwrap(), "the lease was lost");
    assert!(assessment::hold_job(&mut tx, other).await.unwrap());
    assessment::finish_job(&mut tx, other).await.unwrap();
    tx.commit().await.unwrap();
    let released = get(&company.client, &wave.wave_id).await;
    assert_eq!(released.results_state(), pb::ResultsState::Released);
    assert_eq!(released.etag, closed.etag);
    assert_eq!(assessment::take_job(&world.db, &ctx, 60).await.unwrap(), None);
}

/// All rows of the tables of an organization, as text, by table.
pub(crate) async fn rows(world: &World, tenant: &Tenant) -> BTreeMap<String, Vec<String>> {
    let mut superuser = world.database.superuser().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
             AND attname = 'tenant_id' AND NOT relispartition",
    )
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    let mut all = BTreeMap::new();
    for table in tables {
        let sql = format!(
            "SELECT to_jsonb(held)::text FROM {table} AS held WHERE tenant_id = $1 ORDER BY 1"
        );
        let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(tenant.organization_id.uuid())
            .fetch_all(&mut superuser)
            .await
            .unwrap();
        all.insert(table, rows);
    }
    all
}

#[tokio::test]
async fn an_answer_leaves_its_trace_in_two_places_and_meets_nobody() {
    let world = World::start().await;
    let (company, wave) = planned(&world).await;
    let tokens = company.invite(&wave).await;
    company.open(&wave, false).await.unwrap();
    let before = rows(&world, &world.tenant).await;
    let id = request_id();
    submit(&world, &tokens[3], &id, sheet(3)).await.unwrap();
    let after = rows(&world, &world.tenant).await;
    let changed: Vec<_> = after
        .iter()
        .filter(|(table, rows)| before[*table] != **rows)
        .map(|(table, _)| table)
        .collect();
    assert_eq!(changed, ["respondent_sealed", "respondent_tokens"]);

    let everything = after.values().flatten().cloned().collect::<Vec<_>>().join("\n");
    let (answer, spent) = (&after["respondent_sealed"][0], &id);
    let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
    let answer_id = answer["answer_id"].as_str().unwrap();
    assert_eq!(everything.matches(answer_id).count(), 1, "the answer is named somewhere else");
    assert!(!everything.contains(spent.as_str()), "the submission is kept as it is");
    for token in &tokens {
        let secret = &token[token.len() - 43..];
        assert!(!everything.contains(token.as_str()) && !everything.contains(secret));
        assert!(!everything.contains(&data_encoding::BASE64.encode(token.as_bytes())));
        assert!(!everything.contains(&data_encoding::HEXLOWER.encode(token.as_bytes())));
    }
    // No row that an answer or a token is in has a person in it.
    for table in ["respondent_sealed", "respondent_tokens", "respondent_cells", "respondent_waves"]
    {
        let text = after[table].join("\n");
        assert!(company.people.iter().all(|person| !text.contains(person.as_str())), "{table}");
    }
}

#[tokio::test]
async fn giving_up_destroys_what_was_answered() {
    let world = World::start().await;
    let (company, wave) = planned(&world).await;
    let tokens = company.invite(&wave).await;
    let opened = company.open(&wave, false).await.unwrap().wave.unwrap();
    submit(&world, &tokens[0], &request_id(), sheet(0)).await.unwrap();
    let stale = cancel(&company.client, &wave).await.unwrap_err();
    assert_eq!(reason(&stale), "ETAG_MISMATCH");
    cancel(&company.client, &opened).await.unwrap();
    let left = rows(&world, &world.tenant).await;
    for table in ["respondent_sealed", "respondent_answers", "respondent_tokens", "assessment_jobs"]
    {
        assert!(left[table].is_empty(), "{table}");
    }
    let refused = submit(&world, &tokens[1], &request_id(), sheet(1)).await.unwrap_err();
    assert_ne!(refused.code(), Code::Internal);
    let named =
        pb::Wave { display_name: text("x").unwrap().by_language["de-CH"].clone(), ..opened };
    let named = pb::Wave { etag: String::new(), ..named };
    let refused = update(&company.client, named, &["display_name"]).await.unwrap_err();
    assert_eq!(reason(&refused), "STATE_CONFLICT");
}
