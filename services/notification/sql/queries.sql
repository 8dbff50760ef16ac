-- Statements of the notification daemon.

-- row: message = aegis.notification.v1.Message (id uuid, channel text, template text, status text, attempts int4,
--   next_attempt_at instant?, created_at instant) without (timeline)

-- name: insert_message :one
-- args: id uuid, channel text, template text, status text, kid text, sealed bytes, next_attempt_at instant,
--   give_up_at instant, actor uuid, now instant
-- row: message
INSERT INTO notification.message (tenant_id, id, channel, template, status, kid, sealed, next_attempt_at, give_up_at, created_at, created_by,
	updated_at)
VALUES (:tenant, :id, :channel, :template, :status, :kid, :sealed, :next_attempt_at, :give_up_at, :now, :actor, :now)
RETURNING {message};

-- name: waiting :one
-- row: waiting (n int8)
SELECT count(*) AS n FROM notification.message WHERE tenant_id = :tenant AND status IN ('queued', 'sending');

-- name: insert_timeline :exec
-- args: id uuid, message_id uuid, status text, attempt int4, detail text, now instant
INSERT INTO notification.timeline (tenant_id, id, message_id, status, attempt, detail, created_at)
VALUES (:tenant, :id, :message_id, :status, :attempt, :detail, :now);

-- A message that was cancelled, sent or given up is not taken again.  The attempt counts
-- from here, so that a crash is one, too.
-- name: take_message :opt
-- args: id uuid, now instant
-- row: taken (id uuid, template text, kid text, sealed bytes, attempts int4, give_up_at instant)
UPDATE notification.message SET status = 'sending', attempts = attempts + 1, next_attempt_at = NULL, updated_at = :now
WHERE tenant_id = :tenant AND id = :id AND status IN ('queued', 'sending')
RETURNING id, template, kid, sealed, attempts, coalesce(give_up_at, created_at + interval '30 days') AS give_up_at;

-- name: finish_message :exec
-- args: id uuid, status text, now instant
UPDATE notification.message SET status = :status, next_attempt_at = NULL, updated_at = :now
WHERE tenant_id = :tenant AND id = :id;

-- uncounted: attempts that were none after all.
-- name: requeue_message :exec
-- args: id uuid, uncounted int4, next_attempt_at instant, now instant
UPDATE notification.message
SET status = 'queued', attempts = greatest(attempts - :uncounted, 0), next_attempt_at = :next_attempt_at, updated_at = :now
WHERE tenant_id = :tenant AND id = :id AND status = 'sending';

-- name: sealed_by_id :opt
-- args: id uuid
-- row: sealed (id uuid, template text, kid text, sealed bytes)
SELECT id, template, kid, sealed FROM notification.message WHERE tenant_id = :tenant AND id = :id;

-- What was refused or given up begins anew; of two that ask at once one wins.
-- name: replay_message :opt
-- args: id uuid, give_up_at instant, now instant
-- row: message
UPDATE notification.message
SET status = 'queued', attempts = 0, next_attempt_at = :now, give_up_at = :give_up_at, updated_at = :now
WHERE tenant_id = :tenant AND id = :id AND status IN ('failed', 'dead')
RETURNING {message};

-- row: outage (since instant, failures int4, until instant)

-- No row: the server is said to work.
-- name: mail_outage :opt
-- args: server text
-- row: outage
-- no-tenant
SELECT {outage} FROM notification.mail_outage WHERE server = :server;

-- Of those that ask when the pause is over, one tries; the others wait until it had its time.
-- name: take_probe :affected
-- args: server text, until instant, now instant
-- no-tenant
UPDATE notification.mail_outage SET until = :until WHERE server = :server AND until <= :now;

-- One failure of several at once counts: failures is what the caller saw, 0 for none.
-- name: note_outage :opt
-- args: server text, failures int4, answer text, until instant, now instant
-- row: outage
-- no-tenant
INSERT INTO notification.mail_outage AS o (server, since, failures, answer, until)
VALUES (:server, :now, 1, :answer, :until)
ON CONFLICT (server) DO UPDATE SET failures = o.failures + 1, answer = excluded.answer, until = excluded.until
WHERE o.failures = :failures
RETURNING {outage};

-- name: end_outage :affected
-- args: server text
-- no-tenant
DELETE FROM notification.mail_outage WHERE server = :server;

-- Uses up one of the day's allowance; no row when there is none left.  A clock that is behind
-- counts into the newer day.
-- name: take_allowance :opt
-- args: who bytes, day date, most int4
-- row: allowance (used int4)
INSERT INTO notification.allowance AS a (tenant_id, who, day, used) VALUES (:tenant, :who, :day, 1)
ON CONFLICT (tenant_id, who) DO UPDATE
SET used = CASE WHEN a.day < excluded.day THEN 1 ELSE a.used + 1 END, day = greatest(a.day, excluded.day)
WHERE a.day < excluded.day OR a.used < :most
RETURNING used;

-- name: lock_message :opt
-- args: id uuid
-- row: message
SELECT {message} FROM notification.message
WHERE tenant_id = :tenant AND id = :id FOR UPDATE;

-- name: cancel_message :one
-- args: id uuid, now instant
-- row: message
UPDATE notification.message SET status = 'cancelled', next_attempt_at = NULL, updated_at = :now
WHERE tenant_id = :tenant AND id = :id AND status = 'queued'
RETURNING {message};

-- name: message_by_id :opt
-- args: id uuid
-- row: message
-- hot
SELECT {message} FROM notification.message
WHERE tenant_id = :tenant AND id = :id;

-- name: message_page :many
-- args: status text, last_created instant, last_id uuid, page_rows int8
-- row: message
-- hot
SELECT {message} FROM notification.message
WHERE tenant_id = :tenant AND (:status = '' OR status = :status) AND (created_at, id) < (:last_created, :last_id)
ORDER BY created_at DESC, id DESC LIMIT :page_rows;

-- row: timeline = aegis.notification.v1.TimelineEntry (status text, attempt int4, detail text,
--   created_at instant -> at)

-- name: timeline_of :many
-- args: message_id uuid
-- row: timeline
-- hot
SELECT {timeline} FROM notification.timeline
WHERE tenant_id = :tenant AND message_id = :message_id ORDER BY seq LIMIT 200;
