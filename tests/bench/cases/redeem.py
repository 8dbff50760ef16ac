"""Distinct codes redeemed once each, beside pgbench of the same statements."""
import json
import os
import secrets
import threading
import time

from harness import budget, load, report

THREADS, SEED_SECONDS, WRITERS = 4, 45, 8
CONNECTIONS = 16  # twice the peer's: as many wait in the gateway as are at work in the database

TWINS = """
INSERT INTO consumer.session (tenant_id, id, program_id, public_id, program_name, screener_version, content_hash, locale, device_class,
	utm_source, status, answers, attempts, outcome, may_issue_code, code_issued, expires_at, completed_at, created_at, created_by,
	updated_at, updated_by)
SELECT tenant_id, md5('{run} ' || n)::uuid, program_id, public_id, program_name, screener_version, content_hash, locale, device_class,
	utm_source, status, answers, attempts, outcome, may_issue_code, true, expires_at, completed_at, created_at, created_by, updated_at, updated_by
FROM consumer.session, generate_series(1, {n}) n WHERE id = '{session}';
INSERT INTO consumer.code (tenant_id, id, session_id, program_id, code_hash, code_class, expires_at, created_at, created_by, updated_at, updated_by)
SELECT tenant_id, gen_random_uuid(), id, program_id, sha256(convert_to('{run} ' || n, 'UTF8')), 'standard', now() + interval '1 day', now(),
	created_by, now(), updated_by
FROM consumer.session, generate_series(1, {n}) n WHERE id = md5('{run} ' || n)::uuid;
"""

SCRIPT = """\\set n :n + 1
\\startpipeline
BEGIN;
SELECT set_config('app.current_tenant_id', :tenant, true), set_config('statement_timeout', '5000', true);
SELECT pg_try_advisory_xact_lock(hashtext(:run || :client_id::text || ' ' || :n::text));
SELECT request_hash, response FROM consumer.idempotency
WHERE tenant_id = :tenant AND principal_id = :actor AND key = :run || :client_id::text || ' ' || :n::text AND expires_at > now();
SELECT subject, misses, window_until FROM consumer.guess
WHERE tenant_id = :tenant AND subject = ANY (ARRAY['key', 'terminal', 'tenant']) AND window_until > now();
\\endpipeline
WITH redeemed AS (
	UPDATE consumer.code
	SET status = 'redeemed', holder = :actor, terminal_id = 'till-1', transaction_id = 'tx-' || :n::text,
		reserved_until = NULL, redeemed_at = now(), updated_at = now(), updated_by = :actor, version = version + 1
	WHERE tenant_id = :tenant AND code_hash = sha256(convert_to(:run || ' ' || (:client_id::int * :share::int + :n::int)::text, 'UTF8')) AND expires_at > now()
		AND (status IN ('issued', 'rolled_back') OR (status = 'reserved'
			AND (reserved_until <= now() OR (holder = :actor AND transaction_id = 'tx-' || :n::text))))
	RETURNING id, program_id, code_class, status, holder, transaction_id, reserved_until, redeemed_at, expires_at, version
), noted AS (
	INSERT INTO consumer.redemption (tenant_id, id, code_id, holder, key_id, terminal_id, transaction_id, created_at, created_by)
	SELECT :tenant, gen_random_uuid(), id, :actor, :actor, 'till-1', 'tx-' || :n::text, now(), :actor FROM redeemed
)
SELECT id AS code_id, program_id, code_class, status, holder, transaction_id, reserved_until, redeemed_at, expires_at, version FROM redeemed \\gset
\\startpipeline
INSERT INTO consumer.idempotency (tenant_id, principal_id, key, request_hash, response, created_at, expires_at)
VALUES (:tenant, :actor, :run || :client_id::text || ' ' || :n::text, sha256('x'), sha256('x') || sha256('y') || sha256('z'), now(), now() + interval '1 day')
ON CONFLICT (tenant_id, principal_id, key) DO UPDATE SET request_hash = excluded.request_hash, response = excluded.response;
INSERT INTO consumer.outbox (tenant_id, id, subscriber, topic, payload, created_at, not_before)
VALUES (:tenant, gen_random_uuid(), 'nobody', 'code.redeemed', sha256('x') || sha256('y') || sha256('z') || sha256('u') || sha256('v'), now(), now());
COMMIT;
\\endpipeline
"""


def issue(cluster, wanted):
    """Codes issued through the gateway by a few threads, as many as the time allows."""
    seed = cluster.screening()
    issued, deadline = [], time.monotonic() + SEED_SECONDS

    def work(own):
        while len(issued) < wanted and time.monotonic() < deadline:
            issued.append(own.issue())
            report.progress(f"issuing codes: {len(issued)} of {wanted}")

    threads = [threading.Thread(target=work, args=(seed.twin(),)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(issued) < 100:
        raise load.Failed(f"only {len(issued)} codes were issued")
    return seed, issued


def run(cluster, options):
    runs = options.rounds + 2  # the budget takes two more
    seed, issued = issue(cluster, options.codes * runs)
    codes = [code for _, code in issued]
    share = len(codes) // runs
    script = os.path.join(cluster.work, "redeem.sql")
    with open(script, "w") as out:
        out.write(SCRIPT)
    bodies = os.path.join(cluster.work, "redeem.json")

    def redeem():
        with open(bodies, "w") as out:
            for _ in range(share):
                out.write(json.dumps({"code": codes.pop(), "terminalId": "till-1", "transactionId": secrets.token_hex(8)}) + "\n")
        result = load.wrk(cluster.url + "/api/verification-codes/redeem", CONNECTIONS, 5, seed.partner_key, bodies=bodies, run=secrets.token_hex(8), once='"redeemed"')
        if result["requests"] != share:
            raise load.Failed(f"{result['requests']} of {share} redemptions were answered in 5 s")
        return result

    def peer():
        name, each = secrets.token_hex(8), max(20, share // WRITERS)
        cluster.sql(TWINS.format(run=name, n=each * (WRITERS + 1), session=issued[0][0]))
        return load.pgbench(cluster, "consumer", script, WRITERS, 0, {
            "n": 0, "run": name, "tenant": seed.acme["tenant"], "actor": seed.acme["tenant"], "share": each}, transactions=each)

    ours_name = f"redemptions, c{CONNECTIONS}"
    table = load.medians(load.rounds({ours_name: redeem, "pgbench, 8 clients": peer}, options.rounds, report.progress))
    costs = budget.measure(cluster.groups("consumer", "audit"), redeem)
    report.clear()
    cluster.sql("DELETE FROM consumer.outbox WHERE subscriber = 'nobody'")
    print(f"    {share} distinct codes in each round")
    report.table([(name, {"per s": f["per_s"], "least": f["least"], "most": f["most"], "p50 ms": f["p50_ms"], "p99 ms": f.get("p99_ms")})
                  for name, f in table.items()], ["per s", "least", "most", "p50 ms", "p99 ms"])
    budget.show(costs)
    ours = table[ours_name]
    return {"table": table, "budget": costs, "codes": share, "verdicts": [
        report.verdict("redemptions ÷ pgbench", ours["per_s"] / table["pgbench, 8 clients"]["per_s"], 0.7),
        report.verdict("p99 in ms", ours["p99_ms"], aim=20, at_most=True)]}
