/* `aegisctl screener` as an operator runs it: words, lines, exit statuses. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"

struct run {
	int status;
	char out[65536];
};

static char directory[64];

static void set_up(void)
{
	snprintf(directory, sizeof directory, "/tmp/screener_command_XXXXXX");
	cr_assert(mkdtemp(directory));
}

static void tear_down(void)
{
	char command[128];

	snprintf(command, sizeof command, "rm -r %s", directory);
	cr_assert_eq(system(command), 0);
}

TestSuite(command, .init = set_up, .fini = tear_down);

static void write_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", directory, name);
	file = fopen(path, "w");
	cr_assert(file);
	fputs(text, file);
	cr_assert_eq(fclose(file), 0);
}

/* Runs `aegisctl screener <words>` in the directory, where "in" is its input if there is one. */
static struct run run(const char *words, const char *input)
{
	struct run r = {};
	char command[8192];
	FILE *pipe;

	write_file("in", input ? input : "");
	snprintf(command, sizeof command,
		 "cd %s && { %s/services/ctl/aegisctl screener %s; } < in 2>err", directory,
		 getenv("AEGIS_BUILD"), words);
	pipe = popen(command, "r");
	cr_assert(pipe);
	r.out[fread(r.out, 1, sizeof r.out - 1, pipe)] = '\0';
	r.status = WEXITSTATUS(pclose(pipe));
	return r;
}

static void expect_run(const char *words, const char *input, int status, const char *out)
{
	struct run r = run(words, input);

	cr_expect_eq(r.status, status, "%s ended with %d", words, r.status);
	cr_expect_str_eq(r.out, out, "%s printed %s", words, r.out);
}

/* Child and adult; TEXT is empty to leave the question without one. */
#define DOCUMENT_WITH(min, text)                                                                   \
	"{\"format\":\"screener/1\",\"slug\":\"s\",\"locales\":[\"en-US\"],\n"                     \
	" \"items\":[{\"id\":\"age\",\"type\":\"integer\",\"required\":true,\"min\":" min "}],\n"  \
	" \"outcomes\":[{\"id\":\"no\",\"severity\":2},{\"id\":\"ok\",\"severity\":1}],\n"         \
	" \"hit_policy\":\"first\",\"on_unknown\":\"no\",\n"                                       \
	" \"rules\":[{\"id\":\"R1\",\"if\":{\"<\":[{\"var\":\"age\"},18]},\"then\":\"no\"},"       \
	"{\"id\":\"R2\",\"else\":true,\"then\":\"ok\"}],\n"                                        \
	" \"i18n\":{\"en-US\":{\"outcome.no.title\":\"No\",\"outcome.ok.title\":\"Yes\","          \
	"\"item.age.text\":\"" text "\"}},\n"                                                      \
	" \"tests\":[{\"name\":\"t\",\"answers\":{\"age\":20},\"outcome\":\"ok\"},"                \
	"{\"name\":\"u\",\"answers\":{\"age\":17},\"outcome\":\"no\"}]}"
#define DOCUMENT(min) DOCUMENT_WITH(min, "How old are you?")

Test(command, strict_rules_know_the_unknown)
{
	expect_run(
		"rule",
		"{\"rule\":{\"<=\":[{\"var\":\"income\"},31300]},\"data\":{}}\n"
		"{\"rule\":{\"+\":[{\"var\":\"a\"},0.1]},\"data\":{\"a\":0.2}}\n\n"
		"{\"rule\":{\"and\":[{\"var\":\"a\"},{\"var\":\"b\"}]},\"data\":{\"a\":false}}\n"
		"{\"rule\":{\"age_at\":[{\"var\":\"born\"},{\"date\":\"2026-01-01\"}]},\"data\":{"
		"\"born\":\"1971-03-09\"}}\n"
		"{\"rule\":{\"==\":[{\"var\":\"s\"},\"2026-01-01\"]},\"data\":{\"s\":\"2026-01-"
		"01\"}}\n"
		"{\"rule\":{\"sum\":[\"kids\",{\"var\":\"age\"}]},\"data\":{\"kids\":[{\"age\":3},{"
		"\"age\":4}]}}\n"
		"{\"rule\":{\"some\":[\"m\",[\"x\",\"q\"]]},\"data\":{\"m\":[\"x\",\"y\"]}}\n",
		0,
		"{\"result\":null}\n{\"result\":0.3}\n{\"result\":false}\n{\"result\":54}\n"
		"{\"result\":true}\n{\"result\":7}\n{\"result\":true}\n");
}

