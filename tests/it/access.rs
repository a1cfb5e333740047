//! Credentials, issuers and grants against a real database.
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use chrono::DateTime;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use orgfit::access::{
    self, AccessRpc, Authenticator, Grant, GrantChange, IssuerInput, NewClient, NewIssuer, Role,
};
use orgfit::base::clock::{Clock, FakeClock, Timestamp};
use orgfit::base::context::RandomIds;
use orgfit::base::id::{Id, OrganizationId, PersonId, UnitId};
use orgfit::base::schema;
use orgfit::base::{Caller, CallerKind, Context, Db, Permission, Reach, Reason, Result, Tx};
use orgfit::directory::{self, NewOrganization, PeopleRpc, Settings};
use orgfit::pb::access as pb;
use orgfit::pb::access::access_service_server::AccessService;
use orgfit::pb::common::EmploymentStatus;
use orgfit::pb::directory as directory_pb;
use orgfit::pb::directory::people_service_server::PeopleService;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;
use tokio::sync::OnceCell;
use tonic::Request;

const PATIENCE: Duration = Duration::from_mins(1);

static DATABASE: OnceCell<String> = OnceCell::const_new();

/// A pool of the engine's role. Tests share a database per state of the migrations and are kept
/// apart by their organizations, as the organizations of a server are.
async fn database() -> Db {
    let url = DATABASE.get_or_init(make_database).await;
    Db::connect(url, 4).await.unwrap()
}

async fn make_database() -> String {
    let admin_url = std::env::var_os("ORGFIT_TEST_DATABASE_URL")
        .expect("make test starts a server and sets the variable")
        .into_string()
        .unwrap();
    let mut digest = Sha256::new();
    for migration in sqlx::migrate!("./migrations").iter() {
        digest.update(&migration.checksum);
    }
    let name = format!("orgfit_access_{}", HEXLOWER.encode(&digest.finalize()[..8]));
    let (head, query) = admin_url.split_once('?').unwrap_or((&admin_url, ""));
    let server = head.split_once("://").unwrap().1;
    let server = server.rsplit_once('@').map_or(server, |(_, server)| server);
    let server = server.split_once('/').map_or(server, |(server, _)| server);
    let url = |role: &str| format!("postgres://{role}@{server}/{name}?{query}");
    schema::provision(&admin_url).await.unwrap();
    schema::create_database(&admin_url, &name).await.unwrap();
    schema::migrate(&url(schema::OWNER_ROLE)).await.unwrap();
    url(schema::APP_ROLE)
}

