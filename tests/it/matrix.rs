//! Who gets what: every method, every identifier in its request, every kind of thing that the
//! identifier can name, for every kind of caller. The table is committed; what holds for all of
//! it is checked as well, whatever the table says.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use futures::StreamExt;
use orgfit::access::policy::{self, Need};
use orgfit::access::{self, Grant, GrantChange, IssuerInput, NewClient, NewIssuer, Role};
use orgfit::base::id::{Id, PersonId, UnitId};
use orgfit::base::{Clock, Context, Permission};
use prost_reflect::prost::Message;
use prost_reflect::{DynamicMessage, Value};
use serde_json::json;
use tonic::Status;
use tonic_types::StatusExt;
use uuid::Uuid;

use crate::access::Issuer;
use crate::harness::{Tenant, World};
use crate::measured::make_waves;
use crate::requests::{self, Call, Path};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/authz.txt");
const DIRECTORY: &str = "orgfit.directory.v1.DirectoryService";
const PEOPLE: &str = "orgfit.directory.v1.PeopleService";
const ASSESSMENTS: &str = "orgfit.assessment.v1.AssessmentService";
const INVITATIONS: &str = "orgfit.assessment.v1.InvitationService";
const INSIGHT: &str = "orgfit.insight.v1.InsightService";
const INSTRUMENTS: &str = "orgfit.instrument.v1.InstrumentService";
const PATIENCE: Duration = Duration::from_mins(1);
/// Methods at work at once.
const LANES: usize = 6;

/// The answers of the table, and how it writes them.
const ANSWERS: &[(&str, &str)] = &[
    ("OK", "ok"),
    ("UNAUTHENTICATED/CREDENTIAL_INVALID", "un"),
    ("PERMISSION_DENIED/PERMISSION_MISSING", "pd"),
    ("NOT_FOUND/RESOURCE_NOT_FOUND", "nf"),
    ("UNAUTHENTICATED/RESPONSE_TOKEN_INVALID", "rt"),
    ("INVALID_ARGUMENT/IDENTITY_NOT_ALLOWED", "id"),
    ("INVALID_ARGUMENT/FIELD_INVALID", "fi"),
    ("INVALID_ARGUMENT/PAGE_TOKEN_INVALID", "pt"),
    ("ALREADY_EXISTS/EXTERNAL_ID_TAKEN", "tk"),
    ("FAILED_PRECONDITION/RESOURCE_DELETED", "de"),
    ("FAILED_PRECONDITION/CYCLE_DETECTED", "cy"),
    ("ABORTED/ETAG_MISMATCH", "em"),
    ("FAILED_PRECONDITION/STATE_CONFLICT", "sc"),
    ("FAILED_PRECONDITION/NOT_READY", "nr"),
    ("INVALID_ARGUMENT/SLICE_NOT_PLANNED", "np"),
];

/// What an identifier names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A thing of the caller's organization.
    Own,
    /// The same of another organization.
    Foreign,
    /// A deleted thing; of imports a finished one, of page tokens one that is too old.
    Deleted,
    /// Nothing, in the right form.
    Random,
    /// Nothing, in no form.
    Malformed,
}

const KINDS: [Kind; 5] = [Kind::Own, Kind::Foreign, Kind::Deleted, Kind::Random, Kind::Malformed];

/// What kind of thing a field names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Resource {
    Unit,
    UnitKey,
    Person,
    PersonKey,
    Import,
    Instrument,
    Assessment,
    Wave,
    Release,
    NormSet,
    Invitation,
    Organization,
    PageToken,
}

/// The kind of thing that a field names, if it names one. A new identifier without a line here
/// fails the test.
fn resource(path: &Path) -> Option<Resource> {
    let field = path.last().unwrap();
    let around = field.parent_message();
    let of_person = around.name().contains("Person");
    Some(match field.name() {
        "unit_id"
        | "unit_ids"
        | "parent_unit_id"
        | "new_parent_unit_id"
        | "predecessor_unit_ids"
        | "root_unit_id"
        | "scope_unit_id" => Resource::Unit,
        "person_id" | "person_ids" | "manager_person_id" | "lead_person_id" => Resource::Person,
        "external_id" if of_person => Resource::PersonKey,
        "external_id"
        | "parent_external_id"
        | "unit_external_id"
        | "predecessor_external_ids"
        | "leads_unit_external_ids" => Resource::UnitKey,
        "manager_external_id" => Resource::PersonKey,
        "import_id" => Resource::Import,
        "instrument_id" | "base_instrument_id" => Resource::Instrument,
        "assessment_id" => Resource::Assessment,
        "wave_id" | "wave_ids" => Resource::Wave,
        "norm_set_id" => Resource::NormSet,
        "invitation_ids" => Resource::Invitation,
        "release_id" => Resource::Release,
        "organization_id" => Resource::Organization,
        "page_token" => Resource::PageToken,
        "request_id" | "submission_id" => return None,
        name => {
            let is_id = name.ends_with("_id") || name.ends_with("_ids");
            assert!(!is_id, "{} names nothing that is known here", requests::name(path));
            return None;
        }
    })
}

/// Somebody who calls.
struct Principal {
    name: &'static str,
    credential: Option<String>,
    permissions: BTreeSet<Permission>,
    reach: Reach,
}

/// Where a caller's permissions hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Nowhere,
    Whole,
    Inside,
    Outside,
}

