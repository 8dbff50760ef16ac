-- Statements of the consumer daemon.

-- Screeners ------------------------------------------------------------------

-- Is the screener here, and may sessions of it begin?
-- name: screener_standing :one
-- args: content_hash text, program_id uuid, screener_version int4
-- row: standing (has_copy bool, recalled bool)
-- hot
SELECT EXISTS (SELECT FROM consumer.screener_copy WHERE tenant_id = :tenant AND content_hash = :content_hash) AS has_copy,
	EXISTS (SELECT FROM consumer.recall WHERE tenant_id = :tenant AND program_id = :program_id
		AND screener_version IN (0, :screener_version)) AS recalled;

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

-- row: session = aegis.consumer.v1.Session (id uuid, program_id uuid, public_id text -> -, program_name text -> -,
--   screener_version int4, content_hash text -> screener_hash, locale text, time_zone text -> -, person_id uuid? -> -,
--   status text, answers bytes -> -, attempts int4 -> -, outcome text? -> -, may_issue_code bool -> -,
--   code_issued bool, expires_at instant, completed_at instant?, created_at instant,
--   version int8 -> -) without (answers, questions, progress_percent, outcome, problems, as_of, ended_unfinished)

-- name: insert_screening :one
-- args: id uuid, program_id uuid, public_id text, program_name text, screener_version int4, content_hash text, locale text,
--   device_class text, utm_source text, time_zone text, person_id uuid?, answers bytes, expires_at instant, now instant
-- row: session
INSERT INTO consumer.session (tenant_id, id, program_id, public_id, program_name, screener_version, content_hash, locale,
	device_class, utm_source, time_zone, person_id, answers, expires_at, created_at, created_by, updated_at, updated_by)
VALUES (:tenant, :id, :program_id, :public_id, :program_name, :screener_version, :content_hash, :locale,
	:device_class, :utm_source, :time_zone, :person_id, :answers, :expires_at, :now, :id, :now, :id)
RETURNING {session};

-- name: screening_by_id :opt
-- args: id uuid
-- row: session
-- hot
SELECT {session}
FROM consumer.session WHERE tenant_id = :tenant AND id = :id;

-- name: lock_screening :opt
-- args: id uuid
-- row: session
-- hot
SELECT {session}
FROM consumer.session WHERE tenant_id = :tenant AND id = :id FOR UPDATE;

-- New answers open a completed session again, where its screener allows another attempt.
-- name: update_answers :one
-- args: id uuid, answers bytes, actor uuid, now instant
-- row: session
UPDATE consumer.session
SET answers = :answers, status = 'open', outcome = NULL, may_issue_code = false, completed_at = NULL,
	updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :id
RETURNING {session};

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
RETURNING {session};

-- name: mark_code_issued :exec
-- args: id uuid, now instant
UPDATE consumer.session SET code_issued = true, updated_at = :now, updated_by = :id, version = version + 1
WHERE tenant_id = :tenant AND id = :id;

-- row: session_head = aegis.consumer.v1.SessionSummary (id uuid, program_id uuid, screener_version int4,
--   content_hash text -> screener_hash, locale text, status text, outcome text? -> -, may_issue_code bool -> -,
--   code_issued bool, expires_at instant, completed_at instant?, created_at instant) without (outcome)

-- name: screening_page :many
-- args: program_id uuid?, status text?, now instant, last_created instant, last_id uuid, page_rows int8
-- row: session_head
-- hot
SELECT {session_head}
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

-- row: code = aegis.consumer.v1.CodeState (id uuid, program_id uuid, code_class text, status text, holder uuid? -> -,
--   transaction_id text? -> -, reserved_until instant? -> -, redeemed_at instant?, expires_at instant,
--   version int8 -> -)

-- No row when the random code exists already.
-- name: insert_code :opt
-- args: id uuid, session_id uuid, program_id uuid, screener_version int4, code_hash bytes, code_class text, expires_at instant,
--   replaces uuid?, actor uuid, now instant
-- row: code
INSERT INTO consumer.code (tenant_id, id, session_id, program_id, screener_version, code_hash, code_class, expires_at, replaces,
	created_at, created_by, updated_at, updated_by)
