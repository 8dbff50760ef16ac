-- What codes that are out are held against: their program, recalls, roll-backs that came first.

-- What program last said of a program; a code whose program has no row here is not taken before program was asked.
CREATE TABLE consumer.program (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	program_version int8 NOT NULL,
	status text NOT NULL,
	begins_at timestamptz,
	ends_at timestamptz,
	redeem_when_paused bool NOT NULL,
	redeem_after_end bool NOT NULL,
	last_version int4 NOT NULL,
	updated_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, id)
);
SELECT aegis.protect('consumer.program', 'SELECT, INSERT, UPDATE');

-- One expression, so that the planner puts it into the statement that calls it.
CREATE FUNCTION consumer.redeems(p consumer.program, at timestamptz) RETURNS bool LANGUAGE sql IMMUTABLE AS $$
	SELECT (p.begins_at IS NULL OR p.begins_at <= at)
		AND (p.status = 'active' OR (p.status = 'paused' AND p.redeem_when_paused)
			OR (p.status = 'ended' AND p.redeem_after_end))
		AND (p.ends_at IS NULL OR p.ends_at > at OR p.redeem_after_end)
$$;

-- No code of the program, or of one version of its screener (0: of any), is taken any more.  Never undone.
CREATE TABLE consumer.recall (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	program_id uuid NOT NULL,
	screener_version int4 NOT NULL,
	reason text NOT NULL,
	codes_voided int8 NOT NULL DEFAULT 0,
	completed_at timestamptz,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT recall_scope_key UNIQUE (tenant_id, program_id, screener_version)
);
SELECT aegis.protect('consumer.recall', 'SELECT, INSERT, UPDATE');

-- screener_version is NULL in rows that an older replica writes: their session has it.
-- undone has "<holder> <transaction>" of every roll-back, also of one that overtook its redemption.
ALTER TABLE consumer.code
	ADD COLUMN screener_version int4,
	ADD COLUMN undone text[] NOT NULL DEFAULT '{}',
	ADD COLUMN void_reason text,
	ADD COLUMN voided_at timestamptz,
	ADD COLUMN voided_by uuid,
	ADD COLUMN replaces uuid,
	ADD COLUMN replaced_by uuid,
	DROP CONSTRAINT code_status_check,
	ADD CONSTRAINT code_status_check CHECK (status IN ('issued', 'reserved', 'redeemed', 'rolled_back', 'voided')),
	DROP CONSTRAINT code_session_key;
-- A code that was issued again stays beside the one that took its place.
CREATE UNIQUE INDEX code_session_key ON consumer.code (tenant_id, session_id) WHERE replaced_by IS NULL;
CREATE INDEX code_program_idx ON consumer.code (tenant_id, program_id, id);
