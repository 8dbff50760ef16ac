#include "auth/password_rules.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define PASSWORD_CAP 128
/* Shorter words of an owner occur in anything. */
#define WORD_MIN 4

static size_t lower(const char *text, char out[PASSWORD_CAP + 1])
{
	size_t n = 0;

	for (; text[n] && n < PASSWORD_CAP; n++)
		out[n] = (char)tolower((unsigned char)text[n]);
	out[n] = '\0';
	return n;
}

/* The letter that a digit or sign is written for, else itself. */
static char plain_letter(char c)
{
	switch (c) {
	case '@':
	case '4': return 'a';
	case '0': return 'o';
	case '1':
	case '!': return 'i';
	case '3': return 'e';
	case '$':
	case '5': return 's';
	case '7':
	case '+': return 't';
	default: return c;
	}
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_listed(const char *word)
{
	return bsearch(&word, common_passwords, n_common_passwords, sizeof *common_passwords,
		       compare) != NULL;
}

/* Two thirds of it or more are steps to a neighbour or the same character again. */
static bool is_run(const char *text, size_t n)
{
	size_t steps = 0;

	for (size_t i = 1; i < n; i++)
		steps += abs(text[i] - text[i - 1]) <= 1;
	return n > 1 && steps * 3 >= (n - 1) * 2;
}

/* The shortest piece of which the text is made, the last time perhaps in part. */
static size_t period(const char *text, size_t n)
{
	for (size_t p = 1; p < n; p++)
		if (memcmp(text, text + p, n - p) == 0)
			return p;
	return n;
}

/* Cuts what is not a letter at both ends. */
static size_t strip(char *text, size_t n)
{
	size_t start = 0;

	while (n > 0 && !isalpha((unsigned char)text[n - 1]))
		n--;
	while (start < n && !isalpha((unsigned char)text[start]))
		start++;
	memmove(text, text + start, n - start);
	text[n - start] = '\0';
	return n - start;
}

static bool core_is_listed(char *text, size_t n)
{
	n = strip(text, n);
	n = period(text, n);
	text[n] = '\0';
	strip(text, n);
	return *text && is_listed(text);
}

bool password_is_common(const char *password)
{
	char text[PASSWORD_CAP + 1], core[PASSWORD_CAP + 1];
	size_t n = lower(password, text), p = period(text, n);

	if (is_run(text, n) || p < 4 || is_listed(text))
		return true;
	memcpy(core, text, n + 1);
	if (core_is_listed(core, n))
		return true;
	/* Look-alikes, first inside what digits and signs surround, then everywhere. */
	memcpy(core, text, n + 1);
	n = strip(core, n);
	for (size_t i = 0; i < n; i++)
		core[i] = plain_letter(core[i]);
	if (core_is_listed(core, n))
		return true;
	for (n = 0; text[n]; n++)
		text[n] = plain_letter(text[n]);
	return core_is_listed(text, n);
}

static bool contains_word(const char *haystack, struct str word)
{
	char needle[PASSWORD_CAP + 1];

	if (word.len < WORD_MIN || word.len > PASSWORD_CAP)
		return false;
	for (size_t i = 0; i < word.len; i++)
		needle[i] = (char)tolower((unsigned char)word.ptr[i]);
	needle[word.len] = '\0';
	return strstr(haystack, needle) != NULL;
}

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || ((unsigned char)c & 0x80);
}

static bool contains_words_of(const char *haystack, const char *text)
{
	while (text && *text) {
		size_t n = 0;

		while (is_word_char(text[n]))
			n++;
		if (contains_word(haystack, (struct str){text, n}))
			return true;
		text += n ? n : 1;
	}
	return false;
}

/* The part before the @ as a whole, and every word of the address but its top-level domain. */
static bool contains_address(const char *haystack, const char *email)
{
	const char *dot = email ? strrchr(email, '.') : NULL;
	struct str rest = str_of(email ? email : "");
	char words[PASSWORD_CAP * 2 + 1];

	if (!dot || (size_t)(dot - email) >= sizeof words)
		dot = NULL;
	snprintf(words, sizeof words, "%.*s", dot ? (int)(dot - email) : (int)sizeof words - 1,
		 email ? email : "");
	return contains_word(haystack, str_take_until(&rest, '@')) ||
	       contains_words_of(haystack, words);
}

struct status password_rules_check(const char *password, const struct password_owner *owner)
{
	char text[PASSWORD_CAP + 1];

	lower(password, text);
	if (contains_address(text, owner->email) || contains_words_of(text, owner->name) ||
	    contains_words_of(text, owner->organization))
		return FAIL(PASSWORD_CONTAINS_IDENTITY);
	if (password_is_common(password))
		return FAIL(PASSWORD_COMMON);
	return OK;
}
