//! The simulations as tests: some waves in each run, many by hand.
use super::super::super::estimate::Spread;
use super::people::normal;
use super::*;

/// What was found over the waves of a world.
#[derive(Debug, Default)]
struct Found {
    square: Average,
    excess: Average,
    overlap: Average,
    gap_covers: Rate,
    aligned_covers: Rate,
    overlap_covers: Rate,
    index_covers: Rate,
    mean_covers: Rate,
    signed_covers: Vec<Rate>,
    withheld: Rate,
    half_width: Average,
}

/// Sizes at which chance is loud, and others at which an index can be shown.
const SMALL: &[usize] = &[20, 60, 200];
const LARGE: &[usize] = &[80, 300, 900];

fn world(sizes: &[usize], gap: f64, turn: f64) -> World<'_> {
    World { sizes, gap, turn, ends: 4, replicates: REPLICATES }
}

fn whole(groups: &[AxisGroup]) -> (Replicated, Alignment, Overlap) {
    let taken = taking_part(groups).unwrap();
    let (alignment, gap) = alignment(&taken).unwrap();
    let (overlap, excess) = overlap(&taken).unwrap();
    (index(&gap, &excess), alignment, overlap)
}

fn simulate(world: &World<'_>, waves: u64) -> Found {
    let (truth, means) = (world.truth(), world.means());
    let mut found = Found::default();
    found.signed_covers.resize(means.len(), Rate::default());
    for seed in 0..waves {
        let people = world.wave(seed);
        let groups = groups(world, &people);
        let (index, alignment, overlap) = whole(&groups);
        let shown = index.interval().within(0.0, 100.0);
        found.square.add(alignment.square);
        found.excess.add(overlap.excess);
        found.overlap.add(overlap.overlap.value);
        found.gap_covers.add_cover(alignment.gap, truth.gap);
        found.aligned_covers.add_cover(alignment.aligned, 1.0 - (truth.gap / 25.0).min(1.0));
        found.overlap_covers.add_cover(overlap.overlap, 1.0 - truth.distance);
        found.index_covers.add_cover(shown, truth.index);
        found.withheld.add(shown.half_width() > HALF_WIDTH_MAX);
        found.half_width.add(shown.half_width());
        // Beside it an axis that nothing depends on, of the same people: its true index is 100.
        let other = |at| people.iter().filter(move |person: &&Person| person.other == at);
        let others = [0, 1].map(|at| group(&other(at), world.replicates));
        let mean = Replicated::mean(&[&index, &whole(&others).0]).unwrap();
        let both = mean.interval().within(0.0, 100.0);
        found.mean_covers.add_cover(both, f64::midpoint(truth.index, 100.0));
        for (at, rate) in found.signed_covers.iter_mut().enumerate() {
            let rest = (means.iter().sum::<f64>() - means[at]) / (means.len() - 1) as f64;
            let gap = signed_gap(&groups, at).unwrap();
            let Spread { lower, upper, .. } = gap.spread;
            rate.add_cover(Interval { value: gap.value, lower, upper }, means[at] - rest);
        }
    }
    found
}

/// Intervals may cover more often than they say, near a bound; never less.
fn at_least(what: &str, rate: Rate) {
    let share = rate.share();
    assert!(share >= 0.95 - rate.slack(), "{what} covered in {share}");
}

fn check(world: &World<'_>, found: &Found) {
    let off = (found.square.mean() - world.gap * world.gap).abs();
    assert!(off <= 3.0 * found.square.error(), "square is off by {off}");
    for rate in &found.signed_covers {
        let share = rate.share();
        assert!((share - 0.95).abs() <= rate.slack(), "signed gaps covered in {share}");
    }
    at_least("gap", found.gap_covers);
    at_least("alignment", found.aligned_covers);
    at_least("overlap", found.overlap_covers);
    at_least("index", found.index_covers);
    at_least("mean of axes", found.mean_covers);
}

#[test]
fn without_a_difference_the_square_is_0_on_average_and_intervals_cover_that() {
    let world = world(SMALL, 0.0, 0.0);
    let found = simulate(&world, WAVES);
    check(&world, &found);
    let excess = found.excess.mean();
    assert!(excess.abs() <= 3.0 * found.excess.error(), "excess {excess}");
}

#[test]
fn intervals_cover_true_differences() {
    for world in [world(SMALL, 5.0, 0.3), world(SMALL, 11.0, 0.6), world(LARGE, 5.0, 0.3)] {
        check(&world, &simulate(&world, WAVES));
        let two_options = World { turn: 2.0 * world.turn, ends: 1, ..world };
        check(&two_options, &simulate(&two_options, WAVES));
    }
}

