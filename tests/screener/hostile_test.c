/* Large documents made to be slow: each must be done, or refused, in seconds even here. */
#include <criterion/criterion.h>
#include <libxml/parser.h>

#include "base/instant.h"
#include "prover/process.h"
#include "screener/exchange/dmn.h"
#include "screener/exchange/fhir.h"
#include "screener/exchange/patch.h"
#include "screener/gate/gate.h"
#include "screener/logic/compat.h"

#define PATIENCE SECONDS(20) /* under sanitizers, on a busy machine */

static struct arena *arena;
static instant started;

static void set_up(void)
{
	xmlInitParser();
	arena = arena_new(SIZE_MAX);
	started = instant_monotonic();
}

static void tear_down(void)
{
	cr_expect_lt(instant_monotonic() - started, PATIENCE);
	arena_free(&arena);
	xmlCleanupParser();
}

TestSuite(hostile, .init = set_up, .fini = tear_down);

static struct strbuf begin(const char *text)
{
	struct strbuf buf = strbuf_new(arena);

	strbuf_add_c(&buf, text);
	return buf;
}

static void add_times(struct strbuf *buf, const char *text, int n)
{
	while (n--)
		strbuf_add_c(buf, text);
}

static void import(struct strbuf *buf)
{
	struct screener_findings findings;
	json_t *document = NULL, *back = NULL;

	cr_assert_leq(buf->len, FHIR_MAX_BYTES);
	struct status st = fhir_import(arena, strbuf_str(buf), FHIR_LOSSY, &document, &findings);

	if (is_failed(st)) {
		cr_assert_str_eq(reason_name(st.reason), "FHIR_INVALID");
		return;
	}
	cr_assert(is_ok(fhir_export(arena, document, FHIR_LOSSY, &back, &findings)));
	json_decref(document);
	json_decref(back);
}

Test(hostile, thousands_of_equal_options)
{
	struct strbuf buf = begin("{\"resourceType\":\"Questionnaire\",\"item\":[{\"linkId\":\"a\","
				  "\"type\":\"choice\",\"answerOption\":[{\"valueString\":\"x\"}");

	add_times(&buf, ",{\"valueString\":\"x\"}", 40000);
	strbuf_add_c(&buf, "]}]}");
	import(&buf);
}

Test(hostile, many_questions_that_share_a_large_value_set)
{
	struct strbuf buf = begin(
		"{\"resourceType\":\"Questionnaire\",\"contained\":[{\"resourceType\":\"ValueSet\","
		"\"id\":\"v\",\"compose\":{\"include\":[{\"concept\":[{\"code\":\"x\"}");

	add_times(&buf, ",{\"code\":\"x\"}", 30000);
	strbuf_add_c(&buf, "]}]}}],\"item\":[{\"linkId\":\"a\",\"type\":\"choice\"}");
	for (int i = 0; i < 990; i++)
		strbuf_printf(&buf,
			      ",{\"linkId\":\"%d\",\"type\":\"choice\",\"answerValueSet\":\"#v\"}",
			      i);
	strbuf_add_c(&buf, "]}");
	import(&buf);
}

/* A group in rows gives its conditions to each of its children. */
Test(hostile, many_conditions_for_many_children)
{
	struct strbuf buf = begin(
		"{\"resourceType\":\"Questionnaire\",\"item\":[{\"linkId\":\"a\",\"type\":"
		"\"boolean\"},{\"linkId\":\"r\",\"type\":\"group\",\"repeats\":true,\"item\":[{"
		"\"linkId\":\"g\",\"type\":\"group\",\"enableBehavior\":\"any\",\"enableWhen\":[");
	struct screener_findings findings;
	json_t *document = NULL;

	for (int i = 0; i < 9000; i++)
		strbuf_printf(&buf,
			      "%s{\"question\":\"a\",\"operator\":\"=\",\"answerBoolean\":true}",
			      i ? "," : "");
	strbuf_add_c(&buf, "],\"item\":[{\"linkId\":\"c\",\"type\":\"boolean\"}");
	for (int i = 0; i < 900; i++)
		strbuf_printf(&buf, ",{\"linkId\":\"%d\",\"type\":\"boolean\"}", i);
	strbuf_add_c(&buf, "]}]}]}");
	cr_expect_str_eq(
		reason_name(fhir_import(arena, strbuf_str(&buf), FHIR_LOSSY, &document, &findings)
				    .reason),
		"FHIR_INVALID");
	cr_expect_str_eq(findings.list[findings.n - 1].code, "FHIR_TOO_MANY");
	cr_expect_null(document);
}

Test(hostile, a_thousand_questions_of_one_name)
{
	struct strbuf buf = begin("{\"resourceType\":\"Questionnaire\",\"item\":[{}");

	add_times(&buf, ",{\"linkId\":\"!\",\"type\":\"boolean\",\"item\":[{}]}", 20000);
	strbuf_add_c(&buf, "]}");
	import(&buf);
}

