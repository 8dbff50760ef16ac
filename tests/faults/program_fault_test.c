#include <string.h>

#include "aegis/program/v1/program.aegis.h"
#include "faults/fault_loop.h"
#include "program/program.h"
#include "support/svc_test_internal.h"

static struct test_daemon *program_d;
static const char *program_id;
static int32_t version;

/* Without a safety question: what the prover says of one depends on how busy the machine is. */
#define DOCUMENT                                                                                   \
	"{\"format\":\"screener/1\",\"slug\":\"small\",\"locales\":[\"en-US\"],\"items\":[{"       \
	"\"id\":\"age\",\"type\":\"integer\",\"min\":0,\"max\":120,\"required\":true"              \
	"}],\"outcomes\":[{\"id\":\"no\",\"severity\":2},{\"id\":\"ok\","                          \
	"\"severity\":1,\"issue_code\":{\"class\":\"retail\",\"ttl\":\"P7D\"}}],"                  \
	"\"hit_policy\":\"first\",\"rules\":[{\"id\":\"R1\",\"if\":{\"<\":[{\"var\":\"age\"},18]}" \
	",\"then\":\"no\",\"reason\":\"young\"},{\"id\":\"R2\",\"else\":true,\"then\":\"ok\","     \
	"\"reason\":\"fits\"}],\"on_unknown\":\"no\",\"i18n\":{\"en-US\":{\"title\":\"T\","        \
	"\"item.age.text\":\"Age?\",\"outcome.no.title\":\"No\",\"outcome.ok.title\":\"Yes\","     \
	"\"reason.young\":\"Too young.\",\"reason.fits\":\"Fits.\"}},\"tests\":[{\"name\":"        \
	"\"child\",\"answers\":{\"age\":17},\"outcome\":\"no\",\"fired\":[\"R1\"]},{\"name\":"     \
	"\"adult\",\"answers\":{\"age\":18},\"outcome\":\"ok\",\"fired\":[\"R2\"]},{\"name\":"     \
	"\"elder\",\"answers\":{\"age\":19},\"outcome\":\"ok\",\"fired\":[\"R2\"]}]}"

static void draft_screener(unsigned round)
{
	Program__Program in_program = PROGRAM__PROGRAM__INIT;
	Program__CreateProgramRequest program = PROGRAM__CREATE_PROGRAM_REQUEST__INIT;
	Program__ScreenerVersion draft_in = PROGRAM__SCREENER_VERSION__INIT;
	Program__CreateScreenerRequest screener = PROGRAM__CREATE_SCREENER_REQUEST__INIT;
	const Program__Program *made;
	const Program__ScreenerVersion *draft;

	fault_next_round(round);
	program.program = &in_program;
	in_program.name = "Statin savings";
	in_program.drug = "rosuvastatin";
	in_program.time_zone = "UTC";
	made = expect_ok(call_to(program_d, as(fault_tenant, "ann"), "CreateProgram", &program));
	program_id = arena_strdup(test_world.arena, made->id);
	screener.screener = &draft_in;
	screener.program_id = program_id;
	draft_in.document.data = (uint8_t *)DOCUMENT;
	draft_in.document.len = strlen(DOCUMENT);
	draft = expect_ok(call_to(program_d, as(fault_tenant, "ann"), "CreateScreener", &screener));
	version = draft->version;
}

static struct answer publish_screener(void)
{
	Program__PublishScreenerRequest req = PROGRAM__PUBLISH_SCREENER_REQUEST__INIT;

	req.program_id = program_id;
	req.version = version;
	return call_to(program_d, as(fault_tenant, "ann"), "PublishScreener", &req);
}

static int64_t versions_published(void)
{
	return fault_rows("program.screener_version WHERE true") +
	       fault_rows("program.screener_status WHERE status = 'published'") +
	       events_out("program", fault_tenant, "screener.published");
}

static const struct fault_case publication = {
	.prepare = draft_screener,
	.ask = publish_screener,
	.effects = versions_published,
	.whole = 3,
	.done_before = REASON_SCREENER_PUBLISHED,
};

Test(faults, a_version_is_published_whole_or_not_at_all, .timeout = 120, .fini = daemons_stop)
{
	program_d = daemon_start(&program_daemon);
	fault_every_statement(&publication);
}

Test(faults, a_version_is_published_whole_or_not_whatever_allocation_fails, .timeout = 120,
     .fini = daemons_stop)
{
	program_d = daemon_start(&program_daemon);
	fault_every_allocation(&publication);
}