VALUES (:tenant, :id, :session_id, :program_id, :screener_version, :code_hash, :code_class, :expires_at, :replaces,
	:now, :actor, :now, :actor)
ON CONFLICT (tenant_id, code_hash) DO NOTHING
RETURNING {code};

-- A code as it stands at the counter.  Its program is known once consumer has a copy of the program's state; redeems says
-- whether the program lets its codes be used now.
-- name: code_at_counter :opt
-- args: code_hash bytes, undo_mark text, now instant
-- row: counter_code (id uuid, program_id uuid, code_class text, status text, holder uuid?, transaction_id text?,
--   reserved_until instant?, redeemed_at instant?, expires_at instant, version int8, program_known bool, redeems bool,
--   recalled bool, undone bool)
-- hot
SELECT c.id, c.program_id, c.code_class, c.status, c.holder, c.transaction_id, c.reserved_until, c.redeemed_at, c.expires_at, c.version,
	p.id IS NOT NULL AS program_known, coalesce(consumer.redeems(p, :now), false) AS redeems,
	EXISTS (SELECT FROM consumer.recall r WHERE r.tenant_id = :tenant AND r.program_id = c.program_id
		AND r.screener_version IN (0, coalesce(c.screener_version,
			(SELECT s.screener_version FROM consumer.session s WHERE s.tenant_id = :tenant AND s.id = c.session_id)))) AS recalled,
	:undo_mark = ANY (c.undone) AS undone
FROM consumer.code c LEFT JOIN consumer.program p ON p.tenant_id = :tenant AND p.id = c.program_id
WHERE c.tenant_id = :tenant AND c.code_hash = :code_hash;

-- Free codes, those whose reservation ran out, and the caller's own of the same transaction; while their program lets them be
-- used, no recall has them, and this very transaction was not rolled back.
-- name: reserve_code :opt
-- args: code_hash bytes, holder uuid, terminal_id text, transaction_id text, undo_mark text, reserved_until instant, actor uuid,
--   now instant
-- row: code
-- hot
UPDATE consumer.code c
SET status = 'reserved', holder = :holder, terminal_id = :terminal_id, transaction_id = :transaction_id,
	reserved_until = :reserved_until, updated_at = :now, updated_by = :actor, version = c.version + 1
FROM consumer.program p
WHERE c.tenant_id = :tenant AND c.code_hash = :code_hash AND c.expires_at > :now
	AND (c.status IN ('issued', 'rolled_back') OR (c.status = 'reserved'
		AND (c.reserved_until <= :now OR (c.holder = :holder AND c.transaction_id = :transaction_id))))
	AND NOT (:undo_mark = ANY (c.undone)) AND cardinality(c.undone) < 32
	AND p.tenant_id = :tenant AND p.id = c.program_id AND consumer.redeems(p, :now)
	AND NOT EXISTS (SELECT FROM consumer.recall r WHERE r.tenant_id = :tenant AND r.program_id = c.program_id
		AND r.screener_version IN (0, coalesce(c.screener_version,
			(SELECT s.screener_version FROM consumer.session s WHERE s.tenant_id = :tenant AND s.id = c.session_id))))
RETURNING {c.code};

-- The one statement that redeems, and not for a tenant that may not act: of any number at once, one gets the row, and with it the note of what was redeemed where.
-- Program and recall are read in it, so that what stops a code stops it at once.
-- name: redeem_code :opt
-- args: redemption_id uuid, code_hash bytes, holder uuid, terminal_id text, transaction_id text, undo_mark text, actor uuid,
--   now instant
-- row: code
-- hot
WITH redeemed AS (
	UPDATE consumer.code c
	SET status = 'redeemed', holder = :holder, terminal_id = :terminal_id, transaction_id = :transaction_id,
		reserved_until = NULL, redeemed_at = :now, updated_at = :now, updated_by = :actor, version = c.version + 1
	FROM consumer.program p
	WHERE c.tenant_id = :tenant AND c.code_hash = :code_hash AND c.expires_at > :now
		AND (c.status IN ('issued', 'rolled_back') OR (c.status = 'reserved'
			AND (c.reserved_until <= :now OR (c.holder = :holder AND c.transaction_id = :transaction_id))))
		AND NOT (:undo_mark = ANY (c.undone)) AND cardinality(c.undone) < 32
		AND p.tenant_id = :tenant AND p.id = c.program_id AND consumer.redeems(p, :now)
		AND NOT EXISTS (SELECT FROM consumer.recall r WHERE r.tenant_id = :tenant AND r.program_id = c.program_id
			AND r.screener_version IN (0, coalesce(c.screener_version,
				(SELECT s.screener_version FROM consumer.session s WHERE s.tenant_id = :tenant AND s.id = c.session_id))))
		AND NOT EXISTS (SELECT FROM consumer.standing s WHERE s.id = :tenant AND s.status <> 'active')
	RETURNING {c.code}
), noted AS (
	INSERT INTO consumer.redemption (tenant_id, id, code_id, holder, key_id, terminal_id, transaction_id, created_at, created_by)
	SELECT :tenant, :redemption_id, id, :holder, :actor, :terminal_id, :transaction_id, :now, :actor FROM redeemed
)
SELECT {code}
FROM redeemed;

