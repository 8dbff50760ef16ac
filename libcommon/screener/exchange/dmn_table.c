/* One decision table of a DMN model: clauses, rules, hit policy. */
#include "screener/exchange/dmn_read.h"

struct reading {
	struct dmn_reader *r;
	struct dmn_decision *decision;
	struct table_source source;
	struct unary *cells;
	struct feel *outputs;
	const xmlNode **rules; /* for the places of findings */
	bool failed;
};

__attribute__((format(printf, 4, 5))) static void fail(struct reading *t, const char *code,
						       const xmlNode *node, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	finding_add_at(t->r->notes, dmn_place(t->r, node), SCREENER_ERROR, code, "%s",
		       arena_vprintf(t->r->arena, fmt, ap));
	va_end(ap);
	t->failed = true;
}

static void read_policy(struct reading *t, const xmlNode *table)
{
	static const char *const policies[] = {"UNIQUE",     "ANY",	     "PRIORITY", "FIRST",
					       "RULE ORDER", "OUTPUT ORDER", "COLLECT"};
	static const char *const aggregations[] = {"", "SUM", "MIN", "MAX", "COUNT"};
	const char *policy = dmn_attribute(t->r, table, "hitPolicy");
	const char *aggregation = dmn_attribute(t->r, table, "aggregation");
	size_t p = 0, a = 0;

	while (policy && p < 7 && strcmp(policies[p], policy) != 0)
		p++;
	while (aggregation && a < 5 && strcmp(aggregations[a], aggregation) != 0)
		a++;
	if (p == 7 || a == 5) {
		fail(t, "DMN_HIT_POLICY", table, "This hit policy or aggregation is not known.");
		return;
	}
	t->source.policy = (enum hit_policy)p;
	t->source.aggregation = (enum aggregation)a;
	t->decision->lists = p >= HIT_RULE_ORDER && a == AGGREGATE_NONE;
}

static bool resolve(struct reading *t, const char *name, struct dmn_clause *clause)
{
	const struct dmn *dmn = t->r->dmn;

	clause->name = name;
	clause->decision = -1;
	for (size_t i = 0; i < dmn->n_inputs; i++)
		if (strcmp(dmn->inputs[i].name, name) == 0) {
			if (clause->kind == FEEL_NULL)
				clause->kind = dmn->inputs[i].kind;
			return true;
		}
	for (size_t i = 0; i < dmn->n_decisions; i++)
		if (strcmp(dmn->decisions[i].name, name) == 0) {
			clause->decision = (int)i;
			return true;
		}
	return false;
}

static void read_input(struct reading *t, const xmlNode *node, struct dmn_clause *clause)
{
	const xmlNode *expression = dmn_child(node, "inputExpression");
	const xmlNode *allowed = dmn_child(node, "inputValues");
	struct feel_error error;

	if (!expression) {
		fail(t, "DMN_INPUT", node, "This input has no expression.");
		return;
	}
	clause->kind = dmn_kind_of(t->r->dmn, dmn_attribute(t->r, expression, "typeRef"));
	if (!resolve(t, dmn_name_text(t->r, expression), clause))
		fail(t, "DMN_INPUT", expression,
		     "An input must be the name of input data or of a decision.");
	if (!allowed)
		return;
	if (unary_parse(t->r->arena, dmn_text(t->r, allowed), &clause->allowed, &error))
		clause->has_allowed = true;
	else
		fail(t, "DMN_INPUT_VALUES", allowed, "At character %zu: %s", error.at + 1,
		     error.message);
}

static void read_inputs(struct reading *t, const xmlNode *table)
{
	struct dmn_decision *decision = t->decision;
	size_t n = 0;

	decision->n_clauses = t->source.n_inputs = dmn_children(table, "input");
	decision->clauses = arena_array_of(t->r->arena, struct dmn_clause, decision->n_clauses + 1);
	for (const xmlNode *at = dmn_child(table, "input"); at; at = dmn_next(at)) {
		decision->clauses[n].decision = -1;
		read_input(t, at, &decision->clauses[n++]);
	}
}

static void read_values(struct reading *t, const xmlNode *node, const char *type,
			struct table_values *out)
{
	const xmlNode *values = dmn_child(node, "outputValues");
	const struct dmn_type *named = dmn_type_with_values(t->r->dmn, type);
	struct feel_error error;
	struct feel *list;

	if (!values) {
		if (named)
			*out = (struct table_values){named->allowed, named->n_allowed};
		return;
	}
	if (feel_parse_list(t->r->arena, dmn_text(t->r, values), &list, &out->n, &error))
		out->list = list;
	else
		fail(t, "DMN_OUTPUT_VALUES", values, "At character %zu: %s", error.at + 1,
		     error.message);
}

static void read_literal(struct reading *t, const xmlNode *node, struct feel *out)
{
	struct str text = dmn_text(t->r, node);
	struct feel_error error;

	*out = (struct feel){};
	if (text.len && !feel_parse(t->r->arena, text, out, &error))
		fail(t, "DMN_OUTPUT", node, "At character %zu: %s", error.at + 1, error.message);
}

