#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <stdio.h>

#include "base/arena.h"
#include "list_world.h"
#include "months.h"
#include "support/svc_test_internal.h"

TestSuite(exclusions, .init = list_world_begin, .fini = list_world_end, .timeout = 120);

static int64_t raised(struct uuid tenant, const char *type)
{
	return test_count("SELECT count(*) FROM compliance.event WHERE tenant_id = '%s' AND type "
			  "LIKE '%s'",
			  uuid_text(test_world.arena, tenant), type);
}

/* The events that come of a month, by type. */
static void expect_events(struct uuid tenant, int64_t added, int64_t changed, int64_t removed)
{
	cr_assert_eq(raised(tenant, "exclusion.added"), added, "%d added",
		     (int)raised(tenant, "exclusion.added"));
	cr_assert_eq(raised(tenant, "exclusion.changed"), changed, "%d changed",
		     (int)raised(tenant, "exclusion.changed"));
	cr_assert_eq(raised(tenant, "exclusion.removed"), removed, "%d removed",
		     (int)raised(tenant, "exclusion.removed"));
	cr_assert_eq(raised(tenant, "%"), added + changed + removed);
}

/* base.csv, then the other month. */
static struct uuid after_base(const char *month)
{
	struct uuid acme = a_tenant_id("acme");

	synced(data_file("base.csv"));
	subscribe(acme, NULL);
	synced(data_file(month));
	route();
	return acme;
}

Test(exclusions, two_persons_of_one_name_without_a_birth_date_are_two_rows)
{
	expect_events(after_base("two-persons.csv"), 2, 0, 0);
	cr_assert_eq(health()->rows, 6);
	cr_assert_eq(health()->merged_rows, 0);
}

Test(exclusions, one_firm_in_two_towns_is_two_rows)
{
	expect_events(after_base("one-firm-two-towns.csv"), 2, 0, 0);
}

Test(exclusions, a_person_and_a_firm_under_one_npi_are_two_rows)
{
	struct uuid acme = a_tenant_id("acme");
	static const char firm[] = ",,,ROE CLINIC,GP,NURSE,,1234567893,,1 MAIN "
				   "ST,AUSTIN,TX,73301,1128a1,20160120,,,\r\n";
	char month[2048];

	synced(HEADER ROE POE);
	subscribe(acme, NULL);
	snprintf(month, sizeof month, HEADER ROE POE "%s", firm);
	cr_assert_eq(synced(month)->added, 1);
	/* The person goes, the firm stays. */
	snprintf(month, sizeof month, HEADER POE "%s", firm);
	cr_assert_eq(synced(month)->removed, 1);
	route();
	route();
	expect_events(acme, 1, 0, 1);
}

Test(exclusions, rows_that_are_alike_in_every_column_are_merged_and_counted)
{
	const Compliance__SyncSourceResponse *result = synced(HEADER ROE ROE ROE_PADDED POE);

	cr_assert_eq(result->rows, 2);
	cr_assert_eq(result->merged_rows, 2);
	cr_assert_eq(health()->merged_rows, 2);
}

/* What the only change of the tenant says of a field; "" when it did not change. */
static const char *change_of(struct uuid tenant, const char *field, const char *side)
{
	return test_value("SELECT c ->> '%s' FROM compliance.event, jsonb_array_elements(metadata "
			  "-> 'changes') AS c WHERE tenant_id = '%s' AND c ->> 'field' = '%s'",
			  side, uuid_text(test_world.arena, tenant), field);
}

Test(exclusions, an_npi_that_was_added_is_one_change_with_before_and_after)
{
	struct uuid acme = after_base("npi-added.csv");

	expect_events(acme, 0, 1, 0);
	cr_assert_str_eq(change_of(acme, "NPI", "before"), "");
	cr_assert_str_eq(change_of(acme, "NPI", "after"), "1003000126");
	expect_count(1, acme,
		     "compliance.event WHERE title = 'Exclusion changed: ADAMS, ANN (TX): NPI' "
		     "AND priority = 'high'");
}

/* One column of ANN ADAMS after another. */
static const struct {
	const char *field, *before, *after;
} corrections[] = {
	{"LASTNAME", "ADAMS,ANN", "ADAMSON,ANN"},
	{"FIRSTNAME", "ADAMS,ANN,", "ADAMS,ANNE,"},
	{"MIDNAME", "ANN,B,", "ANN,,"},
	{"DOB", "19600101", "19600110"},
	{"NPI", "1245319599", "1003000126"},
	{"ADDRESS", "19600101,1 MAIN ST", "19600101,5 ELM ST"},
	{"STATE", "19600101,1 MAIN ST,AUSTIN,TX", "19600101,1 MAIN ST,AUSTIN,OK"},
	{"EXCLDATE", "19600101,1 MAIN ST,AUSTIN,TX,73301,1128a1,20200120",
	 "19600101,1 MAIN ST,AUSTIN,TX,73301,1128a1,20200220"},
	{"EXCLTYPE", "19600101,1 MAIN ST,AUSTIN,TX,73301,1128a1",
	 "19600101,1 MAIN ST,AUSTIN,TX,73301,1128b4"},
	{"BUSNAME", "\"CARE, INC\"", "CARE INC"},
};

static const char *corrected(const char *text, const char *before, const char *after)
{
	const char *place = strstr(text, before);

	cr_assert(place, "%s", before);
	return arena_printf(test_world.arena, "%.*s%s%s", (int)(place - text), text, after,
			    place + strlen(before));
}

