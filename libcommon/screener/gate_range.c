/*
 * Between which numbers what is not settled must lie: from the limits of items,
 * through sums, products and scores, to what a comparison can still be.  So the
 * search need not add up every questionnaire to know which totals there are.
 */
#include "screener/eval.h"
#include "screener/gate_part.h"

#define OPTION_WORK 4 /* of the score of one option, beside a look at a node */

static const struct gate_range anywhere;

static struct gate_range between(struct number low, struct number high)
{
	return (struct gate_range){true, true, low, high};
}

static struct gate_range at(struct number n)
{
	return between(n, n);
}

static struct gate_range hull(struct gate_range a, struct gate_range b)
{
	struct gate_range r = {.has_low = a.has_low && b.has_low,
			       .has_high = a.has_high && b.has_high};

	r.low = number_compare(a.low, b.low) < 0 ? a.low : b.low;
	r.high = number_compare(a.high, b.high) > 0 ? a.high : b.high;
	return r;
}

static struct gate_range plus(struct gate_range a, struct gate_range b)
{
	struct gate_range r = {.has_low = a.has_low && b.has_low,
			       .has_high = a.has_high && b.has_high};

	r.has_low = r.has_low && number_add(a.low, b.low, &r.low);
	r.has_high = r.has_high && number_add(a.high, b.high, &r.high);
	return r;
}

static struct gate_range minus(struct gate_range a)
{
	struct gate_range r = {.has_low = a.has_high, .has_high = a.has_low};

	r.has_low = r.has_low && number_sub(number_of(0), a.high, &r.low);
	r.has_high = r.has_high && number_sub(number_of(0), a.low, &r.high);
	return r;
}

static bool is_bounded(struct gate_range r)
{
	return r.has_low && r.has_high;
}

static struct gate_range times(struct gate_range a, struct gate_range b)
{
	const struct number x[] = {a.low, a.low, a.high, a.high};
	const struct number y[] = {b.low, b.high, b.low, b.high};
	struct gate_range r = anywhere;
	struct number n;

	if (!is_bounded(a) || !is_bounded(b))
		return anywhere;
	for (int i = 0; i < 4; i++) {
		if (!number_mul(x[i], y[i], &n))
			return anywhere;
		r = i ? hull(r, at(n)) : at(n);
	}
	return r;
}

static struct gate_range rounded(struct gate_range r, unsigned digits, enum number_rounding mode)
{
	r.has_low = r.has_low && number_round(r.low, digits, mode, &r.low);
	r.has_high = r.has_high && number_round(r.high, digits, mode, &r.high);
	return r;
}

/* The least, or greatest, of all: one end may be open in any, the other in none. */
static struct gate_range extreme(struct gate_range a, struct gate_range b, bool least)
{
	struct gate_range r;

	if (!least)
		return minus(extreme(minus(a), minus(b), true));
	r = hull(a, b);
	r.has_high = a.has_high || b.has_high;
	if (!a.has_high || (b.has_high && number_compare(b.high, a.high) < 0))
		r.high = b.high;
	else
		r.high = a.high;
	return r;
}

static bool is_number(struct type type)
{
	return type.kind == TYPE_INT || type.kind == TYPE_DEC || type.kind == TYPE_QTY;
}

static struct gate_range range_of_node(struct gate_view *view, uint32_t index);

static struct gate_range fold(struct gate_view *view, uint32_t index)
{
	const struct node *nodes = view->program->nodes;
	struct gate_range total = range_of_node(view, index + 1);

	for (uint32_t i = nodes[index + 1].end; i < nodes[index].end; i = nodes[i].end) {
		struct gate_range next = range_of_node(view, i);

		switch ((enum op)nodes[index].op) {
		case OP_ADD: total = plus(total, next); break;
		case OP_SUB: total = plus(total, minus(next)); break;
		case OP_MUL: total = times(total, next); break;
		case OP_MIN: total = extreme(total, next, true); break;
		default: total = extreme(total, next, false); break;
		}
	}
	return total;
}

/* One of the branches; the conditions do not matter. */
static struct gate_range branches(struct gate_view *view, uint32_t index)
{
	const struct node *nodes = view->program->nodes;
	struct gate_range range = anywhere;
	bool first = true, condition = true;

