/*
 * Boundary tests where no answer is a number that can be moved: the nearest to
 * the constant are looked for among the embedded tests, and among what differs
 * from one of them in the answer to one question.
 */
#include "screener/gate_walk.h"

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
		const struct gate_domain *d = &gate->domains[w.item];

		if (!gate_set_has(support, w.item) || a->given[w.item] != GIVEN_VALID)
			continue;
		keep_nearest(&w, nearest);
		for (uint32_t k = 0; k < d->n && gate->spent < gate->limit / 2; k++) {
			w.answers.slots[w.item] = d->values[k];
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
