//! `DirectoryService`: settings, segment scheme, units.
use tonic::{Request, Response, Status};

use super::super::store::{organization as organizations, unit as units};
use super::super::unit::UnitChange;
use super::super::{
    load_organization, organization, require_within, save_new_unit, save_unit, wire,
};
use super::unit::{merge_unit, moved, new_unit, parse_unit, reached};
use crate::base::id::{Id, UnitId};
use crate::base::idempotency::{Claim, claim};
use crate::base::page::PageRequest;
use crate::base::wire::{enter, parse_date, parse_mask, replayed};
use crate::base::{Check, Db, Permission, Reach, Result};
use crate::outbox::{self, EventType};
use crate::pb::directory as pb;
use pb::directory_service_server::DirectoryService;

/// The service.
#[derive(Clone, Debug)]
pub struct DirectoryRpc {
    db: Db,
}

impl DirectoryRpc {
    /// The service on a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

const ORGANIZATION_PATHS: &[&str] = &[
    "display_name",
    "time_zone",
    "default_language_code",
    "supported_language_codes",
    "privacy_policy",
    "working_days",
];

const UNIT_PATHS: &[&str] =
    &["external_id", "display_name", "lead_person_id", "predecessor_unit_ids", "effective_date"];

#[tonic::async_trait]
impl DirectoryService for DirectoryRpc {
    async fn get_organization(
        &self,
        request: Request<pb::GetOrganizationRequest>,
    ) -> Result<Response<pb::GetOrganizationResponse>, Status> {
        let (ctx, _) = enter(request)?;
        let mut tx = self.db.read("get_organization", ctx.scope()).await?;
        let organization = load_organization(&mut tx).await?;
        tx.commit().await?;
        let organization = Some(wire::organization(&organization));
        Ok(Response::new(pb::GetOrganizationResponse { organization }))
    }

    async fn update_organization(
        &self,
        request: Request<pb::UpdateOrganizationRequest>,
    ) -> Result<Response<pb::UpdateOrganizationResponse>, Status> {
        let (ctx, message) = enter(request)?;
        ctx.caller.require_everywhere(Permission::OrganizationWrite)?;
        let paths = parse_mask(message.update_mask.as_ref(), ORGANIZATION_PATHS)?;
        let asked = message.organization.unwrap_or_default();
        let mut tx = self.db.write("update_organization", ctx.scope()).await?;
        let mut stored = organizations::lock_organization(&mut tx).await?;
        let kind = crate::base::id::OrganizationId::RESOURCE_TYPE;
        stored.etag().require(&asked.etag, kind, &stored.organization_id)?;
        let scheme = organizations::load_scheme(&mut tx).await?;
        stored.settings = merge_settings(&stored.settings, &asked, &paths, &scheme)?;
        stored.revision += 1;
        stored.update_time = ctx.now;
        organizations::update_organization(&mut tx, &stored).await?;
        let (event, id) = (EventType::OrganizationUpdated, stored.organization_id);
        outbox::append(&mut tx, &ctx, event, id, Some(stored.etag())).await?;
        tx.commit().await?;
        let organization = Some(wire::organization(&stored));
        Ok(Response::new(pb::UpdateOrganizationResponse { organization }))
    }

    async fn get_segment_scheme(
        &self,
        request: Request<pb::GetSegmentSchemeRequest>,
    ) -> Result<Response<pb::GetSegmentSchemeResponse>, Status> {
        let (ctx, _) = enter(request)?;
        let mut tx = self.db.read("get_segment_scheme", ctx.scope()).await?;
        let scheme = organizations::load_scheme(&mut tx).await?;
        tx.commit().await?;
        let segment_scheme = Some(wire::scheme(&scheme));
        Ok(Response::new(pb::GetSegmentSchemeResponse { segment_scheme }))
    }

