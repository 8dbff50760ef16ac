/*
 * The worst documents within the limits that are known: the prover ends them by its count of
 * steps and not by the clock, so their findings are the same on every machine.
 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>

#include "kit.h"
#include "prover/process.h"
#include "prover/steps.h"
#include "screener/gate/gate.h"

/* Far beyond what the steps need, even where many tests share few processors. */
#define PATIENCE_MS 300000

TestSuite(prover_limit, .timeout = 1200);

static struct strbuf begin(struct arena *arena)
{
	struct strbuf buf = strbuf_new(arena);

	strbuf_add_c(&buf,
		     "{'format':'screener/1','slug':'w','locales':['en'],'hit_policy':'first',"
		     "'on_unknown':'ask','outcomes':[{'id':'no','severity':3},{'id':'ask',"
		     "'severity':2},{'id':'ok','severity':1,'issue_code':{'class':'r','ttl':"
		     "'P7D'}}],'items':[");
	return buf;
}

static void add_safety(struct strbuf *buf, int n)
{
	for (int i = 0; i < n; i++)
		strbuf_printf(buf,
			      "%s{'id':'s%d','type':'boolean','safety':true,"
			      "'show_if':{'>':[{'+':[{'var':'x0'},{'var':'x1'}]},%d]}}",
			      i ? "," : "", i, i);
}

static void add_numbers(struct strbuf *buf, const char *type, int n)
{
	for (int i = 0; i < n; i++)
		strbuf_printf(buf, ",{'id':'x%d','type':'%s','min':0,'max':1000}", i, type);
}

/* Numbers that look like chance and are the same each time. */
static unsigned next(unsigned *state, unsigned below)
{
	*state = *state * 1664525 + 1013904223;
	return (*state >> 8) % below;
}

/* Rules of ten products each: the solver that is exact about polynomials has the longest steps. */
static const char *products(struct arena *arena)
{
	struct strbuf buf = begin(arena);
	unsigned state = 1;

	add_safety(&buf, 5);
	add_numbers(&buf, "decimal", 30);
	strbuf_add_c(&buf, "],'rules':[");
	for (int i = 0; i < 60; i++) {
		strbuf_printf(&buf, "%s{'id':'R%d','then':'%s','if':{'>':[{'+':[", i ? "," : "", i,
			      i % 2 ? "ok" : "no");
		for (int k = 0; k < 10; k++)
			strbuf_printf(&buf, "%s{'*':[{'var':'x%u'},{'var':'x%u'}]}", k ? "," : "",
				      next(&state, 30), next(&state, 30));
		strbuf_printf(&buf, "]},%u]}}", next(&state, 1000000));
	}
	strbuf_add_c(&buf, ",{'id':'E','else':true,'then':'ok'}]}");
	return buf.ptr;
}

/* Rules of what is left over of sums: the solver counts little of what it does with integers. */
static const char *remainders(struct arena *arena)
{
	static const int by[] = {2, 3, 5, 7, 11};
	struct strbuf buf = begin(arena);
	unsigned state = 1;

	add_safety(&buf, 5);
	add_numbers(&buf, "integer", 100);
	strbuf_add_c(&buf, "],'rules':[");
	for (int i = 0; i < 800; i++) {
		strbuf_printf(&buf, "{'id':'R%d','then':'%s','if':{'==':[{'%%':[{'+':[", i,
			      i % 2 ? "ok" : "no");
		for (int k = 0; k < 6; k++)
			strbuf_printf(&buf, "%s{'var':'x%u'}", k ? "," : "", next(&state, 100));
		strbuf_printf(&buf, "]},%d]},1]}},", by[next(&state, 5)]);
	}
	strbuf_add_c(&buf, "{'id':'E','else':true,'then':'ok'}]}");
	return buf.ptr;
}

/* Each derived value is rounded and part of a later one: fractions with ever longer digits. */
static const char *rounded_chain(struct arena *arena)
{
	struct strbuf buf = begin(arena);

	add_safety(&buf, 5);
	add_numbers(&buf, "decimal", 30);
	strbuf_add_c(&buf, "],'derived':[");
	for (int i = 0; i < 500; i++) {
		strbuf_printf(&buf,
			      "%s{'id':'y%d','type':'decimal','round':[2,'half_even'],'rule':",
			      i ? "," : "", i);
		if (i < 30)
			strbuf_printf(&buf, "{'*':[{'var':'x%d'},{'decimal':'0.333'}]}}", i);
		else
			strbuf_printf(&buf,
				      "{'+':[{'*':[{'var':'y%d'},{'decimal':'0.37'}]},"
				      "{'var':'y%d'}]}}",
				      i - 30, i - 29);
	}
	strbuf_add_c(&buf, "],'rules':[");
	for (int i = 0; i < 400; i++)
		strbuf_printf(&buf,
			      "{'id':'R%d','then':'%s','if':{'<':[{'+':[{'var':'y%d'},"
			      "{'var':'y%d'}]},%d]}},",
			      i, i % 2 ? "ok" : "no", i * 7 % 500, i * 13 % 500, i * 5);
	strbuf_add_c(&buf, "{'id':'E','else':true,'then':'ok'}]}");
	return buf.ptr;
}

