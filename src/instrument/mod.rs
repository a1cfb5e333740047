//! Instruments: questionnaires whose published versions never change.
//!
//! Invariant: nothing here knows a wave, a person or an answer.
pub mod content;
pub mod layout;

use crate::base::id::InstrumentId;
use crate::base::{Error, Result, Tx};

pub use content::{Content, Format, Item, Role};
pub use layout::{Answer, Layout};

/// A version of an instrument, as far as other rooms need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instrument {
    /// Identifier of the version.
    pub instrument_id: InstrumentId,
    /// Key shared by all versions.
    pub key: String,
    /// Where it stands.
    pub state: State,
    /// What it consists of.
    pub content: Content,
    /// Languages in which every text exists.
    pub complete_languages: Vec<String>,
}

/// State of a version; the numbers are those of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum State {
    /// Can be changed, cannot be used.
    Draft = 1,
    /// Can be used, cannot be changed.
    Published = 2,
    /// Can no longer be chosen.
    Retired = 3,
}

/// A version by its identifier, the system's own included. A draft stays as it is until the
/// transaction ends.
pub async fn find_instrument(tx: &mut Tx, id: InstrumentId) -> Result<Option<Instrument>> {
    let _ = (tx, id);
    Err(Error::internal("not built yet"))
}

/// Whether any version of the key exists, the system's own included.
pub async fn key_exists(tx: &mut Tx, key: &str) -> Result<bool> {
    let _ = (tx, key);
    Err(Error::internal("not built yet"))
}
