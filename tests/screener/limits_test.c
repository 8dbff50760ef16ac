/* Documents and answers that are deep, huge or hostile; and that evaluation needs no heap. */
#include <criterion/criterion.h>
#include <malloc.h>
#include <stdatomic.h>

#include "kit.h"
#include "screener/findings.h"

static struct strbuf repeat(struct arena *arena, const char *s, size_t n, const char *middle,
			    const char *end)
{
	struct strbuf buf = strbuf_new(arena);

	for (size_t i = 0; i < n; i++)
		strbuf_add_c(&buf, s);
	strbuf_add_c(&buf, middle);
	for (size_t i = 0; i < n; i++)
		strbuf_add_c(&buf, end);
	return buf;
}

Test(limits, rules_may_be_nested_64_deep_and_no_deeper)
{
	struct arena *arena = arena_new(1 << 22);
	struct kit kit = kit_rule("boolean", repeat(arena, "{'!':", 63, "true", "}").ptr);

	cr_expect(kit.screener, "%s", kit_findings(&kit));
	kit_free(&kit);
	kit = kit_rule("boolean", repeat(arena, "{'!':", 64, "true", "}").ptr);
	cr_expect_null(kit.screener);
	cr_expect(strstr(kit_findings(&kit), "TOO_DEEP /derived/0/rule/!/!"));
	kit_free(&kit);
	kit = kit_rule("boolean", repeat(arena, "{'and':[", 5000, "true", "]}").ptr);
	cr_expect_null(kit.screener);
	cr_expect(strstr(kit_findings(&kit), "TOO_DEEP"));
	kit_free(&kit);
	arena_free(&arena);
}

Test(limits, all_rules_together_have_ten_thousand_nodes)
{
	struct arena *arena = arena_new(1 << 22);
	struct strbuf rule = strbuf_new(arena);
	struct kit kit;

	strbuf_add_c(&rule, "{'and':[");
	for (int i = 0; i < 12; i++) {
		strbuf_add_c(&rule, i ? ",{'or':[" : "{'or':[");
		for (int k = 0; k < 990; k++)
			strbuf_add_c(&rule, k ? ",{'var':'b'}" : "{'var':'b'}");
		strbuf_add_c(&rule, "]}");
	}
	strbuf_add_c(&rule, "]}");
	kit = kit_rule("boolean", rule.ptr);
	cr_expect_null(kit.screener);
	cr_expect_str_eq(kit_findings(&kit), "TOO_MANY /derived/0/rule\n");
	kit_free(&kit);
	/* each level uses the one below twice */
	kit = kit_rule(
		"boolean",
		repeat(arena, "{'between':[{'if':[", 20, "true,1,2", "],3]},1,2]},0,1]}").ptr);
	cr_expect_null(kit.screener);
	kit_free(&kit);
	arena_free(&arena);
}

/* Literals by the thousand, each with a unit of its own: refused before it gets slow. */
Test(limits, a_hostile_rule_is_refused_in_time)
{
	struct arena *arena = arena_new(1 << 22);
	struct strbuf rule = strbuf_new(arena);
	instant from = instant_monotonic();
	struct kit kit;

	strbuf_add_c(&rule, "{'and':[");
	for (int i = 0; i < 15000; i++)
		strbuf_printf(&rule, "%s{'==':[{'var':'q'},{'quantity':['1','u%d']}]}",
			      i == 0	      ? "{'or':["
			      : i % 1000 == 0 ? "]},{'or':["
					      : ",",
			      i);
	strbuf_add_c(&rule, "]}]}");
	kit = kit_rule("boolean", rule.ptr);
	cr_expect_null(kit.screener);
	cr_expect_eq(kit.findings.n, 1000, "the list of findings is cut");
	cr_expect_lt(instant_monotonic() - from, SECONDS(5));
	kit_free(&kit);
	arena_free(&arena);
}

Test(limits, a_document_of_more_than_one_mebibyte_is_refused)
{
	struct arena *arena = arena_new(1 << 24);
	struct kit kit = kit_compile(repeat(arena, " ", 1 << 20, "{}", "").ptr);

	cr_expect_str_eq(kit_findings(&kit), "TOO_LARGE \n");
	kit_free(&kit);
	kit = kit_compile(repeat(arena, "[", 100000, "", "]").ptr);
	cr_expect_null(kit.screener);
	kit_free(&kit);
	arena_free(&arena);
}

