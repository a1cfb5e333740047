-- Norm sets of organizations, what organizations give to pooled norms, and the versions of pooled norms.

CREATE TABLE insight_norm_sets (
    tenant_id uuid NOT NULL REFERENCES base_tenants,
    norm_set_id uuid NOT NULL,
    display_name text NOT NULL,
    instrument_key text NOT NULL,
    source smallint NOT NULL CHECK (source BETWEEN 1 AND 3),
    provenance text NOT NULL,
    population text NOT NULL,
    period jsonb,
    wave_ids uuid[] NOT NULL,
    case_kind smallint NOT NULL CHECK (case_kind BETWEEN 1 AND 2),
    organization_count integer NOT NULL,
    respondent_count integer NOT NULL,
    version integer NOT NULL CHECK ((source = 3) = (version > 0)),
    norm_values jsonb NOT NULL,
    create_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, norm_set_id)
);
CREATE INDEX insight_norm_sets_time ON insight_norm_sets (tenant_id, create_time, norm_set_id);
COMMENT ON TABLE insight_norm_sets IS 'Scores of others, or of earlier times, to compare with. A norm set never changes.';
COMMENT ON COLUMN insight_norm_sets.tenant_id IS 'The organization.';
COMMENT ON COLUMN insight_norm_sets.norm_set_id IS 'The norm set.';
COMMENT ON COLUMN insight_norm_sets.display_name IS 'Name shown to people.';
COMMENT ON COLUMN insight_norm_sets.instrument_key IS 'Key of the instrument.';
COMMENT ON COLUMN insight_norm_sets.source IS 'orgfit.insight.v1.NormSource.';
COMMENT ON COLUMN insight_norm_sets.provenance IS 'Who measured, where it was published.';
COMMENT ON COLUMN insight_norm_sets.population IS 'Who the norm stands for.';
COMMENT ON COLUMN insight_norm_sets.period IS 'When it was measured: first day, first day after, time zone.';
COMMENT ON COLUMN insight_norm_sets.wave_ids IS 'The waves that it was computed from.';
COMMENT ON COLUMN insight_norm_sets.case_kind IS 'orgfit.insight.v1.NormCase.';
COMMENT ON COLUMN insight_norm_sets.organization_count IS 'Organizations behind it.';
COMMENT ON COLUMN insight_norm_sets.respondent_count IS 'Respondents behind it; 0 where they are not shown.';
COMMENT ON COLUMN insight_norm_sets.version IS 'The version of the pooled norm that it has; 0 for others.';
COMMENT ON COLUMN insight_norm_sets.norm_values IS 'Per target: level, key, and mean, deviation, cases, percentiles in ten-thousandths.';
COMMENT ON COLUMN insight_norm_sets.create_time IS 'When it was created.';
CALL base_protect('insight_norm_sets', 'SELECT, INSERT, DELETE');

-- One row for each instrument that an organization gives to. What it gave before is deleted, not
-- changed: what takes its place has another random number.
CREATE TABLE insight_contributions (
    tenant_id uuid NOT NULL REFERENCES base_tenants,
    instrument_key text NOT NULL,
    contribution_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    release_id uuid NOT NULL,
    respondent_count integer NOT NULL CHECK (respondent_count >= 1),
    targets jsonb NOT NULL,
    scores bigint[] NOT NULL,
    contribute_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, instrument_key),
    FOREIGN KEY (tenant_id, wave_id) REFERENCES assessment_waves,
    FOREIGN KEY (tenant_id, release_id) REFERENCES insight_releases
);
COMMENT ON TABLE insight_contributions IS 'Published scores of the whole of organizations that contribute to pooled norms.';
COMMENT ON COLUMN insight_contributions.tenant_id IS 'The organization. No other one sees it.';
COMMENT ON COLUMN insight_contributions.instrument_key IS 'Key of the instrument, one that the system provides.';
COMMENT ON COLUMN insight_contributions.contribution_id IS 'Random number, by which other organizations tell contributions apart.';
COMMENT ON COLUMN insight_contributions.wave_id IS 'The wave that the scores are from. No other organization sees it.';
COMMENT ON COLUMN insight_contributions.release_id IS 'The release that they are from. No other organization sees it.';
COMMENT ON COLUMN insight_contributions.respondent_count IS 'How many responded.';
COMMENT ON COLUMN insight_contributions.targets IS 'What the scores are of, in their order: levels and keys.';
COMMENT ON COLUMN insight_contributions.scores IS 'Published scores in ten-thousandths of a point.';
COMMENT ON COLUMN insight_contributions.contribute_time IS 'Since when it is given. No other organization sees it.';
CALL base_protect('insight_contributions', 'SELECT, INSERT, DELETE');

-- Versions are never changed or deleted: the next one is judged by all before it.
CREATE TABLE insight_pools (
    tenant_id uuid NOT NULL REFERENCES base_tenants,
    instrument_key text NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    member_ids uuid[] NOT NULL CHECK (cardinality(member_ids) >= 10),
    member_counts integer[] NOT NULL CHECK (cardinality(member_counts) = cardinality(member_ids)),
    norm_values jsonb NOT NULL,
    create_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, instrument_key, version)
);
COMMENT ON TABLE insight_pools IS 'Versions of pooled norms, and which contributions each was made of.';
COMMENT ON COLUMN insight_pools.tenant_id IS 'The organization that was the first to ask for the version. No other one sees it.';
COMMENT ON COLUMN insight_pools.instrument_key IS 'Key of the instrument.';
COMMENT ON COLUMN insight_pools.version IS 'Position among the versions of the instrument in all organizations, from 1.';
COMMENT ON COLUMN insight_pools.member_ids IS 'Random numbers of the contributions. They stay when a contribution is taken back.';
COMMENT ON COLUMN insight_pools.member_counts IS 'How many had responded, per contribution.';
COMMENT ON COLUMN insight_pools.norm_values IS 'As in insight_norm_sets.';
COMMENT ON COLUMN insight_pools.create_time IS 'When it was made.';
CALL base_protect('insight_pools', 'SELECT, INSERT');

-- What all organizations give to an instrument, and the versions of its pooled norm, for whoever asks
-- for a pooled norm. They tell neither whose a contribution is nor who asked. Two of the few
-- functions that run with their owner's rights; tests list them all.
CREATE FUNCTION insight_list_contributions(wanted text)
    RETURNS TABLE (contribution_id uuid, respondent_count integer, targets jsonb, scores bigint[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT given.contribution_id, given.respondent_count, given.targets, given.scores
    FROM public.insight_contributions AS given WHERE given.instrument_key = wanted
    ORDER BY given.contribution_id
$$;
REVOKE ALL ON FUNCTION insight_list_contributions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION insight_list_contributions TO orgfit_app;
CREATE POLICY owner_lists ON insight_contributions FOR SELECT TO CURRENT_USER USING (true);

CREATE FUNCTION insight_list_pools(wanted text)
    RETURNS TABLE (version integer, member_ids uuid[], member_counts integer[], norm_values jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT made.version, made.member_ids, made.member_counts, made.norm_values
    FROM public.insight_pools AS made WHERE made.instrument_key = wanted
    ORDER BY made.version
$$;
REVOKE ALL ON FUNCTION insight_list_pools FROM PUBLIC;
GRANT EXECUTE ON FUNCTION insight_list_pools TO orgfit_app;
CREATE POLICY owner_lists ON insight_pools FOR SELECT TO CURRENT_USER USING (true);
