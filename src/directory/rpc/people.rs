//! `PeopleService`: people.
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::super::person::{Person, PersonFields, Placement};
use super::super::segment::{SegmentFault, Segments};
use super::super::store::{organization as organizations, person as people, unit as units};
use super::super::{erase, is_within, person, require_within, save_person, wire};
use crate::base::id::{Id, PersonId, UnitId};
use crate::base::idempotency::{Claim, claim};
use crate::base::page::PageRequest;
use crate::base::wire::{enter, parse_mask, replayed};
use crate::base::{Check, Context, Db, Error, Permission, Reach, Result, Tx};
use crate::outbox::{self, EventType};
use crate::pb::directory as pb;
use pb::people_service_server::PeopleService;

/// The service.
#[derive(Clone, Debug)]
pub struct PeopleRpc {
    db: Db,
}

impl PeopleRpc {
    /// The service on a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

const PERSON_PATHS: &[&str] = &[
    "external_id",
    "employee_number",
    "first_name",
    "last_name",
    "display_name",
    "work_email",
    "language_code",
    "unit_id",
    "manager_person_id",
    "segments",
    "employment_status",
    "start_date",
    "termination_date",
];

#[tonic::async_trait]
impl PeopleService for PeopleRpc {
    async fn create_person(
        &self,
        request: Request<pb::CreatePersonRequest>,
    ) -> Result<Response<pb::CreatePersonResponse>, Status> {
        const METHOD: &str = "orgfit.directory.v1.PeopleService/CreatePerson";
        let (ctx, message) = enter(request)?;
        let mut check = Check::new();
        let request_id = check.request_id(&message.request_id);
        let request_id = check.build(|| request_id)?;
        let mut tx = self.db.write("create_person", ctx.scope()).await?;
        let write = match claim(&mut tx, &ctx, METHOD, request_id, &message).await? {
            Claim::New(write) => write,
            Claim::Replay(response) => {
                tx.commit().await?;
                return Ok(replayed(response));
            }
        };
        let asked = message.person.unwrap_or_default();
        let (fields, placement) = parse_person(&mut tx, &ctx, &asked, None).await?;
        let new = Person {
            person_id: ctx.new_id(),
            fields,
            placement: Some(placement),
            revision: 1,
            create_time: ctx.now,
            update_time: ctx.now,
            delete_time: None,
            purge_time: None,
            erase_time: None,
        };
        people::insert_person(&mut tx, &new).await?.map_err(person::external_id_taken)?;
        let etag = Some(new.etag());
        outbox::append(&mut tx, &ctx, EventType::PersonCreated, new.person_id, etag).await?;
        let response = pb::CreatePersonResponse { person: Some(wire::person(&new)) };
        write.remember(&mut tx, &response, Some(new.person_id.uuid())).await?;
        tx.commit().await?;
        Ok(Response::new(response))
    }

    async fn get_person(
        &self,
        request: Request<pb::GetPersonRequest>,
    ) -> Result<Response<pb::GetPersonResponse>, Status> {
        use pb::get_person_request::Key;

        let (ctx, message) = enter(request)?;
        let mut check = Check::new();
        let key = match &message.key {
            Some(Key::PersonId(id)) => check.id("person_id", id).map(people::PersonKey::Id),
            Some(Key::ExternalId(id)) => {
                check.required_external_id("external_id", id).map(people::PersonKey::External)
            }
            None => {
                check.missing("person_id");
                None
            }
        };
        let key = check.build(|| key)?;
        let mut tx = self.db.read("get_person", ctx.scope()).await?;
        let person = people::find_person(&mut tx, &key).await?;
        let id = match key {
            people::PersonKey::Id(id) => id.to_string(),
            people::PersonKey::External(_) => String::new(),
        };
        let person = reached(&mut tx, &ctx, Permission::PeopleRead, &id, person).await?;
        tx.commit().await?;
        Ok(Response::new(pb::GetPersonResponse { person: Some(wire::person(&person)) }))
    }

