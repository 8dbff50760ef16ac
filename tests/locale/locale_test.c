/* Which language tags and currencies are taken from people. */
#include <criterion/criterion.h>

#include "locale/locale.h"

static void expect_each(const char *const *tags, bool known)
{
	for (; *tags; tags++)
		cr_expect_eq(locale_is_known(str_of(*tags)), known, "%s", *tags);
}

Test(locale, of_a_language_and_a_place_that_exist_is_known)
{
	static const char *const tags[] = {"en",    "en-US",  "es-419",	    "zh-Hant-TW",
					   "EN-us", "haw-US", "de-CH-1996", "en-US-u-hc-h12",
					   "pt-BR", "yue-HK", NULL};

	expect_each(tags, true);
}

Test(locale, that_is_made_up_or_malformed_is_unknown)
{
	static const char *const tags[] = {
		"",	  "xx", "xx-US", "en-ZZ", "en-QX",  "english", "en_US",	    "en-", "-en",
		"en--US", "e",	"en US", "und",	  "x-mine", "en-US\n", "\xc3\xa9n", NULL};

	expect_each(tags, false);
	cr_expect_not(locale_is_known(STR("en\0US")));
	cr_expect_not(locale_is_known(STR("en-US-u-hc-h12-x-something-much-too-long")));
}

Test(currency, that_is_in_use_is_known)
{
	static const char *const codes[] = {"USD", "EUR", "JPY", "MXN", "CAD", NULL};

	for (const char *const *code = codes; *code; code++)
		cr_expect(currency_is_known(str_of(*code)), "%s", *code);
}

Test(currency, that_is_made_up_or_gone_is_unknown)
{
	static const char *const codes[] = {"",	   "ZZY",  "usd", "US",	 "USDX",
					    "DEM", "USD ", "$",	  "QQQ", NULL};

	for (const char *const *code = codes; *code; code++)
		cr_expect_not(currency_is_known(str_of(*code)), "%s", *code);
}