    async fn update_segment_scheme(
        &self,
        request: Request<pb::UpdateSegmentSchemeRequest>,
    ) -> Result<Response<pb::UpdateSegmentSchemeResponse>, Status> {
        let (ctx, message) = enter(request)?;
        ctx.caller.require_everywhere(Permission::OrganizationWrite)?;
        let asked = message.segment_scheme.unwrap_or_default();
        let mut tx = self.db.write("update_segment_scheme", ctx.scope()).await?;
        let organization = load_organization(&mut tx).await?;
        let stored = organizations::lock_scheme(&mut tx).await?;
        stored.etag().require(&asked.etag, "segment_scheme", &organization.organization_id)?;

        let mut check = Check::within("segment_scheme");
        let scheme = wire::parse_scheme(&mut check, asked, stored.revision + 1);
        if let Some(scheme) = &scheme {
            scheme.check(&mut check, &organization.settings.default_language_code);
        }
        let scheme = check.build(|| scheme)?;
        scheme.check_removals(&organizations::list_used_segments(&mut tx).await?)?;
        if !message.validate_only {
            organizations::update_scheme(&mut tx, &scheme).await?;
            let (event, id) = (EventType::OrganizationUpdated, organization.organization_id);
            outbox::append(&mut tx, &ctx, event, id, None).await?;
            tx.commit().await?;
        }
        let mut segment_scheme = wire::scheme(&scheme);
        if message.validate_only {
            segment_scheme.etag.clear();
        }
        Ok(Response::new(pb::UpdateSegmentSchemeResponse { segment_scheme: Some(segment_scheme) }))
    }

    async fn create_unit(
        &self,
        request: Request<pb::CreateUnitRequest>,
    ) -> Result<Response<pb::CreateUnitResponse>, Status> {
        const METHOD: &str = "orgfit.directory.v1.DirectoryService/CreateUnit";
        let (ctx, message) = enter(request)?;
        let mut check = Check::new();
        let request_id = check.request_id(&message.request_id);
        let request_id = check.build(|| request_id)?;
        let mut tx = self.db.write("create_unit", ctx.scope()).await?;
        let write = match claim(&mut tx, &ctx, METHOD, request_id, &message).await? {
            Claim::New(write) => write,
            Claim::Replay(response) => {
                tx.commit().await?;
                return Ok(replayed(response));
            }
        };
        let unit = new_unit(&mut tx, &ctx, message.unit.unwrap_or_default()).await?;
        save_new_unit(&mut tx, &ctx, &unit).await?;
        let response = pb::CreateUnitResponse { unit: Some(wire::unit(&unit)) };
        write.remember(&mut tx, &response, None).await?;
        tx.commit().await?;
        Ok(Response::new(response))
    }

    async fn get_unit(
        &self,
        request: Request<pb::GetUnitRequest>,
    ) -> Result<Response<pb::GetUnitResponse>, Status> {
        use pb::get_unit_request::Key;

        let (ctx, message) = enter(request)?;
        let reach = ctx.caller.reach(Permission::UnitsRead)?;
        let mut check = Check::new();
        let key = match &message.key {
            Some(Key::UnitId(id)) => check.id("unit_id", id).map(units::UnitKey::Id),
            Some(Key::ExternalId(id)) => {
                check.required_external_id("external_id", id).map(units::UnitKey::External)
            }
            None => {
                check.missing("unit_id");
                None
            }
        };
        let key = check.build(|| key)?;
        let mut tx = self.db.read("get_unit", ctx.scope()).await?;
        let unit = units::find_unit(&mut tx, &key).await?;
        let unit = reached(&mut tx, reach, Permission::UnitsRead, &key, unit).await?;
        tx.commit().await?;
        Ok(Response::new(pb::GetUnitResponse { unit: Some(wire::unit(&unit)) }))
    }

