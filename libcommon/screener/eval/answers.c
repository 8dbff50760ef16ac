/* The answers of one person: from a JSON object to slots, once, for many evaluations. */
#include "screener/eval/answer.h"

#define MAX_UNKNOWN_ITEMS 100

static void add_problem(struct answer_parse *parse, struct problem problem)
{
	struct screener_answers *a = parse->answers;

	if (a->n_problems == parse->problems_cap) {
		uint32_t cap = parse->problems_cap ? parse->problems_cap * 2 : 8;

		a->problems = arena_grow(parse->arena, a->problems,
					 parse->problems_cap * sizeof *a->problems,
					 cap * sizeof *a->problems);
		parse->problems_cap = cap;
	}
	a->problems[a->n_problems++] = problem;
}

/* Where the answer to one item goes. */
struct place {
	int32_t item;
	int32_t row;
	struct value *slot;
	uint8_t *given;
	uint8_t *seen;
};

static void refuse(struct answer_parse *parse, const struct place *place, const char *code)
{
	if (*place->given != GIVEN_INVALID)
		add_problem(parse, (struct problem){place->item, place->row, code, {}});
	*place->given = GIVEN_INVALID;
	*place->slot = value_unknown(CAUSE_NONE);
}

static bool read_rows(struct answer_parse *parse, const struct place *place);

static void read_place(struct answer_parse *parse, const struct place *place)
{
	const struct item *item = &parse->program->items[place->item];
	const char *problem;
	struct value value;

	if (*place->seen) {
		scan_skip(&parse->scan);
		refuse(parse, place, "DUPLICATE");
		return;
	}
	*place->seen = 1;
	if (scan_peek(&parse->scan) == 'n') {
		scan_null(&parse->scan);
		return;
	}
	if (item->repeats) {
		if (!read_rows(parse, place)) {
			scan_skip(&parse->scan);
			refuse(parse, place, "TYPE");
		}
		return;
	}
	problem = answer_read(parse, item, &value);
	if (parse->scan.failed)
		return;
	if (problem) {
		refuse(parse, place, problem);
		return;
	}
	if (!value.known)
		return;
	*place->slot = value;
	*place->given = GIVEN_VALID;
}

static void read_unknown(struct answer_parse *parse, struct str name)
{
	scan_skip(&parse->scan);
	if (parse->n_unknown++ < MAX_UNKNOWN_ITEMS)
		add_problem(parse, (struct problem){-1, -1, "UNKNOWN_ITEM", name});
}

static bool is_child(const struct screener *p, int32_t item, int32_t group)
{
	return item >= 0 && p->items[item].row_group == group;
}

static void read_row(struct answer_parse *parse, const struct place *group, struct rows *rows,
		     uint8_t *seen)
{
	size_t base = (size_t)rows->n * rows->n_children;
	bool first = true;
	struct str name;

	memset(&rows->cells[base], 0, rows->n_children * sizeof *rows->cells);
	memset(&rows->given[base], GIVEN_NOT, rows->n_children);
	memset(seen, 0, rows->n_children);
	scan_enter(&parse->scan, '{');
	while (scan_member(&parse->scan, &first, &name)) {
		int32_t item = program_find_item(parse->program, name);
		uint32_t child = (uint32_t)(item - group->item - 1);

		if (!is_child(parse->program, item, group->item)) {
			read_unknown(parse, name);
			continue;
		}
		read_place(parse,
			   &(struct place){item, (int32_t)rows->n, &rows->cells[base + child],
					   &rows->given[base + child], &seen[child]});
	}
	rows->n++;
}

static void grow_rows(struct answer_parse *parse, struct rows *rows, uint32_t *cap)
{
	uint32_t more = *cap ? *cap * 2 : 4;
	size_t old_cells = (size_t)*cap * rows->n_children;
	size_t cells = (size_t)more * rows->n_children;

	rows->cells = arena_grow(parse->arena, rows->cells, old_cells * sizeof *rows->cells,
				 cells * sizeof *rows->cells);
	rows->given = arena_grow(parse->arena, rows->given, old_cells, cells);
	*cap = more;
}

static bool read_rows(struct answer_parse *parse, const struct place *place)
{
	const struct item *item = &parse->program->items[place->item];
	struct rows *rows = arena_new_of(parse->arena, struct rows);
	uint8_t *seen = arena_alloc(parse->arena, item->n_children);
	bool first = true, fits = true;
	uint32_t cap = 0;

	if (scan_peek(&parse->scan) != '[')
		return false;
	rows->n_children = item->n_children;
	scan_enter(&parse->scan, '[');
	while (scan_element(&parse->scan, &first)) {
		if (scan_peek(&parse->scan) != '{' || rows->n == item->limits.max_count) {
			refuse(parse, place,
			       rows->n == item->limits.max_count ? "ROWS_MAX" : "TYPE");
			scan_skip(&parse->scan);
			fits = false;
			continue;
		}
		if (rows->n == cap)
			grow_rows(parse, rows, &cap);
		read_row(parse, place, rows, seen);
	}
	if (rows->n < item->limits.min_count && fits) {
		refuse(parse, place, "ROWS_MIN");
		fits = false;
	}
	if (fits) {
		*place->slot = (struct value){.known = 1, .rows = rows};
		*place->given = GIVEN_VALID;
	}
	return true;
}

static void read_answers(struct answer_parse *parse)
{
	const struct screener *p = parse->program;
	struct screener_answers *a = parse->answers;
	uint8_t *seen = arena_array_of(parse->arena, uint8_t, p->n_items);
	bool first = true;
	struct str name;

	scan_enter(&parse->scan, '{');
	while (scan_member(&parse->scan, &first, &name)) {
		int32_t item = program_find_item(p, name);

		if (item < 0 || p->items[item].value.kind == TYPE_NONE ||
		    p->items[item].row_group >= 0) {
			read_unknown(parse, name);
			continue;
		}
		read_place(parse, &(struct place){item, -1, &a->slots[item], &a->given[item],
						  &seen[item]});
	}
}

struct status screener_answers_parse(const struct screener *screener, struct arena *arena,
				     struct str json, date_days today,
				     struct screener_answers **out)
{
	struct screener_answers *a = arena_new_of(arena, struct screener_answers);
	struct answer_parse parse = {
		.program = screener, .answers = a, .arena = arena, .scan = scan_new(arena, json)};

	if (json.len > MAX_DOCUMENT)
		return FAIL(ANSWERS_TOO_LARGE);
	a->screener = screener;
	a->today = today;
	a->slots = arena_array_of(arena, struct value, screener->n_items);
	a->given = arena_array_of(arena, uint8_t, screener->n_items);
	read_answers(&parse);
	if (parse.scan.too_deep)
		return FAIL(ANSWERS_TOO_DEEP);
	if (!scan_is_done(&parse.scan))
		return FAIL(ANSWERS_NOT_JSON);
	*out = a;
	return OK;
}
