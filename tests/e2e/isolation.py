"""Every operation of openapi.json, called as tenant B with tenant A's ids.

Never a success, never a 5xx, never a word of A's; and A's objects are afterwards what they
were.  An operation with an id that this file does not know fails the test, so that a new route
must be thought of here.
"""
import json
import re
import sys

from world import told_journey

CANARY = "Acme Pharma"
VERBS = ("get", "post", "put", "patch", "delete")
# Links whose token is the whole secret.
# The reference names an Acme Pharma of its own in examples.
PUBLIC = {"/openapi.json", "/docs"}
SHARED = {"/api/auth/verify-email/{token}", "/api/auth/unlock/{token}"}
# Who is signed in is told 403 or 404; 401 is for who shows nothing that counts here.
REFUSED = {"B's owner": (403, 404), "B's key": (403, 404), "another consumer": (401, 403, 404), "nobody": (401,)}


class Counts:
    passed = 0
    failed = []

    @classmethod
    def check(cls, good, what):
        if good:
            cls.passed += 1
        else:
            cls.failed.append(what)


def ids_of(a, journey):
    """Path pattern to the values of its variables; the first pattern that fits counts."""
    token = a["token"]
    call = journey.call
    keys = call("GET", f"/api/partners/{journey.partner_id}/api-keys", token=token)
    event = call("GET", "/api/audit/events", token=token)["events.0.id"]
    export = call("POST", "/api/audit/exports", {}, token=token, status=201)["id"]
    mail = call("GET", "/api/notifications", token=token)["notifications.0.id"]
    subscription = call("GET", "/api/compliance/subscriptions", token=token)["subscriptions.0.id"]
    source = call("GET", "/api/compliance/sources", token=token)["sources.0.id"]
    compliance = call("GET", f"/api/tenants/{a['tenant']}/compliance/events", token=token)["events.0.id"]
    me = call("GET", "/api/auth/me", token=token)["user.id"]
    session = call("GET", "/api/auth/sessions", token=token)["sessions.0.id"]
    code = call("GET", "/api/verification-codes", token=token)["codes.0.id"]
    return [
        (r"^/api/programs/\{program_id\}", {"program_id": journey.program_id, "version": "1", "other": "1"}),
        (r"^/api/programs/\{id\}", {"id": journey.program_id}),
        (r"^/api/partners/\{partner_id\}", {"partner_id": journey.partner_id, "id": keys["keys.0.id"]}),
        (r"^/api/partners/\{id\}", {"id": journey.partner_id}),
        (r"^/api/screening-sessions/\{id\}", {"id": journey.session}),
        (r"^/api/verification-codes/\{id\}", {"id": code}),
        (r"^/api/audit/events/\{id\}", {"id": event}),
        (r"^/api/audit/exports/\{id\}", {"id": export}),
        (r"^/api/notifications/", {"id": mail}),
        (r"^/api/compliance/subscriptions/\{id\}", {"id": subscription}),
        (r"^/api/compliance/sources/\{id\}", {"id": source}),
        (r"^/api/tenants/\{tenant_id\}", {"tenant_id": a["tenant"], "id": compliance}),
        (r"^/api/tenants/\{id\}", {"id": a["tenant"]}),
        (r"^/api/break-glass-grants/\{id\}", {"id": a["tenant"]}),
        (r"^/api/users/\{id\}", {"id": me}),
        (r"^/api/auth/sessions/\{id\}", {"id": session}),
        (r"^/api/auth/unlock/", {"token": "adm_nothing"}),
        (r"^/api/auth/verify-email/", {"token": "adm_nothing"}),
    ]


def with_ids(pattern, known):
    names = [snake(name) for name in re.findall(r"\{([^}]+)\}", pattern)]
    normal = re.sub(r"\{([^}]+)\}", lambda m: "{" + snake(m.group(1)) + "}", pattern)
    for shape, values in known:
        if re.match(shape, normal) and all(name in values for name in names):
            return re.sub(r"\{([^}]+)\}", lambda m: values[snake(m.group(1))], pattern)
    return None


def snake(name):
    return re.sub(r"([A-Z])", lambda m: "_" + m.group(1).lower(), name)


def example_body(operation):
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    if "example" in content:
        return content["example"]
    if "examples" in content:
        return next(iter(content["examples"].values()))["value"]
    return {}


# Where the example alone is refused for its form before anybody is asked whose object it is.
BODIES = {
    "/api/partners/{partnerId}/api-keys": {"name": "till", "scopes": ["codes:verify"]},
    "/api/partners/{id}": {"name": "Mine now"},
    "/api/programs/{id}": {"name": "Mine now"},
}


