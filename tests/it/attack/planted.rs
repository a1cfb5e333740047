//! Leaks that are put there to be found. An attack that finds nothing proves little unless it finds
//! what is there: here numbers are added to what was read, as a careless engine would publish them,
//! and each must be found.
#![expect(clippy::float_arithmetic, reason = "means are what leaks")]
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::cells::{K, Measure};
use super::company::Kind;
use super::exact;
use super::published::{Card, Evidence, Figure, ItemCard, Part, Place, name, places};
use super::report::Report;
use super::shares::{BY_PEOPLE, plain};

/// A mean with as many decimals as the engine tells.
fn rounded(value: f64, responses: u32) -> f64 {
    let step = if responses < 50 { 10.0 } else { 100.0 };
    (value * step).round() / step
}

/// What a careless engine says of some cells: the mean of every item.
fn careless(evidence: &Evidence, name: String, cells: Vec<usize>) -> Card {
    let responses = evidence.size(&cells, Measure::Responses);
    let item_card = |(item, kind): (usize, &Kind)| {
        let answered = evidence.size(&cells, Measure::Item(item));
        let steps: i64 = cells.iter().map(|cell| evidence.cells[*cell].steps(*kind, item)).sum();
        let steps = f64::from(i32::try_from(steps).unwrap());
        let mean = match kind {
            Kind::Choice => None,
            _ if answered == 0 => None,
            Kind::Outcome => Some(steps / f64::from(answered)),
            Kind::Scored { codes, .. } => {
                Some(100.0 * steps / (f64::from(codes - 1) * f64::from(answered)))
            }
        };
        let mean = mean.map(|mean| Figure { value: rounded(mean, responses) });
        ItemCard { mean, ..ItemCard::default() }
    };
    let items = evidence.company.items.iter().enumerate().map(item_card).collect();
    Card {
        name,
        responses,
        overall: None,
        dimensions: vec![None; 2],
        facets: vec![None; 3],
        items,
        cells,
    }
}

/// How much more is found of a kind than before.
fn more_found(
    before: &Evidence,
    after: &Evidence,
    kind: &str,
    attack: fn(&Evidence, &mut Report),
) -> usize {
    let found = |evidence: &Evidence| {
        let mut report = Report::default();
        attack(evidence, &mut report);
        report.tell(&format!("planted in {}", evidence.company.seed));
        report.found_of(kind)
    };
    found(after).saturating_sub(found(before))
}

/// No remainder rule: whatever has enough responses is shown.
pub(super) fn without_remainders(evidence: &Evidence) -> usize {
    let mut leaky = evidence.clone();
    for place in places(&evidence.company) {
        let cells = evidence.cells_of(place);
        let is_new = !evidence.cards.contains_key(&place);
        if is_new && evidence.size(&cells, Measure::Responses) >= K {
            leaky.others.push(careless(evidence, format!("{} (planted)", name(place)), cells));
        }
    }
    more_found(evidence, &leaky, "sums of items", exact::sums)
}

/// A remainder rule that sees no own staff: what is left of a unit when all units below are shown.
pub(super) fn without_own_staff(evidence: &Evidence) -> usize {
    let mut leaky = evidence.clone();
    for place in plain(evidence, &BY_PEOPLE, true) {
        if !evidence.cards.contains_key(&place) {
            let cells = evidence.cells_of(place);
            leaky.others.push(careless(evidence, format!("{} (planted)", name(place)), cells));
        }
    }
    more_found(evidence, &leaky, "sums of items", exact::sums)
}

/// The number of answers to every item that is shown.
pub(super) fn with_all_counts(evidence: &Evidence) -> usize {
    let mut leaky = evidence.clone();
    for card in leaky.cards.values_mut() {
        for (item, shown) in card.items.iter_mut().enumerate() {
            if shown.mean.is_some() {
                shown.told = Some(evidence.size(&card.cells, Measure::Item(item)));
            }
        }
    }
    let direct = more_found(evidence, &leaky, "direct count", exact::direct);
    let lines = more_found(evidence, &leaky, "counts of items", exact::counts);
    direct + lines
}

