#include "base/encoding.h"
#include "crypto/hash.h"
#include "program/acceptance.h"
#include "program/publish_key.h"
#include "program/states.h"
#include "screener/exchange/identity.h"
#include "screener/json/canon.h"

static char *hex_text(struct arena *arena, const uint8_t hash[IDENTITY_HASH_BYTES])
{
	char *text = arena_alloc(arena, 2 * IDENTITY_HASH_BYTES + 1);

	hex_encode(text, hash, IDENTITY_HASH_BYTES);
	return text;
}

/* What is published: read, proven without a transaction, then written if it is still the same. */
struct publication {
	const Program__PublishScreenerRequest *req;
	Program__ScreenerVersion *resp;
	int64_t revision;
	struct str canonical;
	struct screener_tables tables;
	struct text_list states; /* that the program was offered in when it was read */
	bool asks_for_state;
	struct text_list open; /* safety questions that are not proven */
	char *slug;
};

/* What the publish gate finds in the way, as field errors: one each, by JSON pointer. */
static struct status gate(struct rpc_call *call, struct publication *p)
{
	struct screener_gate_report report;
	const struct screener_findings *findings = &report.findings;
	struct screener *screener;

	TRY(screener_check(call, p->canonical, &p->tables, &report, &screener));
	states_find(call, p->states, screener, &report.findings);
	p->open = acceptance_questions(call->arena, &report);
	if (screener) {
		p->slug = arena_strdup(call->arena, screener_slug(screener));
		p->asks_for_state = screener_state_item(screener) != NULL;
	}
	screener_free(&screener);
	if (findings->n_errors == 0)
		return OK;
	for (size_t i = 0; i < findings->n; i++)
		if (findings->list[i].severity == SCREENER_ERROR)
			(void)call_field_error(
				call,
				arena_printf(call->arena, "document%s", findings->list[i].pointer),
				findings->list[i].code, findings->list[i].message);
	return FAIL(SCREENER_INVALID);
}

/* The version behind the newest one of the chain; the program's row is locked. */
static struct status next_link(struct rpc_call *call, struct uuid program_id,
			       struct identity_version *version, const char **previous)
{
	struct q_chain_row *newest;

	TRY(q_newest_version(call->tx, program_id, &newest));
	*previous = newest ? newest->statement_hash : "";
	version->number = newest ? newest->number + 1 : 1;
	if (newest && !hex_decode(version->previous, IDENTITY_HASH_BYTES, str_of(*previous)))
		return FAIL(CHAIN_BROKEN);
	return OK;
}

/* The acceptance that this draft needs, if any: its record's hash becomes part of the statement. */
static struct status add_acceptance(struct rpc_call *call, const struct q_draft_row *draft,
				    struct text_list open, struct identity_version *version,
				    const struct uuid **id)
{
	uint8_t *hash = arena_alloc(call->arena, IDENTITY_HASH_BYTES);
	struct q_acceptance_row *row;

	*id = NULL;
	TRY(acceptance_find(call, draft, hex_text(call->arena, version->content), open, &row));
	if (!row)
		return OK;
	if (!hex_decode(hash, IDENTITY_HASH_BYTES, str_of(row->record_hash)))
		return FAIL(ACCEPTANCE_BROKEN);
	version->safety_acceptance = hash;
	*id = &row->id;
	return OK;
}

static struct status store(struct rpc_call *call, const struct q_draft_row *draft,
			   struct str canonical, const char *slug, struct text_list open)
{
	uint8_t signature[IDENTITY_SIGNATURE_BYTES], statement[IDENTITY_HASH_BYTES];
	struct identity_version version = {.slug = slug, .published_at = call->now};
	const struct uuid *acceptance;
	struct publish_key key;
	const char *previous;

