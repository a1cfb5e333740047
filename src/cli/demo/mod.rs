//! `orgfit demo`: an invented organization to look at. Everything that a caller could do goes through
//! the API of a server on the loopback interface; only the organization and the key are made by the
//! operator's means. Repeated, it finds what is there and changes nothing.
mod answers;
mod company;
mod files;
mod names;
mod scheme;
mod scorecard;
mod tree;
mod wave;

use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use tonic::Code;

use super::admin;
use super::args::{DemoArguments, Kind};
use super::config::Config;
use super::console::{self, Colour, Console};
use super::failure::{Failure, Outcome};
use super::import::api::{self, Connection};
use super::import::{self, summary};
use super::secret::Secret;
use super::serve;
use super::session::Session;
use super::signal;
use crate::access::{self, NewClient};
use crate::base::id::OrganizationId;
use crate::base::{Db, Permission};
use crate::pb::access::WhoAmIRequest;
use crate::pb::access::access_service_client::AccessServiceClient;
use crate::pb::directory::directory_service_client::DirectoryServiceClient;
use crate::pb::directory::{
    GetSegmentSchemeRequest, ListUnitsRequest, SegmentScheme, Unit, UpdateSegmentSchemeRequest,
};
use crate::pb::intake::{AbsentRows, ImportHeader, ImportMode};
use crate::server::{Options, Running};

const ORGANIZATION: &str = "Nordlicht Demo (synthetic)";
const TIME_ZONE: &str = "Europe/Zurich";
const LANGUAGE: &str = "en";
const CLIENT: &str = "demo";
const SOURCE: &str = "orgfit demo, synthetic rows";
const PAGE_SIZE: i32 = 500;

/// Runs the command.
pub(super) async fn run(config: &Config, console: Console, arguments: &DemoArguments) -> Outcome {
    let mut signals = signal::ignore()?;
    let session = Session::to_visit(config, "orgfit demo").await?;
    let outcome = tokio::select! {
        outcome = present(&session, config, console, arguments) => outcome,
        signal = signals.wait() => Err(Failure::new(format!("ended by {signal}"))),
    };
    session.close().await?;
    outcome
}

async fn present(
    session: &Session,
    config: &Config,
    console: Console,
    arguments: &DemoArguments,
) -> Outcome {
    let dir = make_dir(config)?;
    let organization_id = find_or_create_organization(&session.db).await?;
    console::line(format!("Organization  {ORGANIZATION}, {organization_id}"))?;
    console::line(format!("Database      {}", session.place(config)))?;
    let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let running =
        serve::start(Options::new(loopback, session.db.clone(), session.respondent_db.clone()))
            .await?;
    let outcome = fill(session, &running, console, arguments, organization_id, &dir).await;
    running.shutdown().await;
    outcome?;
    explain(config, console, &dir)
}

fn make_dir(config: &Config) -> Outcome<PathBuf> {
    let dir = config.data_dir.join("demo");
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&dir)
        .map_err(|error| Failure::new(format!("making {} failed: {error}", dir.display())))?;
    Ok(dir)
}

async fn find_or_create_organization(db: &Db) -> Outcome<OrganizationId> {
    let known = admin::list_organizations(db).await?;
    let found = known.iter().find(|known| known.settings.display_name == ORGANIZATION);
    if let Some(organization) = found {
        return Ok(organization.organization_id);
    }
    let made = admin::create_organization(db, ORGANIZATION, TIME_ZONE, LANGUAGE).await?;
    Ok(made.organization_id)
}

async fn fill(
    session: &Session,
    running: &Running,
    console: Console,
    arguments: &DemoArguments,
    organization_id: OrganizationId,
    dir: &Path,
) -> Outcome {
    let key = find_or_issue_key(&session.db, running, organization_id, &key_file(dir)).await?;
    let connection = api::local(running.address(), &key)?;
    agree_on_segments(&connection).await?;

    let units = company::invent_units(arguments.units as usize);
    let people = company::invent_people(&units, arguments.people as usize, arguments.seed);
    let units = files::write_units(dir, &units)?;
    let people = files::write_people(dir, &people)?;
    for (kind, path) in [(Kind::Units, units), (Kind::People, people)] {
        let header = ImportHeader {
            import_id: import::new_import_id(),
            mode: ImportMode::AllOrNothing.into(),
            absent_rows: AbsentRows::Keep.into(),
            source: SOURCE.to_owned(),
            ..ImportHeader::default()
        };
        let result = import::send_file(connection.clone(), console, kind, &path, header).await?;
        console::line(format!("{}  ({})", summary(&result.job, false), path.display()))?;
        if !result.is_clean() {
            return Err(Failure::new(format!("the import was refused: {}", result.job.failure)));
        }
    }
    console::line("")?;
    tree::show(console, &list_units(&connection).await?)?;
    console::line("")?;
    let wave =
        wave::find_or_measure(&connection, running.address(), console, arguments.seed).await?;
    scorecard::show(&connection, console, &wave).await
}

