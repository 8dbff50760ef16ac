/*
 * RFC 8785.  The number format is the delicate part: the digits are the
 * shortest that read back as the same double and, of those, the closest.
 * printf's correctly rounded output is the closest of its length, so the first
 * length that reads back is right, but for one corner (see shortest_digits).
 */
#include "screener/json/canon.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "screener/json/tree.h"

struct canon {
	struct strbuf buf;
	int depth;
};

/* Significant digits "d…d" and the exponent of the first one. */
struct digits {
	char text[24];
	int n;
	int exponent;
};

static double digits_value(const struct digits *d)
{
	char text[40];

	snprintf(text, sizeof text, "%.1s.%se%d", d->text, d->text + 1, d->exponent);
	return strtod(text, NULL);
}

static void digits_round(struct digits *d, double value, int n)
{
	char text[40];

	snprintf(text, sizeof text, "%.*e", n - 1, value);
	d->n = 0;
	for (const char *c = text; *c != 'e'; c++)
		if (*c >= '0' && *c <= '9')
			d->text[d->n++] = *c;
	d->text[d->n] = '\0';
	d->exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
}

/* The next larger number of as many digits. */
static void digits_step_up(struct digits *d)
{
	int i = d->n - 1;

	while (i >= 0 && d->text[i] == '9')
		d->text[i--] = '0';
	if (i >= 0) {
		d->text[i]++;
		return;
	}
	memmove(d->text + 1, d->text, (size_t)d->n - 1);
	d->text[0] = '1';
	d->exponent++;
}

static void digits_strip_zeros(struct digits *d)
{
	while (d->n > 1 && d->text[d->n - 1] == '0')
		d->text[--d->n] = '\0';
}

/*
 * value > 0.  Any decimal of up to 15 digits survives a normal double, so the
 * search starts there; subnormals hold fewer.  Above a power of two doubles lie
 * twice as far apart as below it: there the closest decimal may read back as
 * the lower neighbour while the next one up reads back right.
 */
static struct digits shortest_digits(double value)
{
	int exponent;
	bool at_power = frexp(value, &exponent) == 0.5;
	struct digits d = {};

	for (int n = value < 0x1p-1022 ? 1 : 15; n <= 17; n++) {
		digits_round(&d, value, n);
		if (digits_value(&d) == value)
			break;
		if (!at_power)
			continue;
		struct digits up = d;

		digits_step_up(&up);
		if (digits_value(&up) == value) {
			d = up;
			break;
		}
	}
	digits_strip_zeros(&d);
	return d;
}

/* ECMA-262, Number::toString; k digits, n = position of the point. */
static void write_digits(char *out, size_t size, const struct digits *d)
{
	int k = d->n, n = d->exponent + 1;

	if (k <= n && n <= 21)
		snprintf(out, size, "%s%.*s", d->text, n - k, "000000000000000000000");
	else if (0 < n && n <= 21)
		snprintf(out, size, "%.*s.%s", n, d->text, d->text + n);
	else if (-6 < n && n <= 0)
		snprintf(out, size, "0.%.*s%s", -n, "000000", d->text);
	else if (k == 1)
		snprintf(out, size, "%se%+d", d->text, n - 1);
	else
		snprintf(out, size, "%.1s.%se%+d", d->text, d->text + 1, n - 1);
}

bool canon_number(char out[CANON_NUMBER_TEXT], double value)
{
	if (!isfinite(value))
		return false;
	if (value == 0) {
		strcpy(out, "0");
		return true;
	}
	if (value < 0)
		*out++ = '-';
	struct digits d = shortest_digits(fabs(value));

	write_digits(out, CANON_NUMBER_TEXT - 1, &d);
	return true;
}

/*
 * UTF-8 sorts by code point.  UTF-16 differs in one thing: code points above
 * U+FFFF (first byte F0 and up) come before U+E000 to U+FFFF (EE and EF).
 */
static int unit_rank(unsigned char byte)
{
	return byte >= 0xF0 ? byte : byte >= 0xEE ? byte + 0x100 : byte;
}

int canon_compare(struct str a, struct str b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < shorter; i++)
		if (a.ptr[i] != b.ptr[i])
			return unit_rank((unsigned char)a.ptr[i]) -
			       unit_rank((unsigned char)b.ptr[i]);
	return a.len < b.len ? -1 : a.len > b.len;
}