-- Frees a code that the transaction holds, and notes in any case that the transaction is undone: a redemption of it that
-- arrives later finds the mark in the row it would take.
-- name: roll_back_code :opt
-- args: code_hash bytes, holder uuid, transaction_id text, undo_mark text, actor uuid, now instant
-- row: code
-- hot
UPDATE consumer.code c
SET status = CASE WHEN c.status IN ('reserved', 'redeemed') AND c.holder = :holder AND c.transaction_id = :transaction_id
		THEN 'rolled_back' ELSE c.status END,
	reserved_until = CASE WHEN c.holder = :holder AND c.transaction_id = :transaction_id
		THEN NULL ELSE c.reserved_until END,
	redeemed_at = CASE WHEN c.holder = :holder AND c.transaction_id = :transaction_id THEN NULL ELSE c.redeemed_at END,
	undone = array_append(c.undone, :undo_mark), updated_at = :now, updated_by = :actor, version = c.version + 1
WHERE c.tenant_id = :tenant AND c.code_hash = :code_hash
	AND ((c.status IN ('reserved', 'redeemed') AND c.holder = :holder AND c.transaction_id = :transaction_id)
		OR (NOT (:undo_mark = ANY (c.undone)) AND cardinality(c.undone) < 32))
RETURNING {c.code};

-- name: count_refusal :exec
-- args: code_hash bytes
UPDATE consumer.code SET refusals = refusals + 1 WHERE tenant_id = :tenant AND code_hash = :code_hash;

-- name: roll_back_redemption :exec
-- args: code_id uuid, holder uuid, transaction_id text, now instant
UPDATE consumer.redemption SET rolled_back_at = :now
WHERE tenant_id = :tenant AND code_id = :code_id AND rolled_back_at IS NULL
	AND holder = :holder AND transaction_id = :transaction_id;

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

-- What staff see and do; ids are made in the order of time ---------------------

-- row: staff_code = aegis.consumer.v1.Code (id uuid, program_id uuid,
--   screener_version int4 = coalesce(c.screener_version, s.screener_version), session_id uuid, code_class text,
--   status text, holder uuid? -> partner_id, terminal_id text?, transaction_id text?, reserved_until instant?,
--   redeemed_at instant?, refusals int4, expires_at instant, created_at instant, void_reason text?, voided_at instant?,
--   voided_by uuid?, replaces uuid?, replaced_by uuid?, version int8 -> -,
--   recalled bool = EXISTS (SELECT FROM consumer.recall r WHERE r.tenant_id = :tenant AND r.program_id = c.program_id
--     AND r.screener_version IN (0, s.screener_version)))

-- name: code_page :many
-- args: status text, now instant, last_id uuid, page_rows int8
-- row: staff_code
-- hot
SELECT {c.staff_code}
FROM consumer.code c JOIN consumer.session s ON s.tenant_id = :tenant AND s.id = c.session_id
WHERE c.tenant_id = :tenant AND c.id < :last_id AND (:status = '' OR :status = CASE WHEN c.status IN ('issued', 'reserved', 'rolled_back') AND c.expires_at <= :now
		THEN 'expired' ELSE c.status END)
ORDER BY c.id DESC LIMIT :page_rows;

