#include "contract/time.h"
#include "crypto/random.h"
#include "program/program.h"

#define PUBLIC_ID_BYTES 10

/* Unguessable, and says nothing of the tenant. */
static char *new_public_id(struct arena *arena)
{
	uint8_t bytes[PUBLIC_ID_BYTES];
	char hex[2 * PUBLIC_ID_BYTES + 1];

	crypto_random(bytes, sizeof bytes);
	hex_encode(hex, bytes, sizeof bytes);
	return arena_printf(arena, "prg_%s", hex);
}

const date_days *date_or_null(struct arena *arena, const char *text)
{
	date_days *day = arena_new_of(arena, date_days);

	return date_parse(str_of(text), day) ? day : NULL;
}

struct status program_create_program(struct rpc_call *call,
				     const Program__CreateProgramRequest *req,
				     Program__Program *resp)
{
	bool has_budget =
		req->_code_budget_case == PROGRAM__CREATE_PROGRAM_REQUEST___CODE_BUDGET_CODE_BUDGET;
	struct q_program_row *row;

	TRY(q_insert_program(call->tx, &row, .id = uuid_v7(call->now),
			     .public_id = new_public_id(call->arena), .name = req->name,
			     .drug = req->drug, .sponsor = req->sponsor,
			     .description = req->description,
			     .states = ((struct text_list){req->states, req->n_states}),
			     .starts_on = date_or_null(call->arena, req->starts_on),
			     .ends_on = date_or_null(call->arena, req->ends_on),
			     .code_budget = has_budget ? &req->code_budget : NULL,
			     .actor = call->principal->id, .now = call->now));
	TRY(q_insert_directory(call->tx, row->public_id, call->tenant, row->id));
	emit_program(call, "program.created", row);
	program_to_proto(call->arena, row, resp);
	return OK;
}
