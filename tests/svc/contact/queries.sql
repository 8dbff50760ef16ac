
-- row: contact = aegis.tenant.v1.Contact (id uuid insert, topic text create, name text write, phone text write,
--   created_at instant, version int8)

-- name: insert_contact :one
-- args: contact {contact}, actor uuid, now instant
-- row: contact
INSERT INTO tenant.contact (tenant_id, {contact.columns}, created_at, created_by, updated_at, updated_by)
VALUES (:tenant, {contact.values}, :now, :actor, :now, :actor)
RETURNING {contact};

-- name: contact_page :many
-- args: last_created instant, last_id uuid, page_rows int8
-- row: contact
SELECT {contact} FROM tenant.contact
WHERE tenant_id = :tenant AND (created_at, id) < (:last_created, :last_id)
ORDER BY created_at DESC, id DESC LIMIT :page_rows;

-- name: contact_by_id :opt
-- args: id uuid
-- row: contact
SELECT {contact} FROM tenant.contact WHERE tenant_id = :tenant AND id = :id;

-- name: lock_contact :opt
-- args: id uuid
-- row: contact
SELECT {contact} FROM tenant.contact WHERE tenant_id = :tenant AND id = :id FOR UPDATE;

-- Version 0 takes any.
-- name: update_contact :opt
-- args: contact {contact}, expected_version int8, actor uuid, now instant
-- row: contact
UPDATE tenant.contact SET {contact.set}, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :contact.id AND (:expected_version = 0 OR version = :expected_version)
RETURNING {contact};

-- name: delete_contact :opt
-- args: id uuid
-- row: contact
DELETE FROM tenant.contact WHERE tenant_id = :tenant AND id = :id RETURNING {contact};
