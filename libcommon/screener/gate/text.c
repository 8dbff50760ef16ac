/*
 * Texts: each that a consumer may be shown exists in every locale of the document, can be seen and
 * reads as it is written; each that the document has is shown somewhere.
 */
#include "screener/gate/part.h"
#include "screener/value/unicode.h"

struct texts {
	struct gate *gate;
	json_t *known; /* the keys that mean something, as an object */
};

static void may_have(struct texts *t, const char *key)
{
	json_object_set_new(t->known, key, json_true());
}

static bool is_blank(json_t *text)
{
	return !json_is_string(text) || unicode_is_blank(json_str(text));
}

static void need(struct texts *t, const char *key)
{
	json_t *locales = json_object_get(t->gate->document, "locales");
	json_t *i18n = json_object_get(t->gate->document, "i18n"), *locale;
	size_t i;

	may_have(t, key);
	json_array_foreach (locales, i, locale) {
		const char *tag = json_string_value(locale);

		if (is_blank(json_object_get(json_object_get(i18n, tag), key)))
			ERROR_AT(t->gate, AT_NAME(AT_NAME(AT_NAME(NULL, "i18n"), tag), key),
				 "TEXT_MISSING", "The text \"%s\" is missing in %s.", key, tag);
	}
}

#define KEY(t, ...) arena_printf((t)->gate->scratch, __VA_ARGS__)

static void item_texts(struct texts *t, const struct item *item)
{
	const char *id = item->id.ptr;
	bool has_options = item->value.kind == TYPE_CODE || item->value.kind == TYPE_SET;
	const struct domain *d = &t->gate->program->domains[item->value.of];

	if (item->type == SCREENER_GROUP)
		may_have(t, KEY(t, "item.%s.text", id));
	else
		need(t, KEY(t, "item.%s.text", id));
	may_have(t, KEY(t, "item.%s.help", id));
	for (uint32_t i = 0; has_options && i < d->n; i++) {
		const char *key = KEY(t, "item.%s.option.%.*s", id, STR_ARG(d->options[i].code));

		if (item->type == SCREENER_STATE)
			may_have(t, key);
		else
			need(t, key);
	}
}

/* Each once, in the order in which rules name them first. */
static void reason_texts(struct texts *t)
{
	const struct screener *p = t->gate->program;

	for (uint32_t i = 0; i < p->n_rules; i++)
		for (uint32_t k = 0; k < p->rules[i].n_reasons; k++) {
			const char *key = KEY(t, "reason.%s", p->rules[i].reasons[k]);

			if (!json_object_get(t->known, key))
				need(t, key);
		}
}

static void band_texts(struct texts *t, const struct score *score)
{
	for (uint32_t i = 0; i < score->n_bands; i++)
		may_have(t, KEY(t, "score.%s.band.%.*s", score->id.ptr,
				STR_ARG(score->bands[i].code)));
}

static void all_texts(struct texts *t)
{
	const struct screener *p = t->gate->program;

	may_have(t, "title");
	may_have(t, "description");
	for (uint32_t i = 0; i < p->n_items; i++)
		item_texts(t, &p->items[i]);
	for (uint32_t i = 0; i < p->n_outcomes; i++) {
		need(t, KEY(t, "outcome.%s.title", p->outcomes[i].public.id));
		may_have(t, KEY(t, "outcome.%s.text", p->outcomes[i].public.id));
	}
	reason_texts(t);
	for (uint32_t i = 0; i < p->n_constraints; i++)
		need(t, KEY(t, "constraint.%s", p->constraints[i].id));
	for (uint32_t i = 0; i < p->n_scores; i++)
		band_texts(t, &p->scores[i]);
}

/* What is shown in another order than it is read in deceives; what only helps the order is told. */
static void check_controls(struct gate *gate, const struct path *at, json_t *text)
{
	struct unicode_control found = unicode_control_in(json_str(text));

	if (!found.code_point)
		return;
	finding_add(&gate->findings, at, found.is_safe ? SCREENER_WARNING : SCREENER_ERROR,
		    "TEXT_CONTROL",
		    found.is_safe
			    ? "This text has U+%04X, which nobody sees and which changes the "
			      "direction of what is beside it."
			    : "This text has U+%04X, a control character that nobody sees: the "
			      "text may show another order than it has.",
		    found.code_point);
}

static void check_locale(struct texts *t, const struct path *at, json_t *texts)
{
	const char *key;
	json_t *text;

	json_object_foreach (texts, key, text) {
		check_controls(t->gate, AT_NAME(at, key), text);
		if (!json_object_get(t->known, key) && strncmp(key, "x_", 2) != 0)
			WARNING_AT(t->gate, AT_NAME(at, key), "UNUSED_TEXT",
				   "Nothing shows the text \"%s\": is its key misspelt?", key);
	}
}

void gate_texts(struct gate *gate)
{
	struct texts t = {gate, json_object()};
	const char *locale;
	json_t *texts;

	all_texts(&t);
	json_object_foreach (json_object_get(gate->document, "i18n"), locale, texts)
		check_locale(&t, AT_NAME(AT_NAME(NULL, "i18n"), locale), texts);
	json_decref(t.known);
}
