/* Documents that do not compile: every finding with its place; and hostile ones. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "kit.h"

#define HEAD	 "'format':'screener/1','slug':'d','locales':['en'],"
#define ITEMS	 "'items':[{'id':'b','type':'boolean'}],"
#define OUTCOMES "'outcomes':[{'id':'e','severity':1}],'on_unknown':'e',"
#define RULES	 "'hit_policy':'first','rules':[{'id':'R','else':true,'then':'e'}]"

static void expect_findings(const char *document, const char *expected)
{
	struct kit kit = kit_compile(document);

	cr_expect_str_eq(kit_findings(&kit), expected, "%s\n%s", document, kit_findings(&kit));
	kit_free(&kit);
}

Test(document, the_smallest_one_compiles_without_a_finding)
{
	expect_findings("{" HEAD ITEMS OUTCOMES RULES "}", "");
}

Test(document, all_that_is_missing_is_reported_at_once)
{
	expect_findings("{}",
			"MISSING_MEMBER \nMISSING_MEMBER \nMISSING_MEMBER \nMISSING_MEMBER \n"
			"MISSING_MEMBER \nMISSING_MEMBER \nMISSING_MEMBER \nMISSING_MEMBER \n");
}

Test(document, what_is_not_json_or_no_object_is_said)
{
	expect_findings("", "JSON \n");
	expect_findings("{'a':1,'a':2}", "JSON \n");
	expect_findings("[]", "WRONG_TYPE \n");
	expect_findings("{'a':\xff}", "JSON \n");
}

static const struct {
	const char *document, *findings;
} mistakes[] = {
	{"{" HEAD ITEMS OUTCOMES RULES ",'requierd':1}", "UNKNOWN_MEMBER /requierd\n"},
	{"{" HEAD ITEMS OUTCOMES RULES ",'x_note':1}", ""},
	{"{'format':'screener/2','slug':'d','locales':['en']," ITEMS OUTCOMES RULES "}",
	 "BAD_VALUE /format\nFORMAT /format\n"},
	{"{'format':'screener/1','slug':'D!','locales':['en']," ITEMS OUTCOMES RULES "}",
	 "BAD_VALUE /slug\n"},
	{"{" HEAD "'profile':'compat'," ITEMS OUTCOMES RULES "}", "BAD_VALUE /profile\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[]}", "BAD_VALUE /items\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[7]}", "WRONG_TYPE /items/0\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[{'id':'b','type':'bool'}]}",
	 "BAD_VALUE /items/0/type\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[{'id':'B','type':'boolean'}]}",
	 "BAD_VALUE /items/0/id\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[{'id':'b','type':'boolean'},{'id':'b','type':'date'}]}",
	 "DUPLICATE_ID /items/1/id\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[{'id':'b','type':'boolean','min':1}]}",
	 "UNKNOWN_MEMBER /items/0/min\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[{'id':'b','type':'integer','min':5,'max':4}]}",
	 "BAD_VALUE /items/0\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[{'id':'b','type':'integer','min':0.5}]}",
	 "BAD_VALUE /items/0/min\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[{'id':'b','type':'integer','step':0}]}",
	 "BAD_VALUE /items/0/step\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[{'id':'b','type':'date','min':'today-1X'}]}",
	 "BAD_VALUE /items/0/min\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[{'id':'b','type':'text','pattern':'(a)'}]}",
	 "BAD_PATTERN /items/0/pattern\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[{'id':'b','type':'quantity'}]}",
	 "MISSING_MEMBER /items/0\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[{'id':'b','type':'choice','options':["
	 "{'code':'a b'},{'code':'a'},{'code':'a'}]}]}",
	 "BAD_VALUE /items/0/options/0/code\nDUPLICATE_ID /items/0/options/2/code\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[{'id':'b','type':'state','only':['XX']}]}",
	 "UNKNOWN_OPTION /items/0/only/0\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[{'id':'b','type':'boolean','when_hidden':false}]}",
	 "BAD_VALUE /items/0/when_hidden\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[{'id':'b','type':'boolean'},"
	 "{'id':'c','type':'integer','show_if':{'var':'b'},'when_hidden':'none'}]}",
	 "WRONG_TYPE /items/1/when_hidden\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[{'id':'b','type':'boolean','show_if':{'var':'b'}}]}",
	 "HIDDEN_UNKNOWN /items/0/show_if/var\nCYCLE /items/0/show_if/var\n"},
	{"{" HEAD OUTCOMES RULES
	 ",'items':[{'id':'b','type':'boolean','show_if':{'var':'y'}}],'derived':["
	 "{'id':'x','type':'boolean','rule':{'var':'b'}},"
	 "{'id':'y','type':'boolean','rule':{'var':'x'}}]}",
	 "HIDDEN_UNKNOWN /derived/0/rule/var\nCYCLE /derived/0/rule/var\n"},
	{"{" HEAD OUTCOMES RULES
	 ",'items':[{'id':'b','type':'boolean'},{'id':'g','type':'group','show_if':"
	 "{'var':'c'},'items':[{'id':'c','type':'boolean'}]}]}",
	 "HIDDEN_UNKNOWN /items/1/show_if/var\nCYCLE /items/1/items/0\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[{'id':'g','type':'group','repeats':true,"
	 "'items':[{'id':'h','type':'group','items':[{'id':'c','type':'boolean'}]}]}]}",
	 "SCOPE /items/0/items/0\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[{'id':'g','type':'group','repeats':true,"
	 "'items':[{'id':'x','type':'boolean','show_if':{'var':'y'}},"
	 "{'id':'y','type':'boolean'}]}]}",
	 "SCOPE /items/0/items/0/show_if/var\n"},
	{"{" HEAD OUTCOMES RULES ",'items':[{'id':'g','type':'group','max_rows':3,"
	 "'items':[{'id':'x','type':'boolean'}]}]}",
	 "UNKNOWN_MEMBER /items/0/max_rows\n"},
	{"{" HEAD ITEMS RULES ",'outcomes':[{'id':'e','severity':101}],'on_unknown':'e'}",
	 "BAD_VALUE /outcomes/0/severity\n"},
	{"{" HEAD ITEMS RULES ",'outcomes':[{'id':'e','severity':1},{'id':'e','severity':1}],"
	 "'on_unknown':'e'}",
	 "DUPLICATE_ID /outcomes/1/id\n"},
	{"{" HEAD "'items':[{'id':'b','type':'boolean','safety':true}]," RULES
	 ",'outcomes':[{'id':'e','severity':1,'issue_code':{'class':'web','ttl':'P7D'}}],"
	 "'on_unknown':'e'}",
	 "CODE_ON_UNKNOWN /on_unknown\n"},
	{"{" HEAD ITEMS RULES ",'outcomes':[{'id':'e','severity':1},{'id':'f','severity':2,"
	 "'issue_code':{'class':'web','ttl':'P7'}}],'on_unknown':'e'}",
	 "BAD_VALUE /outcomes/1/issue_code/ttl\nNO_SAFETY /items\n"},
	{"{" HEAD ITEMS RULES ",'outcomes':[{'id':'e','severity':1,'resolvable':{'by':'b',"
	 "'to':'e'}}],'on_unknown':'zzz'}",
	 "UNKNOWN_REF /outcomes/0/resolvable/by\nUNKNOWN_REF /on_unknown\n"},
	{"{" HEAD ITEMS OUTCOMES "'hit_policy':'best','rules':[{'id':'R','else':true,"
	 "'then':'e'}]}",
	 "BAD_VALUE /hit_policy\n"},
	{"{" HEAD ITEMS OUTCOMES "'hit_policy':'first'}", "MISSING_MEMBER \n"},
	{"{" HEAD ITEMS OUTCOMES "'hit_policy':'first','rules':[{'id':'R','else':true,"
	 "'then':'e'},{'id':'R','if':{'var':'b'},'then':'f'}]}",
	 "ELSE_NOT_LAST /rules/0/else\nUNKNOWN_REF /rules/1/then\nDUPLICATE_ID /rules\n"},
	{"{" HEAD ITEMS OUTCOMES "'hit_policy':'first','rules':[{'id':'R','then':'e'}]}",
	 "MISSING_MEMBER /rules/0\n"},
	{"{" HEAD ITEMS OUTCOMES RULES ",'derived':[{'id':'b','type':'integer','rule':1}]}",
	 "DUPLICATE_ID /derived/0/id\n"},
	{"{" HEAD ITEMS OUTCOMES RULES ",'derived':[{'id':'x','type':'integer',"
	 "'round':[1,'half_up'],'rule':1}]}",
	 "BAD_VALUE /derived/0/round\n"},
	{"{" HEAD ITEMS OUTCOMES RULES ",'scores':[{'id':'s','method':'sum','items':['b','zz'],"
	 "'missing':'zero','bands':[[0,5,'low'],[5,9,'high']]}]}",
	 "BAND_OVERLAP /scores/0/bands/1\nUNKNOWN_REF /scores/0/items/1\n"},
	{"{" HEAD ITEMS OUTCOMES RULES ",'scores':[{'id':'s','method':'mean','items':['b'],"
	 "'missing':'zero'}]}",
	 "MISSING_MEMBER /scores/0\n"},
	{"{" HEAD ITEMS OUTCOMES RULES ",'constraints':[{'id':'C','that':{'var':'zz'},"
	 "'items':['yy']}]}",
	 "UNKNOWN_REF /constraints/0/items/0\nUNKNOWN_REF /constraints/0/that/var\n"},
	{"{" HEAD ITEMS OUTCOMES RULES ",'attempts':{'max':0,'window':'P1D'}}",
	 "BAD_VALUE /attempts/max\n"},
	{"{" HEAD ITEMS OUTCOMES RULES ",'i18n':{'de':{},'en':{'title':5}}}",
	 "UNKNOWN_REF /i18n/de\nWRONG_TYPE /i18n/en/title\n"},
	{"{" HEAD ITEMS OUTCOMES RULES ",'tests':[{'name':'x','answers':[],'outcome':'q'}]}",
	 "WRONG_TYPE /tests/0/answers\nUNKNOWN_REF /tests/0/outcome\n"},
	{"{" HEAD ITEMS OUTCOMES RULES ",'tables':{'a/b~c':{'sha256':'zz'}}}",
	 "BAD_VALUE /tables/a~1b~0c\nBAD_VALUE /tables/a~1b~0c/sha256\n"
	 "UNUSED_TABLE /tables/a~1b~0c\n"},
};

Test(document, each_mistake_has_its_code_and_place)
{
	for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
		expect_findings(mistakes[i].document, mistakes[i].findings);
}

Test(document, a_hidden_item_without_a_value_is_a_warning_and_stays_unknown)
{
	struct kit kit = kit_compile(
		"{" HEAD OUTCOMES "'items':[{'id':'a','type':'boolean'},{'id':'b','type':'boolean',"
		"'show_if':{'var':'a'}}],'hit_policy':'first','rules':[{'id':'R','if':{'var':'b'},"
		"'then':'e'}]}");

	cr_assert(kit.screener);
	cr_expect_str_eq(kit_findings(&kit), "HIDDEN_UNKNOWN /rules/0/if/var\n");
	kit_eval(&kit, "{'a':false,'b':true}");
	cr_expect_str_eq(kit_held(&kit), "UNDECIDED");
	kit_free(&kit);
}

Test(document, embedded_tests_are_run_and_say_what_differs)
{
	static const char document[] =
		"{" HEAD ITEMS OUTCOMES "'hit_policy':'first','rules':[{'id':'R','if':{'var':'b'},"
		"'then':'e','reason':'why'}],'tests':["
		"{'name':'good','answers':{'b':true},'outcome':'e','decided':true,'fired':['R'],"
		"'reasons':['why'],'values':{'b':true},'held':[],'next':[],'problems':[]},"
		"{'name':'bad','answers':{'b':false},'outcome':'e','decided':true,'fired':['R'],"
		"'values':{'b':true,'q':1}}]}";
	struct kit kit = kit_compile(document);
	struct screener_findings findings;
	size_t n;

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	cr_assert(is_ok(screener_run_tests(kit.screener, kit.arena, kit.document, &n, &findings)));
	cr_expect_eq(n, 2);
	kit.findings = findings;
	cr_expect_str_eq(kit_findings(&kit),
			 "TEST_FAILED /tests/1/decided\nTEST_FAILED /tests/1/fired\n"
			 "TEST_FAILED /tests/1/values/b\nUNKNOWN_REF /tests/1/values/q\n");
	kit_free(&kit);
}

Test(document, embedded_tests_read_decimals_as_they_are_written)
{
	struct kit kit = kit_compile(
		"{'format':'screener/1','slug':'s','locales':['en-US'],'items':[{'id':'d','type':"
		"'decimal','required':true}]," OUTCOMES "'hit_policy':'first','rules':[{'id':'R',"
		"'if':{'==':[{'var':'d'},{'decimal':'209.7'}]},'then':'e'}],'tests':[{'name':'t',"
		"'answers':{'d':209.7},'outcome':'e','decided':true,'values':{'d':209.7},"
		"'problems':[]}]}");
	struct screener_findings findings;
	size_t n;

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	cr_assert(is_ok(screener_run_tests(kit.screener, kit.arena, kit.document, &n, &findings)));
	kit.findings = findings;
	cr_expect_str_eq(kit_findings(&kit), "");
	kit_free(&kit);
}

/* The first JSON block of the reference page, and its tests. */
Test(document, the_example_of_the_reference_page_compiles_and_passes)
{
	const char *source = getenv("AEGIS_SOURCE");
	struct arena *arena = arena_new(1 << 20);
	static char page[1 << 17];
	struct screener_findings findings;
	char *from, *to;
	struct kit kit;
	FILE *file;
	size_t n;

	if (!source)
		cr_skip_test("AEGIS_SOURCE is not set");
	file = fopen(arena_printf(arena, "%s/libcommon/screener/FORMAT.md", source), "r");
	cr_assert(file);
	page[fread(page, 1, sizeof page - 1, file)] = '\0';
	fclose(file);
	from = strstr(page, "```json\n{\"format\":\"screener/1\"") + 8;
	to = strstr(from, "```");
	*to = '\0';
	kit = kit_compile(from);
	cr_assert(kit.screener, "%s", kit_findings(&kit));
	cr_expect_eq(kit.findings.n, 0, "%s", kit_findings(&kit));
	cr_assert(is_ok(screener_run_tests(kit.screener, kit.arena, kit.document, &n, &findings)));
	cr_expect_eq(n, 1);
	cr_expect_eq(findings.n, 0);
	kit_free(&kit);
	arena_free(&arena);
}
