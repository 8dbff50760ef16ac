"""aegisctl prove-isolation on a running cluster: it passes, its report cannot be altered, and holes are found.

Each drift is made as the migrator in the test's own database and taken back afterwards.  A gateway with a
hole is played by a proxy.  A grown database and a planner with other likes change plans, never the verdict.
"""
import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading

import fuzz_world as world

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")

# What is changed, what takes it back, and what the proof must then say.
DRIFTS = (
    ("ALTER TABLE tenant.member NO FORCE ROW LEVEL SECURITY", "ALTER TABLE tenant.member FORCE ROW LEVEL SECURITY",
     ["tenant.member lacks FORCE ROW LEVEL SECURITY"]),
    ("ALTER TABLE program.canary DISABLE ROW LEVEL SECURITY", "ALTER TABLE program.canary ENABLE ROW LEVEL SECURITY",
     ["program.canary lacks FORCE ROW LEVEL SECURITY", "program.canary: without a tenant 1 rows are seen",
      "program.canary: 1 rows of other tenants are seen"]),
    ("ALTER POLICY isolation ON audit.outbox USING (true) WITH CHECK (true)",
     "ALTER POLICY isolation ON audit.outbox USING ({mine}) WITH CHECK ({mine})",
     ["audit.outbox: aegis_audit has no restrictive policy", "audit.outbox: a row of another tenant is not refused"]),
)
MINE = "tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid)"