/// What the requests of a caller name besides the identifier that is looked at.
pub(crate) type Names = BTreeMap<&'static str, String>;

/// An organization with something of everything.
pub(crate) struct Life {
    tenant: Tenant,
    /// A part of its tree.
    pub(crate) inside: Names,
    /// Another part.
    outside: Names,
}

struct Matrix {
    world: World,
    calls: Vec<Call>,
    ours: Life,
    theirs: Life,
    old_tokens: BTreeMap<String, String>,
    principals: Vec<Principal>,
    /// Keys that may do all but one thing.
    all_but: BTreeMap<Permission, String>,
    _issuer: Issuer,
}

/// An answer.
#[derive(Clone, Debug)]
struct Cell {
    short: String,
    /// All of it, with the identifier that was asked for replaced.
    whole: String,
}

/// The answers to one kind of identifier, by principal. Empty where a principal is none.
type Row = Vec<Option<Cell>>;

pub(crate) fn fresh_key() -> String {
    format!("key-{}", Uuid::new_v4())
}

/// Calls a method in an organization with its key for everything.
pub(crate) async fn ask(
    world: &World,
    tenant: &Tenant,
    method: &str,
    json: &str,
    names: &Names,
) -> serde_json::Value {
    let descriptor = requests::method(method);
    let messages = requests::build(&descriptor.input(), &[json], names);
    let encoded = messages.iter().map(Message::encode_to_vec).collect();
    let answer = requests::send(&world.channel, Some(&tenant.key), method, encoded).await;
    let answer = answer.unwrap_or_else(|status| panic!("{method} {json}: {status:?}"));
    let message = DynamicMessage::decode(descriptor.output(), &answer[..]).unwrap();
    serde_json::to_value(&message).unwrap()
}

async fn make_unit(world: &World, tenant: &Tenant, parent: &str) -> (String, String) {
    let key = fresh_key();
    let names = Names::from([("parent", parent.to_owned()), ("key", key.clone())]);
    let request =
        r#"{"unit": {"parentUnitId": "$parent", "externalId": "$key", "displayName": "Unit"}}"#;
    let answer = ask(world, tenant, &format!("{DIRECTORY}/CreateUnit"), request, &names).await;
    (answer["unit"]["unitId"].as_str().unwrap().to_owned(), key)
}

async fn make_person(world: &World, tenant: &Tenant, unit: &str) -> (String, String) {
    let key = fresh_key();
    let names = Names::from([("unit", unit.to_owned()), ("key", key.clone())]);
    let request = r#"{"person": {"unitId": "$unit", "externalId": "$key", "displayName": "Ann"}}"#;
    let answer = ask(world, tenant, &format!("{PEOPLE}/CreatePerson"), request, &names).await;
    (answer["person"]["personId"].as_str().unwrap().to_owned(), key)
}

/// A key of an instrument that nobody uses.
pub(crate) fn fresh_name() -> String {
    format!("k{}", Uuid::new_v4().simple())
}

fn is_fresh_name(value: &serde_json::Value) -> bool {
    let rest = value.as_str().and_then(|text| text.strip_prefix('k'));
    rest.is_some_and(|rest| rest.len() == 32 && Uuid::try_parse(rest).is_ok())
}

/// A draft of an instrument that could be published.
pub(crate) async fn make_instrument(world: &World, tenant: &Tenant) -> String {
    let names = Names::from([("name", fresh_name()), ("uuid", Uuid::new_v4().to_string())]);
    let method = format!("{INSTRUMENTS}/CreateInstrument");
    let answer = ask(world, tenant, &method, requests::INSTRUMENT, &names).await;
    answer["instrument"]["instrumentId"].as_str().unwrap().to_owned()
}

pub(crate) async fn publish_instrument(world: &World, tenant: &Tenant, id: &str) {
    let names = Names::from([("id", id.to_owned())]);
    let request = r#"{"instrumentId": "$id", "etag": "r1"}"#;
    ask(world, tenant, &format!("{INSTRUMENTS}/PublishInstrument"), request, &names).await;
}

/// A norm set of the instrument whose results are released.
pub(crate) async fn make_norm_set(world: &World, tenant: &Tenant, names: &Names) -> String {
    let mut names = names.clone();
    names.insert("uuid", Uuid::new_v4().to_string());
    let method = format!("{INSIGHT}/CreateNormSet");
    let answer = ask(world, tenant, &method, requests::NORM_SET, &names).await;
    answer["normSet"]["normSetId"].as_str().unwrap().to_owned()
}

/// A series that measures a place, without a wave.
async fn make_series(world: &World, tenant: &Tenant, place: &Names) -> String {
    let mut names = place.clone();
    names.insert("uuid", Uuid::new_v4().to_string());
    let method = format!("{ASSESSMENTS}/CreateAssessment");
    let answer = ask(world, tenant, &method, requests::ASSESSMENT, &names).await;
    answer["assessment"]["assessmentId"].as_str().unwrap().to_owned()
}

/// A planned wave of a series.
async fn make_wave(world: &World, tenant: &Tenant, place: &Names, series: &str) -> String {
    let mut names = place.clone();
    names.extend([("free", series.to_owned()), ("uuid", Uuid::new_v4().to_string())]);
    let method = format!("{ASSESSMENTS}/CreateWave");
    let answer = ask(world, tenant, &method, requests::WAVE, &names).await;
    answer["wave"]["waveId"].as_str().unwrap().to_owned()
}

