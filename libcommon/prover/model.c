/* A model's answers as a consumer would send them. */
#include "prover/part.h"

#include <stdlib.h>

#include "screener/program/pattern.h"

struct reader {
	struct encoder *e;
	Z3_model model;
	struct arena *arena;
	struct strbuf buf;
	bool failed;
};

static term value_of(struct reader *r, term t)
{
	Z3_ast value = NULL;

	if (!t || !Z3_model_eval(r->e->l.z3, r->model, t, true, &value))
		r->failed = true;
	return value;
}

static bool is_true(struct reader *r, term t)
{
	term value = value_of(r, t);

	return value && Z3_get_bool_value(r->e->l.z3, value) == Z3_L_TRUE;
}

static int64_t whole(struct reader *r, term t)
{
	term value = value_of(r, t);
	int64_t n = 0;

	if (!value || !Z3_is_numeral_ast(r->e->l.z3, value) ||
	    !Z3_get_numeral_int64(r->e->l.z3, value, &n))
		r->failed = true;
	return n;
}

static void put_number(struct reader *r, const struct num *n)
{
	char text[NUMBER_TEXT];
	struct number number = {0, 1};
	term value = value_of(r, n->t);

	if (!value || !Z3_is_numeral_ast(r->e->l.z3, value) ||
	    !Z3_get_numeral_rational_int64(r->e->l.z3, value, &number.num, &number.den) ||
	    !number_format(text, number))
		r->failed = true;
	else
		strbuf_add_c(&r->buf, text);
}

bool model_date(struct encoder *e, Z3_model model, const struct sym *date, date_days *out)
{
	struct reader r = {.e = e, .model = model};
	struct civil_date civil = {.year = (int32_t)whole(&r, date->y),
				   .month = (int)whole(&r, date->m),
				   .day = (int)whole(&r, date->d)};

	if (r.failed || !civil_is_valid(civil))
		return false;
	*out = date_from_civil(civil);
	return true;
}

static void put_date(struct reader *r, const struct sym *s)
{
	char text[DATE_TEXT];
	date_days days;

	if (!model_date(r->e, r->model, s, &days)) {
		r->failed = true;
		return;
	}
	date_format(text, days);
	strbuf_printf(&r->buf, "\"%s\"", text);
}

/* Does the text begin as the model says, wherever that is asked of this term? */
static bool begins_as_said(struct reader *r, term text, struct str candidate)
{
	for (uint32_t i = 0; i < r->e->n_prefixes; i++) {
		const struct prefix *p = &r->e->prefixes[i];
		bool begins = candidate.len >= p->prefix.len &&
			      memcmp(candidate.ptr, p->prefix.ptr, p->prefix.len) == 0;

		if (p->text == text && begins != is_true(r, p->holds))
			return false;
	}
	return true;
}

static struct str stretched(struct reader *r, struct str start, uint32_t length)
{
	char *text = arena_alloc(r->arena, start.len + length + 1);

	memcpy(text, start.ptr, start.len);
	for (size_t i = start.len; i < length; i++)
		text[i] = '0';
	text[start.len > length ? start.len : length] = '\0';
	return (struct str){text, start.len > length ? start.len : length};
}

#define VARIANTS 8

/* The k-th text to try: of the pattern, begun as some rule asks for, or a plain one. */
static struct str some_text(struct reader *r, uint32_t index, uint32_t k)
{
	const struct item *item = &r->e->p->items[index];
	uint32_t length = item->type == SCREENER_ZIP ? 5 : item->limits.min_length;
	struct str start = k / VARIANTS ? r->e->prefixes[k / VARIANTS - 1].prefix : (struct str){};
	char sample[PATTERN_MAX_POSITIONS + 1] = "";

	if (item->pattern)
		(void)pattern_sample(item->pattern, k % VARIANTS, sample);
	else
		snprintf(sample, sizeof sample, "%u", k % VARIANTS + 1);
	if (start.len < sizeof sample) {
		if (start.len > strlen(sample))
			sample[start.len] = '\0';
		memcpy(sample, start.ptr ? start.ptr : "", start.len);
	}
	return stretched(r, str_of(arena_strdup(r->arena, sample)), length);
}

static struct str text_for(struct reader *r, uint32_t item, term text)
{
	int64_t number = whole(r, text);

