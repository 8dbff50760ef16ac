/* A value as JSON. */
#include "screener/eval/eval.h"
#include "screener/eval/put.h"

static void put_number(struct strbuf *buf, struct number n)
{
	char text[NUMBER_TEXT];

	if (number_format(text, n))
		strbuf_add_c(buf, text);
	else
		put_plain(buf, str_of(text));
}

static void put_set(struct strbuf *buf, const struct domain *d, uint64_t set)
{
	struct writer w = {buf, true};

	strbuf_add_char(buf, '[');
	for (uint32_t i = 0; i < d->n && i < MAX_SET; i++) {
		if (!(set >> i & 1))
			continue;
		put_sep(&w);
		put_plain(buf, d->options[i].code);
	}
	strbuf_add_char(buf, ']');
}

static void put_rows(const struct screener *p, const struct rows *rows, uint32_t group,
		     struct strbuf *buf)
{
	struct writer list = {buf, true};

	strbuf_add_char(buf, '[');
	for (uint32_t row = 0; row < rows->n; row++) {
		struct writer object = {buf, true};

		put_sep(&list);
		strbuf_add_char(buf, '{');
		for (uint32_t i = 0; i < rows->n_children; i++) {
			const struct item *child = &p->items[group + 1 + i];
			const struct value *cell = &rows->cells[row * rows->n_children + i];

			if (!cell->known)
				continue;
			put_sep(&object);
			put_plain(buf, child->id);
			strbuf_add_char(buf, ':');
			eval_put_value(p, cell, child->value, buf);
		}
		strbuf_add_char(buf, '}');
	}
	strbuf_add_char(buf, ']');
}

static void put_text(const struct screener *p, const struct value *v, struct type type,
		     struct strbuf *buf)
{
	if (type.kind == TYPE_CODE && v->code >= 0)
		put_plain(buf, p->domains[type.of].options[v->code].code);
	else
		strbuf_add_json(buf, v->text);
}

void eval_put_value(const struct screener *p, const struct value *v, struct type type,
		    struct strbuf *buf)
{
	char date[DATE_TEXT];

	switch ((enum type_kind)type.kind) {
	case TYPE_BOOL: strbuf_add_c(buf, v->number.num ? "true" : "false"); break;
	case TYPE_INT:
	case TYPE_DEC:
	case TYPE_QTY: put_number(buf, v->number); break;
	case TYPE_DATE:
		date_format(date, (date_days)v->number.num);
		put_plain(buf, (struct str){date, DATE_TEXT - 1});
		break;
	case TYPE_TEXT:
	case TYPE_CODE: put_text(p, v, type, buf); break;
	case TYPE_SET: put_set(buf, &p->domains[type.of], v->set); break;
	case TYPE_ROWS: put_rows(p, v->rows, type.of, buf); break;
	case TYPE_NONE: strbuf_add_c(buf, "null"); break;
	}
}
