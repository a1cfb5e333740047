//! SQL of the directory, one file per noun; `bulk` serves imports.
pub(super) mod bulk;
pub(super) mod organization;
pub(super) mod person;
pub(super) mod roster;
pub(super) mod unit;
