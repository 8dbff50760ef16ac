/*
 * Values of closed sets that a person types and that compiling takes by their form alone: languages
 * and currencies.  Published documents must go on compiling, so a name that no registry has is
 * refused here, before publication.
 */
#include "locale/locale.h"
#include "screener/gate/part.h"

static void check_currencies(struct gate *gate, const struct path *at, json_t *items)
{
	json_t *item;
	size_t i;

	json_array_foreach (items, i, item) {
		const struct path *here = AT_INDEX(AT_NAME(at, "items"), i);
		json_t *money = json_object_get(item, "money");

		if (money && !currency_is_known(json_str(money)))
			ERROR_AT(gate, AT_NAME(here, "money"), "UNKNOWN_CURRENCY",
				 "\"%s\" is no currency of ISO 4217, such as USD.",
				 json_string_value(money));
		check_currencies(gate, here, json_object_get(item, "items"));
	}
}

void gate_closed_sets(struct gate *gate)
{
	json_t *tag;
	size_t i;

	json_array_foreach (json_object_get(gate->document, "locales"), i, tag)
		if (!locale_is_known(json_str(tag)))
			ERROR_AT(gate, AT_INDEX(AT_NAME(NULL, "locales"), i), "UNKNOWN_LOCALE",
				 "\"%s\" is no language tag whose language and region exist, such "
				 "as en-US.",
				 json_string_value(tag));
	check_currencies(gate, NULL, json_object_get(gate->document, "items"));
}
