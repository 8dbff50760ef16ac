-- Statements of the compliance daemon.

-- row: source = aegis.compliance.v1.Source (id uuid, name text, kind text, url text, interval_seconds int4,
--   only_tenant uuid? -> only_tenant_id, state text -> -, etag text -> -, last_modified text -> -, sha256 text -> -,
--   rows int4 -> -, merged int4 -> -, damaged int4 -> -, damaged_lines int8[] -> -, held int4 -> -,
--   last_error text -> -, last_attempt_at instant? -> -, last_success_at instant? -> -, failures int4 -> -,
--   created_at instant)

-- name: insert_source :one
-- args: id uuid, name text, kind text, url text, interval_seconds int4, only_tenant uuid?, actor uuid, now instant
-- row: source
-- no-tenant
INSERT INTO compliance.source (id, name, kind, url, interval_seconds, only_tenant, created_at, created_by)
VALUES (:id, :name, :kind, :url, :interval_seconds, :only_tenant, :now, :actor)
RETURNING {source};

-- name: list_sources :many
-- args: sees_all bool, viewer uuid
-- row: source
-- no-tenant
SELECT {source}
FROM compliance.source WHERE :sees_all OR only_tenant IS NULL OR only_tenant = :viewer ORDER BY name LIMIT 500;

-- name: source_by_id :opt
-- args: id uuid
-- row: source
-- no-tenant
-- hot
SELECT {source}
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
RETURNING {source};

-- Whose lease has been taken over finds nothing; who finds it keeps others out until the commit.
-- name: lock_sync :opt
-- args: id uuid, until instant
-- row: held (quarantine_told bool, stale_told bool)
-- no-tenant
SELECT quarantine_told, stale_told FROM compliance.source WHERE id = :id AND sync_until = :until FOR UPDATE;

-- Two intervals and an hour without success, counted from the creation of a source that never had any.
-- name: mark_silent :many
-- args: now instant, max_rows int8
-- row: silent (id uuid, name text, last_error text, last_success_at instant?)
-- no-tenant
UPDATE compliance.source SET stale_told = true
WHERE id IN (
	SELECT id FROM compliance.source
	WHERE NOT stale_told
		AND coalesce(last_success_at, created_at) + make_interval(secs => 2 * interval_seconds::float8 + 3600) < :now
	ORDER BY id LIMIT :max_rows FOR UPDATE SKIP LOCKED)
RETURNING id, name, last_error, last_success_at;

-- name: finish_sync :exec
-- args: id uuid, state text, last_error text, etag text, last_modified text, row_count int4, merged int4, damaged int4,
--   damaged_lines int8[], held int4, sha256 text, failures int4, quarantine_told bool, stale_told bool, due_at instant, now instant
-- no-tenant
UPDATE compliance.source
SET state = :state, last_error = :last_error, etag = :etag, last_modified = :last_modified, rows = :row_count, merged = :merged,
	damaged = :damaged, damaged_lines = :damaged_lines, held = :held, sha256 = :sha256, quarantine_told = :quarantine_told,
	stale_told = :stale_told, sync_until = NULL, failures = :failures, due_at = :due_at,
	last_success_at = CASE WHEN :failures = 0 THEN :now ELSE last_success_at END
WHERE id = :id;

-- name: insert_snapshot :exec
-- args: id uuid, source_id uuid, sha256 text, canonical_hash text, row_count int4, byte_count int8, now instant
-- no-tenant
INSERT INTO compliance.source_snapshot (id, source_id, sha256, canonical_hash, rows, bytes, taken_at)
VALUES (:id, :source_id, :sha256, :canonical_hash, :row_count, :byte_count, :now);

-- name: stored_rows :many
-- args: source_id uuid
-- row: stored (row_hash text)
-- no-tenant
SELECT row_hash FROM compliance.source_row WHERE source_id = :source_id ORDER BY row_hash;

