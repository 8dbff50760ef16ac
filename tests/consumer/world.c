#include "world.h"

#include <google/protobuf/field_mask.pb-c.h>

#include "crypto/bearer.h"
#include "crypto/keyring.h"
#include "program/program.h"
#include "rpc/client.h"
#include "support/svc_test_internal.h"

struct test_daemon *consumer;
struct uuid acme, other;

static struct test_daemon *program_daemon_;

struct test_daemon *program_daemon_of_world(void)
{
	return program_daemon_;
}

/* Tests of one binary share a database and a relay that looks at all tenants. */
__attribute__((constructor)) static void one_at_a_time(void)
{
	setenv("CRITERION_JOBS", "1", 1);
}

static void start(bool serving)
{
	consumer = daemon_start(&consumer_daemon, .serve = serving);
	cr_assert(is_ok(keyring_ensure(test_world.secrets, "program", "publish", KEY_SECRET)));
	program_daemon_ = daemon_start(&program_daemon, .serve = true);
	acme = a_tenant_id("acme");
	other = a_tenant_id("other");
	cr_assert(rpc_client_wait(daemon_svc(consumer)->client, "program", 1, 20000));
	if (serving)
		cr_assert(
			rpc_client_wait(daemon_svc(program_daemon_)->client, "consumer", 1, 20000));
}

void world_stop(void)
{
	daemons_stop();
}

void world_start(void)
{
	start(false);
}

void world_start_serving(void)
{
	start(true);
}

static const char document_form[] =
	"{\"format\":\"screener/"
	"1\",\"slug\":\"small\",\"locales\":[\"en-US\",\"es-US\"],\"items\":["
	"{\"id\":\"age\",\"type\":\"integer\",\"unit\":\"a\",\"required\":true,\"safety\":true,"
	"\"min\":0,\"max\":120},"
	"{\"id\":\"sex\",\"type\":\"choice\",\"required\":true,\"safety\":true,"
	"\"options\":[{\"code\":\"F\"},{\"code\":\"M\"}]},"
	"{\"id\":\"pregnant\",\"type\":\"boolean\",\"show_if\":{\"==\":[{\"var\":\"sex\"},\"F\"]},"
	"\"when_hidden\":false,\"required\":true,\"safety\":true},"
	"%s{\"id\":\"note\",\"type\":\"text\"},{\"id\":\"weight\",\"type\":\"decimal\"}],"
	"\"outcomes\":[{\"id\":\"do_not_use\",\"severity\":3},{\"id\":\"ask_doctor\",\"severity\":"
	"2},"
	"{\"id\":\"ok\",\"severity\":1,\"issue_code\":{\"class\":\"retail\",\"ttl\":\"P7D\"}}],"
	"\"hit_policy\":\"most_severe\",\"rules\":["
	"{\"id\":\"R1\",\"if\":{\"var\":\"pregnant\"},\"then\":\"do_not_use\",\"reason\":"
	"\"pregnancy\"},"
	"{\"id\":\"R2\",\"if\":{\"!\":{\"between\":[{\"var\":\"age\"},20,75]}},\"then\":\"ask_"
	"doctor\","
	"\"reason\":\"age\"},"
	"{\"id\":\"R9\",\"else\":true,\"then\":\"ok\"}],\"on_unknown\":\"ask_doctor\",%s"
	"\"tests\":[{\"name\":\"a man of 50\",\"answers\":{\"age\":50,\"sex\":\"M\"},"
	"\"outcome\":\"ok\",\"fired\":[\"R9\"]},"
	"{\"name\":\"a boy\",\"answers\":{\"age\":19,\"sex\":\"M\"},\"outcome\":\"ask_doctor\"},"
	"{\"name\":\"pregnant\",\"answers\":{\"age\":30,\"sex\":\"F\",\"pregnant\":true},"
	"\"outcome\":\"do_not_use\"}],"
	"\"i18n\":{\"en-US\":{%s},\"es-US\":{%s}}}";

static const char *texts(const char *tongue)
{
	return arena_printf(
		test_world.arena,
		"\"item.age.text\":\"age %1$s\",\"item.sex.text\":\"sex %1$s\","
		"\"item.sex.option.F\":\"F %1$s\",\"item.sex.option.M\":\"M %1$s\","
		"\"item.pregnant.text\":\"pregnant %1$s\",\"item.note.text\":\"note %1$s\","
		"\"item.home.text\":\"home %1$s\",\"item.weight.text\":\"weight "
		"%1$s\",\"outcome.do_not_use.title\":\"no %1$s\","
		"\"outcome.ask_doctor.title\":\"ask %1$s\",\"outcome.ok.title\":\"ok %1$s\","
		"\"reason.pregnancy\":\"pregnancy %1$s\",\"reason.age\":\"of age %1$s\"",
		tongue);
}

/* Hidden from the very old, whose state is unknown then. */
#define HOME "{\"id\":\"home\",\"type\":\"state\",\"show_if\":{\"<\":[{\"var\":\"age\"},70]}},"

