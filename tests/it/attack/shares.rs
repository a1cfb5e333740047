//! How much is shown, against what could be: the units that have enough answers, and the slices that
//! the plain remainder rule would show, which looks at numbers of people, or of answers to each dimension
//! besides, and proves nothing. The rule is written here once more, from its description.
use std::collections::{BTreeMap, BTreeSet};

use super::cells::{K, Measure};
use super::company::Company;
use super::published::{Evidence, Part, Place, places};
use super::report::Report;

/// Names of what is counted.
pub(super) const UNITS_ENOUGH: &str = "units with enough answers";
pub(super) const UNITS_SHOWN: &str = "units shown";
pub(super) const SLICES_OF_PEOPLE: &str = "slices of the plain rule by people";
pub(super) const SLICES_OF_ANSWERS: &str = "slices of the plain rule by answers";
pub(super) const SLICES_SHOWN: &str = "slices shown";

/// What the rule looks at: of none of it may there be few, in what is shown and in what is left.
pub(super) const BY_PEOPLE: [Measure; 1] = [Measure::Responses];
const BY_ANSWERS: [Measure; 3] = [Measure::Responses, Measure::Dimension(0), Measure::Dimension(1)];

/// Counts what is shown and what could be.
pub(super) fn compare(evidence: &Evidence, report: &mut Report) {
    let enough = |place: &Place| evidence.size(&evidence.cells_of(*place), Measure::Responses) >= K;
    let units: Vec<Place> = places(&evidence.company)
        .into_iter()
        .filter(|place| place.part == Part::Whole && !place.own && enough(place))
        .collect();
    report.count(UNITS_ENOUGH, units.len());
    let shown = units.iter().filter(|unit| evidence.cards.contains_key(unit));
    report.count(UNITS_SHOWN, shown.count());
    report.count(SLICES_OF_PEOPLE, plain(evidence, &BY_PEOPLE, false).len());
    report.count(SLICES_OF_ANSWERS, plain(evidence, &BY_ANSWERS, false).len());
    report.count(SLICES_SHOWN, evidence.cards.len());
}

/// The slices that the plain remainder rule shows. With `forgets_own_staff` it looks at the parts of
/// a unit that are units only.
pub(super) fn plain(
    evidence: &Evidence,
    measures: &[Measure],
    forgets_own_staff: bool,
) -> BTreeSet<Place> {
    let company = &evidence.company;
    let all = places(company);
    let size = |place: Place, measure: Measure| evidence.size(&evidence.cells_of(place), measure);
    let of_all = |place: &Place| measures.iter().map(|measure| size(*place, *measure)).collect();
    let sizes: BTreeMap<Place, Vec<u32>> =
        all.iter().map(|place| (*place, of_all(place))).collect();
    let mut rule = Plain {
        company,
        shown: all
            .into_iter()
            .filter(|place| sizes[place][0] > 0 && is_nobody_or_enough(&sizes[place]))
            .collect(),
        sizes,
        forgets_own_staff,
    };
    if forgets_own_staff {
        rule.shown.retain(|place| !place.own && place.part == Part::Whole);
    }
    while rule.hide_once() {}
    rule.shown
}

fn is_nobody_or_enough(sizes: &[u32]) -> bool {
    sizes.iter().all(|size| *size == 0 || *size >= K)
}

struct Plain<'a> {
    company: &'a Company,
    /// The number of people first.
    sizes: BTreeMap<Place, Vec<u32>>,
    shown: BTreeSet<Place>,
    forgets_own_staff: bool,
}

impl Plain<'_> {
    /// Hides the smallest part of every slice whose remainder is of few. True when there was one.
    fn hide_once(&mut self) -> bool {
        let before = self.shown.len();
        for place in self.shown.clone() {
            for parts in self.lines(place) {
                let parts: Vec<Place> =
                    parts.into_iter().filter(|part| self.shown.contains(part)).collect();
                if !self.shown.contains(&place) || parts.is_empty() {
                    continue;
                }
                let left = self.left(place, &parts);
                if is_nobody_or_enough(&left) || (self.forgets_own_staff && self.all_below(place)) {
                    continue;
                }
                let victim = self.victim(place, &parts);
                self.shown.remove(&victim);
            }
        }
        self.shown.len() < before
    }

    /// The sizes of what is left of a slice without parts of it.
    fn left(&self, place: Place, parts: &[Place]) -> Vec<u32> {
        let mut left = self.sizes[&place].clone();
        for part in parts {
            for (left, known) in left.iter_mut().zip(&self.sizes[part]) {
                *left -= known;
            }
        }
        left
    }

    /// What to hide for a remainder of few: the smallest part. Along the tree one that has people of
    /// its own left, who then join the remainder; where none has, the slice itself, whose remainder
    /// then falls to the one above.
    fn victim(&self, place: Place, parts: &[Place]) -> Place {
        let smallest = |parts: &mut dyn Iterator<Item = &Place>| {
            parts.min_by_key(|part| (self.sizes[*part][0], **part)).copied()
        };
        if parts[0].part != place.part {
            return smallest(&mut parts.iter()).unwrap();
        }
        let has_left = |part: &&Place| part.own || self.left(**part, &self.below(**part))[0] > 0;
        match smallest(&mut parts.iter().filter(has_left)) {
            Some(part) => part,
            None if place.unit == 0 => smallest(&mut parts.iter()).unwrap(),
            None => place,
        }
    }

    /// Whether every unit below with answers is shown, so that only own staff are left.
    fn all_below(&self, place: Place) -> bool {
        (0..self.company.parents.len()).all(|unit| {
            let child = Place { unit, ..place };
            self.company.parents[unit] != Some(place.unit)
                || self.sizes[&child][0] == 0
                || self.shown.contains(&child)
        })
    }

    /// The parts of a slice that lie side by side: the largest shown below, and the values.
    fn lines(&self, place: Place) -> Vec<Vec<Place>> {
        let mut lines = Vec::new();
        if !place.own && !matches!(place.part, Part::Pair(..)) {
            lines.push(self.below(place));
        }
        if place.part == Part::Whole {
            lines.extend(self.company.values.iter().enumerate().map(|(dimension, count)| {
                let part = |value| Place { part: Part::Value(dimension, value), ..place };
                (0..*count).map(part).collect()
            }));
        }
        if let (Some((first, second)), Part::Value(dimension, value)) =
            (self.company.pair, place.part)
            && place.unit == 0
            && !place.own
        {
            let part = |part| Place { part, ..place };
            if dimension == first {
                let others = 0..self.company.values[second];
                lines.push(others.map(|other| part(Part::Pair(value, other))).collect());
            } else if dimension == second {
                let others = 0..self.company.values[first];
                lines.push(others.map(|other| part(Part::Pair(other, value))).collect());
            }
        }
        lines
    }

    fn below(&self, place: Place) -> Vec<Place> {
        let mut found = Vec::new();
        let own = Place { own: true, ..place };
        if self.shown.contains(&own) {
            found.push(own);
        }
        for unit in place.unit + 1..self.company.parents.len() {
            let slice = Place { unit, ..place };
            if self.company.parents[unit] == Some(place.unit) {
                if self.shown.contains(&slice) {
                    found.push(slice);
                } else {
                    found.extend(self.below(slice));
                }
            }
        }
        found
    }
}
