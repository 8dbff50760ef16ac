-- Tables that every service has.  {schema} is its schema and {svc} its name.

-- Events on their way, one row for each subscriber; written with the change they tell of.
CREATE TABLE {schema}.outbox (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	subscriber text NOT NULL,
	seq bigint GENERATED ALWAYS AS IDENTITY,
	topic text NOT NULL,
	payload bytea NOT NULL,
	created_at timestamptz NOT NULL,
	attempts integer NOT NULL DEFAULT 0,
	not_before timestamptz,
	PRIMARY KEY (tenant_id, id, subscriber)
);
CREATE INDEX outbox_queue ON {schema}.outbox (subscriber, tenant_id, seq);
COMMENT ON INDEX {schema}.outbox_queue IS 'across tenants: the relay claims round-robin over tenants';
SELECT aegis.protect('{schema}.outbox', 'SELECT, INSERT');
SELECT aegis.protect_for_relay('{schema}.outbox', 'SELECT, UPDATE, DELETE');

-- Events whose effect is done: inserted with the effect, so a second delivery changes nothing.
CREATE TABLE {schema}.inbox (
	tenant_id uuid NOT NULL,
	consumer text NOT NULL,
	event_id uuid NOT NULL,
	received_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, consumer, event_id)
);
CREATE INDEX inbox_age ON {schema}.inbox (received_at);
COMMENT ON INDEX {schema}.inbox_age IS 'across tenants: the clean-up removes what is old';
SELECT aegis.protect('{schema}.inbox', 'SELECT, INSERT');
SELECT aegis.protect_for_relay('{schema}.inbox', 'SELECT, DELETE');

-- Answers to keyed requests, kept for a day.
CREATE TABLE {schema}.idempotency (
	tenant_id uuid NOT NULL,
	principal_id uuid NOT NULL,
	key text NOT NULL,
	request_hash bytea NOT NULL,
	response bytea NOT NULL,
	created_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, principal_id, key)
);
CREATE INDEX idempotency_age ON {schema}.idempotency (expires_at);
COMMENT ON INDEX {schema}.idempotency_age IS 'across tenants: the clean-up removes what has expired';
SELECT aegis.protect('{schema}.idempotency', 'SELECT, INSERT, UPDATE, DELETE');
SELECT aegis.protect_for_relay('{schema}.idempotency', 'SELECT, DELETE');

-- Work to be done later, once, by whoever holds the lease on the row; fence grows with each claim.
CREATE TABLE {schema}.job (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	kind text NOT NULL,
	payload bytea NOT NULL,
	state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'dead')),
	run_at timestamptz NOT NULL,
	attempts integer NOT NULL DEFAULT 0,
	max_attempts integer NOT NULL,
	leased_until timestamptz,
	fence bigint NOT NULL DEFAULT 0,
	last_error text,
	created_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, id)
);
CREATE INDEX job_queue ON {schema}.job (state, run_at);
COMMENT ON INDEX {schema}.job_queue IS 'across tenants: the worker claims what is due';
SELECT aegis.protect('{schema}.job', 'SELECT, INSERT, UPDATE, DELETE');
SELECT aegis.protect_for_relay('{schema}.job', 'SELECT, UPDATE, DELETE');

-- Work that one replica at a time does; a holder shows its fence with every effect.
CREATE TABLE {schema}.lease (
	name text PRIMARY KEY,
	holder uuid,
	fence bigint NOT NULL DEFAULT 0,
	until timestamptz,
	due_at timestamptz,
	last_status text
);
SELECT aegis.open_to('{schema}.lease', 'SELECT, INSERT, UPDATE, DELETE', 'aegis_{svc}_relay');
SELECT aegis.open_to('{schema}.lease', 'SELECT');

-- A row of a tenant that nobody is: a daemon that can see it refuses to start.
CREATE TABLE {schema}.canary (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	PRIMARY KEY (tenant_id, id)
);
SELECT aegis.protect('{schema}.canary', 'SELECT');
