/* Decision tables: the distinct tests of each column, and from them its sets of rows. */
#include "base/fnv1a.h"
#include "screener/compile/compiler.h"

/* The distinct cell texts of a column, by open addressing. */
struct intern {
	struct str *texts;
	uint32_t *index; /* test + 1 */
	uint32_t mask;
	uint32_t n;
	const struct unary **tests;
	uint16_t *of_row; /* test, or ROW_CELL_ANY */
};

static void intern_init(struct compiler *c, struct intern *in, size_t rows)
{
	_Static_assert(MAX_TABLE_ROWS <= ROW_SETS_MAX_ROWS, "rows are numbers in a set");
	uint32_t size = 16;

	while (size < rows * 2)
		size *= 2;
	in->mask = size - 1;
	in->n = 0;
	in->index = arena_array_of(c->arena, uint32_t, size);
	in->texts = arena_array_of(c->arena, struct str, rows);
	in->tests = arena_array_of(c->arena, const struct unary *, rows);
	in->of_row = keep_array_of(c->keep, uint16_t, rows);
	for (size_t i = 0; i < rows; i++)
		in->of_row[i] = ROW_CELL_ANY;
}

static uint16_t intern_cell(struct compiler *c, const struct path *at, struct intern *in,
			    struct str text, struct type type)
{
	struct unary *test;
	uint32_t i = fnv1a_32(text.ptr, text.len) & in->mask;

	while (in->index[i]) {
		if (str_eq(in->texts[in->index[i] - 1], text))
			return (uint16_t)(in->index[i] - 1);
		i = (i + 1) & in->mask;
	}
	test = arena_new_of(c->arena, struct unary);
	if (!compile_cell(c, at, text, type, test))
		return ROW_CELL_ANY;
	in->texts[in->n] = text;
	in->tests[in->n] = test;
	in->index[i] = ++in->n;
	return (uint16_t)(in->n - 1);
}

static void compile_column(struct compiler *c, const struct path *at, json_t *json,
			   struct column *out)
{
	static const char *const members[] = {"id", "rule", NULL};
	struct scope scope = {.row_group = -1, .step = -1, .feeds_outcome = true};
	struct expr *e;
	json_t *rule;
	struct str id;

	out->input = NO_NODE;
	if (!member_check(c, at, json, members))
		return;
	(void)member_id(c, at, json, false, &id);
	rule = member_need(c, at, json, "rule");
	e = rule ? compile_expr(c, AT_NAME(at, "rule"), rule, &scope, 1) : NULL;
	if (!e)
		return;
	if (e->type.kind == TYPE_NONE || e->type.kind > TYPE_CODE) {
		ERROR_AT(c, AT_NAME(at, "rule"), "TYPE_MISMATCH",
			 "An input is a boolean, number, date, text or code.");
		return;
	}
	out->type = e->type;
	out->input = expr_emit(c, AT_NAME(at, "rule"), e);
}

struct rows_job {
	struct compiler *c;
	struct column *columns;
	struct intern *interns;
	uint32_t n_columns;
	struct rule *rules;
};

static void compile_cells(struct rows_job *job, const struct path *at, json_t *when, size_t row)
{
	if (!json_is_array(when) || json_array_size(when) != job->n_columns) {
		ERROR_AT(job->c, at, "ARITY", "A row has one cell for each of the %u inputs.",
			 job->n_columns);
		return;
	}
	for (uint32_t i = 0; i < job->n_columns; i++) {
		json_t *cell = json_array_get(when, i);
		struct str text;

		if (!json_is_string(cell)) {
			ERROR_AT(job->c, AT_INDEX(at, i), "WRONG_TYPE", "A cell is a string.");
			continue;
		}
		text = str_trim(json_str(cell));
		if (!str_eq_c(text, "-") && job->columns[i].type.kind != TYPE_NONE)
			job->interns[i].of_row[row] =
				intern_cell(job->c, AT_INDEX(at, i), &job->interns[i], text,
					    job->columns[i].type);
	}
}

static void compile_row(struct rows_job *job, const struct path *at, json_t *json, size_t row,
			bool last)
{
	json_t *when = json_object_get(json, "when");
	struct rule *rule = &job->rules[row];

	if (!compile_rule_head(job->c, at, json, last, rule))
		return;
	if (!rule->otherwise)
		compile_cells(job, AT_NAME(at, "when"), when, row);
	else if (when)
		ERROR_AT(job->c, AT_NAME(at, "when"), "UNKNOWN_MEMBER",
			 "A row has \"when\" or \"else\", not both.");
}

void compile_decision(struct compiler *c, const struct path *at, json_t *json)
{
	static const char *const members[] = {"inputs", "rows", NULL};
	struct decision *decision = keep_alloc(c->keep, sizeof *decision);
	json_t *inputs, *rows;
	struct rows_job job = {.c = c};
	size_t n;

	c->program.decision = decision;
	if (!member_check(c, at, json, members))
		return;
	inputs = member_array(c, at, json, "inputs", MAX_INPUTS, true);
	rows = member_array(c, at, json, "rows", MAX_TABLE_ROWS, true);
	n = json_array_size(rows);
	if (!inputs || !n)
		return;
	job.n_columns = (uint32_t)json_array_size(inputs);
	job.columns = keep_array_of(c->keep, struct column, job.n_columns);
	job.interns = arena_array_of(c->arena, struct intern, job.n_columns);
	job.rules = keep_array_of(c->keep, struct rule, n);
	for (uint32_t i = 0; i < job.n_columns; i++) {
		intern_init(c, &job.interns[i], n);
		compile_column(c, AT_INDEX(AT_NAME(at, "inputs"), i), json_array_get(inputs, i),
			       &job.columns[i]);
	}
	for (size_t i = 0; i < n; i++)
		compile_row(&job, AT_INDEX(AT_NAME(at, "rows"), i), json_array_get(rows, i), i,
			    i + 1 == n);
	for (uint32_t i = 0; i < job.n_columns; i++) {
		const struct intern *in = &job.interns[i];

		job.columns[i].cells = in->of_row;
		row_column_compile(c->keep,
				   &(struct row_cells){in->tests, in->of_row, in->n, (uint32_t)n},
				   &job.columns[i].rows);
	}
	*decision = (struct decision){job.columns, job.n_columns};
	c->program.rules = job.rules;
	c->program.n_rules = (uint32_t)n;
}
