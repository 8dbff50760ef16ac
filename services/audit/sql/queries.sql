-- Statements of the audit daemon.

-- name: ensure_log :exec
-- args: frontier bytes, now instant
INSERT INTO audit.log (tenant_id, size, frontier, root, created_at, updated_at)
VALUES (:tenant, 0, :frontier, '', :now, :now)
ON CONFLICT (tenant_id) DO NOTHING;

-- row: log (size int8, frontier bytes, root bytes)

-- name: lock_log :one
-- row: log
SELECT {log} FROM audit.log WHERE tenant_id = :tenant FOR UPDATE;

-- name: current_log :opt
-- row: log
SELECT {log} FROM audit.log WHERE tenant_id = :tenant;

-- name: update_log :exec
-- args: size int8, frontier bytes, root bytes, now instant
UPDATE audit.log SET size = :size, frontier = :frontier, root = :root, updated_at = :now WHERE tenant_id = :tenant;

-- The entries of one batch: each has its place by its own number.
-- name: insert_entries :exec
-- args: first_idx int8, recorded_at instant, event_ids uuid[], occurred_ats instant[], sources text[], actor_kinds text[],
--   actor_ids text[], actor_labels text[], actions text[], target_kinds text[], target_ids text[], target_versions int8[],
--   befores bytes[], afters bytes[], outcomes text[], request_ids text[], addresses text[], user_agents text[], leaves bytes[],
--   leaf_hashes bytes[]
INSERT INTO audit.entry (tenant_id, idx, event_id, occurred_at, recorded_at, source, actor_kind, actor_id, actor_label,
	action, target_kind, target_id, target_version, before, after, outcome, request_id, address, user_agent, leaf, leaf_hash)
SELECT :tenant, :first_idx + e.nth - 1, e.event_id, e.occurred_at, :recorded_at, e.source, e.actor_kind, nullif(e.actor_id, '')::uuid,
	e.actor_label, e.action, e.target_kind, nullif(e.target_id, '')::uuid, e.target_version, e.before, e.after, e.outcome,
	e.request_id, e.address, e.user_agent, e.leaf, e.leaf_hash
FROM unnest(:event_ids, :occurred_ats, :sources, :actor_kinds, :actor_ids, :actor_labels, :actions, :target_kinds, :target_ids,
	:target_versions, :befores, :afters, :outcomes, :request_ids, :addresses, :user_agents, :leaves, :leaf_hashes)
	WITH ORDINALITY AS e (event_id, occurred_at, source, actor_kind, actor_id, actor_label, action, target_kind, target_id,
		target_version, before, after, outcome, request_id, address, user_agent, leaf, leaf_hash, nth);

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

-- row: entry = aegis.audit.v1.AuditEvent (idx int8 -> index, event_id uuid -> id, occurred_at instant,
--   recorded_at instant, source text, actor_kind text, actor_id uuid?, actor_label text, action text, target_kind text,
--   target_id uuid?, target_version int8, before bytes?, after bytes?, outcome text, request_id text, address text,
--   user_agent text, leaf bytes -> -, leaf_hash bytes hex)

-- An empty filter takes everything.  Plans are made once for all arguments: who filters by
-- actor or by target asks with one of the statements behind it, which have an index.
-- name: entry_page :many
-- args: last_idx int8, action text, target_kind text, occurred_after instant?, occurred_before instant?, page_rows int8
-- row: entry
-- hot
SELECT {entry}
FROM audit.entry
WHERE tenant_id = :tenant AND idx < :last_idx AND (:action = '' OR action = :action)
	AND (:target_kind = '' OR target_kind = :target_kind)
	AND (:occurred_after IS NULL OR occurred_at > :occurred_after)
	AND (:occurred_before IS NULL OR occurred_at < :occurred_before)
ORDER BY idx DESC LIMIT :page_rows;

-- name: actor_page :many
-- args: last_idx int8, actor_id uuid, action text, target_kind text, target_id uuid?, occurred_after instant?,
--   occurred_before instant?, page_rows int8
-- row: entry
-- hot
SELECT {entry}
FROM audit.entry
WHERE tenant_id = :tenant AND actor_id = :actor_id AND idx < :last_idx AND (:action = '' OR action = :action)
	AND (:target_kind = '' OR target_kind = :target_kind) AND (:target_id IS NULL OR target_id = :target_id)
	AND (:occurred_after IS NULL OR occurred_at > :occurred_after)
	AND (:occurred_before IS NULL OR occurred_at < :occurred_before)
ORDER BY idx DESC LIMIT :page_rows;

-- name: target_page :many
-- args: last_idx int8, target_id uuid, action text, target_kind text, occurred_after instant?, occurred_before instant?,
--   page_rows int8
-- row: entry
-- hot
SELECT {entry}
FROM audit.entry
WHERE tenant_id = :tenant AND target_id = :target_id AND idx < :last_idx AND (:action = '' OR action = :action)
	AND (:target_kind = '' OR target_kind = :target_kind)
	AND (:occurred_after IS NULL OR occurred_at > :occurred_after)
	AND (:occurred_before IS NULL OR occurred_at < :occurred_before)
ORDER BY idx DESC LIMIT :page_rows;

-- name: entry_by_event :opt
-- args: event_id uuid
-- row: entry
-- hot
SELECT {entry}
FROM audit.entry WHERE tenant_id = :tenant AND event_id = :event_id;

-- row: leaf = aegis.audit.v1.ExportEntry (idx int8 -> index, leaf bytes)

-- name: leaves_from :many
-- args: from_idx int8, to_idx int8, page_rows int8
-- row: leaf
-- hot
SELECT {leaf} FROM audit.entry
WHERE tenant_id = :tenant AND idx >= :from_idx AND idx < :to_idx ORDER BY idx LIMIT :page_rows;

-- row: checkpoint = aegis.audit.v1.Checkpoint (id uuid -> -, size int8 -> tree_size, root bytes hex -> root_hash,
--   note text, created_at instant)

-- name: insert_checkpoint :one
-- args: id uuid, size int8, root bytes, note text, now instant
-- row: checkpoint
INSERT INTO audit.checkpoint (tenant_id, {checkpoint})
VALUES (:tenant, :id, :size, :root, :note, :now)
RETURNING {checkpoint};

-- name: newest_checkpoint :opt
-- row: checkpoint
-- hot
SELECT {checkpoint} FROM audit.checkpoint
WHERE tenant_id = :tenant ORDER BY created_at DESC, id DESC LIMIT 1;

-- name: checkpoint_page :many
-- args: last_created instant, last_id uuid, page_rows int8
-- row: checkpoint
-- hot
SELECT {checkpoint} FROM audit.checkpoint
WHERE tenant_id = :tenant AND (created_at, id) < (:last_created, :last_id)
ORDER BY created_at DESC, id DESC LIMIT :page_rows;

-- row: export = aegis.audit.v1.Export (id uuid, size int8 -> tree_size, root bytes hex -> root_hash,
--   note text -> checkpoint, purpose text, created_at instant)

-- name: insert_export :one
-- args: id uuid, size int8, root bytes, note text, purpose text, actor uuid, now instant
-- row: export
INSERT INTO audit.export (tenant_id, {export}, created_by)
VALUES (:tenant, :id, :size, :root, :note, :purpose, :now, :actor)
RETURNING {export};

-- name: export_by_id :opt
-- args: id uuid
-- row: export
-- hot
SELECT {export} FROM audit.export WHERE tenant_id = :tenant AND id = :id;
