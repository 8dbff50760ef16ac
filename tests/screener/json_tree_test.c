/* The reader of trees gives what jansson gives, of whole and of broken texts. */
#include <criterion/criterion.h>
#include <string.h>

#include "random_json.h"
#include "screener/json/tree.h"

/* The same tree in the same order, or the same error. */
static void expect_same(const char *bytes, size_t len)
{
	json_error_t error = {}, wanted = {};
	json_t *tree = json_tree_read((struct str){bytes, len}, &error);
	json_t *theirs = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &wanted);
	char *text = tree ? json_dumps(tree, JSON_COMPACT) : NULL;
	char *their_text = theirs ? json_dumps(theirs, JSON_COMPACT) : NULL;

	cr_assert_eq(!tree, !theirs, "%.*s: %s", (int)len, bytes, wanted.text);
	cr_assert(json_equal(tree, theirs) || !tree, "%.*s", (int)len, bytes);
	if (tree)
		cr_assert_str_eq(text, their_text);
	else
		cr_assert_str_eq(error.text, wanted.text);
	free(text);
	free(their_text);
	json_decref(tree);
	json_decref(theirs);
}

static const char *const forms[] = {
	"{}",
	" [ ] ",
	"[1,-1,0,-0,123456789012345678,1234567890123456789,9223372036854775807]",
	"[9223372036854775808]",
	"[-9223372036854775808]",
	"[1.0,0.1,-2.5e3,1e-400,1E+2]",
	"[1e400]",
	"[01]",
	"[-]",
	"[1.]",
	"[+1]",
	"[true,false,null]",
	"[True]",
	"[nul]",
	"[truefalse]",
	"{\"a\":1,\"b\":{\"\":2},\"a b\":[]}",
	"{\"a\":1,\"a\":2}",
	"{\"a\":1,}",
	"{\"a\"}",
	"{\"a\":}",
	"{a:1}",
	"[1,]",
	"[,1]",
	"[1 2]",
	"[1",
	"[\"\\u00e9\\n\\\"\\/\\ud83d\\ude00\",\"é😀\"]",
	"{\"\\u0061\":1,\"a\":2}",
	"[\"\\ud83d\"]",
	"[\"\\ude00\\ud83d\"]",
	"[\"\\u0000\"]",
	"{\"\\u0000\":1}",
	"[\"\\x\"]",
	"[\"a\nb\"]",
	"[\"\xc0\x80\"]",
	"[\"\xed\xa0\x80\"]",
	"[\"\xff\"]",
	"\"text\"",
	"1",
	"",
	" ",
	"\xef\xbb\xbf{}",
	"{} {}",
	"{}x",
};

Test(json_tree, each_form_is_read_as_jansson_reads_it)
{
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		expect_same(forms[i], strlen(forms[i]));
	expect_same("[\"a\0b\"]", 7);
	expect_same("{}\0", 3);
}

Test(json_tree, nesting_is_held_to_the_limit_of_jansson)
{
	for (size_t depth = 60; depth < 3000; depth += depth < 70 ? 1 : 500) {
		char text[6000];

		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		expect_same(text, 2 * depth);
	}
}

Test(json_tree, random_texts_and_their_damaged_copies_are_read_as_jansson_reads_them)
{
	static const char bytes[] = "{}[],:\"\\u0e.-19 tfn\x80\xc3";
	struct dice dice = dice_new("random texts");

	for (int i = 0; i < 4000; i++) {
		json_t *json = dice_json(&dice, 4);
		char *text = json_dumps(json, JSON_ENCODE_ANY | (i % 2 ? JSON_INDENT(2) : 0) |
						      (i % 3 ? JSON_ENSURE_ASCII : 0));
		size_t len = strlen(text);

		expect_same(text, len);
		for (int k = 0; k < 4; k++) {
			text[dice_roll(&dice, len)] = bytes[dice_roll(&dice, sizeof bytes - 1)];
			expect_same(text, len - dice_roll(&dice, 2));
		}
		free(text);
		json_decref(json);
	}
}

Test(json_tree, a_nul_byte_is_refused_even_after_a_number)
{
	json_error_t error;

	cr_expect_null(json_tree_read(STR("[1\0]"), &error));
	cr_expect_str_eq(error.text, "a NUL byte is no JSON");
	cr_expect_null(json_tree_read(STR("{\"a\":-1.5\0}"), NULL));
	cr_expect_null(json_tree_read(STR("{}\0"), NULL));
}
