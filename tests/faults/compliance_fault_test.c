#include <string.h>

#include "aegis/compliance/v1/compliance.aegis.h"
#include "compliance/compliance.h"
#include "compliance/file_server.h"
#include "compliance/settings.h"
#include "faults/fault_loop.h"
#include "support/svc_test_internal.h"

#define HEADER                                                                                     \
	"LASTNAME,FIRSTNAME,MIDNAME,BUSNAME,GENERAL,SPECIALTY,UPIN,NPI,DOB,ADDRESS,CITY,STATE,"    \
	"ZIP,EXCLTYPE,EXCLDATE,REINDATE,WAIVERDATE,WVRSTATE\r\n"
#define ROE                                                                                        \
	"ROE,RICHARD,,,GP,NURSE,,1234567893,19700101,1 MAIN "                                      \
	"ST,AUSTIN,TX,73301,1128a1,20160120,00000000,00000000,\r\n"
#define POE                                                                                        \
	"POE,PETER,,,GP,NURSE,,0000000000,19710101,1 MAIN "                                        \
	"ST,RENO,NV,89501,1128a1,20160120,00000000,00000000,\r\n"

static struct test_daemon *compliance;
static struct file_server *server;
static const char *source, *event;

/* The daemon's start reads its settings. */
static void set_up(void)
{
	const struct compliance_config config = {.allow_http_loopback = true,
						 .fetch_timeout_ms = 5000};

	server = file_server_start();
	compliance = daemon_start(&compliance_daemon);
	compliance_config = config;
}

static void tear_down(void)
{
	file_server_stop(server);
	daemons_stop();
}

TestSuite(faults, .init = set_up, .fini = tear_down, .timeout = 120);

/* --- polling ------------------------------------------------------------------ */

/* As if the lease of who died with it were over. */
static struct answer poll(void)
{
	Compliance__SyncSourceRequest req = COMPLIANCE__SYNC_SOURCE_REQUEST__INIT;

	test_sql("UPDATE compliance.source SET sync_until = NULL WHERE id = '%s'", source);
	req.id = source;
	return call(as_admin("root"), "SyncSource", &req);
}

/* A source whose first file is the baseline, and a second one with one person more. */
static void change_source(unsigned round)
{
	Compliance__Subscription subscription = COMPLIANCE__SUBSCRIPTION__INIT;
	Compliance__CreateSubscriptionRequest subscribe =
		COMPLIANCE__CREATE_SUBSCRIPTION_REQUEST__INIT;
	Compliance__Source the_source = COMPLIANCE__SOURCE__INIT;
	Compliance__CreateSourceRequest create = COMPLIANCE__CREATE_SOURCE_REQUEST__INIT;
	const Compliance__Source *made;

	fault_next_round(round);
	create.source = &the_source;
	the_source.name =
		arena_printf(test_world.arena, "%s %s", file_server_url(server), fault_round);
	the_source.url = file_server_url(server);
	the_source.only_tenant_id = uuid_text(test_world.arena, fault_tenant);
	made = expect_ok(call(as_admin("root"), "CreateSource", &create));
	source = arena_strdup(test_world.arena, made->id);
	subscribe.subscription = &subscription;
	subscription.source_id = source;
	expect_ok(call(as(fault_tenant, "ann"), "CreateSubscription", &subscribe));
	file_server_serve(server, 200, "", HEADER ROE);
	expect_ok(poll());
	file_server_serve(server, 200, "", HEADER ROE POE);
}

static int64_t changes_taken(void)
{
	return test_count(
		"SELECT (SELECT count(*) FROM compliance.source_row WHERE source_id = '%1$s') + "
		"(SELECT count(*) FROM compliance.source_snapshot WHERE source_id = '%1$s') + "
		"(SELECT count(*) FROM compliance.source_change WHERE source_id = '%1$s') + "
		"(SELECT count(*) FROM compliance.outbox WHERE topic = 'source.synced' AND "
		"position(convert_to('%1$s', 'UTF8') IN payload) > 0 AND "
		"position(convert_to('\"added\":1', 'UTF8') IN payload) > 0) - 3",
		source);
}

static const struct fault_case polling = {
	.prepare = change_source,
	.ask = poll,
	.effects = changes_taken,
	.whole = 4,
};

Test(faults, a_change_of_a_source_is_taken_once)
{
	fault_every_statement(&polling);
}

Test(faults, a_change_of_a_source_is_taken_once_whatever_allocation_fails)
{
	fault_every_allocation(&polling);
}

/* --- raising -------------------------------------------------------------------- */

static void take_change(unsigned round)
{
	change_source(round);
	expect_ok(poll());
}

static struct answer raise_events(void)
{
	struct answer answer;

	test_sql("DELETE FROM compliance.lease WHERE name LIKE '%%route'");
	answer = fault_run_jobs(compliance);
	if (is_ok(answer.status) && fault_rows("compliance.event WHERE true") == 0)
		answer.status = FAULT_UNKNOWN;
	return answer;
}

/* With what audit and notification are told: the event audit, their alert both. */
static int64_t events_raised(void)
{
	return fault_rows("compliance.event WHERE true") +
	       fault_rows("compliance.alert WHERE true") +
	       events_out("compliance", fault_tenant, "compliance.event_raised") +
	       events_out("compliance", fault_tenant, "compliance.alert_raised");
}

static const struct fault_case raising = {
	.prepare = take_change,
	.ask = raise_events,
	.effects = events_raised,
	.whole = 5,
};

Test(faults, an_event_is_raised_once_and_told)
{
	fault_every_statement(&raising);
}

Test(faults, an_event_is_raised_once_whatever_allocation_fails)
{
	fault_every_allocation(&raising);
}

/* --- acknowledging ---------------------------------------------------------------- */

static void raise_one(unsigned round)
{
	take_change(round);
	expect_ok(raise_events());
	event = arena_strdup(test_world.arena,
			     test_value("SELECT id FROM compliance.event WHERE tenant_id = '%s'",
					uuid_text(test_world.arena, fault_tenant)));
}

static struct answer acknowledge(void)
{
	Compliance__AcknowledgeEventRequest req = COMPLIANCE__ACKNOWLEDGE_EVENT_REQUEST__INIT;

	req.tenant_id = uuid_text(test_world.arena, fault_tenant);
	req.id = event;
	req.note = "looked at";
	return call(as(fault_tenant, "ann"), "AcknowledgeEvent", &req);
}

static int64_t acknowledgements(void)
{
	return fault_rows("compliance.event WHERE status = 'acknowledged'") +
	       events_out("compliance", fault_tenant, "compliance_event.acknowledged");
}

static const struct fault_case acknowledging = {
	.prepare = raise_one,
	.ask = acknowledge,
	.effects = acknowledgements,
	.whole = 2,
};

Test(faults, an_event_is_acknowledged_and_told_once)
{
	fault_every_statement(&acknowledging);
}

Test(faults, an_event_is_acknowledged_once_whatever_allocation_fails)
{
	fault_every_allocation(&acknowledging);
}
