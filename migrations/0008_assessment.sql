-- Assessments and their waves, the frozen tree of each wave, invitations, and the jobs that follow
-- a close.

CREATE TABLE assessment_assessments (
    tenant_id uuid NOT NULL REFERENCES directory_organizations,
    assessment_id uuid NOT NULL,
    display_name text NOT NULL,
    instrument_key text NOT NULL,
    scope_unit_id uuid,
    revision bigint NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, assessment_id)
);
CREATE INDEX assessment_assessments_time ON assessment_assessments (tenant_id, create_time DESC, assessment_id DESC);
COMMENT ON TABLE assessment_assessments IS 'Series of comparable measurements.';
COMMENT ON COLUMN assessment_assessments.tenant_id IS 'The organization.';
COMMENT ON COLUMN assessment_assessments.assessment_id IS 'The series.';
COMMENT ON COLUMN assessment_assessments.display_name IS 'Name.';
COMMENT ON COLUMN assessment_assessments.instrument_key IS 'Key of the instrument that all waves use.';
COMMENT ON COLUMN assessment_assessments.scope_unit_id IS 'Unit whose subtree is measured, which may be gone; null for the whole organization.';
COMMENT ON COLUMN assessment_assessments.revision IS 'Counts changes; the etag.';
COMMENT ON COLUMN assessment_assessments.create_time IS 'When it was created.';
COMMENT ON COLUMN assessment_assessments.update_time IS 'When it was last changed.';
CALL base_protect('assessment_assessments', 'SELECT, INSERT, UPDATE');

CREATE TABLE assessment_waves (
    tenant_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    assessment_id uuid NOT NULL,
    number integer NOT NULL CHECK (number >= 1),
    display_name text NOT NULL,
    source smallint NOT NULL,
    instrument_id uuid NOT NULL,
    form_key text NOT NULL,
    state smallint NOT NULL,
    results_state smallint NOT NULL,
    planned_close_time timestamptz,
    time_zone text NOT NULL,
    measured_period jsonb,
    language_codes text[] NOT NULL,
    policy jsonb NOT NULL,
    frozen jsonb,
    roster_digest bytea,
    roster_salt bytea,
    policy_digest bytea,
    open_time timestamptz,
    close_time timestamptz,
    revision bigint NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, wave_id),
    UNIQUE (tenant_id, assessment_id, number),
    FOREIGN KEY (tenant_id, assessment_id) REFERENCES assessment_assessments
);
CREATE UNIQUE INDEX assessment_waves_current ON assessment_waves (tenant_id, assessment_id) WHERE state IN (1, 2);
CREATE INDEX assessment_waves_due ON assessment_waves (tenant_id, planned_close_time) WHERE state = 2;
COMMENT ON TABLE assessment_waves IS 'Measurements. No column changes when an answer comes in.';
COMMENT ON COLUMN assessment_waves.tenant_id IS 'The organization.';
COMMENT ON COLUMN assessment_waves.wave_id IS 'The measurement.';
COMMENT ON COLUMN assessment_waves.assessment_id IS 'The series that it belongs to.';
COMMENT ON COLUMN assessment_waves.number IS 'Position in the series, from 1.';
COMMENT ON COLUMN assessment_waves.display_name IS 'Name; empty for that of the series and the number.';
COMMENT ON COLUMN assessment_waves.source IS 'orgfit.assessment.v1.WaveSource.';
COMMENT ON COLUMN assessment_waves.instrument_id IS 'Version of the instrument.';
COMMENT ON COLUMN assessment_waves.form_key IS 'Form of the instrument; empty for all items.';
COMMENT ON COLUMN assessment_waves.state IS 'orgfit.assessment.v1.WaveState.';
COMMENT ON COLUMN assessment_waves.results_state IS 'orgfit.assessment.v1.ResultsState.';
COMMENT ON COLUMN assessment_waves.planned_close_time IS 'When it is closed by itself.';
COMMENT ON COLUMN assessment_waves.time_zone IS 'IANA time zone in which it is planned.';
COMMENT ON COLUMN assessment_waves.measured_period IS 'When imported answers were given.';
COMMENT ON COLUMN assessment_waves.language_codes IS 'Languages offered; empty for all complete ones until it opens.';
COMMENT ON COLUMN assessment_waves.policy IS 'Thresholds and segments that respondents are promised.';
COMMENT ON COLUMN assessment_waves.frozen IS 'Segment dimensions as they were at opening.';
COMMENT ON COLUMN assessment_waves.roster_digest IS 'Salted SHA-256 over the roster and its cells.';
COMMENT ON COLUMN assessment_waves.roster_salt IS 'Secret salt of roster_digest.';
COMMENT ON COLUMN assessment_waves.policy_digest IS 'SHA-256 over the frozen policy.';
COMMENT ON COLUMN assessment_waves.open_time IS 'When it opened.';
COMMENT ON COLUMN assessment_waves.close_time IS 'When it closed.';
COMMENT ON COLUMN assessment_waves.revision IS 'Counts changes by users; the etag.';
COMMENT ON COLUMN assessment_waves.create_time IS 'When it was created.';
COMMENT ON COLUMN assessment_waves.update_time IS 'When a user last changed it.';
CALL base_protect('assessment_waves', 'SELECT, INSERT, UPDATE');

