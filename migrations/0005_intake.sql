-- Intake: imports under way, their staged chunks, and what was wrong with their rows.

CREATE TABLE intake_imports (
    tenant_id uuid NOT NULL REFERENCES directory_organizations,
    import_id uuid NOT NULL,
    kind smallint NOT NULL,
    mode smallint NOT NULL,
    absent_rows smallint NOT NULL,
    absent_limit_percent integer NOT NULL,
    validate_only boolean NOT NULL,
    source text NOT NULL,
    state smallint NOT NULL,
    next_chunk_index integer NOT NULL,
    received_row_count integer NOT NULL,
    created_row_count integer NOT NULL,
    updated_row_count integer NOT NULL,
    unchanged_row_count integer NOT NULL,
    rejected_row_count integer NOT NULL,
    absent_row_count integer NOT NULL,
    failure text NOT NULL,
    create_time timestamptz NOT NULL,
    finish_time timestamptz,
    expire_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, import_id),
    CHECK ((state = 1) = (finish_time IS NULL))
);
CREATE INDEX intake_imports_time ON intake_imports (tenant_id, create_time DESC, import_id DESC);
CREATE INDEX intake_imports_open ON intake_imports (tenant_id, expire_time) WHERE state = 1;
COMMENT ON TABLE intake_imports IS 'Imports of the last 90 days.';
COMMENT ON COLUMN intake_imports.tenant_id IS 'The organization.';
COMMENT ON COLUMN intake_imports.import_id IS 'Identifier chosen by the caller.';
COMMENT ON COLUMN intake_imports.kind IS 'orgfit.intake.v1.ImportKind.';
COMMENT ON COLUMN intake_imports.mode IS 'orgfit.intake.v1.ImportMode.';
COMMENT ON COLUMN intake_imports.absent_rows IS 'orgfit.intake.v1.AbsentRows.';
COMMENT ON COLUMN intake_imports.absent_limit_percent IS 'Largest share of stored things that may go, in percent.';
COMMENT ON COLUMN intake_imports.validate_only IS 'Check all rows and apply none.';
COMMENT ON COLUMN intake_imports.source IS 'Name of the source.';
COMMENT ON COLUMN intake_imports.state IS 'orgfit.intake.v1.ImportState.';
COMMENT ON COLUMN intake_imports.next_chunk_index IS 'The chunk that is expected next.';
COMMENT ON COLUMN intake_imports.received_row_count IS 'Rows received so far.';
COMMENT ON COLUMN intake_imports.created_row_count IS 'Rows that created something.';
COMMENT ON COLUMN intake_imports.updated_row_count IS 'Rows that changed something.';
COMMENT ON COLUMN intake_imports.unchanged_row_count IS 'Rows equal to what was stored.';
COMMENT ON COLUMN intake_imports.rejected_row_count IS 'Wrong rows.';
COMMENT ON COLUMN intake_imports.absent_row_count IS 'Things that no row mentioned.';
COMMENT ON COLUMN intake_imports.failure IS 'Why it failed; empty unless it did.';
COMMENT ON COLUMN intake_imports.create_time IS 'When the header arrived.';
COMMENT ON COLUMN intake_imports.finish_time IS 'When it reached a final state.';
COMMENT ON COLUMN intake_imports.expire_time IS 'When an open import fails by itself.';
CALL base_protect('intake_imports', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE intake_chunks (
    tenant_id uuid NOT NULL,
    import_id uuid NOT NULL,
    chunk_index integer NOT NULL,
    first_row_number integer NOT NULL,
    rows bytea NOT NULL,
    PRIMARY KEY (tenant_id, import_id, chunk_index),
    FOREIGN KEY (tenant_id, import_id) REFERENCES intake_imports ON DELETE CASCADE
);
COMMENT ON TABLE intake_chunks IS 'Rows of open imports, deleted when the import ends.';
COMMENT ON COLUMN intake_chunks.tenant_id IS 'The organization.';
COMMENT ON COLUMN intake_chunks.import_id IS 'The import.';
COMMENT ON COLUMN intake_chunks.chunk_index IS 'Position of the chunk, from 0.';
COMMENT ON COLUMN intake_chunks.first_row_number IS 'Position of its first row in the whole import.';
COMMENT ON COLUMN intake_chunks.rows IS 'The chunk as it came: an encoded UnitRows or PersonRows.';
CALL base_protect('intake_chunks', 'SELECT, INSERT, DELETE');

CREATE TABLE intake_row_errors (
    tenant_id uuid NOT NULL,
    import_id uuid NOT NULL,
    error_number integer NOT NULL,
    row_number integer NOT NULL,
    external_id text NOT NULL,
    field text NOT NULL,
    reason smallint NOT NULL,
    message text NOT NULL,
    PRIMARY KEY (tenant_id, import_id, error_number),
    FOREIGN KEY (tenant_id, import_id) REFERENCES intake_imports ON DELETE CASCADE
);
CREATE INDEX intake_row_errors_key ON intake_row_errors (tenant_id, external_id);
COMMENT ON TABLE intake_row_errors IS 'What was wrong with rows; kept as long as the import.';
COMMENT ON COLUMN intake_row_errors.tenant_id IS 'The organization.';
COMMENT ON COLUMN intake_row_errors.import_id IS 'The import.';
COMMENT ON COLUMN intake_row_errors.error_number IS 'Position among the errors, by row.';
COMMENT ON COLUMN intake_row_errors.row_number IS 'Position of the row in the whole import.';
COMMENT ON COLUMN intake_row_errors.external_id IS 'The row''s key.';
COMMENT ON COLUMN intake_row_errors.field IS 'The wrong field.';
COMMENT ON COLUMN intake_row_errors.reason IS 'orgfit.intake.v1.RowErrorReason.';
COMMENT ON COLUMN intake_row_errors.message IS 'The limit and the remedy.';
CALL base_protect('intake_row_errors', 'SELECT, INSERT, UPDATE, DELETE');

-- Erasing a person blanks their key here, too. The trigger runs with the rights of the caller.
CREATE FUNCTION intake_forget_person() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE intake_row_errors SET external_id = ''
    WHERE tenant_id = OLD.tenant_id AND external_id = OLD.external_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER intake_forget_person AFTER UPDATE ON directory_people
    FOR EACH ROW WHEN (OLD.erase_time IS NULL AND NEW.erase_time IS NOT NULL AND OLD.external_id IS NOT NULL)
    EXECUTE FUNCTION intake_forget_person();
