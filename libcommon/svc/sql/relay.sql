-- Statements of the relay and the scheduler, as aegis_<svc>_relay: over all
-- tenants, by that role's own policies.

-- Takes or keeps a lease; no row when somebody else holds it.  The fence grows
-- whenever the holder changes.
-- name: relay_hold_lease :opt
-- args: name text, holder uuid, now instant, until instant
-- row: relay_lease (fence int8)
-- no-tenant
INSERT INTO lease AS l (name, holder, fence, until, due_at)
VALUES (:name, :holder, 1, :until, :now)
ON CONFLICT (name) DO UPDATE
SET holder = excluded.holder, until = excluded.until,
	fence = CASE WHEN l.holder = excluded.holder THEN l.fence ELSE l.fence + 1 END
WHERE l.holder = excluded.holder OR l.until <= :now
RETURNING fence;

-- The oldest events of each of the next tenants after one, so that a tenant with
-- many does not hold up the others.  No row locks: the lease keeps other relays
-- away, and a lock would write every row once more.
-- name: relay_claim :many
-- args: subscriber text, after uuid, tenants int4, per_tenant int4, events int4, now instant
-- row: relay_event (tenant_id uuid, id uuid, payload bytes, attempts int4)
-- all-tenants
WITH RECURSIVE waiting (tenant_id, n) AS (
	(SELECT tenant_id, 1 FROM outbox
	 WHERE subscriber = :subscriber AND tenant_id > :after AND not_before <= :now
	 ORDER BY tenant_id LIMIT 1)
	UNION ALL
	SELECT (SELECT o.tenant_id FROM outbox o
		WHERE o.subscriber = :subscriber AND o.tenant_id > waiting.tenant_id AND o.not_before <= :now
		ORDER BY o.tenant_id LIMIT 1), waiting.n + 1
	FROM waiting WHERE waiting.tenant_id IS NOT NULL AND waiting.n < :tenants
)
SELECT o.tenant_id, o.id, o.payload, o.attempts
FROM waiting CROSS JOIN LATERAL (
	SELECT tenant_id, id, payload, attempts, seq FROM outbox
	WHERE subscriber = :subscriber AND tenant_id = waiting.tenant_id AND not_before <= :now
	ORDER BY seq LIMIT :per_tenant
) o
ORDER BY o.tenant_id, o.seq LIMIT :events;

-- name: relay_delete :affected
-- args: subscriber text, tenant_ids uuid[], ids uuid[]
-- all-tenants
DELETE FROM outbox o USING unnest(:tenant_ids, :ids) AS done (tenant_id, id)
WHERE o.tenant_id = done.tenant_id AND o.id = done.id AND o.subscriber = :subscriber;

-- name: relay_postpone :exec
-- args: subscriber text, tenant_id uuid, id uuid, not_before instant
-- all-tenants
UPDATE outbox SET attempts = attempts + 1, not_before = :not_before
WHERE tenant_id = :tenant_id AND id = :id AND subscriber = :subscriber;

-- name: relay_age :one
-- args: subscriber text
-- row: relay_age (waiting int8, oldest instant?)
-- all-tenants
SELECT count(*) AS waiting, min(created_at) AS oldest FROM outbox WHERE subscriber = :subscriber;

