/*
 * The trace as JSON: the same bytes for the same document, tables, answers and
 * date.  It holds answers, so it is as sensitive as they are.
 */
#include "base/encoding.h"
#include "screener/eval/eval.h"
#include "screener/eval/put.h"

static void put_id(struct strbuf *buf, const char *id)
{
	if (id)
		put_plain(buf, str_of(id));
	else
		strbuf_add_c(buf, "null");
}

static void put_hash(struct strbuf *buf, const uint8_t sha256[32])
{
	char hex[65];

	hex_encode(hex, sha256, 32);
	put_plain(buf, (struct str){hex, 64});
}

/* Calls put for every slot a person knows by a name, in document order. */
struct named {
	struct str id;
	uint32_t slot;
	struct type type;
};

static bool next_named(const struct screener *p, uint32_t *at, struct named *out)
{
	for (; *at < p->n_slots; (*at)++) {
		uint32_t i = *at;

		if (i < p->n_items) {
			if (p->items[i].row_group >= 0 || p->items[i].value.kind == TYPE_NONE)
				continue;
			*out = (struct named){p->items[i].id, i, p->items[i].value};
		} else if (i < p->n_items + p->n_derived) {
			const struct derived *d = &p->derived[i - p->n_items];

			*out = (struct named){d->id, i, d->type};
		} else {
			const struct score *s = &p->scores[(i - p->n_items - p->n_derived) / 2];
			bool band = (i - p->n_items - p->n_derived) % 2;

			if (band && !s->n_bands)
				continue;
			*out = band ? (struct named){s->band_id, i, {TYPE_CODE, s->domain}}
				    : (struct named){s->id, i, {.kind = TYPE_DEC}};
		}
		(*at)++;
		return true;
	}
	return false;
}

/* "group/0/child" for each row in which the child is as asked. */
static void put_cells(const struct screener_state *state, uint32_t child, struct writer *w,
		      bool (*is_so)(const struct rows *rows, size_t cell, enum truth which),
		      enum truth which)
{
	const struct item *items = state->program->items;
	uint32_t group = (uint32_t)items[child].row_group;
	const struct rows *rows = state->slots[group].known ? state->slots[group].rows : NULL;

	if (state->shown[group] != TRUE3 || !rows)
		return;
	for (uint32_t row = 0; row < rows->n; row++) {
		if (!is_so(rows, (size_t)row * rows->n_children + child - group - 1, which))
			continue;
		put_sep(w);
		strbuf_printf(w->buf, "\"%s/%u/%s\"", items[group].id.ptr, row,
			      items[child].id.ptr);
	}
}

static bool cell_is_shown(const struct rows *rows, size_t cell, enum truth which)
{
	return (rows->shown ? rows->shown[cell] : TRUE3) == which;
}

static bool cell_is_unknown(const struct rows *rows, size_t cell, enum truth which)
{
	(void)which;
	return !rows->cells[cell].known;
}

/* Children of rows: each unknown cell, or the child itself while its group as a whole is unknown.
 */
static void put_unknown_children(const struct screener_state *state, struct writer *w)
{
	const struct screener *p = state->program;

	for (uint32_t i = 0; i < p->n_items; i++) {
		if (p->items[i].row_group < 0 || p->items[i].value.kind == TYPE_NONE)
			continue;
		if (!state->slots[p->items[i].row_group].known) {
			put_sep(w);
			put_plain(w->buf, p->items[i].id);
		}
		put_cells(state, i, w, cell_is_unknown, UNKNOWN3);
	}
}

static void put_values(const struct screener_state *state, struct strbuf *buf)
{
	struct writer w = {buf, true};
	struct named named;

	strbuf_add_c(buf, ",\"values\":{");
	for (uint32_t at = 0; next_named(state->program, &at, &named);) {
		if (!state->slots[named.slot].known)
			continue;
		put_sep(&w);
		put_plain(buf, named.id);
		strbuf_add_char(buf, ':');
		eval_put_value(state->program, &state->slots[named.slot], named.type, buf);
	}
	w.first = true;
	strbuf_add_c(buf, "},\"unknown\":[");
	for (uint32_t at = 0; next_named(state->program, &at, &named);) {
		if (state->slots[named.slot].known)
			continue;
		put_sep(&w);
		put_plain(buf, named.id);
	}
	put_unknown_children(state, &w);
	strbuf_add_char(buf, ']');
}

/* A child of rows is as its group while that is not visible; else each row tells. */
static void put_shown(const struct screener_state *state, const char *name, enum truth which,
		      struct strbuf *buf)
{
	struct writer w = {buf, true};

	strbuf_add_c(buf, name);
	for (uint32_t i = 0; i < state->program->n_items; i++) {
		const struct item *item = &state->program->items[i];
		uint32_t place = item->row_group >= 0 ? (uint32_t)item->row_group : i;

		if (state->shown[place] == which && which != TRUE3) {
			put_sep(&w);
			put_plain(buf, item->id);
		} else if (item->row_group >= 0) {
			put_cells(state, i, &w, cell_is_shown, which);
		}
	}
	strbuf_add_char(buf, ']');
}

static void put_ids(const char *name, const char *const *ids, size_t n, struct strbuf *buf)
{
	struct writer w = {buf, true};

	strbuf_add_c(buf, name);
	for (size_t i = 0; i < n; i++) {
		put_sep(&w);
		put_id(buf, ids[i]);
	}
	strbuf_add_char(buf, ']');
}

/* Thousands of rows are most of a trace: what they share is copied by its fixed size. */
struct piece {
	char text[24];
	size_t len;
};

