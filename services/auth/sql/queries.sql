-- Statements of the auth daemon.  Its tables are global, so none names a tenant.

-- name: login_account :opt
-- args: email text
-- row: login (id uuid, email text, name text, state text, is_platform_admin bool,
--   email_verified_at instant?, created_at instant, last_organization uuid?, hash text, pepper_kid text?)
-- no-tenant
-- hot
SELECT a.id, a.email, a.name, a.state, a.is_platform_admin, a.email_verified_at, a.created_at, a.last_organization,
	c.hash, c.pepper_kid
FROM auth.account a JOIN auth.credential c ON c.account_id = a.id
WHERE a.email = :email;

-- name: account_by_id :opt
-- args: id uuid
-- row: account (id uuid, email text, name text, is_platform_admin bool, email_verified_at instant?, created_at instant)
-- no-tenant
-- hot
SELECT id, email, name, is_platform_admin, email_verified_at, created_at FROM auth.account WHERE id = :id;

-- Does nothing when the address is taken.
-- name: insert_account :affected
-- args: id uuid, email text, name text, locale text, expires_at instant, now instant
-- no-tenant
INSERT INTO auth.account (id, email, name, state, locale, expires_at, created_at, updated_at)
VALUES (:id, :email, :name, 'pending', :locale, :expires_at, :now, :now)
ON CONFLICT (email) DO NOTHING;

-- name: insert_admin :exec
-- args: id uuid, email text, name text, now instant
-- no-tenant
INSERT INTO auth.account (id, email, name, state, is_platform_admin, email_verified_at, created_at, updated_at)
VALUES (:id, :email, :name, 'active', true, :now, :now, :now);

-- name: activate_account :affected
-- args: id uuid, now instant
-- no-tenant
UPDATE auth.account SET state = 'active', updated_at = :now WHERE id = :id AND state = 'pending';

-- What belongs to a pending account goes with it.
-- name: discard_account :affected
-- args: id uuid
-- no-tenant
DELETE FROM auth.account WHERE id = :id AND state = 'pending';

-- name: verify_account :affected
-- args: id uuid, now instant
-- no-tenant
UPDATE auth.account SET email_verified_at = :now, expires_at = NULL, updated_at = :now
WHERE id = :id AND email_verified_at IS NULL AND state = 'active';

-- One account's mails are sent one after the other.
-- name: lock_account :opt
-- args: id uuid
-- row: mailed (id uuid, email text, name text, state text, locale text, email_verified_at instant?, organization_name text)
-- no-tenant
SELECT a.id, a.email, a.name, a.state, a.locale, a.email_verified_at, coalesce(o.name, '') AS organization_name
FROM auth.account a LEFT JOIN auth.organization o ON o.id = a.last_organization
WHERE a.id = :id FOR UPDATE OF a;

-- Never confirmed and due; not who belongs to several organizations, or to one that others belong to.
-- name: expired_accounts :many
-- args: now instant
-- row: expired (id uuid, organization_id uuid?)
-- no-tenant
-- hot
SELECT a.id, coalesce(r.organization_id, m.organization_id) AS organization_id
FROM auth.account a
LEFT JOIN auth.registration r ON r.account_id = a.id
LEFT JOIN auth.membership m ON m.account_id = a.id
WHERE a.email_verified_at IS NULL AND a.expires_at <= :now AND NOT a.is_platform_admin
	AND (SELECT count(*) FROM auth.membership own WHERE own.account_id = a.id) <= 1
	AND NOT EXISTS (SELECT 1 FROM auth.membership other
		WHERE other.organization_id = m.organization_id AND other.account_id <> a.id AND other.active)
ORDER BY a.expires_at LIMIT 20;

-- From here on the account cannot be confirmed or signed in to.
-- name: claim_expired :affected
-- args: id uuid, now instant
-- no-tenant
UPDATE auth.account SET state = 'pending', updated_at = :now
WHERE id = :id AND email_verified_at IS NULL AND expires_at <= :now;

-- name: put_last_organization :exec
-- args: id uuid, organization uuid
-- no-tenant
UPDATE auth.account SET last_organization = :organization
WHERE id = :id AND last_organization IS DISTINCT FROM :organization;

