/* Where a document compares numbers or dates. */
#include "screener/gate/part.h"

#define MAX_SITES 1000

struct sites {
	struct gate *gate;
	struct gate_site *list;
	uint32_t n;
};

static void add(struct sites *s, struct gate_site site)
{
	if (s->n < MAX_SITES)
		s->list[s->n++] = site;
}

static enum type_kind kind_of_slot(const struct screener *p, uint32_t slot)
{
	if (slot < p->n_items)
		return p->items[slot].value.kind;
	if (slot < p->n_items + p->n_derived)
		return p->derived[slot - p->n_items].type.kind;
	return TYPE_DEC;
}

/* Constants and what is computed; truth values are no numbers here. */
static bool is_number(const struct screener *p, uint32_t node)
{
	switch ((enum op)p->nodes[node].op) {
	case OP_VAR: return kind_of_slot(p, p->nodes[node].slot) != TYPE_BOOL;
	case OP_VALUE: return true;
	default: return p->nodes[node].op > OP_VAR;
	}
}

/* The rows of a group are no place to change one answer. */
static bool is_loop(const struct node *node)
{
	switch ((enum op)node->op) {
	case OP_ROWS_SOME:
	case OP_ROWS_ALL:
	case OP_ROWS_NONE:
	case OP_ROWS_COUNT:
	case OP_ROWS_SUM: return true;
	default: return false;
	}
}

static void add_rule(struct sites *s, int32_t root, const char *pointer)
{
	const struct screener *p = s->gate->program;

	if (root == NO_NODE)
		return;
	for (uint32_t i = (uint32_t)root; i < p->nodes[root].end; i++) {
		const struct node *node = &p->nodes[i];

		if (is_loop(node)) {
			i = node->end - 1;
		} else if (node->op == OP_COMPARE_IMM && kind_of_slot(p, node->slot) != TYPE_BOOL) {
			add(s, (struct gate_site){pointer, node->slot, NO_NODE, NO_NODE,
						  number_of(node->imm)});
		} else if (node->op == OP_COMPARE && is_number(p, i + 1) &&
			   is_number(p, p->nodes[i + 1].end)) {
			add(s, (struct gate_site){.pointer = pointer,
						  .slot = -1,
						  .left = (int32_t)i + 1,
						  .right = (int32_t)p->nodes[i + 1].end});
		}
	}
}

static void add_constant(struct sites *s, uint32_t first, struct gate_site site)
{
	for (uint32_t i = first; i < s->n; i++)
		if (number_compare(s->list[i].constant, site.constant) == 0)
			return;
	add(s, site);
}

static struct number column_mark(const struct column *column, uint32_t i)
{
	return column->rows.whole ? number_of(column->rows.whole[i]) : column->rows.marks[i].number;
}

static void add_column(struct sites *s, uint32_t index)
{
	const struct screener *p = s->gate->program;
	const struct column *column = &p->decision->columns[index];
	const char *pointer = path_text(
		s->gate->arena,
		AT_NAME(AT_INDEX(AT_NAME(AT_NAME(NULL, "decision"), "inputs"), index), "rule"));
	uint32_t first;

	add_rule(s, column->input, pointer);
	first = s->n;
	if (column->type.kind != TYPE_INT && column->type.kind != TYPE_DEC &&
	    column->type.kind != TYPE_DATE)
		return;
	for (uint32_t i = 0; i < column->rows.n_marks; i++)
		add_constant(s, first,
			     (struct gate_site){pointer, -1, column->input, NO_NODE,
						column_mark(column, i)});
}

static const char *pointer_in(struct gate *gate, const char *list, size_t i, const char *member)
{
	return path_text(gate->arena, AT_NAME(AT_INDEX(AT_NAME(NULL, list), i), member));
}

struct gate_site *gate_sites(struct gate *gate, uint32_t *n)
{
	const struct screener *p = gate->program;
	struct sites s = {gate, arena_array_of(gate->scratch, struct gate_site, MAX_SITES), 0};

	for (uint32_t i = 0; i < p->n_items; i++)
		if (p->items[i].show_if != NO_NODE && p->items[i].row_group < 0)
			add_rule(&s, p->items[i].show_if,
				 arena_printf(gate->arena, "%s/show_if",
					      gate_item_pointer(gate, i)));
	for (uint32_t i = 0; i < p->n_derived; i++)
		add_rule(&s, p->derived[i].rule, pointer_in(gate, "derived", i, "rule"));
	for (uint32_t i = 0; i < p->n_constraints; i++)
		add_rule(&s, p->constraints[i].that, pointer_in(gate, "constraints", i, "that"));
	for (uint32_t i = 0; !p->decision && i < p->n_rules; i++)
		add_rule(&s, p->rules[i].cond, gate_rule_pointer(gate, i, "if"));
	for (uint32_t i = 0; p->decision && i < p->decision->n_columns; i++)
		add_column(&s, i);
	*n = s.n;
	return s.list;
}
