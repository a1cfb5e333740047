//! Assessments and their waves: what is measured when, by whom, under which promises.
//!
//! Invariant: people and response tokens meet in invitations and nowhere else, and nothing here
//! changes when an answer comes in.
pub mod cells;
mod closing;
pub mod invitation;
mod opening;
pub mod policy;
mod responses;
mod rpc;
pub mod series;
mod store;
pub mod wave;
mod wire;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use rand::seq::SliceRandom;

use crate::base::clock::Timestamp;
use crate::base::error::Violation;
use crate::base::id::{AssessmentId, Id, OrganizationId, UnitId, WaveId};
use crate::base::{Context, Db, Error, Result, TenantScope, Tx};
use crate::directory::{self, Outcome, SegmentDimension};
use crate::respondent::{self, ImportedSheet};

pub use cells::{FormedCell, Group};
pub use rpc::{AssessmentRpc, InvitationRpc};
pub use wave::WaveState;

/// Longest time that looking for what is due may take.
const DUE_TIME_MAX: Duration = Duration::from_secs(10);

/// A wave, as far as other rooms need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaveView {
    /// The wave.
    pub wave_id: WaveId,
    /// Its series.
    pub assessment_id: AssessmentId,
    /// Where it stands.
    pub state: WaveState,
    /// Whether its answers are imported.
    pub imported: bool,
    /// Smallest group for which results are shown.
    pub minimum_group_size: i32,
    /// Smallest group for distributions, and for items whose answers are all but unanimous.
    pub distribution_minimum_group_size: i32,
    /// Fewest people who answered all of a scale to tell how well it measures.
    pub quality_minimum_group_size: i32,
    /// The stored segment dimensions, frozen at opening.
    pub dimensions: Vec<SegmentDimension>,
    /// Pairs of positions of dimensions that are crossed.
    pub pairs: Vec<(usize, usize)>,
    /// SHA-256 over the frozen policy.
    pub policy_digest: Vec<u8>,
    /// When it opened.
    pub open_time: Option<Timestamp>,
    /// When it closed.
    pub close_time: Option<Timestamp>,
}

/// A unit of a wave's frozen tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrozenUnit {
    /// The unit.
    pub unit_id: UnitId,
    /// Position of the unit above.
    pub parent: Option<usize>,
    /// Levels below the scope.
    pub depth: i16,
    /// Name at opening.
    pub display_name: String,
}

/// What a draft would rest on if it opened now, as far as it decides about slices.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// The tree of the scope, by position; none when the scope is gone.
    pub units: Vec<FrozenUnit>,
    /// The stored segment dimensions; none when one of them is gone.
    pub dimensions: Vec<SegmentDimension>,
    /// Who would be asked, by what is the same of them.
    pub groups: Vec<Group>,
    /// SHA-256 over the policy, without a roster.
    pub policy_digest: [u8; 32],
    defects: Vec<Violation>,
}

impl Outlook {
    /// Refuses a draft that lacks what its slices depend on.
    pub fn require_sound(self) -> Result<Self> {
        if self.defects.is_empty() {
            return Ok(self);
        }
        Err(Error::not_ready(
            "the wave cannot open as it is; mend what is listed and look again",
            self.defects,
        ))
    }
}

/// How many answered, as last counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// When it was counted.
    pub as_of_time: Timestamp,
    /// Answers per cell, by `cell_id`.
    pub cell_counts: Vec<i32>,
}

/// What a wave measures, as far as norms need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Key of the instrument.
    pub instrument_key: String,
    /// Whether results are released.
    pub is_released: bool,
}

/// A leased job: a closed wave whose results are to be released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// The wave.
    pub wave_id: WaveId,
    /// Mark of the lease.
    pub lease_id: uuid::Uuid,
}

/// A wave by its identifier; not found like any other unknown one.
pub async fn load_wave(tx: &mut Tx, wave_id: WaveId) -> Result<WaveView> {
    let wave = store::wave::find_wave(tx, wave_id).await?;
    let imported = wave.is_imported();
    let policy = wave.fields.policy;
    let pairs = policy.pair_positions();
    let (dimensions, policy_digest) =
        wave.frozen.map(|frozen| (frozen.dimensions, frozen.policy_digest)).unwrap_or_default();
    Ok(WaveView {
        wave_id,
        assessment_id: wave.assessment_id,
        state: wave.state,
        imported,
        minimum_group_size: policy.minimum_group_size,
        distribution_minimum_group_size: policy.distribution_minimum_group_size,
        quality_minimum_group_size: policy.quality_minimum_group_size,
        dimensions,
        pairs,
        policy_digest,
        open_time: wave.open_time,
        close_time: wave.close_time,
    })
}

/// What a draft would rest on if it opened now.
pub async fn look_ahead(tx: &mut Tx, wave_id: WaveId) -> Result<Outlook> {
    opening::look_ahead(tx, wave_id).await
}

