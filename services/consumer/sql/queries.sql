-- Statements of the consumer daemon.

-- Screeners ------------------------------------------------------------------

-- name: has_copy :one
-- args: content_hash text
-- row: found (found bool)
-- hot
SELECT EXISTS (SELECT FROM consumer.screener_copy WHERE tenant_id = :tenant AND content_hash = :content_hash) AS found;

-- name: screener_copy :opt
-- args: content_hash text
-- row: copy (document bytes)
-- hot
SELECT document FROM consumer.screener_copy WHERE tenant_id = :tenant AND content_hash = :content_hash;

-- name: table_copies :many
-- args: content_hash text
-- row: copy
-- hot
SELECT document FROM consumer.table_copy WHERE tenant_id = :tenant AND content_hash = :content_hash ORDER BY sha256;

-- Two first sessions may bring the same copy at once.
-- name: insert_copy :exec
-- args: content_hash text, document bytes, now instant
INSERT INTO consumer.screener_copy (tenant_id, content_hash, document, created_at)
VALUES (:tenant, :content_hash, :document, :now)
ON CONFLICT (tenant_id, content_hash) DO NOTHING;

-- name: insert_table_copy :exec
-- args: content_hash text, sha256 text, document bytes, now instant
INSERT INTO consumer.table_copy (tenant_id, content_hash, sha256, document, created_at)
VALUES (:tenant, :content_hash, :sha256, :document, :now)
ON CONFLICT (tenant_id, content_hash, sha256) DO NOTHING;

-- People ---------------------------------------------------------------------

-- name: person_by_key :opt
-- args: program_id uuid, key_hash bytes
-- row: person (id uuid)
-- hot
SELECT id FROM consumer.person WHERE tenant_id = :tenant AND program_id = :program_id AND key_hash = :key_hash;

-- Two first sessions may bring the same person at once.
-- name: insert_person :exec
-- args: id uuid, program_id uuid, key_hash bytes, now instant
INSERT INTO consumer.person (tenant_id, id, program_id, key_hash, created_at)
VALUES (:tenant, :id, :program_id, :key_hash, :now)
ON CONFLICT (tenant_id, program_id, key_hash) DO NOTHING;

-- name: lock_person :one
-- args: id uuid
-- row: person
SELECT id FROM consumer.person WHERE tenant_id = :tenant AND id = :id FOR NO KEY UPDATE;

-- Sessions -------------------------------------------------------------------

-- name: insert_screening :one
-- args: id uuid, program_id uuid, public_id text, program_name text, screener_version int4, content_hash text, locale text,
--   device_class text, utm_source text, time_zone text, person_id uuid?, answers bytes, expires_at instant, now instant
-- row: session (id uuid, program_id uuid, public_id text, program_name text, screener_version int4, content_hash text,
--   locale text, time_zone text, person_id uuid?, status text, answers bytes, attempts int4, outcome text?,
--   may_issue_code bool, code_issued bool, expires_at instant, completed_at instant?, created_at instant, version int8)
INSERT INTO consumer.session (tenant_id, id, program_id, public_id, program_name, screener_version, content_hash, locale,
	device_class, utm_source, time_zone, person_id, answers, expires_at, created_at, created_by, updated_at, updated_by)
VALUES (:tenant, :id, :program_id, :public_id, :program_name, :screener_version, :content_hash, :locale,
	:device_class, :utm_source, :time_zone, :person_id, :answers, :expires_at, :now, :id, :now, :id)
RETURNING id, program_id, public_id, program_name, screener_version, content_hash, locale, time_zone, person_id, status,
	answers, attempts, outcome, may_issue_code, code_issued, expires_at, completed_at, created_at, version;

-- name: screening_by_id :opt
-- args: id uuid
-- row: session
-- hot
SELECT id, program_id, public_id, program_name, screener_version, content_hash, locale, time_zone, person_id, status,
	answers, attempts, outcome, may_issue_code, code_issued, expires_at, completed_at, created_at, version
