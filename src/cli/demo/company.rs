//! Invents an organization: the same seed and sizes give the same rows, so that importing them
//! again changes nothing.
use chrono::{Days, NaiveDate};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::names::{CULTURES, DIVISIONS, Division, OFFICE, TEAMS};

/// Units below one unit.
const FAN_OUT: usize = 4;
/// People whose status is another than active, in a thousand.
const ON_LEAVE_PER_MILLE: u32 = 35;
const ONBOARDING_PER_MILLE: u32 = 15;
/// Days over which people joined.
const JOINING_DAYS: u64 = 20 * 365;

/// A unit of the file.
pub(super) struct Unit {
    pub(super) external_id: String,
    pub(super) parent_external_id: String,
    pub(super) display_name: String,
    /// Position of the parent, none directly below the root.
    parent: Option<usize>,
    /// Levels above it, without the root.
    depth: usize,
    division: Option<&'static Division>,
}

/// A person of the file.
pub(super) struct Person {
    pub(super) external_id: String,
    pub(super) unit_external_id: String,
    pub(super) employee_number: String,
    pub(super) first_name: &'static str,
    pub(super) last_name: &'static str,
    pub(super) work_email: String,
    pub(super) language_code: &'static str,
    pub(super) manager_external_id: String,
    pub(super) employment_status: &'static str,
    pub(super) start_date: NaiveDate,
    pub(super) leads_unit_external_ids: String,
    pub(super) hierarchy_level: &'static str,
    pub(super) function: &'static str,
    pub(super) customer_contact: &'static str,
}

/// Invents `count` units: an executive office, divisions, their departments, and teams below. Each
/// level is dealt out over the one above it in turn, until every unit has `FAN_OUT` below it.
pub(super) fn invent_units(count: usize) -> Vec<Unit> {
    let mut units: Vec<Unit> = std::iter::once(None)
        .chain(DIVISIONS.iter().map(Some))
        .take(count)
        .enumerate()
        .map(|(position, division)| Unit {
            external_id: unit_id(position),
            parent_external_id: String::new(),
            display_name: division.map_or(OFFICE, |division| division.name).to_owned(),
            parent: None,
            depth: 0,
            division,
        })
        .collect();
    // The office has nothing below it.
    let mut above = 1..units.len();
    while units.len() < count && !above.is_empty() {
        let begin = units.len();
        let size = (above.len() * FAN_OUT).min(count - begin);
        for order in 0..size {
            let parent = above.start + order % above.len();
            let unit = unit_below(&units, parent, order / above.len(), begin + order);
            units.push(unit);
        }
        above = begin..units.len();
    }
    units
}

fn unit_below(units: &[Unit], parent: usize, round: usize, position: usize) -> Unit {
    let above = &units[parent];
    let display_name = match above.division {
        Some(division) if above.depth == 0 => division.departments[round % FAN_OUT].to_owned(),
        _ => team_name(position),
    };
    Unit {
        external_id: unit_id(position),
        parent_external_id: above.external_id.clone(),
        display_name,
        parent: Some(parent),
        depth: above.depth + 1,
        division: above.division,
    }
}

fn team_name(position: usize) -> String {
    let name = TEAMS[position % TEAMS.len()];
    match position / TEAMS.len() {
        0 | 1 => format!("Team {name}"),
        round => format!("Team {name} {round}"),
    }
}

fn unit_id(position: usize) -> String {
    format!("demo-unit-{position:04}")
}

/// Invents `count` people in `units`. Each unit has a lead as long as there are enough people.
pub(super) fn invent_people(units: &[Unit], count: usize, seed: u64) -> Vec<Person> {
    let mut random = StdRng::seed_from_u64(seed);
    (0..count)
        .map(|number| {
            let leads = number < units.len();
            let place = if leads { number } else { random.random_range(0..units.len()) };
            // Only a few work in the office itself.
            let place = if place == 0 && !leads && units.len() > 1 {
                random.random_range(1..units.len())
            } else {
                place
            };
            invent_person(&mut random, units, place, number, leads)
        })
        .collect()
}

