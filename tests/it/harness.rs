//! What every test stands on: one database per version of the schema, in which tests are kept apart
//! by organization as callers are, and a server of its own for each test.
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use orgfit::access::{self, NewClient};
use orgfit::base::clock::FakeClock;
use orgfit::base::id::{Id, OrganizationId, UnitId};
use orgfit::base::{Clock, Context, Db, Permission, SystemClock, schema};
use orgfit::directory::{self, NewOrganization, Settings};
use orgfit::pb::access::access_service_client::AccessServiceClient;
use orgfit::pb::assessment::assessment_service_client::AssessmentServiceClient;
use orgfit::pb::assessment::invitation_service_client::InvitationServiceClient;
use orgfit::pb::directory::directory_service_client::DirectoryServiceClient;
use orgfit::pb::directory::people_service_client::PeopleServiceClient;
use orgfit::pb::insight::insight_service_client::InsightServiceClient;
use orgfit::pb::instrument::instrument_service_client::InstrumentServiceClient;
use orgfit::pb::intake::intake_service_client::IntakeServiceClient;
use orgfit::pb::respondent::respondent_service_client::RespondentServiceClient;
use orgfit::server::{self, Options, Running};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::OnceCell;
use tonic::metadata::AsciiMetadataValue;
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tonic_types::{ErrorDetails, StatusExt};
use uuid::Uuid;

use crate::collector;

/// URL of a superuser of the cluster in which tests make their databases.
const URL: &str = "ORGFIT_TEST_DATABASE_URL";
/// Begins the names of the shared databases.
const SHARED: &str = "orgfit_test_";
/// Connections of a test's server.
const CONNECTIONS_MAX: u32 = 8;
/// Connections of a test's server for respondents.
const RESPONDENT_CONNECTIONS_MAX: u32 = 4;
/// Longest time that setting something up may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A migrated database.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    admin_url: String,
    name: String,
}

impl Database {
    /// The one that tests share. It outlives the run, until the schema changes.
    pub(crate) async fn shared() -> Self {
        static SHARED_DATABASE: OnceCell<Database> = OnceCell::const_new();
        SHARED_DATABASE
            .get_or_init(async || {
                let database = Self::make(format!("{SHARED}{}", schema_hash())).await;
                database.drop_older().await;
                database
            })
            .await
            .clone()
    }

    /// One for a test that changes the schema or looks at everything in the database. The test
    /// ends with [`Self::remove`].
    pub(crate) async fn own(subject: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self::make(format!("orgfit_own_{subject}_{}_{count}", std::process::id())).await
    }

    async fn make(name: String) -> Self {
        let admin_url =
            std::env::var(URL).expect("make test starts a server and sets the variable");
        schema::provision(&admin_url).await.unwrap();
        schema::create_database(&admin_url, &name).await.unwrap();
        let database = Self { admin_url, name };
        schema::migrate(&database.url(schema::OWNER_ROLE)).await.unwrap();
        database
    }

    /// The database under a role.
    pub(crate) fn url(&self, role: &str) -> String {
        let (head, query) = self.admin_url.split_once('?').unwrap_or((&self.admin_url, ""));
        let (_, server) = head.split_once("://").unwrap();
        let server = server.rsplit_once('@').map_or(server, |(_, server)| server);
        let server = server.split_once('/').map_or(server, |(server, _)| server);
        format!("postgres://{role}@{server}/{}?{query}", self.name)
    }

    /// A connection of the superuser, who sees and locks everything.
    pub(crate) async fn superuser(&self) -> PgConnection {
        let (_, rest) = self.admin_url.split_once("://").unwrap();
        let user = rest.split_once('@').map_or("postgres", |(user, _)| user);
        PgConnection::connect(&self.url(user)).await.unwrap()
    }

    /// The pool that serves respondents.
    pub(crate) async fn connect_respondent(&self) -> Db {
        let url = self.url(schema::RESPONDENT_ROLE);
        Db::connect_silently(&url, RESPONDENT_CONNECTIONS_MAX).await.unwrap()
    }

    /// The engine's pool.
    pub(crate) async fn connect(&self) -> Db {
        Db::connect(&self.url(schema::APP_ROLE), CONNECTIONS_MAX).await.unwrap()
    }

    /// Drops an own database.
    pub(crate) async fn remove(self) {
        let mut connection = PgConnection::connect(&self.admin_url).await.unwrap();
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }

    /// Drops shared databases of other versions of the schema, unless somebody uses them.
    async fn drop_older(&self) {
        let mut connection = PgConnection::connect(&self.admin_url).await.unwrap();
        let older: Vec<String> = sqlx::query_scalar(
            "SELECT datname FROM pg_database WHERE datname LIKE $1 || '%' AND datname <> $2",
        )
        .bind(SHARED)
        .bind(&self.name)
        .fetch_all(&mut connection)
        .await
        .unwrap();
        for name in older {
            // Fails while another run is connected to it, as it should.
            let sql = format!("DROP DATABASE IF EXISTS {name}");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.ok();
        }
    }
}

