/* Scores and their bands. */
#include "screener/eval/eval.h"

struct tally {
	struct number sum;
	uint32_t answered, missing, counted;
	enum cause cause;
};

static bool points_of_set(const struct domain *d, uint64_t set, struct number *out)
{
	*out = number_of(0);
	for (uint32_t i = 0; i < d->n && i < MAX_SET; i++)
		if ((set >> i & 1) && !number_add(*out, d->options[i].score, out))
			return false;
	return true;
}

/* What one known input adds; a free text adds nothing. */
bool eval_points(const struct screener *p, const struct value *v, struct type type,
		 struct number *out)
{
	const struct domain *d = &p->domains[type.of];

	switch (type.kind) {
	case TYPE_CODE: *out = v->code < 0 ? number_of(0) : d->options[v->code].score; return true;
	case TYPE_SET: return points_of_set(d, v->set, out);
	default: *out = v->number; return true;
	}
}

static void add_input(const struct screener_state *state, const struct score *s, uint32_t i,
		      struct tally *tally)
{
	const struct value *v = &state->slots[s->slots[i]];
	struct number points;

	if (!v->known) {
		tally->missing++;
		if (v->cause)
			tally->cause = v->cause;
		return;
	}
	tally->answered++;
	if (!eval_points(state->program, v, s->types[i], &points) ||
	    !number_add(tally->sum, points, &tally->sum))
		tally->cause = CAUSE_OVERFLOW;
	else
		tally->counted += points.num > 0;
}

static bool prorate(const struct score *s, const struct tally *tally, struct number *n)
{
	return number_mul(*n, number_of(s->n_slots), n) &&
	       number_div(*n, number_of(tally->answered), n);
}

static struct value total(const struct score *s, const struct tally *tally)
{
	struct number n = s->method == SCORE_COUNT ? number_of(tally->counted) : tally->sum;
	uint32_t of = s->missing == MISSING_ZERO ? s->n_slots : tally->answered;
	bool ok = true;

	if (tally->cause)
		return value_unknown(tally->cause);
	if (tally->missing > (s->missing == MISSING_UNKNOWN ? 0 : s->max_missing) ||
	    !tally->answered)
		return value_unknown(CAUSE_NONE);
	if (s->method == SCORE_MEAN)
		ok = number_div(n, number_of(of), &n);
	else if (s->missing == MISSING_PRORATE)
		ok = prorate(s, tally, &n);
	if (ok && s->rounding.has)
		ok = number_round(n, s->rounding.digits, s->rounding.mode, &n);
	return ok ? value_number(n) : value_unknown(CAUSE_OVERFLOW);
}

static struct value band_of(const struct score *s, const struct value *score)
{
	struct value v;

	if (!score->known)
		return *score;
	for (uint32_t i = 0; i < s->n_bands; i++) {
		if (number_compare(score->number, s->bands[i].low) < 0 ||
		    number_compare(score->number, s->bands[i].high) > 0)
			continue;
		v = value_text(s->bands[i].code);
		v.code = (int32_t)s->bands[i].option;
		return v;
	}
	return value_unknown(CAUSE_DOMAIN);
}

void eval_score(struct screener_state *state, uint32_t index)
{
	const struct score *s = &state->program->scores[index];
	struct value *slot = &state->slots[slot_of_score(state->program, index)];
	struct tally tally = {.sum = number_of(0)};

	for (uint32_t i = 0; i < s->n_slots; i++)
		add_input(state, s, i, &tally);
	slot[0] = total(s, &tally);
	if (s->n_bands)
		slot[1] = band_of(s, &slot[0]);
	if (slot[0].cause || slot[1].cause)
		state->failed = true;
}