-- name: code_page_of_program :many
-- args: program_id uuid, status text, now instant, last_id uuid, page_rows int8
-- row: staff_code
-- hot
SELECT {c.staff_code}
FROM consumer.code c JOIN consumer.session s ON s.tenant_id = :tenant AND s.id = c.session_id
WHERE c.tenant_id = :tenant AND c.program_id = :program_id AND c.id < :last_id AND (:status = '' OR :status = CASE WHEN c.status IN ('issued', 'reserved', 'rolled_back') AND c.expires_at <= :now
		THEN 'expired' ELSE c.status END)
ORDER BY c.id DESC LIMIT :page_rows;

-- name: code_by_id :opt
-- args: id uuid
-- row: staff_code
-- hot
SELECT {c.staff_code}
FROM consumer.code c JOIN consumer.session s ON s.tenant_id = :tenant AND s.id = c.session_id
WHERE c.tenant_id = :tenant AND c.id = :id;

-- name: lock_code :opt
-- args: id uuid
-- row: staff_code
SELECT {c.staff_code}
FROM consumer.code c JOIN consumer.session s ON s.tenant_id = :tenant AND s.id = c.session_id
WHERE c.tenant_id = :tenant AND c.id = :id FOR UPDATE OF c;

-- A redeemed code stays what it is.
-- name: void_code :affected
-- args: id uuid, reason text, replaced_by uuid?, actor uuid, now instant
UPDATE consumer.code
SET status = 'voided', reserved_until = NULL, void_reason = :reason, voided_at = :now, voided_by = :actor,
	replaced_by = :replaced_by, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :id AND status IN ('issued', 'reserved', 'rolled_back');

-- Later only, and not past the end of its program unless codes outlive it.
-- name: extend_code :affected
-- args: id uuid, expires_at instant, actor uuid, now instant
UPDATE consumer.code c
SET expires_at = :expires_at, updated_at = :now, updated_by = :actor, version = c.version + 1
FROM consumer.program p
WHERE c.tenant_id = :tenant AND c.id = :id AND c.status IN ('issued', 'reserved', 'rolled_back') AND c.expires_at < :expires_at
	AND p.tenant_id = :tenant AND p.id = c.program_id AND consumer.redeems(p, :now)
	AND (p.ends_at IS NULL OR p.redeem_after_end OR :expires_at <= p.ends_at);

-- Programs and recalls --------------------------------------------------------

-- An older state, come late, changes nothing.
-- name: put_program :exec
-- args: id uuid, program_version int8, status text, begins_at instant?, ends_at instant?, redeem_when_paused bool,
--   redeem_after_end bool, last_version int4, now instant
INSERT INTO consumer.program AS p (tenant_id, id, program_version, status, begins_at, ends_at, redeem_when_paused, redeem_after_end,
	last_version, updated_at)
VALUES (:tenant, :id, :program_version, :status, :begins_at, :ends_at, :redeem_when_paused, :redeem_after_end, :last_version, :now)
ON CONFLICT (tenant_id, id) DO UPDATE
SET program_version = :program_version, status = :status, begins_at = :begins_at, ends_at = :ends_at,
	redeem_when_paused = :redeem_when_paused, redeem_after_end = :redeem_after_end, last_version = :last_version,
	updated_at = :now
WHERE p.tenant_id = :tenant AND p.program_version <= :program_version
	AND (p.program_version, p.status, p.begins_at, p.ends_at, p.redeem_when_paused, p.redeem_after_end, p.last_version)
		IS DISTINCT FROM (:program_version, :status, :begins_at, :ends_at, :redeem_when_paused, :redeem_after_end, :last_version);

-- name: program_copy :opt
-- args: id uuid, now instant
-- row: program_copy (last_version int4, ends_at instant?, redeem_after_end bool, redeems bool)
-- hot
SELECT p.last_version, p.ends_at, p.redeem_after_end, consumer.redeems(p, :now) AS redeems
FROM consumer.program p WHERE p.tenant_id = :tenant AND p.id = :id;

-- name: is_recalled :one
-- args: program_id uuid, screener_version int4
-- row: found (found bool)
-- hot
SELECT EXISTS (SELECT FROM consumer.recall WHERE tenant_id = :tenant AND program_id = :program_id
	AND screener_version IN (0, :screener_version)) AS found;

