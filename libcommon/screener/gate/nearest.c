/*
 * Boundary tests where no answer is a number that can be moved: the nearest to
 * the constant are looked for among the embedded tests, and among what differs
 * from one of them in the answer to one question.
 */
#include "screener/gate/walk.h"

/* The nearest answers seen on each side: below, at, above. */
struct nearest {
	bool has[3];
	struct number gap[3];
	struct gate_walk at[3];
};

static void keep_nearest(struct gate_walk *w, struct nearest *nearest)
{
	const struct screener *p = w->gate->program;
	struct screener_answers kept;
	struct number gap;
	int i, order;

	if (!gate_look(w, &gap))
		return;
	i = gate_sign(gap) + 1;
	order = nearest->has[i] ? number_compare(gap, nearest->gap[i]) : 0;
	if (nearest->has[i] && (i == 0 ? order <= 0 : order >= 0))
		return;
	nearest->has[i] = true;
	nearest->gap[i] = gap;
	kept = nearest->at[i].answers;
	nearest->at[i] = *w;
	nearest->at[i].answers.slots = kept.slots;
	nearest->at[i].answers.given = kept.given;
	memcpy(kept.slots, w->answers.slots, p->n_items * sizeof *kept.slots);
	memcpy(kept.given, w->answers.given, p->n_items);
}

/* Answers to an item that is no number to be moved: each option, or each one chosen or not. */
static uint32_t count_others(const struct screener *p, uint32_t item)
{
	const struct type type = p->items[item].value;

	if (p->items[item].row_group >= 0)
		return 0;
	switch ((enum type_kind)type.kind) {
	case TYPE_BOOL: return 2;
	case TYPE_CODE:
	case TYPE_SET: return p->domains[type.of].n;
	default: return 0;
	}
}

static struct value other_answer(const struct screener *p, uint32_t item, const struct value *now,
				 uint32_t k)
{
	const struct type type = p->items[item].value;
	const struct domain *d = &p->domains[type.of];
	struct value value;

	if (type.kind == TYPE_BOOL)
		return value_integer(k);
	if (type.kind == TYPE_CODE) {
		value = value_text(d->options[k].code);
		value.code = (int32_t)k;
		return value;
	}
	if ((now->set | (uint64_t)1 << k) & d->exclusive)
		return value_set((uint64_t)1 << k);
	return value_set(now->set ^ (uint64_t)1 << k);
}

/* The case, and what differs from it in the answer to one item that is no number. */
static void try_neighbours(struct gate *gate, struct arena *arena, const struct gate_site *site,
			   const struct gate_case *from, const uint64_t *support,
			   struct nearest *nearest)
{
	const struct screener *p = gate->program;
	const struct screener_answers *a = from->answers;
	struct gate_walk w = {.gate = gate, .site = site, .answers = *a, .arena = arena};
	struct arena_mark mark = arena_mark(arena);

	w.answers.slots = arena_memdup(arena, a->slots, p->n_items * sizeof *a->slots);
	w.answers.given = arena_memdup(arena, a->given, p->n_items);
	for (w.item = 0; w.item < p->n_items; w.item++) {
		uint32_t n = count_others(p, w.item);

		if (!gate_set_has(support, w.item) || a->given[w.item] != GIVEN_VALID)
			continue;
		keep_nearest(&w, nearest);
		for (uint32_t k = 0; k < n && gate->spent < gate->limit / 2; k++) {
			w.answers.slots[w.item] = other_answer(p, w.item, &a->slots[w.item], k);
			keep_nearest(&w, nearest);
		}
		w.answers.slots[w.item] = a->slots[w.item];
	}
	arena_rewind(arena, mark);
}

bool gate_look_around(struct gate *gate, struct arena *arena, const struct gate_site *site,
		      const uint64_t *support)
{
	uint32_t n_items = gate->program->n_items, n = 0;
	struct nearest nearest = {};

	for (int i = 0; i < 3; i++) {
		nearest.at[i].answers.slots = arena_array_of(arena, struct value, n_items);
		nearest.at[i].answers.given = arena_array_of(arena, uint8_t, n_items);
	}
	for (uint32_t i = 0; i < gate->n_cases && gate->spent < gate->limit / 2; i++)
		try_neighbours(gate, arena, site, &gate->cases[i], support, &nearest);
	for (int i = 0; i < 3; i++)
		n += nearest.has[i];
	for (int i = 0; n > 1 && i < 3; i++)
		if (nearest.has[i])
			gate_record(&nearest.at[i]);
	return n > 1;
}
