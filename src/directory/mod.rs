//! The directory: an organization's settings, its segment scheme, its tree of units with their
//! lineage, and its people.
//!
//! Invariant: nothing here knows an answer, and no field holds a sensitive trait.
pub mod bulk;
pub mod import;
pub mod organization;
pub mod people_plan;
pub mod person;
mod roster;
mod rpc;
pub mod segment;
mod store;
pub mod unit;
pub mod unit_plan;
mod wire;

use std::collections::HashMap;

use chrono::NaiveDate;

pub use bulk::{PeopleImport, apply_units};
pub use import::{AbsentRows, Fault, FaultKind, Outcome, RawDate};
pub use organization::{NewOrganization, Organization, PrivacyPolicy, Settings};
pub use people_plan::PersonRow;
pub use person::{EmploymentStatus, Person};
pub use roster::{RosterPerson, TreeUnit};
pub use rpc::{DirectoryRpc, PeopleRpc};
pub use segment::{SegmentDimension, SegmentRole, SegmentScheme, SegmentValue, Segments};
pub use unit::Unit;
pub use unit_plan::UnitRow;

use crate::base::caller::denied;
use crate::base::clock::date_in;
use crate::base::id::{PersonId, UnitId};
use crate::base::{Context, Permission, Reach, Result, Tx, idempotency};
use crate::outbox::{self, EventType};
use unit::{UnitChange, UnitFields};

/// Most people that housekeeping erases in one transaction.
const ERASED_AT_ONCE_MAX: i64 = 500;

/// Makes the organization of `ctx`, with an empty segment scheme and the root of its tree.
pub async fn create_organization(
    tx: &mut Tx,
    ctx: &Context,
    new: NewOrganization,
) -> Result<Organization> {
    idempotency::create_tenant(tx, &new.page_key).await?;
    let root_unit_id: UnitId = ctx.new_id();
    let root = Unit {
        unit_id: root_unit_id,
        parent_unit_id: None,
        depth: 0,
        fields: UnitFields {
            external_id: None,
            display_name: new.settings.display_name.clone(),
            lead_person_id: None,
            predecessor_unit_ids: Vec::new(),
        },
        effective_date: date_in(new.settings.time_zone, ctx.now),
        direct_member_count: 0,
        revision: 1,
        create_time: ctx.now,
        update_time: ctx.now,
        delete_time: None,
        purge_time: None,
    };
    let organization = Organization {
        organization_id: ctx.caller.organization_id,
        settings: new.settings,
        root_unit_id,
        revision: 1,
        create_time: ctx.now,
        update_time: ctx.now,
    };
    store::organization::insert_organization(tx, &organization).await?;
    let scheme = SegmentScheme { dimensions: Vec::new(), revision: 1 };
    store::organization::insert_scheme(tx, &scheme).await?;
    save_new_unit(tx, ctx, &root).await?;
    Ok(organization)
}

/// The organization of the transaction.
pub async fn load_organization(tx: &mut Tx) -> Result<Organization> {
    store::organization::load_organization(tx).await
}

/// The organization and its segment scheme, both kept as they are until the transaction ends, and
/// with them the unit tree.
pub async fn share_structure(tx: &mut Tx) -> Result<(Organization, SegmentScheme)> {
    let organization = store::organization::share_organization(tx).await?;
    Ok((organization, store::organization::share_scheme(tx).await?))
}

/// The segment scheme.
pub async fn load_scheme(tx: &mut Tx) -> Result<SegmentScheme> {
    store::organization::load_scheme(tx).await
}

/// The live units of a subtree, parents before their children and each subtree in one piece. Empty
/// when the top is unknown or deleted.
pub async fn list_tree(tx: &mut Tx, top: UnitId) -> Result<Vec<TreeUnit>> {
    store::roster::list_tree(tx, top).await
}

/// Units with all above them, upwards; each begins with itself. Unknown ones are left out.
pub async fn list_paths(tx: &mut Tx, ids: &[UnitId]) -> Result<HashMap<UnitId, Vec<UnitId>>> {
    store::roster::list_paths(tx, ids).await
}

/// Units by the caller's keys, deleted ones included. Unknown keys are left out.
pub async fn find_unit_ids(tx: &mut Tx, keys: &[String]) -> Result<HashMap<String, UnitId>> {
    store::roster::find_unit_ids(tx, keys).await
}

/// What waves need of people. Who is not of the organization is left out.
pub async fn list_roster_people(tx: &mut Tx, ids: &[PersonId]) -> Result<Vec<RosterPerson>> {
    store::roster::list_roster_people(tx, ids).await
}

