/*
 * The strict guard, case by case, over real sockets: exact bytes in, the
 * statuses of all answers out.  A refusal is the last answer and the connection
 * is closed after it, so whatever was smuggled behind is never served.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "gateway/edge_server.h"

struct guard_case {
	const char *name;
	const char *bytes;
	size_t len; /* 0: strlen(bytes) */
	int expect[4];
};

#define H	  "Host: a\r\n"
#define GET_	  "GET /x HTTP/1.1\r\n"
#define NEXT	  "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
#define RAW(text) .bytes = (text), .len = sizeof(text) - 1

static const struct guard_case cases[] = {
	/* Lawful ones, so that the guard is not simply shut. */
	{"plain get", GET_ H "\r\n", 0, {200}},
	{"http/1.0 without host", "GET /x HTTP/1.0\r\n\r\n", 0, {200}},
	{"query and escapes", "GET /x%20y?a=%2F&b[]=1 HTTP/1.1\r\n" H "\r\n", 0, {200}},
	{"options star", "OPTIONS * HTTP/1.1\r\n" H "\r\n", 0, {200}},
	{"empty header value", GET_ H "X-A:\r\n\r\n", 0, {200}},
	{"space around a value", GET_ H "X-A: \t b \t\r\n\r\n", 0, {200}},
	{"obs-text in a value", GET_ H "X-A: \xc3\xa9\r\n\r\n", 0, {200}},
	{"ipv6 host", GET_ "Host: [::1]:80\r\n\r\n", 0, {200}},
	{"body with a length", "POST /x HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello", 0, {200}},
	{"empty body", "POST /x HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n", 0, {200}},
	{"no length means no body", "POST /x HTTP/1.1\r\n" H "\r\n" NEXT, 0, {200, 200}},
	{"chunked where allowed",
	 "POST /chunked HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
	 "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n" NEXT,
	 0,
	 {200, 200}},
	{"te is case-insensitive",
	 "POST /chunked HTTP/1.1\r\n" H "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
	 0,
	 {200}},
	{"two pipelined", GET_ H "\r\n" GET_ H "\r\n", 0, {200, 200}},
	{"pipelined after a body",
	 "POST /x HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello" NEXT,
	 0,
	 {200, 200}},
	{"expect continue with body here",
	 "POST /x HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
	 0,
	 {200}},

	/* Line ends and control characters. */
	{"bare lf in the request line", "GET /x HTTP/1.1\nHost: a\r\n\r\n", 0, {400}},
	{"bare lf in a header", GET_ "Host: a\nX: b\r\n\r\n", 0, {400}},
	{"bare lf everywhere", "GET /x HTTP/1.1\nHost: a\n\n", 0, {400}},
	{"bare lf ends the head", GET_ "Host: a\r\n\n", 0, {400}},
	{"bare cr in a header", GET_ "Host: a\rX: b\r\n\r\n", 0, {400}},
	{"bare cr in the request line", "GET /x\r HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"cr cr lf", "GET /x HTTP/1.1\r\r\n" H "\r\n", 0, {400}},
	{"nul in a value", RAW(GET_ H "X-A: a\0b\r\n\r\n"), {400}},
	{"nul in a name", RAW(GET_ H "X\0A: b\r\n\r\n"), {400}},
	{"nul in the path", RAW("GET /x\0y HTTP/1.1\r\n" H "\r\n"), {400}},
	{"escaped nul in the path", "GET /x%00y HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"bell in a value", GET_ H "X-A: \a\r\n\r\n", 0, {400}},
	{"delete in a value", GET_ H "X-A: \x7f\r\n\r\n", 0, {400}},
	{"empty line first", "\r\n" GET_ H "\r\n", 0, {400}},

	/* The request line. */
	{"two spaces", "GET  /x HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"trailing space", "GET /x HTTP/1.1 \r\n" H "\r\n", 0, {400}},
	{"leading space", " GET /x HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"tab for a space", "GET\t/x\tHTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"no version", "GET /x\r\n" H "\r\n", 0, {400}},
	{"lower-case version", "GET /x http/1.1\r\n" H "\r\n", 0, {400}},
	{"version 1.10", "GET /x HTTP/1.10\r\n" H "\r\n", 0, {400}},
	{"version 1.2", "GET /x HTTP/1.2\r\n" H "\r\n", 0, {505}},
	{"version 0.9", "GET /x HTTP/0.9\r\n" H "\r\n", 0, {505}},
	{"http/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0, {505}},
	{"lower-case method", "get /x HTTP/1.1\r\n" H "\r\n", 0, {501}},
	{"unknown method", "BREW /x HTTP/1.1\r\n" H "\r\n", 0, {501}},
	{"trace", "TRACE /x HTTP/1.1\r\n" H "\r\n", 0, {501}},
	{"connect", "CONNECT a:443 HTTP/1.1\r\n" H "\r\n", 0, {501}},
	{"quote in the method", "G\"T /x HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"a tls hello", RAW("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"), {400}},

	/* Targets. */
	{"absolute form", "GET http://a/x HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"authority form", "GET a:80 HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"relative path", "GET x HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"star without options", "GET * HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"dot dot", "GET /a/../x HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"dot", "GET /a/./x HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"trailing dot dot", "GET /a/.. HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"escaped dot dot", "GET /a/%2e%2E/x HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"half-escaped dot dot", "GET /a/.%2e/x HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"bad escape", "GET /x%zz HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"cut escape", "GET /x%2 HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"fragment", "GET /x#y HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"backslash", "GET /a\\x HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"raw utf-8 in the path", "GET /\xc3\xa9 HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"quote in the path", "GET /\"x HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"angle bracket in the query", "GET /x?<a> HTTP/1.1\r\n" H "\r\n", 0, {400}},

	/* Header lines. */
	{"space before the colon", GET_ "Host : a\r\n\r\n", 0, {400}},
	{"space in a name", GET_ H "X A: b\r\n\r\n", 0, {400}},
	{"no colon", GET_ H "nonsense\r\n\r\n", 0, {400}},
	{"empty name", GET_ H ": b\r\n\r\n", 0, {400}},
	{"folded by space", GET_ H "X-A: b\r\n c\r\n\r\n", 0, {400}},
	{"folded by tab", GET_ H "X-A: b\r\n\tc\r\n\r\n", 0, {400}},
	{"folded first header", GET_ " Host: a\r\n\r\n", 0, {400}},
	{"name outside ascii", GET_ H "X-\xc3\xa9: b\r\n\r\n", 0, {400}},
	{"name with parentheses", GET_ H "X(A): b\r\n\r\n", 0, {400}},
	{"two authorizations", GET_ H "Authorization: a\r\nauthorization: b\r\n\r\n", 0, {400}},
	{"two content types", GET_ H "Content-Type: a/b\r\nContent-Type: a/b\r\n\r\n", 0, {400}},
	{"two idempotency keys",
	 GET_ H "Idempotency-Key: a\r\nIdempotency-Key: a\r\n\r\n",
	 0,
	 {400}},
	{"connection with junk", GET_ H "Connection: clo se\r\n\r\n", 0, {400}},

	/* Host. */
	{"no host", GET_ "\r\n", 0, {400}},
	{"empty host", GET_ "Host:\r\n\r\n", 0, {400}},
	{"two hosts", GET_ "Host: a\r\nHost: b\r\n\r\n", 0, {400}},
	{"two equal hosts", GET_ "Host: a\r\nHost: a\r\n\r\n", 0, {400}},
	{"host with userinfo", GET_ "Host: u@a\r\n\r\n", 0, {400}},
	{"host with a path", GET_ "Host: a/b\r\n\r\n", 0, {400}},
	{"host with a comma", GET_ "Host: a,b\r\n\r\n", 0, {400}},
	{"host with a worded port", GET_ "Host: a:http\r\n\r\n", 0, {400}},
	{"two hosts on 1.0", "GET /x HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 0, {400}},

	/* Framing: every smuggling shape ends the connection before NEXT. */
	{"length and chunked",
	 "POST /chunked HTTP/1.1\r\n" H "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
	 "0\r\n\r\n" NEXT,
	 0,
	 {400}},
	{"chunked and length",
	 "POST /chunked HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
	 "0\r\n\r\n" NEXT,
	 0,
	 {400}},
	{"two lengths",
	 "POST /x HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello" NEXT,
	 0,
	 {400}},
	{"two equal lengths",
	 "POST /x HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"
	 "hello" NEXT,
	 0,
	 {400}},
	{"length list",
	 "POST /x HTTP/1.1\r\n" H "Content-Length: 5, 5\r\n\r\nhello" NEXT,
	 0,
	 {400}},
	{"length with plus", "POST /x HTTP/1.1\r\n" H "Content-Length: +5\r\n\r\nhello", 0, {400}},
	{"negative length", "POST /x HTTP/1.1\r\n" H "Content-Length: -5\r\n\r\nhello", 0, {400}},
	{"hex length", "POST /x HTTP/1.1\r\n" H "Content-Length: 0x5\r\n\r\nhello", 0, {400}},
	{"length with a space",
	 "POST /x HTTP/1.1\r\n" H "Content-Length: 5 0\r\n\r\nhello",
	 0,
	 {400}},
	{"empty length", "POST /x HTTP/1.1\r\n" H "Content-Length:\r\n\r\nhello", 0, {400}},
	{"length beyond 64 bits",
	 "POST /x HTTP/1.1\r\n" H "Content-Length: 18446744073709551621\r\n\r\nhello",
	 0,
	 {400}},
	{"fraction as length",
	 "POST /x HTTP/1.1\r\n" H "Content-Length: 5.0\r\n\r\nhello",
	 0,
	 {400}},
	{"chunked on 1.0",
	 "POST /chunked HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" NEXT,
	 0,
	 {400}},
	{"unknown coding",
	 "POST /chunked HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" NEXT,
	 0,
	 {501}},
	{"identity",
	 "POST /chunked HTTP/1.1\r\n" H "Transfer-Encoding: identity\r\n\r\n" NEXT,
	 0,
	 {501}},
	{"gzip, chunked",
	 "POST /chunked HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" NEXT,
	 0,
	 {400}},
	{"chunked, identity",
	 "POST /chunked HTTP/1.1\r\n" H
	 "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" NEXT,
	 0,
	 {400}},
	{"chunked twice",
	 "POST /chunked HTTP/1.1\r\n" H
	 "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
	 "0\r\n\r\n" NEXT,
	 0,
	 {400}},
	{"chunked with vertical tab",
	 "POST /chunked HTTP/1.1\r\n" H "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n" NEXT,
	 0,
	 {400}},
	{"quoted chunked",
	 "POST /chunked HTTP/1.1\r\n" H "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" NEXT,
	 0,
	 {400}},
	{"te with a space before its colon",
	 "POST /x HTTP/1.1\r\n" H
	 "Content-Length: 5\r\nTransfer-Encoding : chunked\r\n\r\nhello" NEXT,
	 0,
	 {400}},
	{"folded te",
	 "POST /chunked HTTP/1.1\r\n" H "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" NEXT,
	 0,
	 {400}},
	{"empty te",
	 "POST /chunked HTTP/1.1\r\n" H "Transfer-Encoding:\r\n\r\n0\r\n\r\n" NEXT,
	 0,
	 {400}},

	/* Chunks. */
	{"chunked where not allowed",
	 "POST /x HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" NEXT,
	 0,
	 {411}},
#define CHUNKED "POST /chunked HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
	{"chunk size 0x5", CHUNKED "0x5\r\nhello\r\n0\r\n\r\n" NEXT, 0, {400}},
	{"chunk size with plus", CHUNKED "+5\r\nhello\r\n0\r\n\r\n" NEXT, 0, {400}},
	{"negative chunk size", CHUNKED "-1\r\nhello\r\n0\r\n\r\n" NEXT, 0, {400}},
	{"empty chunk size", CHUNKED "\r\nhello\r\n0\r\n\r\n" NEXT, 0, {400}},
	{"space before the size", CHUNKED " 5\r\nhello\r\n0\r\n\r\n" NEXT, 0, {400}},
	{"space after the size", CHUNKED "5 \r\nhello\r\n0\r\n\r\n" NEXT, 0, {400}},
	{"chunk size of nine digits", CHUNKED "000000005\r\nhello\r\n0\r\n\r\n" NEXT, 0, {400}},
	{"chunk size overflow", CHUNKED "100000005\r\nhello\r\n0\r\n\r\n" NEXT, 0, {400}},
	{"bare lf after the size", CHUNKED "5\nhello\r\n0\r\n\r\n" NEXT, 0, {400}},
	{"bare lf after the data", CHUNKED "5\r\nhello\n0\r\n\r\n" NEXT, 0, {400}},
	{"bare lf in an extension", CHUNKED "5;a\nb\r\nhello\r\n0\r\n\r\n" NEXT, 0, {400}},
	{"bare cr after the size", CHUNKED "5\rXhello\r\n0\r\n\r\n" NEXT, 0, {400}},
	{"data longer than its chunk", CHUNKED "5\r\nhello!\r\n0\r\n\r\n" NEXT, 0, {400}},
	{"data shorter than its chunk", CHUNKED "6\r\nhello\r\n0\r\n\r\n" NEXT, 0, {400}},
	{"bare lf ends the chunks", CHUNKED "0\r\n\n" NEXT, 0, {400}},
	{"trailers", CHUNKED "0\r\nX-A: b\r\n\r\n" NEXT, 0, {400}},
	{"chunk beyond the limit", CHUNKED "fffffff\r\nhello", 0, {413}},

	/* Bodies and expectations. */
	{"body where none is taken",
	 "POST /none HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello" NEXT,
	 0,
	 {400}},
	{"body over the limit",
	 "POST /x HTTP/1.1\r\n" H "Content-Length: 65537\r\n\r\nhello",
	 0,
	 {413}},
	{"huge length",
	 "POST /x HTTP/1.1\r\n" H "Content-Length: 999999999999999\r\n\r\n",
	 0,
	 {413}},
	{"unknown expectation",
	 "POST /x HTTP/1.1\r\n" H "Expect: 200-ok\r\nContent-Length: 2\r\n\r\nhi" NEXT,
	 0,
	 {417}},
	{"two expectations",
	 "POST /x HTTP/1.1\r\n" H
	 "Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi" NEXT,
	 0,
	 {417}},
	/* Further shapes of all of these. */
	{"leading zeros in a length",
	 "POST /x HTTP/1.1\r\n" H "Content-Length: 005\r\n\r\nhello" NEXT,
	 0,
	 {200, 200}},
	{"case of header names",
	 "POST /x HTTP/1.1\r\nhOsT: a\r\ncontent-LENGTH: 5\r\n\r\nhello" NEXT,
	 0,
	 {200, 200}},
	{"te header is not transfer-encoding", GET_ H "TE: trailers\r\n\r\n", 0, {200}},
	{"doubly escaped dots are text", "GET /%252e%252e/x HTTP/1.1\r\n" H "\r\n", 0, {200}},
	{"three dots are a name", "GET /.../x HTTP/1.1\r\n" H "\r\n", 0, {200}},
	{"chunk extension in quotes",
	 CHUNKED "5;a=\"b c\"\r\nhello\r\n0\r\n\r\n" NEXT,
	 0,
	 {200, 200}},
	{"upper-case chunk size", CHUNKED "A\r\n0123456789\r\n0\r\n\r\n" NEXT, 0, {200, 200}},
	{"a last chunk of many zeros", CHUNKED "0000\r\n\r\n" NEXT, 0, {200, 200}},
	{"tab before a value", GET_ "Host:\ta\r\n\r\n", 0, {200}},
	{"garbage after a body",
	 "POST /x HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhellogarbage\r\n\r\n",
	 0,
	 {200, 400}},
	{"empty line after a body",
	 "POST /x HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello\r\n" NEXT,
	 0,
	 {200, 400}},
	{"space in the target", "GET /a b HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"tab in the target", "GET /a\tb HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"delete in the target", "GET /a\x7f HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"braces in the target", "GET /{a} HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"pipe in the path", "GET /a|b HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"percent at the end", "GET /a% HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"escaped nul in the query", "GET /x?a=%00 HTTP/1.1\r\n" H "\r\n", 0, {400}},
	{"version with leading zero", "GET /x HTTP/01.1\r\n" H "\r\n", 0, {400}},
	{"version with a comma", "GET /x HTTP/1,1\r\n" H "\r\n", 0, {400}},
	{"https as protocol", "GET /x HTTPS/1.1\r\n" H "\r\n", 0, {400}},
	{"version without digits", "GET /x HTTP/\r\n" H "\r\n", 0, {400}},
	{"only a method", "GET\r\n" H "\r\n", 0, {400}},
	{"only spaces", "   \r\n" H "\r\n", 0, {400}},
	{"nul in the method", RAW("G\0T /x HTTP/1.1\r\n" H "\r\n"), {400}},
	{"nul after the head's last header", RAW(GET_ H "\0\r\n\r\n"), {400}},
	{"slash in a name", GET_ H "X/A: b\r\n\r\n", 0, {400}},
	{"equals in a name", GET_ H "X=A: b\r\n\r\n", 0, {400}},
	{"quote in a name", GET_ H "X\"A: b\r\n\r\n", 0, {400}},
	{"tab in a name", GET_ H "X\tA: b\r\n\r\n", 0, {400}},
	{"form feed in a value", GET_ H "X-A: \f\r\n\r\n", 0, {400}},
	{"vertical tab in a value", GET_ H "X-A: \v\r\n\r\n", 0, {400}},
	{"escape in a value", GET_ H "X-A: \x1b[0m\r\n\r\n", 0, {400}},
	{"fold after an empty value", GET_ H "X-A:\r\n b\r\n\r\n", 0, {400}},
	{"line of white space", GET_ H " \r\n\r\n", 0, {400}},
	{"two origins", GET_ H "Origin: a\r\nOrigin: b\r\n\r\n", 0, {400}},
	{"host with a space", GET_ "Host: a b\r\n\r\n", 0, {400}},
	{"host with an escape", GET_ "Host: %41\r\n\r\n", 0, {400}},
	{"open bracket in the host", GET_ "Host: [::1\r\n\r\n", 0, {400}},
	{"ipv6 host without brackets", GET_ "Host: ::1\r\n\r\n", 0, {400}},
	{"host that is only a port", GET_ "Host: :80\r\n\r\n", 0, {400}},
	{"length of minus zero", "POST /x HTTP/1.1\r\n" H "Content-Length: -0\r\n\r\n", 0, {400}},
	{"exponent as length", "POST /x HTTP/1.1\r\n" H "Content-Length: 1e1\r\n\r\n", 0, {400}},
	{"length in quotes",
	 "POST /x HTTP/1.1\r\n" H "Content-Length: \"5\"\r\n\r\nhello",
	 0,
	 {400}},
	{"length with a comma",
	 "POST /x HTTP/1.1\r\n" H "Content-Length: 5,\r\n\r\nhello",
	 0,
	 {400}},
	{"length and empty length",
	 "POST /x HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length:\r\n\r\nhello",
	 0,
	 {400}},
	{"full-width digits as length",
	 "POST /x HTTP/1.1\r\n" H "Content-Length: \xef\xbc\x95\r\n\r\nhello",
	 0,
	 {400}},
	{"chunked with a parameter",
	 "POST /chunked HTTP/1.1\r\n" H "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n" NEXT,
	 0,
	 {400}},
	{"chunked and a comma",
	 "POST /chunked HTTP/1.1\r\n" H "Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n" NEXT,
	 0,
	 {400}},
	{"chunked with obs-text",
	 "POST /chunked HTTP/1.1\r\n" H "Transfer-Encoding: chunked\xa0\r\n\r\n0\r\n\r\n" NEXT,
	 0,
	 {400}},
	{"bare cr before the size", CHUNKED "\r5\r\nhello\r\n0\r\n\r\n" NEXT, 0, {400}},
	{"nul in a chunk extension", RAW(CHUNKED "5;\0\r\nhello\r\n0\r\n\r\n"), {400}},
	{"letter beyond f as size", CHUNKED "g\r\nhello\r\n0\r\n\r\n" NEXT, 0, {400}},
	{"cr in the chunk's end", CHUNKED "5\r\nhello\rX0\r\n\r\n" NEXT, 0, {400}},
	{"a lawful one before a bad one",
	 GET_ H "\r\n"
		"GET /x HTTP/1.1\nHost: a\n\n",
	 0,
	 {200, 400}},
};

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
static void check(const struct guard_case *c, size_t piece)
{
	int fd = raw_connect(edge_port(edge));
	size_t len = c->len ? c->len : strlen(c->bytes);
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
		cr_expect_not(raw_is_closed(fd, 0), "%s: closed after a lawful request", c->name);
	}
	raw_answer_free(&answer);
	close(fd);
}

Test(guard, every_case_in_one_piece)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (!str_has_prefix(str_of(cases[i].name), "http/1.0"))
			check(&cases[i], 1 << 20);
}

Test(guard, every_case_byte_by_byte)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (!str_has_prefix(str_of(cases[i].name), "http/1.0"))
			check(&cases[i], 1);
}

Test(guard, the_table_is_as_long_as_promised)
{
	cr_assert_geq(sizeof cases / sizeof cases[0], 180);
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
	struct guard_case c = {.name = name, .bytes = bytes, .expect = {status}};

	check(&c, 1 << 20);
	free(bytes);
}

Test(guard, sizes_are_limited)
{
	struct strbuf many;
	struct arena *arena = arena_new(1 << 20);
	struct guard_case c = {.name = "101 headers", .expect = {431}};

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
	check(&c, 1 << 20);
	arena_free(&arena);
}
