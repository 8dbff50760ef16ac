#include "db/sqlstate.h"

#include <stddef.h>
#include <string.h>

/* A row matches by prefix; the first match counts. */
static const struct sqlstate_row {
	const char *prefix;
	enum status_code code;
	const char *reason;
} rows[] = {
	{"23505", STATUS_ALREADY_EXISTS, "ALREADY_EXISTS"},
	{"23503", STATUS_FAILED_PRECONDITION, "REFERENCE_MISSING"},
	{"23P01", STATUS_FAILED_PRECONDITION, "OVERLAP"},
	{"23502", STATUS_INVALID_ARGUMENT, "VALUE_MISSING"},
	{"23514", STATUS_INVALID_ARGUMENT, "VALUE_REFUSED"},
	{"22", STATUS_INVALID_ARGUMENT, "VALUE_REFUSED"},
	{"40001", STATUS_ABORTED, "SERIALIZATION_FAILURE"},
	{"40P01", STATUS_ABORTED, "SERIALIZATION_FAILURE"},
	{"55P03", STATUS_ABORTED, "LOCK_NOT_AVAILABLE"},
	{"57014", STATUS_DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED"},
	{"53300", STATUS_UNAVAILABLE, "DATABASE_UNAVAILABLE"}, /* too many connections */
	{"53", STATUS_RESOURCE_EXHAUSTED, "DATABASE_FULL"},
	{"08", STATUS_UNAVAILABLE, "DATABASE_UNAVAILABLE"},
	{"57P", STATUS_UNAVAILABLE, "DATABASE_UNAVAILABLE"},
	{"25006", STATUS_UNAVAILABLE, "DATABASE_READ_ONLY"},
	{"42501", STATUS_PERMISSION_DENIED, "DATABASE_PERMISSION"},
	{"", STATUS_INTERNAL, "DATABASE_ERROR"},
};

static const char *mapped_reason(const char *constraint, const struct db_constraint_map *map)
{
	for (; constraint && map && map->constraint; map++)
		if (strcmp(map->constraint, constraint) == 0)
			return map->reason;
	return NULL;
}

struct status sqlstate_status(const char *sqlstate, const char *constraint,
			      const struct db_constraint_map *map)
{
	const struct sqlstate_row *row = rows;
	const char *reason = mapped_reason(constraint, map);

	while (strncmp(sqlstate, row->prefix, strlen(row->prefix)) != 0)
		row++;
	return (struct status){row->code, reason ? reason : row->reason};
}

bool db_is_serialization_failure(struct status st)
{
	return st.code == STATUS_ABORTED && strcmp(st.reason, "SERIALIZATION_FAILURE") == 0;
}
