"""The volume of the database is full: writes are refused, the log tells why, and with space it goes on.

First the cluster's WAL, then all of the database moves to a small tmpfs while it is down; afterwards it
moves back.  Needs the right to mount, which root has unless its container took it away: skipped (77)
without it, and saying so; where it is there, a mount that fails is a failed test.
"""
import argparse
import os
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import chaos  # noqa: E402
import check  # noqa: E402
import journal as journals  # noqa: E402
import person as persons  # noqa: E402
import wire  # noqa: E402

SKIPPED = 77
SPARE_MEGABYTES = 320
# Linux's number of the capability, as in /proc/self/status.
CAP_SYS_ADMIN = 21
REFUSED_WITHIN, BACK_WITHIN = 60, 60


class Volume:
    """A small file system in the place of a folder that is moved onto it."""

    def __init__(self, folder, supervised, data):
        self.folder, self.kept, self.data, self.supervised = folder, folder + ".kept", data, supervised
        self.ballast = os.path.join(folder, "ballast")

    def megabytes(self):
        used = subprocess.run(["du", "-sm", self.kept], capture_output=True, text=True, check=True)
        return int(used.stdout.split()[0]) + SPARE_MEGABYTES

    def service(self, command):
        subprocess.run(["sv", "-w", "30", command, os.path.join(self.data, "sv", self.supervised)], check=True,
                       stdout=subprocess.DEVNULL)

    def move_in(self):
        stat = os.stat(self.folder)
        self.service("down")
        os.rename(self.folder, self.kept)
        os.mkdir(self.folder)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.megabytes()}m,mode=0700,uid={stat.st_uid},gid={stat.st_gid}",
                        "tmpfs", self.folder], check=True)
        subprocess.run(["cp", "-a", self.kept + "/.", self.folder], check=True)
        self.service("up")

    def move_out(self):
        self.service("down")
        if os.path.exists(self.ballast):
            os.unlink(self.ballast)
        shutil.rmtree(self.kept)
        subprocess.run(["cp", "-a", self.folder, self.kept], check=True)
        subprocess.run(["umount", self.folder], check=True)
        os.rmdir(self.folder)
        os.rename(self.kept, self.folder)
        self.service("up")

    def fill(self):
        """Leaves nothing, not even in what the server set aside for itself."""
        with open(self.ballast, "wb", buffering=0) as out:
            try:
                while True:
                    out.write(b"\0" * 65536)
            except OSError:
                pass

    def free(self):
        os.unlink(self.ballast)


def may_mount():
    with open("/proc/self/status") as status:
        effective = next(int(line.split()[1], 16) for line in status if line.startswith("CapEff:"))
    return bool(effective >> CAP_SYS_ADMIN & 1)


class Writer:
    """Programs until one is refused; each acknowledged one is in the journal."""

    def __init__(self, person):
        self.person, self.n = person, 0

    def write(self):
        self.n += 1
        name, token = f"Disk {self.n} of {self.person.account['tenant']}", self.person.token()
        try:
            answer = self.person.http.send("POST", "/api/programs", {"name": name, "drug": "x" * 200, "sponsor": "y" * 200}, token)
        except wire.Lost:
            return None
        if answer.status == 201:
            self.person.journal.acknowledged("program", self.person.account["tenant"], id=answer["id"], name=name)
        return answer


def until_refused(writer):
    """The segments that the server had made before are used up on the way."""
    deadline = time.monotonic() + REFUSED_WITHIN
    while time.monotonic() < deadline:
        answer = writer.write()
        if answer is not None and answer.status != 201 and answer.reason != "RATE_LIMITED":
            return answer
        writer.person.cluster.sql("SELECT pg_switch_wal()", strict=False)
    raise wire.Wrong(f"nothing was refused within {REFUSED_WITHIN} s on a full volume")


def stays_refused(writer, answers=20):
    """Never anything but a refusal for now or an honest success."""
    for _ in range(answers):
        answer = writer.write()
        if answer is not None and answer.status not in (201, 503, 504) and answer.reason != "RATE_LIMITED":
            raise wire.Wrong(f"a full volume was answered {answer.status} {answer.reason}")
        time.sleep(0.1)


def was_told(cluster, positions):
    said = cluster.log_since("program", positions["program"])
    with open(os.path.join(cluster.data, "log/postgresql/current"), errors="replace") as log:
        log.seek(positions["postgresql"])
        server = "No space left on device" in log.read()
    return server, any(word in said for word in ("DATABASE_UNAVAILABLE", "DATABASE_FULL"))


def log_positions(cluster):
    server = os.path.getsize(os.path.join(cluster.data, "log/postgresql/current"))
    return {**cluster.log_positions(), "postgresql": server}


def refuse_on_full(cluster, person, volume):
    writer, positions = Writer(person), log_positions(cluster)
    volume.fill()
    refusal = until_refused(writer)
    print(f"{volume.folder}: full after {writer.n} writes: {refusal.status} {refusal.reason}", flush=True)
    if refusal.status != 503:
        raise wire.Wrong(f"refused with {refusal.status} {refusal.reason}, not 503")
    if not any(name.lower() == "retry-after" for name in refusal.headers):
        raise wire.Wrong(f"{refusal.reason} does not say when to come again")
    stays_refused(writer)
    server_told, daemon_told = was_told(cluster, positions)
    if not server_told or not daemon_told:
        raise wire.Wrong(f"not told: the server's log {server_told}, the daemon's log {daemon_told}")


def run(cluster, folder, volume):
    journal, figures = journals.Journal(os.path.join(folder, "disk-full.jsonl")), wire.Figures()
    person = persons.Person(0, cluster, journal, figures, "disk full")
    person.settle()
    refuse_on_full(cluster, person, volume)
    volume.free()
    back = cluster.wait_ready(BACK_WITHIN)
    if back is None:
        raise wire.Wrong(f"not ready {BACK_WITHIN} s after there was space again")
    person.http.insist("POST", "/api/programs", {"name": "Disk is back", "drug": "x", "sponsor": "y"}, person.token(), expect=201)
    checker = check.Checker(cluster, journal, figures, "disk full", folder)
    checker.check(0)
    for text in checker.problems:
        print(f"    {text}")
    print(f"told in both logs; back {back:.1f} s after there was space; {len(journal)} acknowledgements in place", flush=True)
    return not checker.problems


def on_full(cluster, folder, place):
    volume = Volume(os.path.join(cluster.data, place), "postgresql", cluster.data)
    volume.move_in()
    try:
        if cluster.wait_ready(BACK_WITHIN) is None:
            raise wire.Wrong("the cluster does not run on the small volume")
        return run(cluster, folder, volume)
    except wire.Wrong as problem:
        print(f"disk full: {problem}", file=sys.stderr)
        return False
    finally:
        volume.move_out()
        cluster.wait_ready(BACK_WITHIN)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    chaos.add_cluster_arguments(parser)
    args = parser.parse_args()
    cluster, folder = chaos.cluster_of(args), os.path.join(args.data, "chaos")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    if not cluster.is_root or not may_mount():
        print("skipped: a full volume needs a mount, and CAP_SYS_ADMIN is not among the rights here")
        return SKIPPED
    places = ("postgresql/pg_wal", "postgresql")
    passed = [on_full(cluster, folder, place) for place in places]
    print(f"{sum(passed)} of {len(places)} volumes passed")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
