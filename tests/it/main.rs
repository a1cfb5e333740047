//! The one integration binary: a file per subject, and one database per run.
mod access;
mod collector;
mod contract;
mod door;
mod embedded;
mod harness;
mod manners;
mod proxy;
mod raw;
mod schema;
mod telemetry;
