//! The calls of `orgfit.directory.v1`: wire in, decide, wire out.
mod directory;
mod people;
mod unit;

pub use directory::DirectoryRpc;
pub use people::PeopleRpc;
