//! What bounds give away: means are rounded and answers have ends, so that sums that cannot be
//! computed exactly may still be known within little. Linear programs find the least and the largest
//! sum of every small group that agrees with everything published.
//!
//! A group is no finding once two possible answers are known that lie far enough apart. So programs
//! are solved for many groups at once, and for single ones only where that did not tell them apart.
#![expect(clippy::float_arithmetic, reason = "linear programs are solved in floating numbers")]
use super::cells::{K, Measure};
use super::company::Kind;
use super::program::{Program, TOLERANCE};
use super::published::{Card, Evidence};
use super::report::Report;

/// From so many answers on, the engine may tell that all are the same.
const UNANIMOUS_MIN: u32 = 10;
/// Responses from which on means have two decimals, not one.
const FINE_MIN: u32 = 50;
/// Share of its scale within which nobody may know a small group's mean.
const NARROW: f64 = 0.2;

/// Slices that are added and subtracted in all ways to tell what a bound follows from.
const SIGNS_MAX: usize = 10;

/// A card with the least and the largest sum of its cells.
type Bounded<'a> = (&'a Card, f64, f64);

/// Half a unit of the last decimal that is published of a slice.
fn half(card: &Card) -> f64 {
    if card.responses < FINE_MIN { 0.05 } else { 0.005 }
}

/// Looks for small groups of which the mean is known within little.
pub(super) fn means(evidence: &Evidence, report: &mut Report) {
    let company = &evidence.company;
    for (item, kind) in company.items.iter().enumerate() {
        let Some(steps) = kind.steps_max() else { continue };
        let top = f64::from(u32::try_from(steps).unwrap());
        // Points in a step.
        let step = if *kind == Kind::Outcome { 1.0 } else { 100.0 / top };
        let measure = Measure::Item(item);
        let sizes = sizes(evidence, measure);
        let mut cards = Vec::new();
        for card in evidence.all() {
            let size = f64::from(evidence.size(&card.cells, measure));
            if let Some(mean) = card.items[item].mean {
                let least = size * (mean.value - half(card)) / step;
                let most = size * (mean.value + half(card)) / step;
                let (least, most) = ((least - TOLERANCE).ceil(), (most + TOLERANCE).floor());
                let truth: i64 =
                    card.cells.iter().map(|cell| evidence.cells[*cell].steps(*kind, item)).sum();
                let truth = f64::from(i32::try_from(truth).unwrap());
                assert!(least <= truth && truth <= most, "seed {}: {}", company.seed, card.name);
                cards.push((card, least.max(0.0), most.min(top * size)));
            }
        }
        let system = Program::new(&sizes, top, true, &cards);
        narrow(evidence, measure, (&sizes, &cards), system, report);
    }
    if company.is_complete() {
        // Then scores add up over people, as means of items do.
        for dimension in 0..2 {
            let measure = Measure::Dimension(dimension);
            let sizes = sizes(evidence, measure);
            let mut cards = Vec::new();
            for card in evidence.all() {
                if let Some(score) = card.dimensions[dimension] {
                    let size = f64::from(evidence.size(&card.cells, measure));
                    let (least, most) = (score - half(card), score + half(card));
                    cards.push((card, (size * least).max(0.0), (size * most).min(size * 100.0)));
                }
            }
            let system = Program::new(&sizes, 100.0, false, &cards);
            narrow(evidence, measure, (&sizes, &cards), system, report);
        }
    }
}

fn sizes(evidence: &Evidence, measure: Measure) -> Vec<u32> {
    (0..evidence.cells.len()).map(|cell| evidence.size(&[cell], measure)).collect()
}

fn few(size: u32) -> bool {
    (1..K).contains(&size)
}

