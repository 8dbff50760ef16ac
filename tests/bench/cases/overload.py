"""Four times the connections of the peak, and more than the queues hold."""
from harness import load, report


def run(cluster, options):
    token = cluster.seed().acme["token"]
    path = cluster.url + "/api/programs/" + cluster.a_program()

    def at(connections):
        result = load.wrk(path, connections, options.seconds, token, refusals=True)
        if result["broken"]:
            raise load.Failed(f"{result['broken']} connections broke at -c{connections}")
        result["good_per_s"] = (result["requests"] - result["refused"]) / result["seconds"]
        result["refused_share"] = result["refused"] / max(1, result["requests"])
        return result

    cases = {f"c{connections}": (lambda connections=connections: at(connections)) for connections in (32, 64, 128, 256, 512, 1000)}
    table = load.medians(load.rounds(cases, options.rounds, report.progress))
    report.clear()
    report.table([(name, {"answers/s": f["per_s"], "good/s": f["good_per_s"], "refused %": 100 * f["refused_share"], "p50 ms": f["p50_ms"],
                          "p99 ms": f["p99_ms"]}) for name, f in table.items()], ["answers/s", "good/s", "refused %", "p50 ms", "p99 ms"])
    peak = max(("c32", "c64", "c128"), key=lambda name: table[name]["good_per_s"])
    four = f"c{4 * int(peak[1:])}"
    return {"table": table, "verdicts": [
        report.verdict(f"good answers at {four} ÷ at the peak ({peak})", table[four]["good_per_s"] / table[peak]["good_per_s"], 0.8),
        report.verdict("good answers at c1000 ÷ at the peak", table["c1000"]["good_per_s"] / table[peak]["good_per_s"])]}