Test(command, a_line_that_fails_is_an_error_and_the_next_one_is_still_read)
{
	expect_run(
		"rule",
		"{\"rule\":{\"/"
		"\":[1,{\"var\":\"z\"}]},\"data\":{\"z\":0}}\nnonsense\n{\"data\":1}\n"
		"{\"rule\":{\"frob\":1}}\n{\"rule\":true}\n",
		1,
		"{\"error\":\"DIVISION\"}\n{\"error\":\"LINE_NOT_JSON\"}\n"
		"{\"error\":\"LINE_WITHOUT_RULE\"}\n"
		"{\"error\":\"RULE_INVALID\",\"message\":\"There is no operator \\\"frob\\\".\"}\n"
		"{\"result\":true}\n");
}

Test(command, compat_rules_answer_as_javascript)
{
	expect_run("rule --profile compat",
		   "{\"rule\":{\"<=\":[{\"var\":\"income\"},31300]},\"data\":{}}\n"
		   "{\"rule\":{\"+\":[0.1,0.2]}}\n",
		   0, "{\"result\":true}\n{\"result\":0.30000000000000004}\n");
	cr_expect_eq(run("rule --profile loose", "").status, 2);
}

Test(command, check_runs_the_embedded_tests)
{
	write_file("good.json", DOCUMENT("0"));
	write_file("bad.json", DOCUMENT("30"));
	cr_expect_eq(run("check good.json", NULL).status, 0);

	struct run bad = run("check bad.json", NULL), json = run("check bad.json --json", NULL);

	cr_expect_eq(bad.status, 1);
	cr_expect(strstr(bad.out, "/tests/0"), "%s", bad.out);
	cr_expect(strstr(bad.out, "^^^"), "%s", bad.out);
	json_t *parsed = json_loads(json.out, 0, NULL);

	cr_assert(parsed, "%s", json.out);
	cr_expect(json_is_false(json_object_get(parsed, "valid")));
	cr_expect_geq(json_array_size(json_object_get(parsed, "findings")), 1);
	json_decref(parsed);
	cr_expect_eq(run("check missing.json", NULL).status, 1);
	cr_expect_eq(run("check", NULL).status, 2);
	cr_expect_eq(run("check good.json --wrong", NULL).status, 2);
	cr_expect_eq(run("check --help", NULL).status, 0);
}

Test(command, check_holds_a_document_against_the_publish_gate)
{
	write_file("silent.json", DOCUMENT_WITH("0", ""));
	struct run r = run("check silent.json", NULL);

	cr_expect_eq(r.status, 1);
	cr_expect(strstr(r.out, "/i18n/en-US/item.age.text"), "%s", r.out);
	cr_expect(strstr(r.out, "[TEXT_MISSING]"), "%s", r.out);
	cr_expect(strstr(r.out, "1 error, 1 finding"), "%s", r.out);
}

Test(command, check_lists_boundaries_and_the_verdict_on_safety)
{
	write_file("good.json", DOCUMENT("0"));
	struct run r = run("check good.json --json", NULL), text = run("check good.json", NULL);
	json_t *json = json_loads(r.out, 0, NULL), *boundaries;

	cr_assert(json, "%s", r.out);
	boundaries = json_object_get(json, "boundaries");
	cr_assert_eq(json_array_size(boundaries), 3);
	cr_expect_str_eq(json_string_value(json_object_get(json_array_get(boundaries, 0), "side")),
			 "below");
	cr_expect_str_eq(
		json_string_value(json_object_get(json_array_get(boundaries, 0), "outcome")), "no");
	cr_expect_str_eq(
		json_string_value(json_object_get(json_object_get(json, "safety"), "verdict")),
		"proven");
	json_decref(json);
	cr_expect(strstr(text.out, "3 boundary tests at 1 of 1 comparison"), "%s", text.out);
}

Test(command, findings_point_at_the_line_and_column)
{
	write_file("d.json",
		   "{\"format\":\"screener/1\",\"slug\":\"s\",\"locales\":[\"en-US\"],\n"
		   " \"items\":[{\"id\":\"a\",\"type\":\"boolean\"}],\n"
		   " \"outcomes\":[{\"id\":\"no\",\"severity\":1}],\"hit_policy\":\"first\",\n"
		   " \"rules\":[{\"id\":\"R\",\"if\":{\"var\":\"zzz\"},\"then\":\"no\"}],"
		   "\"on_unknown\":\"no\"}");
	struct run r = run("check d.json", NULL);

	cr_expect_eq(r.status, 1);
	const char *line = strstr(r.out, "     4 | ");

	cr_assert(line, "%s", r.out);
	const char *carets = strchr(line, '\n') + 1;

	cr_expect_eq(strstr(line, "\"zzz\"") - line, strstr(carets, "^^^^^\n") - carets, "%s",
		     r.out);
}

