-- Events that happened, written in the transaction of the fact and delivered later.

CREATE TABLE outbox_events (
    tenant_id uuid NOT NULL REFERENCES base_tenants,
    event_id uuid NOT NULL,
    event_type text NOT NULL,
    resource_type text NOT NULL,
    resource_id uuid NOT NULL,
    etag text NOT NULL,
    occur_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, event_id)
);
COMMENT ON TABLE outbox_events IS 'Events in order of their making, to be delivered. They name things and carry no content.';
COMMENT ON COLUMN outbox_events.tenant_id IS 'The organization.';
COMMENT ON COLUMN outbox_events.event_id IS 'Identifier; the same at every delivery.';
COMMENT ON COLUMN outbox_events.event_type IS 'orgfit.<resource_type>.<what happened>.v1';
COMMENT ON COLUMN outbox_events.resource_type IS 'Kind of the thing that it happened to.';
COMMENT ON COLUMN outbox_events.resource_id IS 'The thing that it happened to.';
COMMENT ON COLUMN outbox_events.etag IS 'Validator of the thing after the event; empty when it has none.';
COMMENT ON COLUMN outbox_events.occur_time IS 'When it happened.';
CALL base_protect('outbox_events', 'SELECT, INSERT');