/// The person behind a caller's own key, if there is one who has not left.
pub async fn find_active_person_by_external_id(
    tx: &mut Tx,
    external_id: &str,
) -> Result<Option<PersonId>> {
    let key = store::person::PersonKey::External(external_id.to_owned());
    let person = store::person::find_person(tx, &key).await?;
    Ok(person.filter(is_active).map(|person| person.person_id))
}

/// Whether a person exists and has not left. They cannot be deleted before the transaction ends.
pub async fn is_active_person(tx: &mut Tx, id: PersonId) -> Result<bool> {
    Ok(store::person::share_person(tx, id).await?.is_some_and(|person| is_active(&person)))
}

fn is_active(person: &Person) -> bool {
    person.delete_time.is_none() && !person.fields.employment_status.has_left()
}

/// Whether a live unit exists.
pub async fn unit_exists(tx: &mut Tx, id: UnitId) -> Result<bool> {
    let unit = store::unit::find_unit(tx, &store::unit::UnitKey::Id(id)).await?;
    Ok(unit.is_some_and(|unit| unit.delete_time.is_none()))
}

/// Refuses a unit outside of `reach`, in the same words whether or not it exists.
pub async fn require_within(
    tx: &mut Tx,
    reach: &Reach,
    permission: Permission,
    unit: UnitId,
) -> Result<()> {
    if is_within(tx, reach, unit).await? { Ok(()) } else { Err(denied(permission)) }
}

/// Whether a unit lies in `reach`, as the tree is now.
pub async fn is_within(tx: &mut Tx, reach: &Reach, unit: UnitId) -> Result<bool> {
    match reach {
        Reach::Organization => Ok(true),
        Reach::Subtrees(tops) => {
            let path = store::unit::load_path(tx, unit).await?;
            Ok(path.iter().any(|above| tops.contains(above)))
        }
    }
}

/// Housekeeping of one organization: erases people and removes units whose 30 days are over.
/// Returns how many.
pub async fn purge(tx: &mut Tx, ctx: &Context) -> Result<u64> {
    let mut purged = 0;
    for id in store::person::list_due_people(tx, ctx.now, ERASED_AT_ONCE_MAX).await? {
        store::unit::lock_led_units(tx, id).await?;
        if let Some(mut person) = store::person::lock_person(tx, id).await? {
            erase(tx, ctx, &mut person).await?;
            purged += 1;
        }
    }
    Ok(purged + store::unit::purge_units(tx, ctx.now).await?)
}

/// Erases all personal data of a person, wherever the engine keeps some.
async fn erase(tx: &mut Tx, ctx: &Context, person: &mut Person) -> Result<()> {
    if person.erase_time.is_some() {
        return Ok(());
    }
    person.erase(ctx.now);
    save_person(tx, ctx, person).await?;
    idempotency::forget(tx, person.person_id).await
}

/// Writes a changed person, whose external key is free, with what follows from the change.
async fn save_person(tx: &mut Tx, ctx: &Context, person: &Person) -> Result<()> {
    store::person::update_person(tx, person).await?.map_err(person::external_id_taken)?;
    if !is_active(person) {
        store::unit::clear_lead(tx, person.person_id, ctx.now).await?;
    }
    outbox::append(tx, ctx, EventType::PersonUpdated, person.person_id, Some(person.etag())).await
}

/// Writes a new unit with its lineage and its event.
async fn save_new_unit(tx: &mut Tx, ctx: &Context, unit: &Unit) -> Result<()> {
    store::unit::insert_unit(tx, unit).await?.map_err(unit::external_id_taken)?;
    store::unit::insert_change(tx, unit, UnitChange::Created).await?;
    if !unit.fields.predecessor_unit_ids.is_empty() {
        store::unit::insert_change(tx, unit, UnitChange::Continued).await?;
    }
    outbox::append(tx, ctx, EventType::UnitCreated, unit.unit_id, Some(unit.etag())).await
}

/// Writes a changed unit with its lineage and its event.
async fn save_unit(tx: &mut Tx, ctx: &Context, unit: &Unit, changes: &[UnitChange]) -> Result<()> {
    store::unit::update_unit(tx, unit).await?.map_err(unit::external_id_taken)?;
    for change in changes {
        store::unit::insert_change(tx, unit, *change).await?;
    }
    outbox::append(tx, ctx, EventType::UnitUpdated, unit.unit_id, Some(unit.etag())).await
}

/// Today in the organization's time zone.
async fn today(tx: &mut Tx, ctx: &Context) -> Result<NaiveDate> {
    Ok(date_in(load_organization(tx).await?.settings.time_zone, ctx.now))
}
