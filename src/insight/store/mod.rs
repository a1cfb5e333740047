//! SQL of releases and cards.
pub(super) mod read;
pub(super) mod write;
