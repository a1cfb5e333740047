//! Results: releases, and the numbers that they publish.
//!
//! Invariant: every number that leaves is a figure of `disclosure`.
pub mod breakdown;
pub mod ground;
pub mod note;
pub mod numbers;
pub mod participation;
mod rpc;
pub mod sight;
mod store;
pub mod watch;
mod wire;

pub use rpc::InsightRpc;