FROM consumer.session WHERE tenant_id = :tenant AND id = :id;

-- name: lock_screening :opt
-- args: id uuid
-- row: session
-- hot
SELECT id, program_id, public_id, program_name, screener_version, content_hash, locale, time_zone, person_id, status,
	answers, attempts, outcome, may_issue_code, code_issued, expires_at, completed_at, created_at, version
FROM consumer.session WHERE tenant_id = :tenant AND id = :id FOR UPDATE;

-- New answers open a completed session again, where its screener allows another attempt.
-- name: update_answers :one
-- args: id uuid, answers bytes, actor uuid, now instant
-- row: session
UPDATE consumer.session
SET answers = :answers, status = 'open', outcome = NULL, may_issue_code = false, completed_at = NULL,
	updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :id
RETURNING id, program_id, public_id, program_name, screener_version, content_hash, locale, time_zone, person_id, status,
	answers, attempts, outcome, may_issue_code, code_issued, expires_at, completed_at, created_at, version;

-- name: insert_answer_change :exec
-- args: id uuid, session_id uuid, attempt int4, items text[], before bytes, now instant
INSERT INTO consumer.answer_change (tenant_id, id, session_id, attempt, items, before, created_at)
VALUES (:tenant, :id, :session_id, :attempt, :items, :before, :now);

-- name: complete_session :one
-- args: id uuid, outcome text, may_issue_code bool, actor uuid, now instant
-- row: session
UPDATE consumer.session
SET status = 'completed', outcome = :outcome, may_issue_code = :may_issue_code, completed_at = :now,
	attempts = attempts + 1, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :id
RETURNING id, program_id, public_id, program_name, screener_version, content_hash, locale, time_zone, person_id, status,
	answers, attempts, outcome, may_issue_code, code_issued, expires_at, completed_at, created_at, version;

-- name: mark_code_issued :exec
-- args: id uuid, now instant
UPDATE consumer.session SET code_issued = true, updated_at = :now, updated_by = :id, version = version + 1
WHERE tenant_id = :tenant AND id = :id;

-- name: screening_page :many
-- args: program_id uuid?, status text?, now instant, last_created instant, last_id uuid, page_rows int8
-- row: session_head (id uuid, program_id uuid, screener_version int4, content_hash text, locale text, status text, outcome text?,
--   may_issue_code bool, code_issued bool, expires_at instant, completed_at instant?, created_at instant)
-- hot
SELECT id, program_id, screener_version, content_hash, locale, status, outcome, may_issue_code, code_issued, expires_at,
	completed_at, created_at
FROM consumer.session
WHERE tenant_id = :tenant AND (created_at, id) < (:last_created, :last_id)
	AND (:program_id IS NULL OR program_id = :program_id)
	AND (:status IS NULL OR :status = CASE WHEN status = 'open' AND expires_at <= :now THEN 'expired' ELSE status END)
ORDER BY created_at DESC, id DESC LIMIT :page_rows;

-- Attempts -------------------------------------------------------------------

-- name: attempts_since :one
-- args: session_id uuid, since instant
-- row: tally (n int8)
SELECT count(*) AS n FROM consumer.attempt
WHERE tenant_id = :tenant AND session_id = :session_id AND created_at > :since;

-- Under the lock of the person's row, so that two sessions cannot both take the last attempt.
-- name: attempts_of_person_since :one
-- args: person_id uuid, since instant
-- row: tally
SELECT count(*) AS n FROM consumer.session s
JOIN consumer.attempt a ON a.tenant_id = s.tenant_id AND a.session_id = s.id
WHERE s.tenant_id = :tenant AND s.person_id = :person_id AND a.created_at > :since;

-- name: insert_attempt :exec
-- args: session_id uuid, number int4, as_of date, unfinished bool, outcome text, answers bytes, trace bytes, actor uuid,
--   now instant
INSERT INTO consumer.attempt (tenant_id, session_id, number, as_of, unfinished, outcome, answers, trace, created_at, created_by)
VALUES (:tenant, :session_id, :number, :as_of, :unfinished, :outcome, :answers, :trace, :now, :actor);