/// Tells versions of the schema apart.
fn schema_hash() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let digest = files
        .iter()
        .fold(Sha256::new(), |digest, file| digest.chain_update(std::fs::read(file).unwrap()));
    data_encoding::HEXLOWER.encode(&digest.finalize()[..6])
}

/// A server with an organization to call it for.
pub(crate) struct World {
    /// The database.
    pub(crate) database: Database,
    /// The pool of the server.
    pub(crate) db: Db,
    /// The clock of the server; it stands until it is told to go on.
    pub(crate) clock: Arc<FakeClock>,
    /// The server.
    pub(crate) server: Running,
    /// A connection to it.
    pub(crate) channel: Channel,
    /// An organization of this test alone.
    pub(crate) tenant: Tenant,
}

/// An organization.
#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    /// The organization.
    pub(crate) organization_id: OrganizationId,
    /// The root of its tree.
    pub(crate) root_unit_id: UnitId,
    /// A key that may do everything.
    pub(crate) key: String,
}

impl World {
    /// On the shared database, with the defaults.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// On the shared database, with other options.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Options)) -> Self {
        let database = Database::shared().await;
        let db = database.connect().await;
        Self::start_on(database, db, change).await
    }

    /// On a given database, by a given pool.
    pub(crate) async fn start_on(
        database: Database,
        db: Db,
        change: impl FnOnce(&mut Options),
    ) -> Self {
        collector::listen();
        let clock = Arc::new(FakeClock::new(SystemClock.now()));
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let respondent_db = database.connect_respondent().await;
        let mut options = Options::new(address, db.clone(), respondent_db);
        options.clock = clock.clone();
        options.loops = Vec::new();
        change(&mut options);
        let has_tls = options.tls.is_some();
        let server = server::start(options).await.unwrap();
        let channel = if has_tls { disconnected() } else { connect(server.address()).await };
        let tenant = make_tenant(&db, clock.now()).await;
        Self { database, db, clock, server, channel, tenant }
    }

    /// Another organization.
    pub(crate) async fn another_tenant(&self) -> Tenant {
        make_tenant(&self.db, self.clock.now()).await
    }

    /// A key of `tenant` that may do `permissions` in the subtree of `unit`.
    pub(crate) async fn key(
        &self,
        tenant: &Tenant,
        permissions: &[Permission],
        unit: Option<UnitId>,
    ) -> String {
        let ctx = Context::operator(tenant.organization_id, self.clock.now(), PATIENCE);
        let mut tx = self.db.write("make_key", ctx.scope()).await.unwrap();
        let key = make_key(&mut tx, &ctx, permissions, unit).await;
        tx.commit().await.unwrap();
        key
    }

    /// Calls for the organization of this test.
    pub(crate) fn client(&self) -> Client {
        self.client_with(&self.tenant.key)
    }

    /// Calls with a key.
    pub(crate) fn client_with(&self, key: &str) -> Client {
        Client { channel: self.channel.clone(), credential: Credential::bearer(key) }
    }
}

/// Connects to a server.
pub(crate) async fn connect(address: SocketAddr) -> Channel {
    Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap()
}

/// A channel to nowhere, for tests that connect in their own way.
fn disconnected() -> Channel {
    Endpoint::from_static("http://127.0.0.1:1").connect_lazy()
}

async fn make_tenant(db: &Db, now: orgfit::base::clock::Timestamp) -> Tenant {
    let organization_id = OrganizationId::from_uuid(Uuid::new_v4());
    let ctx = Context::operator(organization_id, now, PATIENCE);
    let mut tx = db.write("make_tenant", ctx.scope()).await.unwrap();
    let settings =
        Settings::new("Muster AG".to_owned(), chrono_tz::Europe::Zurich, "de-CH".to_owned());
    let page_key = Sha256::digest(organization_id.uuid()).into();
    let new = NewOrganization { settings, page_key };
    let organization = directory::create_organization(&mut tx, &ctx, new).await.unwrap();
    let key = make_key(&mut tx, &ctx, Permission::ALL, None).await;
    tx.commit().await.unwrap();
    Tenant { organization_id, root_unit_id: organization.root_unit_id, key }
}

async fn make_key(
    tx: &mut orgfit::base::Tx,
    ctx: &Context,
    permissions: &[Permission],
    unit_id: Option<UnitId>,
) -> String {
    let new = NewClient {
        name: format!("client {}", Uuid::new_v4()),
        permissions: permissions.iter().copied().collect(),
        unit_id,
    };
    let client = access::create_client(tx, ctx, new).await.unwrap();
    let issued = access::issue_key(tx, ctx, client.client_id, None).await.unwrap();
    issued.text.expose().to_owned()
}

/// A caller: typed clients with its credential attached.
#[derive(Clone)]
pub(crate) struct Client {
    channel: Channel,
    credential: Credential,
}

/// The credential of a caller.
#[derive(Clone)]
pub(crate) struct Credential(AsciiMetadataValue);

impl Credential {
    /// As gRPC wants it.
    pub(crate) fn bearer(secret: &str) -> Self {
        Self(format!("Bearer {secret}").parse().unwrap())
    }
}

