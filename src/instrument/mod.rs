//! Instruments: questionnaires whose published versions never change.
//!
//! Invariant: nothing here knows a wave, a person or an answer.
pub mod builtin;
pub mod content;
pub mod layout;
pub mod limits;
mod parse_wire;
pub mod readiness;
mod rpc;
mod store;
pub mod version;
mod wire;

use crate::base::id::InstrumentId;
use crate::base::{Result, Tx};

pub use content::{
    Band, ChoiceOption, Content, Dimension, EstimatedGroup, Facet, Form, Format, Item, Referent,
    Role,
};
pub use layout::{Answer, Field, Layout};
pub use rpc::InstrumentRpc;
pub use version::{Instrument, State, Version};

/// A version by its identifier, the system's own included. It is read in one statement and not
/// locked: what was published never changes, and a draft may not be used.
pub async fn find_instrument(tx: &mut Tx, id: InstrumentId) -> Result<Option<Instrument>> {
    Ok(find_version(tx, id).await?.map(|version| version.instrument))
}

/// Whether any version of the key exists, the system's own included.
pub async fn key_exists(tx: &mut Tx, key: &str) -> Result<bool> {
    Ok(builtin::has_key(key) || store::key_exists(tx, key).await?)
}

/// Whether the system provides the instrument of a key, so that it is the same in all organizations.
pub fn is_provided(key: &str) -> bool {
    builtin::has_key(key)
}

/// A version with all that is kept about it, the system's own included.
async fn find_version(tx: &mut Tx, id: InstrumentId) -> Result<Option<Version>> {
    match builtin::find(id)? {
        Some(version) => Ok(Some(version.clone())),
        None => store::find_version(tx, id).await,
    }
}
