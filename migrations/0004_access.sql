-- Access: machine clients with their keys, trusted issuers of sign-in tokens, and people's grants.

CREATE TABLE access_clients (
    tenant_id uuid NOT NULL REFERENCES base_tenants,
    client_id uuid NOT NULL,
    name text NOT NULL,
    permissions text[] NOT NULL CHECK (cardinality(permissions) > 0),
    unit_id uuid,
    create_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, client_id),
    UNIQUE (tenant_id, name)
);
COMMENT ON TABLE access_clients IS 'Machine clients: what the keys of each may do, and where.';
COMMENT ON COLUMN access_clients.tenant_id IS 'The organization.';
COMMENT ON COLUMN access_clients.client_id IS 'Identifier; the same for all keys of the client.';
COMMENT ON COLUMN access_clients.name IS 'Name that tells clients apart.';
COMMENT ON COLUMN access_clients.permissions IS 'Public names of the permissions.';
COMMENT ON COLUMN access_clients.unit_id IS 'Unit whose subtree the client covers; none means everything. The unit may be gone: then the client reaches nothing.';
COMMENT ON COLUMN access_clients.create_time IS 'When it was created.';
CALL base_protect('access_clients', 'SELECT, INSERT');

CREATE TABLE access_keys (
    tenant_id uuid NOT NULL REFERENCES base_tenants,
    key_id bytea NOT NULL CHECK (octet_length(key_id) = 8),
    client_id uuid NOT NULL,
    secret_digest bytea NOT NULL CHECK (octet_length(secret_digest) = 32),
    create_time timestamptz NOT NULL,
    expire_time timestamptz,
    revoke_time timestamptz,
    last_use_date date,
    PRIMARY KEY (tenant_id, key_id),
    FOREIGN KEY (tenant_id, client_id) REFERENCES access_clients
);
CREATE INDEX access_keys_client ON access_keys (tenant_id, client_id);
COMMENT ON TABLE access_keys IS 'API keys of machine clients. The secret itself is nowhere.';
COMMENT ON COLUMN access_keys.tenant_id IS 'The organization.';
COMMENT ON COLUMN access_keys.key_id IS 'Public part of the key, by which it is looked up.';
COMMENT ON COLUMN access_keys.client_id IS 'The client that the key stands for.';
COMMENT ON COLUMN access_keys.secret_digest IS 'SHA-256 of the secret, which has 256 random bits and needs no slower digest.';
COMMENT ON COLUMN access_keys.create_time IS 'When it was issued.';
COMMENT ON COLUMN access_keys.expire_time IS 'When it ends by itself; none means never.';
COMMENT ON COLUMN access_keys.revoke_time IS 'When it was revoked.';
COMMENT ON COLUMN access_keys.last_use_date IS 'Last day in UTC on which it was used; no finer, since nobody needs it finer.';
CALL base_protect('access_keys', 'SELECT, INSERT, UPDATE');

CREATE TABLE access_issuers (
    tenant_id uuid NOT NULL REFERENCES base_tenants,
    issuer_id uuid NOT NULL,
    issuer text NOT NULL,
    audience text NOT NULL,
    algorithms text[] NOT NULL CHECK (cardinality(algorithms) > 0),
    key_source text NOT NULL,
    person_claim text NOT NULL,
    accepts_plain_type boolean NOT NULL,
    scopes_narrow boolean NOT NULL,
    create_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, issuer_id),
    UNIQUE (tenant_id, issuer, audience)
);
COMMENT ON TABLE access_issuers IS 'Whose access tokens stand for people of the organization.';
COMMENT ON COLUMN access_issuers.tenant_id IS 'The organization whose people the tokens stand for.';
COMMENT ON COLUMN access_issuers.issuer_id IS 'Identifier.';
COMMENT ON COLUMN access_issuers.issuer IS 'The claim iss, letter by letter.';
COMMENT ON COLUMN access_issuers.audience IS 'The claim aud that a token must have.';
COMMENT ON COLUMN access_issuers.algorithms IS 'Signature algorithms that are accepted, all of them asymmetric.';
COMMENT ON COLUMN access_issuers.key_source IS 'URL or absolute path of the key set.';
COMMENT ON COLUMN access_issuers.person_claim IS 'The claim that holds the external_id of a person.';
COMMENT ON COLUMN access_issuers.accepts_plain_type IS 'Whether the type JWT is taken as well as at+jwt.';
COMMENT ON COLUMN access_issuers.scopes_narrow IS 'Whether the claim scope narrows what the person may do.';
COMMENT ON COLUMN access_issuers.create_time IS 'When it was added.';
CALL base_protect('access_issuers', 'SELECT, INSERT, DELETE');

-- The issuers of all tenants that have this name: a token is read before its tenant is known. One
-- of the few functions that run with their owner's rights; tests list them all.
CREATE FUNCTION access_find_issuers(wanted text) RETURNS SETOF access_issuers
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS 'SELECT found.* FROM public.access_issuers AS found WHERE found.issuer = wanted';
REVOKE ALL ON FUNCTION access_find_issuers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_find_issuers TO orgfit_app;
CREATE POLICY owner_finds ON access_issuers FOR SELECT TO CURRENT_USER USING (true);

CREATE TABLE access_grants (
    tenant_id uuid NOT NULL REFERENCES base_tenants,
    person_id uuid NOT NULL,
    role smallint NOT NULL CHECK (role BETWEEN 1 AND 6),
    unit_id uuid,
    covered_id uuid NOT NULL GENERATED ALWAYS AS (coalesce(unit_id, tenant_id)) STORED,
    create_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, person_id, role, covered_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES directory_people ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, unit_id) REFERENCES directory_units ON DELETE CASCADE,
    CHECK (role NOT IN (1, 6) OR unit_id IS NULL)
);
CREATE INDEX access_grants_role ON access_grants (tenant_id, role, person_id);
CREATE INDEX access_grants_unit ON access_grants (tenant_id, unit_id) WHERE unit_id IS NOT NULL;
COMMENT ON TABLE access_grants IS 'Roles of people, for the whole organization or a subtree of it.';
COMMENT ON COLUMN access_grants.tenant_id IS 'The organization.';
COMMENT ON COLUMN access_grants.person_id IS 'The person.';
COMMENT ON COLUMN access_grants.role IS 'orgfit.access.v1.Role.';
COMMENT ON COLUMN access_grants.unit_id IS 'Unit whose subtree is covered; none means everything.';
COMMENT ON COLUMN access_grants.covered_id IS 'The unit, or the organization where everything is covered: a grant exists once.';
COMMENT ON COLUMN access_grants.create_time IS 'When it was given.';
CALL base_protect('access_grants', 'SELECT, INSERT, DELETE');

-- Grants end when a person is deleted, is erased or leaves, whichever way that comes about; coming
-- back does not bring them back. Who gives grants holds the rows of their receivers, so that none
-- is given to a person who is just leaving. It runs with the rights of whoever changes the person.
CREATE FUNCTION access_end_grants() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    DELETE FROM public.access_grants
        WHERE tenant_id = NEW.tenant_id AND person_id = NEW.person_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER access_end_grants AFTER UPDATE ON directory_people FOR EACH ROW
    WHEN ((NEW.delete_time IS NOT NULL OR NEW.employment_status IN (5, 6, 7))
        AND OLD.delete_time IS NULL AND OLD.employment_status NOT IN (5, 6, 7))
    EXECUTE FUNCTION access_end_grants();
