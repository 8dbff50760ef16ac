"""A transcoded GET without a database, beside nginx with an answer of the same size."""
from harness import budget, load, peers, report

CONNECTIONS = 64


def run(cluster, options):
    token = cluster.seed().acme["token"]
    path = "/api/permissions"
    body = cluster.seed().call("GET", path, token=token).raw
    port = cluster.port + 3000
    nothing = cluster.seed().http.call("GET", "/").raw
    groups = cluster.groups("tenant")
    with peers.nginx(cluster, port, body):
        small = body[:0] + b'{"ok":"' + b"x" * 280 + b'"}'
        with peers.nginx(cluster, port + 1, small):
            cases = {
                "gateway, rpc, Redis": lambda: load.wrk(cluster.url + path, CONNECTIONS, options.seconds, token),
                "gateway alone (GET /)": lambda: load.wrk(cluster.url + "/", CONNECTIONS, options.seconds),
                "nginx, same bytes": lambda: load.wrk(f"http://127.0.0.1:{port}/", CONNECTIONS, options.seconds),
                "nginx, 300 B": lambda: load.wrk(f"http://127.0.0.1:{port + 1}/", CONNECTIONS, options.seconds),
            }
            table = load.medians(load.rounds(cases, options.rounds, report.progress))
            costs = budget.measure(groups, cases["gateway, rpc, Redis"])
    report.clear()
    print(f"    answers: {path} {len(body)} B, / {len(nothing)} B, wrk -c{CONNECTIONS}")
    report.table([(name, {"req/s": f["per_s"], "least": f["least"], "most": f["most"], "p50 ms": f["p50_ms"], "p99 ms": f["p99_ms"]})
                  for name, f in table.items()], ["req/s", "least", "most", "p50 ms", "p99 ms"])
    budget.show(costs)
    ratio = table["gateway, rpc, Redis"]["per_s"] / table["nginx, same bytes"]["per_s"]
    return {"table": table, "budget": costs, "bytes": len(body),
            "verdicts": [report.verdict("gateway hop ÷ nginx of the same size", ratio, 0.25, 0.4)]}
