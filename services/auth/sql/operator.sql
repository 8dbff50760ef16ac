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
