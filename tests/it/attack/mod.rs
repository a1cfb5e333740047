//! Attacks what is published, as somebody would who knows everything but the answers: who works
//! where, who took part, and how many of every cell answered every question. The companies are
//! invented from seeds, and everything is made and read through the API. Nothing of the engine's own
//! way of proving that nothing leaks is used here.
#![expect(clippy::print_stdout, reason = "tells what was found")]
mod cells;
mod company;
mod county;
mod exact;
mod export;
mod founding;
mod interval;
mod linear;
mod planted;
mod program;
mod published;
mod report;
mod shares;

use company::Company;
use published::Evidence;
use report::Report;
use shares::{SLICES_OF_ANSWERS, SLICES_OF_PEOPLE, SLICES_SHOWN, UNITS_ENOUGH, UNITS_SHOWN};

use crate::harness::World;
use crate::oracle_waves::oracle_dir;

/// Companies that are attacked, unless the environment names another number.
const COMPANIES: u64 = 10;
/// Companies that are attacked in one world.
const COMPANIES_OF_WORLD: usize = 100;
/// Units from which on it is judged how many are shown.
const UNITS_MIN: usize = 100;
/// Seed of the first.
const SEED: u64 = 1;
/// Most people of companies that are written for another attacker.
const EXPORTED_PEOPLE: f64 = 200.0;

/// A number from the environment.
fn given(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

/// Makes a company's results and reads all of them.
async fn evidence(world: &World, company: Company) -> Evidence {
    let founded = founding::found(world, &company).await;
    let order = published::order(&founded).await;
    let cells = cells::form(&company, &order);
    published::read(&founded, company, cells).await
}

/// Tries everything.
fn attack(evidence: &Evidence) -> Report {
    let mut report = Report::default();
    exact::direct(evidence, &mut report);
    exact::sums(evidence, &mut report);
    exact::joint(evidence, &mut report);
    exact::counts(evidence, &mut report);
    interval::means(evidence, &mut report);
    interval::choices(evidence, &mut report);
    shares::compare(evidence, &mut report);
    report
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_published_gives_a_group_away() {
    let first = given("ORGFIT_ATTACK_SEED", SEED);
    let count = given("ORGFIT_ATTACK_COMPANIES", COMPANIES);
    let seeds: Vec<u64> = (first..first + count).collect();
    let mut all = Report::default();
    for seeds in seeds.chunks(COMPANIES_OF_WORLD) {
        // A connection is closed after a while.
        let world = World::start().await;
        for seed in seeds {
            let evidence = evidence(&world, Company::invent(*seed)).await;
            let report = attack(&evidence);
            report.tell(&evidence.size_in_words());
            all.add(report);
        }
        world.server.shutdown().await;
        println!("companies until seed {}", seeds[seeds.len() - 1]);
    }
    let found: Vec<_> = all.found.iter().map(|(kind, (count, _))| (*kind, *count)).collect();
    println!("{count} companies from seed {first}: found {found:?}");
    assert!(found.is_empty(), "{found:?}");
    tell_shares(&all);
}

/// Tells how much is shown of what could be. Enough is, of enough companies, 85 of 100 units that have
/// enough answers, and 95 of 100 slices that the plain remainder rule shows, when it counts answers.
fn tell_shares(report: &Report) {
    let count = |name: &str| report.counts.get(name).copied().unwrap_or(0);
    for (shown, all, least) in [
        (UNITS_SHOWN, UNITS_ENOUGH, 85),
        (SLICES_SHOWN, SLICES_OF_ANSWERS, 95),
        (SLICES_SHOWN, SLICES_OF_PEOPLE, 90),
    ] {
        let (part, whole) = (count(shown), count(all));
        println!("{shown}: {part} of {whole} {all}, {} %", part * 100 / whole.max(1));
        let are_enough = count(UNITS_ENOUGH) >= UNITS_MIN;
        assert!(!are_enough || part * 100 >= whole * least, "{part} of {whole} {all}");
    }
    for (name, count) in &report.counts {
        println!("{name}: {count}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_published_of_a_county_gives_a_group_away() {
    let Some(dir) = oracle_dir() else {
        println!("skipped: ORGFIT_ORACLE_DIR is not set, so there are no real data");
        return;
    };
    let world = World::start().await;
    let evidence = evidence(&world, county::county(&dir)).await;
    export::write(&evidence, "county");
    let report = attack(&evidence);
    report.tell("county");
    tell_shares(&report);
    assert!(report.found.is_empty());
}

/// Companies for another attacker, which is slow: only where they are asked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invented_companies_are_written_for_another_attacker() {
    let count = given("ORGFIT_ATTACK_EXPORT", 0);
    let world = World::start().await;
    for seed in 1..=count {
        let evidence = evidence(&world, Company::invent_small(seed, EXPORTED_PEOPLE)).await;
        export::write(&evidence, &format!("invented-{seed:03}"));
    }
    println!("{count} companies were written; ORGFIT_ATTACK_EXPORT says how many");
}

/// What a careless engine would publish of the companies of some seeds is found in each.
async fn is_found(seeds: [u64; 3], plant: fn(&Evidence) -> usize) {
    let world = World::start().await;
    for seed in seeds {
        let evidence = evidence(&world, Company::invent_thin(seed)).await;
        let found = plant(&evidence);
        println!("seed {seed}: {found} more groups are found");
        assert!(found > 0, "seed {seed}");
    }
}

#[tokio::test]
async fn slices_without_a_remainder_rule_are_found_out() {
    is_found([2, 8, 12], planted::without_remainders).await;
}

#[tokio::test]
async fn own_staff_that_are_forgotten_are_found_out() {
    is_found([5, 8, 12], planted::without_own_staff).await;
}

#[tokio::test]
async fn counts_of_answers_everywhere_are_found_out() {
    is_found([1, 9, 11], planted::with_all_counts).await;
}

#[tokio::test]
async fn a_second_tree_is_found_out() {
    is_found([2, 5, 8], planted::with_second_tree).await;
}

#[tokio::test]
async fn a_correlation_over_hidden_units_is_found_out() {
    let world = World::start().await;
    let (mut told, mut tried) = (0, 0);
    for seed in 2..5 {
        let evidence = evidence(&world, Company::invent_thin(seed)).await;
        let (more, of) = planted::with_correlation(&evidence);
        println!("seed {seed}: {more} of {of}");
        told += more;
        tried += of;
    }
    println!("an intraclass correlation told the sum of {told} of {tried} hidden units");
    assert!(tried > 0 && told * 2 > tried);
}
