/* Scores and their bands, as eval/score.c has them. */
#include "prover/part.h"

/* What one input adds when it is known. */
static struct num points_of(struct encoder *e, const struct sym *s, struct type type,
			    term *overflow)
{
	const struct domain *d = &e->p->domains[type.of];
	struct num zero = num_constant(e, number_of(0)), n = zero;
	struct logic *l = &e->l;

	*overflow = l->no;
	if (type.kind == TYPE_BOOL) {
		struct num one = num_constant(e, number_of(1));

		return num_choose(e, s->b, &one, &zero);
	}
	if (type.kind != TYPE_CODE && type.kind != TYPE_SET)
		return s->n;
	for (uint32_t i = 0; i < d->n && (type.kind == TYPE_CODE || i < MAX_SET); i++) {
		struct num score = num_constant(e, d->options[i].score);

		if (type.kind == TYPE_CODE) {
			n = num_choose(e, l_eq(l, s->code, l_whole(l, i)), &score, &n);
		} else {
			term large;

			score = num_choose(e, s->bits[i], &score, &zero);
			n = num_add(e, &n, &score, false, &large);
			*overflow = l_or(l, *overflow, large);
		}
	}
	return n;
}

struct tally {
	struct num sum;
	term answered, missing, counted; /* whole numbers */
	term failed;
};

static void add_input(struct encoder *e, const struct score *score, uint32_t i, struct tally *t)
{
	const struct sym *s = &e->slots[score->slots[i]];
	struct logic *l = &e->l;
	term one = l_whole(l, 1), none = l_whole(l, 0), large, overflow, counts;
	struct num zero = num_constant(e, number_of(0));
	struct num points = points_of(e, s, score->types[i], &large);
	struct num added = num_choose(e, s->known, &points, &zero);

	counts = l_and(l, s->known, num_compare(e, &points, &zero, COMPARE_GT));
	t->answered = l_plus(l, t->answered, l_if(l, s->known, one, none));
	t->missing = l_plus(l, t->missing, l_if(l, s->known, none, one));
	t->counted = l_plus(l, t->counted, l_if(l, counts, one, none));
	t->sum = num_add(e, &t->sum, &added, false, &overflow);
	overflow = l_and(l, s->known, l_or(l, large, overflow));
	t->failed = l_or(l, t->failed, l_or(l, s->cause, overflow));
}

/* n, times a factor for each possible number of answers, over that number. */
static struct num per_answer(struct encoder *e, const struct num *n, const struct tally *t,
			     uint32_t most, int64_t factor, term *overflow)
{
	struct logic *l = &e->l;
	struct num out = num_constant(e, number_of(0));

	*overflow = l->no;
	for (uint32_t k = 1; k <= most; k++) {
		term is = l_eq(l, t->answered, l_whole(l, k)), a, b;
		struct num times = num_constant(e, number_of(factor));
		struct num over = num_constant(e, number_of(k));
		struct num part = num_multiply(e, n, &times, &a);

		part = num_divide(e, &part, &over, &b);
		*overflow = l_or(l, *overflow, l_and(l, is, l_or(l, a, b)));
		out = num_choose(e, is, &part, &out);
	}
	return out;
}

static struct num scaled(struct encoder *e, const struct score *s, const struct tally *t,
			 struct num n, term *overflow)
{
	struct num of = num_constant(e, number_of(s->n_slots));

	*overflow = e->l.no;
	if (s->method == SCORE_MEAN && s->missing == MISSING_ZERO)
		return num_divide(e, &n, &of, overflow);
	if (s->method == SCORE_MEAN)
		return per_answer(e, &n, t, s->n_slots, 1, overflow);
	if (s->missing == MISSING_PRORATE)
		return per_answer(e, &n, t, s->n_slots, s->n_slots, overflow);
	return n;
}

static struct sym total(struct encoder *e, const struct score *s, const struct tally *t)
{
	struct logic *l = &e->l;
	int64_t most = s->missing == MISSING_UNKNOWN ? 0 : s->max_missing;
	struct num n = s->method == SCORE_COUNT ? num_whole(e, t->counted, 0, s->n_slots) : t->sum;
	term enough = l_and(l, l_le(l, t->missing, l_whole(l, most)),
			    l_lt(l, l_whole(l, 0), t->answered));
	term overflow, again = l->no;
	struct sym out;

	n = scaled(e, s, t, n, &overflow);
	if (s->rounding.has)
		n = num_rounded(e, &n, s->rounding.digits, s->rounding.mode, &again);
	overflow = l_or(l, overflow, again);
	out = sym_of_num(e, n);
	enough = l_and(l, enough, l_not(l, t->failed));
	out.known = l_and(l, enough, l_not(l, overflow));
	out.cause = l_or(l, t->failed, l_and(l, enough, overflow));
	return out;
}

static struct sym band_of(struct encoder *e, const struct score *s, const struct sym *score)
{
	struct sym out = sym_known(e, TYPE_CODE);
	struct logic *l = &e->l;
	term in_some = l->no;

	out.domain = s->domain;
	out.code = l_whole(l, -1);
	for (uint32_t i = s->n_bands; i-- > 0;) {
		struct num low = num_constant(e, s->bands[i].low);
		struct num high = num_constant(e, s->bands[i].high);
		term in = l_and(l, num_compare(e, &score->n, &low, COMPARE_GE),
				num_compare(e, &score->n, &high, COMPARE_LE));

		in_some = l_or(l, in_some, in);
		out.code = l_if(l, in, l_whole(l, s->bands[i].option), out.code);
	}
	out.known = l_and(l, score->known, in_some);
	out.cause = l_or(l, score->cause, l_and(l, score->known, l_not(l, in_some)));
	return out;
}

void encode_score(struct encoder *e, uint32_t index)
{
	const struct score *s = &e->p->scores[index];
	struct sym *slot = &e->slots[slot_of_score(e->p, index)];
	struct logic *l = &e->l;
	struct tally t = {.sum = num_constant(e, number_of(0)),
			  .answered = l_whole(l, 0),
			  .missing = l_whole(l, 0),
			  .counted = l_whole(l, 0),
			  .failed = l->no};

	for (uint32_t i = 0; i < s->n_slots; i++)
		add_input(e, s, i, &t);
	slot[0] = total(e, s, &t);
	terms_add(l, &e->failed, slot[0].cause);
	if (!s->n_bands)
		return;
	slot[1] = band_of(e, s, &slot[0]);
	terms_add(l, &e->failed, slot[1].cause);
}
