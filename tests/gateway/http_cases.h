#pragma once

/* The cases of verdicts/cases.txt, which says what its columns mean. */
#include <stdbool.h>
#include <stddef.h>

enum http_case_kind { CASE_LAWFUL, CASE_CLOSING, CASE_MALFORMED, CASE_POLICY, CASE_SWEEP };

#define HTTP_CASES_MAX 400

struct http_case {
	const char *name;
	enum http_case_kind kind;
	int expect[4]; /* 0 behind the last */
	char *bytes;   /* in a sweep with HTTP_CASE_HOLE somewhere */
	size_t len;
};

#define HTTP_CASE_HOLE "<?>"

/* All of them, read once; ends the test when the file cannot be read. */
extern struct http_case http_cases[HTTP_CASES_MAX];
extern size_t n_http_cases;
void http_cases_read(void);