Test(exclusions, a_correction_of_any_column_is_one_change_and_nobody_is_cleared)
{
	const char *base = data_file("base.csv");
	struct uuid acme = a_tenant_id("acme");

	synced(base);
	subscribe(acme, NULL);
	for (size_t i = 0; i < sizeof corrections / sizeof corrections[0]; i++) {
		synced(base);
		route();
		test_sql("DELETE FROM compliance.event");
		synced(corrected(base, corrections[i].before, corrections[i].after));
		route();
		expect_events(acme, 0, 1, 0);
		cr_assert_str_neq(change_of(acme, corrections[i].field, "field"), "", "%s",
				  corrections[i].field);
	}
}

Test(exclusions, who_subscribed_to_the_state_that_was_corrected_is_told)
{
	struct uuid acme = a_tenant_id("acme"), beta = a_tenant_id("beta"),
		    gamma = a_tenant_id("gamma");

	synced(data_file("base.csv"));
	subscribe(acme, "TX");
	subscribe(beta, "OK");
	subscribe(gamma, "NV");
	synced(corrected(data_file("base.csv"), "AUSTIN,TX", "TULSA,OK"));
	route();
	expect_events(acme, 0, 1, 0);
	expect_events(beta, 0, 1, 0);
	expect_events(gamma, 0, 0, 0);
}

Test(exclusions, an_npi_with_a_wrong_check_digit_is_told_and_joins_no_rows)
{
	struct uuid acme = a_tenant_id("acme");

	synced(HEADER POE);
	subscribe(acme, NULL);
	synced(HEADER POE ",,,FIRM A,GP,NURSE,,1234567890,,1 A ST,RENO,NV,1,a,20160120,,,\r\n");
	synced(HEADER POE ",,,FIRM B,GP,NURSE,,1234567890,,2 B ST,ELKO,NV,2,b,20170120,,,\r\n");
	route();
	route();
	expect_events(acme, 2, 0, 1);
	expect_count(3, acme, "compliance.event WHERE metadata ->> 'NPI_CHECK' = 'wrong'");
}

Test(exclusions, a_reinstatement_that_is_withdrawn_is_urgent)
{
	struct uuid acme = a_tenant_id("acme");

	synced(HEADER ROE POE_BACK);
	subscribe(acme, NULL);
	synced(HEADER ROE POE);
	route();
	expect_count(1, acme,
		     "compliance.event WHERE type = 'exclusion.changed' AND priority = 'high'");
}

Test(exclusions, two_digits_of_a_year_are_no_exclusion_of_1924)
{
	Compliance__ListEventsRequest req = COMPLIANCE__LIST_EVENTS_REQUEST__INIT;
	const Compliance__ListEventsResponse *list;
	struct uuid acme = after_base("two-digit-year.csv");

	expect_events(acme, 1, 0, 0);
	req.tenant_id = uuid_text(test_world.arena, acme);
	list = expect_ok(call(as(acme, "ann"), "ListEvents", &req));
	cr_assert_eq(list->n_events, 1);
	cr_assert_str_eq(list->events[0]->effective_on, "2024-01-20");
	expect_count(1, acme, "compliance.event WHERE metadata ->> 'DOB' = '19700101'");
}

Test(exclusions, a_byte_order_mark_is_no_news_and_windows_1252_two_rows)
{
	struct uuid acme = after_base("bom.csv");

	expect_events(acme, 0, 0, 0);
	cr_assert_str_eq(health()->state, "fresh");
	synced(data_file("windows-1252.csv"));
	route();
	expect_events(acme, 2, 0, 0);
	expect_count(1, acme, "compliance.event WHERE title LIKE '%NU\xc3\x91\x45Z, EVA%'");
}

/* Events of a pair of months, told by the daemon and counted slowly. */
static void expect_month(struct uuid tenant, struct months months, uint32_t seed)
{
	struct arena *arena = test_world.arena;
	struct leie_list old, new;
	struct tally tally;
	const char *why;
	size_t *partner;

	cr_assert(leie_read(arena, str_of(months.before), 20261130, &old, &why), "%s", why);
	cr_assert(leie_read(arena, str_of(months.after), 20261130, &new, &why), "%s", why);
	partner = arena_array_of(arena, size_t, old.n + 1);
	tally = slow_count(&old, &new, partner);
	test_sql("UPDATE compliance.source SET sha256 = ''");
	test_sql("DELETE FROM compliance.source_row");
	synced(months.before);
	test_sql("DELETE FROM compliance.event");
	cr_assert_eq(synced(months.after)->rows, (int32_t) new.n, "months %u", seed);
	route();
	cr_assert_eq(raised(tenant, "%"), (int64_t)(tally.added + tally.changed + tally.removed),
		     "months %u", seed);
	cr_assert_eq(raised(tenant, "exclusion.removed"), (int64_t)tally.removed, "months %u",
		     seed);
	cr_assert_eq(test_count("SELECT count(*) FROM compliance.event WHERE metadata ? "
				"'changes'"),
		     (int64_t)tally.changed, "months %u", seed);
	cr_assert_eq(test_count("SELECT count(*) FROM compliance.source_row"), (int64_t) new.n);
}

Test(exclusions, events_of_any_two_months_agree_with_the_slow_count)
{
	struct uuid acme = a_tenant_id("acme");

	subscribe(acme, NULL);
	for (uint32_t seed = 1; seed <= 30; seed++) {
		struct months months = random_months(test_world.arena, seed);

		/* What lost more than half its rows waits for a person. */
		if (2 * slow_distinct(months.after) >= slow_distinct(months.before))
			expect_month(acme, months, seed);
	}
}
