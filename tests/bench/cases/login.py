"""Logins beside the bare hash, and what reads keep of their throughput meanwhile."""
import json
import os
import threading

from harness import budget, load, report


def run(cluster, options):
    seed = cluster.seed()
    token = seed.acme["token"]
    path = cluster.url + "/api/programs/" + cluster.a_program()
    bodies = os.path.join(cluster.work, "login.json")
    with open(bodies, "w") as out:
        out.write(json.dumps({key: seed.acme[key] for key in ("email", "password")}) + "\n")
    seconds = max(options.seconds, 3)

    def logins():
        return load.wrk(cluster.url + "/api/auth/login", 4, seconds, bodies=bodies, run="login")

    def reads():
        return load.wrk(path, 16, seconds, token)

    def reads_meanwhile():
        result = {}
        other = threading.Thread(target=lambda: result.update(logins()))
        other.start()
        kept = reads()
        other.join()
        if not result:
            raise load.Failed("the logins beside the reads did not end")
        return {**kept, "logins_per_s": result["per_s"]}

    cases = {"bare hash, 1 thread": lambda: json.loads(load.run([cluster.program("bench/hash_bench"), str(seconds)])),
             "logins, c4": logins, "reads, c16": reads, "reads beside logins": reads_meanwhile}
    table = load.medians(load.rounds(cases, options.rounds, report.progress))
    costs = budget.measure(cluster.groups("auth", "audit"), logins)
    report.clear()
    report.table([(name, {"per s": f["per_s"], "least": f["least"], "most": f["most"], "p50 ms": f.get("p50_ms"), "p99 ms": f.get("p99_ms"),
                          "logins/s": f.get("logins_per_s")}) for name, f in table.items()],
                 ["per s", "least", "most", "p50 ms", "p99 ms", "logins/s"])
    print("    one login, its hash with it:")
    budget.show(costs)
    return {"table": table, "budget": costs, "verdicts": [
        report.verdict("logins ÷ bare hash", table["logins, c4"]["per_s"] / table["bare hash, 1 thread"]["per_s"], 0.8),
        report.verdict("reads kept beside logins", table["reads beside logins"]["per_s"] / table["reads, c16"]["per_s"], 0.8)]}
