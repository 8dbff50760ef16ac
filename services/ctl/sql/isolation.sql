-- What aegisctl prove-isolation asks of the catalogue, as aegis_migrator.  Names and classes are the lines
-- of proto/manifest/tables.txt, services the schemas of the build.

-- Every rule with the offenders against it, one row each in words; a rule that all follow has one row without.
-- name: isolation_rules :many
-- args: names text[], classes text[], services text[]
-- row: isolation_rule (rule int4, title text, offender text?)
-- no-tenant
WITH manifest AS (
	SELECT m.name, m.class FROM unnest(:names, :classes) AS m (name, class)
), service AS (
	SELECT s.name FROM unnest(:services) AS s (name)
), tables AS (
	SELECT c.oid, n.nspname, n.nspname || '.' || c.relname AS name, c.relrowsecurity, c.relforcerowsecurity, c.relowner, c.relacl,
		c.relispartition, m.class, c.relispartition OR coalesce(m.class = 'tenant', false) AS is_tenants
	FROM pg_class c
	JOIN pg_namespace n ON n.oid = c.relnamespace
	JOIN service s ON s.name = n.nspname
	LEFT JOIN manifest m ON m.name = n.nspname || '.' || c.relname
	WHERE c.relkind IN ('r', 'p')
), grants AS (
	SELECT t.oid, t.name, t.is_tenants, t.relispartition, a.grantee, r.rolname, a.privilege_type
	FROM tables t CROSS JOIN LATERAL aclexplode(t.relacl) a
	LEFT JOIN pg_roles r ON r.oid = a.grantee
	WHERE a.grantee <> t.relowner
	UNION
	SELECT t.oid, t.name, t.is_tenants, t.relispartition, a.grantee, r.rolname, a.privilege_type
	FROM tables t
	JOIN pg_attribute c ON c.attrelid = t.oid AND NOT c.attisdropped
	CROSS JOIN LATERAL aclexplode(c.attacl) a
	LEFT JOIN pg_roles r ON r.oid = a.grantee
	WHERE a.grantee <> t.relowner
), mine AS (
	SELECT '(tenant_id = ( SELECT (NULLIF(current_setting(''app.current_tenant_id''::text, true), ''''::text))::uuid AS "nullif"))'
		AS condition
), daemon AS (
	SELECT r.oid, r.rolname, s.name AS service
	FROM pg_roles r
	JOIN service s ON r.rolname = 'aegis_' || s.name OR starts_with(r.rolname, 'aegis_' || s.name || '_')
), rule (id, title) AS (
	VALUES
		(1, 'the manifest lists every table'),
		(2, 'every table of the manifest exists'),
		(3, 'every class is one of tenant, reference, platform, global'),
		(4, 'global tables stand in auth alone'),
		(5, 'tenant tables force row-level security'),
		(6, 'tenant tables have tenant_id uuid NOT NULL'),
		(7, 'tables without a tenant have no tenant_id'),
		(8, 'every role with a grant on a tenant table is held by the restrictive isolation policy, for all commands'),
		(9, 'no policy is for everybody'),
		(10, 'only relays, keepers and the migrator work across tenants'),
		(11, 'keys and indexes of tenant tables begin with tenant_id'),
		(12, 'every table has a primary key'),
		(13, 'foreign keys pair tenant_id with tenant_id'),
		(14, 'foreign keys stay inside their schema'),
		(15, 'foreign keys set neither NULL nor a default'),
		(16, 'grants are SELECT, INSERT, UPDATE, DELETE to named roles of the platform'),
		(17, 'every table belongs to aegis_owner'),
		(18, 'partitions have no grants of their own'),
		(19, 'a role enters its own schema only'),
		(20, 'no role of the platform is superuser, passes row-level security or makes roles'),
		(21, 'a role of a daemon is a member of no other'),
		(22, 'no function is SECURITY DEFINER'),
		(23, 'views are security_invoker, none is materialized'),
		(24, 'nobody logs in as the owner')
), offender (rule, what) AS (
	SELECT 1, t.name || ' is not in proto/manifest/tables.txt' FROM tables t WHERE t.class IS NULL AND NOT t.relispartition
	UNION ALL
	SELECT 2, m.name || ' is in the manifest, but does not exist'
	FROM manifest m JOIN service s ON s.name = split_part(m.name, '.', 1)
	WHERE NOT EXISTS (SELECT 1 FROM tables t WHERE t.name = m.name)
	UNION ALL
	SELECT 3, m.name || ' is of class ' || m.class FROM manifest m WHERE m.class NOT IN ('tenant', 'reference', 'platform', 'global')
	UNION ALL
	SELECT 4, m.name || ' is global, but not in auth' FROM manifest m WHERE m.class = 'global' AND m.name NOT LIKE 'auth.%'
	UNION ALL
	SELECT 5, t.name || ' lacks FORCE ROW LEVEL SECURITY' FROM tables t
	WHERE t.is_tenants AND NOT (t.relrowsecurity AND t.relforcerowsecurity)
	UNION ALL
	SELECT 6, t.name || ' lacks tenant_id uuid NOT NULL' FROM tables t
	WHERE t.is_tenants AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'tenant_id'
		AND a.atttypid = 'uuid'::regtype AND a.attnotnull)
	UNION ALL
	SELECT 7, t.name || ' has a tenant_id, but is of class ' || t.class FROM tables t
	WHERE t.class IN ('reference', 'platform', 'global') AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = t.oid
		AND a.attname = 'tenant_id' AND NOT a.attisdropped)
	UNION ALL
	SELECT DISTINCT 8, g.name || ': ' || g.rolname || ' has no restrictive policy of the indexed form'
	FROM grants g CROSS JOIN mine
	WHERE g.is_tenants AND g.rolname !~ '_(relay|keeper)$' AND g.rolname <> 'aegis_migrator'
		AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = g.oid AND NOT p.polpermissive AND p.polcmd = '*'
			AND p.polroles = ARRAY[g.grantee] AND pg_get_expr(p.polqual, p.polrelid) = mine.condition
			AND pg_get_expr(p.polwithcheck, p.polrelid) = mine.condition)
	UNION ALL
	SELECT 9, t.name || ': policy ' || p.polname || ' is for everybody'
	FROM pg_policy p JOIN tables t ON t.oid = p.polrelid WHERE 0 = ANY (p.polroles)
	UNION ALL
	SELECT DISTINCT 10, t.name || ': policy ' || p.polname || ' lets ' || r.rolname || ' work across tenants'
	FROM pg_policy p
	JOIN tables t ON t.oid = p.polrelid
	JOIN pg_roles r ON r.oid = ANY (p.polroles)
	WHERE p.polpermissive AND t.is_tenants AND r.rolname !~ '^aegis_[a-z]+_(relay|keeper)$' AND r.rolname <> 'aegis_migrator'
		AND NOT EXISTS (SELECT 1 FROM pg_policy o WHERE o.polrelid = p.polrelid AND NOT o.polpermissive AND r.oid = ANY (o.polroles))
	UNION ALL
	SELECT 11, i.indexrelid::regclass || ' does not begin with tenant_id'
	FROM pg_index i
	JOIN tables t ON t.oid = i.indrelid
	LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
	WHERE t.is_tenants AND a.attname IS DISTINCT FROM 'tenant_id'
		AND (i.indisunique OR coalesce(obj_description(i.indexrelid, 'pg_class'), '') NOT LIKE 'across tenants: %')
	UNION ALL
	SELECT 12, t.name || ' has no primary key' FROM tables t
	WHERE NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)
	UNION ALL
	SELECT 13, t.name || ': ' || k.conname || ' does not pair tenant_id with tenant_id'
	FROM pg_constraint k
	JOIN tables t ON t.oid = k.conrelid
	JOIN tables o ON o.oid = k.confrelid
	JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
	JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]
	WHERE t.is_tenants AND k.contype = 'f' AND o.class IS DISTINCT FROM 'reference'
		AND (a.attname <> 'tenant_id' OR b.attname <> 'tenant_id')
	UNION ALL
	SELECT 14, t.name || ': ' || k.conname || ' leaves its schema'
	FROM pg_constraint k
	JOIN tables t ON t.oid = k.conrelid
	JOIN pg_class c ON c.oid = k.confrelid
	JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE k.contype = 'f' AND n.nspname <> t.nspname
	UNION ALL
	SELECT 15, t.name || ': ' || k.conname || ' sets NULL or a default'
	FROM pg_constraint k JOIN tables t ON t.oid = k.conrelid
	WHERE k.contype = 'f' AND (k.confdeltype IN ('n', 'd') OR k.confupdtype IN ('n', 'd'))
	UNION ALL
	SELECT 16, g.name || ': ' || coalesce(g.rolname, 'PUBLIC') || ' has ' || g.privilege_type FROM grants g
	WHERE g.rolname IS NULL OR g.rolname NOT LIKE 'aegis\_%' OR g.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
	UNION ALL
	SELECT 17, t.name || ' does not belong to aegis_owner' FROM tables t WHERE t.relowner <> 'aegis_owner'::regrole
	UNION ALL
	SELECT 18, g.name || ' is a partition with grants of its own' FROM grants g WHERE g.relispartition
	UNION ALL
	SELECT 19, d.rolname || ' may use schema ' || n.nspname
	FROM daemon d
	CROSS JOIN pg_namespace n
	JOIN service s ON s.name = n.nspname
	WHERE d.service <> n.nspname AND has_schema_privilege(d.oid, n.oid, 'USAGE')
		AND NOT EXISTS (SELECT 1 FROM daemon o WHERE o.oid = d.oid AND o.service = n.nspname)
	UNION ALL
	SELECT 20, r.rolname || ' could pass row-level security' FROM pg_roles r
	WHERE r.rolname LIKE 'aegis\_%' AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb)
	UNION ALL
	SELECT 21, d.rolname || ' is a member of ' || g.rolname
	FROM pg_auth_members m JOIN daemon d ON d.oid = m.member JOIN pg_roles g ON g.oid = m.roleid
	UNION ALL
	SELECT 22, p.oid::regprocedure || ' is SECURITY DEFINER'
	FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
	WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')
	UNION ALL
	SELECT 23, c.oid::regclass || ' is a view without security_invoker, or materialized'
	FROM pg_class c
	JOIN pg_namespace n ON n.oid = c.relnamespace
	JOIN service s ON s.name = n.nspname
	WHERE c.relkind = 'm' OR (c.relkind = 'v' AND NOT coalesce(c.reloptions @> ARRAY['security_invoker=true'], false))
	UNION ALL
	SELECT 24, r.rolname || ' may log in' FROM pg_roles r
	WHERE r.rolcanlogin AND r.oid IN (SELECT t.relowner FROM tables t)
)
SELECT r.id AS rule, r.title AS title, o.what AS offender
FROM rule r LEFT JOIN offender o ON o.rule = r.id
ORDER BY r.id, o.what;

-- What the rules looked at, for the report.
-- name: isolation_extent :one
-- args: services text[]
-- row: isolation_extent (server text, tables int8, indexes int8, foreign_keys int8, policies int8, roles int8, functions int8, views int8)
-- no-tenant
SELECT
	version() AS server,
	(SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = ANY (:services) AND c.relkind IN ('r', 'p')) AS tables,
	(SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = ANY (:services) AND c.relkind IN ('i', 'I')) AS indexes,
	(SELECT count(*) FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
		WHERE n.nspname = ANY (:services) AND k.contype = 'f') AS foreign_keys,
	(SELECT count(*) FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = ANY (:services)) AS policies,
	(SELECT count(*) FROM pg_roles r WHERE r.rolname LIKE 'aegis\_%') AS roles,
	(SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
		WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')) AS functions,
	(SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = ANY (:services) AND c.relkind IN ('v', 'm')) AS views;

-- Who may look past one tenant, by a policy of its own: relays, keepers, the migrator.
-- name: isolation_exceptions :many
-- args: services text[]
-- row: isolation_exception (role text, tables int8)
-- no-tenant
SELECT r.rolname::text AS role, count(DISTINCT p.polrelid) AS tables
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_roles r ON r.oid = ANY (p.polroles)
WHERE n.nspname = ANY (:services) AND p.polpermissive
	AND NOT EXISTS (SELECT 1 FROM pg_policy o WHERE o.polrelid = p.polrelid AND NOT o.polpermissive AND r.oid = ANY (o.polroles))
GROUP BY r.rolname
ORDER BY r.rolname;

-- The statements that try a tenant table, made here because their tables are the catalogue's; $1 is a tenant.
-- "own" counts a tenant's rows as the migrator, "sample" takes one of them whole, "seen" looks without any filter and counts what is not the
-- tenant's, "put" and "give" write a row of the tenant, "touch" and "take" change and delete its rows.
-- name: isolation_probes :many
-- args: names text[]
-- row: isolation_probe (schema text, name text, role text, may_select bool, may_insert bool, may_update bool, may_delete bool,
--   place int4, sample text, own text, seen text, put text, give text, touch text, take text)
-- no-tenant
SELECT n.nspname AS schema, n.nspname || '.' || c.relname AS name, r.rolname::text AS role,
	has_any_column_privilege(r.oid, c.oid, 'SELECT') AS may_select,
	has_column_privilege(r.oid, c.oid, 'tenant_id', 'INSERT') AS may_insert,
	has_column_privilege(r.oid, c.oid, 'tenant_id', 'UPDATE') AS may_update,
	has_table_privilege(r.oid, c.oid, 'DELETE') AS may_delete,
	(SELECT a.attnum::int4 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') AS place,
	format('SELECT to_jsonb(t) AS value FROM %I.%I t WHERE tenant_id = $1 LIMIT 1', n.nspname, c.relname) AS sample,
	format('SELECT count(*) AS n, count(*) FILTER (WHERE tenant_id <> $1) AS others FROM %I.%I WHERE tenant_id = $1', n.nspname, c.relname) AS own,
	format('SELECT count(*) AS n, count(*) FILTER (WHERE tenant_id IS DISTINCT FROM $1) AS others FROM %I.%I', n.nspname, c.relname) AS seen,
	format('INSERT INTO %I.%I (tenant_id) VALUES ($1)', n.nspname, c.relname) AS put,
	format('UPDATE %I.%I SET tenant_id = $1', n.nspname, c.relname) AS give,
	format('UPDATE %I.%I SET tenant_id = tenant_id WHERE tenant_id = $1', n.nspname, c.relname) AS touch,
	format('DELETE FROM %I.%I WHERE tenant_id = $1', n.nspname, c.relname) AS take
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_roles r ON r.rolname = 'aegis_' || n.nspname
WHERE n.nspname || '.' || c.relname = ANY (:names) AND c.relkind IN ('r', 'p')
ORDER BY 1, 2;

-- name: isolation_backend :one
-- row: isolation_backend (pid int4)
-- no-tenant
SELECT pg_backend_pid() AS pid;

-- The foreign keys of tenant tables, their columns besides tenant_id, and a statement that copies a row of
-- tenant $1 to tenant $2 as it is, references and all.
-- name: isolation_references :many
-- args: names text[]
-- row: isolation_reference (name text, key text, columns text[], graft text)
-- no-tenant
SELECT n.nspname || '.' || c.relname AS name, k.conname::text AS key,
	ARRAY(SELECT a.attname::text FROM pg_attribute a
		WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey) AND a.attname <> 'tenant_id') AS columns,
	format('INSERT INTO %I.%I OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(t, jsonb_build_object(''tenant_id'', $2))).* FROM %I.%I t WHERE tenant_id = $1 LIMIT 1', n.nspname, c.relname, n.nspname, c.relname) AS graft
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND n.nspname || '.' || c.relname = ANY (:names)
ORDER BY 1, 2;

-- The statements that show the plan of a prepared one; arguments are "(NULL, NULL)".
-- name: isolation_explains :many
-- args: names text[], arguments text[]
-- row: isolation_explain (text text)
-- no-tenant
SELECT format('EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE %I%s', n.name, n.arguments) AS text
FROM unnest(:names, :arguments) WITH ORDINALITY AS n (name, arguments, at)
ORDER BY n.at;
