//! Releases what is due. The work is leased, and each of its steps is a transaction that any process
//! may do: answers are mixed once, and a release appears whole or not at all.
use std::num::NonZeroUsize;
use std::time::Duration;

use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};

use super::answers::Answers;
use super::compute::{Computed, Terms, compute};
use super::ground::Ground;
use super::store::write;
use super::subject::{Place, Scope, Subject, Thresholds};
use crate::assessment::{self, Job};
use crate::base::id::{ReleaseId, WaveId};
use crate::base::{Context, Db, Error, Result, Tx};
use crate::outbox::{self, EventType};
use crate::respondent;

/// How long a job may take. Then another process may take it over.
const LEASE: Duration = Duration::from_mins(10);
/// Most threads that compute a release.
const THREADS_MAX: usize = 4;

/// Closes what is to be closed by now, and releases the results of closed waves, one after the
/// other. One that fails is tried again when its lease is over; the others go on.
pub async fn release_due(db: &Db, ctx: &Context) -> Result<()> {
    assessment::keep_time(db, ctx).await?;
    let ctx = &ctx.with_patience(LEASE);
    let seconds = i64::try_from(LEASE.as_secs()).map_err(Error::internal)?;
    let mut ended = Ok(());
    while let Some(job) = assessment::take_job(db, ctx, seconds).await? {
        let released = release(db, ctx, job).await;
        ended = ended.and(released);
    }
    ended
}

/// Releases the results of a wave, unless another process did or holds the lease.
async fn release(db: &Db, ctx: &Context, job: Job) -> Result<()> {
    let mut tx = db.write("mix_answers", ctx.scope()).await?;
    if !assessment::hold_job(&mut tx, job).await? {
        return Ok(());
    }
    assessment::mix(&mut tx, job.wave_id).await?;
    tx.commit().await?;

    let input = load_input(db, ctx, job.wave_id).await?;
    let mut salt = [0; 32];
    OsRng.try_fill_bytes(&mut salt).map_err(Error::internal)?;
    let computed = recompute(input, salt.to_vec()).await?;
    publish(db, ctx, job, &salt, computed).await
}

/// All that a release is computed from.
pub(super) struct Input {
    subject: Subject,
    setting: [u8; 32],
    answers: Answers,
}

/// Loads what a wave asked and what was answered.
pub(super) async fn load_input(db: &Db, ctx: &Context, wave_id: WaveId) -> Result<Input> {
    let mut tx = db.read("read_answers", ctx.scope()).await?;
    let (subject, setting) = load_subject(&mut tx, wave_id).await?;
    let mut answers = Answers::default();
    respondent::for_each_answer(&mut tx, wave_id, |cell_id, sheet, random| {
        if answers.push(&subject, cell_id, (sheet, random)) {
            Ok(())
        } else {
            Err(Error::internal("an answer does not fit its wave"))
        }
    })
    .await?;
    tx.commit().await?;
    Ok(Input { subject, setting, answers })
}

/// Computes a release with a salt, beside what else the process does.
pub(super) async fn recompute(input: Input, salt: Vec<u8>) -> Result<Computed> {
    let Input { subject, setting, answers } = input;
    let computed = tokio::task::spawn_blocking(move || {
        let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let threads = NonZeroUsize::new(threads.min(THREADS_MAX)).unwrap_or(NonZeroUsize::MIN);
        compute(&subject, answers, &Terms { salt: &salt, setting, threads })
    });
    let computed = computed.await.map_err(Error::internal)?;
    computed.ok_or_else(|| Error::internal("there are more answers than can be added up"))
}

/// What a wave measured, and a digest of what does not show in its answers.
async fn load_subject(tx: &mut Tx, wave_id: WaveId) -> Result<(Subject, [u8; 32])> {
    let wave = assessment::load_wave(tx, wave_id).await?;
    let units = assessment::list_frozen_units(tx, wave_id).await?;
    let Some(asked) = respondent::find_questionnaire(tx, wave_id).await? else {
        return Err(Error::internal("a closed wave has no questionnaire"));
    };
    let cells = respondent::list_cells(tx, wave_id).await?;
    let dimensions = wave.dimensions.clone();
    let ground = Ground::new(units, wave.dimensions, wave.pairs);
    let places = cells.into_iter().map(|cell| {
        Some(Place {
            unit: ground.position(Some(cell.unit_id))?,
            values: cell.values,
            invited: u32::try_from(cell.invited).ok()?,
            late: u32::try_from(cell.late).ok()?,
        })
    });
    let places: Option<Vec<Place>> = places.collect();
    let thresholds = || {
        Some(Thresholds {
            minimum: u32::try_from(wave.minimum_group_size).ok()?,
            distribution_minimum: u32::try_from(wave.distribution_minimum_group_size).ok()?,
            quality_minimum: u32::try_from(wave.quality_minimum_group_size).ok()?,
        })
    };
    let thresholds = thresholds();
    let (Some(places), Some(thresholds)) = (places, thresholds) else {
        return Err(Error::internal("a cell or threshold of a closed wave is not sound"));
    };
    let frame = ground.frame().clone();
    let items = asked.items();
    let roles = serde_json::to_vec(&dimensions).map_err(Error::internal)?;
    let scope = Scope { frame, dimensions, cells: places, imported: wave.imported };
    let subject = Subject::new(&asked.content, &items, thresholds, scope);
    let setting = Sha256::new()
        .chain_update(serde_json::to_vec(&asked).map_err(Error::internal)?)
        .chain_update(roles)
        .chain_update(&wave.policy_digest)
        .chain_update([u8::from(wave.imported)]);
    Ok((subject, setting.finalize().into()))
}

/// Stores a release whole, if the lease still holds.
async fn publish(db: &Db, ctx: &Context, job: Job, salt: &[u8], computed: Computed) -> Result<()> {
    let mut tx = db.write("publish_release", ctx.scope()).await?;
    if !assessment::hold_job(&mut tx, job).await? {
        return Ok(());
    }
    let release_id: ReleaseId = ctx.new_id();
    let new = write::NewRelease {
        release_id,
        wave_id: job.wave_id,
        release_time: ctx.now,
        salt,
        digests: computed.digests,
        responses: computed.responses,
        extent: computed.extent,
    };
    write::insert_release(&mut tx, &new).await?;
    write::insert_cards(&mut tx, release_id, &computed.cards).await?;
    assessment::finish_job(&mut tx, job).await?;
    outbox::append(&mut tx, ctx, EventType::ResultsReleased, release_id, None).await?;
    tx.commit().await
}
