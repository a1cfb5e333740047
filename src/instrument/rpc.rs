//! `InstrumentService`: wire in, decide, wire out.
use tonic::{Request, Response, Status};

use super::version::{Version, check_room};
use super::{Content, builtin, find_version, parse_wire, store, wire};
use crate::base::id::{Id, InstrumentId};
use crate::base::idempotency::{Claim, claim};
use crate::base::page::PageRequest;
use crate::base::wire::{enter, parse_mask, replayed};
use crate::base::{Check, Context, Db, Error, Permission, Result, Tx};
use crate::directory::load_organization;
use crate::outbox::{self, EventType};
use crate::pb::instrument as pb;
use pb::instrument_service_server::InstrumentService;

/// Most whole instruments of a page, since each may have 1 MiB.
const FULL_PAGE_SIZE_MAX: i64 = 3;

const INSTRUMENT_PATHS: &[&str] =
    &["title", "introduction", "dimensions", "items", "scoring", "bands", "forms"];

/// The service.
#[derive(Clone, Debug)]
pub struct InstrumentRpc {
    db: Db,
}

impl InstrumentRpc {
    /// The service on a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

#[tonic::async_trait]
impl InstrumentService for InstrumentRpc {
    async fn create_instrument(
        &self,
        request: Request<pb::CreateInstrumentRequest>,
    ) -> Result<Response<pb::CreateInstrumentResponse>, Status> {
        const METHOD: &str = "orgfit.instrument.v1.InstrumentService/CreateInstrument";
        let (ctx, message) = enter(request)?;
        ctx.caller.require_everywhere(Permission::InstrumentsWrite)?;
        let mut check = Check::new();
        let request_id = check.request_id(&message.request_id);
        let base =
            check.optional_id::<InstrumentId>("base_instrument_id", &message.base_instrument_id);
        let (request_id, base) = check.build(|| Some((request_id?, base?)))?;

        let mut tx = self.db.write("create_instrument", ctx.scope()).await?;
        let write = match claim(&mut tx, &ctx, METHOD, request_id, &message).await? {
            Claim::New(write) => write,
            Claim::Replay(response) => {
                tx.commit().await?;
                return Ok(replayed(response));
            }
        };
        let (key, content) = match base {
            Some(base) => copied(&mut tx, base, message.instrument).await?,
            None => parse_new(message.instrument)?,
        };
        let (newest, versions) = store::load_counts(&mut tx, &key).await?;
        check_room(versions)?;
        let number = newest.saturating_add(1);
        let version = Version::draft(ctx.new_id(), (key, number), content, ctx.now);
        store::insert_version(&mut tx, &version).await?;
        tell(&mut tx, &ctx, &version).await?;
        let response = pb::CreateInstrumentResponse { instrument: Some(wire::version(&version)) };
        write.remember(&mut tx, &response, None).await?;
        tx.commit().await?;
        Ok(Response::new(response))
    }

    async fn get_instrument(
        &self,
        request: Request<pb::GetInstrumentRequest>,
    ) -> Result<Response<pb::GetInstrumentResponse>, Status> {
        let (ctx, message) = enter(request)?;
        let id = parse_id(&message.instrument_id)?;
        let mut tx = self.db.read("get_instrument", ctx.scope()).await?;
        let version = find_version(&mut tx, id).await?.ok_or_else(|| not_found(id))?;
        tx.commit().await?;
        let instrument = Some(wire::version(&version));
        Ok(Response::new(pb::GetInstrumentResponse { instrument }))
    }

    async fn list_instruments(
        &self,
        request: Request<pb::ListInstrumentsRequest>,
    ) -> Result<Response<pb::ListInstrumentsResponse>, Status> {
        let (ctx, message) = enter(request)?;
        let (query, page) = parse_list(&message)?;
        let mut tx = self.db.read("list_instruments", ctx.scope()).await?;
        let key = tx.page_key().await?;
        let after = page.after::<(String, i32)>(&key, ctx.now)?;
        let mut versions = store::list_versions(&mut tx, &query, after.as_ref()).await?;
        tx.commit().await?;
        versions.extend(provided(&query, after.as_ref())?);
        versions.sort_by(|one, other| {
            let place = |version: &Version| (version.instrument.key.clone(), -version.number);
            place(one).cmp(&place(other))
        });
        let (versions, next_page_token) = page
            .finish(&key, ctx.now, versions, |last| (last.instrument.key.clone(), last.number))?;
        let instruments = versions.iter().map(wire::version).collect();
        Ok(Response::new(pb::ListInstrumentsResponse { instruments, next_page_token }))
    }

