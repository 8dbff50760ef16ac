-- Events name their alert, not the other way round.
ALTER TABLE compliance.alert DROP COLUMN event_id;
ALTER TABLE compliance.alert ALTER COLUMN source_id SET NOT NULL;
