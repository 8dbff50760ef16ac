"""What the audit log says of every write of a resource: each member that the contract lets a caller write.

The members come from openapi.json, so a new one is in this test by itself.  Each update changes one member and is found in the
log by its request: the entry has exactly the members that differ, with the values that the API answered before and after.
Protected members are named, and their values are nowhere in the log.
"""
import json
import secrets
import subprocess
import sys
import time

import fuzz_world as world

CANARY = f"Canary{secrets.token_hex(8)}"
# Not told as members: the target of the entry has them.
IN_TARGET = {"id", "version", "generation"}
# What a write may expect, not what it changes.
EXPECTED = IN_TARGET | {"revision"}
# Words of closed sets that the schema does not list.
WORDS = {"timeZone": ("America/Denver", "America/Chicago"), "locale": ("es-US", "en-GB"), "states": (["TX"], ["CA"]),
         "expiresAt": ("2030-01-01T00:00:00Z",)}
# The contract takes exactly the member that the program counts attempts by.
ATTEMPTS = {"session": set(), "email": {"email"}, "reference": {"reference"}}
PLATFORM = "00000000-0000-7000-8000-000000000001"


def member_of(contract, name, schema):
    """The member's schema without what wraps it: references, null, the empty text beside a date."""
    words = {}
    while True:
        words.update({key: value for key, value in schema.items() if key not in ("$ref", "anyOf")})
        if "$ref" in schema:
            schema = contract.resolve(schema)
        elif "anyOf" in schema:
            schema = schema["anyOf"][0]
        else:
            return {**words, "name": name}


def text_for(schema, old):
    choices = WORDS.get(schema["name"]) or schema.get("enum")
    if choices:
        return next(word for word in choices if word != old)
    if schema.get("format") == "email":
        return f"{CANARY}-{secrets.token_hex(2)}@canary.example".lower()
    if schema.get("format") == "date":
        return "2026-03-02" if old == "2026-03-01" else "2026-03-01"
    return f"{CANARY if schema.get('x-sensitivity') else 'A new text'} {secrets.token_hex(4)}"


def value_for(contract, schema, old=None):
    """Another value than the old one."""
    kind = schema.get("type")
    if schema["name"] in WORDS or kind == "string":
        return text_for(schema, old)
    if kind == "boolean":
        return not old
    if kind == "integer":
        return (old or schema.get("minimum", 0)) + 1
    if kind == "array":
        return [value_for(contract, member_of(contract, "", schema["items"]), (old or [None])[0])]
    raise world.Problem(f"{schema['name']}: this test has no value for {schema}")


