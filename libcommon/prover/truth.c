/* Boolean nodes, as eval.c has them: what is unknown, and whether because something failed. */
#include "prover/part.h"

static struct tri compare_imm(struct encoder *e, const struct node *node)
{
	const struct sym *s = &e->slots[node->slot];
	struct logic *l = &e->l;
	struct sym date;
	struct num n;
	term holds;

	if (s->kind == TYPE_BOOL) {
		/* true is 1, false 0 */
		term is_true = node->imm == 1 ? s->b : node->imm == 0 ? l_not(l, s->b) : l->no;

		holds = node->sub == COMPARE_EQ ? is_true : l_not(l, is_true);
	} else if (s->kind == TYPE_DATE) {
		date = date_constant(e, (date_days)node->imm);
		holds = date_compare(e, s, &date, node->sub);
	} else {
		n = num_constant(e, number_of(node->imm));
		holds = num_compare(e, &s->n, &n, node->sub);
	}
	return tri_of(e, s->known, holds, s->cause);
}

/* "and"; "or" is the same of what is denied. */
static struct tri encode_junction(struct encoder *e, uint32_t index, bool is_or)
{
	const struct node *nodes = e->p->nodes;
	struct terms all = {}, any = {}, causes = {};
	struct logic *l = &e->l;
	struct tri out;

	for (uint32_t i = index + 1; i < nodes[index].end; i = nodes[i].end) {
		struct tri t = encode_truth(e, i);

		t = is_or ? tri_not(t) : t;
		terms_add(l, &all, t.t);
		terms_add(l, &any, t.f);
		terms_add(l, &causes, t.cause);
	}
	out.t = l_all(l, &all);
	out.f = l_any(l, &any);
	out.cause = l_and(l, l_not(l, out.f), l_any(l, &causes));
	return is_or ? tri_not(out) : out;
}

static struct tri encode_at_least(struct encoder *e, uint32_t index)
{
	const struct node *nodes = e->p->nodes;
	struct sym least = encode_value(e, index + 1, TYPE_INT);
	struct logic *l = &e->l;
	term zero = l_whole(l, 0), one = l_whole(l, 1), certain = zero, possible = zero;
	struct terms causes = {};
	term t, f, unknown;

	for (uint32_t i = nodes[index + 1].end; i < nodes[index].end; i = nodes[i].end) {
		struct tri x = encode_truth(e, i);

		certain = l_plus(l, certain, l_if(l, x.t, one, zero));
		possible = l_plus(l, possible, l_if(l, x.f, zero, one));
		terms_add(l, &causes, x.cause);
	}
	t = l_and(l, least.known, l_le(l, least.n.t, certain));
	f = l_and(l, least.known, l_lt(l, possible, least.n.t));
	unknown = l_and(l, least.known, l_not(l, l_or(l, t, f)));
	return (struct tri){t, f, l_or(l, least.cause, l_and(l, unknown, l_any(l, &causes)))};
}

/* Conditions and values from the first one on; the last value stands alone. */
static struct tri if_from(struct encoder *e, uint32_t i, uint32_t end)
{
	const struct node *nodes = e->p->nodes;
	struct tri when, then;

	if (nodes[i].end >= end)
		return encode_truth(e, i);
	when = encode_truth(e, i);
	then = encode_truth(e, nodes[i].end);
	return tri_if(e, when, then, if_from(e, nodes[nodes[i].end].end, end));
}

static term same_content(struct encoder *e, const struct sym *a, const struct sym *b)
{
	struct logic *l = &e->l;

	switch (a->kind) {
	case TYPE_BOOL: return l_eq(l, a->b, b->b);
	case TYPE_DATE: return date_compare(e, a, b, COMPARE_EQ);
	case TYPE_TEXT:
	case TYPE_CODE: return text_same(e, a, b);
	default: return num_compare(e, &a->n, &b->n, COMPARE_EQ);
	}
}

static struct tri encode_in(struct encoder *e, uint32_t index)
{
	const struct node *nodes = e->p->nodes;
	struct sym x = encode_value(e, index + 1, nodes[index].sub ? TYPE_TEXT : TYPE_NONE);
	term any = e->l.no;

	for (uint32_t i = nodes[index + 1].end; i < nodes[index].end; i = nodes[i].end) {
		struct sym element = encode_value(e, i, x.kind);

		any = l_or(&e->l, any, l_and(&e->l, element.known, same_content(e, &x, &element)));
	}
	return tri_of(e, x.known, any, x.cause);
}

static term same_set(struct encoder *e, const struct sym *a, const struct sym *b)
{
	term same = e->l.yes;

	for (uint32_t i = 0; i < MAX_SET; i++)
		same = l_and(&e->l, same, l_eq(&e->l, a->bits[i], b->bits[i]));
	return same;
}

static term ordered(struct encoder *e, const struct sym *a, const struct sym *b,
		    enum comparison how)
{
	if (a->kind == TYPE_BOOL) {
		term same = l_eq(&e->l, a->b, b->b);

		return how == COMPARE_EQ ? same : l_not(&e->l, same);
	}
	if (a->kind == TYPE_DATE)
		return date_compare(e, a, b, how);
	return num_compare(e, &a->n, &b->n, how);
}