fn start() -> Timestamp {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// A random identifier, as a caller would choose it.
fn random_id<I: Id>() -> I {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    I::from_uuid(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

/// One organization with a root unit, and what is needed to call for it.
struct World {
    db: Db,
    organization_id: OrganizationId,
    root: UnitId,
    people: PeopleRpc,
    clock: Arc<FakeClock>,
    authenticator: Arc<Authenticator>,
}

impl World {
    async fn new() -> Self {
        let db = database().await;
        let clock = Arc::new(FakeClock::new(start()));
        let organization_id = random_id();
        let ctx = Context::operator(organization_id, start(), PATIENCE);
        let mut tx = db.write("test", ctx.scope()).await.unwrap();
        let settings = Settings::new("Acme".to_owned(), chrono_tz::UTC, "en".to_owned());
        let new = NewOrganization { settings, page_key: [7; 32] };
        let organization = directory::create_organization(&mut tx, &ctx, new).await.unwrap();
        tx.commit().await.unwrap();
        Self {
            authenticator: Authenticator::new(db.clone(), Arc::clone(&clock) as Arc<dyn Clock>),
            people: PeopleRpc::new(db.clone()),
            db,
            organization_id,
            root: organization.root_unit_id,
            clock,
        }
    }

    async fn count(&self, sql: &str) -> i64 {
        let mut tx = self.tx().await;
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(tx.connection().unwrap()).await.unwrap()
    }

    async fn person(&self, external_id: &str) -> PersonId {
        let person = directory_pb::Person {
            external_id: external_id.to_owned(),
            display_name: external_id.to_owned(),
            unit_id: self.root.to_string(),
            ..directory_pb::Person::default()
        };
        let message =
            directory_pb::CreatePersonRequest { person: Some(person), request_id: String::new() };
        let response = self.people.create_person(request(&self.operator(), message)).await.unwrap();
        PersonId::parse(&response.into_inner().person.unwrap().person_id).unwrap()
    }

    async fn set_status(&self, person_id: PersonId, status: EmploymentStatus) {
        let person = directory_pb::Person {
            person_id: person_id.to_string(),
            employment_status: status.into(),
            ..directory_pb::Person::default()
        };
        let mask = prost_types::FieldMask { paths: vec!["employment_status".to_owned()] };
        let message =
            directory_pb::UpdatePersonRequest { person: Some(person), update_mask: Some(mask) };
        self.people.update_person(request(&self.operator(), message)).await.unwrap();
    }

    fn context(&self, caller: Caller) -> Context {
        let ids = Arc::new(RandomIds);
        Context::new(Arc::new(caller), self.clock.now(), Instant::now() + PATIENCE, ids)
    }

    fn operator(&self) -> Context {
        self.context(Caller::operator(self.organization_id))
    }

    async fn tx(&self) -> Tx {
        self.db.write("test", self.operator().scope()).await.unwrap()
    }

    async fn client(&self, permissions: &[&str], unit_id: &str) -> access::Client {
        let permissions: Vec<_> = permissions.iter().map(|name| (*name).to_owned()).collect();
        let new = NewClient::parse("hr sync", &permissions, unit_id).unwrap();
        let mut tx = self.tx().await;
        let client = access::create_client(&mut tx, &self.operator(), new).await.unwrap();
        tx.commit().await.unwrap();
        client
    }

    async fn issue(
        &self,
        client: &access::Client,
        expire_time: Option<Timestamp>,
    ) -> Result<access::IssuedKey> {
        let mut tx = self.tx().await;
        let key =
            access::issue_key(&mut tx, &self.operator(), client.client_id, expire_time).await?;
        tx.commit().await?;
        Ok(key)
    }

    async fn revoke(&self, key: &access::IssuedKey) {
        let mut tx = self.tx().await;
        access::revoke_key(&mut tx, &self.operator(), key.key.key_id).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn authenticate(&self, credential: &str) -> Result<Caller, Reason> {
        let header = format!("Bearer {credential}");
        self.authenticator
            .authenticate(Some(&header), Instant::now() + PATIENCE)
            .await
            .map_err(|error| error.reason())
    }

    async fn add_issuer(&self, issuer: &Issuer, audience: &str) -> Result<access::Issuer> {
        let input = IssuerInput {
            issuer: issuer.name.clone(),
            audience: audience.to_owned(),
            algorithms: vec!["ES256".to_owned()],
            key_source: issuer.path.to_str().unwrap().to_owned(),
            scopes_narrow: true,
            ..IssuerInput::default()
        };
        let mut tx = self.tx().await;
        let new = NewIssuer::parse(&input)?;
        let added = access::add_issuer(&mut tx, &self.operator(), new).await?;
        tx.commit().await?;
        Ok(added)
    }

    async fn change(&self, added: &[Grant], removed: &[Grant]) -> Result<()> {
        let change = GrantChange {
            added: added.iter().copied().collect(),
            removed: removed.iter().copied().collect(),
        };
        let mut tx = self.tx().await;
        access::change_grants(&mut tx, &self.operator(), &change).await?;
        tx.commit().await
    }

    async fn grants_of(&self, person: PersonId) -> i64 {
        self.count(&format!("SELECT count(*) FROM access_grants WHERE person_id = '{person}'"))
            .await
    }

    async fn events(&self) -> i64 {
        self.count(
            "SELECT count(*) FROM outbox_events
             WHERE event_type = 'orgfit.organization.grants_changed.v1'
                 AND resource_id = tenant_id",
        )
        .await
    }
}

/// An issuer of tokens whose key set is a file.
pub(crate) struct Issuer {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    key: EcdsaKeyPair,
    _folder: tempfile::TempDir,
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    BASE64URL_NOPAD.encode(bytes.as_ref())
}

impl Issuer {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut issuer = Self {
            name: format!("https://{}.example.org/", random_id::<UnitId>()),
            path: folder.path().join("keys.json"),
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            _folder: folder,
        };
        issuer.rotate();
        issuer
    }

    fn rotate(&mut self) {
        self.key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
        let key = json!({"kty": "EC", "crv": "P-256", "kid": "1", "x": b64(x), "y": b64(y)});
        std::fs::write(self.path.with_extension("next"), json!({"keys": [key]}).to_string())
            .unwrap();
        std::fs::rename(self.path.with_extension("next"), &self.path).unwrap();
    }

    pub(crate) fn token(&self, audience: &str, person: &str, more: &Value) -> String {
        let mut claims = json!({"iss": self.name, "aud": audience, "sub": person,
            "exp": start().timestamp() + 3600});
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let header = json!({"typ": "at+jwt", "alg": "ES256", "kid": "1"});
        let signed = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", b64(signature))
    }
}

fn grant(person_id: PersonId, role: Role, unit_id: Option<UnitId>) -> Grant {
    Grant { person_id, role, unit_id }
}

fn wire_grant(person_id: PersonId, role: pb::Role) -> pb::Grant {
    pb::Grant { person_id: person_id.to_string(), role: role.into(), unit_id: String::new() }
}

fn request<T>(ctx: &Context, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.extensions_mut().insert(ctx.clone());
    request
}

#[tokio::test]
async fn a_key_lives_until_it_is_revoked_or_ends_and_a_client_has_two() {
    let world = World::new().await;
    let client = world.client(&["people.import", "people.read"], &world.root.to_string()).await;
    let first = world.issue(&client, None).await.unwrap();
    let second = world.issue(&client, Some(start() + Duration::from_mins(5))).await.unwrap();
    let refused = world.issue(&client, None).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::LimitReached);

    let caller = world.authenticate(first.text.expose()).await.unwrap();
    assert_eq!(caller.organization_id, world.organization_id);
    assert_eq!(caller.kind, CallerKind::Client(client.client_id));
    assert_eq!(caller.client_name, "hr sync");
    assert_eq!(caller.client_unit, Some(world.root));
    assert_eq!(
        caller.access.permissions().collect::<Vec<_>>(),
        [Permission::PeopleImport, Permission::PeopleRead]
    );
    assert_eq!(caller.access.reach(Permission::PeopleRead), Some(&Reach::of(Some(world.root))));
    let caller = world.authenticate(second.text.expose()).await.unwrap();
    assert_eq!(caller.expire_time, Some(start() + Duration::from_mins(5)));

    // The first key is replaced by a third one, without a moment in which none works.
    world.revoke(&first).await;
    let third = world.issue(&client, None).await.unwrap();
    assert_eq!(
        world.authenticate(first.text.expose()).await.unwrap_err(),
        Reason::CredentialInvalid
    );
    assert!(world.authenticate(second.text.expose()).await.is_ok());
    assert!(world.authenticate(third.text.expose()).await.is_ok());
    world.clock.advance(Duration::from_mins(5));
    assert_eq!(
        world.authenticate(second.text.expose()).await.unwrap_err(),
        Reason::CredentialInvalid
    );
    assert!(world.authenticate(third.text.expose()).await.is_ok());
}

#[tokio::test]
async fn the_day_of_use_is_noted_and_no_finer() {
    let world = World::new().await;
    let client = world.client(&["people.read"], "").await;
    let key = world.issue(&client, None).await.unwrap();
    let day = async || {
        let mut tx = world.tx().await;
        let listed = access::list_clients(&mut tx, &world.operator()).await.unwrap();
        listed[0].keys[0].last_use_date
    };
    assert_eq!(day().await, None);
    for later in [0, 1, 24] {
        world.clock.advance(Duration::from_hours(later));
        world.authenticate(key.text.expose()).await.unwrap();
        assert_eq!(day().await, Some(world.clock.now().date_naive()));
    }
}

#[tokio::test]
async fn the_secret_of_a_key_is_nowhere_in_the_database() {
    let world = World::new().await;
    let client = world.client(&["people.read"], "").await;
    let key = world.issue(&client, None).await.unwrap();
    let text = key.text.expose();
    let secret = text.rsplit_once('_').unwrap().1.to_uppercase();
    let secret = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let hex = HEXLOWER.encode(&secret[..32]);
    let found = world
        .count(&format!(
            "SELECT count(*) FROM access_keys AS k WHERE k::text LIKE '%{hex}%' OR k::text LIKE '%{text}%'"
        ))
        .await;
    assert_eq!(found, 0);
    assert_eq!(world.count("SELECT count(*) FROM access_keys").await, 1);
}

#[tokio::test]
async fn clients_have_names_of_their_own_and_units_that_exist() {
    let world = World::new().await;
    world.client(&["people.read"], "").await;
    let create = async |name: &str, unit: &str| {
        let new = NewClient::parse(name, &["people.read".to_owned()], unit).unwrap();
        let mut tx = world.tx().await;
        access::create_client(&mut tx, &world.operator(), new).await.map_err(|e| e.reason())
    };
    assert_eq!(create("hr sync", "").await.unwrap_err(), Reason::FieldInvalid);
    let nowhere = random_id::<UnitId>().to_string();
    assert_eq!(create("other", &nowhere).await.unwrap_err(), Reason::ResourceNotFound);
    assert!(create("other", &world.root.to_string()).await.is_ok());
}

#[tokio::test]
async fn a_token_stands_for_a_person_with_their_grants_narrowed_by_scopes() {
    let world = World::new().await;
    let mut issuer = Issuer::new();
    let added = world.add_issuer(&issuer, "orgfit").await.unwrap();
    let person = world.person("p-1").await;
    let token = issuer.token("orgfit", "p-1", &json!({}));

    let caller = world.authenticate(&token).await.unwrap();
    assert_eq!(caller.organization_id, world.organization_id);
    assert_eq!(caller.kind, CallerKind::Person(person));
    assert_eq!(caller.access.permissions().collect::<Vec<_>>(), [Permission::OrganizationRead]);
    assert_eq!(caller.expire_time, Some(start() + Duration::from_hours(1)));

    world.change(&[grant(person, Role::PeopleManager, Some(world.root))], &[]).await.unwrap();
    let caller = world.authenticate(&token).await.unwrap();
    assert_eq!(caller.access.reach(Permission::PeopleWrite), Some(&Reach::of(Some(world.root))));
    let narrow = issuer.token("orgfit", "p-1", &json!({"scope": "people.read grants.write"}));
    let caller = world.authenticate(&narrow).await.unwrap();
    assert_eq!(caller.access.permissions().collect::<Vec<_>>(), [Permission::PeopleRead]);

    for (audience, person) in [("orgfit", "p-2"), ("orgfit", "P-1"), ("other", "p-1")] {
        let token = issuer.token(audience, person, &json!({}));
        let refused = world.authenticate(&token).await.unwrap_err();
        assert_eq!(refused, Reason::CredentialInvalid, "{audience} {person}");
    }
    issuer.rotate();
    assert_eq!(world.authenticate(&token).await.unwrap_err(), Reason::CredentialInvalid);
    let token = issuer.token("orgfit", "p-1", &json!({}));
    assert!(world.authenticate(&token).await.is_ok());
    world.set_status(person, EmploymentStatus::Terminated).await;
    assert_eq!(world.authenticate(&token).await.unwrap_err(), Reason::CredentialInvalid);
    world.set_status(person, EmploymentStatus::Active).await;
    assert!(world.authenticate(&token).await.is_ok());

    let mut tx = world.tx().await;
    access::remove_issuer(&mut tx, &world.operator(), added.issuer_id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.authenticate(&token).await.unwrap_err(), Reason::CredentialInvalid);
}

#[tokio::test]
async fn an_issuer_of_two_organizations_is_told_apart_by_the_audience_alone() {
    let (ours, theirs) = (World::new().await, World::new().await);
    let issuer = Issuer::new();
    ours.add_issuer(&issuer, "ours").await.unwrap();
    let refused = theirs.add_issuer(&issuer, "ours").await.unwrap_err();
    assert_eq!(refused.reason(), Reason::FieldInvalid);
    theirs.add_issuer(&issuer, "theirs").await.unwrap();
    let our_person = ours.person("p-1").await;
    let their_person = theirs.person("p-1").await;

    let claim = json!({"organization_id": theirs.organization_id.to_string(), "tid": "x"});
    let caller = ours.authenticate(&issuer.token("ours", "p-1", &claim)).await.unwrap();
    assert_eq!(caller.kind, CallerKind::Person(our_person));
    assert_eq!(caller.organization_id, ours.organization_id);
    let caller = ours.authenticate(&issuer.token("theirs", "p-1", &claim)).await.unwrap();
    assert_eq!(caller.kind, CallerKind::Person(their_person));
    let both = issuer.token("", "p-1", &json!({"aud": ["ours", "theirs"]}));
    assert_eq!(ours.authenticate(&both).await.unwrap_err(), Reason::CredentialInvalid);

    // The table itself shows each organization its own.
    assert_eq!(ours.count("SELECT count(*) FROM access_issuers").await, 1);
    let mut tx = ours.tx().await;
    let listed = access::list_issuers(&mut tx, &ours.operator()).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].settings.audience, "ours");
}

