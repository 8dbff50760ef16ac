"""What breaks, when, and for how long: all of it from the seed."""
import random
import signal
import threading
import time

import wire


class Striker(threading.Thread):
    """Strikes for so many seconds; afterwards everything that it stopped goes on again."""

    def __init__(self, cluster, seed, cycle, seconds):
        super().__init__(name="striker", daemon=True)
        self.cluster, self.seconds = cluster, seconds
        self.random = random.Random(f"{seed} cycle {cycle}")
        self.struck = []
        self.killed = set()

    def run(self):
        kinds = [(6, self.kill), (3, self.freeze), (1, self.stop_database), (1, self.kill_redis), (1, self.flush_redis),
                 (2, self.cut_database), (1, self.cut_redis), (2, self.cut_clients)]
        end = time.monotonic() + self.seconds
        try:
            while True:
                time.sleep(self.random.uniform(0.1, 0.9))
                if time.monotonic() >= end:
                    break
                self.random.choices([kind for _, kind in kinds], [weight for weight, _ in kinds])[0]()
        finally:
            self.cluster.resume_all()

    def note(self, was_done, what):
        if was_done:
            self.struck.append(what)

    def kill(self):
        name = self.random.choice(self.cluster.daemons)
        self.killed.add(name)
        self.note(self.cluster.signal(name, signal.SIGKILL), f"kill {name}")

    def freeze(self):
        name, seconds = self.random.choice(self.cluster.daemons), self.random.uniform(0.2, 1.5)
        if self.cluster.signal(name, signal.SIGSTOP):
            time.sleep(seconds)
            self.cluster.signal(name, signal.SIGCONT)
            self.note(True, f"freeze {name} {seconds:.1f}s")

    def stop_database(self):
        """QUIT is what pg_ctl -m immediate sends: no checkpoint, recovery at the next start."""
        self.note(self.cluster.signal("postgresql", signal.SIGQUIT), "immediate stop")

    def kill_redis(self):
        self.note(self.cluster.signal("redis", signal.SIGKILL), "kill redis")

    def flush_redis(self):
        self.note(self.cluster.redis("FLUSHALL"), "flush redis")

    def cut_database(self):
        share = self.random.uniform(0.2, 1)
        self.note(self.cluster.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename LIKE "
                                   f"'aegis\\_%' AND usename <> 'aegis_migrator' AND random() < {share}",
                                   strict=False) is not None, "cut database connections")

    def cut_redis(self):
        self.note(self.cluster.redis("CLIENT", "KILL", "TYPE", "normal"), "cut redis connections")

    def cut_clients(self):
        """Requests of which the gateway knows and whose answers nobody hears."""
        cut = wire.cut_some(self.random.uniform(0.3, 1))
        self.note(cut, f"cut {cut} clients")
