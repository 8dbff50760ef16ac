-- Statements over all tenants, run as aegis_compliance_relay.

-- name: subscriptions_behind :many
-- row: behind (tenant_id uuid, id uuid)
-- all-tenants
SELECT s.tenant_id, s.id FROM compliance.subscription s
WHERE EXISTS (SELECT FROM compliance.source_change c WHERE c.source_id = s.source_id AND c.seq > s.last_seq)
ORDER BY s.tenant_id, s.id LIMIT 1000;
