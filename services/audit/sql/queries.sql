-- Statements of the audit daemon.

-- name: ensure_log :exec
-- args: frontier bytes, now instant
INSERT INTO audit.log (tenant_id, size, frontier, root, created_at, updated_at)
VALUES (:tenant, 0, :frontier, '', :now, :now)
ON CONFLICT (tenant_id) DO NOTHING;

-- name: lock_log :one
-- row: log (size int8, frontier bytes, root bytes)
SELECT size, frontier, root FROM audit.log WHERE tenant_id = :tenant FOR UPDATE;

-- name: current_log :opt
-- row: log
SELECT size, frontier, root FROM audit.log WHERE tenant_id = :tenant;

-- name: update_log :exec
-- args: size int8, frontier bytes, root bytes, now instant
UPDATE audit.log SET size = :size, frontier = :frontier, root = :root, updated_at = :now WHERE tenant_id = :tenant;

-- name: insert_entry :exec
-- args: idx int8, event_id uuid, occurred_at instant, recorded_at instant, source text, actor_kind text, actor_id uuid?,
--   actor_label text, action text, target_kind text, target_id uuid?, target_version int8, before bytes?, after bytes?,
--   outcome text, request_id text, address text, user_agent text, leaf bytes, leaf_hash bytes
INSERT INTO audit.entry (tenant_id, idx, event_id, occurred_at, recorded_at, source, actor_kind, actor_id, actor_label,
	action, target_kind, target_id, target_version, before, after, outcome, request_id, address, user_agent, leaf, leaf_hash)
VALUES (:tenant, :idx, :event_id, :occurred_at, :recorded_at, :source, :actor_kind, :actor_id, :actor_label,
	:action, :target_kind, :target_id, :target_version, :before, :after, :outcome, :request_id, :address, :user_agent,
	:leaf, :leaf_hash);

-- name: insert_node :exec
-- args: height int4, idx int8, hash bytes
INSERT INTO audit.node (tenant_id, height, idx, hash) VALUES (:tenant, :height, :idx, :hash);

-- name: leaf_hashes :many
-- args: from_idx int8, to_idx int8
-- row: hash (hash bytes)
-- hot
SELECT leaf_hash AS hash FROM audit.entry
WHERE tenant_id = :tenant AND idx >= :from_idx AND idx < :to_idx ORDER BY idx;

-- name: node_hashes :many
-- args: height int4, from_idx int8, to_idx int8
-- row: hash
-- hot
SELECT hash FROM audit.node
WHERE tenant_id = :tenant AND height = :height AND idx >= :from_idx AND idx < :to_idx ORDER BY idx;

-- An empty filter takes everything.
-- name: entry_page :many
-- args: last_idx int8, action text, actor_id uuid?, target_kind text, target_id uuid?, occurred_after instant?,
--   occurred_before instant?, page_rows int8
-- row: entry (idx int8, event_id uuid, occurred_at instant, recorded_at instant, source text, actor_kind text, actor_id uuid?,
--   actor_label text, action text, target_kind text, target_id uuid?, target_version int8, before bytes?, after bytes?,
--   outcome text, request_id text, address text, user_agent text, leaf bytes, leaf_hash bytes)
-- hot
SELECT idx, event_id, occurred_at, recorded_at, source, actor_kind, actor_id, actor_label, action, target_kind, target_id,
	target_version, before, after, outcome, request_id, address, user_agent, leaf, leaf_hash
FROM audit.entry
WHERE tenant_id = :tenant AND idx < :last_idx AND (:action = '' OR action = :action)
	AND (:actor_id IS NULL OR actor_id = :actor_id) AND (:target_kind = '' OR target_kind = :target_kind)
	AND (:target_id IS NULL OR target_id = :target_id)
	AND (:occurred_after IS NULL OR occurred_at > :occurred_after)
	AND (:occurred_before IS NULL OR occurred_at < :occurred_before)
ORDER BY idx DESC LIMIT :page_rows;

-- name: entry_by_event :opt
-- args: event_id uuid
-- row: entry
-- hot
SELECT idx, event_id, occurred_at, recorded_at, source, actor_kind, actor_id, actor_label, action, target_kind, target_id,
	target_version, before, after, outcome, request_id, address, user_agent, leaf, leaf_hash
FROM audit.entry WHERE tenant_id = :tenant AND event_id = :event_id;

-- name: leaves_from :many
-- args: from_idx int8, to_idx int8, page_rows int8
-- row: leaf (idx int8, leaf bytes)
-- hot
SELECT idx, leaf FROM audit.entry
WHERE tenant_id = :tenant AND idx >= :from_idx AND idx < :to_idx ORDER BY idx LIMIT :page_rows;

-- name: insert_checkpoint :one
-- args: id uuid, size int8, root bytes, note text, now instant
-- row: checkpoint (id uuid, size int8, root bytes, note text, created_at instant)
INSERT INTO audit.checkpoint (tenant_id, id, size, root, note, created_at)
VALUES (:tenant, :id, :size, :root, :note, :now)
RETURNING id, size, root, note, created_at;

-- name: newest_checkpoint :opt
-- row: checkpoint
-- hot
SELECT id, size, root, note, created_at FROM audit.checkpoint
WHERE tenant_id = :tenant ORDER BY created_at DESC, id DESC LIMIT 1;

-- name: checkpoint_page :many
-- args: last_created instant, last_id uuid, page_rows int8
-- row: checkpoint
-- hot
SELECT id, size, root, note, created_at FROM audit.checkpoint
WHERE tenant_id = :tenant AND (created_at, id) < (:last_created, :last_id)
ORDER BY created_at DESC, id DESC LIMIT :page_rows;

-- name: insert_export :one
-- args: id uuid, size int8, root bytes, note text, purpose text, actor uuid, now instant
-- row: export (id uuid, size int8, root bytes, note text, purpose text, created_at instant)
INSERT INTO audit.export (tenant_id, id, size, root, note, purpose, created_at, created_by)
VALUES (:tenant, :id, :size, :root, :note, :purpose, :now, :actor)
RETURNING id, size, root, note, purpose, created_at;

-- name: export_by_id :opt
-- args: id uuid
-- row: export
-- hot
SELECT id, size, root, note, purpose, created_at FROM audit.export WHERE tenant_id = :tenant AND id = :id;
