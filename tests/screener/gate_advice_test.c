/* What the publish gate says about how a document is written: data/advice.json, and changes of it.
 */
#include "gate_kit.h"

static void expect_advice(const char *patch, const char *findings)
{
	struct screener_gate_report report;
	struct kit kit = kit_patched("advice.json", patch);
	const char *found = gate_of(&kit, &report);

	cr_expect_str_eq(found, findings, "%s\nfound:\n%swanted:\n%s", patch, found, findings);
	kit_free(&kit);
}

Test(gate_advice, has_nothing_to_say_about_a_careful_document)
{
	expect_advice("[]", "");
}

/* The question that resolves "ask" is now one that everybody must answer. */
#define BY_LABEL "{'op':'replace','path':'/outcomes/1/resolvable/by','value':'label_read'}"

Test(gate_advice, refuses_to_resolve_by_an_attestation_that_every_code_needs)
{
	expect_advice("[" BY_LABEL "]", "RESOLVED_BY_REQUIRED /outcomes/1/resolvable/by\n");
	expect_advice("[{'op':'add','path':'/items/2/required','value':true},"
		      "{'op':'add','path':'/tests/0/answers/doctor','value':true}]",
		      "RESOLVED_BY_REQUIRED /outcomes/1/resolvable/by\n");
	expect_advice("[{'op':'add','path':'/items/2/required','value':{'>':[{'var':'age'},100]}}]",
		      "RESOLVED_BY_REQUIRED /outcomes/1/resolvable/by\n");
}

Test(gate_advice, no_code_without_a_required_safety_attestation_that_also_resolves)
{
	struct kit kit = kit_patched("advice.json", "[" BY_LABEL "]");

	cr_expect_str_eq(kit_eval(&kit, "{'age':50}"), "ask");
	cr_expect_str_eq(kit_held(&kit), "REQUIRED,SAFETY");
	cr_expect_str_eq(kit_next(&kit), "label_read,doctor");
	cr_expect_str_eq(kit_eval(&kit, "{'age':50,'label_read':false}"), "ask");
	cr_expect_str_eq(kit_held(&kit), "REQUIRED");
	cr_expect_str_eq(kit_eval(&kit, "{'age':50,'label_read':true}"), "ok");
	kit_free(&kit);
}

Test(gate_advice, refuses_an_attestation_that_counts_as_made_while_it_is_hidden)
{
#define HIDDEN(value)                                                                              \
	"[{'op':'add','path':'/items/1/show_if','value':{'<':[{'var':'age'},100]}},"               \
	"{'op':'add','path':'/items/1/when_hidden','value':" value "}]"
	expect_advice(HIDDEN("true"), "STATEMENT_HIDDEN /items/1/when_hidden\n");
	expect_advice(HIDDEN("false"), "");
}

Test(gate_advice, refuses_a_safety_attestation_that_is_not_always_required)
{
#define OPTIONAL "STATEMENT_OPTIONAL /items/1\n"
	expect_advice("[{'op':'remove','path':'/items/1/required'}]",
		      "SAFETY_UNREAD /items/1\n" OPTIONAL);
	expect_advice(
		"[{'op':'replace','path':'/items/1/required','value':{'<':[{'var':'age'},60]}}]",
		"SAFETY_UNREAD /items/1\n" OPTIONAL);
}