#[tokio::test]
async fn grants_change_all_or_none_and_a_repetition_changes_nothing() {
    let (world, other) = (World::new().await, World::new().await);
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let stranger = other.person("ann").await;
    let first =
        [grant(ann, Role::Administrator, None), grant(ben, Role::Analyst, Some(world.root))];
    world.change(&first, &[]).await.unwrap();
    world.change(&first, &[grant(ben, Role::UnitLead, None)]).await.unwrap();
    assert_eq!((world.grants_of(ann).await, world.grants_of(ben).await), (1, 1));
    assert_eq!(world.events().await, 1);

    let mut messages = Vec::new();
    for missing in [stranger, random_id()] {
        let both = [grant(ben, Role::WorksCouncil, None), grant(missing, Role::Analyst, None)];
        let error = world.change(&both, &[]).await.unwrap_err();
        assert_eq!(error.reason(), Reason::ResourceNotFound);
        messages.push(error.message().to_owned());
    }
    assert_eq!(messages[0], messages[1]);
    let nowhere = grant(ben, Role::Analyst, Some(other.root));
    assert_eq!(world.change(&[nowhere], &[]).await.unwrap_err().reason(), Reason::ResourceNotFound);
    assert_eq!(world.grants_of(ben).await, 1);

    let last = grant(ann, Role::Administrator, None);
    let error = world.change(&[], &[last, first[1]]).await.unwrap_err();
    assert_eq!(error.reason(), Reason::ResourceInUse);
    assert_eq!((world.grants_of(ann).await, world.grants_of(ben).await), (1, 1));
    world.change(&[grant(ben, Role::Administrator, None)], &[last]).await.unwrap();
    assert_eq!((world.grants_of(ann).await, world.grants_of(ben).await), (0, 2));
    assert_eq!(world.events().await, 2);
}

