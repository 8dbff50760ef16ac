/*
 * Loops over the rows of a group.  Rows are said one by one as far as the budget
 * goes; what further ones bring is free.  A document that can exceed the limit of
 * operations may do so at any loop.
 */
#include "prover/part.h"

term row_exists(struct encoder *e, const struct sym_rows *rows, uint32_t row)
{
	return l_lt(&e->l, l_whole(&e->l, row), rows->count);
}

static term more_exist(struct encoder *e, const struct sym_rows *rows)
{
	return rows->more ? row_exists(e, rows, rows->n) : e->l.no;
}

void enter_row(struct encoder *e, const struct sym_rows *rows, uint32_t row)
{
	memcpy(&e->slots[rows->group + 1], &rows->cells[(size_t)row * rows->n_children],
	       rows->n_children * sizeof *rows->cells);
}

/* What is walked in tables by the nodes of a rule, at most. */
static uint64_t walks_in(const struct screener *p, uint32_t from, uint32_t end)
{
	uint64_t walks = 0;

	for (uint32_t i = from; i < end; i++)
		if (p->nodes[i].op == OP_LOOKUP && p->tables[p->nodes[i].imm >> 32].floor)
			walks += p->tables[p->nodes[i].imm >> 32].n_rows;
	return walks;
}

/* Of the children's own conditions, once per row. */
static uint64_t cost_of_children(const struct screener *p, uint32_t group)
{
	uint64_t cost = 0;

	for (uint32_t i = group + 1; i <= group + p->items[group].n_children; i++) {
		const int32_t rules[] = {p->items[i].show_if, p->items[i].required_if};

		for (int k = 0; k < 2; k++)
			if (rules[k] != NO_NODE)
				cost += p->nodes[rules[k]].end - (uint32_t)rules[k] +
					walks_in(p, (uint32_t)rules[k], p->nodes[rules[k]].end);
	}
	return cost * p->items[group].limits.max_count;
}

void find_row_costs(struct encoder *e)
{
	const struct screener *p = e->p;
	uint64_t cost = walks_in(p, 0, p->n_nodes);

	for (uint32_t i = 0; i < p->n_nodes; i++) {
		const struct node *node = &p->nodes[i];

		switch ((enum op)node->op) {
		case OP_ROWS_SOME:
		case OP_ROWS_ALL:
		case OP_ROWS_NONE:
		case OP_ROWS_COUNT:
		case OP_ROWS_SUM:
			cost += (node->end - i + p->items[node->slot].n_children / 16 +
				 walks_in(p, i, node->end)) *
				p->items[node->slot].limits.max_count;
			break;
		default: break;
		}
	}
	for (uint32_t i = 0; i < p->n_row_groups; i++)
		cost += cost_of_children(p, p->row_groups[i]);
	e->may_exceed = cost > MAX_OPERATIONS;
}

term limit_hit(struct encoder *e)
{
	term hit = e->may_exceed ? l_free(&e->l) : e->l.no;

	terms_add(&e->l, &e->over, hit);
	return hit;
}

/* A row, as far as it exists, and after those that are said a free one for the rest. */
static struct tri tri_free(struct encoder *e)
{
	struct logic *l = &e->l;
	term t = l_bool(l), f = l_and(l, l_not(l, t), l_bool(l));

	return (struct tri){t, f, l_and(l, l_not(l, l_or(l, t, f)), l_free(l))};
}

struct tri encode_row_truth(struct encoder *e, const struct node *node, uint32_t body)
{
	const struct sym *group = &e->slots[node->slot];
	const struct sym_rows *rows = group->rows;
	struct terms any = {}, all = {}, causes = {};
	struct logic *l = &e->l;
	struct tri out;

	/* "all" is that it is false for none */
	for (uint32_t i = 0; i < rows->n + rows->more; i++) {
		term here = i < rows->n ? row_exists(e, rows, i) : more_exist(e, rows);
		struct tri t;

		if (i < rows->n)
			enter_row(e, rows, i);
		t = i < rows->n ? encode_truth(e, body) : tri_free(e);
		t = node->op == OP_ROWS_ALL ? tri_not(t) : t;
		terms_add(l, &any, l_and(l, here, t.t));
		terms_add(l, &all, l_or(l, l_not(l, here), t.f));
		terms_add(l, &causes, l_and(l, here, t.cause));
	}
	out.t = l_and(l, group->known, l_any(l, &any));
	out.f = l_and(l, group->known, l_all(l, &all));
	out.cause = l_and(l, group->known,
			  l_and(l, l_not(l, l_or(l, out.t, out.f)), l_any(l, &causes)));
	out.cause = l_or(l, out.cause, l_and(l, l_not(l, group->known), group->cause));
	out = tri_limit(e, out, limit_hit(e));
	return node->op == OP_ROWS_SOME ? out : tri_not(out);
}

