/* Nodes of any type: exact arithmetic, dates, look-ups.  Unknown in, unknown out. */
#include "screener/eval/eval.h"
#include "screener/eval/pce.h"

static bool fail(struct screener_state *state, enum cause cause)
{
	state->cause = (uint8_t)cause;
	return false;
}

static bool put(struct value *out, int64_t n)
{
	*out = value_integer(n);
	return true;
}

static uint32_t second(const struct screener_state *state, uint32_t index)
{
	return state->program->nodes[index + 1].end;
}

static bool eval_two(struct screener_state *state, uint32_t index, struct value *a, struct value *b)
{
	return eval_value(state, index + 1, a) && eval_value(state, second(state, index), b);
}

static bool combine(enum op op, struct number a, struct number b, struct number *out)
{
	switch (op) {
	case OP_ADD: return number_add(a, b, out);
	case OP_SUB: return number_sub(a, b, out);
	case OP_MUL: return number_mul(a, b, out);
	case OP_MIN: *out = number_compare(b, a) < 0 ? b : a; return true;
	default: *out = number_compare(b, a) > 0 ? b : a; return true;
	}
}

static bool eval_fold(struct screener_state *state, uint32_t index, struct value *out)
{
	const struct node *nodes = state->program->nodes;
	struct value total, next;

	if (!eval_value(state, index + 1, &total))
		return false;
	for (uint32_t i = nodes[index + 1].end; i < nodes[index].end; i = nodes[i].end) {
		if (!eval_value(state, i, &next))
			return false;
		if (!combine(nodes[index].op, total.number, next.number, &total.number))
			return fail(state, CAUSE_OVERFLOW);
	}
	*out = total;
	return true;
}

static bool eval_division(struct screener_state *state, uint32_t index, struct value *out)
{
	enum op op = state->program->nodes[index].op;
	struct value a, b;
	struct number n;

	if (!eval_two(state, index, &a, &b))
		return false;
	if (b.number.num == 0 || (op == OP_PCT_OF && b.number.num < 0))
		return fail(state, CAUSE_DIVISION);
	if (op == OP_MOD)
		return put(out, b.number.num == -1 ? 0 : a.number.num % b.number.num);
	if (!number_div(a.number, b.number, &n) ||
	    (op == OP_PCT_OF && !number_mul(n, number_of(100), &n)))
		return fail(state, CAUSE_OVERFLOW);
	*out = value_number(n);
	return true;
}

static bool eval_unary(struct screener_state *state, uint32_t index, struct value *out)
{
	const struct node *node = &state->program->nodes[index];
	struct number n;
	struct value x;
	bool ok;

	if (!eval_value(state, index + 1, &x))
		return false;
	if (node->op == OP_NEG)
		ok = number_sub(number_of(0), x.number, &n);
	else
		ok = number_round(x.number, (unsigned)node->imm, node->sub, &n);
	if (!ok)
		return fail(state, CAUSE_OVERFLOW);
	*out = value_number(n);
	return true;
}

static bool eval_date_pair(struct screener_state *state, uint32_t index, struct value *out)
{
	const struct node *node = &state->program->nodes[index];
	struct value a, b;
	date_days from, to;

	if (!eval_two(state, index, &a, &b))
		return false;
	from = (date_days)a.number.num;
	if (node->op == OP_DATE_ADD) {
		if (!calendar_add(from, b.number.num, node->sub, &to))
			return fail(state, CAUSE_OVERFLOW);
		return put(out, to);
	}
	to = (date_days)b.number.num;
	return put(out, calendar_diff(from, to, node->op == OP_AGE_AT ? CALENDAR_YEAR : node->sub));
}

static bool eval_date_part(struct screener_state *state, uint32_t index, struct value *out)
{
	enum op op = state->program->nodes[index].op;
	struct civil_date civil;
	struct value x;

	if (!eval_value(state, index + 1, &x))
		return false;
	civil = date_to_civil((date_days)x.number.num);
	return put(out, op == OP_YEAR ? civil.year : op == OP_MONTH ? civil.month : civil.day);
}

static bool eval_count(struct screener_state *state, uint32_t index, struct value *out)
{
	const struct node *nodes = state->program->nodes;
	int64_t n = 0;

	for (uint32_t i = index + 1; i < nodes[index].end; i = nodes[i].end) {
		enum truth t = eval_truth(state, i);

		if (t == UNKNOWN3)
			return false;
		n += t == TRUE3;
	}
	return put(out, n);
}