-- row: recall = aegis.consumer.v1.Recall (id uuid, program_id uuid, screener_version int4, reason text,
--   codes_voided int8, completed_at instant?, created_at instant, created_by uuid)

-- No row when it was recalled before.
-- name: insert_recall :opt
-- args: id uuid, program_id uuid, screener_version int4, reason text, actor uuid, now instant
-- row: recall
INSERT INTO consumer.recall (tenant_id, id, program_id, screener_version, reason, created_at, created_by)
VALUES (:tenant, :id, :program_id, :screener_version, :reason, :now, :actor)
ON CONFLICT (tenant_id, program_id, screener_version) DO NOTHING
RETURNING {recall};

-- name: recall_of :opt
-- args: program_id uuid, screener_version int4
-- row: recall
-- hot
SELECT {recall} FROM consumer.recall
WHERE tenant_id = :tenant AND program_id = :program_id AND screener_version = :screener_version;

-- name: recalls_of_program :many
-- args: program_id uuid
-- row: recall
-- hot
SELECT {recall} FROM consumer.recall
WHERE tenant_id = :tenant AND program_id = :program_id ORDER BY screener_version LIMIT 500;

-- name: recall_by_id :opt
-- args: id uuid
-- row: recall
-- hot
SELECT {recall} FROM consumer.recall
WHERE tenant_id = :tenant AND id = :id;

-- Voids the next batch of a recall's codes behind last_id, and says which was the last; NULL when there are none left.
-- name: void_recalled :one
-- args: recall_id uuid, program_id uuid, screener_version int4, last_id uuid, batch int8, reason text, actor uuid, now instant
-- row: voided (last_id uuid?)
-- hot
WITH batch AS (
	SELECT c.id FROM consumer.code c
	WHERE c.tenant_id = :tenant AND c.program_id = :program_id AND c.id > :last_id
		AND c.status IN ('issued', 'reserved', 'rolled_back')
		AND (:screener_version = 0 OR :screener_version = coalesce(c.screener_version, (SELECT s.screener_version
			FROM consumer.session s WHERE s.tenant_id = :tenant AND s.id = c.session_id)))
	ORDER BY c.id LIMIT :batch FOR UPDATE
), voided AS (
	UPDATE consumer.code
	SET status = 'voided', reserved_until = NULL, void_reason = :reason, voided_at = :now, voided_by = :actor,
		updated_at = :now, updated_by = :actor, version = version + 1
	WHERE tenant_id = :tenant AND id IN (SELECT id FROM batch)
	RETURNING id
)
UPDATE consumer.recall SET codes_voided = codes_voided + (SELECT count(*) FROM voided)
WHERE tenant_id = :tenant AND id = :recall_id
RETURNING (SELECT v.id FROM voided v ORDER BY v.id DESC LIMIT 1) AS last_id;

-- name: complete_recall :opt
-- args: id uuid, now instant
-- row: recall
UPDATE consumer.recall SET completed_at = :now WHERE tenant_id = :tenant AND id = :id AND completed_at IS NULL
RETURNING {recall};

-- Partners -------------------------------------------------------------------

-- row: partner = aegis.consumer.v1.Partner (id uuid insert, name text write, kind text write, active bool update,
--   created_at instant, updated_at instant, version int8)

-- name: insert_partner :one
-- args: partner {partner}, actor uuid, now instant
-- row: partner
INSERT INTO consumer.partner (tenant_id, {partner.columns}, created_at, created_by, updated_at, updated_by)
VALUES (:tenant, {partner.values}, :now, :actor, :now, :actor)
RETURNING {partner};

-- name: partner_by_id :opt
-- args: id uuid
-- row: partner
-- hot
SELECT {partner} FROM consumer.partner
WHERE tenant_id = :tenant AND id = :id AND deleted_at IS NULL;

-- name: lock_partner :opt
-- args: id uuid
-- row: partner
SELECT {partner} FROM consumer.partner
WHERE tenant_id = :tenant AND id = :id AND deleted_at IS NULL FOR UPDATE;

