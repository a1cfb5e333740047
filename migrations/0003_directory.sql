-- Directory: organizations, their segment schemes, unit trees with lineage, and people.

CREATE TABLE directory_organizations (
    tenant_id uuid PRIMARY KEY REFERENCES base_tenants,
    display_name text NOT NULL,
    time_zone text NOT NULL,
    default_language_code text NOT NULL,
    supported_language_codes text[] NOT NULL,
    minimum_group_size integer NOT NULL CHECK (minimum_group_size BETWEEN 5 AND 100),
    distribution_minimum_group_size integer NOT NULL
        CHECK (distribution_minimum_group_size BETWEEN minimum_group_size AND 100),
    comment_minimum_group_size integer NOT NULL
        CHECK (comment_minimum_group_size BETWEEN minimum_group_size AND 100),
    quality_minimum_group_size integer NOT NULL
        CHECK (quality_minimum_group_size BETWEEN 30 AND 1000),
    driver_minimum_group_size integer NOT NULL
        CHECK (driver_minimum_group_size BETWEEN 100 AND 1000),
    disclose_individual_participation boolean NOT NULL,
    working_days smallint[] NOT NULL,
    root_unit_id uuid NOT NULL,
    revision bigint NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL
);
COMMENT ON TABLE directory_organizations IS 'Settings of organizations. The row is also the lock of the unit tree.';
COMMENT ON COLUMN directory_organizations.tenant_id IS 'The organization.';
COMMENT ON COLUMN directory_organizations.display_name IS 'Name shown to people.';
COMMENT ON COLUMN directory_organizations.time_zone IS 'IANA time zone in which days count.';
COMMENT ON COLUMN directory_organizations.default_language_code IS 'BCP 47 tag that every localized text has.';
COMMENT ON COLUMN directory_organizations.supported_language_codes IS 'BCP 47 tags offered to respondents, the default included.';
COMMENT ON COLUMN directory_organizations.minimum_group_size IS 'Smallest group, in answers, for which results are shown.';
COMMENT ON COLUMN directory_organizations.distribution_minimum_group_size IS 'Smallest group, in answers, for distributions and standard deviations.';
COMMENT ON COLUMN directory_organizations.comment_minimum_group_size IS 'Smallest unit, in answers, whose comments bear its name.';
COMMENT ON COLUMN directory_organizations.quality_minimum_group_size IS 'Smallest group, in answers, for measurement quality.';
COMMENT ON COLUMN directory_organizations.driver_minimum_group_size IS 'Smallest group, in answers, for drivers.';
COMMENT ON COLUMN directory_organizations.disclose_individual_participation IS 'Whether it may be seen who took part.';
COMMENT ON COLUMN directory_organizations.working_days IS 'Days of the working week, 1 Monday to 7 Sunday.';
COMMENT ON COLUMN directory_organizations.root_unit_id IS 'Root of the unit tree.';
COMMENT ON COLUMN directory_organizations.revision IS 'Counts changes; the etag.';
COMMENT ON COLUMN directory_organizations.create_time IS 'When it was created.';
COMMENT ON COLUMN directory_organizations.update_time IS 'When it was last changed.';
CALL base_protect('directory_organizations', 'SELECT, INSERT, UPDATE');

CREATE TABLE directory_segment_schemes (
    tenant_id uuid PRIMARY KEY REFERENCES directory_organizations,
    dimensions jsonb NOT NULL,
    revision bigint NOT NULL
);
COMMENT ON TABLE directory_segment_schemes IS 'The dimensions by which results can be broken down.';
COMMENT ON COLUMN directory_segment_schemes.tenant_id IS 'The organization.';
COMMENT ON COLUMN directory_segment_schemes.dimensions IS 'Dimensions in order, each with its values in order.';
COMMENT ON COLUMN directory_segment_schemes.revision IS 'Counts changes; the etag.';
CALL base_protect('directory_segment_schemes', 'SELECT, INSERT, UPDATE');

