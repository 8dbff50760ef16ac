/* Texts: the default language in the element, others as translation extensions. */
#include "screener/exchange/fhir_map.h"

/* NULL for one language too many. */
static json_t *texts_of(struct fhir_importer *im, const char *locale)
{
	json_t *texts = json_object_get(im->i18n, locale);

	if (!texts && json_array_size(im->locales) < FHIR_MAX_LOCALES) {
		texts = json_object();
		json_object_set_new(im->i18n, locale, texts);
		json_array_append_new(im->locales, json_string(locale));
	}
	return texts;
}

void fhir_put_text(struct fhir_importer *im, const char *locale, const char *key, const char *text)
{
	json_t *texts = texts_of(im, locale);

	if (texts)
		fhir_set_text(texts, key, text);
}

/* "_text": {"extension": [{"url": translation, "extension": [lang, content]}]} */
void fhir_import_text(struct fhir_importer *im, const json_t *element, const char *member,
		      const char *key)
{
	const char *text = fhir_text(element, member);
	const json_t *list = json_object_get(
		json_object_get(element, arena_printf(im->arena, "_%s", member)), "extension");

	if (text)
		fhir_put_text(im, im->locale, key, text);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *extension = json_array_get(list, i);
		const char *url = fhir_text(extension, "url");

		if (!url || strcmp(url, FHIR_TRANSLATION) != 0)
			continue;
		const char *locale = fhir_text(fhir_extension(extension, "lang"), "valueCode");
		const char *content =
			fhir_text(fhir_extension(extension, "content"), "valueString");

		if (!content)
			content = fhir_text(fhir_extension(extension, "content"), "valueMarkdown");
		if (locale && content && *locale)
			fhir_put_text(im, locale, key, content);
	}
}

static json_t *translation(const char *locale, const char *content)
{
	json_t *extension = json_object();

	fhir_add_extension(extension, "lang", "valueCode", json_string(locale));
	fhir_add_extension(extension, "content", "valueString", json_string(content));
	fhir_set_text(extension, "url", FHIR_TRANSLATION);
	return extension;
}

void fhir_export_text(struct fhir_exporter *ex, json_t *element, const char *member,
		      const char *key)
{
	const json_t *locales = json_object_get(ex->document, "locales");
	json_t *list = json_array();

	for (size_t i = 0; i < json_array_size(locales); i++) {
		const char *locale = json_string_value(json_array_get(locales, i));
		const char *text =
			locale ? fhir_text(json_object_get(ex->i18n, locale), key) : NULL;

		if (!text)
			continue;
		if (strcmp(locale, ex->locale) == 0)
			fhir_set_text(element, member, text);
		else
			json_array_append_new(list, translation(locale, text));
	}
	if (json_array_size(list))
		json_object_set_new(element, arena_printf(ex->arena, "_%s", member),
				    json_pack("{s:O}", "extension", list));
	json_decref(list);
}
