//! Events: a fact and the event that tells of it commit together. Delivery is above this room.
//!
//! Invariant: an event carries identifiers and no content, and none tells of a single answer.
mod store;

use crate::base::id::{EventId, Id};
use crate::base::{Context, Etag, Result, Tx};

/// Declares the types of events with their public names.
macro_rules! event_types {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum EventType {
            $($(#[$doc])* $name,)*
        }

        impl EventType {
            /// The public name.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

event_types! {
    /// Settings or segment scheme changed.
    OrganizationUpdated = "orgfit.organization.updated.v1";
    /// Grants changed.
    GrantsChanged = "orgfit.organization.grants_changed.v1";
    /// A unit was created.
    UnitCreated = "orgfit.unit.created.v1";
    /// A unit was changed, moved, deleted or restored.
    UnitUpdated = "orgfit.unit.updated.v1";
    /// A person was created.
    PersonCreated = "orgfit.person.created.v1";
    /// A person was changed, deleted, restored or erased.
    PersonUpdated = "orgfit.person.updated.v1";
    /// An instrument version was created, changed, published, retired or deleted.
    InstrumentUpdated = "orgfit.instrument.updated.v1";
    /// An assessment was created or changed.
    AssessmentUpdated = "orgfit.assessment.updated.v1";
    /// A wave was created or changed.
    WaveUpdated = "orgfit.wave.updated.v1";
    /// A wave takes responses.
    WaveOpened = "orgfit.wave.opened.v1";
    /// A wave takes no more responses.
    WaveClosed = "orgfit.wave.closed.v1";
    /// A wave was given up and its responses destroyed.
    WaveCancelled = "orgfit.wave.cancelled.v1";
    /// Results of a wave were released.
    ResultsReleased = "orgfit.release.published.v1";
    /// The scores of the whole that a release shows were given to pooled norms.
    ReleaseContributed = "orgfit.release.contributed.v1";
    /// They were taken back.
    ReleaseWithdrawn = "orgfit.release.withdrawn.v1";
    /// A norm set was created.
    NormSetCreated = "orgfit.norm_set.created.v1";
    /// A norm set was deleted.
    NormSetDeleted = "orgfit.norm_set.deleted.v1";
    /// An import ended. It stands for everything that the import created or changed.
    ImportFinished = "orgfit.import.finished.v1";
}

/// Appends an event about `subject` to the transaction of the fact.
pub async fn append<I: Id>(
    tx: &mut Tx,
    ctx: &Context,
    event_type: EventType,
    subject: I,
    etag: Option<Etag>,
) -> Result<()> {
    let event = store::Event {
        event_id: ctx.new_id::<EventId>(),
        event_type,
        resource_type: I::RESOURCE_TYPE,
        resource_id: subject.uuid(),
        etag: etag.map(|etag| etag.to_string()).unwrap_or_default(),
        occur_time: ctx.now,
    };
    store::insert_event(tx, &event).await
}
