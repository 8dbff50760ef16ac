-- A job's class (0 urgent, 1 normal, 2 bulk), and what a claim that is fair over tenants looks up.
ALTER TABLE {schema}.job
	ADD COLUMN priority smallint NOT NULL DEFAULT 1,
	ADD CONSTRAINT job_priority_check CHECK (priority BETWEEN 0 AND 2);
CREATE INDEX job_turns ON {schema}.job (tenant_id, kind, priority, run_at) WHERE state = 'queued';
CREATE INDEX job_running ON {schema}.job (leased_until) WHERE leased_until IS NOT NULL;
COMMENT ON INDEX {schema}.job_running IS 'across tenants: a claim counts what runs for each';
DROP INDEX {schema}.job_queue;
