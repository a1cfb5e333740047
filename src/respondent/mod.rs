//! The respondents' side: what an open wave asks, response tokens, the cells that answers are known
//! by, and the answers themselves, sealed until the close and mixed then.
//!
//! Invariant: nothing here knows a person. An answer is stored with its cell and nothing else about
//! its author, and no method reads one.
mod cell;
mod questionnaire;

use std::collections::BTreeSet;

pub use cell::Cell;
pub use questionnaire::{Attribute, Promise, Questionnaire};

use crate::base::clock::Timestamp;
use crate::base::id::{InvitationId, OrganizationId, UnitId, WaveId};
use crate::base::{Error, Result, Tx};

/// What a wave is opened with.
pub struct NewBox {
    /// The wave.
    pub wave_id: WaveId,
    /// What it asks.
    pub questionnaire: Questionnaire,
    /// When it closes by itself.
    pub close_time: Option<Timestamp>,
    /// Whether answers are imported rather than given here.
    pub imported: bool,
    /// Its cells; none when answers are imported.
    pub cells: Vec<Cell>,
}

/// A token for an invitation: the secret, and the digest that is stored.
pub struct NewToken {
    /// The invitation.
    pub invitation_id: InvitationId,
    /// First 16 bytes of the token's SHA-256.
    pub digest: [u8; 16],
    /// The cell, once the wave is open.
    pub cell_id: Option<i32>,
    /// When it stops working.
    pub expire_time: Option<Timestamp>,
}

/// A sheet that was collected elsewhere.
pub struct ImportedSheet {
    /// Unit of the author.
    pub unit_id: UnitId,
    /// Per stored segment dimension the position of the value.
    pub values: Vec<Option<u16>>,
    /// The packed answers.
    pub sheet: Vec<u8>,
}

/// Writes a response token of a wave from 32 random bytes.
pub fn write_token(organization_id: OrganizationId, wave_id: WaveId, secret: [u8; 32]) -> String {
    let _ = (organization_id, wave_id, secret);
    String::new()
}

/// The digest under which a token is stored.
pub fn token_digest(token: &str) -> [u8; 16] {
    let _ = token;
    [0; 16]
}

/// Opens the box of a wave: its questionnaire, its cells, and the partition for its answers.
pub async fn open(tx: &mut Tx, new: &NewBox) -> Result<()> {
    let _ = (tx, new);
    Err(not_built())
}

/// Stores tokens. Those that their invitations had before stop working, unless they are spent.
pub async fn issue(tx: &mut Tx, wave_id: WaveId, tokens: &[NewToken]) -> Result<()> {
    let _ = (tx, wave_id, tokens);
    Err(not_built())
}

/// Takes back the unspent tokens of invitations.
pub async fn revoke(tx: &mut Tx, wave_id: WaveId, invitations: &[InvitationId]) -> Result<()> {
    let _ = (tx, wave_id, invitations);
    Err(not_built())
}

/// Gives the tokens that were issued before the opening their cells.
pub async fn assign_cells(
    tx: &mut Tx,
    wave_id: WaveId,
    cells: &[(InvitationId, i32)],
) -> Result<()> {
    let _ = (tx, wave_id, cells);
    Err(not_built())
}

/// Counts late invitations in their cells.
pub async fn add_late(tx: &mut Tx, wave_id: WaveId, cells: &[i32]) -> Result<()> {
    let _ = (tx, wave_id, cells);
    Err(not_built())
}

/// Moves the time at which an open wave closes.
pub async fn set_close_time(tx: &mut Tx, wave_id: WaveId, time: Option<Timestamp>) -> Result<()> {
    let _ = (tx, wave_id, time);
    Err(not_built())
}

/// Closes the box: what arrives from `time` on does not count.
pub async fn close(tx: &mut Tx, wave_id: WaveId, time: Timestamp) -> Result<()> {
    let _ = (tx, wave_id, time);
    Err(not_built())
}

/// Destroys all answers and tokens of a wave, opened or not.
pub async fn cancel(tx: &mut Tx, wave_id: WaveId) -> Result<()> {
    let _ = (tx, wave_id);
    Err(not_built())
}

/// What the wave asks, if it was opened.
pub async fn find_questionnaire(tx: &mut Tx, wave_id: WaveId) -> Result<Option<Questionnaire>> {
    let _ = (tx, wave_id);
    Err(not_built())
}

/// The cells of a wave by `cell_id`.
pub async fn list_cells(tx: &mut Tx, wave_id: WaveId) -> Result<Vec<Cell>> {
    let _ = (tx, wave_id);
    Err(not_built())
}

/// How many tokens of each cell are spent, while the wave is not mixed.
pub async fn count_spent(tx: &mut Tx, wave_id: WaveId) -> Result<Vec<(i32, i32)>> {
    let _ = (tx, wave_id);
    Err(not_built())
}

/// Which invitations are spent, for waves that disclose it, while the wave is not mixed.
pub async fn list_spent(tx: &mut Tx, wave_id: WaveId) -> Result<BTreeSet<InvitationId>> {
    let _ = (tx, wave_id);
    Err(not_built())
}

/// Takes sheets that were collected elsewhere into an open imported wave.
pub async fn take_imported(tx: &mut Tx, wave_id: WaveId, sheets: &[ImportedSheet]) -> Result<()> {
    let _ = (tx, wave_id, sheets);
    Err(not_built())
}

/// The groups of imported sheets, each with its number of sheets.
pub async fn list_imported_groups(
    tx: &mut Tx,
    wave_id: WaveId,
) -> Result<Vec<(UnitId, Vec<Option<u16>>, i64)>> {
    let _ = (tx, wave_id);
    Err(not_built())
}

/// Mixes the answers of a closed wave: rewrites them in random order under new random ids, deletes
/// the tokens, and drops the partition. What was mixed stays as it is.
pub async fn mix(tx: &mut Tx, wave_id: WaveId) -> Result<()> {
    let _ = (tx, wave_id);
    Err(not_built())
}

/// As [`mix`], for imported answers, whose cells are formed now: `assignment` tells the cell of each
/// group of [`list_imported_groups`].
pub async fn mix_imported(
    tx: &mut Tx,
    wave_id: WaveId,
    cells: &[Cell],
    assignment: &[(UnitId, Vec<Option<u16>>, i32)],
) -> Result<()> {
    let _ = (tx, wave_id, cells, assignment);
    Err(not_built())
}

/// Shows the mixed answers of a wave one after the other, in no order: the cell and the sheet.
pub async fn for_each_answer(
    tx: &mut Tx,
    wave_id: WaveId,
    take: impl FnMut(i32, &[u8]) -> Result<()> + Send,
) -> Result<()> {
    let _ = (tx, wave_id, take);
    Err(not_built())
}

fn not_built() -> Error {
    Error::internal("not built yet")
}