-- The columns in the order of the file.
-- name: stored_columns :many
-- args: source_id uuid, hashes text[]
-- row: stored_columns (row_hash text, fields text[])
-- no-tenant
SELECT row_hash, ARRAY[
	coalesce(columns ->> 'LASTNAME', ''), coalesce(columns ->> 'FIRSTNAME', ''), coalesce(columns ->> 'MIDNAME', ''),
	coalesce(columns ->> 'BUSNAME', ''), coalesce(columns ->> 'GENERAL', ''), coalesce(columns ->> 'SPECIALTY', ''),
	coalesce(columns ->> 'UPIN', ''), coalesce(columns ->> 'NPI', ''), coalesce(columns ->> 'DOB', ''),
	coalesce(columns ->> 'ADDRESS', ''), coalesce(columns ->> 'CITY', ''), coalesce(columns ->> 'STATE', ''),
	coalesce(columns ->> 'ZIP', ''), coalesce(columns ->> 'EXCLTYPE', ''), coalesce(columns ->> 'EXCLDATE', ''),
	coalesce(columns ->> 'REINDATE', ''), coalesce(columns ->> 'WAIVERDATE', ''), coalesce(columns ->> 'WVRSTATE', '')] AS fields
FROM compliance.source_row WHERE source_id = :source_id AND row_hash = ANY (:hashes) ORDER BY row_hash;

-- name: insert_rows :exec
-- args: source_id uuid, hashes text[], columns text[]
-- no-tenant
INSERT INTO compliance.source_row (source_id, row_hash, columns)
SELECT :source_id, r.row_hash, r.columns::jsonb FROM unnest(:hashes, :columns) AS r (row_hash, columns);

-- name: delete_rows :exec
-- args: source_id uuid, hashes text[]
-- no-tenant
DELETE FROM compliance.source_row WHERE source_id = :source_id AND row_hash = ANY (:hashes);

-- name: insert_changes :exec
-- args: source_id uuid, poll_id uuid, types text[], priorities text[], titles text[], states text[], states_before text[],
--   effective text[], columns text[], now instant
-- no-tenant
INSERT INTO compliance.source_change (source_id, poll_id, type, priority, title, state, state_before, effective_on, columns, created_at)
SELECT :source_id, :poll_id, r.type, r.priority, r.title, r.state, r.state_before, nullif(r.effective, '')::date, r.columns::jsonb, :now
FROM unnest(:types, :priorities, :titles, :states, :states_before, :effective, :columns)
	WITH ORDINALITY AS r (type, priority, title, state, state_before, effective, columns, place)
ORDER BY r.place;

-- name: newest_change :one
-- args: source_id uuid
-- row: newest (seq int8)
-- no-tenant
SELECT coalesce(max(seq), 0) AS seq FROM compliance.source_change WHERE source_id = :source_id;

-- What the next poll behind the cursor found.
-- name: changes_of_next_poll :many
-- args: source_id uuid, last_seq int8, batch_rows int8
-- row: change (seq int8, source_id uuid, poll_id uuid, type text, priority text, title text, state text, state_before text,
--   effective_on date?, columns json)
-- no-tenant
SELECT seq, source_id, poll_id, type, priority, title, state, state_before, effective_on, columns FROM compliance.source_change
WHERE source_id = :source_id AND seq > :last_seq AND poll_id = (
	SELECT n.poll_id FROM compliance.source_change AS n WHERE n.source_id = :source_id AND n.seq > :last_seq ORDER BY n.seq LIMIT 1)
ORDER BY seq LIMIT :batch_rows;

-- row: subscription = aegis.compliance.v1.Subscription (id uuid, source_id uuid, states text[], last_seq int8 -> -,
--   created_at instant)

-- name: insert_subscription :one
-- args: id uuid, source_id uuid, states text[], last_seq int8, actor uuid, now instant
-- row: subscription
INSERT INTO compliance.subscription (tenant_id, {subscription}, created_by, updated_at)
VALUES (:tenant, :id, :source_id, :states, :last_seq, :now, :actor, :now)
RETURNING {subscription};

-- name: list_subscriptions :many
-- row: subscription
SELECT {subscription} FROM compliance.subscription
WHERE tenant_id = :tenant ORDER BY created_at, id LIMIT 500;

-- name: lock_subscription :opt
-- args: id uuid
-- row: subscription
SELECT {subscription} FROM compliance.subscription
WHERE tenant_id = :tenant AND id = :id FOR UPDATE;

