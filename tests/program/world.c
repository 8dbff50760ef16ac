#include "world.h"

#include "program/program.h"

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
