/* Who may see a session, and what nobody may see. */
#include "crypto/bearer.h"
#include "world.h"

TEST_DATABASE
TestSuite(access, .init = world_start, .fini = world_stop, .timeout = 120);

static struct answer staff_asks(const struct caller *who, const char *method, const char *id)
{
	Consumer__GetTraceRequest request = CONSUMER__GET_TRACE_REQUEST__INIT;

	/* The requests of these methods are one id each. */
	request.base.descriptor = strcmp(method, "ReplaySession") == 0
					  ? &consumer__replay_session_request__descriptor
					  : &consumer__get_trace_request__descriptor;
	request.id = id;
	return ask(who, method, &request);
}

TestSuite(wire, .init = world_start_serving, .fini = world_stop, .timeout = 120);

/* As the gateway sends it: in a signed principal, over the socket. */
Test(wire, a_token_arrives_whole_and_is_checked_there)
{
	struct a_program program = a_program();
	struct visitor visitor = a_visitor(&program);
	Consumer__GetSessionRequest get = CONSUMER__GET_SESSION_REQUEST__INIT;
	const Consumer__Session *session;
	struct caller who = *visitor.who;

	/* A signed principal never lives for ever. */
	who.principal.expires_at = instant_now() + MINUTES(5);
	get.id = visitor.id;
	session = expect_ok(call_wire(consumer, &who, "GetSession", &get));
	cr_assert_str_eq(session->id, visitor.id);
	expect_fail(call_wire(consumer, as_session(acme, "x"), "GetSession", &get), UNAUTHENTICATED,
		    "SESSION_TOKEN_INVALID");
	expect_fail(call_wire(consumer, as_nobody(), "GetSession", &get), UNAUTHENTICATED,
		    "SIGN_IN_REQUIRED");
	cr_assert(!strstr(logged(), visitor.token));
}

Test(access, a_token_opens_its_own_session_only)
{
	struct a_program program = a_program();
	struct visitor mine = a_visitor(&program), theirs = a_visitor(&program);

	expect_ok(try_get(mine.who, mine.id));
	expect_fail(try_get(mine.who, theirs.id), NOT_FOUND, "SESSION_NOT_FOUND");
	expect_fail(try_put(mine.who, theirs.id, "{}"), NOT_FOUND, "SESSION_NOT_FOUND");
	expect_fail(try_complete(mine.who, theirs.id), NOT_FOUND, "SESSION_NOT_FOUND");
	expect_fail(try_issue(mine.who, theirs.id, "k", ""), NOT_FOUND, "SESSION_NOT_FOUND");
}

Test(access, a_forged_token_opens_nothing)
{
	struct a_program program = a_program();
	struct visitor visitor = a_visitor(&program);
	char text[BEARER_TEXT];
	struct bearer bearer;

	cr_assert(bearer_parse(str_of(visitor.token), &bearer));
	bearer.secret[0] ^= 1;
	bearer_format(text, &bearer);
	expect_fail(try_get(bearing(text), visitor.id), UNAUTHENTICATED, "SESSION_TOKEN_INVALID");
	expect_fail(try_put(bearing(text), visitor.id, "{}"), UNAUTHENTICATED,
		    "SESSION_TOKEN_INVALID");
	expect_fail(try_complete(bearing(text), visitor.id), UNAUTHENTICATED,
		    "SESSION_TOKEN_INVALID");
	expect_fail(try_issue(bearing(text), visitor.id, "k", ""), UNAUTHENTICATED,
		    "SESSION_TOKEN_INVALID");
	/* No token at all, and a real one under another tenant's name. */
	expect_fail(try_get(as_session(acme, "x"), visitor.id), UNAUTHENTICATED,
		    "SESSION_TOKEN_INVALID");
	cr_assert(bearer_parse(str_of(visitor.token), &bearer));
	bearer.tenant = other;
	bearer_format(text, &bearer);
	expect_fail(try_get(bearing(text), visitor.id), UNAUTHENTICATED, "SESSION_TOKEN_INVALID");
}

Test(access, another_tenant_finds_no_session)
{
	struct a_program program = a_program();
	struct visitor visitor = an_eligible_visitor(&program);
	Consumer__ListSessionsRequest list = CONSUMER__LIST_SESSIONS_REQUEST__INIT;
	const struct caller *eve = as(other, "eve");
	const Consumer__ListSessionsResponse *sessions;

	expect_fail(try_get(eve, visitor.id), NOT_FOUND, "SESSION_NOT_FOUND");
	expect_fail(staff_asks(eve, "GetTrace", visitor.id), NOT_FOUND, "SESSION_NOT_FOUND");
	expect_fail(staff_asks(eve, "ReplaySession", visitor.id), NOT_FOUND, "SESSION_NOT_FOUND");
	sessions = expect_ok(ask(eve, "ListSessions", &list));
	cr_assert_eq(sessions->n_sessions, 0);
}