/// Whether a published group of ten or more, or one that is a sum and difference of published ones,
/// says by itself that a group within it is so near to an end, by a share of the scale: who knows
/// that ten people agree, or nearly so, knows each of them. That is allowed.
fn is_told_by_many(
    evidence: &Evidence,
    measure: Measure,
    reasons: &[&Bounded<'_>],
    (group, top, share): (&[usize], f64, f64),
) -> bool {
    if reasons.len() > SIGNS_MAX {
        return false;
    }
    let near = share * top * f64::from(evidence.size(group, measure)) + TOLERANCE;
    (0..1_u32 << reasons.len()).any(|signs| {
        let mut sums = vec![0; evidence.cells.len()];
        let (mut least, mut most) = (0.0, 0.0);
        for (place, (card, low, high)) in reasons.iter().enumerate() {
            let is_added = signs >> place & 1 == 1;
            for cell in &card.cells {
                sums[*cell] += if is_added { 1 } else { -1 };
            }
            least += if is_added { *low } else { -high };
            most += if is_added { *high } else { -low };
        }
        // What nobody of answered counts for nothing.
        let there = |cell: usize| evidence.size(&[cell], measure) > 0;
        let all: Vec<usize> =
            (0..sums.len()).filter(|cell| there(*cell) && sums[*cell] != 0).collect();
        let size = evidence.size(&all, measure);
        size >= UNANIMOUS_MIN
            && all.iter().all(|cell| sums[*cell] == 1)
            && group.iter().all(|cell| all.contains(cell))
            && (most <= near || top * f64::from(size) - least <= near)
    })
}

/// The slices that a bound follows from, in words.
fn names(reasons: &[&Bounded<'_>]) -> String {
    let names: Vec<&str> = reasons.iter().map(|(card, ..)| card.name.as_str()).collect();
    names.join(", ")
}

fn narrow(
    evidence: &Evidence,
    measure: Measure,
    (sizes, cards): (&[u32], &[Bounded<'_>]),
    mut system: Program,
    report: &mut Report,
) {
    let kind = match measure {
        Measure::Dimension(_) => "bounds of dimensions",
        _ => "bounds of items",
    };
    let targets: Vec<usize> = (0..system.classes.len())
        .filter(|class| {
            let (cells, size) = &system.classes[*class];
            *size < UNANIMOUS_MIN || cells.iter().any(|cell| few(sizes[*cell]))
        })
        .collect();
    // What of a class is judged: each small cell, and all of it. With the number of answers.
    let parts = |system: &Program, class: usize| {
        let (cells, size) = &system.classes[class];
        let small = cells.iter().filter(|cell| few(sizes[**cell]));
        let small = small.map(|cell| (vec![*cell], sizes[*cell]));
        let all = (cells.len() > 1 || !few(*size)).then(|| (cells.clone(), *size));
        small.chain(all).collect::<Vec<_>>()
    };
    let bounds = |system: &Program, class: usize, answers: u32| {
        let (least, most) = system.bounds(class);
        let others = system.top_of(system.classes[class].1 - answers);
        ((least - others).max(0.0), most.min(system.top_of(answers)))
    };
    let verdict = |system: &Program, class: usize, answers: u32| {
        let (least, most) = bounds(system, class, answers);
        let top = system.top_of(answers);
        if most < TOLERANCE || least > top - TOLERANCE {
            Some("all at one end")
        } else if few(answers) && most - least <= NARROW * top + TOLERANCE {
            Some(if most - least < TOLERANCE { "exact" } else { "narrow" })
        } else {
            None
        }
    };
    let enough = |system: &Program, class: usize| {
        let all = parts(system, class);
        all.iter().all(|(_, answers)| verdict(system, class, *answers).is_none())
    };
    system.explore(&targets, &enough, evidence.company.seed);
    report.count("programs without a solution", system.unsolved);
    for class in targets {
        for (cells, answers) in parts(&system, class) {
            let Some(why) = verdict(&system, class, answers) else { continue };
            let share = if why == "narrow" { NARROW } else { 0.0 };
            let holds = |trial: &Program| verdict(trial, class, answers) == Some(why);
            let reasons = system.reasons(class, &holds);
            let reasons: Vec<&Bounded<'_>> = reasons.iter().map(|row| &cards[*row]).collect();
            if is_told_by_many(evidence, measure, &reasons, (&cells, system.top, share)) {
                report.count("small groups known by ten or more who agree", 1);
                continue;
            }
            report.find(kind, || {
                let (least, most) = bounds(&system, class, answers);
                let whom = evidence.describe(&cells, measure);
                let top = system.top_of(answers);
                let how = names(&reasons);
                format!("{measure:?} of {whom}: {why}, {least:.2}..{most:.2} of 0..{top} by {how}")
            });
        }
    }
}

/// Looks for small groups of which it is known how many chose something.
pub(super) fn choices(evidence: &Evidence, report: &mut Report) {
    for (item, kind) in evidence.company.items.iter().enumerate() {
        let measure = Measure::Item(item);
        let sizes = sizes(evidence, measure);
        let told: Vec<(&Card, &Vec<f64>)> = evidence
            .all()
            .filter_map(|card| Some((card, card.items[item].shares.as_ref()?)))
            .collect();
        for code in 0..kind.codes() {
            let cards: Vec<Bounded<'_>> = told
                .iter()
                .map(|(card, shares)| {
                    let size = f64::from(evidence.size(&card.cells, measure));
                    // Shares have enough decimals for every size here.
                    let count = (shares[code] * size).round();
                    let truth: u32 = card
                        .cells
                        .iter()
                        .map(|cell| evidence.cells[*cell].chose(*kind, item, code))
                        .sum();
                    assert!((count - f64::from(truth)).abs() < TOLERANCE, "{}", card.name);
                    (*card, count, count)
                })
                .collect();
            pinned(evidence, (item, code), (&sizes, &cards), report);
        }
    }
}

fn pinned(
    evidence: &Evidence,
    (item, code): (usize, usize),
    (sizes, cards): (&[u32], &[Bounded<'_>]),
    report: &mut Report,
) {
    let mut system = Program::new(sizes, 1.0, true, cards);
    let classes = 0..system.classes.len();
    let has_few = |(cells, _): &(Vec<usize>, u32)| cells.iter().any(|cell| few(sizes[*cell]));
    let targets: Vec<usize> = classes.filter(|class| has_few(&system.classes[*class])).collect();
    let open = |system: &Program, class: usize, answers: u32| {
        let (least, most) = system.bounds(class);
        let others = system.top_of(system.classes[class].1 - answers);
        ((least - others).max(0.0), most.min(system.top_of(answers)))
    };
    let smallest = |system: &Program, class: usize| -> Vec<(usize, u32)> {
        let cells = system.classes[class].0.iter().filter(|cell| few(sizes[**cell]));
        cells.map(|cell| (*cell, sizes[*cell])).collect()
    };
    let enough = |system: &Program, class: usize| {
        smallest(system, class).iter().all(|(_, answers)| {
            let (least, most) = open(system, class, *answers);
            most - least > TOLERANCE
        })
    };
    system.explore(&targets, &enough, evidence.company.seed);
    report.count("programs without a solution", system.unsolved);
    for class in targets {
        for (cell, answers) in smallest(&system, class) {
            let (least, most) = open(&system, class, answers);
            if most - least > TOLERANCE {
                continue;
            }
            // Who is shown that nobody of ten chose something knows it of each of them.
            let says_nobody = |(card, _, most): &Bounded<'_>| {
                card.cells.contains(&cell)
                    && *most < TOLERANCE
                    && evidence.size(&card.cells, Measure::Item(item)) >= UNANIMOUS_MIN
            };
            if cards.iter().any(says_nobody) {
                report.count("small groups in one of ten or more of whom nobody chose it", 1);
                continue;
            }
            let holds = |trial: &Program| {
                let (least, most) = open(trial, class, answers);
                most - least <= TOLERANCE
            };
            let reasons = system.reasons(class, &holds);
            let reasons: Vec<&Bounded<'_>> = reasons.iter().map(|row| &cards[*row]).collect();
            if is_told_by_many(evidence, Measure::Item(item), &reasons, (&[cell], 1.0, 0.0)) {
                report.count("small groups known by ten or more who agree", 1);
                continue;
            }
            report.find("counts of options", || {
                let whom = evidence.describe(&[cell], Measure::Item(item));
                format!("{least} of {whom} chose {code} of i{item} by {}", names(&reasons))
            });
        }
    }
}
