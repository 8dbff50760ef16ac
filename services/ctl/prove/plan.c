#include "plan.h"

#include <stdio.h>
#include <string.h>

#include "prove.h"

/* Deeper conditions hold nothing, deeper plans are refused. */
#define MAX_DEPTH 100

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *text_of(const json_t *node, const char *name)
{
	const char *text = json_string_value(json_object_get(node, name));

	return text ? text : "";
}

const char *plan_mark_tenant(struct arena *arena, const char *sql)
{
	struct strbuf marked = strbuf_new(arena);
	char quote = 0;

	for (const char *at = sql; *at; at++) {
		bool is_tenant = !quote && at[0] == '$' && at[1] == '1' && !is_digit(at[2]);

		if (quote)
			quote = *at == quote ? 0 : quote;
		else if (*at == '\'' || *at == '"')
			quote = *at;
		if (is_tenant)
			strbuf_add_c(&marked, PLAN_TENANT);
		else
			strbuf_add_char(&marked, *at);
		at += is_tenant;
	}
	return strbuf_str(&marked).ptr;
}

static const struct q_isolation_probe_row *table_of(const struct plan_check *check,
						    const json_t *node)
{
	char name[160];

	snprintf(name, sizeof name, "%s.%s", text_of(node, "Schema"),
		 text_of(node, "Relation Name"));
	for (size_t i = 0; i < check->n_tables; i++)
		if (strcmp(check->tables[i].name, name) == 0)
			return &check->tables[i];
	return NULL;
}

/* "alias.tenant_id = <the marked tenant>", on either side. */
static bool is_bound_term(struct str term, const char *own)
{
	struct str left = str_take_until(&term, '='), right = str_trim(term);
	struct str other;

	left = str_trim(left);
	if (!str_eq_c(left, own) && !str_eq_c(right, own))
		return false;
	other = str_eq_c(left, own) ? right : left;
	return str_eq_c(other, PLAN_TENANT);
}

/*
 * The first place at or after `from` that lies outside parentheses, constants
 * and quoted names and begins with `word`; text.len when there is none.
 */
static size_t find_outside(struct str text, size_t from, const char *word)
{
	size_t len = strlen(word);
	char quote = 0;
	int depth = 0;

	for (size_t at = from; at < text.len; at++) {
		char c = text.ptr[at];

		if (quote) {
			quote = c == quote ? 0 : quote;
			continue;
		}
		if (depth == 0 && text.len - at >= len && memcmp(text.ptr + at, word, len) == 0)
			return at;
		if (c == '\'' || c == '"')
			quote = c;
		depth += (c == '(') - (c == ')');
	}
	return text.len;
}

/* Without the pair of parentheses around the whole. */
static struct str unwrapped(struct str text)
{
	text = str_trim(text);
	if (text.len < 2 || text.ptr[0] != '(')
		return text;
	/* The text after the first parenthesis is outside until that one closes. */
	if (find_outside((struct str){text.ptr + 1, text.len - 1}, 0, ")") != text.len - 2)
		return text;
	return str_trim((struct str){text.ptr + 1, text.len - 2});
}

static bool is_held_by(struct str condition, const char *own, int depth);

/*
 * Joined by `word`, does any part hold the tenant (AND) or every part (OR)?
 * False when nothing is joined by it.
 */
static bool are_held_by(struct str text, const char *word, bool every, const char *own, int depth)
{
	size_t from = 0, end = find_outside(text, 0, word);

	if (end == text.len)
		return false;
	for (;; end = find_outside(text, from, word)) {
		struct str part = {text.ptr + from, end - from};

		if (is_held_by(part, own, depth) != every)
			return !every;
		if (end == text.len)
			return every;
		from = end + strlen(word);
	}
}

/*
 * Conditions are read as PostgreSQL writes them: every operator and every list
 * of AND or OR in its own parentheses, boolean columns bare, in an order that
 * the planner chooses.  What stands under NOT, CASE or a function does not count.
 */