/* As many cells of intervals as a document has room for. */
static const char *table(struct arena *arena)
{
	struct strbuf buf = begin(arena);
	unsigned state = 1;

	add_safety(&buf, 10);
	add_numbers(&buf, "integer", 8);
	strbuf_add_c(&buf, "],'decision':{'inputs':[");
	for (int i = 0; i < 8; i++)
		strbuf_printf(&buf, "%s{'id':'x%d','rule':{'var':'x%d'}}", i ? "," : "", i, i);
	strbuf_add_c(&buf, "],'rows':[");
	for (int i = 0; i < 6500; i++) {
		strbuf_printf(&buf, "%s{'id':'R%d','then':'%s','when':[", i ? "," : "", i,
			      i % 2 ? "ok" : "no");
		for (int k = 0; k < 8; k++) {
			unsigned from = next(&state, 1000);

			strbuf_printf(&buf, "%s'[%u..%u]'", k ? "," : "", from,
				      from + next(&state, 400));
		}
		strbuf_add_c(&buf, "]}");
	}
	strbuf_add_c(&buf, "]}}");
	return buf.ptr;
}

/* Sums over all rows of a group, in many rules: more terms than anything else of its size. */
static const char *sums_of_rows(struct arena *arena)
{
	struct strbuf buf = begin(arena);

	add_safety(&buf, 10);
	add_numbers(&buf, "integer", 2);
	strbuf_add_c(&buf, ",{'id':'g','type':'group','repeats':true,'max_rows':64,'items':["
			   "{'id':'c','type':'decimal','min':0,'max':1000}");
	for (int i = 0; i < 19; i++)
		strbuf_printf(&buf, ",{'id':'c%d','type':'decimal','min':0,'max':1000}", i);
	strbuf_add_c(&buf, "]}],'rules':[");
	for (int i = 0; i < 100; i++)
		strbuf_printf(
			&buf,
			"{'id':'R%d','then':'%s','if':{'<':[{'sum':['g',{'var':'c%d'}]},%d]}},", i,
			i % 2 ? "ok" : "no", i % 19, i * 10 + 5);
	strbuf_add_c(&buf, "{'id':'E','else':true,'then':'ok'}]}");
	return buf.ptr;
}

/* What the gate says, its verdicts; *effort is how the prover came to its end. */
static const char *said_of(const char *document, struct arena *arena,
			   struct screener_effort *effort)
{
	struct kit kit = kit_compile(document);
	struct prover_process process = {.document = kit.document, .limit_ms = PATIENCE_MS};
	struct screener_prover prover = prover_in_process_of_its_own(&process);
	struct screener_gate_report report;
	struct strbuf buf = strbuf_new(arena);

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	cr_assert(is_ok(screener_gate(kit.screener, kit.arena, kit.document, &prover,
				      SCREENER_GATE_EVALUATIONS, &report)));
	for (size_t i = 0; i < report.findings.n; i++)
		strbuf_printf(&buf, "%s %s\n", report.findings.list[i].code,
			      report.findings.list[i].pointer);
	for (size_t i = 0; i < report.n_questions; i++)
		strbuf_printf(&buf, "%s %s %s\n", report.questions[i].item,
			      screener_verdict_name(report.questions[i].verdict),
			      report.questions[i].answers ? report.questions[i].answers : "");
	*effort = report.effort;
	kit_free(&kit);
	return strbuf_str(&buf).ptr;
}

static void expect_end_by_steps(const char *(*make)(struct arena *))
{
	struct arena *arena = arena_new(SIZE_MAX);
	const char *document = make(arena);
	struct screener_effort effort;

	(void)said_of(document, arena, &effort);
	cr_expect_eq(effort.ending, SCREENER_SPENT, "%s", screener_ending_name(effort.ending));
	cr_expect_geq(effort.steps, PROVER_STEPS / 2);
	cr_expect_leq(effort.steps, PROVER_STEPS + PROVER_STEPS / 4);
	arena_free(&arena);
}

Test(prover_limit, of_steps_ends_rules_of_many_products)
{
	expect_end_by_steps(products);
}

Test(prover_limit, of_steps_ends_the_largest_table)
{
	expect_end_by_steps(table);
}

Test(prover_limit, of_steps_ends_sums_over_many_rows)
{
	expect_end_by_steps(sums_of_rows);
}

Test(prover_limit, of_steps_ends_rules_of_many_remainders)
{
	expect_end_by_steps(remainders);
}

Test(prover_limit, of_steps_ends_values_rounded_in_a_chain)
{
	expect_end_by_steps(rounded_chain);
}

static atomic_bool busy;

static void *burn(void *arg)
{
	while (busy)
		;
	return arg;
}

Test(prover_limit, gives_the_same_findings_and_steps_when_the_machine_is_busy)
{
	struct arena *arena = arena_new(SIZE_MAX);
	const char *document = products(arena), *idle, *loaded;
	struct screener_effort first, second;
	pthread_t threads[4];

	idle = said_of(document, arena, &first);
	busy = true;
	for (int i = 0; i < 4; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, burn, NULL), 0);
	loaded = said_of(document, arena, &second);
	busy = false;
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	cr_expect_str_eq(loaded, idle);
	cr_expect_eq(second.ending, SCREENER_SPENT);
	cr_expect_eq(second.steps, first.steps);
	arena_free(&arena);
}
