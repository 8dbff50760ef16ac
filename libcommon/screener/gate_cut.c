/*
 * How rules look at each item.  A comparison with a constant cuts the answers
 * in classes that no such comparison can tell apart; whatever else reads an
 * item makes it deep.
 */
#include "screener/gate_part.h"

static struct gate_domain *item_domain(const struct gate *gate, uint32_t slot)
{
	const struct screener *p = gate->program;

	if (slot >= p->n_items)
		return NULL;
	if (p->items[slot].row_group >= 0)
		slot = (uint32_t)p->items[slot].row_group;
	return &gate->domains[slot];
}

static void make_deep(const struct gate *gate, uint32_t slot)
{
	struct gate_domain *d = item_domain(gate, slot);

	if (d)
		d->deep = true;
}

static void add_cut(struct gate *gate, struct gate_domain *d, struct number cut)
{
	for (uint32_t i = 0; i < d->n_cuts; i++)
		if (number_compare(d->cuts[i], cut) == 0)
			return;
	if (d->n_cuts == GATE_MAX_CUTS) {
		d->deep = true;
		return;
	}
	if (!d->cuts)
		d->cuts = arena_array_of(gate->scratch, struct number, GATE_MAX_CUTS);
	d->cuts[d->n_cuts++] = cut;
}

static void add_text(struct gate *gate, struct gate_domain *d, struct str text)
{
	if (d->n_texts == GATE_MAX_VALUES)
		return;
	if (!d->texts)
		d->texts = arena_array_of(gate->scratch, const char *, GATE_MAX_VALUES);
	d->texts[d->n_texts++] = str_dup(gate->scratch, text);
}

/* Splits the options into those of mask and the others; option n is free text, never in it. */
static void split_options(struct gate *gate, uint32_t slot, const uint8_t *member)
{
	const struct screener *p = gate->program;
	struct gate_domain *d = &gate->domains[slot];
	size_t n = (size_t)p->domains[p->items[slot].value.of].n + 1;
	uint32_t next = 0;
	uint16_t *renamed = arena_alloc(gate->scratch, 2 * n * sizeof *renamed);

	memset(renamed, 0xff, 2 * n * sizeof *renamed);
	for (uint32_t i = 0; i < n; i++) {
		uint16_t *name = &renamed[2 * d->classes[i] + (member[i] != 0)];

		if (*name == UINT16_MAX)
			*name = (uint16_t)next++;
		d->classes[i] = *name;
	}
}

static bool is_top_item(const struct gate *gate, uint32_t slot, enum type_kind kind)
{
	const struct screener *p = gate->program;

	return slot < p->n_items && p->items[slot].row_group < 0 &&
	       p->items[slot].value.kind == kind;
}

static void split_mask(struct gate *gate, uint32_t slot, uint64_t mask)
{
	const struct screener *p = gate->program;
	uint32_t n = p->domains[p->items[slot].value.of].n + 1;
	uint8_t *member = arena_array_of(gate->scratch, uint8_t, n);

	for (uint32_t i = 0; i + 1 < n && i < 64; i++)
		member[i] = mask >> i & 1;
	split_options(gate, slot, member);
}

static void split_one(struct gate *gate, uint32_t slot, int64_t option)
{
	const struct screener *p = gate->program;
	uint32_t n = p->domains[p->items[slot].value.of].n + 1;
	uint8_t *member = arena_array_of(gate->scratch, uint8_t, n);

	if (option >= 0 && option + 1 < (int64_t)n)
		member[option] = 1;
	split_options(gate, slot, member);
}

/* The item holds against this constant: both are of one type. */
static void against(struct gate *gate, uint32_t slot, const struct value *constant)
{
	struct gate_domain *d = item_domain(gate, slot);

	if (!d)
		return;
	if (is_top_item(gate, slot, TYPE_CODE)) {
		split_one(gate, slot, constant->code);
		return;
	}
	switch (gate->program->items[slot].value.kind) {
	case TYPE_INT:
	case TYPE_DEC:
	case TYPE_DATE:
	case TYPE_QTY: add_cut(gate, d, constant->number); break;
	case TYPE_TEXT: add_text(gate, d, constant->text); break;
	case TYPE_BOOL: break;
	default: d->deep = true; break;
	}
}

static bool is_var(const struct node *node)
{
	return node->op == OP_VAR || node->op == OP_VAR_BOOL;
}