static void write_string(struct strbuf *buf, struct str s)
{
	static const char named[] = "\bb\tt\nn\ff\rr\"\"\\\\";
	size_t plain = 0;

	strbuf_add_char(buf, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		strbuf_add(buf, s.ptr + plain, i - plain);
		plain = i + 1;
		const char *name = c ? strchr(named, c) : NULL;

		if (name)
			strbuf_printf(buf, "\\%c", name[1]);
		else
			strbuf_printf(buf, "\\u%04x", c);
	}
	strbuf_add(buf, s.ptr + plain, s.len - plain);
	strbuf_add_char(buf, '"');
}

static struct status write_value(struct canon *c, const json_t *value);

struct member {
	struct str name;
	const json_t *value;
};

static int compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return canon_compare(x->name, y->name);
}

static struct status write_object(struct canon *c, const json_t *object)
{
	size_t n = json_object_size(object), i = 0;
	struct member *members = arena_array_of(c->buf.arena, struct member, n);
	json_t *own = (json_t *)object; /* jansson's iterator takes no const */

	for (void *it = json_object_iter(own); it; it = json_object_iter_next(own, it))
		members[i++] = (struct member){str_of(json_object_iter_key(it)),
					       json_object_iter_value(it)};
	qsort(members, n, sizeof *members, compare_members);
	strbuf_add_char(&c->buf, '{');
	for (i = 0; i < n; i++) {
		if (i)
			strbuf_add_char(&c->buf, ',');
		write_string(&c->buf, members[i].name);
		strbuf_add_char(&c->buf, ':');
		TRY(write_value(c, members[i].value));
	}
	strbuf_add_char(&c->buf, '}');
	return OK;
}

static struct status write_array(struct canon *c, const json_t *array)
{
	size_t n = json_array_size(array);

	strbuf_add_char(&c->buf, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			strbuf_add_char(&c->buf, ',');
		TRY(write_value(c, json_array_get(array, i)));
	}
	strbuf_add_char(&c->buf, ']');
	return OK;
}

static struct status write_real(struct canon *c, double value)
{
	char text[CANON_NUMBER_TEXT];

	if (!canon_number(text, value))
		return FAIL(CANON_NUMBER);
	strbuf_add_c(&c->buf, text);
	return OK;
}

static struct status write_integer(struct canon *c, json_int_t value)
{
	double real = (double)value;

	/* 2^63 itself is a double but no int64: the cast back would overflow. */
	if (real >= 0x1p63 || (json_int_t)real != value)
		return FAIL(CANON_NUMBER);
	return write_real(c, real);
}

static struct status write_container(struct canon *c, const json_t *value)
{
	if (c->depth == CANON_MAX_DEPTH)
		return FAIL(CANON_DEPTH);
	c->depth++;
	TRY(json_is_object(value) ? write_object(c, value) : write_array(c, value));
	c->depth--;
	return OK;
}

static struct status write_value(struct canon *c, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
	case JSON_ARRAY: return write_container(c, value);
	case JSON_STRING:
		write_string(&c->buf,
			     (struct str){json_string_value(value), json_string_length(value)});
		return OK;
	case JSON_INTEGER: return write_integer(c, json_integer_value(value));
	case JSON_REAL: return write_real(c, json_real_value(value));
	case JSON_TRUE: strbuf_add_c(&c->buf, "true"); return OK;
	case JSON_FALSE: strbuf_add_c(&c->buf, "false"); return OK;
	case JSON_NULL: strbuf_add_c(&c->buf, "null"); return OK;
	}
	return FAIL(CANON_TYPE);
}

struct status canon_json(struct arena *arena, const json_t *value, struct str *out)
{
	struct canon c = {.buf = strbuf_new(arena)};

	TRY(write_value(&c, value));
	*out = strbuf_str(&c.buf);
	return OK;
}

struct status canon_bytes(struct arena *arena, struct str json, struct str *out)
{
	json_t *value = json_any_read(
		json, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);

	if (!value)
		return FAIL(CANON_JSON);
	struct status st = canon_json(arena, value, out);

	json_decref(value);
	return st;
}
