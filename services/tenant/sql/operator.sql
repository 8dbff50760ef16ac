-- What aegisctl does in the schema of tenant, as aegis_migrator: a throw-away tenant is suspended
-- and resumed by way of the tenant daemon's own job.

-- name: operator_set_status :affected
-- args: status text, now instant
UPDATE tenant.tenant SET status = :status, updated_at = :now, version = version + 1
WHERE tenant_id = :tenant AND deleted_at IS NULL;

-- name: operator_tell_standing :exec
-- args: id uuid, now instant
INSERT INTO tenant.job (tenant_id, id, kind, payload, run_at, max_attempts, created_at)
VALUES (:tenant, :id, 'tell_standing', '', :now, 20, :now);

-- prove-isolation puts people of its own into its throw-away tenant, in every role; the version is auth's epoch.
-- name: operator_put_member :one
-- args: id uuid, email text, role text, now instant
-- row: operator_member (version int8)
INSERT INTO tenant.member AS m (tenant_id, id, email, name, role, created_at, created_by, updated_at, updated_by)
VALUES (:tenant, :id, :email, 'Isolation proof', :role, :now, :id, :now, :id)
ON CONFLICT (tenant_id, id) DO UPDATE
SET role = excluded.role, active = true, deleted_at = NULL, updated_at = excluded.updated_at, version = m.version + 1
RETURNING version;
