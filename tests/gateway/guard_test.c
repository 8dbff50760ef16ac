/*
 * The strict guard, case by case, over real sockets: exact bytes in, the
 * statuses of all answers out.  A refusal is the last answer and the connection
 * is closed after it, so whatever was smuggled behind is never served.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "gateway/edge_server.h"
#include "gateway/http_cases.h"

#define H    "Host: a\r\n"
#define GET_ "GET /x HTTP/1.1\r\n"

static struct edge *edge;

static void set_up(void)
{
	struct edge_config config = edge_server_config();

	edge = edge_server_start(&config);
}

static void tear_down(void)
{
	edge_free(&edge);
}

TestSuite(guard, .init = set_up, .fini = tear_down);

/* Sends the bytes in pieces of `piece`, reads the answers, compares. */
static void check(const struct http_case *c, size_t piece)
{
	int fd = raw_connect(edge_port(edge));
	size_t len = c->len;
	struct raw_answer answer = {};
	int last = 0;

	for (size_t at = 0; at < len; at += piece)
		raw_send(fd, c->bytes + at, len - at < piece ? len - at : piece);
	for (size_t i = 0; i < 4 && c->expect[i]; i++) {
		raw_answer_free(&answer);
		answer = raw_read(fd, false);
		last = c->expect[i];
		cr_expect_eq(answer.status, last, "%s: answer %zu is %d (%s), not %d", c->name, i,
			     answer.status, answer.body ? answer.body : "", last);
	}
	if (last >= 400) {
		cr_expect(answer.closed_after, "%s: refused but not closed", c->name);
		cr_expect(raw_is_closed(fd, 5000), "%s: something follows a refusal", c->name);
	} else {
		cr_expect_eq(raw_is_closed(fd, c->kind == CASE_CLOSING ? 5000 : 0),
			     c->kind == CASE_CLOSING, "%s: closed or not", c->name);
	}
	raw_answer_free(&answer);
	close(fd);
}

static void check_all(size_t piece)
{
	size_t n = 0;

	http_cases_read();
	for (size_t i = 0; i < n_http_cases; i++) {
		if (http_cases[i].kind != CASE_SWEEP) {
			check(&http_cases[i], piece);
			n++;
		}
	}
	cr_assert_geq(n, 180, "as many as promised");
}

Test(guard, every_case_in_one_piece)
{
	check_all(1 << 20);
}

Test(guard, every_case_byte_by_byte)
{
	check_all(1);
}

static char *long_request(const char *before, size_t n, const char *after)
{
	char *bytes = malloc(strlen(before) + n + strlen(after) + 1);

	strcpy(bytes, before);
	memset(bytes + strlen(before), 'a', n);
	strcpy(bytes + strlen(before) + n, after);
	return bytes;
}

static void check_long(const char *name, const char *before, size_t n, const char *after,
		       int status)
{
	char *bytes = long_request(before, n, after);
	struct http_case c = {
		.name = name, .bytes = bytes, .len = strlen(bytes), .expect = {status}};

	check(&c, 1 << 20);
	free(bytes);
}

Test(guard, sizes_are_limited)
{
	struct strbuf many;
	struct arena *arena = arena_new(1 << 20);
	struct http_case c = {.name = "101 headers", .expect = {431}};

	check_long("target of 8 KiB", "GET /", EDGE_URI_MAX - 1, " HTTP/1.1\r\n" H "\r\n", 200);
	check_long("target over 8 KiB", "GET /", EDGE_URI_MAX, " HTTP/1.1\r\n" H "\r\n", 414);
	check_long("endless target", "GET /", 3 * EDGE_URI_MAX, "", 414);
	check_long("long header", GET_ H "X-A: ", 8000, "\r\n\r\n", 200);
	check_long("head over 16 KiB", GET_ H "X-A: ", EDGE_HEAD_MAX, "\r\n\r\n", 431);
	check_long("endless header", GET_ H "X-A: ", 2 * EDGE_HEAD_MAX, "", 431);
	many = strbuf_new(arena);
	strbuf_add_c(&many, GET_ H);
	for (int i = 0; i < 100; i++)
		strbuf_add_c(&many, "X-A: b\r\n");
	strbuf_add_c(&many, "\r\n");
	c.bytes = many.ptr;
	c.len = many.len;
	check(&c, 1 << 20);
	arena_free(&arena);
}

static enum edge_refusal parse_value(struct arena *arena, struct str value)
{
	struct strbuf head = strbuf_new(arena);
	struct edge_head parsed;

	strbuf_add_c(&head, "GET /x HTTP/1.1\r\nHost: a\r\nX-Value: ");
	strbuf_add_str(&head, value);
	strbuf_add_c(&head, "\r\n\r\n");
	return edge_head_parse(arena, head.ptr, head.len, 4, &parsed);
}

/* Long enough for eight bytes at a time and a rest. */
Test(head, no_control_character_passes_in_any_place_of_a_value)
{
	struct arena *arena = arena_new(1 << 20);

	for (size_t at = 0; at < 27; at++) {
		for (int c = 0; c < 256; c++) {
			char value[27];
			bool fine = c == '\t' || (c >= ' ' && c != 0x7f);

			if (c == '\r' || c == '\n')
				continue;
			memset(value, 'v', sizeof value);
			value[at] = (char)c;
			cr_assert_eq(parse_value(arena, (struct str){value, sizeof value}),
				     fine ? EDGE_FINE : EDGE_BAD_HEADER, "byte %d at %zu", c, at);
		}
		arena_reset(arena, false);
	}
	arena_free(&arena);
}
