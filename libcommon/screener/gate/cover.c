/*
 * Rules that another one covers: it is true whenever they are.  This looks at
 * how conditions are written, not at what they mean, so it holds for every date
 * and every answer and needs no search.
 */
#include <stdlib.h>

#include "base/fnv1a.h"
#include "screener/eval/eval.h"
#include "screener/gate/part.h"

static json_t *condition(const struct gate *gate, uint32_t rule)
{
	return json_object_get(json_array_get(json_object_get(gate->document, "rules"), rule),
			       "if");
}

/* Cells compared at most; and conditions are told apart by their hashes first. */
#define MAX_CELLS 8000000

struct cover {
	const struct gate *gate;
	size_t cells; /* compared */
	uint64_t *hashes;
};

/* Is each cell of the wide row "-" or that of the narrow one? */
static bool row_covers(struct cover *c, uint32_t wide, uint32_t narrow)
{
	const struct decision *d = c->gate->program->decision;

	for (uint32_t i = 0; i < d->n_columns; i++) {
		const uint16_t *cells = d->columns[i].cells;

		c->cells++;
		if (cells[wide] != ROW_CELL_ANY && cells[wide] != cells[narrow])
			return false;
	}
	return true;
}

static bool covers(struct cover *c, uint32_t wide, uint32_t narrow)
{
	const struct screener *p = c->gate->program;

	if (wide == narrow || p->rules[wide].otherwise || p->rules[narrow].otherwise)
		return false;
	if (p->decision)
		return row_covers(c, wide, narrow);
	return c->hashes[wide] == c->hashes[narrow] &&
	       json_equal(condition(c->gate, wide), condition(c->gate, narrow));
}

enum harm { HARMLESS, REDUNDANT, NEVER_DECIDES, ALWAYS_CONFLICTS };

/* What it means for a rule that another one is true whenever it is. */
static enum harm harm_of(struct cover *c, uint32_t rule, uint32_t by)
{
	const struct screener *p = c->gate->program;
	uint32_t outcome = p->rules[rule].outcome, other = p->rules[by].outcome;
	/* Of two that cover each other the later one is to blame. */
	bool blamed = by < rule || !covers(c, rule, by);

	switch (p->hit) {
	case HIT_FIRST: return by < rule ? NEVER_DECIDES : HARMLESS;
	case HIT_UNIQUE: return blamed ? ALWAYS_CONFLICTS : HARMLESS;
	case HIT_ANY:
		if (outcome != other)
			return blamed ? ALWAYS_CONFLICTS : HARMLESS;
		break;
	default:
		if (outcome != other)
			return gate_is_before(p, by, rule) ? NEVER_DECIDES : HARMLESS;
		break;
	}
	if (p->rules[rule].n_reasons || !blamed)
		return HARMLESS;
	return REDUNDANT;
}

static void report(struct gate *gate, uint32_t rule, uint32_t by, enum harm harm)
{
	const struct screener *p = gate->program;
	const char *id = p->rules[rule].id, *other = p->rules[by].id;
	const char *pointer = gate_rule_pointer(gate, rule, NULL);

	if (harm == REDUNDANT)
		finding_add_at(
			&gate->findings, pointer, SCREENER_WARNING, "RULE_REDUNDANT",
			"\"%s\" adds nothing: \"%s\" is true whenever it is and leads to the "
			"same outcome.",
			id, other);
	else if (harm == ALWAYS_CONFLICTS)
		finding_add_at(&gate->findings, pointer, SCREENER_ERROR, "RULE_DEAD",
			       "\"%s\" never decides: \"%s\" is true whenever it is, which is a "
			       "conflict.",
			       id, other);
	else
		finding_add_at(
			&gate->findings, pointer, SCREENER_ERROR, "RULE_DEAD",
			"\"%s\" never decides: \"%s\" is true whenever it is and goes before "
			"it.",
			id, other);
	gate->dead[rule] = harm != REDUNDANT;
}

/* Equal conditions have equal hashes. */
static uint64_t *hash_conditions(const struct gate *gate)
{
	uint32_t n = gate->program->decision ? 0 : gate->program->n_rules;
	uint64_t *hashes = arena_array_of(gate->scratch, uint64_t, n + 1);

	for (uint32_t i = 0; i < n; i++) {
		char *text = json_dumps(condition(gate, i),
					JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);

		hashes[i] = text ? fnv1a_64(text, strlen(text)) : 0;
		free(text);
	}
	return hashes;
}

void gate_covered_rules(struct gate *gate)
{
	struct cover c = {.gate = gate, .hashes = hash_conditions(gate)};
	uint32_t n = gate->program->n_rules;

	for (uint32_t rule = 0; rule < n; rule++)
		for (uint32_t by = 0; by < n && c.cells < MAX_CELLS; by++) {
			enum harm harm = covers(&c, by, rule) ? harm_of(&c, rule, by) : HARMLESS;

			if (harm == HARMLESS)
				continue;
			report(gate, rule, by, harm);
			break;
		}
}
