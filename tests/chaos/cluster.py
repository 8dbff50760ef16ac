"""The cluster that is struck: its processes, its servers, its limits.

Every process is found by the pid that this checkout's own supervisor wrote, and is
looked at again before a signal goes out: nothing else on the machine is touched.
"""
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request

SERVERS = ("postgresql", "redis")


class Cluster:
    def __init__(self, data, run, port, daemons, build):
        self.data, self.run, self.build = data, run, build
        self.port, self.private_port = port, port + 1000
        self.url = f"http://127.0.0.1:{port}"
        self.daemons = list(daemons) + ["gateway"]
        self.ctl = os.path.join(build, "services/ctl/aegisctl")
        self.is_root = os.geteuid() == 0
        self.is_sanitized = b"__asan_init" in self._program("gateway")

    def _program(self, name):
        folder = "gateway" if name == "gateway" else f"services/{name}"
        with open(os.path.join(self.build, folder, f"aegis-{name}"), "rb") as program:
            return program.read()

    # -- processes ---------------------------------------------------------------

    def pid(self, name):
        """The process of a service, or None while the supervisor has none."""
        try:
            with open(os.path.join(self.data, "sv", name, "supervise/pid")) as file:
                pid = int(file.read().strip() or 0)
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                line = file.read()
        except (OSError, ValueError):
            return None
        mark = {"postgresql": b"postgres", "redis": b"redis-server"}.get(name, f"aegis-{name}".encode())
        return pid if mark in line else None

    def signal(self, name, number):
        """True when the process was there to take it."""
        pid = self.pid(name)
        if pid is None:
            return False
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return False
        return True

    def resume_all(self):
        for name in self.daemons:
            self.signal(name, signal.SIGCONT)

    def memory_kib(self, name):
        try:
            with open(f"/proc/{self.pid(name)}/status") as file:
                return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))
        except (OSError, StopIteration):
            return 0

    def descriptors(self, name):
        """Open files, sockets among them; 0 while there is no process."""
        try:
            return len(os.listdir(f"/proc/{self.pid(name)}/fd"))
        except OSError:
            return 0

    # -- readiness -----------------------------------------------------------------

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.private_port}/readyz", timeout=3) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def wait_ready(self, seconds):
        """Seconds it took, or None."""
        started = time.monotonic()
        while not (self.is_ready() and self.pid("redis") and self._database_answers()):
            if time.monotonic() - started > seconds:
                return None
            time.sleep(0.05)
        return time.monotonic() - started

    def _database_answers(self):
        return self.sql("SELECT 1", strict=False) == [["1"]]

    # -- servers -------------------------------------------------------------------

    def _as(self, server, *command):
        if not self.is_root:
            return list(command)
        return ["setpriv", f"--reuid=aegis-{server}", "--regid=aegis", "--clear-groups", *command]

    def sql(self, statement, strict=True):
        """Rows as lists of texts, read as the database's superuser: over all tenants."""
        done = subprocess.run(self._as("postgresql", "psql", "-X", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1",
                                       "-h", f"{self.run}/pg", "-U", "postgres", "-d", "aegis", "-c", statement),
                              capture_output=True, text=True, check=False, cwd="/")
        if done.returncode != 0:
            if strict:
                raise RuntimeError(f"psql: {done.stderr.strip()} in: {statement[:300]}")
            return None
        return [line.split("\t") for line in done.stdout.splitlines()]

    def count(self, statement):
        return int(self.sql(statement)[0][0])

    def _redis(self, *command):
        """As Redis's operator, whose password only whoever runs the cluster can read."""
        with open(f"{self.data}/secrets/redis/redis.password", encoding="ascii") as file:
            password = file.read().strip()
        return subprocess.run(["redis-cli", "-e", "-s", f"{self.run}/redis/redis.sock", "--user", "operator", *command],
                              env={**os.environ, "REDISCLI_AUTH": password}, capture_output=True, text=True, check=False)

    def redis(self, *command):
        return self._redis(*command).returncode == 0

    def redis_clients(self):
        done = self._redis("CLIENT", "LIST")
        return len(done.stdout.splitlines()) if done.returncode == 0 else 0

    def schemas(self):
        return [row[0] for row in self.sql(
            "SELECT schemaname FROM pg_tables WHERE tablename = 'outbox' ORDER BY 1")]

    def connections(self):
        """Connections of each database role of a daemon."""
        rows = self.sql("SELECT usename, count(*) FROM pg_stat_activity WHERE usename LIKE 'aegis\\_%' "
                        "AND usename <> 'aegis_migrator' GROUP BY 1")
        return {name: int(n) for name, n in rows}

    # -- logs ----------------------------------------------------------------------

    def log_positions(self):
        """Where each daemon's log ends now."""
        found = {}
        for name in self.daemons:
            path = os.path.join(self.data, "log", name, "current")
            try:
                found[name] = (os.stat(path).st_ino, os.path.getsize(path))
            except OSError:
                found[name] = (0, 0)
        return found

    def log_since(self, name, position):
        path = os.path.join(self.data, "log", name, "current")
        try:
            with open(path, errors="replace") as log:
                if os.fstat(log.fileno()).st_ino == position[0]:
                    log.seek(position[1])
                return log.read()
        except OSError:
            return ""