-- The next job by turns: the most urgent class first, in it the tenant for which the fewest
-- jobs run, in that the tenant that follows the one served last.  So a tenant with ten
-- thousand jobs delays the others by one.  kinds names what this replica can run, for how
-- many seconds each is leased, and how many of it may run at once for one tenant (0: any
-- number).  A job whose kind is not named stays for a replica that has it.  The walk visits
-- tenants with waiting jobs alone, with a few index look-ups each.
-- name: relay_claim_jobs :many
-- args: now instant, kinds json, served uuid, batch int4
-- row: relay_job (tenant_id uuid, id uuid, kind text, payload bytes, attempts int4, max_attempts int4, fence int8)
-- all-tenants
WITH RECURSIVE tenant (id) AS (
	(SELECT tenant_id FROM job WHERE state = 'queued' ORDER BY tenant_id LIMIT 1)
	UNION ALL
	SELECT (SELECT j.tenant_id FROM job j WHERE j.state = 'queued' AND j.tenant_id > tenant.id ORDER BY j.tenant_id LIMIT 1)
	FROM tenant WHERE tenant.id IS NOT NULL
), kind AS (
	SELECT key AS name, (value ->> 'lease_s')::float8 AS lease_s, (value ->> 'at_once')::int8 AS at_once
	FROM jsonb_each(CAST(:kinds AS jsonb))
), running AS (
	SELECT tenant_id, kind, count(*) AS n FROM job WHERE state = 'queued' AND leased_until > :now GROUP BY tenant_id, kind
), due AS (
	SELECT first.tenant_id, first.id, class.priority, coalesce(r.n, 0) AS n, kind.lease_s
	FROM tenant CROSS JOIN kind
	LEFT JOIN running r ON r.tenant_id = tenant.id AND r.kind = kind.name
	CROSS JOIN (VALUES (0), (1), (2)) AS class (priority)
	CROSS JOIN LATERAL (
		SELECT j.tenant_id, j.id FROM job j
		WHERE j.tenant_id = tenant.id AND j.kind = kind.name AND j.priority = class.priority AND j.state = 'queued'
			AND j.run_at <= :now AND (j.leased_until IS NULL OR j.leased_until <= :now)
		ORDER BY j.run_at LIMIT 1
	) first
	WHERE kind.at_once = 0 OR coalesce(r.n, 0) < kind.at_once
), chosen AS (
	SELECT j.tenant_id, j.id, due.lease_s
	FROM due JOIN job j ON j.tenant_id = due.tenant_id AND j.id = due.id
	WHERE j.state = 'queued' AND (j.leased_until IS NULL OR j.leased_until <= :now)
	ORDER BY due.priority, due.n, due.tenant_id <= :served, due.tenant_id, j.run_at LIMIT :batch
	FOR UPDATE OF j SKIP LOCKED
)
UPDATE job SET leased_until = :now + make_interval(secs => chosen.lease_s), attempts = attempts + 1, fence = fence + 1
FROM chosen WHERE job.tenant_id = chosen.tenant_id AND job.id = chosen.id
RETURNING job.tenant_id, job.id, job.kind, job.payload, job.attempts, job.max_attempts, job.fence;

-- name: relay_finish_job :affected
-- args: tenant_id uuid, id uuid, fence int8
-- all-tenants
DELETE FROM job WHERE tenant_id = :tenant_id AND id = :id AND fence = :fence;

-- name: relay_retry_job :exec
-- args: tenant_id uuid, id uuid, fence int8, state text, run_at instant, last_error text
-- all-tenants
UPDATE job SET state = :state, run_at = :run_at, leased_until = NULL, last_error = :last_error
WHERE tenant_id = :tenant_id AND id = :id AND fence = :fence;

-- A periodic job is due and taken by one replica at a time.  A holder that asks again runs
-- none: the answer to its claim was lost.
-- name: relay_take_periodic :opt
-- args: name text, holder uuid, now instant, until instant
-- row: relay_lease (fence int8)
-- no-tenant
INSERT INTO lease AS l (name, holder, fence, until, due_at)
VALUES (:name, :holder, 1, :until, :now)
ON CONFLICT (name) DO UPDATE
SET holder = excluded.holder, until = excluded.until, fence = l.fence + 1
WHERE l.due_at <= :now AND (l.until <= :now OR l.holder = excluded.holder)
RETURNING fence;

-- name: relay_finish_periodic :affected
-- args: name text, holder uuid, fence int8, now instant, due_at instant, last_status text
-- no-tenant
UPDATE lease SET until = :now, due_at = :due_at, last_status = :last_status
WHERE name = :name AND holder = :holder AND fence = :fence;

-- name: relay_clean_inbox :affected
-- args: before instant
-- all-tenants
DELETE FROM inbox WHERE received_at < :before;

-- name: relay_clean_answers :affected
-- args: before instant
-- all-tenants
DELETE FROM idempotency WHERE expires_at < :before;
