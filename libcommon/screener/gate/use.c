/* Who depends on whose answers. */
#include "screener/gate/part.h"

static uint64_t *set_at(const struct gate *gate, uint32_t index)
{
	return gate->support + (size_t)index * gate->words;
}

const uint64_t *gate_slot_support(const struct gate *gate, uint32_t slot)
{
	return set_at(gate, slot);
}

static void join(const struct gate *gate, uint64_t *set, const uint64_t *other)
{
	for (uint32_t i = 0; i < gate->words; i++)
		set[i] |= other[i];
}

bool gate_reads_slot(const struct node *node)
{
	switch ((enum op)node->op) {
	case OP_VAR_BOOL:
	case OP_COMPARE_IMM:
	case OP_CODE_IS:
	case OP_CODE_IN:
	case OP_SET_HAS:
	case OP_SET_ANY:
	case OP_SET_ALL:
	case OP_SET_NONE:
	case OP_ROWS_SOME:
	case OP_ROWS_ALL:
	case OP_ROWS_NONE:
	case OP_ROWS_COUNT:
	case OP_ROWS_SUM:
	case OP_ROWS:
	case OP_CHOSEN:
	case OP_VAR: return true;
	default: return false;
	}
}

void gate_node_support(const struct gate *gate, int32_t root, uint64_t *set)
{
	const struct screener *p = gate->program;

	if (root == NO_NODE)
		return;
	for (uint32_t i = (uint32_t)root; i < p->nodes[root].end; i++) {
		const struct node *node = &p->nodes[i];

		if (gate_reads_slot(node))
			join(gate, set, set_at(gate, node->slot));
		else if (node->op == OP_MISSING)
			join(gate, set, set_at(gate, (uint32_t)node->imm));
		else if (node->op == OP_LOOKUP)
			gate_node_support(gate, p->tables[node->imm >> 32].as_of, set);
	}
}

/* An item depends on its own answer, and on what decides whether it is asked. */
static void start_items(struct gate *gate)
{
	const struct screener *p = gate->program;

	for (uint32_t i = 0; i < p->n_items; i++) {
		const struct item *item = &p->items[i];
		uint32_t self = item->row_group >= 0 ? (uint32_t)item->row_group : i;

		if (item->value.kind != TYPE_NONE)
			set_at(gate, i)[self / 64] |= (uint64_t)1 << (self % 64);
	}
}

static void step_item(struct gate *gate, uint32_t i)
{
	const struct item *item = &gate->program->items[i];
	uint64_t *set = set_at(gate, i);

	gate_node_support(gate, item->show_if, set);
	if (item->group >= 0)
		join(gate, set, set_at(gate, (uint32_t)item->group));
	if (!item->repeats)
		return;
	for (uint32_t k = i + 1; k <= i + item->n_children; k++)
		gate_node_support(gate, gate->program->items[k].show_if, set);
}

static void step_score(struct gate *gate, uint32_t i)
{
	const struct score *score = &gate->program->scores[i];
	uint32_t slot = slot_of_score(gate->program, i);

	for (uint32_t k = 0; k < score->n_slots; k++)
		join(gate, set_at(gate, slot), set_at(gate, score->slots[k]));
	join(gate, set_at(gate, slot + 1), set_at(gate, slot));
}

static void mark_read(struct gate *gate, const uint64_t *set)
{
	for (uint32_t i = 0; i < gate->program->n_items; i++)
		if (gate_set_has(set, i))
			gate->read[i] = true;
}

/* What rules, constraints and the inputs of a table depend on; visibility counts as reading. */
static void mark_rules(struct gate *gate)
{
	const struct screener *p = gate->program;
	uint64_t *set = arena_array_of(gate->scratch, uint64_t, gate->words);

	for (uint32_t i = 0; i < p->n_items; i++) {
		gate_node_support(gate, p->items[i].show_if, set);
		gate_node_support(gate, p->items[i].required_if, set);
	}
	for (uint32_t i = 0; i < p->n_rules; i++)
		gate_node_support(gate, p->rules[i].cond, set);
	for (uint32_t i = 0; p->decision && i < p->decision->n_columns; i++)
		gate_node_support(gate, p->decision->columns[i].input, set);
	for (uint32_t i = 0; i < p->n_constraints; i++)
		gate_node_support(gate, p->constraints[i].that, set);
	mark_read(gate, set);
}

void gate_uses(struct gate *gate)
{
	const struct screener *p = gate->program;

	gate->words = p->n_items / 64 + 1;
	gate->support = arena_array_of(gate->scratch, uint64_t, (size_t)p->n_slots * gate->words);
	gate->read = arena_array_of(gate->scratch, uint8_t, p->n_items);
	start_items(gate);
	for (uint32_t i = 0; i < p->n_steps; i++) {
		uint32_t index = p->steps[i].index;

		switch ((enum step_kind)p->steps[i].kind) {
		case STEP_ITEM: step_item(gate, index); break;
		case STEP_DERIVED:
			gate_node_support(gate, p->derived[index].rule,
					  set_at(gate, slot_of_derived(p, index)));
			break;
		case STEP_SCORE: step_score(gate, index); break;
		}
	}
	mark_rules(gate);
}
