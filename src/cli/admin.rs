//! `orgfit admin`: what only the operator does, straight on the database and through the façades of
//! the rooms.
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use chrono::Days;

use super::args::{
    AdminCommand, ClientsCommand, InOrganization, IssuersCommand, KeysCommand, OrganizationsCommand,
};
use super::config::Config;
use super::console;
use super::failure::{EXIT_REJECTED, Failure, Outcome};
use super::session::Session;
use crate::access::{self, IssuedKey, IssuerInput, KeyId, NewClient, NewIssuer};
use crate::base::context::{IdSource, RandomIds};
use crate::base::id::{ClientId, Id, IssuerId, OrganizationId, ReleaseId};
use crate::base::page::PAGE_KEY_BYTES;
use crate::base::text::DISPLAY_NAME_CHARS_MAX;
use crate::base::{Check, Clock, Context, Db, SystemClock, Tx};
use crate::directory::{self, NewOrganization, Organization, Settings};
use crate::insight;

/// How long computing a release again may take.
const VERIFYING: Duration = Duration::from_mins(30);

/// Runs the command.
pub(super) async fn run(config: &Config, command: &AdminCommand) -> Outcome {
    let session = Session::to_visit(config, "orgfit admin").await?;
    let outcome = match command {
        AdminCommand::Organizations(command) => organizations(&session.db, command).await,
        AdminCommand::Clients(command) => clients(&session.db, command).await,
        AdminCommand::Keys(command) => keys(&session.db, command).await,
        AdminCommand::Issuers(command) => issuers(&session.db, command).await,
        AdminCommand::VerifyRelease { within, release } => {
            verify_release(&session.db, within, release).await
        }
    };
    session.close().await?;
    outcome
}

async fn organizations(db: &Db, command: &OrganizationsCommand) -> Outcome {
    match command {
        OrganizationsCommand::Create { name, time_zone, language } => {
            let organization = create_organization(db, name, time_zone, language).await?;
            console::line(organization.organization_id)?;
        }
        OrganizationsCommand::List => {
            for organization in list_organizations(db).await? {
                let settings = &organization.settings;
                console::line(format!(
                    "{}  {}  {}",
                    organization.organization_id, settings.time_zone, settings.display_name
                ))?;
            }
        }
    }
    Ok(())
}

/// Makes an organization with its tree's root.
pub(super) async fn create_organization(
    db: &Db,
    name: &str,
    time_zone: &str,
    language: &str,
) -> Outcome<Organization> {
    let mut check = Check::new();
    let display_name = check.text("name", name, 1..=DISPLAY_NAME_CHARS_MAX);
    let time_zone = check.time_zone("time_zone", time_zone);
    let language = check.language("language", language);
    let settings = check.build(|| Some(Settings::new(display_name?, time_zone?, language?)))?;
    let organization_id = OrganizationId::from_uuid(RandomIds.ordered(SystemClock.now()));
    let new = NewOrganization { settings, page_key: rand::random::<[u8; PAGE_KEY_BYTES]>() };
    let ctx = Session::context(organization_id);
    let mut tx = db.write("create_organization", ctx.scope()).await?;
    let organization = directory::create_organization(&mut tx, &ctx, new).await?;
    tx.commit().await?;
    Ok(organization)
}

/// All organizations of the database, the oldest first.
pub(super) async fn list_organizations(db: &Db) -> Outcome<Vec<Organization>> {
    let mut organizations = Vec::new();
    for organization_id in db.tenants().await? {
        let ctx = Session::context(organization_id);
        let mut tx = db.read("list_organizations", ctx.scope()).await?;
        organizations.push(directory::load_organization(&mut tx).await?);
    }
    Ok(organizations)
}

async fn clients(db: &Db, command: &ClientsCommand) -> Outcome {
    match command {
        ClientsCommand::Create { within, name, permissions, unit } => {
            let new = NewClient::parse(name, permissions, unit)?;
            let (mut tx, ctx) = write(db, "create_client", within).await?;
            let client = access::create_client(&mut tx, &ctx, new).await?;
            tx.commit().await?;
            console::line(client.client_id)?;
        }
        ClientsCommand::List { within } => {
            let (mut tx, ctx) = write(db, "list_clients", within).await?;
            for listed in access::list_clients(&mut tx, &ctx).await? {
                let live = listed.keys.iter().filter(|key| key.is_live(ctx.now)).count();
                let permissions: Vec<_> = listed
                    .client
                    .permissions
                    .iter()
                    .map(|permission| permission.as_str())
                    .collect();
                let unit =
                    listed.client.unit_id.map_or("everywhere".to_owned(), |unit| unit.to_string());
                console::line(format!(
                    "{}  {}  {live} live keys  {unit}  {}",
                    listed.client.client_id,
                    listed.client.name,
                    permissions.join(",")
                ))?;
            }
        }
    }
    Ok(())
}

