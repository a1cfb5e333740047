//! Attacks that compute the answers of few people exactly: numbers that are published as they are,
//! sums and differences of means, scores less the items that they are made of, and counts of those
//! who left a question out.
use std::collections::BTreeMap;

use super::cells::{K, Measure};
use super::company::{DIMENSION_OF, Kind};
use super::linear::{self, System};
use super::published::{Card, Evidence, Part, Place};
use super::report::Report;

/// Columns of a joint system, at most: its rows are many.
pub(super) const JOINT_COLUMNS_MAX: usize = 600;

fn few(count: u32) -> bool {
    (1..K).contains(&count)
}

/// All measures of a wave.
pub(super) fn measures(items: &[Kind]) -> Vec<Measure> {
    let facets = (0..DIMENSION_OF.len()).map(Measure::Facet);
    let dimensions = (0..2).map(Measure::Dimension);
    let all = [Measure::Responses, Measure::Overall].into_iter().chain(dimensions).chain(facets);
    all.chain((0..items.len()).map(Measure::Item)).collect()
}

/// What is told of few as it is.
pub(super) fn direct(evidence: &Evidence, report: &mut Report) {
    let items = &evidence.company.items;
    for card in evidence.all() {
        for measure in measures(items) {
            let size = evidence.size(&card.cells, measure);
            if card.shows(measure) && few(size) {
                report.find("direct", || format!("{}: {measure:?} of {size}", card.name));
            }
        }
        for (item, shown) in card.items.iter().enumerate() {
            let answered = evidence.size(&card.cells, Measure::Item(item));
            let people = evidence.size(&card.cells, Measure::Responses);
            let is_told = shown.told.is_some() || shown.cannot_judge.is_some();
            if let Some(told) = shown.told {
                assert_eq!(told, answered, "seed {}: {}", evidence.company.seed, card.name);
            }
            if is_told && (few(answered) || few(people - answered)) {
                let text = || format!("{}: {answered} of {people} answered i{item}", card.name);
                report.find("direct count", text);
            }
        }
    }
}

/// The sums of one measure over cells.
pub(super) fn system_of(evidence: &Evidence, measure: Measure) -> (System, Vec<&Card>) {
    let size = |cell: usize| evidence.size(&[cell], measure);
    let columns: Vec<_> = (0..evidence.cells.len()).map(|cell| (size(cell), 0)).collect();
    let cards: Vec<&Card> = evidence.all().filter(|card| card.shows(measure)).collect();
    let rows = cards.iter().map(|card| {
        let cells = card.cells.iter().filter(|cell| columns[**cell].0 > 0);
        cells.map(|cell| (*cell, 1)).collect()
    });
    let rows = rows.collect();
    (System { columns, rows }, cards)
}

/// Sums and differences of one measure.
pub(super) fn sums(evidence: &Evidence, report: &mut Report) {
    for measure in measures(&evidence.company.items) {
        let kind = match measure {
            Measure::Responses => "sums of responses",
            Measure::Overall | Measure::Dimension(_) => "sums of dimensions",
            Measure::Facet(_) => "sums of facets",
            Measure::Item(_) => "sums of items",
        };
        let (system, cards) = system_of(evidence, measure);
        let found = linear::small_groups(&system, K);
        if found.gave_up {
            report.find(kind, || format!("{measure:?}: too much to try"));
        }
        for group in found.groups {
            report.find(kind, || {
                let whom = evidence.describe(&group, measure);
                let how = linear::combination(&system, &group).unwrap_or_default();
                let how = how.iter().map(|(row, factor)| {
                    format!("{}{}", linear::signed(*factor), cards[*row].name)
                });
                format!("{measure:?} of {whom} = {}", how.collect::<Vec<_>>().join(" "))
            });
        }
    }
}

/// All levels of scores at once: a facet less its other items is the item that is left.
pub(super) fn joint(evidence: &Evidence, report: &mut Report) {
    let items = &evidence.company.items;
    let scored = items.iter().filter(|kind| matches!(kind, Kind::Scored { .. })).count();
    let column = |cell: usize, item: usize| cell * scored + item;
    if evidence.cells.len() * scored > JOINT_COLUMNS_MAX {
        report.count("companies too large for the joint attack", 1);
        return;
    }
    let mut system = System::default();
    for cell in 0..evidence.cells.len() {
        for item in 0..scored {
            system.columns.push((evidence.size(&[cell], Measure::Item(item)), item));
        }
    }
    let mut names = Vec::new();
    for card in evidence.all() {
        let sizes: Vec<u32> =
            (0..scored).map(|item| evidence.size(&card.cells, Measure::Item(item))).collect();
        for measure in measures(items) {
            let factors = factors(evidence, measure, &sizes);
            if measure == Measure::Responses || !card.shows(measure) || factors.is_empty() {
                continue;
            }
            let mut row = Vec::new();
            for cell in &card.cells {
                for (item, factor) in &factors {
                    if system.columns[column(*cell, *item)].0 > 0 {
                        row.push((column(*cell, *item), *factor));
                    }
                }
            }
            row.sort_unstable();
            system.rows.push(row);
            names.push((card, measure));
        }
    }
    let found = linear::small_groups(&system, K);
    if found.gave_up {
        report.find("scores less items", || "too much to try".to_owned());
    }
    for group in found.groups {
        report.find("scores less items", || {
            let item = Measure::Item(group[0] % scored);
            let cells: Vec<usize> = group.iter().map(|column| column / scored).collect();
            let how = linear::combination(&system, &group).unwrap_or_default();
            let how = how.iter().map(|(row, _)| {
                let (card, measure) = names[*row];
                format!("{} {measure:?}", card.name)
            });
            let how = how.collect::<Vec<_>>().join(", ");
            format!("{item:?} of {} from {how}", evidence.describe(&cells, item))
        });
    }
}

