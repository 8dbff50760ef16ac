"""A daemon cannot put a socket in another's place, nor read what is another's; demo programs reach nothing."""
import os
import socket

import taken

cluster, checks = taken.Cluster(), taken.Checks()
if not cluster.is_root:
    print("all daemons have one user here: nothing to keep apart")
    raise SystemExit(0)

places = {**{name: f"{cluster.run}/rpc/{name}" for name in [*cluster.daemons, "gateway"]},
          "postgresql": f"{cluster.run}/pg", "redis": f"{cluster.run}/redis"}
for attacker in [*cluster.daemons, "gateway", "redis", "demo"]:
    for owner, place in places.items():
        done = cluster.as_user(attacker, "touch", f"{place}/trap")
        checks.check((done.returncode == 0) == (attacker == owner), f"{attacker} in {place}: {done.stderr.strip()}")
        if attacker != owner:
            cluster.as_user(attacker, "sh", "-c", f"rm -f {place}/{owner}.sock {place}/.s.PGSQL.5432")
    checks.refused(cluster.as_user(attacker, "mkdir", f"{cluster.run}/rpc/other"), "denied", f"{attacker} makes a folder")
    checks.refused(cluster.as_user(attacker, "mv", f"{cluster.run}/rpc", f"{cluster.run}/away"), "denied", f"{attacker} moves the folders")
for owner, place in places.items():
    path = f"{place}/trap"
    if os.path.exists(path):
        os.unlink(path)

CONNECT = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
sockets = {name: f"{cluster.run}/rpc/{name}/{name}.sock" for name in cluster.daemons}
sockets.update(postgresql=f"{cluster.run}/pg/.s.PGSQL.5432", redis=f"{cluster.run}/redis/redis.sock")
for name, path in sockets.items():
    checks.refused(cluster.as_user("demo", "/usr/bin/python3", "-c", CONNECT, path), "PermissionError", f"the demo's user connects to {name}")
    checks.check(cluster.as_user("gateway", "/usr/bin/python3", "-c", CONNECT, path).returncode == 0, f"{name} listens at {path}")

for reader in ("notification", "demo"):
    for path in ("log/auth/current", "log/migrate.log", "secrets/auth/db.password", "secrets/redis/redis.password",
                 "secrets/migrator/db.password", "redis/redis.conf", "postgresql/pg_hba.conf"):
        checks.refused(cluster.as_user(reader, "cat", f"{cluster.data}/{path}"), "denied", f"{reader} reads {path}")
checks.check(os.stat(f"{cluster.data}/redis/redis.conf").st_mode & 0o777 == 0o600, "the configuration of Redis is its own")

# A server of another user at PostgreSQL's address gets no password.
trap = f"/tmp/aegis-trap-{os.getpid()}"
os.mkdir(trap)
listener = socket.socket(socket.AF_UNIX)
listener.bind(f"{trap}/.s.PGSQL.5432")
listener.listen()
wanted = cluster.etc["audit"]["db"].replace(f"{cluster.run}/pg", trap)
done = taken.subprocess.run(["psql", "-X", f"{wanted} user=aegis_audit password=x", "-c", "SELECT 1"], capture_output=True, text=True,
                            check=False, timeout=30)
listener.close()
os.unlink(f"{trap}/.s.PGSQL.5432")
os.rmdir(trap)
checks.refused(done, "requirepeer specifies", "a client of PostgreSQL looks who the server is")
checks.finish()