Test(hostile, a_dmn_cell_of_commas)
{
	struct strbuf buf = begin("<definitions><inputData name='a'/><decision name='d'>"
				  "<decisionTable><input><inputExpression><text>a</text>"
				  "</inputExpression></input><output/><rule><inputEntry><text>1");
	struct screener_findings findings;
	struct dmn *dmn = NULL;

	add_times(&buf, ",1", 1900000);
	strbuf_add_c(&buf, "</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
			   "</decisionTable></decision></definitions>");
	cr_expect_str_eq(reason_name(dmn_load(arena, strbuf_str(&buf), &dmn, &findings).reason),
			 "DMN_INVALID");
}

Test(hostile, a_dmn_table_of_many_rows_with_many_tests)
{
	struct strbuf buf = begin("<definitions><inputData name='a'/><decision name='d'>"
				  "<decisionTable><input><inputExpression><text>a</text>"
				  "</inputExpression></input><output/>");
	struct strbuf row = begin("<rule><inputEntry><text>1");
	struct screener_findings findings;
	struct dmn *dmn = NULL;

	for (int i = 0; i < 150; i++)
		strbuf_printf(&row, ",%d", i);
	strbuf_add_c(&row, "</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>");
	add_times(&buf, row.ptr, 4000000 / (int)row.len);
	strbuf_add_c(&buf, "</decisionTable></decision></definitions>");
	cr_expect_str_eq(reason_name(dmn_load(arena, strbuf_str(&buf), &dmn, &findings).reason),
			 "DMN_INVALID");
	cr_expect_str_eq(findings.list[0].code, "DMN_TOO_LARGE");
}

Test(hostile, two_long_arrays_without_a_common_element)
{
	json_t *a = json_array(), *b = json_array(), *patch;

	for (int i = 0; i < 50000; i++) {
		json_array_append_new(a, json_integer(i));
		json_array_append_new(b, json_integer(-i - 1));
	}
	patch = patch_diff(arena, a, b);
	cr_expect_eq(json_array_size(patch), 50000);
	json_decref(patch);
	json_decref(a);
	json_decref(b);
}

Test(hostile, long_texts_read_by_many_operations)
{
	static const char *const rules[] = {
		"{\"==\":[{\"var\":\"s\"},1]}", "{\"in\":[\"b\",{\"var\":\"s\"}]}",
		"{\"+\":[{\"var\":\"s\"},1]}",	"{\"substr\":[{\"var\":\"s\"},-1]}",
		"{\"var\":\"s.length\"}",	"{\"==\":[{\"var\":\"s\"},{\"var\":\"t\"}]}"};
	json_t *data = json_object();
	struct strbuf text = begin("");

	add_times(&text, " ", 1000000);
	json_object_set_new(data, "s", json_string(text.ptr));
	text.ptr[text.len - 1] = 'x';
	json_object_set_new(data, "t", json_string(text.ptr));
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		json_t *rule = json_array(), *out = NULL, *one = json_loads(rules[i], 0, NULL);

		for (int k = 0; k < 20000; k++)
			json_array_append(rule, one);
		struct status st = compat_apply(arena, rule, data, &out);

		cr_expect_eq(st.code, STATUS_RESOURCE_EXHAUSTED, "%s", rules[i]);
		json_decref(out);
		json_decref(one);
		json_decref(rule);
		arena_reset(arena, false);
	}
	json_decref(data);
}

/* What ends a document whose outcomes are "no", "ask" and "ok", the last with a code. */
#define OUTCOMES                                                                                   \
	"],\"hit_policy\":\"first\",\"on_unknown\":\"ask\",\"outcomes\":["                         \
	"{\"id\":\"no\",\"severity\":3},{\"id\":\"ask\",\"severity\":2},"                          \
	"{\"id\":\"ok\",\"severity\":1,\"issue_code\":{\"class\":\"r\",\"ttl\":\"P7D\"}}]}"
#define OPENING "{\"format\":\"screener/1\",\"slug\":\"x\",\"locales\":[\"en\"],\"items\":["

/* Within its budget (and one evaluation) and a call's memory, whatever the document is. */
static void publish(struct strbuf *buf)
{
	struct arena *call = arena_new(16 << 20);
	struct screener_findings findings;
	struct screener_gate_report report;
	struct screener *screener = NULL;
	struct prover_process process = {.document = strbuf_str(buf), .limit_ms = 8000};
	struct screener_prover prover = prover_in_process_of_its_own(&process);

	cr_assert(is_ok(screener_compile(arena, strbuf_str(buf), NULL, 0, &screener, &findings)));
	cr_assert(is_ok(screener_gate(screener, call, strbuf_str(buf), &prover,
				      SCREENER_GATE_EVALUATIONS, &report)));
	cr_expect_leq(report.evaluations, 2 * SCREENER_GATE_EVALUATIONS);
	cr_expect_not(arena_is_exhausted(call));
	screener_free(&screener);
	arena_free(&call);
}