#[tokio::test]
async fn two_administrators_cannot_remove_each_other_at_once() {
    let world = World::new().await;
    let people = [world.person("ann").await, world.person("ben").await];
    let [ann, ben] = people.map(|person| grant(person, Role::Administrator, None));
    world.change(&[ann, ben], &[]).await.unwrap();
    let change = GrantChange { removed: [ann].into(), ..GrantChange::default() };
    let mut first = world.tx().await;
    access::change_grants(&mut first, &world.operator(), &change).await.unwrap();

    // The second change goes as far as it gets while the first one is not committed.
    let mut second = std::pin::pin!(world.change(&[], std::slice::from_ref(&ben)));
    let is_waiting = format!(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
             AND (classid::bigint << 32 | objid::bigint) = hashtextextended('access_grants/{}', 0)",
        world.organization_id
    );
    let early = loop {
        tokio::select! {
            biased;
            outcome = &mut second => break Some(outcome),
            waiting = world.count(&is_waiting) => if waiting > 0 { break None },
        }
    };
    first.commit().await.unwrap();
    let outcome = match early {
        Some(outcome) => outcome,
        None => second.await,
    };
    assert_eq!(outcome.unwrap_err().reason(), Reason::ResourceInUse);
    assert_eq!(world.grants_of(people[1]).await, 1);
}

