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
