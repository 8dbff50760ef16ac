#include "locale/locale.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ucurr.h>
#include <unicode/uenum.h>
#include <unicode/uloc.h>
#include <unicode/uregion.h>

/* ICU also takes its own form "en_US", which is no language tag. */
static bool has_the_letters_of_a_tag(struct str tag)
{
	for (size_t i = 0; i < tag.len; i++) {
		char c = tag.ptr[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!is_letter && (c < '0' || c > '9') && c != '-')
			return false;
	}
	return tag.len > 0 && tag.len <= LOCALE_MAX;
}

static bool language_exists(const char *language)
{
	for (const char *const *known = uloc_getISOLanguages(); *known; known++)
		if (strcmp(*known, language) == 0)
			return true;
	return false;
}

/*
 * Did ICU find the text to be no code?  Any other failure is a lack of memory or of ICU's own data,
 * which says nothing of the text: then the process ends, as it does in base/arena.h.
 */
static bool is_refused(UErrorCode error)
{
	if (U_FAILURE(error) && error != U_ILLEGAL_ARGUMENT_ERROR &&
	    error != U_BUFFER_OVERFLOW_ERROR)
		abort();
	return U_FAILURE(error);
}

static bool region_exists(const char *code)
{
	UErrorCode error = U_ZERO_ERROR;
	const URegion *region = uregion_getRegionFromCode(code, &error);

	return !is_refused(error) && uregion_getType(region) != URGN_UNKNOWN;
}

bool locale_is_known(struct str tag)
{
	char text[LOCALE_MAX + 1], id[ULOC_FULLNAME_CAPACITY], part[ULOC_LANG_CAPACITY];
	UErrorCode error = U_ZERO_ERROR;
	int32_t parsed = 0;

	if (!has_the_letters_of_a_tag(tag))
		return false;
	memcpy(text, tag.ptr, tag.len);
	text[tag.len] = '\0';
	uloc_forLanguageTag(text, id, sizeof id, &parsed, &error);
	if (is_refused(error) || error == U_STRING_NOT_TERMINATED_WARNING ||
	    (size_t)parsed != tag.len)
		return false;
	uloc_getLanguage(id, part, sizeof part, &error);
	if (is_refused(error) || !language_exists(part))
		return false;
	uloc_getCountry(id, part, sizeof part, &error);
	return !is_refused(error) && (!*part || region_exists(part));
}

bool currency_is_known(struct str code)
{
	UErrorCode error = U_ZERO_ERROR;
	UEnumeration *all = ucurr_openISOCurrencies(UCURR_COMMON | UCURR_NON_DEPRECATED, &error);
	bool found = false;
	const char *known;

	while (U_SUCCESS(error) && !found && (known = uenum_next(all, NULL, &error)))
		found = str_eq_c(code, known);
	uenum_close(all);
	return found;
}