Test(command, eval_says_the_outcome_and_what_to_ask)
{
	write_file("d.json", DOCUMENT("0"));
	expect_run("eval d.json --json", "{\"age\":20}", 0,
		   "{\"outcome\":\"ok\",\"decided\":true,\"held\":[],\"reasons\":[],\"next\":[],"
		   "\"progress\":[1,1]}\n");
	expect_run("eval d.json", "{}", 1,
		   "outcome   no (not decided)\nheld      UNDECIDED\nnext      age\n"
		   "answered  0 of 1\n");
	struct run first = run("eval d.json --trace --date 2026-03-01", "{\"age\":20}");
	struct run again = run("eval d.json --trace --date 2026-03-01", "{\"age\":20}");

	cr_expect_str_eq(first.out, again.out);
	cr_expect(strstr(first.out, "\"as_of\":\"2026-03-01\""));
	cr_expect_eq(run("eval d.json --date 2026-02-30", "{}").status, 2);
	cr_expect_eq(run("eval d.json", "not json").status, 1);
}

Test(command, diff_tells_whether_anything_changed)
{
	write_file("a.json", DOCUMENT("0"));
	write_file("b.json", DOCUMENT("12"));
	expect_run("diff a.json a.json", NULL, 0, "");
	expect_run("diff a.json b.json", NULL, 1, "~ /items/0/min 12\n");
	expect_run("diff a.json b.json --json", NULL, 1,
		   "[{\"op\":\"replace\",\"path\":\"/items/0/min\",\"value\":12}]\n");
}

Test(command, diff_shows_what_a_change_does_to_stored_answers)
{
	write_file("a.json", DOCUMENT("0"));
	write_file("b.json", DOCUMENT("30"));
	write_file("answers", "{\"age\":20}\n{\"age\":40}\nx\n{\"age\":12}\n");
	expect_run("diff a.json b.json --answers answers", NULL, 1,
		   "~ /items/0/min 30\nline 1: ok -> no (not decided)\n"
		   "line 4: no -> no (not decided)\n"
		   "2 of 4 inputs end differently, 1 could not be read\n");
	expect_run("diff a.json a.json --answers answers --json", NULL, 0,
		   "{\"patch\":[],\"impact\":{\"inputs\":4,\"unread\":1,\"changed\":[]}}\n");
}

Test(command, canon_prints_the_canonical_bytes)
{
	write_file("a.json", "{ \"b\": 1.0, \"a\": [] }");
	expect_run("canon a.json", NULL, 0, "{\"a\":[],\"b\":1}");
	expect_run(
		"canon a.json --json", NULL, 0,
		"{\"sha256\":\"1c8f8816506a8ccbc55140d8a7bb70214a8942c7030fc0fc2914cec675cd1c15\","
		"\"bytes\":14}\n");
	write_file("a.json", "{");
	expect_run("canon a.json", NULL, 1, "");
	expect_run("canon a.json 2>&1", NULL, 1,
		   "a.json: error: This is not JSON, or names a member twice. [CANON_JSON]\n");
}

Test(command, a_screener_goes_to_fhir_and_back)
{
	write_file("a.json", DOCUMENT("0"));
	cr_expect_eq(run("export-fhir a.json > q.json", NULL).status, 0);
	cr_expect_eq(run("import-fhir q.json > b.json", NULL).status, 0);
	expect_run("diff a.json b.json", NULL, 0, "");
	struct run response = run("eval a.json --fhir", "{\"age\":20}");

	cr_expect_eq(response.status, 0);
	cr_expect(strstr(response.out, "\"valueInteger\": 20"), "%s", response.out);
}

Test(command, an_import_that_loses_conditions_prints_nothing_unless_lossy)
{
	write_file("q.json", "{\"resourceType\":\"Questionnaire\",\"item\":[{\"linkId\":\"a\","
			     "\"type\":\"boolean\","
			     "\"enableWhen\":[{\"question\":\"z\",\"operator\":\"=\","
			     "\"answerBoolean\":true}]}]}");
	expect_run("import-fhir q.json", NULL, 1, "");
	struct run refused = run("import-fhir q.json --json", NULL);

	cr_expect_eq(refused.status, 1);
	cr_expect(strstr(refused.out, "{\"document\":null,\"findings\":[{\"pointer\":\"/item/0/"
				      "enableWhen/0\",\"code\":\"FHIR_ENABLE_WHEN\",\"severity\":"
				      "\"error\""),
		  "%s", refused.out);
	struct run lossy = run("import-fhir q.json --lossy", NULL);

	cr_expect_eq(lossy.status, 0);
	cr_expect(strstr(lossy.out, "\"id\": \"a\""), "%s", lossy.out);
	cr_expect_not(strstr(lossy.out, "show_if"), "%s", lossy.out);
}

