#include "consumer/question.h"

#include <stdio.h>
#include <stdlib.h>

/* Documents have no more digits than these in a number. */
#define JSON_FORM (JSON_COMPACT | JSON_REAL_PRECISION(15))
#define KEY_TEXT  256

/* What a client needs to ask and to check as one types; never a rule. */
static const char *const shown[] = {
	"id",	       "type",	  "unit",	"min",	      "max",	 "step",
	"money",       "only",	  "min_length", "max_length", "pattern", "min_choices",
	"max_choices", "repeats", "min_rows",	"max_rows",   "initial", "prefill",
};

/* The screener's locale for a language tag: of the same tag, else of the same language; or NULL. */
static const char *locale_of(const struct screener_entry *entry, struct str tag)
{
	json_t *locales = json_object_get(entry->document, "locales"), *locale;
	size_t language = 0, i;

	while (language < tag.len && tag.ptr[language] != '-' && tag.ptr[language] != '_')
		language++;
	json_array_foreach (locales, i, locale)
		if (str_eq_nocase(tag, str_of(json_string_value(locale))))
			return json_string_value(locale);
	json_array_foreach (locales, i, locale) {
		const char *name = json_string_value(locale);

		if (language > 0 && strcspn(name, "-_") == language &&
		    str_eq_nocase((struct str){tag.ptr, language}, (struct str){name, language}))
			return name;
	}
	return NULL;
}

/* "q=0.8" in thousandths (RFC 9110, 12.4.2): all of them without it, none when malformed. */
static unsigned weight_of(struct str parameter)
{
	unsigned weight = 0, place = 1000;

	if (parameter.len == 0)
		return 1000;
	if (parameter.len < 3 || !str_eq_nocase((struct str){parameter.ptr, 2}, STR("q=")))
		return 0;
	for (size_t i = 2; i < parameter.len; i++) {
		char c = parameter.ptr[i];

		if (i == 3 && c == '.')
			continue;
		if (c < '0' || c > '9' || place == 0)
			return 0;
		weight += (unsigned)(c - '0') * place;
		place /= 10;
	}
	return weight <= 1000 ? weight : 0;
}

/* Of the locales that Accept-Language names the one with the largest weight, or NULL. */
static const char *locale_accepted(const struct screener_entry *entry, struct str languages)
{
	const char *best = NULL;
	unsigned most = 0;

	while (languages.len) {
		struct str element = str_take_until(&languages, ',');
		struct str tag = str_trim(str_take_until(&element, ';'));
		unsigned weight = weight_of(str_trim(element));
		const char *locale = weight > most ? locale_of(entry, tag) : NULL;

		if (locale) {
			best = locale;
			most = weight;
		}
	}
	return best;
}

const char *locale_choose(const struct screener_entry *entry, const char *asked,
			  const char *accept_language)
{
	const char *first =
		json_string_value(json_array_get(json_object_get(entry->document, "locales"), 0));
	const char *found = *asked ? locale_of(entry, str_of(asked))
				   : locale_accepted(entry, str_of(accept_language));

	return found ? found : first ? first : "";
}

const char *consumer_text(const struct screener_entry *entry, const char *locale, const char *a,
			  const char *b, const char *c)
{
	json_t *i18n = json_object_get(entry->document, "i18n");
	json_t *locales = json_object_get(entry->document, "locales");
	const char *first = json_string_value(json_array_get(locales, 0)), *text;
	char key[KEY_TEXT];

	snprintf(key, sizeof key, "%s%s%s%s%s", a, b ? "." : "", b ? b : "", c ? "." : "",
		 c ? c : "");
	text = json_string_value(json_object_get(json_object_get(i18n, locale), key));
	if (!text && first)
		text = json_string_value(json_object_get(json_object_get(i18n, first), key));
	return text ? text : "";
}

static void set_text(json_t *out, const char *name, const char *text)
{
	if (*text)
		json_object_set_new(out, name, json_string(text));
}

static json_t *options_of(const struct screener_entry *entry, const char *locale, const char *id,
			  json_t *options)
{
	json_t *out = json_array(), *option;
	size_t i;

	json_array_foreach (options, i, option) {
		const char *code = json_string_value(json_object_get(option, "code"));
		json_t *one = json_object();
		char key[KEY_TEXT];

		snprintf(key, sizeof key, "option.%s", code ? code : "");
		json_object_set_new(one, "code", json_string(code ? code : ""));
		set_text(one, "text", consumer_text(entry, locale, "item", id, key));
		if (json_is_true(json_object_get(option, "exclusive")))
			json_object_set_new(one, "exclusive", json_true());
		json_array_append_new(out, one);
	}
	return out;
}

static json_t *units_of(json_t *units)
{
	json_t *out = json_array(), *unit;
	size_t i;

	json_array_foreach (units, i, unit)
		json_array_append_new(out, json_deep_copy(json_object_get(unit, "code")));
	return out;
}

/* Shared values are copied: reference counts of the entry are left alone. */
static json_t *question_of(const struct screener_entry *entry, const char *locale, json_t *item)
{
	const char *id = json_string_value(json_object_get(item, "id"));
	json_t *out = json_object(), *value, *child, *children;
	size_t i;

	for (i = 0; i < sizeof shown / sizeof shown[0]; i++)
		if ((value = json_object_get(item, shown[i])))
			json_object_set_new(out, shown[i], json_deep_copy(value));
	set_text(out, "text", consumer_text(entry, locale, "item", id, "text"));
	set_text(out, "help", consumer_text(entry, locale, "item", id, "help"));
	if (json_is_true(json_object_get(item, "required")))
		json_object_set_new(out, "required", json_true());
	if ((value = json_object_get(item, "options")))
		json_object_set_new(out, "options", options_of(entry, locale, id, value));
	if ((value = json_object_get(item, "units")))
		json_object_set_new(out, "units", units_of(value));
	if (!json_is_true(json_object_get(item, "repeats")))
		return out;
	children = json_array();
	json_array_foreach (json_object_get(item, "items"), i, child)
		json_array_append_new(children, question_of(entry, locale, child));
	json_object_set_new(out, "items", children);
	return out;
}

struct str questions_json(struct arena *arena, const struct screener_entry *entry,
			  const char *locale, const char *const *ids, size_t n)
{
	struct strbuf buf = strbuf_new(arena);

	strbuf_add_char(&buf, '[');
	for (size_t i = 0; i < n; i++) {
		json_t *item = json_object_get(entry->items, ids[i]);
		json_t *question = item ? question_of(entry, locale, item) : NULL;
		char *text = question ? json_dumps(question, JSON_FORM) : NULL;
		size_t len = text ? strlen(text) : 0;
		bool fits = buf.len + len + 2 <= QUESTIONS_MAX;

		if (text && fits && buf.len > 1)
			strbuf_add_char(&buf, ',');
		if (text && fits)
			strbuf_add(&buf, text, len);
		free(text);
		json_decref(question);
		if (!fits)
			break;
	}
	strbuf_add_char(&buf, ']');
	return strbuf_str(&buf);
}
