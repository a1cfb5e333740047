//! Disclosure control: which slices of a wave may be shown, and the only way from a computed number
//! to a published one.
//!
//! Invariant: a [`Figure`] is built here and nowhere else.
pub mod frame;

pub use frame::{Frame, Part, Slice};
