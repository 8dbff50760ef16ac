#include "db/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/fnv1a.h"

static struct arena *lasting(void)
{
	static struct arena *arena;

	if (!arena)
		arena = arena_new((size_t)1 << 30);
	return arena;
}

struct db_migration a_migration(int version, const char *name, const char *sql)
{
	return (struct db_migration){
		version, name,
		arena_printf(lasting(), "%016llx", (unsigned long long)fnv1a_64(sql, strlen(sql))),
		sql};
}

static const char *read_file(const char *path)
{
	struct strbuf text = strbuf_new(lasting());
	char block[4096];
	FILE *in = fopen(path, "r");
	size_t n;

	if (!in)
		abort();
	while ((n = fread(block, 1, sizeof block, in)) > 0)
		strbuf_add(&text, block, n);
	fclose(in);
	return text.ptr;
}

void make_schema(const char *svc)
{
	const char *source = getenv("AEGIS_SOURCE");
	struct db_migration file = a_migration(
		1, "0001_items.sql",
		read_file(arena_printf(lasting(), "%s/tests/db/sql/0001_items.sql", source)));
	struct db_migration_set set = {svc, &file, 1, NULL};
	char printed[2048] = "";
	struct db_migrate_options options = {.conninfo = test_db_superuser(),
					     .out = fmemopen(printed, sizeof printed, "w"),
					     .sets = &set,
					     .n_sets = 1};
	struct db_migrate_report report;
	struct status st = db_migrate(&options, &report);

	fclose(options.out);
	if (is_failed(st)) {
		fprintf(stderr, "%s: %s\n", reason_name(st.reason), printed);
		abort();
	}
}

void expect_ok(struct status st)
{
	cr_expect(is_ok(st), "%s %s", status_code_name(st.code), reason_name(st.reason));
}

void expect_status(struct status st, enum status_code code, const char *reason)
{
	cr_expect(st.code == code && strcmp(reason_name(st.reason), reason) == 0,
		  "got %s %s, not %s %s", status_code_name(st.code), reason_name(st.reason),
		  status_code_name(code), reason);
}

struct status in_tx(struct db_conn *conn, enum db_kind kind, struct uuid tenant,
		    struct status (*fn)(struct tx *tx, void *arg), void *arg)
{
	return db_run(conn, &(struct db_tx){.kind = kind, .tenant = tenant, .arena = lasting()}, fn,
		      arg);
}

struct uuid a_tenant(void)
{
	return uuid_v7(instant_now());
}

int64_t rows_of(struct uuid tenant)
{
	char text[UUID_TEXT];

	uuid_format(text, tenant);
	return test_count("SELECT count(*) FROM dbtest.item WHERE tenant_id = '%s'", text);
}
