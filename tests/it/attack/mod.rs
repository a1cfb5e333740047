//! Attacks what is published, as somebody would who knows everything but the answers: who works
//! where, who took part, and how many of every cell answered every question. The companies are
//! invented from seeds, and everything is made and read through the API. Nothing of the engine's own
//! way of proving that nothing leaks is used here.
#![expect(clippy::print_stdout, reason = "tells what was found")]
#![expect(clippy::float_arithmetic, reason = "shares of what is shown")]
mod cells;
mod company;
mod exact;
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

use crate::harness::World;

/// Companies that are attacked, unless the environment names another number.
const COMPANIES: u64 = 10;
/// Seed of the first.
const SEED: u64 = 1;

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
    let world = World::start().await;
    let first = given("ORGFIT_ATTACK_SEED", SEED);
    let mut all = Report::default();
    for seed in first..first + given("ORGFIT_ATTACK_COMPANIES", COMPANIES) {
        let began = std::time::Instant::now();
        let evidence = evidence(&world, Company::invent(seed)).await;
        let read = began.elapsed();
        let report = attack(&evidence);
        println!(
            "seed {seed}: {} people {} units {} cells {} slices read {read:?} attacked {:?}",
            evidence.company.people.len(),
            evidence.company.parents.len(),
            evidence.cells.len(),
            evidence.cards.len(),
            began.elapsed()
        );
        report.tell(&format!("seed {seed}"));
        all.add(report);
    }
    for (name, count) in &all.counts {
        println!("{name}: {count}");
    }
    let found: Vec<_> = all.found.iter().map(|(kind, (count, _))| (*kind, *count)).collect();
    println!("found: {found:?}");
    assert!(found.is_empty(), "{found:?}");
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
    is_found([2, 4, 6], planted::without_remainders).await;
}

#[tokio::test]
async fn own_staff_that_are_forgotten_are_found_out() {
    is_found([2, 4, 6], planted::without_own_staff).await;
}

#[tokio::test]
async fn counts_of_answers_everywhere_are_found_out() {
    is_found([2, 4, 6], planted::with_all_counts).await;
}

#[tokio::test]
async fn a_second_tree_is_found_out() {
    is_found([2, 4, 6], planted::with_second_tree).await;
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
