#include "db/sqlstate.h"

#include <stddef.h>
#include <string.h>

/* A row matches by prefix; the first match counts. */
static const struct sqlstate_row {
	const char *prefix;
	enum reason reason;
} rows[] = {
	{"23505", REASON_ALREADY_EXISTS},
	{"23503", REASON_REFERENCE_MISSING},
	{"23P01", REASON_OVERLAP},
	{"23502", REASON_VALUE_MISSING},
	{"23514", REASON_VALUE_REFUSED},
	{"22", REASON_VALUE_REFUSED},
	{"40001", REASON_SERIALIZATION_FAILURE},
	{"40P01", REASON_SERIALIZATION_FAILURE},
	{"55P03", REASON_LOCK_NOT_AVAILABLE},
	{"57014", REASON_DEADLINE_EXCEEDED},
	{"53300", REASON_DATABASE_UNAVAILABLE}, /* too many connections */
	{"53", REASON_DATABASE_FULL},
	{"08", REASON_DATABASE_UNAVAILABLE},
	{"57P", REASON_DATABASE_UNAVAILABLE},
	{"25006", REASON_DATABASE_READ_ONLY},
	{"42501", REASON_DATABASE_PERMISSION},
	{"", REASON_DATABASE_ERROR},
};

static enum reason mapped_reason(const char *constraint, const struct db_constraint_map *map)
{
	for (; constraint && map && map->constraint; map++)
		if (strcmp(map->constraint, constraint) == 0)
			return map->reason;
	return REASON_NONE;
}

struct status sqlstate_status(const char *sqlstate, const char *constraint,
			      const struct db_constraint_map *map)
{
	const struct sqlstate_row *row = rows;
	enum reason reason = mapped_reason(constraint, map);

	while (strncmp(sqlstate, row->prefix, strlen(row->prefix)) != 0)
		row++;
	return fail_as(reason ? reason : row->reason);
}

bool db_is_serialization_failure(struct status st)
{
	return st.reason == REASON_SERIALIZATION_FAILURE;
}
