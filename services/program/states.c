#include "program/states.h"

static bool is_doubled(struct text_list states, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(states.items[i], states.items[at]) == 0)
			return true;
	return false;
}

struct status states_check(struct rpc_call *call, struct text_list states)
{
	struct status st = OK;

	for (size_t i = 0; i < states.n; i++) {
		const char *field = arena_printf(call->arena, "states[%zu]", i);

		if (!screener_state_is_known(str_of(states.items[i])))
			st = call_field_error(
				call, field, "UNKNOWN_STATE",
				"must be the USPS code of a state or territory, like TX");
		else if (is_doubled(states, i))
			st = call_field_error(call, field, "DUPLICATE",
					      "must be listed once, but is listed before");
	}
	return st;
}

void states_find(struct rpc_call *call, struct text_list states, const struct screener *screener,
		 struct screener_findings *findings)
{
	if (states.n == 0 || !screener || screener_state_item(screener))
		return;
	findings_add(
		call->arena, findings,
		(struct screener_finding){"/items", "STATE_ITEM_MISSING", SCREENER_ERROR,
					  "The program is offered in some states only: one item of "
					  "type state, or the one named \"state\" of several, must "
					  "ask for the consumer's."});
}

struct status states_check_published(struct rpc_call *call, const struct q_program_row *program)
{
	struct screener_findings findings = {};
	struct screener_tables tables;
	struct screener *screener;
	struct screener_text text;
	bool asks;

	if (program->states.n == 0 || program->published_version == 0)
		return OK;
	TRY(screener_text(call, program->id, program->published_version, &text));
	TRY(screener_tables(call, text.document, &tables));
	TRY(screener_compile(call->arena, text.document, tables.tables, tables.n, &screener,
			     &findings));
	asks = screener_state_item(screener) != NULL;
	screener_free(&screener);
	return asks ? OK : FAIL(STATE_ITEM_MISSING);
}