    async fn update_instrument(
        &self,
        request: Request<pb::UpdateInstrumentRequest>,
    ) -> Result<Response<pb::UpdateInstrumentResponse>, Status> {
        let (ctx, message) = enter(request)?;
        ctx.caller.require_everywhere(Permission::InstrumentsWrite)?;
        let paths = parse_mask(message.update_mask.as_ref(), INSTRUMENT_PATHS)?;
        let asked = message.instrument.unwrap_or_default();
        let id = parse_id(&asked.instrument_id).map_err(|error| error.within("instrument"))?;

        let mut tx = self.db.write("update_instrument", ctx.scope()).await?;
        let mut version = lock(&mut tx, id).await?;
        version.etag().require(&asked.etag, InstrumentId::RESOURCE_TYPE, &id)?;
        version.require_draft("changed")?;
        let mut merged = wire::content(&version.instrument.content);
        merge(&mut merged, &asked, &paths);
        let mut check = Check::within("instrument");
        let content = parse_wire::content(&mut check, merged);
        version.change(check.build(|| content)?, ctx.now)?;
        save(&mut tx, &ctx, &version).await?;
        tx.commit().await?;
        let instrument = Some(wire::version(&version));
        Ok(Response::new(pb::UpdateInstrumentResponse { instrument }))
    }

    async fn publish_instrument(
        &self,
        request: Request<pb::PublishInstrumentRequest>,
    ) -> Result<Response<pb::PublishInstrumentResponse>, Status> {
        const METHOD: &str = "orgfit.instrument.v1.InstrumentService/PublishInstrument";
        let (ctx, message) = enter(request)?;
        ctx.caller.require_everywhere(Permission::InstrumentsWrite)?;
        let (request_id, id) = parse_step(&message.request_id, &message.instrument_id)?;

        let mut tx = self.db.write("publish_instrument", ctx.scope()).await?;
        let write = match claim(&mut tx, &ctx, METHOD, request_id, &message).await? {
            Claim::New(write) => write,
            Claim::Replay(response) => {
                tx.commit().await?;
                return Ok(replayed(response));
            }
        };
        let language = load_organization(&mut tx).await?.settings.default_language_code;
        let mut version = lock(&mut tx, id).await?;
        version.etag().require(&message.etag, InstrumentId::RESOURCE_TYPE, &id)?;
        version.publish(&language, ctx.now)?;
        let mut response =
            pb::PublishInstrumentResponse { instrument: Some(wire::version(&version)) };
        if message.validate_only {
            if let Some(instrument) = &mut response.instrument {
                instrument.etag.clear();
                (instrument.update_time, instrument.publish_time) = (None, None);
            }
            return Ok(Response::new(response));
        }
        save(&mut tx, &ctx, &version).await?;
        write.remember(&mut tx, &response, None).await?;
        tx.commit().await?;
        Ok(Response::new(response))
    }

    async fn retire_instrument(
        &self,
        request: Request<pb::RetireInstrumentRequest>,
    ) -> Result<Response<pb::RetireInstrumentResponse>, Status> {
        const METHOD: &str = "orgfit.instrument.v1.InstrumentService/RetireInstrument";
        let (ctx, message) = enter(request)?;
        ctx.caller.require_everywhere(Permission::InstrumentsWrite)?;
        let (request_id, id) = parse_step(&message.request_id, &message.instrument_id)?;

        let mut tx = self.db.write("retire_instrument", ctx.scope()).await?;
        let write = match claim(&mut tx, &ctx, METHOD, request_id, &message).await? {
            Claim::New(write) => write,
            Claim::Replay(response) => {
                tx.commit().await?;
                return Ok(replayed(response));
            }
        };
        let mut version = lock(&mut tx, id).await?;
        version.retire(ctx.now)?;
        save(&mut tx, &ctx, &version).await?;
        let response = pb::RetireInstrumentResponse { instrument: Some(wire::version(&version)) };
        write.remember(&mut tx, &response, None).await?;
        tx.commit().await?;
        Ok(Response::new(response))
    }

