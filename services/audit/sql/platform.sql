-- Statements over all logs, run as aegis_audit_relay.

-- For the hourly checkpoints, as the relay's role.
-- name: logged_tenants :many
-- row: logged_tenant (tenant_id uuid)
-- all-tenants
SELECT tenant_id FROM audit.log ORDER BY tenant_id;
