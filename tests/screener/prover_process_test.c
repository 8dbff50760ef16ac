/* The prover in a process of its own: the same verdicts, and none from a process that is ended. */
#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "gate_kit.h"
#include "prover/process.h"

static enum screener_verdict verdict_by(struct prover_process *process)
{
	struct kit kit = kit_compile(
		"{'format':'screener/1','slug':'s','locales':['en-US'],'items':["
		"{'id':'a','type':'boolean','required':true},{'id':'b','type':'boolean',"
		"'safety':true,'show_if':{'var':'a'}}],'outcomes':[{'id':'no','severity':2},"
		"{'id':'ok','severity':1,'issue_code':{'class':'w','ttl':'P1D'}}],"
		"'hit_policy':'first','rules':[{'id':'R1','if':{'and':[{'var':'a'},{'var':'b'}]},"
		"'then':'no'},{'id':'R2','else':true,'then':'ok'}],'on_unknown':'no'}");
	struct screener_gate_report report;
	struct screener_prover prover = prover_in_process_of_its_own(process);
	enum screener_verdict verdict;

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	process->document = kit.document;
	cr_assert(is_ok(screener_gate(kit.screener, kit.arena, kit.document, &prover,
				      SCREENER_GATE_EVALUATIONS, &report)));
	cr_assert_eq(report.n_questions, 1);
	verdict = report.questions[0].verdict;
	if (verdict == SCREENER_REFUTED)
		cr_expect_str_eq(report.questions[0].answers, "{\"a\":false}");
	kit_free(&kit);
	return verdict;
}

Test(prover_process, finds_the_counterexample_that_the_gate_replays)
{
	struct prover_process process = {.limit_ms = 30000};

	cr_expect_eq(verdict_by(&process), SCREENER_REFUTED);
}

Test(prover_process, proves_nothing_when_it_is_missing_or_crashes_or_talks_nonsense)
{
	static const char *const programs[] = {"/nonexistent/aegis-prover", "/bin/false",
					       "/bin/cat", "/bin/true"};

	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		struct prover_process process = {.limit_ms = 30000, .path = programs[i]};

		cr_expect_eq(verdict_by(&process), SCREENER_NOT_PROVEN, "%s", programs[i]);
	}
}

Test(prover_process, is_ended_at_its_limit)
{
	char silent[4096];
	struct prover_process process = {.limit_ms = 200, .path = silent};
	instant started = instant_monotonic();

	/* The process starts without an environment: the shell finds sleep by its default path. */
	snprintf(silent, sizeof silent, "%s/tests/screener/data/silent_prover.sh",
		 getenv("AEGIS_SOURCE"));
	cr_expect_eq(verdict_by(&process), SCREENER_NOT_PROVEN);
	cr_expect_lt(instant_monotonic() - started, SECONDS(20));
}
