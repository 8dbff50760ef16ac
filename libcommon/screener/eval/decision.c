/* Decision tables: each input once, and the rows it leaves; all rows together by Kleene's "and". */
#include "screener/eval/eval.h"

struct feel eval_input(const struct value *v, struct type type)
{
	switch ((enum type_kind)type.kind) {
	case TYPE_BOOL: return (struct feel){.kind = FEEL_BOOLEAN, .boolean = v->number.num != 0};
	case TYPE_DATE: return (struct feel){.kind = FEEL_DATE, .date = (date_days)v->number.num};
	case TYPE_CODE: return (struct feel){.kind = FEEL_NUMBER, .number = number_of(v->code)};
	case TYPE_TEXT: return (struct feel){.kind = FEEL_TEXT, .text = v->text};
	default: return (struct feel){.kind = FEEL_NUMBER, .number = v->number};
	}
}

void eval_decision(struct screener_state *state)
{
	const struct decision *d = state->program->decision;
	struct row_sets sets = row_sets_new(state->arena, state->program->n_rules);

	for (uint32_t i = 0; i < d->n_columns; i++) {
		const struct column *column = &d->columns[i];
		struct feel input = {};
		struct value v;

		state->cause = CAUSE_NONE;
		if (eval_value(state, (uint32_t)column->input, &v))
			input = eval_input(&v, column->type);
		else if (state->cause)
			state->failed = true;
		row_sets_try(&sets, &column->rows, &input);
	}
	row_sets_finish(&sets);
	row_sets_truths(&sets, state->rules);
}