Test(limits, answers_that_are_no_json_too_deep_or_too_large_are_refused)
{
	struct arena *arena = arena_new(1 << 24);
	struct kit kit = kit_rule("boolean", "{'var':'b'}");
	static const char *const wrong[] = {
		"",
		"[]",
		"{",
		"{'b':}",
		"{'b':true",
		"{'b':true}}",
		"{'b':tru}",
		"{'b' true}",
		"{b:true}",
		"{'b':01}",
		"{'i':1.}",
		"{'i':-}",
		"{'t':'\\x'}",
		"{'t':'\\u12'}",
		"{'t':'\\ud800'}",
		"{'t':'\\u0000'}",
		"{'t':'\xff'}",
		"{'t':'\n'}",
		"{'b':true,}",
		"{,}",
		"nul",
		"{'zz':[1,]}",
	};

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		cr_expect_str_eq(kit_eval(&kit, wrong[i]), "ANSWERS_NOT_JSON", "%s", wrong[i]);
	cr_expect_str_eq(kit_eval(&kit, repeat(arena, "{'zz':", 65, "1", "}").ptr),
			 "ANSWERS_TOO_DEEP");
	cr_expect_str_eq(kit_eval(&kit, repeat(arena, "{'zz':", 64, "1", "}").ptr), "end");
	cr_expect_str_eq(kit_eval(&kit, repeat(arena, " ", 1 << 20, "{}", "").ptr),
			 "ANSWERS_TOO_LARGE");
	cr_expect_str_eq(kit_eval(&kit, "{'t':'\\ud83d\\ude00\\n'}"), "end");
	cr_expect_str_eq(kit_value(&kit, "t"), "\"\xf0\x9f\x98\x80\\n\"");
	kit_free(&kit);
	arena_free(&arena);
}

Test(limits, a_flood_of_unknown_items_is_listed_only_in_part)
{
	struct arena *arena = arena_new(1 << 24);
	struct kit kit = kit_rule("boolean", "{'var':'b'}");
	struct strbuf answers = strbuf_new(arena);

	for (int i = 0; i < 20000; i++)
		strbuf_printf(&answers, "%c'k%d':1", i ? ',' : '{', i);
	strbuf_add_c(&answers, "}");
	cr_expect_str_eq(kit_eval(&kit, answers.ptr), "end");
	cr_expect_eq(kit.result.n_problems, 100);
	kit_free(&kit);
	arena_free(&arena);
}

Test(limits, loops_over_rows_end_with_an_undecided_outcome)
{
	struct arena *arena = arena_new(1 << 22);
	struct strbuf document = strbuf_new(arena), answers = strbuf_new(arena);
	struct kit kit;

	strbuf_add_c(
		&document,
		"{'format':'screener/1','slug':'loop','locales':['en'],'items':["
		"{'id':'g','type':'group','repeats':true,'items':[{'id':'n','type':'integer'}]}],"
		"'outcomes':[{'id':'no','severity':1},{'id':'yes','severity':2}],"
		"'hit_policy':'most_severe','rules':[");
	for (int i = 0; i < 60; i++)
		strbuf_printf(&document,
			      "{'id':'R%d','if':{'>':[{'sum':['g',{'*':[{'var':'n'},2]}]},%d]},"
			      "'then':'yes'},",
			      i, i);
	strbuf_add_c(&document, "{'id':'E','else':true,'then':'no'}],'on_unknown':'no'}");
	kit = kit_compile(document.ptr);
	cr_assert(kit.screener, "%s", kit_findings(&kit));
	cr_expect_str_eq(kit_eval(&kit, "{'g':[{'n':1}]}"), "yes");
	cr_expect(kit.result.decided);
	for (int i = 0; i < 64; i++)
		strbuf_add_c(&answers, i ? ",{'n':1}" : "{'g':[{'n':1}");
	strbuf_add_c(&answers, "]}");
	kit_eval(&kit, answers.ptr);
	cr_expect_not(kit.result.decided);
	cr_expect(kit.result.held & SCREENER_HELD_LIMIT, "%s", kit_held(&kit));
	kit_free(&kit);
	arena_free(&arena);
}

