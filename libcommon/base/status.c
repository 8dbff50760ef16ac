#include "base/status.h"

#include <stdlib.h>
#include <string.h>

struct reason_row {
	const char *name;
	enum reason reason;
	bool is_public;
	const char *sentence;
};

#include "base/reason_table.h"

#define REASONS (sizeof reasons / sizeof *reasons)

static const struct {
	const char *name;
	int http;
} codes[] = {
	[STATUS_OK] = {"OK", 200},
	[STATUS_CANCELLED] = {"CANCELLED", 499},
	[STATUS_UNKNOWN] = {"UNKNOWN", 500},
	[STATUS_INVALID_ARGUMENT] = {"INVALID_ARGUMENT", 400},
	[STATUS_DEADLINE_EXCEEDED] = {"DEADLINE_EXCEEDED", 504},
	[STATUS_NOT_FOUND] = {"NOT_FOUND", 404},
	[STATUS_ALREADY_EXISTS] = {"ALREADY_EXISTS", 409},
	[STATUS_PERMISSION_DENIED] = {"PERMISSION_DENIED", 403},
	[STATUS_RESOURCE_EXHAUSTED] = {"RESOURCE_EXHAUSTED", 429},
	[STATUS_FAILED_PRECONDITION] = {"FAILED_PRECONDITION", 400},
	[STATUS_ABORTED] = {"ABORTED", 409},
	[STATUS_OUT_OF_RANGE] = {"OUT_OF_RANGE", 400},
	[STATUS_UNIMPLEMENTED] = {"UNIMPLEMENTED", 501},
	[STATUS_INTERNAL] = {"INTERNAL", 500},
	[STATUS_UNAVAILABLE] = {"UNAVAILABLE", 503},
	[STATUS_DATA_LOSS] = {"DATA_LOSS", 500},
	[STATUS_UNAUTHENTICATED] = {"UNAUTHENTICATED", 401},
};
#define CODES (sizeof codes / sizeof codes[0])

const char *status_code_name(enum status_code code)
{
	return (unsigned)code < CODES ? codes[code].name : "UNKNOWN";
}

enum status_code status_code_parse(const char *name)
{
	for (unsigned i = 0; i < CODES; i++)
		if (strcmp(codes[i].name, name) == 0)
			return (enum status_code)i;
	return STATUS_UNKNOWN;
}

static const struct reason_row *row_of(enum reason reason)
{
	unsigned place = (unsigned)reason & ((1u << REASON_CODE_SHIFT) - 1);

	return place < REASONS ? &reasons[place] : &reasons[0];
}

const char *reason_name(enum reason reason)
{
	return row_of(reason)->name;
}

const char *reason_sentence(enum reason reason)
{
	return row_of(reason)->sentence;
}

static int compare(const void *name, const void *row)
{
	return strcmp(name, ((const struct reason_row *)row)->name);
}

enum reason reason_parse(const char *name)
{
	const struct reason_row *row = bsearch(name, reasons, REASONS, sizeof *reasons, compare);

	return row ? row->reason : REASON_NONE;
}

enum reason reason_of_code(enum status_code code)
{
	return (unsigned)code < CODES ? general_reasons[code] : REASON_NONE;
}

enum reason reason_public(enum reason reason)
{
	return row_of(reason)->is_public ? reason : reason_of_code(reason_code(reason));
}

struct status status_parse(enum status_code code, const char *name, bool *is_known)
{
	enum reason reason = reason_parse(name);

	*is_known = code == STATUS_OK || (reason != REASON_NONE && reason_code(reason) == code);
	if (code == STATUS_OK)
		return OK;
	return (struct status){code, *is_known ? reason : reason_of_code(code)};
}

int status_http(enum status_code code)
{
	return (unsigned)code < CODES ? codes[code].http : 500;
}

const char *status_http_phrase(int http)
{
	switch (http) {
	case 200: return "OK";
	case 201: return "Created";
	case 202: return "Accepted";
	case 204: return "No Content";
	case 302: return "Found";
	case 304: return "Not Modified";
	case 400: return "Bad Request";
	case 401: return "Unauthorized";
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 405: return "Method Not Allowed";
	case 406: return "Not Acceptable";
	case 408: return "Request Timeout";
	case 409: return "Conflict";
	case 411: return "Length Required";
	case 412: return "Precondition Failed";
	case 413: return "Content Too Large";
	case 414: return "URI Too Long";
	case 415: return "Unsupported Media Type";
	case 417: return "Expectation Failed";
	case 421: return "Misdirected Request";
	case 422: return "Unprocessable Content";
	case 428: return "Precondition Required";
	case 429: return "Too Many Requests";
	case 431: return "Request Header Fields Too Large";
	case 499: return "Client Closed Request";
	case 500: return "Internal Server Error";
	case 501: return "Not Implemented";
	case 503: return "Service Unavailable";
	case 504: return "Gateway Timeout";
	case 505: return "HTTP Version Not Supported";
	default: return NULL;
	}
}
