//! The roof.
pub mod accept;
pub mod deadline;
pub mod detach;
mod ending;
pub mod handler;
pub mod health;
pub mod limits;
pub mod message;
pub mod methods;
mod place;
pub mod status;
pub mod tls;
