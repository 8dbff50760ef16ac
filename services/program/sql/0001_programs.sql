-- Drug programs, their screeners, and what screeners are made with.

CREATE TABLE program.program (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	public_id text NOT NULL,
	name text NOT NULL,
	drug text NOT NULL,
	sponsor text NOT NULL,
	description text NOT NULL,
	status text NOT NULL DEFAULT 'draft',
	states text[] NOT NULL,
	starts_on date,
	ends_on date,
	code_budget int4,
	last_version int4 NOT NULL DEFAULT 0,
	published_version int4 NOT NULL DEFAULT 0,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	updated_at timestamptz NOT NULL,
	updated_by uuid NOT NULL,
	deleted_at timestamptz,
	version int8 NOT NULL DEFAULT 1,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT program_public_key UNIQUE (tenant_id, public_id),
	CONSTRAINT program_status_check CHECK (status IN ('draft', 'active', 'paused', 'ended')),
	CONSTRAINT program_dates_check CHECK (ends_on >= starts_on)
);
CREATE INDEX program_created_idx ON program.program (tenant_id, created_at DESC, id DESC);
SELECT aegis.protect('program.program', 'SELECT, INSERT, UPDATE');

-- Which program a public id means: read before any tenant is known.
CREATE TABLE program.directory (
	public_id text NOT NULL PRIMARY KEY,
	owner_id uuid NOT NULL,
	program_id uuid NOT NULL
);
SELECT aegis.open_to('program.directory', 'SELECT, INSERT');

CREATE TABLE program.screener_draft (
	tenant_id uuid NOT NULL,
	program_id uuid NOT NULL,
	screener_version int4 NOT NULL,
	document bytea NOT NULL,
	revision int8 NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	updated_at timestamptz NOT NULL,
	updated_by uuid NOT NULL,
	PRIMARY KEY (tenant_id, program_id, screener_version),
	CONSTRAINT screener_draft_program_fkey FOREIGN KEY (tenant_id, program_id) REFERENCES program.program
);
SELECT aegis.protect('program.screener_draft', 'SELECT, INSERT, UPDATE, DELETE');

-- Immutable: no role may update or delete, and a trigger refuses it to the owner too.
CREATE TABLE program.screener_version (
	tenant_id uuid NOT NULL,
	program_id uuid NOT NULL,
	screener_version int4 NOT NULL,
	number int8 NOT NULL,
	slug text NOT NULL,
	document bytea NOT NULL,
	content_hash text NOT NULL,
	previous_hash text NOT NULL,
	statement_hash text NOT NULL,
	signature bytea NOT NULL,
	public_key bytea NOT NULL,
	published_at timestamptz NOT NULL,
	published_by uuid NOT NULL,
	PRIMARY KEY (tenant_id, program_id, screener_version),
	CONSTRAINT screener_version_number_key UNIQUE (tenant_id, program_id, number),
	CONSTRAINT screener_version_program_fkey FOREIGN KEY (tenant_id, program_id) REFERENCES program.program
);
CREATE INDEX screener_version_hash_idx ON program.screener_version (tenant_id, program_id, content_hash);
SELECT aegis.protect('program.screener_version', 'SELECT, INSERT');

CREATE FUNCTION program.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'published screeners are immutable' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER screener_version_is_immutable BEFORE UPDATE OR DELETE ON program.screener_version
	FOR EACH ROW EXECUTE FUNCTION program.refuse_change();

-- What became of a version after its publication.
CREATE TABLE program.screener_status (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	program_id uuid NOT NULL,
	screener_version int4 NOT NULL,
	status text NOT NULL,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT screener_status_key UNIQUE (tenant_id, program_id, screener_version, status),
	CONSTRAINT screener_status_check CHECK (status IN ('published', 'retired'))
);
SELECT aegis.protect('program.screener_status', 'SELECT, INSERT');

CREATE TABLE program.publish_key (
	tenant_id uuid NOT NULL,
	kek text NOT NULL,
	public_key bytea NOT NULL,
	sealed bytea NOT NULL,
	created_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id)
);
SELECT aegis.protect('program.publish_key', 'SELECT, INSERT');

-- Kept byte for byte: a screener names a table by the hash of its bytes.
CREATE TABLE program.reference_table (
	tenant_id uuid NOT NULL,
	sha256 text NOT NULL,
	name text NOT NULL,
	document bytea NOT NULL,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	PRIMARY KEY (tenant_id, sha256)
);
SELECT aegis.protect('program.reference_table', 'SELECT, INSERT');
