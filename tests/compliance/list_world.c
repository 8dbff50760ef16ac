#include "list_world.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/svc_test_internal.h"

struct test_daemon *compliance;
struct file_server *server;
char source[UUID_TEXT];

/* Jobs look at all tenants and sources: tests of this binary run one at a time. */
__attribute__((constructor)) static void one_at_a_time(void)
{
	setenv("CRITERION_JOBS", "1", 1);
}

static void a_source(void)
{
	Compliance__Source the_source = COMPLIANCE__SOURCE__INIT;
	Compliance__CreateSourceRequest req = COMPLIANCE__CREATE_SOURCE_REQUEST__INIT;
	const Compliance__Source *made;

	req.source = &the_source;
	the_source.name = file_server_url(server);
	the_source.url = file_server_url(server);
	the_source.only_tenant_id = uuid_text(test_world.arena, a_tenant_id("acme"));
	made = expect_ok(call(as_admin("root"), "CreateSource", &req));
	strcpy(source, made->id);
}

void list_world_begin(void)
{
	const struct compliance_config config = {.allow_http_loopback = true,
						 .fetch_timeout_ms = 5000};

	test_sql("TRUNCATE compliance.source, compliance.source_row, compliance.source_change, "
		 "compliance.source_snapshot, compliance.subscription, compliance.lease, "
		 "compliance.job, compliance.outbox CASCADE");
	compliance = daemon_start(&compliance_daemon);
	/* The daemon's start reads its settings. */
	compliance_config = config;
	server = file_server_start();
	a_source();
}

void list_world_end(void)
{
	file_server_stop(server);
	daemons_stop();
}

struct answer sync_within(instant patience)
{
	Compliance__SyncSourceRequest req = COMPLIANCE__SYNC_SOURCE_REQUEST__INIT;

	req.id = source;
	return call_to(compliance, with_deadline(as_admin("root"), instant_now() + patience),
		       "SyncSource", &req);
}

struct answer sync_now(void)
{
	return sync_within(SECONDS(10));
}

const Compliance__SyncSourceResponse *synced(const char *text)
{
	file_server_serve(server, 200, "", text);
	return expect_ok(sync_now());
}

const Compliance__SourceHealth *health(void)
{
	Compliance__GetSourceHealthRequest req = COMPLIANCE__GET_SOURCE_HEALTH_REQUEST__INIT;

	req.id = source;
	return expect_ok(call_to(compliance, as_admin("root"), "GetSourceHealth", &req));
}

const char *data_file(const char *name)
{
	struct strbuf text = strbuf_new(test_world.arena);
	char path[512], block[4096];
	FILE *in;
	size_t n;

	snprintf(path, sizeof path, "%s/tests/compliance/data/%s", getenv("AEGIS_SOURCE"), name);
	in = fopen(path, "r");
	cr_assert(in, "%s", path);
	while ((n = fread(block, 1, sizeof block, in)) > 0)
		strbuf_add(&text, block, n);
	fclose(in);
	return text.ptr;
}

void subscribe(struct uuid tenant, const char *state)
{
	Compliance__Subscription subscription = COMPLIANCE__SUBSCRIPTION__INIT;
	Compliance__CreateSubscriptionRequest req = COMPLIANCE__CREATE_SUBSCRIPTION_REQUEST__INIT;

	test_sql("UPDATE compliance.source SET only_tenant = '%s'",
		 uuid_text(test_world.arena, tenant));
	req.subscription = &subscription;
	subscription.source_id = source;
	if (state) {
		subscription.n_states = 1;
		subscription.states = &state;
	}
	expect_ok(call_to(compliance, as(tenant, "ann"), "CreateSubscription", &req));
}

void route(void)
{
	test_sql("DELETE FROM compliance.lease");
	while (run_one_job(compliance))
		;
}
