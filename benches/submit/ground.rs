//! What is measured on: a PostgreSQL of the bench's own below `target/`, an open wave with tokens, and the
//! whole server at a loopback address. Started here and stopped here.
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use orgfit::base::context::{IdSource, RandomIds};
use orgfit::base::id::{Id, InvitationId, OrganizationId, WaveId};
use orgfit::base::page::PAGE_KEY_BYTES;
use orgfit::base::{Clock, Context, Db, Localized, SystemClock};
use orgfit::directory::{self, NewOrganization, Settings};
use orgfit::embedded::{self, Cluster};
use orgfit::instrument::{Content, Format, Item, Role};
use orgfit::respondent::{
    self, Cell, NewBox, NewToken, Promise, Questionnaire, token_digest, write_token,
};
use orgfit::server::{self, Running};
use rand::RngCore;
use sqlx::{Connection, PgConnection};
use tokio::runtime::Runtime;

use super::Outcome;

/// Items of the questionnaire.
pub(crate) const ITEMS: usize = 30;
/// Connections of the server's two pools.
const CONNECTIONS_MAX: u32 = 8;
/// Tokens that are issued in one transaction.
const TOKENS_AT_ONCE: usize = 20_000;
/// How long setting something up may take.
const PATIENCE: Duration = Duration::from_mins(2);
const LANGUAGE: &str = "en";

/// The database, the wave and the server.
pub(crate) struct Ground {
    /// Tokens of the wave.
    pub(crate) tokens: Vec<String>,
    organization_id: OrganizationId,
    wave_id: WaveId,
    data_dir: PathBuf,
    cluster: Cluster,
    server: Running,
    runtime: Runtime,
}

impl Ground {
    /// Starts everything, with so many tokens for each of the two sides.
    pub(crate) async fn prepare(tokens: usize) -> Outcome<Self> {
        let options = embedded::Options {
            data_dir: postgres_place(&["--scratch", "bench-postgres"])?,
            bin_dir: Some(postgres_place(&[])?),
            search_path: std::env::var_os("PATH").unwrap_or_default(),
            temp_dir: std::env::temp_dir(),
            holder: "cargo bench --bench submit".to_owned(),
        };
        if options.data_dir.exists() {
            // A run that was killed may have left its server behind: it is taken over and stopped.
            embedded::start(&options).await?.stop().await?;
            std::fs::remove_dir_all(&options.data_dir)?;
        }
        let cluster = embedded::start(&options).await?;
        // The baseline takes a connection for each client.
        let mut superuser = PgConnection::connect(&cluster.superuser_url()).await?;
        sqlx::raw_sql("ALTER SYSTEM SET max_connections = 400").execute(&mut superuser).await?;
        cluster.stop().await?;
        let cluster = embedded::start(&options).await?;
        require_durability(&cluster.superuser_url()).await?;

        let db = Db::connect(&cluster.app_url(), CONNECTIONS_MAX).await?;
        let organization_id = OrganizationId::from_uuid(RandomIds.ordered(SystemClock.now()));
        let wave_id = WaveId::from_uuid(RandomIds.random());
        open_wave(&db, organization_id, wave_id).await?;
        let tokens = issue_tokens(&db, organization_id, wave_id, tokens).await?;
        db.close().await;

        // The server has a runtime of its own, as when it is a process of its own.
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let urls = (cluster.app_url(), cluster.respondent_url());
        let server = runtime.spawn(serve(urls)).await??;
        let data_dir = options.data_dir;
        let ground = Self { tokens, organization_id, wave_id, data_dir, cluster, server, runtime };
        ground.insert_twins().await?;
        Ok(ground)
    }

    /// Stops everything and removes the data.
    pub(crate) async fn clear_away(self) -> Outcome<()> {
        self.runtime.spawn(self.server.shutdown()).await?;
        self.runtime.shutdown_background();
        self.cluster.stop().await?;
        std::fs::remove_dir_all(&self.data_dir)?;
        Ok(())
    }

    /// Where the server listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The organization.
    pub(crate) fn organization_id(&self) -> OrganizationId {
        self.organization_id
    }

    /// The wave.
    pub(crate) fn wave_id(&self) -> WaveId {
        self.wave_id
    }

    /// The cluster.
    pub(crate) fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Has the server write out what it owes, so that nobody pays for what came before.
    pub(crate) async fn checkpoint(&self) -> Outcome<()> {
        let mut connection = PgConnection::connect(&self.cluster.superuser_url()).await?;
        sqlx::raw_sql("CHECKPOINT").execute(&mut connection).await?;
        Ok(())
    }

