-- Instruments: versions of questionnaires. The system's own are part of the program.

CREATE TABLE instrument_versions (
    tenant_id uuid NOT NULL REFERENCES directory_organizations,
    instrument_id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    state smallint NOT NULL CHECK (state BETWEEN 1 AND 3),
    content jsonb NOT NULL,
    complete_languages text[] NOT NULL,
    revision bigint NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    publish_time timestamptz,
    PRIMARY KEY (tenant_id, instrument_id),
    UNIQUE (tenant_id, key, version),
    CHECK ((state = 1) = (publish_time IS NULL))
);
COMMENT ON TABLE instrument_versions IS 'Versions of questionnaires; published ones never change.';
COMMENT ON COLUMN instrument_versions.tenant_id IS 'The organization.';
COMMENT ON COLUMN instrument_versions.instrument_id IS 'The version.';
COMMENT ON COLUMN instrument_versions.key IS 'Key shared by all versions.';
COMMENT ON COLUMN instrument_versions.version IS 'Version, from 1.';
COMMENT ON COLUMN instrument_versions.state IS 'orgfit.instrument.v1.InstrumentState.';
COMMENT ON COLUMN instrument_versions.content IS 'Dimensions, items, bands, forms and texts.';
COMMENT ON COLUMN instrument_versions.complete_languages IS 'Languages in which every text exists.';
COMMENT ON COLUMN instrument_versions.revision IS 'Counts changes; the etag.';
COMMENT ON COLUMN instrument_versions.create_time IS 'When it was created.';
COMMENT ON COLUMN instrument_versions.update_time IS 'When it was last changed.';
COMMENT ON COLUMN instrument_versions.publish_time IS 'When it was published; null for drafts.';
CALL base_protect('instrument_versions', 'SELECT, INSERT, UPDATE, DELETE');

-- What was published stays as it is, whatever statement comes: only its state may change, forwards.
CREATE FUNCTION instrument_freeze() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR (NEW.instrument_id, NEW.key, NEW.version, NEW.content,
                NEW.complete_languages, NEW.create_time, NEW.publish_time)
            IS DISTINCT FROM (OLD.instrument_id, OLD.key, OLD.version, OLD.content,
                OLD.complete_languages, OLD.create_time, OLD.publish_time)
        OR NEW.state < OLD.state
    THEN
        RAISE EXCEPTION 'a published instrument never changes';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER instrument_freeze BEFORE UPDATE OR DELETE ON instrument_versions
    FOR EACH ROW WHEN (OLD.state <> 1) EXECUTE FUNCTION instrument_freeze();
