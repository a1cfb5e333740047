//! Laws of sums, and of what is computed from them.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "the numbers of tests are small"
)]
use proptest::prelude::*;

use super::*;

/// Codes per scored item, and two answers beside them.
type Person = (Vec<u32>, u32, u32);

const CANNOT: u32 = 99;

fn shape() -> Shape {
    let mut variables = vec![Variable::Scored { codes: 5 }; 18];
    variables.insert(3, Variable::Number { codes: 1_000_000 });
    variables.push(Variable::Choice { options: 4 });
    variables.push(Variable::Scored { codes: 11 });
    Shape::new(variables)
}

fn person() -> impl Strategy<Value = Person> {
    let code = prop_oneof![6 => 1u32..=5, 1 => Just(0u32), 1 => Just(CANNOT)];
    (proptest::collection::vec(code, 19), 0u32..=1_000_000, 0u32..16)
}

fn reply(code: u32) -> Reply {
    match code {
        0 => Reply::Missing,
        CANNOT => Reply::Cannot,
        code => Reply::Code(code),
    }
}

fn record(shape: &Shape, (scored, number, chosen): &Person) -> Vec<u8> {
    let mut record = vec![0; shape.record_len()];
    for (variable, code) in shape.scored().iter().zip(scored) {
        shape.put(&mut record, *variable, reply(*code));
    }
    shape.put(&mut record, 3, reply(*number));
    shape.put(&mut record, 19, reply(*chosen));
    record
}

fn sums(shape: &Shape, people: &[Person]) -> Sums {
    let mut sums = [Sums::new(shape)];
    let mut tally = Tally::new(shape);
    for person in people {
        if tally.is_full() {
            tally.pour(&mut sums, &[0]);
            tally.clear();
        }
        tally.add(&record(shape, person));
    }
    tally.pour(&mut sums, &[0]);
    let [sums] = sums;
    sums
}

