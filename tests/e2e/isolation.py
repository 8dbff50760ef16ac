"""Every operation of openapi.json, called as tenant B with tenant A's ids.

Never a success, never a 5xx, never a word of A's; and A's objects are afterwards what they
were.  An operation that names a kind of object which this file has none of fails the test, so that a
new kind must be thought of here.
"""
import json
import re
import sys

from world import told_journey

CANARY = "Acme Pharma"
# In place of the token of a link, which names no object.
NO_TOKEN = "adm_nothing"
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
    """Kind of object to the id of A's own."""
    token = a["token"]
    call = journey.call
    return {
        "tenant": a["tenant"],
        "user": call("GET", "/api/auth/me", token=token)["user.id"],
        "login": call("GET", "/api/auth/sessions", token=token)["sessions.0.id"],
        # Only the platform's administrators have grants: for everybody else a foreign id and an unknown one are the same.
        "grant": a["tenant"],
        "program": journey.program_id,
        "screener": "1",
        "session": journey.session,
        "code": call("GET", "/api/verification-codes", token=token)["codes.0.id"],
        "partner": journey.partner_id,
        "partner_key": call("GET", f"/api/partners/{journey.partner_id}/api-keys", token=token)["keys.0.id"],
        "source": call("GET", "/api/compliance/sources", token=token)["sources.0.id"],
        "subscription": call("GET", "/api/compliance/subscriptions", token=token)["subscriptions.0.id"],
        "compliance_event": call("GET", f"/api/tenants/{a['tenant']}/compliance/events", token=token)["events.0.id"],
        "notification": call("GET", "/api/notifications", token=token)["notifications.0.id"],
        "audit_event": call("GET", "/api/audit/events", token=token)["events.0.id"],
        "audit_export": call("POST", "/api/audit/exports", {}, token=token, status=201)["id"],
    }


def with_ids(pattern, operation, known):
    """The path with A's ids; None when it names a kind of object that A has none of."""
    kinds = {p["name"]: p.get("x-aegis-resource") for p in operation.get("parameters", []) if p.get("in") == "path"}
    values = {name: known.get(kind[0]) if kind else NO_TOKEN for name, kind in kinds.items()}
    if None in values.values():
        return None
    return re.sub(r"\{([^}]+)\}", lambda m: values[m.group(1)], pattern)


def example_body(operation):
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    if "example" in content:
        return content["example"]
    if "examples" in content:
        return next(iter(content["examples"].values()))["value"]
    return {}


def body_for(operation, journey):
    """The example, with A's code where a code belongs."""
    body = example_body(operation)
    if isinstance(body, dict) and "code" in body:
        body = {**body, "code": journey.code_text}
    return body


def call_as(journey, token, method, path, operation):
    body = body_for(operation, journey) if "requestBody" in operation else None
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
    path = with_ids(pattern, operation, known)
    if path is None:
        Counts.check(False, f"{what}: tests/e2e/isolation.py has no object of the kind that it names")
        return
    for name, token in callers.items():
        answer = call_as(journey, token, method, path, operation)
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
