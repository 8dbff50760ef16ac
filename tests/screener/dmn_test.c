/* DMN decision tables: the cases of the public TCK, and documents that mean harm. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>

#include "screener/exchange/dmn.h"
#include "screener/exchange/patch.h"

static struct arena *arena;

static void set_up(void)
{
	xmlInitParser();
	arena = arena_new(SIZE_MAX);
}

static void tear_down(void)
{
	arena_free(&arena);
	xmlCleanupParser();
}

TestSuite(dmn, .init = set_up, .fini = tear_down);

static bool read_file(const char *path, struct str *out)
{
	FILE *file = fopen(path, "rb");
	struct strbuf buf = strbuf_new(arena);
	char chunk[4096];
	size_t n;

	if (!file)
		return false;
	strbuf_add_c(&buf, "");
	while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
		strbuf_add(&buf, chunk, n);
	fclose(file);
	*out = strbuf_str(&buf);
	return true;
}

static const xmlNode *child(const xmlNode *node, const char *name)
{
	for (node = node->children; node; node = node->next)
		if (node->type == XML_ELEMENT_NODE && !strcmp((const char *)node->name, name))
			return node;
	return NULL;
}

static json_t *scalar(const xmlNode *value)
{
	char *text = (char *)xmlNodeGetContent(value);
	char *type = (char *)xmlGetProp(value, BAD_CAST "type");
	json_t *json = type && strstr(type, "string") ? json_string(text)
						      : json_loads(text, JSON_DECODE_ANY, NULL);

	xmlFree(text);
	xmlFree(type);
	return json ? json : json_null();
}

/* A value, a list of items, or components, as JSON. */
static json_t *expected_json(const xmlNode *node)
{
	const xmlNode *list = child(node, "list"), *value = child(node, "value");
	json_t *json;

	if (value)
		return scalar(value);
	json = list ? json_array() : json_object();
	for (const xmlNode *at = (list ? list : node)->children; at; at = at->next) {
		char *name;

		if (at->type != XML_ELEMENT_NODE)
			continue;
		name = (char *)xmlGetProp(at, BAD_CAST "name");
		if (list)
			json_array_append_new(json, expected_json(at));
		else if (name)
			json_object_set_new(json, name, expected_json(at));
		xmlFree(name);
	}
	return json;
}

static bool run_case(const struct dmn *dmn, const char *file, const xmlNode *test)
{
	json_t *inputs = json_object(), *out = NULL;
	bool good = true;

	for (const xmlNode *at = test->children; at; at = at->next) {
		char *name = (char *)xmlGetProp(at, BAD_CAST "name");

		if (at->type == XML_ELEMENT_NODE && !strcmp((const char *)at->name, "inputNode"))
			json_object_set_new(inputs, name, scalar(child(at, "value")));
		xmlFree(name);
	}
	cr_assert(is_ok(dmn_evaluate(dmn, arena, inputs, NULL, &out)));
	for (const xmlNode *at = test->children; at; at = at->next) {
		if (at->type != XML_ELEMENT_NODE ||
		    strcmp((const char *)at->name, "resultNode") != 0)
			continue;
		char *name = (char *)xmlGetProp(at, BAD_CAST "name");
		json_t *expected = expected_json(child(at, "expected"));
		json_t *got = json_object_get(json_object_get(out, "results"), name);

		if (!got || !patch_equal(got, expected)) {
			char *e = json_dumps(expected, JSON_ENCODE_ANY);
			char *g = got ? json_dumps(got, JSON_ENCODE_ANY) : NULL;

			cr_log_error("%s, %s: %s, not %s", file, name, g ? g : "nothing", e);
			free(e);
			free(g);
			good = false;
		}
		json_decref(expected);
		xmlFree(name);
	}
	json_decref(inputs);
	json_decref(out);
	return good;
}