	crypto_sha256(version.content, canonical.ptr, canonical.len);
	TRY(add_acceptance(call, draft, open, &version, &acceptance));
	TRY(next_link(call, draft->program_id, &version, &previous));
	TRY(publish_key_take(call, &key));
	identity_sign(call->arena, &version, key.private_key, signature);
	crypto_wipe(key.private_key, sizeof key.private_key);
	identity_hash(call->arena, &version, statement);
	return q_insert_version(
		call->tx, .program_id = draft->program_id,
		.screener_version = draft->screener_version, .number = version.number, .slug = slug,
		.document = canonical, .content_hash = hex_text(call->arena, version.content),
		.previous_hash = previous, .statement_hash = hex_text(call->arena, statement),
		.signature = ((struct str){(const char *)signature, sizeof signature}),
		.public_key = ((struct str){(const char *)key.public_key, sizeof key.public_key}),
		.drafted_at = draft->created_at, .acceptance_id = acceptance,
		.actor = call->principal->id, .now = call->now);
}

static struct status record(struct rpc_call *call, const struct q_draft_row *draft)
{
	int64_t inserted;

	TRY(q_insert_status(call->tx, &inserted, .id = uuid_v7(call->now),
			    .program_id = draft->program_id,
			    .screener_version = draft->screener_version, .status = "published",
			    .actor = call->principal->id, .now = call->now));
	return q_refresh_published(call->tx, draft->program_id, call->principal->id, call->now);
}

/* The draft as it is now; the program need not be locked to look at it. */
static struct status read_draft(struct rpc_call *call, void *arg)
{
	struct publication *p = arg;
	struct q_program_row *program;
	struct screener_text text;

	TRY(q_program_by_id(call->tx, pb_uuid(p->req->program_id), &program));
	if (!program)
		return FAIL(PROGRAM_NOT_FOUND);
	if (strcmp(program->status, "ended") == 0)
		return FAIL(PROGRAM_ENDED);
	TRY(screener_text(call, program->id, p->req->version, &text));
	if (text.published)
		return FAIL(SCREENER_PUBLISHED);
	p->revision = text.revision;
	p->states = program->states;
	/* From here on the canonical bytes are the document: they are checked, hashed and kept. */
	if (is_failed(canon_bytes(call->arena, text.document, &p->canonical)))
		return FAIL(SCREENER_INVALID);
	return screener_tables(call, p->canonical, &p->tables);
}

/* The program's row is locked for this alone; whatever happened during the proof is found here. */
static struct status write_version(struct rpc_call *call, void *arg)
{
	struct publication *p = arg;
	struct q_program_row *program;
	struct q_version_row *version;
	struct screener_text text;
	struct q_draft_row *draft;
	Program__ScreenerVersion before = PROGRAM__SCREENER_VERSION__INIT;

	TRY(lock_program(call, pb_uuid(p->req->program_id), &program));
	if (strcmp(program->status, "ended") == 0)
		return FAIL(PROGRAM_ENDED);
	TRY(screener_text(call, program->id, p->req->version, &text));
	if (text.published)
		return FAIL(SCREENER_PUBLISHED);
	if (program->states.n > 0 && !p->asks_for_state)
		return FAIL(VERSION_CONFLICT);
	TRY(q_take_draft(call->tx, program->id, p->req->version, p->revision, &draft));
	if (!draft)
		return FAIL(VERSION_CONFLICT);
	TRY(store(call, draft, p->canonical, p->slug, p->open));
	TRY(record(call, draft));
	TRY(q_version_by_number(call->tx, program->id, p->req->version, &version));
	if (!version)
		return FAIL(VERSION_LOST);
	TRY(draft_show(call, draft, &before));
	TRY(version_show(call, version, p->resp));
	TRY(acceptance_show(call, p->resp));
	return emit_screener(call, "screener.published", &before, p->resp);
}

struct status program_publish_screener(struct rpc_call *call,
				       const Program__PublishScreenerRequest *req,
				       Program__ScreenerVersion *resp)
{
	struct publication p = {.req = req, .resp = resp, .slug = ""};

	TRY(tx_run(call, read_draft, &p));
	TRY(gate(call, &p));
	return tx_run(call, write_version, &p);
}
