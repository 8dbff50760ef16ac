"""Sessions and keys that have ended, as the gateway sees it: with the real auth, Redis and consumer.

Signing out, revoking and reusing a refresh token are seen by the very next call of any connection;
a partner's revoked key by every call that is sent a second later.
"""
import sys
import time

import world
from client import Client

CONNECTIONS = 16  # so that every loop of the gateway is asked
KEY_KEPT_SECONDS = 1.0


class Sessions:
    def __init__(self):
        self.journey = world.told_journey(["tenant"])
        self.person = self.journey.acme
        self.passed, self.failed = 0, []

    def check(self, is_so, text):
        if is_so:
            self.passed += 1
        else:
            self.failed.append(text)

    def answers(self, token):
        """(status, reason) of the same call on fresh connections."""
        return {(answer.status, answer.reason) for answer in (
            Client(self.journey.args.url).call("GET", "/api/auth/me", token=token) for _ in range(CONNECTIONS))}

    def is_alive(self, tokens, what):
        self.check(self.answers(tokens["accessToken"]) == {(200, "")}, f"{what}: {self.answers(tokens['accessToken'])}")

    def is_over(self, tokens, what):
        seen = self.answers(tokens["accessToken"])
        self.check(seen == {(401, "SESSION_ENDED")}, f"{what}: {seen}")
        self.journey.call("POST", "/api/auth/refresh", {"refreshToken": tokens["refreshToken"]}, status=401)
        self.passed += 1

    def sign_in(self):
        return self.journey.call("POST", "/api/auth/login", {k: self.person[k] for k in ("email", "password")}).json

    def signing_out(self):
        mine, other = self.sign_in(), self.sign_in()
        self.is_alive(mine, "a new session")
        self.journey.call("POST", "/api/auth/logout", {}, token=mine["accessToken"], status=204)
        self.is_over(mine, "a session that was signed out")
        self.is_alive(other, "another session of the person")

    def one_session(self):
        mine, other = self.sign_in(), self.sign_in()
        seen = self.journey.call("GET", "/api/auth/sessions", token=other["accessToken"])["sessions"]
        its_id = next(session["id"] for session in seen if session.get("current"))
        self.journey.call("DELETE", f"/api/auth/sessions/{its_id}", token=mine["accessToken"], status=204)
        self.is_over(other, "a session that another one revoked")
        self.is_alive(mine, "the one that revoked it")

    def all_but_this(self):
        others, mine = [self.sign_in() for _ in range(3)], self.sign_in()
        self.journey.call("POST", "/api/auth/revoke-all", {"keepCurrent": True}, token=mine["accessToken"])
        for other in others:
            self.is_over(other, "one of all sessions")
        self.is_alive(mine, "the one that was kept")
        self.person["token"] = mine["accessToken"]

    def a_refresh_token_used_twice(self):
        first = self.sign_in()
        second = self.refreshed(first)
        self.is_alive(second, "a session after its refresh")
        third = self.refreshed(second)
        self.journey.call("POST", "/api/auth/refresh", {"refreshToken": first["refreshToken"]}, status=401, reason="REFRESH_REUSED")
        self.is_over(third, "a session whose refresh token was stolen")

    def refreshed(self, tokens):
        return self.journey.call("POST", "/api/auth/refresh", {"refreshToken": tokens["refreshToken"]}).json

    def a_partners_key(self):
        token = self.person["token"]
        partner = self.journey.call("POST", "/api/partners", {"name": "Till", "kind": "pharmacy"}, token=token, status=201)["id"]
        key = self.journey.call("POST", f"/api/partners/{partner}/api-keys",
                                {"name": "till 1", "scopes": ["codes:verify"]}, token=token, status=201)
        self.check(self.validate(key["secret"]).reason == "CODE_NOT_VALID", "a key that is good is refused")
        self.journey.call("DELETE", f"/api/partners/{partner}/api-keys/{key['key.id']}", token=token, status=204)
        revoked = time.monotonic()
        while True:
            sent = time.monotonic() - revoked
            answer = self.validate(key["secret"])
            if answer.status == 401:
                break
            self.check(sent <= KEY_KEPT_SECONDS, f"a key that was revoked {sent:.2f} s ago is taken: {answer.status} {answer.reason}")
            if self.failed:
                return
            time.sleep(0.05)
        self.check(answer.reason == "KEY_REVOKED", f"a revoked key is {answer.reason}")
        print(f"the revoked key was refused {sent:.2f} s later")

    def validate(self, key):
        return Client(self.journey.args.url).call("POST", "/api/verification-codes/validate", {"code": "0000-0000-0000"}, key)

    def run(self):
        for step in (self.signing_out, self.one_session, self.all_but_this, self.a_refresh_token_used_twice, self.a_partners_key):
            step()
        for text in self.failed:
            print(text)
        print(f"{self.passed} passed, {len(self.failed)} failed")
        return 1 if self.failed else 0


if __name__ == "__main__":
    sys.exit(Sessions().run())
