/* Free text of an open choice: data/open_choice.json, where warfarin and St. John's wort are no. */
#include "base/utf8.h"
#include "gate_kit.h"
#include "random_json.h"

struct free_text {
	const char *text; /* of the answer {"med":{"other":text}} */
	const char *value, *outcome;
};

static void expect_texts(const struct free_text *texts)
{
	struct kit kit = kit_patched("open_choice.json", "[]");

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	for (; texts->text; texts++) {
		const char *answers =
			arena_printf(kit.arena, "{'med':{'other':'%s'}}", texts->text);
		const char *outcome = kit_eval(&kit, answers);

		cr_expect_str_eq(outcome, texts->outcome, "%s gives %s", texts->text, outcome);
		cr_expect_str_eq(kit_value(&kit, "med"), texts->value, "%s is %s", texts->text,
				 kit_value(&kit, "med"));
		cr_expect_str_eq(kit_problems(&kit), "");
	}
	kit_free(&kit);
}

Test(open_choice, free_text_that_names_an_option_is_that_option)
{
#define WARFARIN "\"warfarin\"", "no"
#define ST_JOHNS "\"st_johns\"", "no"
	static const struct free_text texts[] = {
		{"warfarin", WARFARIN},
		{"Warfarin", WARFARIN},
		{" warfarin\\u00a0", WARFARIN},
		{"war\\u200bfarin", WARFARIN},
		{"\\u202ewarfarin\\u202c", WARFARIN},
		{"\\uff37\\uff41\\uff32\\uff46\\uff41\\uff52\\uff49\\uff4e",
		 WARFARIN}, /* full width */
		{"WARFARIN  (coumadin)", WARFARIN},
		{"warfarina", WARFARIN},
		{"ST. JOHN\\u2019S\\tWORT", ST_JOHNS},
		{"hierba  de san juan", ST_JOHNS},
		{"NONE", "\"none\"", "ok"},
		{"ninguno", "\"none\"", "ok"},
		{"warfarin 5 mg", "\"warfarin 5 mg\"", "ok"},
		{},
	};

	expect_texts(texts);
}

Test(open_choice, blank_free_text_is_no_answer)
{
	static const struct free_text blank[] = {
		{"", "null", "ask"},
		{" \\t\\n", "null", "ask"},
		{"\\u00a0\\u2003\\u3000", "null", "ask"},
		{"\\u200b\\u2060\\ufeff", "null", "ask"},
		{"\\u202e\\u2066\\u2069", "null", "ask"},
		{"\\u0001", "null", "ask"},
		{"\\u3164\\u2800", "null", "ask"},
		{},
	};

	expect_texts(blank);
}

Test(open_choice, free_text_of_several_options_is_refused)
{
	struct screener_gate_report report;
	struct kit kit =
		kit_patched("open_choice.json", "[{'op':'replace','value':'Warfarin','path':"
						"'/i18n/es-US/item.med.option.none'}]");

	cr_expect_str_eq(kit_eval(&kit, "{'med':{'other':'WARFARIN'}}"), "ask");
	cr_expect_str_eq(kit_problems(&kit), "med:OPTION");
	/* The code of an option, letter by letter, is never in doubt. */
	cr_expect_str_eq(kit_eval(&kit, "{'med':{'other':'warfarin'}}"), "no");
	cr_expect(strstr(gate_of(&kit, &report), "OPTION_AMBIGUOUS /items/0\n"));
	kit_free(&kit);
}

static void expect_found(const char *patch, const char *findings)
{
	struct screener_gate_report report;
	struct kit kit = kit_patched("open_choice.json", patch);
	const char *found = gate_of(&kit, &report);

	cr_expect_str_eq(found, findings, "found:\n%swanted:\n%s", found, findings);
	kit_free(&kit);
}

/* Any text that names none of the options asks the doctor. */
#define DECIDES                                                                                    \
	"[{'op':'add','path':'/rules/1','value':{'id':'R2','then':'ask','if':"                     \
	"{'!':{'in':[{'var':'med'},['warfarin','st_johns','none']]}}}},"                           \
	"{'op':'add','path':'/tests/3','value':{'name':'other','outcome':'ask',"                   \
	"'answers':{'med':{'other':'Rat poison'}}}}]"

