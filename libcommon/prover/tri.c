/* Truth values and values, and choosing between two of them. */
#include "prover/part.h"

struct tri tri_of(struct encoder *e, term known, term b, term cause)
{
	struct logic *l = &e->l;

	return (struct tri){l_and(l, known, b), l_and(l, known, l_not(l, b)), cause};
}

struct tri tri_constant(struct encoder *e, bool b)
{
	struct logic *l = &e->l;

	return (struct tri){b ? l->yes : l->no, b ? l->no : l->yes, l->no};
}

struct tri tri_not(struct tri a)
{
	return (struct tri){a.f, a.t, a.cause};
}

term tri_known(struct encoder *e, struct tri a)
{
	return l_or(&e->l, a.t, a.f);
}

/* An unknown condition leaves it unknown, whatever the two are. */
struct tri tri_if(struct encoder *e, struct tri when, struct tri a, struct tri b)
{
	struct logic *l = &e->l;
	term t = l_or(l, l_and(l, when.t, a.t), l_and(l, when.f, b.t));
	term f = l_or(l, l_and(l, when.t, a.f), l_and(l, when.f, b.f));
	term cause = l_or(l, l_and(l, when.t, a.cause), l_and(l, when.f, b.cause));

	return (struct tri){t, f, l_or(l, when.cause, cause)};
}

struct tri tri_limit(struct encoder *e, struct tri a, term limit)
{
	struct logic *l = &e->l;
	term within = l_not(l, limit);

	return (struct tri){l_and(l, a.t, within), l_and(l, a.f, within), l_or(l, a.cause, limit)};
}

struct sym sym_known(struct encoder *e, enum type_kind kind)
{
	return (struct sym){.known = e->l.yes, .cause = e->l.no, .kind = kind};
}

struct sym sym_of_num(struct encoder *e, struct num n)
{
	struct sym s = sym_known(e, TYPE_DEC);

	s.n = n;
	return s;
}

struct sym sym_of_tri(struct encoder *e, struct tri t)
{
	return (struct sym){
		.known = tri_known(e, t), .cause = t.cause, .kind = TYPE_BOOL, .b = t.t};
}

struct tri sym_truth(struct encoder *e, const struct sym *s)
{
	return tri_of(e, s->known, s->b, s->cause);
}

static void constant_set(struct encoder *e, const struct value *v, uint16_t domain, struct sym *out)
{
	out->domain = domain;
	out->bits = arena_array_of(e->arena, term, MAX_SET);
	for (uint32_t i = 0; i < MAX_SET; i++)
		out->bits[i] = v->set >> i & 1 ? e->l.yes : e->l.no;
}

static struct sym_rows *no_rows(struct encoder *e, uint32_t group)
{
	struct sym_rows *rows = arena_new_of(e->arena, struct sym_rows);

	*rows = (struct sym_rows){.group = group,
				  .n_children = e->p->items[group].n_children,
				  .count = l_whole(&e->l, 0)};
	return rows;
}

struct sym sym_constant(struct encoder *e, const struct value *v, struct type type)
{
	struct sym s = sym_known(e, type.kind);

	s.domain = type.of;
	switch ((enum type_kind)type.kind) {
	case TYPE_BOOL: s.b = v->number.num ? e->l.yes : e->l.no; break;
	case TYPE_DATE: return date_constant(e, (date_days)v->number.num);
	case TYPE_CODE:
	case TYPE_TEXT:
		s.code = l_whole(&e->l, v->code);
		s.is_literal = true;
		s.literal = v->text;
		break;
	case TYPE_SET: constant_set(e, v, type.of, &s); break;
	case TYPE_ROWS: s.rows = no_rows(e, type.of); break;
	default: s.n = num_constant(e, v->number); break;
	}
	return s;
}

static void choose_text(struct encoder *e, term when, const struct sym *a, const struct sym *b,
			struct sym *out)
{
	struct logic *l = &e->l;
	term none = l_whole(l, -1);

	out->is_literal = false;
	if (a->kind == TYPE_CODE)
		out->code = l_if(l, when, a->code, b->code);
	if (a->kind == TYPE_TEXT) {
		out->text = l_if(l, when, text_of(e, a), text_of(e, b));
	} else if (a->is_literal || b->is_literal || a->full || b->full || a->domain != b->domain) {
		out->full = l_if(l, when, text_of(e, a), text_of(e, b));
	} else if (a->text || b->text) {
		out->text = l_if(l, when, a->text ? a->text : none, b->text ? b->text : none);
	}
}

static void choose_bits(struct encoder *e, term when, const struct sym *a, const struct sym *b,
			struct sym *out)
{
	out->bits = arena_array_of(e->arena, term, MAX_SET);
	for (uint32_t i = 0; i < MAX_SET; i++)
		out->bits[i] = l_if(&e->l, when, a->bits[i], b->bits[i]);
}

struct sym sym_choose(struct encoder *e, term when, const struct sym *a, const struct sym *b)
{
	struct logic *l = &e->l;
	struct sym s = *a;

	if (when == l->yes)
		return *a;
	if (when == l->no)
		return *b;
	s.known = l_if(l, when, a->known, b->known);
	s.cause = l_if(l, when, a->cause, b->cause);
	switch (a->kind) {
	case TYPE_BOOL: s.b = l_if(l, when, a->b, b->b); break;
	case TYPE_DATE:
		s.y = l_if(l, when, a->y, b->y);
		s.m = l_if(l, when, a->m, b->m);
		s.d = l_if(l, when, a->d, b->d);
		break;
	case TYPE_TEXT:
	case TYPE_CODE: choose_text(e, when, a, b, &s); break;
	case TYPE_SET: choose_bits(e, when, a, b, &s); break;
	case TYPE_ROWS:
		s.rows = arena_memdup(e->arena, a->rows, sizeof *a->rows);
		s.rows->count = l_if(l, when, a->rows->count, b->rows->count);
		break;
	default: s.n = num_choose(e, when, &a->n, &b->n); break;
	}
	return s;
}
