-- Every row of a list is kept: a stored row is known by its content. What is the same row in the next file is found when the two
-- are compared. A replica of before finds no natural_key and takes no file; what it would have lost is taken by the next poll.
ALTER TABLE compliance.source_row DROP CONSTRAINT source_row_pkey;
ALTER TABLE compliance.source_row DROP COLUMN natural_key;
ALTER TABLE compliance.source_row ALTER COLUMN row_hash TYPE text COLLATE "C";
ALTER TABLE compliance.source_row ADD PRIMARY KEY (source_id, row_hash);

-- only_tenant: the one organization that sees the source. What subscribers were told of is told once.
ALTER TABLE compliance.source
	ADD COLUMN only_tenant uuid,
	ADD COLUMN merged int4 NOT NULL DEFAULT 0,
	ADD COLUMN damaged int4 NOT NULL DEFAULT 0,
	ADD COLUMN damaged_lines int8[] NOT NULL DEFAULT '{}',
	ADD COLUMN held int4 NOT NULL DEFAULT 0,
	ADD COLUMN quarantine_told bool NOT NULL DEFAULT false,
	ADD COLUMN stale_told bool NOT NULL DEFAULT false;
-- The rows that were lost so far are in the files of today: they are read again, whole.
UPDATE compliance.source SET etag = '', last_modified = '';

-- What one poll found is one piece of news. Changes of before have no poll: they are one together.
ALTER TABLE compliance.source_change
	DROP COLUMN natural_key,
	DROP COLUMN content_hash,
	ADD COLUMN poll_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
	ADD COLUMN state_before text NOT NULL DEFAULT '',
	ADD COLUMN effective_on date;
ALTER TABLE compliance.source_change ALTER COLUMN poll_id DROP DEFAULT;

-- A change is raised once for each tenant. The same content may come, go and come again: each is a change.
ALTER TABLE compliance.event
	DROP CONSTRAINT event_once_key,
	DROP COLUMN natural_key,
	DROP COLUMN content_hash,
	ADD COLUMN change_seq int8,
	ADD COLUMN alert_id uuid,
	ADD COLUMN effective_on date,
	ADD CONSTRAINT event_change_key UNIQUE (tenant_id, source_id, change_seq);
CREATE INDEX event_alert_idx ON compliance.event (tenant_id, alert_id);

-- An alert is what one poll of a source brought a tenant.
ALTER TABLE compliance.alert
	ADD COLUMN source_id uuid,
	ADD COLUMN poll_id uuid,
	ADD COLUMN event_count int4 NOT NULL DEFAULT 1,
	ADD CONSTRAINT alert_poll_key UNIQUE (tenant_id, source_id, poll_id);
GRANT UPDATE ON compliance.alert TO aegis_compliance;
