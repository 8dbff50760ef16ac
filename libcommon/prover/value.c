/* Nodes of any type, as eval/value.c has them; the first unknown argument gives its cause. */
#include "prover/part.h"

static enum type_kind kind_of_slot(const struct encoder *e, uint32_t slot)
{
	const struct screener *p = e->p;

	if (slot < p->n_items)
		return p->items[slot].value.kind;
	if (slot < p->n_items + p->n_derived)
		return p->derived[slot - p->n_items].type.kind;
	return (slot - p->n_items - p->n_derived) % 2 ? TYPE_CODE : TYPE_DEC;
}

/* Of the branches of an "if", or the arguments of min and max: the first that is no literal. */
static enum type_kind kind_of_children(const struct encoder *e, uint32_t index, bool branches)
{
	const struct node *nodes = e->p->nodes;
	enum type_kind kind = TYPE_NONE;

	for (uint32_t i = index + 1, k = 0; i < nodes[index].end && kind == TYPE_NONE;
	     i = nodes[i].end, k++)
		if (!branches || k % 2 == 1 || nodes[i].end == nodes[index].end)
			kind = kind_of_node(e, i);
	return kind;
}

/* NONE of a literal: its type is that of what stands beside it. */
enum type_kind kind_of_node(const struct encoder *e, uint32_t index)
{
	const struct node *node = &e->p->nodes[index];

	switch ((enum op)node->op) {
	case OP_VALUE: return TYPE_NONE;
	case OP_VAR: return kind_of_slot(e, node->slot);
	case OP_IF: return kind_of_children(e, index, true);
	case OP_MIN:
	case OP_MAX: return kind_of_children(e, index, false);
	case OP_TODAY:
	case OP_DATE_ADD: return TYPE_DATE;
	case OP_LOOKUP: return e->p->tables[node->imm >> 32].column_types[(uint32_t)node->imm].kind;
	default: return node->op < OP_IF ? TYPE_BOOL : TYPE_DEC;
	}
}

/* What is known so far of arguments evaluated one after the other. */
struct chain {
	term known, cause;
};

static struct chain chain_new(struct encoder *e)
{
	return (struct chain){e->l.yes, e->l.no};
}

static void chain_add(struct encoder *e, struct chain *c, const struct sym *s)
{
	struct logic *l = &e->l;

	c->cause = l_or(l, c->cause, l_and(l, c->known, s->cause));
	c->known = l_and(l, c->known, s->known);
}

static void chain_fail(struct encoder *e, struct chain *c, term when)
{
	struct logic *l = &e->l;

	c->cause = l_or(l, c->cause, l_and(l, c->known, when));
	c->known = l_and(l, c->known, l_not(l, when));
}

static struct sym chained(struct sym s, struct chain c)
{
	s.known = c.known;
	s.cause = c.cause;
	return s;
}

static struct sym extreme(struct encoder *e, const struct sym *a, const struct sym *b, bool least)
{
	enum comparison how = least ? COMPARE_LT : COMPARE_GT;
	term take_b = a->kind == TYPE_DATE ? date_compare(e, b, a, how)
					   : num_compare(e, &b->n, &a->n, how);

	return sym_choose(e, take_b, b, a);
}

static struct sym combine(struct encoder *e, enum op op, const struct sym *a, const struct sym *b,
			  term *overflow)
{
	*overflow = e->l.no;
	switch (op) {
	case OP_ADD:
	case OP_SUB: return sym_of_num(e, num_add(e, &a->n, &b->n, op == OP_SUB, overflow));
	case OP_MUL: return sym_of_num(e, num_multiply(e, &a->n, &b->n, overflow));
	default: return extreme(e, a, b, op == OP_MIN);
	}
}

static struct sym encode_fold(struct encoder *e, uint32_t index, enum type_kind wanted)
{
	const struct node *nodes = e->p->nodes;
	enum type_kind kind = kind_of_node(e, index);
	struct chain c = chain_new(e);
	struct sym total, next;
	term overflow;

