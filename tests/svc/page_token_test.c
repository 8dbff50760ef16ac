#include "svc/kit/page_token.h"

#include <criterion/criterion.h>

#include "base/arena.h"

static const struct uuid some_id = {
	.bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};

Test(page_token, carries_the_keys_of_the_last_row)
{
	struct arena *arena = arena_new(1 << 20);
	uint64_t filter = 0x1122334455667788;
	struct page_key last[] = {PAGE_INT(-5), PAGE_UUID(some_id), PAGE_TEXT("M\xc3\xbcller")};
	struct page_key keys[] = {PAGE_INT(0), PAGE_UUID((struct uuid){}), PAGE_TEXT("")};
	char *token = page_token_format(arena, filter, last, 3);

	cr_assert(is_ok(page_token_parse(arena, token, filter, keys, 3)));
	cr_expect_eq(keys[0].n, -5);
	cr_expect(uuid_eq(keys[1].id, some_id));
	cr_expect_str_eq(keys[2].text, "M\xc3\xbcller");
	cr_expect_eq(
		strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
		strlen(token));
	arena_free(&arena);
}

Test(page_token, an_empty_token_is_the_first_page)
{
	struct page_key keys[] = {PAGE_INT(7)};

	cr_expect(is_ok(page_token_parse(NULL, "", 1, keys, 1)));
	cr_expect(is_ok(page_token_parse(NULL, NULL, 1, keys, 1)));
	cr_expect_eq(keys[0].n, 7);
}

Test(page_token, other_parameters_other_keys_and_damage_are_refused)
{
	struct arena *arena = arena_new(1 << 20);
	uint64_t filter = 1;
	struct page_key last[] = {PAGE_INT(1), PAGE_TEXT("x")};
	struct page_key same[] = {PAGE_INT(0), PAGE_TEXT("")};
	struct page_key swapped[] = {PAGE_TEXT(""), PAGE_INT(0)};
	char *token = page_token_format(arena, filter, last, 2);
	size_t len = strlen(token);

	cr_expect_str_eq(reason_name(page_token_parse(arena, token, 2, same, 2).reason),
			 "PAGE_TOKEN_MISMATCH");
	cr_expect(is_failed(page_token_parse(arena, token, filter, swapped, 2)));
	cr_expect(is_failed(page_token_parse(arena, token, filter, same, 1)));
	cr_expect(is_failed(page_token_parse(arena, "!!!!", filter, same, 2)));
	for (size_t i = 0; i < len; i++) {
		char *cut = arena_strndup(arena, token, i);

		cr_expect(i == 0 || is_failed(page_token_parse(arena, cut, filter, same, 2)), "%s",
			  cut);
	}
	cr_expect_eq(same[0].n, 0);
	cr_expect(is_failed(
		page_token_parse(arena, arena_printf(arena, "%sAAAA", token), filter, same, 2)));
	arena_free(&arena);
}

Test(page_token, long_text_is_cut_at_a_character)
{
	struct arena *arena = arena_new(1 << 20);
	struct page_key last[] = {PAGE_TEXT(NULL)}, keys[] = {PAGE_TEXT("")};
	struct strbuf text = strbuf_new(arena);

	strbuf_add_char(&text, 'a');
	while (text.len < 2000)
		strbuf_add_c(&text, "\xe2\x82\xac");
	last[0].text = text.ptr;
	cr_assert(is_ok(page_token_parse(arena, page_token_format(arena, 1, last, 1), 1, keys, 1)));
	cr_expect_eq(strlen(keys[0].text), 511);
	cr_expect(strncmp(keys[0].text, text.ptr, 511) == 0);
	arena_free(&arena);
}

Test(page_size, has_a_default_and_a_most)
{
	uint32_t n;

	cr_expect(is_ok(page_size_of(0, &n)) && n == 50);
	cr_expect(is_ok(page_size_of(1, &n)) && n == 1);
	cr_expect(is_ok(page_size_of(200, &n)) && n == 200);
	cr_expect(is_ok(page_size_of(201, &n)) && n == 200);
	cr_expect(is_ok(page_size_of(INT32_MAX, &n)) && n == 200);
	cr_expect_str_eq(reason_name(page_size_of(-1, &n).reason), "INVALID_PAGE_SIZE");
}