-- name: move_cursor :exec
-- args: id uuid, last_seq int8, now instant
UPDATE compliance.subscription SET last_seq = :last_seq, updated_at = :now WHERE tenant_id = :tenant AND id = :id;

-- name: delete_subscription :opt
-- args: id uuid
-- row: subscription
DELETE FROM compliance.subscription WHERE tenant_id = :tenant AND id = :id
RETURNING {subscription};

-- row: event = aegis.compliance.v1.ComplianceEvent (id uuid, source_id uuid, alert_id uuid?, type text, priority text,
--   title text, effective_on date?, metadata json, status text, note text, created_at instant,
--   acknowledged_at instant?, resolved_at instant?, version int8) without (deadline_on)

-- name: insert_event :one
-- args: id uuid, source_id uuid, change_seq int8, alert_id uuid, type text, priority text, title text, effective_on date?,
--   metadata json, now instant
-- row: event
INSERT INTO compliance.event (tenant_id, id, source_id, change_seq, alert_id, type, priority, title, effective_on, metadata,
	created_at, updated_at)
VALUES (:tenant, :id, :source_id, :change_seq, :alert_id, :type, :priority, :title, :effective_on, :metadata, :now, :now)
RETURNING {event};

-- row: alert = aegis.compliance.v1.Alert (id uuid, source_id uuid, event_count int4, channel text, created_at instant)

-- The alert of a poll, made by its first events and counted up by the further ones.
-- name: count_alert :one
-- args: id uuid, source_id uuid, poll_id uuid, channel text, more int4, now instant
-- row: alert
INSERT INTO compliance.alert (tenant_id, id, source_id, poll_id, event_count, channel, created_at)
VALUES (:tenant, :id, :source_id, :poll_id, :more, :channel, :now)
ON CONFLICT (tenant_id, source_id, poll_id) DO UPDATE SET event_count = alert.event_count + excluded.event_count
RETURNING {alert};

-- name: alert_of_poll :opt
-- args: source_id uuid, poll_id uuid
-- row: alert
SELECT {alert} FROM compliance.alert
WHERE tenant_id = :tenant AND source_id = :source_id AND poll_id = :poll_id;

-- The urgent ones first.
-- name: alert_lines :many
-- args: alert_id uuid, max_lines int8
-- row: alert_line (title text, priority text)
SELECT title, priority FROM compliance.event WHERE tenant_id = :tenant AND alert_id = :alert_id
ORDER BY CASE priority WHEN 'high' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END, change_seq LIMIT :max_lines;

-- name: event_page :many
-- args: status text, alert_id uuid?, last_created instant, last_id uuid, page_rows int8
-- row: event
-- hot
SELECT {event}
FROM compliance.event
WHERE tenant_id = :tenant AND (:status = '' OR status = :status) AND (:alert_id::uuid IS NULL OR alert_id = :alert_id)
	AND (created_at, id) < (:last_created, :last_id)
ORDER BY created_at DESC, id DESC LIMIT :page_rows;

-- name: event_by_id :opt
-- args: id uuid
-- row: event
-- hot
SELECT {event}
FROM compliance.event WHERE tenant_id = :tenant AND id = :id;

-- name: lock_event :opt
-- args: id uuid
-- row: event
SELECT {event}
FROM compliance.event WHERE tenant_id = :tenant AND id = :id FOR UPDATE;

-- name: acknowledge_event :one
-- args: id uuid, note text, actor uuid, now instant
-- row: event
UPDATE compliance.event
SET status = 'acknowledged', note = :note, acknowledged_at = :now, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :id AND status = 'active'
RETURNING {event};

-- name: resolve_event :one
-- args: id uuid, note text, actor uuid, now instant
-- row: event
UPDATE compliance.event
SET status = 'resolved', note = :note, resolved_at = :now, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :id AND status <> 'resolved'
RETURNING {event};

-- name: alert_page :many
-- args: last_created instant, last_id uuid, page_rows int8
-- row: alert
-- hot
SELECT {alert} FROM compliance.alert
WHERE tenant_id = :tenant AND (created_at, id) < (:last_created, :last_id)
ORDER BY created_at DESC, id DESC LIMIT :page_rows;
