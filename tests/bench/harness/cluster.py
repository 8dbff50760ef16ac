"""The private cluster that deploy/aegis bench has started, seen from the benchmarks."""
import os
import secrets
import subprocess
import sys
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "deploy", "demo"))
import journey  # noqa: E402


class Seed(journey.Journey):
    """The first steps of the demo journey, silently: a tenant, a program, sessions."""

    def __init__(self, cluster):
        class Arguments:
            url, mail, web = cluster.url, f"{cluster.data}/mail", f"{cluster.data}/web"
        super().__init__(Arguments)
        self.cluster = cluster

    def owner(self, organization):
        self.acme = self.register(organization)
        self.confirm(self.acme)
        return self.acme

    def screening(self):
        """A published screener, an active program and a partner's key, as the journey makes them."""
        journey.told = journey.chapter = lambda text: None
        self.program()
        self.call("PATCH", f"/api/programs/{self.program_id}", {"codeBudget": 1000000}, token=self.acme["token"])
        partner = self.call("POST", "/api/partners", {"name": "Bench Pharmacy", "kind": "pharmacy"}, token=self.acme["token"], status=201)
        made = self.call("POST", f"/api/partners/{partner['id']}/api-keys", {
            "name": "till 1", "scopes": ["codes:verify", "codes:redeem"]}, token=self.acme["token"], status=201)
        self.partner_key = made["secret"]

    def issue(self):
        """A session taken to its end, and its code."""
        session, token, done = self.take({})
        path = f"/api/screening-sessions/{session}/verification-code"
        return session, self.call("POST", path, {}, token=token, status=201, Idempotency_Key=secrets.token_hex(16))["code"]

    def twin(self):
        """The same tenant on a connection of its own, for another thread."""
        other = Seed(self.cluster)
        other.__dict__.update({**self.__dict__, "http": other.http})
        return other

    def fresh_token(self):
        answer = self.call("POST", "/api/auth/login", {key: self.acme[key] for key in ("email", "password")})
        self.acme["token"] = answer["accessToken"]
        return self.acme["token"]


class Cluster:
    def __init__(self):
        env = os.environ
        self.port = int(env["AEGIS_PORT"])
        self.url = f"http://127.0.0.1:{self.port}"
        self.data, self.run = env["AEGIS_BENCH_DATA"], env["AEGIS_BENCH_RUN"]
        self.build = env["AEGIS_BENCH_BUILD"]
        self.pg, self.redis = f"{self.run}/pg", f"{self.run}/redis/redis.sock"
        self.work = os.path.join(ROOT, "build", "bench")
        os.makedirs(self.work, exist_ok=True)
        self._seed = self._program = None

    def program(self, name):
        """A program made by the target bench_programs."""
        return os.path.join(self.build, "tests", name)

    def pid(self, service):
        with open(f"{self.data}/sv/{service}/supervise/pid") as text:
            return int(text.read())

    def password(self, role):
        with open(f"{self.data}/secrets/{role}/db.password") as text:
            return text.read().strip()

    def redis_password(self):
        """Of Redis's operator: the peers use commands and keys that no part of Aegis needs."""
        with open(f"{self.data}/secrets/redis/redis.password") as text:
            return text.read().strip()

    def sql(self, text):
        """As the database's superuser: for seeding only.  The rows, tab separated."""
        command = ["psql", "-X", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", self.pg, "-U", "postgres", "-d", "aegis", "-f", "-"]
        if os.getuid() == 0:
            command = ["setpriv", "--reuid=aegis-postgresql", "--regid=aegis", "--clear-groups", *command]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, cwd="/")
        if done.returncode != 0:
            raise RuntimeError(f"psql: {done.stderr[-1000:]}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def groups(self, *daemons):
        """The parents of the processes that a request passes."""
        named = {"gateway": "gateway", **{daemon: daemon for daemon in daemons}, "redis": "redis", "postgresql": "postgresql"}
        return {name: self.pid(service) for name, service in named.items()}

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return answer.read()

    def seed(self):
        """One tenant with its owner signed in, made once a run."""
        if not self._seed:
            self._seed = Seed(self)
            self._seed.owner("Bench Pharma")
        self._seed.fresh_token()
        return self._seed

    def screening(self):
        """That tenant with an active program that issues codes."""
        seed = self.seed()
        if not hasattr(seed, "partner_key"):
            seed.screening()
        return seed

    def a_program(self):
        """The id of a program of that tenant."""
        if not self._program:
            seed = self.seed()
            self._program = seed.call("POST", "/api/programs", {
                "name": "Statin assistance", "drug": "rosuvastatin 5 mg", "sponsor": "Bench Pharma",
                "description": "Helps with the cost of the medicine for a year.", "codeBudget": 1000000},
                token=seed.acme["token"], status=201)["id"]
        return self._program


def wait_until(seconds, what, probe):
    deadline = time.monotonic() + seconds
    while not probe():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: not within {seconds} s")
        time.sleep(0.02)