async fn cancel_wave(world: &World, tenant: &Tenant, id: &str) {
    let names = Names::from([("id", id.to_owned())]);
    let request = r#"{"waveId": "$id", "etag": "r1"}"#;
    ask(world, tenant, &format!("{ASSESSMENTS}/CancelWave"), request, &names).await;
}

/// An invitation of a person to a wave.
async fn invite(world: &World, tenant: &Tenant, wave: &str, person: &str) -> String {
    let names = Names::from([
        ("inviting", wave.to_owned()),
        ("person", person.to_owned()),
        ("uuid", Uuid::new_v4().to_string()),
    ]);
    let method = format!("{INVITATIONS}/IssueInvitations");
    let answer = ask(world, tenant, &method, requests::INVITE, &names).await;
    let invitation = &answer["issuedInvitations"][0]["invitation"]["invitationId"];
    invitation.as_str().unwrap().to_owned()
}

/// Adds series and waves that measure a place.
async fn add_waves(world: &World, tenant: &Tenant, place: &mut Names) {
    let series = make_series(world, tenant, place).await;
    let given_up = make_wave(world, tenant, place, &series).await;
    cancel_wave(world, tenant, &given_up).await;
    let wave = make_wave(world, tenant, place, &series).await;
    let invitation = invite(world, tenant, &wave, &place["person"]).await;
    invite(world, tenant, &wave, &place["edited"]).await;
    for name in ["inviting", "opening", "cancelling"] {
        let series = make_series(world, tenant, place).await;
        let wave = make_wave(world, tenant, place, &series).await;
        place.insert(name, wave);
    }
    let free = make_series(world, tenant, place).await;
    place.extend([("series", series), ("wave", wave), ("invitation", invitation), ("free", free)]);
}

/// A part of a tree, with what requests about it need.
async fn make_place(world: &World, tenant: &Tenant) -> Names {
    let (here, _) = make_unit(world, tenant, &tenant.root_unit_id.to_string()).await;
    let (unit, _) = make_unit(world, tenant, &here).await;
    let (_, unit_key) = make_unit(world, tenant, &here).await;
    let (leaf, _) = make_unit(world, tenant, &here).await;
    let (person, _) = make_person(world, tenant, &here).await;
    let (_, person_key) = make_person(world, tenant, &here).await;
    let (edited, _) = make_person(world, tenant, &here).await;
    let (gone, _) = make_person(world, tenant, &here).await;
    Names::from([
        ("here", here),
        ("unit", unit),
        ("unit_key", unit_key),
        ("leaf", leaf),
        ("person", person),
        ("person_key", person_key),
        ("edited", edited),
        ("gone", gone),
    ])
}

