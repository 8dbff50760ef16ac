-- name: insert_note :exec
-- args: id uuid, title text, body text, now instant, by uuid
INSERT INTO note (tenant_id, id, title, body, created_at, created_by)
VALUES (:tenant, :id, :title, :body, :now, :by);

-- row: note = aegis.sample.v1.Note (id uuid, title text, body text)

-- name: note_by_id :opt
-- args: id uuid
-- row: note
SELECT {note} FROM note WHERE tenant_id = :tenant AND id = :id;

-- name: notes :many
-- row: note
SELECT {note} FROM note WHERE tenant_id = :tenant ORDER BY title;

-- name: counter :opt
-- row: counter (value int8)
SELECT value FROM counter WHERE tenant_id = :tenant;

-- name: put_counter :exec
-- args: value int8
INSERT INTO counter (tenant_id, value) VALUES (:tenant, :value)
ON CONFLICT (tenant_id) DO UPDATE SET value = excluded.value WHERE counter.tenant_id = :tenant;

-- name: wait_for_lock :one
-- args: lock int8
-- row: waited (done bool)
-- no-tenant
SELECT pg_advisory_xact_lock_shared(:lock) IS NOT NULL AS done;

-- name: insert_seen :exec
-- args: id uuid, event_id uuid, action text
INSERT INTO seen (tenant_id, id, event_id, action) VALUES (:tenant, :id, :event_id, :action);
