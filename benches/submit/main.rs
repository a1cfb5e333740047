//! `cargo bench --bench submit`: answers that are stored and acknowledged in a second, beside what the
//! database takes by itself when one transaction per answer does the same. Prints a JSON object a line,
//! for 8, 32 and 256 callers at once: `submit_clients_8`, `submit_clients_32`, `submit_clients_256`.
//! Here a greater ratio is better.
//!
//! `ours` are gRPC calls of `SubmitResponse` over four connections of loopback TCP to the whole server,
//! each with a response token of its own, checked, stored and acknowledged, with row security and
//! `fsync` on. Callers wait for each answer before they send the next one.
//!
//! `baseline` is `pgbench -M prepared` over the unix socket, under the role that the server has, too: in
//! one transaction the UPDATE that spends a token of an open wave, and the INSERT of an answer, on the same
//! tables with the same rows, policies and indexes, as many clients, two threads.
//!
//! Each round does one after the other with tokens that nobody has used, and every measurement begins
//! after a checkpoint. Server, callers and database share the machine. Medians are compared. Numbers of
//! callers as arguments leave the others out.
mod baseline;
mod callers;
mod ground;

use std::error::Error;
use std::io::Write;

use ground::Ground;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const ROUNDS: usize = 3;
const LOADS: [Load; 3] = [(8, 20_000), (32, 40_000), (256, 51_200)];

/// Callers at once, and answers that they give together in a measurement.
type Load = (usize, usize);

#[tokio::main]
async fn main() -> Outcome<()> {
    let wanted: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let mut loads = LOADS.to_vec();
    loads.retain(|(clients, _)| wanted.is_empty() || wanted.contains(clients));
    let answers = loads.iter().map(|(_, answers)| answers).sum::<usize>();
    let ground = Ground::prepare(ROUNDS * answers).await?;
    let measured = measure(&ground, &loads).await;
    ground.clear_away().await?;
    for ((clients, _), (ours, baseline)) in loads.iter().zip(measured?) {
        report(&format!("submit_clients_{clients}"), median(ours), median(baseline))?;
    }
    Ok(())
}

/// Rates of each load, ours and the baseline's.
async fn measure(ground: &Ground, loads: &[Load]) -> Outcome<Vec<(Vec<f64>, Vec<f64>)>> {
    let mut rates = vec![(Vec::new(), Vec::new()); loads.len()];
    let mut used = 0;
    for round in 1..=ROUNDS {
        for ((clients, answers), (ours, baseline)) in loads.iter().copied().zip(&mut rates) {
            ground.checkpoint().await?;
            let tokens = &ground.tokens[used..used + answers];
            let measured = callers::run(ground.address(), clients, tokens).await?;
            ground.checkpoint().await?;
            let twin = baseline::run(ground, clients, used..used + answers).await?;
            used += answers;
            writeln!(
                std::io::stderr(),
                "round {round} of {ROUNDS}, {clients} clients: {:.0}/s (p50 {:.1?}, p99 {:.1?}), pgbench {twin:.0}/s",
                measured.rate,
                measured.p50,
                measured.p99,
            )?;
            ours.push(measured.rate);
            baseline.push(twin);
        }
    }
    ground.require_stored(2 * used).await?;
    Ok(rates)
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_unstable_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}

#[expect(clippy::float_arithmetic, reason = "a ratio of two rates")]
fn report(name: &str, ours: f64, baseline: f64) -> Outcome<()> {
    writeln!(
        std::io::stdout(),
        r#"{{"name":"{name}","ratio":{:.3},"ours":{ours:.0},"baseline":{baseline:.0},"unit":"1/s"}}"#,
        ours / baseline,
    )?;
    Ok(())
}