    async fn list_people(
        &self,
        request: Request<pb::ListPeopleRequest>,
    ) -> Result<Response<pb::ListPeopleResponse>, Status> {
        const METHOD: &str = "orgfit.directory.v1.PeopleService/ListPeople";
        let (ctx, message) = enter(request)?;
        let reach = ctx.caller.reach(Permission::PeopleRead)?;
        let mut check = Check::new();
        let slice = message.slice.clone().unwrap_or_default();
        let unit = check.optional_id::<UnitId>("slice.unit_id", &slice.unit_id);
        let segments = parse_selectors(&mut check, &slice);
        let query =
            pb::ListPeopleRequest { page_size: 0, page_token: String::new(), ..message.clone() };
        let page =
            PageRequest::parse(&mut check, METHOD, &query, message.page_size, &message.page_token);
        let (unit, segments, page) = check.build(|| Some((unit?, segments?, page?)))?;

        let mut tx = self.db.read("list_people", ctx.scope()).await?;
        if let Some(unit) = unit {
            require_within(&mut tx, reach, Permission::PeopleRead, unit).await?;
            units::load_unit(&mut tx, unit).await?;
        }
        let top = match (unit, slice.direct_members_only) {
            (Some(unit), _) => Some(unit),
            (None, true) => Some(organizations::load_organization(&mut tx).await?.root_unit_id),
            (None, false) => None,
        };
        let query = people::PeopleQuery {
            tops: top.map(|unit| vec![unit]),
            direct_members_only: slice.direct_members_only,
            within: match reach {
                Reach::Organization => None,
                Reach::Subtrees(tops) => Some(tops.iter().copied().collect()),
            },
            segments,
            show_deleted: message.show_deleted,
        };
        let key = tx.page_key().await?;
        let after = page.after::<(String, Uuid)>(&key, ctx.now)?;
        let rows = people::list_people(&mut tx, &query, &page, after).await?;
        tx.commit().await?;
        let (rows, next_page_token) = page.finish(&key, ctx.now, rows, |person| {
            (person.fields.display_name.clone(), person.person_id.uuid())
        })?;
        let people = rows.iter().map(wire::person).collect();
        Ok(Response::new(pb::ListPeopleResponse { people, next_page_token }))
    }

    async fn update_person(
        &self,
        request: Request<pb::UpdatePersonRequest>,
    ) -> Result<Response<pb::UpdatePersonResponse>, Status> {
        let (ctx, message) = enter(request)?;
        let paths = parse_mask(message.update_mask.as_ref(), PERSON_PATHS)?;
        let asked = message.person.unwrap_or_default();
        let mut check = Check::within("person");
        let id = check.id::<PersonId>("person_id", &asked.person_id);
        let id = check.build(|| id)?;

        let mut tx = self.db.write("update_person", ctx.scope()).await?;
        let mut person = lock(&mut tx, &ctx, id).await?;
        person.etag().check(&asked.etag, PersonId::RESOURCE_TYPE, &id)?;
        person.require_live()?;
        let mut merged = wire::person(&person);
        merge_person(&mut merged, &asked, &paths);
        let (fields, placement) = parse_person(&mut tx, &ctx, &merged, Some(&person)).await?;
        person.fields = fields;
        person.placement = Some(placement);
        person.touch(ctx.now);
        save_person(&mut tx, &ctx, &person).await?;
        tx.commit().await?;
        Ok(Response::new(pb::UpdatePersonResponse { person: Some(wire::person(&person)) }))
    }

    async fn delete_person(
        &self,
        request: Request<pb::DeletePersonRequest>,
    ) -> Result<Response<pb::DeletePersonResponse>, Status> {
        let (ctx, message) = enter(request)?;
        let mut check = Check::new();
        let id = check.id::<PersonId>("person_id", &message.person_id);
        let id = check.build(|| id)?;
        let mut tx = self.db.write("delete_person", ctx.scope()).await?;
        let mut person = lock(&mut tx, &ctx, id).await?;
        person.etag().check(&message.etag, PersonId::RESOURCE_TYPE, &id)?;
        if person.delete_time.is_none() {
            person.delete(ctx.now);
            save_person(&mut tx, &ctx, &person).await?;
        }
        tx.commit().await?;
        Ok(Response::new(pb::DeletePersonResponse { person: Some(wire::person(&person)) }))
    }

    async fn undelete_person(
        &self,
        request: Request<pb::UndeletePersonRequest>,
    ) -> Result<Response<pb::UndeletePersonResponse>, Status> {
        let (ctx, message) = enter(request)?;
        let mut check = Check::new();
        let id = check.id::<PersonId>("person_id", &message.person_id);
        let id = check.build(|| id)?;
        let mut tx = self.db.write("undelete_person", ctx.scope()).await?;
        let mut person = lock(&mut tx, &ctx, id).await?;
        person.require_not_erased()?;
        if person.delete_time.is_some() {
            if let Some(placement) = &person.placement {
                units::share_unit(&mut tx, placement.unit_id).await?.require_live()?;
            }
            person.restore(ctx.now);
            save_person(&mut tx, &ctx, &person).await?;
        }
        tx.commit().await?;
        Ok(Response::new(pb::UndeletePersonResponse { person: Some(wire::person(&person)) }))
    }

