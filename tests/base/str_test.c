#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/str.h"

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new(1 << 20);
}

static void tear_down(void)
{
	arena_free(&arena);
}

TestSuite(str, .init = set_up, .fini = tear_down);

Test(str, reads_whole_numbers_only)
{
	int64_t n;

	cr_assert(str_to_i64(STR("-9223372036854775808"), &n) && n == INT64_MIN);
	cr_assert(str_to_i64(STR("9223372036854775807"), &n) && n == INT64_MAX);
	cr_assert_not(str_to_i64(STR("9223372036854775808"), &n));
	cr_assert_not(str_to_i64(STR("1 "), &n));
	cr_assert_not(str_to_i64(STR("-"), &n));
	cr_assert_not(str_to_i64(STR(""), &n));
}

Test(str, cuts_at_a_separator)
{
	struct str s = STR("a,b,");

	cr_assert(str_eq_c(str_take_until(&s, ','), "a"));
	cr_assert(str_eq_c(str_take_until(&s, ','), "b"));
	cr_assert_eq(s.len, 0);
}

Test(str, knows_utf8_from_bytes)
{
	cr_assert(utf8_is_valid("plain ascii text", 16));
	cr_assert(utf8_is_valid("\xc3\xa9\xe2\x82\xac\xf0\x9f\x92\x8a", 9));
	cr_assert_not(utf8_is_valid("\xc0\x80", 2));
	cr_assert_not(utf8_is_valid("\xed\xa0\x80", 3));
	cr_assert_not(utf8_is_valid("\xf4\x90\x80\x80", 4));
	cr_assert_not(utf8_is_valid("abcdefgh\xe2\x82", 10));
}

Test(str, base64url_is_strict_and_base64_is_lenient)
{
	uint8_t *bytes;
	size_t len;

	cr_assert_str_eq(base64url_encode(arena, "\xfb\xff", 2), "-_8");
	cr_assert_str_eq(base64_encode(arena, "\xfb\xff", 2), "+/8=");
	cr_assert(base64url_decode(arena, STR("-_8"), &bytes, &len) && len == 2);
	cr_assert_not(base64url_decode(arena, STR("-_9"), &bytes, &len), "tail bits");
	cr_assert_not(base64url_decode(arena, STR("+/8"), &bytes, &len));
	cr_assert_not(base64url_decode(arena, STR("A"), &bytes, &len));
	cr_assert(base64_decode_any(arena, STR("+/8="), &bytes, &len) && len == 2);
	cr_assert(base64_decode_any(arena, STR("-_8"), &bytes, &len) && len == 2);
	cr_assert_not(base64_decode_any(arena, STR("+/8=="), &bytes, &len));
}

Test(str, a_buffer_grows_and_stays_terminated)
{
	struct strbuf buf = strbuf_new(arena);

	cr_assert_str_eq(buf.ptr, "");
	for (int i = 0; i < 1000; i++)
		strbuf_printf(&buf, "%d,", i);
	cr_assert_eq(buf.len, strlen(buf.ptr));
	cr_assert(str_has_suffix(strbuf_str(&buf), "998,999,"));
}

Test(str, fnv1a_matches_its_published_vectors)
{
	cr_assert_eq(fnv1a_32("", 0), 0x811c9dc5u);
	cr_assert_eq(fnv1a_32("foobar", 6), 0xbf9cf968u);
	cr_assert_eq(fnv1a_64("foobar", 6), 0x85944171f73967e8u);
}