/* One row's part of a count or sum: nothing where there is no such row. */
struct part {
	term here;
	struct sym value;
};

static struct sym counted(struct encoder *e, struct tri t)
{
	struct sym s = sym_of_tri(e, t);
	struct logic *l = &e->l;

	s.kind = TYPE_INT;
	s.n = num_whole(e, l_if(l, t.t, l_whole(l, 1), l_whole(l, 0)), 0, 1);
	return s;
}

static struct sym row_part(struct encoder *e, const struct node *node, uint32_t body)
{
	return node->op == OP_ROWS_COUNT ? counted(e, encode_truth(e, body))
					 : encode_value(e, body, TYPE_DEC);
}

static void add_part(struct encoder *e, term here, const struct sym *part, struct sym *total)
{
	struct logic *l = &e->l;
	struct num zero = num_constant(e, number_of(0)), n = num_choose(e, here, &part->n, &zero);
	term overflow, ok = l_or(l, l_not(l, here), part->known);

	total->cause = l_or(l, total->cause, l_and(l, total->known, l_and(l, here, part->cause)));
	total->known = l_and(l, total->known, ok);
	total->n = num_add(e, &total->n, &n, false, &overflow);
	overflow = l_and(l, overflow, here);
	total->cause = l_or(l, total->cause, l_and(l, total->known, overflow));
	total->known = l_named(l, l_and(l, total->known, l_not(l, overflow)));
}

/* Further rows add anything, or make it unknown, failed or not. */
static void add_more(struct encoder *e, const struct node *node, const struct sym_rows *rows,
		     struct sym *total)
{
	struct logic *l = &e->l;
	term here = more_exist(e, rows), unknown = l_free(l);
	bool counts = node->op == OP_ROWS_COUNT;
	term more = counts ? l_int(l) : l_real(l);
	term zero = counts ? l_whole(l, 0) : l_fraction(l, number_of(0));

	if (counts) {
		logic_assume(l, l_le(l, zero, more));
		logic_assume(l, l_le(l, more, l_whole(l, MAX_ROWS)));
		total->n.hi += MAX_ROWS;
	} else {
		total->n.t = num_real(e, &total->n);
		total->n = (struct num){.t = total->n.t,
					.real = true,
					.lo = -((wide)1 << 120),
					.hi = (wide)1 << 120,
					.den = (wide)1 << 120};
	}
	total->n.n_of = 0;
	total->n.t = l_plus(l, total->n.t, l_if(l, here, more, zero));
	total->known = l_and(l, total->known, l_not(l, unknown));
	total->cause = l_and(l, l_not(l, total->known), l_free(l));
}

struct sym encode_row_value(struct encoder *e, const struct node *node, uint32_t body)
{
	const struct sym group = e->slots[node->slot];
	const struct sym_rows *rows = group.rows;
	struct sym total = sym_of_num(e, num_constant(e, number_of(0)));
	struct logic *l = &e->l;
	term limit;

	total.known = group.known;
	total.cause = group.cause;
	for (uint32_t i = 0; i < rows->n; i++) {
		struct sym part;

		enter_row(e, rows, i);
		part = row_part(e, node, body);
		add_part(e, row_exists(e, rows, i), &part, &total);
	}
	if (rows->more)
		add_more(e, node, rows, &total);
	limit = limit_hit(e);
	total.known = l_and(l, total.known, l_not(l, limit));
	total.cause = l_or(l, total.cause, limit);
	return total;
}

/* Each row's children in order: what is hidden or pending is pruned before the next one looks. */
void prune_rows(struct encoder *e, uint32_t group)
{
	struct sym_rows *rows =
		arena_memdup(e->arena, e->slots[group].rows, sizeof *e->slots[group].rows);
	size_t n_cells = (size_t)rows->n * rows->n_children;
	const struct screener *p = e->p;

	rows->cells = arena_memdup(e->arena, rows->cells, n_cells * sizeof *rows->cells);
	rows->shown = arena_memdup(e->arena, rows->shown, n_cells * sizeof *rows->shown);
	e->slots[group].rows = rows;

	for (uint32_t row = 0; row < rows->n; row++)
		for (uint32_t i = 0; i < rows->n_children; i++) {
			size_t cell = (size_t)row * rows->n_children + i;
			int32_t show_if = p->items[group + 1 + i].show_if;

			if (show_if != NO_NODE) {
				rows->shown[cell] = tri_limit(e, encode_truth(e, (uint32_t)show_if),
							      limit_hit(e));
				rows->cells[cell] = when_not_shown(
					e, group + 1 + i, rows->shown[cell], &rows->cells[cell]);
			}
			e->slots[group + 1 + i] = rows->cells[cell];
		}
}
