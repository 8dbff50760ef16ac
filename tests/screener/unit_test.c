/* Units of a quantity: data/fever.json, where more than 38 degrees Celsius are a fever. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"

struct reading {
	const char *number, *unit;
	const char *value, *outcome;
};

Test(unit, degrees_fahrenheit_are_exact_degrees_celsius)
{
	static const struct reading readings[] = {
		{"100.4", "[degF]", "38", "well"},  {"100.5", "[degF]", "\"685/18\"", "fever"},
		{"98.6", "[degF]", "37", "well"},   {"99.3", "[degF]", "\"673/18\"", "well"},
		{"31.2", "[degRe]", "39", "fever"}, {"311.15", "K", "38", "well"},
		{"38", "Cel", "38", "well"},
	};
	struct kit kit = kit_patched("fever.json", "[]");

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
		const struct reading *r = &readings[i];
		const char *outcome = kit_eval(
			&kit, arena_printf(kit.arena, "{'temperature':{'value':%s,'unit':'%s'}}",
					   r->number, r->unit));

		cr_expect_str_eq(outcome, r->outcome, "%s %s: %s", r->number, r->unit, outcome);
		cr_expect_str_eq(kit_value(&kit, "temperature"), r->value, "%s %s: %s", r->number,
				 r->unit, kit_value(&kit, "temperature"));
		cr_expect_str_eq(kit_problems(&kit), "");
	}
	kit_free(&kit);
}

Test(unit, limits_hold_for_the_converted_value)
{
	struct kit kit = kit_patched("fever.json", "[]");

	(void)kit_eval(&kit, "{'temperature':{'value':113,'unit':'[degF]'}}");
	cr_expect_str_eq(kit_problems(&kit), "");
	(void)kit_eval(&kit, "{'temperature':{'value':113.1,'unit':'[degF]'}}");
	cr_expect_str_eq(kit_problems(&kit), "temperature:RANGE_MAX");
	(void)kit_eval(&kit, "{'temperature':{'value':85.9,'unit':'[degF]'}}");
	cr_expect_str_eq(kit_problems(&kit), "temperature:RANGE_MIN");
	kit_free(&kit);
}

Test(unit, what_is_no_fraction_is_refused)
{
	static const char *const wrong[] = {"5/0",   "5/-9",  "/9",    "5/",
					    "5/9/2", "0.5/9", "5 / 9", "0/9"};

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char patch[200];
		struct kit kit;

		snprintf(patch, sizeof patch,
			 "[{'op':'replace','path':'/items/0/units/0/factor','value':'%s'}]",
			 wrong[i]);
		kit = kit_patched("fever.json", patch);
		cr_expect_str_eq(kit_findings(&kit), "BAD_VALUE /items/0/units/0/factor\n", "%s",
				 wrong[i]);
		kit_free(&kit);
	}
}