    async fn list_units(
        &self,
        request: Request<pb::ListUnitsRequest>,
    ) -> Result<Response<pb::ListUnitsResponse>, Status> {
        const METHOD: &str = "orgfit.directory.v1.DirectoryService/ListUnits";
        let (ctx, message) = enter(request)?;
        let reach = ctx.caller.reach(Permission::UnitsRead)?;
        let mut check = Check::new();
        let parent = check.optional_id::<UnitId>("parent_unit_id", &message.parent_unit_id);
        let query =
            pb::ListUnitsRequest { page_size: 0, page_token: String::new(), ..message.clone() };
        let page =
            PageRequest::parse(&mut check, METHOD, &query, message.page_size, &message.page_token);
        let (parent, page) = check.build(|| Some((parent?, page?)))?;

        let mut tx = self.db.read("list_units", ctx.scope()).await?;
        if let Some(parent) = parent {
            require_within(&mut tx, reach, Permission::UnitsRead, parent).await?;
            units::load_unit(&mut tx, parent).await?;
        }
        let tops = match (parent, reach) {
            (Some(parent), _) => Some(vec![parent]),
            (None, Reach::Organization) => None,
            (None, Reach::Subtrees(tops)) => Some(tops.iter().copied().collect()),
        };
        let key = tx.page_key().await?;
        let after = page.after(&key, ctx.now)?;
        let query = units::UnitQuery {
            tops,
            direct_children_only: message.direct_children_only,
            show_deleted: message.show_deleted,
        };
        let rows = units::list_units(&mut tx, &query, &page, after).await?;
        tx.commit().await?;
        let (rows, next_page_token) =
            page.finish(&key, ctx.now, rows, |(_, place)| place.clone())?;
        let units = rows.iter().map(|(unit, _)| wire::unit(unit)).collect();
        Ok(Response::new(pb::ListUnitsResponse { units, next_page_token }))
    }

    async fn update_unit(
        &self,
        request: Request<pb::UpdateUnitRequest>,
    ) -> Result<Response<pb::UpdateUnitResponse>, Status> {
        let (ctx, message) = enter(request)?;
        let reach = ctx.caller.reach(Permission::UnitsWrite)?;
        let paths = parse_mask(message.update_mask.as_ref(), UNIT_PATHS)?;
        let asked = message.unit.unwrap_or_default();
        let mut check = Check::within("unit");
        let id = check.id::<UnitId>("unit_id", &asked.unit_id);
        let id = check.build(|| id)?;

        let mut tx = self.db.write("update_unit", ctx.scope()).await?;
        require_within(&mut tx, reach, Permission::UnitsWrite, id).await?;
        let mut unit = units::lock_unit(&mut tx, id).await?;
        unit.etag().check(&asked.etag, UnitId::RESOURCE_TYPE, &id)?;
        unit.require_live()?;
        let mut merged = wire::unit(&unit);
        merge_unit(&mut merged, &asked, &paths);
        let (fields, date) =
            parse_unit(&mut tx, &ctx, Check::within("unit"), &merged, Some(&unit)).await?;
        let changes = unit.apply(fields, date, ctx.now);
        save_unit(&mut tx, &ctx, &unit, &changes).await?;
        tx.commit().await?;
        Ok(Response::new(pb::UpdateUnitResponse { unit: Some(wire::unit(&unit)) }))
    }

    async fn move_unit(
        &self,
        request: Request<pb::MoveUnitRequest>,
    ) -> Result<Response<pb::MoveUnitResponse>, Status> {
        const METHOD: &str = "orgfit.directory.v1.DirectoryService/MoveUnit";
        let (ctx, message) = enter(request)?;
        let mut check = Check::new();
        let request_id = check.request_id(&message.request_id);
        let ids = (
            check.id::<UnitId>("unit_id", &message.unit_id),
            check.id::<UnitId>("new_parent_unit_id", &message.new_parent_unit_id),
        );
        let date = parse_date(&mut check, "effective_date", message.effective_date.as_ref());
        let (request_id, id, parent, date) =
            check.build(|| Some((request_id?, ids.0?, ids.1?, date?)))?;

        let mut tx = self.db.write("move_unit", ctx.scope()).await?;
        let write = match claim(&mut tx, &ctx, METHOD, request_id, &message).await? {
            Claim::New(write) => write,
            Claim::Replay(response) => {
                tx.commit().await?;
                return Ok(replayed(response));
            }
        };
        let unit = moved(&mut tx, &ctx, (id, parent), date, &message.etag).await?;
        let response = pb::MoveUnitResponse { unit: Some(wire::unit(&unit)) };
        if message.validate_only {
            return Ok(Response::new(response));
        }
        write.remember(&mut tx, &response, None).await?;
        tx.commit().await?;
        Ok(Response::new(response))
    }

