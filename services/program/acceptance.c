#include "program/acceptance.h"

struct text_list acceptance_questions(struct arena *arena,
				      const struct screener_gate_report *report)
{
	const char **items = arena_array_of(arena, const char *, report->n_questions + 1);
	size_t n = 0;

	for (size_t i = 0; i < report->n_questions; i++)
		if (report->questions[i].verdict == SCREENER_NOT_PROVEN)
			items[n++] = arena_strdup(arena, report->questions[i].item);
	return (struct text_list){items, n};
}

struct status acceptance_find(struct rpc_call *call, const struct q_draft_row *draft,
			      const char *content_hash, struct text_list questions,
			      struct q_acceptance_row **row)
{
	*row = NULL;
	if (questions.n == 0)
		return OK;
	TRY(q_acceptance_of_draft(call->tx, row, .program_id = draft->program_id,
				  .screener_version = draft->screener_version,
				  .revision = draft->revision, .content_hash = content_hash,
				  .questions = questions));
	if (*row)
		return OK;
	for (size_t i = 0; i < questions.n; i++)
		(void)call_field_error(
			call, arena_printf(call->arena, "document.items.%s", questions.items[i]),
			"SAFETY_NOT_PROVEN",
			"no proof that a code is never issued while the answer is unknown");
	return FAIL(SAFETY_NOT_ACCEPTED);
}

struct status acceptance_show(struct rpc_call *call, Program__ScreenerVersion *version)
{
	struct uuid program = pb_uuid(version->program_id);
	struct q_acceptance_row *row;

	if (version->status == PROGRAM__SCREENER_STATUS__SCREENER_DRAFT)
		TRY(q_acceptance_of_draft(
			call->tx, &row, .program_id = program, .screener_version = version->version,
			.revision = version->revision, .content_hash = "",
			.questions = ((struct text_list){.items = (const char *const[]){NULL}})));
	else
		TRY(q_acceptance_of_version(call->tx, program, version->version, &row));
	if (!row)
		return OK;
	version->safety_acceptance = arena_new_of(call->arena, Program__SafetyAcceptance);
	program__safety_acceptance__init(version->safety_acceptance);
	return q_acceptance_fill(call->arena, row, version->safety_acceptance);
}
