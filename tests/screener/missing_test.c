/* Which required questions an evaluation finds open. */
#include <criterion/criterion.h>

#include "kit.h"

/* c is asked after a yes to b, d is required by a rule, e resolves an outcome. */
static const char document[] =
	"{'format':'screener/1','slug':'m','locales':['en'],'items':["
	"{'id':'a','type':'integer','max':9,'required':true},{'id':'b','type':'boolean'},"
	"{'id':'c','type':'text','required':true,'show_if':{'var':'b'}},"
	"{'id':'d','type':'text','required':{'>':[{'var':'a'},5]}},"
	"{'id':'e','type':'attestation'},{'id':'f','type':'display'},"
	"{'id':'g','type':'group','show_if':{'var':'b'},'items':["
	"{'id':'h','type':'boolean','required':true}]},"
	"{'id':'rows','type':'group','repeats':true,'items':["
	"{'id':'r','type':'integer','required':true},"
	"{'id':'s','type':'boolean','required':{'>':[{'var':'r'},5]}}]}],"
	"'outcomes':[{'id':'no','severity':2,'resolvable':{'by':'e','to':'ok'}},"
	"{'id':'ok','severity':1}],'hit_policy':'first',"
	"'rules':[{'id':'R1','else':true,'then':'no'}],'on_unknown':'no'}";

static void expect_missing_of(const char *questions, const char *answers, const char *wanted)
{
	struct kit kit = kit_compile(questions);
	struct screener_problem *missing;
	struct strbuf found;
	size_t n;

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	(void)kit_eval(&kit, answers);
	found = strbuf_new(kit.arena);
	screener_missing(&kit.result, kit.arena, &missing, &n);
	for (size_t i = 0; i < n; i++) {
		strbuf_printf(&found, "%s%s", i ? "," : "", missing[i].item);
		if (missing[i].row >= 0)
			strbuf_printf(&found, "/%d", missing[i].row);
		if (strcmp(missing[i].code, "REQUIRED") != 0)
			strbuf_printf(&found, ":%s", missing[i].code);
	}
	strbuf_add_char(&found, '\0');
	cr_expect_str_eq(found.ptr, wanted, "%s", answers);
	kit_free(&kit);
}

static void expect_missing(const char *answers, const char *wanted)
{
	expect_missing_of(document, answers, wanted);
}

Test(missing, names_what_is_required_and_visible_or_may_become_so)
{
	expect_missing("{}", "a,c:PENDING,d,h:PENDING");
	expect_missing("{'a':1,'b':false}", "");
	expect_missing("{'a':6,'b':true}", "c,d,h");
	expect_missing("{'a':6,'b':true,'c':'x','d':'y','h':false}", "");
}

Test(missing, looks_into_rows)
{
	expect_missing("{'a':1,'b':false,'rows':[{'r':1},{'s':true},{'r':9}]}", "r/1,s/2");
}

Test(missing, leaves_out_what_was_answered_though_it_does_not_fit)
{
	expect_missing("{'a':99,'b':false,'d':'x'}", "");
}

Test(missing, names_an_attestation_that_resolves_only_if_everybody_must_make_it)
{
#define RESOLVED_BY(item)                                                                          \
	"{'format':'screener/1','slug':'m','locales':['en'],'items':[" item "],"                   \
	"'outcomes':[{'id':'no','severity':2,'resolvable':{'by':'e','to':'ok'}},"                  \
	"{'id':'ok','severity':1}],'hit_policy':'first',"                                          \
	"'rules':[{'id':'R1','else':true,'then':'no'}],'on_unknown':'no'}"
	expect_missing_of(RESOLVED_BY("{'id':'e','type':'attestation'}"), "{}", "");
	expect_missing_of(RESOLVED_BY("{'id':'e','type':'attestation','required':true}"), "{}",
			  "e");
}
