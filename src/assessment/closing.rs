//! Closing a wave, and what happens by itself around it: planned ends, counts of open waves, jobs.
use chrono::TimeDelta;

use super::cells::{self, Group};
use super::opening::respondent_cells;
use super::wave::{ResultsState, Wave};
use super::{Job, Snapshot, store};
use crate::base::id::WaveId;
use crate::base::{Context, Db, Error, Result, Tx};
use crate::outbox::{self, EventType};
use crate::respondent;

/// Time between two counts of an open wave: finer ones could tell who has just answered.
const COUNT_PERIOD: TimeDelta = TimeDelta::minutes(15);

/// Closes a locked wave, and leaves the job of its release behind.
pub(super) async fn close(tx: &mut Tx, ctx: &Context, wave: &mut Wave) -> Result<()> {
    let time = wave.close(ctx.now)?;
    respondent::close(tx, wave.wave_id, time).await?;
    store::job::insert_job(tx, wave.wave_id, ctx.now).await?;
    store::wave::update_wave(tx, wave).await?;
    let etag = Some(wave.etag());
    outbox::append(tx, ctx, EventType::WaveClosed, wave.wave_id, etag).await
}

/// Closes the waves whose planned time has come, and counts open ones whose count is old.
pub(super) async fn keep_time(db: &Db, ctx: &Context) -> Result<()> {
    let before = ctx.now - COUNT_PERIOD;
    let mut tx = db.write("keep_time", ctx.scope()).await?;
    for id in store::wave::list_over(&mut tx, ctx.now).await? {
        let mut wave = store::wave::lock_wave(&mut tx, id).await?;
        if wave.is_over(ctx.now) {
            close(&mut tx, ctx, &mut wave).await?;
        }
    }
    for id in store::job::list_uncounted(&mut tx, before).await? {
        let snapshot = count(&mut tx, ctx, id).await?;
        store::job::upsert_snapshot(&mut tx, id, &snapshot, before).await?;
    }
    tx.commit().await
}

async fn count(tx: &mut Tx, ctx: &Context, wave_id: WaveId) -> Result<Snapshot> {
    let cells = respondent::list_cells(tx, wave_id).await?;
    let mut cell_counts = vec![0; cells.len()];
    for (cell, count) in respondent::count_spent(tx, wave_id).await? {
        let cell = usize::try_from(cell).map_err(Error::internal)?;
        if let Some(place) = cell_counts.get_mut(cell) {
            *place = count;
        }
    }
    Ok(Snapshot { as_of_time: ctx.now, cell_counts })
}

/// Leases the next job for `seconds`.
pub(super) async fn take_job(db: &Db, ctx: &Context, seconds: i64) -> Result<Option<Job>> {
    let mut tx = db.write("take_job", ctx.scope()).await?;
    let until = ctx.now + TimeDelta::seconds(seconds);
    let lease_id = ctx.new_random_uuid();
    let job = store::job::lease_job(&mut tx, lease_id, ctx.now, until).await?;
    tx.commit().await?;
    Ok(job)
}

/// Ends a job: the results of its wave are released.
pub(super) async fn finish_job(tx: &mut Tx, job: Job) -> Result<()> {
    let mut wave = store::wave::lock_wave(tx, job.wave_id).await?;
    wave.results = ResultsState::Released;
    store::wave::update_wave(tx, &wave).await?;
    store::job::delete_job(tx, job.wave_id).await
}

/// Mixes the answers of a closed wave; of an imported one, forms the cells of its rows first.
pub(super) async fn mix(tx: &mut Tx, wave_id: WaveId) -> Result<()> {
    let wave = store::wave::find_wave(tx, wave_id).await?;
    if !wave.is_imported() {
        return respondent::mix(tx, wave_id).await;
    }
    let units = store::unit::list_units(tx, wave_id).await?;
    let rows = respondent::list_imported_groups(tx, wave_id).await?;
    let groups = rows
        .iter()
        .map(|(unit_id, values, count)| {
            let unit = units.iter().position(|unit| unit.unit_id == *unit_id).ok_or_else(|| {
                Error::internal("imported answers are of a unit outside the tree")
            })?;
            let count = usize::try_from(*count).map_err(Error::internal)?;
            Ok(Group { unit, values: values.clone(), count })
        })
        .collect::<Result<Vec<_>>>()?;
    let minimum = wave.fields.policy.minimum_group_size;
    let minimum = usize::try_from(minimum).map_err(Error::internal)?;
    let parents: Vec<_> = units.iter().map(|unit| unit.parent).collect();
    let formation = cells::form_any(&parents, &groups, minimum);
    let formed = respondent_cells(&formation.cells, &units, false)?;
    let assignment = rows
        .into_iter()
        .zip(&formation.of_group)
        .map(|((unit_id, values, _), cell)| {
            Ok((unit_id, values, i32::try_from(*cell).map_err(Error::internal)?))
        })
        .collect::<Result<Vec<_>>>()?;
    respondent::mix_imported(tx, wave_id, &formed, &assignment).await
}
