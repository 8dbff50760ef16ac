/* The publish gate: its parts in order, and where their findings stand. */
#include "screener/gate/advice.h"
#include "screener/json/tree.h"

#define ARITHMETIC 8 /* of one operation, beside a look at a node */

const char *gate_rule_pointer(const struct gate *gate, uint32_t rule, const char *member)
{
	bool table = gate->program->decision != NULL;
	const struct path *list =
		table ? AT_NAME(AT_NAME(NULL, "decision"), "rows") : AT_NAME(NULL, "rules");
	const struct path *at = AT_INDEX(list, rule);

	return path_text(gate->arena, member ? AT_NAME(at, member) : at);
}

/* Counts items in document order down to none left. */
static const char *find_item(struct gate *gate, json_t *items, const struct path *at,
			     uint32_t *left)
{
	json_t *item;
	size_t i;

	json_array_foreach (items, i, item) {
		const struct path *here = AT_INDEX(at, i);
		const char *found;

		if ((*left)-- == 0)
			return path_text(gate->arena, here);
		found = find_item(gate, json_object_get(item, "items"), AT_NAME(here, "items"),
				  left);
		if (found)
			return found;
	}
	return NULL;
}

const char *gate_item_pointer(struct gate *gate, uint32_t item)
{
	return find_item(gate, json_object_get(gate->document, "items"), AT_NAME(NULL, "items"),
			 &item);
}

/* Fractions are reduced with each step. */
static bool is_arithmetic(const struct node *node)
{
	switch ((enum op)node->op) {
	case OP_ADD:
	case OP_SUB:
	case OP_MUL:
	case OP_DIV:
	case OP_ROUND:
	case OP_PCT_OF: return true;
	default: return false;
	}
}

uint32_t gate_weight(const struct screener *p)
{
	size_t cells = p->decision ? (size_t)p->n_rules * p->decision->n_columns : p->n_rules;
	size_t nodes = 0;

	for (uint32_t i = 0; i < p->n_nodes; i++)
		nodes += is_arithmetic(&p->nodes[i]) ? ARITHMETIC : 1;
	for (uint32_t i = 0; i < p->n_scores; i++)
		nodes += (size_t)2 * p->scores[i].n_slots;
	return (uint32_t)(1 + (nodes + p->n_slots + cells) / GATE_NODES);
}

static struct status run(struct gate *gate, struct str document)
{
	gate_closed_sets(gate);
	gate_texts(gate);
	TRY(gate_tests(gate, document));
	gate_untested_outcomes(gate);
	gate_covered_rules(gate);
	gate_uses(gate);
	gate_boundaries(gate);
	gate_prove(gate);
	gate_untested_rules(gate);
	gate_advice(gate);
	gate->report->evaluations = gate->spent;
	gate->report->findings = gate->findings.found;
	return OK;
}

struct status screener_gate(const struct screener *screener, struct arena *arena,
			    struct str document, const struct screener_prover *prover,
			    uint32_t limit, struct screener_gate_report *report)
{
	struct gate gate = {.program = screener,
			    .arena = arena,
			    .prover = prover,
			    .findings = {.arena = arena},
			    .limit = limit,
			    .weight = gate_weight(screener),
			    .report = report};
	struct status st;

	*report = (struct screener_gate_report){};
	gate.document = json_tree_read(document, NULL);
	if (!gate.document)
		return FAIL(DOCUMENT_INVALID);
	gate.scratch = arena_new(SIZE_MAX);
	gate.rules = arena_array_of(gate.scratch, uint8_t, screener->n_rules);
	gate.dead = arena_array_of(gate.scratch, uint8_t, screener->n_rules);
	gate.outcomes = arena_array_of(gate.scratch, uint8_t, screener->n_outcomes);
	st = run(&gate, document);
	arena_free(&gate.scratch);
	json_decref(gate.document);
	return st;
}
