//! Decides what an import of units does to the tree. Pure: stored units and rows in, new and
//! changed units out.
//!
//! Rows may come in any order, so the plan looks at all of them together: a row falls when its
//! parent is unknown, when the tree would get a cycle, or when it would get too deep, and with it
//! fall the rows that hang on a unit that then does not come into being.
use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::import::{AbsentRows, Fault, FaultKind, Faults, Outcome, RawDate, parse_date};
use super::unit::{
    DEPTH_MAX, PREDECESSORS_MAX, Unit, UnitChange, UnitFields, parse_display_name,
    parse_effective_date,
};
use crate::base::Check;
use crate::base::clock::Timestamp;
use crate::base::id::UnitId;

/// A row as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitRow {
    /// Position in the whole import.
    pub row_number: i32,
    /// The caller's key.
    pub external_id: String,
    /// The caller's key of the parent; empty means directly below the root.
    pub parent_external_id: String,
    /// Name.
    pub display_name: String,
    /// The caller's keys of the predecessors.
    pub predecessor_external_ids: Vec<String>,
    /// Day since which it counts.
    pub effective_date: Option<RawDate>,
}

/// What the plan does.
#[derive(Clone, Debug, Default)]
pub struct UnitPlan {
    /// New units, parents first.
    pub created: Vec<Unit>,
    /// Changed units as they will be, each with what belongs to its lineage.
    pub updated: Vec<(Unit, Vec<UnitChange>)>,
    /// Units that only come to lie at another depth.
    pub depths: Vec<(UnitId, i16)>,
    /// Deleted units as they will be.
    pub deleted: Vec<Unit>,
    /// Counts and faults.
    pub outcome: Outcome,
}

/// A row whose own fields are right.
#[derive(Clone, Debug)]
struct Candidate {
    row_number: i32,
    external_id: String,
    parent: Option<String>,
    display_name: String,
    predecessors: Vec<String>,
    effective_date: Option<NaiveDate>,
    /// The stored unit, or the one that comes into being.
    unit_id: UnitId,
}

/// Makes the plan. `stored` are all units, deleted ones included; `new_id` gives identifiers.
pub fn plan(
    stored: &[Unit],
    rows: &[UnitRow],
    absent_rows: AbsentRows,
    (today, now): (NaiveDate, Timestamp),
    new_id: impl FnMut() -> UnitId,
) -> UnitPlan {
    let mut faults = Faults::default();
    let by_key: HashMap<&str, &Unit> = stored
        .iter()
        .filter_map(|unit| unit.fields.external_id.as_deref().map(|key| (key, unit)))
        .collect();
    let candidates = candidates(&by_key, rows, today, new_id, &mut faults);
    let standing = standing(stored, &by_key, candidates, &mut faults);
    let mut plan = UnitPlan::default();
    let places = Places::after(stored, &by_key, &standing);
    changes(stored, &by_key, &standing, &places, (today, now), &mut plan);
    plan.outcome.faults = faults;
    absent(stored, rows, absent_rows, now, &mut plan);
    plan
}

/// Checks each row by itself and against rows with the same key.
fn candidates(
    by_key: &HashMap<&str, &Unit>,
    rows: &[UnitRow],
    today: NaiveDate,
    mut new_id: impl FnMut() -> UnitId,
    faults: &mut Faults,
) -> BTreeMap<String, Candidate> {
    let mut candidates: BTreeMap<String, Candidate> = BTreeMap::new();
    let mut keys = BTreeSet::new();
    for row in rows {
        let mut check = Check::new();
        let external_id = check.required_external_id("external_id", &row.external_id);
        let parent = check.external_id("parent_external_id", &row.parent_external_id);
        let display_name = parse_display_name(&mut check, &row.display_name);
        let mut predecessors = Vec::new();
        check.count(
            "predecessor_external_ids",
            row.predecessor_external_ids.len(),
            0..=PREDECESSORS_MAX,
        );
        for (position, key) in row.predecessor_external_ids.iter().enumerate() {
            let field = format!("predecessor_external_ids[{position}]");
            predecessors.extend(check.required_external_id(&field, key));
        }
        let date =
            parse_date(&mut check, "effective_date", row.effective_date).and_then(
                |date| match date {
                    None => Some(None),
                    Some(_) => parse_effective_date(&mut check, date, today).map(Some),
                },
            );
        faults.push_findings(row.row_number, &row.external_id, check.into_findings());
        let Some(external_id) = external_id else { continue };
        if !keys.insert(external_id.clone()) {
            faults.push(fault(
                row.row_number,
                &external_id,
                "external_id",
                FaultKind::DuplicateInImport,
            ));
            continue;
        }
        let (Some(parent), Some(display_name), Some(effective_date)) = (parent, display_name, date)
        else {
            continue;
        };
        let known = by_key.get(external_id.as_str());
        let candidate = Candidate {
            row_number: row.row_number,
            external_id: external_id.clone(),
            parent,
            display_name,
            predecessors,
            effective_date,
            unit_id: known.map_or_else(&mut new_id, |unit| unit.unit_id),
        };
        candidates.insert(external_id, candidate);
    }
    candidates
}

