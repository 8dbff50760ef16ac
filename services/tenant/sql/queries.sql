-- Statements of the tenant daemon.

-- Does nothing when the tenant is there already.
-- name: insert_tenant :affected
-- args: name text, kind text, actor uuid, now instant
INSERT INTO tenant.tenant (tenant_id, name, kind, created_at, created_by, updated_at, updated_by)
VALUES (:tenant, :name, :kind, :now, :actor, :now, :actor)
ON CONFLICT (tenant_id) DO NOTHING;

-- name: insert_directory :exec
-- args: id uuid, name text, kind text, now instant
-- no-tenant
INSERT INTO tenant.directory (id, name, kind, status, tier, created_at)
VALUES (:id, :name, :kind, 'active', 'basic', :now)
ON CONFLICT (id) DO NOTHING;

-- name: insert_settings :exec
-- args: actor uuid, now instant
INSERT INTO tenant.settings (tenant_id, created_at, created_by, updated_at, updated_by)
VALUES (:tenant, :now, :actor, :now, :actor)
ON CONFLICT (tenant_id) DO NOTHING;

-- row: member = aegis.tenant.v1.Member (id uuid, email text, name text, role text, active bool, created_at instant,
--   version int8)

-- name: insert_member :one
-- args: id uuid, email text, name text, role text, actor uuid, now instant
-- row: member
INSERT INTO tenant.member (tenant_id, id, email, name, role, created_at, created_by, updated_at, updated_by)
VALUES (:tenant, :id, :email, :name, :role, :now, :actor, :now, :actor)
RETURNING {member};

-- row: tenant = aegis.tenant.v1.Tenant (tenant_id uuid -> id, name text update, kind text, status text, tier text,
--   time_zone text update, locale text update, created_at instant, updated_at instant, version int8)

-- name: current_tenant :opt
-- row: tenant
-- hot
SELECT {tenant}
FROM tenant.tenant WHERE tenant_id = :tenant AND deleted_at IS NULL;

-- Version 0 takes any.
-- name: update_tenant :opt
-- args: tenant_row {tenant}, expected_version int8, actor uuid, now instant
-- row: tenant
UPDATE tenant.tenant
SET {tenant.set}, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND deleted_at IS NULL AND (:expected_version = 0 OR version = :expected_version)
RETURNING {tenant};

-- name: update_tenant_status :opt
-- args: status text, actor uuid, now instant
-- row: tenant
UPDATE tenant.tenant SET status = :status, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND deleted_at IS NULL
RETURNING {tenant};

-- name: update_directory :exec
-- args: id uuid, name text, status text
-- no-tenant
UPDATE tenant.directory SET name = :name, status = :status WHERE id = :id;

-- name: discard_tenant :exec
-- args: actor uuid, now instant
UPDATE tenant.tenant SET deleted_at = :now, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND deleted_at IS NULL;

-- name: discard_members :exec
-- args: actor uuid, now instant
UPDATE tenant.member SET active = false, deleted_at = :now, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND deleted_at IS NULL;

-- name: delete_directory :exec
-- args: id uuid
-- no-tenant
DELETE FROM tenant.directory WHERE id = :id;

-- row: stats = aegis.tenant.v1.TenantStats (members int8, active_members int8)

-- name: tenant_stats :one
-- row: stats
SELECT count(*) AS members, count(*) FILTER (WHERE active) AS active_members
FROM tenant.member WHERE tenant_id = :tenant AND deleted_at IS NULL;

-- row: directory = aegis.tenant.v1.TenantSummary (id uuid, name text, kind text, status text, tier text,
--   created_at instant)

-- name: directory_page :many
-- args: last_created instant, last_id uuid, page_rows int8
-- row: directory
-- no-tenant
SELECT {directory} FROM tenant.directory
WHERE (created_at, id) < (:last_created, :last_id)
ORDER BY created_at DESC, id DESC LIMIT :page_rows;

-- name: member_page :many
-- args: last_created instant, last_id uuid, page_rows int8
-- row: member
-- hot
SELECT {member} FROM tenant.member
WHERE tenant_id = :tenant AND deleted_at IS NULL AND (created_at, id) < (:last_created, :last_id)
ORDER BY created_at DESC, id DESC LIMIT :page_rows;

