"""PostgreSQL: a daemon's role stays in its tables, its database and its transactions."""
import taken

cluster, checks = taken.Cluster(), taken.Checks()
for daemon in cluster.daemons:
    checks.check(cluster.psql(daemon, "SELECT 1").stdout.strip() == "1", f"{daemon} connects to its database")
    for statement in ("SELECT lo_create(0)", "SELECT lo_from_bytea(0, 'x')", "SELECT lo_import('/etc/passwd')", "SELECT lo_put(1, 0, 'x')",
                      "CREATE TEMPORARY TABLE t (a int)", "DO $$ BEGIN NULL; END $$", "CREATE SCHEMA mine",
                      f"CREATE TABLE {daemon}.mine (a int)", "CREATE TABLE public.mine (a int)", "SET ROLE aegis_owner",
                      "SET SESSION AUTHORIZATION postgres", "COPY (SELECT 1) TO PROGRAM 'id'", "SELECT pg_read_file('/etc/passwd')",
                      "CREATE ROLE x", "ALTER ROLE aegis_migrator PASSWORD 'x'", "SELECT rolpassword FROM pg_authid"):
        done = cluster.psql(daemon, statement)
        checks.check(done.returncode != 0 and ("permission denied" in done.stderr or "must be" in done.stderr),
                     f"{daemon}: {statement}: {done.stdout}{done.stderr}")
    for database in ("postgres", "template1"):
        checks.refused(cluster.psql(daemon, "SELECT 1", database), "pg_hba.conf rejects", f"{daemon} connects to {database}")
    if cluster.is_root:
        checks.refused(cluster.as_user(daemon, "psql", "-X", "-h", f"{cluster.run}/pg", "-U", "postgres", "-d", "aegis", "-c", "SELECT 1"),
                       "Peer authentication failed", f"{daemon} is no superuser")
    other = next(name for name in cluster.daemons if name != daemon)
    done = cluster.psql(daemon, f"SELECT count(*) FROM {other}.outbox")
    checks.refused(done, "permission denied", f"{daemon} reads a table of {other}")
checks.finish()
