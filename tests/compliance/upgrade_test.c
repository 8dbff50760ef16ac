/* The step from the first version's tables, with rows of two organizations in them, to today's. */
#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <stdio.h>

#include "db/migrate.h"
#include "support/test_db.h"

TEST_DATABASE

/* Files of the first version. */
#define FIRST 2

#define ACME   "'00000000-0000-7000-8000-0000000000a1'"
#define BETA   "'00000000-0000-7000-8000-0000000000b1'"
#define SOURCE "'00000000-0000-7000-8000-0000000000c1'"
#define DEMO   "'00000000-0000-7000-8000-0000000000c2'"

static void migrate(size_t n)
{
	struct db_migration_set set = {};
	struct db_migrate_options options = {.conninfo = test_db_superuser(),
					     .out = fopen("/dev/null", "w"),
					     .sets = &set,
					     .n_sets = 1};
	struct db_migrate_report report;
	struct status st;

	for (size_t i = 0; i < db_n_migration_sets; i++)
		if (strcmp(db_migration_sets[i].service, "compliance") == 0)
			set = db_migration_sets[i];
	if (n)
		set.n = n;
	st = db_migrate(&options, &report);
	fclose(options.out);
	cr_assert(is_ok(st), "%s", reason_name(st.reason));
}

/* Two sources and what they raised, as the first version kept it. */
static void rows_of_before(void)
{
	test_sql("INSERT INTO compliance.source (id, name, kind, url, interval_seconds, etag, "
		 "sha256, "
		 "created_at, created_by) VALUES "
		 "(" SOURCE
		 ", 'LEIE', 'leie_supplement', 'https://oig.example/x.csv', 86400, 'v1', "
		 "'aa', now(), " ACME "), "
		 "(" DEMO
		 ", 'Demo', 'leie_supplement', 'http://127.0.0.1:10081/x.csv', 86400, 'v1', "
		 "'bb', now(), " ACME ")");
	test_sql("INSERT INTO compliance.source_row VALUES (" SOURCE ", 'npi:1', 'h1', "
		 "'{\"LASTNAME\":\"ROE\"}'), (" SOURCE
		 ", 'npi:2', 'h2', '{\"LASTNAME\":\"POE\"}')");
	test_sql("INSERT INTO compliance.source_change (source_id, type, priority, natural_key, "
		 "content_hash, title, state, columns, created_at) VALUES (" SOURCE
		 ", 'exclusion.added', 'high', 'npi:2', 'h2', 'Exclusion added', 'TX', '{}', "
		 "now())");
	test_sql("INSERT INTO compliance.subscription VALUES "
		 "(" ACME ", gen_random_uuid(), " SOURCE ", '{}', 0, now(), " ACME ", now()), "
		 "(" BETA ", gen_random_uuid(), " DEMO ", '{}', 0, now(), " BETA ", now())");
	test_sql(
		"INSERT INTO compliance.event (tenant_id, id, source_id, type, natural_key, "
		"content_hash, priority, title, metadata, created_at, updated_at) SELECT t, "
		"t, " SOURCE
		", 'exclusion.added', 'k' || n, 'h', 'high', 'Exclusion added', '{}', now(), now() "
		"FROM unnest(ARRAY[" ACME "::uuid, " BETA "::uuid]) WITH ORDINALITY AS r (t, n)");
	test_sql("INSERT INTO compliance.alert SELECT tenant_id, gen_random_uuid(), id, 'email', "
		 "now() FROM compliance.event");
}

Test(upgrade, rows_events_and_alerts_of_before_are_kept_and_the_demo_is_hidden)
{
	test_sql("DROP SCHEMA compliance CASCADE");
	migrate(FIRST);
	rows_of_before();
	migrate(0);
	cr_assert_eq(test_count("SELECT count(*) FROM compliance.source_row"), 2);
	cr_assert_eq(test_count("SELECT count(*) FROM compliance.source WHERE etag = ''"), 2,
		     "read again, whole");
	cr_assert_eq(test_count("SELECT count(*) FROM compliance.source_change WHERE seq > 0"), 1);
	cr_assert_eq(
		test_count("SELECT count(*) FROM compliance.event AS e JOIN compliance.alert AS "
			   "a ON a.tenant_id = e.tenant_id AND a.id = e.alert_id AND a.source_id "
			   "= e.source_id WHERE a.event_count = 1"),
		2);
	cr_assert_eq(test_count("SELECT count(*) FROM compliance.source WHERE id = " SOURCE
				" AND only_tenant IS NULL"),
		     1);
	cr_assert_eq(test_count("SELECT count(*) FROM compliance.source WHERE id = " DEMO
				" AND only_tenant = " BETA),
		     1, "who subscribed to it");
}
