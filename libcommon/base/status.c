#include "base/status.h"

#include <string.h>

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

int status_http(enum status_code code)
{
	return (unsigned)code < CODES ? codes[code].http : 500;
}
