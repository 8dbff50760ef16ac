/*
 * An attestation is a statement of the person who answers.  What would count as that statement
 * without a "true" of this person is refused.
 */
#include "screener/gate/advice.h"

static const char *member_pointer(struct gate *gate, uint32_t item, const char *member)
{
	return arena_printf(gate->arena, "%s/%s", gate_item_pointer(gate, item), member);
}

static void check_attestation(struct gate *gate, uint32_t i)
{
	const struct item *item = &gate->program->items[i];

	if (item->has_hidden && item->when_hidden.number.num)
		finding_add_at(
			&gate->findings, member_pointer(gate, i, "when_hidden"), SCREENER_ERROR,
			"STATEMENT_HIDDEN",
			"While \"%s\" is hidden, \"when_hidden\" makes it count as a statement "
			"that nobody made. An attestation may only be false while hidden.",
			item->id.ptr);
	if (item->safety && !item->required)
		finding_add_at(&gate->findings, gate_item_pointer(gate, i), SCREENER_ERROR,
			       "STATEMENT_OPTIONAL",
			       "The safety attestation \"%s\" is not always required: its answer "
			       "\"false\" does not hold a code back. Set \"required\" to true.",
			       item->id.ptr);
}

/*
 * What resolves an outcome is asked after that outcome was decided.  A statement that everybody
 * must make before any code has another meaning, and one answer cannot carry both.
 */
static void check_resolution(struct gate *gate, uint32_t i)
{
	const struct outcome *outcome = &gate->program->outcomes[i];
	const struct item *by;

	if (outcome->resolved_by < 0)
		return;
	by = &gate->program->items[outcome->resolved_by];
	if (by->on_resolve)
		return;
	ERROR_AT(gate, AT_NAME(AT_NAME(AT_INDEX(AT_NAME(NULL, "outcomes"), i), "resolvable"), "by"),
		 "RESOLVED_BY_REQUIRED",
		 "\"%s\" is required or a safety question, so it is asked of everybody, and its "
		 "answer would also turn \"%s\" into \"%s\". Use an attestation of its own that is "
		 "neither.",
		 by->id.ptr, outcome->public.id, outcome->public.resolves_to);
}

void gate_statements(struct gate *gate)
{
	for (uint32_t i = 0; i < gate->program->n_items; i++)
		if (gate->program->items[i].type == SCREENER_ATTESTATION)
			check_attestation(gate, i);
	for (uint32_t i = 0; i < gate->program->n_outcomes; i++)
		check_resolution(gate, i);
}
