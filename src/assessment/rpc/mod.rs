//! The services of this room.
mod invitation;
mod invitation_view;
mod issuing;
mod series;
mod wave;

pub use invitation::InvitationRpc;
pub use series::AssessmentRpc;