-- name: put_credential :exec
-- args: account uuid, hash text, pepper_kid text?, now instant
-- no-tenant
INSERT INTO auth.credential (account_id, hash, pepper_kid, updated_at) VALUES (:account, :hash, :pepper_kid, :now)
ON CONFLICT (account_id) DO UPDATE SET hash = excluded.hash, pepper_kid = excluded.pepper_kid, updated_at = excluded.updated_at;

-- name: insert_registration :exec
-- args: account uuid, organization uuid, organization_name text, organization_kind text, locale text, now instant
-- no-tenant
INSERT INTO auth.registration (account_id, organization_id, organization_name, organization_kind, locale, started_at)
VALUES (:account, :organization, :organization_name, :organization_kind, :locale, :now);

-- name: registration :opt
-- args: account uuid
-- row: registration (account_id uuid, organization_id uuid, organization_name text, organization_kind text,
--   locale text, email text, name text)
-- no-tenant
SELECT r.account_id, r.organization_id, r.organization_name, r.organization_kind, r.locale, a.email, a.name
FROM auth.registration r JOIN auth.account a ON a.id = r.account_id WHERE r.account_id = :account;

-- name: delete_registration :exec
-- args: account uuid
-- no-tenant
DELETE FROM auth.registration WHERE account_id = :account;

-- name: insert_organization :exec
-- args: id uuid, name text
-- no-tenant
INSERT INTO auth.organization (id, name) VALUES (:id, :name) ON CONFLICT (id) DO NOTHING;

-- Takes only a greater epoch.
-- name: put_membership :affected
-- args: account uuid, organization uuid, role text, permissions text[], epoch int8, active bool, now instant
-- no-tenant
INSERT INTO auth.membership AS m (account_id, organization_id, role, permissions, epoch, active, changed_at)
VALUES (:account, :organization, :role, :permissions, :epoch, :active, :now)
ON CONFLICT (account_id, organization_id) DO UPDATE
SET role = excluded.role, permissions = excluded.permissions, epoch = excluded.epoch, active = excluded.active,
	changed_at = excluded.changed_at
WHERE m.epoch < excluded.epoch;

-- row: membership = aegis.auth.v1.Organization (organization_id uuid -> id,
--   organization_name text -> name = coalesce(o.name, ''), role text, permissions text[], epoch int8 -> -,
--   active bool -> -, held bool -> - = coalesce(st.status, 'active') <> 'active')

-- name: membership :opt
-- args: account uuid, organization uuid
-- row: membership
-- no-tenant
-- hot
SELECT {m.membership}
FROM auth.membership m LEFT JOIN auth.organization o ON o.id = m.organization_id
LEFT JOIN auth.standing st ON st.id = m.organization_id
WHERE m.account_id = :account AND m.organization_id = :organization;

-- The active ones: of organizations that may act before the others, the one used last first.
-- name: memberships :many
-- args: account uuid
-- row: membership
-- no-tenant
-- hot
SELECT {m.membership}
FROM auth.membership m
JOIN auth.account a ON a.id = m.account_id
LEFT JOIN auth.organization o ON o.id = m.organization_id
LEFT JOIN auth.standing st ON st.id = m.organization_id
WHERE m.account_id = :account AND m.active
ORDER BY held, m.organization_id = a.last_organization DESC NULLS LAST, m.organization_id
LIMIT 200;

-- Counts an attempt before it is made, so that many at once cannot pass the limit.
-- No row: the lane is locked.
-- name: take_attempt :opt
-- args: key bytes, max_failures int4, window_start instant, lock_until instant, now instant
-- row: attempt (failures int4)
-- no-tenant
INSERT INTO auth.login_lane AS l (key, failures, touched_at) VALUES (:key, 1, :now)
ON CONFLICT (key) DO UPDATE
SET failures = CASE WHEN l.locked_until IS NOT NULL OR l.touched_at < :window_start THEN 1 ELSE l.failures + 1 END,
	locked_until = CASE WHEN l.locked_until IS NULL AND l.touched_at >= :window_start AND l.failures + 1 >= :max_failures
		THEN :lock_until END,
	touched_at = :now
WHERE l.locked_until IS NULL OR l.locked_until <= :now
RETURNING failures;

-- name: lane_lock :opt
-- args: key bytes
-- row: lane_lock (locked_until instant?)
-- no-tenant
SELECT locked_until FROM auth.login_lane WHERE key = :key;