class Changes:
    def __init__(self):
        self.cluster, self.checks = world.Cluster(), world.Checks()
        self.tenant = world.Tenant(self.cluster, "changes", f"CHANGES{secrets.token_hex(6)}").build()
        self.admin = self.tenant.administrator()
        self.public = self.tenant.ids["program"]
        # Drafts, of which everything can be changed.
        want = self.tenant.want
        self.tenant.ids["program"] = want(201, "POST", "/api/programs", {"name": "A draft", "drug": "rosuvastatin"})["id"]
        self.tenant.ids["screener"] = want(201, "POST", f"/api/programs/{self.tenant.ids['program']}/screeners", {"document": {}})["version"]
        self.written, self.entries, self.covered = [], {}, set()

    # -- writing -----------------------------------------------------------------------

    def operations(self, ending):
        for operation in self.cluster.operations():
            body = self.cluster.contract["paths"][operation.path][operation.method.lower()].get("requestBody", {})
            schema = body.get("content", {}).get("application/json", {}).get("schema", {})
            if schema.get("$ref", "").endswith(ending):
                yield operation, {name: member_of(self.cluster, name, one) for name, one in operation.schema["properties"].items()}

    def send(self, operation, body):
        ids = {name: self.tenant.ids[kind] for name, kind in operation.kinds().items()}
        token = self.admin if "admin" in operation.security else self.tenant.token
        answer = self.cluster.http.call(operation.method, operation.fill(ids), body, token, operation.headers())
        self.checks.check(answer.status in (200, 201), f"{operation.id} {body}: {answer.status} {answer.raw[:300]}")
        return answer

    def read(self, operation):
        ids = {name: self.tenant.ids[kind] for name, kind in operation.kinds().items()}
        return self.tenant.want(200, "GET", operation.fill(ids)).json

    def update(self, operation, members):
        for name, schema in members.items():
            if name in EXPECTED or schema.get("readOnly"):
                continue
            before = self.read(operation)
            new = self.special(operation, name) or value_for(self.cluster, schema, before.get(name))
            kept = {key: before[key] for key in members if key in before and key not in EXPECTED}
            answer = self.send(operation, {**(kept if operation.method == "PUT" else {}), name: new})
            self.written.append((operation, answer, before, members, {name}))
            if answer.status == 200 and not schema.get("x-sensitivity"):
                self.checks.check(answer.json.get(name) != before.get(name) or name == "role",
                                  f"{operation.id}: {name} is still {before.get(name)}")
            self.covered.add((operation.id, name))
            if name == "role":
                self.sign_in_again()

    def sign_in_again(self):
        """A token is stale once the rights of its user were written."""
        made = self.tenant.want(200, "POST", "/api/auth/refresh", {"refreshToken": self.tenant.refresh})
        self.tenant.token, self.tenant.refresh = made["accessToken"], made["refreshToken"]

    def create(self, operation, members, without=()):
        body = {}
        for name, schema in members.items():
            if name in without:
                continue
            kinds = schema.get("x-aegis-resource")
            body[name] = self.special(operation, name) or (self.tenant.ids[kinds[0]] if kinds else value_for(self.cluster, schema))
            self.covered.add((operation.id, name))
        answer = self.send(operation, body)
        self.written.append((operation, answer, None, members, set(body)))
        if operation.id == "compliance.CreateSource":
            self.tenant.ids["source"] = answer["id"]  # which nobody has subscribed to

    def special(self, operation, name):
        """Values that mean something beyond their form."""
        if (operation.id, name) == ("program.CreateReferenceTable", "document"):
            return json.dumps({**world.screeners.guideline_table(), "name": f"t{secrets.token_hex(4)}"})
        if name == "document":
            return {"title": secrets.token_hex(4)}
        if name == "role":
            return "owner"  # of the only member
        return {"url": f"{self.cluster.web}/{secrets.token_hex(4)}.csv", "onlyTenantId": self.tenant.tenant}.get(name)

    def start_sessions(self, operation, members):
        """One session for each way in which a program counts attempts."""
        draft, self.tenant.ids["program"] = self.tenant.ids["program"], self.public
        for by, named in ATTEMPTS.items():
            self.tenant.want(200, "PATCH", f"/api/programs/{self.public}", {"attemptsBy": by})
            self.create(operation, members, {"email", "reference"} - named)
        self.tenant.ids["program"] = draft

    def write_all(self):
        for operation, members in self.operations("Update"):
            self.update(operation, members)
        for operation, members in self.operations("Create"):
            if operation.id == "consumer.StartSession":
                self.start_sessions(operation, members)
            else:
                self.create(operation, members)

    # -- reading back ------------------------------------------------------------------

    def read_log(self):
        """Every entry of the organization, by request; until that of the last write is there."""
        last = [answer.headers["X-Request-Id"] for operation, answer, *_ in self.written if "admin" not in operation.security][-1]
        deadline = time.monotonic() + 30
        while last not in self.entries and time.monotonic() < deadline:
            time.sleep(0.2)
            token = ""
            while True:
                page = self.tenant.want(200, "GET", f"/api/audit/events?pageSize=200&pageToken={token}").json
                for entry in page["events"]:
                    self.entries.setdefault(entry["requestId"], []).append(entry)
                token = page.get("nextPageToken", "")
                if not token:
                    break

    def entry_of(self, answer):
        """The write's entry; those of administrators are in the platform's log."""
        for entry in self.entries.get(answer.headers["X-Request-Id"], []):
            if entry.get("before") is not None or entry.get("after") is not None:
                return entry
        found = subprocess.run(
            [f"{world.ROOT}/deploy/aegis", "psql", "--as", "audit", "--tenant", PLATFORM, "-qAt", "-c",
             f"SELECT convert_from(leaf, 'UTF8') FROM audit.entry WHERE request_id = '{answer.headers['X-Request-Id']}'"],
            capture_output=True, text=True, check=False)
        return json.loads(found.stdout.split("\n")[0]) if found.stdout.strip() else None

    def check_update(self, what, entry, before, after, members):
        shown = {name for name in {*before, *after} if before.get(name) != after.get(name)} - IN_TARGET
        secret = {name for name in shown if members.get(name, {}).get("x-sensitivity")}
        for side, state in (("before", before), ("after", after)):
            told = dict(entry.get(side) or {})
            named, cut = set(told.pop("$protected", [])), told.pop("$cut", {})
            told = {name: value for name, value in told.items() if name not in ("$details", "programId") and name not in IN_TARGET}
            self.checks.check({*told, *cut} == shown - secret, f"{what}: {side} has {sorted(told)}, not {sorted(shown - secret)}")
            self.checks.check(all(value == state.get(name) for name, value in told.items()), f"{what}: {side} is {told}, the API said {state}")
            self.checks.check(named == {name for name in secret if state.get(name)}, f"{what}: {side} names {sorted(named)}")

    def check_creation(self, what, entry, answer, given):
        made = answer.json if "createdAt" in answer.json or "openedAt" in answer.json else next(iter(answer.json.values()))
        told = entry.get("after") or {}
        self.checks.check(not entry.get("before"), f"{what}: a creation has {entry.get('before')} before")
        for name in given:
            if name in told:
                self.checks.check(told[name] == made.get(name), f"{what}: {name} is {told[name]}, the API said {made.get(name)}")
            else:
                self.checks.check(name in told.get("$protected", []) + list(told.get("$cut", {})), f"{what}: {name} is not told: {told}")

    def check_all(self):
        for operation, answer, before, members, names in self.written:
            what = f"{operation.id} of {', '.join(sorted(names))}"
            entry = self.entry_of(answer)
            if not self.checks.check(entry, f"{what}: no entry"):
                continue
            if before is None:
                self.check_creation(what, entry, answer, names)
            else:
                self.check_update(what, entry, before, answer.json, members)
            version = answer.json.get("generation", answer.json.get("version"))
            if before is not None and version:
                self.checks.check(str(entry["targetVersion"]) == str(version), f"{what}: version {entry['targetVersion']}, not {version}")
        low = json.dumps(self.entries).lower()
        self.checks.check(CANARY.lower() not in low, "the log has a protected value")
        self.checks.check(len(low) > 10000 and "$protected" in low, "the log is not what this test wrote")

    def run(self):
        self.write_all()
        self.read_log()
        self.check_all()
        wanted = {(operation.id, name) for ending in ("Update", "Create") for operation, members in self.operations(ending)
                  for name, schema in members.items() if name not in EXPECTED and not schema.get("readOnly")}
        self.checks.check(self.covered == wanted, f"members that no write was made of: {wanted - self.covered}")
        print(f"{len(self.covered)} members of {len({operation for operation, _ in self.covered})} operations")
        return self.checks.finish()


if __name__ == "__main__":
    sys.exit(Changes().run())
