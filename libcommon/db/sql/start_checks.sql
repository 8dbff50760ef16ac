-- What a daemon asks of its own schema before it serves.

-- The canary is deliberately looked for without a condition: row-level security alone must hide it.
-- name: canaries :one
-- row: canary_count (n int8)
-- all-tenants
SELECT count(*) AS n FROM canary;

-- name: applied_migrations :many
-- row: applied (version int4, name text, checksum text)
-- no-tenant
SELECT version, name, checksum FROM schema_version WHERE NOT is_common ORDER BY version;