CREATE TABLE directory_units (
    tenant_id uuid NOT NULL REFERENCES directory_organizations,
    unit_id uuid NOT NULL,
    external_id text,
    parent_unit_id uuid,
    display_name text NOT NULL,
    depth smallint NOT NULL CHECK (depth BETWEEN 0 AND 20),
    lead_person_id uuid,
    predecessor_unit_ids uuid[] NOT NULL,
    effective_date date NOT NULL,
    revision bigint NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    delete_time timestamptz,
    purge_time timestamptz,
    PRIMARY KEY (tenant_id, unit_id),
    FOREIGN KEY (tenant_id, parent_unit_id) REFERENCES directory_units,
    CHECK ((parent_unit_id IS NULL) = (depth = 0)),
    CHECK ((delete_time IS NULL) = (purge_time IS NULL))
);
CREATE UNIQUE INDEX directory_units_external ON directory_units (tenant_id, external_id)
    WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX directory_units_root ON directory_units (tenant_id)
    WHERE parent_unit_id IS NULL;
CREATE INDEX directory_units_children ON directory_units (tenant_id, parent_unit_id);
CREATE INDEX directory_units_lead ON directory_units (tenant_id, lead_person_id)
    WHERE lead_person_id IS NOT NULL;
CREATE INDEX directory_units_purge ON directory_units (tenant_id, purge_time)
    WHERE purge_time IS NOT NULL;
COMMENT ON TABLE directory_units IS 'Nodes of the organization''s tree.';
COMMENT ON COLUMN directory_units.tenant_id IS 'The organization.';
COMMENT ON COLUMN directory_units.unit_id IS 'Identifier.';
COMMENT ON COLUMN directory_units.external_id IS 'The caller''s own key, in NFC.';
COMMENT ON COLUMN directory_units.parent_unit_id IS 'The unit above; none for the root.';
COMMENT ON COLUMN directory_units.display_name IS 'Name shown to people.';
COMMENT ON COLUMN directory_units.depth IS 'Distance from the root.';
COMMENT ON COLUMN directory_units.lead_person_id IS 'The person who leads the unit.';
COMMENT ON COLUMN directory_units.predecessor_unit_ids IS 'Units whose work this one goes on with; they may be gone.';
COMMENT ON COLUMN directory_units.effective_date IS 'Day since which the unit is in its place under its name.';
COMMENT ON COLUMN directory_units.revision IS 'Counts changes; the etag.';
COMMENT ON COLUMN directory_units.create_time IS 'When it was created.';
COMMENT ON COLUMN directory_units.update_time IS 'When it was last changed.';
COMMENT ON COLUMN directory_units.delete_time IS 'When it was soft-deleted.';
COMMENT ON COLUMN directory_units.purge_time IS 'When it is removed for good.';
CALL base_protect('directory_units', 'SELECT, INSERT, UPDATE, DELETE');

-- The root comes with its organization, and each names the other.
ALTER TABLE directory_organizations
    ADD FOREIGN KEY (tenant_id, root_unit_id) REFERENCES directory_units DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE directory_unit_changes (
    tenant_id uuid NOT NULL REFERENCES directory_organizations,
    unit_id uuid NOT NULL,
    revision bigint NOT NULL,
    change text NOT NULL CHECK (change IN ('created', 'renamed', 'moved', 'continued', 'deleted', 'restored')),
    effective_date date NOT NULL,
    parent_unit_id uuid,
    display_name text NOT NULL,
    predecessor_unit_ids uuid[] NOT NULL,
    record_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, unit_id, revision, change)
);
COMMENT ON TABLE directory_unit_changes IS 'Lineage: what became of units, kept for comparisons after the units are gone.';
COMMENT ON COLUMN directory_unit_changes.tenant_id IS 'The organization.';
COMMENT ON COLUMN directory_unit_changes.unit_id IS 'The unit.';
COMMENT ON COLUMN directory_unit_changes.revision IS 'The unit''s revision after the change.';
COMMENT ON COLUMN directory_unit_changes.change IS 'What happened; continued: it took over the work of predecessors (renamed unit, merger or split).';
COMMENT ON COLUMN directory_unit_changes.effective_date IS 'Day since which it counts.';
COMMENT ON COLUMN directory_unit_changes.parent_unit_id IS 'The unit above, after the change.';
COMMENT ON COLUMN directory_unit_changes.display_name IS 'The name, after the change.';
COMMENT ON COLUMN directory_unit_changes.predecessor_unit_ids IS 'The predecessors, after the change.';
COMMENT ON COLUMN directory_unit_changes.record_time IS 'When it was recorded.';
CALL base_protect('directory_unit_changes', 'SELECT, INSERT');

