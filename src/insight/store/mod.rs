//! SQL of releases, cards, norm sets and what pooled ones are made of.
pub(super) mod norm;
pub(super) mod pool;
pub(super) mod read;
pub(super) mod write;
