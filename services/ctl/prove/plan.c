#include "plan.h"

#include <stdio.h>
#include <string.h>

#include "prove.h"

static const char *text_of(const json_t *node, const char *name)
{
	const char *text = json_string_value(json_object_get(node, name));

	return text ? text : "";
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

/* "alias.tenant_id = $1", on either side. */
static bool is_bound_term(struct str term, const char *own)
{
	struct str left = str_take_until(&term, '='), right = str_trim(term);
	struct str other;

	left = str_trim(left);
	if (!str_eq_c(left, own) && !str_eq_c(right, own))
		return false;
	other = str_eq_c(left, own) ? right : left;
	return str_eq_c(other, "$1");
}

/* Past a quoted constant, which may hold anything. */
static const char *skip_quoted(const char *at)
{
	const char *end = strchr(at + 1, '\'');

	return end ? end : at + strlen(at) - 1;
}

/*
 * A condition is one term in parentheses, or several joined by AND or OR in a
 * pair of their own.  True when one of the AND-joined terms
 * binds the tenant; what stands deeper, or beside an OR, does not count.
 */
static bool is_held_by(const char *condition, const char *own)
{
	int level = strncmp(condition, "((", 2) == 0 ? 2 : 1, depth = 0;
	const char *start = NULL;
	bool is_bound = false;

	for (const char *at = condition; *at; at++) {
		if (*at == '\'')
			at = skip_quoted(at);
		else if (*at == '(' && ++depth == level)
			start = at + 1;
		else if (depth == 1 && level == 2 && strncmp(at, " OR ", 4) == 0)
			return false;
		else if (*at == ')' && depth-- == level)
			is_bound = is_bound ||
				   is_bound_term((struct str){start, (size_t)(at - start)}, own);
	}
	return is_bound;
}

static bool is_held(const json_t *node)
{
	static const char *const conditions[] = {"Index Cond", "Recheck Cond", "Filter"};
	char own[160];

	snprintf(own, sizeof own, "%s.tenant_id", text_of(node, "Alias"));
	for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++)
		if (is_held_by(text_of(node, conditions[i]), own))
			return true;
	return false;
}

/* What feeds an insert gives the columns in the table's order: there the tenant must be $1. */
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
	return value && strcmp(value, "$1") == 0;
}

static void check_node(struct plan_check *check, const json_t *node)
{
	const struct q_isolation_probe_row *table = table_of(check, node);
	bool is_write = strcmp(text_of(node, "Node Type"), "ModifyTable") == 0;
	bool is_insert = is_write && strcmp(text_of(node, "Operation"), "Insert") == 0;

	if (!table)
		return;
	if (check->n_met < PLAN_TABLES)
		check->met[check->n_met++] = table;
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
	json_array_foreach (json_object_get(node, "Plans"), i, child)
		if (depth < 100)
			walk(check, child, depth + 1);
}

void plan_check(struct plan_check *check, const json_t *plan)
{
	const json_t *root = json_object_get(json_array_get(plan, 0), "Plan");
	const char *kind = text_of(root, "Node Type");

	check->is_single =
		strcmp(kind, "Result") == 0 ||
		(strcmp(kind, "Aggregate") == 0 && strcmp(text_of(root, "Strategy"), "Plain") == 0);
	walk(check, root, 0);
}