Test(open_choice, the_gate_warns_of_free_text_of_a_safety_question_that_can_end_in_a_code)
{
	expect_found("[]", "FREE_TEXT_CODE /items/0\n");
	expect_found("[{'op':'replace','path':'/items/0/safety','value':false}]", "");
	expect_found(DECIDES, "");
}

Test(open_choice, the_gate_warns_of_free_text_in_rows)
{
	/* The question moves into a repeating group. */
	static const char rows[] =
		"[{'op':'add','path':'/items/0','value':{'id':'meds','type':'group','repeats':true,"
		"'required':true,'items':[]}},{'op':'move','from':'/items/1','path':"
		"'/items/0/items/0'},{'op':'replace','path':'/rules/0/if','value':"
		"{'some':['meds',{'==':[{'var':'med'},'warfarin']}]}},"
		"{'op':'replace','path':'/tests/0/answers','value':{'meds':[{'med':'none'}]}},"
		"{'op':'replace','path':'/tests/1/answers','value':{'meds':[{'med':'warfarin'}]}}]";

	expect_found(rows, "FREE_TEXT_CODE /items/0/items/0\n");
}

Test(open_choice, the_gate_warns_of_a_text_question_that_rules_compare)
{
	/* The same question, as a text. */
	static const char as_text[] = "[{'op':'replace','path':'/items/0/type','value':'text'},"
				      "{'op':'remove','path':'/items/0/options'},"
				      "{'op':'replace','path':'/rules/0/if','value':"
				      "{'==':[{'var':'med'},'warfarin']}}]";
	struct screener_gate_report report;
	struct kit kit = kit_patched("open_choice.json", as_text);

	cr_expect(strstr(gate_of(&kit, &report), "FREE_TEXT_CODE /items/0\n"));
	kit_free(&kit);
}

/* A letter or a space in another form, with something invisible before it now and then. */
static void put_disguised(struct strbuf *buf, struct dice *dice, char c)
{
	static const uint32_t spaces[] = {' ', '\t', 0xa0, 0x2003, 0x3000, 0x2028};
	static const uint32_t invisible[] = {0xad, 0x200b, 0x200d, 0x2060, 0x202e, 0xfe0f, 0xfeff};
	uint32_t code_point = (uint32_t)c;
	char utf8[4];

	if (dice_roll(dice, 4) == 0)
		strbuf_add(buf, utf8, utf8_put(utf8, invisible[dice_roll(dice, 7)]));
	if (c == ' ')
		code_point = spaces[dice_roll(dice, 6)];
	else if (dice_roll(dice, 2))
		code_point -= 'a' - 'A';
	if (c != ' ' && dice_roll(dice, 3) == 0)
		code_point += 0xfee0; /* the full width form */
	strbuf_add(buf, utf8, utf8_put(utf8, code_point));
}

static const char *disguised(struct arena *arena, struct dice *dice, const char *label)
{
	struct strbuf text = strbuf_new(arena), json = strbuf_new(arena);

	for (uint64_t i = dice_roll(dice, 3); i > 0; i--)
		put_disguised(&text, dice, ' ');
	for (; *label; label++)
		put_disguised(&text, dice, *label);
	for (uint64_t i = dice_roll(dice, 3); i > 0; i--)
		put_disguised(&text, dice, ' ');
	strbuf_add_c(&json, "{\"med\":{\"other\":");
	strbuf_add_json(&json, strbuf_str(&text));
	strbuf_add_c(&json, "}}");
	return json.ptr;
}

Test(open_choice, a_label_in_any_disguise_is_its_option_and_a_letter_more_is_not)
{
	struct dice dice = dice_new("open_choice");
	struct kit kit = kit_patched("open_choice.json", "[]");

	for (int i = 0; i < 2000; i++) {
		static const char *const labels[] = {"warfarin", "warfarina", "hierba de san juan"};
		const char *label = labels[dice_roll(&dice, 3)];
		const char *answers = disguised(kit.arena, &dice, label);

		cr_assert_str_eq(kit_eval(&kit, answers), "no", "%s", answers);
		answers = disguised(kit.arena, &dice, arena_printf(kit.arena, "%sx", label));
		cr_assert_str_eq(kit_eval(&kit, answers), "ok", "%s", answers);
	}
	kit_free(&kit);
}
