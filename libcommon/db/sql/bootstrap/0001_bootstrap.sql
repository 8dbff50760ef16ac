-- Run by a superuser at every migration, safe to repeat: the owner, the migrator, and the functions
-- that migrations call.  Roles belong to the whole server, so another database may have made them.

DO $$
BEGIN
	CREATE ROLE aegis_owner NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$
BEGIN
	CREATE ROLE aegis_migrator LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$
BEGIN
	IF NOT pg_has_role('aegis_migrator', 'aegis_owner', 'MEMBER') THEN
		GRANT aegis_owner TO aegis_migrator;
	END IF;
	EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
	EXECUTE format('GRANT CREATE, CONNECT ON DATABASE %I TO aegis_owner', current_database());
END $$;

-- What PostgreSQL gives to everybody: large objects know no tenant, and neither does another database.  Other
-- databases' migrations may change the same rows of shared catalogues at this moment; whoever comes later finds it done.
DO $$
DECLARE
	target record;
BEGIN
	FOR target IN
		SELECT p.oid::regprocedure AS name FROM pg_catalog.pg_proc p
		WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname ~ '^(lo_|loread$|lowrite$)'
			AND pg_catalog.has_function_privilege('public', p.oid, 'EXECUTE')
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', target.name);
	END LOOP;
	REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
	GRANT USAGE ON LANGUAGE plpgsql TO aegis_owner;
	FOR attempt IN 1 .. 20 LOOP
		BEGIN
			FOR target IN
				SELECT d.datname AS name FROM pg_catalog.pg_database d
				WHERE d.datname IN ('postgres', 'template1') AND pg_catalog.has_database_privilege('public', d.oid, 'CONNECT')
			LOOP
				EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', target.name);
			END LOOP;
			EXIT;
		EXCEPTION WHEN internal_error THEN PERFORM pg_catalog.pg_sleep(0.05);
		END;
	END LOOP;
END $$;

CREATE SCHEMA IF NOT EXISTS aegis;
REVOKE ALL ON SCHEMA aegis FROM PUBLIC;
GRANT USAGE ON SCHEMA aegis TO aegis_owner;

-- A role a daemon logs in with.  It owns nothing and may become nobody.  Settings that it gave itself are removed.
CREATE OR REPLACE FUNCTION aegis.ensure_login(login name) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	base name;
BEGIN
	IF to_regrole(quote_ident(login)) IS NULL THEN
		BEGIN
			EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT', login);
		EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
		END;
	END IF;
	EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), login);
	FOR base IN
		SELECT d.datname FROM pg_catalog.pg_db_role_setting s LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
		WHERE s.setrole = to_regrole(quote_ident(login))
	LOOP
		EXECUTE format('ALTER ROLE %I %s RESET ALL', login, CASE WHEN base IS NULL THEN '' ELSE format('IN DATABASE %I', base) END);
	END LOOP;
END $$;

-- The schema of a service and the record of what was applied to it; run as the owner.
CREATE OR REPLACE FUNCTION aegis.ensure_schema(service name, logins name[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	login name;
BEGIN
	EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', service);
	EXECUTE format('CREATE TABLE IF NOT EXISTS %I.schema_version ('
		'is_common boolean NOT NULL, version integer NOT NULL, name text NOT NULL, checksum text NOT NULL,'
		'applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (is_common, version))', service);
	FOREACH login IN ARRAY logins LOOP
		EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', service, login);
		EXECUTE format('GRANT SELECT ON %I.schema_version TO %I', service, login);
	END LOOP;
END $$;

CREATE OR REPLACE FUNCTION aegis.schema_of(target regclass) RETURNS name
LANGUAGE sql STABLE AS $$
	SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target
$$;

-- Only what an application may have: a TRUNCATE would pass row-level security, REFERENCES would see through it.
CREATE OR REPLACE FUNCTION aegis.give(target regclass, privileges text, login name) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF privileges !~* '^\s*(select|insert|update|delete)(\s*\([a-z_, ]+\))?(\s*,\s*(select|insert|update|delete)(\s*\([a-z_, ]+\))?)*\s*$' THEN
		RAISE EXCEPTION 'privileges on % must be of SELECT, INSERT, UPDATE, DELETE, not "%"', target, privileges;
	END IF;
	EXECUTE format('GRANT %s ON %s TO %I', privileges, target, login);
END $$;

-- Makes a table a tenant table: forced row-level security, isolation for the login, the migrator's own way in.
-- login is aegis_<schema> unless another is named.
CREATE OR REPLACE FUNCTION aegis.protect(target regclass, privileges text, login name DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	own CONSTANT name := 'aegis_' || aegis.schema_of(target);
	who CONSTANT name := coalesce(login, own);
	suffix CONSTANT text := CASE WHEN who = own THEN '' ELSE '_' || who END;
	mine CONSTANT text := 'tenant_id = (SELECT nullif(current_setting(''app.current_tenant_id'', true), '''')::uuid)';
BEGIN
	EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
	EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
	EXECUTE format('CREATE POLICY %I ON %s AS RESTRICTIVE TO %I USING (%s) WITH CHECK (%s)',
		'isolation' || suffix, target, who, mine, mine);
	EXECUTE format('CREATE POLICY %I ON %s TO %I USING (true) WITH CHECK (true)', 'service' || suffix, target, who);
	IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_policy WHERE polrelid = target AND polname = 'migrator') THEN
		EXECUTE format('CREATE POLICY migrator ON %s TO aegis_migrator USING (true) WITH CHECK (true)', target);
	END IF;
	PERFORM aegis.give(target, privileges, who);
END $$;

-- Work across tenants: the relay's, by a policy of its own.
CREATE OR REPLACE FUNCTION aegis.protect_for_relay(target regclass, privileges text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	who CONSTANT name := 'aegis_' || aegis.schema_of(target) || '_relay';
BEGIN
	EXECUTE format('CREATE POLICY relay ON %s TO %I USING (true) WITH CHECK (true)', target, who);
	PERFORM aegis.give(target, privileges, who);
END $$;

-- A table that belongs to no tenant: reference, platform, global.
CREATE OR REPLACE FUNCTION aegis.open_to(target regclass, privileges text, login name DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM aegis.give(target, privileges, coalesce(login, 'aegis_' || aegis.schema_of(target)));
END $$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA aegis FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aegis TO aegis_owner;
