//! The one integration binary: a file per subject, and one database per run.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "tests may panic, make the time and the tasks that they give, and look at one case of many"
)]
mod access;
mod assessment;
mod attack;
mod cli;
mod collector;
mod company;
mod contract;
mod directory;
mod door;
mod embedded;
mod harness;
mod hostile;
mod insight;
mod instrument;
mod intake;
mod intake_responses;
mod invitation;
mod isolation;
mod journey;
mod manners;
mod matrix;
mod measured;
mod norms;
mod oracle_waves;
mod preview;
mod promises;
mod proxy;
mod published;
mod raw;
mod release;
mod requests;
mod respondent;
mod roster;
mod schema;
mod telemetry;
