-- Tenants, their members and settings.

CREATE TABLE tenant.tenant (
	tenant_id uuid NOT NULL,
	name text NOT NULL,
	kind text NOT NULL,
	status text NOT NULL DEFAULT 'active',
	tier text NOT NULL DEFAULT 'basic',
	time_zone text NOT NULL DEFAULT 'UTC',
	locale text NOT NULL DEFAULT 'en-US',
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	updated_at timestamptz NOT NULL,
	updated_by uuid NOT NULL,
	deleted_at timestamptz,
	version int8 NOT NULL DEFAULT 1,
	PRIMARY KEY (tenant_id),
	CONSTRAINT tenant_kind_check CHECK (kind IN ('pharma', 'clinic', 'facility')),
	CONSTRAINT tenant_status_check CHECK (status IN ('active', 'suspended', 'closing')),
	CONSTRAINT tenant_tier_check CHECK (tier IN ('basic', 'premium', 'enterprise'))
);
SELECT aegis.protect('tenant.tenant', 'SELECT, INSERT, UPDATE');

-- id is the user's id, the same in auth.
CREATE TABLE tenant.member (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	email text NOT NULL,
	name text NOT NULL,
	role text NOT NULL,
	active bool NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	updated_at timestamptz NOT NULL,
	updated_by uuid NOT NULL,
	deleted_at timestamptz,
	version int8 NOT NULL DEFAULT 1,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT member_email_key UNIQUE (tenant_id, email)
);
CREATE INDEX member_created_idx ON tenant.member (tenant_id, created_at DESC, id DESC);
SELECT aegis.protect('tenant.member', 'SELECT, INSERT, UPDATE');

CREATE TABLE tenant.settings (
	tenant_id uuid NOT NULL,
	session_idle_minutes int4 NOT NULL DEFAULT 0,
	require_mfa bool NOT NULL DEFAULT false,
	alert_emails text[] NOT NULL DEFAULT '{}',
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	updated_at timestamptz NOT NULL,
	updated_by uuid NOT NULL,
	version int8 NOT NULL DEFAULT 1,
	PRIMARY KEY (tenant_id)
);
SELECT aegis.protect('tenant.settings', 'SELECT, INSERT, UPDATE');

-- What a platform administrator may see of all tenants; no tenant's own data.
CREATE TABLE tenant.directory (
	id uuid NOT NULL PRIMARY KEY,
	name text NOT NULL,
	kind text NOT NULL,
	status text NOT NULL,
	tier text NOT NULL,
	created_at timestamptz NOT NULL
);
CREATE INDEX directory_created_idx ON tenant.directory (created_at DESC, id DESC);
SELECT aegis.open_to('tenant.directory', 'SELECT, INSERT, UPDATE, DELETE');
