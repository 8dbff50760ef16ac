/* Locales, translations and embedded tests: only their shape is checked when compiling. */
#include "base/utf8.h"
#include "screener/compile/compiler.h"

static bool locale_is_valid(struct str tag)
{
	if (tag.len < 2 || tag.len > 35)
		return false;
	for (size_t i = 0; i < tag.len; i++) {
		char ch = tag.ptr[i];
		bool letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');

		if (!letter && (i < 2 || (ch != '-' && (ch < '0' || ch > '9'))))
			return false;
	}
	return tag.ptr[tag.len - 1] != '-';
}

static void compile_locales(struct compiler *c, const struct path *at)
{
	json_t *array = member_array(c, at, c->document, "locales", MAX_LOCALES, true);
	json_t *tag;
	size_t i;

	json_array_foreach (array, i, tag) {
		const struct path *here = AT_INDEX(AT_NAME(at, "locales"), i);

		if (!json_is_string(tag) || !locale_is_valid(json_str(tag)))
			ERROR_AT(c, here, "BAD_VALUE", "A locale is a tag such as en-US.");
		for (size_t k = 0; k < i; k++)
			if (json_equal(tag, json_array_get(array, k)))
				ERROR_AT(c, here, "DUPLICATE_ID", "The locale is already there.");
	}
}

static bool is_declared(json_t *locales, const char *name)
{
	json_t *tag;
	size_t i;

	json_array_foreach (locales, i, tag)
		if (json_is_string(tag) && str_eq_c(json_str(tag), name))
			return true;
	return false;
}

static void check_locale_texts(struct compiler *c, const struct path *at, json_t *texts)
{
	const char *key;
	json_t *text;

	if (!json_is_object(texts)) {
		ERROR_AT(c, at, "WRONG_TYPE", "An object from key to text is expected here.");
		return;
	}
	json_object_foreach (texts, key, text) {
		if (!json_is_string(text))
			ERROR_AT(c, AT_NAME(at, key), "WRONG_TYPE", "A text is expected here.");
		else if (utf8_length(json_string_value(text), json_string_length(text)) > MAX_TEXT)
			ERROR_AT(c, AT_NAME(at, key), "TOO_LARGE",
				 "A text has at most %d characters.", MAX_TEXT);
	}
}

static void check_i18n(struct compiler *c, const struct path *at, json_t *i18n)
{
	const char *locale;
	json_t *texts;

	if (!i18n)
		return;
	if (!json_is_object(i18n)) {
		ERROR_AT(c, at, "WRONG_TYPE", "An object from locale to texts is expected here.");
		return;
	}
	json_object_foreach (i18n, locale, texts) {
		if (!is_declared(json_object_get(c->document, "locales"), locale))
			ERROR_AT(c, AT_NAME(at, locale), "UNKNOWN_REF",
				 "This locale is not listed in \"locales\".");
		check_locale_texts(c, AT_NAME(at, locale), texts);
	}
}

static void check_test(struct compiler *c, const struct path *at, json_t *test)
{
	static const char *const members[] = {"name",  "as_of",	   "answers", "outcome",
					      "fired", "decided",  "reasons", "values",
					      "held",  "problems", "next",    NULL};
	struct str outcome, as_of, name;
	json_t *answers;
	date_days days;

	if (!member_check(c, at, test, members))
		return;
	if (member_need(c, at, test, "name"))
		(void)member_string(c, at, test, "name", &name);
	answers = member_need(c, at, test, "answers");
	if (answers && !json_is_object(answers))
		ERROR_AT(c, AT_NAME(at, "answers"), "WRONG_TYPE", "An object is expected here.");
	if (member_string(c, at, test, "as_of", &as_of) && !date_parse(as_of, &days))
		ERROR_AT(c, AT_NAME(at, "as_of"), "BAD_VALUE", "A date is YYYY-MM-DD.");
	if (member_need(c, at, test, "outcome") &&
	    member_string(c, at, test, "outcome", &outcome) && outcome_find(c, outcome) < 0)
		ERROR_AT(c, AT_NAME(at, "outcome"), "UNKNOWN_REF", "There is no such outcome.");
}

void compile_texts(struct compiler *c, const struct path *at)
{
	json_t *tests = member_array(c, at, c->document, "tests", 1000, false);
	json_t *test;
	size_t i;

	compile_locales(c, at);
	check_i18n(c, AT_NAME(at, "i18n"), json_object_get(c->document, "i18n"));
	json_array_foreach (tests, i, test)
		check_test(c, AT_INDEX(AT_NAME(at, "tests"), i), test);
}