impl Interceptor for Credential {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

type Calls = InterceptedService<Channel, Credential>;

impl Client {
    /// By a connection of the test's own.
    pub(crate) fn over(channel: Channel, key: &str) -> Self {
        Self { channel, credential: Credential::bearer(key) }
    }

    /// `DirectoryService`.
    pub(crate) fn directory(&self) -> DirectoryServiceClient<Calls> {
        DirectoryServiceClient::with_interceptor(self.channel.clone(), self.credential.clone())
    }

    /// `PeopleService`.
    pub(crate) fn people(&self) -> PeopleServiceClient<Calls> {
        PeopleServiceClient::with_interceptor(self.channel.clone(), self.credential.clone())
    }

    /// `IntakeService`.
    pub(crate) fn intake(&self) -> IntakeServiceClient<Calls> {
        IntakeServiceClient::with_interceptor(self.channel.clone(), self.credential.clone())
    }

    /// `InstrumentService`.
    pub(crate) fn instruments(&self) -> InstrumentServiceClient<Calls> {
        InstrumentServiceClient::with_interceptor(self.channel.clone(), self.credential.clone())
    }

    /// `AssessmentService`.
    pub(crate) fn assessments(&self) -> AssessmentServiceClient<Calls> {
        AssessmentServiceClient::with_interceptor(self.channel.clone(), self.credential.clone())
    }

    /// `InvitationService`.
    pub(crate) fn invitations(&self) -> InvitationServiceClient<Calls> {
        InvitationServiceClient::with_interceptor(self.channel.clone(), self.credential.clone())
    }

    /// `InsightService`.
    pub(crate) fn insight(&self) -> InsightServiceClient<Calls> {
        InsightServiceClient::with_interceptor(self.channel.clone(), self.credential.clone())
    }

    /// `RespondentService`; the credential is a response token.
    pub(crate) fn respondent(&self) -> RespondentServiceClient<Calls> {
        RespondentServiceClient::with_interceptor(self.channel.clone(), self.credential.clone())
    }

    /// `AccessService`.
    pub(crate) fn access(&self) -> AccessServiceClient<Calls> {
        AccessServiceClient::with_interceptor(self.channel.clone(), self.credential.clone())
    }
}

/// A status as text, for golden comparison.
pub(crate) fn golden(status: &Status) -> String {
    let details: ErrorDetails = status.get_error_details();
    let mut lines = vec![format!("{:?}: {}", status.code(), status.message())];
    if let Some(info) = details.error_info() {
        let mut metadata: Vec<_> = info.metadata.iter().collect();
        metadata.sort();
        lines.push(format!("{} {} {metadata:?}", info.domain, info.reason));
    }
    for violation in details.bad_request().into_iter().flat_map(|part| &part.field_violations) {
        lines.push(format!("{}: {}", violation.field, violation.description));
    }
    for violation in details.precondition_failure().into_iter().flat_map(|part| &part.violations) {
        lines.push(format!("precondition {} {}", violation.r#type, violation.subject));
    }
    for violation in details.quota_failure().into_iter().flat_map(|part| &part.violations) {
        lines.push(format!("quota {}", violation.subject));
    }
    if let Some(delay) = details.retry_info().and_then(|part| part.retry_delay) {
        lines.push(format!("retry after {delay:?}"));
    }
    lines.join("\n")
}

/// A row that the superuser keeps locked, so that calls which need it wait in the database.
pub(crate) struct Hold {
    holder: PgConnection,
    watcher: PgConnection,
    pid: i32,
}

impl Hold {
    /// Holds the settings of an organization.
    pub(crate) async fn settings(world: &World) -> Self {
        Self::row(world, "SELECT 1 FROM directory_organizations WHERE tenant_id = $1 FOR UPDATE")
            .await
    }

    /// Holds the units of an organization.
    pub(crate) async fn units(world: &World) -> Self {
        Self::row(world, "SELECT 1 FROM directory_units WHERE tenant_id = $1 FOR UPDATE").await
    }

    async fn row(world: &World, sql: &'static str) -> Self {
        let mut holder = world.database.superuser().await;
        sqlx::raw_sql("BEGIN").execute(&mut holder).await.unwrap();
        let held = sqlx::query(sql)
            .bind(world.tenant.organization_id.uuid())
            .fetch_all(&mut holder)
            .await
            .unwrap();
        assert!(!held.is_empty());
        let pid =
            sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut holder).await.unwrap();
        Self { holder, watcher: world.database.superuser().await, pid }
    }

    /// Waits until so many statements wait for the row.
    pub(crate) async fn until_waiting(&mut self, count: i64) {
        loop {
            let waiting: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))",
            )
            .bind(self.pid)
            .fetch_one(&mut self.watcher)
            .await
            .unwrap();
            if waiting == count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Lets the row go.
    pub(crate) async fn release(mut self) {
        sqlx::raw_sql("ROLLBACK").execute(&mut self.holder).await.unwrap();
    }
}
