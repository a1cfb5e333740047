//! `cargo bench --bench release`: what closing a wave of a million responses costs beside reading them
//! once. Prints a JSON object a line:
//!
//! - `release_vs_copy`: from answers that are anonymous to a published release: reading, counting,
//!   planning, computing, rounding, storing;
//! - `release_with_mixing_vs_copy`: the same with making the answers anonymous first, which is
//!   writing them anew.
//!
//! The wave: 1,000 units of 1,000 people in a tree of four levels, four segment dimensions of 4, 5, 3
//! and 3 values, 180 cells in each unit, 30 items of five points of which one in thirty answers is
//! "cannot judge". Everybody answered and spent a token.
//!
//! `ours` is the job that the worker runs, in this process, over the unix socket: mixing with the tokens
//! destroyed and the sealed partition dropped; then reading, planning, computing and storing all
//! cards, committed, with row security and `fsync` on.
//!
//! `baseline` is `COPY (SELECT cell_id, answers …) TO STDOUT (FORMAT binary)` of the same rows by the
//! superuser over the same socket, read and thrown away.
//!
//! Each round has a wave of its own and begins after a checkpoint. Medians are compared.
mod filled;
mod ground;

use std::error::Error;
use std::io::Write;
use std::time::{Duration, Instant};

use ground::Ground;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const ROUNDS: usize = 3;

/// What a round measured.
struct Round {
    mixing: Duration,
    release: Duration,
    copy: Duration,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let ground = Ground::prepare().await?;
    let rounds = measure(&ground).await;
    ground.clear_away().await?;
    let rounds = rounds?;
    let copy = median(rounds.iter().map(|round| round.copy));
    let all = median(rounds.iter().map(|round| round.mixing + round.release));
    report("release_with_mixing_vs_copy", all, copy)?;
    let release = median(rounds.iter().map(|round| round.release));
    report("release_vs_copy", release, copy)
}

async fn measure(ground: &Ground) -> Outcome<Vec<Round>> {
    let mut rounds = Vec::with_capacity(ROUNDS);
    for number in 1..=ROUNDS {
        let wave = ground.close_a_wave().await?;
        ground.checkpoint().await?;
        let begun = Instant::now();
        wave.mix().await?;
        let mixing = begun.elapsed();
        ground.checkpoint().await?;
        let begun = Instant::now();
        wave.release().await?;
        let release = begun.elapsed();
        let shown = wave.require_released().await?;
        let copy = wave.copy_out().await?;
        writeln!(
            std::io::stderr(),
            "round {number} of {ROUNDS}: mixing {mixing:.2?}, release {release:.2?}, \
             COPY {copy:.2?}; {shown} cards, peak memory {}",
            peak_memory()
        )?;
        rounds.push(Round { mixing, release, copy });
    }
    Ok(rounds)
}

/// Most memory that this process had at once, as the system tells it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |size| size.trim().to_owned())
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<_> = times.collect();
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
