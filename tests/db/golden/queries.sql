-- A small file with one of each kind.

-- Who has this address?
-- name: member_by_email :opt
-- args: email text
-- row: member (id uuid, email text, active bool, created_at instant,
--   seen_at instant?)
-- hot
SELECT id, email, active, created_at, seen_at FROM x.member WHERE tenant_id = :tenant AND email = :email;

-- name: members :many
-- row: member
SELECT id, email, active, created_at, seen_at FROM x.member WHERE tenant_id = :tenant ORDER BY created_at;

-- name: insert_member :one
-- args: id uuid, email text, tags text[], note json?
-- row: member
INSERT INTO x.member (tenant_id, id, email, tags, note) VALUES (:tenant, :id, :email, :tags, :note)
RETURNING id, email, active, created_at, seen_at;

-- name: forget_member :affected
-- args: id uuid
DELETE FROM x.member WHERE tenant_id = :tenant AND id = :id;

-- name: touch_member :exec
-- args: id uuid, now instant
UPDATE x.member SET seen_at = :now WHERE tenant_id = :tenant AND id = :id;

-- name: log_visit :exec
-- args: id uuid, day date, raw bytes, count int4
INSERT INTO x.visit (tenant_id, id, day, raw, count) VALUES (:tenant, :id, :day, :raw, :count);

-- name: plans :many
-- row: plan (name text, cents int8)
-- no-tenant
SELECT name, cents FROM x.plan;
