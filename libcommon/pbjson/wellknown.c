/* Timestamp, Duration and FieldMask as ProtoJSON writes them. */
#include "base/instant.h"
#include "pbjson/reader.h"

#define DURATION_SECONDS_MAX INT64_C(315576000000)
#define NANOS		     1000000000

/* Up to nine digits at p as a fraction of a second; how many there are, 0 for none. */
static size_t fraction_nanos(const char *p, const char *end, int32_t *nanos)
{
	int32_t value = 0, scale = NANOS / 10;
	size_t n = 0;

	for (; p + n < end && p[n] >= '0' && p[n] <= '9' && n < 9; n++, scale /= 10)
		value += (p[n] - '0') * scale;
	*nanos = value;
	return n;
}

bool wellknown_timestamp(struct str text, int64_t *seconds, int32_t *nanos)
{
	int64_t whole;
	instant t;

	/* instant_parse takes lower case too, ProtoJSON does not. */
	if (!instant_parse(text, &t) || text.ptr[10] != 'T' || text.ptr[text.len - 1] == 'z')
		return false;
	whole = t / SECONDS(1) - (t % SECONDS(1) < 0);
	*nanos = 0;
	if (text.ptr[19] == '.')
		fraction_nanos(text.ptr + 20, text.ptr + text.len, nanos);
	*seconds = whole;
	return true;
}

bool wellknown_duration(struct str text, int64_t *seconds, int32_t *nanos)
{
	const char *p = text.ptr, *end = text.ptr + text.len;
	bool negative = text.len && *p == '-';
	const char *digits = p += negative;
	int64_t whole = 0;
	int32_t part = 0;

	if (p == end || end[-1] != 's')
		return false;
	end--;
	for (; p < end && *p >= '0' && *p <= '9' && p - digits < 12; p++)
		whole = whole * 10 + (*p - '0');
	if (p == digits)
		return false;
	if (p < end && *p == '.') {
		size_t n = fraction_nanos(p + 1, end, &part);

		if (n == 0)
			return false;
		p += 1 + n;
	}
	if (p != end || whole > DURATION_SECONDS_MAX || (whole == DURATION_SECONDS_MAX && part))
		return false;
	*seconds = negative ? -whole : whole;
	*nanos = negative ? -part : part;
	return true;
}

static bool is_path_char(char c)
{
	return c == '.' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* lowerCamel to snake; false for characters a path cannot have. */
static bool mask_path_in(struct arena *arena, struct str text, char **out)
{
	char *path = arena_alloc(arena, 2 * text.len + 1);
	bool starts = true;
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (!is_path_char(c) || (starts && !(c >= 'a' && c <= 'z')))
			return false;
		if (c >= 'A' && c <= 'Z') {
			path[n++] = '_';
			c += 32;
		}
		path[n++] = c;
		starts = c == '.';
	}
	path[n] = '\0';
	*out = path;
	return !starts;
}

bool wellknown_mask(struct arena *arena, struct str text, char ***paths, size_t *n)
{
	size_t count = 0, max = 1;
	char **items;

	for (size_t i = 0; i < text.len; i++)
		max += text.ptr[i] == ',';
	items = arena_array_of(arena, char *, max);
	for (bool more = text.len > 0; more; count++) {
		const char *comma = memchr(text.ptr, ',', text.len);

		more = comma != NULL;
		if (!mask_path_in(arena, str_take_until(&text, ','), &items[count]))
			return false;
	}
	*paths = items;
	*n = count;
	return true;
}

bool wellknown_mask_path(const char *path, char *out, size_t *len)
{
	size_t n = 0;

	for (const char *p = path; *p; p++) {
		if (*p >= 'A' && *p <= 'Z')
			return false;
		if (*p != '_') {
			out[n++] = *p;
			continue;
		}
		if (p[1] < 'a' || p[1] > 'z')
			return false;
		out[n++] = (char)(*++p - 32);
	}
	*len = n;
	return true;
}

static char *put_number(char *out, uint32_t value, int digits)
{
	for (int i = digits - 1; i >= 0; i--, value /= 10)
		out[i] = (char)('0' + value % 10);
	return out + digits;
}

/* Nothing, or a point and 3, 6 or 9 digits. */
static char *put_fraction(char *out, uint32_t nanos)
{
	if (nanos == 0)
		return out;
	*out++ = '.';
	if (nanos % 1000000 == 0)
		return put_number(out, nanos / 1000000, 3);
	if (nanos % 1000 == 0)
		return put_number(out, nanos / 1000, 6);
	return put_number(out, nanos, 9);
}

size_t wellknown_timestamp_text(char out[TIMESTAMP_TEXT], int64_t seconds, int32_t nanos)
{
	struct civil_date date;
	uint32_t second;
	int64_t days;
	char *p = out;

	if (seconds < INSTANT_MIN / SECONDS(1) || seconds > INSTANT_MAX / SECONDS(1) || nanos < 0 ||
	    nanos >= NANOS)
		return 0;
	days = seconds / 86400 - (seconds % 86400 < 0);
	second = (uint32_t)(seconds - days * 86400);
	date = date_to_civil((date_days)days);
	p = put_number(p, (uint32_t)date.year, 4);
	*p++ = '-';
	p = put_number(p, (uint32_t)date.month, 2);
	*p++ = '-';
	p = put_number(p, (uint32_t)date.day, 2);
	*p++ = 'T';
	p = put_number(p, second / 3600, 2);
	*p++ = ':';
	p = put_number(p, second / 60 % 60, 2);
	*p++ = ':';
	p = put_number(p, second % 60, 2);
	p = put_fraction(p, (uint32_t)nanos);
	*p++ = 'Z';
	return (size_t)(p - out);
}

size_t wellknown_duration_text(char out[TIMESTAMP_TEXT], int64_t seconds, int32_t nanos)
{
	bool negative = seconds < 0 || nanos < 0;
	char reversed[20];
	size_t n = 0;
	uint64_t whole;
	char *p = out;

	if (seconds > DURATION_SECONDS_MAX || seconds < -DURATION_SECONDS_MAX || nanos >= NANOS ||
	    nanos <= -NANOS || (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0))
		return 0;
	if (negative)
		*p++ = '-';
	whole = (uint64_t)(seconds < 0 ? -seconds : seconds);
	do
		reversed[n++] = (char)('0' + whole % 10);
	while (whole /= 10);
	while (n > 0)
		*p++ = reversed[--n];
	p = put_fraction(p, (uint32_t)(nanos < 0 ? -nanos : nanos));
	*p++ = 's';
	return (size_t)(p - out);
}
