-- May a tenant act?  What the tenant daemon said last, by version; no row: it may.  id is the
-- tenant's.  The table belongs to no tenant, as signing in, public programs and the scheduler ask
-- before there is one.
CREATE TABLE {schema}.standing (
	id uuid PRIMARY KEY,
	status text NOT NULL,
	version bigint NOT NULL,
	changed_at timestamptz NOT NULL
);
CREATE INDEX standing_held ON {schema}.standing (id) WHERE status <> 'active';
SELECT aegis.open_to('{schema}.standing', 'SELECT, INSERT, UPDATE');
SELECT aegis.open_to('{schema}.standing', 'SELECT', 'aegis_{svc}_relay');
