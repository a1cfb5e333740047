//! Results: releases, the numbers that they publish, and norms to compare them with.
//!
//! Invariant: every number that leaves is a figure of `disclosure`.
mod answers;
pub mod band;
pub mod breakdown;
mod climb;
mod compute;
mod draft;
pub mod ground;
mod measurement;
pub mod norm;
pub mod note;
pub mod numbers;
pub mod participation;
mod parts;
pub mod preview;
mod release;
mod rpc;
pub mod shared;
mod sight;
mod store;
mod subject;
#[cfg(test)]
mod tests;
pub mod verify;
pub mod watch;
mod wire;

pub use release::release_due;
pub use rpc::InsightRpc;
pub use verify::verify_release;
