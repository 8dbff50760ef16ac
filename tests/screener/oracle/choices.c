/*
 * Which answers to try: all options, each integer of a small range, decimals and days at and
 * beside every constant and limit of the document, no answer, and an invalid one.
 */
#include "choices.h"

#include <math.h>
#include <string.h>

#include "days.h"

#define N_POINTS 48

/* Hundredths, or days, at which something may change. */
struct points {
	int64_t at[N_POINTS];
	int n;
};

static uint64_t roll(struct choices *c, uint64_t sides)
{
	uint64_t z = c->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (z ^ (z >> 31)) % sides;
}

static void add(struct choices *c, json_t *answer)
{
	int i = c->n_items - 1;

	if (c->items[i].n < CHOICES_MOST) {
		c->items[i].answers[c->items[i].n++] = answer;
		return;
	}
	c->exact = false;
	json_decref(answer);
}

static void point(struct points *p, int64_t at)
{
	for (int i = 0; i < p->n; i++)
		if (p->at[i] == at)
			return;
	if (p->n < N_POINTS)
		p->at[p->n++] = at;
}

static void around(struct points *p, int64_t at)
{
	point(p, at);
	point(p, at - 1);
	point(p, at + 1);
}

/* Every number of the document, in hundredths. */
static void collect_numbers(json_t *json, struct points *p)
{
	const char *name;
	json_t *element;
	size_t i;

	if (json_is_number(json) && fabs(json_number_value(json)) < 1000)
		around(p, llround(json_number_value(json) * 100));
	json_array_foreach (json, i, element)
		collect_numbers(element, p);
	json_object_foreach (json, name, element)
		collect_numbers(element, p);
}

static void collect_dates(json_t *json, int64_t today, struct points *p)
{
	const char *name, *text = json_string_value(json);
	int64_t day, n = 0;
	json_t *element;
	size_t i;

	if (text && day_parse(text, &day))
		around(p, day);
	if (text && strncmp(text, "today", 5) == 0 && text[5]) {
		for (const char *d = text + 6; d[1]; d++)
			n = n * 10 + (*d - '0');
		if (day_add(today, text[5] == '-' ? -n : n, text[strlen(text) - 1], &day))
			around(p, day);
	}
	json_array_foreach (json, i, element)
		collect_dates(element, today, p);
	json_object_foreach (json, name, element)
		collect_dates(element, today, p);
}

/* At most this many of the points, by chance. */
static void thin(struct choices *c, struct points *p, int most)
{
	for (; p->n > most; p->n--)
		p->at[roll(c, (uint64_t)p->n)] = p->at[p->n - 1];
}

static json_t *hundredths(int64_t n)
{
	return n % 100 ? json_real((double)n / 100) : json_integer(n / 100);
}

static void integers(struct choices *c, const struct oracle_item *item)
{
	json_t *low = json_object_get(item->json, "min"),
	       *high = json_object_get(item->json, "max");
	json_int_t first = low ? json_integer_value(low) : -3;
	json_int_t last = high ? json_integer_value(high) : first + 8;

	if (!low || !high)
		c->exact = false;
	for (json_int_t n = first; n <= last; n++)
		add(c, json_integer(n));
	if (high && roll(c, 3) == 0)
		add(c, json_integer(last + 1));
}

static void numbers(struct choices *c, const struct oracle_document *doc,
		    const struct oracle_item *item)
{
	json_t *low = json_object_get(item->json, "min"),
	       *high = json_object_get(item->json, "max");
	json_t *units = json_object_get(item->json, "units");
	struct points p = {};

	c->exact = false;
	collect_numbers(doc->json, &p);
	for (int i = p.n - 1; i >= 0; i--)
		if ((low && (double)p.at[i] < json_number_value(low) * 100 - 1.5) ||
		    (high && (double)p.at[i] > json_number_value(high) * 100 + 1.5))
			p.at[i] = p.at[--p.n];
	thin(c, &p, 10);
	for (int i = 0; i < p.n; i++)
		add(c, hundredths(p.at[i]));
	if (units)
		add(c, json_pack("{s:i,s:s}", "value", (int)roll(c, 5), "unit", "[lb_av]"));
}

static void dates(struct choices *c, const struct oracle_document *doc, int64_t today)
{
	static const int near[] = {0, 1, 30, 31, 365, 366, 730, 1095, 1096};
	struct points p = {};
	char text[16];

	c->exact = false;
	collect_dates(doc->json, today, &p);
	for (int i = 0; i < 9; i++)
		point(&p, today - near[i]);
	thin(c, &p, 8);
	for (int i = 0; i < p.n; i++) {
		day_print(p.at[i], text);
		add(c, json_string(text));
	}
}

static void subsets(struct choices *c, json_t *options)
{
	size_t n = json_array_size(options), i;
	json_t *option;

	for (unsigned set = 0; set < 1U << n; set++) {
		json_t *list = json_array();

		json_array_foreach (options, i, option)
			if (set >> i & 1)
				json_array_append(list, json_object_get(option, "code"));
		add(c, list);
	}
}

