-- What the library itself asks of the server.

-- Could the current role evade row-level security, by itself or by a role it may become?  PostgreSQL lets every role
-- give itself settings for its next sessions, a tenant for instance: a role with any is changed.
-- name: role_risk :one
-- row: role_risk (name text, is_superuser bool, bypasses bool, owns_tables bool, is_changed bool)
-- no-tenant
SELECT
	me.rolname AS name,
	bool_or(other.rolsuper) AS is_superuser,
	bool_or(other.rolbypassrls) AS bypasses,
	bool_or(EXISTS (SELECT 1 FROM pg_catalog.pg_class c WHERE c.relowner = other.oid AND c.relkind IN ('r', 'p'))) AS owns_tables,
	EXISTS (SELECT 1 FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_roles r ON r.oid = s.setrole WHERE r.rolname = current_user) AS is_changed
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

-- What the role could do beside its grants: the bootstrap takes all of it from everybody.
-- name: role_reach :one
-- row: role_reach (large_objects bool, temporary_tables bool, other_databases bool, code bool)
-- no-tenant
SELECT
	EXISTS (SELECT 1 FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace
		AND p.proname IN ('lo_create', 'lo_creat', 'lo_from_bytea', 'lo_put', 'lowrite')
		AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE')) AS large_objects,
	pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMPORARY') AS temporary_tables,
	EXISTS (SELECT 1 FROM pg_catalog.pg_database d WHERE d.datname IN ('postgres', 'template1')
		AND pg_catalog.has_database_privilege(d.oid, 'CONNECT')) AS other_databases,
	EXISTS (SELECT 1 FROM pg_catalog.pg_language l WHERE l.lanname = 'plpgsql'
		AND pg_catalog.has_language_privilege(l.oid, 'USAGE')) AS code;

-- name: budget :one
-- row: budget (max_connections int8, reserved int8, in_use int8)
-- no-tenant
SELECT
	(SELECT s.setting::bigint FROM pg_catalog.pg_settings s WHERE s.name = 'max_connections') AS max_connections,
	(SELECT s.setting::bigint FROM pg_catalog.pg_settings s WHERE s.name = 'superuser_reserved_connections') AS reserved,
	(SELECT sum(d.numbackends)::bigint FROM pg_catalog.pg_stat_database d) AS in_use;