-- An attempt that succeeded was no failure; the lock that it brought about goes with it.
-- name: give_attempt_back :exec
-- args: key bytes, max_failures int4
-- no-tenant
UPDATE auth.login_lane
SET failures = failures - 1, locked_until = CASE WHEN failures - 1 >= :max_failures THEN locked_until END
WHERE key = :key AND failures > 0;

-- name: clear_lane :exec
-- args: key bytes
-- no-tenant
DELETE FROM auth.login_lane WHERE key = :key;

-- name: known_network :opt
-- args: email text, network text
-- row: known_network (network text)
-- no-tenant
-- hot
SELECT k.network FROM auth.known_network k JOIN auth.account a ON a.id = k.account_id
WHERE a.email = :email AND k.network = :network;

-- name: put_known_network :exec
-- args: account uuid, network text, now instant
-- no-tenant
INSERT INTO auth.known_network (account_id, network, seen_at) VALUES (:account, :network, :now)
ON CONFLICT (account_id, network) DO UPDATE SET seen_at = excluded.seen_at;

-- row: login_session = aegis.auth.v1.Session (id uuid, account_id uuid -> -, organization_id uuid? -> -,
--   generation int8 -> -, rotated_at instant -> -, user_agent text, address text, created_at instant,
--   last_seen_at instant, expires_at instant, ended_at instant? -> -) without (current)

-- name: insert_session :one
-- args: id uuid, account uuid, organization uuid?, user_agent text, address text, expires_at instant,
--   absolute_at instant, now instant
-- row: login_session
-- no-tenant
INSERT INTO auth.session (id, account_id, organization_id, rotated_at, user_agent, address, created_at, last_seen_at,
	expires_at, absolute_at)
VALUES (:id, :account, :organization, :now, :user_agent, :address, :now, :now, :expires_at, :absolute_at)
RETURNING {login_session};

-- The refresh token of this generation is used up; the next one is good.  One caller wins.
-- name: take_generation :opt
-- args: id uuid, generation int8, idle_until instant, now instant
-- row: login_session
-- no-tenant
UPDATE auth.session
SET generation = generation + 1, rotated_at = :now, last_seen_at = :now, expires_at = least(:idle_until, absolute_at)
WHERE id = :id AND generation = :generation AND ended_at IS NULL AND expires_at > :now
RETURNING {login_session};

-- name: lock_session :opt
-- args: id uuid
-- row: login_session
-- no-tenant
SELECT {login_session}
FROM auth.session WHERE id = :id FOR UPDATE;

-- name: live_sessions :many
-- args: account uuid, now instant
-- row: login_session
-- no-tenant
-- hot
SELECT {login_session}
FROM auth.session WHERE account_id = :account AND ended_at IS NULL AND expires_at > :now
ORDER BY created_at DESC, id LIMIT 200;

-- name: end_session :affected
-- args: id uuid, account uuid, end_reason text, now instant
-- no-tenant
UPDATE auth.session SET ended_at = :now, end_reason = :end_reason
WHERE id = :id AND account_id = :account AND ended_at IS NULL;

-- All but one.
-- name: end_sessions :affected
-- args: account uuid, kept uuid, end_reason text, now instant
-- no-tenant
UPDATE auth.session SET ended_at = :now, end_reason = :end_reason
WHERE account_id = :account AND id <> :kept AND ended_at IS NULL AND expires_at > :now;

-- All but the newest in use.
-- name: end_oldest_sessions :affected
-- args: account uuid, kept int8, end_reason text, now instant
-- no-tenant
UPDATE auth.session SET ended_at = :now, end_reason = :end_reason
WHERE ended_at IS NULL AND id IN (
	SELECT id FROM auth.session WHERE account_id = :account AND ended_at IS NULL AND expires_at > :now
	ORDER BY last_seen_at DESC, id DESC OFFSET :kept);

-- name: end_member_sessions :exec
-- args: account uuid, organization uuid, now instant
-- no-tenant
UPDATE auth.session SET ended_at = :now, end_reason = 'membership'
WHERE account_id = :account AND organization_id = :organization AND ended_at IS NULL;

-- row: session_state (id uuid, organization_id uuid?, alive bool, epoch int8, expires_at instant, held bool)