#[tokio::test]
async fn grants_end_when_a_person_leaves_and_do_not_come_back() {
    let world = World::new().await;
    let person = world.person("p-1").await;
    for left in
        [EmploymentStatus::Retired, EmploymentStatus::Terminated, EmploymentStatus::Deceased]
    {
        world.change(&[grant(person, Role::Administrator, None)], &[]).await.unwrap();
        world.set_status(person, EmploymentStatus::Leave).await;
        assert_eq!(world.grants_of(person).await, 1);
        world.set_status(person, left).await;
        assert_eq!(world.grants_of(person).await, 0, "{left:?}");
        let error = world.change(&[grant(person, Role::Analyst, None)], &[]).await.unwrap_err();
        assert_eq!(error.reason(), Reason::ResourceNotFound);
        world.set_status(person, EmploymentStatus::Active).await;
        assert_eq!(world.grants_of(person).await, 0);
    }
}

#[tokio::test]
async fn grants_end_when_a_person_is_deleted_or_erased_and_do_not_come_back() {
    let world = World::new().await;
    let (deleted, erased) = (world.person("p-1").await, world.person("p-2").await);
    let given = [deleted, erased].map(|person| grant(person, Role::Analyst, None));
    world.change(&given, &[]).await.unwrap();
    let ctx = world.operator();
    let person_id = deleted.to_string();
    let message = directory_pb::DeletePersonRequest {
        person_id: person_id.clone(),
        ..directory_pb::DeletePersonRequest::default()
    };
    world.people.delete_person(request(&ctx, message)).await.unwrap();
    assert_eq!(world.grants_of(deleted).await, 0);
    let message = directory_pb::UndeletePersonRequest { person_id };
    world.people.undelete_person(request(&ctx, message)).await.unwrap();
    assert_eq!(world.grants_of(deleted).await, 0);
    let message = directory_pb::ErasePersonRequest { person_id: erased.to_string() };
    world.people.erase_person(request(&ctx, message)).await.unwrap();
    assert_eq!(world.grants_of(erased).await, 0);
}

