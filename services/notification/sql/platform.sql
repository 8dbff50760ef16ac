-- Statements over all tenants, run as aegis_notification_relay.

-- Messages that wait although no job carries them any more.
-- name: bury_stuck :affected
-- args: before instant, now instant
-- all-tenants
UPDATE notification.message m SET status = 'dead', next_attempt_at = NULL, updated_at = :now
WHERE m.status IN ('queued', 'sending') AND m.updated_at < :before
	AND NOT EXISTS (SELECT FROM notification.job j WHERE j.tenant_id = m.tenant_id AND j.id = m.id AND j.state = 'queued');

-- name: forget_allowances :affected
-- args: before date
-- all-tenants
DELETE FROM notification.allowance WHERE day < :before;