static bool eval_if_value(struct screener_state *state, uint32_t index, struct value *out)
{
	uint32_t branch;

	return eval_if_branch(state, index, &branch) && eval_value(state, branch, out);
}

static bool eval_lookup(struct screener_state *state, uint32_t index, struct value *out)
{
	const struct node *nodes = state->program->nodes;
	const struct table *table = &state->program->tables[nodes[index].imm >> 32];
	uint32_t column = (uint32_t)nodes[index].imm;
	struct value keys[MAX_TABLE_KEYS], as_of = value_integer(state->answers->today);
	const struct table_row *row;
	uint32_t n = 0, walked;

	for (uint32_t i = index + 1; i < nodes[index].end; i = nodes[i].end)
		if (!eval_value(state, i, &keys[n++]))
			return false;
	if (table->as_of != NO_NODE && !eval_value(state, (uint32_t)table->as_of, &as_of))
		return false;
	row = table_find(table, keys, (date_days)as_of.number.num, &walked);
	if (!eval_spend(state, walked))
		return false;
	if (!row)
		return fail(state, CAUSE_NO_ROW);
	*out = row->values[column];
	return true;
}

static double to_double(const struct value *v)
{
	return (double)v->number.num / (double)v->number.den;
}

/* Children: age, total_chol, hdl, sbp, sex, race, treated, smoker, diabetes. */
static bool eval_pce(struct screener_state *state, uint32_t index, struct value *out)
{
	const struct node *nodes = state->program->nodes;
	struct value in[9] = {};
	struct number risk;
	uint32_t n = 0;

	for (uint32_t i = index + 1; i < nodes[index].end; i = nodes[i].end)
		if (!eval_value(state, i, &in[n++]))
			return false;
	if (!str_eq_c(in[4].text, "F") && !str_eq_c(in[4].text, "M"))
		return fail(state, CAUSE_DOMAIN);
	if (!pce_ascvd(&(struct pce_input){.age = to_double(&in[0]),
					   .total_chol = to_double(&in[1]),
					   .hdl = to_double(&in[2]),
					   .sbp = to_double(&in[3]),
					   .female = str_eq_c(in[4].text, "F"),
					   .black = str_eq_c(in[5].text, "black"),
					   .treated = in[6].number.num,
					   .smoker = in[7].number.num,
					   .diabetes = in[8].number.num},
		       &risk))
		return fail(state, CAUSE_DOMAIN);
	*out = value_number(risk);
	return true;
}

static bool read_slot(struct screener_state *state, const struct node *node, struct value *out)
{
	const struct value *v = &state->slots[node->slot];

	if (!v->known) {
		if (v->cause)
			state->cause = v->cause;
		return false;
	}
	if (node->op == OP_ROWS)
		return put(out, v->rows->n);
	if (node->op == OP_CHOSEN)
		return put(out, __builtin_popcountll(v->set));
	*out = *v;
	return true;
}

bool eval_value(struct screener_state *state, uint32_t index, struct value *out)
{
	const struct node *node = &state->program->nodes[index];
	enum truth t;

	switch ((enum op)node->op) {
	case OP_VALUE: *out = state->program->values[node->imm]; return true;
	case OP_VAR:
	case OP_ROWS:
	case OP_CHOSEN: return read_slot(state, node, out);
	case OP_IF: return eval_if_value(state, index, out);
	case OP_ADD:
	case OP_SUB:
	case OP_MUL:
	case OP_MIN:
	case OP_MAX: return eval_fold(state, index, out);
	case OP_DIV:
	case OP_MOD:
	case OP_PCT_OF: return eval_division(state, index, out);
	case OP_NEG:
	case OP_ROUND: return eval_unary(state, index, out);
	case OP_TODAY: return put(out, state->answers->today);
	case OP_DATE_ADD:
	case OP_DATE_DIFF:
	case OP_AGE_AT: return eval_date_pair(state, index, out);
	case OP_YEAR:
	case OP_MONTH:
	case OP_DAY: return eval_date_part(state, index, out);
	case OP_COUNT_TRUE: return eval_count(state, index, out);
	case OP_ROWS_COUNT:
	case OP_ROWS_SUM: return eval_row_value(state, node, index + 1, out);
	case OP_LOOKUP: return eval_lookup(state, index, out);
	case OP_PCE: return eval_pce(state, index, out);
	default: t = eval_truth(state, index); return t != UNKNOWN3 && put(out, t == TRUE3);
	}
}
