/*
 * The evaluator once more, over what is still possible.  A node is known for
 * certain when what it reads is; it is unknown for certain when something that
 * it cannot do without is; all else it may become.
 */
#include "screener/eval.h"
#include "screener/gate_part.h"

uint8_t gate_can_not(uint8_t set)
{
	return (uint8_t)((set & CAN_BE_UNKNOWN) | (set & CAN_BE_TRUE ? CAN_BE_FALSE : 0) |
			 (set & CAN_BE_FALSE ? CAN_BE_TRUE : 0));
}

uint8_t gate_can_and(uint8_t a, uint8_t b)
{
	uint8_t both = a & b & CAN_BE_TRUE, either = (a | b) & CAN_BE_FALSE;
	bool unknown = ((a & CAN_BE_UNKNOWN) && (b & ~CAN_BE_FALSE)) ||
		       ((b & CAN_BE_UNKNOWN) && (a & ~CAN_BE_FALSE));

	return (uint8_t)(both | either | (unknown ? CAN_BE_UNKNOWN : 0));
}

/* Before a node is evaluated as far as possible; each starts with all operations again. */
static void count_work(struct gate_view *view, uint32_t index)
{
	view->work += view->program->nodes[index].end - index + view->state->loops;
	view->state->loops = 0;
}

static uint8_t of_truth(enum truth t)
{
	return (uint8_t)(1 << t);
}

static uint8_t can_junction(struct gate_view *view, uint32_t index)
{
	const struct node *nodes = view->program->nodes;
	bool or = nodes[index].op == OP_OR;
	uint8_t set = CAN_BE_TRUE;

	for (uint32_t i = index + 1; i < nodes[index].end; i = nodes[i].end) {
		uint8_t child = gate_can_be(view, i);

		set = gate_can_and(set, or ? gate_can_not(child) : child);
	}
	return or ? gate_can_not(set) : set;
}

static uint8_t can_if(struct gate_view *view, uint32_t index)
{
	const struct node *nodes = view->program->nodes;
	uint32_t i = index + 1;
	uint8_t set = 0;

	while (nodes[i].end < nodes[index].end) {
		uint8_t condition = gate_can_be(view, i);

		i = nodes[i].end;
		set |= condition & CAN_BE_UNKNOWN;
		if (condition & CAN_BE_TRUE)
			set |= gate_can_be(view, i);
		if (!(condition & CAN_BE_FALSE))
			return set;
		i = nodes[i].end;
	}
	return (uint8_t)(set | gate_can_be(view, i));
}

static uint8_t can_at_least(struct gate_view *view, uint32_t index)
{
	const struct node *nodes = view->program->nodes;
	int64_t certain = 0, possible = 0;
	bool unknown = false;
	struct value n;

	if (nodes[index + 1].op != OP_VALUE)
		return CAN_BE_ANY;
	n = view->program->values[nodes[index + 1].imm];
	for (uint32_t i = nodes[index + 1].end; i < nodes[index].end; i = nodes[i].end) {
		uint8_t child = gate_can_be(view, i);

		certain += child == CAN_BE_TRUE;
		possible += (child & CAN_BE_TRUE) != 0;
		unknown = unknown || (child & CAN_BE_UNKNOWN);
	}
	if (certain >= n.number.num)
		return CAN_BE_TRUE;
	return (uint8_t)((possible >= n.number.num ? CAN_BE_TRUE : 0) | CAN_BE_FALSE |
			 (unknown ? CAN_BE_UNKNOWN : 0));
}

static uint8_t can_missing(const struct gate_view *view, uint32_t item)
{
	bool closed = view->closed[item];
	bool given = view->state->answers->given[item] == GIVEN_VALID;
	uint8_t shown = view->shown[item], set = shown & (CAN_BE_FALSE | CAN_BE_UNKNOWN);

	if (shown & CAN_BE_TRUE)
		set |= !closed ? CAN_BE_TRUE | CAN_BE_FALSE : given ? CAN_BE_FALSE : CAN_BE_TRUE;
	return set;
}

/* Slots that the nodes read, but for the children of rows, whose group tells. */
static enum gate_slot slots_within(struct gate_view *view, uint32_t index)
{
	const struct screener *p = view->program;

	for (uint32_t i = index; i < p->nodes[index].end; i++) {
		const struct node *node = &p->nodes[i];
		bool child = node->slot < p->n_items && p->items[node->slot].row_group >= 0;

		if (node->op == OP_TODAY || node->op == OP_MISSING || node->op == OP_LOOKUP ||
		    (gate_reads_slot(node) && !child && view->slots[node->slot] == SLOT_ANY))
			return SLOT_ANY;
	}
	return SLOT_KNOWN;
}

/* All children, and the slot if the node reads one, are needed. */
static enum gate_slot strict(struct gate_view *view, uint32_t index)
{
	const struct node *nodes = view->program->nodes, *node = &nodes[index];
	enum gate_slot result = gate_reads_slot(node) ? view->slots[node->slot] : SLOT_KNOWN;

	for (uint32_t i = index + 1; i < node->end && result != SLOT_UNKNOWN; i = nodes[i].end) {
		enum gate_slot child = gate_slot_of(view, i);

		if (child != SLOT_KNOWN)
			result = child;
	}
	return result;
}

