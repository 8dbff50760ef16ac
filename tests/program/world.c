#include "world.h"

#include <criterion/criterion.h>

#include "program/program.h"
#include "svc/internal.h"

struct test_daemon *program;

void program_start(void)
{
	program = daemon_start(&program_daemon);
}

const char good[] = DOCUMENT("age", "ok");

ProtobufCBinaryData bytes_of(const char *text)
{
	return (ProtobufCBinaryData){.len = strlen(text), .data = (uint8_t *)text};
}

const Program__Program *a_program(struct uuid tenant)
{
	Program__Program in_program = PROGRAM__PROGRAM__INIT;
	Program__CreateProgramRequest req = PROGRAM__CREATE_PROGRAM_REQUEST__INIT;

	req.program = &in_program;
	in_program.name = "Statin savings";
	in_program.drug = "rosuvastatin";
	in_program.time_zone = "America/New_York";
	return expect_ok(call(as(tenant, "ann"), "CreateProgram", &req));
}

const Program__ScreenerVersion *draft(struct uuid tenant, const char *program_id,
				      const char *document)
{
	Program__ScreenerVersion draft_in = PROGRAM__SCREENER_VERSION__INIT;
	Program__CreateScreenerRequest req = PROGRAM__CREATE_SCREENER_REQUEST__INIT;

	req.screener = &draft_in;
	req.program_id = program_id;
	draft_in.document = bytes_of(document);
	return expect_ok(call(as(tenant, "ann"), "CreateScreener", &req));
}

struct answer publish(struct uuid tenant, const char *program_id, int32_t version)
{
	Program__PublishScreenerRequest req = PROGRAM__PUBLISH_SCREENER_REQUEST__INIT;

	req.program_id = program_id;
	req.version = version;
	return call(as(tenant, "ann"), "PublishScreener", &req);
}

static void *publish_in_thread(void *arg)
{
	Program__PublishScreenerRequest req = PROGRAM__PUBLISH_SCREENER_REQUEST__INIT;
	struct publication *p = arg;

	req.program_id = p->program_id;
	req.version = p->version;
	p->status = call_on(p->worker, p->who, "PublishScreener", &req).status;
	p->is_over = true;
	return NULL;
}

void publication_start(struct publication *p)
{
	p->worker = worker_new(program);
	p->is_over = false;
	cr_assert_eq(pthread_create(&p->thread, NULL, publish_in_thread, p), 0);
}

struct status publication_join(struct publication *p)
{
	pthread_join(p->thread, NULL);
	svc_worker_free(&p->worker);
	return p->status;
}
