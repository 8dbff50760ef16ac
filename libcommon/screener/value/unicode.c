/* Unicode tables from ICU.  ICU keeps its data for the life of the process and shares it by
 * threads. */
#include "screener/value/unicode.h"

#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#define BRAILLE_BLANK 0x2800

struct units {
	UChar *at;
	int32_t n;
};

/* ICU fails only for lack of memory or of its own data: neither is a matter of the text. */
static void must(UErrorCode error)
{
	if (U_FAILURE(error))
		abort();
}

static struct units utf16_of(struct arena *arena, struct str text)
{
	struct units out = {arena_alloc(arena, (text.len + 1) * sizeof(UChar)), 0};
	UErrorCode error = U_ZERO_ERROR;

	u_strFromUTF8(out.at, (int32_t)text.len + 1, &out.n, text.ptr, (int32_t)text.len, &error);
	must(error);
	return out;
}

static struct units casefold(struct arena *arena, struct units in)
{
	UErrorCode error = U_ZERO_ERROR;
	const UNormalizer2 *form = unorm2_getNFKCCasefoldInstance(&error);
	int32_t room = 2 * in.n + 16;
	struct units out;

	must(error);
	out.at = arena_alloc(arena, (size_t)room * sizeof(UChar));
	out.n = unorm2_normalize(form, in.at, in.n, out.at, room, &error);
	if (error == U_BUFFER_OVERFLOW_ERROR) {
		error = U_ZERO_ERROR;
		room = out.n;
		out.at = arena_alloc(arena, (size_t)room * sizeof(UChar));
		out.n = unorm2_normalize(form, in.at, in.n, out.at, room, &error);
	}
	must(error);
	return out;
}

/* All white space of Unicode is in the basic plane: one unit each. */
static int32_t squeeze(struct units units)
{
	int32_t n = 0;
	bool space = false;

	for (int32_t i = 0; i < units.n; i++) {
		if (u_isUWhiteSpace(units.at[i])) {
			space = n > 0;
			continue;
		}
		if (space)
			units.at[n++] = ' ';
		space = false;
		units.at[n++] = units.at[i];
	}
	return n;
}

struct str unicode_fold(struct arena *arena, struct str text)
{
	struct units units = casefold(arena, utf16_of(arena, text));
	UErrorCode error = U_ZERO_ERROR;
	int32_t len = 0, room;
	char *out;

	units.n = squeeze(units);
	room = 3 * units.n + 1;
	out = arena_alloc(arena, (size_t)room);
	u_strToUTF8(out, room, &len, units.at, units.n, &error);
	must(error);
	return (struct str){out, (size_t)len};
}

static bool is_visible(UChar32 c)
{
	if (c > ' ' && c < 0x7f)
		return true;
	return !u_isUWhiteSpace(c) && u_charType(c) != U_CONTROL_CHAR && c != BRAILLE_BLANK &&
	       !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

bool unicode_is_blank(struct str text)
{
	size_t i = 0;
	UChar32 c;

	while (i < text.len) {
		U8_NEXT_UNSAFE(text.ptr, i, c);
		if (is_visible(c))
			return false;
	}
	return true;
}

enum {
	FIRST_ISOLATE = 0x2066,
	LAST_ISOLATE = 0x2068,
	POP_ISOLATE = 0x2069,
};

static bool is_isolate(UChar32 c)
{
	return c >= FIRST_ISOLATE && c <= LAST_ISOLATE;
}

/* Embeddings and overrides; Unicode recommends isolates in their place. */
static bool is_override(UChar32 c)
{
	return c >= 0x202A && c <= 0x202E;
}

static bool is_control(UChar32 c)
{
	return u_charType(c) == U_CONTROL_CHAR && c != '\n' && c != '\r' && c != '\t';
}

struct unicode_control unicode_control_in(struct str text)
{
	struct unicode_control found = {};
	UChar32 opened = 0;
	int open = 0;
	size_t i = 0;
	UChar32 c;

	while (i < text.len) {
		U8_NEXT_UNSAFE(text.ptr, i, c);
		if (is_control(c) || is_override(c) || (c == POP_ISOLATE && open == 0))
			return (struct unicode_control){(uint32_t)c, false};
		if (u_hasBinaryProperty(c, UCHAR_BIDI_CONTROL) && !found.code_point)
			found = (struct unicode_control){(uint32_t)c, true};
		if (is_isolate(c) && open++ == 0)
			opened = c;
		open -= c == POP_ISOLATE;
	}
	return open ? (struct unicode_control){(uint32_t)opened, false} : found;
}
