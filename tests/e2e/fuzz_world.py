"""What the end-to-end tests share: the cluster, its contract, and two tenants full of objects."""
import argparse
import glob
import http.client
import json
import os
import quopri
import re
import secrets
import subprocess
import sys
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "deploy", "demo"))
import screener as screeners  # noqa: E402
from client import Client, Problem, poll  # noqa: E402

PROBLEM_MEMBERS = ("type", "title", "status", "detail", "code", "reason", "requestId")
REPORTS = re.compile(r"ERROR: (Address|Leak)Sanitizer|runtime error:")


class Checks:
    """Counts what held; the failures are told at once, the sum at the end."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, holds, text):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            if self.failed <= 60:
                print(f"FAILED {text}", flush=True)
        return holds

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seed", type=int, default=8, help="of the random choices; another one finds other things")
    parser.add_argument("--seconds", type=float, default=20, help="limit of the random part")
    return parser.parse_args()


class Cluster:
    def __init__(self):
        env = os.environ
        self.url, self.data, self.web = env["AEGIS_E2E_URL"], env["AEGIS_E2E_DATA"], env["AEGIS_E2E_WEB_URL"]
        self.daemons = sorted(name for name in os.listdir(f"{self.data}/sv")
                              if os.path.exists(f"{ROOT}/proto/aegis/{name}/v1/{name}.proto"))
        self.http = Client(self.url)
        self.contract = self.http.call("GET", "/openapi.json").json

    def pids(self):
        """Process of every daemon; another one later means that it fell."""
        found = {}
        for name in [*self.daemons, "gateway"]:
            with open(f"{self.data}/sv/{name}/supervise/pid", encoding="ascii") as pid:
                found[name] = int(pid.read().strip() or 0)
        return found

    def logs(self):
        for name in [*self.daemons, "gateway", "postgresql", "redis"]:
            folder = f"{self.data}/log/{name}"
            for file in sorted(os.listdir(folder)):
                if file == "current" or file.startswith("@"):
                    with open(os.path.join(folder, file), encoding="utf-8", errors="replace") as text:
                        yield name, text.read()

    def reports(self):
        return sorted({name for name, text in self.logs() if REPORTS.search(text)})

    def ctl_run(self, *args):
        return subprocess.run([f"{ROOT}/deploy/aegis", "ctl", *args], capture_output=True, text=True, check=False)

    def operations(self):
        for path, methods in self.contract["paths"].items():
            for method, operation in methods.items():
                yield Operation(self, method.upper(), path, operation)

    def resolve(self, schema):
        while "$ref" in schema:
            target = self.contract
            for part in schema["$ref"].lstrip("#/").split("/"):
                target = target[part]
            schema = target
        return schema


class Operation:
    def __init__(self, cluster, method, path, operation):
        self.cluster, self.method, self.path = cluster, method, path
        self.id = operation["operationId"]
        self.security = sorted({kind for way in operation.get("security", []) for kind in way})
        given = [cluster.resolve(p) for p in operation.get("parameters", [])]
        self.variables = [p["name"] for p in given if p["in"] == "path"]
        self.refers = {p["name"]: p["x-aegis-resource"] for p in given if "x-aegis-resource" in p}
        self.query = {p["name"]: cluster.resolve(p["schema"]) for p in given if p["in"] == "query"}
        self.needs_key = any(p["name"] == "Idempotency-Key" and p.get("required") for p in given)
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        self.has_body = bool(content)
        self.schema = cluster.resolve(content.get("schema", {}))
        self.example = content.get("example", {})
        self.responses = operation["responses"]

    def kinds(self):
        """Variable of the path to the kind of object that it names; "none" for the token of a link."""
        return {name: self.refers.get(name, ["none"])[0] for name in self.variables}

    @property
    def is_shared(self):
        """The path names no object of an organization."""
        return "none" in self.kinds().values()

    @property
    def is_for_all(self):
        """For the platform's administrators, who see every organization."""
        return "admin" in self.security

    def fill(self, ids):
        return re.sub(r"\{(\w+)\}", lambda found: urllib.parse.quote(str(ids[found.group(1)]), safe=""), self.path)

    def headers(self):
        return {"Idempotency-Key": secrets.token_hex(16)} if self.needs_key else {}