fn invent_person(
    random: &mut StdRng,
    units: &[Unit],
    place: usize,
    number: usize,
    leads: bool,
) -> Person {
    let unit = &units[place];
    let culture = &CULTURES[random.random_range(0..CULTURES.len())];
    // The lead of the unit above manages a lead; the lead of the own unit everybody else.
    let manager = match (leads, unit.parent) {
        (false, _) => Some(place),
        (true, Some(parent)) => Some(parent),
        (true, None) if place > 0 => Some(0),
        (true, None) => None,
    };
    let status = match random.random_range(0..1000) {
        share if leads || share >= ON_LEAVE_PER_MILLE + ONBOARDING_PER_MILLE => "active",
        share if share < ON_LEAVE_PER_MILLE => "leave",
        _ => "onboarding",
    };
    let level = match (leads, unit.depth) {
        (true, 0) => "executive",
        (true, 1) => "management",
        (true, _) => "team_lead",
        (false, _) => "staff",
    };
    let first_day = NaiveDate::default() + Days::new(35 * 365);
    Person {
        external_id: person_id(number),
        unit_external_id: unit.external_id.clone(),
        employee_number: format!("{}", 100_000 + number),
        first_name: pick(random, culture.first),
        last_name: pick(random, culture.last),
        work_email: format!("person.{number:06}@demo.example.org"),
        language_code: culture.language,
        manager_external_id: manager.map_or_else(String::new, person_id),
        employment_status: status,
        start_date: first_day + Days::new(random.random_range(0..JOINING_DAYS)),
        leads_unit_external_ids: if leads { unit.external_id.clone() } else { String::new() },
        hierarchy_level: level,
        function: unit.division.map_or("support", |division| division.function),
        customer_contact: unit.division.map_or("monthly", |division| division.customer_contact),
    }
}

fn person_id(number: usize) -> String {
    format!("demo-person-{number:06}")
}

fn pick(random: &mut StdRng, names: &'static [&'static str]) -> &'static str {
    names.choose(random).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_organization_hangs_together(unit_count in 1usize..300, person_count in 1usize..400, seed in any::<u64>()) {
            let units = invent_units(unit_count);
            let people = invent_people(&units, person_count, seed);
            prop_assert_eq!((units.len(), people.len()), (unit_count, person_count));

            let keys: BTreeSet<_> = units.iter().map(|unit| unit.external_id.as_str()).collect();
            prop_assert_eq!(keys.len(), unit_count);
            prop_assert!(units.iter().all(|unit| unit.depth < 12));
            for unit in &units {
                let parent = unit.parent_external_id.as_str();
                prop_assert!(parent.is_empty() || keys.contains(parent));
            }

            let persons: BTreeSet<_> = people.iter().map(|person| person.external_id.as_str()).collect();
            prop_assert_eq!(persons.len(), person_count);
            for person in &people {
                prop_assert!(keys.contains(person.unit_external_id.as_str()));
                prop_assert!(person.manager_external_id != person.external_id);
            }
            let leads: Vec<_> =
                people.iter().filter(|person| !person.leads_unit_external_ids.is_empty()).collect();
            prop_assert_eq!(leads.len(), unit_count.min(person_count));
        }
    }

    #[test]
    fn the_same_seed_invents_the_same_people_and_another_one_others() {
        let units = invent_units(40);
        let names = |seed| -> Vec<_> {
            let people = invent_people(&units, 200, seed);
            people.iter().map(|person| (person.last_name, person.start_date)).collect()
        };
        assert_eq!(names(7), names(7));
        assert_ne!(names(7), names(8));
    }

    #[test]
    fn siblings_are_told_apart_by_name() {
        let units = invent_units(40);
        let names: BTreeSet<_> =
            units.iter().map(|unit| (&unit.parent_external_id, &unit.display_name)).collect();
        assert_eq!(names.len(), units.len());
    }
}