    async fn delete_instrument(
        &self,
        request: Request<pb::DeleteInstrumentRequest>,
    ) -> Result<Response<pb::DeleteInstrumentResponse>, Status> {
        let (ctx, message) = enter(request)?;
        ctx.caller.require_everywhere(Permission::InstrumentsWrite)?;
        let id = parse_id(&message.instrument_id)?;
        let mut tx = self.db.write("delete_instrument", ctx.scope()).await?;
        if let Some(version) = find_locked(&mut tx, id).await? {
            version.etag().check(&message.etag, InstrumentId::RESOURCE_TYPE, &id)?;
            version.require_draft("deleted")?;
            store::delete_version(&mut tx, id).await?;
            tell(&mut tx, &ctx, &version).await?;
        }
        tx.commit().await?;
        Ok(Response::new(pb::DeleteInstrumentResponse {}))
    }
}

fn parse_id(text: &str) -> Result<InstrumentId> {
    let mut check = Check::new();
    let id = check.id("instrument_id", text);
    check.build(|| id)
}

fn parse_step(request_id: &str, id: &str) -> Result<(Option<uuid::Uuid>, InstrumentId)> {
    let mut check = Check::new();
    let (request_id, id) = (check.request_id(request_id), check.id("instrument_id", id));
    check.build(|| Some((request_id?, id?)))
}

fn not_found(id: InstrumentId) -> Error {
    Error::not_found(InstrumentId::RESOURCE_TYPE, id.to_string())
}

/// The key and the content of a new draft.
fn parse_new(asked: Option<pb::Instrument>) -> Result<(String, Content)> {
    let mut check = Check::within("instrument");
    let Some(asked) = asked else {
        check.missing("");
        return check.build(|| None);
    };
    let key = check.key("key", &asked.key);
    if key.as_deref().is_some_and(builtin::has_key) {
        check.refuse("key", "is that of an instrument of the system; choose another");
    }
    let content = parse_wire::content(&mut check, asked);
    check.build(|| Some((key?, content?)))
}

/// The key and the content of a draft that is a copy of `base`: of the same key, or of the new one
/// that `asked` names.
async fn copied(
    tx: &mut Tx,
    base: InstrumentId,
    asked: Option<pb::Instrument>,
) -> Result<(String, Content)> {
    let key = asked.unwrap_or_default().key;
    let mut check = Check::within("instrument");
    let new_key = if key.is_empty() { None } else { check.key("key", &key) };
    if let Some(key) = &new_key
        && super::key_exists(tx, key).await?
    {
        check.refuse("key", "must be new; leave it empty for the next version of the same key");
    }
    let version = find_version(tx, base).await?.ok_or_else(|| not_found(base))?;
    if version.system_provided && key.is_empty() {
        check.refuse("key", "must name a new key for a copy of an instrument of the system");
    }
    let instrument = version.instrument;
    check.build(|| Some((new_key.unwrap_or(instrument.key), instrument.content)))
}

/// Takes over the fields that the mask names.
fn merge(merged: &mut pb::Instrument, asked: &pb::Instrument, paths: &[&str]) {
    for path in paths {
        match *path {
            "title" => merged.title.clone_from(&asked.title),
            "introduction" => merged.introduction.clone_from(&asked.introduction),
            "dimensions" => merged.dimensions.clone_from(&asked.dimensions),
            "items" => merged.items.clone_from(&asked.items),
            "scoring" => merged.scoring.clone_from(&asked.scoring),
            "bands" => merged.bands.clone_from(&asked.bands),
            _ => merged.forms.clone_from(&asked.forms),
        }
    }
}

fn parse_list(message: &pb::ListInstrumentsRequest) -> Result<(store::VersionQuery, PageRequest)> {
    const METHOD: &str = "orgfit.instrument.v1.InstrumentService/ListInstruments";
    let mut check = Check::new();
    let key = if message.key.is_empty() { None } else { check.key("key", &message.key) };
    let state = wire::parse_state(message.state);
    if state.is_none() && message.state != 0 {
        check.refuse("state", "is not a state of this version of the contract");
    }
    let view = pb::InstrumentView::try_from(message.view);
    if view.is_err() {
        check.refuse("view", "is not a view of this version of the contract");
    }
    let full = view == Ok(pb::InstrumentView::Full);
    let bare =
        pb::ListInstrumentsRequest { page_size: 0, page_token: String::new(), ..message.clone() };
    let page =
        PageRequest::parse(&mut check, METHOD, &bare, message.page_size, &message.page_token);
    let mut page = check.build(|| page)?;
    if full {
        page.size = page.size.min(FULL_PAGE_SIZE_MAX);
    }
    let limit = page.fetch();
    Ok((store::VersionQuery { key, state, full, limit }, page))
}

/// The system's own that a list asks for, after the key and version of the page before.
fn provided(query: &store::VersionQuery, after: Option<&(String, i32)>) -> Result<Vec<Version>> {
    let is_asked = |version: &&Version| {
        let place = (version.instrument.key.as_str(), -version.number);
        query.key.as_ref().is_none_or(|key| *key == version.instrument.key)
            && query.state.is_none_or(|state| state == version.instrument.state)
            && after.is_none_or(|(key, number)| place > (key.as_str(), -number))
    };
    let mut versions: Vec<_> = builtin::versions()?.iter().filter(is_asked).cloned().collect();
    for version in versions.iter_mut().filter(|_| !query.full) {
        version.instrument.content = version.instrument.content.without_parts();
    }
    Ok(versions)
}

/// A version, locked against changes; the system's own need no lock.
async fn find_locked(tx: &mut Tx, id: InstrumentId) -> Result<Option<Version>> {
    match builtin::find(id)? {
        Some(version) => Ok(Some(version.clone())),
        None => store::lock_version(tx, id).await,
    }
}

async fn lock(tx: &mut Tx, id: InstrumentId) -> Result<Version> {
    find_locked(tx, id).await?.ok_or_else(|| not_found(id))
}

/// Writes a changed version with its event.
async fn save(tx: &mut Tx, ctx: &Context, version: &Version) -> Result<()> {
    store::update_version(tx, version).await?;
    tell(tx, ctx, version).await
}

async fn tell(tx: &mut Tx, ctx: &Context, version: &Version) -> Result<()> {
    let (event, id) = (EventType::InstrumentUpdated, version.instrument.instrument_id);
    outbox::append(tx, ctx, event, id, Some(version.etag())).await
}
