"""The authenticated read, whole way: JWT, session and limit in Redis, RPC, row-level security, JSON."""
import os

from harness import budget, load, peers, report
from harness.cluster import journey

SCRIPT = """\\startpipeline
SELECT set_config('app.current_tenant_id', :tenant, true), set_config('statement_timeout', '5000', true);
SELECT id, public_id, name, drug, sponsor, description, status, states, starts_on, ends_on, code_budget, published_version,
	created_at, updated_at, version
FROM program.program WHERE tenant_id = :tenant AND id = :program AND deleted_at IS NULL;
\\endpipeline
"""


def same_statement(cluster, seconds, clients=2):
    script = os.path.join(cluster.work, "read.sql")
    with open(script, "w") as out:
        out.write(SCRIPT)
    return load.pgbench(cluster, "program", script, clients, seconds, {"tenant": cluster.seed().acme["tenant"], "program": cluster.a_program()})


def columns(figures):
    return {"req/s": figures["per_s"], "least": figures["least"], "most": figures["most"], "p50 ms": figures.get("p50_ms"),
            "p99 ms": figures.get("p99_ms")}


def run(cluster, options):
    path = "/api/programs/" + cluster.a_program()
    token = cluster.seed().acme["token"]
    port, seconds = cluster.port + 3000, options.seconds

    def at(base, connections):
        return lambda: load.wrk(base + path, connections, seconds, token)

    with peers.fastify(cluster, port, False), peers.fastify(cluster, port + 1, True):
        ours, plain, cached = cluster.url, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
        cases = {"Aegis, c64": at(ours, 64), "Fastify, c64": at(plain, 64), "Fastify + token cache, c64": at(cached, 64),
                 "pgbench, 2 clients": lambda: same_statement(cluster, seconds),
                 "Aegis, c1": at(ours, 1), "Aegis, c16": at(ours, 16), "Aegis, c256": at(ours, 256)}
        try:
            session, _ = cluster.screening().issue()
            audited = f"{ours}/api/screening-sessions/{session}"
            cases["Aegis, audited read of a session, c64"] = lambda: load.wrk(audited, 64, seconds, token)
        except journey.Problem as problem:
            print(f"    no audited read: {problem}")
        for warm in ("Aegis, c64", "Fastify, c64", "Fastify + token cache, c64"):
            cases[warm]()
        table = load.medians(load.rounds(cases, options.rounds, report.progress))
        costs = budget.measure(cluster.groups("program"), at(ours, 64))
    report.clear()
    report.table([(name, columns(figures)) for name, figures in table.items()], ["req/s", "least", "most", "p50 ms", "p99 ms"])
    budget.show(costs)
    main = table["Aegis, c64"]
    rss = costs["gateway"]["rss_mb"] + costs["program"]["rss_mb"]
    verdicts = [
        report.verdict("Aegis ÷ Fastify, c64", main["per_s"] / table["Fastify, c64"]["per_s"], 4, 6),
        report.verdict("Aegis ÷ Fastify that caches tokens", main["per_s"] / table["Fastify + token cache, c64"]["per_s"]),
        report.verdict("Aegis ÷ pgbench of the same statement", main["per_s"] / table["pgbench, 2 clients"]["per_s"]),
        report.verdict("p99 in ms, c64", main["p99_ms"], aim=10, at_most=True),
        report.verdict("RSS of gateway and daemon in MB", rss, aim=40, at_most=True),
    ]
    return {"table": table, "budget": costs, "verdicts": verdicts}
