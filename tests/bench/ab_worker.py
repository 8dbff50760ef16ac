"""Measures one checkout for tests/bench/ab, with the harness of that checkout: a JSON question a line, a JSON answer a line."""
import contextlib
import importlib
import json
import os
import secrets
import sys

sys.path.insert(0, sys.argv[1])
from harness import load  # noqa: E402
from harness.cluster import Cluster  # noqa: E402

CODES = 250
PEERS = ("JS", "json-logic", "gRPC", "jansson", "JSON.parse")


class Worker:
    def __init__(self):
        self.cluster = Cluster()

    def read(self, seconds):
        path = self.cluster.url + "/api/programs/" + self.cluster.a_program()
        return {"reads, c64": load.wrk(path, 64, seconds, self.cluster.seed().acme["token"])["per_s"]}

    def edge(self, seconds):
        """The hop with the smallest answer: its bytes are the same in every state, unlike the catalogue of permissions."""
        return {"hops, c64": load.wrk(self.cluster.url + "/api/audit/key", 64, seconds, self.cluster.seed().acme["token"])["per_s"]}

    def login(self, seconds):
        bodies = os.path.join(self.cluster.work, "ab-login.json")
        seed = self.cluster.seed()
        with open(bodies, "w", encoding="utf-8") as out:
            out.write(json.dumps({key: seed.acme[key] for key in ("email", "password")}) + "\n")
        return {"logins, c4": load.wrk(self.cluster.url + "/api/auth/login", 4, max(seconds, 3), bodies=bodies, run="login")["per_s"]}

    def redeem(self, seconds):
        seed = self.cluster.screening()
        bodies = os.path.join(self.cluster.work, "ab-redeem.json")
        with open(bodies, "w", encoding="utf-8") as out:
            for _ in range(CODES):
                _, code = seed.issue()
                out.write(json.dumps({"code": code, "terminalId": "till-1", "transactionId": secrets.token_hex(8)}) + "\n")
        result = load.wrk(self.cluster.url + "/api/verification-codes/redeem", 16, max(seconds, 3), seed.partner_key,
                          bodies=bodies, run=secrets.token_hex(8), once='"redeemed"')
        if result["requests"] != CODES:
            raise load.Failed(f"{result['requests']} of {CODES} redemptions were answered")
        return {"redemptions, c16": result["per_s"]}

    def case(self, name, seconds):
        """Another benchmark of the checkout, its own figures alone: per second, or runs per second of what is timed."""
        class Options:
            rounds = 1

        Options.seconds = seconds
        with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
            table = importlib.import_module(f"cases.{name}").run(self.cluster, Options)["table"]
        figures = {}
        for what, value in table.items():
            if isinstance(value, dict) and not any(peer in what for peer in PEERS):
                figures[what] = value.get("per_s") or 1e6 / value["us"]
            elif what.endswith("_ratio"):
                figures[what] = value
        return figures

    def answer(self, question):
        own = getattr(self, question["measure"], None)
        return own(question["seconds"]) if own else self.case(question["measure"], question["seconds"])


def main():
    worker = Worker()
    out = sys.stdout
    for line in sys.stdin:
        try:
            answer = worker.answer(json.loads(line))
        except Exception as error:  # pylint: disable=broad-except
            answer = {"failed": f"{type(error).__name__}: {error}"[:2000]}
        print(json.dumps(answer), file=out, flush=True)


if __name__ == "__main__":
    main()
