/* Part 1: the catalogue of the running database against the rules for tables, roles and policies.
 */
#include <stdlib.h>
#include <string.h>

#include "db/migrate.h"
#include "isolation_operator/queries.h"
#include "prove.h"
#include "tables.h"

#define PART "catalogue"

struct walk {
	struct text_list services;
	struct q_isolation_rule_row *rules;
	size_t n_rules;
	struct q_isolation_extent_row *extent;
	struct q_isolation_exception_row *exceptions;
	size_t n_exceptions;
};

static struct status read_catalogue(struct tx *tx, void *arg)
{
	struct walk *walk = arg;

	TRY(q_isolation_extent(tx, walk->services, &walk->extent));
	TRY(q_isolation_exceptions(tx, walk->services, &walk->exceptions, &walk->n_exceptions));
	return q_isolation_rules(tx, manifest_tables, manifest_classes, walk->services,
				 &walk->rules, &walk->n_rules);
}

static struct text_list list_services(struct arena *arena)
{
	const char **names = arena_array_of(arena, const char *, db_n_migration_sets);

	for (size_t i = 0; i < db_n_migration_sets; i++)
		names[i] = db_migration_sets[i].service;
	return (struct text_list){names, db_n_migration_sets};
}

/* Rows of one rule stand together; the one without an offender says that all follow it. */
static void enter_rules(struct proof *proof, const struct walk *walk)
{
	for (size_t i = 0; i < walk->n_rules;) {
		const struct q_isolation_rule_row *first = &walk->rules[i];
		json_t *findings = json_array();

		for (; i < walk->n_rules && walk->rules[i].rule == first->rule; i++)
			if (walk->rules[i].offender)
				proof_find(findings, "%s", walk->rules[i].offender);
		proof_check(proof, PART, first->title, walk->extent->tables, findings);
	}
}

/* How many tables there are of each class; the global ones, in auth, are outside row-level
 * security. */
static json_t *count_classes(void)
{
	json_t *classes = json_object();

	for (size_t i = 0; i < manifest_classes.n; i++) {
		const char *class = manifest_classes.items[i];
		json_int_t n = json_integer_value(json_object_get(classes, class));

		json_object_set_new(classes, class, json_integer(n + 1));
	}
	return classes;
}

static void enter_extent(struct proof *proof, const struct walk *walk)
{
	const struct q_isolation_extent_row *extent = walk->extent;
	json_t *across = json_object();

	for (size_t i = 0; i < walk->n_exceptions; i++)
		json_object_set_new(across, walk->exceptions[i].role,
				    json_integer(walk->exceptions[i].tables));
	proof_fact(proof, PART, "server", json_string(extent->server));
	proof_fact(proof, PART, "tables", json_integer(extent->tables));
	proof_fact(proof, PART, "classes", count_classes());
	proof_fact(proof, PART, "indexes", json_integer(extent->indexes));
	proof_fact(proof, PART, "foreignKeys", json_integer(extent->foreign_keys));
	proof_fact(proof, PART, "policies", json_integer(extent->policies));
	proof_fact(proof, PART, "roles", json_integer(extent->roles));
	proof_fact(proof, PART, "functions", json_integer(extent->functions));
	proof_fact(proof, PART, "views", json_integer(extent->views));
	/* By design: relays, keepers and the migrator; how many tables each. */
	proof_fact(proof, PART, "rolesAcrossTenants", across);
}

struct status prove_catalogue(struct proof *proof)
{
	const struct db_catalogue *catalogue = &isolation_operator_queries;
	struct walk walk = {.services = list_services(proof->arena)};
	struct db_tx how = {.kind = DB_READ, .arena = proof->arena};
	struct db_conn *conn;
	struct status st;

	TRY(proof_migrator(proof, NULL, &catalogue, 1, &conn));
	st = db_run(conn, &how, read_catalogue, &walk);
	db_conn_free(&conn);
	TRY(st);
	enter_rules(proof, &walk);
	enter_extent(proof, &walk);
	return OK;
}
