-- Attempts are counted for a person where the program names one, and days are those of the program's time zone.

-- Somebody who takes the screeners of a program.  key_hash is a keyed hash of an e-mail address
-- or of a partner's reference; the text itself is stored nowhere.
CREATE TABLE consumer.person (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	program_id uuid NOT NULL,
	key_hash bytea NOT NULL,
	created_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT person_key UNIQUE (tenant_id, program_id, key_hash)
);
SELECT aegis.protect('consumer.person', 'SELECT, INSERT, UPDATE');

-- A session that began before this file, or on a replica of the version before, counts its days in UTC and has no person.
ALTER TABLE consumer.session ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC';
ALTER TABLE consumer.session ADD COLUMN person_id uuid;
ALTER TABLE consumer.session ADD CONSTRAINT session_person_fkey
	FOREIGN KEY (tenant_id, person_id) REFERENCES consumer.person (tenant_id, id);
CREATE INDEX session_person_idx ON consumer.session (tenant_id, person_id) WHERE person_id IS NOT NULL;

-- The day that an attempt was evaluated on.  NULL: the day in UTC on which its session began.
ALTER TABLE consumer.attempt ADD COLUMN as_of date;
-- Was the attempt ended on purpose while required questions were open?
ALTER TABLE consumer.attempt ADD COLUMN unfinished bool NOT NULL DEFAULT false;