Test(access, staff_reads_answers_and_traces_and_it_is_noted)
{
	struct a_program program = a_program();
	struct visitor visitor = a_visitor(&program);
	const Consumer__ReplaySessionResponse *replay;
	const Consumer__Trace *trace;

	expect_fail(staff_asks(as(acme, "ann"), "GetTrace", visitor.id), FAILED_PRECONDITION,
		    "NOT_COMPLETED");
	expect_fail(staff_asks(as(acme, "ann"), "ReplaySession", visitor.id), FAILED_PRECONDITION,
		    "NOT_COMPLETED");
	put(&visitor, "{\"age\":50,\"sex\":\"F\",\"pregnant\":true,\"weight\":70.25}");
	complete(&visitor);
	expect_ok(try_get(as(acme, "ann"), visitor.id));
	trace = expect_ok(staff_asks(as(acme, "ann"), "GetTrace", visitor.id));
	cr_assert(strstr(text_of(trace->trace), "\"outcome\":\"do_not_use\""));
	cr_assert(strstr(text_of(trace->trace), "\"weight\":70.25"));
	replay = expect_ok(staff_asks(as(acme, "ann"), "ReplaySession", visitor.id));
	cr_assert(replay->identical);
	cr_assert_str_eq(replay->outcome, "do_not_use");
	cr_assert_eq(events_out("consumer", acme, "session.read"), 1);
	cr_assert_eq(events_out("consumer", acme, "session.trace_read"), 1);
	cr_assert_eq(events_out("consumer", acme, "session.replayed"), 1);
	expect_ok(try_get(visitor.who, visitor.id));
	cr_assert_eq(events_out("consumer", acme, "session.read"), 1);
}

Test(access, a_screener_that_is_not_what_its_hash_says_is_refused)
{
	struct a_program program = a_program();
	struct visitor visitor = an_eligible_visitor(&program);
	const char *tenant =
		test_value("SELECT tenant_id FROM consumer.session WHERE id = '%s'", visitor.id);

	test_sql("INSERT INTO consumer.screener_copy SELECT tenant_id, repeat('f', 64), document, "
		 "created_at "
		 "FROM consumer.screener_copy WHERE tenant_id = '%s'",
		 tenant);
	test_sql("UPDATE consumer.session SET content_hash = repeat('f', 64) WHERE id = '%s'",
		 visitor.id);
	expect_fail(staff_asks(as(acme, "ann"), "ReplaySession", visitor.id), DATA_LOSS,
		    "SCREENER_CORRUPT");
	expect_fail(try_get(visitor.who, visitor.id), DATA_LOSS, "SCREENER_CORRUPT");
}

Test(access, sessions_are_listed_in_pages_and_say_nothing_that_the_list_does_not_know)
{
	static const char *const unknown_to_the_list[] = {"answers", "questions",
							  "progress_percent", "problems", NULL};
	Consumer__ListSessionsRequest list = CONSUMER__LIST_SESSIONS_REQUEST__INIT;
	const Consumer__ListSessionsResponse *page;
	struct a_program program = a_program();
	size_t seen = 0;

	for (int i = 0; i < 4; i++)
		a_visitor(&program);
	an_eligible_visitor(&program);
	list.page_size = 2;
	do {
		page = expect_ok(ask(as(acme, "ann"), "ListSessions", &list));
		seen += page->n_sessions;
		list.page_token = page->next_page_token;
	} while (*list.page_token);
	cr_assert_eq(seen, 5);
	list.status = "completed";
	page = expect_ok(ask(as(acme, "ann"), "ListSessions", &list));
	cr_assert_eq(page->n_sessions, 1);
	cr_assert_str_eq(page->sessions[0]->outcome->id, "ok");
	cr_assert(page->sessions[0]->outcome->may_issue_code);
	for (const char *const *name = unknown_to_the_list; *name; name++)
		cr_assert_null(protobuf_c_message_descriptor_get_field_by_name(
				       &consumer__session_summary__descriptor, *name),
			       "the list says %s", *name);
	list.status = "";
	list.page_token = "nonsense";
	expect_fail(ask(as(acme, "ann"), "ListSessions", &list), INVALID_ARGUMENT,
		    "PAGE_TOKEN_MISMATCH");
}

static void expect_nowhere(const char *secret)
{
	static const struct {
		const char *table, *bytes;
	} places[] = {
		{"outbox", "payload"},	     {"session", "answers"},	  {"attempt", "answers"},
		{"attempt", "trace"},	     {"answer_change", "before"}, {"code", "code_hash"},
		{"idempotency", "response"},
	};

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		const char *table = places[i].table;

		cr_assert_eq(test_count("SELECT count(*) FROM consumer.%s WHERE position("
					"convert_to('%s', 'UTF8') IN %s) > 0",
					table, secret, places[i].bytes),
			     0, "%s in %s.%s", secret, table, places[i].bytes);
		cr_assert_eq(test_count("SELECT count(*) FROM consumer.%s t "
					"WHERE position('%s' IN t::text) > 0",
					table, secret),
			     0, "%s in a column of %s", secret, table);
	}
	cr_assert(!strstr(logged(), secret), "%s is logged", secret);
}

Test(access, answers_and_codes_are_readable_in_no_table_event_or_log_line)
{
	struct a_program program = a_program();
	struct visitor visitor = a_visitor(&program);
	const Consumer__IssueCodeResponse *issued;

	put(&visitor, "{\"age\":50,\"sex\":\"M\",\"note\":\"CANARY in the cage\"}");
	put(&visitor, "{\"note\":\"CANARY out of it\"}");
	complete(&visitor);
	issued = expect_ok(try_issue(visitor.who, visitor.id, "k", "canary-mail@example.org"));
	expect_count(2, acme, "consumer.outbox WHERE topic = 'code.issued'");
	expect_nowhere("CANARY");
	expect_nowhere("canary-mail");
	expect_nowhere(issued->code);
	expect_nowhere(visitor.token);
}
