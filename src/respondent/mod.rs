//! The respondents' side: what an open wave asks, response tokens, the cells that answers are known
//! by, and the answers themselves, sealed until the close and mixed then.
//!
//! Invariant: nothing here knows a person. An answer is stored with its cell and nothing else about
//! its author, and no method reads one.
mod cache;
mod cell;
mod language;
mod questionnaire;
mod rpc;
mod sheet;
mod store;
mod token;
mod wire;
mod writer;

use std::collections::BTreeSet;

pub use cell::Cell;
pub use questionnaire::{Attribute, Promise, Questionnaire};
pub use rpc::RespondentRpc;
pub use sheet::Form;
pub use token::{Digest, TOKEN_PREFIX, Token, token_digest, token_invalid, write_token};
pub use writer::{Submissions, Writer, writer};

use crate::base::clock::Timestamp;
use crate::base::id::{InvitationId, UnitId, WaveId};
use crate::base::{Error, Reason, Result, Tx};
use store::wave::{IMPORTED, SEALED};
use token::BoxState;

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
    pub digest: Digest,
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

/// Opens the box of a wave: its questionnaire, its cells, and the partition for its answers. Answers to
/// other waves come in meanwhile, but no other wave is opened, closed or mixed until the transaction
/// ends: call it late.
pub async fn open(tx: &mut Tx, new: &NewBox) -> Result<()> {
    store::wave::insert_wave(tx, new.wave_id, &new.questionnaire, new.close_time).await?;
    store::wave::insert_cells(tx, new.wave_id, &new.cells).await?;
    let parent = if new.imported { IMPORTED } else { SEALED };
    store::wave::create_partition(tx, parent, new.wave_id).await
}

/// Stores tokens. Those that their invitations had before stop working, unless they are spent. A token
/// for an invitation that is spent is spent likewise: an invitation is worth one answer.
pub async fn issue(tx: &mut Tx, wave_id: WaveId, tokens: &[NewToken]) -> Result<()> {
    let invitations: Vec<_> = tokens.iter().map(|token| token.invitation_id).collect();
    revoke(tx, wave_id, &invitations).await?;
    store::token::insert_tokens(tx, wave_id, tokens).await
}

/// Takes back the unspent tokens of invitations.
pub async fn revoke(tx: &mut Tx, wave_id: WaveId, invitations: &[InvitationId]) -> Result<()> {
    store::token::delete_unspent(tx, wave_id, invitations).await
}

/// Gives the tokens that were issued before the opening their cells.
pub async fn assign_cells(
    tx: &mut Tx,
    wave_id: WaveId,
    cells: &[(InvitationId, i32)],
) -> Result<()> {
    store::token::update_cells(tx, wave_id, cells).await
}

/// Counts late invitations in their cells: `cells` names a cell once for each of them.
pub async fn add_late(tx: &mut Tx, wave_id: WaveId, cells: &[i32]) -> Result<()> {
    let distinct: BTreeSet<_> = cells.iter().collect();
    let counted = store::wave::update_late(tx, wave_id, cells).await?;
    if usize::try_from(counted) == Ok(distinct.len()) {
        Ok(())
    } else {
        Err(Error::internal("a late invitation names a cell that does not exist"))
    }
}

/// Moves the time at which an open wave closes.
pub async fn set_close_time(tx: &mut Tx, wave_id: WaveId, time: Option<Timestamp>) -> Result<()> {
    require_open(store::wave::lock_wave(tx, wave_id).await?)?;
    store::wave::update_close_time(tx, wave_id, time).await
}

/// Closes the box: what arrives from `time` on does not count. A box that is closed stays as it is.
pub async fn close(tx: &mut Tx, wave_id: WaveId, time: Timestamp) -> Result<()> {
    match store::wave::lock_wave(tx, wave_id).await? {
        Some(BoxState::Open) => store::wave::update_closed(tx, wave_id, time).await,
        Some(BoxState::Closed | BoxState::Mixed) => Ok(()),
        Some(BoxState::Cancelled) | None => Err(not_open()),
    }
}

/// Destroys all answers and tokens of a wave, opened or not. Answers to other waves wait until the
/// transaction ends: call it last.
pub async fn cancel(tx: &mut Tx, wave_id: WaveId) -> Result<()> {
    if store::wave::lock_wave(tx, wave_id).await?.is_some() {
        store::wave::update_state(tx, wave_id, BoxState::Cancelled).await?;
        // Before the tokens are touched: whoever spends one right now ends first, and whoever comes
        // later finds the wave cancelled.
        store::wave::drop_partition(tx, SEALED, wave_id).await?;
        store::wave::drop_partition(tx, IMPORTED, wave_id).await?;
        store::answer::delete_answers(tx, wave_id).await?;
    }
    store::token::delete_tokens(tx, wave_id).await
}

/// What the wave asks, if it was opened.
pub async fn find_questionnaire(tx: &mut Tx, wave_id: WaveId) -> Result<Option<Questionnaire>> {
    store::wave::find_questionnaire(tx, wave_id).await
}

