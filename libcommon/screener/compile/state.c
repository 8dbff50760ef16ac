/* The United States' states, the District of Columbia and the inhabited territories (USPS). */
#include "screener/compile/compiler.h"

static const char codes[][3] = {
	"AL", "AK", "AS", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "GU", "HI",
	"ID", "IL", "IN", "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MP", "MS",
	"MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA",
	"PR", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "VI", "WA", "WV", "WI", "WY",
};

#define N_STATES (sizeof codes / sizeof *codes)

static int state_index(struct str code)
{
	for (size_t i = 0; i < N_STATES; i++)
		if (str_eq_c(code, codes[i]))
			return (int)i;
	return -1;
}

bool screener_state_is_known(struct str code)
{
	return state_index(code) >= 0;
}

static bool listed(json_t *only, const char *code)
{
	json_t *element;
	size_t i;

	json_array_foreach (only, i, element)
		if (json_is_string(element) && str_eq_c(json_str(element), code))
			return true;
	return false;
}

static void check_only(struct compiler *c, const struct path *at, json_t *only)
{
	json_t *element;
	size_t i;

	if (!json_is_array(only) || json_array_size(only) == 0) {
		ERROR_AT(c, at, "WRONG_TYPE", "An array of state codes is expected here.");
		return;
	}
	json_array_foreach (only, i, element)
		if (!json_is_string(element) || state_index(json_str(element)) < 0)
			ERROR_AT(c, AT_INDEX(at, i), "UNKNOWN_OPTION",
				 "This is not the two-letter code of a state.");
}

uint16_t state_domain(struct compiler *c, const struct path *at, json_t *only)
{
	struct option *options = keep_array_of(c->keep, struct option, N_STATES);
	uint32_t n = 0;

	if (only)
		check_only(c, AT_NAME(at, "only"), only);
	for (size_t i = 0; i < N_STATES; i++)
		if (!only || listed(only, codes[i]))
			options[n++].code = (struct str){keep_text(c->keep, codes[i], 2), 2};
	return domain_add(c, options, n);
}
