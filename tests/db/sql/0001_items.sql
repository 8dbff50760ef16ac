-- Tables of the tests of libcommon/db.
CREATE TABLE {schema}.item (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	name text NOT NULL,
	n bigint NOT NULL DEFAULT 0 CONSTRAINT item_n_check CHECK (n >= 0),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT item_name_key UNIQUE (tenant_id, name)
);
SELECT aegis.protect('{schema}.item', 'SELECT, INSERT, UPDATE, DELETE');
SELECT aegis.protect_for_relay('{schema}.item', 'SELECT');

CREATE TABLE {schema}.every_type (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	t text, i4 integer, i8 bigint, b boolean, at timestamptz, d date, raw bytea, doc jsonb,
	texts text[], ids uuid[], other uuid,
	numbers bigint[], ats timestamptz[], blobs bytea[],
	PRIMARY KEY (tenant_id, id)
);
SELECT aegis.protect('{schema}.every_type', 'SELECT, INSERT');
