-- Access of platform administrators to organizations.  The table is the platform's: what the
-- organization itself reads of it is in the statement; what was done under a grant is in its log.
CREATE TABLE tenant.break_glass_grant (
	id uuid PRIMARY KEY,
	organization_id uuid NOT NULL,
	admin_id uuid NOT NULL,
	reason text NOT NULL,
	opened_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	ended_at timestamptz,
	CONSTRAINT grant_time_check CHECK (expires_at > opened_at AND expires_at <= opened_at + interval '4 hours')
);
CREATE INDEX grant_open_idx ON tenant.break_glass_grant (organization_id, admin_id, expires_at DESC);
CREATE INDEX grant_opened_idx ON tenant.break_glass_grant (opened_at DESC, id DESC);
SELECT aegis.open_to('tenant.break_glass_grant', 'SELECT, INSERT, UPDATE');
