//! Computes releases of waves that exist in memory only, and compares them with what plain loops over
//! the rows give; and attacks them.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    clippy::wildcard_enum_match_arm,
    clippy::too_many_lines,
    reason = "tests compute again what is to be found, with small numbers, in plain loops"
)]
use std::num::NonZeroUsize;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::answers::Answers;
use super::compute::{Computed, Terms, compute};
use super::subject::{Place, Scope, Subject, Thresholds};
use crate::base::Localized;
use crate::directory::SegmentDimension;
use crate::disclosure::{Card, Frame, Released, ScaleCard, Tally};
use crate::instrument::{Answer, Layout};
use crate::instrument::{ChoiceOption, Content, Dimension, Facet, Format, Item, Referent, Role};

mod shared;

/// What each person answered, by item.
type Row = Vec<Answer>;

struct Wave {
    content: Content,
    frame: Frame,
    dimensions: Vec<SegmentDimension>,
    cells: Vec<Place>,
    /// Cell and answers.
    rows: Vec<(usize, Row)>,
    imported: bool,
}

fn rating(key: String, role: Role, maximum: i32) -> Item {
    Item {
        key,
        role,
        text: Localized::default(),
        format: Format::Rating { minimum: 1, maximum, labels: Vec::new() },
        required: false,
        allow_cannot_judge: true,
        first_wave_number: 1,
    }
}

/// Dimensions of two facets of two items each, and an outcome, a choice and a number beside them.
fn content(dimensions: usize, others: bool) -> Content {
    let mut content = Content::default();
    for dimension in 0..dimensions {
        let mut facets = Vec::new();
        for facet in 0..2 {
            let key = format!("f{dimension}{facet}");
            for item in 0..2 {
                let role = Role::Score {
                    facet_key: key.clone(),
                    referent: Referent::OwnUnit,
                    reverse_scored: others && item == 1,
                    weight: if others { 1 + item } else { 1 },
                };
                content.items.push(rating(format!("{key}{item}"), role, 5));
            }
            facets.push(Facet { key, title: Localized::default(), weight: 1 });
        }
        let key = format!("d{dimension}");
        content.dimensions.push(Dimension { key, title: Localized::default(), facets, weight: 1 });
    }
    if others {
        content.items.insert(1, rating("outcome".to_owned(), Role::Outcome, 11));
        let option = |key: &str| ChoiceOption { key: key.to_owned(), text: Localized::default() };
        let mut choice = rating("choice".to_owned(), Role::PriorityChoice, 5);
        choice.format = Format::Choice {
            options: ["a", "b", "c"].map(option).into(),
            maximum_choices: 2,
            minimum_choices: 1,
            ordered: false,
        };
        let mut number = rating("number".to_owned(), Role::Information, 5);
        number.format =
            Format::Number { minimum_milli: -1_000, maximum_milli: 999_000, step_milli: 500 };
        content.items.extend([choice, number]);
    }
    content
}

/// A byte that is drawn for a person: the same for the same answers, in whatever order they come.
fn byte(row: &Row) -> u8 {
    let mix = |mixed: u32, code: u32| (mixed ^ code).wrapping_mul(0x0100_0193);
    let code = |answer: &Answer| match answer {
        Answer::Code(code) => *code,
        _ => 0,
    };
    (row.iter().map(code).fold(0x811c_9dc5, mix) >> 13) as u8
}

impl Wave {
    fn answer(random: &mut StdRng, item: &Item, mood: u32) -> Answer {
        if random.random_bool(0.05) {
            return Answer::CannotJudge;
        }
        if random.random_bool(0.03) {
            return Answer::None;
        }
        let codes = item.format.code_max();
        let code = random.random_range(1..=codes);
        // Moods of cells and people, so that answers hang together.
        Answer::Code(if codes == 5 { (code + mood).div_ceil(2).clamp(1, 5) } else { code })
    }

