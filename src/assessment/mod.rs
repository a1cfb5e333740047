//! Assessments and their waves: what is measured when, by whom, under which promises.
//!
//! Invariant: people and response tokens meet in invitations and nowhere else, and nothing here
//! changes when an answer comes in.
use crate::base::clock::Timestamp;
use crate::base::id::{AssessmentId, OrganizationId, UnitId, WaveId};
use crate::base::{Context, Db, Error, Result, Tx};
use crate::directory::SegmentDimension;

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

/// State of a wave; the numbers are those of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum WaveState {
    /// Being prepared.
    Draft = 1,
    /// Taking responses.
    Open = 2,
    /// Complete.
    Closed = 3,
    /// Given up.
    Cancelled = 4,
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

/// How many answered, as last counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// When it was counted.
    pub as_of_time: Timestamp,
    /// Answers per cell, by `cell_id`.
    pub cell_counts: Vec<i32>,
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
    let _ = (tx, wave_id);
    Err(not_built())
}

/// The frozen tree of an opened wave, by position.
pub async fn list_frozen_units(tx: &mut Tx, wave_id: WaveId) -> Result<Vec<FrozenUnit>> {
    let _ = (tx, wave_id);
    Err(not_built())
}

/// How many answered an open wave, as last counted.
pub async fn find_snapshot(tx: &mut Tx, wave_id: WaveId) -> Result<Option<Snapshot>> {
    let _ = (tx, wave_id);
    Err(not_built())
}

/// Organizations for which something is due at `at`.
pub async fn list_due(db: &Db, at: Timestamp) -> Result<Vec<OrganizationId>> {
    let _ = (db, at);
    Err(not_built())
}

/// Closes the waves whose planned time has come, and renews the counts of open waves that are a
/// quarter of an hour old.
pub async fn keep_time(db: &Db, ctx: &Context) -> Result<()> {
    let _ = (db, ctx);
    Err(not_built())
}

/// Takes the next job that nobody works on, for `seconds`.
pub async fn take_job(db: &Db, ctx: &Context, seconds: i64) -> Result<Option<Job>> {
    let _ = (db, ctx, seconds);
    Err(not_built())
}

/// Locks a job in the transaction that does a part of it. False when the lease is lost, or the job
/// done.
pub async fn hold_job(tx: &mut Tx, job: Job) -> Result<bool> {
    let _ = (tx, job);
    Err(not_built())
}

/// Ends a job in the transaction that publishes: the wave's results are released.
pub async fn finish_job(tx: &mut Tx, ctx: &Context, job: Job) -> Result<()> {
    let _ = (tx, ctx, job);
    Err(not_built())
}

/// Mixes the answers of a closed wave, once; for an imported one, forms the cells of its rows first.
pub async fn mix(tx: &mut Tx, ctx: &Context, wave_id: WaveId) -> Result<()> {
    let _ = (tx, ctx, wave_id);
    Err(not_built())
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

/// Looks at rows for an open imported wave.
pub async fn examine_responses(
    tx: &mut Tx,
    ctx: &Context,
    wave_id: WaveId,
    item_keys: &[String],
    rows: &[ResponseRow],
) -> Result<(Vec<crate::respondent::ImportedSheet>, crate::directory::Outcome)> {
    let _ = (tx, ctx, wave_id, item_keys, rows);
    Err(not_built())
}

/// Stores examined rows.
pub async fn store_responses(
    tx: &mut Tx,
    wave_id: WaveId,
    sheets: &[crate::respondent::ImportedSheet],
) -> Result<()> {
    let _ = (tx, wave_id, sheets);
    Err(not_built())
}

fn not_built() -> Error {
    Error::internal("not built yet")
}