static void read_outputs(struct reading *t, const xmlNode *table)
{
	struct arena *arena = t->r->arena;
	size_t n = dmn_children(table, "output"), i = 0;
	struct table_values *values = arena_array_of(arena, struct table_values, n + 1);
	struct feel *defaults = arena_array_of(arena, struct feel, n + 1);

	t->decision->n_outputs = t->source.n_outputs = n;
	t->decision->outputs = n > 1 ? arena_array_of(arena, const char *, n) : NULL;
	for (const xmlNode *at = dmn_child(table, "output"); at; at = dmn_next(at), i++) {
		const char *name = dmn_attribute(t->r, at, "name");
		const char *type = dmn_attribute(t->r, at, "typeRef");
		const xmlNode *otherwise = dmn_child(at, "defaultOutputEntry");

		if (n > 1 && !name)
			fail(t, "DMN_OUTPUT", at, "Each of several outputs needs a name.");
		if (n > 1)
			t->decision->outputs[i] = name ? name : "";
		if (!type && n == 1)
			type = dmn_attribute(t->r, table, "typeRef");
		read_values(t, at, type, &values[i]);
		if (!otherwise)
			continue;
		read_literal(t, otherwise, &defaults[i]);
		t->source.defaults = defaults;
	}
	t->source.values = values;
}

static void read_cell(struct reading *t, const xmlNode *node, struct unary *out)
{
	struct str text = dmn_text(t->r, node);
	struct feel_error error;

	if (t->r->n_ranges > TABLE_MAX_RANGES) {
		t->failed = true; /* said where the rules are read */
		return;
	}
	if (unary_parse(t->r->arena, text.len ? text : STR("-"), out, &error))
		t->r->n_ranges += out->n;
	else
		fail(t, "DMN_CELL", node, "At character %zu of '" STR_FMT "': %s", error.at + 1,
		     (int)(text.len < 80 ? text.len : 80), text.ptr, error.message);
}

static void read_rule(struct reading *t, const xmlNode *rule, size_t row)
{
	size_t n_inputs = t->source.n_inputs, n_outputs = t->source.n_outputs, i = 0;

	if (dmn_children(rule, "inputEntry") != n_inputs ||
	    dmn_children(rule, "outputEntry") != n_outputs) {
		fail(t, "DMN_RULE", rule, "This rule has not one entry per input and output.");
		return;
	}
	for (const xmlNode *at = dmn_child(rule, "inputEntry"); at; at = dmn_next(at))
		read_cell(t, at, &t->cells[row * n_inputs + i++]);
	i = 0;
	for (const xmlNode *at = dmn_child(rule, "outputEntry"); at; at = dmn_next(at))
		read_literal(t, at, &t->outputs[row * n_outputs + i++]);
}

static bool read_rules(struct reading *t, const xmlNode *table)
{
	struct table_source *s = &t->source;
	size_t row = 0;

	s->n_rows = dmn_children(table, "rule");
	if (s->n_rows > TABLE_MAX_ROWS || s->n_inputs > TABLE_MAX_INPUTS ||
	    s->n_outputs > TABLE_MAX_OUTPUTS) {
		fail(t, "DMN_TOO_LARGE", table, "The table is too large.");
		return false;
	}
	t->cells = arena_array_of(t->r->arena, struct unary, s->n_rows * s->n_inputs + 1);
	t->outputs = arena_array_of(t->r->arena, struct feel, s->n_rows * s->n_outputs + 1);
	t->rules = arena_array_of(t->r->arena, const xmlNode *, s->n_rows + 1);
	for (const xmlNode *at = dmn_child(table, "rule"); at; at = dmn_next(at)) {
		t->rules[row] = at;
		read_rule(t, at, row++);
	}
	if (t->r->n_ranges > TABLE_MAX_RANGES)
		fail(t, "DMN_TOO_LARGE", table, "There are too many tests in all tables together.");
	s->cells = t->cells;
	s->outputs = t->outputs;
	return true;
}

/* A column that declares a kind must not be tested for another one. */
static void check_kinds(struct reading *t)
{
	for (size_t i = 0; i < t->source.n_rows * t->source.n_inputs; i++) {
		const struct dmn_clause *clause = &t->decision->clauses[i % t->source.n_inputs];
		const struct unary *cell = &t->cells[i];

		if (!cell->any && clause->kind != FEEL_NULL && cell->kind != clause->kind)
			fail(t, "DMN_CELL", t->rules[i / t->source.n_inputs],
			     "Input '%s' is a %s, but is tested for a %s.", clause->name,
			     feel_kind_name(clause->kind), feel_kind_name(cell->kind));
	}
}

void dmn_read_table(struct dmn_reader *r, const xmlNode *table, struct dmn_decision *decision)
{
	struct reading t = {.r = r, .decision = decision};
	struct table_error error = {.row = -1};

	read_policy(&t, table);
	read_inputs(&t, table);
	read_outputs(&t, table);
	if (!read_rules(&t, table) || t.failed)
		return;
	check_kinds(&t);
	if (!t.failed && is_failed(table_compile(r->arena, &t.source, &decision->table, &error)))
		fail(&t, "DMN_TABLE", error.row < 0 ? table : t.rules[error.row], "%s",
		     error.message);
}
