"""Every operation of openapi.json with what it must refuse, and with random bodies.

No 5xx, no hang; a refusal is application/problem+json with the documented members; the
daemons are afterwards the same processes, and no sanitizer spoke.
"""
import copy
import json
import random
import sys
import time

import fuzz_world as world

SIZE = 700 * 1024


class Fuzz:
    def __init__(self, cluster, seed, seconds):
        self.cluster, self.random = cluster, random.Random(seed)
        self.checks, self.raw = world.Checks(), world.Raw(cluster.url)
        self.until = time.monotonic() + seconds
        self.statuses, self.sent = {}, 0
        self.new_tenant()

    def new_tenant(self):
        """Another victim: the random part may end sessions or remove programs."""
        self.tenant = world.Tenant(self.cluster, "fuzz", f"FUZZ{self.random.getrandbits(64):016x}").build()
        self.tokens = {"user": self.tenant.token}
        if "consumer" in self.cluster.daemons:
            self.tokens.update(key=self.tenant.partner_key, session=self.tenant.session_token)
        self.tokens["admin"] = self.tenant.administrator()

    def token_for(self, operation):
        return next((self.tokens[kind] for kind in ("user", "session", "key", "admin")
                     if kind in operation.security and kind in self.tokens), None)

    def ids(self, operation):
        own = self.tenant.ids
        known = {"programId": "program", "partnerId": "partner", "tenantId": "tenant", "version": "version"}
        return {name: own.get(known.get(name, ""), "0190c3a4-7b1e-7c2d-9a53-1f0e6d5c4b3a") for name in operation.variables}

    def send(self, operation, what, body=None, target=None, headers=None, token=True, wanted=None):
        """One request; wanted: the statuses it may be answered with."""
        given = [("Authorization", f"Bearer {self.token_for(operation)}")] if token is True and operation.security else []
        given += list(operation.headers().items()) + (headers or [])
        if body is not None and not any(name == "Content-Type" for name, _ in given):
            given.append(("Content-Type", "application/json"))
        self.sent += 1
        try:
            status, kind, text = self.raw.call(operation.method, target or operation.fill(self.ids(operation)), body, given)
        except (OSError, world.http.client.HTTPException) as problem:
            self.raw.close()
            self.checks.check(False, f"{operation.id}, {what}: {type(problem).__name__} {problem}")
            return None
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.judge(operation, what, status, kind, text, wanted)
        return status

    def judge(self, operation, what, status, kind, text, wanted):
        where = f"{operation.id}, {what}: {status} {text[:240]!r}"
        if operation.id == "gateway.Health" and status == 503:
            return
        absent = operation.id.split(".")[0] not in [*self.cluster.daemons, "gateway"]
        self.checks.check(status < 500 or (absent and status == 503), where)
        if wanted:
            self.checks.check(status in wanted, f"{where}, not {wanted}")
        if 400 <= status < 500:
            try:
                problem = json.loads(text)
            except ValueError:
                problem = {}
            lacking = [name for name in world.PROBLEM_MEMBERS if name not in problem]
            self.checks.check(kind.startswith("application/problem+json") and not lacking and problem["status"] == status,
                              f"{where} lacks {lacking}, is {kind}")
            if problem.get("reason") == "INVALID_FIELDS":
                named = [f.get("field") for f in problem.get("fields", [])]
                whole = "The body" in problem.get("detail", "")  # not an object at all: no field to name
                self.checks.check(all(named) and (named or whole), f"{where} names no field")

    # -- what every operation must refuse ---------------------------------------------

    def tokens_refused(self, operation):
        if not operation.security:
            return
        body = json.dumps(operation.example).encode() if operation.has_body else None
        bad = ["", "x", "a.b.c", "Bearer", "aeg_live_" + "0" * 80, "ses_" + "1" * 60, "e30.e30.e30", "\xff\xfe", "A" * 6000]
        for token in bad:
            self.send(operation, f"token {token[:10]!r}", body, token=False,
                      headers=[("Authorization", "Bearer " + token)], wanted=(400, 401, 403, 431))
        self.send(operation, "no token", body, token=False, wanted=(401,))
        self.send(operation, "two tokens", body, token=False, wanted=(400, 401),
                  headers=[("Authorization", "Bearer " + str(self.token_for(operation)))] * 2)

    def query_refused(self, operation):
        target = operation.fill(self.ids(operation))
        body = json.dumps(operation.example).encode() if operation.has_body else None
        if not operation.id.startswith("gateway."):
            self.send(operation, "unknown parameter", body, target + "?nobodyKnowsThis=1", wanted=(400, 401, 403, 404))
        for name in operation.query:
            for value in ("%00", "%ff", "x" * 3000, "-1", "99999999999999999999", "%", "1&" + name + "=1", "%F0%9F%98%80"):
                self.send(operation, f"{name}={value[:12]}", body, f"{target}?{name}={value}")
        for name in operation.variables:
            for value in ("x", "%00", "%2e%2e", "9" * 400, "0190c3a4-7b1e-7c2d-9a53-1f0e6d5c4b3a%0d%0aX: y", "%ff", "{}"):
                ids = {**self.ids(operation), name: "XX"}
                self.send(operation, f"path {name}={value[:12]}", body, operation.fill(ids).replace("XX", value.replace(" ", "%20")),
                          wanted=(400, 401, 403, 404))

    def bodies_refused(self, operation):
        if not operation.has_body:
            self.send(operation, "a body where none is", b"{}", wanted=None)
            return
        broken = [b"{", b"[]", b"null", b"1", b'"x"', b"", b"\xff\xfe", b"{}{}", b"\xef\xbb\xbf{}", b'{"a":', b"{'a':1}",
                  b'{"a":1,}', b"[" * 5000, b'{"a":' * 5000, b'{"nobodyKnowsThis":1}', b'{"' + b"k" * 60000 + b'":1}']
        for body in broken:
            wanted = (400, 401, 403, 404) if body not in (b"", b"{}", b"null") else None
            self.send(operation, f"body {body[:16]!r}", body, wanted=wanted)
        good = json.dumps(operation.example).encode()
        for kind in ("text/plain", "application/xml", "", "application/json; charset=utf-16", "multipart/form-data"):
            self.send(operation, f"content type {kind!r}", good, headers=[("Content-Type", kind)], wanted=(400, 401, 403, 404, 415))
        self.send(operation, "content encoding", good, headers=[("Content-Encoding", "gzip"), ("Content-Type", "application/json")],
                  wanted=(400, 401, 403, 404, 415))
        self.send(operation, "body of 1.5 MB", b'{"x":"' + b"y" * (3 << 19) + b'"}', wanted=(413, 401, 403))
        self.raw.close()
        self.members_refused(operation)

    def members_refused(self, operation):
        properties = operation.schema.get("properties", {})
        example = operation.example if isinstance(operation.example, dict) else {}
        for name in operation.schema.get("required", []):
            self.send(operation, f"without {name}", dump({k: v for k, v in example.items() if k != name}), wanted=(400, 403, 404))
        self.send(operation, "an unknown member", dump({**example, "nobodyKnowsThis": 1}), wanted=(400,))
        for name in properties:
            once = json.dumps(example.get(name, "x"))
            self.send(operation, f"{name} twice", f'{{{json.dumps(name)}:{once},{json.dumps(name)}:{once}}}'.encode(), wanted=(400,))
            for value in self.wrong(self.cluster.resolve(properties[name])):
                self.send(operation, f"{name}={str(value)[:16]!r}", dump({**example, name: value}))

    @staticmethod
    def wrong(schema):
        kind = schema.get("type")
        common = [None, "\u0000", "\ud800", "x" * SIZE, -1, 1.5, 1e308, 10 ** 40, True, [], {}, [[[]]], {"a": {"b": []}}]
        return common if kind != "string" else common + ["", " ", "\r\nX: y", "%s%n", "'; SELECT 1 --", "\u202e", "<b>", "\x7f"]

    # -- the random part ---------------------------------------------------------------

    def mutate(self, value, depth=0):
        pick = self.random.random()
        if isinstance(value, dict) and pick < 0.8 and value:
            out = copy.copy(value)
            for name in self.random.sample(list(out), self.random.randint(1, len(out))):
                out[name] = self.mutate(out[name], depth + 1)
            return out
        if isinstance(value, list) and pick < 0.6 and value:
            return [self.mutate(item, depth + 1) for item in value] * self.random.choice((1, 2, 40))
        if isinstance(value, str) and pick < 0.6:
            at = self.random.randint(0, len(value))
            return value[:at] + self.random.choice(("\x00", "é", "😀", "\u2028", "A" * 300, "", "\\", '"', "\x01")) + value[at:]
        return self.random.choice((None, 0, -1, 2 ** 63, 2 ** 64, 0.1, "", "x", [], {}, True, value, [value], {"x": value}))

    def random_part(self, operations):
        while time.monotonic() < self.until:
            operation = self.random.choice(operations)
            if operation.has_body:
                self.send(operation, "random body", dump(self.mutate(operation.example)))
            name = self.random.choice(("X-Request-Id", "traceparent", "Aegis-Tenant", "Accept", "Idempotency-Key", "Origin", "Accept-Language"))
            value = self.random.choice(("", "x" * 300, "00-" + "f" * 32 + "-" + "0" * 16 + "-01", "\xe9", "a,b;q=9", "*/*"))
            self.send(operation, f"header {name}", headers=[(name, value)])

    def run(self):
        operations = list(self.cluster.operations())
        for operation in operations:
            self.tokens_refused(operation)
        calm = [op for op in operations if op.id.split(".")[1] not in ("LogoutUser", "RevokeAllSessions")]
        for operation in calm:
            self.query_refused(operation)
            self.bodies_refused(operation)
        self.random_part(calm)
        return len(operations)


def dump(value):
    return json.dumps(value).encode()


def main():
    args = world.arguments(__doc__)
    seed = args.seed if args.seed is not None else random.SystemRandom().getrandbits(32)
    print(f"seed {seed} (again: --seed {seed})", flush=True)
    cluster = world.Cluster()
    before = cluster.pids()
    fuzz = Fuzz(cluster, seed, args.seconds)
    n = fuzz.run()
    world.health(fuzz.checks, cluster, before)
    print(f"{fuzz.sent} requests to {n} operations; answers {dict(sorted(fuzz.statuses.items()))}")
    return fuzz.checks.finish()


if __name__ == "__main__":
    sys.exit(main())