    /// A wave of a company with a tree of some depth, two dimensions and their table.
    fn random(seed: u64, imported: bool) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let content = content(2, true);
        let parents =
            vec![None, Some(0), Some(1), Some(1), Some(0), Some(4), Some(5), Some(5), Some(0)];
        let frame = Frame { parents, values: vec![2, 3], pairs: vec![(1, 0)] };
        let mut cells = Vec::new();
        let mut rows = Vec::new();
        // In another order than that of the tree.
        for unit in [5, 0, 2, 7, 8, 3, 6, 4] {
            for first in 0..2 {
                for second in [None, Some(0), Some(2)] {
                    let invited = random.random_range(5..40);
                    let late = random.random_range(0..3);
                    let values = vec![Some(first), second];
                    for _ in 0..random.random_range(0..=invited) {
                        let mood = random.random_range(1..=5);
                        let items = content.items.iter();
                        let row = items.map(|item| Self::answer(&mut random, item, mood)).collect();
                        rows.push((cells.len(), row));
                    }
                    cells.push(Place { unit, values, invited, late });
                }
            }
        }
        Self { content, frame, dimensions: Vec::new(), cells, rows, imported }
    }

    fn subject(&self) -> Subject {
        let asked: Vec<&Item> = self.content.items.iter().collect();
        let thresholds = Thresholds { minimum: 5, distribution_minimum: 10, quality_minimum: 30 };
        let (frame, cells) = (self.frame.clone(), self.cells.clone());
        let dimensions = self.dimensions.clone();
        let scope = Scope { frame, dimensions, cells, imported: self.imported };
        Subject::new(&self.content, &asked, thresholds, scope)
    }

    fn compute(&self, threads: usize, salt: &[u8]) -> Computed {
        let subject = self.subject();
        let layout = Layout::of(&self.content);
        let mut answers = Answers::default();
        for (cell, row) in &self.rows {
            let mut sheet = layout.blank();
            for (item, answer) in self.content.items.iter().zip(row) {
                layout.field(&item.key).unwrap().put(&mut sheet, *answer);
            }
            let cell = i32::try_from(*cell).unwrap();
            assert!(answers.push(&subject, cell, (&sheet, byte(row))));
        }
        let threads = NonZeroUsize::new(threads).unwrap();
        compute(&subject, answers, &Terms { salt, setting: [7; 32], threads }).unwrap()
    }

    fn cards(&self) -> Vec<(usize, Card)> {
        let computed = self.compute(2, b"salt");
        let card = |(number, bytes): (i32, Vec<u8>)| {
            (usize::try_from(number).unwrap(), Card::decode(&bytes).unwrap())
        };
        computed.cards.into_iter().map(card).collect()
    }

    /// The cells of a slice by its number, found by trying all.
    fn cells_of(&self, number: usize) -> Vec<bool> {
        use crate::disclosure::{Part, Slice};
        let frame = &self.frame;
        let is_below = |mut unit: usize, above: usize| {
            while unit > above {
                unit = frame.parents[unit].unwrap();
            }
            unit == above
        };
        let mut parts = vec![Part::Whole];
        for (dimension, values) in frame.values.iter().enumerate() {
            parts.extend((0..*values).map(|value| Part::Value { dimension, value }));
        }
        for (pair, (one, other)) in frame.pairs.iter().enumerate() {
            for first in 0..frame.values[*one] {
                parts.extend((0..frame.values[*other]).map(|second| Part::Pair {
                    pair,
                    first,
                    second,
                }));
            }
        }
        let member = |slice: &Slice, cell: &Place| {
            let unit = if slice.direct {
                cell.unit == slice.unit
            } else {
                is_below(cell.unit, slice.unit)
            };
            unit && match slice.part {
                Part::Whole => true,
                Part::Value { dimension, value } => cell.values[dimension] == Some(value),
                Part::Pair { pair, first, second } => {
                    let (one, other) = frame.pairs[pair];
                    cell.values[one] == Some(first) && cell.values[other] == Some(second)
                }
            }
        };
        for unit in 0..frame.parents.len() {
            for direct in [false, true] {
                for part in &parts {
                    let slice = Slice { unit, direct, part: *part };
                    if matches!(part, Part::Pair { .. }) && (unit > 0 || direct) {
                        continue;
                    }
                    if frame.canonical(slice) == slice && frame.number(slice) == number {
                        return self.cells.iter().map(|cell| member(&slice, cell)).collect();
                    }
                }
            }
        }
        panic!("a card of no slice");
    }
}