#[tokio::test]
async fn a_grant_given_while_its_receiver_leaves_does_not_stay() {
    let world = World::new().await;
    let person = world.person("ann").await;
    let change = GrantChange {
        added: [grant(person, Role::Analyst, None)].into(),
        ..GrantChange::default()
    };
    let mut giving = world.tx().await;
    access::change_grants(&mut giving, &world.operator(), &change).await.unwrap();
    // The person leaves meanwhile: that waits for the gift, and takes it back.
    let leaving = world.set_status(person, EmploymentStatus::Terminated);
    let ((), given) = tokio::join!(leaving, giving.commit());
    given.unwrap();
    assert_eq!(world.grants_of(person).await, 0);
}

#[tokio::test]
async fn the_calls_refuse_a_part_of_the_organization_and_answer_the_whole() {
    let world = World::new().await;
    let rpc = AccessRpc::new(world.db.clone());
    let client = world.client(&["grants.read", "grants.write"], &world.root.to_string()).await;
    let key = world.issue(&client, None).await.unwrap();
    let ctx = world.context(world.authenticate(key.text.expose()).await.unwrap());
    let listed = rpc.list_grants(request(&ctx, pb::ListGrantsRequest::default())).await;
    assert_eq!(listed.unwrap_err().code(), tonic::Code::PermissionDenied);
    let changed = rpc.change_grants(request(&ctx, pb::ChangeGrantsRequest::default())).await;
    assert_eq!(changed.unwrap_err().code(), tonic::Code::PermissionDenied);
    let caller =
        rpc.who_am_i(request(&ctx, pb::WhoAmIRequest {})).await.unwrap().into_inner().caller;
    let caller = caller.unwrap();
    assert_eq!(caller.kind(), pb::CallerKind::Client);
    assert_eq!(caller.client_name, "hr sync");
    assert_eq!(caller.unit_id, world.root.to_string());
    assert_eq!(caller.permissions, ["grants.read", "grants.write"]);
}

