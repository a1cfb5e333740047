//! Shared views of waves in memory, compared with what plain loops over the people give.
use super::*;
use crate::base::Localized;
use crate::directory::{SegmentRole, SegmentValue};
use crate::disclosure::{Figure, Hidden, SharedCard};
use crate::instrument::EstimatedGroup;
use crate::stats::{
    Axis, AxisGroup, GroupSample, Interval, Mentions, Perspective, REPLICATES, Views, axis,
    co_orientation, shared_view, signed_gap,
};

const LEVEL: usize = 0;
const FUNCTION: usize = 1;

fn segment(key: &str, role: SegmentRole, values: &[(&str, bool)]) -> SegmentDimension {
    let value = |(key, leading): &(&str, bool)| SegmentValue {
        key: (*key).to_owned(),
        title: Localized::default(),
        retired: false,
        leading: *leading,
    };
    let values = values.iter().map(value).collect();
    SegmentDimension { key: key.to_owned(), title: Localized::default(), role, values }
}

fn estimate(dimension: usize, group: EstimatedGroup) -> Item {
    let role = Role::LevelEstimate { dimension_key: format!("d{dimension}"), group };
    let mut item = rating(format!("estimate_{dimension}_{group:?}").to_lowercase(), role, 5);
    item.format = Format::Number { minimum_milli: 0, maximum_milli: 100_000, step_milli: 1_000 };
    item
}

/// Two dimensions, priorities and estimates; a company of two teams with leaders who rate higher. Of
/// the second team so few lead that they are no group.
fn wave(priorities: bool) -> Wave {
    let mut random = StdRng::seed_from_u64(11);
    let mut content = content(2, true);
    content.items.retain(|item| priorities || item.role != Role::PriorityChoice);
    for dimension in 0..2 {
        for group in [EstimatedGroup::Leading, EstimatedGroup::Others] {
            content.items.push(estimate(dimension, group));
        }
    }
    let frame =
        Frame { parents: vec![None, Some(0), Some(0)], values: vec![2, 3], pairs: Vec::new() };
    let dimensions = vec![
        segment("level", SegmentRole::HierarchyLevel, &[("top", true), ("staff", false)]),
        segment(
            "function",
            SegmentRole::Function,
            &[("sales", false), ("service", false), ("finance", false)],
        ),
    ];
    let (mut cells, mut rows) = (Vec::new(), Vec::new());
    for unit in [1, 2] {
        for level in 0..2 {
            for function in 0..3 {
                let people = match (unit, level) {
                    (2, 0) => 6,
                    (_, 0) => 16,
                    _ => 70,
                };
                for _ in 0..people {
                    let answer = |item: &Item| {
                        let code = match item.role {
                            Role::Score { reverse_scored, .. } => {
                                let high = random.random_range(1..=5) + u32::from(level == 0);
                                if reverse_scored { 6 - high.min(5) } else { high.min(5) }
                            }
                            Role::PriorityChoice if function == 2 && random.random_bool(0.5) => {
                                0b110
                            }
                            Role::PriorityChoice => {
                                [0b011, 0b101, 0b010][random.random_range(0..3)]
                            }
                            _ => random.random_range(1..=item.format.code_max()),
                        };
                        Answer::Code(code)
                    };
                    rows.push((cells.len(), content.items.iter().map(answer).collect()));
                }
                let values = vec![Some(level), Some(function)];
                cells.push(Place { unit, values, invited: people + 4, late: 0 });
            }
        }
    }
    Wave { content, frame, dimensions, cells, rows, imported: false }
}

fn shared(wave: &Wave, number: usize) -> SharedCard {
    let cards = wave.cards();
    let (_, card) = cards.iter().find(|(at, _)| *at == number).unwrap();
    card.shared().unwrap().clone()
}

fn code(wave: &Wave, row: &Row, item: usize) -> f64 {
    match (row[item], &wave.content.items[item].role) {
        (Answer::Code(code), Role::Score { reverse_scored: true, .. }) => f64::from(6 - code),
        (Answer::Code(code), _) => f64::from(code),
        _ => panic!("everybody answered everything"),
    }
}

/// A person's score on the items of a dimension, or on all: the two items of a facet weigh 1 and 2.
fn score(wave: &Wave, row: &Row, dimension: Option<usize>) -> f64 {
    let of =
        |key: &str| dimension.is_none_or(|dimension| key.starts_with(&format!("f{dimension}")));
    let (mut sum, mut weights) = (0.0, 0.0);
    for (item, asked) in wave.content.items.iter().enumerate() {
        if let Role::Score { facet_key, weight, .. } = &asked.role
            && of(facet_key)
        {
            sum += f64::from(*weight) * 25.0 * (code(wave, row, item) - 1.0);
            weights += f64::from(*weight);
        }
    }
    sum / weights
}