/// The candidates that stand: their references exist, and the tree stays a tree.
fn standing(
    stored: &[Unit],
    by_key: &HashMap<&str, &Unit>,
    mut candidates: BTreeMap<String, Candidate>,
    faults: &mut Faults,
) -> BTreeMap<String, Candidate> {
    loop {
        let places = Places::after(stored, by_key, &candidates);
        let mut fallen: Vec<Fault> = candidates
            .values()
            .filter_map(|candidate| judge(candidate, by_key, &candidates, &places))
            .collect();
        if fallen.is_empty() {
            fallen = pushed_down(stored, &candidates, &places);
        }
        if fallen.is_empty() {
            return candidates;
        }
        for fault in fallen {
            candidates.remove(&fault.external_id);
            faults.push(fault);
        }
    }
}

/// The candidates that would push a stored unit below them too deep.
fn pushed_down(
    stored: &[Unit],
    candidates: &BTreeMap<String, Candidate>,
    places: &Places,
) -> Vec<Fault> {
    let by_id: HashMap<UnitId, &Candidate> =
        candidates.values().map(|candidate| (candidate.unit_id, candidate)).collect();
    let too_deep = |unit: &&Unit| places.depth(unit.unit_id).is_some_and(|depth| depth > DEPTH_MAX);
    let guilty: BTreeMap<i32, &Candidate> = stored
        .iter()
        .filter(too_deep)
        .filter_map(|unit| {
            let mut place = unit.unit_id;
            while !by_id.contains_key(&place) {
                place = places.parent(place)?;
            }
            by_id.get(&place).map(|candidate| (candidate.row_number, *candidate))
        })
        .collect();
    let kind = FaultKind::TreeInvalid;
    guilty
        .values()
        .map(|candidate| {
            fault(candidate.row_number, &candidate.external_id, "parent_external_id", kind)
        })
        .collect()
}

/// Why a candidate falls, if it does.
fn judge(
    candidate: &Candidate,
    by_key: &HashMap<&str, &Unit>,
    candidates: &BTreeMap<String, Candidate>,
    places: &Places,
) -> Option<Fault> {
    let refuse =
        |field: &str, kind| Some(fault(candidate.row_number, &candidate.external_id, field, kind));
    let known = by_key.get(candidate.external_id.as_str());
    if known.is_some_and(|unit| unit.is_root()) && candidate.parent.is_some() {
        return refuse("parent_external_id", FaultKind::TreeInvalid);
    }
    if let Some(parent) = &candidate.parent
        && !candidates.contains_key(parent)
    {
        match by_key.get(parent.as_str()) {
            None => return refuse("parent_external_id", FaultKind::ReferenceUnknown),
            Some(unit) if unit.delete_time.is_some() => {
                return refuse("parent_external_id", FaultKind::ReferenceRetired);
            }
            Some(_) => {}
        }
    }
    for (position, key) in candidate.predecessors.iter().enumerate() {
        let exists = candidates.contains_key(key) || by_key.contains_key(key.as_str());
        if !exists || *key == candidate.external_id {
            let field = format!("predecessor_external_ids[{position}]");
            return refuse(&field, FaultKind::ReferenceUnknown);
        }
    }
    match places.depth(candidate.unit_id) {
        Some(depth) if depth <= DEPTH_MAX => None,
        _ => refuse("parent_external_id", FaultKind::TreeInvalid),
    }
}