	kind = kind == TYPE_NONE ? wanted : kind;
	total = encode_value(e, index + 1, kind);
	chain_add(e, &c, &total);
	for (uint32_t i = nodes[index + 1].end; i < nodes[index].end; i = nodes[i].end) {
		next = encode_value(e, i, kind);
		chain_add(e, &c, &next);
		total = combine(e, nodes[index].op, &total, &next, &overflow);
		chain_fail(e, &c, overflow);
	}
	return chained(total, c);
}

static struct sym encode_division(struct encoder *e, uint32_t index)
{
	enum op op = e->p->nodes[index].op;
	struct sym a = encode_value(e, index + 1, TYPE_DEC);
	struct sym b = encode_value(e, e->p->nodes[index + 1].end, TYPE_DEC);
	struct num hundred = num_constant(e, number_of(100)), zero = num_constant(e, number_of(0));
	struct chain c = chain_new(e);
	struct num n;
	term overflow;

	chain_add(e, &c, &a);
	chain_add(e, &c, &b);
	chain_fail(e, &c, num_compare(e, &b.n, &zero, op == OP_PCT_OF ? COMPARE_LE : COMPARE_EQ));
	if (op == OP_MOD)
		return chained(sym_of_num(e, num_modulo(e, &a.n, &b.n)), c);
	if (op == OP_PCT_OF) {
		/* The engine divides first: only what may not fit differs, and that is free. */
		(void)num_divide(e, &a.n, &b.n, &overflow);
		chain_fail(e, &c, overflow);
		a.n = num_multiply(e, &a.n, &hundred, &overflow);
		n = num_divide(e, &a.n, &b.n, &overflow);
	} else {
		n = num_divide(e, &a.n, &b.n, &overflow);
	}
	chain_fail(e, &c, overflow);
	return chained(sym_of_num(e, n), c);
}

static struct sym encode_unary(struct encoder *e, uint32_t index)
{
	const struct node *node = &e->p->nodes[index];
	struct sym x = encode_value(e, index + 1, TYPE_DEC);
	struct num zero = num_constant(e, number_of(0)), n;
	struct chain c = chain_new(e);
	term overflow;

	chain_add(e, &c, &x);
	if (node->op == OP_NEG)
		n = num_add(e, &zero, &x.n, true, &overflow);
	else
		n = num_rounded(e, &x.n, (unsigned)node->imm, node->sub, &overflow);
	chain_fail(e, &c, overflow);
	return chained(sym_of_num(e, n), c);
}

static struct sym encode_date_pair(struct encoder *e, uint32_t index)
{
	const struct node *node = &e->p->nodes[index];
	uint32_t second = e->p->nodes[index + 1].end;
	struct sym a = encode_value(e, index + 1, TYPE_DATE), b, out;
	struct chain c = chain_new(e);
	term overflow;

	b = encode_value(e, second, node->op == OP_DATE_ADD ? TYPE_INT : TYPE_DATE);
	chain_add(e, &c, &a);
	chain_add(e, &c, &b);
	if (node->op == OP_DATE_ADD) {
		out = date_plus(e, &a, &b.n, node->sub, &overflow);
		chain_fail(e, &c, overflow);
		return chained(out, c);
	}
	return chained(
		sym_of_num(e, date_difference(e, &a, &b,
					      node->op == OP_AGE_AT ? CALENDAR_YEAR : node->sub)),
		c);
}

static struct sym encode_date_part(struct encoder *e, uint32_t index)
{
	enum op op = e->p->nodes[index].op;
	struct sym x = encode_value(e, index + 1, TYPE_DATE);
	struct chain c = chain_new(e);
	struct num n = op == OP_YEAR	? num_whole(e, x.y, 1, 9999)
		       : op == OP_MONTH ? num_whole(e, x.m, 1, 12)
					: num_whole(e, x.d, 1, 31);

	chain_add(e, &c, &x);
	return chained(sym_of_num(e, n), c);
}

static struct sym encode_count(struct encoder *e, uint32_t index)
{
	const struct node *nodes = e->p->nodes;
	struct logic *l = &e->l;
	struct chain c = chain_new(e);
	term sum = l_whole(l, 0), one = l_whole(l, 1), zero = sum;
	uint32_t n = 0;

