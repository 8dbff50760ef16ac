/*
 * Every reason that a handler or the gateway answers with stands in
 * proto/manifest/reasons.txt with the same status code; what only a broken
 * invariant says (INTERNAL, DATA_LOSS) need not.
 */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "contract/manifest.h"

static char *read_source(struct arena *arena, const char *path)
{
	struct strbuf text = strbuf_new(arena);
	FILE *in = fopen(path, "r");
	char block[4096];
	size_t n;

	cr_assert(in, "%s", path);
	while ((n = fread(block, 1, sizeof block, in)) > 0)
		strbuf_add(&text, block, n);
	fclose(in);
	strbuf_add_c(&text, "");
	return text.ptr;
}

static void check(const char *path, const char *code, const char *reason)
{
	const struct contract_reason *listed = contract_reason_find(reason);

	if (strcmp(code, "INTERNAL") == 0 || strcmp(code, "DATA_LOSS") == 0)
		return;
	cr_expect(listed, "%s: %s (%s) is not listed in proto/manifest/reasons.txt", path, reason,
		  code);
	if (listed)
		cr_expect_str_eq(code, status_code_name(listed->code), "%s: %s", path, reason);
}

static size_t check_file(const char *path)
{
	struct arena *arena = arena_new(SIZE_MAX);
	const char *at = read_source(arena, path);
	char code[32], reason[64];
	size_t n = 0;

	while ((at = strstr(at, "FAIL("))) {
		at += 5;
		if (sscanf(at, " %31[A-Z_] , \"%63[A-Z0-9_]\"", code, reason) == 2 ||
		    sscanf(at, " %31[A-Z_], \"%63[A-Z0-9_]\"", code, reason) == 2) {
			check(path, code, reason);
			n++;
		}
	}
	arena_free(&arena);
	return n;
}

static size_t check_files(const char *pattern)
{
	const char *source = getenv("AEGIS_SOURCE");
	char full[1024];
	size_t n = 0;
	glob_t found;

	cr_assert(source, "AEGIS_SOURCE names the tree");
	snprintf(full, sizeof full, "%s/%s", source, pattern);
	if (glob(full, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			n += check_file(found.gl_pathv[i]);
	globfree(&found);
	return n;
}

Test(reasons, handlers_answer_with_listed_reasons)
{
	cr_expect_gt(check_files("services/*/rpc/*.c"), 20);
}

Test(reasons, the_gateway_answers_with_listed_reasons)
{
	cr_expect_gt(check_files("gateway/stage/*.c"), 5);
}
