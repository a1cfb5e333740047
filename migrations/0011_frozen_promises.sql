-- What respondents were promised when a wave opened is lowered by nobody: no statement of the engine's
-- role changes it, whatever the code above it does or forgets. Everything here refuses what no
-- version of the engine has ever done.

-- The floors of thresholds. NOT VALID, since every version so far refused less before it stored a
-- policy: there is no row to be found, and looking for one would keep the table locked while the
-- version before serves. Each write is checked from now on.
ALTER TABLE assessment_waves ADD CONSTRAINT assessment_waves_policy_floors CHECK (
    coalesce((policy ->> 'minimum_group_size')::integer, 0) >= 5
    AND coalesce((policy ->> 'distribution_minimum_group_size')::integer, 0)
        >= (policy ->> 'minimum_group_size')::integer
    AND coalesce((policy ->> 'comment_minimum_group_size')::integer, 0)
        >= (policy ->> 'minimum_group_size')::integer
    AND coalesce((policy ->> 'quality_minimum_group_size')::integer, 0)
        >= greatest(30, (policy ->> 'minimum_group_size')::integer)
    AND coalesce((policy ->> 'driver_minimum_group_size')::integer, 0)
        >= greatest(100, (policy ->> 'minimum_group_size')::integer)
) NOT VALID;
-- A wave takes answers only under a promise that was digested. NOT VALID as above.
ALTER TABLE assessment_waves ADD CONSTRAINT assessment_waves_promised CHECK (
    state NOT IN (2, 3)
    OR (policy_digest IS NOT NULL AND frozen IS NOT NULL AND open_time IS NOT NULL)
) NOT VALID;

-- From the opening on: the policy with its pairs and its digest, the stored dimensions, the roster's
-- digest with its salt, and what the wave asks stay as they are, and a state that was left does not
-- come back. A draft is opened or given up.
CREATE FUNCTION assessment_keep_promise() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF NEW.state < OLD.state OR (OLD.state, NEW.state) IN ((1::smallint, 3::smallint), (3::smallint, 4::smallint)) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'a wave does not come back to a state that it has left, and leaves none out';
    END IF;
    IF OLD.state <> 1 AND (
        (NEW.wave_id, NEW.assessment_id, NEW.number, NEW.source, NEW.instrument_id, NEW.form_key,
            NEW.time_zone, NEW.measured_period, NEW.language_codes, NEW.policy, NEW.frozen,
            NEW.roster_digest, NEW.policy_digest, NEW.open_time, NEW.create_time)
        IS DISTINCT FROM
        (OLD.wave_id, OLD.assessment_id, OLD.number, OLD.source, OLD.instrument_id, OLD.form_key,
            OLD.time_zone, OLD.measured_period, OLD.language_codes, OLD.policy, OLD.frozen,
            OLD.roster_digest, OLD.policy_digest, OLD.open_time, OLD.create_time)
        OR (OLD.roster_salt IS NOT NULL AND NEW.roster_salt IS DISTINCT FROM OLD.roster_salt)
        OR (OLD.close_time IS NOT NULL AND NEW.close_time IS DISTINCT FROM OLD.close_time))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'what a wave promised when it opened never changes';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER assessment_keep_promise BEFORE UPDATE ON assessment_waves
    FOR EACH ROW EXECUTE FUNCTION assessment_keep_promise();

-- Rows that are frozen as a whole come in one statement: none is added later. That none is changed or
-- deleted follows from the rights to these tables.
CREATE FUNCTION assessment_freeze_units() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT tenant_id, wave_id, count(*) AS number FROM added
                     GROUP BY tenant_id, wave_id) AS came
        WHERE came.number <> (SELECT count(*) FROM assessment_units AS held
            WHERE held.tenant_id = came.tenant_id AND held.wave_id = came.wave_id))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'the tree of a wave is frozen once';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER assessment_freeze_units AFTER INSERT ON assessment_units
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION assessment_freeze_units();

CREATE FUNCTION respondent_freeze_cells() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT tenant_id, wave_id, count(*) AS number FROM added
                     GROUP BY tenant_id, wave_id) AS came
        WHERE came.number <> (SELECT count(*) FROM respondent_cells AS held
            WHERE held.tenant_id = came.tenant_id AND held.wave_id = came.wave_id))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'the cells of a wave are formed once';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER respondent_freeze_cells AFTER INSERT ON respondent_cells
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION respondent_freeze_cells();

-- Of a cell only late invitations are counted, while the wave is open: without that, shares of those
-- who answered would tell what never was.
CREATE FUNCTION respondent_keep_cell() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF (NEW.wave_id, NEW.cell_id, NEW.unit_id, NEW.unit_name, NEW.segment_values)
            IS DISTINCT FROM (OLD.wave_id, OLD.cell_id, OLD.unit_id, OLD.unit_name, OLD.segment_values)
        OR NEW.late_count < OLD.late_count
        OR NEW.invited_count - OLD.invited_count <> NEW.late_count - OLD.late_count
        OR NOT EXISTS (SELECT FROM respondent_waves AS wave
            WHERE wave.tenant_id = NEW.tenant_id AND wave.wave_id = NEW.wave_id AND wave.state = 1)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'a cell takes late invitations of an open wave and changes in nothing else';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER respondent_keep_cell BEFORE UPDATE ON respondent_cells
    FOR EACH ROW EXECUTE FUNCTION respondent_keep_cell();

-- A box that is closed, mixed or cancelled does not open again: answers would come in by themselves,
-- next to a release that counts the others. What it asks and promises is in a column that nobody
-- may write.
CREATE FUNCTION respondent_keep_box() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF NEW.state < OLD.state OR (NEW.wave_id, NEW.questionnaire) IS DISTINCT FROM (OLD.wave_id, OLD.questionnaire)
        OR (OLD.state <> 1 AND NEW.close_time IS DISTINCT FROM OLD.close_time)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'what an opened wave asks and promises never changes, and it does not open twice';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER respondent_keep_box BEFORE UPDATE ON respondent_waves
    FOR EACH ROW EXECUTE FUNCTION respondent_keep_box();

-- Whose answer counts for which cell is settled with the cell. These are not fired by answers, which
-- write another column.
CREATE FUNCTION assessment_keep_place() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
        MESSAGE = 'an invitation that has a cell keeps it';
END
$$;
CREATE TRIGGER assessment_keep_place BEFORE UPDATE OF cell_id ON assessment_invitations
    FOR EACH ROW WHEN (OLD.cell_id IS NOT NULL AND NEW.cell_id IS DISTINCT FROM OLD.cell_id)
    EXECUTE FUNCTION assessment_keep_place();

CREATE FUNCTION respondent_keep_place() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
        MESSAGE = 'a response token that has a cell keeps it';
END
$$;
CREATE TRIGGER respondent_keep_place BEFORE UPDATE OF cell_id ON respondent_tokens
    FOR EACH ROW WHEN (OLD.cell_id IS NOT NULL AND NEW.cell_id IS DISTINCT FROM OLD.cell_id)
    EXECUTE FUNCTION respondent_keep_place();

-- Cards appear with their release, in its transaction, and none is added to it later: a slice without
-- a card is protected, and stays so. Releases and cards are neither changed nor deleted; the engine's
-- role has no right to.
CREATE FUNCTION insight_freeze_cards() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT tenant_id, release_id FROM added) AS came
        JOIN insight_releases AS release USING (tenant_id, release_id)
        WHERE release.xmin <> pg_current_xact_id()::xid)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'a release appears whole, and nothing is added to it';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER insight_freeze_cards AFTER INSERT ON insight_cards
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION insight_freeze_cards();
