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

-- The account of an address, and the organization whose audit log tells of what happens to the account.
-- name: operator_account :opt
-- args: email text
-- row: operator_account (id uuid, state text, email_verified_at instant?, organization_id uuid?)
-- no-tenant
SELECT a.id, a.state, a.email_verified_at,
	(SELECT m.organization_id FROM auth.membership m WHERE m.account_id = a.id AND m.active
		ORDER BY m.organization_id IS NOT DISTINCT FROM a.last_organization DESC, m.organization_id LIMIT 1) AS organization_id
FROM auth.account a WHERE a.email = :email;

-- No row was changed when the address had been confirmed before, or the registration expired in between.
-- name: operator_confirm :affected
-- args: id uuid, now instant
-- no-tenant
UPDATE auth.account SET email_verified_at = :now, expires_at = NULL, updated_at = :now
WHERE id = :id AND email_verified_at IS NULL AND state = 'active';

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