impl Life {
    pub(crate) async fn live(world: &World, tenant: &Tenant) -> Self {
        let scheme =
            ask(world, tenant, &format!("{DIRECTORY}/GetSegmentScheme"), "{}", &Names::new()).await;
        let etag = scheme["segmentScheme"]["etag"].as_str().unwrap().to_owned();
        let names = Names::from([("scheme_etag", etag)]);
        ask(world, tenant, &format!("{DIRECTORY}/UpdateSegmentScheme"), requests::SCHEME, &names)
            .await;
        let mut inside = make_place(world, tenant).await;
        let mut outside = make_place(world, tenant).await;
        for place in [&inside, &outside] {
            let grant = r#"{"addedGrants": [{"personId": "$person", "role": "ROLE_ANALYST", "unitId": "$here"}]}"#;
            ask(world, tenant, "orgfit.access.v1.AccessService/ChangeGrants", grant, place).await;
        }
        for _ in 0..2 {
            let names = Names::from([("uuid", Uuid::new_v4().to_string())]);
            let rows = r#"{"header": {"importId": "$uuid"}, "units": {"rows": [{"externalId": "a"}, {"externalId": "b"}]}}"#;
            ask(world, tenant, requests::SUBMIT, rows, &names).await;
            let footer = r#"{"header": {"importId": "$uuid"}, "footer": {"rowCount": 2}}"#;
            ask(world, tenant, requests::SUBMIT, footer, &names).await;
            inside.insert("import", names["uuid"].clone());
            outside.insert("import", names["uuid"].clone());
        }
        for name in ["draft", "ready", "published", "dropped", "used"] {
            let id = make_instrument(world, tenant).await;
            if ["published", "used"].contains(&name) {
                publish_instrument(world, tenant, &id).await;
            }
            inside.insert(name, id.clone());
            outside.insert(name, id);
        }
        let method = format!("{INSTRUMENTS}/GetInstrument");
        let used = ask(world, tenant, &method, r#"{"instrumentId": "$used"}"#, &inside).await;
        let key = used["instrument"]["key"].as_str().unwrap();
        for place in [&mut inside, &mut outside] {
            place.insert("instrument_key", key.to_owned());
            add_waves(world, tenant, place).await;
        }
        let people: Vec<_> = [&inside, &outside]
            .iter()
            .flat_map(|place| ["person", "edited", "gone"].map(|name| place[name].clone()))
            .collect();
        let waves = make_waves(world, tenant, &people).await;
        inside.extend(waves.clone());
        outside.extend(waves);
        Self { tenant: tenant.clone(), inside, outside }
    }

    /// A token for the second page of a list.
    pub(crate) async fn page_token(&self, world: &World, call: &Call) -> String {
        let messages = call.base.messages[0];
        let answer = ask(world, &self.tenant, call.base.method, messages, &self.inside).await;
        let token = answer["nextPageToken"].as_str().unwrap_or_default().to_owned();
        assert!(!token.is_empty(), "{} has one page only", call.name());
        token
    }
}

/// Adds the validators that a call must have.
pub(crate) async fn add_etags(world: &World, tenant: &Tenant, call: &Call, names: &mut Names) {
    let ask = async |method: &str| {
        ask(world, tenant, &format!("{DIRECTORY}/{method}"), "{}", &Names::new()).await
    };
    let text = |json: &serde_json::Value| json["etag"].as_str().unwrap().to_owned();
    match call.method.name() {
        "UpdateOrganization" => {
            let organization = ask("GetOrganization").await;
            names.insert("organization_etag", text(&organization["organization"]));
        }
        "UpdateSegmentScheme" => {
            let scheme = ask("GetSegmentScheme").await;
            names.insert("scheme_etag", text(&scheme["segmentScheme"]));
        }
        "UpdateInstrument" => {
            let method = format!("{INSTRUMENTS}/GetInstrument");
            let request = r#"{"instrumentId": "$draft"}"#;
            let answer = self::ask(world, tenant, &method, request, names).await;
            names.insert("draft_etag", text(&answer["instrument"]));
        }
        _ => {}
    }
}

/// Callers with keys: none at all, ended ones, and clients with more or fewer permissions.
async fn clients(world: &World, life: &Life) -> Vec<Principal> {
    let ctx = Context::operator(life.tenant.organization_id, world.clock.now(), PATIENCE);
    let mut tx = world.db.write("test", ctx.scope()).await.unwrap();
    let new = NewClient {
        name: "ended".to_owned(),
        permissions: Permission::ALL.iter().copied().collect(),
        unit_id: None,
    };
    let client = access::create_client(&mut tx, &ctx, new).await.unwrap();
    let soon = Some(world.clock.now() + Duration::from_secs(1));
    let expired = access::issue_key(&mut tx, &ctx, client.client_id, soon).await.unwrap();
    let revoked = access::issue_key(&mut tx, &ctx, client.client_id, None).await.unwrap();
    access::revoke_key(&mut tx, &ctx, revoked.key.key_id).await.unwrap();
    tx.commit().await.unwrap();
    let all = || Permission::ALL.iter().copied().collect::<BTreeSet<_>>();
    let principal = |name, credential: Option<&str>, permissions, reach| Principal {
        name,
        credential: credential.map(str::to_owned),
        permissions,
        reach,
    };
    let key = async |place: &Names| {
        let unit = UnitId::parse(&place["here"]);
        world.key(&life.tenant, Permission::ALL, unit).await
    };
    vec![
        principal("nobody", None, BTreeSet::new(), Reach::Nowhere),
        principal("expired", Some(expired.text.expose()), BTreeSet::new(), Reach::Nowhere),
        principal("revoked", Some(revoked.text.expose()), BTreeSet::new(), Reach::Nowhere),
        principal("full", Some(&life.tenant.key), all(), Reach::Whole),
        // Which one is missing depends on the method.
        principal("all_but", None, all(), Reach::Whole),
        principal("inside", Some(&key(&life.inside).await), all(), Reach::Inside),
        principal("outside", Some(&key(&life.outside).await), all(), Reach::Outside),
    ]
}

/// Signed-in people: one of each role, managers of a part, and some with nothing.
async fn people(world: &World, life: &Life, issuer: &Issuer) -> Vec<Principal> {
    let ctx = Context::operator(life.tenant.organization_id, world.clock.now(), PATIENCE);
    let input = IssuerInput {
        issuer: issuer.name.clone(),
        audience: "orgfit".to_owned(),
        algorithms: vec!["ES256".to_owned()],
        key_source: issuer.path.to_str().unwrap().to_owned(),
        scopes_narrow: true,
        ..IssuerInput::default()
    };
    let mut tx = world.db.write("test", ctx.scope()).await.unwrap();
    access::add_issuer(&mut tx, &ctx, NewIssuer::parse(&input).unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    let whole = |name, role| (name, Some(role), Reach::Whole, json!({}));
    let described = [
        whole("administrator", Role::Administrator),
        whole("people_manager", Role::PeopleManager),
        whole("analyst", Role::Analyst),
        whole("comment_reader", Role::CommentReader),
        whole("unit_lead", Role::UnitLead),
        whole("works_council", Role::WorksCouncil),
        ("manager_inside", Some(Role::PeopleManager), Reach::Inside, json!({})),
        ("manager_outside", Some(Role::PeopleManager), Reach::Outside, json!({})),
        ("without_grants", None, Reach::Whole, json!({})),
        ("without_scopes", Some(Role::PeopleManager), Reach::Whole, json!({"scope": "openid"})),
    ];
    let mut principals = Vec::new();
    for (name, role, reach, mut claims) in described {
        let (person, key) = make_person(world, &life.tenant, &life.inside["here"]).await;
        let place = match reach {
            Reach::Inside => UnitId::parse(&life.inside["here"]),
            Reach::Outside => UnitId::parse(&life.outside["here"]),
            Reach::Whole | Reach::Nowhere => None,
        };
        if let Some(role) = role {
            let person_id = PersonId::parse(&person).unwrap();
            let grant = Grant { person_id, role, unit_id: place };
            let change = GrantChange { added: [grant].into(), removed: BTreeSet::new() };
            let mut tx = world.db.write("test", ctx.scope()).await.unwrap();
            access::change_grants(&mut tx, &ctx, &change).await.unwrap();
            tx.commit().await.unwrap();
        }
        let narrowed = claims.get("scope").is_some();
        claims["exp"] = json!((world.clock.now() + Duration::from_hours(24 * 30)).timestamp());
        let mut permissions: BTreeSet<_> =
            role.map_or(&[][..], Role::permissions).iter().copied().collect();
        permissions.insert(Permission::OrganizationRead);
        if narrowed {
            permissions.clear();
        }
        let credential = Some(issuer.token("orgfit", &key, &claims));
        principals.push(Principal { name, credential, permissions, reach });
    }
    principals
}

impl Matrix {
    async fn make() -> Self {
        let world = World::start().await;
        let calls = requests::calls();
        let ours = Life::live(&world, &world.tenant).await;
        let theirs = Life::live(&world, &world.another_tenant().await).await;
        let mut old_tokens = BTreeMap::new();
        for call in &calls {
            if call.fields.iter().any(|path| requests::name(path) == "page_token") {
                old_tokens.insert(call.name(), ours.page_token(&world, call).await);
            }
        }
        let issuer = Issuer::new();
        let mut principals = clients(&world, &ours).await;
        principals.extend(people(&world, &ours, &issuer).await);
        let mut all_but = BTreeMap::new();
        for missing in Permission::ALL {
            let others: Vec<_> =
                Permission::ALL.iter().copied().filter(|held| held != missing).collect();
            all_but.insert(*missing, world.key(&ours.tenant, &others, None).await);
        }
        world.clock.advance(Duration::from_hours(24 * 4));
        Self { world, calls, ours, theirs, old_tokens, principals, all_but, _issuer: issuer }
    }

    /// A thing for an identifier to name.
    #[expect(clippy::too_many_lines, reason = "an arm per kind of thing")]
    async fn object(&self, call: &Call, resource: Resource, kind: Kind) -> String {
        let world = &self.world;
        let life = if kind == Kind::Foreign { &self.theirs } else { &self.ours };
        let tenant = &life.tenant;
        match (resource, kind) {
            (Resource::UnitKey | Resource::PersonKey, Kind::Malformed) => "x".repeat(129),
            (Resource::UnitKey | Resource::PersonKey, Kind::Random) => fresh_key(),
            (Resource::PageToken, Kind::Malformed) => "%".to_owned(),
            (Resource::PageToken, Kind::Random) => BASE64URL_NOPAD.encode(&[7; 80]),
            (Resource::PageToken, Kind::Deleted) => self.old_tokens[&call.name()].clone(),
            (Resource::PageToken, Kind::Own | Kind::Foreign) => life.page_token(world, call).await,
            (_, Kind::Malformed) => "no-id".to_owned(),
            (_, Kind::Random) | (Resource::Organization, Kind::Deleted) => {
                Uuid::new_v4().to_string()
            }
            (Resource::Organization, _) => tenant.organization_id.to_string(),
            // Slices are of the tree as it was when the wave opened.
            (Resource::Unit, Kind::Own | Kind::Foreign)
                if call.base.method.contains("InsightService") =>
            {
                life.inside["unit"].clone()
            }
            (Resource::Wave, Kind::Deleted)
                if !call.base.method.contains("orgfit.assessment.v1") =>
            {
                life.inside["cancelled"].clone()
            }
            (Resource::Wave, _) if call.base.method.contains("IntakeService") => {
                life.inside["imported"].clone()
            }
            (Resource::Wave, _) if call.base.method.contains("InsightService") => {
                life.inside["released"].clone()
            }
            (Resource::NormSet, _) => {
                let id = make_norm_set(world, tenant, &life.inside).await;
                if kind == Kind::Deleted {
                    let names = Names::from([("id", id.clone())]);
                    let method = format!("{INSIGHT}/DeleteNormSet");
                    ask(world, tenant, &method, r#"{"normSetId": "$id"}"#, &names).await;
                }
                id
            }
            (Resource::Release, Kind::Deleted) => Uuid::new_v4().to_string(),
            (Resource::Release, _) => life.inside["release"].clone(),
            (Resource::Unit | Resource::UnitKey, _) => {
                let (id, key) = make_unit(world, tenant, &life.inside["here"]).await;
                if kind == Kind::Deleted {
                    let names = Names::from([("id", id.clone())]);
                    ask(
                        world,
                        tenant,
                        &format!("{DIRECTORY}/DeleteUnit"),
                        r#"{"unitId": "$id"}"#,
                        &names,
                    )
                    .await;
                }
                if resource == Resource::Unit { id } else { key }
            }
            (Resource::Person | Resource::PersonKey, _) => {
                let (id, key) = make_person(world, tenant, &life.inside["here"]).await;
                if kind == Kind::Deleted {
                    let names = Names::from([("id", id.clone())]);
                    ask(
                        world,
                        tenant,
                        &format!("{PEOPLE}/DeletePerson"),
                        r#"{"personId": "$id"}"#,
                        &names,
                    )
                    .await;
                }
                if resource == Resource::Person { id } else { key }
            }
            (Resource::Import, _) => self.import(call, life, kind).await,
            (Resource::Assessment | Resource::Wave | Resource::Invitation, _) => {
                let series = make_series(world, tenant, &life.inside).await;
                if resource == Resource::Assessment {
                    return series;
                }
                let wave = make_wave(world, tenant, &life.inside, &series).await;
                let person = &life.inside["person"];
                match (resource, kind) {
                    (Resource::Wave, Kind::Deleted) => cancel_wave(world, tenant, &wave).await,
                    (Resource::Wave, _) => {}
                    // Of another wave than that of the call.
                    (_, Kind::Deleted) => return invite(world, tenant, &wave, person).await,
                    (..) => return life.inside["invitation"].clone(),
                }
                wave
            }
            (Resource::Instrument, _) => {
                let id = make_instrument(world, tenant).await;
                if kind == Kind::Deleted {
                    let names = Names::from([("id", id.clone())]);
                    let method = format!("{INSTRUMENTS}/DeleteInstrument");
                    ask(world, tenant, &method, r#"{"instrumentId": "$id"}"#, &names).await;
                } else if call.method.name() == "RetireInstrument" {
                    publish_instrument(world, tenant, &id).await;
                }
                id
            }
        }
    }

    /// An import like the one that the call is about: open as our own, else finished.
    async fn import(&self, call: &Call, life: &Life, kind: Kind) -> String {
        let id = Uuid::new_v4().to_string();
        let mut names = life.inside.clone();
        names.extend([("uuid", id.clone()), ("key", fresh_key())]);
        let chunk = match (call.method.name(), call.base.variant) {
            ("ImportPeople", _) | (_, "people") => requests::SUBMIT_PEOPLE,
            ("ImportResponses", _) | (_, "responses") => requests::SUBMIT_RESPONSES,
            _ => requests::SUBMIT_UNITS,
        };
        ask(&self.world, &life.tenant, requests::SUBMIT, chunk, &names).await;
        if kind != Kind::Own
            || call.base.variant.is_empty() && call.method.name().starts_with(['G', 'L'])
        {
            self.close(life, call, &id).await.unwrap();
        }
        id
    }

    /// Ends an import of one row, since an organization has few open ones.
    async fn close(&self, life: &Life, call: &Call, id: &str) -> Result<Vec<u8>, Status> {
        let of_responses =
            call.base.variant == "responses" || call.method.name() == "ImportResponses";
        let footer =
            if of_responses { requests::SUBMIT_RESPONSES_FOOTER } else { requests::SUBMIT_FOOTER };
        let mut names = life.inside.clone();
        names.insert("uuid", id.to_owned());
        let input = requests::method(requests::SUBMIT).input();
        let messages = requests::build(&input, &[footer], &names);
        let encoded = messages.iter().map(Message::encode_to_vec).collect();
        let key = Some(life.tenant.key.as_str());
        requests::send(&self.world.channel, key, requests::SUBMIT, encoded).await
    }

    /// The permission that a call takes.
    fn need(call: &Call) -> Option<Permission> {
        match policy::of(call.base.method).unwrap().need {
            Need::Nothing => None,
            Need::One(permission) => Some(permission),
            Need::ByImportKind if call.base.variant == "people" => Some(Permission::PeopleImport),
            Need::ByImportKind if call.base.variant == "responses" => {
                Some(Permission::ResponsesImport)
            }
            Need::ByImportKind => Some(Permission::UnitsImport),
        }
    }

    /// The answers to one kind of identifier in one field.
    async fn row(&self, call: &Call, path: Option<(&Path, Resource)>, kind: Kind) -> Row {
        let mut object = None;
        let mut row = Vec::new();
        let is_read = ["/Get", "/List", "/Watch", "/Preview"]
            .iter()
            .any(|verb| call.base.method.contains(verb));
        for principal in &self.principals {
            let credential = match (principal.name, Self::need(call)) {
                ("all_but", None) => {
                    row.push(None);
                    continue;
                }
                ("all_but", Some(missing)) => Some(&self.all_but[&missing]),
                _ => principal.credential.as_ref(),
            };
            let here = if principal.reach == Reach::Outside {
                &self.ours.outside
            } else {
                &self.ours.inside
            };
            let mut names = here.clone();
            names.extend([
                ("uuid", Uuid::new_v4().to_string()),
                ("key", fresh_key()),
                ("name", fresh_name()),
            ]);
            add_etags(&self.world, &self.ours.tenant, call, &mut names).await;
            if call.method.name() == "CreateWave" {
                // A series has one wave at a time.
                let free = make_series(&self.world, &self.ours.tenant, here).await;
                names.insert("free", free);
            }
            // Each row names an instrument of its own, which nobody changed.
            names.insert("draft_etag", "r1".to_owned());
            if let Some((_, resource)) = path
                && object.is_none()
            {
                object = Some(self.object(call, resource, kind).await);
            }
            let change = path.map(|(path, _)| (path, Value::String(object.clone().unwrap())));
            let messages = call.encode(&names, change);
            let channel = &self.world.channel;
            let answer =
                requests::send(channel, credential.map(String::as_str), call.base.method, messages)
                    .await;
            let is_ok = answer.is_ok();
            row.push(Some(cell(call, answer, object.as_deref().unwrap_or_default())));
            if is_ok && call.base.method == requests::SUBMIT && call.base.variant != "footer" {
                let is_import = path.is_some_and(|(_, resource)| resource == Resource::Import);
                let id = object.as_ref().filter(|_| is_import).unwrap_or(&names["uuid"]);
                self.close(&self.ours, call, id).await.unwrap();
            }
            if is_ok && !is_read {
                object = None;
            }
        }
        if let (Some((_, Resource::Import)), Some(id)) = (path, object) {
            // Whatever is still open; most is not there or finished.
            self.close(&self.ours, call, &id).await.ok();
        }
        row
    }

    /// The lines of one call.
    async fn lines(&self, call: &Call) -> Vec<(String, Option<Resource>, Vec<Row>)> {
        let mut lines = Vec::new();
        let mut fields: Vec<_> =
            call.fields.iter().filter_map(|path| Some((path, resource(path)?))).collect();
        fields.sort_by_key(|(path, _)| requests::name(path));
        if fields.is_empty() {
            let row = self.row(call, None, Kind::Own).await;
            lines.push((format!("{} -", call.name()), None, vec![row]));
        }
        for (path, resource) in fields {
            let mut rows = Vec::new();
            for kind in KINDS {
                rows.push(self.row(call, Some((path, resource)), kind).await);
            }
            lines.push((format!("{} {}", call.name(), requests::name(path)), Some(resource), rows));
        }
        lines
    }
}

/// What an answer comes down to.
fn cell(call: &Call, answer: Result<Vec<u8>, Status>, asked: &str) -> Cell {
    match answer {
        Ok(message) => {
            let message = DynamicMessage::decode(call.method.output(), &message[..]).unwrap();
            let mut json = serde_json::to_value(&message).unwrap();
            drop_counters(&mut json);
            Cell { short: "ok".to_owned(), whole: without_ids(&json.to_string()) }
        }
        Err(status) => {
            let reason = status.get_error_details().error_info().map(|info| info.reason.clone());
            let long = format!(
                "{}/{}",
                orgfit::server::status::name(status.code()),
                reason.unwrap_or_default()
            );
            let short = ANSWERS
                .iter()
                .find(|(known, _)| *known == long)
                .map_or(long.clone(), |(_, short)| (*short).to_owned());
            let mut trailers = status.metadata().clone().into_headers();
            for volatile in ["date", "traceparent", "traceresponse"] {
                trailers.remove(volatile);
            }
            let details = String::from_utf8_lossy(status.details()).into_owned();
            let whole = format!("{long}\n{}\n{details:?}\n{trailers:?}", status.message());
            let blank = "?".repeat(asked.len());
            let whole = if asked.is_empty() { whole } else { whole.replace(asked, &blank) };
            Cell { short, whole }
        }
    }
}

/// Takes out what counts calls, and keys that are new each time.
fn drop_counters(json: &mut serde_json::Value) {
    match json {
        serde_json::Value::Object(entries) => {
            entries.remove("etag");
            entries.remove("nextPageToken");
            entries.retain(|name, value| name != "key" || !is_fresh_name(value));
            entries.values_mut().for_each(drop_counters);
        }
        serde_json::Value::Array(entries) => entries.iter_mut().for_each(drop_counters),
        _ => {}
    }
}

/// Replaces all identifiers.
fn without_ids(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let head = rest.get(..36).filter(|head| Uuid::try_parse(head).is_ok());
        out.push_str(if head.is_some() { "<id>" } else { rest.get(..next.len_utf8()).unwrap() });
        rest = &rest[head.map_or(next.len_utf8(), str::len)..];
    }
    out
}

/// Fields by which whoever is limited to a part can find out about the rest, and why.
const OPEN_TO_PARTS: &[(&str, &str)] = &[
    // Keys are unique in the whole organization, so a taken one has to be refused.
    ("CreateUnit", "unit.external_id"),
    ("UpdateUnit", "unit.external_id"),
    ("CreatePerson", "person.external_id"),
    ("UpdatePerson", "person.external_id"),
    // Who leads or manages a part often sits outside of it.
    ("CreateUnit", "unit.lead_person_id"),
    ("UpdateUnit", "unit.lead_person_id"),
    ("CreatePerson", "person.manager_person_id"),
    ("UpdatePerson", "person.manager_person_id"),
    // Instruments belong to the whole organization, and whoever may read some reads all.
    ("GetInstrument", "instrument_id"),
    ("CreateWave", "wave.instrument_id"),
    ("UpdateWave", "wave.instrument_id"),
    // A wave of the whole organization is seen by each of its parts, and so are its releases.
    ("GetScorecard", "wave_id"),
    ("GetScorecard", "release_id"),
    ("ListScoreBreakdown", "wave_id"),
    ("ListScoreBreakdown", "release_id"),
    ("WatchResults", "wave_id"),
    ("ListReleases", "wave_id"),
];
/// What belongs to the whole organization, so that whoever may read some reads all.
const OPEN_KINDS: &[Resource] = &[Resource::Assessment, Resource::NormSet, Resource::Wave];

/// What holds for all answers, whatever the table says.
fn check(
    matrix: &Matrix,
    call: &Call,
    line: &str,
    resource: Option<Resource>,
    rows: &[Row],
) -> Vec<String> {
    let mut wrong = Vec::new();
    let full = matrix.principals.iter().position(|one| one.name == "full").unwrap();
    let need = Matrix::need(call);
    let in_footer = call.base.variant == "footer";
    for (column, principal) in matrix.principals.iter().enumerate() {
        let name = principal.name;
        let cells: Vec<&Cell> = rows.iter().filter_map(|row| row[column].as_ref()).collect();
        if cells.is_empty() {
            continue;
        }
        let shorts: Vec<&str> = cells.iter().map(|cell| cell.short.as_str()).collect();
        let alike = |kinds: &[Kind]| {
            let mut wholes =
                kinds.iter().filter_map(|kind| cells.get(*kind as usize)).map(|cell| &cell.whole);
            let first = wholes.next();
            wholes.all(|whole| Some(whole) == first)
        };
        let mut require = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("{line} {name}: {what}: {cells:#?}"));
            }
        };
        if policy::of(call.base.method).unwrap().principal == policy::Principal::Respondent {
            let refused = shorts.iter().all(|short| ["rt", "id"].contains(short));
            require(refused, "respondents' methods take no credential but a response token");
            continue;
        }
        require(alike(&[Kind::Foreign, Kind::Random]), "what is foreign differs from nothing");
        let held =
            name != "all_but" && need.is_none_or(|need| principal.permissions.contains(&need));
        let imports_something = principal.permissions.contains(&Permission::PeopleImport);
        if principal.reach == Reach::Nowhere {
            require(shorts.iter().all(|short| *short == "un"), "no credential, no answer");
        } else if !held && in_footer && imports_something {
            require(alike(&KINDS[..4]), "a missing permission does not depend on what is there");
        } else if !held {
            require(shorts.iter().all(|short| *short == "pd"), "a missing permission is denied");
            require(alike(&KINDS), "a missing permission does not depend on what is there");
        } else if principal.reach == Reach::Whole {
            let same = rows.iter().all(|row| {
                row[column].as_ref().map(|cell| &cell.short)
                    == row[full].as_ref().map(|cell| &cell.short)
            });
            require(same, "who holds the permission gets what others get who hold it");
        }
        let open = OPEN_TO_PARTS.iter().any(|(method, field)| {
            call.method.name() == *method && line.ends_with(&format!(" {field}"))
        });
        let open = open || resource.is_some_and(|resource| OPEN_KINDS.contains(&resource));
        if principal.reach == Reach::Outside && resource != Some(Resource::PageToken) && !open {
            require(
                alike(&KINDS[..4]),
                "outside of a part, what is there and what is not are the same",
            );
        }
    }
    wrong
}

