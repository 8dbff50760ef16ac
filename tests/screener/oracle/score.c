/* Derived values, scores and their bands. */
#include <string.h>

#include "world.h"

static struct value round_as_told(struct value v, json_t *round)
{
	struct fraction n;

	if (!v.known || !round)
		return v;
	if (!fraction_round(v.number, (int)json_integer_value(json_array_get(round, 0)),
			    rounding_named(json_string_value(json_array_get(round, 1))), &n))
		return failed();
	return number_of(n);
}

struct value derived_value(struct world *w, size_t i)
{
	json_t *json = json_array_get(json_object_get(w->doc->json, "derived"), i);
	int outer = w->row;

	if (w->derived_done[i])
		return w->derived[i];
	w->row = -1;
	w->derived[i] = round_as_told(rule_value(w, json_object_get(json, "rule")),
				      json_object_get(json, "round"));
	w->row = outer;
	w->derived_done[i] = true;
	return w->derived[i];
}

static struct fraction option_score(const json_t *item, const char *code)
{
	struct fraction n = fraction_of(0);
	json_t *option;
	size_t i;

	json_array_foreach (json_object_get(item, "options"), i, option)
		if (strcmp(json_string_value(json_object_get(option, "code")), code) == 0)
			fraction_of_json(json_object_get(option, "score"), &n);
	return n;
}

/* What one item or derived value brings to a score. */
static struct value points(struct world *w, const char *id)
{
	json_t *rule = json_pack("{s:s}", "var", id), *code;
	struct value v = rule_value(w, rule);
	int item = item_find(w->doc, id);
	struct fraction sum = fraction_of(0);
	size_t i;

	json_decref(rule);
	if (!v.known || v.kind == KIND_NUMBER || v.kind == KIND_BOOLEAN)
		return v;
	if (v.kind == KIND_TEXT)
		return number_of(option_score(w->doc->items[item].json, v.text));
	json_array_foreach (v.set, i, code)
		if (!fraction_add(sum,
				  option_score(w->doc->items[item].json, json_string_value(code)),
				  &sum))
			return failed();
	return number_of(sum);
}

static struct value finished(json_t *score, struct fraction n, int64_t items, int64_t answered)
{
	const char *method = json_string_value(json_object_get(score, "method"));
	const char *missing = json_string_value(json_object_get(score, "missing"));
	bool prorate = missing && strcmp(missing, "prorate") == 0;
	bool fits = true;

	if (answered == 0)
		return unknown();
	/* The mean of what was answered is what prorating it gives. */
	if (strcmp(method, "mean") == 0)
		fits = fraction_divide(n, fraction_of(prorate ? answered : items), &n);
	else if (prorate)
		fits = fraction_multiply(n, fraction_of(items), &n) &&
		       fraction_divide(n, fraction_of(answered), &n);
	if (!fits)
		return failed();
	return round_as_told(number_of(n), json_object_get(score, "round"));
}

struct total {
	struct fraction sum;
	int64_t n_unknown, n_above_0;
	bool failed;
};

/* A failed value is no missing answer: it makes the score fail. */
static struct total total_of(struct world *w, json_t *items)
{
	struct total total = {.sum = fraction_of(0)};
	json_t *id;
	size_t i;

	json_array_foreach (items, i, id) {
		struct value v = points(w, json_string_value(id));

		if (!v.known) {
			total.n_unknown++;
			total.failed = total.failed || v.failed;
			continue;
		}
		total.n_above_0 += v.number.num > 0;
		if (!fraction_add(total.sum, v.number, &total.sum))
			total.failed = true;
	}
	return total;
}

static struct value compute(struct world *w, json_t *score)
{
	bool counts = strcmp(json_string_value(json_object_get(score, "method")), "count") == 0;
	const char *missing = json_string_value(json_object_get(score, "missing"));
	json_t *items = json_object_get(score, "items");
	int64_t n = (int64_t)json_array_size(items), allowed = 0;
	struct total total = total_of(w, items);

	if (missing && strcmp(missing, "unknown") != 0)
		allowed = json_integer_value(json_object_get(score, "max_missing"));
	if (total.failed)
		return failed();
	if (total.n_unknown > allowed)
		return unknown();
	return finished(score, counts ? fraction_of(total.n_above_0) : total.sum, n,
			n - total.n_unknown);
}

struct value score_value(struct world *w, size_t i)
{
	int outer = w->row;

	if (!w->scores_done[i]) {
		w->row = -1;
		w->scores[i] =
			compute(w, json_array_get(json_object_get(w->doc->json, "scores"), i));
		w->row = outer;
		w->scores_done[i] = true;
	}
	return w->scores[i];
}

struct value score_band(struct world *w, size_t i)
{
	json_t *score = json_array_get(json_object_get(w->doc->json, "scores"), i), *band;
	struct value v = score_value(w, i);
	struct fraction low, high;
	size_t k;

	if (!v.known)
		return v;
	json_array_foreach (json_object_get(score, "bands"), k, band)
		if (fraction_of_json(json_array_get(band, 0), &low) &&
		    fraction_of_json(json_array_get(band, 1), &high) &&
		    fraction_compare(v.number, low) >= 0 && fraction_compare(v.number, high) <= 0)
			return text_value(json_string_value(json_array_get(band, 2)));
	return failed();
}
