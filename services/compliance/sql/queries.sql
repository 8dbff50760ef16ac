-- Statements of the compliance daemon.

-- name: insert_source :one
-- args: id uuid, name text, kind text, url text, interval_seconds int4, actor uuid, now instant
-- row: source (id uuid, name text, kind text, url text, interval_seconds int4, state text, etag text, last_modified text, sha256 text,
--   rows int4, last_error text, last_attempt_at instant?, last_success_at instant?, failures int4, created_at instant)
-- no-tenant
INSERT INTO compliance.source (id, name, kind, url, interval_seconds, created_at, created_by)
VALUES (:id, :name, :kind, :url, :interval_seconds, :now, :actor)
RETURNING id, name, kind, url, interval_seconds, state, etag, last_modified, sha256, rows, last_error, last_attempt_at,
	last_success_at, failures, created_at;

-- name: list_sources :many
-- row: source
-- no-tenant
SELECT id, name, kind, url, interval_seconds, state, etag, last_modified, sha256, rows, last_error, last_attempt_at,
	last_success_at, failures, created_at
FROM compliance.source ORDER BY name LIMIT 500;

-- name: source_by_id :opt
-- args: id uuid
-- row: source
-- no-tenant
-- hot
SELECT id, name, kind, url, interval_seconds, state, etag, last_modified, sha256, rows, last_error, last_attempt_at,
	last_success_at, failures, created_at
FROM compliance.source WHERE id = :id;

-- Those that a killed poll left taken are due when its lease has ended.
-- name: due_sources :many
-- args: now instant
-- row: due_source (id uuid)
-- no-tenant
SELECT id FROM compliance.source
WHERE due_at <= :now AND (sync_until IS NULL OR sync_until < :now)
ORDER BY due_at LIMIT 20;

-- name: take_sync :opt
-- args: id uuid, now instant, until instant
-- row: source
-- no-tenant
UPDATE compliance.source SET sync_until = :until, due_at = :until, last_attempt_at = :now
WHERE id = :id AND (sync_until IS NULL OR sync_until < :now)
RETURNING id, name, kind, url, interval_seconds, state, etag, last_modified, sha256, rows, last_error, last_attempt_at,
	last_success_at, failures, created_at;

-- Whose lease has been taken over finds nothing; who finds it keeps others out until the commit.
-- name: lock_sync :opt
-- args: id uuid, until instant
-- row: held (id uuid)
-- no-tenant
SELECT id FROM compliance.source WHERE id = :id AND sync_until = :until FOR UPDATE;

-- name: finish_sync :exec
-- args: id uuid, state text, last_error text, etag text, last_modified text, row_count int4, sha256 text, failures int4, due_at instant,
--   now instant
-- no-tenant
UPDATE compliance.source
SET state = :state, last_error = :last_error, etag = :etag, last_modified = :last_modified, rows = :row_count, sha256 = :sha256,
	sync_until = NULL, failures = :failures, due_at = :due_at,
	last_success_at = CASE WHEN :failures = 0 THEN :now ELSE last_success_at END
WHERE id = :id;

-- name: insert_snapshot :exec
-- args: id uuid, source_id uuid, sha256 text, canonical_hash text, row_count int4, byte_count int8, now instant
-- no-tenant
INSERT INTO compliance.source_snapshot (id, source_id, sha256, canonical_hash, rows, bytes, taken_at)
VALUES (:id, :source_id, :sha256, :canonical_hash, :row_count, :byte_count, :now);

-- name: current_rows :many
-- args: source_id uuid
-- row: row (natural_key text, row_hash text, reinstated bool)
-- no-tenant
SELECT natural_key, row_hash, coalesce(columns ->> 'REINDATE', '') <> '' AS reinstated
FROM compliance.source_row WHERE source_id = :source_id ORDER BY natural_key;

-- name: put_rows :exec
-- args: source_id uuid, keys text[], hashes text[], columns text[]
-- no-tenant
INSERT INTO compliance.source_row (source_id, natural_key, row_hash, columns)
SELECT :source_id, r.natural_key, r.row_hash, r.columns::jsonb
FROM unnest(:keys, :hashes, :columns) AS r (natural_key, row_hash, columns)
ON CONFLICT (source_id, natural_key) DO UPDATE SET row_hash = excluded.row_hash, columns = excluded.columns;

-- name: take_rows :many
-- args: source_id uuid, keys text[]
-- row: gone (natural_key text, row_hash text, columns json, who text, state text)
-- no-tenant
DELETE FROM compliance.source_row WHERE source_id = :source_id AND natural_key = ANY (:keys)
RETURNING natural_key, row_hash, columns,
	coalesce(nullif(columns ->> 'BUSNAME', ''), concat(columns ->> 'LASTNAME', ', ', columns ->> 'FIRSTNAME')) AS who,
	coalesce(columns ->> 'STATE', '') AS state;

-- name: insert_changes :exec
-- args: source_id uuid, type text, priority text, keys text[], hashes text[], titles text[], states text[], columns text[], now instant
-- no-tenant
INSERT INTO compliance.source_change (source_id, type, priority, natural_key, content_hash, title, state, columns, created_at)
SELECT :source_id, :type, :priority, r.natural_key, r.content_hash, r.title, r.state, r.columns::jsonb, :now
FROM unnest(:keys, :hashes, :titles, :states, :columns) AS r (natural_key, content_hash, title, state, columns);

