-- Intake: where imported responses go. Their rows are staged as those of other imports are.

ALTER TABLE intake_imports
    ADD COLUMN wave_id uuid,
    ADD COLUMN item_keys text[],
    ADD CHECK ((wave_id IS NULL) = (item_keys IS NULL)),
    ADD CHECK ((kind = 3) = (wave_id IS NOT NULL)),
    ADD FOREIGN KEY (tenant_id, wave_id) REFERENCES assessment_waves;
CREATE INDEX intake_imports_wave ON intake_imports (tenant_id, wave_id) WHERE wave_id IS NOT NULL;
COMMENT ON COLUMN intake_imports.wave_id IS 'Of imports of responses: the wave.';
COMMENT ON COLUMN intake_imports.item_keys IS 'Of imports of responses: the items, in the order of the codes of every sheet.';
COMMENT ON COLUMN intake_chunks.rows IS 'The chunk as it came: encoded UnitRows, PersonRows or ResponseRows.';
