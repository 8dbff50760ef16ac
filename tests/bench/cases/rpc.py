"""Echo of 200 B: the transport alone, a whole daemon's dispatcher, gRPC C++."""
import json
import os
import tempfile

from harness import load, peers, report

IN_FLIGHT = (1, 16, 64, 256)


def run(cluster, options):
    grpc = peers.grpc_echo(cluster)
    ours = cluster.program("bench/rpc_bench")
    seconds = str(max(1, round(options.seconds)))
    with tempfile.TemporaryDirectory(prefix="aegis-bench-") as folder:
        commands = {"transport": [ours, "transport", folder], "dispatcher": [ours, "dispatcher", folder], "gRPC C++": [grpc, folder]}

        def measure(command, in_flight):
            result = json.loads(load.run([*command, seconds, str(in_flight)]))
            if result["failed"]:
                raise load.Failed(f"{os.path.basename(command[0])}: {result['failed']} calls failed")
            return result

        cases = {f"{name}, {k}": (lambda command=command, k=k: measure(command, k))
                 for k in IN_FLIGHT for name, command in commands.items()}
        table = load.medians(load.rounds(cases, options.rounds, report.progress))
    report.clear()
    rows = [(name, {"calls/s": f["per_s"], "least": f["least"], "most": f["most"], "p50 µs": f["p50_us"], "p99 µs": f["p99_us"],
                    "CPU µs client": f["client_us"], "CPU µs server": f["server_us"]}) for name, f in table.items()]
    report.table(rows, ["calls/s", "least", "most", "p50 µs", "p99 µs", "CPU µs client", "CPU µs server"])
    verdicts = []
    for k in IN_FLIGHT:
        ratio = table[f"dispatcher, {k}"]["per_s"] / table[f"gRPC C++, {k}"]["per_s"]
        bounds = (1.0, 1.8) if k == 64 else (None, None)
        verdicts.append(report.verdict(f"dispatcher ÷ gRPC, {k} in flight", ratio, *bounds))
    return {"table": table, "verdicts": verdicts}
