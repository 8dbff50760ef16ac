#include <stdlib.h>

#include "crypto/bearer.h"
#include "crypto/code32.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* What parses has one spelling. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str text = {(const char *)data, len};
	struct bearer bearer;
	char again[BEARER_TEXT], code[CODE_TEXT], twice[CODE_TEXT];

	if (bearer_parse(text, &bearer)) {
		bearer_format(again, &bearer);
		if (!str_eq(text, str_of(again)))
			abort();
	}
	if (code_parse(text, code) &&
	    (!code_parse(str_of(code), twice) || strcmp(code, twice) != 0))
		abort();
	return 0;
}
