/*
 * Boolean nodes, by Kleene's three-valued logic, and the whole of an
 * evaluation.  Recursion is bounded by the depth of rules (MAX_DEPTH).
 */
#include "screener/eval/eval.h"

static enum truth unknown_slot(struct screener_state *state, const struct value *v)
{
	if (v->cause)
		state->cause = v->cause;
	return UNKNOWN3;
}

static inline bool holds(int order, enum comparison how)
{
	switch (how) {
	case COMPARE_EQ: return order == 0;
	case COMPARE_NE: return order != 0;
	case COMPARE_LT: return order < 0;
	case COMPARE_LE: return order <= 0;
	case COMPARE_GT: return order > 0;
	case COMPARE_GE: break;
	}
	return order >= 0;
}

static enum truth compare_imm(struct screener_state *state, const struct node *node)
{
	const struct value *v = &state->slots[node->slot];
	int64_t n = node->imm;

	if (!v->known)
		return unknown_slot(state, v);
	if (v->number.den != 1)
		return truth_of(holds(number_compare(v->number, number_of(n)), node->sub));
	return truth_of(
		holds((v->number.num > n) - (v->number.num < n), (enum comparison)node->sub));
}

/* false decides an "and", true an "or"; what was unknown before then no longer matters. */
static enum truth eval_junction(struct screener_state *state, uint32_t index, enum truth decisive)
{
	const struct node *nodes = state->program->nodes;
	enum truth result = truth_not(decisive);
	uint8_t cause = state->cause;

	for (uint32_t i = index + 1; i < nodes[index].end; i = nodes[i].end) {
		enum truth t = eval_truth(state, i);

		if (t == decisive) {
			state->cause = cause;
			return decisive;
		}
		if (t == UNKNOWN3)
			result = UNKNOWN3;
	}
	return result;
}

static enum truth eval_at_least(struct screener_state *state, uint32_t index)
{
	const struct node *nodes = state->program->nodes;
	int64_t certain = 0, possible = 0;
	uint8_t cause = state->cause;
	struct value n;

	if (!eval_value(state, index + 1, &n))
		return UNKNOWN3;
	for (uint32_t i = nodes[index + 1].end; i < nodes[index].end; i = nodes[i].end) {
		enum truth t = eval_truth(state, i);

		certain += t == TRUE3;
		possible += t != FALSE3;
	}
	if (certain < n.number.num && possible >= n.number.num)
		return UNKNOWN3;
	state->cause = cause;
	return truth_of(certain >= n.number.num);
}

bool eval_if_branch(struct screener_state *state, uint32_t index, uint32_t *branch)
{
	const struct node *nodes = state->program->nodes;
	uint32_t i = index + 1;

	while (nodes[i].end < nodes[index].end) {
		enum truth t = eval_truth(state, i);

		i = nodes[i].end;
		if (t == UNKNOWN3)
			return false;
		if (t == TRUE3)
			break;
		i = nodes[i].end;
	}
	*branch = i;
	return true;
}

static enum truth eval_if_truth(struct screener_state *state, uint32_t index)
{
	uint32_t branch;

	return eval_if_branch(state, index, &branch) ? eval_truth(state, branch) : UNKNOWN3;
}

static bool same_value(const struct value *a, const struct value *b, bool text)
{
	return text ? str_eq(a->text, b->text) : number_compare(a->number, b->number) == 0;
}

static enum truth eval_in(struct screener_state *state, uint32_t index)
{
	const struct node *nodes = state->program->nodes;
	struct value x, element;

	if (!eval_value(state, index + 1, &x))
		return UNKNOWN3;
	for (uint32_t i = nodes[index + 1].end; i < nodes[index].end; i = nodes[i].end)
		if (eval_value(state, i, &element) && same_value(&x, &element, nodes[index].sub))
			return TRUE3;
	return FALSE3;
}

static enum truth eval_pair(struct screener_state *state, uint32_t index)
{
	const struct node *node = &state->program->nodes[index];
	struct value a, b;
	int order;