static const char *document_of(const struct program_facts *facts, const char *edition)
{
	return arena_printf(test_world.arena, document_form, facts->state ? HOME : "",
			    facts->attempts ? facts->attempts : "",
			    texts(arena_printf(test_world.arena, "in English%s", edition)),
			    texts("en espa\xc3\xb1ol"));
}

/* A screener of data/, with a member for its attempts. */
static const char *document_in(const char *file, const char *attempts)
{
	struct str text = test_file(arena_printf(test_world.arena, "tests/consumer/data/%s", file));

	return arena_printf(test_world.arena, "{%s%s", attempts ? attempts : "",
			    strchr(text.ptr, '{') + 1);
}

static const void *tell_program(const char *method, const void *request)
{
	return expect_ok(call_to(program_daemon_, as(acme, "ann"), method, request));
}

static void publish(const char *program, const char *document)
{
	Program__ScreenerVersion draft_in = PROGRAM__SCREENER_VERSION__INIT;
	Program__CreateScreenerRequest create = PROGRAM__CREATE_SCREENER_REQUEST__INIT;
	Program__PublishScreenerRequest publish = PROGRAM__PUBLISH_SCREENER_REQUEST__INIT;
	const Program__ScreenerVersion *draft;

	create.screener = &draft_in;
	create.program_id = program;
	draft_in.document = pb_bytes(str_of(document));
	draft = tell_program("CreateScreener", &create);
	publish.program_id = program;
	publish.version = draft->version;
	tell_program("PublishScreener", &publish);
}

struct a_program a_program_with(const struct program_facts *facts)
{
	Program__Program in_program = PROGRAM__PROGRAM__INIT;
	Program__CreateProgramRequest create = PROGRAM__CREATE_PROGRAM_REQUEST__INIT;
	Program__ActivateProgramRequest activate = PROGRAM__ACTIVATE_PROGRAM_REQUEST__INIT;
	const Program__Program *program;

	create.program = &in_program;
	in_program.name = "Statin savings";
	in_program.drug = "rosuvastatin 5 mg";
	in_program.time_zone = facts->time_zone ? facts->time_zone : "America/New_York";
	if (facts->budget) {
		in_program._code_budget_case = PROGRAM__PROGRAM___CODE_BUDGET_CODE_BUDGET;
		in_program.code_budget = facts->budget;
	}
	in_program.attempts_by = facts->attempts_by;
	if (facts->state) {
		in_program.states = (const char **)&facts->state;
		in_program.n_states = 1;
	}
	program = tell_program("CreateProgram", &create);
	publish(program->id, facts->document ? document_in(facts->document, facts->attempts)
					     : document_of(facts, ""));
	activate.id = program->id;
	tell_program("ActivateProgram", &activate);
	return (struct a_program){program->id, program->public_id};
}

void publish_again(const struct a_program *program)
{
	publish(program->id, document_of(&(struct program_facts){}, ", second edition"));
}

struct answer try_activate(const struct a_program *program)
{
	Program__ActivateProgramRequest activate = PROGRAM__ACTIVATE_PROGRAM_REQUEST__INIT;

	activate.id = program->id;
	return call_to(program_daemon_, as(acme, "ann"), "ActivateProgram", &activate);
}

void pause_program(const struct a_program *program)
{
	Program__PauseProgramRequest pause = PROGRAM__PAUSE_PROGRAM_REQUEST__INIT;

	pause.id = program->id;
	tell_program("PauseProgram", &pause);
}

void end_program(const struct a_program *program)
{
	Program__EndProgramRequest end = PROGRAM__END_PROGRAM_REQUEST__INIT;

	end.id = program->id;
	tell_program("EndProgram", &end);
}

void delete_program(const struct a_program *program)
{
	Program__DeleteProgramRequest delete = PROGRAM__DELETE_PROGRAM_REQUEST__INIT;

	delete.id = program->id;
	tell_program("DeleteProgram", &delete);
}

void change_program(const struct a_program *program, const char *field,
		    const Program__Program *changed)
{
	Program__UpdateProgramRequest update = PROGRAM__UPDATE_PROGRAM_REQUEST__INIT;
	Google__Protobuf__FieldMask mask = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
	char *paths[] = {(char *)field};

	mask.paths = paths;
	mask.n_paths = 1;
	update.id = program->id;
	update.program = (Program__Program *)changed;
	update.update_mask = &mask;
	tell_program("UpdateProgram", &update);
}

static bool is_told(void *id)
{
	(void)deliver_events(program_daemon_, consumer);
	return test_count("SELECT count(*) FROM consumer.program c JOIN program.program p "
			  "ON p.id = c.id AND p.version = c.program_version WHERE c.id = '%s'",
			  (const char *)id) == 1;
}

