//! Compares the statistics with values that other programs computed from real data. The folder with
//! both is named by `ORGFIT_ORACLE_DIR`; without it there is nothing to compare with.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::float_cmp,
    reason = "tests that compute and tell what they compared"
)]
mod agreement;
mod correlation;
mod difference;
mod dominance;
mod icc;
mod multiplicity;
mod oracle;
mod proportion;
mod reliability;
mod sums;
mod weighting;
