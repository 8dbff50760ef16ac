-- What the attempts of one consumer are counted by: each session alone, or what StartSession names.
ALTER TABLE program.program ADD COLUMN attempts_by text NOT NULL DEFAULT 'session';
ALTER TABLE program.program ADD CONSTRAINT program_attempts_by_check CHECK (attempts_by IN ('session', 'email', 'reference'));

-- A program is found by its id as well as by its public id.
CREATE UNIQUE INDEX directory_program_key ON program.directory (program_id);

-- A second person's word that this very revision of a draft may be published although the proof of its safety is open.
CREATE TABLE program.safety_acceptance (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	program_id uuid NOT NULL,
	screener_version int4 NOT NULL,
	revision int8 NOT NULL,
	content_hash text NOT NULL,
	questions text[] NOT NULL,
	reason text NOT NULL,
	record_hash text NOT NULL,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT safety_acceptance_key UNIQUE (tenant_id, program_id, screener_version, revision, created_by),
	CONSTRAINT safety_acceptance_program_fkey FOREIGN KEY (tenant_id, program_id) REFERENCES program.program
);
SELECT aegis.protect('program.safety_acceptance', 'SELECT, INSERT');
CREATE TRIGGER safety_acceptance_is_immutable BEFORE UPDATE OR DELETE ON program.safety_acceptance
	FOR EACH ROW EXECUTE FUNCTION program.refuse_change();

-- The acceptance that a version was published with; NULL when its safety was proven, or the version is older than acceptances.
ALTER TABLE program.screener_version ADD COLUMN acceptance_id uuid;
ALTER TABLE program.screener_version ADD CONSTRAINT screener_version_acceptance_fkey
	FOREIGN KEY (tenant_id, acceptance_id) REFERENCES program.safety_acceptance (tenant_id, id);
