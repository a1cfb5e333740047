-- Releases of a wave's results and their numbers, which appear together and never change.

CREATE TABLE insight_releases (
    tenant_id uuid NOT NULL,
    release_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    number integer NOT NULL CHECK (number >= 1),
    kind smallint NOT NULL,
    release_time timestamptz NOT NULL,
    method_version text NOT NULL,
    salt bytea NOT NULL CHECK (octet_length(salt) = 32),
    input_digest bytea NOT NULL,
    plan_digest bytea NOT NULL,
    exact_digest bytea NOT NULL,
    result_digest bytea NOT NULL,
    response_count integer NOT NULL,
    eligible_unit_count integer NOT NULL,
    shown_unit_count integer NOT NULL,
    eligible_slice_count integer NOT NULL,
    shown_slice_count integer NOT NULL,
    PRIMARY KEY (tenant_id, release_id),
    UNIQUE (tenant_id, wave_id, number),
    FOREIGN KEY (tenant_id, wave_id) REFERENCES assessment_waves
);
COMMENT ON TABLE insight_releases IS 'Publications of results.';
COMMENT ON COLUMN insight_releases.tenant_id IS 'The organization.';
COMMENT ON COLUMN insight_releases.release_id IS 'The release.';
COMMENT ON COLUMN insight_releases.wave_id IS 'The wave.';
COMMENT ON COLUMN insight_releases.number IS 'Position among the releases of the wave, from 1.';
COMMENT ON COLUMN insight_releases.kind IS 'orgfit.insight.v1.ReleaseKind.';
COMMENT ON COLUMN insight_releases.release_time IS 'When it was published.';
COMMENT ON COLUMN insight_releases.method_version IS 'Version of the rules of scoring, suppression and rounding.';
COMMENT ON COLUMN insight_releases.salt IS 'Secret salt of the digests.';
COMMENT ON COLUMN insight_releases.input_digest IS 'Salted SHA-256 over all inputs.';
COMMENT ON COLUMN insight_releases.plan_digest IS 'Salted SHA-256 over which slices are shown.';
COMMENT ON COLUMN insight_releases.exact_digest IS 'Salted SHA-256 over all numbers before rounding.';
COMMENT ON COLUMN insight_releases.result_digest IS 'SHA-256 over all published numbers.';
COMMENT ON COLUMN insight_releases.response_count IS 'Answers of the whole wave.';
COMMENT ON COLUMN insight_releases.eligible_unit_count IS 'Units with enough answers.';
COMMENT ON COLUMN insight_releases.shown_unit_count IS 'Of these, units that are shown.';
COMMENT ON COLUMN insight_releases.eligible_slice_count IS 'Slices with enough answers.';
COMMENT ON COLUMN insight_releases.shown_slice_count IS 'Of these, slices that are shown.';
CALL base_protect('insight_releases', 'SELECT, INSERT');

CREATE TABLE insight_cards (
    tenant_id uuid NOT NULL,
    release_id uuid NOT NULL,
    slice_number integer NOT NULL,
    card bytea NOT NULL,
    PRIMARY KEY (tenant_id, release_id, slice_number),
    FOREIGN KEY (tenant_id, release_id) REFERENCES insight_releases
);
ALTER TABLE insight_cards ALTER COLUMN card SET STORAGE EXTERNAL;
COMMENT ON TABLE insight_cards IS 'The published numbers of each slice that is shown. A slice without a row is protected.';
COMMENT ON COLUMN insight_cards.tenant_id IS 'The organization.';
COMMENT ON COLUMN insight_cards.release_id IS 'The release.';
COMMENT ON COLUMN insight_cards.slice_number IS 'The slice, by its number in the frame of the wave.';
COMMENT ON COLUMN insight_cards.card IS 'Rounded numbers and reasons for hiding, encoded.';
CALL base_protect('insight_cards', 'SELECT, INSERT');
