/* Decision tables and reference tables. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "kit.h"

#define TABLE(policy, rows)                                                                        \
	"{'format':'screener/1','slug':'t','locales':['en'],'items':["                             \
	"{'id':'n','type':'integer'},{'id':'d','type':'decimal'},{'id':'b','type':'boolean'},"     \
	"{'id':'t','type':'text'},{'id':'dt','type':'date'},"                                      \
	"{'id':'c','type':'choice','options':[{'code':'x'},{'code':'y'},{'code':'z'}]}],"          \
	"'outcomes':[{'id':'hit','severity':2},{'id':'miss','severity':1},"                        \
	"{'id':'unsure','severity':3}],'hit_policy':'" policy "',"                                 \
	"'decision':{'inputs':[{'id':'n','rule':{'var':'n'}},{'id':'d','rule':{'var':'d'}},"       \
	"{'id':'b','rule':{'var':'b'}},{'id':'t','rule':{'var':'t'}},"                             \
	"{'id':'dt','rule':{'var':'dt'}},{'id':'c','rule':{'var':'c'}}],'rows':[" rows "]},"       \
	"'on_unknown':'unsure'}"

/* One row with the given cells, then an else row. */
static struct kit one_row(const char *const cells[6])
{
	struct arena *arena = arena_new(1 << 16);
	struct strbuf row = strbuf_new(arena);
	static const char frame[] = TABLE("first", "@");
	struct strbuf document = strbuf_new(arena);
	struct kit kit;

	strbuf_add_c(&row, "{'id':'T1','when':[");
	for (int i = 0; i < 6; i++) {
		strbuf_add_c(&row, i ? "," : "");
		strbuf_add_json(&row, str_of(cells[i] ? cells[i] : "-"));
	}
	strbuf_add_c(&row, "],'then':'hit','reason':'r'},{'id':'T2','else':true,'then':'miss'}");
	for (const char *p = frame; *p; p++)
		if (*p == '@')
			strbuf_add_str(&document, strbuf_str(&row));
		else
			strbuf_add_char(&document, *p);
	kit = kit_compile(document.ptr);
	arena_free(&arena);
	return kit;
}

