-- Statements of the program daemon.

-- row: program = aegis.program.v1.Program (id uuid insert, public_id text insert, name text write, drug text write,
--   sponsor text write, description text write, status text, states text[] write, starts_on date? write,
--   ends_on date? write, code_budget int4? write, published_version int4, created_at instant, updated_at instant,
--   version int8, time_zone text write, redeem_when_paused bool write, redeem_after_end bool write,
--   last_version int4 -> -, attempts_by text write)

-- name: insert_program :one
-- args: program {program}, actor uuid, now instant
-- row: program
INSERT INTO program.program (tenant_id, {program.columns}, created_at, created_by, updated_at, updated_by)
VALUES (:tenant, {program.values}, :now, :actor, :now, :actor)
RETURNING {program};

-- name: insert_directory :exec
-- args: public_id text, owner_id uuid, program_id uuid
-- no-tenant
INSERT INTO program.directory (public_id, owner_id, program_id) VALUES (:public_id, :owner_id, :program_id);

-- row: directory (owner_id uuid, program_id uuid)

-- name: directory_entry :opt
-- args: public_id text
-- row: directory
-- no-tenant
-- hot
SELECT {directory} FROM program.directory WHERE public_id = :public_id;

-- name: directory_entry_of_program :opt
-- args: program_id uuid
-- row: directory
-- no-tenant
-- hot
SELECT {directory} FROM program.directory WHERE program_id = :program_id;

-- name: program_page :many
-- args: status text, last_created instant, last_id uuid, page_rows int8
-- row: program
-- hot
SELECT {program}
FROM program.program
WHERE tenant_id = :tenant AND deleted_at IS NULL AND (:status = '' OR status = :status)
	AND (created_at, id) < (:last_created, :last_id)
ORDER BY created_at DESC, id DESC LIMIT :page_rows;

-- name: program_by_id :opt
-- args: id uuid
-- row: program
-- hot
SELECT {program}
FROM program.program WHERE tenant_id = :tenant AND id = :id AND deleted_at IS NULL;

-- name: lock_program :opt
-- args: id uuid
-- row: program
SELECT {program}
FROM program.program WHERE tenant_id = :tenant AND id = :id AND deleted_at IS NULL FOR UPDATE;

-- Version 0 takes any.
-- name: update_program :opt
-- args: program {program}, expected_version int8, actor uuid, now instant
-- row: program
UPDATE program.program
SET {program.set}, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :program.id AND deleted_at IS NULL AND (:expected_version = 0 OR version = :expected_version)
RETURNING {program};

-- name: set_program_status :one
-- args: id uuid, status text, actor uuid, now instant
-- row: program
UPDATE program.program SET status = :status, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :id
RETURNING {program};

-- name: delete_program :one
-- args: id uuid, actor uuid, now instant
-- row: program
UPDATE program.program SET deleted_at = :now, updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :id
RETURNING {program};

-- name: deleted_program :opt
-- args: id uuid
-- row: program
SELECT {program}
FROM program.program WHERE tenant_id = :tenant AND id = :id AND deleted_at IS NOT NULL;

-- name: take_version_number :one
-- args: id uuid
-- row: version_number (last_version int4)
UPDATE program.program SET last_version = last_version + 1 WHERE tenant_id = :tenant AND id = :id RETURNING last_version;

-- row: draft = aegis.program.v1.ScreenerVersion (program_id uuid, screener_version int4 -> version, document bytes,
--   revision int8, created_at instant, acceptances int8 -> -) without (status, content_hash, previous_hash,
--   signature, signing_key, published_at, safety_acceptance, generation)

-- name: insert_draft :one
-- args: program_id uuid, screener_version int4, document bytes, actor uuid, now instant
-- row: draft
INSERT INTO program.screener_draft (tenant_id, program_id, screener_version, document, created_at, created_by, updated_at, updated_by)
VALUES (:tenant, :program_id, :screener_version, :document, :now, :actor, :now, :actor)
RETURNING {draft};

-- name: draft_by_version :opt
-- args: program_id uuid, screener_version int4
-- row: draft
SELECT {draft} FROM program.screener_draft
WHERE tenant_id = :tenant AND program_id = :program_id AND screener_version = :screener_version;

-- name: lock_draft :opt
-- args: program_id uuid, screener_version int4
-- row: draft
SELECT {draft} FROM program.screener_draft
WHERE tenant_id = :tenant AND program_id = :program_id AND screener_version = :screener_version FOR UPDATE;

