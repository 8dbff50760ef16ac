#pragma once

/*
 * Findings of the publish gate that follow from how a document is written, without a search for
 * answers.  Each function adds its findings to the gate; FORMAT.md "Publication" lists them.
 */
#include "screener/gate/part.h"

/* advice.c: all of them. */
void gate_advice(struct gate *gate);

/* statement.c: attestations that would count although nobody made the statement. */
void gate_statements(struct gate *gate);

/* free_text.c: free text of open choices. */
void gate_free_texts(struct gate *gate);

/* advice.c: does any rule read this slot? */
bool gate_slot_is_read(const struct screener *program, uint32_t slot);

/* May a code be issued at the end of this outcome, or of the outcome that it resolves to? */
static inline bool gate_leads_to_code(const struct screener *program, uint32_t outcome)
{
	const struct outcome *o = &program->outcomes[outcome];

	return o->public.issues_code ||
	       (o->resolves_to >= 0 && program->outcomes[o->resolves_to].public.issues_code);
}

static inline bool gate_issues_codes(const struct screener *program)
{
	for (uint32_t i = 0; i < program->n_outcomes; i++)
		if (program->outcomes[i].public.issues_code)
			return true;
	return false;
}