fn merged(one: &Sums, other: &Sums) -> Sums {
    let mut sum = one.clone();
    sum.merge(other);
    sum
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn groups_add_up_in_any_order_and_grouping(
        people in proptest::collection::vec(person(), 0..60),
        cut in 0.0f64..1.0,
        other in 0.0f64..1.0,
    ) {
        let shape = shape();
        let place = |share: f64| (people.len() as f64 * share) as usize;
        let (one, two) = (place(cut.min(other)), place(cut.max(other)));
        let [a, b, c] = [&people[..one], &people[one..two], &people[two..]].map(|part| sums(&shape, part));
        let whole = sums(&shape, &people);
        prop_assert_eq!(&merged(&merged(&a, &b), &c), &whole);
        prop_assert_eq!(&merged(&a, &merged(&b, &c)), &whole);
        prop_assert_eq!(&merged(&c, &merged(&b, &a)), &whole);
        let mut others = whole.clone();
        others.take(&merged(&a, &c));
        prop_assert_eq!(&others, &b);
        let mut reversed = people.clone();
        reversed.reverse();
        prop_assert_eq!(sums(&shape, &reversed), whole);
    }

    #[test]
    fn sums_are_those_of_the_rows(people in proptest::collection::vec(person(), 0..40)) {
        let shape = shape();
        let sums = sums(&shape, &people);
        let code = |person: &Person, lane: usize| match person.0[lane] { CANNOT => 0, code => code };
        prop_assert_eq!(sums.people() as usize, people.len());
        for (a, first) in shape.scored().iter().enumerate() {
            let cannot = people.iter().filter(|person| person.0[a] == CANNOT).count();
            prop_assert_eq!(sums.cannot_judge(&shape, *first) as usize, cannot);
            let given: Vec<u32> = people.iter().map(|person| code(person, a)).filter(|code| *code > 0).collect();
            prop_assert_eq!(sums.answered(&shape, *first) as usize, given.len());
            for (b, second) in shape.scored().iter().enumerate().filter(|(b, _)| *b != a) {
                let both: Vec<(u64, u64)> = people.iter()
                    .map(|person| (u64::from(code(person, a)), u64::from(code(person, b))))
                    .filter(|(x, y)| *x > 0 && *y > 0)
                    .collect();
                let joint = sums.joint(&shape, *first, *second);
                prop_assert_eq!(joint.people as usize, both.len());
                prop_assert_eq!(joint.first, both.iter().map(|(x, _)| x).sum::<u64>());
                prop_assert_eq!(joint.second, both.iter().map(|(_, y)| y).sum::<u64>());
                prop_assert_eq!(joint.products, both.iter().map(|(x, y)| x * y).sum::<u64>());
            }
        }
        let numbers: Vec<u64> = people.iter().map(|person| u64::from(person.1)).collect();
        let powers = (numbers.iter().sum::<u64>(), numbers.iter().map(|x| x * x).sum::<u64>());
        prop_assert_eq!(sums.powers(&shape, 3), powers);
        for option in 0..4 {
            let chosen = people.iter().filter(|person| person.2 >> option & 1 == 1).count();
            prop_assert_eq!(sums.counts(&shape, 19)[option] as usize, chosen);
        }
    }

    /// Without missing answers the error from item means is that of the people's own scores.
    #[test]
    fn complete_answers_have_the_error_of_the_scores_of_people(
        rows in proptest::collection::vec(proptest::collection::vec(1u32..=5, 4), 2..40),
        reversed in proptest::collection::vec(any::<bool>(), 4),
    ) {
        let shape = Shape::new(vec![Variable::Scored { codes: 5 }; 4]);
        let mut sums = [Sums::new(&shape)];
        let mut tally = Tally::new(&shape);
        for row in &rows {
            let mut record = vec![0; shape.record_len()];
            for (variable, code) in row.iter().enumerate() {
                shape.put(&mut record, variable, Reply::Code(*code));
            }
            tally.add(&record);
        }
        tally.pour(&mut sums, &[0]);
        let metrics: Vec<Metric> = reversed.iter().map(|each| Metric::points(5, *each)).collect();
        let means = Means::of(&shape, &sums[0], &metrics);
        let facet = |leaves: &[usize]| Branch {
            weight: 1,
            parts: leaves.iter().map(|lane| Leaf { lane: *lane, weight: 1 }).collect(),
        };
        let tree = [Branch { weight: 1, parts: vec![facet(&[0, 1, 2]), facet(&[3])] }];
        let weights = overall_weights(&tree, &|_| true);
        let n = u32::try_from(rows.len()).unwrap();
        let estimate = means.weighted(&weights, n - 1, None, &mut Student::default()).unwrap();

        let scores: Vec<f64> = rows.iter().map(|row| {
            let points = |lane: usize| {
                let points = 25.0 * (f64::from(row[lane]) - 1.0);
                if reversed[lane] { 100.0 - points } else { points }
            };
            f64::midpoint((points(0) + points(1) + points(2)) / 3.0, points(3))
        }).collect();
        let mean = scores.iter().sum::<f64>() / f64::from(n);
        let squares = scores.iter().map(|score| (score - mean).powi(2)).sum::<f64>();
        let expected = (squares / f64::from(n - 1) / f64::from(n)).sqrt();
        prop_assert!((estimate.value - mean).abs() < 1e-10);
        prop_assert!((estimate.spread.unwrap().standard_error - expected).abs() < 1e-6);
    }

    #[test]
    fn whatever_people_answer_all_numbers_are_finite(people in proptest::collection::vec(person(), 0..8)) {
        let shape = shape();
        let sums = sums(&shape, &people);
        let metrics: Vec<Metric> = shape.scored().iter().map(|_| Metric::points(5, false)).collect();
        let means = Means::of(&shape, &sums, &metrics);
        let answered = |lane: usize| sums.answered(&shape, shape.scored()[lane]) > 0;
        let leaves = (0..shape.scored().len()).map(|lane| Leaf { lane, weight: 1 }).collect();
        let tree = [Branch { weight: 1, parts: vec![Branch { weight: 1, parts: leaves }] }];
        let weights = overall_weights(&tree, &answered);
        for (df, sampled) in [(0, None), (3, Some(Sampled { sample: 3, population: 4 })), (9, Some(Sampled { sample: 4, population: 4 }))] {
            match means.weighted(&weights, df, sampled, &mut Student::default()) {
                Err(Degenerate::NoObservations) => prop_assert!(weights.is_empty()),
                Err(reason) => {
                    prop_assert_eq!(reason, Degenerate::NegativeVariance);
                    prop_assert!(people.len() > 1);
                }
                Ok(estimate) => {
                    prop_assert!(estimate.value.is_finite());
                    if let Some(spread) = estimate.spread {
                        prop_assert!(spread.standard_error >= 0.0);
                        prop_assert!(spread.lower <= estimate.value && estimate.value <= spread.upper);
                        prop_assert!(spread.upper.is_finite());
                    }
                }
            }
        }
    }
}

