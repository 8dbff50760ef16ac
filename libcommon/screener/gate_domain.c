/*
 * The answers that the search tries for each item: one of each class that the
 * rules can tell apart where that is possible, else a sample, which the embedded
 * tests add theirs to.  Every one went through the reader of answers.
 */
#include "screener/eval.h"
#include "screener/gate_part.h"

#define MAX_ENUMERATED 32

bool gate_same_value(struct type type, const struct value *a, const struct value *b)
{
	switch ((enum type_kind)type.kind) {
	case TYPE_CODE:
		if (a->code != b->code || a->code >= 0)
			return a->code == b->code;
		return str_eq(a->text, b->text);
	case TYPE_TEXT: return str_eq(a->text, b->text);
	case TYPE_SET: return a->set == b->set;
	case TYPE_ROWS:
	case TYPE_NONE: return false;
	default: return number_compare(a->number, b->number) == 0;
	}
}

const char *gate_value_json(const struct gate *gate, uint32_t item, const struct value *value)
{
	const struct screener *p = gate->program;
	struct strbuf buf = strbuf_new(gate->scratch);
	bool other = p->items[item].value.kind == TYPE_CODE && value->code < 0;

	if (other)
		strbuf_add_c(&buf, "{\"other\":");
	eval_put_value(p, value, p->items[item].value, &buf);
	if (other)
		strbuf_add_char(&buf, '}');
	return buf.ptr;
}

static void take(struct gate *gate, uint32_t item, const struct value *value)
{
	struct gate_domain *d = &gate->domains[item];

	for (uint32_t i = 0; i < d->n; i++)
		if (gate_same_value(gate->program->items[item].value, &d->values[i], value))
			return;
	if (gate_domain_is_full(gate, item)) {
		d->exact = false;
		return;
	}
	d->values[d->n++] = *value;
}

/* Texts and rows are views into what was read; all other values stand alone. */
static bool stands_alone(const struct gate *gate, uint32_t item, const struct value *value)
{
	enum type_kind kind = gate->program->items[item].value.kind;

	return kind != TYPE_TEXT && kind != TYPE_ROWS && (kind != TYPE_CODE || value->code >= 0);
}

bool gate_domain_is_full(const struct gate *gate, uint32_t item)
{
	const struct gate_domain *d = &gate->domains[item];

	return d->n >= (d->exact ? GATE_MAX_VALUES : GATE_MAX_SAMPLES);
}

bool gate_domain_add(struct gate *gate, uint32_t item, const char *json)
{
	struct arena_mark mark = arena_mark(gate->scratch);
	const char *text =
		arena_printf(gate->scratch, "{\"%s\":%s}", gate->program->items[item].id.ptr, json);
	struct screener_answers *answers;
	bool valid;

	valid = is_ok(screener_answers_parse(gate->program, gate->scratch, str_of(text),
					     gate->today, &answers)) &&
		answers->given[item] == GIVEN_VALID && !answers->n_problems;
	if (valid)
		take(gate, item, &answers->slots[item]);
	if (!valid || stands_alone(gate, item, &answers->slots[item]))
		arena_rewind(gate->scratch, mark);
	return valid;
}

static void add_number(struct gate *gate, uint32_t item, struct number n)
{
	char text[NUMBER_TEXT], date[DATE_TEXT];

	if (gate->program->items[item].value.kind != TYPE_DATE) {
		if (number_format(text, n))
			(void)gate_domain_add(gate, item, text);
		return;
	}
	if (n.num < INT32_MIN || n.num > INT32_MAX)
		return;
	date_format(date, (date_days)n.num);
	(void)gate_domain_add(gate, item, arena_printf(gate->scratch, "\"%s\"", date));
}

/* Numbers of an item are those of a lattice, or dense. */
struct lattice {
	bool dense;
	struct number origin, step; /* dense: step is finer than all cuts */
};

static unsigned places_of(struct number n)
{
	unsigned places = 0;

	while (places < 10 && n.den % 10 == 0) {
		n.den /= 10;
		places++;
	}
	while (places < 10 && n.den > 1) {
		if (!number_mul(n, number_of(10), &n))
			return 10;
		places++;
	}
	return places;
}

static struct lattice lattice_of(struct gate *gate, uint32_t item)
{
	const struct item *it = &gate->program->items[item];
	struct gate_domain *d = &gate->domains[item];
	struct lattice l = {.origin = number_of(0), .step = number_of(1)};
	unsigned places = 0;