def body_for(pattern, operation, journey):
    """The example, with A's code where a code belongs."""
    body = BODIES.get(pattern) or example_body(operation)
    if isinstance(body, dict) and "code" in body:
        body = {**body, "code": journey.code_text}
    return body


def call_as(journey, token, method, pattern, path, operation):
    body = body_for(pattern, operation, journey) if "requestBody" in operation else None
    return journey.http.call(method, path, body, token, {"Idempotency-Key": f"isolation-{abs(hash((method, path, token)))}"})


def is_refused(name, path, answer):
    if answer.status in REFUSED[name]:
        return True
    # An unknown code and a foreign one look the same.
    return path.startswith("/api/verification-codes/") and answer.status == 400 and answer.reason == "CODE_NOT_VALID"


def words_of_a(journey):
    return [CANARY, journey.acme["email"], journey.program_id, journey.session, journey.partner_id, journey.code_text,
            journey.public_id]


def check_operation(journey, known, callers, method, pattern, operation):
    what = f"{method} {pattern}"
    has_ids = "{" in pattern or pattern.startswith("/api/verification-codes/")
    path = with_ids(pattern, known) if "{" in pattern else pattern
    if path is None:
        Counts.check(False, f"{what}: tests/e2e/isolation.py does not know its ids")
        return
    for name, token in callers.items():
        answer = call_as(journey, token, method, pattern, path, operation)
        said = answer.raw.decode(errors="replace")
        Counts.check(answer.status < 500, f"{what} as {name}: {answer.status} {said[:200]}")
        for word in words_of_a(journey) if pattern not in PUBLIC else ():
            # What the caller sent may come back; what it did not know may not.
            Counts.check(word not in said or word in path, f"{what} as {name}: the answer holds {word}")
        if has_ids and pattern not in SHARED:
            Counts.check(is_refused(name, path, answer), f"{what} as {name}: {answer.status} {answer.reason}")


# Calls that end B's own sign-in or make further tenants: made last or not at all.
LAST = ("/api/auth/logout", "/api/auth/revoke-all")
LEFT_OUT = ("/api/auth/register", "/api/auth/signup", "/api/auth/refresh", "/api/auth/login")


def main():
    journey = told_journey(["tenant", "program", "consumers", "code", "compliance"])
    b = journey.register("Beta Clinic")
    journey.confirm(b)
    b_partner = journey.call("POST", "/api/partners", {"name": "Beta till", "kind": "pharmacy"}, token=b["token"], status=201)["id"]
    b_key = journey.call("POST", f"/api/partners/{b_partner}/api-keys", {
        "name": "till", "scopes": ["codes:verify", "codes:redeem"]}, token=b["token"], status=201)["secret"]
    # A consumer of A's program with a session of their own is a stranger to A's other sessions.
    other_session = journey.call("POST", "/api/screening-sessions", {"programId": journey.public_id}, status=201)["sessionToken"]
    callers = {"B's owner": b["token"], "B's key": b_key, "another consumer": other_session, "nobody": None}
    known = ids_of(journey.acme, journey)
    before = snapshot(journey)
    paths = journey.call("GET", "/openapi.json").json["paths"]
    operations = [(verb.upper(), pattern, item[verb]) for pattern, item in sorted(paths.items()) for verb in VERBS if verb in item]
    for method, pattern, operation in sorted(operations, key=lambda o: o[1] in LAST):
        if pattern not in LEFT_OUT:
            check_operation(journey, known, callers, method, pattern, operation)
    Counts.check(snapshot(journey) == before, f"A's objects changed: {before} → {snapshot(journey)}")
    for failure in Counts.failed:
        print(failure)
    print(f"\n{len(operations)} operations, each as {', '.join(callers)}")
    print(f"{Counts.passed} passed, {len(Counts.failed)} failed")
    return 1 if Counts.failed else 0


def snapshot(journey):
    """What A's owner sees of A, as text."""
    token = journey.acme["token"]
    seen = [journey.call("GET", path, token=token).json for path in (
        "/api/tenants/me", f"/api/programs/{journey.program_id}", f"/api/programs/{journey.program_id}/screeners",
        "/api/partners", f"/api/partners/{journey.partner_id}/api-keys", "/api/users", "/api/settings",
        "/api/verification-codes", f"/api/programs/{journey.program_id}/recalls",
        "/api/compliance/subscriptions", f"/api/tenants/{journey.acme['tenant']}/compliance/events")]
    return re.sub(r'"lastUsedAt": "[^"]*"', "", json.dumps(seen, sort_keys=True))


if __name__ == "__main__":
    sys.exit(main())