	for (uint32_t i = index + 1; i < nodes[index].end; i = nodes[i].end) {
		bool last = nodes[i].end == nodes[index].end;

		if (!condition || last) {
			range = first ? range_of_node(view, i)
				      : hull(range, range_of_node(view, i));
			first = false;
		}
		condition = !condition;
	}
	return range;
}

static struct gate_range count(struct gate_view *view, uint32_t index)
{
	const struct node *nodes = view->program->nodes;
	int64_t certain = 0, possible = 0;

	for (uint32_t i = index + 1; i < nodes[index].end; i = nodes[i].end) {
		uint8_t set = gate_can_be(view, i);

		certain += set == CAN_BE_TRUE;
		possible += (set & CAN_BE_TRUE) != 0;
	}
	return between(number_of(certain), number_of(possible));
}

static struct gate_range range_of_node(struct gate_view *view, uint32_t index)
{
	const struct screener *p = view->program;
	const struct node *node = &p->nodes[index];

	switch ((enum op)node->op) {
	case OP_VALUE: return at(p->values[node->imm].number);
	case OP_VAR: return view->ranges[node->slot];
	case OP_ADD:
	case OP_SUB:
	case OP_MUL:
	case OP_MIN:
	case OP_MAX: return fold(view, index);
	case OP_NEG: return minus(range_of_node(view, index + 1));
	case OP_ROUND:
		return rounded(range_of_node(view, index + 1), (unsigned)node->imm, node->sub);
	case OP_IF: return branches(view, index);
	case OP_COUNT_TRUE: return count(view, index);
	case OP_ROWS:
	case OP_ROWS_COUNT:
		return between(number_of(0), number_of(p->items[node->slot].limits.max_count));
	case OP_CHOSEN: return between(number_of(0), number_of(MAX_SET));
	default: return anywhere;
	}
}

struct gate_range gate_item_range(const struct gate_view *view, uint32_t i)
{
	const struct item *item = &view->program->items[i];
	const struct value *answer = &view->state->answers->slots[i];
	struct gate_range range = anywhere;

	if (!is_number(item->value))
		return anywhere;
	if (view->slots[i] == SLOT_KNOWN)
		return at(view->state->slots[i].number);
	if (view->closed[i] && answer->known)
		range = at(answer->number);
	else if (!view->closed[i])
		range = (struct gate_range){item->limits.has_min, item->limits.has_max,
					    item->limits.min, item->limits.max};
	else if (item->has_hidden)
		return at(item->when_hidden.number);
	return item->has_hidden ? hull(range, at(item->when_hidden.number)) : range;
}

struct gate_range gate_derived_range(struct gate_view *view, uint32_t i)
{
	const struct derived *d = &view->program->derived[i];
	struct gate_range range;

	if (!is_number(d->type))
		return anywhere;
	range = range_of_node(view, (uint32_t)d->rule);
	return d->rounding.has ? rounded(range, d->rounding.digits, d->rounding.mode) : range;
}

/* What an option may add; the free text of an open choice adds nothing. */
static struct gate_range option_range(const struct domain *d, bool open)
{
	struct gate_range range = at(open || !d->n ? number_of(0) : d->options[0].score);

	for (uint32_t i = 0; i < d->n; i++)
		range = hull(range, at(d->options[i].score));
	return range;
}

static struct gate_range set_range(const struct domain *d)
{
	struct gate_range range = at(number_of(0));

	for (uint32_t i = 0; i < d->n; i++)
		range = plus(range, hull(at(d->options[i].score), at(number_of(0))));
	return range;
}

static struct gate_range input_range(struct gate_view *view, const struct score *s, uint32_t k)
{
	const struct screener *p = view->program;
	const struct value *v = &view->state->slots[s->slots[k]];
	struct number points;

	if (view->slots[s->slots[k]] == SLOT_KNOWN)
		return eval_points(p, v, s->types[k], &points) ? at(points) : anywhere;
	if (s->types[k].kind == TYPE_CODE || s->types[k].kind == TYPE_SET)
		view->work += (uint64_t)OPTION_WORK * p->domains[s->types[k].of].n;
	switch ((enum type_kind)s->types[k].kind) {
	case TYPE_BOOL: return between(number_of(0), number_of(1));
	case TYPE_CODE:
		return option_range(&p->domains[s->types[k].of],
				    p->items[s->slots[k]].type == SCREENER_OPEN_CHOICE);
	case TYPE_SET: return set_range(&p->domains[s->types[k].of]);
	default: return view->ranges[s->slots[k]];
	}
}