/* VAR against constants only, in this or the other order: noted; true. */
static bool note_comparison(struct gate *gate, uint32_t index)
{
	const struct screener *p = gate->program;
	const struct node *node = &p->nodes[index];
	uint32_t variable = index + 1;

	if (node->op != OP_COMPARE && node->op != OP_SAME_TEXT && node->op != OP_IN &&
	    node->op != OP_STARTS_WITH)
		return false;
	if (node->op != OP_IN && p->nodes[variable].op == OP_VALUE)
		variable = p->nodes[variable].end;
	if (!is_var(&p->nodes[variable]))
		return false;
	for (uint32_t i = index + 1; i < node->end; i = p->nodes[i].end)
		if (i != variable && p->nodes[i].op != OP_VALUE)
			return false;
	for (uint32_t i = index + 1; i < node->end; i = p->nodes[i].end)
		if (i != variable)
			against(gate, p->nodes[variable].slot, &p->values[p->nodes[i].imm]);
	return true;
}

static void note_node(struct gate *gate, const struct node *node)
{
	uint32_t slot = node->slot;
	uint64_t mask = (uint64_t)node->imm;
	struct value constant = value_integer(node->imm);

	switch ((enum op)node->op) {
	case OP_VAR_BOOL: break;
	case OP_COMPARE_IMM: against(gate, slot, &constant); break;
	case OP_CODE_IS:
		if (is_top_item(gate, slot, TYPE_CODE))
			split_one(gate, slot, node->imm);
		break;
	case OP_CODE_IN:
		if (is_top_item(gate, slot, TYPE_CODE))
			split_mask(gate, slot, mask);
		break;
	case OP_SET_ANY:
	case OP_SET_NONE:
	case OP_SET_ALL:
		if (is_top_item(gate, slot, TYPE_SET))
			split_mask(gate, slot, mask);
		if (node->op == OP_SET_ALL && (mask & (mask - 1)))
			make_deep(gate, slot);
		break;
	default:
		if (gate_reads_slot(node))
			make_deep(gate, slot);
		break;
	}
}

static void note_rule(struct gate *gate, int32_t root)
{
	const struct node *nodes = gate->program->nodes;

	if (root == NO_NODE)
		return;
	for (uint32_t i = (uint32_t)root; i < nodes[root].end;) {
		if (note_comparison(gate, i)) {
			i = nodes[i].end;
			continue;
		}
		note_node(gate, &nodes[i]);
		i++;
	}
}

struct value gate_column_mark(const struct column *column, uint32_t i)
{
	struct value value;

	if (!column->rows.whole && column->type.kind == TYPE_TEXT)
		return value_text(column->rows.marks[i].text);
	if (!column->rows.whole)
		return value_number(column->rows.marks[i].number);
	value = value_integer(column->rows.whole[i]);
	value.code = (int32_t)column->rows.whole[i];
	return value;
}

static void note_column(struct gate *gate, const struct column *column)
{
	const struct node *input = &gate->program->nodes[column->input];

	if (!is_var(input)) {
		note_rule(gate, column->input);
		return;
	}
	for (uint32_t i = 0; i < column->rows.n_marks; i++) {
		struct value mark = gate_column_mark(column, i);

		against(gate, input->slot, &mark);
	}
}

static void note_scores(struct gate *gate)
{
	const struct screener *p = gate->program;

	for (uint32_t i = 0; i < p->n_scores; i++)
		for (uint32_t k = 0; k < p->scores[i].n_slots; k++)
			make_deep(gate, p->scores[i].slots[k]);
}

void gate_cuts(struct gate *gate)
{
	const struct screener *p = gate->program;

	for (uint32_t i = 0; i < p->n_items; i++)
		if (p->items[i].value.kind == TYPE_CODE || p->items[i].value.kind == TYPE_SET)
			gate->domains[i].classes = arena_array_of(
				gate->scratch, uint16_t, p->domains[p->items[i].value.of].n + 1);
	for (uint32_t i = 0; i < p->n_items; i++) {
		note_rule(gate, p->items[i].show_if);
		note_rule(gate, p->items[i].required_if);
	}
	for (uint32_t i = 0; i < p->n_derived; i++)
		note_rule(gate, p->derived[i].rule);
	for (uint32_t i = 0; i < p->n_rules; i++)
		note_rule(gate, p->rules[i].cond);
	for (uint32_t i = 0; i < p->n_constraints; i++)
		note_rule(gate, p->constraints[i].that);
	for (uint32_t i = 0; i < p->n_tables; i++)
		note_rule(gate, p->tables[i].as_of);
	for (uint32_t i = 0; p->decision && i < p->decision->n_columns; i++)
		note_column(gate, &p->decision->columns[i]);
	note_scores(gate);
}