    async fn erase_person(
        &self,
        request: Request<pb::ErasePersonRequest>,
    ) -> Result<Response<pb::ErasePersonResponse>, Status> {
        let (ctx, message) = enter(request)?;
        let mut check = Check::new();
        let id = check.id::<PersonId>("person_id", &message.person_id);
        let id = check.build(|| id)?;
        let mut tx = self.db.write("erase_person", ctx.scope()).await?;
        let mut person = lock(&mut tx, &ctx, id).await?;
        erase(&mut tx, &ctx, &mut person).await?;
        tx.commit().await?;
        Ok(Response::new(pb::ErasePersonResponse { person: Some(wire::person(&person)) }))
    }
}

/// Locks a person for writing. One out of reach is as unknown as one who is not there.
async fn lock(tx: &mut Tx, ctx: &Context, id: PersonId) -> Result<Person> {
    let person = people::lock_person(tx, id).await?;
    reached(tx, ctx, Permission::PeopleWrite, &id.to_string(), person).await
}

async fn reached(
    tx: &mut Tx,
    ctx: &Context,
    permission: Permission,
    id: &str,
    person: Option<Person>,
) -> Result<Person> {
    let reach = ctx.caller.reach(permission)?;
    let unknown = || Error::not_found(PersonId::RESOURCE_TYPE, id);
    let person = person.ok_or_else(unknown)?;
    let inside = match &person.placement {
        Some(placement) => is_within(tx, reach, placement.unit_id).await?,
        None => reach.is_organization(),
    };
    if inside { Ok(person) } else { Err(unknown()) }
}

/// Segment values to filter by: syntax alone, since an unknown one simply finds nobody.
fn parse_selectors(check: &mut Check, slice: &crate::pb::common::Slice) -> Option<Segments> {
    check.count("slice.segments", slice.segments.len(), 0..=2)?;
    let mut segments = Segments::new();
    for (position, (dimension, value)) in wire::selectors(&slice.segments).into_iter().enumerate() {
        let field = format!("slice.segments[{position}]");
        let dimension = check.key(&format!("{field}.dimension_key"), &dimension);
        let value = check.key(&format!("{field}.value_key"), &value);
        let (Some(dimension), Some(value)) = (dimension, value) else { continue };
        if segments.insert(dimension, value).is_some() {
            check.refuse(&field, SegmentFault::Repeated.description());
        }
    }
    Some(segments)
}

/// Takes over the fields that the mask names. A changed first or last name changes the shown
/// name too, where that was made of them.
fn merge_person(person: &mut pb::Person, asked: &pb::Person, paths: &[&str]) {
    let joined = |person: &pb::Person| {
        format!("{} {}", person.first_name.trim(), person.last_name.trim()).trim().to_owned()
    };
    let derived = person.display_name == joined(person);
    for path in paths {
        match *path {
            "external_id" => person.external_id.clone_from(&asked.external_id),
            "employee_number" => person.employee_number.clone_from(&asked.employee_number),
            "first_name" => person.first_name.clone_from(&asked.first_name),
            "last_name" => person.last_name.clone_from(&asked.last_name),
            "display_name" => person.display_name.clone_from(&asked.display_name),
            "work_email" => person.work_email.clone_from(&asked.work_email),
            "language_code" => person.language_code.clone_from(&asked.language_code),
            "unit_id" => person.unit_id.clone_from(&asked.unit_id),
            "manager_person_id" => person.manager_person_id.clone_from(&asked.manager_person_id),
            "segments" => person.segments.clone_from(&asked.segments),
            "employment_status" => person.employment_status = asked.employment_status,
            "start_date" => person.start_date = asked.start_date,
            _ => person.termination_date = asked.termination_date,
        }
    }
    if derived && !paths.contains(&"display_name") {
        person.display_name.clear();
    }
}

/// Checks a person, and that what they refer to exists. References that `stored` already has
/// stay valid.
async fn parse_person(
    tx: &mut Tx,
    ctx: &Context,
    person: &pb::Person,
    stored: Option<&Person>,
) -> Result<(PersonFields, Placement)> {
    let held = stored.and_then(|stored| stored.placement.as_ref());
    let mut check = Check::within("person");
    let fields = wire::parse_person(&mut check, person);
    let unit = check.id::<UnitId>("unit_id", &person.unit_id);
    let manager = check.optional_id::<PersonId>("manager_person_id", &person.manager_person_id);
    let segments = organizations::share_scheme(tx).await?.check_segments(
        &wire::selectors(&person.segments),
        held.map_or(&Segments::new(), |held| &held.segments),
    );
    if let Err(faults) = &segments {
        for (field, fault) in faults {
            check.refuse(field, fault.description());
        }
    }
    if let Some(Some(manager)) = manager {
        let new = held.and_then(|held| held.manager_person_id) != Some(manager);
        if stored.is_some_and(|stored| stored.person_id == manager) {
            check.refuse("manager_person_id", "must be another person");
        } else if new
            && people::share_person(tx, manager).await?.is_none_or(|m| m.delete_time.is_some())
        {
            check.refuse("manager_person_id", "must be a person of the organization");
        }
    }
    let (fields, unit, manager, segments) =
        check.build(|| Some((fields?, unit?, manager?, segments.ok()?)))?;
    let reach = ctx.caller.reach(Permission::PeopleWrite)?;
    require_within(tx, reach, Permission::PeopleWrite, unit).await?;
    if held.map(|held| held.unit_id) != Some(unit) {
        units::share_unit(tx, unit).await?.require_live()?;
    }
    Ok((fields, Placement { unit_id: unit, manager_person_id: manager, segments }))
}