    async fn delete_unit(
        &self,
        request: Request<pb::DeleteUnitRequest>,
    ) -> Result<Response<pb::DeleteUnitResponse>, Status> {
        let (ctx, message) = enter(request)?;
        let reach = ctx.caller.reach(Permission::UnitsWrite)?;
        let mut check = Check::new();
        let id = check.id::<UnitId>("unit_id", &message.unit_id);
        let id = check.build(|| id)?;

        let mut tx = self.db.write("delete_unit", ctx.scope()).await?;
        require_within(&mut tx, reach, Permission::UnitsWrite, id).await?;
        organizations::lock_organization(&mut tx).await?;
        let mut unit = units::lock_unit(&mut tx, id).await?;
        unit.etag().check(&message.etag, UnitId::RESOURCE_TYPE, &id)?;
        if unit.delete_time.is_none() {
            unit.check_deletion(units::count_live_children(&mut tx, id).await?)?;
            unit.delete(ctx.now);
            save_unit(&mut tx, &ctx, &unit, &[UnitChange::Deleted]).await?;
        }
        tx.commit().await?;
        Ok(Response::new(pb::DeleteUnitResponse { unit: Some(wire::unit(&unit)) }))
    }

    async fn undelete_unit(
        &self,
        request: Request<pb::UndeleteUnitRequest>,
    ) -> Result<Response<pb::UndeleteUnitResponse>, Status> {
        let (ctx, message) = enter(request)?;
        let reach = ctx.caller.reach(Permission::UnitsWrite)?;
        let mut check = Check::new();
        let id = check.id::<UnitId>("unit_id", &message.unit_id);
        let id = check.build(|| id)?;

        let mut tx = self.db.write("undelete_unit", ctx.scope()).await?;
        require_within(&mut tx, reach, Permission::UnitsWrite, id).await?;
        organizations::lock_organization(&mut tx).await?;
        let mut unit = units::lock_unit(&mut tx, id).await?;
        if unit.delete_time.is_some() {
            if let Some(parent) = unit.parent_unit_id {
                units::load_unit(&mut tx, parent).await?.require_live()?;
            }
            unit.restore(ctx.now);
            save_unit(&mut tx, &ctx, &unit, &[UnitChange::Restored]).await?;
        }
        tx.commit().await?;
        Ok(Response::new(pb::UndeleteUnitResponse { unit: Some(wire::unit(&unit)) }))
    }
}

/// The settings after the fields that the mask names were taken over.
fn merge_settings(
    stored: &organization::Settings,
    asked: &pb::Organization,
    paths: &[&str],
    scheme: &super::super::SegmentScheme,
) -> Result<organization::Settings> {
    let mut check = Check::within("organization");
    let named = |path: &str| paths.contains(&path);
    let mut settings = stored.clone();
    if named("display_name")
        && let Some(name) = organization::parse_display_name(&mut check, &asked.display_name)
    {
        settings.display_name = name;
    }
    if named("time_zone")
        && let Some(zone) = check.time_zone("time_zone", &asked.time_zone)
    {
        settings.time_zone = zone;
    }
    if named("default_language_code")
        && let Some(code) = check.language("default_language_code", &asked.default_language_code)
    {
        settings.default_language_code = code;
    }
    if named("supported_language_codes")
        && let Some(codes) = organization::parse_languages(
            &mut check,
            &asked.supported_language_codes,
            &settings.default_language_code,
        )
    {
        settings.supported_language_codes = codes;
    }
    if named("privacy_policy")
        && let Some(policy) = wire::parse_privacy_policy(&mut check, asked.privacy_policy.as_ref())
    {
        settings.privacy_policy = policy;
    }
    if named("working_days")
        && let Some(days) = organization::parse_working_days(&mut check, &asked.working_days)
    {
        settings.working_days = days;
    }
    settings.check(&mut check, scheme);
    check.build(|| Some(settings))
}