/* n of a text with one number in it, from 0. */
static void add_numbered(struct strbuf *buf, const char *before, const char *after, int n)
{
	for (int i = 0; i < n; i++)
		strbuf_printf(buf, "%s%s%d%s", i ? "," : "", before, i, after);
}

Test(hostile, many_scores_of_many_options_with_many_bands)
{
	struct strbuf buf = begin(OPENING), options = begin("");

	add_numbered(&options, "{\"score\":1,\"code\":\"o", "\"}", 60);
	for (int i = 0; i < 60; i++)
		strbuf_printf(&buf,
			      "%s{\"id\":\"q%d\",\"type\":\"multi\",\"safety\":true,"
			      "\"options\":[%s]}",
			      i ? "," : "", i, options.ptr);
	strbuf_add_c(&buf, "],\"scores\":[");
	for (int i = 0; i < 50; i++) {
		strbuf_printf(&buf, "%s{\"id\":\"s%d\",\"method\":\"sum\",\"items\":[",
			      i ? "," : "", i);
		add_numbered(&buf, "\"q", "\"", 60);
		strbuf_add_c(&buf, "],\"missing\":\"unknown\",\"bands\":[");
		for (int k = 0; k < 300; k++)
			strbuf_printf(&buf, "%s[%d,%d,\"b%d\"]", k ? "," : "", k, k, k);
		strbuf_add_c(&buf, "]}");
	}
	strbuf_add_c(&buf, "],\"rules\":[");
	for (int i = 0; i < 900; i++)
		strbuf_printf(&buf,
			      "%s{\"id\":\"R%d\",\"then\":\"%s\",\"if\":{\"and\":["
			      "{\"==\":[{\"var\":\"s%d.band\"},\"b%d\"]},"
			      "{\">\":[{\"var\":\"s%d\"},%d]}]}}",
			      i ? "," : "", i, i % 2 ? "ok" : "no", i % 50, i % 300, i % 47, i);
	strbuf_add_c(&buf, OUTCOMES);
	publish(&buf);
}

Test(hostile, a_large_table_with_many_tests)
{
	struct strbuf buf = begin(OPENING "{\"id\":\"a\",\"type\":\"integer\"}],\"tests\":[");

	add_numbered(&buf, "{\"answers\":{\"a\":1},\"outcome\":\"no\",\"name\":\"t", "\"}", 200);
	strbuf_add_c(&buf, "],\"decision\":{\"inputs\":[{\"id\":\"a\",\"rule\":{\"var\":\"a\"}}],"
			   "\"rows\":[");
	add_numbered(&buf, "{\"then\":\"no\",\"when\":[\"<5\"],\"id\":\"R", "\"}", 9000);
	strbuf_add_c(&buf, "]},\"x_\":[");
	strbuf_add_c(&buf, OUTCOMES);
	publish(&buf);
}

Test(hostile, rows_of_many_children_in_many_loops)
{
	struct strbuf buf = begin(OPENING "{\"id\":\"g\",\"type\":\"group\",\"repeats\":true,"
					  "\"items\":[");

	add_numbered(&buf, "{\"type\":\"integer\",\"id\":\"x", "\"}", 900);
	strbuf_add_c(&buf, "]},");
	add_numbered(&buf, "{\"type\":\"boolean\",\"safety\":true,\"id\":\"c", "\"}", 20);
	strbuf_add_c(&buf, "],\"rules\":[");
	for (int i = 0; i < 100; i++)
		strbuf_printf(&buf,
			      "%s{\"id\":\"R%d\",\"then\":\"%s\",\"if\":{\"or\":[{\"at_least\":[2,["
			      "{\"var\":\"c%d\"},{\"var\":\"c%d\"},{\"var\":\"c%d\"}]]},"
			      "{\"<\":[{\"sum\":[\"g\",{\"var\":\"x0\"}]},%d]}]}}",
			      i ? "," : "", i, i % 2 ? "ok" : "no", i % 20, (i * 7 + 3) % 20,
			      (i * 11 + 5) % 20, i);
	strbuf_add_c(&buf,
		     "],\"tests\":[{\"name\":\"a\",\"outcome\":\"ask\",\"answers\":{\"g\":[{}");
	add_times(&buf, ",{\"x0\":1000000}", 63);
	strbuf_add_c(&buf, "]}}");
	strbuf_add_c(&buf, OUTCOMES);
	publish(&buf);
}
