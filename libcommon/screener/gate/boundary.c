/*
 * Boundary tests.  For each comparison, one answer of an embedded test is moved
 * until the comparison turns, where it meets the constant and where it leaves
 * it; the answers around these points are evaluated and reported with what they
 * end with.  So a limit that is off by one, or a "<" for a "<=", is there for an
 * author to read.
 */
#include "screener/eval/eval.h"
#include "screener/gate/walk.h"

#define MAX_BOUNDARIES 1000
#define MAX_BYTES      ((size_t)1 << 20) /* of their answers together */
#define MAX_CASES      16
#define MAX_WALK       ((int64_t)1 << 40)

const char *screener_side_name(int side)
{
	return side < 0 ? "below" : side > 0 ? "above" : "at";
}

static bool move_to(struct gate_walk *w, int64_t k)
{
	struct value *slot = &w->answers.slots[w->item];
	struct number n;

	if (!number_mul(number_of(k), w->step, &n) || !number_add(n, w->start, &n))
		return false;
	*slot = value_number(n);
	w->answers.given[w->item] = GIVEN_VALID;
	return true;
}

/* How far left is above right; false when one is unknown. */
static bool gap_of(const struct gate_site *site, struct screener_state *state, struct number *gap)
{
	struct value left, right = value_number(site->constant);

	if (site->slot >= 0)
		left = state->slots[site->slot];
	else if (!eval_value(state, (uint32_t)site->left, &left))
		return false;
	if (!left.known ||
	    (site->right != NO_NODE && !eval_value(state, (uint32_t)site->right, &right)))
		return false;
	return number_sub(left.number, right.number, gap);
}

bool gate_look(struct gate_walk *w, struct number *gap)
{
	struct arena_mark mark = arena_mark(w->arena);
	struct screener_state *state;
	bool known;

	state = eval_state(w->gate->program, &w->answers, w->arena);
	w->gate->spent += w->gate->weight + state->loops / GATE_NODES;
	known = state->shown[w->item] == TRUE3 && gap_of(w->site, state, gap);
	arena_rewind(w->arena, mark);
	return known;
}

/* Which side the comparison is on at k; false when that is unknown or the item is hidden. */
static bool side_at(struct gate_walk *w, int64_t k, int *side)
{
	struct number gap;

	if (k < w->least || k > w->most || !move_to(w, k) || !gate_look(w, &gap))
		return false;
	*side = gate_sign(gap);
	return true;
}

/* The first k in this direction that is on another side than the one started from. */
static bool find_turn(struct gate_walk *w, int64_t from, int direction, int64_t *turn)
{
	int64_t near = from, far = from + direction, last = direction > 0 ? w->most : w->least;
	int side, here;

	if (direction * last <= direction * from || !side_at(w, from, &side))
		return false;
	for (;;) {
		if (!side_at(w, far, &here))
			return false;
		if (here != side)
			break;
		if (far == last)
			return false;
		near = far;
		far = from + 2 * (far - from);
		if (direction * far > direction * last)
			far = last;
	}
	while (direction * (far - near) > 1) {
		int64_t middle = near + (far - near) / 2;

		if (!side_at(w, middle, &here))
			return false;
		if (here == side)
			near = middle;
		else
			far = middle;
	}
	*turn = far;
	return true;
}

static bool is_recorded(const struct screener_gate_report *report, const char *answers,
			date_days as_of)
{
	for (size_t i = 0; i < report->n_boundaries; i++)
		if (report->boundaries[i].as_of == as_of &&
		    strcmp(report->boundaries[i].answers, answers) == 0)
			return true;
	return false;
}

static void warn_failure(struct gate *gate, const struct gate_site *site, const char *answers,
			 const struct screener_result *result)
{
	if (result->held & SCREENER_HELD_FAILED)
		finding_add_at(
			&gate->findings, site->pointer, SCREENER_WARNING, "BOUNDARY_FAILED",
			"At this boundary the rules decide, but a rule or derived value fails "
			"(%s), so no code is issued: %s.",
			result->n_failed ? result->failed[0].cause : "in a rule", answers);
}

/* Evaluates the answers as a consumer would send them. */
void gate_record(struct gate_walk *w)
{
	struct screener_gate_report *report = w->gate->report;
	const struct screener *p = w->gate->program;
	struct screener_answers *parsed;
	struct screener_result result;
	const char *answers;
	struct number gap;

	if (report->n_boundaries == w->gate->max_boundaries ||
	    w->gate->boundary_bytes > MAX_BYTES || !gate_look(w, &gap))
		return;
	answers = gate_answers_json(eval_state(p, &w->answers, w->arena), w->gate->arena);
	w->gate->boundary_bytes += strlen(answers);
	if (is_recorded(report, answers, w->answers.today) ||
	    is_failed(screener_answers_parse(p, w->arena, str_of(answers), w->answers.today,
					     &parsed)) ||
	    parsed->n_problems)
		return;
	w->gate->spent += w->gate->weight;
	screener_eval(p, parsed, w->arena, SCREENER_FULL, &result);
	gate_note(w->gate, &result, SEEN_AT_BOUNDARY);
	warn_failure(w->gate, w->site, answers, &result);
	report->boundaries[report->n_boundaries++] = (struct screener_boundary){
		.pointer = w->site->pointer,
		.item = arena_strdup(w->gate->arena, p->items[w->item].id.ptr),
		.side = gate_sign(gap),
		.answers = answers,
		.as_of = w->answers.today,
		.outcome = arena_strdup(w->gate->arena, result.outcome->id),
		.decided = result.decided};
}

static void record_at(struct gate_walk *w, int64_t k)
{
	if (move_to(w, k))
		gate_record(w);
}

