//! Applies imports of units and people within one transaction: load, decide, save. The rows come
//! from the room that stages them.
use std::collections::HashMap;

use super::import::{AbsentRows, Outcome};
use super::people_plan::{PeoplePlan, PersonRow};
use super::store::{bulk as store, organization as organizations, unit as units};
use super::unit::{UnitChange, external_id_taken};
use super::unit_plan::{self, UnitPlan, UnitRow};
use crate::base::clock::date_in;
use crate::base::id::PersonId;
use crate::base::{Context, Result, Tx};

/// Applies an import of units. When the outcome has a refusal the transaction must be dropped.
pub async fn apply_units(
    tx: &mut Tx,
    ctx: &Context,
    rows: &[UnitRow],
    absent: AbsentRows,
) -> Result<Outcome> {
    let organization = organizations::lock_organization(tx).await?;
    let stored = store::load_all_units(tx).await?;
    let today = date_in(organization.settings.time_zone, ctx.now);
    let plan = unit_plan::plan(&stored, rows, absent, (today, ctx.now), || ctx.new_id());
    if plan.outcome.refusal.is_none() {
        save_units(tx, &plan).await?;
    }
    Ok(plan.outcome)
}

/// Writes a plan: parents before children, and deletions when nothing hangs on them any more.
async fn save_units(tx: &mut Tx, plan: &UnitPlan) -> Result<()> {
    for unit in &plan.created {
        units::insert_unit(tx, unit).await?.map_err(external_id_taken)?;
        units::insert_change(tx, unit, UnitChange::Created).await?;
        if !unit.fields.predecessor_unit_ids.is_empty() {
            units::insert_change(tx, unit, UnitChange::Continued).await?;
        }
    }
    for (unit, changes) in &plan.updated {
        units::update_unit(tx, unit).await?.map_err(external_id_taken)?;
        for change in changes {
            units::insert_change(tx, unit, *change).await?;
        }
    }
    for (unit, depth) in &plan.depths {
        store::update_depth(tx, *unit, *depth).await?;
    }
    for unit in &plan.deleted {
        units::update_unit(tx, unit).await?.map_err(external_id_taken)?;
        units::insert_change(tx, unit, UnitChange::Deleted).await?;
    }
    Ok(())
}

/// An import of people under way. Batches are shown twice: all to [`PeopleImport::examine`], then,
/// after [`PeopleImport::settle`], all again to [`PeopleImport::write`].
#[derive(Debug)]
pub struct PeopleImport {
    plan: PeoplePlan,
    absent: AbsentRows,
    gone: Vec<PersonId>,
}

impl PeopleImport {
    /// Begins: the unit tree and the segment scheme stay as they are until the transaction ends.
    pub async fn begin(tx: &mut Tx, absent: AbsentRows) -> Result<Self> {
        organizations::lock_organization(tx).await?;
        let scheme = organizations::share_scheme(tx).await?;
        let units = store::load_unit_keys(tx).await?;
        Ok(Self { plan: PeoplePlan::new(units, scheme), absent, gone: Vec::new() })
    }

    /// First look at a batch.
    pub async fn examine(&mut self, tx: &mut Tx, ctx: &Context, rows: &[PersonRow]) -> Result<()> {
        let stored = store::lock_people(tx, &PeoplePlan::keys(rows)).await?;
        self.plan.examine(rows, &stored, || ctx.new_id());
        Ok(())
    }

    /// Between the looks: finds managers outside of the import and absent people. Returns what
    /// is known then: all faults, and the refusal if there is one.
    pub async fn settle(&mut self, tx: &mut Tx) -> Result<&Outcome> {
        let mut asked = self.plan.outside_managers();
        asked.extend(self.plan.fallen_keys());
        let stored: HashMap<String, PersonId> = store::find_people_ids(tx, &asked).await?;
        self.plan.settle(stored);
        if self.absent != AbsentRows::Keep {
            let live = store::list_keyed_people(tx).await?;
            self.gone = self.plan.absent(live, self.absent);
        }
        Ok(&self.plan.outcome)
    }

    /// Second look at a batch: writes it.
    pub async fn write(&mut self, tx: &mut Tx, ctx: &Context, rows: &[PersonRow]) -> Result<()> {
        let stored = store::lock_people(tx, &self.plan.held_keys(rows)).await?;
        let batch = self.plan.decide(rows, &stored, ctx.now);
        store::insert_people(tx, &batch.created).await?;
        store::update_people(tx, &batch.updated).await?;
        store::update_leads(tx, &batch.leads, ctx.now).await
    }

    /// Ends: deletes absent people and says what became of all rows.
    pub async fn finish(self, tx: &mut Tx, ctx: &Context) -> Result<Outcome> {
        store::delete_people(tx, &self.gone, ctx.now).await?;
        Ok(self.plan.outcome)
    }
}
