/* Documents of data/ that once passed for proven, or for dead, because of the answers not tried. */
#include <stdio.h>
#include <stdlib.h>

#include "gate_kit.h"

static struct kit compile_file(const char *name)
{
	struct arena *arena = arena_new(SIZE_MAX);
	const char *path =
		arena_printf(arena, "%s/tests/screener/data/%s.json", getenv("AEGIS_SOURCE"), name);
	struct strbuf buf = strbuf_new(arena);
	FILE *file = fopen(path, "r");
	struct kit kit;
	int c;

	cr_assert(file, "%s", path);
	while ((c = fgetc(file)) != EOF)
		strbuf_add_char(&buf, (char)c);
	fclose(file);
	kit = kit_compile(buf.ptr);
	arena_free(&arena);
	return kit;
}

/* The item is refuted, and the engine issues a code for these answers with the item unknown. */
static void expect_refuted(const char *name, const char *item)
{
	struct kit kit = compile_file(name);
	struct screener_gate_report report;
	size_t i = 0;

	(void)gate_of(&kit, &report);
	while (i < report.n_questions && strcmp(report.questions[i].item, item) != 0)
		i++;
	cr_assert_lt(i, report.n_questions);
	cr_assert_eq(report.questions[i].verdict, SCREENER_REFUTED, "%s", name);
	cr_expect_str_eq(kit_eval(&kit, report.questions[i].answers), "ok", "%s",
			 report.questions[i].answers);
	cr_expect_not(strstr(kit_trace(&kit), arena_printf(kit.arena, "\"%s\":", item)));
	kit_free(&kit);
}

Test(gate_finding, rows_that_no_rule_reads_hide_no_refutation)
{
	expect_refuted("unread_rows", "asthma");
}

Test(gate_finding, a_safety_child_is_examined_in_both_kinds_of_group)
{
	expect_refuted("hidden_group", "warfarin");
	expect_refuted("hidden_rows", "warfarin");
}

Test(gate_finding, answers_between_a_constant_and_a_limit_are_seen)
{
	struct screener_gate_report report;
	struct kit kit;

	expect_refuted("near_limit", "renal");
	kit = compile_file("near_limit_rule");
	cr_expect_str_eq(gate_of(&kit, &report), "OUTCOME_UNTESTED /outcomes/0\n"
						 "RULE_UNTESTED /rules/0\n");
	kit_free(&kit);
}

Test(gate_finding, a_value_that_can_fail_hides_no_refutation)
{
	expect_refuted("failing_value", "asthma");
}

Test(gate_finding, arithmetic_in_a_condition_is_proven_or_refuted)
{
	struct screener_gate_report report;
	struct kit kit = compile_file("arithmetic");
	static const enum screener_verdict verdicts[] = {SCREENER_PROVEN, SCREENER_PROVEN,
							 SCREENER_PROVEN, SCREENER_PROVEN,
							 SCREENER_PROVEN};

	cr_expect_str_eq(gate_of(&kit, &report), "");
	cr_assert_eq(report.n_questions, 5);
	for (size_t i = 0; i < 5; i++)
		cr_expect_eq(report.questions[i].verdict, verdicts[i], "%s",
			     report.questions[i].item);
	kit_free(&kit);
}