static char *put_piece(char *at, const struct piece *piece)
{
	memcpy(at, piece->text, sizeof piece->text);
	return at + piece->len;
}

static void put_truths(const char *name, const struct screener_rule_result *list, size_t n,
		       struct strbuf *buf)
{
	static const struct piece heads[] = {{"{\"id\":\"", 7}, {",{\"id\":\"", 8}};
	static const struct piece tails[] = {{"\",\"truth\":\"false\"}", 18},
					     {"\",\"truth\":\"true\"}", 17},
					     {"\",\"truth\":\"unknown\"}", 20}};

	strbuf_add_c(buf, name);
	for (size_t i = 0; i < n; i++) {
		size_t id = strlen(list[i].id);
		char *at;

		strbuf_reserve(buf, sizeof heads->text + id + sizeof tails->text);
		at = put_piece(buf->ptr + buf->len, &heads[i > 0]);
		memcpy(at, list[i].id, id);
		at = put_piece(at + id, &tails[list[i].truth]);
		buf->len = (size_t)(at - buf->ptr);
	}
	strbuf_add_char(buf, ']');
}

static void put_problems(const struct screener_result *r, struct strbuf *buf)
{
	struct writer w = {buf, true};

	strbuf_add_c(buf, ",\"failed\":[");
	for (size_t i = 0; i < r->n_failed; i++) {
		put_sep(&w);
		strbuf_printf(buf, "{\"id\":\"%s\",\"cause\":\"%s\"}", r->failed[i].id,
			      r->failed[i].cause);
	}
	w.first = true;
	strbuf_add_c(buf, "],\"problems\":[");
	for (size_t i = 0; i < r->n_problems; i++) {
		const struct screener_problem *p = &r->problems[i];

		put_sep(&w);
		strbuf_add_c(buf, "{\"item\":");
		strbuf_add_json(buf, str_of(p->item));
		strbuf_add_c(buf, ",\"row\":");
		if (p->row < 0)
			strbuf_add_c(buf, "null");
		else
			strbuf_printf(buf, "%d", p->row);
		strbuf_printf(buf, ",\"code\":\"%s\"}", p->code);
	}
	strbuf_add_char(buf, ']');
}

static void put_head(const struct screener_state *state, struct strbuf *buf)
{
	const struct screener *p = state->program;
	struct writer w = {buf, true};
	char date[DATE_TEXT];

	strbuf_add_c(buf, "{\"format\":\"screener-trace/1\",\"document\":");
	put_hash(buf, p->sha256);
	strbuf_add_c(buf, ",\"tables\":{");
	for (uint32_t i = 0; i < p->n_tables; i++) {
		put_sep(&w);
		put_plain(buf, p->tables[i].name);
		strbuf_add_char(buf, ':');
		put_hash(buf, p->tables[i].sha256);
	}
	strbuf_add_c(buf, "},\"as_of\":");
	date_format(date, state->answers->today);
	put_plain(buf, (struct str){date, DATE_TEXT - 1});
}

static void put_verdict(const struct screener_result *r, struct strbuf *buf)
{
	struct writer w = {buf, true};

	strbuf_add_c(buf, ",\"outcome\":");
	put_id(buf, r->outcome->id);
	strbuf_add_c(buf, r->decided ? ",\"decided\":true" : ",\"decided\":false");
	strbuf_add_c(buf, ",\"resolved_from\":");
	put_id(buf, r->resolved_from ? r->resolved_from->id : NULL);
	strbuf_add_c(buf, ",\"collected\":[");
	for (size_t i = 0; i < r->n_collected; i++) {
		put_sep(&w);
		put_id(buf, r->collected[i]->id);
	}
	strbuf_add_char(buf, ']');
	put_ids(",\"reasons\":[", r->reasons, r->n_reasons, buf);
	w.first = true;
	strbuf_add_c(buf, ",\"held\":[");
	for (unsigned bit = 1; screener_held_name(bit); bit <<= 1) {
		if (!(r->held & bit))
			continue;
		put_sep(&w);
		put_id(buf, screener_held_name(bit));
	}
	strbuf_add_char(buf, ']');
}

void screener_trace_json(const struct screener_result *r, struct strbuf *buf)
{
	const struct screener_state *state = r->state;

	strbuf_reserve(buf, 512 + 48 * (r->n_rules + state->program->n_slots));
	put_head(state, buf);
	put_verdict(r, buf);
	put_values(state, buf);
	put_shown(state, ",\"hidden\":[", FALSE3, buf);
	put_shown(state, ",\"pending\":[", UNKNOWN3, buf);
	put_ids(",\"pruned\":[", r->pruned, r->n_pruned, buf);
	put_problems(r, buf);
	put_truths(",\"rules\":[", r->rules, r->n_rules, buf);
	put_truths(",\"constraints\":[", r->constraints, r->n_constraints, buf);
	put_ids(",\"next\":[", r->next, r->n_next, buf);
	strbuf_printf(buf, ",\"progress\":[%u,%u]}", r->answered, r->visible);
}

bool screener_value_json(const struct screener_result *result, struct str id, struct strbuf *buf)
{
	const struct screener_state *state = result->state;
	struct named named;

	for (uint32_t at = 0; next_named(state->program, &at, &named);) {
		if (!str_eq(named.id, id))
			continue;
		if (state->slots[named.slot].known)
			eval_put_value(state->program, &state->slots[named.slot], named.type, buf);
		else
			strbuf_add_c(buf, "null");
		return true;
	}
	return false;
}
