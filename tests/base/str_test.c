#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/encoding.h"
#include "base/fnv1a.h"
#include "base/str.h"
#include "base/utf8.h"

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

Test(str, writes_every_code_point_as_utf8)
{
	char text[4];

	for (uint32_t c = 1; c < 0x110000; c++) {
		size_t len = utf8_put(text, c);
		bool is_surrogate = c >= 0xd800 && c < 0xe000;

		cr_assert_eq(len, c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, "%x", c);
		cr_assert_eq(utf8_is_valid(text, len), !is_surrogate, "%x", c);
	}
	cr_assert(utf8_put(text, 0xe9) == 2 && memcmp(text, "\xc3\xa9", 2) == 0);
	cr_assert(utf8_put(text, 0x20ac) == 3 && memcmp(text, "\xe2\x82\xac", 3) == 0);
	cr_assert(utf8_put(text, 0x1f48a) == 4 && memcmp(text, "\xf0\x9f\x92\x8a", 4) == 0);
}

Test(str, knows_hex_digits)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";

	for (int c = 0; c < 256; c++) {
		const char *at = c ? strchr(digits, c) : NULL;

		cr_assert_eq(hex_digit((char)c), at ? (int)(at - digits) % 16 : -1, "%d", c);
	}
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

Test(str, writes_numbers_in_digits)
{
	struct strbuf buf = strbuf_new(arena);

	strbuf_add_u64(&buf, 0);
	strbuf_add_char(&buf, ' ');
	strbuf_add_u64(&buf, UINT64_MAX);
	strbuf_add_char(&buf, ' ');
	strbuf_add_i64(&buf, INT64_MIN);
	strbuf_add_char(&buf, ' ');
	strbuf_add_i64(&buf, INT64_MAX);
	cr_assert_str_eq(buf.ptr,
			 "0 18446744073709551615 -9223372036854775808 9223372036854775807");
}

/* What JSON makes of one byte in otherwise plain text. */
static const char *json_of_byte(unsigned char c)
{
	static const char *const named[256] = {
		['\b'] = "\\b", ['\f'] = "\\f", ['\n'] = "\\n",	 ['\r'] = "\\r",
		['\t'] = "\\t", ['"'] = "\\\"", ['\\'] = "\\\\",
	};

	if (named[c])
		return named[c];
	if (c >= 0x80)
		return "\xef\xbf\xbd";
	return arena_printf(arena, c < 0x20 ? "\\u%04x" : "%c", c);
}

Test(str, json_escapes_any_byte_in_any_place)
{
	for (size_t at = 0; at < 20; at++) {
		for (int c = 0; c < 256; c++) {
			char text[20];
			struct strbuf buf = strbuf_new(arena);
			const char *wanted;

			memset(text, 'a', sizeof text);
			text[at] = (char)c;
			strbuf_add_json(&buf, (struct str){text, sizeof text});
			wanted = arena_printf(arena, "\"%.*s%s%.*s\"", (int)at, text,
					      json_of_byte((unsigned char)c), (int)(19 - at),
					      text + at + 1);
			cr_assert_str_eq(buf.ptr, wanted, "byte %d at %zu", c, at);
		}
	}
}
