-- A row with a column for each pair of types; the statements are not run.

-- row: everything = aegis.rows.v1.Everything (id uuid insert, parent_id uuid? write, name text write, note text? write,
--   colour text write, small int4 write, wide int8 write, widened int4, on_off bool write -> on, made_at instant write,
--   gone_at instant? write, day date write, until date? write, raw bytes write, digest bytes hex, plain64 bytes base64,
--   url64 bytes base64url, document json? write, tags text[] write, ids uuid[], numbers int8[] write, times instant[],
--   chunks bytes[], most int4? update, label text? create, mark text? write, template text write, secret text -> -)
--   without (by_hand)

-- name: everything :many
-- row: everything
-- no-tenant
SELECT {everything} FROM x.everything;

-- name: insert_everything :one
-- args: new {everything}
-- row: everything
INSERT INTO x.everything (tenant_id, {everything.columns}) VALUES (:tenant, {everything.values}) RETURNING {everything};

-- name: update_everything :opt
-- args: changed {everything}, expected int8, actor uuid, now instant
-- row: everything
UPDATE x.everything SET {everything.set}, updated_at = :now, updated_by = :actor
WHERE tenant_id = :tenant AND id = :changed.id AND version = :expected RETURNING {everything};