-- name: last_attempt :opt
-- args: session_id uuid
-- row: attempt (number int4, as_of date?, unfinished bool, outcome text, answers bytes, trace bytes)
-- hot
SELECT number, as_of, unfinished, outcome, answers, trace FROM consumer.attempt
WHERE tenant_id = :tenant AND session_id = :session_id
ORDER BY number DESC LIMIT 1;

-- Codes ----------------------------------------------------------------------

-- Counts one more code of a program; no row when the cap is reached.  A cap of
-- nothing at all never comes here.
-- name: take_budget :opt
-- args: program_id uuid, cap int8?, now instant
-- row: budget (issued int8)
INSERT INTO consumer.budget AS b (tenant_id, program_id, issued, updated_at)
VALUES (:tenant, :program_id, 1, :now)
ON CONFLICT (tenant_id, program_id) DO UPDATE SET issued = b.issued + 1, updated_at = :now
WHERE b.tenant_id = :tenant AND (:cap IS NULL OR b.issued < :cap)
RETURNING issued;

-- No row when the random code exists already.
-- name: insert_code :opt
-- args: id uuid, session_id uuid, program_id uuid, code_hash bytes, code_class text, expires_at instant, actor uuid, now instant
-- row: code (id uuid, program_id uuid, code_class text, status text, holder uuid?, transaction_id text?,
--   reserved_until instant?, redeemed_at instant?, expires_at instant, version int8)
INSERT INTO consumer.code (tenant_id, id, session_id, program_id, code_hash, code_class, expires_at, created_at, created_by,
	updated_at, updated_by)
VALUES (:tenant, :id, :session_id, :program_id, :code_hash, :code_class, :expires_at, :now, :actor, :now, :actor)
ON CONFLICT (tenant_id, code_hash) DO NOTHING
RETURNING id, program_id, code_class, status, holder, transaction_id, reserved_until, redeemed_at, expires_at, version;

-- name: code_by_hash :opt
-- args: code_hash bytes
-- row: code
-- hot
SELECT id, program_id, code_class, status, holder, transaction_id, reserved_until, redeemed_at, expires_at, version
FROM consumer.code WHERE tenant_id = :tenant AND code_hash = :code_hash;

-- Free codes, those whose reservation ran out, and the caller's own of the same transaction.
-- name: reserve_code :opt
-- args: code_hash bytes, holder uuid, terminal_id text, transaction_id text, reserved_until instant, actor uuid, now instant
-- row: code
-- hot
UPDATE consumer.code
SET status = 'reserved', holder = :holder, terminal_id = :terminal_id, transaction_id = :transaction_id,
	reserved_until = :reserved_until, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND code_hash = :code_hash AND expires_at > :now
	AND (status IN ('issued', 'rolled_back') OR (status = 'reserved'
		AND (reserved_until <= :now OR (holder = :holder AND transaction_id = :transaction_id))))
RETURNING id, program_id, code_class, status, holder, transaction_id, reserved_until, redeemed_at, expires_at, version;

-- The one statement that redeems: of any number at once, one gets the row, and with it
-- the note of what was redeemed where.
-- name: redeem_code :opt
-- args: redemption_id uuid, code_hash bytes, holder uuid, terminal_id text, transaction_id text, actor uuid, now instant
-- row: code
-- hot
WITH redeemed AS (
	UPDATE consumer.code
	SET status = 'redeemed', holder = :holder, terminal_id = :terminal_id, transaction_id = :transaction_id,
		reserved_until = NULL, redeemed_at = :now, updated_at = :now, updated_by = :actor, version = version + 1
	WHERE tenant_id = :tenant AND code_hash = :code_hash AND expires_at > :now
		AND (status IN ('issued', 'rolled_back') OR (status = 'reserved'
			AND (reserved_until <= :now OR (holder = :holder AND transaction_id = :transaction_id))))
	RETURNING id, program_id, code_class, status, holder, transaction_id, reserved_until, redeemed_at, expires_at, version
), noted AS (
	INSERT INTO consumer.redemption (tenant_id, id, code_id, holder, key_id, terminal_id, transaction_id, created_at, created_by)
	SELECT :tenant, :redemption_id, id, :holder, :actor, :terminal_id, :transaction_id, :now, :actor FROM redeemed
)
SELECT id, program_id, code_class, status, holder, transaction_id, reserved_until, redeemed_at, expires_at, version
FROM redeemed;

