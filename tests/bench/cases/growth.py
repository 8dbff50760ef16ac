"""Read latency while tenants and rows grow."""
import os

from harness import load, report

ROWS = """
INSERT INTO program.program (tenant_id, id, public_id, name, drug, sponsor, description, status, states, created_at, created_by,
	updated_at, updated_by)
SELECT CASE WHEN n % {tenants} = 0 THEN '{tenant}'::uuid ELSE md5('tenant ' || n % {tenants})::uuid END, gen_random_uuid(),
	'grown-' || n, 'Program ' || n, 'rosuvastatin 5 mg', 'Acme', 'One of many programs of the benchmark.', 'draft', '{{TX,CA}}',
	now() - n * interval '1 second', '{tenant}', now(), '{tenant}'
FROM generate_series({first}, {last}) n;
ANALYZE program.program;
"""


def run(cluster, options):
    seed = cluster.seed()
    tenant = seed.acme["tenant"]
    steps = [(10, 10_000), (1_000, 1_000_000)] + ([(10_000, 10_000_000)] if options.large else [])
    paths = os.path.join(cluster.work, "growth.txt")
    table, have = {}, 0
    for tenants, rows in steps:
        report.progress(f"growing to {rows} rows of {tenants} tenants")
        cluster.sql(ROWS.format(tenants=tenants, tenant=tenant, first=have + 1, last=rows))
        have = rows
        token = seed.fresh_token()
        ids = cluster.sql(f"SELECT id FROM program.program WHERE tenant_id = '{tenant}' ORDER BY md5(id::text) LIMIT 1000")
        with open(paths, "w") as out:
            out.writelines(f"/api/programs/{row[0]}\n" for row in ids)
        cases = {f"one of {tenants} tenants' {rows:,} rows": lambda: load.wrk(cluster.url, 8, options.seconds, token, paths=paths),
                 f"first page, {rows:,} rows": lambda: load.wrk(cluster.url + "/api/programs?pageSize=20", 8, options.seconds, token)}
        cases[next(iter(cases))]()
        table.update(load.medians(load.rounds(cases, options.rounds, report.progress)))
    report.clear()
    report.table([(name, {"req/s": f["per_s"], "p50 ms": f["p50_ms"], "p99 ms": f["p99_ms"]}) for name, f in table.items()],
                 ["req/s", "p50 ms", "p99 ms"])
    names = list(table)
    return {"table": table, "verdicts": [
        report.verdict("p50 of one row, largest ÷ smallest", table[names[-2]]["p50_ms"] / table[names[0]]["p50_ms"], 1.3, at_most=True),
        report.verdict("p50 of a page, largest ÷ smallest", table[names[-1]]["p50_ms"] / table[names[1]]["p50_ms"], 1.3, at_most=True)]}
