#include "http/trace.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/encoding.h"
#include "base/uuid.h"

#define VERSION_00_LENGTH 55

static bool is_lower_hex(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!((s.ptr[i] >= '0' && s.ptr[i] <= '9') || (s.ptr[i] >= 'a' && s.ptr[i] <= 'f')))
			return false;
	return true;
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
	uint8_t any = 0;

	for (size_t i = 0; i < len; i++)
		any |= bytes[i];
	return any == 0;
}

/* 2 * len lower-case digits at text[at]. */
static bool read_hex(struct str text, size_t at, uint8_t *out, size_t len)
{
	struct str digits = {text.ptr + at, 2 * len};

	return is_lower_hex(digits) && hex_decode(out, len, digits);
}

bool trace_parse(struct str text, struct trace_context *out)
{
	struct trace_context trace;
	uint8_t version;

	if (text.len < VERSION_00_LENGTH || text.ptr[2] != '-' || text.ptr[35] != '-' ||
	    text.ptr[52] != '-' || !read_hex(text, 0, &version, 1) || version == 0xff)
		return false;
	if (text.len > VERSION_00_LENGTH && (version == 0 || text.ptr[VERSION_00_LENGTH] != '-'))
		return false;
	if (!read_hex(text, 3, trace.trace_id, 16) || !read_hex(text, 36, trace.parent_id, 8) ||
	    !read_hex(text, 53, &trace.flags, 1) || is_zero(trace.trace_id, 16) ||
	    is_zero(trace.parent_id, 8))
		return false;
	*out = trace;
	return true;
}

void trace_format(char out[TRACEPARENT_TEXT], const struct trace_context *trace)
{
	/* Bits that version 00 does not define must be zero. */
	uint8_t flags = trace->flags & 1;

	out[0] = out[1] = '0';
	out[2] = '-';
	hex_encode(out + 3, trace->trace_id, 16);
	out[35] = '-';
	hex_encode(out + 36, trace->parent_id, 8);
	out[52] = '-';
	hex_encode(out + 53, &flags, 1);
}

/* Random and not all zero; from the kernel in batches, for every request needs some. */
static void random_id(uint8_t *out, size_t len)
{
	static _Thread_local uint8_t pool[240];
	static _Thread_local size_t left;

	do {
		if (left < len) {
			if (getrandom(pool, sizeof pool, 0) != (ssize_t)sizeof pool)
				abort();
			left = sizeof pool;
		}
		left -= len;
		memcpy(out, pool + left, len);
	} while (is_zero(out, len));
}

struct trace_context trace_new(void)
{
	struct trace_context trace = {.flags = 0};

	random_id(trace.trace_id, sizeof trace.trace_id);
	random_id(trace.parent_id, sizeof trace.parent_id);
	return trace;
}

struct trace_context trace_child(const struct trace_context *trace)
{
	struct trace_context child = *trace;

	random_id(child.parent_id, sizeof child.parent_id);
	return child;
}

bool request_id_is_valid(struct str text)
{
	if (text.len == 0 || text.len > REQUEST_ID_MAX)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    c != '.' && c != '_' && c != '-')
			return false;
	}
	return true;
}

void request_id_choose(char out[REQUEST_ID_TEXT], struct str given, instant now)
{
	if (!request_id_is_valid(given)) {
		uuid_format(out, uuid_v7(now));
		return;
	}
	memcpy(out, given.ptr, given.len);
	out[given.len] = '\0';
}
