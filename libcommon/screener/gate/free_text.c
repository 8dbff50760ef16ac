/*
 * Free text.  In an open choice, text that names an option is that option (open_choice.c); other
 * text is the code of no option, so a rule that looks for a code passes it by: "warfarin 5 mg" is
 * not "warfarin".  Nor is it for a rule that compares the answer of a text question.
 */
#include "screener/eval/eval.h"
#include "screener/gate/advice.h"

static void check_names(struct gate *gate, uint32_t item)
{
	const struct domain *d = &gate->program->domains[gate->program->items[item].value.of];

	for (uint32_t i = 0; i < d->n_names; i++)
		if (d->names[i].option == OPTION_AMBIGUOUS)
			finding_add_at(
				&gate->findings, gate_item_pointer(gate, item), SCREENER_WARNING,
				"OPTION_AMBIGUOUS",
				"Several options of \"%s\" are called \"%.*s\": an answer with "
				"this free text is refused.",
				gate->program->items[item].id.ptr, STR_ARG(d->names[i].folded));
}

/* What all trials together may look at, in nodes, slots and cells: a fraction of a second. */
#define TRIAL_WORK 40000000

struct trial {
	struct gate *gate;
	uint64_t spent;
};

/* No document names it. */
#define STRANGE_TEXT STR("\xef\xbf\xbd")

static void put_free_text(struct value *value, uint8_t *given)
{
	*value = value_text(STRANGE_TEXT);
	*given = GIVEN_VALID;
}

/* Into every row: the rows are a copy. */
static void put_into_rows(struct arena *arena, struct value *group, uint32_t child)
{
	struct rows *rows = arena_memdup(arena, group->rows, sizeof *rows);
	size_t n = (size_t)rows->n * rows->n_children;

	rows->cells = arena_memdup(arena, rows->cells, n * sizeof *rows->cells);
	rows->given = arena_memdup(arena, rows->given, n);
	for (size_t i = child; i < n; i += rows->n_children)
		put_free_text(&rows->cells[i], &rows->given[i]);
	group->rows = rows;
}

/* The answers of a test with free text for the item; false when the test does not ask the item. */
static bool try_case(struct gate *gate, const struct gate_case *test, uint32_t item,
		     struct screener_result *result)
{
	const struct screener *p = gate->program;
	const struct item *it = &p->items[item];
	uint32_t top = it->row_group < 0 ? item : (uint32_t)it->row_group;
	struct screener_answers answers = *test->answers;

	answers.slots =
		arena_memdup(gate->scratch, answers.slots, p->n_items * sizeof *answers.slots);
	answers.given = arena_memdup(gate->scratch, answers.given, p->n_items);
	if (it->row_group < 0)
		put_free_text(&answers.slots[item], &answers.given[item]);
	else if (!answers.slots[top].known || !answers.slots[top].rows->n)
		return false;
	else
		put_into_rows(gate->scratch, &answers.slots[top], item - top - 1);
	screener_eval(p, &answers, gate->scratch, SCREENER_BRIEF, result);
	return result->state->shown[top] == TRUE3;
}

static uint64_t work_of(const struct screener *p)
{
	uint64_t cells = p->n_rules;

	if (p->decision)
		cells *= p->decision->n_columns;
	return (uint64_t)p->n_nodes + 2 * (uint64_t)p->n_slots + cells + 64;
}

enum verdict_of_text { TEXT_IS_SAFE, TEXT_ENDS_WITH_CODE, TEXT_IS_NOT_TRIED };

/* Tries free text in each embedded test that asks the item; *outcome is the one with a code. */
static enum verdict_of_text try_free_text(struct trial *trial, uint32_t item, const char **outcome)
{
	struct gate *gate = trial->gate;
	enum verdict_of_text verdict = TEXT_IS_NOT_TRIED;

	for (uint32_t i = 0; i < gate->n_cases && verdict != TEXT_ENDS_WITH_CODE; i++) {
		struct arena_mark mark = arena_mark(gate->scratch);
		struct screener_result result;

		if (trial->spent > TRIAL_WORK)
			return TEXT_IS_NOT_TRIED;
		trial->spent += work_of(gate->program);
		if (try_case(gate, &gate->cases[i], item, &result)) {
			trial->spent += result.state->loops;
			*outcome = result.outcome->id;
			verdict = result.outcome->issues_code ? TEXT_ENDS_WITH_CODE : TEXT_IS_SAFE;
		}
		arena_rewind(gate->scratch, mark);
	}
	return verdict;
}

static void check_safety(struct trial *trial, uint32_t item)
{
	struct gate *gate = trial->gate;
	const char *id = gate->program->items[item].id.ptr, *outcome;

	switch (try_free_text(trial, item, &outcome)) {
	case TEXT_IS_SAFE: break;
	case TEXT_ENDS_WITH_CODE:
		finding_add_at(
			&gate->findings, gate_item_pointer(gate, item), SCREENER_WARNING,
			"FREE_TEXT_CODE",
			"Free text in the safety question \"%s\" can end with \"%s\", which "
			"issues a code: an embedded test does so when its answer is a text that "
			"the document does not name. Let a rule decide about every such text.",
			id, outcome);
		break;
	case TEXT_IS_NOT_TRIED:
		finding_add_at(
			&gate->findings, gate_item_pointer(gate, item), SCREENER_WARNING,
			"FREE_TEXT_CODE",
			"It is not known whether free text in the safety question \"%s\" can end "
			"with a code: no embedded test asks it, or there are too many to try.",
			id);
		break;
	}
}

void gate_free_texts(struct gate *gate)
{
	const struct screener *p = gate->program;
	struct trial trial = {.gate = gate};

	for (uint32_t i = 0; i < p->n_items; i++) {
		bool is_open = p->items[i].type == SCREENER_OPEN_CHOICE;

		if (is_open)
			check_names(gate, i);
		/* A text that no rule reads is a finding of its own. */
		if (!is_open && (p->items[i].type != SCREENER_TEXT || !gate_slot_is_read(p, i)))
			continue;
		if (p->items[i].safety && gate_issues_codes(p))
			check_safety(&trial, i);
	}
}