/// Divides people into cells as opening a wave does. Fewer people than `minimum` are one cell: with
/// them no wave opens.
pub fn form_cells(parents: &[Option<usize>], groups: &[Group], minimum: usize) -> Vec<FormedCell> {
    cells::form_any(parents, groups, minimum).cells
}

/// The frozen tree of an opened wave, by position.
pub async fn list_frozen_units(tx: &mut Tx, wave_id: WaveId) -> Result<Vec<FrozenUnit>> {
    store::unit::list_units(tx, wave_id).await
}

/// What a wave measures, if there is such a wave.
pub async fn find_measured(tx: &mut Tx, wave_id: WaveId) -> Result<Option<Measured>> {
    store::released::find_measured(tx, wave_id).await
}

/// Of the waves of the whole organization with an instrument whose results are released, the one that
/// closed last.
pub async fn find_latest_released(tx: &mut Tx, instrument_key: &str) -> Result<Option<WaveId>> {
    store::released::find_latest_released(tx, instrument_key).await
}

/// How many answered an open wave, as last counted.
pub async fn find_snapshot(tx: &mut Tx, wave_id: WaveId) -> Result<Option<Snapshot>> {
    store::job::find_snapshot(tx, wave_id).await
}

/// Organizations for which something is due at `at`.
pub async fn list_due(db: &Db, at: Timestamp) -> Result<Vec<OrganizationId>> {
    // The look-up belongs to no tenant and sees nothing but its function.
    let nobody = OrganizationId::from_uuid(uuid::Uuid::nil());
    let scope = TenantScope { organization_id: nobody, deadline: Instant::now() + DUE_TIME_MAX };
    let mut tx = db.read("list_due", scope).await?;
    let due = store::job::list_due(&mut tx, at).await?;
    tx.commit().await?;
    Ok(due)
}

/// Closes the waves whose planned time has come, and renews the counts of open waves that are a
/// quarter of an hour old.
pub async fn keep_time(db: &Db, ctx: &Context) -> Result<()> {
    closing::keep_time(db, ctx).await
}

/// Takes the next job that nobody works on, for `seconds`.
pub async fn take_job(db: &Db, ctx: &Context, seconds: i64) -> Result<Option<Job>> {
    closing::take_job(db, ctx, seconds).await
}

/// Locks a job in the transaction that does a part of it. False when the lease is lost, or the job
/// done.
pub async fn hold_job(tx: &mut Tx, job: Job) -> Result<bool> {
    store::job::lock_job(tx, job).await
}

/// Ends a job in the transaction that publishes: the wave's results are released.
pub async fn finish_job(tx: &mut Tx, job: Job) -> Result<()> {
    closing::finish_job(tx, job).await
}

/// Mixes the answers of a closed wave, once; for an imported one, forms the cells of its rows first.
pub async fn mix(tx: &mut Tx, wave_id: WaveId) -> Result<()> {
    closing::mix(tx, wave_id).await
}

/// A response that was collected elsewhere, as it came.
pub struct ResponseRow {
    /// Position of the row in the whole import, from 0.
    pub row_number: i32,
    /// The caller's key of the unit.
    pub unit_external_id: String,
    /// Keys of segment dimensions and values.
    pub segments: Vec<(String, String)>,
    /// The answers, in the order of the import's items.
    pub codes: Vec<i32>,
}

/// Looks at rows for an open wave of imported answers: the sheets of those that stand, and what is
/// wrong with the others. `STATE_CONFLICT` when the wave takes none; with no row, only that and the
/// items are looked at. The wave is not closed before the transaction ends.
pub async fn examine_responses(
    tx: &mut Tx,
    ctx: &Context,
    wave_id: WaveId,
    item_keys: &[String],
    rows: &[ResponseRow],
) -> Result<(Vec<ImportedSheet>, Outcome)> {
    let wave = store::wave::share_wave(tx, wave_id).await?;
    wave.require_importing(ctx.now)?;
    let questionnaire = respondent::find_questionnaire(tx, wave_id).await?;
    let questionnaire = responses::required(wave_id, questionnaire)?;
    let form = responses::check_items(&questionnaire, item_keys)?;
    if rows.is_empty() {
        return Ok((Vec::new(), Outcome::default()));
    }
    let mut units = directory::find_unit_ids(tx, &responses::unit_keys(rows)).await?;
    let frozen: HashSet<UnitId> =
        store::unit::list_units(tx, wave_id).await?.into_iter().map(|unit| unit.unit_id).collect();
    units.retain(|_, unit| frozen.contains(unit));
    Ok(responses::Reader::new(form, &units, wave.dimensions()).read(rows))
}

/// Stores examined sheets, in random order: that of the rows could tell who is who.
pub async fn store_responses(
    tx: &mut Tx,
    wave_id: WaveId,
    mut sheets: Vec<ImportedSheet>,
) -> Result<()> {
    sheets.shuffle(&mut rand::rng());
    respondent::take_imported(tx, wave_id, &sheets).await
}
