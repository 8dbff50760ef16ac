#pragma once

/*
 * The strict guard: one request head from raw bytes (RFC 9112), with nothing
 * let through that two readers could understand differently.  Pure functions,
 * no I/O.  What is refused, and with which status, is EDGE_REFUSALS.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"

#define EDGE_HEAD_MAX	((size_t)16 * 1024)
#define EDGE_FIELDS_MAX 100
#define EDGE_URI_MAX	((size_t)8 * 1024)

/* name, HTTP status, text for a person */
#define EDGE_REFUSALS(X)                                                                           \
	X(BAD_LINE_END, 400, "Lines end with CR LF, and neither stands alone.")                    \
	X(BAD_REQUEST_LINE, 400, "The request line is malformed.")                                 \
	X(BAD_METHOD, 400, "The method is malformed.")                                             \
	X(METHOD_NOT_SUPPORTED, 501, "This method is not supported.")                              \
	X(VERSION_NOT_SUPPORTED, 505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.")               \
	X(BAD_TARGET, 400, "The request target must be a path of visible ASCII characters.")       \
	X(DOT_SEGMENT, 400, "The path contains a dot segment.")                                    \
	X(URI_TOO_LONG, 414, "The request target is too long.")                                    \
	X(BAD_HEADER, 400, "A header line is malformed.")                                          \
	X(FOLDED_HEADER, 400, "Header lines must not be folded.")                                  \
	X(HEADERS_TOO_LARGE, 431, "The request head is too large.")                                \
	X(TOO_MANY_HEADERS, 431, "There are too many header lines.")                               \
	X(DUPLICATE_HEADER, 400, "A header that may come once came twice.")                        \
	X(BAD_HOST, 400, "There must be exactly one valid Host header.")                           \
	X(BAD_CONTENT_LENGTH, 400, "Content-Length must be one decimal number.")                   \
	X(BAD_TRANSFER_ENCODING, 400, "Transfer-Encoding must be exactly: chunked.")               \
	X(UNKNOWN_TRANSFER_ENCODING, 501, "This transfer coding is not supported.")                \
	X(LENGTH_AND_ENCODING, 400, "Content-Length and Transfer-Encoding exclude each other.")    \
	X(UNKNOWN_EXPECTATION, 417, "This expectation cannot be met.")                             \
	X(LENGTH_REQUIRED, 411, "This route needs a Content-Length.")                              \
	X(BODY_NOT_ALLOWED, 400, "This route takes no body.")                                      \
	X(BODY_TOO_LARGE, 413, "The body is too large.")                                           \
	X(BAD_CHUNK, 400, "The chunked body is malformed.")                                        \
	X(HEADER_TIMEOUT, 408, "The request head took too long.")                                  \
	X(BODY_TIMEOUT, 408, "The request body took too long.")                                    \
	X(OVERLOADED, 503, "Too many requests are in flight.")                                     \
	X(BODIES_FULL, 503, "Too many bytes of request bodies are waiting for their end.")

enum edge_refusal {
	EDGE_FINE,
#define EDGE_REFUSAL_ENUM(name, status, text) EDGE_##name,
	EDGE_REFUSALS(EDGE_REFUSAL_ENUM)
#undef EDGE_REFUSAL_ENUM
};

/* REASON_BAD_HOST: each refusal is a reason of the same name; REASON_NONE for EDGE_FINE. */
enum reason edge_refusal_reason(enum edge_refusal refusal);
int edge_refusal_status(enum edge_refusal refusal);
const char *edge_refusal_text(enum edge_refusal refusal);

enum edge_method {
	EDGE_GET,
	EDGE_HEAD,
	EDGE_POST,
	EDGE_PUT,
	EDGE_PATCH,
	EDGE_DELETE,
	EDGE_OPTIONS
};
const char *edge_method_name(enum edge_method method);

struct edge_field {
	struct str name;
	struct str value; /* without white space around it */
};

/* Views into the head's bytes. */
struct edge_head {
	enum edge_method method;
	struct str target; /* as sent: "/a%20b?c" or "*" */
	struct str path;   /* before the "?", still encoded */
	struct str query;  /* after the "?", still encoded; ptr NULL when there is no "?" */
	bool is_http10;
	bool keep_alive;
	bool chunked;
	bool has_length;
	bool expect_continue;
	uint64_t length;
	struct str host; /* len 0 when HTTP/1.0 sent none */
	struct edge_field *fields;
	size_t n_fields;
};

/* How far a growing buffer has been looked through; zero at the start of a request. */
struct edge_scan {
	size_t line;	/* where the line begins that is not complete yet */
	size_t n_lines; /* complete lines before it */
};

/*
 * Looks for the end of the head in the first len bytes; call again with more
 * bytes and the same scan.  *head_len becomes the length up to and with the
 * empty line, or 0 when more is needed.  Refuses line ends and sizes as soon as
 * they are seen.
 */
enum edge_refusal edge_head_scan(struct edge_scan *scan, const char *bytes, size_t len,
				 size_t *head_len);

/*
 * Parses a complete head (head_len bytes, n_lines lines with the empty one).
 * The field array is in the arena.  On a refusal *head holds what was
 * understood so far.
 */
enum edge_refusal edge_head_parse(struct arena *arena, const char *bytes, size_t head_len,
				  size_t n_lines, struct edge_head *head);

/* The value of the first field of that lower-case name; ptr NULL when there is none. */
struct str edge_head_field(const struct edge_head *head, const char *name);
