"""A compliance officer: a public source changes, events are raised, somebody acknowledges them."""
import os
import re
import secrets
import subprocess
import time

import wire
from person import ROOT, Person
from wire import Wrong

HEADER = ('"LASTNAME","FIRSTNAME","MIDNAME","BUSNAME","GENERAL","SPECIALTY","UPIN","NPI","DOB","ADDRESS","CITY",'
          '"STATE","ZIP","EXCLTYPE","EXCLDATE","REINDATE","WAIVERDATE","WVRSTATE"\r\n')


class Officer(Person):
    """One organization subscribed to one list, of which each step adds a person."""

    def settle(self):
        self.rows, self.run_name = [], secrets.token_hex(4)
        self.account = self.register()
        self.admin = self.administrator()
        self.add_row()
        self.add_row()
        source = self.as_admin("POST", "/api/compliance/sources", {
            "name": f"Chaos list {self.run_name}", "kind": "leie_supplement",
            "onlyTenantId": self.account["tenant"],
            "url": f"http://127.0.0.1:{self.cluster.port + 2001}/chaos-{self.run_name}.csv"}, expect=201)["id"]
        self.source = source
        self.owner("POST", "/api/compliance/subscriptions", {"sourceId": source}, expect=201)
        self.sync()
        self.journal.acknowledged("subscribed", self.account["tenant"], source=source)

    def administrator(self):
        email = f"chaos-{self.run_name}@platform.example"
        done = subprocess.run([os.path.join(ROOT, "deploy/aegis"), "ctl", "admin", "create", "--email", email],
                              capture_output=True, text=True, check=False)
        found = re.search(r"[a-z_]+_[0-9A-Za-z]{76}", done.stdout)
        if done.returncode != 0 or not found:
            raise Wrong(f"aegisctl admin create: {done.stdout}{done.stderr}")
        password = secrets.token_urlsafe(18)
        self.http.insist("POST", "/api/auth/admin-invitations/accept", {"token": found.group(0), "password": password}, expect=201)
        return {"email": email, "password": password, "token": None, "until": 0}

    def as_admin(self, method, path, body, **kind):
        if self.admin["until"] < time.monotonic():
            answer = self.http.insist("POST", "/api/auth/login", {k: self.admin[k] for k in ("email", "password")})
            self.admin["token"], self.admin["until"] = answer["accessToken"], time.monotonic() + 600
        return self.http.insist(method, path, body, self.admin["token"], **kind)

    def add_row(self):
        name = "".join(chr(ord("A") + b % 26) for b in secrets.token_bytes(10))
        self.rows.append(f'"{name}","JANE","","","PHARMACIST","","","0000000000","19700101","1 MAIN ST","AUSTIN","TX","73301",'
                         '"1128a1","20260120","00000000","00000000",""\r\n')
        path = os.path.join(self.cluster.data, "web", f"chaos-{self.run_name}.csv")
        with open(path + ".new", "w") as out:
            out.write(HEADER + "".join(self.rows))
        os.chmod(path + ".new", 0o644)
        os.rename(path + ".new", path)

    def sync(self):
        """A sync that a lost reply left running is waited for."""
        deadline = time.monotonic() + 60
        while True:
            answer = self.as_admin("POST", f"/api/compliance/sources/{self.source}:sync", {}, instead=("SYNC_RUNNING",))
            if answer.status == 200:
                return
            if time.monotonic() > deadline:
                raise Wrong("a sync does not end")
            time.sleep(0.3)

    def act(self):
        tenant = self.account["tenant"]
        base = f"/api/tenants/{tenant}/compliance/events"
        self.add_row()
        self.sync()
        self.journal.acknowledged("synced", tenant, rows=len(self.rows))
        deadline, active = time.monotonic() + 60, []
        while not active:
            active = self.owner("GET", f"{base}?status=active").json.get("events", [])
            if not active and time.monotonic() > deadline:
                raise Wrong("a change in the list raised no event")
            time.sleep(0.2)
        for event in active:
            self.owner("POST", f"{base}/{event['id']}/acknowledge", {"note": "looked at"})
            self.journal.acknowledged("event", tenant, id=event["id"])
        time.sleep(self.random.uniform(0.5, 1.5))
