//! Disclosure control: which slices of a wave may be shown, and the only way from a computed number
//! to a published one.
//!
//! Invariant: a [`Figure`] and a [`Tally`] are built here and nowhere else, and so is whatever is
//! computed from published figures.
#![expect(clippy::float_arithmetic, reason = "published numbers come from statistics")]
mod against;
mod audit;
pub mod card;
mod code;
mod counts;
mod decide;
mod extent;
pub mod figure;
pub mod frame;
mod limits;
mod line;
mod modular;
mod parallel;
mod plan;
mod publish;
pub mod steps;
mod tally;
#[cfg(test)]
mod tests;
mod tree;

pub use against::{Contribution, Reference, StoredReference};
pub use audit::Inhabited;
pub use card::{
    AnswersCard, AxisCard, Card, CarelessCard, ConsistencyCard, GapCard, ItemCard, OrientationCard,
    Participation, QualityCard, ScaleCard, SharedCard,
};
pub use counts::{Counts, Home};
pub use decide::{Allowed, Decisions};
pub use extent::Extent;
pub use figure::{Figure, Hidden, Kind, Method, Released};
pub use frame::{Frame, Part, Slice};
pub use limits::{Entry, Form, Judged, Limits};
pub use plan::plan_counts;
pub use publish::{
    AxisDraft, AxisNumbers, CarelessDraft, Computed, Consistency, Draft, GapDraft, GapNumbers,
    GroupDraft, ItemDraft, OrientationDraft, Published, QualityDraft, Quantity, RatingDraft,
    ScaleDraft, Score, SharedDraft, publish,
};
pub use steps::{Steps, Turnout, coverage};
pub use tally::Tally;