/* Both sides of each turn up to the one that leaves the constant behind. */
static bool walk_to(struct gate_walk *w, int direction)
{
	bool found = false;
	int64_t turn = 0;
	int side;

	while (find_turn(w, turn, direction, &turn)) {
		found = true;
		record_at(w, turn - direction);
		record_at(w, turn);
		if (!side_at(w, turn, &side) || side != 0)
			break;
	}
	return found;
}

static bool walk_from(struct gate_walk *w)
{
	bool up, down;
	int side;

	if (!side_at(w, 0, &side))
		return false;
	up = walk_to(w, 1);
	down = up && side != 0 ? false : walk_to(w, -1);
	return up || down;
}

static int64_t steps_to(const struct gate_walk *w, struct number limit, enum number_rounding mode,
			int64_t otherwise)
{
	struct number n;

	if (!number_sub(limit, w->start, &n) || !number_div(n, w->step, &n) ||
	    !number_round(n, 0, mode, &n))
		return otherwise;
	return n.num < -MAX_WALK ? -MAX_WALK : n.num > MAX_WALK ? MAX_WALK : n.num;
}

static int64_t day_limit(const struct date_limit *limit, date_days today, int64_t otherwise)
{
	date_days day = limit->date;

	if (limit->kind == LIMIT_NONE ||
	    (limit->kind == LIMIT_TODAY && !calendar_add(today, limit->n, limit->unit, &day)))
		return otherwise;
	return day;
}

/* How far and in which steps the answer can be moved. */
static void set_range(struct gate_walk *w)
{
	const struct item *item = &w->gate->program->items[w->item];
	const struct limits *l = &item->limits;

	w->step = l->has_step ? l->step : number_of(1);
	w->least = -MAX_WALK;
	w->most = MAX_WALK;
	if (item->value.kind == TYPE_DATE) {
		int64_t first = date_from_civil((struct civil_date){1, 1, 1});
		int64_t last = date_from_civil((struct civil_date){9999, 12, 31});

		w->least = day_limit(&l->first, w->answers.today, first) - w->start.num;
		w->most = day_limit(&l->last, w->answers.today, last) - w->start.num;
		return;
	}
	if (!l->has_step && item->value.kind != TYPE_INT)
		w->step = (struct number){1, w->start.den % 100 == 0 ? 100 : 10};
	if (l->has_min)
		w->least = steps_to(w, l->min, ROUND_CEILING, w->least);
	if (l->has_max)
		w->most = steps_to(w, l->max, ROUND_FLOOR, w->most);
}

static bool can_walk(const struct gate *gate, uint32_t item)
{
	switch (gate->program->items[item].value.kind) {
	case TYPE_INT:
	case TYPE_DEC:
	case TYPE_QTY:
	case TYPE_DATE: return gate->program->items[item].row_group < 0;
	default: return false;
	}
}

static bool try_case(struct gate *gate, struct arena *arena, const struct gate_site *site,
		     const struct gate_case *from, const uint64_t *support)
{
	const struct screener *p = gate->program;
	struct gate_walk w = {
		.gate = gate, .site = site, .answers = *from->answers, .arena = arena};
	const struct screener_answers *a = from->answers;
	struct arena_mark mark = arena_mark(arena);

	for (uint32_t i = 0; i < p->n_items; i++) {
		if (!gate_set_has(support, i) || !can_walk(gate, i) || a->given[i] != GIVEN_VALID ||
		    gate->spent >= gate->limit / 2)
			continue;
		w.item = i;
		w.start = a->slots[i].number;
		w.answers.slots = arena_memdup(arena, a->slots, p->n_items * sizeof *a->slots);
		w.answers.given = arena_memdup(arena, a->given, p->n_items);
		set_range(&w);
		if (walk_from(&w))
			return true;
		arena_rewind(arena, mark);
	}
	return false;
}

static bool try_site(struct gate *gate, struct arena *arena, const struct gate_site *site)
{
	uint64_t *support = arena_array_of(arena, uint64_t, gate->words);

	gate_node_support(gate, site->left, support);
	gate_node_support(gate, site->right, support);
	for (uint32_t i = 0; site->slot >= 0 && i < gate->words; i++)
		support[i] |= gate_slot_support(gate, (uint32_t)site->slot)[i];
	for (uint32_t i = 0; i < gate->n_cases && i < MAX_CASES; i++)
		if (try_case(gate, arena, site, &gate->cases[i], support))
			return true;
	return gate_look_around(gate, arena, site, support);
}

/* Those of one comparison from below to above. */
static void put_in_order(struct screener_boundary *list, size_t n)
{
	if (n < 2 || list[0].side <= list[n - 1].side)
		return;
	for (size_t i = 0; i < n / 2; i++) {
		struct screener_boundary other = list[i];

		list[i] = list[n - 1 - i];
		list[n - 1 - i] = other;
	}
}

void gate_boundaries(struct gate *gate)
{
	struct screener_gate_report *report = gate->report;
	struct arena *arena = arena_new(SIZE_MAX);
	struct gate_site *sites;
	uint32_t n;

	sites = gate_sites(gate, &n);
	gate->max_boundaries = 4 * n < MAX_BOUNDARIES ? 4 * n : MAX_BOUNDARIES;
	report->boundaries =
		arena_array_of(gate->arena, struct screener_boundary, gate->max_boundaries);
	report->n_comparisons = n;
	for (uint32_t i = 0; i < n; i++) {
		size_t before = report->n_boundaries;

		report->n_compared += try_site(gate, arena, &sites[i]);
		put_in_order(report->boundaries + before, report->n_boundaries - before);
		arena_reset(arena, false);
	}
	arena_free(&arena);
}
