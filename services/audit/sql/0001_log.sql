-- The audit log.  Entries are never changed: no grant allows it and a trigger
-- refuses it even to the owner.

CREATE TABLE audit.entry (
	tenant_id uuid NOT NULL,
	idx int8 NOT NULL,
	event_id uuid NOT NULL,
	occurred_at timestamptz NOT NULL,
	recorded_at timestamptz NOT NULL,
	source text NOT NULL,
	actor_kind text NOT NULL,
	actor_id uuid,
	actor_label text NOT NULL,
	action text NOT NULL,
	target_kind text NOT NULL,
	target_id uuid,
	target_version int8 NOT NULL,
	before bytea,
	after bytea,
	outcome text NOT NULL,
	request_id text NOT NULL,
	address text NOT NULL,
	user_agent text NOT NULL,
	leaf bytea NOT NULL,
	leaf_hash bytea NOT NULL,
	PRIMARY KEY (tenant_id, idx),
	CONSTRAINT entry_event_key UNIQUE (tenant_id, event_id),
	CONSTRAINT entry_hash_check CHECK (length(leaf_hash) = 32)
);
CREATE INDEX entry_action_idx ON audit.entry (tenant_id, action, idx DESC);
CREATE INDEX entry_target_idx ON audit.entry (tenant_id, target_id, idx DESC);
CREATE INDEX entry_actor_idx ON audit.entry (tenant_id, actor_id, idx DESC);
SELECT aegis.protect('audit.entry', 'SELECT, INSERT');

-- Roots of complete tiles of 256, 65,536 … entries: what proofs start from.
CREATE TABLE audit.node (
	tenant_id uuid NOT NULL,
	height int4 NOT NULL,
	idx int8 NOT NULL,
	hash bytea NOT NULL,
	PRIMARY KEY (tenant_id, height, idx)
);
SELECT aegis.protect('audit.node', 'SELECT, INSERT');

-- The right edge of each log's tree; its row lock orders the log.
CREATE TABLE audit.log (
	tenant_id uuid NOT NULL,
	size int8 NOT NULL,
	frontier bytea NOT NULL,
	root bytea NOT NULL,
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id)
);
SELECT aegis.protect('audit.log', 'SELECT, INSERT, UPDATE');
SELECT aegis.protect_for_relay('audit.log', 'SELECT');

CREATE TABLE audit.checkpoint (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	size int8 NOT NULL,
	root bytea NOT NULL,
	note text NOT NULL,
	created_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, id)
);
CREATE INDEX checkpoint_created_idx ON audit.checkpoint (tenant_id, created_at DESC, id DESC);
SELECT aegis.protect('audit.checkpoint', 'SELECT, INSERT');

CREATE TABLE audit.export (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	size int8 NOT NULL,
	root bytea NOT NULL,
	note text NOT NULL,
	purpose text NOT NULL,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	PRIMARY KEY (tenant_id, id)
);
SELECT aegis.protect('audit.export', 'SELECT, INSERT');

CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER entry_is_append_only BEFORE UPDATE OR DELETE ON audit.entry
	FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER entry_is_never_truncated BEFORE TRUNCATE ON audit.entry
	FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER node_is_append_only BEFORE UPDATE OR DELETE ON audit.node
	FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER checkpoint_is_append_only BEFORE UPDATE OR DELETE ON audit.checkpoint
	FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
