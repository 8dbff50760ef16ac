"""After a cycle: what was acknowledged is there, once, with its audit event, and nothing is left hanging."""
import base64
import collections
import json
import os
import random
import subprocess
import time

import wire
from wire import Wrong

DRAIN_SECONDS, LONGEST_LEASE_SECONDS = 60, 120
SAMPLE_OF_OLDER, SAMPLE_AT_END = 20, 500
SANITIZER_WORDS = ("AddressSanitizer", "runtime error:", "LeakSanitizer")
# The largest pool of a daemon with its relay and jobs; connections are opened when they are first used.
CONNECTIONS_OF_A_ROLE = 30
REDIS_CLIENTS, DESCRIPTORS = 48, 256
MEMORY_KIB, MEMORY_KIB_SANITIZED = 96 << 10, 768 << 10
# What one process may have more of at the end of a cycle than it had at the end of its first.
MORE_DESCRIPTORS, MORE_MEMORY_KIB, MORE_MEMORY_KIB_SANITIZED = 24, 24 << 10, 384 << 10
# What these tell of may have become something else, or be gone.
ENDS = {"subscription.created", "partner.created", "partner_key.created", "program.created", "session.completed",
        "compliance_event.acknowledged", "tenant.created", "user.registered"}
ONE_OF_EACH = {
    "an address with two accounts": "SELECT lower(email) FROM auth.account GROUP BY 1 HAVING count(*) > 1",
    "an account with two organizations": "SELECT account_id FROM auth.membership GROUP BY 1 HAVING count(*) > 1",
    "an address that owns two tenants": "SELECT email FROM tenant.member WHERE role = 'owner' GROUP BY 1 HAVING count(*) > 1",
    "a tenant without an account": "SELECT t.tenant_id FROM tenant.tenant t WHERE t.status = 'active' AND NOT EXISTS "
                                   "(SELECT 1 FROM auth.membership m WHERE m.organization_id = t.tenant_id)",
    "two programs from one keyed call": "SELECT name FROM program.program WHERE name LIKE 'Program %' GROUP BY tenant_id, name "
                                        "HAVING count(*) > 1",
}
ONE_OF_EACH_CONSUMER = {
    "a code redeemed twice": "SELECT code_id FROM consumer.redemption WHERE rolled_back_at IS NULL GROUP BY 1 HAVING count(*) > 1",
    "a redemption without its code": "SELECT r.id FROM consumer.redemption r JOIN consumer.code c ON c.tenant_id = r.tenant_id AND "
                                     "c.id = r.code_id WHERE r.rolled_back_at IS NULL AND c.status <> 'redeemed'",
    "a budget that does not add up": "SELECT b.program_id FROM consumer.budget b WHERE b.issued <> (SELECT count(*) FROM "
                                     "consumer.code c WHERE c.tenant_id = b.tenant_id AND c.program_id = b.program_id)",
}

