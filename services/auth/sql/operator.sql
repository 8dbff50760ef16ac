-- What aegisctl does in the schema of auth, as aegis_migrator.

-- name: insert_admin_invitation :exec
-- args: id uuid, email text, name text, hash bytes, expires_at instant, now instant
-- no-tenant
INSERT INTO auth.admin_invitation (id, email, name, hash, created_at, expires_at)
VALUES (:id, :email, :name, :hash, :now, :expires_at);

-- name: insert_operator_event :exec
-- args: id uuid, subscriber text, topic text, payload bytes, now instant
INSERT INTO auth.outbox (tenant_id, id, subscriber, topic, payload, created_at, not_before)
VALUES (:tenant, :id, :subscriber, :topic, :payload, :now, :now);

-- Some calls ask for a confirmed address, and nobody reads the mail of the people of prove-isolation.
-- name: operator_confirm_address :affected
-- args: account uuid, now instant
-- no-tenant
UPDATE auth.account SET email_verified_at = :now, updated_at = :now WHERE id = :account;

-- The copy of a membership that prove-isolation wrote in the schema of tenant; it is the newer one.
-- name: operator_put_membership :affected
-- args: account uuid, organization uuid, role text, permissions text[], epoch int8, now instant
-- no-tenant
INSERT INTO auth.membership AS m (account_id, organization_id, role, permissions, epoch, active, changed_at)
VALUES (:account, :organization, :role, :permissions, :epoch, true, :now)
ON CONFLICT (account_id, organization_id) DO UPDATE
SET role = excluded.role, permissions = excluded.permissions, epoch = excluded.epoch, active = true,
	changed_at = excluded.changed_at
WHERE m.epoch < excluded.epoch;