	if (number >= 0 && number < r->e->n_texts)
		return r->e->texts[number];
	for (uint32_t k = 0; k < (r->e->n_prefixes + 1) * VARIANTS && k < 1000; k++) {
		struct str candidate = some_text(r, item, k);

		if (begins_as_said(r, text, candidate) && text_allowed(r->e, item, candidate))
			return candidate;
	}
	r->failed = true;
	return (struct str){};
}

static void put_code(struct reader *r, uint32_t item, const struct sym *s)
{
	const struct domain *d = &r->e->p->domains[s->domain];
	int64_t code = whole(r, s->code);

	if (code >= 0 && code < d->n) {
		strbuf_add_json(&r->buf, d->options[code].code);
	} else if (s->text) {
		strbuf_add_c(&r->buf, "{\"other\":");
		strbuf_add_json(&r->buf, text_for(r, item, s->text));
		strbuf_add_char(&r->buf, '}');
	} else {
		r->failed = true;
	}
}

static void put_set(struct reader *r, const struct sym *s)
{
	const struct domain *d = &r->e->p->domains[s->domain];
	const char *between = "";

	strbuf_add_char(&r->buf, '[');
	for (uint32_t i = 0; i < d->n && i < MAX_SET; i++) {
		if (!is_true(r, s->bits[i]))
			continue;
		strbuf_add_c(&r->buf, between);
		strbuf_add_json(&r->buf, d->options[i].code);
		between = ",";
	}
	strbuf_add_char(&r->buf, ']');
}

static void put_answer(struct reader *r, uint32_t item, const struct sym *s);

static void put_member(struct reader *r, uint32_t item, const struct sym *s, term valid,
		       term invalid, const char **between)
{
	bool given = is_true(r, valid);

	/* An object is no answer of any type. */
	if (!given && !is_true(r, invalid))
		return;
	strbuf_printf(&r->buf, "%s\"%s\":", *between, r->e->p->items[item].id.ptr);
	*between = ",";
	if (given)
		put_answer(r, item, s);
	else
		strbuf_add_c(&r->buf, "{\"\":0}");
}

static void put_rows(struct reader *r, const struct sym_rows *rows)
{
	int64_t n = whole(r, rows->count);

	strbuf_add_char(&r->buf, '[');
	for (int64_t row = 0; row < n && row < MAX_ROWS && !r->failed; row++) {
		/* Rows beyond those that were said are like the last of them. */
		size_t at = (size_t)(row < rows->n ? row : rows->n - 1) * rows->n_children;
		const char *between = "";

		strbuf_add_c(&r->buf, row ? ",{" : "{");
		for (uint32_t i = 0; rows->n && i < rows->n_children; i++)
			put_member(r, rows->group + 1 + i, &rows->cells[at + i],
				   rows->valid[at + i], rows->invalid[at + i], &between);
		strbuf_add_char(&r->buf, '}');
	}
	strbuf_add_char(&r->buf, ']');
}

static void put_answer(struct reader *r, uint32_t item, const struct sym *s)
{
	switch (s->kind) {
	case TYPE_BOOL: strbuf_add_c(&r->buf, is_true(r, s->b) ? "true" : "false"); break;
	case TYPE_DATE: put_date(r, s); break;
	case TYPE_TEXT: strbuf_add_json(&r->buf, text_for(r, item, s->text)); break;
	case TYPE_CODE: put_code(r, item, s); break;
	case TYPE_SET: put_set(r, s); break;
	case TYPE_ROWS: put_rows(r, s->rows); break;
	default: put_number(r, &s->n); break;
	}
}

const char *model_answers(struct encoder *e, Z3_model model, struct arena *arena)
{
	struct reader r = {.e = e, .model = model, .arena = arena, .buf = strbuf_new(arena)};
	const struct screener *p = e->p;
	const char *between = "";

	strbuf_add_char(&r.buf, '{');
	for (uint32_t i = 0; i < p->n_items; i++)
		if (p->items[i].row_group < 0 && p->items[i].value.kind != TYPE_NONE)
			put_member(&r, i, &e->answers[i], e->valid[i], e->invalid[i], &between);
	strbuf_add_char(&r.buf, '}');
	return r.failed ? NULL : r.buf.ptr;
}
