"""What a taken daemon has in hand: its user, its secrets, this cluster's sockets."""
import glob
import os
import subprocess
import sys


class Cluster:
    def __init__(self):
        self.data = os.environ["AEGIS_E2E_DATA"]
        self.etc = {name: self._config(name) for name in
                    (os.path.basename(path)[:-5] for path in glob.glob(f"{self.data}/etc/*.conf"))}
        self.run = os.path.dirname(os.path.dirname(os.path.dirname(self.etc["gateway"]["lock"])))
        self.daemons = sorted(name for name in self.etc if name != "gateway")
        self.is_root = os.geteuid() == 0

    def _config(self, name):
        with open(f"{self.data}/etc/{name}.conf", encoding="utf-8") as lines:
            return dict(line.rstrip("\n").split(" = ", 1) for line in lines if " = " in line)

    def pid(self, name):
        with open(f"{self.data}/sv/{name}/supervise/pid", encoding="ascii") as file:
            return int(file.read())

    def secret(self, name, file):
        with open(f"{self.data}/secrets/{name}/{file}", encoding="ascii") as text:
            return text.read().strip()

    def as_user(self, user, *command, env=None):
        """Runs as the system user of a service, in the groups that the service has."""
        if self.is_root:
            group = "aegis-demo" if user == "demo" else "aegis"
            command = ("setpriv", f"--reuid=aegis-{user}", f"--regid={group}", "--clear-groups", *command)
        return subprocess.run(command, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=False,
                              cwd="/", timeout=30)

    def psql(self, daemon, statement, database="aegis", user=None):
        return self.as_user(user or daemon, "psql", "-X", "-At", "-v", "ON_ERROR_STOP=1", "-h", f"{self.run}/pg", "-U", f"aegis_{daemon}",
                            "-d", database, "-c", statement, env={"PGPASSWORD": self.secret(daemon, "db.password")})

    def redis(self, user, login, *command):
        """redis-cli as a system user; login is a name whose password is known, or None."""
        named = ("--user", login) if login else ()
        env = {"REDISCLI_AUTH": self.secret("redis" if login == "operator" else login, "redis.password")} if login else {}
        return self.as_user(user, "redis-cli", "-e", "-s", f"{self.run}/redis/redis.sock", *named, *command, env=env)


class Checks:
    def __init__(self):
        self.n, self.failed = 0, 0

    def check(self, good, what):
        self.n += 1
        if not good:
            self.failed += 1
            print(f"FAILED: {what}")

    def refused(self, done, reason, what):
        said = done.stdout + done.stderr
        self.check(reason in said, f"{what}: {said.strip()[:300]!r}")

    def finish(self):
        print(f"{self.n} checks, {self.failed} failed")
        sys.exit(self.failed > 0)