static void run_directory(const char *root, const char *name, size_t *n, size_t *passed)
{
	struct str xml, tests;
	struct dmn *dmn = NULL;
	struct screener_findings findings;
	char *model = arena_printf(arena, "%s/%s/%s.dmn", root, name, name);
	char *path = arena_printf(arena, "%s/%s/%s-test-01.xml", root, name, name);

	if (!read_file(model, &xml) || !read_file(path, &tests))
		return;
	struct status st = dmn_load(arena, xml, &dmn, &findings);

	cr_assert(is_ok(st), "%s: %s: %s", name, reason_name(st.reason),
		  findings.n ? findings.list[0].message : "");
	xmlDoc *doc = xmlReadMemory(tests.ptr, (int)tests.len, path, NULL, XML_PARSE_NONET);

	cr_assert(doc, "%s", path);
	for (const xmlNode *at = xmlDocGetRootElement(doc)->children; at; at = at->next)
		if (at->type == XML_ELEMENT_NODE && !strcmp((const char *)at->name, "testCase")) {
			++*n;
			*passed += run_case(dmn, name, at);
		}
	xmlFreeDoc(doc);
}

Test(dmn, the_hit_policy_cases_of_the_tck_are_reproduced)
{
	const char *samples = getenv("AEGIS_SAMPLES");
	char *root = arena_printf(arena, "%s/dmn-tck", samples ? samples : "");
	DIR *dir = opendir(root);
	size_t n = 0, passed = 0, models = 0;

	if (!dir)
		cr_skip_test("no samples in %s", root);
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
		if (entry->d_name[0] == '0') {
			models++;
			run_directory(root, entry->d_name, &n, &passed);
		}
	closedir(dir);
	fprintf(stderr, "dmn tck: %zu of %zu cases of %zu models\n", passed, n, models);
	cr_expect_eq(passed, n);
	cr_expect_geq(n, 3 * models);
}

#define MODEL(body)                                                                                \
	"<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/'>" body "</definitions>"
#define INPUT(name, type)                                                                          \
	"<inputData name='" name "'><variable name='" name "' typeRef='" type "'/></inputData>"
#define COLUMN(name) "<input><inputExpression><text>" name "</text></inputExpression></input>"
#define RULE(in, out)                                                                              \
	"<rule><inputEntry><text>" in "</text></inputEntry><outputEntry><text>" out                \
	"</text></outputEntry></rule>"
#define TABLE(name, attributes, body)                                                              \
	"<decision name='" name "'><decisionTable " attributes ">" body                            \
	"</decisionTable></decision>"

static struct status load(const char *xml, struct dmn **out, struct screener_findings *findings)
{
	return dmn_load(arena, str_of(xml), out, findings);
}

static void expect_result(const char *xml, const char *inputs_text, const char *expected)
{
	struct screener_findings findings;
	struct dmn *dmn = NULL;
	json_t *inputs = json_loads(inputs_text, 0, NULL), *out = NULL;
	struct status st = load(xml, &dmn, &findings);

	cr_assert(is_ok(st), "%s", findings.n ? findings.list[0].message : reason_name(st.reason));
	cr_assert(is_ok(dmn_evaluate(dmn, arena, inputs, NULL, &out)));
	char *text = json_dumps(out, JSON_COMPACT | JSON_REAL_PRECISION(15));

	cr_expect_str_eq(text, expected, "%s", text);
	free(text);
	json_decref(inputs);
	json_decref(out);
}

Test(dmn, a_decision_may_need_another_one_written_after_it)
{
	expect_result(MODEL(INPUT("age", "number") TABLE(
			      "fee", "hitPolicy='FIRST'",
			      COLUMN("band") "<output/>" RULE("\"old\"", "1.5") RULE("-", "2.5"))
				    TABLE("band", "hitPolicy='FIRST'",
					  COLUMN("age") "<output/>" RULE("&gt;64", "\"old\"")
						  RULE("-", "\"young\""))),
		      "{\"age\":70}",
		      "{\"results\":{\"band\":\"old\",\"fee\":1.5},\"verdicts\":{\"band\":"
		      "\"decided\",\"fee\":\"decided\"},\"rows\":{\"band\":[1],\"fee\":[1]}}");
}

Test(dmn, an_input_that_is_not_given_leaves_it_undecided)
{
	const char *xml = MODEL(INPUT("age", "number") TABLE(
		"band", "", COLUMN("age") "<output/>" RULE("&gt;64", "1") RULE("&lt;=64", "2")));
	const char *undecided =
		"{\"results\":{\"band\":null},\"verdicts\":{\"band\":\"undecided\"},"
		"\"rows\":{\"band\":[1,2]}}";

	expect_result(xml, "{}", undecided);
	expect_result(xml, "{\"age\":\"70\"}", undecided);
	expect_result(xml, "{\"age\":70}",
		      "{\"results\":{\"band\":1},\"verdicts\":{\"band\":\"decided\"},\"rows\":{"
		      "\"band\":[1]}}");
}