fn sample(wave: &Wave, people: &[&Row], dimension: Option<usize>) -> GroupSample {
    let mean = mean(&people.iter().map(|row| score(wave, row, dimension)).collect::<Vec<_>>());
    let item = wave.content.items.iter().position(|item| item.role == Role::PriorityChoice);
    let mentions = item.filter(|_| dimension.is_none()).map(|item| {
        let chose = |option: usize| {
            let has =
                |row: &&&Row| matches!(row[item], Answer::Code(code) if code >> option & 1 == 1);
            people.iter().filter(has).count() as u32
        };
        Mentions::new(people.len() as u32, (0..3).map(chose).collect()).unwrap()
    });
    GroupSample { people: people.len() as u32, mean, mentions }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn without<'r>(people: &[&'r Row], replicate: usize) -> Vec<&'r Row> {
    let stays = |row: &&&Row| usize::from(byte(row)) % REPLICATES != replicate;
    people.iter().filter(stays).copied().collect()
}

fn group(wave: &Wave, people: &[&Row], dimension: Option<usize>, by_people: bool) -> AxisGroup {
    let scores: Vec<f64> = people.iter().map(|row| score(wave, row, dimension)).collect();
    let (n, mean) = (scores.len() as f64, mean(&scores));
    let squares: f64 = scores.iter().map(|score| (score - mean) * (score - mean)).sum();
    let left = (0..REPLICATES).map(|at| sample(wave, &without(people, at), dimension)).collect();
    let error = (squares / (n - 1.0) / n).sqrt();
    let weight = if by_people { people.len() as u32 } else { 1 };
    AxisGroup::new(sample(wave, people, dimension), error, weight, left)
}

/// The people of a wave, by what their cells are.
fn people(wave: &Wave, is_in: impl Fn(&Place) -> bool) -> Vec<&Row> {
    wave.rows.iter().filter(|(cell, _)| is_in(&wave.cells[*cell])).map(|(_, row)| row).collect()
}

fn is_close(figure: Released<Figure>, interval: Interval) {
    let Released::Shown(figure) = figure else { panic!("{figure:?}") };
    let (lower, upper) = figure.interval().unwrap();
    for (got, expected) in
        [(figure.value(), interval.value), (lower, interval.lower), (upper, interval.upper)]
    {
        assert!((got - expected).abs() <= 0.005 + 1e-6, "{figure:?}, not {interval:?}");
    }
}

fn has_value(wave: &Wave, dimension: usize, value: u16, by_people: bool) -> AxisGroup {
    let people = people(wave, |cell| cell.values[dimension] == Some(value));
    group(wave, &people, None, by_people)
}

#[test]
fn groups_of_a_company_are_compared_as_plain_loops_do() {
    let wave = wave(true);
    let card = shared(&wave, 0);
    let levels = [0, 1].map(|value| has_value(&wave, LEVEL, value, false));
    let functions = [0, 1, 2].map(|value| has_value(&wave, FUNCTION, value, true));
    let expected = [axis(&levels).unwrap(), axis(&functions).unwrap()];
    for (axis, expected) in card.axes().iter().zip(&expected) {
        let figures = axis.figures();
        is_close(figures.alignment(), expected.alignment.aligned);
        is_close(figures.gap(), expected.alignment.gap);
        is_close(figures.overlap(), expected.overlap.unwrap().overlap);
        match expected.index {
            Ok(index) => is_close(figures.index(), index),
            Err(reason) => {
                assert_eq!(figures.index(), Released::Hidden(Hidden::NotEstimable(reason)));
            }
        }
        assert_eq!(axis.groups().len(), if axis.is_by_people() { 3 } else { 2 });
        assert!(figures.consensus().shown().is_some());
    }
    let both: Vec<&Axis> = expected.iter().collect();
    match shared_view(&both) {
        Ok(view) => is_close(card.index(), view.index),
        Err(reason) => assert_eq!(card.index(), Released::Hidden(Hidden::NotEstimable(reason))),
    }
}

#[test]
fn gaps_have_signs_and_those_who_lead_rate_higher() {
    let wave = wave(true);
    let card = shared(&wave, 0);
    let leading = people(&wave, |cell| cell.values[LEVEL] == Some(0));
    let others = people(&wave, |cell| cell.values[LEVEL] == Some(1));
    for (scale, dimension) in [None, Some(0), Some(1)].into_iter().enumerate() {
        let sides = [&leading, &others].map(|people| group(&wave, people, dimension, false));
        let expected = signed_gap(&sides, 0).unwrap();
        let is_it = |gap: &&crate::disclosure::GapCard| {
            gap.dimension() == LEVEL && gap.scale() == scale && gap.values() == [0]
        };
        let gap = card.gaps().iter().find(is_it).unwrap();
        let spread = expected.spread;
        let interval = Interval { value: expected.value, lower: spread.lower, upper: spread.upper };
        is_close(gap.figures().change(), interval);
        assert!(expected.value > 5.0);
        let adjusted = gap.figures().adjusted_p_value().shown().unwrap().value();
        assert!(gap.figures().p_value().shown().unwrap().value() <= adjusted);
    }
    // One gap per level that leads, and one per function.
    assert_eq!(card.gaps().len(), 3 * (1 + 3));
}