	if (!eval_value(state, index + 1, &a) ||
	    !eval_value(state, state->program->nodes[index + 1].end, &b))
		return UNKNOWN3;
	switch (node->op) {
	case OP_SAME_TEXT: order = str_eq(a.text, b.text) ? 0 : 1; break;
	case OP_SAME_SET: order = a.set == b.set ? 0 : 1; break;
	case OP_STARTS_WITH:
		return truth_of(a.text.len >= b.text.len &&
				memcmp(a.text.ptr, b.text.ptr, b.text.len) == 0);
	default: order = number_compare(a.number, b.number); break;
	}
	return truth_of(holds(order, (enum comparison)node->sub));
}

static enum truth eval_code(struct screener_state *state, const struct node *node)
{
	const struct value *v = &state->slots[node->slot];

	if (!v->known)
		return unknown_slot(state, v);
	if (node->op == OP_CODE_IS)
		return truth_of((v->code == node->imm) == (node->sub == COMPARE_EQ));
	return truth_of(v->code >= 0 && v->code < 64 && ((uint64_t)node->imm >> v->code & 1));
}

static enum truth eval_set(struct screener_state *state, uint32_t index)
{
	const struct node *node = &state->program->nodes[index];
	const struct value *v = &state->slots[node->slot];
	uint64_t mask = (uint64_t)node->imm;
	struct value code;

	if (node->op == OP_SET_HAS) {
		if (!eval_value(state, index + 1, &code))
			return UNKNOWN3;
		mask = code.code < 0 || code.code > 63 ? 0 : (uint64_t)1 << code.code;
	}
	if (!v->known)
		return unknown_slot(state, v);
	if (node->op == OP_SET_ALL)
		return truth_of((v->set & mask) == mask);
	return truth_of(((v->set & mask) != 0) == (node->op != OP_SET_NONE));
}

static enum truth eval_missing(const struct screener_state *state, uint32_t item)
{
	if (state->shown[item] != TRUE3)
		return state->shown[item];
	return truth_of(state->answers->given[item] != GIVEN_VALID);
}

enum truth eval_truth(struct screener_state *state, uint32_t index)
{
	const struct node *node = &state->program->nodes[index];
	const struct value *v;
	struct value other;

	switch ((enum op)node->op) {
	case OP_BOOL: return truth_of(node->imm);
	case OP_VAR_BOOL:
		v = &state->slots[node->slot];
		return v->known ? truth_of(v->number.num) : unknown_slot(state, v);
	case OP_COMPARE_IMM: return compare_imm(state, node);
	case OP_AND: return eval_junction(state, index, FALSE3);
	case OP_OR: return eval_junction(state, index, TRUE3);
	case OP_NOT: return truth_not(eval_truth(state, index + 1));
	case OP_COMPARE:
	case OP_SAME_TEXT:
	case OP_SAME_SET:
	case OP_STARTS_WITH: return eval_pair(state, index);
	case OP_CODE_IS:
	case OP_CODE_IN: return eval_code(state, node);
	case OP_IN: return eval_in(state, index);
	case OP_SET_HAS:
	case OP_SET_ANY:
	case OP_SET_ALL:
	case OP_SET_NONE: return eval_set(state, index);
	case OP_ROWS_SOME:
	case OP_ROWS_ALL:
	case OP_ROWS_NONE: return eval_row_truth(state, node, index + 1);
	case OP_AT_LEAST: return eval_at_least(state, index);
	case OP_MISSING: return eval_missing(state, (uint32_t)node->imm);
	case OP_IF: return eval_if_truth(state, index);
	default:
		if (!eval_value(state, index, &other))
			return UNKNOWN3;
		return truth_of(other.number.num);
	}
}

static void eval_conditions(struct screener_state *state)
{
	const struct screener *p = state->program;

	for (uint32_t i = 0; i < p->n_rules; i++) {
		if (p->rules[i].otherwise)
			continue;
		state->cause = CAUSE_NONE;
		state->rules[i] = eval_truth(state, (uint32_t)p->rules[i].cond);
		if (state->rules[i] == UNKNOWN3 && state->cause)
			state->failed = true;
	}
}

