//! `cargo bench --bench plan`: what it costs to decide what of a wave is shown. Prints a JSON object a
//! line:
//!
//! - `plan_growth`: the whole plan for 100,000 people in 2,000 units, against the same for 10,000
//!   people in 200 units;
//! - `plan_vs_rule`: the whole plan for 100,000 people, against the remainder rules alone.
//!
//! The wave: a tree of about seven units below each, units of very different sizes of 50 people on
//! average, three segment dimensions of 5, 4 and 3 values that are unevenly filled, with the table of
//! the first two; cells as an opening forms them, of which seven people in ten answered; 45 items
//! of five points, of which one answer in twenty is "cannot judge".
//!
//! `ours` is `Decisions::make` from the counts of all slices: remainder rules at both levels, the proof
//! for people, dimensions and each item with its repairs, and the number and distribution of each item.
//! `baseline` of `plan_vs_rule` is the same without any proof. Medians of three rounds, on one thread
//! and the same counts.
mod company;

use std::error::Error;
use std::io::Write;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use company::Company;
use orgfit::disclosure::{Counts, Decisions, Inhabited};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const ROUNDS: usize = 3;

fn main() -> Outcome<()> {
    let small = Company::new(10_000, 200);
    let large = Company::new(100_000, 2_000);
    let (few, counts_of_few) = small.counted();
    let (many, counts_of_many) = large.counted();
    let mut times = [const { Vec::new() }; 3];
    for round in 1..=ROUNDS {
        times[0].push(decide(&small, &counts_of_few, &few));
        times[1].push(decide(&large, &counts_of_many, &many));
        times[2].push(decide(&large, &counts_of_many, &[]));
        let [small, large, rules] = times.each_ref().map(|times| times.last());
        let err = &mut std::io::stderr();
        writeln!(err, "round {round} of {ROUNDS}: {small:.2?} {large:.2?}, rules {rules:.2?}")?;
    }
    let (limits, salt) = (&large.limits, b"salt");
    let all = (&counts_of_many, many.as_slice());
    let decisions = Decisions::make(&large.frame, limits, all, salt, NonZeroUsize::MIN);
    let of = |told: &dyn Fn(usize) -> bool| (0..large.frame.len()).filter(|at| told(*at)).count();
    writeln!(
        std::io::stderr(),
        "{} cells; of {} slices with enough people {} are shown, {} with items; peak memory {}",
        many.len(),
        of(&|number| counts_of_many.people(number) >= limits.minimum),
        of(&|number| decisions.is_shown(number)),
        of(&|number| decisions.allowed(number).is_some_and(|allowed| allowed.items())),
        peak_memory(),
    )?;
    let [few, many, rules] = times.map(median);
    report("plan_growth", many, few)?;
    report("plan_vs_rule", many, rules)
}

fn decide(company: &Company, counts: &Counts, cells: &[Inhabited<'_>]) -> Duration {
    let begun = Instant::now();
    let (frame, limits, salt) = (&company.frame, &company.limits, b"salt");
    let decisions = Decisions::make(frame, limits, (counts, cells), salt, NonZeroUsize::MIN);
    let took = begun.elapsed();
    std::hint::black_box(decisions);
    took
}

/// Most memory that this process had at once, as the system tells it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |size| size.trim().to_owned())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn report(name: &str, ours: Duration, baseline: Duration) -> Outcome<()> {
    writeln!(
        std::io::stdout(),
        r#"{{"name":"{name}","ratio":{:.3},"ours":{:.3},"baseline":{:.3},"unit":"s"}}"#,
        ours.div_duration_f64(baseline),
        ours.as_secs_f64(),
        baseline.as_secs_f64(),
    )?;
    Ok(())
}