static void codes(struct choices *c, const struct oracle_item *item)
{
	json_t *option;
	size_t i;

	json_array_foreach (json_object_get(item->json, "options"), i, option)
		add(c, json_incref(json_object_get(option, "code")));
	json_array_foreach (json_object_get(item->json, "only"), i, option)
		add(c, json_incref(option));
	if (strcmp(item->type, "open_choice") != 0)
		return;
	add(c, json_pack("{s:s}", "other", "zz"));
	add(c, json_pack("{s:s}", "other", roll(c, 2) ? "x" : " Y"));
	add(c, json_pack("{s:s}", "other", roll(c, 2) ? "big  ONE " : "  "));
}

static void texts(struct choices *c, const struct oracle_item *item)
{
	static const char *const samples[] = {"a", "b", "ab", "bb", "acc", "12", "q", "abcde", " "};

	c->exact = false;
	if (strcmp(item->type, "zip") == 0) {
		add(c, json_string("73301"));
		add(c, json_string("10001-0001"));
		add(c, json_string("7330"));
		return;
	}
	for (int i = 0; i < 9; i++)
		add(c, json_string(samples[i]));
}

static void answers_of(struct choices *c, const struct oracle_document *doc, int item,
		       int64_t today);

/* A row of random answers of the children. */
static json_t *random_row(struct choices *c, const struct choices *children)
{
	json_t *row = json_object();

	for (int i = 0; i < children->n_items; i++) {
		json_t *answer =
			children->items[i].answers[roll(c, (uint64_t)children->items[i].n)];

		if (answer)
			json_object_set(row, children->items[i].id, answer);
	}
	return row;
}

static void rows(struct choices *c, const struct oracle_document *doc, int group, int64_t today)
{
	struct choices *children = calloc(1, sizeof *children);
	json_t *limit = json_object_get(doc->items[group].json, "max_rows");
	int most = limit ? (int)json_integer_value(limit) : ORACLE_ROWS;

	if (!children)
		abort();
	children->state = roll(c, UINT64_MAX);
	for (int i = group + 1; i < doc->n_items && doc->items[i].row_group == group; i++)
		answers_of(children, doc, i, today);
	c->exact = false;
	add(c, json_array());
	for (int n = 1; n <= most && n <= 3; n++)
		for (int i = 0; i < 5; i++) {
			json_t *list = json_array();

			for (int k = 0; k < n; k++)
				json_array_append_new(list, random_row(c, children));
			add(c, list);
		}
	choices_fini(children);
	free(children);
}

static void answers_of(struct choices *c, const struct oracle_document *doc, int item,
		       int64_t today)
{
	const struct oracle_item *it = &doc->items[item];

	c->items[c->n_items++].id = it->id;
	add(c, NULL);
	if (it->repeats)
		rows(c, doc, item, today);
	else if (strcmp(it->type, "boolean") == 0 || strcmp(it->type, "attestation") == 0) {
		add(c, json_true());
		add(c, json_false());
	} else if (strcmp(it->type, "integer") == 0)
		integers(c, it);
	else if (strcmp(it->type, "decimal") == 0 || strcmp(it->type, "quantity") == 0)
		numbers(c, doc, it);
	else if (strcmp(it->type, "date") == 0)
		dates(c, doc, today);
	else if (strcmp(it->type, "multi") == 0)
		subsets(c, json_object_get(it->json, "options"));
	else if (strcmp(it->type, "text") == 0 || strcmp(it->type, "zip") == 0)
		texts(c, it);
	else
		codes(c, it);
	if (roll(c, 20) == 0)
		add(c, json_pack("{s:b}", "wrong", 1));
}

void choices_init(struct choices *c, const struct oracle_document *doc, int64_t today,
		  uint64_t seed)
{
	*c = (struct choices){.exact = true, .n_all = 1, .state = seed};
	for (int i = 0; i < doc->n_items; i++) {
		const struct oracle_item *item = &doc->items[i];

		if (item->row_group >= 0 || strcmp(item->type, "display") == 0 ||
		    (strcmp(item->type, "group") == 0 && !item->repeats))
			continue;
		answers_of(c, doc, i, today);
		if (c->n_all < UINT32_MAX)
			c->n_all *= (uint64_t)c->items[c->n_items - 1].n;
	}
}

void choices_fini(struct choices *c)
{
	for (int i = 0; i < c->n_items; i++)
		for (int k = 0; k < c->items[i].n; k++)
			json_decref(c->items[i].answers[k]);
}

json_t *choices_answers(const struct choices *c, uint64_t number)
{
	json_t *answers = json_object();

	for (int i = 0; i < c->n_items; i++) {
		json_t *answer = c->items[i].answers[number % (uint64_t)c->items[i].n];

		number /= (uint64_t)c->items[i].n;
		if (answer)
			json_object_set(answers, c->items[i].id, answer);
	}
	return answers;
}

json_t *choices_sample(struct choices *c)
{
	json_t *answers = json_object();

	for (int i = 0; i < c->n_items; i++) {
		json_t *answer = c->items[i].answers[roll(c, (uint64_t)c->items[i].n)];

		if (answer)
			json_object_set(answers, c->items[i].id, answer);
	}
	return answers;
}