fn table(matrix: &Matrix, lines: &[(String, Option<Resource>, Vec<Row>)]) -> String {
    let mut text = String::from(
        "Who gets what. Made by tests/it/matrix.rs with UPDATE_GOLDEN=1.\n\nAnswers:\n",
    );
    for (long, short) in ANSWERS {
        writeln!(text, "  {short} {long}").unwrap();
    }
    text.push_str("  -- does not apply\n\nColumns:\n");
    for (number, principal) in matrix.principals.iter().enumerate() {
        writeln!(text, "  {:2} {}", number + 1, principal.name).unwrap();
    }
    let numbers: Vec<_> =
        (1..=matrix.principals.len()).map(|number| format!("{number:2}")).collect();
    writeln!(text, "\n{:12}{}", "", numbers.join(" ")).unwrap();
    for (line, resource, rows) in lines {
        writeln!(text, "{line}").unwrap();
        for (kind, row) in KINDS.iter().zip(rows) {
            let cells: Vec<_> = row
                .iter()
                .map(|cell| cell.as_ref().map_or("--", |cell| cell.short.as_str()))
                .collect();
            let kind =
                if resource.is_some() { format!("{kind:?}").to_lowercase() } else { String::new() };
            writeln!(text, "  {kind:10}{}", cells.join(" ")).unwrap();
        }
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_caller_gets_the_cell_of_the_table() {
    let matrix = Arc::new(Matrix::make().await);
    // Imports are few at once, so their calls come one after the other.
    let (imports, others): (Vec<_>, Vec<_>) = (0..matrix.calls.len()).partition(|position| {
        matrix.calls[*position].base.method.contains("/Import")
            || matrix.calls[*position].base.method == requests::SUBMIT
    });
    let lanes: Vec<Vec<usize>> =
        std::iter::once(imports).chain(others.into_iter().map(|one| vec![one])).collect();
    let done: Vec<_> = futures::stream::iter(lanes)
        .map(|lane| {
            let matrix = matrix.clone();
            tokio::spawn(async move {
                let mut done = Vec::new();
                for position in lane {
                    done.push((position, matrix.lines(&matrix.calls[position]).await));
                }
                done
            })
        })
        .buffer_unordered(LANES)
        .map(Result::unwrap)
        .collect()
        .await;
    let mut done: Vec<_> = done.into_iter().flatten().collect();
    done.sort_by_key(|(position, _)| *position);
    let mut wrong = Vec::new();
    for (position, lines) in &done {
        for (line, resource, rows) in lines {
            wrong.extend(check(&matrix, &matrix.calls[*position], line, *resource, rows));
        }
    }
    let all: Vec<_> = done.into_iter().flat_map(|(_, lines)| lines).collect();
    let table = table(&matrix, &all);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &table).unwrap();
    }
    assert!(wrong.is_empty(), "{} cells break a rule\n{}", wrong.len(), wrong.join("\n"));
    let golden = std::fs::read_to_string(GOLDEN).unwrap_or_default();
    let differing: Vec<_> =
        table.lines().zip(golden.lines()).filter(|(is, was)| is != was).collect();
    assert!(table == golden, "the table changed; UPDATE_GOLDEN=1 writes it: {differing:#?}");
}
