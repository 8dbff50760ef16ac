/*
 * A repeated request is answered with what the first one was answered, and has
 * no second effect.  All of it happens in the business transaction: a lock on
 * the key (nobody else runs it now), the row of an earlier answer, the handler,
 * the new row.  So a crash leaves both the effect and its record, or neither.
 *
 * The request hash is keyed and leaves out fields marked secret: the table must
 * not become an oracle for passwords.  The response is sealed to its row.
 */
#include <string.h>

#include "base/fnv1a.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/keyring.h"
#include "crypto/seal.h"
#include "pbjson/pb_info.h"
#include "svc/internal.h"
#include "svc/kit/secrets.h"
#include "svc/queries.h"

#define KEEP_FOR    DAYS(1)
#define KEY_PURPOSE "idempotency"

/* The method and the request without its secrets, under the daemon's key. */
static struct status hash_request(struct rpc_call *call, const struct key *key, struct str *hash)
{
	const struct pb_info *info = call->method->request;
	ProtobufCMessage *copy =
		pb_unpack(call->arena, info->descriptor, call_state(call)->request->payload);
	struct strbuf text = strbuf_new(call->arena);
	uint8_t *mac = arena_alloc(call->arena, MAC_BYTES);

	if (!copy)
		return FAIL(MALFORMED_MESSAGE);
	pb_blank_secrets(info, copy);
	strbuf_add_c(&text, call->method->full_name);
	strbuf_add_char(&text, '\0');
	strbuf_add_str(&text, pb_pack(call->arena, copy));
	crypto_mac(mac, key->bytes, text.ptr, text.len);
	*hash = (struct str){(char *)mac, MAC_BYTES};
	return OK;
}

/* What a sealed answer is bound to, and what the lock stands for. */
static struct str row_name(struct rpc_call *call)
{
	char tenant[UUID_TEXT], principal[UUID_TEXT];

	uuid_format(tenant, call->tenant);
	uuid_format(principal, call->principal->id);
	return str_of(arena_printf(call->arena, "%s idempotency %s %s %s",
				   call->svc->descriptor->name, tenant, principal,
				   call->idempotency_key));
}

static struct status open_stored(struct rpc_call *call, struct str context, struct str sealed)
{
	struct call_state *state = call_state(call);
	const struct keyring *ring = call->svc->keyring;
	const struct key *key;

	for (size_t n = 0; (key = keyring_at(ring, KEY_PURPOSE, n)); n++) {
		if (seal_open(call->arena, key->bytes, context, sealed, &state->replay)) {
			state->replayed = true;
			/* Ends the transaction; the dispatcher sends the stored answer. */
			return STOP;
		}
	}
	log_error("a stored answer does not open");
	return FAIL(STORED_ANSWER);
}

static struct status store(struct rpc_call *call, const struct key *key, struct str hash,
			   struct str context)
{
	struct str response = pb_pack(call->arena, call_state(call)->response);

	return q_svc_put_answer_later(
		call->tx, .principal_id = call->principal->id, .key = call->idempotency_key,
		.request_hash = hash,
		.response = seal_with_key(call->arena, key->bytes, context, response),
		.now = call->now, .expires_at = call->now + KEEP_FOR);
}

static struct status recall(struct rpc_call *call, struct str hash, struct str context,
			    const struct q_svc_answer_row *row)
{
	if (row->request_hash.len != hash.len ||
	    !crypto_equal(row->request_hash.ptr, hash.ptr, hash.len))
		return FAIL(IDEMPOTENCY_KEY_REUSED);
	return open_stored(call, context, row->response);
}

/* What has to be known before the body runs. */
struct keyed {
	struct str hash;
	struct str context;
	struct q_svc_try_lock_asked *lock;
	struct q_svc_stored_answer_asked *stored;
};

/*
 * Two statements, one flush: each has a snapshot of its own, so the second sees
 * what the lock's last holder committed.
 */
static struct status ask_about_key(struct rpc_call *call, struct keyed *keyed)
{
	struct str context = keyed->context;

	TRY(q_svc_try_lock_ask(call->tx, (int64_t)fnv1a_64(context.ptr, context.len),
			       &keyed->lock));
	return q_svc_stored_answer_ask(call->tx, call->principal->id, call->idempotency_key,
				       call->now, &keyed->stored);
}

/* OK when the body is to run. */
static struct status look_at_key(struct rpc_call *call, const struct keyed *keyed)
{
	struct q_svc_answer_row *row;
	struct q_svc_lock_row *lock;

	TRY(q_svc_try_lock_take(call->tx, keyed->lock, &lock));
	if (!lock->locked)
		return FAIL(IDEMPOTENCY_IN_FLIGHT);
	TRY(q_svc_stored_answer_take(call->tx, keyed->stored, &row));
	return row ? recall(call, keyed->hash, keyed->context, row) : OK;
}

struct status idempotency_run(struct rpc_call *call, const struct svc_body *body)
{
	const struct key *key = keyring_newest(call->svc->keyring, KEY_PURPOSE);
	struct keyed keyed = {.context = row_name(call)};

	if (!key)
		return FAIL(NO_IDEMPOTENCY_KEY);
	TRY(hash_request(call, key, &keyed.hash));
	TRY(ask_about_key(call, &keyed));
	if (body->ask)
		TRY(body->ask(call, body->arg));
	TRY(look_at_key(call, &keyed));
	TRY(body->fn(call, body->arg));
	return store(call, key, keyed.hash, keyed.context);
}
