/* The answers to try for repeating groups: a row in which one child after the other varies. */
#include "screener/gate_part.h"

/* One row with the child's value, and for the other children what they have first. */
static void add_row(struct gate *gate, uint32_t group, uint32_t child, uint32_t value)
{
	const struct item *items = gate->program->items;
	struct strbuf buf = strbuf_new(gate->scratch);
	bool first = true;

	strbuf_add_c(&buf, "[{");
	for (uint32_t i = group + 1; i <= group + items[group].n_children; i++) {
		const struct gate_domain *d = &gate->domains[i];

		if (d->n == 0)
			continue;
		strbuf_printf(&buf, "%s\"%s\":%s", first ? "" : ",", items[i].id.ptr,
			      gate_value_json(gate, i, &d->values[i == child ? value : 0]));
		first = false;
	}
	strbuf_add_c(&buf, "}]");
	(void)gate_domain_add(gate, group, buf.ptr);
}

void gate_rows_domain(struct gate *gate, uint32_t group)
{
	const struct item *items = gate->program->items;

	gate->domains[group].exact = !gate->domains[group].read;
	(void)gate_domain_add(gate, group, "[]");
	for (uint32_t i = group + 1; i <= group + items[group].n_children; i++)
		for (uint32_t k = 0; k < gate->domains[i].n && !gate_domain_is_full(gate, group);
		     k++)
			add_row(gate, group, i, k);
}

/* Children of rows are looked up by value only, to build rows of. */
void gate_child_domain(struct gate *gate, uint32_t item)
{
	const struct item *it = &gate->program->items[item];
	static const char *const plain[] = {"0", "1", "18", "65", "true", "false", "\"x\""};
	struct gate_domain *d = &gate->domains[item];
	const struct domain *options = &gate->program->domains[it->value.of];
	uint32_t group = (uint32_t)it->row_group;
	struct screener_answers *answers;

	d->values = arena_array_of(gate->scratch, struct value, GATE_MAX_VALUES);
	for (uint32_t i = 0; i < 7 + options->n && d->n < 6; i++) {
		const char *json = i < 7 ? plain[i] : NULL;
		struct arena_mark mark = arena_mark(gate->scratch);
		const struct rows *rows;

		if (!json && it->value.kind != TYPE_CODE && it->value.kind != TYPE_SET)
			break;
		if (!json)
			json = arena_printf(gate->scratch,
					    it->value.kind == TYPE_SET ? "[\"%s\"]" : "\"%s\"",
					    options->options[i - 7].code.ptr);
		json = arena_printf(gate->scratch, "{\"%s\":[{\"%s\":%s}]}",
				    gate->program->items[group].id.ptr, it->id.ptr, json);
		if (is_failed(screener_answers_parse(gate->program, gate->scratch, str_of(json),
						     gate->today, &answers)) ||
		    answers->given[group] != GIVEN_VALID) {
			arena_rewind(gate->scratch, mark);
			continue;
		}
		rows = answers->slots[group].rows;
		if (rows->given[item - group - 1] == GIVEN_VALID)
			d->values[d->n++] = rows->cells[item - group - 1];
		if (it->value.kind != TYPE_TEXT)
			arena_rewind(gate->scratch, mark);
	}
}
