//! SQL of assessments, their waves, frozen trees, invitations, counts and jobs.
pub(super) mod invitation;
pub(super) mod job;
pub(super) mod released;
pub(super) mod series;
pub(super) mod unit;
pub(super) mod wave;