fn near(got: Released<crate::disclosure::Figure>, expected: f64, step: f64) {
    let got = got.shown().unwrap().value();
    assert!((got - expected).abs() <= step / 2.0 + 1e-9, "{got} instead of {expected}");
}

fn points(item: &Item, answer: Answer) -> Option<f64> {
    let Answer::Code(code) = answer else { return None };
    let Role::Score { reverse_scored, .. } = item.role else { return Some(f64::from(code)) };
    let points = 25.0 * (f64::from(code) - 1.0);
    Some(if reverse_scored { 100.0 - points } else { points })
}

fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn cards_say_what_plain_loops_over_the_rows_give() {
    let mut kinds = [0; 4];
    for (seed, imported) in [(1, false), (2, true), (3, false)] {
        let wave = Wave::random(seed, imported);
        let cards = wave.cards();
        assert!(cards.len() > 40);
        for (number, card) in cards {
            let inside = wave.cells_of(number);
            let rows: Vec<&Row> =
                wave.rows.iter().filter(|(cell, _)| inside[*cell]).map(|(_, row)| row).collect();
            let n = rows.len();
            assert_eq!(card.participation().responses().get() as usize, n);
            let invited: u32 = wave
                .cells
                .iter()
                .zip(&inside)
                .filter(|(_, inside)| **inside)
                .map(|(cell, _)| cell.invited)
                .sum();
            assert_eq!(
                card.participation().invited().shown().map(Tally::get),
                (!imported).then_some(invited)
            );
            let (step, fine) = if n < 50 { (0.1, 0.001) } else { (0.01, 0.0001) };
            if !imported {
                near(card.participation().rate(), n as f64 / f64::from(invited), fine);
            }
            let items = &wave.content.items;
            let given: Vec<Vec<f64>> = (0..items.len())
                .map(|item| rows.iter().filter_map(|row| points(&items[item], row[item])).collect())
                .collect();
            let scored: Vec<usize> = (0..items.len())
                .filter(|item| matches!(items[*item].role, Role::Score { .. }))
                .collect();
            // Weights of the two items of a facet are 1 and 2; both are answered in all these groups.
            let facets: Vec<f64> = scored
                .chunks(2)
                .map(|pair| (average(&given[pair[0]]) + 2.0 * average(&given[pair[1]])) / 3.0)
                .collect();
            let dimensions: Vec<f64> = facets.chunks(2).map(average).collect();
            near(card.overall().score(), average(&dimensions), step);
            for (got, expected) in card.dimensions().iter().zip(&dimensions) {
                near(got.score(), *expected, step);
            }
            let error = naive_error(&scored, items, &rows);
            let kept = if imported { 1.0 } else { 1.0 - n as f64 / f64::from(invited) };
            let figure = card.overall().score().shown().unwrap();
            let published = figure.standard_error();
            if let Some(published) = published {
                assert!((published - error * kept.sqrt()).abs() <= step / 2.0 + 1e-9);
                let (lower, upper) = figure.interval().unwrap();
                assert!(lower <= figure.value() && figure.value() <= upper);
            }
            if card.facets()[0].score().shown().is_none() {
                kinds[0] += 1;
                assert!(card.items().iter().all(|item| {
                    item.score()
                        .into_iter()
                        .chain(item.mean())
                        .all(|figure| figure.shown().is_none())
                }));
                continue;
            }
            for (got, expected) in card.facets().iter().zip(&facets) {
                near(got.score(), *expected, step);
            }
            for (item, got) in card.items().iter().enumerate() {
                let (answered, left) = (given[item].len(), n - given[item].len());
                let told = (answered == 0 || answered >= 5) && (left == 0 || left >= 5);
                let figure = got.score().or(got.mean()).and_then(Released::shown);
                if let Some(figure) = figure {
                    let number = matches!(items[item].format, Format::Number { .. });
                    let outcome = items[item].role == Role::Outcome;
                    let mean = average(&given[item]);
                    let own = if number { -1.0 + 0.5 * (mean - 1.0) } else { mean };
                    assert!((figure.value() - own).abs() <= step / 2.0 + 1e-6, "{outcome}");
                    assert!(told || figure.sample_size().is_none());
                    assert!(told || figure.standard_error().is_none());
                    kinds[1 + usize::from(figure.sample_size().is_some())] += 1;
                }
                for (at, share) in got.distribution().iter().chain(got.option_shares()).enumerate()
                {
                    let Some(share) = share.shown() else { continue };
                    assert!(told && answered >= 10);
                    let count = rows.iter().filter(|row| match row[item] {
                        Answer::Code(code) if got.option_shares().is_empty() => {
                            code as usize == at + 1
                        }
                        Answer::Code(code) => code >> at & 1 == 1,
                        _ => false,
                    });
                    near(Released::Shown(share), count.count() as f64 / answered as f64, fine);
                    kinds[3] += 1;
                }
            }
        }
    }
    assert!(
        kinds[0] > 0 && kinds[1..].iter().all(|count| *count > 100),
        "all kinds of cards occur: {kinds:?}"
    );
}

