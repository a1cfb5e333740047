//! What is measured on: a PostgreSQL of the bench's own below `target/`, and the whole server at a
//! loopback address. Started here and stopped here; nothing has to be set up and nothing stays.
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use orgfit::access::{self, NewClient};
use orgfit::base::context::{IdSource, RandomIds};
use orgfit::base::id::{Id, OrganizationId};
use orgfit::base::page::PAGE_KEY_BYTES;
use orgfit::base::{Clock, Context, Db, Permission, SystemClock};
use orgfit::directory::{self, NewOrganization, Settings};
use orgfit::embedded::{self, Cluster};
use orgfit::pb::directory::directory_service_client::DirectoryServiceClient;
use orgfit::pb::directory::{GetSegmentSchemeRequest, SegmentScheme, UpdateSegmentSchemeRequest};
use orgfit::pb::intake::intake_service_client::IntakeServiceClient;
use orgfit::pb::intake::{
    ImportFooter, ImportHeader, ImportJob, ImportPeopleRequest, ImportUnitsRequest, PersonRows,
    import_people_request, import_units_request,
};
use orgfit::server::{self, Running};
use sqlx::{Connection, PgConnection};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use super::Outcome;
use super::invented::{PEOPLE, UNITS, dimensions, people_chunks, unit_chunks};

/// Connections of the server, as many as by default.
const CONNECTIONS_MAX: u32 = 16;
/// How long setting something up may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// The database and the server.
pub(crate) struct Ground {
    data_dir: PathBuf,
    cluster: Cluster,
    db: Db,
    server: Running,
    channel: Channel,
    people: Vec<PersonRows>,
}

impl Ground {
    /// Starts both, on an empty database.
    pub(crate) async fn prepare() -> Outcome<Self> {
        let options = embedded::Options {
            data_dir: postgres_place(&["--scratch", "bench-postgres"])?,
            bin_dir: Some(postgres_place(&[])?),
            search_path: std::env::var_os("PATH").unwrap_or_default(),
            temp_dir: std::env::temp_dir(),
            holder: "cargo bench --bench people".to_owned(),
        };
        if options.data_dir.exists() {
            // A run that was killed may have left its server behind: it is taken over and stopped.
            embedded::start(&options).await?.stop().await?;
            std::fs::remove_dir_all(&options.data_dir)?;
        }
        let cluster = embedded::start(&options).await?;
        require_durability(&cluster.superuser_url()).await?;
        let db = Db::connect(&cluster.app_url(), CONNECTIONS_MAX).await?;
        let respondent_db = Db::connect(&cluster.respondent_url(), CONNECTIONS_MAX).await?;
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server =
            server::start(server::Options::new(loopback, db.clone(), respondent_db)).await?;
        let channel =
            Endpoint::from_shared(format!("http://{}", server.address()))?.connect().await?;
        let people = people_chunks();
        Ok(Self { data_dir: options.data_dir, cluster, db, server, channel, people })
    }

    /// Stops both and removes the data.
    pub(crate) async fn clear_away(self) -> Outcome<()> {
        drop(self.channel);
        self.server.shutdown().await;
        self.cluster.stop().await?;
        std::fs::remove_dir_all(&self.data_dir)?;
        Ok(())
    }

    /// The database under the superuser.
    pub(crate) fn superuser_url(&self) -> String {
        self.cluster.superuser_url()
    }

    /// Has the server write out what it owes, so that nobody pays for what came before.
    pub(crate) async fn checkpoint(&self) -> Outcome<()> {
        let mut connection = PgConnection::connect(&self.superuser_url()).await?;
        sqlx::raw_sql("CHECKPOINT").execute(&mut connection).await?;
        Ok(())
    }