CREATE TABLE assessment_units (
    tenant_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    position integer NOT NULL,
    unit_id uuid NOT NULL,
    parent_position integer,
    depth smallint NOT NULL,
    display_name text NOT NULL,
    PRIMARY KEY (tenant_id, wave_id, position),
    UNIQUE (tenant_id, wave_id, unit_id),
    FOREIGN KEY (tenant_id, wave_id) REFERENCES assessment_waves
);
COMMENT ON TABLE assessment_units IS 'The tree of each wave as it was at opening.';
COMMENT ON COLUMN assessment_units.tenant_id IS 'The organization.';
COMMENT ON COLUMN assessment_units.wave_id IS 'The wave.';
COMMENT ON COLUMN assessment_units.position IS 'Place in the tree, parents before their children, each subtree in one piece; 0 is the scope.';
COMMENT ON COLUMN assessment_units.unit_id IS 'The unit.';
COMMENT ON COLUMN assessment_units.parent_position IS 'Position of the unit above; null for the scope.';
COMMENT ON COLUMN assessment_units.depth IS 'Levels below the scope.';
COMMENT ON COLUMN assessment_units.display_name IS 'Name at opening.';
CALL base_protect('assessment_units', 'SELECT, INSERT');

CREATE TABLE assessment_invitations (
    tenant_id uuid NOT NULL,
    invitation_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    person_id uuid,
    unit_id uuid,
    segments jsonb,
    late boolean NOT NULL,
    state smallint NOT NULL,
    cell_id integer,
    expire_time timestamptz,
    batch_id uuid,
    PRIMARY KEY (tenant_id, invitation_id),
    FOREIGN KEY (tenant_id, wave_id) REFERENCES assessment_waves,
    FOREIGN KEY (tenant_id, person_id) REFERENCES directory_people,
    CHECK ((person_id IS NULL) = (unit_id IS NOT NULL)),
    CHECK ((person_id IS NULL) = (segments IS NOT NULL))
);
CREATE UNIQUE INDEX assessment_invitations_person ON assessment_invitations (tenant_id, wave_id, person_id) WHERE person_id IS NOT NULL;
CREATE INDEX assessment_invitations_wave ON assessment_invitations (tenant_id, wave_id, invitation_id);
CREATE INDEX assessment_invitations_people ON assessment_invitations (tenant_id, person_id) WHERE person_id IS NOT NULL;
CREATE INDEX assessment_invitations_batch ON assessment_invitations (tenant_id, wave_id, batch_id) WHERE batch_id IS NOT NULL;
COMMENT ON TABLE assessment_invitations IS 'Who was invited. Spending a token changes nothing here.';
COMMENT ON COLUMN assessment_invitations.tenant_id IS 'The organization.';
COMMENT ON COLUMN assessment_invitations.invitation_id IS 'Random.';
COMMENT ON COLUMN assessment_invitations.wave_id IS 'The wave.';
COMMENT ON COLUMN assessment_invitations.person_id IS 'The invited person; null for nobody in particular.';
COMMENT ON COLUMN assessment_invitations.unit_id IS 'Of invitations for nobody in particular: the unit that the answer counts for.';
COMMENT ON COLUMN assessment_invitations.segments IS 'Of invitations for nobody in particular: the segment values that the answer counts for.';
COMMENT ON COLUMN assessment_invitations.late IS 'Issued after the opening.';
COMMENT ON COLUMN assessment_invitations.state IS '1 issued, 2 revoked.';
COMMENT ON COLUMN assessment_invitations.cell_id IS 'Cell that the answer will count for; null before the opening.';
COMMENT ON COLUMN assessment_invitations.expire_time IS 'When the token stops working; null for the close of the wave.';
COMMENT ON COLUMN assessment_invitations.batch_id IS 'The request_id that issued invitations for nobody in particular.';
CALL base_protect('assessment_invitations', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE assessment_participation (
    tenant_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    as_of_time timestamptz NOT NULL,
    cell_counts integer[] NOT NULL,
    PRIMARY KEY (tenant_id, wave_id),
    FOREIGN KEY (tenant_id, wave_id) REFERENCES assessment_waves
);
COMMENT ON TABLE assessment_participation IS 'How many answered, as last counted; renewed a quarter of an hour apart while a wave is open.';
COMMENT ON COLUMN assessment_participation.tenant_id IS 'The organization.';
COMMENT ON COLUMN assessment_participation.wave_id IS 'The wave.';
COMMENT ON COLUMN assessment_participation.as_of_time IS 'When it was counted.';
COMMENT ON COLUMN assessment_participation.cell_counts IS 'Answers per cell, by cell_id.';
CALL base_protect('assessment_participation', 'SELECT, INSERT, UPDATE');

CREATE TABLE assessment_jobs (
    tenant_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    lease_id uuid,
    lease_until timestamptz,
    attempts integer NOT NULL,
    create_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, wave_id),
    FOREIGN KEY (tenant_id, wave_id) REFERENCES assessment_waves
);
COMMENT ON TABLE assessment_jobs IS 'Closed waves whose results are to be released. Whoever holds the lease works on it.';
COMMENT ON COLUMN assessment_jobs.tenant_id IS 'The organization.';
COMMENT ON COLUMN assessment_jobs.wave_id IS 'The wave.';
COMMENT ON COLUMN assessment_jobs.lease_id IS 'Random mark of the process that works on it.';
COMMENT ON COLUMN assessment_jobs.lease_until IS 'When another process may take it over.';
COMMENT ON COLUMN assessment_jobs.attempts IS 'How often it was taken.';
COMMENT ON COLUMN assessment_jobs.create_time IS 'When the wave closed.';
CALL base_protect('assessment_jobs', 'SELECT, INSERT, UPDATE, DELETE');

-- Organizations for which something is due: a wave past its planned close, a job that nobody works
-- on, or an open wave whose participation was not counted for a quarter of an hour. It tells
-- nothing else.
CREATE FUNCTION assessment_list_due(at timestamptz) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT tenant_id FROM public.assessment_jobs WHERE lease_until IS NULL OR lease_until <= at
    UNION
    SELECT wave.tenant_id FROM public.assessment_waves AS wave
    LEFT JOIN public.assessment_participation AS counted USING (tenant_id, wave_id)
    WHERE wave.state = 2 AND (wave.planned_close_time <= at
        OR counted.as_of_time IS NULL OR counted.as_of_time <= at - interval '15 minutes')
$$;
REVOKE ALL ON FUNCTION assessment_list_due FROM PUBLIC;
GRANT EXECUTE ON FUNCTION assessment_list_due TO orgfit_app;
CREATE POLICY owner_lists ON assessment_jobs FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY owner_lists ON assessment_waves FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY owner_lists ON assessment_participation FOR SELECT TO CURRENT_USER USING (true);