/// A second tree of the same people, in which some units lie elsewhere, with a release of its own.
pub(super) fn with_second_tree(evidence: &Evidence) -> usize {
    let company = &evidence.company;
    let mut dice = StdRng::seed_from_u64(company.seed);
    let mut leaky = evidence.clone();
    leaky.company.parents = (0..company.parents.len())
        .map(|unit| {
            let moves = unit > 1 && dice.random_bool(0.5);
            if moves { Some(dice.random_range(0..unit)) } else { company.parents[unit] }
        })
        .collect();
    let mut cards = Vec::new();
    for unit in 0..company.parents.len() {
        let cells = leaky.cells_of(Place { unit, own: false, part: Part::Whole });
        if leaky.size(&cells, Measure::Responses) >= K {
            cards.push(careless(evidence, format!("u{unit} of the second tree"), cells));
        }
    }
    leaky.company.parents.clone_from(&company.parents);
    leaky.others.extend(cards);
    more_found(evidence, &leaky, "sums of items", exact::sums)
}

/// An intraclass correlation over all units, the hidden ones included, to six digits: for hidden units
/// of few answers, how often it tells their sum, where all others are known, and of how many.
pub(super) fn with_correlation(evidence: &Evidence) -> (usize, usize) {
    let company = &evidence.company;
    let (mut told, mut tried) = (0, 0);
    for (item, kind) in company.items.iter().enumerate() {
        if kind.steps_max() != Some(4) {
            continue;
        }
        let units: Vec<Vec<i64>> = (0..company.parents.len())
            .map(|unit| {
                let cells = evidence.cells.iter().filter(|cell| cell.unit == unit);
                let answers = cells.flat_map(|cell| &cell.sheets).map(|sheet| sheet[item]);
                answers.filter(|code| *code > 0).map(|code| kind.steps(code)).collect()
            })
            .filter(|answers: &Vec<i64>| !answers.is_empty())
            .collect();
        for (hidden, answers) in units.iter().enumerate() {
            let size = u32::try_from(answers.len()).unwrap();
            if !(1..K).contains(&size) || units.len() < 3 {
                continue;
            }
            let published = correlation(&units);
            let agreeing = multisets(answers.len()).into_iter().filter(|guess| {
                let mut units = units.clone();
                units[hidden].clone_from(guess);
                (correlation(&units) - published).abs() < 5e-7
            });
            let sums: Vec<i64> = agreeing.map(|guess| guess.iter().sum()).collect();
            let truth: i64 = answers.iter().sum();
            assert!(sums.contains(&truth));
            tried += 1;
            told += usize::from(sums.iter().all(|sum| *sum == truth));
        }
    }
    (told, tried)
}

/// Whatever so many people may answer, in steps, regardless of order.
fn multisets(size: usize) -> Vec<Vec<i64>> {
    let mut all = vec![Vec::new()];
    for _ in 0..size {
        all = all
            .into_iter()
            .flat_map(|set: Vec<i64>| {
                let least = set.last().copied().unwrap_or(0);
                (least..=4).map(move |more| [&set[..], &[more]].concat())
            })
            .collect();
    }
    all
}

/// ICC(1) from a one-way analysis of variance, to six digits.
fn correlation(units: &[Vec<i64>]) -> f64 {
    let number = |count: i64| f64::from(i32::try_from(count).unwrap());
    let size = |unit: &[i64]| number(i64::try_from(unit.len()).unwrap());
    let sum = |unit: &[i64]| number(unit.iter().sum());
    let people: f64 = units.iter().map(|unit| size(unit)).sum();
    let total: f64 = units.iter().map(|unit| sum(unit)).sum();
    let squares: f64 = units.iter().flatten().map(|step| number(step * step)).sum();
    let by_unit: f64 = units.iter().map(|unit| sum(unit).powi(2) / size(unit)).sum();
    let groups = number(i64::try_from(units.len()).unwrap());
    let between = (by_unit - total * total / people) / (groups - 1.0);
    let within = (squares - by_unit) / (people - groups);
    let sizes: f64 = units.iter().map(|unit| size(unit).powi(2)).sum();
    let typical = (people - sizes / people) / (groups - 1.0);
    let value = (between - within) / (between + (typical - 1.0) * within);
    (value * 1e6).round() / 1e6
}
