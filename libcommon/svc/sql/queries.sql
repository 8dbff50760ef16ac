-- Statements that every daemon runs on the tables of schema_common.sql in its
-- own schema; the connection's search_path names it.

-- name: svc_try_lock :one
-- args: lock int8
-- row: svc_lock (locked bool)
-- no-tenant
SELECT pg_try_advisory_xact_lock(:lock) AS locked;

-- name: svc_stored_answer :opt
-- args: principal_id uuid, key text, now instant
-- row: svc_answer (request_hash bytes, response bytes)
SELECT request_hash, response FROM idempotency
WHERE tenant_id = :tenant AND principal_id = :principal_id AND key = :key AND expires_at > :now;

-- name: svc_put_answer :exec
-- args: principal_id uuid, key text, request_hash bytes, response bytes, now instant, expires_at instant
INSERT INTO idempotency (tenant_id, principal_id, key, request_hash, response, created_at, expires_at)
VALUES (:tenant, :principal_id, :key, :request_hash, :response, :now, :expires_at)
ON CONFLICT (tenant_id, principal_id, key) DO UPDATE
SET request_hash = excluded.request_hash, response = excluded.response,
	created_at = excluded.created_at, expires_at = excluded.expires_at;

-- name: svc_add_outbox :exec
-- args: id uuid, subscriber text, topic text, payload bytes, created_at instant
INSERT INTO outbox (tenant_id, id, subscriber, topic, payload, created_at, not_before)
VALUES (:tenant, :id, :subscriber, :topic, :payload, :created_at, :created_at);

-- name: svc_take_events :many
-- args: consumer text, event_ids uuid[], now instant
-- row: svc_taken (event_id uuid)
INSERT INTO inbox (tenant_id, consumer, event_id, received_at)
SELECT :tenant, :consumer, event_id, :now FROM unnest(:event_ids) AS event_id
ON CONFLICT (tenant_id, consumer, event_id) DO NOTHING
RETURNING event_id;

-- A job that was given up begins again; one that waits or runs stays as it is.
-- name: svc_add_job :exec
-- args: id uuid, kind text, priority int4, payload bytes, run_at instant, max_attempts int4, now instant
INSERT INTO job AS j (tenant_id, id, kind, priority, payload, state, run_at, attempts, max_attempts, fence, created_at)
VALUES (:tenant, :id, :kind, :priority, :payload, 'queued', :run_at, 0, :max_attempts, 0, :now)
ON CONFLICT (tenant_id, id) DO UPDATE
SET state = 'queued', priority = excluded.priority, payload = excluded.payload, run_at = excluded.run_at, attempts = 0,
	max_attempts = excluded.max_attempts, leased_until = NULL, last_error = NULL
WHERE j.state = 'dead';

-- The running job goes on later; it has not failed, so its attempts begin anew.
-- name: svc_postpone_job :affected
-- args: id uuid, fence int8, run_at instant
UPDATE job SET run_at = :run_at, leased_until = NULL, attempts = 0
WHERE tenant_id = :tenant AND id = :id AND fence = :fence;

-- name: svc_finish_job :affected
-- args: id uuid, fence int8
DELETE FROM job WHERE tenant_id = :tenant AND id = :id AND fence = :fence;
