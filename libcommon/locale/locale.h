#pragma once

/*
 * Language tags and currencies that people type, held against the registries that ICU carries:
 * ISO 639 for languages, ISO 3166 and UN M.49 for regions, ISO 4217 for currencies.  Reads no
 * environment and no process locale; every function may be called from any thread.
 */
#include <stdbool.h>

#include "base/str.h"

/* A tag without its NUL; RFC 5646 asks for room for 35 characters. */
#define LOCALE_MAX 35

/*
 * Is this a well-formed BCP 47 tag (RFC 5646) whose language exists, and whose region exists if
 * the tag names one?  "en-US", "es-419" and "zh-Hant-TW" are; "xx-US", "en-ZZ", "english",
 * "en_US" and "" are not.
 */
bool locale_is_known(struct str tag);

/* Is this a currency of ISO 4217 that is in use?  "USD" and "JPY" are; "usd", "ZZZ", "DEM" are not.
 */
bool currency_is_known(struct str code);