/*
 * Tests share a database, and each has a gateway of its own: what another test's gateway has signed
 * is proven to nobody any more, and would keep the events of this test waiting behind it.
 */
void tell_consumer(const struct a_program *program)
{
	test_sql("DELETE FROM program.outbox WHERE tenant_id <> '%s'",
		 uuid_text(test_world.arena, acme));
	expect_soon(is_told, (void *)program->id);
}

struct answer ask(const struct caller *who, const char *method, const void *request)
{
	return call_to(consumer, who, method, request);
}

struct answer try_start(const char *public_id, const char *locale)
{
	Consumer__Session asked = CONSUMER__SESSION__INIT;
	Consumer__StartSessionRequest start = CONSUMER__START_SESSION_REQUEST__INIT;

	start.session = &asked;
	asked.program_id = public_id;
	asked.locale = locale;
	asked.device_class = "phone";
	return ask(as_nobody(), "StartSession", &start);
}

const struct caller *bearing(const char *token)
{
	struct caller *caller =
		arena_memdup(test_world.arena, as_session(acme, "visitor"), sizeof *caller);
	const char **scopes = arena_array_of(test_world.arena, const char *, 1);
	struct bearer bearer;

	cr_assert(bearer_parse(str_of(token), &bearer));
	scopes[0] = token;
	caller->tenant = caller->principal.tenant = bearer.tenant;
	caller->principal.id = caller->principal.session = bearer.id;
	caller->principal.scopes = scopes;
	caller->principal.n_scopes = 1;
	caller->principal.expires_at = 0;
	return caller;
}

const struct caller *staff(void)
{
	struct caller *caller = arena_memdup(test_world.arena, as(acme, "ann"), sizeof *caller);

	caller->principal.expires_at = 0;
	return caller;
}

struct answer try_start_as(const struct a_program *program, const char *email,
			   const char *reference)
{
	Consumer__Session asked = CONSUMER__SESSION__INIT;
	Consumer__StartSessionRequest start = CONSUMER__START_SESSION_REQUEST__INIT;

	start.session = &asked;
	asked.program_id = program->public_id;
	asked.email = email ? email : "";
	asked.reference = reference ? reference : "";
	return ask(as_nobody(), "StartSession", &start);
}

struct visitor started(struct answer answer)
{
	const Consumer__StartSessionResponse *session = expect_ok(answer);

	return (struct visitor){.who = bearing(session->session_token),
				.id = session->session->id,
				.token = session->session_token};
}

struct visitor a_visitor(const struct a_program *program)
{
	return started(try_start(program->public_id, "en-US"));
}

struct answer try_get(const struct caller *who, const char *id)
{
	Consumer__GetSessionRequest get = CONSUMER__GET_SESSION_REQUEST__INIT;

	get.id = id;
	return ask(who, "GetSession", &get);
}

struct answer try_put(const struct caller *who, const char *id, const char *answers)
{
	Consumer__PutAnswersRequest request = CONSUMER__PUT_ANSWERS_REQUEST__INIT;

	request.id = id;
	request.answers = pb_bytes(str_of(answers));
	return ask(who, "PutAnswers", &request);
}

struct answer try_complete(const struct caller *who, const char *id)
{
	Consumer__CompleteSessionRequest request = CONSUMER__COMPLETE_SESSION_REQUEST__INIT;

	request.id = id;
	return ask(who, "CompleteSession", &request);
}

struct answer try_end_unfinished(const struct caller *who, const char *id)
{
	Consumer__CompleteSessionRequest request = CONSUMER__COMPLETE_SESSION_REQUEST__INIT;

	request.id = id;
	request.end_unfinished = true;
	return ask(who, "CompleteSession", &request);
}

struct answer try_issue(const struct caller *who, const char *id, const char *key,
			const char *email)
{
	Consumer__IssueCodeRequest request = CONSUMER__ISSUE_CODE_REQUEST__INIT;

	request.id = id;
	request.email = email;
	return ask(key ? with_key(who, key) : who, "IssueCode", &request);
}

const Consumer__Session *put(const struct visitor *visitor, const char *answers)
{
	return expect_ok(try_put(visitor->who, visitor->id, answers));
}

const Consumer__Session *complete(const struct visitor *visitor)
{
	return expect_ok(try_complete(visitor->who, visitor->id));
}

struct visitor an_eligible_visitor(const struct a_program *program)
{
	struct visitor visitor = a_visitor(program);

	put(&visitor, GOOD_ANSWERS);
	cr_assert(complete(&visitor)->outcome->may_issue_code);
	return visitor;
}

const char *a_code(const struct a_program *program)
{
	struct visitor visitor = an_eligible_visitor(program);
	const Consumer__IssueCodeResponse *issued =
		expect_ok(try_issue(visitor.who, visitor.id, "issue", ""));

	return issued->code;
}

const char *text_of(ProtobufCBinaryData bytes)
{
	return arena_strndup(test_world.arena, (const char *)bytes.data, bytes.len);
}