-- name: roll_back_code :opt
-- args: code_hash bytes, holder uuid, transaction_id text, actor uuid, now instant
-- row: code
-- hot
UPDATE consumer.code
SET status = 'rolled_back', reserved_until = NULL, redeemed_at = NULL, updated_at = :now, updated_by = :actor,
	version = version + 1
WHERE tenant_id = :tenant AND code_hash = :code_hash AND status IN ('reserved', 'redeemed')
	AND holder = :holder AND transaction_id = :transaction_id
RETURNING id, program_id, code_class, status, holder, transaction_id, reserved_until, redeemed_at, expires_at, version;

-- name: count_refusal :exec
-- args: code_hash bytes
UPDATE consumer.code SET refusals = refusals + 1 WHERE tenant_id = :tenant AND code_hash = :code_hash;

-- name: roll_back_redemption :exec
-- args: code_id uuid, now instant
UPDATE consumer.redemption SET rolled_back_at = :now
WHERE tenant_id = :tenant AND code_id = :code_id AND rolled_back_at IS NULL;

-- Misses of a subject in its running window.
-- name: guesses :many
-- args: subjects text[], now instant
-- row: guess (subject text, misses int4, window_until instant)
-- hot
SELECT subject, misses, window_until FROM consumer.guess
WHERE tenant_id = :tenant AND subject = ANY (:subjects) AND window_until > :now;

-- name: count_guess :exec
-- args: subject text, window_until instant, now instant
INSERT INTO consumer.guess AS g (tenant_id, subject, misses, window_until)
VALUES (:tenant, :subject, 1, :window_until)
ON CONFLICT (tenant_id, subject) DO UPDATE
SET misses = CASE WHEN g.window_until > :now THEN g.misses + 1 ELSE 1 END,
	window_until = CASE WHEN g.window_until > :now THEN g.window_until ELSE :window_until END
WHERE g.tenant_id = :tenant;

-- Partners -------------------------------------------------------------------

-- name: insert_partner :one
-- args: id uuid, name text, kind text, actor uuid, now instant
-- row: partner (id uuid, name text, kind text, active bool, created_at instant, updated_at instant, version int8)
INSERT INTO consumer.partner (tenant_id, id, name, kind, created_at, created_by, updated_at, updated_by)
VALUES (:tenant, :id, :name, :kind, :now, :actor, :now, :actor)
RETURNING id, name, kind, active, created_at, updated_at, version;

-- name: partner_by_id :opt
-- args: id uuid
-- row: partner
-- hot
SELECT id, name, kind, active, created_at, updated_at, version FROM consumer.partner
WHERE tenant_id = :tenant AND id = :id AND deleted_at IS NULL;

-- name: lock_partner :opt
-- args: id uuid
-- row: partner
SELECT id, name, kind, active, created_at, updated_at, version FROM consumer.partner
WHERE tenant_id = :tenant AND id = :id AND deleted_at IS NULL FOR UPDATE;

-- name: partner_page :many
-- args: last_created instant, last_id uuid, page_rows int8
-- row: partner
-- hot
SELECT id, name, kind, active, created_at, updated_at, version FROM consumer.partner
WHERE tenant_id = :tenant AND deleted_at IS NULL AND (created_at, id) < (:last_created, :last_id)
ORDER BY created_at DESC, id DESC LIMIT :page_rows;

