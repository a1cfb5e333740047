//! SQL of the outbox.
use uuid::Uuid;

use super::EventType;
use crate::base::clock::Timestamp;
use crate::base::id::{EventId, Id};
use crate::base::{Result, Tx};

#[expect(clippy::struct_field_names, reason = "the words of the table and of the contract")]
pub(super) struct Event {
    pub(super) event_id: EventId,
    pub(super) event_type: EventType,
    pub(super) resource_type: &'static str,
    pub(super) resource_id: Uuid,
    pub(super) etag: String,
    pub(super) occur_time: Timestamp,
}

pub(super) async fn insert_event(tx: &mut Tx, event: &Event) -> Result<()> {
    let tenant = tx.scope().organization_id;
    sqlx::query(
        "-- outbox::insert_event
         INSERT INTO outbox_events
             (tenant_id, event_id, event_type, resource_type, resource_id, etag, occur_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(tenant.uuid())
    .bind(event.event_id.uuid())
    .bind(event.event_type.as_str())
    .bind(event.resource_type)
    .bind(event.resource_id)
    .bind(&event.etag)
    .bind(event.occur_time)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}