static void expect_finding(const char *xml, const char *reason, const char *code)
{
	struct screener_findings findings;
	struct dmn *dmn = NULL;
	struct status st = load(xml, &dmn, &findings);

	cr_assert(is_failed(st), "%s was accepted", xml);
	cr_expect_str_eq(reason_name(st.reason), reason);
	cr_assert_geq(findings.n, 1);
	cr_expect_str_eq(findings.list[0].code, code, "%s", findings.list[0].message);
	cr_expect_null(dmn);
}

Test(dmn, entities_are_refused_unread)
{
	expect_finding("<!DOCTYPE d [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]><definitions>&b;"
		       "</definitions>",
		       "DMN_XML", "DMN_XML");
	expect_finding("<!DOCTYPE d SYSTEM 'file:///etc/passwd'><definitions/>", "DMN_XML",
		       "DMN_XML");
	expect_finding("<!DOCTYPE d [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><definitions>&a;"
		       "</definitions>",
		       "DMN_XML", "DMN_XML");
}

Test(dmn, what_is_no_model_is_refused)
{
	expect_finding("", "DMN_XML", "DMN_XML");
	expect_finding("<definitions>", "DMN_XML", "DMN_XML");
	expect_finding("<html/>", "DMN_XML", "DMN_XML");
}

Test(dmn, decisions_that_need_each_other_are_refused)
{
	expect_finding(MODEL(TABLE("a", "", COLUMN("b") "<output/>" RULE("-", "1"))
				     TABLE("b", "", COLUMN("a") "<output/>" RULE("-", "1"))),
		       "DMN_INVALID", "DMN_CYCLE");
}

Test(dmn, what_is_not_supported_is_named)
{
	expect_finding(MODEL(INPUT("a", "number")
				     TABLE("d", "", COLUMN("a + 1") "<output/>" RULE("-", "1"))),
		       "DMN_INVALID", "DMN_INPUT");
	expect_finding(MODEL(INPUT("a", "number") TABLE(
			       "d", "", COLUMN("a") "<output/>" RULE("&lt; today()", "1"))),
		       "DMN_INVALID", "DMN_CELL");
	expect_finding(MODEL(INPUT("a", "number")
				     TABLE("d", "", COLUMN("a") "<output/>" RULE("\"x\"", "1"))),
		       "DMN_INVALID", "DMN_CELL");
	expect_finding(MODEL(INPUT("a", "number")
				     TABLE("d", "", COLUMN("a") "<output/>" RULE("-", "a * 2"))),
		       "DMN_INVALID", "DMN_OUTPUT");
	expect_finding(MODEL(INPUT("a", "number") TABLE("d", "hitPolicy='PRIORITY'",
							COLUMN("a") "<output/>" RULE("-", "1"))),
		       "DMN_INVALID", "DMN_TABLE");
	expect_finding(MODEL(INPUT("a", "number") TABLE("d", "hitPolicy='LAST'",
							COLUMN("a") "<output/>" RULE("-", "1"))),
		       "DMN_INVALID", "DMN_HIT_POLICY");
	expect_finding(MODEL(INPUT("a", "number") TABLE(
			       "d", "", COLUMN("a") "<output/><rule><inputEntry/></rule>")),
		       "DMN_INVALID", "DMN_RULE");
}

Test(dmn, a_decision_that_is_no_table_is_left_out_with_a_warning)
{
	struct screener_findings findings;
	struct dmn *dmn = NULL;

	cr_assert(is_ok(load(MODEL("<decision name='x'><literalExpression><text>1</text>"
				   "</literalExpression></decision>"),
			     &dmn, &findings)));
	cr_assert_eq(findings.n, 1);
	cr_expect_str_eq(findings.list[0].code, "DMN_NOT_A_TABLE");
	cr_expect_eq(findings.list[0].severity, SCREENER_WARNING);
	cr_expect_str_eq(findings.list[0].pointer, "line 1");
}