def ctl(*words):
    done = subprocess.run([f"{ROOT}/deploy/aegis", "ctl", "prove-isolation", *words], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def sql(statement):
    subprocess.run([f"{ROOT}/deploy/aegis", "psql", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement.replace("{mine}", MINE)], check=True)


def altered(text):
    """Copies of a report in each of which one thing is another."""
    whole = json.loads(text)
    yield "a passed check", text.replace('"passed":true', '"passed":false', 1)
    yield "the time", text.replace('"at":"20', '"at":"21', 1)
    yield "a member more", json.dumps({**whole, "note": "x"})
    yield "a check less", json.dumps({**whole, "report": {**whole["report"], "checks": whole["report"]["checks"][1:]}})
    yield "the signature", re.sub(r'"signature":"(.)', lambda m: f'"signature":"{"B" if m.group(1) == "A" else "A"}', text)
    yield "an end", text[: len(text) // 2]


def check_report(checks, path, said):
    key = re.search(r"verifier key: (\S+)", said).group(1)
    with open(path, encoding="utf-8") as report:
        text = report.read()
    for words in (("--key", key), ()):
        status, verified = ctl("--verify", path, *words)
        checks.check(status == 0 and "signature is genuine" in verified, f"--verify {words}: {status} {verified[-300:]}")
    for what, changed in altered(text):
        checks.check(changed != text, f"{what}: the copy is the same")
        with open(path, "w", encoding="utf-8") as report:
            report.write(changed)
        status, verified = ctl("--verify", path, "--key", key)
        checks.check(status == 1 and "NOT PROVEN" in verified, f"{what} was altered, but --verify says {status} {verified[-300:]}")
    other = f"{key[:-1]}{'A' if key[-1] != 'A' else 'B'}"
    checks.check(ctl("--verify", path, "--key", other)[0] == 2, "a broken key is taken")


def check_drift(checks, drift, back, wanted):
    sql(drift)
    try:
        status, said = ctl("--read-only")
    finally:
        sql(back)
    checks.check(status == 1 and "NOT ISOLATED" in said, f"{drift}: the proof still says {status}")
    for text in wanted:
        checks.check(text in said, f"{drift}: nothing is said of “{text}”:\n{said}")


# A tenant that has grown, and statistics that say so.
SEED = """
INSERT INTO tenant.member (tenant_id, id, email, name, role, active, created_at, created_by, updated_at, updated_by)
SELECT t.tenant_id, gen_random_uuid(), 'seeded-' || n || '@isolation.invalid', 'Seeded',
	CASE n % 50 WHEN 0 THEN 'owner' ELSE 'viewer' END, n % 3 > 0, now(), t.created_by, now(), t.created_by
FROM tenant.tenant t, generate_series(1, 400) n WHERE NOT EXISTS (SELECT 1 FROM tenant.member m WHERE m.name = 'Seeded');
ANALYZE;
"""
LIKES = ("enable_seqscan", "enable_indexscan", "enable_bitmapscan", "enable_nestloop")


def check_grown(checks):
    sql(SEED)
    status, said = ctl()
    checks.check(status == 0 and "\nISOLATED: " in said, f"a grown database fails the proof: {status}\n{said}")


def check_likes(checks):
    """As a role's setting the planner's likes reach the very connection on which plans are made."""
    for like in LIKES:
        sql(f"ALTER ROLE aegis_migrator SET {like} = off")
        try:
            status, said = ctl("--read-only")
        finally:
            sql(f"ALTER ROLE aegis_migrator RESET {like}")
        checks.check(status == 0, f"without {like} the proof fails: {status}\n{said}")


class Proxy(http.server.BaseHTTPRequestHandler):
    """Passes everything on to the gateway, one connection for one connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.gateway = world.Client(os.environ["AEGIS_E2E_URL"])

    def ask(self, token, body):
        return self.gateway.call(self.command, self.path, body, token, {"Idempotency-Key": self.headers["Idempotency-Key"]})

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        answer = self.ask(token, json.loads(body) if body else None)
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(answer.raw)))
        self.end_headers()
        self.wfile.write(answer.raw)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve

    def log_message(self, *_):
        pass


class Holes(Proxy):
    """Who reads a program does so as the first who registered; whoever probes the codes, or makes a member of
    that organization its owner, has the owner's rights; and from the tenth time on "me" is who asked first, so
    late that only what happens at once can see it."""

    lent = None
    owner = None
    asked = 0
    first = None

    def ask(self, token, body):
        is_program = self.command == "GET" and self.path.startswith("/api/programs/")
        is_role = "?isolationProof" in self.path and self.path.startswith("/api/verification-codes?")
        is_change = self.command == "PATCH" and (body or {}).get("role") == "owner" and self.path != Holes.owner
        answer = super().ask(Holes.lent if is_program or is_role or is_change else token, body)
        if self.path == "/api/auth/register" and not Holes.lent:
            Holes.lent = answer["accessToken"]
        if self.path == "/api/auth/me" and not Holes.owner:
            Holes.owner = f"/api/users/{answer['user']['id']}"
        if self.command == "GET" and self.path == "/api/tenants/me":
            Holes.asked += 1
            Holes.first = Holes.first or answer
            return Holes.first if Holes.asked > 10 else answer
        return answer


HOLES = ("GET /api/programs/{id} as another tenant's owner: 200", "GET /api/programs/{id} as nobody: 200",
         "as another tenant's partner: the answer holds the other's canary",
         "GET /api/verification-codes as member: 400", "accomplices who began as admin: the first (admin) gives owner to the first: 200",
         "GET /api/tenants/me: the answer holds the other's canary", "GET /api/tenants/me: another answer than alone")


def check_holes(checks):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Holes) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        status, said = ctl("--url", f"http://127.0.0.1:{proxy.server_port}")
        proxy.shutdown()
    checks.check(status == 1 and "NOT ISOLATED" in said, f"a gateway with holes passes: {status}\n{said}")
    for text in HOLES:
        checks.check(text in said, f"nothing is said of “{text}”:\n{said}")
    checks.check("/api/partners" not in said.split("routes: {", maxsplit=1)[0], f"a route without a hole is blamed:\n{said}")


def check_words(checks):
    for words, wanted in ((("--url", "http://127.0.0.1:1"), 1), (("--db", "host=/nonexistent dbname=aegis"), 1), (("stray",), 2),
                          (("--nonsense",), 2), (("--help",), 0), (("--verify", "/nonexistent/report"), 2)):
        status, said = ctl(*words)
        checks.check(status == wanted and "Sanitizer" not in said, f"{words}: {status}\n{said}")


def check_routes(checks, routes):
    """Every operation of the contract was called, but for those that make tenants or sign somebody in."""
    paths = world.Cluster().contract["paths"]
    left_out = sum(len(paths[path]) for path in routes["leftOut"])
    checks.check(routes["operations"] + left_out == sum(len(methods) for methods in paths.values()), routes)
    checks.check(left_out <= 4, routes["leftOut"])
    with_ids = sum(len(methods) for path, methods in paths.items() if "{" in path)
    checks.check(routes["callsWithForeignIds"] >= 4 * with_ids, f"{routes['callsWithForeignIds']} calls for {with_ids} operations with ids")
    checks.check(routes["answersToTheOtherOwner"]["404"] > 20, routes)


def check_roles(checks, roles, operations):
    """Every operation but the public ones was called in each of the six roles."""
    tried = roles["operationsAndRoles"]["letIn"] + roles["operationsAndRoles"]["refused"]
    checks.check(tried % 6 == 0 and 6 * (operations - 12) <= tried <= 6 * operations, f"{roles} of {operations} operations")
    checks.check(min(roles["operationsAndRoles"].values()) > 100, roles)
    checks.check(roles["sequences"]["firstCallsDone"] >= 8 and roles["sequences"]["callsRefused"] > 400, roles)


def main():
    checks = world.Checks()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "isolation.json")
        status, said = ctl("--out", path)
        checks.check(status == 0 and "\nISOLATED: " in said, f"the proof fails: {status}\n{said}")
        facts = json.load(open(path, encoding="utf-8"))["report"]["facts"]
        check_routes(checks, facts["routes"])
        checks.check(facts["rls alone"]["tablesWithHiddenRows"] > 20, facts["rls alone"])
        checks.check(facts["filter alone"]["statementsThatFindForTheTenantItself"] > 50, facts["filter alone"])
        checks.check(facts["filter alone"]["foreignKeysThatRefused"] > 5, facts["filter alone"])
        checks.check(facts["standing"]["operationsAndCredentials"] > 60, facts["standing"])
        check_roles(checks, facts["roles"], facts["routes"]["operations"])
        check_report(checks, path, said)
    check_grown(checks)
    check_likes(checks)
    check_holes(checks)
    check_words(checks)
    for drift in DRIFTS:
        check_drift(checks, *drift)
    status, said = ctl("--read-only")
    checks.check(status == 0, f"the proof fails after all was taken back:\n{said}")
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