#[test]
fn what_levels_think_of_each_other_is_told() {
    let wave = wave(true);
    let card = shared(&wave, 0);
    let side = |level: u16, dimension: usize, asked: EstimatedGroup| {
        let item = wave.content.items.iter().position(|item| match &item.role {
            Role::LevelEstimate { dimension_key, group } => {
                *dimension_key == format!("d{dimension}") && *group == asked
            }
            _ => false,
        });
        let item = item.unwrap();
        let rows = people(&wave, |cell| cell.values[LEVEL] == Some(level));
        let views = |rows: &[&Row]| Views {
            view: sample(&wave, rows, Some(dimension)).mean,
            estimate: mean(
                &rows.iter().map(|row| code(&wave, row, item) - 1.0).collect::<Vec<_>>(),
            ),
        };
        let left = (0..REPLICATES).map(|at| views(&without(&rows, at))).collect();
        Perspective { people: rows.len() as u32, all: views(&rows), without: left }
    };
    assert_eq!(card.orientations().len(), 2);
    for each in card.orientations() {
        let leading = side(0, each.dimension(), EstimatedGroup::Others);
        let others = side(1, each.dimension(), EstimatedGroup::Leading);
        let expected = co_orientation(&leading, &others).unwrap();
        let figures = each.figures();
        is_close(figures.view_difference(), expected.view_difference);
        is_close(figures.leader_error(), expected.leader_error);
        is_close(figures.other_error(), expected.other_error);
        is_close(figures.leader_assumed_difference(), expected.leader_assumed_difference);
        is_close(figures.other_assumed_difference(), expected.other_assumed_difference);
        assert_eq!(each.patterns(), [expected.leader_pattern, expected.other_pattern]);
    }
}

/// Eighteen of the second team lead: too few for a group, so that only the others are left.
#[test]
fn too_few_are_no_group() {
    let wave = wave(true);
    let parts = wave.frame.parts();
    let card = shared(&wave, 2 * 2 * parts);
    let few = Released::Hidden(Hidden::NotEstimable(crate::stats::Degenerate::TooFewGroups));
    let level = &card.axes()[0];
    assert_eq!(level.figures().alignment(), few);
    assert!(card.gaps().iter().all(|gap| gap.dimension() == FUNCTION));
    for each in card.orientations() {
        assert_eq!(each.figures().view_difference(), few);
    }
    // Functions are large enough.
    assert!(card.axes()[1].figures().alignment().shown().is_some());
}

/// An option that everyone chose tells what each of them did: then nothing follows from priorities.
#[test]
fn priorities_that_are_protected_leave_the_parts() {
    let mut wave = wave(true);
    let item = wave.content.items.iter().position(|item| item.role == Role::PriorityChoice);
    let item = item.unwrap();
    for (cell, row) in &mut wave.rows {
        if wave.cells[*cell].values[FUNCTION] == Some(0) {
            row[item] = Answer::Code(0b001);
        }
    }
    let card = shared(&wave, 0);
    let protected = Released::Hidden(Hidden::Protected);
    let function = card.axes()[1].figures();
    assert_eq!((function.index(), function.overlap()), (protected, protected));
    assert!(function.alignment().shown().is_some() && function.gap().shown().is_some());
    // Everywhere, and there is no index at all.
    for (_, row) in &mut wave.rows {
        row[item] = Answer::Code(0b001);
    }
    assert_eq!(shared(&wave, 0).index(), protected);
}

#[test]
fn without_priorities_there_are_only_parts() {
    let wave = wave(false);
    let card = shared(&wave, 0);
    let none = Released::Hidden(Hidden::NotMeasured);
    assert_eq!((card.index(), card.lowest_axis()), (none, None));
    for axis in card.axes() {
        assert_eq!((axis.figures().index(), axis.figures().overlap()), (none, none));
        assert!(axis.figures().alignment().shown().is_some());
    }
    // Where nothing is compared there is nothing to tell.
    let plain = Wave { dimensions: Vec::new(), ..wave };
    assert!(plain.cards().iter().all(|(_, card)| card.shared().is_none()));
}

#[test]
fn neither_threads_nor_order_matter() {
    let mut wave = wave(true);
    let one = wave.compute(1, b"salt");
    assert_eq!(wave.compute(3, b"salt"), one);
    wave.rows.reverse();
    assert_eq!(wave.compute(2, b"salt"), one);
}
