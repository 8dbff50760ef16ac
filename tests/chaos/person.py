"""The load: people who register, publish, screen, redeem and sign out, and write down what they were told."""
import hashlib
import json
import os
import random
import secrets
import subprocess
import threading
import time

import wire
from wire import Wrong

import screener as screeners

TOKEN_LIFE = 600
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")


class Person(threading.Thread):
    """One organization's owner, its patients and its pharmacy, in one thread."""

    def __init__(self, number, cluster, journal, figures, seed):
        super().__init__(name=f"person {number}", daemon=True)
        self.number, self.cluster, self.journal, self.figures = number, cluster, journal, figures
        self.random = random.Random(f"{seed} person {number}")
        self.http = wire.Wire(cluster, figures)
        self.run_lock = threading.Condition()
        self.running, self.idle, self.ended = False, True, False
        self.wrong = []
        self.tokens = {}
        self.account = None
        self.programs = []
        self.key = None
        self.has_consumer = "consumer" in cluster.daemons

    # -- start and stop ----------------------------------------------------------

    def set_running(self, running):
        with self.run_lock:
            self.running = running
            self.run_lock.notify_all()

    def wait_idle(self, seconds):
        with self.run_lock:
            return self.run_lock.wait_for(lambda: self.idle, seconds)

    def run(self):
        while True:
            with self.run_lock:
                self.idle = True
                self.run_lock.notify_all()
                self.run_lock.wait_for(lambda: self.running or self.ended)
                if self.ended:
                    return
                self.idle = False
            try:
                self.act()
            except Wrong as problem:
                self.wrong.append(f"{self.name}: {problem}")
            except (KeyError, ValueError, TypeError) as problem:
                self.wrong.append(f"{self.name}: an answer without {type(problem).__name__} {problem}")

    def end(self):
        with self.run_lock:
            self.ended = True
            self.run_lock.notify_all()

    def settle(self):
        """Before the first strike: an organization, a program, a pharmacy."""
        self.account = self.register()
        self.program()
        if self.has_consumer:
            self.pharmacy()

    def act(self):
        steps = [(2, self.register), (2, self.program), (3, self.sign_out), (3, self.refresh)]
        if self.has_consumer:
            steps += [(14, self.screen), (3, self.screen_and_race)]
        self.random.choices([step for _, step in steps], [weight for weight, _ in steps])[0]()

    # -- accounts ------------------------------------------------------------------

    def register(self):
        """As a person would: the same form again after a lost reply; and if the address is taken now, sign in."""
        email = f"chaos-{secrets.token_hex(6)}@people.example"
        form = {"email": email, "password": secrets.token_urlsafe(18), "name": "Ann Owner",
                "organizationName": f"Organization {secrets.token_hex(3)}"}
        http = wire.Wire(self.cluster, self.figures)
        answer = http.insist("POST", "/api/auth/register", form, expect=201, instead=("EMAIL_TAKEN",))
        if answer.status != 201:
            if not answer.repeated:
                raise Wrong(f"a new address is taken: {answer.raw[:200]!r}")
            answer = http.insist("POST", "/api/auth/login", {k: form[k] for k in ("email", "password")})
        account = {"email": email, "password": form["password"], "tenant": answer["organization.id"],
                   "user": answer["user.id"]}
        self.journal.acknowledged("registered", account["tenant"], email=email, password=form["password"],
                                  user=account["user"])
        http.drop()
        self.confirm(account)
        return account

    def confirm(self, account):
        """As an operator would for somebody whose mails do not arrive: again until the database answers."""
        deadline, said = time.monotonic() + 60, ""
        while time.monotonic() < deadline:
            done = subprocess.run([os.path.join(ROOT, "deploy/aegis"), "ctl", "user", "confirm", account["email"]],
                                  capture_output=True, text=True, check=False)
            said = done.stdout + done.stderr
            if done.returncode == 0:
                self.journal.acknowledged("confirmed", account["tenant"], id=account["user"])
                return
            if "no account" in said or "not complete" in said:
                raise Wrong(f"a registration that was acknowledged is lost: {said}")
            time.sleep(0.2)
        raise Wrong(f"aegisctl user confirm: {said}")

    def login(self, account, http):
        answer = http.insist("POST", "/api/auth/login", {k: account[k] for k in ("email", "password")})
        if answer["organization.id"] != account["tenant"]:
            raise Wrong("signed in to another organization")
        return answer

    def token(self):
        account = self.account
        known = self.tokens.get(account["tenant"])
        if known is None or known[1] < time.monotonic():
            answer = self.login(account, self.http)
            known = self.tokens[account["tenant"]] = (answer["accessToken"], time.monotonic() + TOKEN_LIFE)
        return known[0]

    def sign_out(self):
        http = wire.Wire(self.cluster, self.figures)
        token = self.login(self.account, http)["accessToken"]
        http.insist("POST", "/api/auth/logout", {}, token, expect=204, instead=("SESSION_ENDED", "SESSION_REVOKED"))
        self.journal.acknowledged("signed_out", self.account["tenant"], token=token)
        http.drop()

    def refresh(self):
        http = wire.Wire(self.cluster, self.figures)
        first = self.login(self.account, http)
        again = http.insist("POST", "/api/auth/refresh", {"refreshToken": first["refreshToken"]},
                            instead=("REFRESH_REUSED",))
        # A parent may be shown again for ten seconds; a longer outage costs the session, by design.
        if again.status == 200:
            self.journal.acknowledged("refreshed", self.account["tenant"], token=again["accessToken"])
        elif not again.repeated:
            raise Wrong("a refresh token was refused at its first use")
        http.drop()

    # -- programs ------------------------------------------------------------------

    def owner(self, method, path, body=None, key=None, **kind):
        return self.http.insist(method, path, body, self.token(), key, **kind)

    def program(self):
        tenant, name = self.account["tenant"], f"Program {secrets.token_hex(6)}"
        made = self.owner("POST", "/api/programs", {"name": name, "drug": "rosuvastatin 5 mg", "sponsor": "Acme",
                                                    "codeBudget": 100000}, secrets.token_hex(16), expect=201)
        self.journal.acknowledged("program", tenant, id=made["id"], name=name)
        table = json.dumps(screeners.guideline_table(), separators=(",", ":"))
        self.owner("POST", "/api/reference-tables", {"document": table}, expect=201)
        document = screeners.screener(hashlib.sha256(table.encode()).hexdigest())
        version = self.owner("POST", f"/api/programs/{made['id']}/screeners", {"document": document}, expect=201)["version"]
        at = f"/api/programs/{made['id']}/screeners/{version}"
        answer = self.owner("POST", f"{at}:publish", {}, instead=("SCREENER_PUBLISHED",))
        if answer.status != 200:
            if not answer.repeated:
                raise Wrong("a draft is published already")
            answer = self.owner("GET", at)
        self.journal.acknowledged("published", tenant, id=made["id"], version=version, hash=answer["contentHash"])
        self.owner("POST", f"/api/programs/{made['id']}:activate", {})
        self.journal.acknowledged("activated", tenant, id=made["id"])
        self.programs.append((made["id"], made["publicId"]))

    def pharmacy(self):
        partner = self.owner("POST", "/api/partners", {"name": f"Pharmacy {secrets.token_hex(4)}", "kind": "pharmacy"},
                             secrets.token_hex(16), expect=201)["id"]
        self.key = self.owner("POST", f"/api/partners/{partner}/api-keys", {
            "name": "till", "scopes": ["codes:verify", "codes:redeem"]}, expect=201)["secret"]
        self.journal.acknowledged("partner", self.account["tenant"], id=partner)

    # -- consumers -----------------------------------------------------------------

    def screen(self):
        code = self.a_code()
        if code and self.random.random() < 0.85:
            self.redeem(code)

    def a_code(self):
        """A consumer's way to a code, now and then left half done."""
        http, tenant = wire.Wire(self.cluster, self.figures), self.account["tenant"]
        _, public = self.random.choice(self.programs)
        started = http.insist("POST", "/api/screening-sessions", {
            "programId": public, "locale": "en-US", "deviceClass": "phone"}, expect=201)
        session, token = started["session.id"], started["sessionToken"]
        seen = self.journal.acknowledged("session", tenant, id=session, token=token, answers=None, completed=False)
        at, stop = f"/api/screening-sessions/{session}", self.random.random()
        answers = {**screeners.GOOD, "income": self.random.randrange(1, 80000_00)}
        if stop < 0.1:
            return None
        http.insist("PUT", f"{at}/answers", {"answers": answers}, token)
        seen["answers"] = answers
        self.journal.acknowledged("answered", tenant, id=session, answers=answers)
        if stop < 0.2:
            return None
        if http.insist("POST", f"{at}/complete", {}, token)["outcome.id"] != "eligible":
            raise Wrong("an eligible consumer is not")
        seen["completed"] = True
        self.journal.acknowledged("completed", tenant, id=session)
        key = secrets.token_hex(16)
        code = http.insist("POST", f"{at}/verification-code", {}, token, key, expect=201)["code"]
        http.drop()
        return self.journal.acknowledged("code", tenant, session=session, code=code, key=key, token=token,
                                         partner=self.key, redeemed=False)

    def till(self):
        return {"terminalId": f"till-{self.number}", "transactionId": f"tx-{secrets.token_hex(6)}"}

    def redeem(self, code):
        body, key = {"code": code["code"], **self.till()}, secrets.token_hex(16)
        answer = self.http.insist("POST", "/api/verification-codes/redeem", body, self.key, key)
        self.redeemed(code, answer, body, key)
        if self.random.random() < 0.2:
            again = self.http.insist("POST", "/api/verification-codes/redeem", {**body, **self.till()}, self.key,
                                     secrets.token_hex(16), expect=400)
            if again.reason != "CODE_NOT_VALID":
                raise Wrong(f"a second redemption was told {again.reason}")

    def redeemed(self, code, answer, body, key):
        code["redeemed"] = True
        self.journal.acknowledged("redeemed", code["tenant"], id=answer["id"], session=code["session"], body=body, key=key,
                                  partner=self.key)

    def screen_and_race(self):
        """Two tills with one code: one of them gets it, whatever breaks meanwhile."""
        code = self.a_code()
        if not code:
            return
        verdicts, problems = [], []

        def race():
            http, body, key = wire.Wire(self.cluster, self.figures), {"code": code["code"], **self.till()}, secrets.token_hex(16)
            try:
                verdicts.append((http.insist("POST", "/api/verification-codes/redeem", body, self.key, key,
                                             instead=("CODE_NOT_VALID",)), body, key))
            except Wrong as problem:
                problems.append(problem)
            http.drop()

        tills = [threading.Thread(target=race) for _ in range(2)]
        for till in tills:
            till.start()
        for till in tills:
            till.join()
        if problems:
            raise problems[0]
        won = [verdict for verdict in verdicts if verdict[0].status == 200]
        if len(won) != 1:
            raise Wrong(f"{len(won)} of two tills redeemed one code")
        self.redeemed(code, *won[0])
