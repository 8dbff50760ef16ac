-- Statements of the tests of libcommon/db.

-- name: item_by_id :opt
-- args: id uuid
-- row: item (id uuid, name text, n_value int8)
-- hot
SELECT id, name, n AS n_value FROM dbtest.item WHERE tenant_id = :tenant AND id = :id;

-- name: items :many
-- row: item
SELECT id, name, n AS n_value FROM dbtest.item WHERE tenant_id = :tenant ORDER BY name;

-- name: item_must_exist :one
-- args: name text
-- row: item
SELECT id, name, n AS n_value FROM dbtest.item WHERE tenant_id = :tenant AND name = :name;

-- Looks for rows of anybody: row-level security alone answers.
-- name: items_in_sight :one
-- row: total (n int8)
-- all-tenants
SELECT count(*) AS n FROM dbtest.item;

-- name: insert_item :exec
-- args: id uuid, name text
INSERT INTO dbtest.item (tenant_id, id, name) VALUES (:tenant, :id, :name);

-- Another tenant's row, if row-level security let it pass.
-- name: smuggle_item :exec
-- args: other uuid, id uuid, name text
-- all-tenants
INSERT INTO dbtest.item (tenant_id, id, name) VALUES (:other, :id, :name);

-- name: add_to_item :affected
-- args: id uuid, amount int8
UPDATE dbtest.item SET n = n + :amount WHERE tenant_id = :tenant AND id = :id;

-- name: total :one
-- row: total
SELECT coalesce(sum(n), 0)::bigint AS n FROM dbtest.item WHERE tenant_id = :tenant;

-- name: wait :one
-- args: seconds int4
-- row: waited (done bool)
SELECT pg_sleep(:seconds) IS NULL AS done;

-- name: try_lock :one
-- args: key int8
-- row: lock (is_mine bool)
SELECT pg_try_advisory_xact_lock(:key) AS is_mine;

-- name: insert_everything :one
-- args: id uuid, t text?, i4 int4?, i8 int8?, b bool?, at instant?, d date?, raw bytes?, doc json?,
--   texts text[]?, ids uuid[]?, other uuid?, numbers int8[]?, ats instant[]?, blobs bytes[]?
-- row: everything (id uuid, t text?, i4 int4?, i8 int8?, b bool?, at instant?, d date?, raw bytes?, doc json?,
--   texts text[]?, ids uuid[]?, other uuid?, numbers int8[]?, ats instant[]?, blobs bytes[]?)
INSERT INTO dbtest.every_type (tenant_id, id, t, i4, i8, b, at, d, raw, doc, texts, ids, other, numbers, ats, blobs)
VALUES (:tenant, :id, :t, :i4, :i8, :b, :at, :d, :raw, :doc, :texts, :ids, :other, :numbers, :ats, :blobs)
RETURNING id, t, i4, i8, b, at, d, raw, doc, texts, ids, other, numbers, ats, blobs;

-- name: echo :one
-- args: t text, i4 int4, i8 int8, b bool, at instant, d date, raw bytes, doc json, texts text[], ids uuid[], other uuid,
--   numbers int8[], ats instant[], blobs bytes[]
-- row: echo (t text, i4 int4, i8 int8, b bool, at instant, d date, raw bytes, doc json, texts text[], ids uuid[],
--   other uuid, numbers int8[], ats instant[], blobs bytes[])
SELECT :t AS t, :i4 AS i4, :i8 AS i8, :b AS b, :at AS at, :d AS d, :raw AS raw, :doc AS doc, :texts AS texts, :ids AS ids,
	:other AS other, :numbers AS numbers, :ats AS ats, :blobs AS blobs;

-- The row says less than the statement gives.
-- name: wrong_shape :one
-- row: wrong (n int4)
SELECT 1::bigint AS n;
