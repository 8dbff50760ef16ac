#include "http/trace.h"

#include <criterion/criterion.h>

#include "base/uuid.h"

#define TRACE  "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT "00f067aa0ba902b7"
#define ZERO16 "0000000000000000"

static const struct {
	const char *text;
	bool taken;
} cases[] = {
	{"00-" TRACE "-" PARENT "-01", true},
	{"00-" TRACE "-" PARENT "-00", true},
	{"00-" TRACE "-" PARENT "-ff", true},
	{"01-" TRACE "-" PARENT "-01", true},
	{"cc-" TRACE "-" PARENT "-01-what-the-future-brings", true},
	{"cc-" TRACE "-" PARENT "-01-", true},
	{"cc-" TRACE "-" PARENT "-01.x", false},
	{"00-" TRACE "-" PARENT "-01-x", false},
	{"00-" TRACE "-" PARENT "-01 ", false},
	{" 00-" TRACE "-" PARENT "-01", false},
	{"ff-" TRACE "-" PARENT "-01", false},
	{"00-" ZERO16 ZERO16 "-" PARENT "-01", false},
	{"00-" TRACE "-" ZERO16 "-01", false},
	{"00-4BF92F3577B34DA6A3CE929D0E0E4736-" PARENT "-01", false},
	{"00-" TRACE "-00F067AA0BA902B7-01", false},
	{"00-" TRACE "-" PARENT "-0A", false},
	{"00-" TRACE "-" PARENT "-0", false},
	{"00-" TRACE "-" PARENT, false},
	{"0x-" TRACE "-" PARENT "-01", false},
	{"00_" TRACE "_" PARENT "_01", false},
	{"00-" TRACE PARENT "--01", false},
	{"00-" TRACE "-" PARENT "g-01", false},
	{"", false},
	{"00", false},
};

Test(trace, traceparent_is_taken_strictly)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct trace_context trace;

		cr_expect(trace_parse(str_of(cases[i].text), &trace) == cases[i].taken, "%s",
			  cases[i].text);
	}
}

Test(trace, goes_on_as_version_00_with_the_same_trace)
{
	struct trace_context trace, child, again;
	char text[TRACEPARENT_TEXT];

	cr_assert(trace_parse(STR("cc-" TRACE "-" PARENT "-ff-more"), &trace));
	trace_format(text, &trace);
	cr_expect_str_eq(text, "00-" TRACE "-" PARENT "-01");
	child = trace_child(&trace);
	cr_expect(memcmp(child.trace_id, trace.trace_id, 16) == 0);
	cr_expect(memcmp(child.parent_id, trace.parent_id, 8) != 0);
	trace_format(text, &child);
	cr_expect(trace_parse(str_of(text), &again));
}

Test(trace, a_new_trace_is_valid_and_new)
{
	struct trace_context a = trace_new(), b = trace_new(), read;
	char text[TRACEPARENT_TEXT];

	trace_format(text, &a);
	cr_expect(trace_parse(str_of(text), &read));
	cr_expect(memcmp(&a, &read, sizeof a) == 0);
	cr_expect(memcmp(a.trace_id, b.trace_id, 16) != 0);
}

Test(request_id, a_harmless_one_is_kept_and_any_other_replaced)
{
	char out[REQUEST_ID_TEXT], longest[REQUEST_ID_MAX + 2];
	static const char *const bad[] = {"",	      "a b", "a\n",  "<x>",
					  "\xc3\xa9", "a/b", "a\"b", "a,b"};
	struct uuid id;

	memset(longest, 'x', sizeof longest);
	longest[REQUEST_ID_MAX + 1] = '\0';
	request_id_choose(out, STR("Ab9._-"), SECONDS(1));
	cr_expect_str_eq(out, "Ab9._-");
	cr_expect(request_id_is_valid((struct str){longest, 64}));
	cr_expect_not(request_id_is_valid((struct str){longest, 65}));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		request_id_choose(out, str_of(bad[i]), SECONDS(1));
		cr_expect(uuid_parse(str_of(out), &id), "%s", out);
	}
}
