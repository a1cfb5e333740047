-- The respondents' side: what an open wave asks, the cells that answers are known by, response
-- tokens, and the answers. Nothing here names a person.
--
-- Two roles meet here. orgfit_respondent serves respondents: it reads what it needs to check a
-- token, spends it and adds an answer, and can read no answer. orgfit_app opens, closes and mixes.

-- Lets the role of the respondents' side at a table, within its tenant.
CREATE PROCEDURE respondent_admit(name regclass, privileges text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE POLICY respondent ON %s FOR ALL TO orgfit_respondent
             USING (tenant_id = (SELECT nullif(current_setting(''orgfit.tenant'', true), '''')::uuid))
             WITH CHECK (tenant_id = (SELECT nullif(current_setting(''orgfit.tenant'', true), '''')::uuid))',
        name);
    EXECUTE format('GRANT %s ON %s TO orgfit_respondent', privileges, name);
END
$$;
REVOKE ALL ON PROCEDURE respondent_admit FROM PUBLIC;

CREATE TABLE respondent_waves (
    tenant_id uuid NOT NULL REFERENCES directory_organizations,
    wave_id uuid NOT NULL,
    state smallint NOT NULL CHECK (state BETWEEN 1 AND 4),
    close_time timestamptz,
    questionnaire jsonb NOT NULL,
    PRIMARY KEY (tenant_id, wave_id)
);
COMMENT ON TABLE respondent_waves IS 'Waves that were opened, as respondents see them.';
COMMENT ON COLUMN respondent_waves.tenant_id IS 'The organization.';
COMMENT ON COLUMN respondent_waves.wave_id IS 'The wave.';
COMMENT ON COLUMN respondent_waves.state IS '1 open, 2 closed and sealed, 3 mixed, 4 cancelled.';
COMMENT ON COLUMN respondent_waves.close_time IS 'What arrives before this instant counts; null while no end is planned.';
COMMENT ON COLUMN respondent_waves.questionnaire IS 'Instrument, form, languages and privacy notice, as frozen at opening.';
CALL base_protect('respondent_waves', 'SELECT, INSERT, UPDATE (state, close_time)');
CALL respondent_admit('respondent_waves', 'SELECT');

CREATE TABLE respondent_cells (
    tenant_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    cell_id integer NOT NULL,
    unit_id uuid NOT NULL,
    unit_name text NOT NULL,
    segment_values smallint[] NOT NULL,
    invited_count integer NOT NULL,
    late_count integer NOT NULL,
    PRIMARY KEY (tenant_id, wave_id, cell_id),
    FOREIGN KEY (tenant_id, wave_id) REFERENCES respondent_waves
);
COMMENT ON TABLE respondent_cells IS 'The groups that answers are known by, each of at least the minimum group size.';
COMMENT ON COLUMN respondent_cells.tenant_id IS 'The organization.';
COMMENT ON COLUMN respondent_cells.wave_id IS 'The wave.';
COMMENT ON COLUMN respondent_cells.cell_id IS 'Position of the cell in its wave, from 0.';
COMMENT ON COLUMN respondent_cells.unit_id IS 'Unit that the answers count for, as its own staff.';
COMMENT ON COLUMN respondent_cells.unit_name IS 'Name of the unit when the wave opened.';
COMMENT ON COLUMN respondent_cells.segment_values IS 'Per stored dimension the position of the value in the frozen scheme, -1 for none.';
COMMENT ON COLUMN respondent_cells.invited_count IS 'Invitations, the late ones included; 0 for imported waves.';
COMMENT ON COLUMN respondent_cells.late_count IS 'Of these, invitations issued after the opening.';
CALL base_protect('respondent_cells', 'SELECT, INSERT, UPDATE (invited_count, late_count)');
CALL respondent_admit('respondent_cells', 'SELECT');

CREATE TABLE respondent_tokens (
    tenant_id uuid NOT NULL REFERENCES directory_organizations,
    token_digest bytea NOT NULL CHECK (octet_length(token_digest) = 16),
    wave_id uuid NOT NULL,
    invitation_id uuid NOT NULL,
    cell_id integer,
    expire_time timestamptz,
    submission_digest bytea CHECK (octet_length(submission_digest) = 16),
    PRIMARY KEY (tenant_id, token_digest)
) WITH (fillfactor = 80);
CREATE INDEX respondent_tokens_invitation ON respondent_tokens (tenant_id, wave_id, invitation_id);
COMMENT ON TABLE respondent_tokens IS 'Response tokens until the answers of their wave are mixed.';
COMMENT ON COLUMN respondent_tokens.tenant_id IS 'The organization.';
COMMENT ON COLUMN respondent_tokens.token_digest IS 'The first 16 bytes of the token''s SHA-256.';
COMMENT ON COLUMN respondent_tokens.wave_id IS 'The wave.';
COMMENT ON COLUMN respondent_tokens.invitation_id IS 'The invitation that the token was issued for.';
COMMENT ON COLUMN respondent_tokens.cell_id IS 'Cell that the answer will count for; null before the opening.';
COMMENT ON COLUMN respondent_tokens.expire_time IS 'When it stops working; null for the close of the wave.';
COMMENT ON COLUMN respondent_tokens.submission_digest IS 'The first 16 bytes of the SHA-256 of the submission that spent it.';
CALL base_protect('respondent_tokens', 'SELECT, INSERT, UPDATE (cell_id, expire_time), DELETE');
CALL respondent_admit('respondent_tokens', 'SELECT, UPDATE (submission_digest)');

CREATE TABLE respondent_sealed (
    tenant_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    answer_id uuid NOT NULL,
    cell_id integer NOT NULL,
    answers bytea NOT NULL
) PARTITION BY LIST (wave_id);
COMMENT ON TABLE respondent_sealed IS 'Answers of open waves, a partition per wave that is dropped when they are mixed.';
COMMENT ON COLUMN respondent_sealed.tenant_id IS 'The organization.';
COMMENT ON COLUMN respondent_sealed.wave_id IS 'The wave.';
COMMENT ON COLUMN respondent_sealed.answer_id IS 'Random.';
COMMENT ON COLUMN respondent_sealed.cell_id IS 'The cell, which is all that is known of the author.';
COMMENT ON COLUMN respondent_sealed.answers IS 'The packed answer sheet.';
CALL base_protect('respondent_sealed', 'SELECT');
CALL respondent_admit('respondent_sealed', 'INSERT');

CREATE TABLE respondent_imported (
    tenant_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    answer_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    segment_values smallint[] NOT NULL,
    answers bytea NOT NULL
) PARTITION BY LIST (wave_id);
COMMENT ON TABLE respondent_imported IS 'Answers of open waves that were measured elsewhere, a partition per wave that is dropped when they are mixed.';
COMMENT ON COLUMN respondent_imported.tenant_id IS 'The organization.';
COMMENT ON COLUMN respondent_imported.wave_id IS 'The wave.';
COMMENT ON COLUMN respondent_imported.answer_id IS 'Random.';
COMMENT ON COLUMN respondent_imported.unit_id IS 'Unit of the author, until cells are formed at the close.';
COMMENT ON COLUMN respondent_imported.segment_values IS 'Segment values of the author, until cells are formed at the close; -1 for none.';
COMMENT ON COLUMN respondent_imported.answers IS 'The packed answer sheet.';
CALL base_protect('respondent_imported', 'SELECT, INSERT');

CREATE TABLE respondent_answers (
    tenant_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    answer_id uuid NOT NULL,
    cell_id integer NOT NULL,
    answers bytea NOT NULL,
    PRIMARY KEY (tenant_id, wave_id, answer_id)
);
COMMENT ON TABLE respondent_answers IS 'Answers of closed waves, mixed: in random order under new random identifiers.';
COMMENT ON COLUMN respondent_answers.tenant_id IS 'The organization.';
COMMENT ON COLUMN respondent_answers.wave_id IS 'The wave.';
COMMENT ON COLUMN respondent_answers.answer_id IS 'Random, new at the mixing.';
COMMENT ON COLUMN respondent_answers.cell_id IS 'The cell, which is all that is known of the author.';
COMMENT ON COLUMN respondent_answers.answers IS 'The packed answer sheet.';
CALL base_protect('respondent_answers', 'SELECT, INSERT, DELETE');

-- The name of a wave's partition. It depends on the tenant of the transaction, so that naming a
-- wave of another one finds nothing.
CREATE FUNCTION respondent_partition(parent text, wave uuid) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT parent || '_' || left(encode(sha256(convert_to(
        nullif(current_setting('orgfit.tenant', true), '')::uuid::text || wave::text, 'UTF8')), 'hex'), 32)
$$;
REVOKE ALL ON FUNCTION respondent_partition FROM PUBLIC;

-- Lets one transaction at a time make, read or drop partitions of a table. Whoever reads them first and
-- drops one afterwards would else block another one that does the same, and be blocked by it. Answers
-- come in meanwhile.
CREATE FUNCTION respondent_take_turn(parent text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF parent NOT IN ('respondent_sealed', 'respondent_imported') THEN
        RAISE EXCEPTION 'no such table';
    END IF;
    EXECUTE format('LOCK TABLE ONLY public.%I IN SHARE UPDATE EXCLUSIVE MODE', parent);
END
$$;
REVOKE ALL ON FUNCTION respondent_take_turn FROM PUBLIC;
GRANT EXECUTE ON FUNCTION respondent_take_turn TO orgfit_app;

-- Makes a wave's partition of respondent_sealed or respondent_imported. Attaching rather than making
-- it in place lets answers to other waves come in meanwhile.
CREATE FUNCTION respondent_create_partition(parent text, wave uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE name text := respondent_partition(parent, wave);
BEGIN
    IF parent NOT IN ('respondent_sealed', 'respondent_imported') OR name IS NULL THEN
        RAISE EXCEPTION 'no such table';
    END IF;
    PERFORM respondent_take_turn(parent);
    EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING COMMENTS)', name, parent);
    EXECUTE format('COMMENT ON TABLE public.%I IS %L', name, 'Answers of one open wave.');
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES IN (%L)', parent, name, wave);
END
$$;
REVOKE ALL ON FUNCTION respondent_create_partition FROM PUBLIC;
GRANT EXECUTE ON FUNCTION respondent_create_partition TO orgfit_app;

-- Waits until every statement that writes answers has ended. Whichever begins later sees what was
-- committed before: of a wave that is closed, none writes any more. The lock is given back with
-- the inner block, so that answers to other waves wait for a moment only.
CREATE FUNCTION respondent_await_writers() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    BEGIN
        LOCK TABLE ONLY public.respondent_sealed IN SHARE MODE;
        RAISE EXCEPTION USING ERRCODE = 'OF001';
    EXCEPTION WHEN SQLSTATE 'OF001' THEN NULL;
    END;
END
$$;
REVOKE ALL ON FUNCTION respondent_await_writers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION respondent_await_writers TO orgfit_app;

-- Drops a wave's partition, with all that is in it. From here to the end of the transaction answers to
-- all waves wait, so it comes last.
CREATE FUNCTION respondent_drop_partition(parent text, wave uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE name text := respondent_partition(parent, wave);
BEGIN
    IF parent NOT IN ('respondent_sealed', 'respondent_imported') OR name IS NULL THEN
        RAISE EXCEPTION 'no such table';
    END IF;
    EXECUTE format('DROP TABLE IF EXISTS public.%I', name);
END
$$;
REVOKE ALL ON FUNCTION respondent_drop_partition FROM PUBLIC;
GRANT EXECUTE ON FUNCTION respondent_drop_partition TO orgfit_app;