/// The error of the overall score from the pairs of items, before the correction for few invited.
fn naive_error(scored: &[usize], items: &[Item], rows: &[&Row]) -> f64 {
    let mut variance = 0.0;
    for (at, a) in scored.iter().enumerate() {
        for (bt, b) in scored.iter().enumerate() {
            // Two dimensions of two facets of weights 1 and 2.
            let weight = |at: usize| [1.0, 2.0][at % 2] / 3.0 / 4.0;
            let both: Vec<(f64, f64)> = rows
                .iter()
                .filter_map(|row| {
                    Some((points(&items[*a], row[*a])?, points(&items[*b], row[*b])?))
                })
                .collect();
            if both.len() < 2 {
                continue;
            }
            let count = |item: usize| {
                rows.iter().filter(|row| matches!(row[item], Answer::Code(_))).count() as f64
            };
            let n = both.len() as f64;
            let x = both.iter().map(|(x, _)| x).sum::<f64>() / n;
            let y = both.iter().map(|(_, y)| y).sum::<f64>() / n;
            let covariance = both.iter().map(|(p, q)| (p - x) * (q - y)).sum::<f64>() / (n - 1.0);
            variance += weight(at) * weight(bt) * n / (count(*a) * count(*b)) * covariance;
        }
    }
    variance.sqrt()
}

