/* What a full evaluation tells besides its outcome. */
#include "screener/eval/eval.h"

#define MAX_REASONS 64

static bool is_new(const char *const *list, size_t n, const char *reason)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], reason) == 0)
			return false;
	return true;
}

static void report_reasons(const struct screener_state *state, struct screener_result *out)
{
	const struct screener *p = state->program;
	const struct screener_outcome *by = out->resolved_from ? out->resolved_from : out->outcome;

	out->reasons = arena_alloc(state->arena, MAX_REASONS * sizeof *out->reasons);
	for (uint32_t i = eval_next_rule(state, 0); i < p->n_rules;
	     i = eval_next_rule(state, i + 1)) {
		const struct rule *rule = &p->rules[i];

		if (state->rules[i] != TRUE3 || &p->outcomes[rule->outcome].public != by)
			continue;
		for (uint32_t k = 0; k < rule->n_reasons && out->n_reasons < MAX_REASONS; k++)
			if (is_new(out->reasons, out->n_reasons, rule->reasons[k]))
				out->reasons[out->n_reasons++] = rule->reasons[k];
	}
}

static void report_rules(const struct screener_state *state, struct screener_result *out)
{
	const struct screener *p = state->program;
	bool hit[MAX_OUTCOMES] = {};

	out->n_rules = p->n_rules;
	out->rules = arena_alloc(state->arena, p->n_rules * sizeof *out->rules);
	for (uint32_t i = 0; i < p->n_rules; i++) {
		out->rules[i] = (struct screener_rule_result){p->rules[i].id, state->rules[i]};
		if (state->rules[i] == TRUE3)
			hit[p->rules[i].outcome] = true;
	}
	out->n_constraints = p->n_constraints;
	out->constraints = arena_alloc(state->arena, p->n_constraints * sizeof *out->constraints);
	for (uint32_t i = 0; i < p->n_constraints; i++)
		out->constraints[i] =
			(struct screener_rule_result){p->constraints[i].id, state->constraints[i]};
	out->collected = arena_alloc(state->arena, p->n_outcomes * sizeof(void *));
	for (uint32_t i = 0; i < p->n_outcomes; i++)
		if (hit[i])
			out->collected[out->n_collected++] = &p->outcomes[i].public;
}

static void report_problems(const struct screener_state *state, struct screener_result *out)
{
	const struct screener_answers *a = state->answers;

	out->problems = arena_alloc(state->arena, a->n_problems * sizeof *out->problems);
	for (uint32_t i = 0; i < a->n_problems; i++) {
		const struct problem *p = &a->problems[i];

		if (eval_problem_counts(state, p))
			out->problems[out->n_problems++] = (struct screener_problem){
				p->item < 0 ? str_dup(state->arena, p->unknown_item)
					    : state->program->items[p->item].id.ptr,
				p->row, p->code};
	}
}

static void report_failure(const struct screener_state *state, struct screener_result *out,
			   const char *id, uint32_t slot)
{
	const struct value *v = &state->slots[slot];

	if (!v->known && v->cause)
		out->failed[out->n_failed++] = (struct screener_failure){id, cause_name(v->cause)};
}

static void report_failures(const struct screener_state *state, struct screener_result *out)
{
	const struct screener *p = state->program;
	uint32_t slot;

	out->failed =
		arena_alloc(state->arena, (p->n_derived + 2 * p->n_scores) * sizeof *out->failed);
	for (uint32_t i = 0; i < p->n_derived; i++)
		report_failure(state, out, p->derived[i].id.ptr, slot_of_derived(p, i));
	for (uint32_t i = 0; i < p->n_scores; i++) {
		slot = slot_of_score(p, i);
		report_failure(state, out, p->scores[i].id.ptr, slot);
		if (p->scores[i].n_bands)
			report_failure(state, out, p->scores[i].band_id.ptr, slot + 1);
	}
}

static bool takes_answer(const struct item *item)
{
	return item->value.kind != TYPE_NONE && item->row_group < 0;
}

/* Is a required or safety child unanswered in some row? */
static bool rows_are_complete(struct screener_state *state, uint32_t group)
{
	const struct rows *rows = state->slots[group].rows;

	for (size_t i = 0; i < (size_t)rows->n * rows->n_children; i++) {
		const struct item *child = &state->program->items[group + 1 + i % rows->n_children];

		if ((rows->shown && rows->shown[i] != TRUE3) || rows->given[i] == GIVEN_VALID)
			continue;
		if (child->safety ||
		    eval_child_is_required(state, group, child, (uint32_t)(i / rows->n_children)))
			return false;
	}
	return true;
}

static bool is_answered(struct screener_state *state, uint32_t i)
{
	if (state->answers->given[i] != GIVEN_VALID)
		return false;
	return !state->program->items[i].repeats || rows_are_complete(state, i);
}

/* An attestation that resolves outcomes is asked once one of them was decided. */
static bool is_asked(const struct screener_result *out, const struct item *item)
{
	const struct screener_outcome *decided =
		out->resolved_from ? out->resolved_from : out->outcome;

	return !item->on_resolve || (out->decided && decided->resolved_by == item->id.ptr);
}

/* Room for every item, and every cell of rows. */
static size_t most_pruned(const struct screener_state *state)
{
	const struct screener *p = state->program;
	size_t n = p->n_items;

	for (uint32_t i = 0; i < p->n_row_groups; i++) {
		const struct value *slot = &state->slots[p->row_groups[i]];

		n += slot->known ? (size_t)slot->rows->n * slot->rows->n_children : 0;
	}
	return n;
}

/* Answers in rows to what is hidden or pending there, as "group/0/child". */
static void report_pruned_cells(const struct screener_state *state, uint32_t group,
				struct screener_result *out)
{
	const struct item *items = state->program->items;
	const struct rows *rows = state->slots[group].rows;

	for (size_t i = 0; rows->shown && i < (size_t)rows->n * rows->n_children; i++)
		if (rows->given[i] != GIVEN_NOT && rows->shown[i] != TRUE3)
			out->pruned[out->n_pruned++] =
				arena_printf(state->arena, "%s/%zu/%s", items[group].id.ptr,
					     i / rows->n_children,
					     items[group + 1 + i % rows->n_children].id.ptr);
}

static void report_items(struct screener_state *state, struct screener_result *out)
{
	const struct screener *p = state->program;

	out->next = arena_alloc(state->arena, p->n_items * sizeof *out->next);
	out->pruned = arena_alloc(state->arena, most_pruned(state) * sizeof *out->pruned);
	for (uint32_t i = 0; i < p->n_items; i++) {
		const struct item *item = &p->items[i];

		if (!takes_answer(item))
			continue;
		if (state->shown[i] != TRUE3) {
			if (state->answers->given[i] != GIVEN_NOT)
				out->pruned[out->n_pruned++] = item->id.ptr;
			continue;
		}
		if (item->repeats && state->slots[i].known)
			report_pruned_cells(state, i, out);
		if (!is_asked(out, item))
			continue;
		out->visible++;
		if (is_answered(state, i))
			out->answered++;
		else
			out->next[out->n_next++] = item->id.ptr;
	}
}

void eval_report(struct screener_state *state, struct screener_result *out)
{
	report_reasons(state, out);
	report_rules(state, out);
	report_problems(state, out);
	report_failures(state, out);
	report_items(state, out);
}