#[tokio::test]
async fn a_person_is_told_their_grants() {
    let world = World::new().await;
    let rpc = AccessRpc::new(world.db.clone());
    let issuer = Issuer::new();
    world.add_issuer(&issuer, "orgfit").await.unwrap();
    let person = world.person("p-1").await;
    world.change(&[grant(person, Role::UnitLead, Some(world.root))], &[]).await.unwrap();
    let token = issuer.token("orgfit", "p-1", &json!({}));
    let ctx = world.context(world.authenticate(&token).await.unwrap());
    let caller =
        rpc.who_am_i(request(&ctx, pb::WhoAmIRequest {})).await.unwrap().into_inner().caller;
    let caller = caller.unwrap();
    assert_eq!(caller.kind(), pb::CallerKind::Person);
    assert_eq!(caller.person_id, person.to_string());
    let permissions =
        ["assessments.read", "instruments.read", "organization.read", "results.read", "units.read"];
    assert_eq!(caller.permissions, permissions);
    assert_eq!(caller.grants.len(), 1);
    assert_eq!(caller.grants[0].role(), pb::Role::UnitLead);
    assert_eq!(caller.grants[0].unit_id, world.root.to_string());
    assert_eq!(caller.expire_time.unwrap().seconds, start().timestamp() + 3600);
}

#[tokio::test]
async fn a_change_repeated_under_its_request_id_is_answered_from_memory() {
    let world = World::new().await;
    let rpc = AccessRpc::new(world.db.clone());
    let person = world.person("p-1").await;
    let ctx = world.operator();
    let message = pb::ChangeGrantsRequest {
        added_grants: vec![wire_grant(person, pb::Role::Administrator)],
        removed_grants: Vec::new(),
        request_id: random_id::<UnitId>().to_string(),
    };
    let first = rpc.change_grants(request(&ctx, message.clone())).await.unwrap();
    assert!(first.metadata().get("orgfit-replayed").is_none());
    let again = rpc.change_grants(request(&ctx, message.clone())).await.unwrap();
    assert_eq!(again.metadata().get("orgfit-replayed").unwrap(), "true");
    assert_eq!(world.events().await, 1);
    let other = pb::ChangeGrantsRequest { added_grants: Vec::new(), ..message };
    let refused = rpc.change_grants(request(&ctx, other)).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::InvalidArgument);
}