Test(limits, a_pattern_takes_linear_time)
{
	struct arena *arena = arena_new(1 << 24);
	struct kit kit = kit_compile(
		"{'format':'screener/1','slug':'p','locales':['en'],'items':[{'id':'t',"
		"'type':'text','max_length':4000,'pattern':'a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b'}],"
		"'outcomes':[{'id':'e','severity':1}],'hit_policy':'first',"
		"'rules':[{'id':'R','else':true,'then':'e'}],'on_unknown':'e'}");
	struct strbuf text = repeat(arena, "a", 3999, "", "");
	instant from = instant_monotonic();

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	kit_eval(&kit, arena_printf(arena, "{'t':'%s'}", text.ptr));
	cr_expect_str_eq(kit_problems(&kit), "t:PATTERN");
	kit_eval(&kit, arena_printf(arena, "{'t':'%sb'}", text.ptr));
	cr_expect_str_eq(kit_problems(&kit), "");
	cr_expect_lt(instant_monotonic() - from, SECONDS(2));
	kit_free(&kit);
	arena_free(&arena);
}

/* Present where the address sanitizer is; elsewhere the C library counts. */
int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void *, size_t),
					      void (*)(const volatile void *))
	__attribute__((weak));

static atomic_long allocated;

static void count_malloc(const volatile void *p, size_t size)
{
	(void)p;
	atomic_fetch_add(&allocated, (long)size);
}

static void count_free(const volatile void *p)
{
	(void)p;
}

/* Bytes asked for so far; without the hooks, bytes in use. */
static long heap_bytes(void)
{
	return __sanitizer_install_malloc_and_free_hooks ? allocated : (long)mallinfo2().uordblks;
}

static void evaluate_once(struct kit *kit, const char *json, struct arena *arena)
{
	struct screener_answers *answers;
	struct screener_result result;
	struct strbuf trace;

	arena_reset(arena, false);
	cr_assert(is_ok(
		screener_answers_parse(kit->screener, arena, str_of(json), kit_today(), &answers)));
	screener_eval(kit->screener, answers, arena, SCREENER_FULL, &result);
	trace = strbuf_new(arena);
	screener_trace_json(&result, &trace);
}

Test(limits, an_evaluation_with_its_trace_takes_nothing_from_the_heap)
{
	struct kit kit = kit_rule("boolean", "{'and':[{'some':['g',{'>':[{'var':'ga'},17]}]},"
					     "{'<=':[{'pct_of':[{'var':'i'},{'var':'j'}]},200]}]}");
	const char *json = kit_json(kit.arena, "{'g':[{'ga':18},{}],'i':3,'j':2,'t':'a\\nb'}");
	struct arena *arena = arena_new(1 << 20);
	struct arena *probe;
	long before;

	if (__sanitizer_install_malloc_and_free_hooks)
		(void)__sanitizer_install_malloc_and_free_hooks(count_malloc, count_free);
	evaluate_once(&kit, json, arena);
	before = heap_bytes();
	probe = arena_new(1);
	cr_assert_gt(heap_bytes(), before, "allocations are not seen");
	before = heap_bytes();
	for (int i = 0; i < 100; i++)
		evaluate_once(&kit, json, arena);
	cr_expect_eq(heap_bytes(), before);
	arena_free(&probe);
	arena_free(&arena);
	kit_free(&kit);
}

Test(limits, in_a_full_list_an_error_takes_the_place_of_the_last_warning)
{
	struct arena *arena = arena_new(1 << 20);
	struct findings findings = {.arena = arena};
	const struct screener_findings *found = &findings.found;

	finding_add(&findings, NULL, SCREENER_ERROR, "FIRST", "An error.");
	for (size_t i = 1; i <= FINDINGS_MAX; i++)
		finding_add(&findings, AT_INDEX(NULL, i), SCREENER_WARNING, "WARNING", "%zu", i);
	finding_add_at(&findings, "/late", SCREENER_ERROR, "LATE", "Another error.");
	cr_assert_eq(found->n, FINDINGS_MAX);
	cr_assert_eq(found->n_errors, 2);
	cr_assert_str_eq(found->list[0].code, "FIRST");
	cr_assert_str_eq(found->list[FINDINGS_MAX - 2].pointer, "/998", "the order stays");
	cr_assert_str_eq(found->list[FINDINGS_MAX - 1].pointer, "/late");
	for (size_t i = 0; i < FINDINGS_MAX; i++)
		finding_add(&findings, NULL, SCREENER_ERROR, "MORE", "Errors only.");
	cr_assert_eq(found->n, FINDINGS_MAX);
	cr_assert_eq(found->n_errors, FINDINGS_MAX + 2);
	cr_assert_str_eq(found->list[1].code, "LATE");
	arena_free(&arena);
}
