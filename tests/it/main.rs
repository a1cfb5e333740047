//! The one integration binary: a file per subject, and one database per run.
mod access;
mod cli;
mod contract;
mod embedded;
mod harness;
mod manners;
mod raw;
mod schema;