/// The tree as it would be: the parent of every unit.
struct Places(HashMap<UnitId, Option<UnitId>>);

impl Places {
    fn after(
        stored: &[Unit],
        by_key: &HashMap<&str, &Unit>,
        candidates: &BTreeMap<String, Candidate>,
    ) -> Self {
        let mut parents: HashMap<UnitId, Option<UnitId>> =
            stored.iter().map(|unit| (unit.unit_id, unit.parent_unit_id)).collect();
        let root = stored.iter().find(|unit| unit.is_root()).map(|unit| unit.unit_id);
        for candidate in candidates.values() {
            if root == Some(candidate.unit_id) {
                continue;
            }
            let parent = match &candidate.parent {
                None => root,
                Some(key) => candidates
                    .get(key)
                    .map(|parent| parent.unit_id)
                    .or_else(|| by_key.get(key.as_str()).map(|unit| unit.unit_id)),
            };
            parents.insert(candidate.unit_id, parent);
        }
        Self(parents)
    }

    fn parent(&self, unit: UnitId) -> Option<UnitId> {
        self.0.get(&unit).copied().flatten()
    }

    /// Distance from the root; `None` when there is no way to it. A walk longer than the depth of
    /// any tree is a cycle or too deep, and says so by a depth beyond the limit.
    fn depth(&self, unit: UnitId) -> Option<i16> {
        let mut depth = 0;
        let mut place = unit;
        loop {
            match self.0.get(&place)? {
                None => return Some(depth),
                Some(parent) => place = *parent,
            }
            depth += 1;
            if depth > DEPTH_MAX {
                return Some(depth);
            }
        }
    }
}

/// Turns the standing candidates into new and changed units.
fn changes(
    stored: &[Unit],
    by_key: &HashMap<&str, &Unit>,
    standing: &BTreeMap<String, Candidate>,
    places: &Places,
    (today, now): (NaiveDate, Timestamp),
    plan: &mut UnitPlan,
) {
    let id_of = |key: &String| {
        standing
            .get(key)
            .map(|candidate| candidate.unit_id)
            .or_else(|| by_key.get(key.as_str()).map(|unit| unit.unit_id))
    };
    let mut touched = BTreeSet::new();
    for candidate in standing.values() {
        let predecessors: Vec<UnitId> = candidate.predecessors.iter().filter_map(id_of).collect();
        let depth = places.depth(candidate.unit_id).unwrap_or(0);
        let parent = places.parent(candidate.unit_id);
        match by_key.get(candidate.external_id.as_str()) {
            Some(unit) => {
                let changed = change(unit, candidate, (parent, depth), predecessors, (today, now));
                if let Some(changed) = changed {
                    touched.insert(unit.unit_id);
                    plan.updated.push(changed);
                } else {
                    plan.outcome.unchanged += 1;
                }
            }
            None => {
                plan.created.push(create(candidate, (parent, depth), predecessors, (today, now)));
            }
        }
    }
    plan.created.sort_by_key(|unit| unit.depth);
    plan.depths = stored
        .iter()
        .filter(|unit| !touched.contains(&unit.unit_id))
        .filter_map(|unit| {
            let depth = places.depth(unit.unit_id)?;
            (depth != unit.depth).then_some((unit.unit_id, depth))
        })
        .collect();
    let count = |length: usize| i32::try_from(length).unwrap_or(i32::MAX);
    plan.outcome.created = count(plan.created.len());
    plan.outcome.updated = count(plan.updated.len());
}

fn create(
    candidate: &Candidate,
    (parent_unit_id, depth): (Option<UnitId>, i16),
    predecessor_unit_ids: Vec<UnitId>,
    (today, now): (NaiveDate, Timestamp),
) -> Unit {
    Unit {
        unit_id: candidate.unit_id,
        parent_unit_id,
        depth,
        fields: UnitFields {
            external_id: Some(candidate.external_id.clone()),
            display_name: candidate.display_name.clone(),
            lead_person_id: None,
            predecessor_unit_ids,
        },
        effective_date: candidate.effective_date.unwrap_or(today),
        direct_member_count: 0,
        revision: 1,
        create_time: now,
        update_time: now,
        delete_time: None,
        purge_time: None,
    }
}

