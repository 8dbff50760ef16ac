/* Texts: each that a consumer may be shown exists in every locale of the document. */
#include "screener/gate_part.h"

static void need_text(struct gate *gate, const char *key)
{
	json_t *locales = json_object_get(gate->document, "locales");
	json_t *i18n = json_object_get(gate->document, "i18n"), *locale;
	size_t i;

	json_array_foreach (locales, i, locale) {
		const char *tag = json_string_value(locale);
		json_t *text = json_object_get(json_object_get(i18n, tag), key);

		if (json_string_length(text) == 0)
			ERROR_AT(&gate->c, AT_NAME(AT_NAME(AT_NAME(NULL, "i18n"), tag), key),
				 "TEXT_MISSING", "The text \"%s\" is missing in %s.", key, tag);
	}
}

static const char *id_of(json_t *object)
{
	return json_string_value(json_object_get(object, "id"));
}

static void need_item_texts(struct gate *gate, json_t *items)
{
	json_t *item, *option;
	size_t i, k;

	json_array_foreach (items, i, item) {
		json_t *children = json_object_get(item, "items");

		if (children) {
			need_item_texts(gate, children);
			continue;
		}
		need_text(gate, arena_printf(gate->scratch, "item.%s.text", id_of(item)));
		json_array_foreach (json_object_get(item, "options"), k, option)
			need_text(gate,
				  arena_printf(gate->scratch, "item.%s.option.%s", id_of(item),
					       json_string_value(json_object_get(option, "code"))));
	}
}

/* Each once, in the order in which rules name them first. */
static void need_reason_texts(struct gate *gate)
{
	const struct screener *p = gate->program;
	json_t *seen = json_object();

	for (uint32_t i = 0; i < p->n_rules; i++)
		for (uint32_t k = 0; k < p->rules[i].n_reasons; k++) {
			const char *reason = p->rules[i].reasons[k];

			if (json_object_get(seen, reason))
				continue;
			json_object_set_new(seen, reason, json_true());
			need_text(gate, arena_printf(gate->scratch, "reason.%s", reason));
		}
	json_decref(seen);
}

void gate_texts(struct gate *gate)
{
	const struct screener *p = gate->program;

	need_item_texts(gate, json_object_get(gate->document, "items"));
	for (uint32_t i = 0; i < p->n_outcomes; i++)
		need_text(gate, arena_printf(gate->scratch, "outcome.%s.title",
					     p->outcomes[i].public.id));
	need_reason_texts(gate);
	for (uint32_t i = 0; i < p->n_constraints; i++)
		need_text(gate, arena_printf(gate->scratch, "constraint.%s", p->constraints[i].id));
}
