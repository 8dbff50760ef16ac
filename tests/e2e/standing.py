"""A suspended organization, as everybody sees it: every operation of the contract with every kind of credential.

A new operation is in this test by itself: it must refuse each credential that its contract lets in, or be named in
PLATFORM below with the reason why it names no organization.  Then the same credentials work again, nothing is lost, and
an administrator's access to an organization needs a grant.
"""
import glob
import json
import secrets
import sys
import time

import fuzz_world as world

# Without a credential, and of no organization: making one, asking for a link again, the platform's first sign-in, what the gateway says of itself.
PLATFORM = {"auth.RegisterUser", "auth.RegisterUser.2", "auth.AcceptAdminInvitation",
            "auth.ResendVerification",
            "gateway.Health", "gateway.OpenApi", "gateway.Jwks", "gateway.Docs"}
# Links whose token names the organization; tests/auth has the tokens.
BY_TOKEN = {"auth.VerifyEmail", "auth.UnlockAccount"}
ROUNDS = 20
LIMIT_SECONDS = 1.0
REFUSED = (403, "TENANT_SUSPENDED")


class Standing:
    def __init__(self):
        self.cluster, self.checks = world.Cluster(), world.Checks()
        self.tenant = world.Tenant(self.cluster, "standing", f"STANDING{secrets.token_hex(6)}").build()
        self.other = world.Tenant(self.cluster, "beside", f"BESIDE{secrets.token_hex(6)}").build()
        self.admin = self.tenant.administrator()
        self.tokens = {"user": self.tenant.token, "key": self.tenant.partner_key, "session": self.tenant.session_token}

    # -- what is asked ---------------------------------------------------------------

    def call(self, method, path, body=None, token=None, **headers):
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        return world.Client(self.cluster.url).call(method, path, body, token, sent)

    def say(self, what, **body):
        answer = self.call("POST", f"/api/tenants/{self.tenant.tenant}:{what}", body, self.admin)
        self.checks.check(answer.status == 200, f"{what}: {answer.status} {answer.reason}")

    def suspend(self):
        self.say("suspend", reason="a test of suspension")

    def resume(self):
        self.say("resume")

    def probes(self):
        """One call for each kind of credential that succeeds while the organization may act: (kind, call, good answers)."""
        session = f"/api/screening-sessions/{self.tenant.ids['session']}"
        return (
            ("user", lambda: self.call("GET", "/api/tenants/me", None, self.tokens["user"]), {(200, "")}),
            ("key", lambda: self.call("POST", "/api/verification-codes/validate", {"code": "0000-0000-0000"}, self.tokens["key"]),
             {(400, "CODE_NOT_VALID")}),
            ("session", lambda: self.call("GET", session, None, self.tokens["session"]), {(200, "")}),
        )

    # -- every operation ---------------------------------------------------------------

    def try_operation(self, operation):
        ids = {name: self.tenant.ids.get(kind, self.tenant.tenant) for name, kind in operation.kinds().items()}
        body = operation.example if operation.has_body else None
        asked = 0
        for kind, token in self.tokens.items():
            answer = self.call(operation.method, operation.fill(ids), body, token, **{"Idempotency-Key": secrets.token_hex(8)})
            if kind in operation.security:
                asked += 1
                self.checks.check((answer.status, answer.reason) == REFUSED,
                                  f"{operation.id} as {kind}: {answer.status} {answer.reason}")
            elif operation.security:
                self.checks.check(answer.status in (401, 403), f"{operation.id} as {kind}: {answer.status} {answer.reason}")
        return asked

    def every_operation(self):
        asked, public = 0, set()
        for operation in self.cluster.operations():
            if operation.security:
                asked += self.try_operation(operation)
            else:
                public.add(operation.id)
        known = PLATFORM | BY_TOKEN | {"auth.LoginUser", "auth.RefreshSession", "consumer.StartSession"}
        self.checks.check(public <= known, f"operations without a credential that this test does not know: {public - known}")
        self.checks.check(asked > 60, f"only {asked} pairs of operation and credential")
        print(f"{asked} pairs of operation and credential are refused")

    def without_credential(self):
        """Public operations that name the organization by what is in their body."""
        tenant = self.tenant
        login = {"email": tenant.email, "password": tenant.password}
        for what, answer, wanted in (
                ("signing in", self.call("POST", "/api/auth/login", login), REFUSED),
                ("refreshing", self.call("POST", "/api/auth/refresh", {"refreshToken": tenant.refresh}), REFUSED),
                ("a consumer's start", self.call("POST", "/api/screening-sessions", {"programId": tenant.ids["public"]}),
                 (400, "PROGRAM_NOT_ACTIVE"))):
            self.checks.check((answer.status, answer.reason) == wanted, f"{what}: {answer.status} {answer.reason}, not {wanted}")

    def others_go_on(self):
        answer = self.call("GET", "/api/tenants/me", None, self.other.token)
        self.checks.check(answer.status == 200, f"another organization: {answer.status} {answer.reason}")
        listed = self.call("GET", "/api/tenants?pageSize=200", None, self.admin)
        states = {one["id"]: one.get("status") for one in listed.json.get("tenants", [])}
        self.checks.check(states.get(self.tenant.tenant) == "suspended", f"the administrator sees {states.get(self.tenant.tenant)}")

    def all_of_it_is_there(self):
        for kind, probe, good in self.probes():
            answer = probe()
            self.checks.check((answer.status, answer.reason) in good, f"resumed, as {kind}: {answer.status} {answer.reason}")
        got = self.call("GET", f"/api/programs/{self.tenant.ids['program']}", None, self.tokens["user"])
        self.checks.check(got.status == 200 and got["status"] == "active", f"the program is {got.json}")
        fresh = self.call("POST", "/api/auth/refresh", {"refreshToken": self.tenant.refresh})
        self.checks.check(fresh.status == 200, f"the refresh token of before: {fresh.status} {fresh.reason}")

    # -- how soon ----------------------------------------------------------------------

    @staticmethod
    def until(started, probe, wanted):
        """Seconds from `started` until an answer among the wanted ones was there, asked without a pause."""
        while True:
            answer = probe()
            took = time.monotonic() - started
            if (answer.status, answer.reason) in wanted or took > 5 * LIMIT_SECONDS:
                return took

    def how_soon(self):
        took = {"refused": [], "back": []}
        for _ in range(ROUNDS):
            for what, say, wanted in (("refused", self.suspend, lambda good: {REFUSED}), ("back", self.resume, lambda good: good)):
                started = time.monotonic()
                say()
                took[what] += [self.until(started, probe, wanted(good)) for _, probe, good in self.probes()]
        for what, seconds in took.items():
            seconds.sort()
            self.checks.check(seconds[-1] < LIMIT_SECONDS, f"{what}: {seconds[-1]:.3f} s after the administrator's call")
            print(f"{what} after the administrator's call was sent, {len(seconds)} times: median {1000 * seconds[len(seconds) // 2]:.1f} ms, "
                  f"95 % {1000 * seconds[len(seconds) * 95 // 100]:.1f} ms, longest {1000 * seconds[-1]:.1f} ms")

    # -- what is on its way --------------------------------------------------------------

    def mails_with(self, word):
        found = []
        for path in glob.glob(f"{self.cluster.data}/mail/*"):
            with open(path, encoding="utf-8", errors="replace") as mail:
                if word in mail.read():
                    found.append(path)
        return found

    def soon(self, what, holds, seconds=20):
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                self.checks.check(False, f"{what}: not within {seconds} s")
                return
            time.sleep(0.05)
        self.checks.check(True, what)

    def mails_wait(self):
        word = f"waits{secrets.token_hex(6)}"
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
        def send():
            return self.call("POST", "/api/notifications/email", {
                "to": f"{word}@acme.example", "subject": "later", "text": "later", "sendAt": at}, self.tokens["user"])

        # An event tells notification itself of the resumption that was answered just now.
        took = self.until(time.monotonic(), send, {(202, "")})
        self.checks.check(took < LIMIT_SECONDS, f"a mail for later is taken {took:.3f} s after the resumption")
        self.suspend()
        until = time.monotonic() + 5
        while time.monotonic() < until and not self.mails_with(word):
            time.sleep(0.2)
        self.checks.check(not self.mails_with(word), "a suspended organization's mail left")
        self.resume()
        self.soon("the mail leaves after the resumption", lambda: self.mails_with(word))

    # -- administrators ------------------------------------------------------------------

    def as_admin(self):
        return self.call("GET", "/api/tenants/me", None, self.admin, Aegis_Tenant=self.tenant.tenant)

    def expect_admin(self, wanted, what):
        answer = self.as_admin()
        self.checks.check((answer.status, answer.reason) == wanted, f"{what}: {answer.status} {answer.reason}, not {wanted}")

    def log_of(self, action):
        return self.call("GET", f"/api/audit/events?action={action}&pageSize=200", None, self.tokens["user"]).json.get("events", [])

    def grants(self):
        reason = f"Ticket {secrets.token_hex(4)}: the export does not start"
        self.expect_admin((403, "GRANT_REQUIRED"), "an administrator without a grant")
        got = self.call("GET", f"/api/tenants/{self.tenant.tenant}", None, self.admin)
        self.checks.check((got.status, got.reason) == (403, "GRANT_REQUIRED"), f"the path's organization: {got.status} {got.reason}")
        grant = self.call("POST", "/api/break-glass-grants", {"tenantId": self.tenant.tenant, "reason": reason, "minutes": 5}, self.admin)
        self.checks.check(grant.status == 201, f"a grant: {grant.status} {grant.raw[:200]}")
        for _ in range(3):
            self.expect_admin((200, ""), "an administrator with a grant")
        self.suspend()
        self.expect_admin((200, ""), "an administrator with a grant in a suspended organization")
        self.resume()
        started = time.monotonic()
        ended = self.call("POST", f"/api/break-glass-grants/{grant['id']}:end", {}, self.admin)
        self.checks.check(ended.status == 200, f"its end: {ended.status} {ended.reason}")
        took = self.until(started, self.as_admin, {(403, "GRANT_REQUIRED")})
        self.checks.check(took < LIMIT_SECONDS, f"a grant is good {took:.3f} s after its end")
        print(f"a grant's end is obeyed {1000 * took:.1f} ms after the call was sent")
        self.what_the_tenant_sees(grant["id"], reason)

    def what_the_tenant_sees(self, grant, reason):
        self.soon("each use is an entry of the organization's log", lambda: len(self.log_of("operator.acted")) == 4)
        for entry in self.log_of("operator.acted"):
            self.checks.check(entry.get("actorKind") == "admin" and grant in json.dumps(entry), f"the entry {entry}")
        self.soon("its opening is one", lambda: reason in json.dumps(self.log_of("operator.access_opened")))
        seen = self.call("GET", "/api/tenants/me/operator-access", None, self.tokens["user"]).json.get("grants", [])
        self.checks.check([(one["id"], one["reason"]) for one in seen if one["id"] == grant] == [(grant, reason)], f"the organization reads {seen}")
        others = self.call("GET", "/api/tenants/me/operator-access", None, self.other.token).json.get("grants", [])
        self.checks.check(grant not in json.dumps(others), "another organization reads the grant")
        self.soon("the owner is told by mail", lambda: any(self.tenant.email in open(path, encoding="utf-8", errors="replace").read()
                                                           for path in self.mails_with(reason)))

    def run(self):
        self.grants()
        self.suspend()
        self.every_operation()
        self.without_credential()
        self.others_go_on()
        self.resume()
        self.all_of_it_is_there()
        self.how_soon()
        self.mails_wait()
        return self.checks.finish()


if __name__ == "__main__":
    sys.exit(Standing().run())