Test(command, an_export_that_would_ask_everyone_prints_nothing_unless_lossy)
{
	write_file(
		"a.json",
		"{\"format\":\"screener/"
		"1\",\"slug\":\"s\",\"locales\":[\"en-US\"],\"items\":[{\"id\":"
		"\"d\",\"type\":\"date\"},{\"id\":\"a\",\"type\":\"boolean\",\"show_if\":{\">\":[{"
		"\"age_at\":[{\"var\":\"d\"}]},17]}}]}");
	expect_run("export-fhir a.json", NULL, 1, "");
	cr_expect_eq(run("export-fhir a.json --lossy", NULL).status, 0);
}

/* A decision that is no table is left out: who asked for all, or for it, has no result. */
Test(command, dmn_fails_when_a_decision_asked_for_has_no_result)
{
	write_file(
		"m.dmn",
		"<definitions><inputData name='a'><variable name='a' typeRef='number'/></inputData>"
		"<decision name='d'><decisionTable "
		"hitPolicy='FIRST'><input><inputExpression><text>a"
		"</text></inputExpression></input><output/><rule><inputEntry><text>&gt;1</text>"
		"</inputEntry><outputEntry><text>1</text></outputEntry></rule></decisionTable>"
		"</decision><decision name='e'><literalExpression><text>a + 1</text>"
		"</literalExpression></decision></definitions>");
#define DECIDED "{\"results\":{\"d\":1},\"verdicts\":{\"d\":\"decided\"},\"rows\":{\"d\":[1]}}\n"
	expect_run("dmn m.dmn", "{\"a\":2}\n", 1, DECIDED);
	expect_run("dmn m.dmn --decision d", "{\"a\":2}\n", 0, DECIDED);
	expect_run("dmn m.dmn --decision d", "{}\n", 1,
		   "{\"results\":{\"d\":null},\"verdicts\":{\"d\":\"undecided\"},\"rows\":{\"d\":["
		   "1]}}\n");
	expect_run("dmn m.dmn --decision d", "{\"a\":1}\n", 0,
		   "{\"results\":{\"d\":null},\"verdicts\":{\"d\":\"no "
		   "match\"},\"rows\":{\"d\":[]}}\n");
	expect_run("dmn m.dmn --decision e", "{\"a\":2}\n", 1,
		   "{\"results\":{},\"verdicts\":{},\"rows\":{}}\n");
	expect_run("dmn m.dmn --decision f", "{\"a\":2}\n", 1, "");
	expect_run("dmn m.dmn --decision f 2>&1", "{\"a\":2}\n", 1,
		   "m.dmn line 1: warning: Decision 'e' is no decision table and is left out. "
		   "[DMN_NOT_A_TABLE]\nm.dmn: error: there is no decision 'f'\n");
}

Test(command, dmn_answers_line_by_line)
{
	write_file(
		"m.dmn",
		"<definitions><inputData name='a'><variable name='a' typeRef='number'/></inputData>"
		"<decision name='d'><decisionTable "
		"hitPolicy='FIRST'><input><inputExpression><text>a"
		"</text></inputExpression></input><output/><rule><inputEntry><text>&gt;1</text>"
		"</inputEntry><outputEntry><text>98.83</text></outputEntry></rule></decisionTable>"
		"</decision></definitions>");
	expect_run("dmn m.dmn", "{\"a\":2}\n{}\n[]\n", 1,
		   "{\"results\":{\"d\":98.83},\"verdicts\":{\"d\":\"decided\"},\"rows\":{\"d\":[1]"
		   "}}\n"
		   "{\"results\":{\"d\":null},\"verdicts\":{\"d\":\"undecided\"},\"rows\":{\"d\":["
		   "1]}}\n"
		   "{\"error\":\"DMN_INPUTS\"}\n");
	write_file("m.dmn", "<!DOCTYPE x><definitions/>");
	cr_expect_eq(run("dmn m.dmn", "{}\n").status, 1);
}
