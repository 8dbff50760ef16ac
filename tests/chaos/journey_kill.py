"""The demo journey, once for each daemon, which is killed (kill -9) again and again while it runs.

The client does what a person would: asks again after a lost reply, signs in when the
registration turns out to be done.  In the end everything that was acknowledged is in place.
"""
import argparse
import os
import random
import secrets
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import check  # noqa: E402
import chaos  # noqa: E402
import journal as journals  # noqa: E402
import wire  # noqa: E402

import journey as journeys  # noqa: E402

REQUESTS = 60
KILLS = 4
STARTED_ANEW_SECONDS = 180
PATIENCE_SECONDS = 90
# Somebody else is at it, or was when it was killed: over when its lease is.
BUSY = ("IDEMPOTENCY_IN_FLIGHT", "SYNC_RUNNING")


class StruckClient:
    """Speaks for the journey; at chosen requests the victim is killed while they are under way."""

    def __init__(self, cluster, victim, dice):
        self.cluster, self.victim, self.random = cluster, victim, dice
        self.figures = wire.Figures()
        self.wire = wire.Wire(cluster, self.figures)
        self.strikes = set(dice.sample(range(1, REQUESTS), KILLS))
        self.killed, self.repeats, self.timers = 0, 0, []
        self.registered, self.journey = set(), None
        self.requests, self.seconds, self.slowest = 0, 0.0, 0.0

    def kill(self):
        self.killed += self.cluster.signal(self.victim, signal.SIGKILL)

    def maybe_strike(self):
        self.requests += 1
        if self.requests in self.strikes:
            timer = threading.Timer(self.random.uniform(0, 0.008), self.kill)
            self.timers.append(timer)
            timer.start()

    def call(self, method, path, body=None, token=None, headers=None):
        key = (headers or {}).get("Idempotency-Key")
        if method == "POST" and not key and not path.endswith("/redeem"):
            key = secrets.token_hex(16)
        self.maybe_strike()
        started, deadline, repeated = time.monotonic(), time.monotonic() + PATIENCE_SECONDS, False
        while True:
            try:
                answer = self.wire.send(method, path, body, token, key)
            except wire.Lost as lost:
                answer, said = None, str(lost)
            else:
                said = f"{answer.status} {answer.reason}"
            if answer is not None and answer.status not in (429, 502, 503, 504) and answer.reason not in BUSY:
                break
            if time.monotonic() > deadline:
                raise journeys.Problem(f"{method} {path}: no verdict within {PATIENCE_SECONDS} s, last {said}")
            repeated = True
            self.repeats += 1
            time.sleep(0.1)
        self.seconds += time.monotonic() - started
        self.slowest = max(self.slowest, time.monotonic() - started)
        if repeated:
            answer = self.done_before(method, path, body, token, answer)
        if answer.status == 201 and path.endswith("/register"):
            self.registered.add(body["email"])
        return answer

    def done_before(self, method, path, body, token, answer):
        """What a person does when the lost call turns out to have had its effect."""
        if answer.reason == "EMAIL_TAKEN" and path.endswith("/register") and body["email"] not in self.registered:
            return self.as_created(self.call("POST", "/api/auth/login", {k: body[k] for k in ("email", "password")}))
        if answer.reason == "BAD_TOKEN" and path.endswith("/admin-invitations/accept"):
            return self.as_created(self.call("POST", "/api/auth/login", self.journey.admin))
        if answer.reason == "SCREENER_PUBLISHED" and path.endswith(":publish"):
            return self.call("GET", path.removesuffix(":publish"), token=token)
        if answer.reason == "SUBSCRIPTION_EXISTS":
            return self.as_created(answer)
        if answer.reason == "SOURCE_EXISTS":
            found = self.call("GET", "/api/compliance/sources?pageSize=200", token=token)
            answer.json = next(source for source in found["sources"] if source["name"] == body["name"])
            return self.as_created(answer)
        if path.endswith(":sync") and answer.status == 200:
            # Read twice, nothing is new the second time; the event that it raised is looked at next.
            answer.json["added"] = answer.json.get("added") or 1
        return answer

    @staticmethod
    def as_created(answer):
        answer.status = 201
        return answer


class StruckJourney(journeys.Journey):
    def __init__(self, args, client):
        super().__init__(args)
        self.http, client.journey = client, self


def arguments_of(cluster, folder):
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
    return argparse.Namespace(url=cluster.url, mail=os.path.join(cluster.data, "mail"), web=os.path.join(cluster.data, "web"),
                              web_url=f"http://127.0.0.1:{cluster.port + 2001}", state=os.path.join(folder, "journey.json"),
                              ctl=cluster.ctl, admin_command=os.path.join(root, "deploy/aegis") + " ctl admin create", until=None)


def struck_journey(cluster, folder, victim, seed):
    client = StruckClient(cluster, victim, random.Random(f"{seed} {victim}"))
    journey, problem = StruckJourney(arguments_of(cluster, folder), client), None
    step, started = "", time.monotonic()
    try:
        for step in journey.STEPS:
            getattr(journey, step)()
    except (journeys.Problem, KeyError, IndexError, OSError, ValueError, wire.Wrong) as caught:
        problem = f"failed at “{step}”: {type(caught).__name__}: {caught}"
    for timer in client.timers:
        timer.join()
    if not problem and client.killed == 0:
        problem = "was never killed: nothing is shown"
    checker = check.Checker(cluster, journals.Journal(os.path.join(folder, "journey-journal.jsonl")), wire.Figures(), seed, folder)
    cluster.wait_ready(chaos.READY_SECONDS)
    checker.drain()
    checker.nothing_twice()
    wrong = ([problem] if problem else []) + checker.problems
    print(f"{'FAILED' if wrong else 'passed'}  {victim} killed {client.killed} times in {client.requests} requests, "
          f"{client.repeats} asked again, {time.monotonic() - started:.1f} s", flush=True)
    for text in wrong:
        print(f"        {text}", flush=True)
    return not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    chaos.add_cluster_arguments(parser)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    args = parser.parse_args()
    cluster = chaos.cluster_of(args)
    folder = os.path.join(args.data, "chaos")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    # A mail whose sender was killed in the middle goes out when its lease is over.
    journeys.poll = lambda seconds, what, probe: real_poll(max(seconds, STARTED_ANEW_SECONDS), what, probe)
    journeys.told = journeys.chapter = lambda text: None
    print(f"seed {args.seed}", flush=True)
    results = [struck_journey(cluster, folder, victim, args.seed) for victim in cluster.daemons]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


real_poll = journeys.poll

if __name__ == "__main__":
    sys.exit(main())
