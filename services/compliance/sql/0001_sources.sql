-- Public sources and what changed in them: the platform's, no tenant in it.

CREATE TABLE compliance.source (
	id uuid NOT NULL PRIMARY KEY,
	name text NOT NULL,
	kind text NOT NULL,
	url text NOT NULL,
	interval_seconds int4 NOT NULL,
	state text NOT NULL DEFAULT 'never',
	etag text NOT NULL DEFAULT '',
	last_modified text NOT NULL DEFAULT '',
	sha256 text NOT NULL DEFAULT '',
	rows int4 NOT NULL DEFAULT 0,
	last_error text NOT NULL DEFAULT '',
	last_attempt_at timestamptz,
	last_success_at timestamptz,
	sync_until timestamptz,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	CONSTRAINT source_name_key UNIQUE (name)
);
SELECT aegis.open_to('compliance.source', 'SELECT, INSERT, UPDATE');

-- The rows as they stood in the newest file.
CREATE TABLE compliance.source_row (
	source_id uuid NOT NULL REFERENCES compliance.source,
	natural_key text COLLATE "C" NOT NULL,
	row_hash text NOT NULL,
	columns jsonb NOT NULL,
	PRIMARY KEY (source_id, natural_key)
);
SELECT aegis.open_to('compliance.source_row', 'SELECT, INSERT, UPDATE, DELETE');

-- Every change ever seen, in order; subscriptions read behind their cursor.
CREATE TABLE compliance.source_change (
	seq int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	source_id uuid NOT NULL REFERENCES compliance.source,
	type text NOT NULL,
	priority text NOT NULL,
	natural_key text NOT NULL,
	content_hash text NOT NULL,
	title text NOT NULL,
	state text NOT NULL,
	columns jsonb NOT NULL,
	created_at timestamptz NOT NULL
);
CREATE INDEX source_change_idx ON compliance.source_change (source_id, seq);
SELECT aegis.open_to('compliance.source_change', 'SELECT, INSERT');
SELECT aegis.open_to('compliance.source_change', 'SELECT', 'aegis_compliance_relay');

CREATE TABLE compliance.subscription (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	source_id uuid NOT NULL,
	states text[] NOT NULL,
	last_seq int8 NOT NULL,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	updated_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT subscription_source_key UNIQUE (tenant_id, source_id)
);
SELECT aegis.protect('compliance.subscription', 'SELECT, INSERT, UPDATE, DELETE');
SELECT aegis.protect_for_relay('compliance.subscription', 'SELECT');

CREATE TABLE compliance.event (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	source_id uuid NOT NULL,
	type text NOT NULL,
	natural_key text NOT NULL,
	content_hash text NOT NULL,
	priority text NOT NULL,
	title text NOT NULL,
	metadata jsonb NOT NULL,
	status text NOT NULL DEFAULT 'active',
	note text NOT NULL DEFAULT '',
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	updated_by uuid,
	acknowledged_at timestamptz,
	resolved_at timestamptz,
	version int8 NOT NULL DEFAULT 1,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT event_once_key UNIQUE (tenant_id, source_id, natural_key, content_hash, type),
	CONSTRAINT event_status_check CHECK (status IN ('active', 'acknowledged', 'resolved'))
);
CREATE INDEX event_created_idx ON compliance.event (tenant_id, created_at DESC, id DESC);
SELECT aegis.protect('compliance.event', 'SELECT, INSERT, UPDATE');

CREATE TABLE compliance.alert (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	event_id uuid NOT NULL,
	channel text NOT NULL,
	created_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT alert_event_fkey FOREIGN KEY (tenant_id, event_id) REFERENCES compliance.event
);
CREATE INDEX alert_created_idx ON compliance.alert (tenant_id, created_at DESC, id DESC);
SELECT aegis.protect('compliance.alert', 'SELECT, INSERT');