static enum type_kind kind_of_pair(const struct encoder *e, uint32_t index, uint32_t second)
{
	enum type_kind kind = kind_of_node(e, index + 1);

	return kind == TYPE_NONE ? kind_of_node(e, second) : kind;
}

static struct tri encode_pair(struct encoder *e, uint32_t index)
{
	const struct node *node = &e->p->nodes[index];
	uint32_t second = e->p->nodes[index + 1].end;
	enum type_kind kind = node->op == OP_SAME_SET ? TYPE_SET
			      : node->op == OP_SAME_TEXT || node->op == OP_STARTS_WITH
				      ? TYPE_TEXT
				      : kind_of_pair(e, index, second);
	struct sym a = encode_value(e, index + 1, kind), b = encode_value(e, second, kind);
	struct logic *l = &e->l;
	term holds;

	switch (node->op) {
	case OP_SAME_SET: holds = same_set(e, &a, &b); break;
	case OP_SAME_TEXT: holds = text_same(e, &a, &b); break;
	case OP_STARTS_WITH: holds = text_starts(e, &a, b.literal); break;
	default: holds = ordered(e, &a, &b, node->sub); break;
	}
	if ((node->op == OP_SAME_SET || node->op == OP_SAME_TEXT) && node->sub == COMPARE_NE)
		holds = l_not(l, holds);
	return tri_of(e, l_and(l, a.known, b.known), holds,
		      l_or(l, a.cause, l_and(l, a.known, b.cause)));
}

static struct tri encode_code(struct encoder *e, const struct node *node)
{
	const struct sym *s = &e->slots[node->slot];
	struct logic *l = &e->l;
	term holds = l->no;

	if (node->op == OP_CODE_IS) {
		holds = l_eq(l, s->code, l_whole(l, node->imm));
		if (node->sub != COMPARE_EQ)
			holds = l_not(l, holds);
	} else {
		for (int i = 0; i < 64; i++)
			if ((uint64_t)node->imm >> i & 1)
				holds = l_or(l, holds, l_eq(l, s->code, l_whole(l, i)));
	}
	return tri_of(e, s->known, holds, s->cause);
}

static struct tri encode_set_has(struct encoder *e, uint32_t index)
{
	const struct sym *s = &e->slots[e->p->nodes[index].slot];
	struct sym code = encode_value(e, index + 1, TYPE_CODE);
	struct logic *l = &e->l;
	term has = l->no;

	for (uint32_t i = 0; i < e->p->domains[s->domain].n; i++)
		has = l_or(l, has, l_and(l, s->bits[i], l_eq(l, code.code, l_whole(l, i))));
	return tri_of(e, l_and(l, code.known, s->known), has,
		      l_or(l, code.cause, l_and(l, code.known, s->cause)));
}

static struct tri encode_set(struct encoder *e, const struct node *node)
{
	const struct sym *s = &e->slots[node->slot];
	struct logic *l = &e->l;
	term any = l->no, all = l->yes;

	for (uint32_t i = 0; i < e->p->domains[s->domain].n && i < MAX_SET; i++)
		if ((uint64_t)node->imm >> i & 1) {
			any = l_or(l, any, s->bits[i]);
			all = l_and(l, all, s->bits[i]);
		}
	return tri_of(e, s->known,
		      node->op == OP_SET_ALL	? all
		      : node->op == OP_SET_NONE ? l_not(l, any)
						: any,
		      s->cause);
}

static struct tri encode_missing(struct encoder *e, uint32_t item)
{
	struct tri shown = e->shown[item];
	struct logic *l = &e->l;

	return (struct tri){l_and(l, shown.t, l_not(l, e->valid[item])),
			    l_or(l, shown.f, l_and(l, shown.t, e->valid[item])), l->no};
}

struct tri encode_truth(struct encoder *e, uint32_t index)
{
	const struct node *node = &e->p->nodes[index];
	struct sym s;

	if (logic_is_full(&e->l))
		return tri_constant(e, false);
	switch ((enum op)node->op) {
	case OP_BOOL: return tri_constant(e, node->imm);
	case OP_VAR_BOOL: return sym_truth(e, &e->slots[node->slot]);
	case OP_COMPARE_IMM: return compare_imm(e, node);
	case OP_AND: return encode_junction(e, index, false);
	case OP_OR: return encode_junction(e, index, true);
	case OP_NOT: return tri_not(encode_truth(e, index + 1));
	case OP_COMPARE:
	case OP_SAME_TEXT:
	case OP_SAME_SET:
	case OP_STARTS_WITH: return encode_pair(e, index);
	case OP_CODE_IS:
	case OP_CODE_IN: return encode_code(e, node);
	case OP_IN: return encode_in(e, index);
	case OP_SET_HAS: return encode_set_has(e, index);
	case OP_SET_ANY:
	case OP_SET_ALL:
	case OP_SET_NONE: return encode_set(e, node);
	case OP_ROWS_SOME:
	case OP_ROWS_ALL:
	case OP_ROWS_NONE: return encode_row_truth(e, node, index + 1);
	case OP_AT_LEAST: return encode_at_least(e, index);
	case OP_MISSING: return encode_missing(e, (uint32_t)node->imm);
	case OP_IF: return if_from(e, index + 1, node->end);
	default: s = encode_value(e, index, TYPE_BOOL); return sym_truth(e, &s);
	}
}
