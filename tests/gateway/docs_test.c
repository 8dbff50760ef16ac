/* The files of the reference: what they are, and what a browser may do with them. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "gateway/fixture.h"

TestSuite(docs, .init = fixture_up, .fini = fixture_down);

static void expect_docs(const char *path, const char *type)
{
	struct raw_answer answer = http(path);
	char etag[128];

	cr_assert_eq(answer.status, 200, "%s", path);
	cr_assert_str_eq(raw_header(&answer, "Content-Type"), type);
	cr_assert_str_eq(raw_header(&answer, "X-Content-Type-Options"), "nosniff");
	cr_assert_str_eq(raw_header(&answer, "Content-Security-Policy"),
			 "default-src 'none'; connect-src 'self'; img-src 'self'; script-src "
			 "'self'; style-src 'self'; require-trusted-types-for 'script'; "
			 "trusted-types 'none'; base-uri 'none'; form-action 'none'; "
			 "frame-ancestors 'none'");
	snprintf(etag, sizeof etag, "If-None-Match: %s\r\n", raw_header(&answer, "ETag"));
	raw_answer_free(&answer);
	expect(http(path, .headers = etag), 304, "");
}

Test(docs, serves_the_reference_with_nothing_inline_and_nothing_from_elsewhere)
{
	struct raw_answer answer;

	fixture_start();
	expect_docs("/docs", "text/html; charset=utf-8");
	expect_docs("/docs/main.js", "text/javascript; charset=utf-8");
	expect_docs("/docs/page.css", "text/css; charset=utf-8");
	expect_docs("/docs/icon.svg", "image/svg+xml");
	expect_docs("/docs/screener-format.md", "text/markdown; charset=utf-8");
	expect_docs("/docs/screener-1.schema.json", "application/schema+json");
	expect_docs("/docs/examples/phq9.json", "application/json");
	expect(http("/docs/nothing.js"), 404, "ROUTE_NOT_FOUND");
	expect(http("/docs", .on_private_port = true), 404, "ROUTE_NOT_FOUND");
	answer = http("/docs");
	cr_assert_null(strstr(answer.body, "<style"));
	cr_assert_null(strstr(answer.body, "//"));
	raw_answer_free(&answer);
}