-- name: partner_page :many
-- args: last_created instant, last_id uuid, page_rows int8
-- row: partner
-- hot
SELECT {partner} FROM consumer.partner
WHERE tenant_id = :tenant AND deleted_at IS NULL AND (created_at, id) < (:last_created, :last_id)
ORDER BY created_at DESC, id DESC LIMIT :page_rows;

-- name: update_partner :one
-- args: partner {partner}, actor uuid, now instant
-- row: partner
UPDATE consumer.partner
SET {partner.set}, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :partner.id AND deleted_at IS NULL
RETURNING {partner};

-- name: delete_partner :exec
-- args: id uuid, actor uuid, now instant
UPDATE consumer.partner SET active = false, deleted_at = :now, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :id AND deleted_at IS NULL;

-- name: live_keys :one
-- args: partner_id uuid, now instant
-- row: tally
SELECT count(*) AS n FROM consumer.partner_key
WHERE tenant_id = :tenant AND partner_id = :partner_id AND live AND revoked_at IS NULL
	AND (expires_at IS NULL OR expires_at > :now);

-- row: partner_key = aegis.consumer.v1.PartnerKey (id uuid, partner_id uuid, name text, scopes text[],
--   created_at instant, expires_at instant?, revoked_at instant?, last_used_at instant?)

-- name: insert_partner_key :one
-- args: id uuid, partner_id uuid, name text, scopes text[], secret_hash bytes, expires_at instant?, actor uuid, now instant
-- row: partner_key
INSERT INTO consumer.partner_key (tenant_id, id, partner_id, name, live, scopes, secret_hash, expires_at, created_at, created_by,
	updated_at, updated_by)
VALUES (:tenant, :id, :partner_id, :name, true, :scopes, :secret_hash, :expires_at, :now, :actor, :now, :actor)
RETURNING {partner_key};

-- The last hundred; at most ten of them can be used.  Test keys, which were made once, count as revoked from the beginning.
-- name: partner_keys :many
-- args: partner_id uuid
-- row: partner_key
SELECT id, partner_id, name, scopes, created_at, expires_at,
	CASE WHEN live THEN revoked_at ELSE coalesce(revoked_at, created_at) END AS revoked_at, last_used_at
FROM consumer.partner_key
WHERE tenant_id = :tenant AND partner_id = :partner_id
ORDER BY created_at DESC, id DESC LIMIT 100;

-- No row when there is no such key, or it was revoked before.
-- name: revoke_partner_key :opt
-- args: id uuid, partner_id uuid, actor uuid, now instant
-- row: partner_key
UPDATE consumer.partner_key SET revoked_at = :now, updated_at = :now, updated_by = :actor
WHERE tenant_id = :tenant AND id = :id AND partner_id = :partner_id AND revoked_at IS NULL
RETURNING {partner_key};

-- name: has_partner_key :one
-- args: id uuid, partner_id uuid
-- row: found
SELECT EXISTS (SELECT FROM consumer.partner_key
	WHERE tenant_id = :tenant AND id = :id AND partner_id = :partner_id) AS found;

-- name: key_to_check :opt
-- args: id uuid
-- row: checked_key (id uuid, partner_id uuid, name text, live bool, scopes text[], secret_hash bytes, expires_at instant?,
--   revoked_at instant?, last_used_at instant?, partner_active bool, tenant_held bool)
-- hot
SELECT k.id, k.partner_id, k.name, k.live, k.scopes, k.secret_hash, k.expires_at, k.revoked_at, k.last_used_at,
	p.active AND p.deleted_at IS NULL AS partner_active,
	EXISTS (SELECT FROM consumer.standing s WHERE s.id = :tenant AND s.status <> 'active') AS tenant_held
FROM consumer.partner_key k JOIN consumer.partner p ON p.tenant_id = k.tenant_id AND p.id = k.partner_id
WHERE k.tenant_id = :tenant AND k.id = :id;

-- Several checks of one key at once need not wait for each other's commit: one of them writes.
-- name: touch_key :exec
-- args: id uuid, now instant
UPDATE consumer.partner_key SET last_used_at = :now
WHERE tenant_id = :tenant AND id IN (
	SELECT id FROM consumer.partner_key WHERE tenant_id = :tenant AND id = :id FOR NO KEY UPDATE SKIP LOCKED);