/// The cells of a wave by `cell_id`.
pub async fn list_cells(tx: &mut Tx, wave_id: WaveId) -> Result<Vec<Cell>> {
    store::wave::list_cells(tx, wave_id).await
}

/// How many invitations of each cell are spent, while the wave is not mixed. Cells without one are not
/// listed.
pub async fn count_spent(tx: &mut Tx, wave_id: WaveId) -> Result<Vec<(i32, i32)>> {
    store::token::count_spent(tx, wave_id).await
}

/// How many mixed answers each cell has; none before the wave is mixed. Cells without one are not listed.
pub async fn count_answers(tx: &mut Tx, wave_id: WaveId) -> Result<Option<Vec<(i32, i32)>>> {
    if store::wave::find_state(tx, wave_id).await? != Some(BoxState::Mixed) {
        return Ok(None);
    }
    store::answer::count_answers(tx, wave_id).await.map(Some)
}

/// Which invitations are spent, for waves that disclose it, while the wave is not mixed.
pub async fn list_spent(tx: &mut Tx, wave_id: WaveId) -> Result<BTreeSet<InvitationId>> {
    store::token::list_spent(tx, wave_id).await
}

/// Takes sheets that were collected elsewhere into an open imported wave, which nobody closes before
/// the transaction ends.
pub async fn take_imported(tx: &mut Tx, wave_id: WaveId, sheets: &[ImportedSheet]) -> Result<()> {
    require_open(store::wave::hold_wave(tx, wave_id).await?)?;
    store::answer::insert_imported(tx, wave_id, sheets).await
}

/// The groups of imported sheets, each with its number of sheets. No other wave is opened or mixed until
/// the transaction ends.
pub async fn list_imported_groups(
    tx: &mut Tx,
    wave_id: WaveId,
) -> Result<Vec<(UnitId, Vec<Option<u16>>, i64)>> {
    store::wave::take_turn(tx, IMPORTED).await?;
    store::answer::list_imported_groups(tx, wave_id).await
}

/// Mixes the answers of a closed wave: rewrites them in random order under new random ids, deletes
/// the tokens, and drops the partition. What was mixed stays as it is. The close has to be committed
/// before; the transaction does nothing else and is committed at once, since answers to other waves
/// wait for its end.
pub async fn mix(tx: &mut Tx, wave_id: WaveId) -> Result<()> {
    if is_mixed(store::wave::lock_wave(tx, wave_id).await?)? {
        return Ok(());
    }
    store::wave::take_turn(tx, SEALED).await?;
    store::wave::await_writers(tx).await?;
    store::answer::insert_mixed(tx, wave_id).await?;
    store::token::delete_tokens(tx, wave_id).await?;
    store::wave::update_state(tx, wave_id, BoxState::Mixed).await?;
    store::wave::drop_partition(tx, SEALED, wave_id).await
}

/// As [`mix`], for imported answers, whose cells are formed now: `assignment` tells the cell of each
/// group of [`list_imported_groups`].
pub async fn mix_imported(
    tx: &mut Tx,
    wave_id: WaveId,
    cells: &[Cell],
    assignment: &[(UnitId, Vec<Option<u16>>, i32)],
) -> Result<()> {
    if is_mixed(store::wave::lock_wave(tx, wave_id).await?)? {
        return Ok(());
    }
    store::wave::take_turn(tx, IMPORTED).await?;
    store::wave::insert_cells(tx, wave_id, cells).await?;
    if store::answer::insert_mixed_imported(tx, wave_id, assignment).await? != 0 {
        return Err(Error::internal("a group of imported answers has no cell, or two"));
    }
    store::wave::update_state(tx, wave_id, BoxState::Mixed).await?;
    store::wave::drop_partition(tx, IMPORTED, wave_id).await
}

/// Shows the mixed answers of a wave one after the other, in no order: the cell, the sheet, and a byte
/// that was drawn for it. They stream; none is kept.
pub async fn for_each_answer(
    tx: &mut Tx,
    wave_id: WaveId,
    take: impl FnMut(i32, &[u8], u8) -> Result<()> + Send,
) -> Result<()> {
    store::answer::for_each_answer(tx, wave_id, take).await
}

fn require_open(state: Option<BoxState>) -> Result<()> {
    if state == Some(BoxState::Open) { Ok(()) } else { Err(not_open()) }
}

/// Whether a box that can be mixed already is.
fn is_mixed(state: Option<BoxState>) -> Result<bool> {
    match state {
        Some(BoxState::Mixed) => Ok(true),
        Some(BoxState::Closed) => Ok(false),
        Some(BoxState::Open | BoxState::Cancelled) | None => {
            Err(Error::new(Reason::StateConflict, "the wave is not closed"))
        }
    }
}

fn not_open() -> Error {
    Error::new(Reason::StateConflict, "the wave is not open")
}