/* "else" is the last rule. */
static void eval_else(struct screener_state *state)
{
	uint32_t n = state->program->n_rules;

	if (!n || !state->program->rules[n - 1].otherwise)
		return;
	if (memchr(state->rules, TRUE3, n - 1))
		state->rules[n - 1] = FALSE3;
	else
		state->rules[n - 1] = memchr(state->rules, UNKNOWN3, n - 1) ? UNKNOWN3 : TRUE3;
}

static void eval_constraints(struct screener_state *state)
{
	const struct screener *p = state->program;

	for (uint32_t i = 0; i < p->n_constraints; i++)
		state->constraints[i] = eval_truth(state, (uint32_t)p->constraints[i].that);
}

/* Once decided, a true answer to the outcome's attestation turns it into another. */
static void resolve(const struct screener_state *state, struct verdict *verdict,
		    struct screener_result *out)
{
	const struct outcome *outcome = &state->program->outcomes[verdict->outcome];
	const struct value *by;

	if (outcome->resolved_by < 0)
		return;
	by = &state->slots[outcome->resolved_by];
	if (!by->known || !by->number.num || state->shown[outcome->resolved_by] != TRUE3)
		return;
	out->resolved_from = &outcome->public;
	verdict->outcome = outcome->resolves_to;
}

static int32_t outcome_of_uncertainty(const struct screener *p, int32_t certain)
{
	bool severe = p->hit == HIT_MOST_SEVERE || p->hit == HIT_COLLECT;
	int least = p->outcomes[p->on_unknown].public.severity;

	if (!severe || certain < 0 || p->outcomes[certain].public.issues_code)
		return p->on_unknown;
	return p->outcomes[certain].public.severity > least ? certain : p->on_unknown;
}

void eval_conclude(struct screener_state *state, struct screener_result *out)
{
	const struct screener *p = state->program;
	struct verdict verdict = eval_decide(state);

	*out = (struct screener_result){.state = state};
	if (state->over_limit)
		verdict.held |= SCREENER_HELD_LIMIT;
	if (!verdict.held)
		resolve(state, &verdict, out);
	if (!verdict.held && p->outcomes[verdict.outcome].public.issues_code) {
		verdict.held = eval_hold(state);
		if (verdict.held)
			verdict.outcome = -1;
	}
	if (verdict.held) {
		verdict.outcome = outcome_of_uncertainty(p, verdict.outcome);
		out->resolved_from = NULL;
	}
	out->outcome = &p->outcomes[verdict.outcome].public;
	out->held = verdict.held;
	out->decided = !verdict.held;
}

struct screener_state *eval_state(const struct screener *p, const struct screener_answers *answers,
				  struct arena *arena)
{
	struct screener_state *state = arena_alloc(arena, sizeof *state);
	size_t n_bytes = p->n_items + p->n_rules + p->n_constraints;
	size_t n_copied = p->n_items * sizeof *state->slots;

	*state = (struct screener_state){.program = p, .answers = answers, .arena = arena};
	state->slots = arena_alloc(arena, p->n_slots * sizeof *state->slots);
	memcpy(state->slots, answers->slots, n_copied);
	memset((char *)state->slots + n_copied, 0, p->n_slots * sizeof *state->slots - n_copied);
	state->shown = arena_alloc(arena, n_bytes);
	memset(state->shown, TRUE3, p->n_items);
	state->rules = state->shown + p->n_items;
	state->constraints = state->rules + p->n_rules;
	eval_steps(state);
	if (p->decision)
		eval_decision(state);
	else
		eval_conditions(state);
	eval_else(state);
	eval_constraints(state);
	return state;
}

void screener_eval(const struct screener *p, const struct screener_answers *answers,
		   struct arena *arena, enum screener_depth depth, struct screener_result *out)
{
	struct screener_state *state = eval_state(p, answers, arena);

	eval_conclude(state, out);
	if (depth == SCREENER_FULL)
		eval_report(state, out);
}
