-- Ground floor: tenants, remembered request ids, and how every table is protected.
--
-- The roles orgfit_app (the engine) and orgfit_respondent (which will write answers and must not
-- read the directory) exist before this runs: `orgfit migrate` makes them. Neither owns anything.

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO orgfit_app, orgfit_respondent;

-- Protects a table: rows of other tenants do not exist, for whoever asks, the owner included; the
-- engine's role gets `privileges` and nothing more. The table must have a column tenant_id.
CREATE PROCEDURE base_protect(name regclass, privileges text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
        'CREATE POLICY tenant ON %s FOR ALL TO orgfit_app
             USING (tenant_id = (SELECT nullif(current_setting(''orgfit.tenant'', true), '''')::uuid))
             WITH CHECK (tenant_id = (SELECT nullif(current_setting(''orgfit.tenant'', true), '''')::uuid))',
        name);
    EXECUTE format('GRANT %s ON %s TO orgfit_app', privileges, name);
END
$$;
REVOKE ALL ON PROCEDURE base_protect FROM PUBLIC;

CREATE TABLE base_tenants (
    tenant_id uuid PRIMARY KEY,
    page_key bytea NOT NULL CHECK (octet_length(page_key) = 32),
    create_time timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE base_tenants IS 'Organizations as tenants: the row that every other row of theirs hangs on.';
COMMENT ON COLUMN base_tenants.tenant_id IS 'The organization.';
COMMENT ON COLUMN base_tenants.page_key IS 'Secret key that seals page tokens of this tenant.';
COMMENT ON COLUMN base_tenants.create_time IS 'When the tenant was made.';
CALL base_protect('base_tenants', 'SELECT, INSERT');

CREATE TABLE base_requests (
    tenant_id uuid NOT NULL REFERENCES base_tenants,
    caller_id uuid NOT NULL,
    method text NOT NULL,
    request_id uuid NOT NULL,
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    response bytea NOT NULL,
    subject_id uuid,
    create_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, caller_id, method, request_id)
);
CREATE INDEX base_requests_age ON base_requests (tenant_id, create_time);
CREATE INDEX base_requests_subject ON base_requests (tenant_id, subject_id) WHERE subject_id IS NOT NULL;
COMMENT ON TABLE base_requests IS 'Writes that succeeded, by request_id: a repetition returns the same result. Kept for 7 days.';
COMMENT ON COLUMN base_requests.tenant_id IS 'The organization.';
COMMENT ON COLUMN base_requests.caller_id IS 'The person or machine client that called; nil for the operator.';
COMMENT ON COLUMN base_requests.method IS 'The method, <package>.<Service>/<Method>.';
COMMENT ON COLUMN base_requests.request_id IS 'The request_id that the caller chose.';
COMMENT ON COLUMN base_requests.fingerprint IS 'SHA-256 of the request: the same id with another content is an error.';
COMMENT ON COLUMN base_requests.response IS 'The encoded response.';
COMMENT ON COLUMN base_requests.subject_id IS 'The person that the response tells of: erasing them deletes this row.';
COMMENT ON COLUMN base_requests.create_time IS 'When the write succeeded.';
CALL base_protect('base_requests', 'SELECT, INSERT, DELETE');

-- The identifiers of all tenants, for housekeeping that goes from one to the next. It tells nothing
-- else. One of the few functions that run with their owner's rights; tests list them all.
CREATE FUNCTION base_list_tenants() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS 'SELECT tenant_id FROM public.base_tenants';
REVOKE ALL ON FUNCTION base_list_tenants FROM PUBLIC;
GRANT EXECUTE ON FUNCTION base_list_tenants TO orgfit_app;
CREATE POLICY owner_lists ON base_tenants FOR SELECT TO CURRENT_USER USING (true);
