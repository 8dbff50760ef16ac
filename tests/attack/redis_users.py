"""Redis: no session is revived, no limit of another is changed, nobody rules the server."""
import uuid

import taken

cluster, checks = taken.Cluster(), taken.Checks()
tenant, session = uuid.uuid4(), uuid.uuid4()
record, limit = f"{{{tenant}}}:sess:{session}", f"{{{tenant}}}:rl:all"
standing = f"{{{tenant}}}:standing"
WRITE = "return redis.call('SET', KEYS[1], ARGV[1])"

checks.check(cluster.redis("auth", "auth", "SET", record, "-", "EX", "60").stdout.strip() == "OK", "auth ends a session")
checks.check(cluster.redis("auth", "auth", "SET", standing, "-").stdout.strip() == "OK", "auth says that a tenant may not act")
checks.check(cluster.redis("gateway", "gateway", "EVAL", "return redis.call('MGET', unpack(KEYS))", "2", standing, record).stdout.split() == ["-", "-"],
             "the gateway reads standing and session")
for attacker in cluster.daemons:
    for command in (("SET", record, "1"), ("GET", record), ("DEL", record), ("PING",), ("EVAL", WRITE, "1", record, "1")):
        checks.refused(cluster.redis(attacker, None, *command), "NOAUTH", f"{attacker} without a login: {command[0]}")
    if attacker != "auth":
        checks.check("redis_user" not in cluster.etc[attacker], f"{attacker} has no login for Redis")
        guessed = cluster.as_user(attacker, "redis-cli", "-e", "-s", f"{cluster.run}/redis/redis.sock", "--user", attacker,
                                  "SET", record, "1", env={"REDISCLI_AUTH": cluster.secret(attacker, "redis.password")})
        checks.refused(guessed, "WRONGPASS", f"{attacker} logs in with the password in its folder")

for command in (("SET", record, "1"), ("DEL", record), ("EVAL", WRITE, "1", record, "1"), ("EVAL", "return redis.call('DEL', KEYS[1])", "1", record),
                ("SET", standing, "-"), ("DEL", standing), ("EVAL", WRITE, "1", standing, "-"), ("EVAL", "return redis.call('DEL', KEYS[1])", "1", standing),
                ("EVAL", WRITE, "0", "1"), ("SET", f"{{{tenant}}}:other:x", "1")):
    said = cluster.redis("gateway", "gateway", *command)
    checks.check(said.returncode != 0, f"the gateway: {command}: {said.stdout}")
for command in (("SET", limit, "1"), ("EVAL", WRITE, "1", limit, "1"), ("MGET", record), ("SET", "free", "1")):
    said = cluster.redis("auth", "auth", *command)
    checks.refused(said, "NOPERM", f"auth: {command}")
for login in ("auth", "gateway"):
    for command in (("CONFIG", "GET", "*"), ("CONFIG", "SET", "dir", "/tmp"), ("FLUSHALL",), ("FLUSHDB",), ("KEYS", "*"), ("SCAN", "0"),
                    ("ACL", "LIST"), ("ACL", "SETUSER", "x"), ("CLIENT", "LIST"), ("MONITOR",), ("SHUTDOWN",), ("MODULE", "LIST"),
                    ("SCRIPT", "FLUSH"), ("REPLICAOF", "x", "1"), ("SAVE",), ("SUBSCRIBE", "x")):
        checks.refused(cluster.redis(login, login, *command), "NOPERM", f"{login}: {command}")
checks.check(cluster.redis("redis", "operator", "GET", record).stdout.strip() == "-", "the session is still ended")
checks.check(cluster.redis("redis", "operator", "GET", standing).stdout.strip() == "-", "the tenant still may not act")
checks.check(cluster.redis("gateway", "gateway", "EVAL", WRITE, "1", limit, "5").stdout.strip() == "OK", "the gateway keeps a limit")
cluster.redis("redis", "operator", "DEL", record, limit, standing)
checks.finish()