class Raw:
    """One request byte for byte as wanted, never kept longer than its limit."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port = parts.hostname, parts.port
        self.connection = None

    def call(self, method, target, body=None, headers=(), host=None):
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.host, self.port, timeout=15)
            try:
                out = self.connection
                out.putrequest(method, target, skip_accept_encoding=True, skip_host=host is not None)
                if host is not None:
                    out.putheader("Host", host)
                for name, value in headers:
                    out.putheader(name, value)
                if body is not None:
                    out.putheader("Content-Length", str(len(body)))
                out.endheaders(body)
                reply = out.getresponse()
                text = reply.read()
                if reply.getheader("Connection", "").lower() == "close":
                    self.close()
                return reply.status, reply.getheader("Content-Type", ""), text
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.close()
                if attempt == 2:
                    raise

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class Tenant:
    """A registered organization with an object of every kind, each carrying the canary."""

    def __init__(self, cluster, name, canary):
        self.cluster, self.canary, self.ids = cluster, canary, {}
        self.secrets = {}
        self.email = f"{canary.lower()}@{name}.example"
        self.password = secrets.token_urlsafe(18)
        made = self.want(201, "POST", "/api/auth/register", {
            "email": self.email, "password": self.password, "name": f"Owner {canary}", "organizationName": f"{name} {canary}"})
        self.token, self.refresh = made["accessToken"], made["refreshToken"]
        self.tenant = made["organization.id"]

    def want(self, status, method, path, body=None, token="", **headers):
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        answer = self.cluster.http.call(method, path, body, token or getattr(self, "token", None), sent)
        if answer.status != status:
            raise Problem(f"{method} {path}: expected {status}, got {answer.status}: {answer.raw[:400]}")
        return answer

    def administrator(self):
        made = self.cluster.ctl_run("admin", "create", "--email", f"admin-{secrets.token_hex(4)}@platform.example")
        found = re.search(r"[a-z_]+_[0-9A-Za-z]{76}", made.stdout)
        if not found:
            raise Problem(f"aegisctl admin create: {made.stdout}{made.stderr}")
        return self.want(201, "POST", "/api/auth/admin-invitations/accept", {
            "token": found.group(0), "password": secrets.token_urlsafe(18)})["accessToken"]

    def build(self):
        self.confirm()
        self.build_own()
        self.build_program()
        if "consumer" in self.cluster.daemons:
            self.build_consumer()
        if "notification" in self.cluster.daemons:
            self.ids["notification"] = self.want(202, "POST", "/api/notifications/email", {
                "to": f"mail-{self.canary.lower()}@acme.example", "subject": f"Subject {self.canary}",
                "text": f"Text {self.canary}", "html": f"<p>{self.canary}</p>"})["id"]
        if "compliance" in self.cluster.daemons:
            self.build_compliance()
        self.build_audit()
        return self

    def confirm(self):
        """Confirms the owner's address; the next token says so."""
        if "notification" in self.cluster.daemons:
            self.want(200, "POST", f"/api/auth/verify-email/{poll(20, 'the verification mail', self.mailed_token)}")
        else:
            done = self.cluster.ctl_run("user", "confirm", self.email)
            if done.returncode != 0:
                raise Problem(f"aegisctl user confirm: {done.stdout}{done.stderr}")
        made = self.want(200, "POST", "/api/auth/refresh", {"refreshToken": self.refresh})
        self.token, self.refresh = made["accessToken"], made["refreshToken"]

    def mailed_token(self):
        sent = f"X-Envelope-To: {self.email}".encode()
        for path in glob.glob(os.path.join(self.cluster.data, "mail", "*.eml")):
            with open(path, "rb") as file:
                head, _, body = file.read().partition(b"\r\n\r\n")
            found = re.search(rb"/api/auth/verify-email/(\S+)", quopri.decodestring(body))
            if head.startswith(sent) and found:
                return found.group(1).decode()
        return None

    def build_own(self):
        self.ids["user"] = self.want(200, "GET", "/api/users")["users.0.id"]
        self.ids["login"] = self.want(200, "GET", "/api/auth/sessions")["sessions.0.id"]
        self.ids["tenant"] = self.tenant

    def build_program(self):
        program = self.want(201, "POST", "/api/programs", {
            "name": f"Program {self.canary}", "drug": "rosuvastatin", "sponsor": f"Sponsor {self.canary}", "codeBudget": 10})
        self.ids["program"], self.ids["public"] = program["id"], program["publicId"]
        table = json.dumps(screeners.guideline_table(), separators=(",", ":"))
        sha256 = self.want(201, "POST", "/api/reference-tables", {"document": table})["sha256"]
        at = f"/api/programs/{program['id']}"
        version = self.want(201, "POST", f"{at}/screeners", {"document": screeners.screener(sha256)})
        self.ids["screener"] = version["version"]
        self.want(200, "POST", f"{at}/screeners/{version['version']}:publish", {})
        self.want(200, "POST", f"{at}:activate", {})

    def build_consumer(self):
        started = self.want(201, "POST", "/api/screening-sessions", {
            "programId": self.ids["public"], "locale": "en-US", "deviceClass": "phone"})
        self.ids["session"], self.session_token = started["session.id"], started["sessionToken"]
        at = f"/api/screening-sessions/{self.ids['session']}"
        self.want(200, "PUT", f"{at}/answers", {"answers": screeners.GOOD}, self.session_token)
        self.want(200, "POST", f"{at}/complete", {}, self.session_token)
        self.secrets["code"] = self.want(201, "POST", f"{at}/verification-code", {"email": f"code-{self.canary.lower()}@acme.example"},
                                         self.session_token, Idempotency_Key=secrets.token_hex(16))["code"]
        self.ids["code"] = self.first("/api/verification-codes", "codes")
        self.ids["partner"] = self.want(201, "POST", "/api/partners", {"name": f"Partner {self.canary}", "kind": "pharmacy"})["id"]
        made = self.want(201, "POST", f"/api/partners/{self.ids['partner']}/api-keys",
                         {"name": f"Key {self.canary}", "scopes": ["codes:verify", "codes:redeem"]})
        self.partner_key = self.secrets["partner key"] = made["secret"]
        listed = self.want(200, "GET", f"/api/partners/{self.ids['partner']}/api-keys").json
        self.ids["partner_key"] = next(iter(listed.values()))[0]["id"]

    def build_compliance(self):
        admin = self.administrator()
        name = f"leie-{self.canary}.csv"
        head = ("LASTNAME,FIRSTNAME,MIDNAME,BUSNAME,GENERAL,SPECIALTY,UPIN,NPI,DOB,ADDRESS,CITY,STATE,ZIP,EXCLTYPE,EXCLDATE,"
                "REINDATE,WAIVERDATE,WVRSTATE\r\n")
        row = "{},ANN,,,PHARMACIST,,,{},19700101,1 MAIN ST,AUSTIN,TX,73301,1128a1,20260120,00000000,00000000,\r\n"
        rows = row.format("ROE", "1234567893")
        self.serve(name, head + rows)
        source = self.want(201, "POST", "/api/compliance/sources", {
            "name": f"Source {secrets.token_hex(4)}", "kind": "leie_supplement", "url": f"{self.cluster.web}/{name}",
            "onlyTenantId": self.tenant}, admin)["id"]
        self.ids["source"] = source
        self.ids["subscription"] = self.want(201, "POST", "/api/compliance/subscriptions", {"sourceId": source})["id"]
        self.want(200, "POST", f"/api/compliance/sources/{source}:sync", {}, admin)
        self.serve(name, head + rows + row.format("POE", "1245319599"))
        self.want(200, "POST", f"/api/compliance/sources/{source}:sync", {}, admin)
        self.ids["compliance_event"] = self.first(f"/api/tenants/{self.tenant}/compliance/events", "events")

    def serve(self, name, text):
        with open(f"{self.cluster.data}/web/{name}", "w", encoding="ascii") as out:
            out.write(text)
        os.chmod(f"{self.cluster.data}/web/{name}", 0o644)

    def build_audit(self):
        self.ids["audit_event"] = self.first("/api/audit/events?targetKind=program", "events")
        self.ids["audit_export"] = self.want(201, "POST", "/api/audit/exports", {"purpose": f"Purpose {self.canary}"})["id"]

    def first(self, path, member):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            found = self.want(200, "GET", path).json.get(member)
            if found:
                return found[0]["id"]
            time.sleep(0.1)
        raise Problem(f"{path}: nothing within 30 s")


def health(checks, cluster, before):
    """No daemon fell, none was restarted, no sanitizer spoke."""
    after = cluster.pids()
    for name, pid in before.items():
        checks.check(after[name] == pid, f"{name} was restarted (process {pid}, now {after[name]})")
    spoke = cluster.reports()
    checks.check(not spoke, f"sanitizer reports in the logs of {', '.join(spoke)}")