/// The distances that people with the same taste are apart by chance, 3 of 8 chosen; also when
/// some choose fewer, where the baseline may be a little too high.
#[test]
fn the_baseline_is_the_distance_of_people_with_the_same_taste() {
    let taste = Taste::turned(0.0, 4);
    let mut random = StdRng::seed_from_u64(7);
    for (sizes, expected) in [((8, 20), 0.20), ((20, 80), 0.12), ((80, 300), 0.06)] {
        for (least, above) in [(3, 0.02), (1, 0.06)] {
            let (mut raw, mut baseline) = (Average::default(), Average::default());
            for _ in 0..500 {
                let [first, second] = [sizes.0, sizes.1].map(|people| {
                    let mut counts = vec![0; OPTIONS];
                    for at in 0..people {
                        let some = random.random_range(least..=3);
                        let chosen = taste.choose(&mut random, at as usize % 2, some);
                        counts.iter_mut().zip(chosen).for_each(|(sum, one)| *sum += one);
                    }
                    Mentions::new(people, counts).unwrap()
                });
                let pair = overlap::pair(&first, &second).unwrap();
                raw.add(pair.raw);
                baseline.add(pair.baseline);
            }
            let ratio = baseline.mean() / raw.mean();
            let slack = 0.02 + 3.0 * raw.error() / raw.mean();
            assert!(ratio > 1.0 - slack && ratio < 1.0 + slack + above, "{sizes:?}: {ratio}");
            assert!(least < 3 || (baseline.mean() - expected).abs() < 0.01, "{baseline:?}");
        }
    }
}

/// Views and estimates of the same people belong together; the intervals know it.
#[test]
fn co_orientation_covers_true_differences() {
    let truth = Views { view: 72.0, estimate: 66.0 };
    let other = Views { view: 60.0, estimate: 75.0 };
    let mut rates = [Rate::default(); 5];
    for seed in 0..WAVES_BY_HAND {
        let mut random = StdRng::seed_from_u64(seed);
        let [leaders, others] = [(truth, 25), (other, 80)].map(|(truth, people)| {
            let answers: Vec<(f64, f64, usize)> = (0..people)
                .map(|_| {
                    let (first, second) = (normal(&mut random), normal(&mut random));
                    let estimate = truth.estimate + 10.0 * first + 15.0 * second;
                    (truth.view + 18.0 * first, estimate, random.random_range(0..REPLICATES))
                })
                .collect();
            perspective(&answers)
        });
        let found = co_orientation(&leaders, &others).unwrap();
        let differences = [
            (found.view_difference, truth.view - other.view),
            (found.leader_error, truth.estimate - other.view),
            (found.other_error, other.estimate - truth.view),
            (found.leader_assumed_difference, truth.view - truth.estimate),
            (found.other_assumed_difference, other.estimate - other.view),
        ];
        for (rate, (interval, truth)) in rates.iter_mut().zip(differences) {
            rate.add_cover(interval, truth);
        }
    }
    for rate in rates {
        assert!((rate.share() - 0.95).abs() <= rate.slack(), "covered in {}", rate.share());
    }
}

fn perspective(answers: &[(f64, f64, usize)]) -> Perspective {
    let views = |left: usize| {
        let (mut view, mut estimate) = (Average::default(), Average::default());
        for (first, second, _) in answers.iter().filter(|(.., replicate)| *replicate != left) {
            view.add(*first);
            estimate.add(*second);
        }
        Views { view: view.mean(), estimate: estimate.mean() }
    };
    let without = (0..REPLICATES).map(views).collect();
    Perspective { people: answers.len() as u32, all: views(REPLICATES), without }
}

/// Prints the table of coverages that the documentation tells.
#[test]
#[ignore = "two minutes of simulation: the table of docs/method.md, made by hand"]
fn coverage_over_many_waves() {
    let differences = [
        (0.0, 0.0, 4),
        (5.0, 0.3, 4),
        (5.0, 0.8, 1),
        (11.0, 0.6, 4),
        (11.0, 2.0, 1),
        (20.0, 1.0, 4),
    ];
    let several = &[20, 25, 40, 80, 300][..];
    for sizes in [SMALL, LARGE, &[25, 400], &[300, 900], several] {
        for replicates in [16, 32, 64] {
            for (gap, turn, ends) in differences {
                let world = World { sizes, gap, turn, ends, replicates };
                let found = simulate(&world, WAVES_BY_HAND);
                println!(
                    "{sizes:?} R {replicates} gap {gap} ends {ends} distance {:.3}: square {:.2}+-{:.2} excess \
                     {:.4} U {:.3} covers: gap {:.3} B {:.3} U {:.3} index {:.3} SVI {:.3} signed \
                     {:.3?}; half {:.1} withheld {:.2}",
                    world.truth().distance,
                    found.square.mean(),
                    found.square.error(),
                    found.excess.mean(),
                    found.overlap.mean(),
                    found.gap_covers.share(),
                    found.aligned_covers.share(),
                    found.overlap_covers.share(),
                    found.index_covers.share(),
                    found.mean_covers.share(),
                    found.signed_covers.iter().map(|rate| rate.share()).collect::<Vec<_>>(),
                    found.half_width.mean(),
                    found.withheld.share(),
                );
                if replicates == REPLICATES {
                    check(&world, &found);
                }
            }
        }
    }
}
