"""Canaries in every protected field of openapi.json: none in a log; no secret anywhere in clear.

Good and refused requests carry them; then the logs, Redis and the tables are searched.
"""
import os
import re
import secrets
import subprocess
import sys

import fuzz_world as world


def fields(operation):
    for name, schema in operation.schema.get("properties", {}).items():
        if schema.get("x-sensitivity"):
            yield name, schema["x-sensitivity"]


def value_for(schema, name, canary):
    if schema.get("format") == "email":
        return f"{canary.lower()}@canary.example"
    return {"question": canary} if name == "answers" else canary


def send_all(checks, cluster, tenant):
    """Every operation with protected fields, once well formed and once refused; what was sent, by sensitivity."""
    sent = {"secret": set(), "pii": set(), "phi": set()}
    tokens = {"user": tenant.token, "session": tenant.session_token, "key": tenant.partner_key}
    covered = 0
    for operation in cluster.operations():
        protected = dict(fields(operation))
        if not protected:
            continue
        body = dict(operation.example)
        for name, kind in protected.items():
            canary = f"CANARY{secrets.token_hex(10)}"
            sent[kind].add(canary)
            body[name] = value_for(operation.schema["properties"][name], name, canary)
        path = operation.fill({"id": tenant.ids["session"], "programId": tenant.ids["program"], "version": tenant.ids["screener"]})
        token = next((tokens[kind] for kind in operation.security if kind in tokens), None)
        for extra in ({}, {"nobodyKnowsThis": 1}):
            answer = cluster.http.call(operation.method, path, {**body, **extra}, token, operation.headers())
            checks.check(answer.status < 500, f"{operation.id}: {answer.status} {answer.raw[:200]}")
        covered += 1
    return sent, covered


def own_secrets(tenant):
    return {tenant.password, tenant.token, tenant.refresh, tenant.session_token, *tenant.secrets.values()}


def found_in(text, values):
    low = text.lower()
    return sorted({value[:12] for value in values if value.lower() in low})


def redis_text(cluster):
    """Keys and their values of every type, by one dump: strings and hashes alike."""
    pid = open(f"{cluster.data}/sv/redis/supervise/pid", encoding="ascii").read().strip()
    # The process title of Redis names its socket.
    line = open(f"/proc/{pid}/cmdline", "rb").read().decode().replace("\0", " ")
    socket = re.search(r"unixsocket:(\S+)|--unixsocket (\S+)|(/\S+redis\.sock)", line)
    path = next(group for group in socket.groups() if group)
    with open(f"{cluster.data}/secrets/redis/redis.password", encoding="ascii") as file:
        env = {**os.environ, "REDISCLI_AUTH": file.read().strip()}
    cli = ["redis-cli", "-e", "-s", path, "--user", "operator"]
    keys = subprocess.run([*cli, "--scan"], env=env, capture_output=True, text=True, check=True).stdout.split("\n")
    texts = [subprocess.run([*cli, "DUMP", key], env=env, capture_output=True, check=True).stdout.decode("latin-1")
             for key in keys[:500] if key]
    return "\n".join(keys + texts), len(keys)


def database_text(cluster):
    """All rows of all tables of all daemons, as the server's own superuser sees them."""
    with open(f"{cluster.data}/postgresql/postmaster.pid", encoding="ascii") as lines:
        socket = lines.read().split("\n")[4]
    owner = os.stat(f"{cluster.data}/postgresql").st_uid
    group = os.stat(f"{cluster.data}/postgresql").st_gid
    done = subprocess.run(["setpriv", f"--reuid={owner}", f"--regid={group}", "--clear-groups", "pg_dump", "-h", socket, "-U", "postgres",
                           "--data-only", "aegis"], capture_output=True, check=True, cwd="/")
    return done.stdout.decode(errors="replace")


def main():
    world.arguments(__doc__)
    checks, cluster = world.Checks(), world.Cluster()
    before = cluster.pids()
    tenant = world.Tenant(cluster, "canary", f"OPEN{secrets.token_hex(8)}").build()
    sent, covered = send_all(checks, cluster, tenant)
    protected = set().union(*sent.values()) | own_secrets(tenant) | {tenant.email}
    for name, text in cluster.logs():
        seen = found_in(text, protected)
        checks.check(not seen, f"the log of {name} shows {seen}")
    hidden = sent["secret"] | own_secrets(tenant)
    text, keys = redis_text(cluster)
    checks.check(keys > 1, "Redis holds no key: nothing was searched")
    checks.check(not found_in(text, protected), f"Redis shows {found_in(text, protected)}")
    dump = database_text(cluster)
    checks.check(tenant.canary in dump, "the dump lacks the tenant's own open name: nothing was searched")
    checks.check(not found_in(dump, hidden), f"the database shows secrets {found_in(dump, hidden)}")
    for table, rows in re.findall(r"COPY (\S+\.outbox|audit\.entry) [^\n]*\n(.*?)\n\\\.", dump, re.S):
        seen = found_in(rows, sent["phi"] | sent["pii"] | {tenant.email})
        checks.check(not seen, f"{table} shows {seen}")
    world.health(checks, cluster, before)
    print(f"{covered} operations with protected fields, {sum(map(len, sent.values()))} canaries, {len(dump) // 1024} KB of database searched")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
