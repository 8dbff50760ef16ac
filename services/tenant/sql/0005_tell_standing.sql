-- runs-as: migrator
-- Tenants that were suspended before anybody obeyed it: the daemons are told once.
INSERT INTO tenant.job (tenant_id, id, kind, payload, run_at, max_attempts, created_at)
SELECT tenant_id, gen_random_uuid(), 'tell_standing', '', now(), 1000000, now()
FROM tenant.tenant WHERE status <> 'active' AND deleted_at IS NULL;