    /// An organization with units and a scheme, and nobody in it.
    pub(crate) async fn found_organization(&self) -> Outcome<Organization<'_>> {
        let now = SystemClock.now();
        let id = OrganizationId::from_uuid(RandomIds.ordered(now));
        let ctx = Context::operator(id, now, PATIENCE);
        let settings =
            Settings::new("Bench".to_owned(), chrono_tz::Europe::Zurich, "en".to_owned());
        let new = NewOrganization { settings, page_key: [7; PAGE_KEY_BYTES] };
        let mut tx = self.db.write("bench_organization", ctx.scope()).await?;
        directory::create_organization(&mut tx, &ctx, new).await?;
        let permissions = Permission::ALL.iter().copied().collect();
        let new = NewClient { name: "bench".to_owned(), permissions, unit_id: None };
        let client = access::create_client(&mut tx, &ctx, new).await?;
        let issued = access::issue_key(&mut tx, &ctx, client.client_id, None).await?;
        tx.commit().await?;
        let credential = format!("Bearer {}", issued.text.expose()).parse()?;
        let organization = Organization { ground: self, id, credential };
        organization.agree_on_segments().await?;
        organization.import_units().await?;
        Ok(organization)
    }
}

/// An organization, and its key to the server.
pub(crate) struct Organization<'ground> {
    ground: &'ground Ground,
    id: OrganizationId,
    credential: MetadataValue<Ascii>,
}

impl Organization<'_> {
    /// Which one it is.
    pub(crate) fn id(&self) -> OrganizationId {
        self.id
    }

    /// All messages of an import of everybody.
    pub(crate) fn messages(&self) -> Vec<ImportPeopleRequest> {
        use import_people_request::Part;
        let footer = ImportFooter { row_count: i32::try_from(PEOPLE).unwrap_or(i32::MAX) };
        std::iter::once(Part::Header(header()))
            .chain(self.ground.people.iter().cloned().map(Part::Rows))
            .chain(std::iter::once(Part::Footer(footer)))
            .map(|part| ImportPeopleRequest { part: Some(part) })
            .collect()
    }

    /// Imports people.
    pub(crate) async fn import(&self, messages: Vec<ImportPeopleRequest>) -> Outcome<ImportJob> {
        let request = self.request(tokio_stream::iter(messages));
        let mut client = IntakeServiceClient::new(self.ground.channel.clone());
        let response = client.import_people(request).await?.into_inner();
        Ok(response.import_job.unwrap_or_default())
    }

    async fn import_units(&self) -> Outcome<()> {
        use import_units_request::Part;
        let footer = ImportFooter { row_count: i32::try_from(UNITS)? };
        let parts = std::iter::once(Part::Header(header()))
            .chain(unit_chunks().into_iter().map(Part::Rows))
            .chain(std::iter::once(Part::Footer(footer)));
        let messages: Vec<_> = parts.map(|part| ImportUnitsRequest { part: Some(part) }).collect();
        let request = self.request(tokio_stream::iter(messages));
        let mut client = IntakeServiceClient::new(self.ground.channel.clone());
        let response = client.import_units(request).await?.into_inner();
        match response.import_job {
            Some(job) if job.created_row_count == footer.row_count => Ok(()),
            job => Err(format!("the units were not imported: {job:?}").into()),
        }
    }

    async fn agree_on_segments(&self) -> Result<(), Status> {
        let mut client = DirectoryServiceClient::new(self.ground.channel.clone());
        let request = self.request(GetSegmentSchemeRequest {});
        let present = client.get_segment_scheme(request).await?.into_inner().segment_scheme;
        let etag = present.unwrap_or_default().etag;
        let segment_scheme = Some(SegmentScheme { dimensions: dimensions(), etag });
        let request = UpdateSegmentSchemeRequest { segment_scheme, validate_only: false };
        client.update_segment_scheme(self.request(request)).await?;
        Ok(())
    }

    fn request<M>(&self, message: M) -> Request<M> {
        let mut request = Request::new(message);
        request.metadata_mut().insert("authorization", self.credential.clone());
        request
    }
}

fn header() -> ImportHeader {
    let import_id = RandomIds.ordered(SystemClock.now()).to_string();
    ImportHeader { import_id, source: "bench".to_owned(), ..ImportHeader::default() }
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
