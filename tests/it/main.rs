//! The one integration binary: a file per subject, and one database per run.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may panic, and they make the time, the identifiers and the tasks that they give"
)]
mod access;
mod cli;
mod collector;
mod contract;
mod directory;
mod door;
mod embedded;
mod harness;
mod intake;
mod manners;
mod proxy;
mod raw;
mod schema;
mod telemetry;