fn key_file(dir: &Path) -> PathBuf {
    dir.join("api-key")
}

/// The key of an earlier run as long as it is good, else a new one in the place of all others.
async fn find_or_issue_key(
    db: &Db,
    running: &Running,
    organization_id: OrganizationId,
    path: &Path,
) -> Outcome<Secret> {
    if let Ok(text) = std::fs::read_to_string(path) {
        let key = Secret::new(text.trim());
        if is_good(running, &key, organization_id).await? {
            return Ok(key);
        }
        std::fs::remove_file(path)?;
    }
    let ctx = Session::context(organization_id);
    let mut tx = db.write("demo_client", ctx.scope()).await?;
    let known = access::list_clients(&mut tx, &ctx).await?;
    let present = known.iter().find(|listed| listed.client.name == CLIENT);
    let client_id = if let Some(listed) = present {
        for key in listed.keys.iter().filter(|key| key.is_live(ctx.now)) {
            access::revoke_key(&mut tx, &ctx, key.key_id).await?;
        }
        listed.client.client_id
    } else {
        let permissions: Vec<_> =
            Permission::ALL.iter().map(|permission| permission.as_str().to_owned()).collect();
        let new = NewClient::parse(CLIENT, &permissions, "")?;
        access::create_client(&mut tx, &ctx, new).await?.client_id
    };
    let issued = admin::issue_key(tx, &ctx, client_id, None).await?;
    admin::write_private(path, issued.text.expose())?;
    Ok(Secret::new(issued.text.expose()))
}

async fn is_good(
    running: &Running,
    key: &Secret,
    organization_id: OrganizationId,
) -> Outcome<bool> {
    let Ok(connection) = api::local(running.address(), key) else { return Ok(false) };
    match AccessServiceClient::new(connection).who_am_i(WhoAmIRequest {}).await {
        Ok(response) => {
            let caller = response.into_inner().caller.unwrap_or_default();
            Ok(caller.organization_id == organization_id.to_string())
        }
        Err(status) if status.code() == Code::Unauthenticated => Ok(false),
        Err(status) => Err(status.into()),
    }
}

async fn agree_on_segments(connection: &Connection) -> Outcome {
    let mut directory = DirectoryServiceClient::new(connection.clone());
    let response = directory.get_segment_scheme(GetSegmentSchemeRequest {}).await?;
    let present = response.into_inner().segment_scheme.unwrap_or_default();
    let wanted = scheme::dimensions();
    if present.dimensions == wanted {
        return Ok(());
    }
    let segment_scheme = SegmentScheme { dimensions: wanted, etag: present.etag };
    directory
        .update_segment_scheme(UpdateSegmentSchemeRequest {
            segment_scheme: Some(segment_scheme),
            validate_only: false,
        })
        .await?;
    Ok(())
}

async fn list_units(connection: &Connection) -> Outcome<Vec<Unit>> {
    let mut directory = DirectoryServiceClient::new(connection.clone());
    let mut units = Vec::new();
    let mut page_token = String::new();
    loop {
        let request =
            ListUnitsRequest { page_size: PAGE_SIZE, page_token, ..ListUnitsRequest::default() };
        let page = directory.list_units(request).await?.into_inner();
        units.extend(page.units);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(units);
        }
    }
}

fn explain(config: &Config, console: Console, dir: &Path) -> Outcome {
    let key = key_file(dir);
    let (key, data_dir) = (key.display(), config.data_dir.display());
    let heading = |text: &str| console.paint(Colour::Bold, text);
    let orgfit = std::env::current_exe()
        .map_or_else(|_| "orgfit".to_owned(), |path| path.display().to_string());
    console::line(format!(
        "\n{}\n  {orgfit} serve --data-dir '{data_dir}'\n\
         \n{}\n  {key}\n\
         \n{}\n  pip install clients/python\n  \
         ORGFIT_ENDPOINT=http://{listen} ORGFIT_API_KEY_FILE='{key}' python -m orgfit_client tree\n\
         \n{}\n  buf curl --protocol grpc --http2-prior-knowledge \\\n    \
         --header \"Authorization: Bearer $(cat '{key}')\" \\\n    \
         http://{listen}/orgfit.access.v1.AccessService/WhoAmI",
        heading("Serve it"),
        heading("The API key is in"),
        heading("Call it from Python"),
        heading("Call it with buf curl"),
        listen = config.server.listen,
    ))?;
    Ok(())
}
