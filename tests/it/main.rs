//! The one integration binary: a file per subject, and one database per run.
#[cfg(test)]
mod embedded;
#[cfg(test)]
mod schema;