/// From nothing but what is published: whoever has the counts can compute it.
#[test]
fn representativeness_follows_from_published_counts() {
    let mut compared = 0;
    for seed in 0..8 {
        let wave = Wave::random(seed, false);
        let cards: std::collections::BTreeMap<usize, Card> = wave.cards().into_iter().collect();
        let turnout = |card: &Card| {
            let participation = card.participation();
            let invited = participation.invited().shown().unwrap().get();
            (f64::from(participation.responses().get()), f64::from(invited))
        };
        let parts = wave.frame.parts();
        for unit in 0..wave.frame.parents.len() {
            let Some(card) = cards.get(&(unit * 2 * parts)) else { continue };
            let (mut rest, mut invited) = turnout(card);
            let (rate, everybody) = (rest / invited, invited);
            let below = wave.frame.units_below(unit).map(|below| below * 2 * parts);
            let own = wave.frame.has_units_below(unit).then_some((unit * 2 + 1) * parts);
            let shown: Vec<(f64, f64)> =
                below.chain(own).filter_map(|number| cards.get(&number)).map(turnout).collect();
            rest -= shown.iter().map(|part| part.0).sum::<f64>();
            invited -= shown.iter().map(|part| part.1).sum::<f64>();
            let groups: Vec<(f64, f64)> =
                shown.into_iter().chain([(rest, invited)]).filter(|part| part.1 > 0.0).collect();
            let published = card.participation().representativeness().unwrap();
            if groups.len() < 2 {
                assert_eq!(published.shown(), None);
                continue;
            }
            let square = |part: &(f64, f64)| part.1 * (part.0 / part.1 - rate).powi(2);
            let variance = groups.iter().map(square).sum::<f64>() / (everybody - 1.0);
            near(published, 1.0 - 2.0 * variance.sqrt(), 0.01);
            let size = published.shown().unwrap().sample_size().unwrap();
            assert_eq!(size as usize, groups.len());
            compared += 1;
        }
        for (number, card) in &cards {
            let is_unit =
                *number < wave.frame.parents.len() * 2 * parts && number % (2 * parts) == 0;
            assert_eq!(card.participation().representativeness().is_some(), is_unit);
        }
    }
    assert!(compared > 10, "{compared}");
}

#[test]
fn a_release_depends_neither_on_threads_nor_on_the_order_of_answers() {
    let mut wave = Wave::random(4, false);
    let one = wave.compute(1, b"salt");
    for threads in [2, 3, 5, 16] {
        assert_eq!(wave.compute(threads, b"salt"), one);
    }
    wave.rows.reverse();
    assert_eq!(wave.compute(2, b"salt"), one);
    // Another salt, another answer, another invitation: another digest.
    let other = wave.compute(2, b"pepper").digests;
    assert_ne!(other.input, one.digests.input);
    assert_ne!(other.exact, one.digests.exact);
    wave.cells[0].late += 1;
    assert_ne!(wave.compute(2, b"salt").digests.input, one.digests.input);
    wave.cells[0].late -= 1;
    let Answer::Code(code) = wave.rows[3].1[0] else { panic!("another seed") };
    wave.rows[3].1[0] = Answer::Code(code % 5 + 1);
    assert_ne!(wave.compute(2, b"salt").digests.input, one.digests.input);
}

#[test]
fn a_wave_without_answers_shows_nothing() {
    let mut wave = Wave::random(5, false);
    wave.rows.clear();
    let computed = wave.compute(2, b"salt");
    assert_eq!(computed.cards, []);
    assert_eq!((computed.responses, computed.extent.eligible_slices().get()), (0, 0));
}

/// Cards whose double is looked for.
const DOUBLES: usize = 8;

/// One unit of twelve people whose facets have two items each.
fn twelve(random: &mut StdRng) -> Wave {
    let content = content(1, false);
    let frame = Frame { parents: vec![None], values: Vec::new(), pairs: Vec::new() };
    let place = Place { unit: 0, values: Vec::new(), invited: 14, late: 0 };
    let row = |random: &mut StdRng| {
        let answer = |_: &Item| {
            if random.random_bool(0.05) {
                Answer::CannotJudge
            } else {
                Answer::Code(random.random_range(1..=5))
            }
        };
        (0, content.items.iter().map(answer).collect())
    };
    let rows = (0..12).map(|_| row(random)).collect();
    Wave { content, frame, dimensions: Vec::new(), cells: vec![place], rows, imported: false }
}

/// What of a facet of two items is published: both means and the facet's, in tenths of points.
struct Shown {
    items: [i64; 2],
    facet: i64,
}

fn tenths(value: f64) -> i64 {
    (value * 10.0 + 0.5 + 1e-9).floor() as i64
}