-- name: member_by_id :opt
-- args: id uuid
-- row: member
-- hot
SELECT {member} FROM tenant.member
WHERE tenant_id = :tenant AND id = :id AND deleted_at IS NULL;

-- Locks the one who changes, the one who is changed and the owners, in a fixed order: two changes
-- that rest on each other's rows wait for each other, and the later one sees the earlier one.
-- name: lock_members :many
-- args: actor uuid, id uuid
-- row: member
SELECT {member} FROM tenant.member
WHERE tenant_id = :tenant AND deleted_at IS NULL AND (id IN (:actor, :id) OR role = 'owner')
ORDER BY id FOR UPDATE;

-- name: update_member_role :opt
-- args: id uuid, role text, expected_version int8, actor uuid, now instant
-- row: member
UPDATE tenant.member SET role = :role, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :id AND deleted_at IS NULL AND (:expected_version = 0 OR version = :expected_version)
RETURNING {member};

-- name: remove_member :opt
-- args: id uuid, actor uuid, now instant
-- row: member
UPDATE tenant.member SET active = false, deleted_at = :now, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :id AND deleted_at IS NULL
RETURNING {member};

-- row: settings = aegis.tenant.v1.Settings (alert_emails text[] update, version int8)

-- name: current_settings :opt
-- row: settings
SELECT {settings} FROM tenant.settings WHERE tenant_id = :tenant;

-- name: lock_settings :opt
-- row: settings
SELECT {settings} FROM tenant.settings WHERE tenant_id = :tenant FOR UPDATE;

-- name: update_settings :opt
-- args: settings {settings}, expected_version int8, actor uuid, now instant
-- row: settings
UPDATE tenant.settings
SET {settings.set}, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND (:expected_version = 0 OR version = :expected_version)
RETURNING {settings};

-- One opening at a time for a tenant.
-- name: lock_tenant :opt
-- row: tenant
SELECT {tenant}
FROM tenant.tenant WHERE tenant_id = :tenant AND deleted_at IS NULL FOR UPDATE;

-- Who is told of an operator's access: the owners, at most twenty of them.
-- name: owners_to_tell :many
-- row: owner_to_tell (id uuid, email text, name text)
SELECT id, email, name FROM tenant.member
WHERE tenant_id = :tenant AND role = 'owner' AND active AND deleted_at IS NULL
ORDER BY created_at, id LIMIT 20;

-- row: grant = aegis.tenant.v1.BreakGlassGrant (id uuid, organization_id uuid -> tenant_id, admin_id uuid, reason text,
--   opened_at instant, expires_at instant, ended_at instant?) without (open)

-- No row when the administrator has an open one.
-- name: insert_grant :opt
-- args: id uuid, organization uuid, admin uuid, reason text, expires_at instant, now instant
-- row: grant
-- no-tenant
INSERT INTO tenant.break_glass_grant (id, organization_id, admin_id, reason, opened_at, expires_at)
SELECT :id, :organization, :admin, :reason, :now, :expires_at
WHERE NOT EXISTS (SELECT FROM tenant.break_glass_grant g
	WHERE g.organization_id = :organization AND g.admin_id = :admin AND g.expires_at > :now AND g.ended_at IS NULL)
RETURNING {grant};

-- name: open_grant :opt
-- args: organization uuid, admin uuid, now instant
-- row: grant
-- no-tenant
SELECT {grant} FROM tenant.break_glass_grant
WHERE organization_id = :organization AND admin_id = :admin AND expires_at > :now AND ended_at IS NULL
ORDER BY expires_at DESC LIMIT 1;

-- name: grant_by_id :opt
-- args: id uuid
-- row: grant
-- no-tenant
SELECT {grant} FROM tenant.break_glass_grant WHERE id = :id;

-- No row when it is over already.
-- name: end_grant :opt
-- args: id uuid, now instant
-- row: grant
-- no-tenant
UPDATE tenant.break_glass_grant SET ended_at = :now WHERE id = :id AND ended_at IS NULL AND expires_at > :now
RETURNING {grant};

-- name: grant_page :many
-- args: organization uuid?, last_opened instant, last_id uuid, page_rows int8
-- row: grant
-- no-tenant
SELECT {grant} FROM tenant.break_glass_grant
WHERE (:organization IS NULL OR organization_id = :organization) AND (opened_at, id) < (:last_opened, :last_id)
ORDER BY opened_at DESC, id DESC LIMIT :page_rows;
