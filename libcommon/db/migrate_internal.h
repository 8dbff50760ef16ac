#pragma once

/* Shared by the migration runner's files: a plain blocking connection, roles, passwords. */
#include <libpq-fe.h>

#include "base/arena.h"
#include "base/str.h"
#include "db/migrate.h"

struct migrator {
	const struct db_migrate_options *options;
	struct arena *arena;
	PGconn *pg;
	const struct db_migration *common;
	size_t n_common;
	const struct db_migration_set *sets;
	size_t n_sets;
	int applied;
	int pending;
};

/* admin.c: connecting and running SQL; a failure is printed to options->out. */
struct status migrator_connect(struct migrator *m);
struct status migrator_exec(struct migrator *m, const char *sql);
/* One text value; "" for NULL or no row. */
struct status migrator_value(struct migrator *m, const char *sql, const char **value);
/* As migrator_exec; tells a lock or deadlock that may go away from other failures. */
struct status migrator_try(struct migrator *m, const char *what, const char *sql, bool *is_locked);

/* roles.c: bootstrap.sql, login roles and their passwords; as superuser. */
struct status migrator_make_roles(struct migrator *m);
/* "aegis_tenant", "aegis_tenant_relay", …; NULL-ended. */
const char **migrator_logins(struct migrator *m, const struct db_migration_set *set);
