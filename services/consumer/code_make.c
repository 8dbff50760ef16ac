#include "consumer/code_make.h"

#include "consumer/keys.h"

/* 55 random bits: a second try is rare, a third one is a fault. */
#define TRIES 3

struct status code_make(struct rpc_call *call, const struct code_plan *plan,
			struct q_code_row **row, char **shown)
{
	char code[CODE_TEXT];
	struct str hash;

	*row = NULL;
	for (int i = 0; i < TRIES && !*row; i++) {
		code_random(code);
		if (!code_hash(call, code, 0, &hash))
			return FAIL(KEYS_UNAVAILABLE);
		TRY(q_insert_code(call->tx, row, .id = plan->id, .session_id = plan->session,
				  .program_id = plan->program,
				  .screener_version = plan->screener_version, .code_hash = hash,
				  .code_class = plan->code_class, .expires_at = plan->expires_at,
				  .replaces = plan->replaces, .actor = call->principal->id,
				  .now = call->now));
	}
	if (!*row)
		return FAIL(CODE_COLLISION);
	*shown = arena_alloc(call->arena, CODE_SHOWN);
	code_show(*shown, code);
	crypto_wipe(code, sizeof code);
	return OK;
}