	if (it->limits.has_min)
		l.origin = it->limits.min;
	if (it->limits.has_step) {
		l.step = it->limits.step;
		return l;
	}
	if (it->value.kind == TYPE_INT || it->value.kind == TYPE_DATE)
		return l;
	l.dense = true;
	for (uint32_t i = 0; i < d->n_cuts; i++) {
		unsigned n = places_of(d->cuts[i]);

		places = n > places ? n : places;
	}
	if (places > 8)
		d->exact = false;
	for (places = places > 8 ? 9 : places + 1; places; places--)
		(void)number_div(l.step, number_of(10), &l.step);
	return l;
}

/* The neighbours of a cut: below, at (if it is an answer) and above. */
static void add_around(struct gate *gate, uint32_t item, const struct lattice *l, struct number cut)
{
	struct gate_domain *d = &gate->domains[item];
	struct number q, floor, at;

	if (l->dense) {
		bool ok = number_sub(cut, l->step, &q) && number_add(cut, l->step, &at);

		d->exact = d->exact && ok;
		if (!ok)
			return;
		add_number(gate, item, q);
		add_number(gate, item, cut);
		add_number(gate, item, at);
		return;
	}
	if (!number_sub(cut, l->origin, &q) || !number_div(q, l->step, &q) ||
	    !number_round(q, 0, ROUND_FLOOR, &floor)) {
		d->exact = false;
		return;
	}
	for (int64_t k = -1; k <= 1; k++)
		if (number_add(floor, number_of(k), &at) && number_mul(at, l->step, &at) &&
		    number_add(at, l->origin, &at))
			add_number(gate, item, at);
}

static bool enumerate(struct gate *gate, uint32_t item, const struct lattice *l)
{
	const struct limits *limits = &gate->program->items[item].limits;
	struct number n = limits->min, span;

	if (l->dense || !limits->has_min || !limits->has_max ||
	    !number_sub(limits->max, limits->min, &span) || !number_div(span, l->step, &span) ||
	    number_compare(span, number_of(MAX_ENUMERATED)) >= 0)
		return false;
	for (; number_compare(n, limits->max) <= 0;) {
		add_number(gate, item, n);
		if (!number_add(n, l->step, &n))
			return false;
	}
	return true;
}

/* One number of each order of magnitude, or any one. */
static void add_orders(struct gate *gate, uint32_t item, bool all)
{
	add_number(gate, item, number_of(0));
	for (int64_t n = 1; n <= 1000000 && (all || gate->domains[item].n == 0); n *= 10)
		add_number(gate, item, number_of(n));
}

static void number_domain(struct gate *gate, uint32_t item)
{
	const struct item *it = &gate->program->items[item];
	struct gate_domain *d = &gate->domains[item];
	struct lattice l = lattice_of(gate, item);

	if (d->deep && enumerate(gate, item, &l))
		return;
	d->exact = d->exact && !d->deep;
	for (uint32_t i = 0; i < d->n_cuts; i++)
		add_around(gate, item, &l, d->cuts[i]);
	if (it->value.kind == TYPE_DATE) {
		/* What is valid moves with the day. */
		if (it->limits.first.kind == LIMIT_TODAY || it->limits.last.kind == LIMIT_TODAY)
			d->exact = false;
		for (int years = 0; years <= 80 && (d->deep || d->n == 0); years += 20) {
			date_days date;

			if (calendar_add(gate->today, -years, CALENDAR_YEAR, &date))
				add_number(gate, item, number_of(date));
		}
	}
	if (it->limits.has_min && (d->deep || d->n == 0))
		add_number(gate, item, it->limits.min);
	if (it->limits.has_max && d->deep)
		add_number(gate, item, it->limits.max);
	if (it->value.kind != TYPE_DATE && (d->deep || d->n == 0))
		add_orders(gate, item, d->deep);
}

static void add_option(struct gate *gate, uint32_t item, uint32_t option)
{
	const struct screener *p = gate->program;
	const struct domain *options = &p->domains[p->items[item].value.of];

	(void)gate_domain_add(gate, item,
			      option < options->n ? arena_printf(gate->scratch, "\"%s\"",
								 options->options[option].code.ptr)
						  : "{\"other\":\"x\"}");
}

static void code_domain(struct gate *gate, uint32_t item)
{
	const struct screener *p = gate->program;
	struct gate_domain *d = &gate->domains[item];
	const struct item *it = &p->items[item];
	uint32_t n = p->domains[it->value.of].n + (it->type == SCREENER_OPEN_CHOICE);

	if (d->deep && it->type == SCREENER_OPEN_CHOICE)
		d->exact = false;
	if (it->type == SCREENER_OPEN_CHOICE && (it->pattern || it->limits.min_length > 1))
		d->exact = false;
	for (uint32_t i = 0; i < n; i++) {
		bool first = true;

		for (uint32_t k = 0; k < i && !d->deep; k++)
			first = first && d->classes[k] != d->classes[i];
		if (first)
			add_option(gate, item, i);
	}
}

