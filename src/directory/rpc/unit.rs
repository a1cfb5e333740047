//! What the calls on units have in common: taking fields over, checking what they refer to, and
//! finding units within reach.
use super::super::store::{organization as organizations, unit as units};
use super::super::unit::{self as nouns, Unit, UnitChange, UnitFields};
use super::super::{is_active_person, require_within, save_unit, today};
use crate::base::caller::denied;
use crate::base::id::{Id, PersonId, UnitId};
use crate::base::wire::parse_date;
use crate::base::{Check, Context, Error, Permission, Reach, Result, Tx};
use crate::pb::directory as pb;

/// Takes over the fields that the mask names. A new name or new predecessors without a new date
/// count from today.
pub(super) fn merge_unit(unit: &mut pb::Unit, asked: &pb::Unit, paths: &[&str]) {
    for path in paths {
        match *path {
            "external_id" => unit.external_id.clone_from(&asked.external_id),
            "display_name" => unit.display_name.clone_from(&asked.display_name),
            "lead_person_id" => unit.lead_person_id.clone_from(&asked.lead_person_id),
            "predecessor_unit_ids" => {
                unit.predecessor_unit_ids.clone_from(&asked.predecessor_unit_ids);
            }
            _ => unit.effective_date = asked.effective_date,
        }
    }
    let changed = paths.iter().any(|path| ["display_name", "predecessor_unit_ids"].contains(path));
    if changed && !paths.contains(&"effective_date") {
        unit.effective_date = None;
    }
}

/// Checks the fields of a unit, and that what they refer to exists. References that `stored`
/// already has stay valid. Other predecessors must be within reach, as every unit that a caller
/// names.
pub(super) async fn parse_unit(
    tx: &mut Tx,
    ctx: &Context,
    mut check: Check,
    unit: &pb::Unit,
    stored: Option<&Unit>,
) -> Result<(UnitFields, chrono::NaiveDate)> {
    let today = today(tx, ctx).await?;
    let external_id = check.external_id("external_id", &unit.external_id);
    let display_name = nouns::parse_display_name(&mut check, &unit.display_name);
    let lead = check.optional_id::<PersonId>("lead_person_id", &unit.lead_person_id);
    let predecessors = nouns::parse_predecessors(&mut check, &unit.predecessor_unit_ids);
    let date = parse_date(&mut check, "effective_date", unit.effective_date.as_ref())
        .and_then(|date| nouns::parse_effective_date(&mut check, date, today));

    let lead_stored = stored.and_then(|stored| stored.fields.lead_person_id);
    if let Some(Some(lead)) = lead
        && Some(lead) != lead_stored
        && !is_active_person(tx, lead).await?
    {
        check.refuse("lead_person_id", "must be a person of the organization who has not left");
    }
    if let Some(predecessors) = &predecessors {
        let held = stored.map_or(&[][..], |stored| &stored.fields.predecessor_unit_ids);
        let reach = ctx.caller.reach(Permission::UnitsWrite)?;
        for id in predecessors.iter().filter(|id| !held.contains(id)) {
            require_within(tx, reach, Permission::UnitsWrite, *id).await?;
        }
        let unknown = units::list_unknown_units(tx, predecessors).await?;
        for (position, id) in predecessors.iter().enumerate() {
            if unknown.contains(id) || stored.is_some_and(|stored| stored.unit_id == *id) {
                check.refuse(
                    &format!("predecessor_unit_ids[{position}]"),
                    "must be another unit that the organization has or had",
                );
            }
        }
    }
    check.build(|| {
        let fields = UnitFields {
            external_id: external_id?,
            display_name: display_name?,
            lead_person_id: lead?,
            predecessor_unit_ids: predecessors?,
        };
        Some((fields, date?))
    })
}

/// A unit to be created below the parent that it names, which must be within reach.
pub(super) async fn new_unit(tx: &mut Tx, ctx: &Context, asked: pb::Unit) -> Result<Unit> {
    let reach = ctx.caller.reach(Permission::UnitsWrite)?;
    let mut check = Check::within("unit");
    let parent = check.id::<UnitId>("parent_unit_id", &asked.parent_unit_id);
    let (fields, effective_date) = parse_unit(tx, ctx, check, &asked, None).await?;
    let Some(parent) = parent else {
        return Err(Error::internal("a refused parent passed the check"));
    };
    require_within(tx, reach, Permission::UnitsWrite, parent).await?;
    organizations::lock_organization(tx).await?;
    let depth = units::load_unit(tx, parent).await?.depth_below(0)?;
    Ok(Unit {
        unit_id: ctx.new_id(),
        parent_unit_id: Some(parent),
        depth,
        fields,
        effective_date,
        direct_member_count: 0,
        revision: 1,
        create_time: ctx.now,
        update_time: ctx.now,
        delete_time: None,
        purge_time: None,
    })
}

/// Moves a unit within the transaction. Both ends of the move must be within reach.
pub(super) async fn moved(
    tx: &mut Tx,
    ctx: &Context,
    (id, parent): (UnitId, UnitId),
    date: Option<chrono::NaiveDate>,
    etag: &str,
) -> Result<Unit> {
    let reach = ctx.caller.reach(Permission::UnitsWrite)?;
    require_within(tx, reach, Permission::UnitsWrite, id).await?;
    require_within(tx, reach, Permission::UnitsWrite, parent).await?;
    let organization = organizations::lock_organization(tx).await?;
    let mut unit = units::lock_unit(tx, id).await?;
    unit.etag().check(etag, UnitId::RESOURCE_TYPE, &id)?;
    let mut check = Check::new();
    let today = crate::base::clock::date_in(organization.settings.time_zone, ctx.now);
    let date = nouns::parse_effective_date(&mut check, date, today);
    let date = check.build(|| date)?;
    let new_parent = units::load_unit(tx, parent).await?;
    let path = units::load_path(tx, parent).await?;
    let height = units::load_height(tx, id).await?;
    let depth = unit.depth_after_move(&new_parent, &path, height)?;
    if unit.parent_unit_id == Some(parent) {
        return Ok(unit);
    }
    units::shift_depths(tx, id, depth - unit.depth).await?;
    unit.parent_unit_id = Some(parent);
    unit.depth = depth;
    unit.effective_date = date;
    unit.touch(ctx.now);
    save_unit(tx, ctx, &unit, &[UnitChange::Moved]).await?;
    Ok(unit)
}

/// A looked-up unit, or the refusal: outside of a limited reach a known unit and an unknown one
/// are the same.
pub(super) async fn reached(
    tx: &mut Tx,
    reach: &Reach,
    permission: Permission,
    key: &units::UnitKey,
    unit: Option<Unit>,
) -> Result<Unit> {
    let Some(unit) = unit else {
        let id = match key {
            units::UnitKey::Id(id) => id.to_string(),
            units::UnitKey::External(_) => String::new(),
        };
        return Err(if reach.is_organization() {
            Error::not_found(UnitId::RESOURCE_TYPE, id)
        } else {
            denied(permission)
        });
    };
    require_within(tx, reach, permission, unit.unit_id).await?;
    Ok(unit)
}
