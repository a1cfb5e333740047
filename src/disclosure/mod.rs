//! Disclosure control: which slices of a wave may be shown, and the only way from a computed number
//! to a published one.
//!
//! Invariant: a [`Figure`] is built here and nowhere else.
#![expect(clippy::float_arithmetic, reason = "published numbers come from statistics")]
pub mod card;
mod code;
pub mod figure;
pub mod frame;
pub mod steps;

pub use card::{Card, ItemCard, Participation};
pub use figure::{Figure, Hidden, Kind, Method, Released};
pub use frame::{Frame, Part, Slice};
pub use steps::{Steps, share_of};
