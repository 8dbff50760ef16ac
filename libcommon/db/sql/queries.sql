-- What the library itself asks of the server.

-- Could the current role evade row-level security, by itself or by a role it may become?
-- name: role_risk :one
-- row: role_risk (name text, is_superuser bool, bypasses bool, owns_tables bool)
-- no-tenant
SELECT
	me.rolname AS name,
	bool_or(other.rolsuper) AS is_superuser,
	bool_or(other.rolbypassrls) AS bypasses,
	bool_or(EXISTS (SELECT 1 FROM pg_catalog.pg_class c WHERE c.relowner = other.oid AND c.relkind IN ('r', 'p'))) AS owns_tables
FROM pg_catalog.pg_roles me
JOIN pg_catalog.pg_roles other ON pg_catalog.pg_has_role(me.oid, other.oid, 'MEMBER')
WHERE me.rolname = current_user
GROUP BY me.rolname;

-- Tables of the schema with a tenant_id that row-level security does not guard, even against their owner.
-- name: unprotected_tables :many
-- args: schema text
-- row: table_name (name text)
-- no-tenant
SELECT c.relname AS name
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace
WHERE s.nspname = :schema AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
	AND EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
ORDER BY c.relname;

-- name: budget :one
-- row: budget (max_connections int8, reserved int8, in_use int8)
-- no-tenant
SELECT
	(SELECT s.setting::bigint FROM pg_catalog.pg_settings s WHERE s.name = 'max_connections') AS max_connections,
	(SELECT s.setting::bigint FROM pg_catalog.pg_settings s WHERE s.name = 'superuser_reserved_connections') AS reserved,
	(SELECT sum(d.numbackends)::bigint FROM pg_catalog.pg_stat_database d) AS in_use;