-- name: update_draft :opt
-- args: program_id uuid, screener_version int4, document bytes, expected_revision int8, expected_generation int8, actor uuid, now instant
-- row: draft
UPDATE program.screener_draft
SET document = :document, revision = revision + 1, updated_at = :now, updated_by = :actor
WHERE tenant_id = :tenant AND program_id = :program_id AND screener_version = :screener_version
	AND (:expected_revision = 0 OR revision = :expected_revision)
	AND (:expected_generation = 0 OR revision + acceptances = :expected_generation)
RETURNING {draft};

-- The draft as it was checked: one that was edited since has another revision.
-- name: take_draft :opt
-- args: program_id uuid, screener_version int4, revision int8
-- row: draft
DELETE FROM program.screener_draft
WHERE tenant_id = :tenant AND program_id = :program_id AND screener_version = :screener_version AND revision = :revision
RETURNING {draft};

-- row: acceptance = aegis.program.v1.SafetyAcceptance (id uuid -> -, revision int8, content_hash text,
--   questions text[], reason text, record_hash text, created_at instant -> accepted_at, created_by uuid -> accepted_by)

-- Nobody accepts what they wrote themselves, or a revision that is not there any more. The draft counts its acceptances.
-- name: insert_acceptance :opt
-- args: id uuid, program_id uuid, screener_version int4, revision int8, content_hash text, questions text[], reason text,
--   record_hash text, actor uuid, now instant
-- row: acceptance
WITH draft AS (
	UPDATE program.screener_draft SET acceptances = acceptances + 1
	WHERE tenant_id = :tenant AND program_id = :program_id AND screener_version = :screener_version
		AND revision = :revision AND created_by <> :actor AND updated_by <> :actor
	RETURNING program_id, screener_version, revision
)
INSERT INTO program.safety_acceptance (tenant_id, id, program_id, screener_version, revision, content_hash, questions, reason,
	record_hash, created_at, created_by)
SELECT :tenant, :id, d.program_id, d.screener_version, d.revision, :content_hash, :questions, :reason, :record_hash, :now, :actor
FROM draft d
RETURNING {acceptance};

-- An acceptance of a revision that covers all these questions.
-- name: acceptance_of_draft :opt
-- args: program_id uuid, screener_version int4, revision int8, content_hash text, questions text[]
-- row: acceptance
SELECT {acceptance}
FROM program.safety_acceptance
WHERE tenant_id = :tenant AND program_id = :program_id AND screener_version = :screener_version AND revision = :revision
	AND (:content_hash = '' OR content_hash = :content_hash) AND questions @> :questions
ORDER BY created_at DESC, id DESC LIMIT 1;

-- name: acceptance_of_version :opt
-- args: program_id uuid, screener_version int4
-- row: acceptance
SELECT {a.acceptance}
FROM program.screener_version v JOIN program.safety_acceptance a ON a.tenant_id = v.tenant_id AND a.id = v.acceptance_id
WHERE v.tenant_id = :tenant AND v.program_id = :program_id AND v.screener_version = :screener_version;

-- Without documents.
-- name: list_drafts :many
-- args: program_id uuid
-- row: draft
SELECT {draft, document = ''::bytea} FROM program.screener_draft
WHERE tenant_id = :tenant AND program_id = :program_id ORDER BY screener_version DESC LIMIT 500;

-- row: version = aegis.program.v1.ScreenerVersion (program_id uuid, screener_version int4 -> version, number int8 -> -,
--   slug text -> -, document bytes, content_hash text, previous_hash text, statement_hash text -> -,
--   signature bytes base64url, public_key bytes hex -> signing_key, published_at instant,
--   drafted_at instant -> created_at = coalesce(v.drafted_at, v.published_at),
--   retired bool -> - = EXISTS (SELECT FROM program.screener_status s WHERE s.tenant_id = :tenant AND s.program_id =
--     v.program_id AND s.screener_version = v.screener_version AND s.status = 'retired')) without (status, revision,
--   safety_acceptance, generation)

-- name: list_versions :many
-- args: program_id uuid
-- row: version
SELECT {v.version, document = ''::bytea}
FROM program.screener_version v WHERE v.tenant_id = :tenant AND v.program_id = :program_id
ORDER BY v.screener_version DESC LIMIT 500;

-- name: version_by_number :opt
-- args: program_id uuid, screener_version int4
-- row: version
-- hot
SELECT {v.version}
FROM program.screener_version v
WHERE v.tenant_id = :tenant AND v.program_id = :program_id AND v.screener_version = :screener_version;