    /// Refuses to compare rates of answers that are not there.
    pub(crate) async fn require_stored(&self, answers: usize) -> Outcome<()> {
        let mut connection = PgConnection::connect(&self.cluster.superuser_url()).await?;
        let stored: (i64, i64) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM respondent_sealed),
                 (SELECT count(*) FROM respondent_tokens WHERE submission_digest IS NOT NULL)",
        )
        .fetch_one(&mut connection)
        .await?;
        let expected = i64::try_from(answers)?;
        if stored == (expected, expected) {
            return Ok(());
        }
        Err(format!("{expected} answers were acknowledged, and {stored:?} are there").into())
    }

    /// Tokens for the baseline, which has to find them by number.
    async fn insert_twins(&self) -> Outcome<()> {
        let mut connection = PgConnection::connect(&self.cluster.superuser_url()).await?;
        sqlx::query(
            "INSERT INTO respondent_tokens (tenant_id, token_digest, wave_id, invitation_id, cell_id)
             SELECT $1, decode(md5(number::text), 'hex'), $2, gen_random_uuid(), 0
             FROM generate_series(0, $3 - 1) AS number",
        )
        .bind(self.organization_id.uuid())
        .bind(self.wave_id.uuid())
        .bind(i64::try_from(self.tokens.len())?)
        .execute(&mut connection)
        .await?;
        sqlx::raw_sql("VACUUM ANALYZE respondent_tokens").execute(&mut connection).await?;
        Ok(())
    }
}

async fn serve(urls: (String, String)) -> Outcome<Running> {
    let db = Db::connect(&urls.0, CONNECTIONS_MAX).await?;
    let respondent_db = Db::connect_silently(&urls.1, CONNECTIONS_MAX).await?;
    let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let mut options = server::Options::new(loopback, db, respondent_db);
    options.calls_max = 1_024;
    options.loops = Vec::new();
    Ok(server::start(options).await?)
}

async fn open_wave(db: &Db, organization_id: OrganizationId, wave_id: WaveId) -> Outcome<()> {
    let ctx = Context::operator(organization_id, SystemClock.now(), PATIENCE);
    let settings =
        Settings::new("Bench".to_owned(), chrono_tz::Europe::Zurich, LANGUAGE.to_owned());
    let new = NewOrganization { settings, page_key: [7; PAGE_KEY_BYTES] };
    let mut tx = db.write("bench_organization", ctx.scope()).await?;
    let organization = directory::create_organization(&mut tx, &ctx, new).await?;
    let cell = Cell {
        cell_id: 0,
        unit_id: organization.root_unit_id,
        unit_name: "Bench".to_owned(),
        values: Vec::new(),
        invited: 1_000_000,
        late: 0,
    };
    let new = NewBox {
        wave_id,
        questionnaire: questionnaire(),
        close_time: None,
        imported: false,
        cells: vec![cell],
    };
    respondent::open(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(())
}

fn make_tokens(organization_id: OrganizationId, wave_id: WaveId, count: usize) -> Vec<String> {
    let mut random = rand::rng();
    (0..count)
        .map(|_| {
            let mut secret = [0; 32];
            random.fill_bytes(&mut secret);
            write_token(organization_id, wave_id, secret)
        })
        .collect()
}

async fn issue_tokens(
    db: &Db,
    organization_id: OrganizationId,
    wave_id: WaveId,
    count: usize,
) -> Outcome<Vec<String>> {
    let tokens = make_tokens(organization_id, wave_id, count);
    for part in tokens.chunks(TOKENS_AT_ONCE) {
        let ctx = Context::operator(organization_id, SystemClock.now(), PATIENCE);
        let new: Vec<_> = part
            .iter()
            .map(|token| NewToken {
                invitation_id: InvitationId::from_uuid(RandomIds.random()),
                digest: token_digest(token),
                cell_id: Some(0),
                expire_time: None,
            })
            .collect();
        let mut tx = db.write("bench_tokens", ctx.scope()).await?;
        respondent::issue(&mut tx, wave_id, &new).await?;
        tx.commit().await?;
    }
    Ok(tokens)
}

fn questionnaire() -> Questionnaire {
    let text = |text: &str| Localized([(LANGUAGE.to_owned(), text.to_owned())].into());
    let item = |number: usize| Item {
        key: format!("item_{number}"),
        role: Role::Information,
        text: text("How far do you agree?"),
        format: Format::Rating { minimum: 1, maximum: 5, labels: Vec::new() },
        required: true,
        allow_cannot_judge: true,
        first_wave_number: 1,
    };
    Questionnaire {
        content: Content {
            title: text("Bench"),
            items: (0..ITEMS).map(item).collect(),
            ..Content::default()
        },
        form_key: String::new(),
        wave_number: 1,
        language_codes: vec![LANGUAGE.to_owned()],
        default_language_code: LANGUAGE.to_owned(),
        time_zone: "Europe/Zurich".to_owned(),
        promise: Promise {
            minimum_group_size: 5,
            comment_minimum_group_size: 10,
            discloses_individual_participation: false,
            policy_digest: String::new(),
        },
        attributes: Vec::new(),
    }
}

/// What the script says that finds or unpacks PostgreSQL, as for `make`.
fn postgres_place(arguments: &[&str]) -> Outcome<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/postgres_binaries.py");
    let said =
        Command::new("python3").arg(script).args(arguments).stderr(Stdio::inherit()).output()?;
    if !said.status.success() {
        return Err("no PostgreSQL server was found".into());
    }
    Ok(PathBuf::from(String::from_utf8(said.stdout)?.trim()))
}

/// A comparison without durability would be about something else.
async fn require_durability(url: &str) -> Outcome<()> {
    let mut connection = PgConnection::connect(url).await?;
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        let value: String = sqlx::query_scalar("SELECT current_setting($1)")
            .bind(setting)
            .fetch_one(&mut connection)
            .await?;
        if value != "on" {
            return Err(format!("{setting} is {value}").into());
        }
    }
    Ok(())
}