-- What the gateway must believe of a session.
-- name: session_state :opt
-- args: id uuid, account uuid, now instant
-- row: session_state
-- no-tenant
-- hot
SELECT s.id, s.organization_id,
	s.ended_at IS NULL AND s.expires_at > :now AND (s.organization_id IS NULL OR coalesce(m.active, false)) AS alive,
	coalesce(m.epoch, 0) AS epoch, s.expires_at, coalesce(st.status, 'active') <> 'active' AS held
FROM auth.session s
LEFT JOIN auth.membership m ON m.account_id = s.account_id AND m.organization_id = s.organization_id
LEFT JOIN auth.standing st ON st.id = s.organization_id
WHERE s.id = :id AND s.account_id = :account;

-- The same of every session of a person that ended, or whose membership changed, since then.
-- name: changed_sessions :many
-- args: account uuid, since instant, now instant
-- row: session_state
-- no-tenant
-- hot
SELECT s.id, s.organization_id,
	s.ended_at IS NULL AND s.expires_at > :now AND (s.organization_id IS NULL OR coalesce(m.active, false)) AS alive,
	coalesce(m.epoch, 0) AS epoch, s.expires_at, coalesce(st.status, 'active') <> 'active' AS held
FROM auth.session s
LEFT JOIN auth.membership m ON m.account_id = s.account_id AND m.organization_id = s.organization_id
LEFT JOIN auth.standing st ON st.id = s.organization_id
WHERE s.account_id = :account
	AND (s.ended_at >= :since OR (s.ended_at IS NULL AND s.expires_at > :now AND m.changed_at >= :since))
ORDER BY s.id;

-- name: insert_email_token :exec
-- args: id uuid, account uuid, kind text, hash bytes, expires_at instant, now instant
-- no-tenant
INSERT INTO auth.email_token (id, account_id, kind, hash, expires_at, created_at)
VALUES (:id, :account, :kind, :hash, :expires_at, :now);

-- name: email_token :opt
-- args: id uuid, kind text
-- row: email_token (account_id uuid, email text, hash bytes, expires_at instant, used_at instant?)
-- no-tenant
SELECT t.account_id, a.email, t.hash, t.expires_at, t.used_at
FROM auth.email_token t JOIN auth.account a ON a.id = t.account_id
WHERE t.id = :id AND t.kind = :kind AND a.state = 'active';

-- One caller wins.
-- name: take_email_token :affected
-- args: id uuid, now instant
-- no-tenant
UPDATE auth.email_token SET used_at = :now WHERE id = :id AND used_at IS NULL AND expires_at > :now;

-- name: recent_links :one
-- args: account uuid, kind text, a_minute_ago instant, a_day_ago instant
-- row: recent_links (in_minute int8, in_day int8)
-- no-tenant
-- hot
SELECT count(*) FILTER (WHERE created_at > :a_minute_ago) AS in_minute, count(*) AS in_day
FROM auth.email_token WHERE account_id = :account AND kind = :kind AND created_at > :a_day_ago;

-- name: admin_invitation :opt
-- args: id uuid
-- row: admin_invitation (id uuid, email text, name text, hash bytes, expires_at instant, accepted_at instant?)
-- no-tenant
SELECT id, email, name, hash, expires_at, accepted_at FROM auth.admin_invitation WHERE id = :id;

-- name: take_admin_invitation :affected
-- args: id uuid, now instant
-- no-tenant
UPDATE auth.admin_invitation SET accepted_at = :now WHERE id = :id AND accepted_at IS NULL AND expires_at > :now;

-- name: forget_sessions :affected
-- args: before instant
-- no-tenant
DELETE FROM auth.session WHERE expires_at < :before OR ended_at < :before;

-- name: forget_email_tokens :affected
-- args: before instant
-- no-tenant
DELETE FROM auth.email_token WHERE expires_at < :before;

-- name: forget_admin_invitations :affected
-- args: before instant
-- no-tenant
DELETE FROM auth.admin_invitation WHERE expires_at < :before;

-- name: forget_lanes :affected
-- args: before instant
-- no-tenant
DELETE FROM auth.login_lane WHERE touched_at < :before AND (locked_until IS NULL OR locked_until < :before);

-- name: forget_networks :affected
-- args: before instant
-- no-tenant
DELETE FROM auth.known_network WHERE seen_at < :before;