#[tokio::test]
async fn grants_are_listed_by_person_in_pages_and_by_filter() {
    let world = World::new().await;
    let rpc = AccessRpc::new(world.db.clone());
    let mut expected = Vec::new();
    for number in 0..5 {
        let person = world.person(&format!("p-{number}")).await;
        expected.push(grant(person, Role::Analyst, None));
        expected.push(grant(person, Role::Analyst, Some(world.root)));
        expected.push(grant(person, Role::WorksCouncil, None));
    }
    world.change(&expected, &[]).await.unwrap();
    let ctx = world.operator();
    let mut seen = Vec::new();
    let mut page_token = String::new();
    loop {
        let message =
            pb::ListGrantsRequest { page_size: 4, page_token, ..pb::ListGrantsRequest::default() };
        let page = rpc.list_grants(request(&ctx, message)).await.unwrap().into_inner();
        assert!(page.grants.len() <= 4);
        seen.extend(page.grants);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(seen.len(), expected.len());
    assert!(seen.is_sorted_by_key(|grant| grant.person_id.clone()));
    let distinct: std::collections::BTreeSet<_> =
        seen.iter().map(|grant| (&grant.person_id, grant.role, &grant.unit_id)).collect();
    assert_eq!(distinct.len(), expected.len());

    let count = async |message: pb::ListGrantsRequest| {
        rpc.list_grants(request(&ctx, message)).await.unwrap().into_inner().grants.len()
    };
    let all = pb::ListGrantsRequest::default;
    let person_id = expected[0].person_id.to_string();
    assert_eq!(count(pb::ListGrantsRequest { person_id, ..all() }).await, 3);
    let role = pb::Role::Analyst.into();
    assert_eq!(count(pb::ListGrantsRequest { role, ..all() }).await, 10);
    let unit_id = world.root.to_string();
    assert_eq!(count(pb::ListGrantsRequest { unit_id, role, ..all() }).await, 5);
    let unit_id = random_id::<UnitId>().to_string();
    assert_eq!(count(pb::ListGrantsRequest { unit_id, ..all() }).await, 0);
}

#[tokio::test]
async fn what_is_not_ours_does_not_exist() {
    let (ours, theirs) = (World::new().await, World::new().await);
    let client = theirs.client(&["people.read"], "").await;
    let key = theirs.issue(&client, None).await.unwrap();
    theirs.add_issuer(&Issuer::new(), "theirs").await.unwrap();
    let person = theirs.person("p-1").await;
    theirs.change(&[grant(person, Role::Administrator, None)], &[]).await.unwrap();
    let mut tx = ours.tx().await;
    let refused = access::revoke_key(&mut tx, &ours.operator(), key.key.key_id).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::ResourceNotFound);
    let refused =
        access::issue_key(&mut tx, &ours.operator(), client.client_id, None).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::ResourceNotFound);
    let refused = access::remove_issuer(&mut tx, &ours.operator(), random_id()).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::ResourceNotFound);
    drop(tx);
    assert!(ours.authenticate(key.text.expose()).await.is_ok(), "the key names its organization");
    for table in ["access_clients", "access_keys", "access_issuers", "access_grants"] {
        let count = format!("SELECT count(*) FROM {table}");
        assert_eq!((theirs.count(&count).await, ours.count(&count).await), (1, 0), "{table}");
    }
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_no_invalid_credential() {
    let world = World::new().await;
    let client = world.client(&["people.read"], "").await;
    let key = world.issue(&client, None).await.unwrap();
    let header = format!("Bearer {}", key.text.expose());
    let late = world.authenticator.authenticate(Some(&header), Instant::now()).await.unwrap_err();
    assert_eq!(late.reason(), Reason::DeadlineExceeded);
}
