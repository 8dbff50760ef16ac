/* Answers of an evaluation as a consumer would send them: what is visible and valid. */
#include "screener/eval/eval.h"
#include "screener/gate/part.h"

static void put_answer(const struct screener *p, uint32_t item, const struct value *value,
		       struct strbuf *buf)
{
	bool other = p->items[item].value.kind == TYPE_CODE && value->code < 0;

	if (other)
		strbuf_add_c(buf, "{\"other\":");
	eval_put_value(p, value, p->items[item].value, buf);
	if (other)
		strbuf_add_char(buf, '}');
}

static void put_name(const struct screener *p, uint32_t item, bool *first, struct strbuf *buf)
{
	strbuf_printf(buf, "%s\"%s\":", *first ? "" : ",", p->items[item].id.ptr);
	*first = false;
}

static void put_rows(const struct screener *p, uint32_t group, const struct rows *rows,
		     struct strbuf *buf)
{
	strbuf_add_char(buf, '[');
	for (uint32_t row = 0; row < rows->n; row++) {
		bool first = true;

		strbuf_add_c(buf, row ? ",{" : "{");
		for (uint32_t i = 0; i < rows->n_children; i++) {
			size_t cell = (size_t)row * rows->n_children + i;

			if (rows->given[cell] != GIVEN_VALID ||
			    (rows->shown && rows->shown[cell] != TRUE3))
				continue;
			put_name(p, group + 1 + i, &first, buf);
			put_answer(p, group + 1 + i, &rows->cells[cell], buf);
		}
		strbuf_add_char(buf, '}');
	}
	strbuf_add_char(buf, ']');
}

const char *gate_answers_json(const struct screener_state *state, struct arena *arena)
{
	const struct screener *p = state->program;
	struct strbuf buf = strbuf_new(arena);
	bool first = true;

	strbuf_add_char(&buf, '{');
	for (uint32_t i = 0; i < p->n_items; i++) {
		if (state->answers->given[i] != GIVEN_VALID || state->shown[i] != TRUE3)
			continue;
		put_name(p, i, &first, &buf);
		if (p->items[i].repeats)
			put_rows(p, i, state->slots[i].rows, &buf);
		else
			put_answer(p, i, &state->answers->slots[i], &buf);
	}
	strbuf_add_char(&buf, '}');
	return buf.ptr;
}