CREATE TABLE directory_people (
    tenant_id uuid NOT NULL REFERENCES directory_organizations,
    person_id uuid NOT NULL,
    external_id text,
    employee_number text NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    display_name text NOT NULL,
    work_email text NOT NULL,
    language_code text NOT NULL,
    unit_id uuid,
    manager_person_id uuid,
    segments jsonb NOT NULL,
    employment_status smallint NOT NULL CHECK (employment_status BETWEEN 0 AND 7),
    start_date date,
    termination_date date,
    revision bigint NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    delete_time timestamptz,
    purge_time timestamptz,
    erase_time timestamptz,
    PRIMARY KEY (tenant_id, person_id),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES directory_units,
    FOREIGN KEY (tenant_id, manager_person_id) REFERENCES directory_people DEFERRABLE INITIALLY DEFERRED,
    CHECK ((unit_id IS NULL) = (erase_time IS NOT NULL)),
    CHECK (erase_time IS NULL OR (delete_time IS NOT NULL AND purge_time IS NULL
        AND start_date IS NULL AND termination_date IS NULL AND employment_status = 0
        AND external_id IS NULL AND manager_person_id IS NULL AND segments = '{}'
        AND concat(employee_number, first_name, last_name, display_name, work_email, language_code) = ''))
);
CREATE UNIQUE INDEX directory_people_external ON directory_people (tenant_id, external_id)
    WHERE external_id IS NOT NULL;
CREATE INDEX directory_people_name ON directory_people (tenant_id, display_name, person_id)
    WHERE erase_time IS NULL;
CREATE INDEX directory_people_unit ON directory_people (tenant_id, unit_id)
    WHERE delete_time IS NULL;
CREATE INDEX directory_people_purge ON directory_people (tenant_id, purge_time)
    WHERE purge_time IS NOT NULL;
COMMENT ON TABLE directory_people IS 'People as the HR system knows them. Nothing sensitive, and nothing about answers.';
COMMENT ON COLUMN directory_people.tenant_id IS 'The organization.';
COMMENT ON COLUMN directory_people.person_id IS 'Identifier; outlives erasure.';
COMMENT ON COLUMN directory_people.external_id IS 'The caller''s own key, in NFC.';
COMMENT ON COLUMN directory_people.employee_number IS 'Personnel number.';
COMMENT ON COLUMN directory_people.first_name IS 'First name.';
COMMENT ON COLUMN directory_people.last_name IS 'Last name.';
COMMENT ON COLUMN directory_people.display_name IS 'Name as shown.';
COMMENT ON COLUMN directory_people.work_email IS 'Work e-mail address.';
COMMENT ON COLUMN directory_people.language_code IS 'BCP 47 tag; empty means the organization''s default.';
COMMENT ON COLUMN directory_people.unit_id IS 'The unit; none after erasure.';
COMMENT ON COLUMN directory_people.manager_person_id IS 'The person''s manager.';
COMMENT ON COLUMN directory_people.segments IS 'Segment values by dimension key.';
COMMENT ON COLUMN directory_people.employment_status IS 'orgfit.common.v1.EmploymentStatus; 5, 6 and 7 have left.';
COMMENT ON COLUMN directory_people.start_date IS 'First day of work.';
COMMENT ON COLUMN directory_people.termination_date IS 'Last day of work.';
COMMENT ON COLUMN directory_people.revision IS 'Counts changes; the etag.';
COMMENT ON COLUMN directory_people.create_time IS 'When the record was created.';
COMMENT ON COLUMN directory_people.update_time IS 'When it was last changed.';
COMMENT ON COLUMN directory_people.delete_time IS 'When it was soft-deleted.';
COMMENT ON COLUMN directory_people.purge_time IS 'When it is erased.';
COMMENT ON COLUMN directory_people.erase_time IS 'When the personal data were erased.';
CALL base_protect('directory_people', 'SELECT, INSERT, UPDATE');

ALTER TABLE directory_units
    ADD FOREIGN KEY (tenant_id, lead_person_id) REFERENCES directory_people;