static bool is_held_by(struct str condition, const char *own, int depth)
{
	struct str text = unwrapped(condition);

	if (depth > MAX_DEPTH)
		return false;
	return is_bound_term(text, own) || are_held_by(text, " AND ", false, own, depth + 1) ||
	       are_held_by(text, " OR ", true, own, depth + 1);
}

static bool is_held(const json_t *node)
{
	static const char *const conditions[] = {"Index Cond", "Recheck Cond", "Filter"};
	char own[160];

	snprintf(own, sizeof own, "%s.tenant_id", text_of(node, "Alias"));
	for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++)
		if (is_held_by(str_of(text_of(node, conditions[i])), own, 0))
			return true;
	return false;
}

/* What feeds an insert gives the columns in the table's order: there the tenant must be the
 * marked one. */
static bool is_filled(const json_t *insert, int32_t place)
{
	const json_t *child, *outer = NULL;
	const char *value;
	size_t i;

	json_array_foreach (json_object_get(insert, "Plans"), i, child)
		if (strcmp(text_of(child, "Parent Relationship"), "Outer") == 0)
			outer = child;
	value = json_string_value(
		json_array_get(json_object_get(outer, "Output"), (size_t)place - 1));
	return value && strcmp(value, PLAN_TENANT) == 0;
}

/* Where the statement names the table first: an order that is not the planner's. */
static const char *place_of(const struct plan_check *check,
			    const struct q_isolation_probe_row *table)
{
	const char *at = strstr(check->sql, table->name);

	return at ? at : check->sql + strlen(check->sql);
}

static void meet(struct plan_check *check, const struct q_isolation_probe_row *table)
{
	size_t at = check->n_met;

	for (size_t i = 0; i < check->n_met; i++)
		if (check->met[i] == table)
			return;
	if (check->n_met == PLAN_TABLES)
		return;
	for (; at > 0 && place_of(check, check->met[at - 1]) > place_of(check, table); at--)
		check->met[at] = check->met[at - 1];
	check->met[at] = table;
	check->n_met++;
}

static void check_node(struct plan_check *check, const json_t *node)
{
	const struct q_isolation_probe_row *table = table_of(check, node);
	bool is_write = strcmp(text_of(node, "Node Type"), "ModifyTable") == 0;
	bool is_insert = is_write && strcmp(text_of(node, "Operation"), "Insert") == 0;

	if (!table)
		return;
	meet(check, table);
	if (!check->has_tenant)
		proof_find(check->findings, "%s touches %s, a tenant's, without a tenant",
			   check->statement, table->name);
	check->count.inserts += is_insert;
	/* What an UPDATE or DELETE works on is scanned below it. */
	check->count.scans += !is_write;
	if (is_insert && !is_filled(node, table->place))
		proof_find(check->findings, "%s fills tenant_id of %s with something else",
			   check->statement, table->name);
	if (!is_write && !is_held(node))
		proof_find(check->findings, "%s reads %s without its tenant", check->statement,
			   table->name);
}

static void walk(struct plan_check *check, const json_t *node, int depth)
{
	const json_t *child;
	size_t i;

	check_node(check, node);
	if (depth == MAX_DEPTH)
		proof_find(check->findings, "%s: its plan is too deep to be read",
			   check->statement);
	json_array_foreach (json_object_get(node, "Plans"), i, child)
		if (depth < MAX_DEPTH)
			walk(check, child, depth + 1);
}

/* A result without input computes one row; with one, it passes that input's rows on. */
static bool has_input(const json_t *node)
{
	const json_t *child;
	size_t i;

	json_array_foreach (json_object_get(node, "Plans"), i, child)
		if (strcmp(text_of(child, "Parent Relationship"), "Outer") == 0)
			return true;
	return false;
}

void plan_check(struct plan_check *check, const json_t *plan)
{
	const json_t *root = json_object_get(json_array_get(plan, 0), "Plan");
	const char *kind = text_of(root, "Node Type");

	check->is_single =
		(strcmp(kind, "Result") == 0 && !has_input(root)) ||
		(strcmp(kind, "Aggregate") == 0 && strcmp(text_of(root, "Strategy"), "Plain") == 0);
	walk(check, root, 0);
}
