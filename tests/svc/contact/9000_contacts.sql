CREATE TABLE tenant.contact (
	tenant_id uuid NOT NULL,
	id uuid NOT NULL,
	topic text NOT NULL,
	name text NOT NULL,
	phone text NOT NULL,
	created_at timestamptz NOT NULL,
	created_by uuid NOT NULL,
	updated_at timestamptz NOT NULL,
	updated_by uuid NOT NULL,
	version int8 NOT NULL DEFAULT 1,
	PRIMARY KEY (tenant_id, id)
);
CREATE INDEX contact_created_idx ON tenant.contact (tenant_id, created_at DESC, id DESC);
SELECT aegis.protect('tenant.contact', 'SELECT, INSERT, UPDATE, DELETE');
