"""Every operation of openapi.json with what it must refuse, and with random bodies.

Body, path, query (here) and headers (fuzz_headers.py), each missing, extra, wrong, huge, foreign and
repeated.  No 5xx, no hang; each answer has a status and a body that openapi.json has for it
(fuzz_shape.py); the daemons are afterwards the same processes, and no sanitizer spoke.
"""
import copy
import json
import random
import re
import secrets
import sys
import time

import fuzz_headers
import fuzz_shape
import fuzz_world as world

SIZE = 700 * 1024
NOT_MINE = fuzz_headers.NOT_MINE
RENEW = re.compile(rb'"reason":"(TOKEN_STALE|SESSION_ENDED|TENANT_SUSPENDED)"')
PAGES = ("auth.VerifyEmail", "auth.UnlockAccount")


class Fuzz:
    def __init__(self, cluster, seed, seconds):
        self.cluster, self.random = cluster, random.Random(seed)
        self.checks, self.raw = world.Checks(), world.Raw(cluster.url)
        self.until = time.monotonic() + seconds
        self.statuses, self.sent = {}, 0
        self.shapes = fuzz_shape.Shapes(self.cluster.contract)
        self.new_tenant()

    def new_tenant(self):
        """Another victim: the random part may end sessions or remove programs."""
        self.tenant = world.Tenant(self.cluster, "fuzz", f"FUZZ{secrets.token_hex(8)}").build()
        self.tokens = {"user": self.tenant.token}
        if "consumer" in self.cluster.daemons:
            self.tokens.update(key=self.tenant.partner_key, session=self.tenant.session_token)
        self.tokens["admin"] = self.tenant.administrator()
        self.other = world.Tenant(self.cluster, "other", f"OTHER{secrets.token_hex(8)}").build()

    def token_for(self, operation):
        return next((self.tokens[kind] for kind in ("user", "session", "key", "admin")
                     if kind in operation.security and kind in self.tokens), None)

    def ids(self, operation):
        """The victim's own ids, so that what is wrong is the rest of the request."""
        own = self.tenant.ids
        return {name: own.get(kind, NOT_MINE) for name, kind in operation.kinds().items()}

    def send(self, operation, what, body=None, target=None, headers=(), token=True, wanted=None, host=None):
        """One request; wanted: the statuses it may be answered with.  A header None is left out."""
        answer = self.send_once(operation, what, body, target, headers, token, host)
        if answer and token is True and RENEW.search(answer[2]):
            self.renew()
            answer = self.send_once(operation, what, body, target, headers, token, host)
        if answer:
            self.judge(operation, what, *answer, wanted)

    def send_once(self, operation, what, body, target, headers, token, host):
        default = {**operation.headers(), **({"Content-Type": "application/json"} if body is not None else {})}
        if token is True and operation.security:
            default["Authorization"] = f"Bearer {self.token_for(operation)}"
        named = {name for name, _ in headers}
        given = [(name, value) for name, value in default.items() if name not in named]
        given += [(name, value) for name, value in headers if value is not None]
        self.sent += 1
        try:
            answer = self.raw.call(operation.method, target or operation.fill(self.ids(operation)), body, given, host)
        except (OSError, world.http.client.HTTPException) as problem:
            self.raw.close()
            self.checks.check(False, f"{operation.id}, {what}: {type(problem).__name__} {problem}")
            return None
        self.statuses[answer[0]] = self.statuses.get(answer[0], 0) + 1
        return answer

    def renew(self):
        """A call changed the rights of its own caller, ended the session or suspended the organization."""
        tenant = self.tenant
        tenant.want(200, "POST", f"/api/tenants/{tenant.tenant}:resume", {}, self.tokens["admin"])
        self.tokens["user"] = tenant.want(200, "POST", "/api/auth/login", {"email": tenant.email, "password": tenant.password})["accessToken"]

    def judge(self, operation, what, status, kind, text, wanted):
        where = f"{operation.id}, {what}: {status} {text[:240]!r}"
        if operation.id == "gateway.Health" and status == 503:
            return
        absent = operation.id.split(".")[0] not in [*self.cluster.daemons, "gateway"]
        self.checks.check(status < 500 or (absent and status == 503), where)
        self.checks.check(operation.is_for_all or self.other.canary.encode() not in text, f"{where} tells of another organization")
        if operation.id in PAGES and kind.startswith("text/html"):
            # The page behind a link of a mail, for a browser that asked for one.
            self.checks.check(b"<script" not in text and b"<form" not in text, f"{where} is more than a sentence")
            return
        if not absent:
            wrong = self.shapes.wrong(operation, status, kind, text)
            self.checks.check(not wrong, f"{where} – {wrong}")
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
        body = self.dump(operation.example) if operation.has_body else None
        bad = ["", "x", "a.b.c", "Bearer", "aeg_live_" + "0" * 80, "ses_" + "1" * 60, "e30.e30.e30", "\xff\xfe", "A" * 6000]
        for token in bad:
            self.send(operation, f"token {token[:10]!r}", body, token=False,
                      headers=[("Authorization", "Bearer " + token)], wanted=(400, 401, 403, 431))
        self.send(operation, "no token", body, token=False, wanted=(401,))
        self.send(operation, "two tokens", body, token=False, wanted=(400, 401),
                  headers=[("Authorization", "Bearer " + str(self.token_for(operation)))] * 2)

    def query_refused(self, operation):
        target = operation.fill(self.ids(operation))
        body = self.dump(operation.example) if operation.has_body else None
        self.send(operation, "as it is", body)
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
            # A route takes no more than its fields can hold, and some white space.
            if len(body) > 4096:
                wanted += (413,)
            self.send(operation, f"body {body[:16]!r}", body, wanted=wanted)
        good = self.dump(operation.example)
        self.send(operation, "its example", good)
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
            self.send(operation, f"without {name}", self.dump({k: v for k, v in example.items() if k != name}), wanted=(400, 403, 404))
        self.send(operation, "an unknown member", self.dump({**example, "nobodyKnowsThis": 1}), wanted=(400,))
        for name in properties:
            once = json.dumps(example.get(name, "x"))
            self.send(operation, f"{name} twice", f'{{{json.dumps(name)}:{once},{json.dumps(name)}:{once}}}'.encode(), wanted=(400,))
            for value in self.wrong(self.cluster.resolve(properties[name])):
                self.send(operation, f"{name}={str(value)[:16]!r}", self.dump({**example, name: value}))

    @staticmethod
    def dump(value):
        return json.dumps(value).encode()

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
                self.send(operation, "random body", self.dump(self.mutate(operation.example)))
            else:
                query = "&".join(f"{name}={self.random.choice(('', '1', '%00', 'x' * 99, '-1'))}" for name in operation.query)
                self.send(operation, "random query", target=f"{operation.fill(self.ids(operation))}?{query}")

    def run(self):
        operations = list(self.cluster.operations())
        for operation in operations:
            self.tokens_refused(operation)
        calm = [op for op in operations if op.id.split(".")[1] not in ("LogoutUser", "RevokeAllSessions")]
        # What ends or removes the victim's objects comes last.
        calm.sort(key=lambda op: op.method == "DELETE" or op.path.endswith((":end", ":retire", ":suspend", ":pause")))
        for operation in calm:
            fuzz_headers.all_of(self, operation)
        self.new_tenant()
        for operation in calm:
            self.query_refused(operation)
            self.bodies_refused(operation)
        self.random_part(calm)
        self.new_tenant()
        for operation in operations:
            if operation not in calm:
                fuzz_headers.all_of(self, operation)
        return len(operations)


def main():
    args = world.arguments(__doc__)
    seed = args.seed if args.seed is not None else random.SystemRandom().getrandbits(32)
    print(f"seed {seed} (again: --seed {seed})", flush=True)
    cluster = world.Cluster()
    before = cluster.pids()
    fuzz = Fuzz(cluster, seed, args.seconds)
    n = fuzz.run()
    world.health(fuzz.checks, cluster, before)
    print(f"{fuzz.sent} requests to {n} operations; answers {dict(sorted(fuzz.statuses.items()))}; "
          f"{len(fuzz.shapes.seen)} pairs of operation and status beside what is documented")
    return fuzz.checks.finish()


if __name__ == "__main__":
    sys.exit(main())
