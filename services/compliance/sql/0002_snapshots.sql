-- What was taken and when, and when a source is asked next.

CREATE TABLE compliance.source_snapshot (
	id uuid NOT NULL PRIMARY KEY,
	source_id uuid NOT NULL REFERENCES compliance.source,
	sha256 text NOT NULL,
	canonical_hash text NOT NULL,
	rows int4 NOT NULL,
	bytes int8 NOT NULL,
	taken_at timestamptz NOT NULL
);
CREATE INDEX source_snapshot_idx ON compliance.source_snapshot (source_id, taken_at);
SELECT aegis.open_to('compliance.source_snapshot', 'SELECT, INSERT');

ALTER TABLE compliance.source
	ADD COLUMN failures int4 NOT NULL DEFAULT 0,
	ADD COLUMN due_at timestamptz NOT NULL DEFAULT 'epoch';
