//! The one integration binary: a file per subject, and one database per run.
mod contract;
mod embedded;
mod schema;
