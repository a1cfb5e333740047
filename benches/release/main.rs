//! `cargo bench --bench release`: what closing a wave of a million responses costs beside reading them
//! once, and beside closing smaller ones. Prints a JSON object a line:
//!
//! - `release_vs_copy`: from answers that are anonymous to a published release: reading, counting,
//!   planning, computing, rounding, storing;
//! - `release_with_mixing_vs_copy`: the same with making the answers anonymous first, which is
//!   writing them anew;
//! - `release_growth`: the time of `release_vs_copy` for each of a million sheets, over that for each of
//!   112,000, in microseconds.
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

use ground::{Ground, Wave};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const ROUNDS: usize = 3;
/// Divisions of the company of a million sheets, and of the one that it is compared with.
const DIVISIONS: usize = 27;
const FEW_DIVISIONS: usize = 3;

/// What a round measured, in seconds.
struct Round {
    mixing: f64,
    release: f64,
    copy: f64,
    /// The release for each sheet, of the large company and of the small one; microseconds.
    per_sheet: [f64; 2],
}

#[tokio::main]
#[expect(clippy::float_arithmetic, reason = "times are added")]
async fn main() -> Outcome<()> {
    let ground = Ground::prepare().await?;
    let rounds = measure(&ground).await;
    ground.clear_away().await?;
    let rounds = rounds?;
    let median = |of: &dyn Fn(&Round) -> f64| median(rounds.iter().map(of).collect());
    let copy = median(&|round| round.copy);
    let release = median(&|round| round.release);
    let all = median(&|round| round.mixing + round.release);
    report("release_vs_copy", (release, copy), "s")?;
    report("release_with_mixing_vs_copy", (all, copy), "s")?;
    let [large, small] = [0, 1].map(|at| median(&|round| round.per_sheet[at]));
    report("release_growth", (large, small), "us")
}

async fn measure(ground: &Ground) -> Outcome<Vec<Round>> {
    let mut rounds = Vec::with_capacity(ROUNDS);
    for number in 1..=ROUNDS {
        let few = ground.close_a_wave(FEW_DIVISIONS).await?;
        let (_, small) = released(ground, &few).await?;
        let wave = ground.close_a_wave(DIVISIONS).await?;
        let (mixing, release) = released(ground, &wave).await?;
        let shown = wave.require_released().await?;
        let copy = wave.copy_out().await?;
        writeln!(
            std::io::stderr(),
            "round {number} of {ROUNDS}: mixing {mixing:.2?}, release {release:.2?}, of the small \
             company {small:.2?}, COPY {copy:.2?}; {shown} cards, peak memory {}",
            peak_memory()
        )?;
        rounds.push(Round {
            mixing: mixing.as_secs_f64(),
            release: release.as_secs_f64(),
            copy: copy.as_secs_f64(),
            per_sheet: [per_sheet(release, &wave)?, per_sheet(small, &few)?],
        });
    }
    Ok(rounds)
}

/// How long mixing a wave took, and its release.
async fn released(ground: &Ground, wave: &Wave<'_>) -> Outcome<(Duration, Duration)> {
    ground.checkpoint().await?;
    let begun = Instant::now();
    wave.mix().await?;
    let mixing = begun.elapsed();
    ground.checkpoint().await?;
    let begun = Instant::now();
    wave.release().await?;
    Ok((mixing, begun.elapsed()))
}

#[expect(clippy::float_arithmetic, reason = "microseconds")]
fn per_sheet(took: Duration, wave: &Wave<'_>) -> Outcome<f64> {
    Ok(took.as_secs_f64() * 1e6 / f64::from(u32::try_from(wave.sheets())?))
}

/// Most memory that this process had at once, as the system tells it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |size| size.trim().to_owned())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[expect(clippy::float_arithmetic, reason = "a ratio")]
fn report(name: &str, (ours, baseline): (f64, f64), unit: &str) -> Outcome<()> {
    writeln!(
        std::io::stdout(),
        r#"{{"name":"{name}","ratio":{:.3},"ours":{ours:.3},"baseline":{baseline:.3},"unit":"{unit}"}}"#,
        ours / baseline,
    )?;
    Ok(())
}
