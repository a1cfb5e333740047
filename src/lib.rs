//! `orgfit`: the engine behind systems for organizational fitness. The order of the rooms below is
//! the dependency rule: a room imports only from rooms above it. ARCHITECTURE.md is the map.
pub mod pb;

pub mod base;
pub mod outbox;
pub mod stats;
pub mod disclosure;
pub mod directory;
pub mod access;
pub mod instrument;
pub mod respondent;
pub mod assessment;
pub mod insight;
pub mod intake;
pub mod embedded;
pub mod server;
pub mod cli;
