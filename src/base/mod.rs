//! Ground floor: identifiers, time, callers, errors, checks, pages, and the only way to the
//! database. It knows nothing of the loop.
//!
//! Invariant: no file here names a slice, and nothing here reads the environment.
pub mod caller;
pub mod check;
pub mod clock;
pub mod context;
pub mod db;
pub mod error;
pub mod etag;
pub mod id;
pub mod idempotency;
pub mod localized;
pub mod metric;
pub mod page;
pub mod schema;
mod store;
pub mod text;
pub mod wire;

pub use caller::{Access, Caller, CallerKind, Permission, Reach};
pub use check::Check;
pub use clock::{Clock, SystemClock};
pub use context::{Context, TenantScope};
pub use db::{Db, Session, Tx};
pub use error::{Error, Reason, Result};
pub use etag::Etag;
pub use localized::Localized;
