//! `cargo bench --bench people`: what an import of 100,000 people costs beside the least that the
//! database itself takes for the same rows. Prints a JSON object a line:
//!
//! - `people_vs_copy`: the first import, which creates everybody;
//! - `people_again_vs_copy`: the same rows imported again, which changes nobody.
//!
//! `ours` is a client stream of 200 chunks over loopback TCP to the whole server, from the first
//! message to the answer: staged, checked, applied and committed, with row security and `fsync` on.
//!
//! `baseline` is one `COPY … FROM STDIN` in text format, by the superuser over the unix socket, into
//! a twin of `directory_people` in the same database: the same columns, checks, indexes and foreign
//! keys (the manager's deferred, as ours), without row security, which COPY does not go through. Its
//! rows are those that the import has just written, byte by byte, and are in memory beforehand.
//!
//! Each of the rounds has an organization of its own, so that both tables grow alike, and does one
//! after the other; every measurement begins after a checkpoint. Medians are compared.
mod ground;
mod invented;
mod twin;

use std::error::Error;
use std::io::Write;
use std::time::{Duration, Instant};

use orgfit::pb::intake::ImportJob;

use ground::Ground;
use invented::PEOPLE;
use twin::Twin;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const ROUNDS: usize = 3;

/// What a round measured.
struct Round {
    import: Duration,
    again: Duration,
    copy: Duration,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let ground = Ground::prepare().await?;
    let rounds = measure(&ground).await;
    ground.clear_away().await?;
    let rounds = rounds?;
    let copy = median(rounds.iter().map(|round| round.copy));
    report("people_vs_copy", median(rounds.iter().map(|round| round.import)), copy)?;
    report("people_again_vs_copy", median(rounds.iter().map(|round| round.again)), copy)
}

async fn measure(ground: &Ground) -> Outcome<Vec<Round>> {
    let mut twin = Twin::make(ground).await?;
    let mut rounds = Vec::with_capacity(ROUNDS);
    for number in 1..=ROUNDS {
        let round = measure_round(ground, &mut twin).await?;
        let Round { import, again, copy } = &round;
        writeln!(
            std::io::stderr(),
            "round {number} of {ROUNDS}: import {import:.2?}, again {again:.2?}, COPY {copy:.2?}"
        )?;
        rounds.push(round);
    }
    Ok(rounds)
}

async fn measure_round(ground: &Ground, twin: &mut Twin) -> Outcome<Round> {
    let organization = ground.found_organization().await?;
    let people = i32::try_from(PEOPLE)?;

    let messages = organization.messages();
    ground.checkpoint().await?;
    let begun = Instant::now();
    let job = organization.import(messages).await?;
    let import = begun.elapsed();
    expect(&job, (people, 0))?;

    let rows = twin.rows_of(organization.id()).await?;
    ground.checkpoint().await?;
    let begun = Instant::now();
    let copied = twin.copy_in(&rows).await?;
    let copy = begun.elapsed();
    if copied != u64::try_from(PEOPLE)? {
        return Err(format!("COPY took {copied} rows").into());
    }

    let messages = organization.messages();
    ground.checkpoint().await?;
    let begun = Instant::now();
    let job = organization.import(messages).await?;
    let again = begun.elapsed();
    expect(&job, (0, people))?;
    Ok(Round { import, again, copy })
}

/// Refuses to compare an import that did not do its work.
fn expect(job: &ImportJob, created_and_unchanged: (i32, i32)) -> Outcome<()> {
    if (job.created_row_count, job.unchanged_row_count) == created_and_unchanged {
        return Ok(());
    }
    Err(format!("the import went wrong: {job:?}").into())
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
