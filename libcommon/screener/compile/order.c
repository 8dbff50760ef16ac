/*
 * The order of an evaluation: each item's visibility, derived value and score
 * after all that it looks at.  A cycle has no such order and is reported.
 */
#include "screener/compile/compiler.h"

#define N_VERTICES (MAX_ITEMS + MAX_DERIVED + MAX_SCORES + MAX_TABLES)

enum mark { MARK_NEW, MARK_OPEN, MARK_DONE };

struct walk {
	struct compiler *c;
	uint8_t *marks;
	uint32_t *first; /* edges of v: first[v] .. first[v + 1] in by_source */
	const struct edge **by_source;
	struct step *steps;
	uint32_t n_steps;
};

void dependency_add(struct compiler *c, const struct path *at, int32_t from, int32_t to)
{
	if (from < 0 || to < 0)
		return;
	if (c->n_edges == c->edges_cap) {
		uint32_t cap = c->edges_cap ? c->edges_cap * 2 : 64;

		c->edges = arena_grow(c->arena, c->edges, c->edges_cap * sizeof *c->edges,
				      cap * sizeof *c->edges);
		c->edges_cap = cap;
	}
	c->edges[c->n_edges++] = (struct edge){(uint16_t)from, (uint16_t)to,
					       c->findings.quiet ? NULL : path_text(c->arena, at)};
}

static void sort_edges(struct walk *w)
{
	struct compiler *c = w->c;
	uint32_t *next;

	w->first = arena_array_of(c->arena, uint32_t, N_VERTICES + 2);
	w->by_source = arena_array_of(c->arena, const struct edge *, c->n_edges);
	for (uint32_t i = 0; i < c->n_edges; i++)
		w->first[c->edges[i].from + 1]++;
	for (uint32_t v = 0; v < N_VERTICES; v++)
		w->first[v + 1] += w->first[v];
	next = arena_memdup(c->arena, w->first, (N_VERTICES + 1) * sizeof *next);
	for (uint32_t i = 0; i < c->n_edges; i++)
		w->by_source[next[c->edges[i].from]++] = &c->edges[i];
}

/* Items that are always visible, and tables, need no step of their own. */
static void put_step(struct walk *w, uint32_t v)
{
	struct compiler *c = w->c;
	const struct item *item = v < MAX_ITEMS ? &c->items[v] : NULL;
	bool rows;

	if (item) {
		rows = item->row_group >= 0;
		if (!rows && (item->conditional || item->repeats))
			w->steps[w->n_steps++] = (struct step){STEP_ITEM, (uint16_t)v};
	} else if (v < MAX_ITEMS + MAX_DERIVED) {
		w->steps[w->n_steps++] = (struct step){STEP_DERIVED, (uint16_t)(v - MAX_ITEMS)};
	} else if (v < MAX_ITEMS + MAX_DERIVED + MAX_SCORES) {
		w->steps[w->n_steps++] =
			(struct step){STEP_SCORE, (uint16_t)(v - MAX_ITEMS - MAX_DERIVED)};
	}
}

static const char *vertex_name(const struct compiler *c, uint32_t v)
{
	if (v < MAX_ITEMS)
		return c->items[v].id.ptr;
	if (v < MAX_ITEMS + MAX_DERIVED)
		return c->derived[v - MAX_ITEMS].id.ptr;
	if (v < MAX_ITEMS + MAX_DERIVED + MAX_SCORES)
		return c->scores[v - MAX_ITEMS - MAX_DERIVED].id.ptr;
	return c->tables[v - MAX_ITEMS - MAX_DERIVED - MAX_SCORES].name.ptr;
}

static void report_cycle(struct compiler *c, const struct edge *edge)
{
	const char *name = vertex_name(c, edge->to);

	finding_add_at(&c->findings, edge->pointer ? edge->pointer : "", SCREENER_ERROR, "CYCLE",
		       "This needs \"%s\", which in turn needs what is being computed here.",
		       name ? name : "?");
}

/* Depth-first without recursion: the graph may be a chain of a thousand. */
static void visit(struct walk *w, uint32_t root, uint32_t *stack, uint32_t *at)
{
	uint32_t depth = 1;

	stack[0] = root;
	at[0] = w->first[root];
	w->marks[root] = MARK_OPEN;
	while (depth) {
		uint32_t v = stack[depth - 1];
		const struct edge *edge;

		if (at[depth - 1] == w->first[v + 1]) {
			w->marks[v] = MARK_DONE;
			put_step(w, v);
			depth--;
			continue;
		}
		edge = w->by_source[at[depth - 1]++];
		if (w->marks[edge->to] == MARK_OPEN) {
			report_cycle(w->c, edge);
		} else if (w->marks[edge->to] == MARK_NEW) {
			w->marks[edge->to] = MARK_OPEN;
			stack[depth] = edge->to;
			at[depth++] = w->first[edge->to];
		}
	}
}

static void visit_all(struct walk *w, uint32_t first, uint32_t n, uint32_t *stack, uint32_t *at)
{
	for (uint32_t v = first; v < first + n; v++)
		if (w->marks[v] == MARK_NEW)
			visit(w, v, stack, at);
}

void compile_order(struct compiler *c)
{
	struct walk w = {.c = c};
	uint32_t *stack = arena_array_of(c->arena, uint32_t, N_VERTICES);
	uint32_t *at = arena_array_of(c->arena, uint32_t, N_VERTICES);

	w.marks = arena_array_of(c->arena, uint8_t, N_VERTICES);
	w.steps = arena_array_of(c->arena, struct step, N_VERTICES);
	sort_edges(&w);
	visit_all(&w, 0, c->program.n_items, stack, at);
	visit_all(&w, MAX_ITEMS, c->program.n_derived, stack, at);
	visit_all(&w, MAX_ITEMS + MAX_DERIVED, c->program.n_scores, stack, at);
	visit_all(&w, MAX_ITEMS + MAX_DERIVED + MAX_SCORES, c->program.n_tables, stack, at);
	c->program.steps = keep_copy(c->keep, w.steps, w.n_steps * sizeof *w.steps);
	c->program.n_steps = w.n_steps;
}