-- An absent argument leaves the column.
-- name: update_partner :one
-- args: id uuid, name text?, kind text?, active bool?, actor uuid, now instant
-- row: partner
UPDATE consumer.partner
SET name = coalesce(:name, name), kind = coalesce(:kind, kind), active = coalesce(:active, active),
	updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :id AND deleted_at IS NULL
RETURNING id, name, kind, active, created_at, updated_at, version;

-- name: delete_partner :opt
-- args: id uuid, actor uuid, now instant
-- row: partner
UPDATE consumer.partner SET active = false, deleted_at = :now, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :id AND deleted_at IS NULL
RETURNING id, name, kind, active, created_at, updated_at, version;

-- name: live_keys :one
-- args: partner_id uuid, now instant
-- row: tally
SELECT count(*) AS n FROM consumer.partner_key
WHERE tenant_id = :tenant AND partner_id = :partner_id AND revoked_at IS NULL
	AND (expires_at IS NULL OR expires_at > :now);

-- name: insert_partner_key :one
-- args: id uuid, partner_id uuid, name text, live bool, scopes text[], secret_hash bytes, expires_at instant?, actor uuid, now instant
-- row: partner_key (id uuid, partner_id uuid, name text, live bool, scopes text[], created_at instant, expires_at instant?,
--   revoked_at instant?, last_used_at instant?)
INSERT INTO consumer.partner_key (tenant_id, id, partner_id, name, live, scopes, secret_hash, expires_at, created_at, created_by,
	updated_at, updated_by)
VALUES (:tenant, :id, :partner_id, :name, :live, :scopes, :secret_hash, :expires_at, :now, :actor, :now, :actor)
RETURNING id, partner_id, name, live, scopes, created_at, expires_at, revoked_at, last_used_at;

-- The last hundred; at most ten of them live.
-- name: partner_keys :many
-- args: partner_id uuid
-- row: partner_key
SELECT id, partner_id, name, live, scopes, created_at, expires_at, revoked_at, last_used_at FROM consumer.partner_key
WHERE tenant_id = :tenant AND partner_id = :partner_id
ORDER BY created_at DESC, id DESC LIMIT 100;

-- No row when there is no such key, or it was revoked before.
-- name: revoke_partner_key :opt
-- args: id uuid, partner_id uuid, actor uuid, now instant
-- row: partner_key
UPDATE consumer.partner_key SET revoked_at = :now, updated_at = :now, updated_by = :actor
WHERE tenant_id = :tenant AND id = :id AND partner_id = :partner_id AND revoked_at IS NULL
RETURNING id, partner_id, name, live, scopes, created_at, expires_at, revoked_at, last_used_at;

-- name: has_partner_key :one
-- args: id uuid, partner_id uuid
-- row: found
SELECT EXISTS (SELECT FROM consumer.partner_key
	WHERE tenant_id = :tenant AND id = :id AND partner_id = :partner_id) AS found;

-- name: key_to_check :opt
-- args: id uuid
-- row: checked_key (id uuid, partner_id uuid, name text, live bool, scopes text[], secret_hash bytes, expires_at instant?,
--   revoked_at instant?, last_used_at instant?, partner_active bool)
-- hot
SELECT k.id, k.partner_id, k.name, k.live, k.scopes, k.secret_hash, k.expires_at, k.revoked_at, k.last_used_at,
	p.active AND p.deleted_at IS NULL AS partner_active
FROM consumer.partner_key k JOIN consumer.partner p ON p.tenant_id = k.tenant_id AND p.id = k.partner_id
WHERE k.tenant_id = :tenant AND k.id = :id;

-- Several checks of one key at once need not wait for each other's commit: one of them writes.
-- name: touch_key :exec
-- args: id uuid, now instant
UPDATE consumer.partner_key SET last_used_at = :now
WHERE tenant_id = :tenant AND id IN (
	SELECT id FROM consumer.partner_key WHERE tenant_id = :tenant AND id = :id FOR NO KEY UPDATE SKIP LOCKED);
