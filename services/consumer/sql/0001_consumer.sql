-- Screening sessions, verification codes, partners and their keys.

-- Published screeners as program handed them out; the hash is that of the bytes.
CREATE TABLE consumer.screener_copy (
	tenant_id uuid NOT NULL,
	content_hash text NOT NULL,
	document bytea NOT NULL,
	created_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, content_hash)
);
SELECT aegis.protect('consumer.screener_copy', 'SELECT, INSERT');

-- The reference tables that a copy names.
CREATE TABLE consumer.table_copy (
	tenant_id uuid NOT NULL,
	content_hash text NOT NULL,
	sha256 text NOT NULL,
	document bytea NOT NULL,
	created_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, content_hash, sha256),
	CONSTRAINT table_copy_screener_fkey FOREIGN KEY (tenant_id, content_hash)
		REFERENCES consumer.screener_copy (tenant_id, content_hash)
);
SELECT aegis.protect('consumer.table_copy', 'SELECT, INSERT');

-- answers is sealed; it is the state after the last change.
CREATE TABLE consumer.session (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	program_id uuid NOT NULL,
	public_id text NOT NULL,
	program_name text NOT NULL,
	screener_version int4 NOT NULL,
	content_hash text NOT NULL,
	locale text NOT NULL,
	device_class text NOT NULL,
	utm_source text NOT NULL,
	status text NOT NULL DEFAULT 'open',
	answers bytea NOT NULL,
	attempts int4 NOT NULL DEFAULT 0,
	outcome text,
	may_issue_code bool NOT NULL DEFAULT false,
	code_issued bool NOT NULL DEFAULT false,
	expires_at timestamptz NOT NULL,
	completed_at timestamptz,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	updated_at timestamptz NOT NULL,
	updated_by uuid NOT NULL,
	version int8 NOT NULL DEFAULT 1,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT session_status_check CHECK (status IN ('open', 'completed')),
	CONSTRAINT session_screener_fkey FOREIGN KEY (tenant_id, content_hash)
		REFERENCES consumer.screener_copy (tenant_id, content_hash)
);
CREATE INDEX session_created_idx ON consumer.session (tenant_id, created_at DESC, id DESC);
SELECT aegis.protect('consumer.session', 'SELECT, INSERT, UPDATE');

-- Which answers changed and when; before holds the old values, sealed.
CREATE TABLE consumer.answer_change (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	session_id uuid NOT NULL,
	attempt int4 NOT NULL,
	items text[] NOT NULL,
	before bytea NOT NULL,
	created_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT answer_change_session_fkey FOREIGN KEY (tenant_id, session_id) REFERENCES consumer.session (tenant_id, id)
);
CREATE INDEX answer_change_session_idx ON consumer.answer_change (tenant_id, session_id, id);
SELECT aegis.protect('consumer.answer_change', 'SELECT, INSERT');

-- One completed evaluation; answers and trace are sealed and never change.
CREATE TABLE consumer.attempt (
	tenant_id uuid NOT NULL,
	session_id uuid NOT NULL,
	number int4 NOT NULL,
	outcome text NOT NULL,
	answers bytea NOT NULL,
	trace bytea NOT NULL,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	PRIMARY KEY (tenant_id, session_id, number),
	CONSTRAINT attempt_session_fkey FOREIGN KEY (tenant_id, session_id) REFERENCES consumer.session (tenant_id, id)
);
SELECT aegis.protect('consumer.attempt', 'SELECT, INSERT');

-- Codes issued so far for each program: raised only while below the program's cap.
CREATE TABLE consumer.budget (
	tenant_id uuid NOT NULL,
	program_id uuid NOT NULL,
	issued int8 NOT NULL,
	updated_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, program_id)
);
SELECT aegis.protect('consumer.budget', 'SELECT, INSERT, UPDATE');