-- name: newest_change :one
-- args: source_id uuid
-- row: newest (seq int8)
-- no-tenant
SELECT coalesce(max(seq), 0) AS seq FROM compliance.source_change WHERE source_id = :source_id;

-- name: changes_behind :many
-- args: source_id uuid, last_seq int8, batch_rows int8
-- row: change (seq int8, source_id uuid, type text, priority text, natural_key text, content_hash text, title text, state text, columns json)
-- no-tenant
SELECT seq, source_id, type, priority, natural_key, content_hash, title, state, columns FROM compliance.source_change
WHERE source_id = :source_id AND seq > :last_seq ORDER BY seq LIMIT :batch_rows;

-- name: insert_subscription :one
-- args: id uuid, source_id uuid, states text[], last_seq int8, actor uuid, now instant
-- row: subscription (id uuid, source_id uuid, states text[], last_seq int8, created_at instant)
INSERT INTO compliance.subscription (tenant_id, id, source_id, states, last_seq, created_at, created_by, updated_at)
VALUES (:tenant, :id, :source_id, :states, :last_seq, :now, :actor, :now)
RETURNING id, source_id, states, last_seq, created_at;

-- name: list_subscriptions :many
-- row: subscription
SELECT id, source_id, states, last_seq, created_at FROM compliance.subscription
WHERE tenant_id = :tenant ORDER BY created_at, id LIMIT 500;

-- name: lock_subscription :opt
-- args: id uuid
-- row: subscription
SELECT id, source_id, states, last_seq, created_at FROM compliance.subscription
WHERE tenant_id = :tenant AND id = :id FOR UPDATE;

-- name: move_cursor :exec
-- args: id uuid, last_seq int8, now instant
UPDATE compliance.subscription SET last_seq = :last_seq, updated_at = :now WHERE tenant_id = :tenant AND id = :id;

-- name: delete_subscription :affected
-- args: id uuid
DELETE FROM compliance.subscription WHERE tenant_id = :tenant AND id = :id;

-- Nothing when the same change was raised before.
-- name: insert_event :opt
-- args: id uuid, source_id uuid, type text, natural_key text, content_hash text, priority text, title text, metadata json, now instant
-- row: event (id uuid, source_id uuid, type text, priority text, title text, metadata json, status text, note text, created_at instant,
--   acknowledged_at instant?, resolved_at instant?, version int8)
INSERT INTO compliance.event (tenant_id, id, source_id, type, natural_key, content_hash, priority, title, metadata, created_at, updated_at)
VALUES (:tenant, :id, :source_id, :type, :natural_key, :content_hash, :priority, :title, :metadata, :now, :now)
ON CONFLICT (tenant_id, source_id, natural_key, content_hash, type) DO NOTHING
RETURNING id, source_id, type, priority, title, metadata, status, note, created_at, acknowledged_at, resolved_at, version;

-- name: insert_alert :exec
-- args: id uuid, event_id uuid, channel text, now instant
INSERT INTO compliance.alert (tenant_id, id, event_id, channel, created_at) VALUES (:tenant, :id, :event_id, :channel, :now);

-- name: event_page :many
-- args: status text, last_created instant, last_id uuid, page_rows int8
-- row: event
-- hot
SELECT id, source_id, type, priority, title, metadata, status, note, created_at, acknowledged_at, resolved_at, version
FROM compliance.event
WHERE tenant_id = :tenant AND (:status = '' OR status = :status) AND (created_at, id) < (:last_created, :last_id)
ORDER BY created_at DESC, id DESC LIMIT :page_rows;

-- name: event_by_id :opt
-- args: id uuid
-- row: event
-- hot
SELECT id, source_id, type, priority, title, metadata, status, note, created_at, acknowledged_at, resolved_at, version
FROM compliance.event WHERE tenant_id = :tenant AND id = :id;

-- name: acknowledge_event :opt
-- args: id uuid, note text, actor uuid, now instant
-- row: event
UPDATE compliance.event
SET status = 'acknowledged', note = :note, acknowledged_at = :now, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :id AND status = 'active'
RETURNING id, source_id, type, priority, title, metadata, status, note, created_at, acknowledged_at, resolved_at, version;

-- name: resolve_event :opt
-- args: id uuid, note text, actor uuid, now instant
-- row: event
UPDATE compliance.event
SET status = 'resolved', note = :note, resolved_at = :now, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :id AND status <> 'resolved'
RETURNING id, source_id, type, priority, title, metadata, status, note, created_at, acknowledged_at, resolved_at, version;

-- name: alert_page :many
-- args: last_created instant, last_id uuid, page_rows int8
-- row: alert (id uuid, event_id uuid, channel text, created_at instant)
-- hot
SELECT id, event_id, channel, created_at FROM compliance.alert
WHERE tenant_id = :tenant AND (created_at, id) < (:last_created, :last_id)
ORDER BY created_at DESC, id DESC LIMIT :page_rows;
