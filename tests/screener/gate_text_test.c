/* Texts at publication: what nobody can see, what shows another order, what nothing shows. */
#include <stdio.h>

#include "gate_kit.h"

static void expect_texts(const char *patch, const char *findings)
{
	struct screener_gate_report report;
	struct kit kit = kit_patched("advice.json", patch);
	const char *found = gate_of(&kit, &report);

	cr_expect_str_eq(found, findings, "%s\nfound:\n%swanted:\n%s", patch, found, findings);
	kit_free(&kit);
}

static void expect_of_text(const char *text, enum screener_severity severity, const char *code)
{
	char patch[400];
	struct screener_gate_report report;
	struct kit kit;

	snprintf(patch, sizeof patch,
		 "[{'op':'replace','path':'/i18n/en-US/item.age.text','value':'%s'}]", text);
	kit = kit_patched("advice.json", patch);
	if (!code) {
		cr_expect_str_eq(gate_of(&kit, &report), "", "%s", text);
	} else {
		(void)gate_of(&kit, &report);
		cr_assert_eq(report.findings.n, 1, "%s has %zu findings", text, report.findings.n);
		cr_expect_str_eq(report.findings.list[0].code, code, "%s", text);
		cr_expect_eq(report.findings.list[0].severity, severity, "%s", text);
		cr_expect_str_eq(report.findings.list[0].pointer, "/i18n/en-US/item.age.text");
	}
	kit_free(&kit);
}

Test(gate_text, a_text_that_nobody_can_see_is_a_missing_translation)
{
	static const char *const blank[] = {"",
					    " ",
					    "\\u00a0\\u2003",
					    "\\u200b\\u200d\\ufeff",
					    "\\u00ad",
					    "\\u3164\\u2800",
					    "\\n\\t"};

	for (size_t i = 0; i < sizeof blank / sizeof *blank; i++)
		expect_of_text(blank[i], SCREENER_ERROR, "TEXT_MISSING");
	expect_texts(
		"[{'op':'replace','path':'/i18n/en-US/item.age.text','value':'\\u202e\\u202c'}]",
		"TEXT_MISSING /i18n/en-US/item.age.text\n"
		"TEXT_CONTROL /i18n/en-US/item.age.text\n");
}

Test(gate_text, controls_that_reorder_a_text_are_refused_and_safe_marks_are_flagged)
{
	static const char *const refused[] = {"Do \\u202enot\\u202c", "\\u202aAge",
					      "Age \\u2067open",      "Age \\u2069",
					      "Age\\u0007",	      "\\u2066a\\u2066b\\u2069"};
	static const char *const flagged[] = {"\\u200eAge", "Age\\u200f", "\\u061cAge",
					      "Take \\u2068X\\u2069 now"};
	static const char *const plain[] = {"Age\\nin years\\t?", "\\u00bfEdad?",
					    "\\u0627\\u0644\\u0639\\u0645\\u0631",
					    "\\ud83d\\udc69\\u200d\\u2695\\ufe0f"};

	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		expect_of_text(refused[i], SCREENER_ERROR, "TEXT_CONTROL");
	for (size_t i = 0; i < sizeof flagged / sizeof *flagged; i++)
		expect_of_text(flagged[i], SCREENER_WARNING, "TEXT_CONTROL");
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		expect_of_text(plain[i], SCREENER_WARNING, NULL);
}

Test(gate_text, a_text_that_nothing_shows_is_found)
{
	static const char *const unused[] = {
		"item.agee.text", "item.age.txt",  "item.age.option.F", "outcome.ok.help",
		"reason.young",	  "constraint.C1", "score.s.band.low",	"Title"};
	static const char *const used[] = {"item.age.help", "outcome.ok.text", "x_note", "title"};
	char patch[200], finding[200];

	for (size_t i = 0; i < sizeof unused / sizeof *unused; i++) {
		snprintf(patch, sizeof patch, "[{'op':'add','path':'/i18n/en-US/%s','value':'?'}]",
			 unused[i]);
		snprintf(finding, sizeof finding, "UNUSED_TEXT /i18n/en-US/%s\n", unused[i]);
		expect_texts(patch, finding);
	}
	for (size_t i = 0; i < sizeof used / sizeof *used; i++) {
		snprintf(patch, sizeof patch, "[{'op':'add','path':'/i18n/en-US/%s','value':'?'}]",
			 used[i]);
		expect_texts(patch, "");
	}
}