/// What the sum of an item's answers counts for in a score, by item. An item that nobody answered
/// has no part in it, nor has a facet or dimension without any.
fn factors(evidence: &Evidence, measure: Measure, sizes: &[u32]) -> Vec<(usize, u64)> {
    let company = &evidence.company;
    if let Measure::Item(item) = measure {
        // Whatever the number of those who answered: it is known.
        return if item < sizes.len() && sizes[item] > 0 { vec![(item, 1)] } else { Vec::new() };
    }
    let (facet_weights, dimension_weights) = company.weights;
    let number = |weight: i32| u64::try_from(weight).unwrap();
    let answered = |facet: usize| {
        let items = sizes.iter().enumerate().filter(|(_, size)| **size > 0);
        let items = items.filter_map(|(item, _)| match company.items[item] {
            Kind::Scored { facet: of, weight, .. } if of == facet => Some((item, number(weight))),
            _ => None,
        });
        items.collect::<Vec<_>>()
    };
    let mut dimensions: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (facet, dimension) in DIMENSION_OF.into_iter().enumerate() {
        let is_meant = match measure {
            Measure::Facet(of) => facet == of,
            Measure::Dimension(of) => dimension == of,
            _ => true,
        };
        if is_meant && !answered(facet).is_empty() {
            dimensions.entry(dimension).or_default().push(facet);
        }
    }
    let all: u64 = dimensions.keys().map(|each| number(dimension_weights[*each])).sum();
    let mut factors = Vec::new();
    for (dimension, facets) in dimensions {
        let in_dimension: u64 = facets.iter().map(|each| number(facet_weights[*each])).sum();
        for facet in facets {
            let items = answered(facet);
            let in_facet: u64 = items.iter().map(|(_, weight)| weight).sum();
            for (item, weight) in items {
                let above =
                    number(dimension_weights[dimension]) * number(facet_weights[facet]) * weight;
                let below = all * in_dimension * in_facet * u64::from(sizes[item]);
                factors.push((item, linear::fraction(above, below)));
            }
        }
    }
    factors
}

/// How many answered an item, subtracted along the tree and along the segments.
pub(super) fn counts(evidence: &Evidence, report: &mut Report) {
    for item in 0..evidence.company.items.len() {
        let told: BTreeMap<Place, &Card> = evidence
            .cards
            .iter()
            .filter(|(_, card)| {
                card.items[item].told.is_some() || card.items[item].cannot_judge.is_some()
            })
            .map(|(place, card)| (*place, card))
            .collect();
        for place in told.keys() {
            for (line, parts) in lines(evidence, &told, *place) {
                let mut left = told[place].cells.clone();
                for part in parts {
                    left.retain(|cell| !told[&part].cells.contains(cell));
                }
                let answered = evidence.size(&left, Measure::Item(item));
                let unanswered = evidence.size(&left, Measure::Responses) - answered;
                if few(answered) || few(unanswered) {
                    report.find("counts of items", || {
                        let name = &told[place].name;
                        format!(
                            "{name} less {line}: i{item} {answered} of {}",
                            answered + unanswered
                        )
                    });
                }
            }
        }
    }
}

/// What can be subtracted from a slice, of those in `among`.
fn lines(
    evidence: &Evidence,
    among: &BTreeMap<Place, &Card>,
    place: Place,
) -> Vec<(String, Vec<Place>)> {
    let company = &evidence.company;
    let mut lines = Vec::new();
    if !place.own {
        // The largest slices below it of the same part.
        let below: Vec<Place> = among
            .keys()
            .filter(|other| {
                other.part == place.part
                    && **other != place
                    && company.is_within(other.unit, place.unit)
            })
            .copied()
            .collect();
        let is_under = |one: &Place, other: &Place| {
            one != other && !other.own && company.is_within(one.unit, other.unit)
        };
        let largest = below.iter().filter(|one| !below.iter().any(|other| is_under(one, other)));
        let largest: Vec<Place> = largest.copied().collect();
        lines.push(("what is below".to_owned(), largest));
        lines.extend(below.into_iter().map(|other| (format!("{other:?}"), vec![other])));
    }
    let values = |place: &Place, dimension: usize| match place.part {
        Part::Value(of, value) if of == dimension => Some(value),
        _ => None,
    };
    let same = |other: &&Place| other.unit == place.unit && other.own == place.own;
    for dimension in 0..company.values.len() {
        if place.part == Part::Whole {
            let parts =
                among.keys().filter(same).filter(|other| values(other, dimension).is_some());
            lines.push((format!("values of d{dimension}"), parts.copied().collect()));
        }
    }
    if let (Some((first, second)), Part::Value(dimension, value)) = (company.pair, place.part)
        && place.unit == 0
        && !place.own
    {
        let crossed = |other: &&Place| match other.part {
            Part::Pair(one, two) => {
                (dimension == first && one == value) || (dimension == second && two == value)
            }
            _ => false,
        };
        let parts = among.keys().filter(crossed).copied().collect();
        lines.push(("crossed values".to_owned(), parts));
    }
    lines.retain(|(_, parts)| !parts.is_empty());
    lines
}
