CREATE TABLE {schema}.note (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	title text NOT NULL,
	body text NOT NULL,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT note_title_key UNIQUE (tenant_id, title)
);
SELECT aegis.protect('{schema}.note', 'SELECT, INSERT');

CREATE TABLE {schema}.counter (
	tenant_id uuid NOT NULL,
	value bigint NOT NULL,
	PRIMARY KEY (tenant_id)
);
SELECT aegis.protect('{schema}.counter', 'SELECT, INSERT, UPDATE');

-- What arrived as events: one row an effect, so that a doubled one shows.
CREATE TABLE {schema}.seen (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	event_id uuid NOT NULL,
	action text NOT NULL,
	PRIMARY KEY (tenant_id, id)
);
SELECT aegis.protect('{schema}.seen', 'SELECT, INSERT');