#[test]
fn everybody_answered_is_a_census_without_error() {
    let mut student = Student::default();
    let all = Some(Sampled { sample: 9, population: 9 });
    let estimate = of_mean(50.0, 400.0, (9, 8), all, &mut student);
    let none = Spread { standard_error: 0.0, lower: 50.0, upper: 50.0 };
    assert_eq!(estimate, Estimate { value: 50.0, spread: Some(none), census: true });
    let part = Some(Sampled { sample: 9, population: 12 });
    let error = of_mean(50.0, 400.0, (9, 8), part, &mut student).spread.unwrap().standard_error;
    assert!((error - (20.0 / 3.0) * 0.5).abs() < 1e-12);
    assert_eq!(of_mean(50.0, 400.0, (1, 0), None, &mut student).spread, None);
}

#[test]
fn pairs_that_contradict_each_other_have_a_reason_and_no_error() {
    // Every pair was answered by other people, each pair going against the other: no joint
    // distribution is like that.
    let shape = Shape::new(vec![Variable::Scored { codes: 5 }; 3]);
    let rows = [[1, 5, 0], [5, 1, 0], [1, 0, 5], [5, 0, 1], [0, 1, 5], [0, 5, 1]];
    let mut sums = [Sums::new(&shape)];
    let mut tally = Tally::new(&shape);
    for row in rows.iter().cycle().take(60) {
        let mut record = vec![0; shape.record_len()];
        for (variable, code) in row.iter().enumerate() {
            shape.put(&mut record, variable, reply(*code));
        }
        tally.add(&record);
    }
    tally.pour(&mut sums, &[0]);
    let means = Means::of(&shape, &sums[0], &[Metric::points(5, false); 3]);
    let third = 1.0 / 3.0;
    let weights = [(0, third), (1, third), (2, third)];
    let estimate = means.weighted(&weights, 39, None, &mut Student::default());
    assert_eq!(estimate, Err(Degenerate::NegativeVariance));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn answers_are_counted_as_in_the_sums(people in proptest::collection::vec(person(), 0..600)) {
        let shape = shape();
        let sums = sums(&shape, &people);
        let dimension_of = |variable: usize| (variable < 8).then_some(variable % 2);
        let mut given = Given::new(&shape, 2, dimension_of);
        for person in &people {
            given.add(&record(&shape, person));
        }
        let mut row = Vec::new();
        given.take(|counts| row.extend_from_slice(counts));
        prop_assert_eq!(row[0], sums.people());
        for dimension in 0..2 {
            let answered = |person: &&Person| {
                let scored = shape.scored().iter().zip(&person.0);
                scored.into_iter().any(|(variable, code)| {
                    dimension_of(*variable) == Some(dimension) && (1..=5).contains(code)
                })
            };
            prop_assert_eq!(row[1 + dimension] as usize, people.iter().filter(answered).count());
        }
        let mut rest = &row[3..];
        for (position, variable) in shape.variables().iter().enumerate() {
            let (counts, others) = rest.split_at(1 + variable.counted());
            rest = others;
            prop_assert_eq!(counts[0], sums.answered(&shape, position));
            if let Variable::Number { codes } = variable {
                let given = |code| people.iter().filter(|person| person.1 == code).count();
                prop_assert_eq!(counts[1] as usize, given(1));
                prop_assert_eq!(counts[2] as usize, given(*codes));
            } else {
                prop_assert_eq!(&counts[1..], sums.counts(&shape, position));
            }
        }
        prop_assert!(rest.is_empty());
        // Nothing of the first group is left for the next.
        given.take(|counts| assert!(counts.iter().all(|count| *count == 0)));
    }
}
