#pragma once

/* What the tests of the publish gate share: documents, and what the gate finds in them. */
#include <criterion/criterion.h>

#include "kit.h"
#include "prover/prover.h"
#include "screener/gate/gate.h"

/* "CODE /pointer\n" for each finding of the gate. */
static inline const char *gate_of(struct kit *kit, struct screener_gate_report *report)
{
	struct strbuf buf = strbuf_new(kit->arena);

	cr_assert(kit->screener, "%s", kit_findings(kit));
	cr_assert(is_ok(screener_gate(kit->screener, kit->arena, kit->document, &prover_in_process,
				      SCREENER_GATE_EVALUATIONS, report)));
	for (size_t i = 0; i < report->findings.n; i++)
		strbuf_printf(&buf, "%s %s\n", report->findings.list[i].code,
			      report->findings.list[i].pointer);
	return buf.len ? buf.ptr : "";
}

static inline void expect_gate(const char *document, const char *findings)
{
	struct screener_gate_report report;
	struct kit kit = kit_compile(document);
	const char *found = gate_of(&kit, &report);

	cr_expect_str_eq(found, findings, "found:\n%swanted:\n%s", found, findings);
	kit_free(&kit);
}

/* A question of age, outcomes no and ok, and what a case puts in between. */
#define AGE_WITH(policy, rules, texts, tests)                                                      \
	"{'format':'screener/1','slug':'s','locales':['en-US','es-US'],'items':["                  \
	"{'id':'age','type':'integer','min':0,'max':120}],"                                        \
	"'outcomes':[{'id':'no','severity':2},{'id':'ok','severity':1}],'hit_policy':'" policy     \
	"','rules':[" rules "],'on_unknown':'no','i18n':{'en-US':{" texts                          \
	"'item.age.text':'Age?','outcome.no.title':'No','outcome.ok.title':'Yes'},'es-US':{" texts \
	"'item.age.text':'Edad','outcome.no.title':'No','outcome.ok.title':'Si'}}," tests "}"
#define CHILD	"{'id':'R1','if':{'<':[{'var':'age'},18]},'then':'no'}"
#define ADULT	"{'id':'R2','else':true,'then':'ok'}"
#define TEST_NO "{'name':'n','answers':{'age':17},'outcome':'no'}"
#define TEST_OK "{'name':'y','answers':{'age':18},'outcome':'ok'}"
#define TESTED	"'tests':[" TEST_NO "," TEST_OK "]"
