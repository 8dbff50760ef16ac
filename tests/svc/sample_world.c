#include "sample_world.h"

#include <stdio.h>
#include <stdlib.h>

#include "db/migrate.h"
#include "db/query.h"

/* Tests of one binary share a schema: one after another, so that they do not take each other's
 * jobs. */
__attribute__((constructor)) static void one_at_a_time(void)
{
	setenv("CRITERION_JOBS", "1", 1);
}

static char *read_file(const char *path)
{
	static char text[16384];
	FILE *file = fopen(path, "re");
	size_t n;

	if (!file) {
		fprintf(stderr, "%s cannot be read\n", path);
		exit(1);
	}
	n = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[n] = '\0';
	return text;
}

void sample_database_begin(void)
{
	char path[512];
	struct db_migration file = {.version = 1, .name = "0001_note.sql"};
	struct db_migration_set sets[] = {
		{.service = "sample", .files = &file, .n = 1},
		{.service = "sample_audit", .files = &file, .n = 1},
	};
	struct db_migrate_options options = {.sets = sets, .n_sets = 2};
	struct db_migrate_report report;
	struct status st;

	test_db_begin();
	snprintf(path, sizeof path, "%s/tests/svc/sample/sql/0001_note.sql",
		 getenv("AEGIS_SOURCE"));
	file.sql = read_file(path);
	file.checksum = sample_queries.migrations[0].checksum;
	options.conninfo = test_db_superuser();
	options.out = fopen("/dev/null", "we");
	st = db_migrate(&options, &report);
	fclose(options.out);
	if (is_failed(st)) {
		fprintf(stderr, "the sample's tables: %s\n", reason_name(st.reason));
		exit(1);
	}
}

struct answer try_put(const struct caller *who, const char *title, const char *body)
{
	Sample__PutNoteRequest request = SAMPLE__PUT_NOTE_REQUEST__INIT;

	request.title = title;
	request.body = body;
	return call(who, "PutNote", &request);
}

const Sample__Note *put_note(struct uuid tenant, const char *title)
{
	return expect_ok(try_put(as(tenant, "ann"), title, "body"));
}
