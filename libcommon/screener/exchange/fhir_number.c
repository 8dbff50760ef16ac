/* Numbers between FHIR's decimals and the engine's exact ones; literals of rules. */
#include "screener/exchange/fhir_map.h"

#include <stdlib.h>

bool fhir_number(const json_t *value, struct number *out)
{
	json_int_t n = json_integer_value(value);
	char text[48];

	if (json_is_integer(value)) {
		*out = number_of(n);
		return n >= -NUMBER_INT_MAX && n <= NUMBER_INT_MAX;
	}
	if (!json_is_real(value))
		return false;
	snprintf(text, sizeof text, "%.15g", json_real_value(value));
	return strtod(text, NULL) == json_real_value(value) &&
	       number_parse(str_of(text), out) == NUMBER_OK;
}

json_t *fhir_number_json(struct number n)
{
	char text[NUMBER_TEXT];
	struct number again;

	if (!number_format(text, n) || number_parse(str_of(text), &again) != NUMBER_OK)
		return NULL;
	return n.den == 1 ? json_integer(n.num) : json_real(strtod(text, NULL));
}

bool fhir_whole(const char **op, struct number n, int64_t *out, bool *always)
{
	bool below = **op == '<';
	struct number whole;

	*always = false;
	if (!number_round(n, 0, below ? ROUND_FLOOR : ROUND_CEILING, &whole) ||
	    whole.num > NUMBER_INT_MAX || whole.num < -NUMBER_INT_MAX)
		return false;
	*out = whole.num;
	if (number_is_integer(n))
		return true;
	if (**op == '<' || **op == '>') {
		*op = below ? "<=" : ">=";
	} else {
		*always = **op == '!';
		*op = NULL;
	}
	return true;
}

json_t *fhir_literal(const struct fhir_question *question, json_t *value)
{
	char text[NUMBER_TEXT] = "";
	struct number n;

	if (strcmp(question->type, "date") == 0)
		return json_pack("{s:o}", "date", value);
	if (strcmp(question->type, "quantity") != 0)
		return value;
	if (fhir_number(value, &n))
		number_format(text, n);
	json_decref(value);
	return json_pack("{s:[s,s]}", "quantity", text, question->unit);
}