static void add_set(struct gate *gate, uint32_t item, uint64_t set)
{
	const struct screener *p = gate->program;
	struct value value = value_set(set);
	struct strbuf buf = strbuf_new(gate->scratch);

	eval_put_value(p, &value, p->items[item].value, &buf);
	(void)gate_domain_add(gate, item, buf.ptr);
}

/* All sets of one option of each class; of each option when something looks deeper. */
static void set_domain(struct gate *gate, uint32_t item)
{
	const struct screener *p = gate->program;
	struct gate_domain *d = &gate->domains[item];
	const struct limits *limits = &p->items[item].limits;
	uint32_t n = p->domains[p->items[item].value.of].n, m = 0, of[64];
	uint64_t exclusive = p->domains[p->items[item].value.of].exclusive;

	for (uint32_t i = 0; i < n && i < 64; i++) {
		bool first = true;

		for (uint32_t k = 0; k < m && !d->deep; k++)
			first = first && (d->classes[of[k]] != d->classes[i] ||
					  (exclusive >> of[k] & 1) != (exclusive >> i & 1));
		if (first)
			of[m++] = i;
	}
	if (m <= 6) {
		d->exact =
			d->exact && (m == n || (limits->min_count <= 1 && limits->max_count >= m));
		for (uint64_t bits = 0; bits < (uint64_t)1 << m; bits++) {
			uint64_t set = 0;

			for (uint32_t k = 0; k < m; k++)
				if (bits >> k & 1)
					set |= (uint64_t)1 << of[k];
			add_set(gate, item, set);
		}
		return;
	}
	d->exact = false;
	for (uint32_t k = 0; k < m && k < GATE_MAX_SAMPLES; k++)
		add_set(gate, item, (uint64_t)1 << of[k]);
	add_set(gate, item, (n < 64 ? ((uint64_t)1 << n) - 1 : UINT64_MAX) & ~exclusive);
}

static void text_domain(struct gate *gate, uint32_t item)
{
	struct gate_domain *d = &gate->domains[item];

	d->exact = !d->read;
	for (uint32_t i = 0; i < d->n_texts; i++) {
		struct strbuf buf = strbuf_new(gate->scratch);

		strbuf_add_json(&buf, str_of(d->texts[i]));
		(void)gate_domain_add(gate, item, buf.ptr);
	}
	if (!gate_domain_add(gate, item, "\"x\""))
		(void)gate_domain_add(gate, item, "\"73301\"");
}

/*
 * Samples take the answers of the tests, those of the case that ends well come
 * first, and what nobody reads is left at one.
 */
static void finish_domain(struct gate *gate, uint32_t item)
{
	struct gate_domain *d = &gate->domains[item];

	if (!d->exact || d->n == 0)
		for (uint32_t i = 0; i < gate->n_cases && d->n < GATE_MAX_SAMPLES / 2; i++)
			if (gate->cases[i].answers->given[item] == GIVEN_VALID)
				take(gate, item, &gate->cases[i].answers->slots[item]);
	if (d->n == 0)
		d->exact = false;
	for (uint32_t i = 1; gate->base && i < d->n; i++)
		if (gate->base->given[item] == GIVEN_VALID &&
		    gate_same_value(gate->program->items[item].value, &d->values[i],
				    &gate->base->slots[item])) {
			struct value value = d->values[i];

			memmove(d->values + 1, d->values, i * sizeof value);
			d->values[0] = value;
		}
	if (!d->read && d->n > 1)
		d->n = 1;
}

static void build_domain(struct gate *gate, uint32_t item)
{
	struct gate_domain *d = &gate->domains[item];

	d->exact = true;
	d->values = arena_array_of(gate->scratch, struct value, GATE_MAX_VALUES);
	switch ((enum type_kind)gate->program->items[item].value.kind) {
	case TYPE_BOOL:
		(void)gate_domain_add(gate, item, "true");
		(void)gate_domain_add(gate, item, "false");
		break;
	case TYPE_INT:
	case TYPE_DEC:
	case TYPE_QTY:
	case TYPE_DATE: number_domain(gate, item); break;
	case TYPE_CODE: code_domain(gate, item); break;
	case TYPE_SET: set_domain(gate, item); break;
	case TYPE_TEXT: text_domain(gate, item); break;
	case TYPE_ROWS: gate_rows_domain(gate, item); break;
	case TYPE_NONE: return;
	}
	finish_domain(gate, item);
}

void gate_domains(struct gate *gate)
{
	const struct screener *p = gate->program;

	for (uint32_t i = 0; i < p->n_items; i++)
		if (p->items[i].row_group >= 0 && p->items[i].value.kind != TYPE_NONE)
			gate_child_domain(gate, i);
	for (uint32_t i = 0; i < p->n_items; i++)
		if (p->items[i].row_group < 0)
			build_domain(gate, i);
}