static enum gate_slot loop(struct gate_view *view, uint32_t index)
{
	enum gate_slot group = view->slots[view->program->nodes[index].slot];

	return group == SLOT_KNOWN ? slots_within(view, index) : group;
}

/* A branch that is taken is needed; one that is not may be anything. */
static enum gate_slot slot_of_if(struct gate_view *view, uint32_t index)
{
	const struct node *nodes = view->program->nodes;
	uint32_t i = index + 1;

	while (nodes[i].end < nodes[index].end) {
		uint8_t condition = gate_can_be(view, i);

		i = nodes[i].end;
		if (condition == CAN_BE_UNKNOWN)
			return SLOT_UNKNOWN;
		if (condition == CAN_BE_TRUE)
			return gate_slot_of(view, i);
		if (condition != CAN_BE_FALSE)
			return SLOT_ANY;
		i = nodes[i].end;
	}
	return gate_slot_of(view, i);
}

static enum gate_slot slot_of_truth(uint8_t set)
{
	if (set == CAN_BE_UNKNOWN)
		return SLOT_UNKNOWN;
	return set == CAN_BE_TRUE || set == CAN_BE_FALSE ? SLOT_KNOWN : SLOT_ANY;
}

static enum gate_slot slot_of_count(struct gate_view *view, uint32_t index)
{
	const struct node *nodes = view->program->nodes;
	enum gate_slot result = SLOT_KNOWN;

	for (uint32_t i = index + 1; i < nodes[index].end; i = nodes[i].end) {
		enum gate_slot child = slot_of_truth(gate_can_be(view, i));

		if (child == SLOT_UNKNOWN)
			return SLOT_UNKNOWN;
		if (child == SLOT_ANY)
			result = SLOT_ANY;
	}
	return result;
}

/* The day moves, so what a table says on it may change; what it is asked with is needed. */
static enum gate_slot slot_of_lookup(struct gate_view *view, uint32_t index)
{
	const struct screener *p = view->program;
	int32_t as_of = p->tables[p->nodes[index].imm >> 32].as_of;
	enum gate_slot keys = strict(view, index), date = SLOT_ANY;

	if (as_of != NO_NODE)
		date = gate_slot_of(view, (uint32_t)as_of);
	if (keys == SLOT_UNKNOWN || date == SLOT_UNKNOWN)
		return SLOT_UNKNOWN;
	return keys == SLOT_KNOWN && date == SLOT_KNOWN ? SLOT_KNOWN : SLOT_ANY;
}

static enum gate_slot slot_of_node(struct gate_view *view, uint32_t index)
{
	switch ((enum op)view->program->nodes[index].op) {
	case OP_VALUE:
	case OP_BOOL: return SLOT_KNOWN;
	case OP_TODAY: return SLOT_ANY;
	case OP_IF: return slot_of_if(view, index);
	case OP_COUNT_TRUE: return slot_of_count(view, index);
	case OP_LOOKUP: return slot_of_lookup(view, index);
	case OP_ROWS_COUNT:
	case OP_ROWS_SUM: return loop(view, index);
	case OP_AND:
	case OP_OR:
	case OP_NOT:
	case OP_AT_LEAST:
	case OP_MISSING:
	case OP_ROWS_SOME:
	case OP_ROWS_ALL:
	case OP_ROWS_NONE: return slot_of_truth(gate_can_be(view, index));
	default: return strict(view, index);
	}
}

/* What is certain may still be unknown: a division by zero, say. */
enum gate_slot gate_slot_of(struct gate_view *view, uint32_t index)
{
	enum gate_slot slot = slot_of_node(view, index);
	struct value value;

	count_work(view, index);
	if (slot == SLOT_KNOWN && !eval_value(view->state, index, &value))
		return SLOT_UNKNOWN;
	return slot;
}

uint8_t gate_can_be(struct gate_view *view, uint32_t index)
{
	const struct node *node = &view->program->nodes[index];
	enum gate_slot slot;

	count_work(view, index);
	if (view->exact) {
		enum truth t = eval_truth(view->state, index);

		if (t != UNKNOWN3)
			return of_truth(t);
	}
	switch ((enum op)node->op) {
	case OP_AND:
	case OP_OR: return can_junction(view, index);
	case OP_NOT: return gate_can_not(gate_can_be(view, index + 1));
	case OP_AT_LEAST: return can_at_least(view, index);
	case OP_MISSING: return can_missing(view, (uint32_t)node->imm);
	case OP_ROWS_SOME:
	case OP_ROWS_ALL:
	case OP_ROWS_NONE: slot = loop(view, index); break;
	case OP_IF: return can_if(view, index);
	case OP_LOOKUP: slot = slot_of_lookup(view, index); break;
	default: slot = strict(view, index); break;
	}
	count_work(view, index);
	if (slot == SLOT_UNKNOWN)
		return CAN_BE_UNKNOWN;
	if (slot == SLOT_KNOWN)
		return of_truth(eval_truth(view->state, index));
	return gate_compare_ranges(view, index);
}
