-- Statements of the notification daemon.

-- name: insert_message :one
-- args: id uuid, channel text, template text, kid text, sealed bytes, next_attempt_at instant, actor uuid, now instant
-- row: message (id uuid, channel text, template text, status text, attempts int4, next_attempt_at instant?, created_at instant)
INSERT INTO notification.message (tenant_id, id, channel, template, kid, sealed, next_attempt_at, created_at, created_by, updated_at)
VALUES (:tenant, :id, :channel, :template, :kid, :sealed, :next_attempt_at, :now, :actor, :now)
RETURNING id, channel, template, status, attempts, next_attempt_at, created_at;

-- name: waiting :one
-- row: waiting (n int8)
SELECT count(*) AS n FROM notification.message WHERE tenant_id = :tenant AND status IN ('queued', 'sending');

-- name: insert_timeline :exec
-- args: id uuid, message_id uuid, status text, attempt int4, detail text, now instant
INSERT INTO notification.timeline (tenant_id, id, message_id, status, attempt, detail, created_at)
VALUES (:tenant, :id, :message_id, :status, :attempt, :detail, :now);

-- A message that was cancelled, sent or given up is not taken again.
-- name: take_message :opt
-- args: id uuid, attempts int4, now instant
-- row: sealed (id uuid, template text, kid text, sealed bytes)
UPDATE notification.message SET status = 'sending', attempts = :attempts, next_attempt_at = NULL, updated_at = :now
WHERE tenant_id = :tenant AND id = :id AND status IN ('queued', 'sending')
RETURNING id, template, kid, sealed;

-- name: finish_message :exec
-- args: id uuid, status text, now instant
UPDATE notification.message SET status = :status, updated_at = :now WHERE tenant_id = :tenant AND id = :id;

-- name: requeue_message :exec
-- args: id uuid, now instant
UPDATE notification.message SET status = 'queued', updated_at = :now
WHERE tenant_id = :tenant AND id = :id AND status = 'sending';

-- name: cancel_message :opt
-- args: id uuid, now instant
-- row: message
UPDATE notification.message SET status = 'cancelled', next_attempt_at = NULL, updated_at = :now
WHERE tenant_id = :tenant AND id = :id AND status = 'queued'
RETURNING id, channel, template, status, attempts, next_attempt_at, created_at;

-- name: message_by_id :opt
-- args: id uuid
-- row: message
-- hot
SELECT id, channel, template, status, attempts, next_attempt_at, created_at FROM notification.message
WHERE tenant_id = :tenant AND id = :id;

-- name: message_page :many
-- args: status text, last_created instant, last_id uuid, page_rows int8
-- row: message
-- hot
SELECT id, channel, template, status, attempts, next_attempt_at, created_at FROM notification.message
WHERE tenant_id = :tenant AND (:status = '' OR status = :status) AND (created_at, id) < (:last_created, :last_id)
ORDER BY created_at DESC, id DESC LIMIT :page_rows;

-- name: timeline_of :many
-- args: message_id uuid
-- row: timeline (status text, attempt int4, detail text, created_at instant)
-- hot
SELECT status, attempt, detail, created_at FROM notification.timeline
WHERE tenant_id = :tenant AND message_id = :message_id ORDER BY seq LIMIT 200;