# The log is the measure of all that happened, whether somebody was told so or not: rows of (tenant, id) and
# the action that tells of each, exactly once.
TOLD_ONCE = {
    "tenant.created": "SELECT tenant_id, tenant_id FROM tenant.tenant WHERE status = 'active'",
    "user.registered": "SELECT organization_id, account_id FROM auth.membership WHERE role = 'owner'",
    "program.created": "SELECT tenant_id, id FROM program.program",
    "screener.published": "SELECT tenant_id, program_id FROM program.screener_status WHERE status = 'published'",
    "compliance.event_raised": "SELECT tenant_id, id FROM compliance.event",
    "compliance_event.acknowledged": "SELECT tenant_id, id FROM compliance.event WHERE status = 'acknowledged'",
    "subscription.created": "SELECT tenant_id, id FROM compliance.subscription",
    "notification.sent": "SELECT tenant_id, id FROM notification.message WHERE status = 'sent'",
}
TOLD_ONCE_CONSUMER = {
    "session.started": "SELECT tenant_id, id FROM consumer.session",
    "session.completed": "SELECT tenant_id, id FROM consumer.session WHERE status = 'completed'",
    "code.issued": "SELECT tenant_id, id FROM consumer.code",
    "code.redeemed": "SELECT tenant_id, code_id FROM consumer.redemption",
    "partner.created": "SELECT tenant_id, id FROM consumer.partner",
    "partner_key.created": "SELECT tenant_id, id FROM consumer.partner_key",
}


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class Checker:
    def __init__(self, cluster, journal, figures, seed, folder):
        self.cluster, self.journal, self.figures, self.folder = cluster, journal, figures, folder
        self.random = random.Random(f"{seed} checker")
        self.http = wire.Wire(cluster, figures)
        self.tokens = {}
        self.problems = []
        self.drained_in = 0.0
        self.verified = 0
        self.first = {}
        self.has_consumer = "consumer" in cluster.daemons

    def wrong(self, text):
        self.problems.append(text)

    def check(self, cycle):
        self.problems = []
        self.drain()
        entries = self.journal.of_cycle(cycle)
        older = [entry for entry in self.journal.entries if entry["cycle"] < cycle]
        self.read_back(entries + self.random.sample(older, min(len(older), SAMPLE_OF_OLDER)))
        self.nothing_twice()
        self.all_told_once()
        self.audit(sorted({entry["tenant"] for entry in entries}))
        self.connections()
        self.leaks()
        return self.problems

    def check_at_end(self):
        """Every lease is over, and much of what was ever acknowledged is looked at again."""
        self.problems = []
        self.drain(LONGEST_LEASE_SECONDS, with_leased=True)
        self.read_back(self.random.sample(self.journal.entries, min(len(self.journal), SAMPLE_AT_END)))
        self.audit(sorted({entry["tenant"] for entry in self.journal.entries}))
        return self.problems

    # -- nothing hangs -------------------------------------------------------------

    def left_over(self, with_leased):
        """What a killed process held comes again when its lease is over: a mail under way after 60 s."""
        parts, leased = [], "" if with_leased else "AND (leased_until IS NULL OR leased_until <= now())"
        for schema in self.cluster.schemas():
            parts += [f"SELECT '{schema}.outbox', count(*) FROM {schema}.outbox",
                      f"SELECT '{schema}.job', count(*) FROM {schema}.job WHERE state <> 'queued' OR "
                      f"((attempts > 0 OR run_at <= now()) {leased})"]
        parts.append("SELECT 'auth.registration', count(*) FROM auth.registration")
        rows = self.cluster.sql(" UNION ALL ".join(parts))
        return {name: int(n) for name, n in rows if n != "0"}

    def drain(self, seconds=DRAIN_SECONDS, with_leased=False):
        started = time.monotonic()
        while left := self.left_over(with_leased):
            if time.monotonic() - started > seconds:
                self.wrong(f"left over after {seconds} s: {left}")
                break
            time.sleep(0.1)
        self.drained_in = time.monotonic() - started

    def connections(self):
        deadline = time.monotonic() + 20
        while True:
            now = self.cluster.connections()
            over = {role: n for role, n in now.items() if n > CONNECTIONS_OF_A_ROLE}
            stuck = self.cluster.count("SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'aegis\\_%' AND "
                                       "state LIKE 'idle in transaction%' AND state_change < now() - interval '5 s'")
            if not over and not stuck:
                return
            if time.monotonic() > deadline:
                self.wrong(f"connections over the budget {over}, {stuck} idle in a transaction")
                return
            time.sleep(0.1)

    def leaks(self):
        """By absolute bounds, and beside what the same process had when it was first looked at."""
        sanitized = self.cluster.is_sanitized
        limit = MEMORY_KIB_SANITIZED if sanitized else MEMORY_KIB
        more = MORE_MEMORY_KIB_SANITIZED if sanitized else MORE_MEMORY_KIB
        for name in self.cluster.daemons:
            pid, now = self.cluster.pid(name), (self.cluster.memory_kib(name), self.cluster.descriptors(name))
            was = self.first.setdefault((name, pid), now)
            if now[0] > limit or now[0] > was[0] + more:
                self.wrong(f"{name} uses {now[0] >> 10} MiB, at first {was[0] >> 10}")
            if now[1] > DESCRIPTORS or now[1] > was[1] + MORE_DESCRIPTORS:
                self.wrong(f"{name} has {now[1]} open files, at first {was[1]}")
        clients = self.cluster.redis_clients()
        if clients > REDIS_CLIENTS:
            self.wrong(f"Redis has {clients} clients")

    # -- nothing is missing -----------------------------------------------------------

    def token_of(self, tenant):
        known = self.tokens.get(tenant)
        if known is None or known[1] < time.monotonic():
            owner = next(e for e in self.journal.entries if e["kind"] == "registered" and e["tenant"] == tenant)
            http = wire.Wire(self.cluster, self.figures)
            answer = http.insist("POST", "/api/auth/login", {k: owner[k] for k in ("email", "password")}, seconds=20)
            http.drop()
            if answer["organization.id"] != tenant:
                raise Wrong(f"{owner['email']} belongs to another organization now")
            known = self.tokens[tenant] = (answer["accessToken"], time.monotonic() + 600)
        return known[0]

    def read_back(self, entries):
        for entry in entries:
            probe = getattr(self, "see_" + entry["kind"], None)
            if probe is None:
                continue
            try:
                probe(entry)
            except (Wrong, KeyError) as problem:
                shown = {k: v for k, v in entry.items() if k not in ("password", "token", "partner", "body", "answers")}
                self.wrong(f"acknowledged, but: {type(problem).__name__} {problem} ({shown})")

    def get(self, path, token):
        return self.http.insist("GET", path, token=token, seconds=20)

    def expect(self, is_so, text):
        if not is_so:
            raise Wrong(text)

    def see_registered(self, entry):
        tenant = self.get("/api/tenants/me", self.token_of(entry["tenant"]))
        self.expect(tenant["id"] == entry["tenant"], "another tenant")

    def see_program(self, entry):
        program = self.get(f"/api/programs/{entry['id']}", self.token_of(entry["tenant"]))
        self.expect(program["name"] == entry["name"], "another program")

    def see_activated(self, entry):
        program = self.get(f"/api/programs/{entry['id']}", self.token_of(entry["tenant"]))
        self.expect(program["status"] == "active", "the program is not active")

    def see_published(self, entry):
        version = self.get(f"/api/programs/{entry['id']}/screeners/{entry['version']}", self.token_of(entry["tenant"]))
        self.expect(version["contentHash"] == entry["hash"] and version["status"] == "published", "not what was published")

    def see_event(self, entry):
        event = self.get(f"/api/tenants/{entry['tenant']}/compliance/events/{entry['id']}", self.token_of(entry["tenant"]))
        self.expect(event["status"] == "acknowledged", "the event is not acknowledged")

    def see_synced(self, entry):
        """Two rows were there before the first look; each later one raised one event."""
        seen = self.cluster.count(f"SELECT count(*) FROM compliance.event WHERE tenant_id = '{entry['tenant']}'")
        last = max(e["rows"] for e in self.journal.entries if e["kind"] == "synced" and e["tenant"] == entry["tenant"])
        self.expect(seen == last - 2, f"{last - 2} changes raised {seen} events")

    def see_partner(self, entry):
        self.get(f"/api/partners/{entry['id']}", self.token_of(entry["tenant"]))

    def see_session(self, entry):
        session = self.get(f"/api/screening-sessions/{entry['id']}", entry["token"])
        self.expect(entry["answers"] is None or session["answers"] == entry["answers"], "the answers are not there")
        self.expect(not entry["completed"] or session["status"] == "completed", "the session is not completed")

    def see_code(self, entry):
        again = self.http.insist("POST", f"/api/screening-sessions/{entry['session']}/verification-code", {}, entry["token"],
                                 entry["key"], expect=201, seconds=20)
        self.expect(again["code"] == entry["code"], "the same key gives another code")
        if not entry["redeemed"]:
            state = self.http.insist("POST", "/api/verification-codes/validate", {"code": entry["code"]}, entry["partner"], seconds=20)
            self.expect(state["status"] == "issued", "the code is not what it was")

    def see_redeemed(self, entry):
        again = self.http.insist("POST", "/api/verification-codes/redeem", entry["body"], entry["partner"], entry["key"], seconds=20)
        self.expect(again["id"] == entry["id"] and again["status"] == "redeemed", "the redemption is not there")

    def see_signed_out(self, entry):
        answer = self.http.insist("GET", "/api/auth/me", token=entry["token"], expect=401, seconds=20)
        self.expect(answer.status == 401, "the session lives")

    def see_refreshed(self, entry):
        if time.time() - entry["at"] < 600:
            self.get("/api/auth/me", entry["token"])

    # -- nothing happened twice -------------------------------------------------------

    def nothing_twice(self):
        for what, query in {**ONE_OF_EACH, **(ONE_OF_EACH_CONSUMER if self.has_consumer else {})}.items():
            rows = self.cluster.sql(query)
            if rows:
                self.wrong(f"{what}: {len(rows)}, such as {rows[0][0]}")

    def all_told_once(self):
        """A job whose lease was another's may still end meanwhile, and its event come."""
        deadline = time.monotonic() + 20
        while (wrong := self.untold()) and time.monotonic() < deadline:
            time.sleep(0.2)
        for text in wrong:
            self.wrong(text)

    def untold(self):
        """Every row of an effect has one entry of the log, and each entry has its row."""
        parts = []
        for action, rows in {**TOLD_ONCE, **(TOLD_ONCE_CONSUMER if self.has_consumer else {})}.items():
            parts.append(
                f"(WITH made AS (SELECT tenant, target, count(*) AS n FROM ({rows}) AS r (tenant, target) GROUP BY 1, 2), "
                "told AS (SELECT tenant_id AS tenant, target_id AS target, count(*) AS n FROM audit.entry "
                f"WHERE action = '{action}' AND outcome = 'success' GROUP BY 1, 2) "
                f"SELECT '{action}', target, coalesce(made.n, 0), coalesce(told.n, 0) FROM made FULL JOIN told USING (tenant, target) "
                f"WHERE told.n IS DISTINCT FROM made.n AND NOT (made.n IS NULL AND {action in ENDS}))")
        return [f"{action} of {target} happened {made} times and is {told} times in the log"
                for action, target, made, told in self.cluster.sql(" UNION ALL ".join(parts))[:5]]

    # -- every effect is in the log, and the log holds ------------------------------------

    def audit(self, tenants):
        codes = {}
        if self.has_consumer:
            codes = {session: code for session, code in self.cluster.sql("SELECT session_id, id FROM consumer.code")}
        by_tenant = collections.defaultdict(list)
        for entry in self.journal.entries:
            by_tenant[entry["tenant"]].append(entry)
        for tenant in tenants:
            try:
                seen = self.verified_events(tenant)
            except Wrong as problem:
                self.wrong(f"the log of {tenant}: {problem}")
                continue
            for entry in by_tenant[tenant]:
                self.audited(entry, seen, codes)

    def audited(self, entry, seen, codes):
        once = {"registered": [("tenant.created", entry["tenant"])], "program": [("program.created", entry.get("id"))],
                "published": [("screener.published", entry.get("id"))], "session": [("session.started", entry.get("id"))],
                "completed": [("session.completed", entry.get("id"))], "partner": [("partner.created", entry.get("id"))],
                "code": [("code.issued", codes.get(entry.get("session")))], "redeemed": [("code.redeemed", entry.get("id"))],
                "confirmed": [("user.confirmed_by_operator", entry.get("id"))],
                "activated": [("program.activated", entry.get("id"))],
                "event": [("compliance_event.acknowledged", entry.get("id"))]}
        for action, target in once.get(entry["kind"], ()):
            if seen[action, target] != 1:
                self.wrong(f"{action} {target} is {seen[action, target]} times in the log")
        if entry["kind"] == "registered" and sum(n for (action, _), n in seen.items() if action == "user.registered") != 1:
            self.wrong(f"the registration of {entry['email']} is not once in the log")
        if entry["kind"] == "answered" and not seen["session.answered", entry["id"]]:
            self.wrong(f"answers of {entry['id']} are not in the log")
        if entry["kind"] == "signed_out" and seen["session.ended", claims(entry["token"]).get("sid")] != 1:
            self.wrong(f"the end of session {claims(entry['token']).get('sid')} is not once in the log")

    def verified_events(self, tenant):
        """(action, target) of what succeeded, from an export that aegisctl has verified."""
        token = self.token_of(tenant)
        export = self.http.insist("POST", "/api/audit/exports", {"purpose": "chaos"}, token, expect=201, seconds=20)
        lines, seen, page = [json.dumps({"format": "aegis-audit/1", "checkpoint": export["checkpoint"]})], collections.Counter(), ""
        while True:
            at = f"/api/audit/exports/{export['id']}/entries?pageSize=200" + (f"&pageToken={page}" if page else "")
            answer = self.get(at, token)
            for entry in answer.json.get("entries", []):
                lines.append(json.dumps({"index": int(entry["index"]), "leaf": entry["leaf"]}))
                leaf = json.loads(base64.b64decode(entry["leaf"]))
                if leaf["outcome"] == "success":
                    seen[leaf["action"], leaf["targetId"]] += 1
            page = answer.json.get("nextPageToken", "")
            if not page:
                break
        path = os.path.join(self.folder, "export.jsonl")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write("\n".join(lines) + "\n")
        key = self.get("/api/audit/key", token)["verifierKey"]
        done = subprocess.run([self.cluster.ctl, "audit", "verify", path, "--key", key], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Wrong(f"does not verify: {done.stdout}{done.stderr}")
        self.verified += len(lines) - 1
        return seen