Test(decision, a_cell_is_a_unary_test_on_its_input)
{
	static const struct {
		int column;
		const char *cell, *answers, *outcome;
	} cases[] = {
		{0, "18", "{'n':18}", "hit"},
		{0, "18", "{'n':19}", "miss"},
		{0, ">=18", "{'n':18}", "hit"},
		{0, "< 18", "{'n':18}", "miss"},
		{0, "[18..65]", "{'n':65}", "hit"},
		{0, "[18..65[", "{'n':65}", "miss"},
		{0, "]18..65]", "{'n':18}", "miss"},
		{0, "(18..65)", "{'n':19}", "hit"},
		{0, "1, 2 ,[5..7]", "{'n':6}", "hit"},
		{0, "not(1,2)", "{'n':3}", "hit"},
		{0, "not(1,2)", "{'n':2}", "miss"},
		{0, "not(1,2)", "{}", "unsure"},
		{0, "-5", "{'n':-5}", "hit"},
		{0, "-", "{}", "hit"},
		{1, "[0.1..0.3]", "{'d':0.3}", "hit"},
		{1, "<=7.25", "{'d':7.2500001}", "miss"},
		{2, "true", "{'b':true}", "hit"},
		{2, "false", "{'b':true}", "miss"},
		{3, "\"a b\",\"c\"", "{'t':'a b'}", "hit"},
		{3, "not(\"a\")", "{'t':'b'}", "hit"},
		{4, ">= date(\"2026-01-31\")", "{'dt':'2026-02-01'}", "hit"},
		{4, "[date(\"2026-01-01\")..date(\"2026-01-31\")]", "{'dt':'2026-02-01'}", "miss"},
		{5, "\"x\",\"z\"", "{'c':'z'}", "hit"},
		{5, "\"x\"", "{'c':'y'}", "miss"},
		{5, "\"x\"", "{}", "unsure"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *cells[6] = {};
		struct kit kit;

		cells[cases[i].column] = cases[i].cell;
		kit = one_row(cells);
		cr_assert(kit.screener, "%s: %s", cases[i].cell, kit_findings(&kit));
		cr_expect_str_eq(kit_eval(&kit, cases[i].answers), cases[i].outcome, "%s of %s",
				 cases[i].cell, cases[i].answers);
		kit_free(&kit);
	}
}

Test(decision, a_bad_cell_is_reported_at_its_place)
{
	static const struct {
		int column;
		const char *cell, *code;
	} cases[] = {
		{0, "", "BAD_CELL"},
		{0, "1.5", "BAD_CELL"},
		{0, "x", "BAD_CELL"},
		{0, "[1..", "BAD_CELL"},
		{0, "[9..1]", "BAD_CELL"},
		{0, "[1,2]", "BAD_CELL"},
		{0, "1 2", "BAD_CELL"},
		{0, "not(1", "BAD_CELL"},
		{0, "not 1", "BAD_CELL"},
		{0, "\"1\"", "BAD_CELL"},
		{2, "yes", "BAD_CELL"},
		{3, "<\"a\"", "BAD_CELL"},
		{4, "2026-01-01", "BAD_CELL"},
		{4, "date(\"2026-13-01\")", "BAD_CELL"},
		{5, "\"w\"", "UNKNOWN_OPTION"},
		{5, "x", "BAD_CELL"},
		{0, "1,", "BAD_CELL"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *cells[6] = {};
		struct kit kit;

		cells[cases[i].column] = cases[i].cell;
		kit = one_row(cells);
		cr_expect_null(kit.screener, "'%s' compiles", cases[i].cell);
		cr_expect_str_eq(kit_findings(&kit),
				 arena_printf(kit.arena, "%s /decision/rows/0/when/%d\n",
					      cases[i].code, cases[i].column),
				 "'%s': %s", cases[i].cell, kit_findings(&kit));
		kit_free(&kit);
	}
}

#define ROW(id, n, b, then)                                                                        \
	"{'id':'" id "','when':['" n "','-','" b "','-','-','-'],'then':'" then "'}"

Test(decision, rows_are_rules_under_the_hit_policy)
{
	static const char unique[] =
		TABLE("unique", ROW("T1", "<10", "-", "hit") "," ROW("T2", ">=5", "true", "miss"));
	static const char severe[] = TABLE(
		"most_severe", ROW("T1", "<10", "-", "hit") "," ROW("T2", "-", "true", "miss"));
	struct kit kit = kit_compile(unique);

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	cr_expect_str_eq(kit_eval(&kit, "{'n':3}"), "hit");
	cr_expect(kit.result.decided, "row 2 is false whatever b is");
	cr_expect_str_eq(kit_eval(&kit, "{'n':7}"), "unsure");
	cr_expect_str_eq(kit_held(&kit), "UNDECIDED");
	cr_expect_str_eq(kit_eval(&kit, "{'n':7,'b':true}"), "unsure");
	cr_expect_str_eq(kit_held(&kit), "CONFLICT");
	kit_free(&kit);
	kit = kit_compile(severe);
	cr_expect_str_eq(kit_eval(&kit, "{'n':3}"), "hit");
	cr_expect(kit.result.decided);
	cr_expect_str_eq(kit_eval(&kit, "{'b':true}"), "unsure");
	cr_expect_str_eq(kit_eval(&kit, "{'n':10,'b':true}"), "miss");
	cr_expect_str_eq(kit_fired(&kit), "T2");
	kit_free(&kit);
}

static const char fpl[] =
	"{\"format\":\"reference-table/1\",\"name\":\"fpl\","
	"\"keys\":[{\"name\":\"region\",\"type\":\"text\"}],"
	"\"columns\":[{\"name\":\"first\",\"type\":\"integer\"},"
	"{\"name\":\"further\",\"type\":\"integer\"}],"
	"\"rows\":[{\"from\":\"2026-01-13\",\"key\":[\"US48\"],\"values\":[1596000,568000]},"
	"{\"from\":\"2025-01-15\",\"until\":\"2026-01-13\",\"key\":[\"US48\"],"
	"\"values\":[1565000,550000]},"
	"{\"from\":\"2025-01-15\",\"until\":\"2026-01-13\",\"key\":[\"AK\"],"
	"\"values\":[1955000,688000]}]}";

static struct kit with_table(const char *table, const char *as_of)
{
	struct arena *arena = arena_new(1 << 16);
	uint8_t hash[32];
	char hex[65];
	struct kit kit;

	crypto_sha256(hash, table, strlen(table));
	hex_encode(hex, hash, sizeof hash);
	kit = kit_compile_with(
		arena_printf(
			arena,
			"{'format':'screener/1','slug':'t','locales':['en'],"
			"'tables':{'fpl':{'sha256':'%s','as_of':%s}},'items':["
			"{'id':'st','type':'state','only':['TX','AK']},"
			"{'id':'income','type':'integer'},{'id':'size','type':'integer'},"
			"{'id':'applied','type':'date'}],'derived':[{'id':'region','type':'text',"
			"'rule':{'if':[{'==':[{'var':'st'},'AK']},'AK','US48']}},"
			"{'id':'line','type':'integer','rule':{'+':["
			"{'lookup':['fpl','first',{'region':{'var':'region'}}]},"
			"{'*':[{'lookup':['fpl','further',{'region':{'var':'region'}}]},"
			"{'-':[{'var':'size'},1]}]}]}},"
			"{'id':'pct','type':'decimal','round':[1,'half_up'],"
			"'rule':{'pct_of':[{'var':'income'},{'var':'line'}]}}],"
			"'outcomes':[{'id':'low','severity':1},{'id':'high','severity':2}],"
			"'hit_policy':'first','rules':[{'id':'R1','if':{'<=':["
			"{'pct_of':[{'var':'income'},{'var':'line'}]},200]},'then':'low'},"
			"{'id':'R2','else':true,'then':'high'}],'on_unknown':'high'}",
			hex, as_of),
		&table, 1);
	arena_free(&arena);
	return kit;
}

Test(reference_table, the_row_valid_at_the_date_decides_the_income_line)
{
	struct kit kit = with_table(fpl, "'session'");

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	/* $31,434: between 200 % of the 2025 and of the 2026 guideline */
	cr_expect_str_eq(kit_eval(&kit, "{'st':'TX','income':3143400,'size':1}"), "low");
	cr_expect_str_eq(kit_value(&kit, "pct"), "197");
	cr_expect_str_eq(kit_eval(&kit, "{'st':'TX','income':3192000,'size':1}"), "low");
	cr_expect_str_eq(kit_eval(&kit, "{'st':'TX','income':3192001,'size':1}"), "high");
	cr_expect_str_eq(kit_eval(&kit, "{'st':'TX','size':3}"), "high");
	cr_expect_not(kit.result.decided);
	cr_expect_str_eq(kit_value(&kit, "line"), "2732000");
	cr_expect_str_eq(kit_eval(&kit, "{'st':'AK','income':1,'size':1}"), "high");
	cr_expect_str_eq(kit_value(&kit, "line"), "!NO_ROW");
	kit_free(&kit);
	kit = with_table(fpl, "{'var':'applied'}");
	cr_expect_str_eq(
		kit_eval(&kit, "{'st':'TX','income':3143400,'size':1,'applied':'2026-01-12'}"),
		"high");
	cr_expect(kit.result.decided);
	cr_expect_str_eq(
		kit_eval(&kit, "{'st':'AK','income':3910000,'size':1,'applied':'2025-01-15'}"),
		"low");
	cr_expect_str_eq(
		kit_eval(&kit, "{'st':'AK','income':3910000,'size':1,'applied':'2025-01-14'}"),
		"high");
	cr_expect_str_eq(kit_value(&kit, "line"), "!NO_ROW");
	kit_free(&kit);
}

Test(reference_table, a_table_is_taken_by_its_hash_alone)
{
	char changed[sizeof fpl];
	struct kit kit = with_table(fpl, "'session'");
	const char *bytes = changed;

	memcpy(changed, fpl, sizeof fpl);
	strstr(changed, "1596000")[0] = '2';
	kit_free(&kit);
	kit = kit_compile_with(
		"{'format':'screener/1','slug':'t','locales':['en'],'tables':{'fpl':{'sha256':"
		"'0000000000000000000000000000000000000000000000000000000000000000'}},"
		"'items':[{'id':'b','type':'boolean'}],'outcomes':[{'id':'e','severity':1}],"
		"'hit_policy':'first','rules':[{'id':'R','else':true,'then':'e'}],'on_unknown':'e'"
		"}",
		&bytes, 1);
	cr_expect_null(kit.screener);
	cr_expect_str_eq(kit_findings(&kit), "TABLE_MISSING /tables/fpl/sha256\n"
					     "UNUSED_TABLE /tables/fpl\n");
	kit_free(&kit);
}

#define TINY(keys, rows)                                                                           \
	"{\"format\":\"reference-table/1\",\"name\":\"fpl\",\"keys\":[" keys                       \
	"],\"columns\":[{\"name\":\"first\",\"type\":\"integer\"},"                                \
	"{\"name\":\"further\",\"type\":\"integer\"}],\"rows\":[" rows "]}"
#define REGION "{\"name\":\"region\",\"type\":\"text\"}"

Test(reference_table, what_is_wrong_with_a_table_is_said)
{
	static const struct {
		const char *table, *code;
	} cases[] = {
		{"[]", "TABLE_INVALID"},
		{"{}", "TABLE_INVALID"},
		{"{\"format\":\"x\"}", "TABLE_INVALID"},
		{TINY(REGION, ""), "TABLE_INVALID"},
		{TINY("{\"name\":\"region\",\"type\":\"set\"}", ""), "TABLE_INVALID"},
		{TINY(REGION, "{\"from\":\"2025-01-01\",\"key\":[1],\"values\":[1,2]}"),
		 "TABLE_INVALID"},
		{TINY(REGION, "{\"from\":\"2025-01-01\",\"key\":[\"a\"],\"values\":[1]}"),
		 "TABLE_INVALID"},
		{TINY(REGION, "{\"from\":\"2025-01-01\",\"until\":\"2025-01-01\",\"key\":[\"a\"],"
			      "\"values\":[1,2]}"),
		 "TABLE_INVALID"},
		{TINY(REGION, "{\"from\":\"2025-01-01\",\"key\":[\"a\"],\"values\":[1,2]},"
			      "{\"from\":\"2026-01-01\",\"key\":[\"a\"],\"values\":[1,2]}"),
		 "TABLE_OVERLAP"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kit kit = with_table(cases[i].table, "'session'");

		cr_expect_null(kit.screener, "%s", cases[i].table);
		cr_expect_eq(strncmp(kit_findings(&kit), cases[i].code, strlen(cases[i].code)), 0,
			     "%s: %s", cases[i].table, kit_findings(&kit));
		kit_free(&kit);
	}
}

Test(reference_table, each_day_of_a_key_has_its_own_row)
{
	static const char table[] =
		TINY(REGION, "{\"from\":\"2020-01-01\",\"key\":[\"US48\"],\"until\":\"2020-02-01\","
			     "\"values\":[1,0]},"
			     "{\"from\":\"2020-02-01\",\"key\":[\"US48\"],\"until\":\"2020-03-01\","
			     "\"values\":[2,0]},"
			     "{\"from\":\"2020-03-02\",\"key\":[\"US48\"],\"values\":[3,0]}");
	static const char *const days[][2] = {
		{"2019-12-31", "!NO_ROW"}, {"2020-01-01", "1"},	      {"2020-01-31", "1"},
		{"2020-02-01", "2"},	   {"2020-03-01", "!NO_ROW"}, {"2020-03-02", "3"},
		{"2999-01-01", "3"},
	};
	struct kit kit = with_table(table, "{'var':'applied'}");

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
		kit_eval(&kit, arena_printf(kit.arena, "{'st':'TX','size':1,'applied':'%s'}",
					    days[i][0]));
		cr_expect_str_eq(kit_value(&kit, "line"), days[i][1], "%s", days[i][0]);
	}
	kit_free(&kit);
}

Test(reference_table, a_floor_key_takes_the_greatest_one_not_above)
{
	static const char table[] =
		TINY(REGION ",{\"name\":\"size\",\"type\":\"integer\",\"match\":\"floor\"}",
		     "{\"from\":\"2025-01-01\",\"key\":[\"a\",1],\"values\":[10,0]},"
		     "{\"from\":\"2025-01-01\",\"key\":[\"a\",5],\"values\":[50,0]},"
		     "{\"from\":\"2027-01-01\",\"key\":[\"a\",7],\"values\":[70,0]},"
		     "{\"from\":\"2025-01-01\",\"key\":[\"b\",3],\"values\":[30,0]}");
	static const struct {
		const char *answers, *expected;
	} cases[] = {{"{'n':1,'t':'a'}", "10"},
		     {"{'n':4,'t':'a'}", "10"},
		     {"{'n':5,'t':'a'}", "50"},
		     {"{'n':99,'t':'a'}", "50"},
		     {"{'n':0,'t':'a'}", "!NO_ROW"},
		     {"{'n':2,'t':'b'}", "!NO_ROW"},
		     {"{'n':3,'t':'b'}", "30"},
		     {"{'n':3,'t':'c'}", "!NO_ROW"},
		     {"{'n':3}", "null"}};
	const char *bytes = table;
	uint8_t hash[32];
	char hex[65];
	char document[1024];
	struct kit kit;

	crypto_sha256(hash, table, strlen(table));
	hex_encode(hex, hash, sizeof hash);
	snprintf(document, sizeof document,
		 "{'format':'screener/"
		 "1','slug':'t','locales':['en'],'tables':{'tab':{'sha256':'%s'}},"
		 "'items':[{'id':'n','type':'integer'},{'id':'t','type':'text'}],'derived':["
		 "{'id':'x','type':'integer','rule':{'lookup':['tab','first',"
		 "{'region':{'var':'t'},'size':{'var':'n'}}]}}],'outcomes':[{'id':'e','severity':1}"
		 "],"
		 "'hit_policy':'first','rules':[{'id':'R','else':true,'then':'e'}],'on_unknown':'e'"
		 "}",
		 hex);
	kit = kit_compile_with(document, &bytes, 1);
	cr_assert(kit.screener, "%s", kit_findings(&kit));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		kit_eval(&kit, cases[i].answers);
		cr_expect_str_eq(kit_value(&kit, "x"), cases[i].expected, "%s", cases[i].answers);
	}
	kit_free(&kit);
}