/// The unit as the row wants it, or `None` when it is so already.
fn change(
    unit: &Unit,
    candidate: &Candidate,
    (parent, depth): (Option<UnitId>, i16),
    predecessor_unit_ids: Vec<UnitId>,
    (today, now): (NaiveDate, Timestamp),
) -> Option<(Unit, Vec<UnitChange>)> {
    let fields = UnitFields {
        display_name: candidate.display_name.clone(),
        predecessor_unit_ids,
        ..unit.fields.clone()
    };
    let restored = unit.delete_time.is_some();
    let moved = unit.parent_unit_id != parent;
    let dated = candidate.effective_date.is_some_and(|date| date != unit.effective_date);
    if fields == unit.fields && !restored && !moved && !dated {
        return None;
    }
    let mut changed = unit.clone();
    let date = candidate.effective_date.unwrap_or(today);
    let mut lineage = changed.apply(fields, date, now);
    changed.parent_unit_id = parent;
    changed.depth = depth;
    if moved {
        lineage.push(UnitChange::Moved);
    }
    if restored {
        changed.delete_time = None;
        changed.purge_time = None;
        lineage.push(UnitChange::Restored);
    }
    Some((changed, lineage))
}

/// Deletes live units with a key that no row mentions, unless that is too many or they are still
/// used.
fn absent(
    stored: &[Unit],
    rows: &[UnitRow],
    absent_rows: AbsentRows,
    now: Timestamp,
    plan: &mut UnitPlan,
) {
    if absent_rows == AbsentRows::Keep {
        return;
    }
    let mut check = Check::new();
    let mentioned: BTreeSet<String> = rows
        .iter()
        .filter_map(|row| check.required_external_id("external_id", &row.external_id))
        .collect();
    let keyed: Vec<&Unit> = stored
        .iter()
        .filter(|unit| {
            unit.delete_time.is_none() && !unit.is_root() && unit.fields.external_id.is_some()
        })
        .collect();
    let gone: Vec<&Unit> = keyed
        .iter()
        .copied()
        .filter(|unit| unit.fields.external_id.as_ref().is_some_and(|key| !mentioned.contains(key)))
        .collect();
    plan.outcome.absent = i32::try_from(gone.len()).unwrap_or(i32::MAX);
    plan.outcome.refusal = absent_rows.refusal(gone.len(), keyed.len(), "units");

    let ids: BTreeSet<UnitId> = gone.iter().map(|unit| unit.unit_id).collect();
    let moved: HashMap<UnitId, Option<UnitId>> =
        plan.updated.iter().map(|(unit, _)| (unit.unit_id, unit.parent_unit_id)).collect();
    let parent_after =
        |unit: &Unit| moved.get(&unit.unit_id).copied().unwrap_or(unit.parent_unit_id);
    let staying =
        stored.iter().filter(|unit| unit.delete_time.is_none() && !ids.contains(&unit.unit_id));
    let holding = staying
        .map(parent_after)
        .chain(plan.created.iter().map(|unit| unit.parent_unit_id))
        .any(|parent| parent.is_some_and(|parent| ids.contains(&parent)));
    if holding || gone.iter().any(|unit| unit.direct_member_count > 0) {
        plan.outcome.refusal.get_or_insert_with(|| {
            "units that no row mentions still have people or units; move those first, for example by importing people before the full import of units".to_owned()
        });
    }
    plan.deleted = gone
        .into_iter()
        .map(|unit| {
            let mut unit = unit.clone();
            unit.delete(now);
            unit
        })
        .collect();
}

fn fault(row_number: i32, external_id: &str, field: &str, kind: FaultKind) -> Fault {
    let message = match kind {
        FaultKind::DuplicateInImport => "an earlier row has the same key; keep one of them",
        FaultKind::ReferenceUnknown => "is neither a stored unit nor one of another valid row",
        FaultKind::ReferenceRetired => "is a deleted unit; restore it or name another",
        FaultKind::TreeInvalid => {
            "would make a cycle, move the root, or make the tree deeper than 20 levels"
        }
        FaultKind::FieldMissing | FaultKind::FieldInvalid | FaultKind::ConflictInImport => {
            "is wrong"
        }
    };
    Fault {
        row_number,
        external_id: external_id.to_owned(),
        field: field.to_owned(),
        kind,
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests;