-- code_hash is keyed; the code itself is nowhere.  holder is the partner (or the
-- tenant's own key) that reserved or redeemed it.
CREATE TABLE consumer.code (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	session_id uuid NOT NULL,
	program_id uuid NOT NULL,
	code_hash bytea NOT NULL,
	code_class text NOT NULL,
	status text NOT NULL DEFAULT 'issued',
	holder uuid,
	terminal_id text,
	transaction_id text,
	reserved_until timestamptz,
	redeemed_at timestamptz,
	refusals int4 NOT NULL DEFAULT 0,
	expires_at timestamptz NOT NULL,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	updated_at timestamptz NOT NULL,
	updated_by uuid NOT NULL,
	version int8 NOT NULL DEFAULT 1,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT code_hash_key UNIQUE (tenant_id, code_hash),
	CONSTRAINT code_session_key UNIQUE (tenant_id, session_id),
	CONSTRAINT code_session_fkey FOREIGN KEY (tenant_id, session_id) REFERENCES consumer.session (tenant_id, id),
	CONSTRAINT code_status_check CHECK (status IN ('issued', 'reserved', 'redeemed', 'rolled_back', 'revoked'))
);
SELECT aegis.protect('consumer.code', 'SELECT, INSERT, UPDATE');

-- What was redeemed where; a rolled back redemption keeps its row.
CREATE TABLE consumer.redemption (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	code_id uuid NOT NULL,
	holder uuid NOT NULL,
	key_id uuid NOT NULL,
	terminal_id text NOT NULL,
	transaction_id text NOT NULL,
	rolled_back_at timestamptz,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT redemption_code_fkey FOREIGN KEY (tenant_id, code_id) REFERENCES consumer.code (tenant_id, id)
);
CREATE UNIQUE INDEX redemption_once_key ON consumer.redemption (tenant_id, code_id) WHERE rolled_back_at IS NULL;
CREATE INDEX redemption_day_idx ON consumer.redemption (tenant_id, holder, created_at);
SELECT aegis.protect('consumer.redemption', 'SELECT, INSERT, UPDATE');

-- Well-formed codes that do not exist, counted for each key, terminal and tenant.
CREATE TABLE consumer.guess (
	tenant_id uuid NOT NULL,
	subject text NOT NULL,
	misses int4 NOT NULL,
	window_until timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, subject)
);
SELECT aegis.protect('consumer.guess', 'SELECT, INSERT, UPDATE');

CREATE TABLE consumer.partner (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	name text NOT NULL,
	kind text NOT NULL,
	active bool NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	updated_at timestamptz NOT NULL,
	updated_by uuid NOT NULL,
	deleted_at timestamptz,
	version int8 NOT NULL DEFAULT 1,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT partner_kind_check CHECK (kind IN ('pharmacy', 'retail', 'ecommerce'))
);
CREATE UNIQUE INDEX partner_name_key ON consumer.partner (tenant_id, name) WHERE deleted_at IS NULL;
CREATE INDEX partner_created_idx ON consumer.partner (tenant_id, created_at DESC, id DESC);
SELECT aegis.protect('consumer.partner', 'SELECT, INSERT, UPDATE');

-- secret_hash is that of the key's 160 random bits.
CREATE TABLE consumer.partner_key (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	partner_id uuid NOT NULL,
	name text NOT NULL,
	live bool NOT NULL,
	scopes text[] NOT NULL,
	secret_hash bytea NOT NULL,
	expires_at timestamptz,
	revoked_at timestamptz,
	last_used_at timestamptz,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	updated_at timestamptz NOT NULL,
	updated_by uuid NOT NULL,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT partner_key_partner_fkey FOREIGN KEY (tenant_id, partner_id) REFERENCES consumer.partner (tenant_id, id)
);
CREATE INDEX partner_key_partner_idx ON consumer.partner_key (tenant_id, partner_id, created_at);
SELECT aegis.protect('consumer.partner_key', 'SELECT, INSERT, UPDATE');