struct gate_range gate_score_range(struct gate_view *view, uint32_t i)
{
	const struct score *s = &view->program->scores[i];
	struct gate_range total = at(number_of(0));

	if (s->method == SCORE_COUNT && s->missing != MISSING_PRORATE)
		total = between(number_of(0), number_of(s->n_slots));
	else if (s->missing == MISSING_PRORATE ||
		 (s->method == SCORE_MEAN && s->missing != MISSING_UNKNOWN))
		return anywhere;
	for (uint32_t k = 0; k < s->n_slots && s->method != SCORE_COUNT; k++) {
		struct gate_range input = input_range(view, s, k);

		if (view->slots[s->slots[k]] != SLOT_KNOWN && s->missing == MISSING_ZERO)
			input = hull(input, at(number_of(0)));
		total = plus(total, input);
	}
	if (s->method == SCORE_MEAN)
		total = times(total, at((struct number){1, s->n_slots}));
	return s->rounding.has ? rounded(total, s->rounding.digits, s->rounding.mode) : total;
}

/* Left against right: what they may be and what not, by their ends. */
static uint8_t compare(struct gate_range a, struct gate_range b, enum comparison how)
{
	/* Can left be below, at, above right? */
	bool below = !a.has_low || !b.has_high || number_compare(a.low, b.high) < 0;
	bool above = !a.has_high || !b.has_low || number_compare(a.high, b.low) > 0;
	bool same = !(a.has_low && b.has_high && number_compare(a.low, b.high) > 0) &&
		    !(a.has_high && b.has_low && number_compare(a.high, b.low) < 0);
	bool yes, no;

	switch (how) {
	case COMPARE_EQ:
		yes = same;
		no = below || above;
		break;
	case COMPARE_NE:
		yes = below || above;
		no = same;
		break;
	case COMPARE_LT:
		yes = below;
		no = same || above;
		break;
	case COMPARE_LE:
		yes = below || same;
		no = above;
		break;
	case COMPARE_GT:
		yes = above;
		no = same || below;
		break;
	default:
		yes = above || same;
		no = below;
		break;
	}
	return (uint8_t)((yes ? CAN_BE_TRUE : 0) | (no ? CAN_BE_FALSE : 0) | CAN_BE_UNKNOWN);
}

/* The score that a slot is the band of; NULL. */
static const struct score *score_of_band(const struct screener *p, uint32_t slot)
{
	uint32_t first = p->n_items + p->n_derived;

	return slot > first && (slot - first) % 2 ? &p->scores[(slot - first) / 2] : NULL;
}

static bool names_band(const struct node *node, int64_t k)
{
	if (node->op == OP_CODE_IN)
		return k < 64 && ((uint64_t)node->imm >> k & 1);
	return (node->imm == k) == (node->sub == COMPARE_EQ);
}

/* The bands that a score in its range can be in. */
static uint8_t compare_band(struct gate_view *view, const struct node *node, const struct score *s)
{
	struct gate_range range = view->ranges[node->slot - 1];
	uint8_t set = CAN_BE_UNKNOWN;

	view->work += s->n_bands;
	for (uint32_t i = 0; i < s->n_bands; i++)
		if (compare(range, between(s->bands[i].low, s->bands[i].high), COMPARE_EQ) &
		    CAN_BE_TRUE)
			set |= names_band(node, s->bands[i].option) ? CAN_BE_TRUE : CAN_BE_FALSE;
	return set;
}

uint8_t gate_compare_ranges(struct gate_view *view, uint32_t index)
{
	const struct screener *p = view->program;
	const struct node *node = &p->nodes[index];
	const struct score *score;

	switch ((enum op)node->op) {
	case OP_COMPARE_IMM:
		return compare(view->ranges[node->slot], at(number_of(node->imm)), node->sub);
	case OP_COMPARE:
		return compare(range_of_node(view, index + 1),
			       range_of_node(view, p->nodes[index + 1].end), node->sub);
	case OP_CODE_IS:
	case OP_CODE_IN:
		score = score_of_band(p, node->slot);
		return score ? compare_band(view, node, score) : CAN_BE_ANY;
	default: return CAN_BE_ANY;
	}
}