async fn keys(db: &Db, command: &KeysCommand) -> Outcome {
    match command {
        KeysCommand::Issue { within, client, days, output } => {
            let client = parse_id::<ClientId>("client", client)?;
            let (tx, ctx) = write(db, "issue_key", within).await?;
            let issued = issue_key(tx, &ctx, client, *days).await?;
            match output {
                Some(path) => {
                    write_private(path, issued.text.expose())?;
                    console::line(format!("{}  {}", issued.key.key_id, path.display()))?;
                }
                None => console::line(issued.text.expose())?,
            }
        }
        KeysCommand::List { within } => {
            let (mut tx, ctx) = write(db, "list_keys", within).await?;
            for listed in access::list_clients(&mut tx, &ctx).await? {
                for key in &listed.keys {
                    let state = match (key.revoke_time, key.expire_time) {
                        (Some(time), _) => format!("revoked {time}"),
                        (None, Some(time)) if time <= ctx.now => format!("expired {time}"),
                        (None, Some(time)) => format!("live until {time}"),
                        (None, None) => "live".to_owned(),
                    };
                    let used =
                        key.last_use_date.map_or("never".to_owned(), |date| date.to_string());
                    console::line(format!(
                        "{}  {}  {}  {state}  last used {used}",
                        key.key_id, listed.client.client_id, listed.client.name
                    ))?;
                }
            }
        }
        KeysCommand::Revoke { within, key } => {
            let key = KeyId::parse(key)
                .ok_or_else(|| Failure::usage("KEY_ID must be 16 hexadecimal digits, as listed"))?;
            let (mut tx, ctx) = write(db, "revoke_key", within).await?;
            access::revoke_key(&mut tx, &ctx, key).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Computes a release again and says how it compares.
async fn verify_release(db: &Db, within: &InOrganization, release: &str) -> Outcome {
    let release_id = parse_id::<ReleaseId>("RELEASE_ID", release)?;
    let (_, ctx) = write(db, "verify_release", within).await?;
    let ctx = ctx.with_patience(VERIFYING);
    let verified = insight::verify_release(db, &ctx, release_id).await?;
    if verified.differences.is_empty() {
        let (cards, method) = (verified.cards, verified.method_version);
        console::line(format!("the same: {cards} cards, method {method}"))?;
        return Ok(());
    }
    console::line(format!("different: {}", verified.differences.join(", ")))?;
    Err(Failure::told(EXIT_REJECTED))
}

/// Issues a key and commits.
pub(super) async fn issue_key(
    mut tx: Tx,
    ctx: &Context,
    client: ClientId,
    days: Option<u16>,
) -> Outcome<IssuedKey> {
    let expire_time = days.and_then(|days| ctx.now.checked_add_days(Days::new(u64::from(days))));
    let issued = access::issue_key(&mut tx, ctx, client, expire_time).await?;
    tx.commit().await?;
    Ok(issued)
}

async fn issuers(db: &Db, command: &IssuersCommand) -> Outcome {
    match command {
        IssuersCommand::Add {
            within,
            issuer,
            audience,
            key_source,
            algorithms,
            person_claim,
            accept_plain_type,
            scopes_narrow,
        } => {
            let new = NewIssuer::parse(&IssuerInput {
                issuer: issuer.clone(),
                audience: audience.clone(),
                algorithms: algorithms.clone(),
                key_source: key_source.clone(),
                person_claim: person_claim.clone(),
                accepts_plain_type: *accept_plain_type,
                scopes_narrow: *scopes_narrow,
            })?;
            let (mut tx, ctx) = write(db, "add_issuer", within).await?;
            let issuer = access::add_issuer(&mut tx, &ctx, new).await?;
            tx.commit().await?;
            console::line(issuer.issuer_id)?;
        }
        IssuersCommand::List { within } => {
            let (mut tx, ctx) = write(db, "list_issuers", within).await?;
            for issuer in access::list_issuers(&mut tx, &ctx).await? {
                let settings = &issuer.settings;
                console::line(format!(
                    "{}  {}  {}  {}",
                    issuer.issuer_id, settings.issuer, settings.audience, settings.key_source
                ))?;
            }
        }
        IssuersCommand::Remove { within, issuer_id } => {
            let issuer_id = parse_id::<IssuerId>("ISSUER_ID", issuer_id)?;
            let (mut tx, ctx) = write(db, "remove_issuer", within).await?;
            access::remove_issuer(&mut tx, &ctx, issuer_id).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// A transaction in the organization that the command names, or in the only one.
async fn write(db: &Db, name: &'static str, within: &InOrganization) -> Outcome<(Tx, Context)> {
    let known = db.tenants().await?;
    let organization_id = match (&within.organization, known.as_slice()) {
        (Some(text), _) => {
            let id = parse_id::<OrganizationId>("organization", text)?;
            if !known.contains(&id) {
                return Err(Failure::new(
                    "there is no such organization; orgfit admin organizations list",
                ));
            }
            id
        }
        (None, [only]) => *only,
        (None, []) => {
            return Err(Failure::new(
                "there is no organization yet; orgfit admin organizations create",
            ));
        }
        (None, _) => {
            return Err(Failure::usage(
                "there are several organizations: name one with --organization",
            ));
        }
    };
    let ctx = Session::context(organization_id);
    let tx = db.write(name, ctx.scope()).await?;
    Ok((tx, ctx))
}

fn parse_id<I: Id>(name: &str, text: &str) -> Outcome<I> {
    I::parse(text).ok_or_else(|| {
        Failure::usage(format!("{name} must be a UUID in lower-case canonical form"))
    })
}

/// Writes a secret to a new file that only its owner can read.
pub(super) fn write_private(path: &Path, text: &str) -> Outcome {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| writeln!(file, "{text}"))
        .map_err(|error| Failure::new(format!("writing {} failed: {error}", path.display())))
}
