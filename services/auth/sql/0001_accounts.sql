-- People and how they sign in.  All of it is global: one person may belong to
-- several organizations, and signing in comes before a tenant is known.  So no
-- column is called tenant_id: what row-level security guards is elsewhere.

CREATE TABLE auth.account (
	id uuid PRIMARY KEY,
	email text NOT NULL,
	name text NOT NULL,
	state text NOT NULL,
	is_platform_admin bool NOT NULL DEFAULT false,
	email_verified_at timestamptz,
	last_organization uuid,
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	CONSTRAINT account_email_key UNIQUE (email),
	CONSTRAINT account_state_check CHECK (state IN ('pending', 'active'))
);
SELECT aegis.open_to('auth.account', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE auth.credential (
	account_id uuid PRIMARY KEY REFERENCES auth.account (id) ON DELETE CASCADE,
	hash text NOT NULL,
	pepper_kid text,
	updated_at timestamptz NOT NULL
);
SELECT aegis.open_to('auth.credential', 'SELECT, INSERT, UPDATE');

-- A registration under way: what is needed to finish it or to take it back.
CREATE TABLE auth.registration (
	account_id uuid PRIMARY KEY REFERENCES auth.account (id) ON DELETE CASCADE,
	organization_id uuid NOT NULL UNIQUE,
	organization_name text NOT NULL,
	organization_kind text NOT NULL,
	locale text NOT NULL,
	started_at timestamptz NOT NULL
);
SELECT aegis.open_to('auth.registration', 'SELECT, INSERT, DELETE');

CREATE TABLE auth.organization (
	id uuid PRIMARY KEY,
	name text NOT NULL
);
SELECT aegis.open_to('auth.organization', 'SELECT, INSERT');

-- What tokens are made from; tenant decides it, a greater epoch replaces a lesser one.
CREATE TABLE auth.membership (
	account_id uuid NOT NULL REFERENCES auth.account (id) ON DELETE CASCADE,
	organization_id uuid NOT NULL,
	role text NOT NULL,
	permissions text[] NOT NULL,
	epoch int8 NOT NULL,
	active bool NOT NULL,
	changed_at timestamptz NOT NULL,
	PRIMARY KEY (account_id, organization_id)
);
SELECT aegis.open_to('auth.membership', 'SELECT, INSERT, UPDATE');

-- organization_id is NULL for platform administrators.  generation numbers the refresh tokens.
CREATE TABLE auth.session (
	id uuid PRIMARY KEY,
	account_id uuid NOT NULL REFERENCES auth.account (id) ON DELETE CASCADE,
	organization_id uuid,
	generation int8 NOT NULL DEFAULT 0,
	rotated_at timestamptz NOT NULL,
	user_agent text NOT NULL,
	address text NOT NULL,
	created_at timestamptz NOT NULL,
	last_seen_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	absolute_at timestamptz NOT NULL,
	ended_at timestamptz,
	end_reason text
);
CREATE INDEX session_account_idx ON auth.session (account_id, created_at DESC);
CREATE INDEX session_expiry_idx ON auth.session (expires_at);
SELECT aegis.open_to('auth.session', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE auth.email_token (
	id uuid PRIMARY KEY,
	account_id uuid NOT NULL REFERENCES auth.account (id) ON DELETE CASCADE,
	hash bytea NOT NULL,
	expires_at timestamptz NOT NULL,
	used_at timestamptz
);
CREATE INDEX email_token_expiry_idx ON auth.email_token (expires_at);
SELECT aegis.open_to('auth.email_token', 'SELECT, INSERT, UPDATE, DELETE');

-- Written by aegisctl admin create.
CREATE TABLE auth.admin_invitation (
	id uuid PRIMARY KEY,
	email text NOT NULL,
	name text NOT NULL,
	hash bytea NOT NULL,
	created_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	accepted_at timestamptz
);
SELECT aegis.open_to('auth.admin_invitation', 'SELECT, UPDATE, DELETE');

-- Attempts to sign in, counted by a keyed hash of the address, so that an address
-- nobody has (or a password typed into the wrong field) is not kept in clear.
CREATE TABLE auth.login_lane (
	key bytea PRIMARY KEY,
	failures int4 NOT NULL,
	touched_at timestamptz NOT NULL,
	locked_until timestamptz
);
CREATE INDEX login_lane_age_idx ON auth.login_lane (touched_at);
SELECT aegis.open_to('auth.login_lane', 'SELECT, INSERT, UPDATE, DELETE');

-- Networks from which a person has signed in: they keep a lane of their own.
CREATE TABLE auth.known_network (
	account_id uuid NOT NULL REFERENCES auth.account (id) ON DELETE CASCADE,
	network text NOT NULL,
	seen_at timestamptz NOT NULL,
	PRIMARY KEY (account_id, network)
);
CREATE INDEX known_network_age_idx ON auth.known_network (seen_at);
SELECT aegis.open_to('auth.known_network', 'SELECT, INSERT, UPDATE, DELETE');
