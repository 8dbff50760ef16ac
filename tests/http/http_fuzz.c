/*
 * Lines of a request that strangers write: method and path to a route, query,
 * traceparent, request id.  Checks what must hold of whatever is taken.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "http/router.h"
#include "http/routes.h"
#include "http/trace.h"
#include "http/uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		abort();
}

static void check_route(struct arena *arena, struct str method, struct str path)
{
	const struct router *router;
	struct route_match match;
	const char *conflict;
	char allow[ROUTE_ALLOW_TEXT];
	struct str text;

	must(is_ok(router_new(arena, test_routes, N_TEST_ROUTES, &router, &conflict)));
	if (router_match(router, method, path, &match) == ROUTE_FOUND) {
		must(match.allow & (1u << match.route->verb));
		for (size_t i = 0; i < match.n_variables; i++) {
			must(match.variables[i].len > 0);
			must(!memchr(match.variables[i].ptr, '/', match.variables[i].len));
			if (uri_decode(arena, match.variables[i], false, &text))
				must(utf8_is_valid(text.ptr, text.len));
		}
	}
	route_allow(allow, match.allow);
	must(strlen(allow) < sizeof allow);
}

static void check_query(struct arena *arena, struct str query)
{
	struct str name, value, text;

	while (uri_query_next(&query, &name, &value)) {
		must(!name.len || !memchr(name.ptr, '=', name.len));
		if (uri_decode(arena, value, true, &text))
			must(text.len <= value.len &&
			     (!text.len || !memchr(text.ptr, 0, text.len)));
	}
}

static void check_trace(struct str text)
{
	struct trace_context trace, again;
	char formatted[TRACEPARENT_TEXT];

	if (!trace_parse(text, &trace))
		return;
	trace_format(formatted, &trace);
	must(trace_parse(str_of(formatted), &again));
	must(memcmp(trace.trace_id, again.trace_id, 16) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str input = {(const char *)data, size};
	struct arena *arena = arena_new(1 << 24);
	struct str method = str_take_until(&input, ' ');
	struct str path = str_take_until(&input, '?');
	struct str query = str_take_until(&input, '\n');
	char id[REQUEST_ID_TEXT];

	check_route(arena, method, path);
	check_query(arena, query);
	check_trace(input);
	request_id_choose(id, input, SECONDS(1));
	must(request_id_is_valid(str_of(id)));
	arena_free(&arena);
	return 0;
}
