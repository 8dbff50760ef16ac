"""A thousand tills with one code at the same moment, through the gateway: one of them gets it."""
import argparse
import asyncio
import collections
import json
import os
import secrets
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import chaos  # noqa: E402
import check  # noqa: E402
import journal as journals  # noqa: E402
import person as persons  # noqa: E402
import wire  # noqa: E402

# A key may ask 60 times at once.
KEYS, PER_PARTNER = 20, 10
SECONDS = 90


def keys_of(person):
    made = []
    for n in range(KEYS):
        if n % PER_PARTNER == 0:
            partner = person.owner("POST", "/api/partners", {"name": f"Chain {secrets.token_hex(4)}", "kind": "pharmacy"},
                                   secrets.token_hex(16), expect=201)["id"]
        made.append(person.owner("POST", f"/api/partners/{partner}/api-keys", {
            "name": f"till {n}", "scopes": ["codes:redeem"]}, expect=201)["secret"])
    return made


class Till:
    def __init__(self, cluster, code, key):
        self.cluster, self.key, self.idempotency = cluster, key, secrets.token_hex(16)
        self.body = json.dumps({"code": code, "terminalId": "till", "transactionId": f"tx-{secrets.token_hex(8)}"}).encode()
        self.address = wire.an_address()
        self.asked = 0

    async def connect(self):
        return await asyncio.open_connection("127.0.0.1", self.cluster.port, local_addr=(self.address, 0))

    def request(self):
        head = (f"POST /api/verification-codes/redeem HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                f"Authorization: Bearer {self.key}\r\nIdempotency-Key: {self.idempotency}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n\r\n")
        return head.encode() + self.body

    async def ask(self, streams):
        reader, writer = streams
        self.asked += 1
        writer.write(self.request())
        await writer.drain()
        reply = await reader.read()
        writer.close()
        head, _, body = reply.partition(b"\r\n\r\n")
        return int(head.split(b" ")[1]), json.loads(body) if body else {}

    async def redeem(self, streams, start):
        """All at once; who is refused for now asks again with the same key, as a till does."""
        await start.wait()
        deadline = time.monotonic() + SECONDS
        while True:
            status, answer = await self.ask(streams)
            reason = answer.get("reason", "")
            if status not in (429, 503, 504) and reason != "IDEMPOTENCY_IN_FLIGHT":
                return status, reason
            if time.monotonic() > deadline:
                return status, reason
            await asyncio.sleep(float(answer.get("retryAfter") or 0.2))
            streams = await self.connect()


async def race(tills):
    start = asyncio.Event()
    streams = await asyncio.gather(*(till.connect() for till in tills))
    running = [asyncio.create_task(till.redeem(pair, start)) for till, pair in zip(tills, streams)]
    await asyncio.sleep(0)
    start.set()
    return await asyncio.gather(*running)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    chaos.add_cluster_arguments(parser)
    parser.add_argument("--tills", type=int, default=1000)
    args = parser.parse_args()
    cluster, figures = chaos.cluster_of(args), wire.Figures()
    folder = os.path.join(args.data, "chaos")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    journal = journals.Journal(os.path.join(folder, "race.jsonl"))
    person = persons.Person(0, cluster, journal, figures, "race")
    person.settle()
    keys, code = keys_of(person), None
    while code is None:
        code = person.a_code()
    tills = [Till(cluster, code["code"], keys[n % KEYS]) for n in range(args.tills)]
    started = time.monotonic()
    verdicts = collections.Counter(asyncio.run(race(tills)))
    took = time.monotonic() - started
    print(f"{args.tills} tills, {sum(till.asked for till in tills)} requests in {took:.1f} s: "
          + ", ".join(f"{n} × {status} {reason}".rstrip() for (status, reason), n in verdicts.most_common()))
    checker = check.Checker(cluster, journal, figures, "race", folder)
    checker.drain()
    seen = checker.verified_events(person.account["tenant"])
    recorded = sum(n for (action, _), n in seen.items() if action == "code.redeemed")
    rows = cluster.count("SELECT count(*) FROM consumer.redemption r JOIN consumer.code c ON c.tenant_id = r.tenant_id AND "
                         f"c.id = r.code_id WHERE c.session_id = '{code['session']}'")
    print(f"{rows} redemption in the table, {recorded} in the verified log")
    right = verdicts == {(200, ""): 1, (400, "CODE_NOT_VALID"): args.tills - 1} and rows == recorded == 1 and not checker.problems
    for text in checker.problems:
        print(f"    {text}")
    print("exactly one success" if right else "FAILED: not exactly one success")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
