/* The JSON objects of events that are no change of a resource. */
#include "svc/kit/details.h"

#include <criterion/criterion.h>

#include "base/arena.h"

Test(details, an_object_is_written_with_its_texts_escaped)
{
	struct arena *arena = arena_new(1 << 16);
	struct details details = details_new(arena);
	const char *const lines[] = {"one", "\"two\""};

	details_text(&details, "by", "a \"quoted\" word\n");
	details_text(&details, "nothing", NULL);
	details_uuid(&details, "id", (struct uuid){.bytes = {[15] = 1}});
	details_number(&details, "count", -3);
	details_bool(&details, "mailed", true);
	details_texts(&details, "lines", lines, 2);
	cr_assert_str_eq(details_end(&details).ptr,
			 "{\"by\":\"a \\\"quoted\\\" word\\n\",\"nothing\":\"\","
			 "\"id\":\"00000000-0000-0000-0000-000000000001\",\"count\":-3,"
			 "\"mailed\":true,\"lines\":[\"one\",\"\\\"two\\\"\"]}");
	arena_free(&arena);
}

Test(details, without_members_there_is_an_empty_object)
{
	struct arena *arena = arena_new(1 << 16);
	struct details details = details_new(arena);

	cr_assert_str_eq(details_end(&details).ptr, "{}");
	arena_free(&arena);
}