-- name: version_by_hash :opt
-- args: program_id uuid, content_hash text
-- row: version
SELECT {v.version}
FROM program.screener_version v
WHERE v.tenant_id = :tenant AND v.program_id = :program_id AND v.content_hash = :content_hash
ORDER BY v.number DESC LIMIT 1;

-- name: newest_version :opt
-- args: program_id uuid
-- row: chain (number int8, statement_hash text)
SELECT number, statement_hash FROM program.screener_version
WHERE tenant_id = :tenant AND program_id = :program_id ORDER BY number DESC LIMIT 1;

-- name: insert_version :exec
-- args: program_id uuid, screener_version int4, number int8, slug text, document bytes, content_hash text, previous_hash text,
--   statement_hash text, signature bytes, public_key bytes, drafted_at instant, acceptance_id uuid?, actor uuid, now instant
INSERT INTO program.screener_version (tenant_id, program_id, screener_version, number, slug, document, content_hash, previous_hash,
	statement_hash, signature, public_key, drafted_at, acceptance_id, published_at, published_by)
VALUES (:tenant, :program_id, :screener_version, :number, :slug, :document, :content_hash, :previous_hash, :statement_hash,
	:signature, :public_key, :drafted_at, :acceptance_id, :now, :actor);

-- name: insert_status :affected
-- args: id uuid, program_id uuid, screener_version int4, status text, actor uuid, now instant
INSERT INTO program.screener_status (tenant_id, id, program_id, screener_version, status, created_at, created_by)
VALUES (:tenant, :id, :program_id, :screener_version, :status, :now, :actor)
ON CONFLICT (tenant_id, program_id, screener_version, status) DO NOTHING;

-- The newest version that is not retired, 0 when there is none.
-- name: refresh_published :exec
-- args: program_id uuid, actor uuid, now instant
UPDATE program.program
SET published_version = coalesce((SELECT max(v.screener_version) FROM program.screener_version v
		WHERE v.tenant_id = :tenant AND v.program_id = :program_id AND NOT EXISTS (SELECT FROM program.screener_status s
			WHERE s.tenant_id = :tenant AND s.program_id = v.program_id AND s.screener_version = v.screener_version
				AND s.status = 'retired')), 0),
	updated_at = :now, updated_by = :actor, version = version + 1
WHERE tenant_id = :tenant AND id = :program_id;

-- name: screener_text :opt
-- args: program_id uuid, screener_version int4
-- row: text (document bytes, published bool, revision int8)
SELECT document, true AS published, 0::int8 AS revision FROM program.screener_version
WHERE tenant_id = :tenant AND program_id = :program_id AND screener_version = :screener_version
UNION ALL
SELECT document, false AS published, revision FROM program.screener_draft
WHERE tenant_id = :tenant AND program_id = :program_id AND screener_version = :screener_version
LIMIT 1;

-- name: publish_key :opt
-- row: publish_key (kek text, public_key bytes, sealed bytes)
SELECT kek, public_key, sealed FROM program.publish_key WHERE tenant_id = :tenant;

-- name: insert_publish_key :exec
-- args: kek text, public_key bytes, sealed bytes, now instant
INSERT INTO program.publish_key (tenant_id, kek, public_key, sealed, created_at)
VALUES (:tenant, :kek, :public_key, :sealed, :now) ON CONFLICT (tenant_id) DO NOTHING;

-- name: insert_table :affected
-- args: sha256 text, name text, document bytes, actor uuid, now instant
INSERT INTO program.reference_table (tenant_id, sha256, name, document, created_at, created_by)
VALUES (:tenant, :sha256, :name, :document, :now, :actor) ON CONFLICT (tenant_id, sha256) DO NOTHING;

-- name: tables_by_hash :many
-- args: hashes text[]
-- row: table (sha256 text, document bytes)
SELECT sha256, document FROM program.reference_table WHERE tenant_id = :tenant AND sha256 = ANY (:hashes) ORDER BY sha256;

-- row: table_info = aegis.program.v1.ReferenceTableInfo (sha256 text, name text, bytes int4, created_at instant)

-- name: list_tables :many
-- row: table_info
SELECT sha256, name, length(document) AS bytes, created_at FROM program.reference_table
WHERE tenant_id = :tenant ORDER BY created_at DESC, sha256 LIMIT 500;
