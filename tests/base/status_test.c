#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"

struct listed {
	char name[64], code[32], sentence[256];
};

/* The next line of a list that names a reason. */
static bool next_reason(FILE *list, struct listed *out)
{
	char line[512];

	while (fgets(line, sizeof line, list)) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		cr_assert_eq(sscanf(line, "%63[A-Z0-9_] | %31[A-Z_] | %255[^|\n]", out->name,
				    out->code, out->sentence),
			     3, "%s", line);
		/* The advice behind it is for the reference. */
		for (size_t n = strlen(out->sentence); n > 0 && out->sentence[n - 1] == ' '; n--)
			out->sentence[n - 1] = '\0';
		return true;
	}
	return false;
}

static FILE *open_list(const char *name)
{
	const char *source = getenv("AEGIS_SOURCE");
	char path[1024];
	FILE *list;

	cr_assert(source, "AEGIS_SOURCE names the tree");
	snprintf(path, sizeof path, "%s/proto/manifest/%s", source, name);
	list = fopen(path, "r");
	cr_assert(list, "%s", path);
	return list;
}

static void check_listed(const struct listed *line, bool is_public)
{
	enum status_code code = status_code_parse(line->code);
	bool is_known = false;
	struct status st = status_parse(code, line->name, &is_known);

	cr_expect(is_known, "%s", line->name);
	cr_expect_eq(st.code, code, "%s", line->name);
	cr_expect_eq(reason_code(st.reason), code, "%s", line->name);
	cr_expect_eq(reason_parse(line->name), st.reason, "%s", line->name);
	cr_expect_str_eq(reason_name(st.reason), line->name);
	cr_assert_str_eq(reason_sentence(st.reason), line->sentence);
	cr_expect_eq(line->sentence[strlen(line->sentence) - 1], '.', "%s", line->name);
	cr_expect_eq(reason_public(st.reason), is_public ? st.reason : reason_of_code(code), "%s",
		     line->name);
}

static size_t check_list(const char *name, bool is_public)
{
	FILE *list = open_list(name);
	struct listed line;
	size_t n = 0;

	while (next_reason(list, &line)) {
		check_listed(&line, is_public);
		n++;
	}
	fclose(list);
	return n;
}

Test(status, every_reason_of_the_manifest_has_its_code_its_sentence_and_comes_back_from_its_name)
{
	cr_expect_gt(check_list("reasons.txt", true), 100);
	cr_expect_gt(check_list("internal_reasons.txt", false), 50);
}

Test(status, a_failure_has_the_code_of_its_reason)
{
	struct status st = FAIL(PROGRAM_ENDED);

	cr_expect_eq(st.code, STATUS_FAILED_PRECONDITION);
	cr_expect_eq(st.reason, REASON_PROGRAM_ENDED);
	cr_expect(is_failed(st) && !is_stopped(st));
	cr_expect_eq(sizeof st, 2 * sizeof(int));
}

Test(status, a_reason_of_another_version_keeps_its_code)
{
	for (int code = STATUS_CANCELLED; code <= STATUS_UNAUTHENTICATED; code++) {
		bool is_known = true;
		struct status st =
			status_parse((enum status_code)code, "REASON_OF_TOMORROW", &is_known);

		cr_expect_not(is_known);
		cr_expect_eq((int)st.code, code);
		cr_expect_eq((int)reason_code(st.reason), code);
		cr_expect_str_eq(reason_name(st.reason), status_code_name(st.code));
	}
}

Test(status, a_reason_that_had_another_code_in_another_version_keeps_the_code_that_was_sent)
{
	bool is_known = true;
	struct status st = status_parse(STATUS_NOT_FOUND, "PROGRAM_ENDED", &is_known);

	cr_expect_not(is_known);
	cr_expect_eq(st.code, STATUS_NOT_FOUND);
	cr_expect_eq(st.reason, REASON_NOT_FOUND);
}

Test(status, success_has_no_reason)
{
	bool is_known = false;
	struct status st = status_parse(STATUS_OK, "PROGRAM_ENDED", &is_known);

	cr_expect(is_ok(st) && is_known);
	cr_expect_eq(st.reason, REASON_NONE);
	cr_expect_str_eq(reason_name(REASON_NONE), "");
	cr_expect_str_eq(reason_sentence(REASON_NONE), "");
	cr_expect_eq(reason_parse(""), REASON_NONE);
	cr_expect_eq(reason_parse("program_ended"), REASON_NONE);
}

static struct status pass_on(struct status st)
{
	TRY(st);
	return FAIL(INTERNAL);
}

Test(status, a_stop_passes_through_and_is_no_code)
{
	struct status st = pass_on(STOP);

	cr_expect(is_stopped(st) && is_failed(st));
	cr_expect_eq(st.reason, REASON_NONE);
	for (int code = STATUS_OK; code <= STATUS_UNAUTHENTICATED; code++)
		cr_expect_neq((int)st.code, code);
}