/// Tries all answers that twelve people can have given and that agree with what is published: those
/// of a single person who answered one item only, as item and code; none for other numbers of such
/// people. `facet` computes what is published from the sums of both items over all who answered
/// them, and over those who answered only one.
fn enumerate(
    shown: &Shown,
    facet: impl Fn([i64; 2], [i64; 2], [i64; 2], i64) -> f64,
) -> std::collections::BTreeSet<Option<(usize, i64)>> {
    let mut single = std::collections::BTreeSet::new();
    let points = |sum: i64, n: i64| 25.0 * (sum - n) as f64 / n as f64;
    for both in 6..=12 {
        for only_one in 0..=12 - both {
            for only_two in 0..=12 - both - only_one {
                let n = [both + only_one, both + only_two];
                for first in
                    (n[0]..=5 * n[0]).filter(|sum| tenths(points(*sum, n[0])) == shown.items[0])
                {
                    for second in
                        (n[1]..=5 * n[1]).filter(|sum| tenths(points(*sum, n[1])) == shown.items[1])
                    {
                        for one in only_one..=5 * only_one {
                            for two in only_two..=5 * only_two {
                                let inside = |sum: i64| sum >= both && sum <= 5 * both;
                                if !inside(first - one) || !inside(second - two) {
                                    continue;
                                }
                                let people = both + only_one + only_two;
                                let value = facet([first, second], n, [one, two], people);
                                if tenths(value) == shown.facet {
                                    single.insert(match (only_one, only_two) {
                                        (1, 0) => Some((0, one)),
                                        (0, 1) => Some((1, two)),
                                        _ => None,
                                    });
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    single
}

/// Scores of people, averaged over those who answered at least half: what is not published.
fn of_people(sums: [i64; 2], _: [i64; 2], only: [i64; 2], people: i64) -> f64 {
    let halves = sums[0] + sums[1] + only[0] + only[1];
    12.5 * (halves - 2 * people) as f64 / people as f64
}

fn of_items(sums: [i64; 2], n: [i64; 2], _: [i64; 2], _: i64) -> f64 {
    let points = |item: usize| 25.0 * (sums[item] - n[item]) as f64 / n[item] as f64;
    f64::midpoint(points(0), points(1))
}

#[test]
fn no_single_answer_follows_from_what_is_published_of_a_facet() {
    let mut random = StdRng::seed_from_u64(11);
    let (mut facets, mut single, mut by_people, mut by_items, mut doubles) = (0, 0, 0, 0, 0);
    for _ in 0..100 {
        let wave = twelve(&mut random);
        let before = wave.compute(1, b"salt").cards;
        let card = Card::decode(&before[0].1).unwrap();
        for facet in 0..2 {
            facets += 1;
            let codes = |item: usize| -> Vec<Option<i64>> {
                let code = |(_, row): &(usize, Row)| match row[2 * facet + item] {
                    Answer::Code(code) => Some(i64::from(code)),
                    _ => None,
                };
                wave.rows.iter().map(code).collect()
            };
            let (one, two) = (codes(0), codes(1));
            let half: Vec<usize> =
                (0..12).filter(|at| one[*at].is_some() != two[*at].is_some()).collect();
            let &[person] = half.as_slice() else { continue };
            single += 1;
            let sums = [one.iter().flatten().sum(), two.iter().flatten().sum()];
            let n = [one.iter().flatten().count() as i64, two.iter().flatten().count() as i64];
            let only = [one[person].unwrap_or(0), two[person].unwrap_or(0)];
            let only = if one[person].is_some() { [only[0], 0] } else { [0, only[1]] };
            let people =
                (0..12).filter(|at| one[*at].is_some() || two[*at].is_some()).count() as i64;
            let tenth = |figure: Released<crate::disclosure::Figure>| {
                figure.shown().unwrap().ten_thousandths() / 1_000
            };
            let items = [0, 1].map(|item| tenth(card.items()[2 * facet + item].score().unwrap()));
            let published = Shown { items, facet: tenth(card.facets()[facet].score()) };
            assert_eq!(published.facet, tenths(of_items(sums, n, only, people)));
            by_items += usize::from(enumerate(&published, of_items).len() == 1);
            let other = Shown { items, facet: tenths(of_people(sums, n, only, people)) };
            by_people += usize::from(enumerate(&other, of_people).len() == 1);
            // The whole card with all its errors is the same when the person answered otherwise; the
            // search is not complete, and tried on a few.
            if single <= DOUBLES {
                doubles += usize::from(has_double(&wave, &before, 2 * facet, person));
            }
        }
    }
    println!(
        "{facets} facets, {single} with one person who answered half: {by_people} answers follow from scores of people, {by_items} from what is published; {doubles} of {DOUBLES} cards have a double"
    );
    assert!(10 * by_people > facets, "the attack finds what there is");
    assert_eq!(by_items, 0);
    assert!(2 * doubles >= DOUBLES);
}

/// Whether other answers, with another one of this person, give the very same card. Looks for them by
/// small changes that keep sums, each of which brings the card nearer.
fn has_double(wave: &Wave, before: &[(i32, Vec<u8>)], first: usize, person: usize) -> bool {
    let mut random = StdRng::seed_from_u64(12);
    let answered =
        |person: usize, item: usize| matches!(wave.rows[person].1[item], Answer::Code(_));
    let item = if answered(person, first) { first } else { first + 1 };
    let card = Card::decode(&before[0].1).unwrap();
    for _ in 0..6 {
        let mut other = wave.rows.clone();
        let mut nearest = i64::MAX;
        for step in 0..300 {
            let mut next = other.clone();
            let item = if step == 0 { item } else { random.random_range(0..4) };
            let able: Vec<usize> = (0..12).filter(|at| answered(*at, item)).collect();
            let one = if step == 0 { person } else { able[random.random_range(0..able.len())] };
            let two = able[random.random_range(0..able.len())];
            let change = if random.random_bool(0.5) { [1, -1] } else { [-1, 1] };
            for (at, change) in [one, two].into_iter().zip(change) {
                if let Answer::Code(code) = next[at].1[item] {
                    next[at].1[item] = Answer::Code(code.saturating_add_signed(change).clamp(1, 5));
                }
            }
            let changed = next[person].1[item] != wave.rows[person].1[item];
            if step == 0 && !changed
                || next[person].1[first..first + 2] == wave.rows[person].1[first..first + 2]
            {
                continue;
            }
            let double = Wave {
                rows: next,
                content: wave.content.clone(),
                frame: wave.frame.clone(),
                dimensions: Vec::new(),
                cells: wave.cells.clone(),
                imported: false,
            };
            let cards = double.compute(1, b"salt").cards;
            let distance = distance(&card, &Card::decode(&cards[0].1).unwrap());
            if distance == 0 {
                return true;
            }
            if distance <= nearest {
                nearest = distance;
                other = double.rows;
            }
        }
    }
    false
}

/// How far two cards are apart, in ten-thousandths; 0 for equal ones.
fn distance(one: &Card, other: &Card) -> i64 {
    if one == other {
        return 0;
    }
    let figures = |card: &Card| {
        let mut all = vec![card.overall().score()];
        let scales = card.dimensions().iter().chain(card.facets());
        all.extend(scales.map(ScaleCard::score));
        for item in card.items() {
            all.extend(item.score());
            all.extend(item.dispersion());
            all.extend(item.distribution());
        }
        all
    };
    let number = |value: f64| (value * 10_000.0) as i64;
    let apart = figures(one).into_iter().zip(figures(other)).map(|(one, other)| {
        match (one.shown(), other.shown()) {
            (Some(one), Some(other)) => {
                let error = |figure: &crate::disclosure::Figure| {
                    let (lower, upper) = figure.interval().unwrap_or_default();
                    [figure.standard_error().unwrap_or(0.0), lower, upper].map(number)
                };
                let errors = error(&one).into_iter().zip(error(&other));
                (one.ten_thousandths() - other.ten_thousandths()).abs()
                    + errors.map(|(one, other)| (one - other).abs()).sum::<i64>()
            }
            (None, None) => 0,
            _ => 100_000,
        }
    });
    1 + apart.sum::<i64>()
}
