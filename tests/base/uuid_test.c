#include <criterion/criterion.h>

#include "base/uuid.h"

Test(uuid, version_7_carries_its_time_and_sorts_by_it)
{
	struct uuid a = uuid_v7(SECONDS(1700000000)), b = uuid_v7(SECONDS(1700000001));
	char text[UUID_TEXT];
	struct uuid back;

	uuid_format(text, a);
	cr_assert_eq(text[14], '7');
	cr_assert(strchr("89ab", text[19]));
	cr_assert(strncmp(text, "018bcfe5-6800", 13) == 0, "%s", text);
	cr_assert_eq(uuid_v7_instant(a), SECONDS(1700000000));
	cr_assert_lt(memcmp(a.bytes, b.bytes, 16), 0);
	cr_assert(uuid_parse(str_of(text), &back) && uuid_eq(a, back));
}

Test(uuid, refuses_what_is_not_canonical)
{
	struct uuid id;

	cr_assert_not(uuid_parse(STR("018bcfe568007000800000000000000"), &id));
	cr_assert_not(uuid_parse(STR("{018bcfe5-6800-7000-8000-000000000000}"), &id));
	cr_assert_not(uuid_parse(STR("018bcfe5-6800-7000-8000-00000000000g"), &id));
}
