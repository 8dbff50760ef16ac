"""Load, strikes and checks in cycles: nothing acknowledged is lost and nothing happens twice.

deploy/aegis chaos runs it against the running cluster; exit status 1 when a cycle fails.
"""
import argparse
import os
import random
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import check  # noqa: E402
import cluster as clusters  # noqa: E402
import journal as journals  # noqa: E402
import officer  # noqa: E402
import person as persons  # noqa: E402
import strike  # noqa: E402
import wire  # noqa: E402

READY_SECONDS = 30
IDLE_SECONDS = 75


def add_cluster_arguments(parser):
    parser.add_argument("--data", required=True, help="the cluster's data directory")
    parser.add_argument("--run", required=True, help="the directory of its sockets")
    parser.add_argument("--build", required=True, help="where its programs were built")
    parser.add_argument("--port", type=int, required=True, help="of the gateway")
    parser.add_argument("--daemons", required=True, help="their names, separated by spaces")


def cluster_of(args):
    return clusters.Cluster(args.data, args.run, args.port, args.daemons.split(), args.build)


class Run:
    def __init__(self, args):
        self.args = args
        self.cluster = cluster_of(args)
        folder = os.path.join(args.data, "chaos")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        self.journal = journals.Journal(os.path.join(folder, f"journal-{args.seed}.jsonl"))
        self.figures = wire.Figures()
        self.people = [persons.Person(n, self.cluster, self.journal, self.figures, args.seed) for n in range(args.people)]
        if "compliance" in self.cluster.daemons:
            self.people.append(officer.Officer(args.people, self.cluster, self.journal, self.figures, args.seed))
        self.checker = check.Checker(self.cluster, self.journal, self.figures, args.seed, folder)

    def settle(self):
        if self.cluster.wait_ready(READY_SECONDS) is None:
            raise wire.Wrong("the cluster is not ready (deploy/aegis status)")
        for person in self.people:
            person.settle()
            person.start()

    def struck_load(self, cycle):
        """The cycle's strikes, and what the people saw that must not be."""
        wrong = []
        striker = strike.Striker(self.cluster, self.args.seed, cycle, self.args.seconds_per_cycle)
        for person in self.people:
            person.set_running(True)
        striker.start()
        striker.join()
        for person in self.people:
            person.set_running(False)
        self.ready_in = self.cluster.wait_ready(READY_SECONDS)
        if self.ready_in is None:
            wrong.append(f"not ready {READY_SECONDS} s after the last strike")
        deadline = time.monotonic() + IDLE_SECONDS
        for person in self.people:
            if not person.wait_idle(max(0, deadline - time.monotonic())):
                wrong.append(f"{person.name} hangs")
            wrong += person.wrong
            person.wrong = []
        return striker, wrong

    def own_deaths(self, striker, pids, positions):
        """Daemons that ended though nobody killed them, and what sanitizers wrote."""
        wrong = []
        for name in self.cluster.daemons:
            if name not in striker.killed and self.cluster.pid(name) != pids[name]:
                wrong.append(f"{name} ended by itself")
            said = self.cluster.log_since(name, positions[name])
            wrong += [f"{name} says: {line[:300]}" for line in said.splitlines()
                      if any(word in line for word in check.SANITIZER_WORDS)][:3]
        return wrong

    def cycle(self, number):
        self.journal.cycle = number
        before, started = len(self.journal), time.monotonic()
        pids = {name: self.cluster.pid(name) for name in self.cluster.daemons}
        positions = self.cluster.log_positions()
        striker, wrong = self.struck_load(number)
        acknowledged = len(self.journal) - before
        try:
            wrong += self.checker.check(number)
        except (wire.Wrong, RuntimeError) as problem:
            wrong.append(f"the check did not end: {problem}")
        wrong += self.own_deaths(striker, pids, positions)
        if not acknowledged:
            wrong.append("nothing at all was acknowledged")
        print(f"cycle {number:3} {'FAILED' if wrong else 'passed'}  {acknowledged:4} acknowledged, ready in {self.ready_in or -1:.1f} s, "
              f"drained in {self.checker.drained_in:.1f} s, {time.monotonic() - started:.1f} s  [{'; '.join(striker.struck)}]", flush=True)
        for text in wrong[:20]:
            print(f"          {text}", flush=True)
        return not wrong

    def run(self):
        passed = failed = 0
        self.settle()
        for number in range(1, self.args.cycles + 1):
            if self.cycle(number):
                passed += 1
            else:
                failed += 1
        for person in self.people:
            person.end()
        wrong = self.checker.check_at_end()
        print(f"in the end {'FAILED' if wrong else 'passed'}  read again, all leases over after {self.checker.drained_in:.1f} s")
        for text in wrong[:20]:
            print(f"          {text}")
        kinds = {}
        for entry in self.journal.entries:
            kinds[entry["kind"]] = kinds.get(entry["kind"], 0) + 1
        print(f"{len(self.journal)} acknowledgements ({', '.join(f'{n} {kind}' for kind, n in sorted(kinds.items()))}), "
              f"{self.figures.requests} requests, {self.figures.lost} replies lost, {self.figures.refused} refused for now, "
              f"{self.checker.verified} log entries verified")
        print(f"{passed} passed, {failed} failed (journal: {self.journal.path})")
        return 1 if failed or wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     prog="deploy/aegis chaos")
    add_cluster_arguments(parser)
    parser.add_argument("--cycles", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None, help="repeats the strikes of an earlier run")
    parser.add_argument("--seconds-per-cycle", type=float, default=5, help="how long a cycle strikes")
    parser.add_argument("--people", type=int, default=4, help="clients at a time")
    args = parser.parse_args()
    if args.seed is None:
        args.seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {args.seed}, {args.cycles} cycles of {args.seconds_per_cycle:g} s, {args.people} people", flush=True)
    try:
        return Run(args).run()
    except wire.Wrong as problem:
        print(f"chaos: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
