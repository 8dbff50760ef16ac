/* What was said before, and texts as numbers: equal texts have equal ones. */
#include "prover/part.h"
#include "screener/compile/compiler.h"

/* A list is enough: operators that need one are few, and a full one only costs precision. */
#define MAX_MEMOS 4000

struct memo *memo_find(struct encoder *e, int op, term a, term b, term c, uint64_t extra,
		       bool *found)
{
	struct memo *m;

	*found = true;
	for (uint32_t i = 0; i < e->n_memos; i++) {
		m = e->memos[i].memo;
		if (m->op == op && m->a == a && m->b == b && m->c == c && m->extra == extra)
			return m;
	}
	*found = false;
	/* The caller fills it after it has looked for others: it must stay where it is. */
	m = arena_new_of(e->arena, struct memo);
	*m = (struct memo){.op = op, .a = a, .b = b, .c = c, .extra = extra};
	if (e->n_memos < MAX_MEMOS)
		LIST_ADD(e, e->memos, e->n_memos, e->memos_cap)->memo = m;
	return m;
}

uint32_t text_number(struct encoder *e, struct str text)
{
	for (uint32_t i = 0; i < e->n_texts; i++)
		if (str_eq(e->texts[i], text))
			return i;
	e->l.n_terms += e->n_texts / 16; /* a walk that long is work, too */
	*LIST_ADD(e, e->texts, e->n_texts, e->texts_cap) = text;
	return e->n_texts - 1;
}

static term number_of_text(struct encoder *e, struct str text)
{
	return l_whole(&e->l, text_number(e, text));
}

term text_of(struct encoder *e, const struct sym *s)
{
	const struct domain *d;
	term t;

	if (s->is_literal)
		return number_of_text(e, s->literal);
	if (s->full || s->kind == TYPE_TEXT)
		return s->full ? s->full : s->text;
	d = &e->p->domains[s->domain];
	t = s->text ? s->text : l_whole(&e->l, -1);
	for (uint32_t i = 0; i < d->n; i++)
		t = l_if(&e->l, l_eq(&e->l, s->code, l_whole(&e->l, i)),
			 number_of_text(e, d->options[i].code), t);
	return t;
}

/* The code of an option against a text. */
static term code_is(struct encoder *e, const struct sym *s, struct str text)
{
	const struct domain *d = &e->p->domains[s->domain];
	struct logic *l = &e->l;
	term t = l->no;

	if (s->text)
		t = l_and(l, l_eq(l, s->code, l_whole(l, -1)),
			  l_eq(l, s->text, number_of_text(e, text)));
	for (uint32_t i = 0; i < d->n; i++)
		if (str_eq(d->options[i].code, text))
			t = l_or(l, t, l_eq(l, s->code, l_whole(l, i)));
	return t;
}

term text_same(struct encoder *e, const struct sym *a, const struct sym *b)
{
	if (a->is_literal && b->is_literal)
		return str_eq(a->literal, b->literal) ? e->l.yes : e->l.no;
	if (b->is_literal && a->kind == TYPE_CODE && !a->full)
		return code_is(e, a, b->literal);
	if (a->is_literal && b->kind == TYPE_CODE && !b->full)
		return code_is(e, b, a->literal);
	return l_eq(&e->l, text_of(e, a), text_of(e, b));
}

static bool starts_with(struct str text, struct str prefix)
{
	return text.len >= prefix.len && memcmp(text.ptr, prefix.ptr, prefix.len) == 0;
}

term text_starts(struct encoder *e, const struct sym *s, struct str prefix)
{
	struct prefix *p;
	term text;

	if (s->is_literal)
		return starts_with(s->literal, prefix) ? e->l.yes : e->l.no;
	text = text_of(e, s);
	for (uint32_t i = 0; i < e->n_prefixes; i++)
		if (e->prefixes[i].text == text && str_eq(e->prefixes[i].prefix, prefix))
			return e->prefixes[i].holds;
	p = LIST_ADD(e, e->prefixes, e->n_prefixes, e->prefixes_cap);
	*p = (struct prefix){text, prefix, l_bool(&e->l), 0};
	return p->holds;
}

bool text_allowed(const struct encoder *e, uint32_t index, struct str text)
{
	const struct item *item = &e->p->items[index];
	struct strbuf buf = strbuf_new(e->arena);
	struct screener_answers *answers;
	struct value *value;

	if (item->row_group >= 0)
		strbuf_printf(&buf, "{\"%s\":[", e->p->items[item->row_group].id.ptr);
	strbuf_printf(&buf, "{\"%s\":", item->id.ptr);
	if (item->type == SCREENER_OPEN_CHOICE)
		strbuf_add_c(&buf, "{\"other\":");
	strbuf_add_json(&buf, text);
	strbuf_add_c(&buf, item->type == SCREENER_OPEN_CHOICE ? "}}" : "}");
	if (item->row_group >= 0)
		strbuf_add_c(&buf, "]}");
	if (is_failed(screener_answers_parse(e->p, e->arena, strbuf_str(&buf), 0, &answers)))
		return false;
	if (item->row_group < 0) {
		value = &answers->slots[index];
	} else {
		if (!answers->slots[item->row_group].known)
			return true; /* too few rows to tell */
		value = &answers->slots[item->row_group]
				 .rows->cells[index - (uint32_t)item->row_group - 1];
	}
	return value->known && (item->value.kind == TYPE_TEXT || value->code < 0);
}

static void settle_free_text(struct encoder *e, struct free_text *t)
{
	for (; t->checked < e->n_texts && !logic_is_full(&e->l); t->checked++) {
		struct arena_mark mark = arena_mark(e->arena);
		bool allowed = text_allowed(e, t->item, e->texts[t->checked]);

		arena_rewind(e->arena, mark);
		e->l.n_terms++;
		if (!allowed)
			logic_assume(&e->l, l_not(&e->l, l_and(&e->l, t->given,
							       l_eq(&e->l, t->text,
								    l_whole(&e->l, t->checked)))));
	}
}

void settle_texts(struct encoder *e)
{
	struct logic *l = &e->l;

	for (uint32_t i = 0; i < e->n_free_texts; i++)
		settle_free_text(e, &e->free_texts[i]);
	for (uint32_t i = 0; i < e->n_prefixes && !logic_is_full(l); i++) {
		struct prefix *p = &e->prefixes[i];

		for (; p->checked < e->n_texts; p->checked++) {
			uint32_t k = p->checked;
			bool holds = starts_with(e->texts[k], p->prefix);
			term is = l_eq(l, p->text, l_whole(l, k));

			logic_assume(l, l_implies(l, is, holds ? p->holds : l_not(l, p->holds)));
		}
	}
}