	for (uint32_t i = index + 1; i < nodes[index].end; i = nodes[i].end, n++) {
		struct tri t = encode_truth(e, i);
		struct sym s = sym_of_tri(e, t);

		chain_add(e, &c, &s);
		sum = l_plus(l, sum, l_if(l, t.t, one, zero));
	}
	return chained(sym_of_num(e, num_whole(e, sum, 0, n)), c);
}

static struct sym if_from(struct encoder *e, uint32_t i, uint32_t end, enum type_kind kind)
{
	const struct node *nodes = e->p->nodes;
	struct logic *l = &e->l;
	struct sym then, otherwise, out;
	struct tri when;

	if (nodes[i].end >= end)
		return encode_value(e, i, kind);
	when = encode_truth(e, i);
	then = encode_value(e, nodes[i].end, kind);
	otherwise = if_from(e, nodes[nodes[i].end].end, end, kind);
	out = sym_choose(e, when.t, &then, &otherwise);
	out.known = l_or(l, l_and(l, when.t, then.known), l_and(l, when.f, otherwise.known));
	out.cause = l_or(l, l_and(l, when.t, then.cause), l_and(l, when.f, otherwise.cause));
	out.cause = l_or(l, out.cause, when.cause);
	return out;
}

static struct sym encode_if(struct encoder *e, uint32_t index, enum type_kind wanted)
{
	enum type_kind kind = kind_of_node(e, index);

	return if_from(e, index + 1, e->p->nodes[index].end, kind == TYPE_NONE ? wanted : kind);
}

static struct sym read_slot(struct encoder *e, const struct node *node)
{
	const struct sym *s = &e->slots[node->slot];
	struct logic *l = &e->l;
	struct sym out;
	term sum;

	if (node->op == OP_VAR)
		return *s;
	if (node->op == OP_ROWS) {
		out = sym_of_num(e, num_whole(e, s->rows->count, 0, MAX_ROWS));
	} else {
		sum = l_whole(l, 0);
		for (uint32_t i = 0; i < MAX_SET; i++)
			if (s->bits[i] != l->no)
				sum = l_plus(l, sum,
					     l_if(l, s->bits[i], l_whole(l, 1), l_whole(l, 0)));
		out = sym_of_num(e, num_whole(e, sum, 0, MAX_SET));
	}
	out.known = s->known;
	out.cause = s->cause;
	return out;
}

static struct sym encode_constant(struct encoder *e, const struct node *node, enum type_kind wanted)
{
	enum type_kind kind = wanted == TYPE_NONE || wanted == TYPE_BOOL ? TYPE_DEC : wanted;

	return sym_constant(e, &e->p->values[node->imm], (struct type){.kind = (uint8_t)kind});
}

struct sym encode_value(struct encoder *e, uint32_t index, enum type_kind wanted)
{
	const struct node *node = &e->p->nodes[index];

	switch ((enum op)node->op) {
	case OP_VALUE: return encode_constant(e, node, wanted);
	case OP_VAR:
	case OP_ROWS:
	case OP_CHOSEN: return read_slot(e, node);
	case OP_IF: return encode_if(e, index, wanted);
	case OP_ADD:
	case OP_SUB:
	case OP_MUL:
	case OP_MIN:
	case OP_MAX: return encode_fold(e, index, wanted);
	case OP_DIV:
	case OP_MOD:
	case OP_PCT_OF: return encode_division(e, index);
	case OP_NEG:
	case OP_ROUND: return encode_unary(e, index);
	case OP_TODAY: return e->today;
	case OP_DATE_ADD:
	case OP_DATE_DIFF:
	case OP_AGE_AT: return encode_date_pair(e, index);
	case OP_YEAR:
	case OP_MONTH:
	case OP_DAY: return encode_date_part(e, index);
	case OP_COUNT_TRUE: return encode_count(e, index);
	case OP_ROWS_COUNT:
	case OP_ROWS_SUM: return encode_row_value(e, node, index + 1);
	case OP_LOOKUP: return encode_lookup(e, index);
	case OP_PCE: return encode_pce(e, index);
	default: return sym_of_tri(e, encode_truth(e, index));
	}
}
